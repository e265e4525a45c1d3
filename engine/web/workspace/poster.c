/* A printable page for each organisation, in its language: what the survey is about, who asks, and how to begin, by the
 * camera of a phone or by typing a code. */
#include <string.h>

#include "web/workspace/qr.h"
#include "web/workspace/reach.h"
#include "web/workspace/reach_pages.h"

enum { TITLE_LONG = 60 /* characters */ };

struct poster {
    struct desk *d;
    struct screen screen; /* in the organisation's language */
    const struct link *link;
    struct sitting sitting;
    const char *name;       /* the organisation's */
    const char *innovation; /* NULL when the instrument does not ask for it */
};

static const char *number(struct desk *d, int n) {
    return arena_printf(d->arena, "%d", n);
}

/* The language of the organisation's people, as the mails to them have it; without one, the survey's own. */
static const char *language_of(const struct poster *p, const struct organisation *o) {
    return o && *o->language ? o->language : p->sitting.instrument->languages[0];
}

static void words(struct poster *p, const char *text) {
    html_text(&p->screen.html, text);
}

static const char *fill(struct poster *p, const char *key, const char *name, const char *value) {
    return texts_fill(p->screen.texts, p->d->arena, p->screen.words, arena_printf(p->d->arena, "work.%s", key), name,
                      value, NULL);
}

/* A long name gets smaller letters, so that everything stays on one sheet. */
static void write_title(struct poster *p, const char *title) {
    struct html *h = &p->screen.html;
    html_markup(h, "<h2");
    if (utf8_length(str_of(title)) > TITLE_LONG)
        html_markup(h, " class=poster-long");
    html_end(h);
    html_text(h, title);
    html_markup(h, "</h2>");
}

static void write_head(struct poster *p) {
    struct html *h = &p->screen.html;
    const struct instrument *instrument = p->sitting.instrument;
    html_markup(h, "<p class=poster-organisation>");
    html_text(h, p->name);
    html_markup(h, "</p>");
    if (p->innovation)
        write_title(p, fill(p, "poster_title", "innovation", p->innovation));
    else
        write_title(p, p->sitting.title && *p->sitting.title ? p->sitting.title : text_in(&instrument->title, 0));
    html_markup(h, "<p class=poster-what>");
    html_text(h, reach_words(&p->screen, "poster_what"));
    html_markup(h, "</p>");
}

/* What makes people take part: that it is short, and that nobody will know what they said. */
static void write_promise(struct poster *p) {
    struct html *h = &p->screen.html;
    const int minutes = reach_minutes(p->sitting.instrument, AUDIENCE_STAFF);
    const bool anonymous = p->sitting.wave.mode == MODE_ANONYMOUS;
    html_markup(h, "<ul class=poster-facts>");
    if (minutes > 0) {
        html_markup(h, "<li>");
        words(p, texts_count(p->screen.texts, p->d->arena, p->screen.words, "work.poster_minutes", minutes, NULL));
        html_markup(h, "</li>");
    }
    html_markup(h, "<li>");
    words(p, fill(p, anonymous ? "poster_anonymous" : "poster_confidential", "k",
                  number(p->d, p->sitting.wave.min_group)));
    html_markup(h, "</li></ul>");
}

static void write_way_in(struct poster *p) {
    struct html *h = &p->screen.html;
    struct desk *d = p->d;
    html_markup(h, "<div class=poster-ways><div><p class=poster-way>");
    words(p, reach_words(&p->screen, "poster_scan"));
    html_markup(h, "</p>");
    qr_write(h, d->arena, reach_url(d, p->link->token), reach_words(&p->screen, "poster_qr"), NULL);
    html_markup(h, "</div><div><p class=poster-way>");
    words(p, reach_words(&p->screen, "poster_type"));
    html_markup(h, "</p><p class=poster-address dir=ltr translate=no>");
    html_text(h, reach_short_address(d));
    html_markup(h, "</p><p class=poster-way>");
    words(p, reach_words(&p->screen, "poster_code"));
    html_markup(h, "</p><p class=poster-code dir=ltr translate=no>");
    html_text(h, p->link->code);
    html_markup(h, "</p></div></div>");
}

