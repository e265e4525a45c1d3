#include "web/workspace/reach.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/letters.h"
#include "mail/mailer.h"

bool reach_is_over(const struct wave *w) {
    return w->until && *w->until && strcmp(clock_local_day(clock_now(), w->timezone).text, w->until) > 0;
}

void reach_write_over(struct desk *d, const struct wave *w) {
    struct html *h = &d->screen.html;
    const char *number = arena_printf(d->arena, "%d", w->number);
    html_markup(h, "<div class=notice><p>");
    desk_text(d, desk_fill(d, "reach_over", "label", w->label, "date", desk_day(d, w->until), NULL));
    html_markup(h, "</p><p class=buttons>");
    desk_link_button(d, desk_path(d, "assessments", d->assessment.name, "waves", number, "extend", NULL),
                     "setup_wave_extend");
    html_markup(h, " ");
    desk_link_button(d, desk_path(d, "assessments", d->assessment.name, "waves", number, "close", NULL), "reach_close");
    html_markup(h, "</p></div>");
}

bool reach_failed(const struct desk *d) {
    return d->request->reply.status != 0;
}

bool reach_find_wave(struct desk *d, struct wave *out) {
    struct wave *list;
    size_t n;
    if (store_list_waves(d->store, d->arena, d->assessment.id, &list, &n) != RESULT_OK) {
        desk_refuse(d, 503);
        return false;
    }
    for (size_t i = n; i > 0; i--)
        if (list[i - 1].state == WAVE_OPEN) {
            *out = list[i - 1];
            return true;
        }
    return false;
}

void reach_open(struct desk *d, const char *title_key, enum desk_tab tab) {
    desk_style(d, "reach.css");
    desk_open(d, 200, desk_words(d, title_key), tab);
}

void reach_show_no_wave(struct desk *d, const char *title_key, enum desk_tab tab) {
    struct wave *list;
    size_t n = 0;
    reach_open(d, title_key, tab);
    if (store_list_waves(d->store, d->arena, d->assessment.id, &list, &n) == RESULT_OK && n > 0) {
        html_markup(&d->screen.html, "<p>");
        desk_text(d, desk_fill(d, "reach_wave_closed", "wave", list[n - 1].label, NULL));
        html_markup(&d->screen.html, "</p><p>");
        desk_link_button(d, reach_path(d, "waves", NULL), "reach_to_waves");
        html_markup(&d->screen.html, "</p>");
    } else {
        desk_empty(d, "reach_no_wave", reach_path(d, "waves", NULL), "reach_to_waves");
    }
    desk_close(d);
}

bool reach_links(struct desk *d, const struct wave *wave, struct link **out, size_t *n) {
    if (collect_links(d->collect, wave, d->arena, out, n, d->findings) == RESULT_OK)
        return true;
    desk_refuse(d, 503);
    return false;
}

bool reach_organisations(struct desk *d, struct organisation **out, size_t *n) {
    if (store_list_organisations(d->store, d->arena, d->assessment.id, out, n) == RESULT_OK)
        return true;
    desk_refuse(d, 503);
    return false;
}

/* The kinds one after the other; within, as people count and spell. */
struct placed {
    struct link link;
    const char *name;
};

static int compare_places(const void *a, const void *b) {
    const struct placed *x = a, *y = b;
    const struct invitation *v = &x->link.invitation, *w = &y->link.invitation;
    if (v->kind != w->kind)
        return v->kind < w->kind ? -1 : 1;
    int order = letters_compare(x->name, y->name);
    if (order == 0)
        order = strcmp(v->organisation, w->organisation);
    if (order == 0)
        order = letters_compare(v->unit, w->unit);
    return order != 0 ? order : letters_compare(v->email, w->email);
}

