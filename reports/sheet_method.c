/* Method: how each number is made, which thresholds were applied, what was withheld, and where the instrument is from.
 */
#include "reports/sheets.h"

#include <string.h>

enum { TERM, TEXT };

static size_t put_row(struct sheet *s, size_t row, const char *term, const char *text) {
    put_text(s, row, TERM, term, (struct style){.bold = 1, .wrap = 1, .top = 1, .line_below = 1});
    put_text(s, row, TEXT, text, (struct style){.wrap = 1, .top = 1, .line_below = 1});
    double a = text_height(term, sheet_span(s, TERM, TERM) * 0.88, 10);
    double b = text_height(text, sheet_span(s, TEXT, TEXT) * 0.96, 10);
    sheet_height(s, row, (a > b ? a : b) + 8);
    return row + 1;
}

static size_t put_title(struct sheet *s, size_t row, const char *text) {
    put_text(s, row, TERM, text, (struct style){.size = 12, .bold = 1});
    sheet_height(s, row, 28);
    return row + 1;
}

/* Rows whose texts are "method.NAME_term" and "method.NAME", with the wave's and the instrument's numbers filled in. */
static size_t put_rows(struct sheet *s, size_t row, const char *const *names, size_t n) {
    struct book *book = s->book;
    const struct wave *wave = results_wave(book->results);
    const char *k = arena_printf(book->arena, "%d", wave->min_group);
    const char *twice = arena_printf(book->arena, "%d", 2 * wave->min_group);
    for (size_t i = 0; i < n; i++) {
        const char *term = word(book, arena_printf(book->arena, "method.%s_term", names[i]));
        const char *text =
            WORDS(book, arena_printf(book->arena, "method.%s", names[i]), "k", k, "twice", twice, "comments",
                  words_least_comments(book), "enabler", words_percent(book, book->instrument->enabler_share),
                  "barrier", words_percent(book, book->instrument->barrier_share), "strong_enabler",
                  words_percent(book, STRONG_ENABLER_SHARE), "strong_barrier",
                  words_percent(book, STRONG_BARRIER_SHARE), NULL);
        row = put_row(s, row, term, text);
    }
    return row;
}

static const char *hash_words(const struct book *book) {
    char hex[65];
    for (size_t i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", book->instrument->hash[i]);
    return arena_string(book->arena, hex);
}

static size_t put_source(struct sheet *s, size_t row) {
    struct book *book = s->book;
    const struct instrument *instrument = book->instrument;
    row = put_title(s, row, word(book, "method.source_title"));
    const struct {
        const char *key, *text;
    } rows[] = {
        {"method.instrument", WORDS(book, "method.instrument_text", "title", words_text(book, &instrument->title),
                                    "name", instrument->name, "version", instrument->version, NULL)},
        {"method.hash", hash_words(book)},
        {"method.status", words_text(book, &instrument->status)},
        {"method.citation", instrument->citation},
        {"method.licence", instrument->licence},
        {"method.program", "Readiness " READINESS_VERSION},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        row = put_row(s, row, word(book, rows[i].key),
                      rows[i].text && *rows[i].text ? rows[i].text : word(book, "method.not_stated"));
    return row;
}

static struct sheet *begin(struct book *book, size_t *row) {
    struct sheet *s = book_sheet(book, word(book, "sheet.method"));
    sheet_width(s, TERM, TERM, 28);
    sheet_width(s, TEXT, TEXT, 82);
    *row = put_heading(s, word(book, "method.title"), word(book, "method.how"), TEXT);
    return s;
}

static const char *const numbers[] = {"item", "person", "organisation", "shares", "call", "interval", "ad", "rwg"};
static const char *const protection[] = {"threshold", "classes", "ladder", "comments_rule"};

void sheet_method(struct book *book, const struct organisation_view *view) {
    size_t row;
    struct sheet *s = begin(book, &row);
    row = put_title(s, row, word(book, "method.numbers_title"));
    row = put_rows(s, row, numbers, sizeof numbers / sizeof *numbers);
    static const char *const compared[] = {"own", "gap", "others"};
    row = put_rows(s, row, compared, sizeof compared / sizeof *compared);
    row = put_title(s, row + 1, word(book, "method.protection_title"));
    const struct wave *wave = results_wave(book->results);
    row = put_row(s, row, word(book, "method.mode_term"),
                  word(book, wave->mode == MODE_ANONYMOUS ? "method.mode_anonymous" : "method.mode_confidential"));
    row = put_rows(s, row, protection, sizeof protection / sizeof *protection);
    struct withheld_summary withheld = results_withheld(view->results);
    const char *count =
        WORDS(book, "method.withheld", "groups", arena_printf(book->arena, "%zu", withheld.groups_dropped), "cells",
              arena_printf(book->arena, "%zu", withheld.cells_withheld), NULL);
    row = put_row(s, row, word(book, "method.withheld_term"), count);
    put_source(s, row + 1);
    sheet_print(s, false, 1, 0);
}

void sheet_method_all(struct book *book, const struct all_view *view) {
    size_t row, cells = 0;
    struct sheet *s = begin(book, &row);
    for (size_t i = 0; i < view->n; i++) {
        struct withheld_summary withheld = results_withheld(view->each[i]);
        cells += withheld.cells_withheld;
    }
    row = put_title(s, row, word(book, "method.numbers_title"));
    row = put_rows(s, row, numbers, sizeof numbers / sizeof *numbers);
    static const char *const over[] = {"together", "anova", "alpha", "omega", "needed"};
    row = put_rows(s, row, over, sizeof over / sizeof *over);
    row = put_title(s, row + 1, word(book, "method.protection_title"));
    row = put_rows(s, row, protection, sizeof protection / sizeof *protection);
    row = put_row(s, row, word(book, "method.withheld_term"),
                  WORDS(book, "method.withheld_all", "cells", arena_printf(book->arena, "%zu", cells), NULL));
    put_source(s, row + 1);
    sheet_print(s, false, 1, 0);
}
