/* The layout of a wave's variables, groups and counts; and what a group's tallies say. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/results_inner.h"

const char *const kind_names[] = {"response", "item", "construct", "domain"};

static bool for_staff(const struct construct *c) {
    return (c->answered_by & AUDIENCE_STAFF) != 0;
}

static size_t add_variable(struct layout *l, enum kind kind, size_t index, const char *name) {
    l->variables[l->n_variables] = (struct variable){kind, index, name};
    return l->n_variables++;
}

/* Domain and level of a construct, or NOWHERE. */
static size_t domain_level(const struct instrument *in, const struct construct *c) {
    return c->domain ? (size_t)(c->domain - in->domains) * LEVEL_COUNT + c->level : NOWHERE;
}

/* How many answers a score takes, one at least: as in score.c. */
static size_t least_answers(const struct construct *c) {
    size_t least = 1;
    while (least < c->n_items && (double)least < c->min_answered * (double)c->n_items - 1e-6) {
        least++;
    }
    return least;
}

static void lay_out_variables(struct layout *l, struct arena *arena) {
    const struct instrument *in = l->instrument;
    size_t n_domains = in->n_domains * LEVEL_COUNT, most = 1 + in->n_items + in->n_constructs + n_domains;
    l->variables = arena_array(arena, most, sizeof *l->variables);
    l->of_item = arena_array(arena, in->n_items, sizeof *l->of_item);
    l->of_construct = arena_array(arena, in->n_constructs, sizeof *l->of_construct);
    l->of_domain = arena_array(arena, n_domains, sizeof *l->of_domain);
    l->least = arena_array(arena, in->n_constructs, sizeof *l->least);
    l->domain_of = arena_array(arena, in->n_constructs, sizeof *l->domain_of);
    add_variable(l, KIND_RESPONSE, 0, "");
    for (size_t i = 0; i < in->n_items; i++) {
        bool staff = for_staff(&in->constructs[in->items[i].construct]);
        l->of_item[i] = staff ? add_variable(l, KIND_ITEM, i, in->items[i].name) : NOWHERE;
    }
    l->first_score = l->n_variables;
    for (size_t c = 0; c < in->n_constructs; c++) {
        bool staff = for_staff(&in->constructs[c]);
        l->of_construct[c] = staff ? add_variable(l, KIND_CONSTRUCT, c, in->constructs[c].name) : NOWHERE;
        l->least[c] = least_answers(&in->constructs[c]);
        l->domain_of[c] = staff ? domain_level(in, &in->constructs[c]) : NOWHERE;
    }
    for (size_t d = 0; d < n_domains; d++) {
        bool used = false;
        for (size_t c = 0; c < in->n_constructs; c++) {
            used = used || l->domain_of[c] == d;
        }
        const char *name =
            arena_printf(arena, "%s.%s", in->domains[d / LEVEL_COUNT].name, level_names[d % LEVEL_COUNT]);
        l->of_domain[d] = used ? add_variable(l, KIND_DOMAIN, d, name) : NOWHERE;
    }
}

static int compare_keys(const void *a, const void *b, void *context) {
    const struct layout *l = context;
    const struct variable *x = &l->variables[*(const size_t *)a], *y = &l->variables[*(const size_t *)b];
    int order = strcmp(kind_names[x->kind], kind_names[y->kind]);
    return order ? order : strcmp(x->name, y->name);
}

static void sort_variables(struct layout *l, struct arena *arena) {
    l->by_key = arena_array(arena, l->n_variables, sizeof *l->by_key);
    for (size_t v = 0; v < l->n_variables; v++) {
        l->by_key[v] = v;
    }
    qsort_r(l->by_key, l->n_variables, sizeof *l->by_key, compare_keys, l);
}

static void lay_out_counts(struct layout *l, struct arena *arena) {
    const struct instrument *in = l->instrument;
    l->count_at = arena_array(arena, l->n_variables, sizeof *l->count_at);
    for (size_t v = 0; v < l->n_variables; v++) {
        l->count_at[v] = l->n_counts;
        if (l->variables[v].kind == KIND_ITEM) {
            const struct scale *s = layout_scale(l, v);
            l->n_counts += s->n_points + s->n_not_applicable;
        }
    }
    l->scored = arena_array(arena, l->n_counts, sizeof *l->scored);
    l->codes = arena_array(arena, l->n_counts, sizeof *l->codes);
    l->side = arena_array(arena, l->n_counts, sizeof *l->side);
    for (size_t v = 0; v < l->n_variables; v++) {
        if (l->variables[v].kind != KIND_ITEM) {
            continue;
        }
        const struct scale *s = layout_scale(l, v);
        const struct item *item = &in->items[l->variables[v].index];
        for (size_t p = 0; p < s->n_points; p++) {
            l->scored[l->count_at[v] + p] = item_scored(in, item, s->points[p].code);
            l->codes[l->count_at[v] + p] = arena_printf(arena, "%d", s->points[p].code);
            l->side[l->count_at[v] + p] = item_side(in, item, s->points[p].code);
        }
        for (size_t p = 0; p < s->n_not_applicable; p++) {
            l->codes[l->count_at[v] + s->n_points + p] = s->not_applicable[p].name;
            l->scored[l->count_at[v] + s->n_points + p] = NAN;
        }
    }
}

/* A question named "unit" would be taken for the units of the organisations. */
static bool breaks_down(const struct question *q) {
    return q->group && q->type == QUESTION_CHOICE && (q->answered_by & AUDIENCE_STAFF) && strcmp(q->name, "unit") != 0;
}