void reach_sort_links(struct desk *d, struct link *links, size_t n, const struct organisation *organisations,
                      size_t n_organisations) {
    struct placed *placed = arena_array(d->arena, n + 1, sizeof *placed);
    for (size_t i = 0; i < n; i++) {
        const char *code = links[i].invitation.organisation;
        const bool as_before = i > 0 && strcmp(code, links[i - 1].invitation.organisation) == 0;
        const struct organisation *o = as_before ? NULL : reach_organisation(organisations, n_organisations, code);
        placed[i] = (struct placed){links[i], as_before ? placed[i - 1].name : o && *o->name ? o->name : code};
    }
    if (n)
        qsort(placed, n, sizeof *placed, compare_places);
    for (size_t i = 0; i < n; i++)
        links[i] = placed[i].link;
}

const struct organisation *reach_organisation(const struct organisation *list, size_t n, const char *code) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].code, code) == 0)
            return &list[i];
    return NULL;
}

void reach_write_ways(struct desk *d, const char *here) {
    static const struct {
        const char *page, *key;
    } ways[] = {{"send", "reach_way_mail"}, {"links", "reach_way_links"}, {"bounces", "reach_way_bounces"}};
    struct html *h = &d->screen.html;
    html_markup(h, "<nav class=reach-ways");
    html_attribute(h, "aria-label", desk_words(d, "reach_ways"));
    html_markup(h, "><ul>");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        html_markup(h, "<li><a");
        html_attribute(h, "href", reach_path(d, ways[i].page, NULL));
        if (strcmp(ways[i].page, here) == 0)
            html_markup(h, " aria-current=page");
        html_end(h);
        desk_say(d, ways[i].key);
        html_markup(h, "</a></li>");
    }
    html_markup(h, "</ul></nav>");
}

const char *reach_url(struct desk *d, const char *token) {
    return arena_printf(d->arena, "%s/s/%s", d->request->web->public_url, token);
}

const char *reach_short_address(struct desk *d) {
    const char *url = d->request->web->public_url, *slashes = strstr(url, "//");
    return slashes ? slashes + 2 : url;
}

const char *reach_path(struct desk *d, const char *page, const char *more) {
    return desk_path(d, "assessments", d->assessment.name, page, more, NULL);
}

const char *reach_words(const struct screen *s, const char *key) {
    return texts_get(s->texts, s->words, arena_printf(s->request->arena, "work.%s", key));
}

const char *reach_innovation(struct arena *arena, const struct sitting *sitting, const char *language) {
    static const char name[] = "innovation";
    const struct instrument *instrument = sitting->instrument;
    const int index = instrument_language(instrument, language);
    const char *found = NULL;
    for (size_t i = 0; i < instrument->n_placeholders; i++)
        if (strcmp(instrument->placeholders[i].name, name) == 0)
            found = text_in(&instrument->placeholders[i].value, index < 0 ? 0 : (size_t)index);
    bool own = false;
    for (size_t i = 0; i < sitting->n_placeholders; i++) {
        const struct placeholder_value *v = &sitting->placeholders[i];
        const bool here = strcmp(v->language, language) == 0;
        if (strcmp(v->name, name) != 0 || own || (*v->language && !here))
            continue;
        found = v->value;
        own = here;
    }
    return found && *found ? arena_string(arena, found) : NULL;
}

const char *reach_sender(struct desk *d) {
    const struct mailer_tools *tools = d->request->web->mail_tools;
    if (tools && *tools->settings->from_name)
        return tools->settings->from_name;
    return *d->account.name ? d->account.name : d->assessment.title;
}

int reach_minutes(const struct instrument *instrument, enum audience audience) {
    size_t staff = 0, organisation = 0;
    for (size_t i = 0; i < instrument->n_fields; i++) {
        staff += (instrument->fields[i].audience & AUDIENCE_STAFF) != 0;
        organisation += (instrument->fields[i].audience & AUDIENCE_ORGANISATION) != 0;
    }
    const size_t longest = staff > organisation ? staff : organisation;
    const size_t own = audience == AUDIENCE_STAFF ? staff : organisation;
    if (longest == 0 || instrument->minutes <= 0)
        return instrument->minutes;
    return (int)ceil((double)instrument->minutes * (double)own / (double)longest);
}
