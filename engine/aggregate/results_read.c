/* From rows of the aggregate tables to figures that may be shown. What has no row is withheld; what has one passes the
 * detail ladder once more, with the minimum of today, which may have been raised. */
#include <math.h>
#include <string.h>

#include "aggregate/results_state.h"
#include "base/json.h"

bool statistic_applies(enum kind kind, enum statistic s, bool together, bool whole) {
    switch (s) {
    case STAT_N:
        return true;
    case STAT_MEAN:
    case STAT_SD:
    case STAT_CI_LOW:
    case STAT_CI_HIGH:
    case STAT_FAVOURABLE:
    case STAT_NEUTRAL:
    case STAT_UNFAVOURABLE:
        return kind != KIND_RESPONSE;
    case STAT_NOT_APPLICABLE:
        return kind == KIND_ITEM;
    case STAT_AD:
        return !together && (kind == KIND_ITEM || kind == KIND_CONSTRUCT);
    case STAT_RWGJ:
    case STAT_RWGJ_CHANCE:
        return !together && kind == KIND_CONSTRUCT;
    case STAT_ICC2: /* of one organisation: the reliability of its mean */
    case STAT_CHANGE:
    case STAT_CHANGE_LOW:
    case STAT_CHANGE_HIGH:
    case STAT_G:
    case STAT_CHANGE_PAIRS:
        return whole && kind == KIND_CONSTRUCT;
    case STAT_ICC1:
    case STAT_F:
    case STAT_P:
    case STAT_ALPHA:
    case STAT_OMEGA:
        return together && whole && kind == KIND_CONSTRUCT;
    case STAT_ITEM_REST:
    case STAT_ALPHA_WITHOUT:
        return together && whole && kind == KIND_ITEM;
    case STAT_RATE:
    case STAT_INVITED:
    case STAT_ANSWERED:
        return whole && kind == KIND_RESPONSE;
    case STAT_COUNT:
        break;
    }
    return false;
}

struct reading {
    struct results *r;
    struct arena *arena;
    bool together, only_constructs;
    struct group_results *fixed; /* per fixed group of the layout */
    struct group_results *units;
    size_t n_units, unit_capacity;
    struct arena *scratch;
};

/* A variable's figures before its row is read: everything withheld, or nothing at all if staff do not answer it. */
static void withhold_all(const struct reading *d, struct figures *f, size_t variable, enum kind kind, bool whole) {
    for (size_t s = 0; s < STAT_COUNT; s++) {
        bool applies = variable != NOWHERE && statistic_applies(kind, (enum statistic)s, d->together, whole);
        f->of[s] = applies ? cell_withheld() : cell_none();
    }
    if (kind == KIND_ITEM && variable != NOWHERE) {
        const struct scale *scale = layout_scale(d->r->layout, variable);
        size_t n = scale->n_points + scale->n_not_applicable;
        f->counts = arena_array(d->arena, n, sizeof *f->counts);
        for (size_t i = 0; i < n; i++) {
            f->counts[i] = cell_withheld();
        }
    }
}

static struct figures *figures_new(const struct reading *d, size_t n, const size_t *variables, enum kind kind,
                                   bool whole) {
    struct figures *list = arena_array(d->arena, n, sizeof *list);
    for (size_t i = 0; i < n; i++) {
        withhold_all(d, &list[i], variables[i], kind, whole);
    }
    return list;
}

static struct group_results group_new(const struct reading *d, const char *question, const char *value) {
    const struct layout *l = d->r->layout;
    const struct instrument *in = l->instrument;
    bool whole = !question[0];
    struct group_results g = {.question = question, .value = value, .n = cell_withheld()};
    g.constructs = figures_new(d, in->n_constructs, l->of_construct, KIND_CONSTRUCT, whole);
    if (!d->only_constructs) {
        g.items = figures_new(d, in->n_items, l->of_item, KIND_ITEM, whole);
        g.domains = figures_new(d, in->n_domains * LEVEL_COUNT, l->of_domain, KIND_DOMAIN, whole);
    }
    return g;
}