static void lay_out_groups(struct layout *l, struct arena *arena) {
    const struct instrument *in = l->instrument;
    l->breakdowns = arena_array(arena, in->n_questions, sizeof *l->breakdowns);
    l->n_fixed = 1;
    for (size_t q = 0; q < in->n_questions; q++) {
        if (breaks_down(&in->questions[q])) {
            l->breakdowns[l->n_breakdowns++] = (struct breakdown){&in->questions[q], l->n_fixed};
            l->n_fixed += in->questions[q].n_choices;
        }
    }
    l->group_names = arena_array(arena, l->n_fixed, sizeof *l->group_names);
    l->group_names[0] = "";
    for (size_t b = 0; b < l->n_breakdowns; b++) {
        const struct question *q = l->breakdowns[b].question;
        for (size_t c = 0; c < q->n_choices; c++) {
            l->group_names[l->breakdowns[b].first_group + c] =
                arena_printf(arena, "%s=%s", q->name, q->choices[c].code);
        }
    }
}

struct layout *layout_new(struct arena *arena, const struct instrument *instrument) {
    struct layout *l = arena_alloc(arena, sizeof *l);
    l->instrument = instrument;
    lay_out_variables(l, arena);
    sort_variables(l, arena);
    lay_out_counts(l, arena);
    lay_out_groups(l, arena);
    return l;
}

const struct breakdown *layout_pooled(const struct layout *l) {
    for (size_t b = 0; b < l->n_breakdowns; b++) {
        if (l->breakdowns[b].question->n_choices <= POOLED_CHOICES) {
            return &l->breakdowns[b];
        }
    }
    return NULL;
}

const struct scale *layout_scale(const struct layout *l, size_t variable) {
    const struct variable *v = &l->variables[variable];
    size_t construct = v->kind == KIND_ITEM ? l->instrument->items[v->index].construct : v->index;
    return l->instrument->constructs[construct].scale;
}

size_t layout_find(const struct layout *l, const char *kind, const char *name) {
    for (size_t v = 0; v < l->n_variables; v++) {
        if (strcmp(l->variables[v].name, name) == 0 && strcmp(kind_names[l->variables[v].kind], kind) == 0) {
            return v;
        }
    }
    return NOWHERE;
}

void item_set_shares(struct item_summary *s, size_t n) {
    s->favourable = (double)s->n_favourable / (double)n;
    s->unfavourable = (double)s->n_unfavourable / (double)n;
    s->neutral = ((double)n - (double)s->n_favourable - (double)s->n_unfavourable) / (double)n;
}

struct item_summary item_summary(const struct layout *l, size_t variable, const uint32_t *counts) {
    const struct scale *s = layout_scale(l, variable);
    const double *scored = l->scored + l->count_at[variable];
    const int *side = l->side + l->count_at[variable];
    struct item_summary out = {.favourable = NAN, .neutral = NAN, .unfavourable = NAN, .ad = NAN};
    bool has_sides = false;
    for (size_t p = 0; p < s->n_points; p++) {
        moments_add_times(&out.moments, scored[p], counts[p]);
        out.n_favourable += side[p] > 0 ? counts[p] : 0;
        out.n_unfavourable += side[p] < 0 ? counts[p] : 0;
        has_sides = has_sides || side[p] != 0;
    }
    for (size_t p = 0; p < s->n_not_applicable; p++) {
        out.not_applicable += counts[s->n_points + p];
    }
    if (out.moments.n > 0 && has_sides) {
        item_set_shares(&out, out.moments.n);
    }
    out.ad = average_deviation(scored, counts, s->n_points);
    return out;
}

struct tally *tally_new(struct arena *arena, const struct layout *l) {
    struct tally *t = arena_alloc(arena, sizeof *t);
    t->counts = arena_array(arena, l->n_counts, sizeof *t->counts);
    t->moments = arena_array(arena, l->n_variables, sizeof *t->moments);
    return t;
}

static size_t n_counts_of(const struct layout *l, size_t variable) {
    const struct scale *s = layout_scale(l, variable);
    return s->n_points + s->n_not_applicable;
}

void tally_merge(const struct layout *l, struct tally *into, const struct tally *from, size_t variable) {
    if (variable == 0) {
        into->n += from->n;
    } else if (l->variables[variable].kind == KIND_ITEM) {
        size_t at = l->count_at[variable], n = n_counts_of(l, variable);
        for (size_t i = at; i < at + n; i++) {
            into->counts[i] += from->counts[i];
        }
    } else {
        moments_merge(&into->moments[variable], &from->moments[variable]);
    }
}

size_t tally_answered(const struct layout *l, const struct tally *t, size_t variable) {
    if (variable == 0) {
        return t->n;
    }
    if (l->variables[variable].kind != KIND_ITEM) {
        return t->moments[variable].n;
    }
    size_t at = l->count_at[variable], n = 0, points = layout_scale(l, variable)->n_points;
    for (size_t p = 0; p < points; p++) {
        n += t->counts[at + p];
    }
    return n;
}

bool tally_unanimous(const struct layout *l, const struct tally *t, size_t variable) {
    if (variable == 0) {
        return false;
    }
    if (l->variables[variable].kind != KIND_ITEM) {
        return t->moments[variable].n > 0 && !(t->moments[variable].m2 > 0);
    }
    size_t at = l->count_at[variable], used = 0, points = layout_scale(l, variable)->n_points;
    for (size_t p = 0; p < points; p++) {
        used += t->counts[at + p] > 0;
    }
    return used == 1;
}
