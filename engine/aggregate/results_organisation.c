/* One organisation's results, those of all together, and comparisons between organisations. */
#include <math.h>
#include <stdlib.h>

#include "aggregate/results_state.h"

static size_t withheld_in(const struct figures *list, size_t n, bool *dropped) {
    size_t withheld = 0;
    for (size_t i = 0; list && i < n; i++) {
        for (size_t s = 0; s < STAT_COUNT; s++) {
            withheld += list[i].of[s].state == CELL_WITHHELD;
        }
        *dropped = *dropped || list[i].of[STAT_N].state == CELL_WITHHELD;
    }
    return withheld;
}

static void count_withheld(const struct results *r, struct organisation_results *o) {
    const struct instrument *in = r->instrument;
    for (size_t g = 0; g < o->n_groups; g++) {
        const struct group_results *group = &o->groups[g];
        bool dropped = group->n.state == CELL_WITHHELD;
        o->withheld.cells_withheld += dropped;
        o->withheld.cells_withheld += withheld_in(group->items, in->n_items, &dropped);
        o->withheld.cells_withheld += withheld_in(group->constructs, in->n_constructs, &dropped);
        o->withheld.cells_withheld += withheld_in(group->domains, in->n_domains * LEVEL_COUNT, &dropped);
        o->withheld.groups_dropped += dropped;
    }
}

struct withheld_summary results_withheld(const struct organisation_results *o) {
    return o->withheld;
}

/* Sets the response counts. The number of persons who answered is told from k on; a rate only if, besides, k were
 * invited. */
static void set_response(const struct results *r, struct organisation_results *o, double invited, double answered) {
    o->invited = cell_value(invited);
    if (isnan(answered)) { /* the wave keeps no count: the persons whose answers are there */
        o->answered = o->groups[0].n;
    } else {
        o->answered = answered >= (double)r->k ? cell_value(answered) : cell_withheld();
    }
    if (o->invited.state != CELL_VALUE) {
        o->rate = cell_none();
    } else if (o->answered.state != CELL_VALUE || o->invited.value < (double)r->k) {
        o->rate = cell_withheld();
    } else {
        /* More answers than invitations: the number invited is not what it should be, and no rate can be told. */
        bool possible = o->answered.value <= o->invited.value;
        o->rate = possible ? cell_value(o->answered.value / o->invited.value) : cell_none();
    }
}

static enum result read_organisation(struct results *r, struct arena *arena, size_t index, bool only_constructs,
                                     struct organisation_results **out) {
    struct organisation_results *o = arena_alloc(arena, sizeof *o);
    *out = o;
    const struct organisation_state *state = &r->states[index];
    o->code = r->heads[index].code;
    o->name = r->heads[index].name;
    o->parent = r->heads[index].parent;
    enum result result = results_read_groups(r, arena, o->code, only_constructs, o);
    if (result == RESULT_OK) {
        result = results_add_change(r, o);
    }
    if (result == RESULT_OK) {
        result = results_add_reliability(r, o);
    }
    set_response(r, o, state->invited, state->answered);
    if (state->answer) {
        o->has_answer = true;
        o->answer = *state->answer;
    }
    count_withheld(r, o);
    if (result == RESULT_OK && !only_constructs) {
        result = results_read_comments(r, arena, o);
    }
    return result;
}

enum result results_organisation(struct results *r, struct arena *arena, size_t index,
                                 struct organisation_results **out) {
    return read_organisation(r, arena, index, false, out);
}

enum result results_overview(struct results *r, struct arena *arena, size_t index, struct organisation_results **out) {
    return read_organisation(r, arena, index, true, out);
}

