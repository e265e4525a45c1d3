/* Ranking: construct by construct, the organisations in the order of their means, each with its interval. Where
 * intervals overlap, the order says little; the chart shows that. */
#include "reports/charts.h"
#include "reports/sheets.h"

enum { RANK, NAME, N, MEAN, LOW, HIGH, SHARE, CALL, CHART, BASE = CHART, LOWER, UPPER, LAST = UPPER };
enum { LONG = 20 }; /* organisations that fill about a page */
static const double row_points = 18;

/* Three widths that a stacked bar needs, in the cells under the chart: up to the interval, to the mean, to its end. A
 * mean without an interval is a short tick. */
static void put_widths(struct sheet *s, size_t row, const struct construct *construct, const struct figures *f) {
    double low = construct->scale->low, high = construct->scale->high, mean = f->of[STAT_MEAN].value;
    double tick = (high - low) / 200;
    bool interval = cell_shown(f->of[STAT_CI_LOW]) && cell_shown(f->of[STAT_CI_HIGH]);
    double from = interval ? f->of[STAT_CI_LOW].value : mean - tick,
           to = interval ? f->of[STAT_CI_HIGH].value : mean + tick;
    from = from < low ? low : from;
    to = to > high ? high : to;
    struct style unseen = {.number = NUMBER_UNSEEN};
    put_number(s, row, BASE, from, unseen);
    put_number(s, row, LOWER, mean > from ? mean - from : 0, unseen);
    put_number(s, row, UPPER, to > mean ? to - mean : 0, unseen);
}

static void put_intervals(struct sheet *s, size_t first, size_t last, const struct construct *construct) {
    struct book *book = s->book;
    lxw_chart *chart = workbook_add_chart(book->file, LXW_CHART_BAR_STACKED);
    for (size_t i = 0; i < 3; i++) {
        lxw_chart_series *series = chart_add_series(chart, sheet_range(s, first, NAME, last, NAME),
                                                    sheet_range(s, first, BASE + i, last, BASE + i));
        chart_series_set_name(series, word(book->words, i == 0   ? "ranking.up_to"
                                                        : i == 1 ? "ranking.lower_half"
                                                                 : "ranking.upper_half"));
        lxw_chart_fill fill = {.color = 0x7F8FA0, .none = i == 0};
        lxw_chart_line edge = {.color = colour_of(COLOUR_WHITE), .width = 1.5F, .none = i == 0};
        chart_series_set_fill(series, &fill);
        chart_series_set_line(series, &edge);
    }
    lxw_chart_font font = chart_font(8, COLOUR_NONE);
    lxw_chart_line none = {.none = LXW_TRUE}, grid = {.color = 0xE3E3E3, .width = 0.75F};
    /* in bar charts the library calls the axis of names y */
    chart_axis_set_reverse(chart->y_axis);
    chart_axis_set_num_font(chart->y_axis, &font);
    chart_axis_set_line(chart->y_axis, &none);
    chart_axis_set_major_tick_mark(chart->y_axis, LXW_CHART_AXIS_TICK_MARK_NONE);
    chart_axis_set_interval_unit(chart->y_axis, 1);
    chart_axis_set_min(chart->x_axis, construct->scale->low);
    chart_axis_set_max(chart->x_axis, construct->scale->high);
    chart_axis_set_major_unit(chart->x_axis, construct->scale->high - construct->scale->low > 6 ? 2 : 1);
    chart_axis_set_num_font(chart->x_axis, &font);
    chart_axis_set_num_format(chart->x_axis, "0");
    chart_axis_set_line(chart->x_axis, &none);
    chart_axis_major_gridlines_set_line(chart->x_axis, &grid);
    chart_set_series_gap(chart, 60);
    chart_set_series_overlap(chart, 100);
    chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
    chart_title_off(chart);
    if (last - first < LONG)
        chart_axis_set_crossing_max(chart->y_axis); /* the scale under the last; over the first of many */
    put_chart(s, chart, first, CHART, 4, 1, pixels_wide(s, CHART, LAST) - 8,
              pixels_tall(row_points * (double)(last - first + 2)),
              WORDS(book->words, "ranking.description", "construct", words_text(book->words, &construct->label), NULL));
}

