/* All organisations: the heat map of organisations by constructs. */
#include "web/report/paper.h"

/* A name that leads to the organisation's own page, where there is one. */
static void write_name(struct paper *p, const struct all_view *view, size_t i, struct report_links links) {
    paper_open_row_head(p);
    if (links.path) {
        html_markup(p->h, "<a");
        html_attribute(p->h, "href", links.path(links.context, i));
        html_end(p->h);
    }
    html_text(p->h, view->heads[i].name);
    if (links.path)
        html_markup(p->h, "</a>");
    html_markup(p->h, "</th>");
}

static void write_figures(struct paper *p, const struct all_view *view, const struct organisation_results *o) {
    paper_cell_answered(p, o);
    paper_cell_share(p, o->rate);
    for (size_t i = 0; i < view->staff.n; i++)
        paper_cell_call(p, &o->groups[0].constructs[view->staff.constructs[i]], GAP_NONE);
    html_markup(p->h, "</tr>");
}

static void write_common(struct paper *p, const struct all_view *view, bool enablers) {
    html_markup(p->h, "<tr class=common>");
    paper_row_head(p, word(p->w, enablers ? "overview.enabler_in" : "overview.barrier_in"));
    html_markup(p->h, "<td></td><td></td>");
    for (size_t i = 0; i < view->staff.n; i++) {
        const struct common common = common_calls(view, view->staff.constructs[i], enablers);
        html_markup(p->h, "<td class=number>");
        if (common.shown)
            html_text(p->h, WORDS(p->w, "overview.of", "hits", words_whole(p->w, common.hits), "all",
                                  words_whole(p->w, common.shown), NULL));
        html_markup(p->h, "</td>");
    }
    html_markup(p->h, "</tr>");
}

static void write_heads(struct paper *p, const struct all_view *view) {
    html_markup(p->h, "<thead><tr>");
    paper_head(p, word(p->w, "overview.organisation"), false);
    paper_head(p, word(p->w, "overview.answered"), true);
    paper_head(p, word(p->w, "overview.rate"), true);
    for (size_t i = 0; i < view->staff.n; i++) {
        html_markup(p->h, "<th scope=col class=number><span>");
        paper_construct(p, &p->w->instrument->constructs[view->staff.constructs[i]]);
        html_markup(p->h, "</span></th>");
    }
    html_markup(p->h, "</tr></thead><tbody>");
}

void section_overview(struct paper *p, const struct all_view *view, struct report_links links) {
    paper_section(p, "overview", "report.overview");
    paper_note(p, WORDS(p->w, "report.overview_how", "fewer", words_fewer(p->w), NULL));
    paper_open_table(p, view->staff.n > 4 ? "data heat-many" : "data heat", word(p->w, "report.overview"), false);
    write_heads(p, view);
    html_markup(p->h, "<tr class=whole>");
    paper_row_head(p, word(p->w, "overview.all"));
    write_figures(p, view, view->overall);
    write_common(p, view, false);
    write_common(p, view, true);
    for (size_t i = 0; i < view->n; i++) {
        html_markup(p->h, "<tr>");
        write_name(p, view, i, links);
        write_figures(p, view, view->each[i]);
    }
    paper_close_table(p);
    paper_close_section(p);
}

void section_response(struct paper *p, const struct all_view *view, struct report_links links) {
    static const char *const heads[] = {"response.invited", "overview.answered", "overview.rate"};
    paper_section(p, "response", "response.title");
    paper_note(p, word(p->w, "response.how"));
    paper_open_table(p, "data response", word(p->w, "response.title"), false);
    html_markup(p->h, "<thead><tr>");
    paper_head(p, word(p->w, "overview.organisation"), false);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        paper_head(p, word(p->w, heads[i]), true);
    paper_head(p, word(p->w, "report.rate_chart"), false);
    paper_head(p, word(p->w, "response.own"), false);
    html_markup(p->h, "</tr></thead><tbody>");
    for (size_t i = 0; i < view->n; i++) {
        const struct organisation_results *o = view->each[i];
        html_markup(p->h, "<tr>");
        write_name(p, view, i, links);
        paper_cell_n(p, o->invited);
        paper_cell_answered(p, o);
        paper_cell_share(p, o->rate);
        html_markup(p->h, "<td class=gauge>");
        if (cell_shown(o->rate))
            chart_rate(p, o->rate.value);
        html_markup(p->h, "</td>");
        paper_cell(p, word(p->w, o->has_answer ? "response.given" : "response.missing"));
        html_markup(p->h, "</tr>");
    }
    paper_close_table(p);
    paper_close_section(p);
}
