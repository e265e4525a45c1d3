/* Which sections, in which order; and the frame of a report that is a file of its own. */
#include "web/report/report.h"

#include "web/report/paper.h"

void report_write_organisation(struct html *h, const struct words *w, const struct organisation_view *view) {
    static const struct paper_link contents[] = {{"picture", "summary.picture"},     {"talk", "summary.talk"},
                                                 {"profile", "profile.title"},       {"own", "own.title"},
                                                 {"groups", "groups.title"},         {"change", "change.title"},
                                                 {"strategies", "strategies.title"}, {"items", "items.title"},
                                                 {"comments", "comments.title"},     {"method", "method.title"}};
    struct paper p = {h, w, w->arena};
    const bool anything = shows_anything(view->results, &view->staff);
    html_markup(h, "<div class=report>");
    chart_patterns(&p);
    section_head(&p, view->results, true);
    if (anything)
        paper_contents(&p, contents, sizeof contents / sizeof *contents);
    section_picture(&p, view);
    if (anything) {
        section_strongest(&p, view);
        section_talk(&p, view);
        section_profile(&p, view);
    }
    section_own(&p, view);
    if (anything) {
        section_groups(&p, view);
        section_change(&p, view);
        section_strategies(&p, view);
        section_items(&p, view);
    }
    section_comments(&p, view);
    section_method(&p, told_method_withheld(w, view));
    html_markup(h, "</div>");
}

void report_write_all(struct html *h, const struct words *w, const struct all_view *view, struct report_links links) {
    static const struct paper_link contents[] = {{"overview", "report.overview"}, {"response", "response.title"},
                                                 {"ranking", "ranking.title"},    {"common", "common.title"},
                                                 {"change", "change.title"},      {"method", "method.title"}};
    struct paper p = {h, w, w->arena};
    html_markup(h, "<div class=report>");
    chart_patterns(&p);
    section_head(&p, view->overall, false);
    paper_contents(&p, contents, sizeof contents / sizeof *contents);
    section_overview(&p, view, links);
    section_response(&p, view, links);
    section_ranking(&p, view);
    section_common(&p, view);
    const struct organisation_view together = view_of_all(view);
    section_change(&p, &together);
    section_method(&p, told_method_withheld_all(w, view));
    html_markup(h, "</div>");
}

/* No script, nothing from anywhere: also said to the browser. */
static void open_file(struct html *h, const struct words *w, const char *title) {
    html_markup(h, "<!doctype html><html");
    html_attribute(h, "lang", w->language);
    if (language_is_rtl(w->language))
        html_attribute(h, "dir", "rtl");
    html_markup(h, "><head><meta charset=utf-8><meta http-equiv=Content-Security-Policy"
                   " content=\"default-src 'none'; style-src 'unsafe-inline'\">"
                   "<meta name=viewport content=\"width=device-width,initial-scale=1\"><title>");
    html_text(h, title);
    html_markup(h, " – ");
    html_text(h, results_assessment(w->results)->title);
    html_markup(h, "</title>");
    html_style(h, "engine/web/assets/report.css");
    html_markup(h, "</head><body class=paper><main><h1>");
    html_text(h, title);
    html_markup(h, "</h1>");
}

static void close_file(struct html *h) {
    html_markup(h, "</main></body></html>\n");
}

void report_write_organisation_file(struct buf *out, const struct words *w, const struct organisation_view *view) {
    struct html h = {out};
    open_file(&h, w, view->results->name);
    report_write_organisation(&h, w, view);
    close_file(&h);
}

void report_write_all_file(struct buf *out, const struct words *w, const struct all_view *view) {
    struct html h = {out};
    open_file(&h, w, word(w, "overview.all"));
    report_write_all(&h, w, view, (struct report_links){NULL, NULL});
    close_file(&h);
}
