/* Summary: one printed page that gives the picture in ten seconds. */
#include "reports/charts.h"
#include "reports/sheets.h"

/* Columns: B C | D E, with a narrow gutter at the left; F is the right edge of the right half. */
enum { GUTTER = 0, LEFT = 1, LEFT_END = 2, RIGHT = 4, RIGHT_END = 5, LAST = RIGHT_END };
enum { STRONGEST = TOLD_STRONGEST, FEW_BARS = 13 };

static void put_section(struct sheet *s, size_t row, size_t first, size_t last, const char *text) {
    struct style style = {.size = 12, .bold = 1, .line_below = 2};
    put_merged(s, row, first, last, text, style);
    sheet_height(s, row, 21);
}

/* Who, what, when; and how many answered, large. */
static size_t put_top(struct sheet *s, const struct organisation_results *o) {
    struct book *book = s->book;
    put_merged(s, 0, LEFT, LAST, o->name, (struct style){.size = 22, .bold = 1, .wrap = 1});
    sheet_height(s, 0, text_height(o->name, sheet_span(s, LEFT, LAST) * 0.92, 22) + 6);
    const char *title = results_assessment(book->results)->title;
    put_merged(s, 1, LEFT, LAST, title, (struct style){.size = 12, .wrap = 1});
    sheet_height(s, 1, text_height(title, sheet_span(s, LEFT, LAST) * 0.95, 12) + 4);
    put_merged(s, 2, LEFT, LAST, words_wave(book->words), (struct style){.ink = COLOUR_QUIET});
    sheet_height(s, 2, 16);
    const struct {
        const char *label;
        struct cell cell;
        enum number_form form;
        size_t column;
    } figures[] = {
        {word(book->words, "summary.invited"), o->invited, NUMBER_COUNT, LEFT},
        {word(book->words, "summary.answered"), o->answered, NUMBER_COUNT, LEFT_END},
        {word(book->words, "summary.rate"), o->rate, NUMBER_SHARE, RIGHT},
    };
    for (size_t i = 0; i < 3; i++) {
        struct style big = {.size = 20, .bold = 1, .align = 'l', .number = (uint8_t)figures[i].form};
        if (figures[i].cell.state == CELL_WITHHELD)
            put_text(s, 4, figures[i].column,
                     figures[i].form == NUMBER_COUNT ? words_answered_withheld(book->words, o)
                                                     : word(book->words, "cell.withheld"),
                     (struct style){.size = 14, .bold = 1});
        else if (figures[i].cell.state == CELL_NONE)
            put_text(s, 4, figures[i].column, word(book->words, "summary.unknown"),
                     (struct style){.ink = COLOUR_QUIET});
        else
            put_cell(s, 4, figures[i].column, figures[i].cell, big);
        put_text(s, 5, figures[i].column, figures[i].label, (struct style){.size = 9, .ink = COLOUR_QUIET});
    }
    put_text(s, 4, RIGHT_END, word(book->words, o->has_answer ? "summary.own_given" : "summary.own_missing"),
             (struct style){.size = 12, .bold = 1});
    put_text(s, 5, RIGHT_END, word(book->words, "summary.own"), (struct style){.size = 9, .ink = COLOUR_QUIET});
    sheet_height(s, 4, 28);
    put_merged(s, 6, LEFT, LAST, told_response(book->words, o), (struct style){.wrap = 1});
    sheet_height(s, 6, 24);
    return 8;
}

/* The numbers behind the chart, a row per bar, with a row of its own for each level; the chart lies over them. */
static size_t put_chart_data(struct sheet *s, size_t row, const struct organisation_view *view) {
    struct book *book = s->book;
    struct style small = {.size = 8, .ink = COLOUR_QUIET},
                 share = {.size = 8, .ink = COLOUR_QUIET, .number = NUMBER_SHARE};
    for (size_t i = 0; i < view->staff.n; i++) {
        size_t c = view->staff.constructs[i];
        const struct construct *construct = &book->instrument->constructs[c];
        const struct figures *f = &view->results->groups[0].constructs[c];
        if (outline_begins_level(&view->staff, book->instrument, i))
            put_text(
                s, row++, LEFT,
                WORDS(book->words, "summary.chart_level", "level", words_level(book->words, construct->level), NULL),
                small);
        const char *label = words_text(book->words, &construct->label);
        const char *mark = f->call != CALL_NONE                      ? words_mark(f->call)
                           : f->of[STAT_MEAN].state == CELL_WITHHELD ? word(book->words, "cell.withheld")
                                                                     : "";
        put_text(s, row, LEFT, arena_printf(book->arena, "%s  %s", safe_text(book, label, 60), mark), small);
        put_cell(s, row, LEFT_END, f->of[STAT_FAVOURABLE], share);
        put_cell(s, row, LEFT_END + 1, f->of[STAT_NEUTRAL], share);
        put_cell(s, row, RIGHT, f->of[STAT_UNFAVOURABLE], share);
        row++;
    }
    return row;
}

