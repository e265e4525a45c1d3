/* Items: every rating item with its distribution as answered. The deeper the colour, the more people chose that answer;
 * the side comes from the instrument, so a reversed item shows its favourable answers where they really are. */
#include "reports/sheets.h"

/* Where the columns are: they depend on the widest scale. */
struct columns {
    size_t points, not_applicable; /* how many columns each */
    bool one_scale;                /* then the answers' words stand in the head */
    size_t first_point, first_na, n, favourable, neutral, unfavourable, mean, sd, last;
};
enum { TEXT, MARK };

static struct columns columns_of(const struct book *book, const struct outline *o) {
    struct columns k = {.one_scale = true};
    const struct scale *first = o->n ? book->instrument->constructs[o->constructs[0]].scale : NULL;
    for (size_t i = 0; i < o->n; i++) {
        const struct scale *scale = book->instrument->constructs[o->constructs[i]].scale;
        k.points = scale->n_points > k.points ? scale->n_points : k.points;
        k.not_applicable = scale->n_not_applicable > k.not_applicable ? scale->n_not_applicable : k.not_applicable;
        k.one_scale = k.one_scale && scale == first;
    }
    k.n = MARK + 1;
    k.favourable = k.n + 1;
    k.neutral = k.favourable + 1;
    k.unfavourable = k.neutral + 1;
    k.mean = k.unfavourable + 1;
    k.sd = k.mean + 1;
    k.first_point = k.sd + 1;
    k.first_na = k.first_point + k.points;
    k.last = k.first_na + k.not_applicable - 1;
    return k;
}

/* The words of a scale's answers over their columns: in the head, or in the band of a construct. */
static void put_answers(struct sheet *s, size_t row, const struct columns *k, const struct scale *scale,
                        struct style style) {
    struct book *book = s->book;
    style.align = 'c';
    style.wrap = 1;
    for (size_t i = 0; i < scale->n_points; i++)
        put_text(s, row, k->first_point + i,
                 arena_printf(book->arena, "%d\n%s", scale->points[i].code,
                              words_text(book->words, &scale->points[i].label)),
                 style);
    for (size_t i = 0; i < scale->n_not_applicable; i++)
        put_text(s, row, k->first_na + i, words_text(book->words, &scale->not_applicable[i].label), style);
}

static double answers_height(struct sheet *s, const struct columns *k, const struct scale *scale) {
    double most = 0, width = sheet_span(s, k->first_point, k->first_point) * 0.85;
    for (size_t i = 0; i < scale->n_points + scale->n_not_applicable; i++) {
        const struct text *label =
            i < scale->n_points ? &scale->points[i].label : &scale->not_applicable[i - scale->n_points].label;
        double height = text_height(words_text(s->book->words, label), width, 8) + (i < scale->n_points ? 11 : 0);
        most = height > most ? height : most;
    }
    return most + 4;
}

/* Writes a construct's band; returns its height. */
static double put_band(struct sheet *s, size_t row, const struct columns *k, const struct construct *construct) {
    struct book *book = s->book;
    struct style band = {.fill = COLOUR_BAND, .wrap = 1};
    put_blank(s, row, TEXT, k->last, band);
    const struct text_run runs[] = {
        {words_text(book->words, &construct->label), {.bold = 1}},
        {arena_printf(book->arena, "\n%s. %s", words_level(book->words, construct->level),
                      words_reading(book->words, construct)),
         {.size = 8, .ink = COLOUR_QUIET}},
    };
    put_runs(s, row, TEXT, runs, 2, band);
    double name = text_height(runs[0].text, sheet_span(s, TEXT, TEXT) * 0.9, 10) + 14, words = 0;
    if (!k->one_scale) {
        struct style small = {.fill = COLOUR_BAND, .size = 8, .ink = COLOUR_QUIET};
        put_answers(s, row, k, construct->scale, small);
        words = answers_height(s, k, construct->scale);
    }
    return name > words ? name : words;
}

/* Share of one answer among those who answered on the scale, on the colour of its side, deeper from a quarter and from
 * half of the people. */
static struct style heat(const struct instrument *instrument, const struct item *item, int code, double share) {
    struct style style = {.align = 'c', .number = NUMBER_SHARE, .line_below = 1};
    int side = item_side(instrument, item, code);
    if (share < 0.25)
        return style;
    static const enum call deep[] = {CALL_STRONG_BARRIER, CALL_MIXED, CALL_STRONG_ENABLER};
    static const enum call light[] = {CALL_BARRIER, CALL_MIXED, CALL_ENABLER};
    enum call call = share >= 0.5 ? deep[side + 1] : light[side + 1];
    return style_of_call(call, style);
}

