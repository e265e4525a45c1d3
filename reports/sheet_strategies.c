/* Strategies: what could be done about the barriers found, in the order of how many of them a strategy serves, with who
 * says so. */
#include "reports/sheets.h"
#include "reports/told_action.h"

enum { NAME, SERVES, SUM, WHY, LAST = WHY };
enum { ONE_PAGE = 13 }; /* so many strategies stand on the first page: no head over what is below them */

static double put_label(struct sheet *s, size_t row, const struct strategy *strategy, struct style style) {
    const struct text_run runs[] = {
        {strategy->label, {.bold = 1}},
        {*strategy->cluster ? arena_printf(s->book->arena, "\n%s", strategy->cluster) : "",
         {.size = 8, .ink = COLOUR_QUIET}},
    };
    double width = sheet_span(s, NAME, NAME) * 0.93;
    put_runs(s, row, NAME, runs, 2, style);
    return text_height(strategy->label, width * 0.95, 10) +
           (*strategy->cluster ? text_height(strategy->cluster, width, 8) : 0);
}

/* Writes one strategy; returns its height. */
static double put_offer(struct sheet *s, size_t row, const struct offer *offer, bool matrix) {
    struct style line = {.line_below = 1, .wrap = 1}, count = line;
    count.align = 'c';
    count.number = NUMBER_COUNT;
    const char *why = told_reasons(s->book->words, offer, matrix);
    double a = put_label(s, row, offer->strategy, line), b = text_height(why, sheet_span(s, WHY, WHY) * 0.95, 10);
    put_number(s, row, SERVES, (double)offer->n_reasons, count);
    if (matrix && offer->cumulative > 0)
        put_number(s, row, SUM, offer->cumulative, count);
    else
        put_blank(s, row, SUM, SUM, line);
    put_text(s, row, WHY, why, line);
    a = (a > b ? a : b) + 6;
    sheet_height(s, row, a);
    return a;
}

/* Where the strategies come from: together on one page. */
static void put_sources(struct sheet *s, size_t row, const struct offers *offers, struct page_breaks *breaks) {
    struct book *book = s->book;
    struct told_line *lines;
    const size_t head = row;
    double points = 24;
    size_t n = told_offer_sources(book->words, offers, &lines);
    put_merged(s, row, NAME, LAST, word(book->words, "strategies.sources"),
               (struct style){.size = 12, .bold = 1, .line_below = 2});
    sheet_height(s, row++, 24);
    for (size_t i = 0; i < n; i++, row++) {
        put_text(s, row, NAME, lines[i].label, (struct style){.size = 9, .bold = 1, .wrap = 1, .top = 1});
        put_merged(s, row, SERVES, LAST, lines[i].text,
                   (struct style){.size = 9, .wrap = 1, .top = 1, .ink = COLOUR_QUIET});
        double a = text_height(lines[i].label, sheet_span(s, NAME, NAME) * 0.93, 9);
        double b = text_height(lines[i].text, sheet_span(s, SERVES, LAST) * 0.95, 9);
        a = (a > b ? a : b) + 6;
        sheet_height(s, row, a);
        points += a;
    }
    page_breaks_add(s, breaks, head, points);
}

void sheet_strategies(struct book *book, const struct organisation_view *view) {
    struct sheet *s = book_sheet(book, word(book->words, "sheet.strategies"));
    const struct offers offers = words_offers(book->words, view);
    const char *how = told_offers(book->words, &offers, shows_anything(view->results, &view->staff));
    if (offers.n == 0)
        how = arena_printf(book->arena, "%s %s", how, word(book->words, "strategies.plan_still"));
    sheet_width(s, NAME, NAME, offers.matrix ? 48 : 56);
    sheet_width(s, SERVES, SERVES, 11);
    sheet_width(s, SUM, SUM, offers.matrix ? 13 : 1);
    sheet_width(s, WHY, WHY, offers.matrix ? 76 : 58);
    size_t row = put_heading(s, word(book->words, "strategies.title"), how, LAST);
    if (offers.n > 0) {
        size_t head = row;
        put_head(s, row, NAME, word(book->words, "strategies.strategy"), 'l');
        put_head(s, row, SERVES, word(book->words, "strategies.serves"), 'c');
        put_head(s, row, SUM, offers.matrix ? word(book->words, "strategies.sum") : "", 'c');
        put_head(s, row, WHY, word(book->words, offers.matrix ? "strategies.why" : "strategies.which"), 'l');
        sheet_height(s, row++, 32);
        struct page_breaks breaks =
            page_breaks_begin(s, true, LAST, 30 + text_height(how, sheet_span(s, NAME, LAST), 10) + 20);
        breaks.room -= 32; /* the head is on every page */
        for (size_t i = 0; i < offers.n && i < OFFERS_SHOWN; i++, row++)
            page_breaks_add(s, &breaks, row, put_offer(s, row, &offers.list[i], offers.matrix));
        const char *more = told_more(book->words, &offers);
        if (*more)
            put_text(s, row++, NAME, more, (struct style){.size = 9, .ink = COLOUR_QUIET});
        put_sources(s, row + 1, &offers, &breaks);
        page_breaks_set(s, &breaks);
        worksheet_freeze_panes(s->page, (lxw_row_t)head + 1, 1);
        if (offers.n > ONE_PAGE)
            worksheet_repeat_rows(s->page, (lxw_row_t)head, (lxw_row_t)head);
    }
    sheet_print(s, true, 1, 0);
}
