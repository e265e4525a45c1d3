/* Waves: opened, extended, closed; what may be told of their answers; their links. */
#include <string.h>

#include "base/clock.h"
#include "collect/collect.h"
#include "collect/plan.h"
#include "store/counts.h"
#include "web/api/call.h"
#include "web/api/operations.h"
#include "web/workspace/reach.h"
#include "web/workspace/setup.h"

struct waves {
    const struct wave *list;
    bool *destroyed; /* parallel */
};

static void write_one(struct api_call *c, const struct wave *w, bool destroyed) {
    static const char *const states[] = {"open", "emptied", "closed"};
    api_put_number(c, "number", w->number);
    api_put(c, "label", w->label);
    api_put(c, "state", destroyed ? "destroyed" : states[w->state]);
    api_put_or_null(c, "opened", w->opened);
    api_put_or_null(c, "until", w->until);
    api_put(c, "timezone", w->timezone && *w->timezone ? w->timezone : "UTC");
    api_put_or_null(c, "closed", w->closed);
    api_put(c, "mode", w->mode == MODE_ANONYMOUS ? "anonymous" : "confidential");
    api_put_number(c, "minimum", w->min_group);
    api_put_bool(c, "imported", w->imported);
    api_put_bool(c, "locked", collect_is_locked(c->desk->collect, w));
}

static const char *number_of(const struct api_call *c, const void *list, size_t i) {
    return arena_printf(c->arena, "%09d", ((const struct waves *)list)->list[i].number);
}

static void write(struct api_call *c, const void *list, size_t i) {
    const struct waves *w = list;
    write_one(c, &w->list[i], w->destroyed[i]);
}

static void list_waves(struct api_call *c) {
    struct wave *list;
    size_t n;
    bool good = store_list_waves(c->store, c->arena, c->desk->assessment.id, &list, &n) == RESULT_OK;
    struct waves waves = {list, good ? arena_array(c->arena, n + 1, sizeof *waves.destroyed) : NULL};
    for (size_t i = 0; good && i < n; i++)
        good = store_is_destroyed(c->store, &list[i], &waves.destroyed[i]) == RESULT_OK;
    if (good)
        (void)api_list(c, n, number_of, write, &waves);
    else
        api_problem(c, 503, "busy");
}

static void answer(struct api_call *c, const struct wave *w) {
    bool destroyed;
    if (store_is_destroyed(c->store, w, &destroyed) != RESULT_OK) {
        api_problem(c, 503, "busy");
        return;
    }
    api_open(c);
    write_one(c, w, destroyed);
    api_close(c);
}

/* As it is in the store by now. */
static void answer_anew(struct api_call *c, struct id id) {
    struct wave w;
    if (store_get_wave(c->store, c->arena, id, &w) == RESULT_OK)
        answer(c, &w);
    else
        api_problem(c, 503, "busy");
}

static void show(struct api_call *c) {
    struct wave w;
    if (api_wave(c, &w))
        answer(c, &w);
}

static bool find_open(struct api_call *c, struct wave *w) {
    if (!api_wave(c, w))
        return false;
    if (w->state == WAVE_OPEN)
        return true;
    api_problem(c, 409, "wave_not_open");
    return false;
}

/* Opening */

static void take(struct api_call *c, const struct wave *waves, size_t n, struct new_wave *request) {
    const char *label = api_text(c, "label"), *until = api_text(c, "until"), *timezone = api_text(c, "timezone");
    const char *links = api_text(c, "open_links"), *own = c->desk->assessment.timezone;
    *request = (struct new_wave){.label = *label ? label : NULL,
                                 .until = *until ? until : NULL,
                                 .timezone = *timezone ? timezone
                                             : *own    ? own
                                                       : "UTC",
                                 .open_links = strcmp(links, "all") == 0    ? OPEN_LINKS_ALL
                                               : strcmp(links, "none") == 0 ? OPEN_LINKS_NONE
                                                                            : OPEN_LINKS_WHERE_NO_PEOPLE};
    const char *problem = request->label ? plan_check_label(label, waves, n) : NULL;
    if (problem)
        desk_wrong(c->desk, "label", problem, "value", label);
    if (!clock_timezone_good(request->timezone))
        desk_wrong(c->desk, "timezone", "timezone_unknown", "value", request->timezone);
    else if (request->until)
        setup_check_until(c->desk, request->until, request->timezone);
}

static enum result check_few(struct api_call *c, const struct instrument *instrument) {
    struct plan_few few;
    const enum result result = plan_find_few(c->store, c->arena, &c->desk->assessment, instrument, &few);
    if (result == RESULT_OK && (few.n || few.all >= 0) && !api_bool(c, "confirm_few", false))
        desk_wrong(c->desk, "confirm_few", "setup_few_not_confirmed", NULL, NULL);
    return result;
}

static void open_wave(struct api_call *c) {
    struct desk *d = c->desk;
    struct wave *waves, wave;
    struct new_wave request;
    size_t n;
    if (d->assessment.state != ASSESSMENT_ACTIVE) {
        api_problem(c, 409, "not_active");
        return;
    }
    if (store_list_waves(c->store, c->arena, d->assessment.id, &waves, &n) != RESULT_OK) {
        api_problem(c, 503, "busy");
        return;
    }
    take(c, waves, n, &request);
    const struct instrument *i = setup_pin_instrument(d);
    enum result result = check_few(c, i);
    if (!i && !desk_has_errors(d))
        desk_wrong(d, "", "setup_instrument_broken", NULL, NULL);
    if (result == RESULT_OK)
        result = !i || desk_has_errors(d)
                     ? RESULT_INPUT
                     : collect_open_wave(d->collect, &d->assessment, i, &request, &wave, c->arena, d->findings);
    instrument_release(i);
    if (!api_good(c, result))
        return;
    desk_audit_inside(d, "wave_opened", wave.label, NULL);
    answer_anew(c, wave.id);
    c->request->reply.location =
        api_path(c, "assessments", d->assessment.name, "waves", arena_printf(c->arena, "%d", wave.number), NULL);
}

