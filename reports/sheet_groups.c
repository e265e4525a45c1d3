/* Groups: groups by constructs, the whole organisation first. Numbers are favourable shares; an arrow marks a group
 * whose mean is far from the whole's. */
#include "reports/sheets.h"

#include <string.h>

enum { NAME, N, FIRST };

static void put_group(struct sheet *s, size_t row, const struct organisation_view *view, size_t g) {
    struct book *book = s->book;
    const struct group_results *whole = &view->results->groups[0], *group = &view->results->groups[g];
    struct style name = {.wrap = 1, .bold = g == 0, .indent = g > 0}, cell = {.align = 'c', .bold = g == 0};
    struct style count = {.align = 'c', .number = NUMBER_COUNT, .bold = g == 0};
    const char *text = words_group(book->words, group);
    put_text(s, row, NAME, text, name);
    put_n(s, row, N, group->n, count);
    for (size_t i = 0; i < view->staff.n; i++) {
        size_t c = view->staff.constructs[i];
        enum gap gap =
            g ? gap_of(&book->instrument->constructs[c], &whole->constructs[c], &group->constructs[c]) : GAP_NONE;
        put_share(s, row, FIRST + i, &group->constructs[c], gap, cell);
    }
    double height = text_height(text, sheet_span(s, NAME, NAME) * 0.88, 10) + 6;
    sheet_height(s, row, height > 30 ? height : 30);
}

/* Two head rows: the level over its constructs, then their names and which way they read. */
static void put_heads(struct sheet *s, size_t row, const struct organisation_view *view) {
    struct book *book = s->book;
    const struct instrument *instrument = book->instrument;
    size_t begin = 0;
    double most = 30;
    for (size_t i = 0; i < view->staff.n; i++) {
        const struct construct *construct = &instrument->constructs[view->staff.constructs[i]];
        if (i + 1 == view->staff.n || outline_begins_level(&view->staff, instrument, i + 1)) {
            put_merged(s, row, FIRST + begin, FIRST + i, words_level(book->words, construct->level),
                       (struct style){.size = 9, .ink = COLOUR_QUIET, .align = begin < i ? 'l' : 'c', .line_below = 1});
            begin = i + 1;
        }
        const char *label = words_text(book->words, &construct->label);
        const char *text = construct->higher_is_barrier
                               ? arena_printf(book->arena, "%s\n%s", label, word(book->words, "reading.turned_short"))
                               : label;
        put_head(s, row + 1, FIRST + i, text, 'c');
        double height = text_height(text, sheet_span(s, FIRST + i, FIRST + i) * 0.8, 9) + 6;
        most = height > most ? height : most;
    }
    put_head(s, row + 1, NAME, word(book->words, "groups.group"), 'l');
    put_head(s, row + 1, N, word(book->words, "profile.n"), 'c');
    sheet_height(s, row + 1, most);
}

static size_t put_rows(struct sheet *s, size_t row, const struct organisation_view *view) {
    struct book *book = s->book;
    const struct organisation_results *o = view->results;
    put_group(s, row++, view, 0);
    for (size_t g = 1; g < o->n_groups; g++) {
        if (g == 1 || strcmp(o->groups[g].question, o->groups[g - 1].question) != 0) {
            const char *text = words_breakdown(book->words, &o->groups[g]);
            struct style band = {.bold = 1, .size = 9, .ink = COLOUR_QUIET, .line_below = 1};
            put_blank(s, row, NAME, FIRST + view->staff.n - 1, band);
            put_text(s, row, NAME, text, band);
            sheet_height(s, row++, 28);
        }
        put_group(s, row++, view, g);
    }
    return row;
}

void sheet_groups(struct book *book, const struct organisation_view *view) {
    struct sheet *s = book_sheet(book, word(book->words, "sheet.groups"));
    size_t n = view->staff.n, last = n ? FIRST + n - 1 : N;
    sheet_width(s, NAME, NAME, 30);
    sheet_width(s, N, N, 10);
    if (n)
        sheet_width(s, FIRST, last, n < 8 ? 16 : 11.6);
    size_t wide = last > 8 ? 8 : last; /* the explanation must be readable without scrolling sideways */
    const char *how = WORDS(book->words, "groups.how", "fewer", words_fewer(book->words), NULL);
    size_t row = put_heading(s, word(book->words, "groups.title"), how, wide);
    if (n == 0) {
        sheet_print(s, true, 1, 0);
        return;
    }
    put_heads(s, row, view);
    size_t head = row + 1;
    row = put_rows(s, row + 2, view);
    if (view->results->n_groups <= 1)
        put_merged(s, row + 1, NAME, wide, word(book->words, "groups.none"),
                   (struct style){.ink = COLOUR_QUIET, .wrap = 1});
    worksheet_freeze_panes(s->page, (lxw_row_t)head + 1, 2);
    worksheet_repeat_rows(s->page, (lxw_row_t)head - 1, (lxw_row_t)head);
    if (n > 16)
        worksheet_repeat_columns(s->page, NAME, N);
    sheet_print(s, true, n > 16 ? 2 : 1, 0);
}
