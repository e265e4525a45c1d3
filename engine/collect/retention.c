#include "collect/retention.h"

#include <string.h>

#include "collect/inside.h"
#include "store/accounts.h"

struct period {
    struct collect *c;
    struct arena *arena;
    struct day today;
    struct findings *findings;
    bool removed; /* something: the database needs scrubbing */
};

static enum result note(struct period *p, const char *act, const char *object) {
    struct audit audit = {.time = clock_now(), .account = AUDIT_SERVER, .act = act, .object = object};
    p->removed = true;
    return store_add_audit(p->c->store, &audit);
}

/* Is the day so many days ago, or more? */
static bool is_over(const struct period *p, const char *day, int days) {
    return clock_is_day(day) && strcmp(day, clock_add_days(p->today, -days).text) < 0;
}

/* The keys go first: what is left in between cannot be opened any more. */
static enum result end_deleted(struct period *p, const struct assessment *a) {
    struct wave *waves;
    size_t n;
    enum result result = store_list_waves(p->c->store, p->arena, a->id, &waves, &n);
    for (size_t i = 0; result == RESULT_OK && i < n; i++)
        result = key_destroy(p->c->keys, waves[i].id, p->findings);
    if (result == RESULT_OK)
        result = key_destroy_panel(p->c->keys, a->id, p->findings);
    return result == RESULT_OK ? note(p, "assessment_removed", a->name) : result;
}

static bool stop_at_once(void *context, const struct response *r) {
    (void)r;
    *(bool *)context = true;
    return false;
}

static bool responses_are_over(const struct period *p, const struct assessment *a, const struct wave *w) {
    return a->response_days && w->state == WAVE_CLOSED && is_over(p, w->closed, a->response_days);
}

static bool roster_is_over(const struct period *p, const struct assessment *a, const struct wave *waves, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (waves[i].state != WAVE_CLOSED || !is_over(p, waves[i].closed, a->roster_days))
            return false;
    return a->roster_days && n > 0;
}

static enum result end_responses(struct period *p, const struct assessment *a, const struct wave *w) {
    bool any = false;
    if (!responses_are_over(p, a, w))
        return RESULT_OK;
    enum result result = store_each_response(p->c->store, w->id, NULL, stop_at_once, &any);
    if (result != RESULT_OK || !any)
        return result;
    result = store_drop_responses(p->c->store, w->id);
    if (result == RESULT_INPUT) /* not counted yet: the results would be lost */
        return RESULT_OK;
    return result == RESULT_OK ? note(p, "responses_dropped", arena_printf(p->arena, "%s/%s", a->name, w->label))
                               : result;
}

static enum result end_roster(struct period *p, const struct assessment *a, const struct wave *waves, size_t n) {
    struct person *people;
    size_t n_people;
    if (!roster_is_over(p, a, waves, n))
        return RESULT_OK;
    enum result result = store_list_people(p->c->store, p->arena, a->id, &people, &n_people);
    if (result != RESULT_OK || n_people == 0)
        return result;
    result = store_drop_rosters(p->c->store, a->id);
    return result == RESULT_OK ? note(p, "roster_dropped", a->name) : result;
}

static enum result end_kept(struct period *p, const struct assessment *a) {
    struct wave *waves;
    size_t n;
    enum result result = store_list_waves(p->c->store, p->arena, a->id, &waves, &n);
    for (size_t i = 0; result == RESULT_OK && i < n; i++)
        result = end_responses(p, a, &waves[i]);
    return result == RESULT_OK ? end_roster(p, a, waves, n) : result;
}

enum result collect_end_periods(struct collect *c, struct day today, struct findings *findings) {
    struct period p = {.c = c, .arena = arena_new(), .today = today, .findings = findings};
    struct assessment *list;
    size_t n;
    bool deleted = false;
    enum result result = store_list_assessments(c->store, p.arena, &list, &n);
    for (size_t i = 0; result == RESULT_OK && i < n; i++) {
        if (list[i].state != ASSESSMENT_DELETED) {
            result = end_kept(&p, &list[i]);
        } else if (is_over(&p, list[i].deleted, GRACE_DAYS)) {
            result = end_deleted(&p, &list[i]);
            deleted = true;
        }
    }
    if (result == RESULT_OK && deleted)
        result = store_delete_assessments(c->store, clock_add_days(today, -GRACE_DAYS));
    if (result == RESULT_OK && p.removed)
        result = store_scrub(c->store);
    arena_free(p.arena);
    return result;
}

static bool count_response(void *context, const struct response *r) {
    (void)r;
    ++*(size_t *)context;
    return true;
}

/* One wave's part; responses that are not counted yet stay (end_responses). */
static enum result foresee_responses(const struct period *p, const struct wave *w, struct ending *out) {
    struct aggregate_source source;
    size_t n = 0;
    enum result result = store_get_aggregate_source(p->c->store, w->id, &source);
    if (result != RESULT_OK)
        return result == RESULT_INPUT ? RESULT_OK : result;
    result = store_each_response(p->c->store, w->id, NULL, count_response, &n);
    if (n)
        out->waves[out->n_waves++] = w->label;
    out->responses += n;
    return result;
}

enum result collect_foresee_end(struct collect *c, const struct assessment *a, struct day today, struct arena *arena,
                                struct ending *out) {
    const struct period p = {.c = c, .arena = arena, .today = today};
    struct wave *waves;
    struct person *people;
    size_t n;
    *out = (struct ending){.people = 0};
    enum result result = store_list_waves(c->store, arena, a->id, &waves, &n);
    if (result == RESULT_OK)
        out->waves = arena_array(arena, n + 1, sizeof *out->waves);
    for (size_t i = 0; result == RESULT_OK && i < n; i++)
        if (responses_are_over(&p, a, &waves[i]))
            result = foresee_responses(&p, &waves[i], out);
    if (result == RESULT_OK && roster_is_over(&p, a, waves, n))
        result = store_list_people(c->store, arena, a->id, &people, &out->people);
    return result;
}
