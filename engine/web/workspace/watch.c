/* Watching a wave while it is open: how many have answered, where, and on which days. The page reloads itself; where a
 * script may run, watch.js asks for the same figures and puts them in their places instead. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/letters.h"
#include "store/counts.h"
#include "web/workspace/reach.h"
#include "web/workspace/reach_pages.h"

enum {
    DAYS_SHOWN = 31,
    COLUMN = 30, /* of the chart, in pixels */
    CHART_HEIGHT = 150,
    CHART_TOP = 20,
    CHART_FOOT = 22,
    REFRESH_SECONDS = 60
};

struct watch {
    struct wave wave;
    struct wave_counts counts; /* as far as they may be told */
    const char **names;        /* of the organisations, parallel to the counts' rows */
    bool has_ratings;          /* organisations were asked for their own */
    struct day_count *days;    /* every day since the beginning, those without answers too */
    size_t n_days;
    struct reach reach;
};

static const char *number(struct desk *d, int n) {
    return desk_number(d, n, 0);
}

/* Reading */

static enum result read_counts(struct desk *d, struct watch *w) {
    struct organisation *organisations;
    size_t n;
    if (store_count_answers(d->store, d->arena, &w->wave, &w->counts) != RESULT_OK ||
        store_list_organisations(d->store, d->arena, d->assessment.id, &organisations, &n) != RESULT_OK)
        return RESULT_MACHINE;
    w->names = arena_array(d->arena, w->counts.n + 1, sizeof *w->names);
    for (size_t i = 0; i < w->counts.n; i++) {
        const char *code = w->counts.rows[i].organisation;
        const struct organisation *o = reach_organisation(organisations, n, code);
        w->names[i] = o && *o->name ? o->name : code;
    }
    return RESULT_OK;
}

/* Days without answers count too: a gap is what one looks for. */
static enum result read_days(struct desk *d, struct watch *w) {
    struct day_count *list;
    size_t n, capacity = 0;
    if (store_list_days(d->store, d->arena, w->wave.id, &list, &n) != RESULT_OK)
        return RESULT_MACHINE;
    struct day day = clock_today(), last = day;
    if (clock_is_day(w->wave.opened) && strcmp(w->wave.opened, day.text) < 0)
        memcpy(day.text, w->wave.opened, sizeof day.text);
    if (n && strcmp(list[0].day.text, day.text) < 0)
        day = list[0].day;
    if (n && strcmp(list[n - 1].day.text, last.text) > 0)
        last = list[n - 1].day;
    for (size_t i = 0; strcmp(day.text, last.text) <= 0; day = clock_add_days(day, 1)) {
        w->days = arena_grow(d->arena, w->days, w->n_days, &capacity, sizeof *w->days);
        w->days[w->n_days] = (struct day_count){.day = day};
        if (i < n && strcmp(list[i].day.text, day.text) == 0)
            w->days[w->n_days].n = list[i++].n;
        w->n_days++;
    }
    return RESULT_OK;
}

/* False when there is no open wave or the store failed; see reach_failed. */
static bool read_all(struct desk *d, struct watch *w) {
    *w = (struct watch){0};
    if (!reach_find_wave(d, &w->wave))
        return false;
    if (read_counts(d, w) != RESULT_OK || read_days(d, w) != RESULT_OK ||
        store_count_reach(d->store, w->wave.id, &w->reach) != RESULT_OK ||
        store_asks_for_ratings(d->store, w->wave.id, &w->has_ratings) != RESULT_OK) {
        desk_refuse(d, 503);
        return false;
    }
    return true;
}

/* Words: the page and the data for the script say the same */

/* A sentence about people, in the number that their count asks for. */
static const char *people_words(struct desk *d, const char *key, int n, const char *name, const char *value,
                                const char *rate) {
    return texts_count(d->screen.texts, d->arena, d->screen.words, arena_printf(d->arena, "work.%s", key), n, name,
                       value, "rate", rate, NULL);
}

static const char *total_words(struct desk *d, const struct watch *w) {
    const struct wave_counts *c = &w->counts;
    if (c->answered < 0)
        return desk_fill(d, "watch_total_hidden", "k", number(d, c->k), NULL);
    const double rate = counts_rate(c, c->answered, c->invited);
    const char *words =
        rate < 0 ? people_words(d, "watch_total_count", c->answered, "of", "", "")
                 : people_words(d, "watch_total", c->answered, "of", number(d, c->invited), desk_percent(d, rate));
    if (c->everybody)
        return words;
    return arena_printf(d->arena, "%s %s", words, desk_fill(d, "watch_total_told", "k", number(d, c->k), NULL));
}