static void write_foot(struct poster *p) {
    struct html *h = &p->screen.html;
    const char *until = p->sitting.wave.until;
    html_markup(h, "<p class=poster-foot>");
    if (until && *until) {
        html_markup(h, "<strong>");
        words(p, fill(p, "poster_until", "date", screen_date(&p->screen, until)));
        html_markup(h, "</strong> ");
    }
    words(p, fill(p, "poster_sender", "sender", reach_sender(p->d)));
    html_markup(h, "</p>");
}

static void write_poster(struct poster *p) {
    struct html *h = &p->screen.html;
    html_markup(h, "<article class=poster");
    html_attribute(h, "lang", p->screen.words); /* the words' language, should the texts lack the organisation's */
    html_attribute(h, "dir", language_is_rtl(p->screen.words) ? "rtl" : "ltr");
    html_end(h);
    write_head(p);
    write_promise(p);
    write_way_in(p);
    write_foot(p);
    html_markup(h, "</article>");
}

/* Everything a poster needs of its link; false when the link is not fit for one. */
static bool prepare(struct desk *d, struct poster *p, const struct link *link, const struct organisation *o) {
    *p = (struct poster){.d = d, .link = link};
    if (collect_find(d->collect, d->arena, link->token, &p->sitting) != RESULT_OK || !p->sitting.instrument)
        return false;
    const char *language = language_of(p, o);
    screen_init(&p->screen, d->request, language);
    p->name = o && *o->name ? o->name : link->invitation.organisation;
    p->innovation = reach_innovation(d->arena, &p->sitting, language);
    return true;
}

/* Above the posters, on the screen only. */
static void write_instruction(struct desk *d, size_t n) {
    struct html *h = &d->screen.html;
    html_markup(h, "<div class=poster-bar><p>");
    desk_link(d, reach_path(d, "links", NULL), desk_words(d, "poster_back"));
    html_markup(h, "</p><h1>");
    desk_say(d, n == 1 ? "poster_page" : "poster_pages");
    html_markup(h, "</h1>");
    desk_paragraph(d, "poster_print");
    html_markup(h, "</div>");
}

/* Writes the posters of one organisation, or of all (NULL), in the order of the list of links. */
static void show(struct desk *d, const char *only) {
    struct wave wave;
    struct link *links;
    struct organisation *organisations;
    size_t n, n_organisations, found = 0;
    if (!reach_find_wave(d, &wave)) {
        if (!reach_failed(d))
            desk_refuse(d, 404);
        return;
    }
    if (!reach_links(d, &wave, &links, &n) || !reach_organisations(d, &organisations, &n_organisations))
        return;
    reach_sort_links(d, links, n, organisations, n_organisations);
    for (size_t i = 0; i < n; i++)
        found += links[i].invitation.kind == INVITATION_OPEN &&
                 (!only || strcmp(links[i].invitation.organisation, only) == 0);
    if (found == 0) {
        desk_refuse(d, 404);
        return;
    }
    desk_style(d, "reach.css");
    desk_open_bare(d, desk_words(d, only ? "poster_page" : "poster_pages"), d->screen.language);
    write_instruction(d, only ? 1 : found);
    for (size_t i = 0; i < n; i++) {
        const struct invitation *v = &links[i].invitation;
        struct poster p;
        if (v->kind != INVITATION_OPEN || (only && strcmp(v->organisation, only) != 0))
            continue;
        if (prepare(d, &p, &links[i], reach_organisation(organisations, n_organisations, v->organisation)))
            write_poster(&p);
        sitting_end(&p.sitting);
    }
    desk_close_bare(d);
}

void poster_show(struct desk *d) {
    show(d, desk_parameter(d, "code"));
}

void posters_show(struct desk *d) {
    show(d, NULL);
}
