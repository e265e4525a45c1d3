/* One assessment at a glance: where it stands, and what is still to do. */
#include <string.h>

#include "store/mailings.h"
#include "web/workspace/reach.h"
#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

enum step_state { STEP_TODO, STEP_DONE, STEP_LATER };

/* One line of the checklist: a mark in words, what it is, and where it is done. `explanation` is a key whose {n} is
 * filled. */
static void write_line(struct desk *d, enum step_state state, const char *key, const char *path,
                       const char *explanation, const char *n) {
    static const char *const classes[] = {"todo", "done", "later"};
    static const char *const words[] = {"setup_step_todo", "setup_step_done", "setup_step_later"};
    struct html *h = &d->screen.html;
    html_open(h, "li");
    html_attribute(h, "class", classes[state]);
    html_markup(h, "><span class=mark>");
    desk_say(d, words[state]);
    html_markup(h, "</span> <span>");
    const char *label = desk_words(d, arena_printf(d->arena, "setup_step_%s", key));
    if (path)
        desk_link(d, path, label);
    else
        desk_text(d, label);
    html_markup(h, "<br><span class=hint>");
    desk_text(d, desk_fill(d, explanation, "n", n, NULL));
    html_markup(h, "</span></span></li>");
}

static void write_step(struct desk *d, enum step_state state, const char *key, const char *path, const char *n) {
    write_line(d, state, key, path,
               arena_printf(d->arena, "setup_step_%s_%s", key, state == STEP_DONE ? "done" : "hint"), n);
}

/* Have invitations of the wave been sent, or is somebody sending them? */
static bool is_sent(struct desk *d, const struct wave *w, int *accepted) {
    struct mailing *list;
    size_t n;
    *accepted = 0;
    if (store_list_mailings(d->store, d->arena, w->id, &list, &n) != RESULT_OK)
        return false;
    bool sent = false;
    for (size_t i = 0; i < n; i++) {
        if (list[i].kind != MAILING_INVITATIONS)
            continue;
        sent = true;
        *accepted += list[i].accepted;
    }
    return sent;
}

static const char *count(struct desk *d, size_t n) {
    return desk_number(d, (double)n, 0);
}

/* Closing and the reports; after a wave that ended without results, another wave. */
static void write_end_steps(struct desk *d, const struct setup_state *s, bool closed) {
    if (s->is_destroyed) {
        write_line(d, STEP_DONE, "close", NULL, "setup_step_close_destroyed", s->last->label);
        write_step(d, STEP_TODO, "another", setup_path(d, "waves", "open"), "");
        write_line(d, STEP_LATER, "reports", s->has_results ? setup_path(d, "reports") : NULL,
                   "setup_step_reports_none", s->last->label);
        return;
    }
    write_step(d,
               closed    ? STEP_DONE
               : s->open ? STEP_TODO
                         : STEP_LATER,
               "close", s->open ? setup_path(d, "waves", arena_printf(d->arena, "%d", s->open->number), "close") : NULL,
               s->last ? s->last->label : "");
    write_step(d, closed ? STEP_TODO : STEP_LATER, "reports", closed ? setup_path(d, "reports") : NULL, "");
}

static void write_steps(struct desk *d, const struct setup_state *s) {
    struct html *h = &d->screen.html;
    int accepted = 0;
    const bool was_open = s->n_waves > 0, closed = was_open && !s->open;
    const bool sent = s->last && is_sent(d, s->last, &accepted);
    desk_section(d, "setup_steps");
    html_markup(h, "<ol class=\"steps todo-list\">");
    write_step(d, s->organisations ? STEP_DONE : STEP_TODO, "organisations",
               s->organisations ? setup_path(d, "organisations") : setup_path(d, "organisations", "import"),
               count(d, s->organisations));
    write_step(d,
               s->people                       ? STEP_DONE
               : s->organisations && !was_open ? STEP_TODO
                                               : STEP_LATER,
               "people", s->people ? setup_path(d, "people") : setup_path(d, "people", "import"), count(d, s->people));
    if (s->people) /* set up by whoever runs the server; links and posters work without */
        write_step(d, d->request->web->mailer ? STEP_DONE : STEP_TODO, "mail", NULL, "");
    write_step(d,
               was_open           ? STEP_DONE
               : s->organisations ? STEP_TODO
                                  : STEP_LATER,
               "open", was_open ? setup_path(d, "waves") : setup_path(d, "waves", "open"),
               s->last ? s->last->label : "");
    write_step(d,
               sent || closed ? STEP_DONE
               : s->open      ? STEP_TODO
                              : STEP_LATER,
               sent || !closed ? "send" : "reach", s->open ? setup_path(d, "send") : NULL, count(d, (size_t)accepted));
    write_end_steps(d, s, closed);
    html_markup(h, "</ol>");
}

