/* Change: this wave against the one before, then every wave with its interval. */
#include "web/report/paper.h"

static void write_heads(struct paper *p, const char *const *keys, size_t n, size_t words) {
    html_markup(p->h, "<thead><tr>");
    for (size_t i = 0; i < n; i++)
        paper_head(p, word(p->w, keys[i]), i != 0 && i != words);
    html_markup(p->h, "</tr></thead><tbody>");
}

static void write_range(struct paper *p, struct cell low, struct cell high, bool sign) {
    if (low.state == CELL_WITHHELD || high.state == CELL_WITHHELD) {
        paper_cell_withheld(p);
        return;
    }
    html_markup(p->h, "<td class=number>");
    if (cell_shown(low) && cell_shown(high))
        html_text(p->h, WORDS(p->w, "scale.range", "low",
                              sign ? words_signed(p->w, low.value, 2) : words_number(p->w, low.value, 2), "high",
                              sign ? words_signed(p->w, high.value, 2) : words_number(p->w, high.value, 2), NULL));
    html_markup(p->h, "</td>");
}

static void write_change(struct paper *p, struct cell change) {
    if (change.state == CELL_WITHHELD) {
        paper_cell_withheld(p);
        return;
    }
    html_markup(p->h, "<td class=number><b>");
    if (cell_shown(change))
        html_text(p->h, words_signed(p->w, change.value, 2));
    html_markup(p->h, "</b></td>");
}

static void write_since(struct paper *p, const struct organisation_view *view, bool linked) {
    static const char *const heads[] = {"profile.construct", "change.before", "change.now",  "change.change",
                                        "report.change",     "change.says",   "change.pairs"};
    const struct wave_history *history = view->history;
    const struct wave *before = history->waves[history->n_waves - 2];
    const char *title = WORDS(p->w, "change.since_title", "before", words_wave_label(p->w, before), NULL);
    html_markup(p->h, "<h3>");
    html_text(p->h, title);
    html_markup(p->h, "</h3>");
    paper_open_table(p, "data", title, false);
    write_heads(p, heads, linked ? 7 : 6, 5);
    for (size_t i = 0; i < view->staff.n; i++) {
        const size_t c = view->staff.constructs[i];
        const struct figures *f = &view->results->groups[0].constructs[c];
        html_markup(p->h, "<tr>");
        paper_open_row_head(p);
        paper_construct(p, &p->w->instrument->constructs[c]);
        html_markup(p->h, "</th>");
        paper_cell_mean(p, history->points[(history->n_waves - 2) * p->w->instrument->n_constructs + c].mean, 2);
        paper_cell_mean(p, f->of[STAT_MEAN], 2);
        write_change(p, f->of[STAT_CHANGE]);
        write_range(p, f->of[STAT_CHANGE_LOW], f->of[STAT_CHANGE_HIGH], true);
        paper_cell(p, told_change(p->w, view, c));
        if (linked)
            paper_cell_n(p, f->of[STAT_CHANGE_PAIRS]);
        html_markup(p->h, "</tr>");
    }
    paper_close_table(p);
}

/* One construct: a row for each wave, and the line that joins them. */
static void write_waves_of(struct paper *p, const struct wave_history *history, size_t c) {
    const size_t all = p->w->instrument->n_constructs;
    html_markup(p->h, "<li><p class=name>");
    paper_construct(p, &p->w->instrument->constructs[c]);
    html_markup(p->h, "</p>");
    chart_waves(p, &p->w->instrument->constructs[c], history, c);
    static const char *const heads[] = {"change.wave", "profile.n", "profile.mean", "report.interval"};
    const char *caption = WORDS(p->w, "profile.band", "level", word(p->w, "change.waves_title"), "domain",
                                words_text(p->w, &p->w->instrument->constructs[c].label), NULL);
    paper_open_table(p, "data", caption, false);
    write_heads(p, heads, 4, 0);
    for (size_t i = 0; i < history->n_waves; i++) {
        const struct wave_point *point = &history->points[i * all + c];
        html_markup(p->h, "<tr>");
        paper_row_head(p, words_wave_label(p->w, history->waves[i]));
        if (point->why == COMPARISON_MEANS_THE_SAME) {
            paper_cell_n(p, point->n);
            paper_cell_mean(p, point->mean, 2);
            write_range(p, point->low, point->high, false);
        } else {
            html_markup(p->h, "<td colspan=3>");
            html_text(p->h, words_comparison(p->w, point->why));
            html_markup(p->h, "</td>");
        }
        html_markup(p->h, "</tr>");
    }
    paper_close_table(p);
    html_markup(p->h, "</li>");
}

void section_change(struct paper *p, const struct organisation_view *view) {
    const bool linked = results_wave(p->w->results)->mode != MODE_ANONYMOUS;
    paper_section(p, "change", "change.title");
    if (view->history->n_waves < 2) {
        paper_paragraph(p, word(p->w, "says.change.first"));
        paper_close_section(p);
        return;
    }
    paper_note(p, word(p->w, linked ? "change.how_linked" : "change.how"));
    write_since(p, view, linked);
    html_markup(p->h, "<h3>");
    html_text(p->h, word(p->w, "change.waves_title"));
    html_markup(p->h, "</h3>");
    paper_note(p, word(p->w, "change.waves_how"));
    html_markup(p->h, "<ul class=waves>");
    for (size_t i = 0; i < view->staff.n; i++)
        write_waves_of(p, view->history, view->staff.constructs[i]);
    html_markup(p->h, "</ul>");
    paper_close_section(p);
}
