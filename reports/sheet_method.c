/* Method: how each number is made, which thresholds were applied, what was withheld, and where the instrument is from.
 */
#include "reports/says.h"
#include "reports/sheets.h"

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

static size_t put_line(struct sheet *s, size_t row, struct told_line line) {
    return put_row(s, row, line.label, line.text);
}

static size_t put_rows(struct sheet *s, size_t row, const char *const *names) {
    for (; *names; names++)
        row = put_line(s, row, told_method(s->book->words, *names));
    return row;
}

static size_t put_source(struct sheet *s, size_t row) {
    struct told_line lines[TOLD_SOURCE];
    told_source(s->book->words, lines);
    row = put_title(s, row, word(s->book->words, "method.source_title"));
    for (size_t i = 0; i < TOLD_SOURCE; i++)
        row = put_line(s, row, lines[i]);
    return row;
}

/* The rules behind the sentences; those of one organisation, or of all together. */
static size_t put_rules(struct sheet *s, size_t row, bool overall) {
    struct book *book = s->book;
    row = put_title(s, row, word(book->words, "says.title"));
    put_merged(s, row, TERM, TEXT, word(book->words, "says.how"), (struct style){.wrap = 1, .ink = COLOUR_QUIET});
    sheet_height(s, row, text_height(word(book->words, "says.how"), sheet_span(s, TERM, TEXT) * 0.95, 10) + 6);
    row++;
    for (size_t i = 0; i < n_says_rules;) {
        const enum subject subject = says_rules[i].subject;
        const bool of_all = subject == SUBJECT_RELIABILITY || subject == SUBJECT_CONSISTENCY;
        const bool of_both = subject == SUBJECT_RESPONSE || subject == SUBJECT_SHARE || subject == SUBJECT_CHANGE;
        const char *text = "";
        for (; i < n_says_rules && says_rules[i].subject == subject; i++)
            text = arena_printf(book->arena, "%s%s%s → %s", text, *text ? "\n" : "",
                                says_when(book->words, &says_rules[i]),
                                word(book->words, arena_printf(book->arena, "says.%s", says_rules[i].name)));
        if (of_both || of_all == overall)
            row = put_row(s, row, word(book->words, says_subject_key(subject)), text);
    }
    return row;
}

static struct sheet *begin(struct book *book, size_t *row) {
    struct sheet *s = book_sheet(book, word(book->words, "sheet.method"));
    sheet_width(s, TERM, TERM, 28);
    sheet_width(s, TEXT, TEXT, 82);
    *row = put_heading(s, word(book->words, "method.title"), word(book->words, "method.how"), TEXT);
    return s;
}

void sheet_method(struct book *book, const struct organisation_view *view) {
    size_t row;
    struct sheet *s = begin(book, &row);
    row = put_title(s, row, word(book->words, "method.numbers_title"));
    row = put_rows(s, row, told_method_numbers);
    row = put_rows(s, row, told_method_compared);
    row = put_rules(s, row + 1, false);
    row = put_title(s, row + 1, word(book->words, "method.protection_title"));
    row = put_line(s, row, told_method_mode(book->words));
    row = put_rows(s, row, told_method_protection);
    row = put_line(s, row, told_method_withheld(book->words, view));
    put_source(s, row + 1);
    sheet_print(s, false, 1, 0);
}

void sheet_method_all(struct book *book, const struct all_view *view) {
    size_t row;
    struct sheet *s = begin(book, &row);
    row = put_title(s, row, word(book->words, "method.numbers_title"));
    row = put_rows(s, row, told_method_numbers);
    row = put_rows(s, row, told_method_overall);
    row = put_rules(s, row + 1, true);
    row = put_title(s, row + 1, word(book->words, "method.protection_title"));
    row = put_rows(s, row, told_method_protection);
    row = put_line(s, row, told_method_withheld_all(book->words, view));
    put_source(s, row + 1);
    sheet_print(s, false, 1, 0);
}