static void put_rank(struct sheet *s, size_t row, size_t rank, const struct construct *construct,
                     const struct ranked *r) {
    struct style line = {.line_below = 1, .align = 'c'}, count = line, mean = line,
                 name = {.line_below = 1,
                         .size = text_height(r->name, sheet_span(s, NAME, NAME) * 0.95, 10) > 17 ? 8 : 0,
                         .wrap = 1};
    count.number = NUMBER_COUNT;
    mean.number = NUMBER_MEAN;
    put_number(s, row, RANK, (double)rank, count);
    put_text(s, row, NAME, r->name, name);
    put_n(s, row, N, r->figures->of[STAT_N], count);
    put_cell(s, row, MEAN, r->figures->of[STAT_MEAN], mean);
    put_cell(s, row, LOW, r->figures->of[STAT_CI_LOW], mean);
    put_cell(s, row, HIGH, r->figures->of[STAT_CI_HIGH], mean);
    put_share(s, row, SHARE, r->figures, GAP_NONE, line);
    put_call(s, row, CALL, r->figures, line);
    put_widths(s, row, construct, r->figures);
    sheet_height(s, row, row_points);
}

static size_t put_construct(struct sheet *s, size_t row, const struct all_view *view, size_t c, struct ranked *list) {
    struct book *book = s->book;
    const struct construct *construct = &book->instrument->constructs[c];
    size_t n = ranking_of(view, c, list);
    const struct text_run title[] = {
        {words_text(book->words, &construct->label), {.size = 12, .bold = 1}},
        {arena_printf(book->arena, "   %s, %s. %s", words_level(book->words, construct->level),
                      words_scale_range(book->words, construct), words_reading(book->words, construct)),
         {.size = 9, .ink = COLOUR_QUIET}},
    };
    put_runs(s, row, RANK, title, 2, (struct style){0});
    sheet_height(s, row++, 24);
    if (n == 0) {
        put_text(s, row, RANK, word(book->words, "ranking.nothing"), (struct style){.ink = COLOUR_QUIET});
        return row + 2;
    }
    static const char *const heads[] = {"ranking.rank", "overview.organisation", "profile.n",        "profile.mean",
                                        "profile.low",  "profile.high",          "share.favourable", "profile.call"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        put_head(s, row, i, word(book->words, heads[i]), i == NAME ? 'l' : 'c');
    put_merged(s, row, CHART, LAST, word(book->words, "ranking.chart"),
               (struct style){.size = 9, .bold = 1, .align = 'l', .indent = 1, .line_below = 2});
    sheet_height(s, row++, 38);
    size_t first = row;
    for (size_t i = 0; i < n; i++)
        put_rank(s, row++, i + 1, construct, &list[i]);
    put_intervals(s, first, row - 1, construct);
    if (n < view->n) {
        const char *text = words_count(book->words, "ranking.withheld", (view->n - n));
        put_text(s, row, NAME, text, (struct style){.size = 9, .ink = COLOUR_QUIET});
    }
    sheet_height(s, row, row_points);
    return row + 2;
}

void sheet_ranking(struct book *book, const struct all_view *view) {
    struct sheet *s = book_sheet(book, word(book->words, "sheet.ranking"));
    sheet_width(s, RANK, RANK, 6);
    sheet_width(s, NAME, NAME, 30);
    sheet_width(s, N, HIGH, 10);
    sheet_width(s, SHARE, SHARE, 12);
    sheet_width(s, CALL, CALL, 19);
    sheet_width(s, CHART, LAST, 17);
    size_t row = put_heading(s, word(book->words, "ranking.title"), word(book->words, "ranking.how"), LAST);
    struct ranked *list = arena_array(book->arena, view->n + 1, sizeof *list);
    struct page_breaks breaks = page_breaks_begin(s, true, LAST, 80);
    for (size_t i = 0; i < view->staff.n; i++) {
        size_t c = view->staff.constructs[i];
        page_breaks_add(s, &breaks, row, 24 + 38 + row_points * (double)(view->n + 1) + 15);
        row = put_construct(s, row, view, c, list);
    }
    page_breaks_set(s, &breaks);
    if (view->n > LONG && view->staff.n > 0)
        worksheet_repeat_rows(s->page, 4, 4); /* the head of the first is that of all */
    worksheet_freeze_panes(s->page, 2, 0);
    sheet_print(s, true, 1, 0);
}