static struct group_results *group_named(struct reading *d, const char *name) {
    const struct layout *l = d->r->layout;
    for (size_t g = 0; g < l->n_fixed; g++) {
        if (strcmp(name, l->group_names[g]) == 0) {
            return d->fixed ? &d->fixed[g] : NULL;
        }
    }
    if (strncmp(name, "unit=", 5) != 0) {
        return NULL;
    }
    for (size_t u = 0; u < d->n_units; u++) {
        if (strcmp(d->units[u].value, name + 5) == 0) {
            return &d->units[u];
        }
    }
    d->units = arena_grow(d->arena, d->units, d->n_units, &d->unit_capacity, sizeof *d->units);
    d->units[d->n_units] = group_new(d, "unit", arena_string(d->arena, name + 5));
    return &d->units[d->n_units++];
}

/* What a row says, before it is disclosed. */
struct row_values {
    double of[STAT_COUNT];
    size_t agreement_items; /* all of the construct's, unless the row says otherwise */
    double change_sd;       /* of the persons' own differences */
    bool has_counts, unanimous;
    int veiled; /* 1: without the mean and what gives it; 2: without shares, too */
    uint32_t *counts;
};

/* The shares of an item stand as numbers of persons: shorter, and exact. (In rows of earlier programs, as shares.) */
static void read_side(struct item_summary *sides, const struct json_member *m) {
    if (str_is(m->key, "n_favourable")) {
        sides->n_favourable = (size_t)m->number;
    } else if (str_is(m->key, "n_unfavourable")) {
        sides->n_unfavourable = (size_t)m->number;
    }
}

static void read_statistics(struct row_values *row, struct str json, size_t n, struct arena *scratch) {
    struct json_reader reader;
    struct json_member m;
    struct item_summary sides = {.n_favourable = SIZE_MAX, .n_unfavourable = SIZE_MAX};
    for (size_t s = 0; s < STAT_COUNT; s++) {
        row->of[s] = NAN;
    }
    row->change_sd = NAN;
    for (bool more = json_read_object(&reader, json, scratch); more && json_next(&reader, &m);) {
        if (m.type != JSON_NUMBER) {
            continue;
        }
        for (size_t s = 0; s < STAT_COUNT; s++) {
            if (str_is(m.key, statistic_names[s])) {
                row->of[s] = m.number;
                break;
            }
        }
        if (str_is(m.key, "change_sd")) {
            row->change_sd = m.number;
        }
        if (str_is(m.key, "veiled")) {
            row->veiled = m.number > 1 ? 2 : 1;
        }
        if (str_is(m.key, "agreement_items") && m.number >= 0) {
            row->agreement_items = (size_t)m.number;
        }
        if (m.number >= 0 && m.number <= (double)n) {
            read_side(&sides, &m);
        }
    }
    if (n > 0 && sides.n_favourable <= n && sides.n_unfavourable <= n) {
        item_set_shares(&sides, n);
        row->of[STAT_FAVOURABLE] = sides.favourable;
        row->of[STAT_NEUTRAL] = sides.neutral;
        row->of[STAT_UNFAVOURABLE] = sides.unfavourable;
    }
}

double row_statistic(struct str json, const char *name, struct arena *scratch) {
    struct json_reader reader;
    struct json_member m;
    for (bool more = json_read_object(&reader, json, scratch); more && json_next(&reader, &m);) {
        if (m.type == JSON_NUMBER && str_is(m.key, name)) {
            return m.number;
        }
    }
    return NAN;
}

static void read_counts(struct row_values *row, const struct layout *l, size_t variable, struct str json,
                        struct arena *scratch) {
    const struct scale *s = layout_scale(l, variable);
    const char *const *codes = l->codes + l->count_at[variable];
    struct json_reader reader;
    struct json_member m;
    row->counts = arena_array(scratch, s->n_points + s->n_not_applicable, sizeof *row->counts);
    for (bool more = json_read_object(&reader, json, scratch); more && json_next(&reader, &m);) {
        for (size_t p = 0; p < s->n_points + s->n_not_applicable; p++) {
            if (m.type == JSON_NUMBER && str_is(m.key, codes[p])) {
                row->counts[p] = (uint32_t)m.number;
                row->has_counts = true;
            }
        }
    }
}

/* What follows from an item's counts. */
static void summarise_item(const struct layout *l, size_t variable, struct row_values *row) {
    struct item_summary s = item_summary(l, variable, row->counts);
    row->of[STAT_MEAN] = moments_mean(&s.moments);
    row->of[STAT_SD] = moments_sd(&s.moments);
    row->of[STAT_FAVOURABLE] = s.favourable;
    row->of[STAT_NEUTRAL] = s.neutral;
    row->of[STAT_UNFAVOURABLE] = s.unfavourable;
    row->of[STAT_AD] = s.ad;
    row->of[STAT_NOT_APPLICABLE] = layout_scale(l, variable)->n_not_applicable ? (double)s.not_applicable : NAN;
    row->unanimous = !(s.moments.m2 > 0);
}

