/* Ranking in words: construct by construct the organisations in the order of their means, and whether that order says
 * anything. */
#include "web/report/paper.h"

static const char *named(struct paper *p, const struct ranked *r) {
    return WORDS(p->w, "report.ranked", "name", r->name, "mean", words_number(p->w, r->figures->of[STAT_MEAN].value, 1),
                 NULL);
}

/* Do the intervals of the highest and the lowest lie apart? Without both intervals nothing can be said. */
static const char *order_words(struct paper *p, const struct ranked *list, size_t n) {
    const struct cell low = list[0].figures->of[STAT_CI_LOW], high = list[n - 1].figures->of[STAT_CI_HIGH];
    return word(p->w, !cell_shown(low) || !cell_shown(high) ? "report.order_unknown"
                      : low.value > high.value              ? "report.order_apart"
                                                            : "report.order_overlap");
}

static void write_construct(struct paper *p, const struct all_view *view, size_t c, struct ranked *list) {
    const struct construct *construct = &p->w->instrument->constructs[c];
    const size_t n = ranking_of(view, c, list);
    html_markup(p->h, "<div class=ranked><h3>");
    paper_construct(p, construct);
    html_markup(p->h, "</h3>");
    if (n == 0) {
        paper_paragraph(p, word(p->w, "ranking.nothing"));
    } else {
        html_markup(p->h, "<ol class=ranking>");
        for (size_t i = 0; i < n; i++) {
            html_markup(p->h, "<li>");
            html_text(p->h, named(p, &list[i]));
            html_markup(p->h, "</li>");
        }
        html_markup(p->h, "</ol>");
        if (n > 1)
            paper_paragraph(p, order_words(p, list, n));
    }
    if (n > 0 && n < view->n)
        paper_note(p, words_count(p->w, "ranking.withheld", view->n - n));
    html_markup(p->h, "</div>");
}

void section_ranking(struct paper *p, const struct all_view *view) {
    struct ranked *list = arena_array(p->arena, view->n + 1, sizeof *list);
    paper_section(p, "ranking", "ranking.title");
    paper_note(p, word(p->w, "report.ranking_how"));
    for (size_t i = 0; i < view->staff.n; i++)
        write_construct(p, view, view->staff.constructs[i], list);
    paper_close_section(p);
}