static void put_profile_chart(struct sheet *s, size_t first, size_t last, double height) {
    struct book *book = s->book;
    lxw_chart *chart = workbook_add_chart(book->file, LXW_CHART_BAR_STACKED_PERCENT);
    const char *labels = sheet_range(s, first, LEFT, last, LEFT);
    chart_add_shares(s, chart, labels, first, last, LEFT_END, true);
    lxw_chart_font font = chart_font(9, COLOUR_NONE);
    lxw_chart_line none = {.none = LXW_TRUE};
    /* in bar charts the library calls the axis of names y */
    chart_axis_set_reverse(chart->y_axis);
    chart_axis_set_num_font(chart->y_axis, &font);
    chart_axis_set_line(chart->y_axis, &none);
    chart_axis_set_major_tick_mark(chart->y_axis, LXW_CHART_AXIS_TICK_MARK_NONE);
    chart_axis_set_interval_unit(chart->y_axis, 1); /* every name, however many */
    chart_axis_major_gridlines_set_visible(chart->x_axis, LXW_FALSE);
    chart_axis_off(chart->x_axis);
    chart_set_series_gap(chart, 35);
    chart_set_series_overlap(chart, 100);
    chart_legend_set_position(chart, LXW_CHART_LEGEND_TOP);
    chart_legend_set_font(chart, &font);
    chart_title_off(chart);
    put_chart(s, chart, first, LEFT, 0, 0, pixels_wide(s, LEFT, LAST), pixels_tall(height),
              word(book->words, "summary.chart_description"));
}

/* In a low chart LibreOffice breaks longer names into two lines, and leaves out names that then have no room. */
static double points_of_a_bar(size_t bars) {
    return bars < FEW_BARS ? 24 : 17;
}

static size_t put_picture(struct sheet *s, size_t row, const struct organisation_view *view) {
    struct book *book = s->book;
    put_section(s, row, LEFT, LAST, word(book->words, "summary.picture"));
    row++;
    put_merged(s, row, LEFT, LAST, word(book->words, "summary.picture_how"),
               (struct style){.size = 9, .wrap = 1, .ink = COLOUR_QUIET});
    sheet_height(s, row, text_height(word(book->words, "summary.picture_how"), sheet_span(s, LEFT, LAST), 9) + 4);
    row++;
    size_t end = put_chart_data(s, row, view);
    double each = points_of_a_bar(end - row), legend = 26, height = each * (double)(end - row) + legend;
    for (size_t i = row; i < end; i++)
        sheet_height(s, i, each);
    sheet_height(s, end, legend);
    put_profile_chart(s, row, end - 1, height);
    return end + 2;
}

/* One of the three: name, numbers, and what can be said about agreement. */
static void put_strong(struct sheet *s, size_t row, size_t first, size_t last, const struct organisation_view *view,
                       size_t c) {
    struct book *book = s->book;
    const struct construct *construct = &book->instrument->constructs[c];
    const struct figures *f = &view->results->groups[0].constructs[c];
    const char *name = words_text(book->words, &construct->label);
    put_merged(s, row, first, last, arena_printf(book->arena, "%s  %s", words_mark(f->call), name),
               (struct style){.bold = 1, .wrap = 1});
    const char *numbers = told_strength(book->words, construct, f);
    put_merged(s, row + 1, first, last, numbers, (struct style){.size = 9});
    put_merged(s, row + 2, first, last, told_agreement(book->words, construct, f),
               (struct style){.size = 9, .ink = COLOUR_QUIET, .wrap = 1, .top = 1});
}