static const char *reminder_words(struct desk *d, const struct watch *w) {
    const struct wave_counts *c = &w->counts;
    if (w->reach.personal == 0)
        return desk_words(d, "watch_remind_nobody");
    if (c->unanswered < 0)
        return desk_fill(d, "watch_remind_few", "k", number(d, c->k), NULL);
    return people_words(d, c->everybody ? "watch_remind" : "watch_remind_told", c->unanswered, "of",
                        number(d, c->personal), "");
}

static const char *answered_words(struct desk *d, const struct organisation_count *row) {
    return row->answered < 0 ? desk_words(d, "watch_hidden") : number(d, row->answered);
}

static const char *rate_words(struct desk *d, const struct watch *w, const struct organisation_count *row) {
    const double rate = counts_rate(&w->counts, row->answered, row->invited);
    return rate < 0 ? "" : desk_percent(d, rate);
}

static const char *rating_words(struct desk *d, const struct organisation_count *row) {
    return desk_words(d, row->organisation_answered ? "watch_rating_there" : "watch_rating_missing");
}

static const char *bar_width(struct desk *d, const struct watch *w, const struct organisation_count *row) {
    const double rate = counts_rate(&w->counts, row->answered, row->invited);
    return arena_printf(d->arena, "%d", rate < 0 ? 0 : (int)(1000 * rate + .5));
}

/* The names of places that the script fills: "answered.3" is the third row. */
static const char *place(struct desk *d, const char *what, size_t i) {
    return arena_printf(d->arena, "%s.%zu", what, i);
}

/* The page */

static void write_place(struct desk *d, const char *name, const char *text) {
    struct html *h = &d->screen.html;
    html_markup(h, "<span");
    html_attribute(h, "data-watch", name);
    html_end(h);
    html_text(h, text);
    html_markup(h, "</span>");
}

/* The bar stands beside its number, so readers of screens need not hear it. Lines mark 60 and 75 per cent. */
static void write_bar(struct desk *d, const struct watch *w, size_t i) {
    struct html *h = &d->screen.html;
    const struct organisation_count *row = &w->counts.rows[i];
    if (counts_rate(&w->counts, row->answered, row->invited) < 0)
        return;
    html_markup(h, "<svg class=reach-bar viewBox=\"0 0 1000 24\" preserveAspectRatio=none aria-hidden=true>"
                   "<rect class=reach-bar-all width=1000 height=24 /><rect class=reach-bar-done height=24");
    html_attribute(h, "width", bar_width(d, w, row));
    html_attribute(h, "data-watch", place(d, "bar", i));
    html_markup(h, " /><path class=reach-bar-mark d=\"M600 0v24M750 0v24\" /></svg>");
}

static void write_row(struct desk *d, const struct watch *w, size_t i) {
    const struct organisation_count *row = &w->counts.rows[i];
    desk_row_open(d);
    desk_cell(d, w->names[i]);
    desk_cell_open(d);
    write_place(d, place(d, "rate", i), rate_words(d, w, row));
    write_bar(d, w, i);
    desk_cell_close(d);
    desk_cell_number_open(d);
    write_place(d, place(d, "answered", i), answered_words(d, row));
    desk_cell_close(d);
    desk_cell_number(d, row->invited > 0 ? number(d, row->invited) : desk_words(d, "watch_unknown"));
    if (w->has_ratings) {
        desk_cell_open(d);
        write_place(d, place(d, "rating", i), rating_words(d, row));
        desk_cell_close(d);
    }
    desk_row_close(d);
}

static bool has_hidden(const struct watch *w) {
    for (size_t i = 0; i < w->counts.n; i++)
        if (w->counts.rows[i].answered < 0)
            return true;
    return false;
}

/* Where a row stands in the table. Counts that are hidden are all alike here, so their order tells nothing; the names
 * of places (`at`) stay those of the order in the store, which the figures that are fetched later go by. */
struct standing {
    size_t at;
    const char *name;
    double rate;
    int answered, invited;
};

static int by_name(const void *a, const void *b) {
    return letters_compare(((const struct standing *)a)->name, ((const struct standing *)b)->name);
}

