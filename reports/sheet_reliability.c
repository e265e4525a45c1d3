/* Reliability: over all organisations together, whether the answers to a construct belong together, and whether they
 * tell one organisation from another. */
#include "reports/says.h"
#include "reports/sheets.h"

#include "aggregate/statistics.h"

#include <math.h>

enum { NAME, SAYS, N, ICC1, ICC2, F, P, NEEDED, ALPHA, OMEGA, LAST = OMEGA };
static const double reliable = 0.70;

static const char *says_of(const struct book *book, const struct figures *f) {
    const struct evidence e = evidence_of_reliability(f);
    return arena_printf(book->arena, "%s %s", says(book->words, SUBJECT_RELIABILITY, &e),
                        says(book->words, SUBJECT_CONSISTENCY, &e));
}

/* Writes one construct; returns its height. */
static double put_construct(struct sheet *s, size_t row, const struct all_view *view, size_t c) {
    struct book *book = s->book;
    const struct construct *construct = &book->instrument->constructs[c];
    const struct figures *f = &view->overall->groups[0].constructs[c];
    struct style number = {.align = 'c', .number = NUMBER_MEAN, .line_below = 1}, count = number, p = number;
    count.number = NUMBER_COUNT;
    p.number = NUMBER_P;
    const struct text_run runs[] = {
        {words_text(book->words, &construct->label), {.size = 10}},
        {arena_printf(book->arena, "\n%s. %s", words_level(book->words, construct->level),
                      words_reading(book->words, construct)),
         {.size = 8, .ink = COLOUR_QUIET}},
    };
    put_runs(s, row, NAME, runs, 2, (struct style){.wrap = 1, .line_below = 1});
    put_text(s, row, SAYS, says_of(book, f), (struct style){.wrap = 1, .size = 9, .line_below = 1});
    put_n(s, row, N, f->of[STAT_N], count);
    put_cell(s, row, ICC1, f->of[STAT_ICC1], number);
    put_cell(s, row, ICC2, f->of[STAT_ICC2], number);
    put_cell(s, row, F, f->of[STAT_F], number);
    put_cell(s, row, P, f->of[STAT_P], p);
    put_number(s, row, NEEDED, cell_shown(f->of[STAT_ICC1]) ? group_size_needed(f->of[STAT_ICC1].value, reliable) : NAN,
               count);
    put_cell(s, row, ALPHA, f->of[STAT_ALPHA], number);
    put_cell(s, row, OMEGA, f->of[STAT_OMEGA], number);
    double name = text_height(runs[0].text, sheet_span(s, NAME, NAME) * 0.93, 10) + 14;
    double words = text_height(says_of(book, f), sheet_span(s, SAYS, SAYS) * 0.93, 9) + 5;
    const double points = fmax(30, fmax(name, words));
    sheet_height(s, row, points);
    return points;
}

static double put_item(struct sheet *s, size_t row, const struct item *item, const struct figures *f) {
    struct book *book = s->book;
    struct style number = {.align = 'c', .number = NUMBER_MEAN, .line_below = 1}, count = number;
    count.number = NUMBER_COUNT;
    const char *text = words_text(book->words, &item->text);
    put_merged(s, row, NAME, SAYS, text, (struct style){.wrap = 1, .line_below = 1});
    put_n(s, row, N, f->of[STAT_N], count);
    put_cell(s, row, ICC1, f->of[STAT_ITEM_REST], number);
    put_cell(s, row, ICC2, f->of[STAT_ALPHA_WITHOUT], number);
    const double points = fmax(20, text_height(text, sheet_span(s, NAME, SAYS) * 0.95, 10) + 5);
    sheet_height(s, row, points);
    return points;
}

/* The items, on a page of their own; those of a construct stay together. */
static void put_items(struct sheet *s, size_t row, const struct all_view *view, struct page_breaks *breaks) {
    struct book *book = s->book;
    breaks->used = breaks->room;
    page_breaks_add(s, breaks, row, 66);
    put_text(s, row, NAME, word(book->words, "reliability.items_title"), (struct style){.size = 14, .bold = 1});
    sheet_height(s, row++, 26);
    put_head(s, row, NAME, word(book->words, "items.text"), 'l');
    put_head(s, row, SAYS, "", 'l');
    put_head(s, row, N, word(book->words, "profile.n"), 'c');
    put_head(s, row, ICC1, word(book->words, "reliability.item_rest"), 'c');
    put_head(s, row, ICC2, word(book->words, "reliability.alpha_without"), 'c');
    sheet_height(s, row++, 40);
    for (size_t i = 0; i < view->staff.n; i++) {
        const struct construct *construct = &book->instrument->constructs[view->staff.constructs[i]];
        struct style band = {.bold = 1, .fill = COLOUR_BAND};
        put_blank(s, row, NAME, ICC2, band);
        put_text(s, row, NAME, words_text(book->words, &construct->label), band);
        const size_t head = row;
        double points = 20;
        sheet_height(s, row++, points);
        for (size_t j = construct->first_item; j < construct->first_item + construct->n_items; j++)
            points += put_item(s, row++, &book->instrument->items[j], &view->overall->groups[0].items[j]);
        page_breaks_add(s, breaks, head, points);
    }
}

void sheet_reliability(struct book *book, const struct all_view *view) {
    struct sheet *s = book_sheet(book, word(book->words, "sheet.reliability"));
    static const char *const heads[] = {"profile.construct", "reliability.says", "profile.n",     "reliability.icc1",
                                        "reliability.icc2",  "reliability.f",    "reliability.p", "reliability.needed",
                                        "reliability.alpha", "reliability.omega"};
    sheet_width(s, NAME, NAME, 42);
    sheet_width(s, SAYS, SAYS, 62);
    sheet_width(s, N, LAST, 11);
    size_t row = put_heading(s, word(book->words, "reliability.title"), word(book->words, "reliability.how"), LAST);
    double most = 30;
    for (size_t i = NAME; i <= LAST; i++) {
        put_head(s, row, i, word(book->words, heads[i]), i <= SAYS ? 'l' : 'c');
        most = fmax(most, text_height(word(book->words, heads[i]), sheet_span(s, i, i) * 0.8, 9) + 6);
    }
    sheet_height(s, row++, most);
    struct page_breaks breaks = page_breaks_begin(s, true, LAST, 80 + most);
    for (size_t i = 0; i < view->staff.n; i++, row++)
        page_breaks_add(s, &breaks, row, put_construct(s, row, view, view->staff.constructs[i]));
    put_items(s, row + 1, view, &breaks);
    page_breaks_set(s, &breaks);
    worksheet_freeze_panes(s->page, 0, 1); /* no rows: the heads of one table would stand over the other */
    sheet_print(s, true, 1, 0);
}
