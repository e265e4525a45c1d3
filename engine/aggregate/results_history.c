/* The closed waves of an assessment beside each other. Every figure is read as the report of its own wave reads it, so
 * nothing is told here that is not told there. */
#include <stdlib.h>

#include "aggregate/results_state.h"

static int by_number(const void *a, const void *b) {
    const struct past *x = a, *y = b;
    return (x->wave.number > y->wave.number) - (x->wave.number < y->wave.number);
}

/* Finds the closed waves before this one, once. */
static enum result list_past(struct results *r) {
    if (r->past) {
        return RESULT_OK;
    }
    struct wave *waves = NULL;
    size_t n = 0;
    enum result result = store_list_waves(r->store, r->arena, r->assessment.id, &waves, &n);
    if (result != RESULT_OK) {
        return RESULT_MACHINE;
    }
    r->past = arena_array(r->arena, n + 1, sizeof *r->past);
    for (size_t i = 0; i < n; i++) {
        if (waves[i].state == WAVE_CLOSED && waves[i].number < r->wave.number) {
            r->past[r->n_past++].wave = waves[i];
        }
    }
    qsort(r->past, r->n_past, sizeof *r->past, by_number);
    return RESULT_OK;
}

/* Opens an earlier wave, once. One that can no longer be read has no results. */
static enum result open_past(struct results *r, struct past *p) {
    if (p->opened) {
        return RESULT_OK;
    }
    struct findings *findings = findings_new();
    enum result result = results_open(&p->results, r->store, &r->assessment, &p->wave, findings);
    findings_free(findings);
    if (result == RESULT_MACHINE) {
        return RESULT_MACHINE;
    }
    size_t n = r->instrument->n_constructs;
    p->opened = true;
    p->why = arena_array(r->arena, n, sizeof *p->why);
    p->construct = arena_array(r->arena, n, sizeof *p->construct);
    for (size_t c = 0; c < n; c++) {
        p->construct[c] = NOWHERE;
        p->why[c] =
            p->results ? construct_compare(p->results->layout, r->layout, c, &p->construct[c]) : COMPARISON_UNREADABLE;
    }
    return RESULT_OK;
}

enum result results_before(struct results *r, struct past **out) {
    enum result result = list_past(r);
    *out = result == RESULT_OK && r->n_past > 0 ? &r->past[r->n_past - 1] : NULL;
    return *out ? open_past(r, *out) : result;
}

static void set_point(struct wave_point *point, enum comparison why, const struct figures *f) {
    point->why = why;
    if (why == COMPARISON_MEANS_THE_SAME) {
        point->n = f->of[STAT_N];
        point->mean = f->of[STAT_MEAN];
        point->low = f->of[STAT_CI_LOW];
        point->high = f->of[STAT_CI_HIGH];
        point->favourable = f->of[STAT_FAVOURABLE];
        point->call = f->call;
    }
}

/* The points of an earlier wave, for an organisation ("" all together). */
static enum result read_past(struct results *r, struct past *p, const char *code, struct wave_point *points) {
    enum result result = open_past(r, p);
    bool there = p->results && (!code[0] || results_head(p->results, code) != NOWHERE);
    struct arena *scratch = arena_new();
    struct organisation_results o = {.groups = NULL};
    if (result == RESULT_OK && there) {
        result = results_read_groups(p->results, scratch, code, true, &o);
    }
    for (size_t c = 0; result == RESULT_OK && c < r->instrument->n_constructs; c++) {
        enum comparison why = p->results && !there ? COMPARISON_NOT_THERE : p->why[c];
        const struct figures *f =
            why == COMPARISON_MEANS_THE_SAME && o.groups ? &o.groups[0].constructs[p->construct[c]] : NULL;
        if (f || why != COMPARISON_MEANS_THE_SAME) {
            set_point(&points[c], why, f);
        }
    }
    arena_free(scratch);
    return result;
}

static enum result read_present(struct results *r, const char *code, struct wave_point *points) {
    struct arena *scratch = arena_new();
    struct organisation_results o;
    enum result result = results_read_groups(r, scratch, code, true, &o);
    for (size_t c = 0; result == RESULT_OK && c < r->instrument->n_constructs; c++) {
        bool asked = r->layout->of_construct[c] != NOWHERE;
        set_point(&points[c], asked ? COMPARISON_MEANS_THE_SAME : COMPARISON_NOT_ASKED, &o.groups[0].constructs[c]);
    }
    arena_free(scratch);
    return result;
}

enum result results_history(struct results *r, struct arena *arena, size_t organisation, struct wave_history **out) {
    const char *code = organisation == RESULTS_ALL ? "" : r->heads[organisation].code;
    size_t n = r->instrument->n_constructs;
    struct wave_history *h = arena_alloc(arena, sizeof *h);
    *out = h;
    enum result result = list_past(r);
    if (result != RESULT_OK) {
        return result;
    }
    h->n_waves = r->n_past + 1;
    h->waves = arena_array(arena, h->n_waves, sizeof(struct wave *));
    h->points = arena_array(arena, h->n_waves * n, sizeof *h->points);
    for (size_t w = 0; result == RESULT_OK && w < r->n_past; w++) {
        h->waves[w] = &r->past[w].wave;
        result = read_past(r, &r->past[w], code, h->points + w * n);
    }
    h->waves[r->n_past] = &r->wave;
    return result == RESULT_OK ? read_present(r, code, h->points + r->n_past * n) : result;
}