static void extend(struct api_call *c) {
    struct wave w;
    const char *until = api_text(c, "until");
    if (!find_open(c, &w))
        return;
    setup_check_until(c->desk, until, w.timezone);
    if (api_has_errors(c) || !api_good(c, store_extend_wave(c->store, w.id, until)))
        return;
    desk_audit_inside(c->desk, "wave_extended", w.label, NULL);
    answer_anew(c, w.id);
}

/* Final, so the wave is named twice: in the address, and by its label. */
static void close_wave(struct api_call *c) {
    struct wave w;
    struct closing closing = {0};
    if (!find_open(c, &w))
        return;
    if (strcmp(api_text(c, "label"), w.label) != 0)
        desk_wrong(c->desk, "label", "api_close_label", NULL, NULL);
    if (api_has_errors(c) || !api_good(c, setup_close_wave(c->desk, &w, api_text(c, "sheet"), &closing)))
        return;
    answer_anew(c, w.id);
}

/* Counts */

static void put_rate(struct api_call *c, const struct wave_counts *counts, int answered, int invited) {
    const double rate = counts_rate(counts, answered, invited);
    json_key(&c->out, "rate");
    if (rate < 0)
        json_text(&c->out, NULL);
    else
        json_number(&c->out, rate);
}

static void count(struct api_call *c) {
    struct wave w;
    struct wave_counts counts;
    if (!api_wave(c, &w) || !api_good(c, store_count_answers(c->store, c->arena, &w, &counts)))
        return;
    api_open(c);
    api_put_number(c, "minimum", counts.k);
    api_put_bool(c, "everybody", counts.everybody);
    api_put_count(c, "invited", counts.invited);
    api_put_count(c, "answered", counts.answered);
    put_rate(c, &counts, counts.answered, counts.invited);
    json_key(&c->out, "organisations");
    json_open(&c->out, '[');
    for (size_t i = 0; i < counts.n; i++) {
        const struct organisation_count *row = &counts.rows[i];
        json_open(&c->out, '{');
        api_put(c, "organisation", row->organisation);
        api_put_count(c, "invited", row->invited);
        api_put_count(c, "answered", row->answered);
        put_rate(c, &counts, row->answered, row->invited);
        api_put_bool(c, "organisation_answered", row->organisation_answered);
        json_close(&c->out, '}');
    }
    json_close(&c->out, ']');
    api_close(c);
}

/* Links */

static const char *link_key(const struct api_call *c, const void *list, size_t i) {
    return api_hex(c, ((const struct link *)list)[i].invitation.id);
}

static void write_link(struct api_call *c, const void *list, size_t i) {
    static const char *const kinds[] = {"", "personal", "open", "organisation"};
    const struct link *l = &((const struct link *)list)[i];
    const struct invitation *v = &l->invitation;
    api_put(c, "id", api_hex(c, v->id));
    api_put(c, "kind", kinds[v->kind]);
    api_put(c, "organisation", v->organisation);
    api_put_or_null(c, "unit", v->unit);
    api_put_or_null(c, "name", v->name);
    api_put_or_null(c, "email", v->email);
    api_put_or_null(c, "language", v->language);
    api_put(c, "url", reach_url(c->desk, l->token));
    api_put_or_null(c, "code", l->code);
}

static void list_links(struct api_call *c) {
    struct wave w;
    struct link *links;
    size_t n;
    if (!find_open(c, &w))
        return;
    const enum result result = collect_links(c->desk->collect, &w, c->arena, &links, &n, c->desk->findings);
    if (result != RESULT_OK)
        api_problem(c, result == RESULT_INPUT ? 409 : 503, result == RESULT_INPUT ? "input" : "busy");
    else if (api_list(c, n, link_key, write_link, links))
        desk_audit_inside(c->desk, "links_written", w.label, NULL);
}

const struct api_operation api_waves_list = {
    .id = "waves_list", .scope = SCOPE_READ, .call = list_waves, .status = 200, .answer = "Wave", .list = true};
const struct api_operation api_waves_show = {
    .id = "waves_show", .scope = SCOPE_READ, .call = show, .status = 200, .answer = "Wave"};
const struct api_operation api_waves_open = {
    .id = "waves_open", .scope = SCOPE_WAVES, .call = open_wave, .body = "NewWave", .status = 201, .answer = "Wave"};
const struct api_operation api_waves_extend = {
    .id = "waves_extend", .scope = SCOPE_WAVES, .call = extend, .body = "Extension", .status = 200, .answer = "Wave"};
const struct api_operation api_waves_close = {
    .id = "waves_close", .scope = SCOPE_WAVES, .call = close_wave, .body = "Closing", .status = 200, .answer = "Wave"};
const struct api_operation api_counts_show = {
    .id = "counts_show", .scope = SCOPE_READ, .call = count, .status = 200, .answer = "Counts"};
const struct api_operation api_links_list = {.id = "links_list",
                                             .scope = SCOPE_LINKS,
                                             .call = list_links,
                                             .status = 200,
                                             .answer = "Link",
                                             .list = true,
                                             .conflicts = true};