static int by_rate(const void *a, const void *b) {
    const double x = ((const struct standing *)a)->rate, y = ((const struct standing *)b)->rate;
    return x < y ? -1 : x > y ? 1 : by_name(a, b);
}

static int by_answered(const void *a, const void *b) {
    const int order = ((const struct standing *)a)->answered - ((const struct standing *)b)->answered;
    return order != 0 ? order : by_name(a, b);
}

static int by_invited(const void *a, const void *b) {
    const int order = ((const struct standing *)a)->invited - ((const struct standing *)b)->invited;
    return order != 0 ? order : by_name(a, b);
}

static const struct standing *sort_rows(struct desk *d, const struct watch *w) {
    struct standing *rows = arena_array(d->arena, w->counts.n + 1, sizeof *rows);
    bool down;
    const char *column = desk_sorting(d, "name", &down);
    for (size_t i = 0; i < w->counts.n; i++) {
        const struct organisation_count *row = &w->counts.rows[i];
        const double rate = counts_rate(&w->counts, row->answered, row->invited);
        rows[i] = (struct standing){i, w->names[i], rate < 0 ? -1 : rate, row->answered, row->invited};
    }
    qsort(rows, w->counts.n, sizeof *rows,
          strcmp(column, "rate") == 0       ? by_rate
          : strcmp(column, "answered") == 0 ? by_answered
          : strcmp(column, "invited") == 0  ? by_invited
                                            : by_name);
    for (size_t i = 0; down && i < w->counts.n / 2; i++) {
        const struct standing swapped = rows[i];
        rows[i] = rows[w->counts.n - 1 - i];
        rows[w->counts.n - 1 - i] = swapped;
    }
    return rows;
}

static void write_rows(struct desk *d, const struct watch *w) {
    desk_section(d, "watch_organisations");
    desk_paragraph(d, "watch_marks");
    desk_table_open(d, "watch_table");
    desk_table_head_sort(d, "watch_organisation", false, "name");
    desk_table_head_sort(d, "watch_rate", false, "rate");
    desk_table_head_sort(d, "watch_answered", true, "answered");
    desk_table_head_sort(d, "watch_invited", true, "invited");
    if (w->has_ratings)
        desk_table_head(d, "watch_rating", false);
    const struct standing *rows = sort_rows(d, w);
    for (size_t i = 0; i < w->counts.n; i++)
        write_row(d, w, rows[i].at);
    desk_table_close(d);
    if (has_hidden(w)) {
        html_markup(&d->screen.html, "<p>");
        desk_text(d, desk_fill(d, "watch_hidden_explain", "k", number(d, w->wave.min_group), NULL));
        html_markup(&d->screen.html, "</p>");
    }
}

/* A column of the chart, in pixels from its top. */
struct column {
    int x, y, height;
};

static struct column column_of(const struct day_count *days, size_t n, size_t i) {
    int most = 1;
    for (size_t k = 0; k < n; k++)
        most = days[k].n > most ? days[k].n : most;
    const int height = (days[i].n * (CHART_HEIGHT - CHART_TOP) + most - 1) / most;
    return (struct column){5 + (int)i * COLUMN, CHART_HEIGHT - height, height};
}

static const char *count_words(struct desk *d, const struct day_count *day) {
    return day->n ? number(d, day->n) : "";
}

static void write_text_at(struct desk *d, int x, int y, const char *class, const char *name, const char *text) {
    struct html *h = &d->screen.html;
    html_markup(h, "<text text-anchor=middle");
    html_attribute(h, "class", class);
    html_attribute_number(h, "x", x);
    html_attribute_number(h, "y", y);
    if (name)
        html_attribute(h, "data-watch", name);
    html_end(h);
    html_text(h, text);
    html_markup(h, "</text>");
}

/* "31" under its column, and the month too under the first one and every first of a month. */
static const char *day_label(struct desk *d, const struct day_count *day, bool first) {
    const int number_of_day = atoi(day->day.text + 8);
    if (!first && number_of_day != 1)
        return arena_printf(d->arena, "%d", number_of_day);
    return desk_fill(d, "watch_day_month", "day", arena_printf(d->arena, "%d", number_of_day), "month",
                     arena_printf(d->arena, "%d", atoi(day->day.text + 5)), NULL);
}