/* Invited and answered of all together: those whose answered count is told, and the others if together they reach k. */
static void sum_responses(const struct results *r, double *invited, double *answered) {
    double told[2] = {0, 0}, others[2] = {0, 0};
    bool counted = false, all_invited_known = true;
    for (size_t i = 0; i < r->n_heads; i++) {
        const struct organisation_state *s = &r->states[i];
        if (isnan(s->answered)) {
            continue;
        }
        double *sum = s->answered >= (double)r->k ? told : others;
        all_invited_known = all_invited_known && !isnan(s->invited);
        sum[0] += s->invited;
        sum[1] += s->answered;
        counted = true;
    }
    if (others[1] >= (double)r->k) {
        told[0] += others[0];
        told[1] += others[1];
    }
    *invited = counted && all_invited_known ? told[0] : NAN;
    *answered = counted ? told[1] : NAN;
}

enum result results_overall(struct results *r, struct arena *arena, struct organisation_results **out) {
    struct organisation_results *o = arena_alloc(arena, sizeof *o);
    *out = o;
    o->code = o->name = o->parent = "";
    enum result result = results_read_groups(r, arena, "", false, o);
    if (result == RESULT_OK) {
        result = results_add_change(r, o);
    }
    double invited, answered;
    sum_responses(r, &invited, &answered);
    set_response(r, o, invited, answered);
    count_withheld(r, o);
    return result;
}

static bool each_overview_row(void *context, const struct aggregate *a) {
    struct results *r = context;
    size_t head = results_head(r, a->organisation);
    size_t variable = layout_find(r->layout, a->kind, a->name);
    if (head == NOWHERE || variable == NOWHERE || a->n < 0) {
        return true;
    }
    struct arena *scratch = arena_new();
    double mean = row_statistic(a->statistics, statistic_names[STAT_MEAN], scratch);
    bool unanimous = row_statistic(a->statistics, statistic_names[STAT_SD], scratch) <= 0;
    arena_free(scratch);
    if (!isnan(mean) && disclose_detail((size_t)a->n, r->k, unanimous) != DETAIL_NOTHING) {
        size_t at = head * r->instrument->n_constructs + r->layout->variables[variable].index;
        r->overview_n[at] = (size_t)a->n;
        r->overview_mean[at] = mean;
    }
    return true;
}

/* Reads all organisations' construct means once. False: the store failed, and nothing is compared. */
static bool load_overview(struct results *r) {
    if (!r->overview_loaded) {
        size_t n = r->n_heads * r->instrument->n_constructs;
        r->overview_n = arena_array(r->arena, n, sizeof *r->overview_n);
        r->overview_mean = arena_array(r->arena, n, sizeof *r->overview_mean);
        r->overview_loaded =
            store_each_aggregate(r->store, r->wave.id, NULL, "", "construct", each_overview_row, r) == RESULT_OK;
    }
    return r->overview_loaded;
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* R's type 7: linear between order statistics at (n - 1) p. */
static double quantile(const double *sorted, size_t n, double p) {
    double at = (double)(n - 1) * p;
    size_t i = (size_t)at;
    return i + 1 < n ? sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

enum { BENCHMARK_ORGANISATIONS = 5 };

struct benchmark results_benchmark(struct results *r, size_t organisation, size_t construct) {
    struct benchmark b = {cell_none(), cell_none(), cell_none(), 0};
    if (!load_overview(r)) {
        return b;
    }
    struct arena *scratch = arena_new();
    double *means = arena_array(scratch, r->n_heads, sizeof *means);
    size_t respondents = 0, largest = 0;
    for (size_t i = 0; i < r->n_heads; i++) {
        size_t at = i * r->instrument->n_constructs + construct, n = r->overview_n[at];
        if (i != organisation && n > 0) {
            means[b.organisations++] = r->overview_mean[at];
            respondents += n;
            largest = n > largest ? n : largest;
        }
    }
    if (b.organisations >= BENCHMARK_ORGANISATIONS && 2 * largest <= respondents) {
        qsort(means, b.organisations, sizeof *means, compare_doubles);
        b.low = cell_value(quantile(means, b.organisations, 0.25));
        b.median = cell_value(quantile(means, b.organisations, 0.5));
        b.high = cell_value(quantile(means, b.organisations, 0.75));
    }
    arena_free(scratch);
    return b;
}