static void write_glance(struct desk *d, const struct setup_state *s) {
    const struct instrument *i = setup_load_instrument(d);
    setup_facts_open(d);
    if (s->last) {
        setup_fact(d, "setup_wave", s->last->label);
        setup_fact(d, "setup_answered", setup_answered(d, &s->counts));
    }
    if (s->open)
        setup_fact(d, "setup_last_day", setup_until(d, s->open));
    setup_fact(d, "setup_organisations", count(d, s->organisations));
    setup_fact(d, "setup_people", count(d, s->people));
    setup_fact(d, "setup_mode_short",
               desk_words(d, d->assessment.mode == MODE_ANONYMOUS ? "setup_anonymous" : "setup_confidential"));
    setup_fact(d, "setup_min_group_short", desk_number(d, d->assessment.min_group, 0));
    setup_fact(d, "setup_instrument", i ? setup_instrument_title(d, i) : desk_words(d, "setup_instrument_lost"));
    setup_facts_close(d);
    instrument_release(i);
}

static void write_destroyed(struct desk *d, const struct setup_state *s) {
    struct html *h = &d->screen.html;
    html_markup(h, "<div class=notice><p>");
    desk_text(d, desk_fill(d, "setup_overview_destroyed", "wave", s->last->label, "k",
                           desk_number(d, s->last->min_group, 0), NULL));
    html_markup(h, "</p></div>");
}

/* The one thing to do next. */
static void write_next(struct desk *d, const struct setup_state *s) {
    struct html *h = &d->screen.html;
    if (s->open && reach_is_over(s->open)) {
        reach_write_over(d, s->open);
        return;
    }
    html_markup(h, "<p>");
    if (!s->organisations)
        desk_link_button(d, setup_path(d, "organisations", "import"), "setup_next_organisations");
    else if (s->open)
        desk_link_button(d, setup_path(d, "watch"), "setup_next_watch");
    else if (s->is_destroyed)
        desk_link_button(d, setup_path(d, "waves", "open"), "setup_wave_open_another");
    else if (s->last)
        desk_link_button(d, setup_path(d, "reports"), "setup_next_reports");
    else if (!s->people)
        desk_link_button(d, setup_path(d, "people", "import"), "setup_next_people");
    else
        desk_link_button(d, setup_path(d, "waves", "open"), "setup_next_open");
    html_markup(h, "</p>");
}

void assessment_show(struct desk *d) {
    struct setup_state s;
    if (!setup_read(d, &d->assessment, &s))
        return;
    setup_open(d, 200, desk_words(d, "setup_overview"), TAB_OVERVIEW);
    if (d->assessment.state == ASSESSMENT_ARCHIVED)
        desk_notice(d, "setup_is_archived");
    else if (d->assessment.state == ASSESSMENT_DELETED)
        desk_notice(d, "setup_is_deleted");
    if (s.is_destroyed)
        write_destroyed(d, &s);
    setup_write_gone(d, &s, true);
    if (s.open)
        wave_adopt_write_notice(d, s.open);
    write_glance(d, &s);
    if (d->assessment.state == ASSESSMENT_ACTIVE)
        write_next(d, &s);
    write_steps(d, &s);
    desk_close(d);
}