static void write_column(struct desk *d, const struct day_count *days, size_t n, size_t i) {
    struct html *h = &d->screen.html;
    const struct column c = column_of(days, n, i);
    html_markup(h, "<rect class=reach-bar-done");
    html_attribute_number(h, "x", c.x + 4);
    html_attribute_number(h, "y", c.y);
    html_attribute_number(h, "width", COLUMN - 8);
    html_attribute_number(h, "height", c.height);
    html_attribute(h, "data-watch", place(d, "column", i));
    html_markup(h, " />");
    write_text_at(d, c.x + COLUMN / 2, c.y - 5, "reach-count", place(d, "count", i), count_words(d, &days[i]));
    write_text_at(d, c.x + COLUMN / 2, CHART_HEIGHT + 16, "reach-day", NULL, day_label(d, &days[i], i == 0));
}

static void write_chart(struct desk *d, const struct day_count *days, size_t n) {
    struct html *h = &d->screen.html;
    const int width = (int)n * COLUMN + 10;
    html_markup(h, "<div class=reach-chart tabindex=0 role=group");
    html_attribute(h, "aria-label", desk_words(d, "watch_days"));
    html_markup(h, "><svg role=img");
    html_attribute_number(h, "width", width);
    html_attribute_number(h, "height", CHART_HEIGHT + CHART_FOOT);
    html_attribute(h, "viewBox", arena_printf(d->arena, "0 0 %d %d", width, CHART_HEIGHT + CHART_FOOT));
    html_markup(h, "><title>");
    desk_say(d, "watch_days");
    html_markup(h, "</title><desc>");
    desk_say(d, "watch_days_explain");
    html_markup(h, "</desc><path class=reach-axis");
    html_attribute(h, "d", arena_printf(d->arena, "M0 %dh%d", CHART_HEIGHT, width));
    html_markup(h, " />");
    for (size_t i = 0; i < n; i++)
        write_column(d, days, n, i);
    html_markup(h, "</svg></div>");
}

static void write_days_table(struct desk *d, const struct watch *w) {
    struct html *h = &d->screen.html;
    html_markup(h, "<details><summary>");
    desk_say(d, "watch_days_as_table");
    html_markup(h, "</summary>");
    desk_table_open(d, "watch_days");
    desk_table_head(d, "watch_day", false);
    desk_table_head(d, "watch_answered", true);
    for (size_t i = 0; i < w->n_days; i++) {
        desk_row_open(d);
        desk_cell(d, desk_day(d, w->days[i].day.text));
        desk_cell_number_open(d);
        write_place(d, place(d, "day", i), number(d, w->days[i].n));
        desk_cell_close(d);
        desk_row_close(d);
    }
    desk_table_close(d);
    html_markup(h, "</details>");
}

/* Columns add up to the total of everybody. */
static bool has_chart(const struct watch *w) {
    return w->counts.everybody && w->counts.answered > 0;
}

/* The newest days, as far as the chart goes. */
static const struct day_count *days_shown(const struct watch *w, size_t *n) {
    *n = w->n_days > DAYS_SHOWN ? DAYS_SHOWN : w->n_days;
    return w->days + w->n_days - *n;
}

static void write_days(struct desk *d, const struct watch *w) {
    size_t n;
    const struct day_count *days = days_shown(w, &n);
    desk_section(d, "watch_days");
    if (!has_chart(w)) {
        desk_paragraph(d, "watch_days_hidden");
        return;
    }
    write_chart(d, days, n);
    if (n < w->n_days)
        desk_paragraph(d, "watch_days_cut");
    write_days_table(d, w);
}

/* What the page is built of. When it changes (a new day, an organisation that may be shown now), the script asks for
 * the page anew. */
static const char *shape(struct desk *d, const struct watch *w) {
    struct buf b = BUF_INIT;
    buf_printf(&b, "%d.%d.%zu.", (int)has_chart(w), (int)reach_is_over(&w->wave), w->n_days);
    for (size_t i = 0; i < w->counts.n; i++) {
        const struct organisation_count *row = &w->counts.rows[i];
        buf_char(&b, row->answered < 0 ? 'h' : counts_rate(&w->counts, row->answered, row->invited) < 0 ? 'n' : 's');
    }
    const char *copy = arena_copy(d->arena, b.p, b.n);
    buf_free(&b);
    return copy;
}

