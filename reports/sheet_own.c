/* Staff and organisation: what staff say on average beside the one rating that the organisation agreed on. They are two
 * kinds of evidence and are never averaged. */
#include "reports/charts.h"
#include "reports/sheets.h"

#include <math.h>

enum { NAME, CHART, CHART_END = CHART + 3, STAFF, OWN, DIFFERENCE, N, SAYS, LAST = SAYS };
static const double least_points = 32;

/* The parts of a dumbbell. Each takes both ratings as its widths, and two neighbours of the four cells under the chart
 * as its heights; the third of those is empty, which leaves the staff's part one point and the organisation's the
 * other. */
static const struct {
    size_t first;
    uint8_t marker;
    enum colour fill;
    const char *key;
} parts[] = {
    {0, LXW_CHART_MARKER_NONE, COLOUR_NONE, "own.difference"},
    {1, LXW_CHART_MARKER_CIRCLE, COLOUR_NONE, "own.staff"},
    {2, LXW_CHART_MARKER_DIAMOND, COLOUR_OWN, "own.own"},
};

static void add_part(struct sheet *s, lxw_chart *chart, size_t row, size_t i) {
    size_t first = CHART + parts[i].first;
    lxw_chart_series *series =
        chart_add_series(chart, sheet_range(s, row, STAFF, row, OWN), sheet_range(s, row, first, row, first + 1));
    chart_series_set_name(series, safe_text(s->book, word(s->book->words, parts[i].key), 200));
    lxw_chart_line line = {.color = 0x9A9A9A, .width = 1.5F, .none = i > 0};
    lxw_chart_line edge = {.color = colour_of(COLOUR_NONE), .width = 1.5F};
    lxw_chart_fill fill = {.color = colour_of(parts[i].fill)};
    chart_series_set_line(series, &line);
    chart_series_set_marker_type(series, parts[i].marker);
    if (i == 0)
        return;
    chart_series_set_marker_size(series, i == 1 ? 9 : 11);
    chart_series_set_marker_line(series, &edge);
    chart_series_set_marker_fill(series, &fill);
}

/* Two points in one row, joined by a line: a dumbbell. A scatter chart needs a height for each point: it is in the
 * cells that the chart covers, and they show nothing. */
static void put_dumbbell(struct sheet *s, size_t row, const struct construct *construct, double points) {
    struct book *book = s->book;
    lxw_chart *chart = workbook_add_chart(book->file, LXW_CHART_SCATTER_STRAIGHT_WITH_MARKERS);
    struct style unseen = {.number = NUMBER_UNSEEN, .line_below = 1};
    put_number(s, row, CHART, 1, unseen);
    put_number(s, row, CHART + 1, 1, unseen);
    put_number(s, row, CHART_END, 1, unseen);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        add_part(s, chart, row, i);
    chart_make_bare(chart);
    double low = construct->scale->low, high = construct->scale->high;
    chart_axis_set_min(chart->x_axis, low);
    chart_axis_set_max(chart->x_axis, high);
    chart_axis_set_major_unit(chart->x_axis, high - low > 6 ? 2 : 1);
    chart_axis_set_min(chart->y_axis, 0);
    chart_axis_set_max(chart->y_axis, 2);
    lxw_chart_line grid = {.color = 0xE3E3E3, .width = 0.75F};
    chart_axis_major_gridlines_set_visible(chart->x_axis, LXW_TRUE);
    chart_axis_major_gridlines_set_line(chart->x_axis, &grid);
    put_chart(s, chart, row, CHART, 4, 1, pixels_wide(s, CHART, CHART_END) - 8, pixels_tall(points) - 2,
              WORDS(book->words, "own.description", "construct", words_text(book->words, &construct->label), NULL));
}

static void put_construct(struct sheet *s, size_t row, const struct organisation_view *view, size_t c) {
    struct book *book = s->book;
    const struct construct *construct = &book->instrument->constructs[c];
    const struct figures *f = &view->results->groups[0].constructs[c];
    struct cell own = view->results->has_answer ? view->results->answer.constructs[c] : cell_none();
    struct style line = {.line_below = 1}, mean = line, count = line, signed_mean = line;
    mean.align = count.align = signed_mean.align = 'c';
    mean.number = NUMBER_SHORT;
    count.number = NUMBER_COUNT;
    signed_mean.number = NUMBER_SIGNED_SHORT;
    const struct text_run runs[] = {
        {words_text(book->words, &construct->label), {.size = 10}},
        {arena_printf(book->arena, "\n%s, %s. %s", words_level(book->words, construct->level),
                      words_scale_range(book->words, construct), words_reading(book->words, construct)),
         {.size = 8, .ink = COLOUR_QUIET}},
    };
    struct style name = line;
    name.wrap = 1;
    put_runs(s, row, NAME, runs, 2, name);
    double width = sheet_span(s, NAME, NAME) * 0.95;
    double points = text_height(runs[0].text, width, 10) + text_height(runs[1].text + 1, width, 8) + 2;
    points = points > least_points ? points : least_points;
    sheet_height(s, row, points);
    put_blank(s, row, CHART, LAST, line);
    put_cell(s, row, STAFF, f->of[STAT_MEAN], mean);
    put_cell(s, row, OWN, own, mean);
    put_n(s, row, N, f->of[STAT_N], count);
    if (!cell_shown(f->of[STAT_MEAN]) || !cell_shown(own)) {
        struct style words = {.line_below = 1, .size = 9, .wrap = 1, .ink = COLOUR_QUIET};
        put_text(s, row, SAYS, told_own(book->words, construct, f, own), words);
        return;
    }
    double difference = f->of[STAT_MEAN].value - own.value;
    put_number(s, row, DIFFERENCE, fabs(difference) < 0.05 ? 0 : difference, signed_mean); /* never "-0.0" */
    put_text(s, row, SAYS, told_own(book->words, construct, f, own),
             (struct style){.line_below = 1, .size = 9, .wrap = 1});
    put_dumbbell(s, row, construct, points);
}

