/* Change: first this wave against the one before, construct by construct, with what may be said about it; then every
 * wave in a row with its interval and a line. What cannot be compared says why. */
#include "reports/charts.h"
#include "reports/sheets.h"

#include <math.h>

enum { NAME, BEFORE, NOW, CHANGE, LOW, HIGH, G, PAIRS, SAYS, LAST = SAYS };
/* The same columns in the second table. */
enum { WAVE = NAME, N = BEFORE, MEAN, INTERVAL_LOW, INTERVAL_HIGH, CHART, NOTE = SAYS };
static const double least_points = 30, wave_points = 26;

struct here {
    struct sheet *s;
    struct book *book;
    const struct organisation_view *view;
};

static const struct wave_point *point(const struct here *h, size_t wave, size_t c) {
    return &h->view->history->points[wave * h->book->instrument->n_constructs + c];
}

static size_t put_heads(const struct here *h, size_t row, const char *const *keys, size_t n) {
    double most = 28;
    for (size_t i = 0; i < n; i++) {
        const char *text = keys[i] ? word(h->book->words, keys[i]) : "";
        put_head(h->s, row, i, text, i == NAME || i == SAYS ? 'l' : 'c');
        most = fmax(most, text_height(text, sheet_span(h->s, i, i) * 0.8, 9) + 6);
    }
    sheet_height(h->s, row, most);
    return row + 1;
}

static size_t put_title(const struct here *h, size_t row, const char *title, const char *how) {
    put_text(h->s, row, NAME, title, (struct style){.size = 14, .bold = 1});
    sheet_height(h->s, row++, 26);
    if (how) {
        put_merged(h->s, row, NAME, LAST, how, (struct style){.wrap = 1, .top = 1, .ink = COLOUR_QUIET});
        sheet_height(h->s, row++, text_height(how, sheet_span(h->s, NAME, LAST), 10) + 6);
    }
    return row;
}

/* Never "-0.00". */
static struct cell rounded(struct cell cell) {
    return cell_shown(cell) && fabs(cell.value) < 0.005 ? cell_value(0) : cell;
}

static void put_since(const struct here *h, size_t row, size_t c) {
    struct sheet *s = h->s;
    const struct words *w = h->book->words;
    const struct construct *construct = &h->book->instrument->constructs[c];
    const struct figures *f = &h->view->results->groups[0].constructs[c];
    const struct wave_point *before = point(h, h->view->history->n_waves - 2, c);
    const char *said = told_change(w, h->view, c), *name = words_text(w, &construct->label);
    struct style mean = {.align = 'c', .number = NUMBER_MEAN, .line_below = 1}, change = mean, count = mean;
    change.number = NUMBER_SIGNED;
    count.number = NUMBER_COUNT;
    put_text(s, row, NAME, name, (struct style){.wrap = 1, .line_below = 1});
    put_cell(s, row, BEFORE, before->mean, mean);
    put_cell(s, row, NOW, f->of[STAT_MEAN], mean);
    struct style bold = change;
    bold.bold = 1;
    put_cell(s, row, CHANGE, rounded(f->of[STAT_CHANGE]), bold);
    put_cell(s, row, LOW, rounded(f->of[STAT_CHANGE_LOW]), change);
    put_cell(s, row, HIGH, rounded(f->of[STAT_CHANGE_HIGH]), change);
    put_cell(s, row, G, rounded(f->of[STAT_G]), change);
    put_cell(s, row, PAIRS, f->of[STAT_CHANGE_PAIRS], count);
    put_text(s, row, SAYS, said, (struct style){.wrap = 1, .line_below = 1});
    double a = text_height(name, sheet_span(s, NAME, NAME) * 0.95, 10) + 6;
    double b = text_height(said, sheet_span(s, SAYS, SAYS) * 0.95, 10) + 6;
    sheet_height(s, row, fmax(least_points, fmax(a, b)));
}

