/* Reports for others: the list of a viewer, and the page behind an expiring link. Both show one organisation only, the
 * one that was granted, and closed waves only. */
#include <string.h>

#include "access/links.h"
#include "base/clock.h"
#include "store/counts.h"
#include "web/workspace/see.h"

/* The closed waves that have results, newest first; of those that closed with too few answers the newest, or NULL. */
static bool closed_waves(struct desk *d, struct id assessment, struct wave **out, size_t *n,
                         const struct wave **destroyed) {
    struct wave *all;
    size_t n_all;
    *n = 0;
    *destroyed = NULL;
    if (store_list_waves(d->store, d->arena, assessment, &all, &n_all) != RESULT_OK)
        return false;
    *out = arena_array(d->arena, n_all + 1, sizeof **out);
    for (size_t i = n_all; i-- > 0;) {
        bool gone;
        if (all[i].state != WAVE_CLOSED)
            continue;
        if (store_is_destroyed(d->store, &all[i], &gone) != RESULT_OK)
            return false;
        if (!gone)
            (*out)[(*n)++] = all[i];
        else if (!*destroyed)
            *destroyed = &all[i];
    }
    return true;
}

static const char *organisation_name(struct desk *d, struct id assessment, const char *code) {
    struct organisation *list;
    size_t n;
    if (store_list_organisations(d->store, d->arena, assessment, &list, &n) != RESULT_OK)
        return code;
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].code, code) == 0)
            return list[i].name;
    return code;
}

/* A row for each wave; a grant without a closed wave says so. */
static bool write_grant(struct desk *d, const struct grant *g) {
    struct assessment a;
    struct wave *waves;
    const struct wave *destroyed;
    size_t n;
    const enum result result = store_get_assessment(d->store, d->arena, g->assessment, &a);
    if (result == RESULT_INPUT || (result == RESULT_OK && a.state == ASSESSMENT_DELETED))
        return true; /* removed meanwhile */
    if (result != RESULT_OK || !closed_waves(d, g->assessment, &waves, &n, &destroyed))
        return false;
    for (size_t i = 0; i < n || i == 0; i++) {
        desk_row_open(d);
        desk_cell(d, organisation_name(d, g->assessment, g->organisation));
        desk_cell(d, a.title);
        desk_cell_open(d);
        if (n == 0 && destroyed)
            desk_text(d, desk_fill(d, "see_shared_destroyed", "wave", see_wave_name(d, destroyed), NULL));
        else if (n == 0)
            desk_say(d, "see_shared_later");
        else
            desk_link(d,
                      desk_path(d, "assessments", a.name, "reports", arena_printf(d->arena, "%d", waves[i].number),
                                g->organisation, NULL),
                      see_wave_name(d, &waves[i]));
        desk_cell_close(d);
        desk_row_close(d);
    }
    return true;
}