static void put_heads(struct sheet *s, size_t row) {
    struct book *book = s->book;
    put_head(s, row, NAME, word(book->words, "profile.construct"), 'l');
    struct style head = {.size = 9, .bold = 1, .line_below = 2, .align = 'l'};
    put_merged(s, row, CHART, CHART + 1, word(book->words, "own.lower"), head);
    head.align = 'r';
    put_merged(s, row, CHART + 2, CHART_END, word(book->words, "own.higher"), head);
    put_head(s, row, STAFF, word(book->words, "own.staff"), 'c');
    put_head(s, row, OWN, word(book->words, "own.own"), 'c');
    put_head(s, row, DIFFERENCE, word(book->words, "own.difference"), 'c');
    put_head(s, row, N, word(book->words, "own.n"), 'c');
    put_head(s, row, SAYS, word(book->words, "own.says"), 'l');
    sheet_height(s, row, 42);
}

/* What only the organisation was asked: its agreed rating, without staff beside it. */
static size_t put_only_own(struct sheet *s, size_t row, const struct organisation_view *view) {
    struct book *book = s->book;
    bool begun = false;
    for (size_t c = 0; c < book->instrument->n_constructs; c++) {
        const struct construct *construct = &book->instrument->constructs[c];
        if (construct->answered_by != AUDIENCE_ORGANISATION)
            continue;
        if (!begun) {
            put_text(s, row, NAME, word(book->words, "own.only_title"), (struct style){.size = 14, .bold = 1});
            sheet_height(s, row++, 26);
            put_blank(s, row, NAME, LAST, (struct style){.line_below = 2});
            put_head(s, row, NAME, word(book->words, "profile.construct"), 'l');
            put_head(s, row, OWN, word(book->words, "own.own"), 'c');
            sheet_height(s, row++, 30);
            begun = true;
        }
        put_construct(s, row, view, c);
        put_blank(s, row, STAFF, STAFF, (struct style){.line_below = 1});
        put_blank(s, row, N, N, (struct style){.line_below = 1});
        bool given = view->results->has_answer && cell_shown(view->results->answer.constructs[c]);
        put_text(s, row++, SAYS, given ? "" : word(book->words, "says.own.missing"),
                 (struct style){.line_below = 1, .size = 9, .wrap = 1, .ink = COLOUR_QUIET});
    }
    return row;
}

void sheet_own(struct book *book, const struct organisation_view *view) {
    struct sheet *s = book_sheet(book, word(book->words, "sheet.own"));
    sheet_width(s, NAME, NAME, 38);
    sheet_width(s, CHART, CHART_END, 9.5);
    sheet_width(s, STAFF, N, 12);
    sheet_width(s, SAYS, SAYS, 32);
    const char *how = word(book->words, view->results->has_answer ? "own.how" : "own.how_missing");
    size_t row = put_heading(s, word(book->words, "own.title"), how, LAST);
    size_t both = 0, head = row;
    for (size_t i = 0; i < view->staff.n; i++)
        both += book->instrument->constructs[view->staff.constructs[i]].answered_by == AUDIENCE_BOTH;
    if (both == 0) {
        put_merged(s, row++, NAME, LAST, word(book->words, "own.none"), (struct style){.ink = COLOUR_QUIET, .wrap = 1});
    } else {
        put_heads(s, row++);
        for (size_t i = 0; i < view->staff.n; i++)
            if (book->instrument->constructs[view->staff.constructs[i]].answered_by == AUDIENCE_BOTH)
                put_construct(s, row++, view, view->staff.constructs[i]);
        worksheet_freeze_panes(s->page, (lxw_row_t)head + 1, 1);
        worksheet_repeat_rows(s->page, (lxw_row_t)head, (lxw_row_t)head);
    }
    put_only_own(s, row + 1, view);
    sheet_print(s, true, 1, 0);
}