static void put_distribution(struct sheet *s, size_t row, const struct columns *k, const struct item *item,
                             const struct figures *f) {
    const struct instrument *instrument = s->book->instrument;
    const struct scale *scale = instrument->constructs[item->construct].scale;
    struct style plain = {.align = 'c', .number = NUMBER_COUNT, .line_below = 1};
    put_blank(s, row, k->first_point, k->last, plain);
    if (!f->counts)
        return;
    double sum = 0;
    for (size_t i = 0; i < scale->n_points; i++)
        sum += f->counts[i].value;
    for (size_t i = 0; i < scale->n_points; i++) {
        struct cell share = f->counts[i];
        if (cell_shown(share) && sum > 0)
            share.value /= sum;
        put_cell(s, row, k->first_point + i, share, heat(instrument, item, scale->points[i].code, share.value));
    }
    plain.ink = COLOUR_QUIET;
    for (size_t i = 0; i < scale->n_not_applicable; i++)
        put_cell(s, row, k->first_na + i, f->counts[scale->n_points + i], plain);
}

static void put_item(struct sheet *s, size_t row, const struct columns *k, const struct item *item,
                     const struct figures *f) {
    struct book *book = s->book;
    struct style line = {.line_below = 1, .align = 'c'}, share = line, mean = line, count = line, text = line,
                 mark = line;
    share.number = NUMBER_SHARE;
    mean.number = NUMBER_MEAN;
    count.number = NUMBER_COUNT;
    text.align = 'l';
    text.wrap = 1;
    mark.wrap = 1;
    mark.size = 8;
    mark.ink = COLOUR_QUIET;
    const char *words = words_text(book->words, &item->text);
    put_text(s, row, TEXT, words, text);
    put_text(s, row, MARK, item->reverse ? word(book->words, "items.reversed") : "", mark);
    put_n(s, row, k->n, f->of[STAT_N], count);
    put_share(s, row, k->favourable, f, GAP_NONE, share);
    put_cell(s, row, k->neutral, f->of[STAT_NEUTRAL], share);
    put_cell(s, row, k->unfavourable, f->of[STAT_UNFAVOURABLE], share);
    put_cell(s, row, k->mean, f->of[STAT_MEAN], mean);
    put_cell(s, row, k->sd, f->of[STAT_SD], mean);
    put_distribution(s, row, k, item, f);
}

static double item_height(struct sheet *s, const struct item *item) {
    double height = text_height(words_text(s->book->words, &item->text), sheet_span(s, TEXT, TEXT) * 0.95, 10) + 6;
    return height < 24 ? 24 : height > 409 ? 409 : height;
}

/* A construct's band and its items, together on a page if they fit on one. */
static size_t put_construct(struct sheet *s, size_t row, const struct columns *k, const struct construct *construct,
                            const struct figures *items, struct page_breaks *breaks) {
    const struct item *all = s->book->instrument->items;
    size_t band = row, end = construct->first_item + construct->n_items;
    double points = put_band(s, row, k, construct);
    sheet_height(s, row++, points);
    for (size_t i = construct->first_item; i < end; i++) {
        put_item(s, row, k, &all[i], &items[i]);
        sheet_height(s, row++, item_height(s, &all[i]));
        points += item_height(s, &all[i]);
    }
    page_breaks_add(s, breaks, band, points);
    return row;
}

void sheet_items(struct book *book, const struct organisation_view *view) {
    struct sheet *s = book_sheet(book, word(book->words, "sheet.items"));
    const struct instrument *instrument = book->instrument;
    struct columns k = columns_of(book, &view->staff);
    sheet_width(s, TEXT, TEXT, 52);
    sheet_width(s, MARK, MARK, 10);
    sheet_width(s, k.n, k.n, 10);
    sheet_width(s, k.favourable, k.unfavourable, 11);
    sheet_width(s, k.mean, k.sd, 9);
    sheet_width(s, k.first_point, k.last, k.points > 7 ? 6.5 : 10);
    size_t row = put_heading(s, word(book->words, "items.title"), word(book->words, "items.how"), k.last);
    static const char *const heads[] = {
        "items.text",   "",        "profile.n", "share.favourable", "share.neutral", "share.unfavourable",
        "profile.mean", "items.sd"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        put_head(s, row, i, *heads[i] ? word(book->words, heads[i]) : "", i == TEXT ? 'l' : 'c');
    put_blank(s, row, k.first_point, k.last, (struct style){.line_below = 2});
    double height = 40;
    if (k.one_scale && view->staff.n) {
        const struct scale *scale = instrument->constructs[view->staff.constructs[0]].scale;
        put_answers(s, row, &k, scale, (struct style){.size = 8, .line_below = 2, .bold = 1});
        double words = answers_height(s, &k, scale);
        height = words > height ? words : height;
    }
    sheet_height(s, row, height);
    size_t head = row++;
    struct page_breaks breaks = page_breaks_begin(s, true, k.last, 30 + 32);
    breaks.room -= height; /* the head is repeated on every page */
    for (size_t i = 0; i < view->staff.n; i++)
        row = put_construct(s, row, &k, &instrument->constructs[view->staff.constructs[i]],
                            view->results->groups[0].items, &breaks);
    page_breaks_set(s, &breaks);
    worksheet_freeze_panes(s->page, (lxw_row_t)head + 1, 1);
    worksheet_repeat_rows(s->page, (lxw_row_t)head, (lxw_row_t)head);
    sheet_print(s, true, 1, 0);
}
