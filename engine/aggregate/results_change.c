/* What is made while reading from figures that are themselves told: the change since the wave before, and the
 * reliability of an organisation's mean. Nothing of it is stored, and nothing here sees more than a reader does, so it
 * cannot tell more either. */
#include <string.h>

#include "aggregate/results_state.h"

static const struct item *item_named(const struct instrument *in, const struct construct *c, const char *name) {
    for (size_t i = 0; i < c->n_items; i++) {
        const struct item *item = &in->items[c->first_item + i];
        if (strcmp(item->name, name) == 0) {
            return item;
        }
    }
    return NULL;
}

static bool same_scale(const struct scale *a, const struct scale *b) {
    if (a->n_points != b->n_points) {
        return false;
    }
    for (size_t p = 0; p < a->n_points; p++) {
        const struct scale_point *x = &a->points[p], *y = &b->points[p];
        if (x->code != y->code || x->favourable != y->favourable || x->unfavourable != y->unfavourable) {
            return false;
        }
    }
    return true;
}

/* Does a score of the one mean what a score of the other means? Words may differ; the order of the items too. */
static bool same_construct(const struct instrument *was, const struct construct *a, const struct instrument *is,
                           const struct construct *b) {
    if (a->level != b->level || a->higher_is_barrier != b->higher_is_barrier || a->n_items != b->n_items ||
        a->min_answered < b->min_answered || a->min_answered > b->min_answered || !same_scale(a->scale, b->scale)) {
        return false;
    }
    for (size_t i = 0; i < a->n_items; i++) {
        const struct item *item = &was->items[a->first_item + i], *now = item_named(is, b, item->name);
        if (!now || now->reverse != item->reverse) {
            return false;
        }
    }
    return true;
}

static void compare_constructs(struct results *r) {
    const struct instrument *was = r->before->instrument, *is = r->instrument;
    for (size_t c = 0; c < is->n_constructs; c++) {
        int before = instrument_construct(was, is->constructs[c].name);
        if (before >= 0 && r->before->layout->of_construct[before] != NOWHERE &&
            same_construct(was, &was->constructs[before], is, &is->constructs[c])) {
            r->construct_before[c] = (size_t)before;
        }
    }
}

/* Opens the last closed wave of the assessment before this one, once. One whose instrument can no longer be read is
 * like none: there is nothing to set beside this wave. */
static enum result open_before(struct results *r) {
    if (r->construct_before) {
        return RESULT_OK;
    }
    struct arena *scratch = arena_new();
    struct findings *findings = findings_new();
    struct wave *waves = NULL;
    const struct wave *last = NULL;
    size_t n = 0;
    enum result result = store_list_waves(r->store, scratch, r->assessment.id, &waves, &n);
    for (size_t i = 0; result == RESULT_OK && i < n; i++) {
        if (waves[i].state == WAVE_CLOSED && waves[i].number < r->wave.number &&
            (!last || waves[i].number > last->number)) {
            last = &waves[i];
        }
    }
    if (last) {
        result = results_open(&r->before, r->store, &r->assessment, last, findings);
    }
    if (result != RESULT_MACHINE) {
        result = RESULT_OK;
        r->construct_before = arena_array(r->arena, r->instrument->n_constructs, sizeof *r->construct_before);
        for (size_t c = 0; c < r->instrument->n_constructs; c++) {
            r->construct_before[c] = NOWHERE;
        }
        if (r->before) {
            compare_constructs(r);
        }
    }
    findings_free(findings);
    arena_free(scratch);
    return result;
}

/* A cell that needs both: withheld if either is. */
static struct cell both(struct cell a, struct cell b, double value) {
    if (a.state == CELL_WITHHELD || b.state == CELL_WITHHELD) {
        return cell_withheld();
    }
    return a.state == CELL_VALUE && b.state == CELL_VALUE ? cell_value(value) : cell_none();
}

static void set_change(struct figures *now, const struct figures *before) {
    const struct cell none = cell_none(), *was = before ? before->of : NULL;
    now->of[STAT_CHANGE] = now->of[STAT_CHANGE_LOW] = now->of[STAT_CHANGE_HIGH] = now->of[STAT_G] = none;
    if (!before || now->of[STAT_N].state == CELL_NONE) {
        return;
    }
    /* Where a deviation is not told its cell's value is 0, and what comes of it is not used. */
    const struct mean_of then = {(size_t)was[STAT_N].value, was[STAT_MEAN].value, was[STAT_SD].value};
    const struct mean_of here = {(size_t)now->of[STAT_N].value, now->of[STAT_MEAN].value, now->of[STAT_SD].value};
    struct mean_change change = mean_change_of(&then, &here);
    now->of[STAT_CHANGE] = both(was[STAT_MEAN], now->of[STAT_MEAN], change.change);
    now->of[STAT_CHANGE_LOW] = both(was[STAT_SD], now->of[STAT_SD], change.low);
    now->of[STAT_CHANGE_HIGH] = both(was[STAT_SD], now->of[STAT_SD], change.high);
    now->of[STAT_G] = both(was[STAT_SD], now->of[STAT_SD], change.g);
}

enum result results_add_change(struct results *r, struct organisation_results *o) {
    enum result result = open_before(r);
    if (result != RESULT_OK) {
        return result;
    }
    struct arena *scratch = arena_new();
    struct organisation_results *before = NULL;
    if (r->before && (!o->code[0] || results_head(r->before, o->code) != NOWHERE)) {
        before = arena_alloc(scratch, sizeof *before);
        result = results_read_groups(r->before, scratch, o->code, true, before);
    }
    for (size_t c = 0; result == RESULT_OK && c < r->instrument->n_constructs; c++) {
        size_t at = r->construct_before[c];
        set_change(&o->groups[0].constructs[c], before && at != NOWHERE ? &before->groups[0].constructs[at] : NULL);
    }
    arena_free(scratch);
    return result;
}

enum result results_add_reliability(struct results *r, struct organisation_results *o) {
    size_t n = r->instrument->n_constructs;
    enum result result = RESULT_OK;
    if (!r->overall_icc1) {
        struct arena *scratch = arena_new();
        struct organisation_results all;
        result = results_read_groups(r, scratch, "", true, &all);
        if (result == RESULT_OK) {
            r->overall_icc1 = arena_array(r->arena, n, sizeof *r->overall_icc1);
            for (size_t c = 0; c < n; c++) {
                r->overall_icc1[c] = all.groups[0].constructs[c].of[STAT_ICC1];
            }
        }
        arena_free(scratch);
    }
    for (size_t c = 0; result == RESULT_OK && c < n; c++) {
        struct cell *of = o->groups[0].constructs[c].of;
        double reliability = group_reliability(r->overall_icc1[c].value, (size_t)of[STAT_N].value);
        of[STAT_ICC2] = both(r->overall_icc1[c], of[STAT_N], reliability);
    }
    return result;
}
