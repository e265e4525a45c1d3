#include "reports/charts.h"

lxw_chart_font chart_font(int size, enum colour ink) {
    static char name[] = "Arial";
    return (lxw_chart_font){
        .name = name, .size = size, .color = colour_of(ink), .bold = LXW_EXPLICIT_FALSE, .italic = LXW_EXPLICIT_FALSE};
}

static void add_bar(struct sheet *s, lxw_chart *chart, const char *labels, const char *values, const char *name,
                    enum colour fill, bool numbers) {
    lxw_chart_series *series = chart_add_series(chart, labels, values);
    chart_series_set_name(series, name);
    lxw_chart_fill paint = {.color = colour_of(fill)};
    lxw_chart_line edge = {.color = colour_of(COLOUR_WHITE), .width = 0.75F};
    chart_series_set_fill(series, &paint);
    chart_series_set_line(series, &edge);
    if (!numbers)
        return;
    chart_series_set_labels(series);
    /* a share under 8 % has no room for its number */
    chart_series_set_labels_num_format(
        series, arena_printf(s->book->arena, "[>=0.08]%s;;", word(s->book->words, "number.percent_format")));
    lxw_chart_font font = chart_font(8, fill == COLOUR_NEUTRAL ? COLOUR_NONE : COLOUR_WHITE);
    chart_series_set_labels_font(series, &font);
}

void chart_add_shares(struct sheet *s, lxw_chart *chart, const char *labels, size_t first, size_t last, size_t column,
                      bool numbers) {
    static const struct {
        const char *key;
        enum colour fill;
    } bars[] = {{"share.favourable", COLOUR_STRONG_ENABLER},
                {"share.neutral", COLOUR_NEUTRAL},
                {"share.unfavourable", COLOUR_STRONG_BARRIER}};
    for (size_t i = 0; i < 3; i++)
        add_bar(s, chart, labels, sheet_range(s, first, column + i, last, column + i),
                safe_text(s->book, word(s->book->words, bars[i].key), 200), bars[i].fill, numbers);
}

void chart_make_bare(lxw_chart *chart) {
    lxw_chart_fill no_fill = {.none = LXW_TRUE};
    chart_axis_major_gridlines_set_visible(chart->x_axis, LXW_FALSE);
    chart_axis_major_gridlines_set_visible(chart->y_axis, LXW_FALSE);
    chart_axis_off(chart->x_axis);
    chart_axis_off(chart->y_axis);
    chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
    chart_title_off(chart);
    chart_chartarea_set_fill(chart, &no_fill);
}
