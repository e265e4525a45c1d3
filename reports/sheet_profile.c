/* Profile: every construct, by level and domain: first what was answered, then how far it can be trusted and how others
 * stand. A bar is a small chart in its own row, so that it stays beside its numbers when rows are sorted or copied. */
#include "reports/charts.h"
#include "reports/sheets.h"

#include <math.h>

enum { NAME, N, BAR, FAVOURABLE, NEUTRAL, UNFAVOURABLE, MEAN, LOW, HIGH, CALL, OTHERS, SINCE, LAST = SINCE };
/* The same columns in the second table. */
enum { AGREEMENT = BAR, AD = FAVOURABLE, AD_CUT, RWG, RWG_CHANCE, OWN_MEAN, OTHERS_LOW, OTHERS_MEDIAN, OTHERS_HIGH };
static const double row_points = 28, band_points = 18;

static const struct figures *domain_figures(const struct book *book, const struct organisation_results *o, size_t c) {
    const struct construct *construct = &book->instrument->constructs[c];
    if (!construct->domain || !o->groups[0].domains)
        return NULL;
    size_t domain = (size_t)(construct->domain - book->instrument->domains);
    return &o->groups[0].domains[domain * LEVEL_COUNT + construct->level];
}

/* How many constructs stand under one band, from position i on. */
static size_t band_length(const struct book *book, const struct organisation_view *view, size_t i) {
    size_t n = 1;
    while (i + n < view->staff.n && !outline_begins_domain(&view->staff, book->instrument, i + n))
        n++;
    return n;
}

/* "Organisation, Inner setting", and the domain's own score when it sums up more than one construct. */
static void put_band(struct sheet *s, size_t row, const struct organisation_view *view, size_t i, bool score) {
    struct book *book = s->book;
    size_t c = view->staff.constructs[i], n = band_length(book, view, i);
    const struct construct *construct = &book->instrument->constructs[c];
    const char *level = words_level(book->words, construct->level);
    const char *text = construct->domain ? WORDS(book->words, "profile.band", "level", level, "domain",
                                                 words_text(book->words, &construct->domain->label), NULL)
                                         : level;
    struct style band = {.bold = 1, .fill = COLOUR_BAND};
    put_blank(s, row, NAME, LAST, band);
    put_text(s, row, NAME, text, band);
    const struct figures *f = domain_figures(book, view->results, c);
    if (score && f && n > 1 && cell_shown(f->of[STAT_MEAN])) {
        put_cell(s, row, MEAN, f->of[STAT_MEAN],
                 (struct style){.fill = COLOUR_BAND, .number = NUMBER_MEAN, .ink = COLOUR_QUIET, .align = 'c'});
        put_merged(s, row, FAVOURABLE, UNFAVOURABLE, word(book->words, "profile.domain_score"),
                   (struct style){.fill = COLOUR_BAND, .size = 9, .ink = COLOUR_QUIET, .align = 'r'});
    }
    sheet_height(s, row, band_points);
}

/* Two lines: the name, and which way it reads. */
static double name_points(struct sheet *s, const struct construct *construct) {
    const char *label = words_text(s->book->words, &construct->label);
    double points = text_height(label, sheet_span(s, NAME, NAME) * 0.95, 10) +
                    text_height(words_reading(s->book->words, construct), sheet_span(s, NAME, NAME) * 0.95, 8) - 3;
    return points > row_points ? points : row_points;
}

static void put_name(struct sheet *s, size_t row, const struct construct *construct) {
    struct book *book = s->book;
    const struct text_run runs[] = {
        {words_text(book->words, &construct->label), {.size = 10}},
        {arena_printf(book->arena, "\n%s", words_reading(book->words, construct)), {.size = 8, .ink = COLOUR_QUIET}},
    };
    put_runs(s, row, NAME, runs, 2, (struct style){.wrap = 1, .line_below = 1});
    sheet_height(s, row, name_points(s, construct));
}

/* Height of a construct's row in the first table: its name, or its sentence if that is longer. */
static double answers_points(struct sheet *s, const struct construct *construct, const struct figures *f) {
    double name = name_points(s, construct);
    double told = text_height(told_call(s->book->words, construct, f), sheet_span(s, CALL, CALL) * 0.9, 8) + 13;
    return told > name ? told : name;
}

static void put_bar(struct sheet *s, size_t row, const struct construct *construct, const struct figures *f) {
    struct book *book = s->book;
    put_blank(s, row, BAR, BAR, (struct style){.line_below = 1});
    if (!cell_shown(f->of[STAT_FAVOURABLE]) || !cell_shown(f->of[STAT_UNFAVOURABLE]))
        return;
    lxw_chart *chart = workbook_add_chart(book->file, LXW_CHART_BAR_STACKED_PERCENT);
    chart_add_shares(s, chart, sheet_range(s, row, NAME, row, NAME), row, row, FAVOURABLE, false);
    chart_make_bare(chart);
    chart_set_series_gap(chart, 20);
    chart_set_series_overlap(chart, 100);
    double height = pixels_tall(answers_points(s, construct, f));
    put_chart(s, chart, row, BAR, 4, (height - 34) / 2, pixels_wide(s, BAR, BAR) - 8, 34,
              WORDS(book->words, "profile.bar_description", "construct", words_text(book->words, &construct->label),
                    "favourable", words_percent(book->words, f->of[STAT_FAVOURABLE].value), "unfavourable",
                    words_percent(book->words, f->of[STAT_UNFAVOURABLE].value), NULL));
}

