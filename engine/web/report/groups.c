/* Groups: one heat map for each breakdown, constructs by groups, the whole organisation first. */
#include "web/report/paper.h"

#include <string.h>

static bool same_breakdown(const struct organisation_results *o, size_t a, size_t b) {
    return strcmp(o->groups[a].question, o->groups[b].question) == 0;
}

/* The row under the heads: how many people. */
static void write_people(struct paper *p, const struct organisation_results *o, size_t first, size_t end) {
    html_markup(p->h, "<tr>");
    paper_row_head(p, word(p->w, "profile.n"));
    paper_cell_n(p, o->groups[0].n);
    for (size_t g = first; g < end; g++)
        paper_cell_n(p, o->groups[g].n);
    html_markup(p->h, "</tr>");
}

static void write_construct(struct paper *p, const struct organisation_view *view, size_t c, size_t first, size_t end) {
    const struct organisation_results *o = view->results;
    const struct construct *construct = &p->w->instrument->constructs[c];
    html_markup(p->h, "<tr>");
    paper_open_row_head(p);
    paper_construct(p, construct);
    html_markup(p->h, "</th>");
    paper_cell_call(p, &o->groups[0].constructs[c], GAP_NONE);
    for (size_t g = first; g < end; g++)
        paper_cell_call(p, &o->groups[g].constructs[c],
                        gap_of(construct, &o->groups[0].constructs[c], &o->groups[g].constructs[c]));
    html_markup(p->h, "</tr>");
}

static void write_breakdown(struct paper *p, const struct organisation_view *view, size_t first, size_t end) {
    const struct organisation_results *o = view->results;
    paper_open_table(p, end - first > 6 ? "data heat-many" : "data heat", words_breakdown(p->w, &o->groups[first]),
                     true);
    html_markup(p->h, "<thead><tr>");
    paper_head(p, word(p->w, "profile.construct"), false);
    paper_head(p, words_group(p->w, &o->groups[0]), true);
    for (size_t g = first; g < end; g++)
        paper_head(p, words_group(p->w, &o->groups[g]), true);
    html_markup(p->h, "</tr></thead><tbody>");
    write_people(p, o, first, end);
    for (size_t i = 0; i < view->staff.n; i++)
        write_construct(p, view, view->staff.constructs[i], first, end);
    paper_close_table(p);
}

void section_groups(struct paper *p, const struct organisation_view *view) {
    const struct organisation_results *o = view->results;
    paper_section(p, "groups", "groups.title");
    if (o->n_groups <= 1)
        paper_paragraph(p, word(p->w, "groups.none"));
    else
        paper_note(p, WORDS(p->w, "groups.how", "fewer", words_fewer(p->w), NULL));
    for (size_t first = 1, end; first < o->n_groups; first = end) {
        for (end = first + 1; end < o->n_groups && same_breakdown(o, first, end);)
            end++;
        write_breakdown(p, view, first, end);
    }
    paper_close_section(p);
}
