/* Overview: organisations by constructs as a heat map, and on how many organisations something weighs. */
#include "reports/sheets.h"

enum { NAME, N, RATE, FIRST };
enum { BIG = 16 }; /* more constructs than this are printed on two pages side by side */

static void put_figures(struct sheet *s, size_t row, const struct all_view *view, const struct organisation_results *o,
                        struct style style) {
    struct style cell = style;
    cell.align = 'c';
    for (size_t i = 0; i < view->staff.n; i++)
        put_share(s, row, FIRST + i, &o->groups[0].constructs[view->staff.constructs[i]], GAP_NONE, cell);
}

static void put_organisation(struct sheet *s, size_t row, const struct all_view *view,
                             const struct organisation_results *o, const char *name, bool bold) {
    struct style text = {.wrap = 1, .bold = bold}, count = {.align = 'c', .number = NUMBER_COUNT, .bold = bold};
    struct style share = {.align = 'c', .number = NUMBER_SHARE, .bold = bold};
    put_text(s, row, NAME, name, text);
    put_answered(s, row, N, o, count);
    put_cell(s, row, RATE, o->rate, share);
    put_figures(s, row, view, o, (struct style){.bold = bold});
    double height = text_height(name, sheet_span(s, NAME, NAME) * 0.97, 10) + 4;
    sheet_height(s, row, height > 20 ? height : 20);
}

/* "A barrier in 7 of 12": of the organisations whose figure may be shown. */
static void put_common(struct sheet *s, size_t row, const struct all_view *view, bool enablers) {
    struct book *book = s->book;
    put_text(s, row, NAME, word(book->words, enablers ? "overview.enabler_in" : "overview.barrier_in"),
             (struct style){.wrap = 1, .size = 9});
    for (size_t i = 0; i < view->staff.n; i++) {
        struct common common = common_calls(view, view->staff.constructs[i], enablers);
        const char *text = WORDS(book->words, "overview.of", "hits", words_whole(book->words, common.hits), "all",
                                 words_whole(book->words, common.shown), NULL);
        put_text(s, row, FIRST + i, common.shown ? text : "",
                 (struct style){.align = 'c', .size = 9, .bold = 2 * common.hits > common.shown});
    }
    sheet_height(s, row, 20);
}

static void put_heads(struct sheet *s, size_t row, const struct all_view *view) {
    struct book *book = s->book;
    const struct instrument *instrument = book->instrument;
    double most = 40;
    size_t begin = 0;
    for (size_t i = 0; i < view->staff.n; i++) {
        const struct construct *construct = &instrument->constructs[view->staff.constructs[i]];
        if (i + 1 == view->staff.n || outline_begins_level(&view->staff, instrument, i + 1)) {
            put_merged(s, row, FIRST + begin, FIRST + i, words_level(book->words, construct->level),
                       (struct style){.size = 9, .ink = COLOUR_QUIET, .align = begin < i ? 'l' : 'c', .line_below = 1});
            begin = i + 1;
        }
        const char *text = words_text(book->words, &construct->label);
        if (construct->higher_is_barrier)
            text = arena_printf(book->arena, "%s\n%s", text, word(book->words, "reading.turned_short"));
        put_text(s, row + 1, FIRST + i, text, (struct style){.size = 9, .bold = 1, .wrap = 1, .align = 'c'});
        double height = text_height(text, sheet_span(s, FIRST + i, FIRST + i) * 0.8, 9) + 6;
        most = height > most ? height : most;
    }
    sheet_height(s, row + 1, most);
}

void sheet_overview(struct book *book, const struct all_view *view) {
    struct sheet *s = book_sheet(book, word(book->words, "sheet.overview"));
    size_t n = view->staff.n, last = n ? FIRST + n - 1 : RATE, wide = last > 9 ? 9 : last;
    sheet_width(s, NAME, NAME, 36);
    sheet_width(s, N, RATE, 10);
    if (n)
        sheet_width(s, FIRST, last, n < 8 ? 15 : 11.2);
    size_t row = put_heading(s, word(book->words, "overview.title"),
                             WORDS(book->words, "overview.how", "fewer", words_fewer(book->words), NULL), wide);
    put_heads(s, row, view);
    row += 2;
    put_organisation(s, row++, view, view->overall, word(book->words, "overview.all"), true);
    put_common(s, row++, view, false);
    put_common(s, row++, view, true);
    /* the row that carries the filter buttons stands right over what they sort */
    put_head(s, row, NAME, word(book->words, "overview.organisation"), 'l');
    put_head(s, row, N, word(book->words, "overview.answered"), 'c');
    put_head(s, row, RATE, word(book->words, "overview.rate"), 'c');
    put_blank(s, row, FIRST, last < FIRST ? FIRST : last, (struct style){.line_below = 2});
    sheet_height(s, row, 30);
    size_t head = row++;
    for (size_t i = 0; i < view->n; i++)
        put_organisation(s, row++, view, view->each[i], view->heads[i].name, false);
    if (view->n)
        worksheet_autofilter(s->page, (lxw_row_t)head, NAME, (lxw_row_t)row - 1, (lxw_col_t)last);
    worksheet_freeze_panes(s->page, (lxw_row_t)head + 1, 1);
    worksheet_repeat_rows(s->page, (lxw_row_t)head - 4, (lxw_row_t)head);
    if (n > BIG)
        worksheet_repeat_columns(s->page, NAME, NAME);
    sheet_print(s, true, n > BIG ? 2 : 1, 0);
}
