/* Staff and organisation: what staff say on average beside the one rating that the organisation agreed on. */
#include "web/report/paper.h"

static void write_value(struct paper *p, const char *key, const char *mark, const char *value) {
    html_markup(p->h, "<span class=value><span aria-hidden=true>");
    html_text(p->h, mark);
    html_markup(p->h, "</span> ");
    html_text(p->h, word(p->w, key));
    html_markup(p->h, " <b>");
    html_text(p->h, value);
    html_markup(p->h, "</b></span> ");
}

/* "—" with its reason is in the sentence below; here stands what is known. */
static const char *value_words(struct paper *p, struct cell cell) {
    return cell_shown(cell) ? words_number(p->w, cell.value, 1) : word(p->w, "cell.withheld");
}

static void write_construct(struct paper *p, const struct organisation_view *view, size_t c) {
    const struct construct *construct = &p->w->instrument->constructs[c];
    const struct figures *f = &view->results->groups[0].constructs[c];
    const bool staff_rate = construct->answered_by & AUDIENCE_STAFF;
    const struct cell staff = staff_rate ? f->of[STAT_MEAN] : cell_none();
    const struct cell own = view->results->has_answer ? view->results->answer.constructs[c] : cell_none();
    const bool both = cell_shown(staff) && cell_shown(own);
    html_markup(p->h, "<li><p class=name>");
    paper_construct(p, construct);
    html_markup(p->h, "</p><p class=values>");
    if (staff_rate)
        write_value(p, "own.staff", "●", value_words(p, staff));
    write_value(p, "own.own", "◆", value_words(p, own));
    if (both)
        write_value(p, "own.difference", "", words_signed(p->w, staff.value - own.value, 1));
    html_markup(p->h, "</p>");
    if (both)
        chart_own(p, construct, staff, own);
    if (staff_rate || !cell_shown(own)) {
        html_markup(p->h, "<p class=says>");
        html_text(p->h, told_own(p->w, construct, f, own));
        html_markup(p->h, "</p>");
    }
    html_markup(p->h, "</li>");
}

/* Constructs of one kind of giver: those that both rate, then those that only the organisation rates. */
static void write_list(struct paper *p, const struct organisation_view *view, enum audience audience) {
    const struct outline o = outline_of(p->arena, p->w->instrument, AUDIENCE_ORGANISATION);
    html_markup(p->h, "<ul class=bars>");
    for (size_t i = 0; i < o.n; i++)
        if (p->w->instrument->constructs[o.constructs[i]].answered_by == audience)
            write_construct(p, view, o.constructs[i]);
    html_markup(p->h, "</ul>");
}

static bool any_rated(const struct instrument *instrument, enum audience audience) {
    for (size_t c = 0; c < instrument->n_constructs; c++)
        if (instrument->constructs[c].answered_by == audience)
            return true;
    return false;
}

void section_own(struct paper *p, const struct organisation_view *view) {
    const struct instrument *instrument = p->w->instrument;
    paper_section(p, "own", "own.title");
    paper_note(p, word(p->w, view->results->has_answer ? "own.how" : "own.how_missing"));
    if (!any_rated(instrument, AUDIENCE_BOTH)) {
        paper_paragraph(p, word(p->w, "own.none"));
    } else if (view->results->has_answer) {
        html_markup(p->h, "<p class=ends aria-hidden=true><span>");
        html_text(p->h, word(p->w, "own.lower"));
        html_markup(p->h, "</span><span>");
        html_text(p->h, word(p->w, "own.higher"));
        html_markup(p->h, "</span></p>");
        write_list(p, view, AUDIENCE_BOTH);
    }
    if (view->results->has_answer && any_rated(instrument, AUDIENCE_ORGANISATION)) {
        html_markup(p->h, "<h3>");
        html_text(p->h, word(p->w, "own.only_title"));
        html_markup(p->h, "</h3>");
        write_list(p, view, AUDIENCE_ORGANISATION);
    }
    paper_close_section(p);
}
