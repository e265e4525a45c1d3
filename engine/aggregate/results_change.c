/* What is made while reading from figures that are themselves told: the change since the wave before where persons are
 * not paired, and the reliability of an organisation's mean. Nothing of it is stored, and nothing here sees more than a
 * reader does, so it cannot tell more either. */
#include <string.h>

#include "aggregate/results_state.h"

/* A cell that needs both: withheld if either is. */
static struct cell both(struct cell a, struct cell b, double value) {
    if (a.state == CELL_WITHHELD || b.state == CELL_WITHHELD) {
        return cell_withheld();
    }
    return a.state == CELL_VALUE && b.state == CELL_VALUE ? cell_value(value) : cell_none();
}

/* From both means, unless the persons' own differences are told: never both. */
static void set_change(struct figures *now, const struct figures *before) {
    const struct cell none = cell_none(), *was = before ? before->of : NULL;
    if (now->of[STAT_CHANGE_PAIRS].state == CELL_VALUE) {
        return;
    }
    now->of[STAT_CHANGE_PAIRS] = none;
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
    struct past *past;
    enum result result = results_before(r, &past);
    struct arena *scratch = arena_new();
    struct organisation_results *before = NULL;
    if (result == RESULT_OK && past && past->results &&
        (!o->code[0] || results_head(past->results, o->code) != NOWHERE)) {
        before = arena_alloc(scratch, sizeof *before);
        result = results_read_groups(past->results, scratch, o->code, true, before);
    }
    for (size_t c = 0; result == RESULT_OK && c < r->instrument->n_constructs; c++) {
        bool same = before && past->construct[c] != NOWHERE;
        set_change(&o->groups[0].constructs[c], same ? &before->groups[0].constructs[past->construct[c]] : NULL);
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