static size_t put_band(const struct here *h, size_t row, const char *text) {
    struct style band = {.bold = 1, .fill = COLOUR_BAND};
    put_blank(h->s, row, NAME, LAST, band);
    put_text(h->s, row, NAME, text, band);
    sheet_height(h->s, row, 21);
    return row + 1;
}

static size_t put_since_table(const struct here *h, size_t row) {
    static const char *const heads[] = {"profile.construct", "change.before", "change.now",
                                        "change.change",     "change.low",    "change.high",
                                        "change.g",          "change.pairs",  "change.says"};
    const struct words *w = h->book->words;
    const struct wave_history *history = h->view->history;
    const char *before = words_wave_label(w, history->waves[history->n_waves - 2]);
    row = put_title(h, row, WORDS(w, "change.since_title", "before", before, NULL), NULL);
    row = put_heads(h, row, heads, LAST + 1);
    bool linked = results_wave(h->book->results)->mode != MODE_ANONYMOUS;
    if (!linked)
        put_head(h->s, row - 1, PAIRS, "", 'c');
    for (size_t i = 0; i < h->view->staff.n; i++) {
        const struct construct *construct = &h->book->instrument->constructs[h->view->staff.constructs[i]];
        if (outline_begins_level(&h->view->staff, h->book->instrument, i))
            row = put_band(h, row, words_level(w, construct->level));
        put_since(h, row++, h->view->staff.constructs[i]);
    }
    return row + 1;
}

/* The means as dots that are joined, between thin lines for the ends of their intervals. The cells that the chart reads
 * hold nothing where nothing is told, so that the lines have a gap there. */
static void put_line(const struct here *h, size_t first, size_t last, size_t c) {
    struct sheet *s = h->s;
    const struct construct *construct = &h->book->instrument->constructs[c];
    lxw_chart *chart = workbook_add_chart(h->book->file, LXW_CHART_LINE);
    const char *names = sheet_range(s, first, WAVE, last, WAVE);
    lxw_chart_line ink = {.color = colour_of(COLOUR_STRONG_ENABLER), .width = 1.75F},
                   end = {.color = 0x8A8A8A, .width = 1.0F, .dash_type = LXW_CHART_LINE_DASH_DASH},
                   grid = {.color = 0xE3E3E3, .width = 0.75F};
    lxw_chart_fill fill = {.color = colour_of(COLOUR_STRONG_ENABLER)};
    for (size_t i = 0; i < 3; i++) {
        lxw_chart_series *series = chart_add_series(chart, names, sheet_range(s, first, CHART + i, last, CHART + i));
        static const char *const keys[] = {"change.line", "change.interval_low", "change.interval_high"};
        chart_series_set_name(series, safe_text(h->book, word(h->book->words, keys[i]), 200));
        chart_series_set_line(series, i == 0 ? &ink : &end);
        chart_series_set_marker_type(series, i == 0 ? LXW_CHART_MARKER_CIRCLE : LXW_CHART_MARKER_NONE);
        if (i == 0) {
            chart_series_set_marker_size(series, 6);
            chart_series_set_marker_fill(series, &fill);
        }
    }
    chart_make_bare(chart);
    chart_show_blanks_as(chart, LXW_CHART_BLANKS_AS_GAP);
    chart_axis_set_min(chart->y_axis, construct->scale->low);
    chart_axis_set_max(chart->y_axis, construct->scale->high);
    chart_axis_set_major_unit(chart->y_axis, construct->scale->high - construct->scale->low > 6 ? 2 : 1);
    chart_axis_major_gridlines_set_visible(chart->y_axis, LXW_TRUE);
    chart_axis_major_gridlines_set_line(chart->y_axis, &grid);
    double points = wave_points * (double)(last - first + 1);
    put_chart(
        s, chart, first, CHART, 4, 2, pixels_wide(s, CHART, PAIRS) - 8, pixels_tall(points) - 4,
        WORDS(h->book->words, "change.description", "construct", words_text(h->book->words, &construct->label), NULL));
}

