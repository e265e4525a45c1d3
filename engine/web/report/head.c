/* Who, what, when, and how many answered. */
#include "web/report/paper.h"

static const char *count_words(struct paper *p, const struct organisation_results *o, struct cell cell) {
    return cell.state == CELL_VALUE      ? words_number(p->w, cell.value, 0)
           : cell.state == CELL_WITHHELD ? words_answered_withheld(p->w, o)
                                         : word(p->w, "summary.unknown");
}

static const char *rate_words(struct paper *p, struct cell cell) {
    return cell.state == CELL_VALUE      ? words_percent(p->w, cell.value)
           : cell.state == CELL_WITHHELD ? word(p->w, "report.withheld")
                                         : word(p->w, "summary.unknown");
}

static void open_figure(struct paper *p, const char *key, const char *text) {
    html_markup(p->h, "<div><dt>");
    html_text(p->h, word(p->w, key));
    html_markup(p->h, "</dt><dd>");
    html_text(p->h, text);
    html_markup(p->h, "</dd>");
}

/* The marks' own words stand under the bar; they are where the lines are. */
static void write_rate(struct paper *p, struct cell rate) {
    open_figure(p, "summary.rate", rate_words(p, rate));
    if (cell_shown(rate)) {
        html_markup(p->h, "<dd class=gauge>");
        chart_rate(p, rate.value);
        html_markup(p->h, "<span class=goals aria-hidden=true><span>");
        html_text(p->h, words_percent(p->w, 0.60));
        html_markup(p->h, "</span><span>");
        html_text(p->h, words_percent(p->w, 0.75));
        html_markup(p->h, "</span></span></dd>");
    }
    html_markup(p->h, "</div>");
}

void section_head(struct paper *p, const struct organisation_results *o, bool own) {
    html_markup(p->h, "<p class=about>");
    html_text(p->h, results_assessment(p->w->results)->title);
    html_markup(p->h, "<br>");
    html_text(p->h, words_wave(p->w));
    html_markup(p->h, "</p><dl class=figures>");
    open_figure(p, "summary.invited", count_words(p, o, o->invited));
    html_markup(p->h, "</div>");
    open_figure(p, "summary.answered", count_words(p, o, o->answered));
    html_markup(p->h, "</div>");
    write_rate(p, o->rate);
    if (own) {
        open_figure(p, "summary.own", word(p->w, o->has_answer ? "summary.own_given" : "summary.own_missing"));
        html_markup(p->h, "</div>");
    }
    html_markup(p->h, "</dl>");
    paper_paragraph(p, told_response(p->w, o));
}