void shared_list(struct desk *d) {
    struct grant *grants;
    size_t n;
    if (store_list_grants_of(d->store, d->arena, d->account.id, clock_now(), &grants, &n) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    desk_open(d, 200, desk_words(d, "see_shared_title"), TAB_NONE);
    if (n == 0) {
        desk_empty(d, "see_shared_none", NULL, NULL);
        desk_close(d);
        return;
    }
    desk_table_open(d, "see_shared_title");
    desk_table_head(d, "see_organisation", false);
    desk_table_head(d, "see_assessment", false);
    desk_table_head(d, "see_wave", false);
    for (size_t i = 0; i < n; i++)
        if (!write_grant(d, &grants[i])) {
            desk_refuse(d, 503);
            return;
        }
    desk_table_close(d);
    desk_close(d);
}

static void show_gone(struct desk *d, int status, const char *key) {
    desk_open(d, status, desk_words(d, "see_link_title"), TAB_NONE);
    desk_paragraph(d, key);
    desk_close(d);
}

/* Links to the other waves of the same report. */
static void write_waves(struct desk *d, const char *path, const struct wave *waves, size_t n,
                        const struct wave *shown) {
    struct html *h = &d->screen.html;
    if (n < 2)
        return;
    html_markup(h, "<nav class=see-tools");
    html_attribute(h, "aria-label", desk_words(d, "see_waves"));
    html_end(h);
    for (size_t i = 0; i < n; i++) {
        if (&waves[i] != shown)
            desk_link(d, arena_printf(d->arena, "%s?wave=%d", path, waves[i].number), see_wave_name(d, &waves[i]));
        html_markup(h, " ");
    }
    html_markup(h, "</nav>");
}

static void show_report(struct desk *d, const struct grant *g, const struct wave *waves, size_t n,
                        const struct wave *wave) {
    const char *path = desk_path(d, "shared", desk_parameter(d, "token"), NULL);
    struct results *results;
    struct organisation_view view;
    size_t index;
    if (!see_open(d, wave, TAB_NONE, &results))
        return;
    const struct words w = see_words(d, results);
    if (!see_organisation(results, g->organisation, &index)) {
        show_gone(d, 404, "see_shared_later");
    } else if (organisation_view_read(&view, results, d->arena, index) != RESULT_OK) {
        desk_refuse(d, 503);
    } else {
        desk_style(d, "report.css");
        desk_open(d, 200, view.results->name, TAB_NONE);
        if (g->expires) {
            html_markup(&d->screen.html, "<p class=see-tools>");
            desk_text(d, desk_fill(d, "see_link_until", "time", desk_time(d, g->expires), NULL));
            html_markup(&d->screen.html, "</p>");
        }
        html_markup(&d->screen.html, "<p class=see-tools>");
        desk_link(d, arena_printf(d->arena, "%s/workbook?wave=%d&report=%s", path, wave->number, w.language),
                  desk_words(d, "see_link_workbook"));
        html_markup(&d->screen.html, "</p>");
        write_waves(d, path, waves, n, wave);
        see_languages(d, &w, path);
        html_markup(&d->screen.html, "<div");
        if (strcmp(w.language, d->screen.words) != 0)
            screen_other_language(&d->screen, w.language);
        html_end(&d->screen.html);
        report_write_organisation(&d->screen.html, &w, &view);
        html_markup(&d->screen.html, "</div>");
        desk_close(d);
    }
    results_close(results);
}

/* Whoever holds the link: an unknown one and an expired one look the same, and guessing is slowed down. */
static bool find_grant(struct desk *d, struct grant *out) {
    uint8_t hash[32];
    if (request_missed_too_often(d->request)) {
        desk_refuse(d, 429);
        return false;
    }
    const enum result result = access_token_hash(desk_parameter(d, "token"), hash)
                                   ? store_find_grant(d->store, d->arena, hash, clock_now(), out)
                                   : RESULT_INPUT;
    if (result == RESULT_OK)
        return true;
    if (result == RESULT_MACHINE) {
        desk_refuse(d, 503);
    } else {
        (void)request_count_miss(d->request);
        show_gone(d, 404, "see_link_gone");
    }
    return false;
}

/* The wave that was asked for (?wave=2), else the newest, of the closed ones; n = 0 when there is none yet. False when
 * the link leads nowhere, with the page written. */
struct behind_link {
    struct grant grant;
    struct wave *waves;
    const struct wave *destroyed; /* when there is none with results: one that ended without */
    size_t n, chosen;
};

static bool look_behind(struct desk *d, struct behind_link *out) {
    long number;
    *out = (struct behind_link){.n = 0};
    if (!find_grant(d, &out->grant))
        return false;
    if (store_get_assessment(d->store, d->arena, out->grant.assessment, &d->assessment) != RESULT_OK ||
        !closed_waves(d, out->grant.assessment, &out->waves, &out->n, &out->destroyed)) {
        desk_refuse(d, 503);
        return false;
    }
    if (d->assessment.state == ASSESSMENT_DELETED) {
        show_gone(d, 404, "see_link_gone");
        return false;
    }
    d->has_assessment = true;
    if (str_to_long(str_of(desk_asked(d, "wave", 10)), &number))
        for (size_t i = 0; i < out->n; i++)
            if (out->waves[i].number == number)
                out->chosen = i;
    return true;
}

void shared_show(struct desk *d) {
    struct behind_link b;
    if (!look_behind(d, &b))
        return;
    if (b.n == 0)
        show_gone(d, 200, b.destroyed ? "see_link_destroyed" : "see_shared_later");
    else
        show_report(d, &b.grant, b.waves, b.n, &b.waves[b.chosen]);
}

void shared_download(struct desk *d) {
    struct behind_link b;
    struct results *results;
    size_t index;
    if (!look_behind(d, &b))
        return;
    if (b.n == 0) {
        show_gone(d, 404, b.destroyed ? "see_link_destroyed" : "see_shared_later");
        return;
    }
    const struct wave *wave = &b.waves[b.chosen];
    if (!see_open(d, wave, TAB_NONE, &results))
        return;
    const struct words w = see_words(d, results);
    if (see_organisation(results, b.grant.organisation, &index))
        see_download_workbook(d, wave, results, index, w.language);
    else
        show_gone(d, 404, "see_shared_later");
    results_close(results);
}