static enum call call_of(const struct instrument *in, const struct call_rule *rule, double favourable, double mean) {
    if (isnan(favourable) && isnan(mean)) {
        return CALL_NONE;
    }
    if (favourable >= in->enabler_share || mean >= rule->favourable) {
        return favourable >= STRONG_ENABLER_SHARE ? CALL_STRONG_ENABLER : CALL_ENABLER;
    }
    if (favourable <= in->barrier_share || mean < rule->midpoint) {
        return favourable <= STRONG_BARRIER_SHARE ? CALL_STRONG_BARRIER : CALL_BARRIER;
    }
    return CALL_MIXED;
}

static bool needs_full(enum statistic s) {
    return s != STAT_N && s != STAT_MEAN && s != STAT_FAVOURABLE && s != STAT_NEUTRAL && s != STAT_UNFAVOURABLE;
}

/* A veiled mean (results_veil.c), or what would give it. */
static bool is_veiled(const struct row_values *row, enum statistic s) {
    bool share = s == STAT_FAVOURABLE || s == STAT_NEUTRAL || s == STAT_UNFAVOURABLE;
    return row->veiled && ((share && row->veiled > 1) || s == STAT_MEAN || s == STAT_SD || s == STAT_CI_LOW ||
                           s == STAT_CI_HIGH || s == STAT_NOT_APPLICABLE || s == STAT_AD);
}

/* The change of the persons who answered in both waves, if it is told; otherwise these cells say "none", and the change
 * is found from the means of both waves (results_change.c). */
static void disclose_pairs(const struct reading *d, struct figures *f, const struct row_values *row) {
    double pairs = row->of[STAT_CHANGE_PAIRS];
    enum detail detail = isnan(pairs) ? DETAIL_NOTHING : disclose_detail((size_t)pairs, d->r->k, row->change_sd <= 0);
    if (detail == DETAIL_NOTHING) {
        f->of[STAT_CHANGE_PAIRS] = cell_none();
        return;
    }
    double half = row->change_sd > 0 ? mean_half_interval((size_t)pairs, row->change_sd) : NAN;
    bool told = detail == DETAIL_FULL && !isnan(row->change_sd);
    f->of[STAT_CHANGE] = cell_value(row->of[STAT_CHANGE]);
    f->of[STAT_CHANGE_LOW] = told ? cell_value(row->of[STAT_CHANGE] - half) : cell_withheld();
    f->of[STAT_CHANGE_HIGH] = told ? cell_value(row->of[STAT_CHANGE] + half) : cell_withheld();
    f->of[STAT_G] = cell_none();
    f->of[STAT_CHANGE_PAIRS] = cell_value(pairs);
}

static void disclose_row(const struct reading *d, struct figures *f, size_t variable, size_t n,
                         const struct row_values *row, enum detail detail) {
    const struct variable *v = &d->r->layout->variables[variable];
    for (size_t s = 0; s < STAT_COUNT; s++) {
        bool told = detail == DETAIL_FULL || !needs_full((enum statistic)s);
        if (f->of[s].state == CELL_WITHHELD && told && !is_veiled(row, (enum statistic)s)) {
            f->of[s] = cell_value(row->of[s]);
        }
    }
    f->of[STAT_N] = cell_value((double)n);
    if (detail == DETAIL_FULL && !row->veiled) {
        double half = mean_half_interval(n, row->of[STAT_SD]);
        f->of[STAT_CI_LOW] = cell_value(row->of[STAT_MEAN] - half);
        f->of[STAT_CI_HIGH] = cell_value(row->of[STAT_MEAN] + half);
    }
    if (f->of[STAT_CHANGE_PAIRS].state != CELL_NONE) {
        disclose_pairs(d, f, row);
    }
    if (detail == DETAIL_FULL && f->of[STAT_RWGJ].state == CELL_VALUE) {
        size_t points = layout_scale(d->r->layout, variable)->n_points;
        f->of[STAT_RWGJ_CHANCE] = cell_value(results_chance(n, row->agreement_items, points));
    }
    if (detail == DETAIL_FULL && row->has_counts) {
        const struct scale *scale = layout_scale(d->r->layout, variable);
        for (size_t i = 0; i < scale->n_points + scale->n_not_applicable; i++) {
            f->counts[i] = cell_value(row->counts[i]);
        }
    }
    if (v->kind == KIND_ITEM || v->kind == KIND_CONSTRUCT) {
        const struct instrument *in = d->r->instrument;
        size_t construct = v->kind == KIND_ITEM ? in->items[v->index].construct : v->index;
        f->call = call_of(in, &d->r->rules[construct], row->of[STAT_FAVOURABLE], row->of[STAT_MEAN]);
    }
}

