/* Common barriers: what is a barrier in how many organisations, and which strategies would serve most of them. */
#include "reports/sheets.h"
#include "reports/told_action.h"

enum { NAME, HITS, SHARE, WHERE, LAST = WHERE };

/* Writes one barrier; returns its height. */
static double put_barrier(struct sheet *s, size_t row, const struct all_view *view, size_t c) {
    struct book *book = s->book;
    const struct construct *construct = &book->instrument->constructs[c];
    const struct common common = common_calls(view, c, false);
    const char *label = words_text(book->words, &construct->label), *where = told_where(book->words, view, c);
    const struct text_run runs[] = {
        {label, {.bold = 1}},
        {arena_printf(book->arena, "\n%s %s", words_level(book->words, construct->level),
                      construct->higher_is_barrier ? word(book->words, "reading.turned_short") : ""),
         {.size = 8, .ink = COLOUR_QUIET}}};
    struct style line = {.line_below = 1, .wrap = 1}, hits = line, share = line, names = line;
    hits.align = share.align = 'c';
    hits.bold = 2 * common.hits > common.shown;
    share.number = NUMBER_SHARE;
    names.size = 9;
    put_runs(s, row, NAME, runs, 2, line);
    put_text(s, row, HITS, told_common(book->words, common), hits);
    put_number(s, row, SHARE, (double)common.hits / (double)common.shown, share);
    put_text(s, row, WHERE, where, names);
    double a = text_height(label, sheet_span(s, NAME, NAME) * 0.9, 10) + 11;
    double b = text_height(where, sheet_span(s, WHERE, WHERE) * 0.95, 9);
    a = (a > b ? a : b) + 3;
    sheet_height(s, row, a);
    return a;
}

/* Writes one strategy; returns its height. */
static double put_offer(struct sheet *s, size_t row, const struct all_view *view, const struct offer *offer,
                        bool matrix) {
    struct book *book = s->book;
    struct style line = {.line_below = 1, .wrap = 1}, count = line, share = line, why = line;
    count.align = share.align = 'c';
    count.number = NUMBER_COUNT;
    share.number = NUMBER_SHARE;
    why.size = 9;
    const char *text = told_reasons(book->words, offer, matrix);
    const struct text_run runs[] = {
        {offer->strategy->label, {.bold = 1}},
        {*offer->strategy->cluster ? arena_printf(book->arena, "\n%s", offer->strategy->cluster) : "",
         {.size = 8, .ink = COLOUR_QUIET}}};
    size_t shown = organisations_shown(view);
    put_runs(s, row, NAME, runs, 2, line);
    put_number(s, row, HITS, (double)offer->organisations, count);
    put_number(s, row, SHARE, (double)offer->organisations / (double)shown, share);
    put_text(s, row, WHERE, text, why);
    double a = text_height(offer->strategy->label, sheet_span(s, NAME, NAME) * 0.88, 10) + 11;
    double b = text_height(text, sheet_span(s, WHERE, WHERE) * 0.95, 9);
    a = (a > b ? a : b) + 3;
    sheet_height(s, row, a);
    return a;
}

static size_t put_heads(struct sheet *s, size_t row, const char *const *keys) {
    for (size_t i = NAME; i <= LAST; i++)
        put_head(s, row, i, word(s->book->words, keys[i]), i == NAME || i == WHERE ? 'l' : 'c');
    sheet_height(s, row, 32);
    return row + 1;
}

static size_t put_section(struct sheet *s, size_t row, const char *key, const char *text) {
    struct book *book = s->book;
    put_text(s, row, NAME, word(book->words, key), (struct style){.size = 14, .bold = 1});
    sheet_height(s, row++, 26);
    put_merged(s, row, NAME, LAST, text, (struct style){.wrap = 1, .top = 1, .ink = COLOUR_QUIET});
    sheet_height(s, row, text_height(text, sheet_span(s, NAME, LAST) * 0.97, 10) + 6);
    return row + 1;
}

/* Where the strategies come from: together on one page. */
static void put_sources(struct sheet *s, size_t row, const struct offers *offers, struct page_breaks *breaks) {
    struct told_line *lines;
    const size_t head = row;
    double points = 24;
    size_t n = told_offer_sources(s->book->words, offers, &lines);
    put_merged(s, row, NAME, LAST, word(s->book->words, "strategies.sources"),
               (struct style){.size = 12, .bold = 1, .line_below = 2});
    sheet_height(s, row++, 24);
    for (size_t i = 0; i < n; i++, row++) {
        put_text(s, row, NAME, lines[i].label, (struct style){.size = 9, .bold = 1, .wrap = 1, .top = 1});
        put_merged(s, row, HITS, LAST, lines[i].text,
                   (struct style){.size = 9, .wrap = 1, .top = 1, .ink = COLOUR_QUIET});
        double a = text_height(lines[i].label, sheet_span(s, NAME, NAME) * 0.93, 9);
        double b = text_height(lines[i].text, sheet_span(s, HITS, LAST) * 0.95, 9);
        a = (a > b ? a : b) + 6;
        sheet_height(s, row, a);
        points += a;
    }
    page_breaks_add(s, breaks, head, points);
}

void sheet_common(struct book *book, const struct all_view *view) {
    static const char *const barriers[] = {"profile.construct", "common.barrier_in", "common.share", "common.where"};
    const char *strategies[] = {"strategies.strategy", "common.serves", "common.share", "strategies.why"};
    struct sheet *s = book_sheet(book, word(book->words, "sheet.common"));
    const struct offers offers = words_offers_of_all(book->words, view);
    strategies[WHERE] = offers.matrix ? "strategies.why" : "strategies.which";
    sheet_width(s, NAME, NAME, 44);
    sheet_width(s, HITS, HITS, 14);
    sheet_width(s, SHARE, SHARE, 14);
    sheet_width(s, WHERE, WHERE, 84);
    const char *how =
        arena_printf(book->arena, "%s %s", word(book->words, "common.how"), told_common_barriers(book->words, &offers));
    size_t row = put_heading(s, word(book->words, "common.title"), how, LAST);
    struct page_breaks breaks =
        page_breaks_begin(s, true, LAST, 30 + text_height(how, sheet_span(s, NAME, LAST), 10) + 20 + 32);
    if (offers.n_barriers > 0) {
        row = put_heads(s, row, barriers);
        for (size_t i = 0; i < offers.n_barriers; i++, row++)
            page_breaks_add(s, &breaks, row, put_barrier(s, row, view, offers.barriers[i]));
        breaks.used = breaks.room; /* the strategies begin a page */
        page_breaks_add(s, &breaks, row + 1, 100);
        row = put_section(s, row + 1, "common.strategies", told_offers_of_all(book->words, &offers));
    }
    if (offers.n > 0) {
        row = put_heads(s, row, strategies);
        for (size_t i = 0; i < offers.n && i < OFFERS_SHOWN; i++, row++)
            page_breaks_add(s, &breaks, row, put_offer(s, row, view, &offers.list[i], offers.matrix));
        const char *more = told_more(book->words, &offers);
        if (*more)
            put_text(s, row++, NAME, more, (struct style){.size = 9, .ink = COLOUR_QUIET});
        put_sources(s, row + 1, &offers, &breaks);
    }
    page_breaks_set(s, &breaks);
    worksheet_freeze_panes(s->page, 2, 0);
    sheet_print(s, true, 1, 0);
}