/* "+ enabler", and its sentence under it. */
static void put_call_told(struct sheet *s, size_t row, const struct construct *construct, const struct figures *f) {
    struct book *book = s->book;
    struct style style = style_of_call(f->call, (struct style){.line_below = 1, .wrap = 1, .indent = 1});
    struct style bold = {.bold = 1, .ink = style.ink}, small = {.size = 8, .ink = style.ink};
    const struct text_run runs[] = {
        {arena_printf(book->arena, "%s  %s\n", words_mark(f->call), words_call(book->words, f->call)), bold},
        {told_call(book->words, construct, f), small},
    };
    if (f->call == CALL_NONE)
        put_call(s, row, CALL, f, (struct style){.line_below = 1, .align = 'c'});
    else
        put_runs(s, row, CALL, runs, 2, style);
}

/* The change and its sentence; the sheet on change has the rest. */
static const char *since(const struct book *book, const struct organisation_view *view, size_t c) {
    const struct cell change = view->results->groups[0].constructs[c].of[STAT_CHANGE];
    const char *said = view->history->n_waves > 1 ? told_change(book->words, view, c) : "";
    return cell_shown(change) ? arena_printf(book->arena, "%s  %s", words_signed(book->words, change.value, 2), said)
                              : said;
}

static void put_answers(struct sheet *s, size_t row, const struct organisation_view *view, size_t c) {
    const struct construct *construct = &s->book->instrument->constructs[c];
    const struct figures *f = &view->results->groups[0].constructs[c];
    struct style line = {.line_below = 1, .align = 'c'};
    struct style count = line, share = line, mean = line;
    count.number = NUMBER_COUNT;
    share.number = NUMBER_SHARE;
    mean.number = NUMBER_MEAN;
    put_name(s, row, construct);
    put_n(s, row, N, f->of[STAT_N], count);
    put_bar(s, row, construct, f);
    put_cell(s, row, FAVOURABLE, f->of[STAT_FAVOURABLE], share);
    put_cell(s, row, NEUTRAL, f->of[STAT_NEUTRAL], share);
    put_cell(s, row, UNFAVOURABLE, f->of[STAT_UNFAVOURABLE], share);
    put_cell(s, row, MEAN, f->of[STAT_MEAN], mean);
    put_cell(s, row, LOW, f->of[STAT_CI_LOW], mean);
    put_cell(s, row, HIGH, f->of[STAT_CI_HIGH], mean);
    put_call_told(s, row, construct, f);
    struct style words = {.line_below = 1, .wrap = 1, .size = 9, .indent = 1};
    sheet_height(s, row, answers_points(s, construct, f));
    put_text(s, row, OTHERS, told_any_benchmark(s->book->words, view) ? told_others(s->book->words, view, c) : "",
             words);
    put_text(s, row, SINCE, since(s->book, view, c), words);
}

static void put_trust(struct sheet *s, size_t row, const struct organisation_view *view, size_t c) {
    struct book *book = s->book;
    const struct construct *construct = &book->instrument->constructs[c];
    const struct figures *f = &view->results->groups[0].constructs[c];
    struct style number = {.line_below = 1, .align = 'c', .number = NUMBER_MEAN}, count = number;
    count.number = NUMBER_COUNT;
    put_name(s, row, construct);
    put_n(s, row, N, f->of[STAT_N], count);
    put_text(s, row, AGREEMENT, told_agreement(book->words, construct, f),
             (struct style){.line_below = 1, .wrap = 1, .size = 8});
    put_cell(s, row, AD, f->of[STAT_AD], number);
    put_number(s, row, AD_CUT, cell_shown(f->of[STAT_AD]) ? agreement_cutoff(construct) : NAN, number);
    put_cell(s, row, RWG, f->of[STAT_RWGJ], number);
    put_cell(s, row, RWG_CHANCE, f->of[STAT_RWGJ_CHANCE], number);
    struct benchmark others = results_benchmark(book->results, view->index, c);
    put_cell(s, row, OWN_MEAN, f->of[STAT_MEAN], number);
    put_cell(s, row, OTHERS_LOW, others.low, number);
    put_cell(s, row, OTHERS_MEDIAN, others.median, number);
    put_cell(s, row, OTHERS_HIGH, others.high, number);
}

/* Height of a band with all that stands under it. */
static double block_points(struct sheet *s, const struct organisation_view *view, size_t i, bool answers) {
    double points = band_points;
    for (size_t k = 0; k < band_length(s->book, view, i); k++) {
        const size_t c = view->staff.constructs[i + k];
        const struct construct *construct = &s->book->instrument->constructs[c];
        points +=
            answers ? answers_points(s, construct, &view->results->groups[0].constructs[c]) : name_points(s, construct);
    }
    return points;
}