static bool each_row(void *context, const struct aggregate *a) {
    struct reading *d = context;
    struct results *r = d->r;
    struct group_results *g = group_named(d, a->group);
    size_t variable = layout_find(r->layout, a->kind, a->name);
    if (!g || variable == NOWHERE || a->n < 0) {
        return true;
    }
    const struct variable *v = &r->layout->variables[variable];
    if (v->kind == KIND_RESPONSE) {
        if (disclose_detail((size_t)a->n, r->k, false) != DETAIL_NOTHING) {
            g->n = cell_value(a->n);
        }
        return true;
    }
    struct figures *list = v->kind == KIND_ITEM ? g->items : v->kind == KIND_CONSTRUCT ? g->constructs : g->domains;
    if (!list) {
        return true;
    }
    struct row_values row = {.has_counts = false};
    if (v->kind == KIND_CONSTRUCT) {
        row.agreement_items = r->instrument->constructs[v->index].n_items;
    }
    read_statistics(&row, a->statistics, (size_t)a->n, d->scratch);
    row.unanimous = row.of[STAT_SD] <= 0;
    if (v->kind == KIND_ITEM) {
        read_counts(&row, r->layout, variable, a->counts, d->scratch);
        if (row.has_counts) {
            summarise_item(r->layout, variable, &row);
        }
    }
    enum detail detail = disclose_detail((size_t)a->n, r->k, row.unanimous);
    if (detail == DETAIL_FULL && isnan(row.of[STAT_SD]) && !row.veiled) { /* the row was kept without detail */
        detail = DETAIL_MEAN;
    }
    if (detail != DETAIL_NOTHING) {
        disclose_row(d, &list[v->index], variable, (size_t)a->n, &row, detail);
    }
    return true;
}

static void make_fixed_groups(struct reading *d) {
    const struct layout *l = d->r->layout;
    d->fixed = arena_array(d->arena, l->n_fixed, sizeof *d->fixed);
    d->fixed[0] = group_new(d, "", "");
    for (size_t b = 0; b < l->n_breakdowns && !d->only_constructs; b++) {
        const struct question *q = l->breakdowns[b].question;
        for (size_t c = 0; c < q->n_choices; c++) {
            d->fixed[l->breakdowns[b].first_group + c] = group_new(d, q->name, q->choices[c].code);
        }
    }
}

enum result results_read_groups(struct results *r, struct arena *arena, const char *organisation, bool only_constructs,
                                struct organisation_results *out) {
    struct reading d = {.r = r,
                        .arena = arena,
                        .together = !organisation[0],
                        .only_constructs = only_constructs,
                        .scratch = arena_new()};
    make_fixed_groups(&d);
    const char *group = only_constructs ? "" : NULL;
    enum result result = store_each_aggregate(r->store, r->wave.id, organisation, group,
                                              only_constructs ? "construct" : NULL, each_row, &d);
    if (result == RESULT_OK && only_constructs) {
        result = store_each_aggregate(r->store, r->wave.id, organisation, group, "response", each_row, &d);
    }
    arena_free(d.scratch);
    size_t n_breakdown_groups = only_constructs ? 0 : r->layout->n_fixed - 1;
    out->n_groups = 1 + d.n_units + n_breakdown_groups;
    out->groups = arena_array(arena, out->n_groups, sizeof *out->groups);
    out->groups[0] = d.fixed[0];
    if (d.n_units) {
        memcpy(out->groups + 1, d.units, d.n_units * sizeof *out->groups);
    }
    if (n_breakdown_groups) {
        memcpy(out->groups + 1 + d.n_units, d.fixed + 1, n_breakdown_groups * sizeof *out->groups);
    }
    return result;
}