static void put_unseen(struct sheet *s, size_t row, size_t column, struct cell cell) {
    put_number(s, row, column, cell_shown(cell) ? cell.value : NAN, (struct style){.number = NUMBER_UNSEEN});
}

static const char *note(const struct here *h, const struct wave_point *p) {
    if (p->why != COMPARISON_MEANS_THE_SAME)
        return words_comparison(h->book->words, p->why);
    return p->mean.state == CELL_WITHHELD ? word(h->book->words, "says.share.unknown") : "";
}

static size_t put_waves(const struct here *h, size_t row, size_t c) {
    struct sheet *s = h->s;
    const struct wave_history *history = h->view->history;
    struct style count = {.align = 'c', .number = NUMBER_COUNT, .line_below = 1}, mean = count;
    mean.number = NUMBER_MEAN;
    size_t first = row, shown = 0;
    for (size_t i = 0; i < history->n_waves; i++, row++) {
        const struct wave_point *p = point(h, i, c);
        put_text(s, row, WAVE, words_wave_label(h->book->words, history->waves[i]),
                 (struct style){.wrap = 1, .line_below = 1, .indent = 1});
        put_n(s, row, N, p->n, count);
        put_cell(s, row, MEAN, p->mean, mean);
        put_cell(s, row, INTERVAL_LOW, p->low, mean);
        put_cell(s, row, INTERVAL_HIGH, p->high, mean);
        put_unseen(s, row, CHART, p->mean);
        put_unseen(s, row, CHART + 1, p->low);
        put_unseen(s, row, CHART + 2, p->high);
        put_text(s, row, NOTE, note(h, p), (struct style){.wrap = 1, .line_below = 1, .size = 9});
        sheet_height(s, row, wave_points);
        shown += cell_shown(p->mean);
    }
    if (shown > 1)
        put_line(h, first, row - 1, c);
    return row;
}

static size_t put_waves_table(const struct here *h, size_t row) {
    static const char *const heads[] = {"change.wave",          "profile.n", "profile.mean", "change.interval_low",
                                        "change.interval_high", NULL,        NULL,           NULL,
                                        "change.note"};
    const struct words *w = h->book->words;
    struct page_breaks breaks = page_breaks_begin(h->s, true, LAST, 1e4); /* on a page of its own */
    page_breaks_add(h->s, &breaks, row, 90);
    row = put_title(h, row, word(w, "change.waves_title"), word(w, "change.waves_how"));
    row = put_heads(h, row, heads, LAST + 1);
    const double block = 21 + wave_points * (double)h->view->history->n_waves;
    for (size_t i = 0; i < h->view->staff.n; i++) {
        const size_t c = h->view->staff.constructs[i];
        const struct construct *construct = &h->book->instrument->constructs[c];
        page_breaks_add(h->s, &breaks, row, block);
        row = put_band(h, row,
                       WORDS(w, "profile.band", "level", words_level(w, construct->level), "domain",
                             words_text(w, &construct->label), NULL));
        row = put_waves(h, row, c);
    }
    page_breaks_set(h->s, &breaks);
    return row;
}

void sheet_change(struct book *book, const struct organisation_view *view) {
    struct sheet *s = book_sheet(book, word(book->words, "sheet.change"));
    const struct here h = {s, book, view};
    sheet_width(s, NAME, NAME, 38);
    sheet_width(s, BEFORE, G, 12);
    sheet_width(s, PAIRS, PAIRS, 15);
    sheet_width(s, SAYS, SAYS, 44);
    const bool earlier = view->history->n_waves > 1;
    const bool linked = results_wave(book->results)->mode != MODE_ANONYMOUS;
    const char *how = word(book->words, !earlier ? "change.first" : linked ? "change.how_linked" : "change.how");
    size_t row = put_heading(s, word(book->words, "change.title"), how, LAST);
    if (earlier) {
        row = put_since_table(&h, row);
        put_waves_table(&h, row);
    }
    sheet_print(s, true, 1, 0);
}