/* Until when it is open and who can be reminded; after the last day what to do now. */
static void write_state(struct desk *d, const struct watch *w) {
    struct html *h = &d->screen.html;
    if (reach_is_over(&w->wave)) {
        reach_write_over(d, &w->wave);
        return;
    }
    html_markup(h, "<p>");
    if (w->wave.until && *w->wave.until)
        desk_text(d, desk_fill(d, "watch_until", "label", w->wave.label, "date", desk_day(d, w->wave.until), NULL));
    else
        desk_text(d, desk_fill(d, "watch_open", "label", w->wave.label, NULL));
    html_markup(h, "</p><p>");
    write_place(d, "remind", reminder_words(d, w));
    html_markup(h, " ");
    if (w->reach.personal)
        desk_link(d, reach_path(d, "send", NULL), desk_words(d, "watch_to_send"));
    html_markup(h, "</p>");
}

void watch_show(struct desk *d) {
    struct watch w;
    struct html *h = &d->screen.html;
    if (!read_all(d, &w)) {
        if (!reach_failed(d))
            reach_show_no_wave(d, "watch_title", TAB_WATCH);
        return;
    }
    desk_script(d, "watch.js");
    desk_refresh(d, REFRESH_SECONDS);
    reach_open(d, "watch_title", TAB_WATCH);
    html_markup(h, "<div id=watch");
    html_attribute(h, "data-watch-source", reach_path(d, "watch.json", NULL));
    html_attribute(h, "data-watch-shape", shape(d, &w));
    html_attribute_number(h, "data-watch-seconds", REFRESH_SECONDS);
    html_markup(h, "><p class=reach-total aria-live=polite><strong>");
    write_place(d, "total", total_words(d, &w));
    html_markup(h, "</strong></p>");
    write_state(d, &w);
    write_days(d, &w);
    write_rows(d, &w);
    desk_paragraph(d, "watch_promise");
    html_markup(h, "</div>");
    desk_close(d);
}

/* The data for the script */

static void tell_text(struct json_writer *j, const char *name, const char *text) {
    json_key(j, name);
    json_text(j, text);
}

static void tell_texts(struct desk *d, const struct watch *w, struct json_writer *j) {
    size_t n;
    const struct day_count *days = days_shown(w, &n);
    json_key(j, "texts");
    json_open(j, '{');
    tell_text(j, "total", total_words(d, w));
    tell_text(j, "remind", reminder_words(d, w));
    for (size_t i = 0; i < w->counts.n; i++) {
        tell_text(j, place(d, "answered", i), answered_words(d, &w->counts.rows[i]));
        tell_text(j, place(d, "rate", i), rate_words(d, w, &w->counts.rows[i]));
        tell_text(j, place(d, "rating", i), rating_words(d, &w->counts.rows[i]));
    }
    for (size_t i = 0; has_chart(w) && i < n; i++)
        tell_text(j, place(d, "count", i), count_words(d, &days[i]));
    for (size_t i = 0; has_chart(w) && i < w->n_days; i++)
        tell_text(j, place(d, "day", i), number(d, w->days[i].n));
    json_close(j, '}');
}

static void tell_attributes(struct desk *d, const struct watch *w, struct json_writer *j) {
    size_t n;
    const struct day_count *days = days_shown(w, &n);
    json_key(j, "attributes");
    json_open(j, '{');
    for (size_t i = 0; i < w->counts.n; i++) {
        json_key(j, place(d, "bar", i));
        json_open(j, '{');
        tell_text(j, "width", bar_width(d, w, &w->counts.rows[i]));
        json_close(j, '}');
    }
    for (size_t i = 0; has_chart(w) && i < n; i++) {
        const struct column c = column_of(days, n, i);
        json_key(j, place(d, "column", i));
        json_open(j, '{');
        json_key(j, "y");
        json_integer(j, c.y);
        json_key(j, "height");
        json_integer(j, c.height);
        json_close(j, '}');
        json_key(j, place(d, "count", i));
        json_open(j, '{');
        json_key(j, "y");
        json_integer(j, c.y - 5);
        json_close(j, '}');
    }
    json_close(j, '}');
}

/* The same figures in the same words as on the page, each under the name of its place there. */
void watch_tell(struct desk *d) {
    struct watch w;
    if (!read_all(d, &w)) {
        if (!reach_failed(d))
            desk_refuse(d, 404);
        return;
    }
    struct json_writer j = {&d->request->reply.body, false};
    json_open(&j, '{');
    tell_text(&j, "shape", shape(d, &w));
    tell_texts(d, &w, &j);
    tell_attributes(d, &w, &j);
    json_close(&j, '}');
    d->request->reply.status = 200;
    d->request->reply.type = "application/json";
}