static void put_heads(struct sheet *s, size_t row, const char *const *keys, bool words_last) {
    for (size_t i = NAME; i <= LAST; i++)
        put_head(s, row, i, keys[i] ? word(s->book->words, keys[i]) : "",
                 i == NAME || i == BAR || (words_last && i >= CALL) ? 'l' : 'c');
    sheet_height(s, row, 40);
}

/* What was answered. Returns the next free row. */
static size_t put_answers_table(struct sheet *s, size_t row, const struct organisation_view *view,
                                struct page_breaks *breaks) {
    static const char *const heads[] = {"profile.construct", "profile.n",          "profile.shares", "share.favourable",
                                        "share.neutral",     "share.unfavourable", "profile.mean",   "profile.low",
                                        "profile.high",      "profile.call",       "profile.others", "profile.since"};
    put_heads(s, row, heads, true);
    if (!told_any_benchmark(s->book->words, view))
        put_head(s, row, OTHERS, "", 'c');
    if (view->history->n_waves < 2)
        put_head(s, row, SINCE, "", 'c');
    row++;
    for (size_t i = 0; i < view->staff.n; i++) {
        if (outline_begins_domain(&view->staff, s->book->instrument, i)) {
            page_breaks_add(s, breaks, row, block_points(s, view, i, true));
            put_band(s, row++, view, i, true);
        }
        put_answers(s, row++, view, view->staff.constructs[i]);
    }
    return row;
}

/* How far it can be trusted, and how others stand: on a page of its own. */
static void put_trust_table(struct sheet *s, size_t row, const struct organisation_view *view,
                            struct page_breaks *breaks) {
    static const char *const heads[] = {"profile.construct",   "profile.n",
                                        "profile.agreement",   "profile.ad",
                                        "profile.ad_cut",      "profile.rwg",
                                        "profile.rwg_chance",  "profile.mean",
                                        "profile.others_low",  "profile.others_median",
                                        "profile.others_high", NULL};
    const struct words *w = s->book->words;
    const bool others = told_any_benchmark(w, view);
    breaks->used = breaks->room;
    page_breaks_add(s, breaks, row, 125);
    put_text(s, row, NAME, word(w, "profile.trust_title"), (struct style){.size = 14, .bold = 1});
    sheet_height(s, row++, 24);
    const char *how = arena_printf(w->arena, "%s %s", word(w, "profile.trust_how"),
                                   word(w, others ? "profile.others_how" : "profile.others_none"));
    put_merged(s, row, NAME, LAST, how, (struct style){.wrap = 1, .top = 1, .ink = COLOUR_QUIET});
    sheet_height(s, row, text_height(how, sheet_span(s, NAME, LAST), 10) + 6);
    row++;
    put_heads(s, row, heads, false);
    for (size_t i = OTHERS_LOW; i <= OTHERS_HIGH && !others; i++)
        put_head(s, row, i, "", 'c');
    sheet_height(s, row++, 52);
    for (size_t i = 0; i < view->staff.n; i++) {
        if (outline_begins_domain(&view->staff, s->book->instrument, i)) {
            page_breaks_add(s, breaks, row, block_points(s, view, i, false));
            put_band(s, row++, view, i, false);
        }
        put_trust(s, row++, view, view->staff.constructs[i]);
    }
}

static void write_profile(struct book *book, const struct organisation_view *view, const char *name,
                          const char *title) {
    struct sheet *s = book_sheet(book, name);
    sheet_width(s, NAME, NAME, 30);
    sheet_width(s, N, N, 9.5);
    sheet_width(s, BAR, BAR, 27);
    sheet_width(s, FAVOURABLE, UNFAVOURABLE, 11.5);
    sheet_width(s, MEAN, HIGH, 9.5);
    sheet_width(s, CALL, CALL, 47);
    /* what there is nothing to say in takes no room */
    sheet_width(s, OTHERS, OTHERS, told_any_benchmark(book->words, view) ? 16 : 1);
    sheet_width(s, SINCE, SINCE, view->history->n_waves > 1 ? 22 : 1);
    const char *how = word(book->words, "profile.how");
    size_t row = put_heading(s, title, how, LAST);
    struct page_breaks breaks =
        page_breaks_begin(s, true, LAST, 30 + text_height(how, sheet_span(s, NAME, LAST), 10) + 19 + 40);
    row = put_answers_table(s, row, view, &breaks);
    put_trust_table(s, row + 1, view, &breaks);
    page_breaks_set(s, &breaks);
    worksheet_freeze_panes(s->page, 0, 1); /* no rows: the heads of one table would stand over the other */
    sheet_print(s, true, 1, 0);
}

void sheet_profile(struct book *book, const struct organisation_view *view) {
    write_profile(book, view, word(book->words, "sheet.profile"), word(book->words, "profile.title"));
}

void sheet_profile_of(struct book *book, const struct organisation_view *view) {
    write_profile(book, view, view->results->name, view->results->name);
}