static size_t put_strongest(struct sheet *s, size_t row, const struct organisation_view *view) {
    struct book *book = s->book;
    size_t found[2][STRONGEST], n[2], most = 0;
    put_section(s, row, LEFT, LEFT_END, word(book->words, "summary.enablers"));
    put_section(s, row, RIGHT, RIGHT_END, word(book->words, "summary.barriers"));
    for (size_t side = 0; side < 2; side++) {
        size_t first = side ? RIGHT : LEFT, last = side ? RIGHT_END : LEFT_END;
        n[side] = strongest(view->results, book->instrument, &view->staff, side == 0, found[side], STRONGEST);
        for (size_t i = 0; i < n[side]; i++)
            put_strong(s, row + 1 + 3 * i, first, last, view, found[side][i]);
        if (n[side] == 0)
            put_merged(s, row + 1, first, last, word(book->words, side ? "summary.no_barriers" : "summary.no_enablers"),
                       (struct style){.ink = COLOUR_QUIET, .wrap = 1});
        most = n[side] > most ? n[side] : most;
    }
    if (most == 0) {
        sheet_height(s, row + 1, 30);
        return row + 3;
    }
    double width = sheet_span(s, LEFT, LEFT_END) * 0.94;
    for (size_t i = 0; i < most; i++) {
        double name = 0, words = 0;
        for (size_t side = 0; side < 2; side++) {
            if (i >= n[side])
                continue;
            const struct construct *construct = &book->instrument->constructs[found[side][i]];
            const struct figures *f = &view->results->groups[0].constructs[found[side][i]];
            double a = text_height(words_text(book->words, &construct->label), width * 0.9, 10);
            double b = text_height(told_agreement(book->words, construct, f), width, 9);
            name = a > name ? a : name;
            words = b > words ? b : words;
        }
        sheet_height(s, row + 1 + 3 * i, name + 5);
        sheet_height(s, row + 2 + 3 * i, 14);
        sheet_height(s, row + 3 + 3 * i, words + 3);
    }
    return row + 2 + 3 * most;
}

/* In the place of everything below the head when too few answered: why, and what there is still to read. */
static size_t put_nothing(struct sheet *s, size_t row, const struct organisation_view *view) {
    struct book *book = s->book;
    put_section(s, row++, LEFT, LAST, word(book->words, "summary.picture"));
    const char *why = word(book->words, "summary.nothing");
    if (view->results->has_answer)
        why = arena_printf(book->arena, "%s\n%s", why,
                           WORDS(book->words, "summary.own_still", "sheet", word(book->words, "sheet.own"), NULL));
    put_merged(s, row, LEFT, LAST, why, (struct style){.wrap = 1});
    sheet_height(s, row, text_height(why, sheet_span(s, LEFT, LAST) * 0.95, 10) + 12);
    return row + 2;
}

static size_t put_talk(struct sheet *s, size_t row, const struct organisation_view *view) {
    struct book *book = s->book;
    put_section(s, row++, LEFT, LAST, word(book->words, "summary.talk"));
    sheet_height(s, row++, 4);
    struct told_line lines[TOLD_TALK];
    told_talk(book->words, view, lines);
    for (size_t i = 0; i < TOLD_TALK; i++, row++) {
        put_text(s, row, LEFT, lines[i].label, (struct style){.bold = 1, .wrap = 1, .top = 1});
        put_merged(s, row, LEFT_END, LAST, lines[i].text, (struct style){.wrap = 1, .top = 1});
        double a = text_height(lines[i].label, sheet_span(s, LEFT, LEFT) * 0.9, 10);
        double b = text_height(lines[i].text, sheet_span(s, LEFT_END, LAST) * 0.95, 10);
        sheet_height(s, row, (a > b ? a : b) + 4);
    }
    return row + 1;
}

void sheet_summary(struct book *book, const struct organisation_view *view) {
    struct sheet *s = book_sheet(book, word(book->words, "sheet.summary"));
    worksheet_gridlines(s->page, LXW_HIDE_ALL_GRIDLINES);
    sheet_width(s, GUTTER, GUTTER, 1.5);
    sheet_width(s, LEFT, LEFT, 27);
    sheet_width(s, LEFT_END, LEFT_END, 20);
    sheet_width(s, LEFT_END + 1, LEFT_END + 1, 3);
    sheet_width(s, RIGHT, RIGHT, 22);
    sheet_width(s, RIGHT_END, RIGHT_END, 25);
    size_t row = put_top(s, view->results);
    if (shows_anything(view->results, &view->staff)) {
        row = put_picture(s, row, view);
        row = put_strongest(s, row, view);
        row = put_talk(s, row, view);
    } else {
        row = put_nothing(s, row, view);
    }
    const char *promise = told_promise(book->words);
    put_merged(s, row, LEFT, LAST, promise, (struct style){.size = 9, .ink = COLOUR_QUIET, .wrap = 1, .line_above = 1});
    sheet_height(s, row, text_height(promise, sheet_span(s, LEFT, LAST) * 0.95, 9) + 8);
    sheet_print(s, false, 1, 1);
    worksheet_print_area(s->page, 0, 0, (lxw_row_t)row, LAST);
}
