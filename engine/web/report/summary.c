/* The picture in ten seconds: a bar for every construct, the strongest on both sides, and what to talk about. */
#include "web/report/paper.h"

/* Name and mark over the bar; a dash and a word in its place when it is withheld. */
static void write_bar(struct paper *p, const struct construct *construct, const struct figures *f) {
    const char *name = words_text(p->w, &construct->label);
    html_markup(p->h, "<li><p class=name>");
    paper_construct(p, construct);
    html_markup(p->h, "</p><p class=verdict>");
    if (f->call != CALL_NONE) {
        html_markup(p->h, "<span");
        html_attribute(p->h, "class", arena_printf(p->arena, "chip %s", paper_class(f->call)));
        html_end(p->h);
        html_markup(p->h, "<span class=mark aria-hidden=true>");
        html_text(p->h, words_mark(f->call));
        html_markup(p->h, "</span> ");
        html_text(p->h, words_call(p->w, f->call));
        html_markup(p->h, "</span>");
    }
    html_markup(p->h, "</p>");
    if (cell_shown(f->of[STAT_FAVOURABLE]) && cell_shown(f->of[STAT_UNFAVOURABLE])) {
        chart_shares(p, name, f);
    } else {
        html_markup(p->h, "<p class=withheld>");
        html_text(p->h, word(p->w, f->of[STAT_MEAN].state == CELL_NONE ? "report.no_answers" : "report.withheld"));
        html_markup(p->h, "</p>");
    }
    html_markup(p->h, "</li>");
}

static void write_legend(struct paper *p) {
    html_markup(p->h, "<p class=legend aria-hidden=true><span><span class=key-favourable></span>");
    html_text(p->h, word(p->w, "share.favourable"));
    html_markup(p->h, "</span> <span><span class=key-neutral></span>");
    html_text(p->h, word(p->w, "share.neutral"));
    html_markup(p->h, "</span> <span><span class=key-unfavourable></span>");
    html_text(p->h, word(p->w, "share.unfavourable"));
    html_markup(p->h, "</span></p>");
}

void section_picture(struct paper *p, const struct organisation_view *view) {
    const struct instrument *instrument = p->w->instrument;
    paper_section(p, "picture", "summary.picture");
    if (!shows_anything(view->results, &view->staff)) {
        paper_paragraph(p, word(p->w, "summary.nothing"));
        if (view->results->has_answer)
            paper_paragraph(p, word(p->w, "report.own_still"));
        paper_close_section(p);
        return;
    }
    paper_note(p, word(p->w, "summary.picture_how"));
    write_legend(p);
    for (size_t i = 0; i < view->staff.n; i++) {
        const struct construct *construct = &instrument->constructs[view->staff.constructs[i]];
        if (outline_begins_level(&view->staff, instrument, i)) {
            if (i > 0)
                html_markup(p->h, "</ul></div>");
            html_markup(p->h, "<div class=level><h3>");
            html_text(p->h, words_level(p->w, construct->level));
            html_markup(p->h, "</h3><ul class=bars>");
        }
        write_bar(p, construct, &view->results->groups[0].constructs[view->staff.constructs[i]]);
    }
    if (view->staff.n > 0)
        html_markup(p->h, "</ul></div>");
    paper_close_section(p);
}

static void write_strong(struct paper *p, const struct organisation_view *view, size_t c) {
    const struct construct *construct = &p->w->instrument->constructs[c];
    const struct figures *f = &view->results->groups[0].constructs[c];
    html_markup(p->h, "<li><p class=name><span");
    html_attribute(p->h, "class", arena_printf(p->arena, "chip %s", paper_class(f->call)));
    html_markup(p->h, "><span class=mark aria-hidden=true>");
    html_text(p->h, words_mark(f->call));
    html_markup(p->h, "</span>");
    paper_unseen(p, words_call(p->w, f->call));
    html_markup(p->h, "</span> ");
    paper_construct(p, construct);
    html_markup(p->h, "</p>");
    paper_paragraph(p, told_strength(p->w, construct, f));
    paper_note(p, told_agreement(p->w, construct, f));
    html_markup(p->h, "</li>");
}

static void write_side(struct paper *p, const struct organisation_view *view, bool enablers) {
    size_t found[TOLD_STRONGEST];
    const size_t n = strongest(view->results, p->w->instrument, &view->staff, enablers, found, TOLD_STRONGEST);
    html_markup(p->h, "<div><h2>");
    html_text(p->h, word(p->w, enablers ? "summary.enablers" : "summary.barriers"));
    html_markup(p->h, "</h2>");
    if (n == 0) {
        paper_paragraph(p, word(p->w, enablers ? "summary.no_enablers" : "summary.no_barriers"));
    } else {
        html_markup(p->h, "<ol class=strongest>");
        for (size_t i = 0; i < n; i++)
            write_strong(p, view, found[i]);
        html_markup(p->h, "</ol>");
    }
    html_markup(p->h, "</div>");
}

void section_strongest(struct paper *p, const struct organisation_view *view) {
    html_markup(p->h, "<section id=strongest class=pair>");
    write_side(p, view, true);
    write_side(p, view, false);
    paper_close_section(p);
}

void section_talk(struct paper *p, const struct organisation_view *view) {
    struct told_line lines[TOLD_TALK];
    told_talk(p->w, view, lines);
    paper_section(p, "talk", "summary.talk");
    html_markup(p->h, "<dl class=talk>");
    for (size_t i = 0; i < TOLD_TALK; i++) {
        html_markup(p->h, "<dt>");
        html_text(p->h, lines[i].label);
        html_markup(p->h, "</dt><dd>");
        html_text(p->h, lines[i].text);
        html_markup(p->h, "</dd>");
    }
    html_markup(p->h, "</dl>");
    paper_close_section(p);
}
