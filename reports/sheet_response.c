/* Response: how many were invited and answered, organisation by organisation. */
#include "reports/sheets.h"

enum { NAME, PARENT, INVITED, ANSWERED, RATE, OWN, LAST = OWN };

static void put_organisation(struct sheet *s, size_t row, const struct organisation_results *o, const char *name,
                             const char *parent, bool whole) {
    struct book *book = s->book;
    struct style text = {.wrap = 1, .line_below = whole ? 2 : 1, .bold = whole};
    struct style count = {.align = 'c', .number = NUMBER_COUNT, .line_below = text.line_below, .bold = whole};
    struct style rate = count, own = text;
    rate.number = NUMBER_SHARE;
    rate.align = 'r';
    own.align = 'c';
    put_text(s, row, NAME, name, text);
    put_text(s, row, PARENT, parent, text);
    put_cell(s, row, INVITED, o->invited, count);
    put_answered(s, row, ANSWERED, o, count);
    put_cell(s, row, RATE, o->rate, rate);
    put_text(s, row, OWN, whole ? "" : word(book->words, o->has_answer ? "response.given" : "response.missing"), own);
    double height = text_height(name, sheet_span(s, NAME, NAME) * 0.93, 10) + 5;
    sheet_height(s, row, height > 20 ? height : 20);
}

void sheet_response(struct book *book, const struct all_view *view) {
    struct sheet *s = book_sheet(book, word(book->words, "sheet.response"));
    static const double widths[] = {42, 26, 12, 12, 34, 22};
    static const char *const heads[] = {"overview.organisation", "response.parent", "response.invited",
                                        "overview.answered",     "overview.rate",   "response.own"};
    for (size_t i = NAME; i <= LAST; i++)
        sheet_width(s, i, i, widths[i]);
    size_t row = put_heading(s, word(book->words, "response.title"), word(book->words, "response.how"), LAST);
    put_organisation(s, row, view->overall, word(book->words, "overview.all"), "", true);
    row += 1;
    size_t head = row++;
    for (size_t i = NAME; i <= LAST; i++)
        put_head(s, head, i, word(book->words, heads[i]), i <= PARENT ? 'l' : 'c');
    sheet_height(s, head, 32);
    size_t first = row;
    for (size_t i = 0; i < view->n; i++)
        put_organisation(s, row++, view->each[i], view->heads[i].name, view->heads[i].parent, false);
    if (view->n) {
        worksheet_autofilter(s->page, (lxw_row_t)head, NAME, (lxw_row_t)row - 1, LAST);
        lxw_conditional_format bars = {.type = LXW_CONDITIONAL_DATA_BAR,
                                       .bar_color = colour_of(COLOUR_ENABLER),
                                       .bar_solid = LXW_TRUE,
                                       .bar_no_border = LXW_TRUE,
                                       .min_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
                                       .min_value = 0,
                                       .max_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
                                       .max_value = 1,
                                       .data_bar_2010 = LXW_TRUE};
        if (worksheet_conditional_format_range(s->page, (lxw_row_t)first, RATE, (lxw_row_t)row - 1, RATE, &bars) !=
            LXW_NO_ERROR)
            book->failed = true;
    }
    worksheet_freeze_panes(s->page, (lxw_row_t)head + 1, 1);
    worksheet_repeat_rows(s->page, (lxw_row_t)head, (lxw_row_t)head);
    sheet_print(s, true, 1, 0);
}
