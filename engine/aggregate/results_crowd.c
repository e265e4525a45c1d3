/* The persons of one organisation as they come in: tallies per group, spreads per atom, and who left the same items
 * out. Memory grows with the number of groups and of combinations of memberships and items, not with persons. */
#include <math.h>
#include <string.h>

#include "aggregate/results_inner.h"
#include "aggregate/score.h"

struct crowd *crowd_new(struct arena *arena, const struct layout *l, struct covariance **covariances) {
    struct crowd *c = arena_alloc(arena, sizeof *c);
    c->layout = l;
    c->arena = arena;
    c->n_groups = c->capacity = l->n_fixed;
    c->tallies = arena_array(arena, c->capacity, sizeof(struct tally *));
    c->names = arena_array(arena, c->capacity, sizeof *c->names);
    memcpy(c->names, l->group_names, l->n_fixed * sizeof *c->names);
    c->tallies[0] = tally_new(arena, l);
    c->index_size = 64;
    c->index = arena_array(arena, c->index_size, sizeof *c->index);
    c->pattern_index_size = 64;
    c->pattern_index = arena_array(arena, c->pattern_index_size, sizeof *c->pattern_index);
    c->n_words = (l->instrument->n_items + 63) / 64;
    c->answered = arena_array(arena, c->n_words, sizeof *c->answered);
    c->values = arena_array(arena, l->n_variables, sizeof *c->values);
    c->counted = arena_array(arena, l->n_variables, sizeof *c->counted);
    c->members = arena_array(arena, l->n_breakdowns + 1, sizeof *c->members);
    c->covariances = covariances;
    for (size_t v = 0; v < l->n_variables; v++) {
        if (covariances[v]) {
            covariance_clear(covariances[v]);
        }
    }
    return c;
}

/* The group of a unit; a new one when it was not seen before. */
static size_t unit_group(struct crowd *c, const char *unit) {
    if (!unit[0]) {
        return NOWHERE;
    }
    for (size_t g = c->layout->n_fixed; g < c->n_groups; g++) {
        if (strcmp(c->names[g] + strlen("unit="), unit) == 0) {
            return g;
        }
    }
    size_t capacity = c->capacity;
    c->tallies = arena_grow(c->arena, c->tallies, c->n_groups, &capacity, sizeof(struct tally *));
    c->names = arena_grow(c->arena, c->names, c->n_groups, &c->capacity, sizeof *c->names);
    c->tallies[c->n_groups] = NULL;
    c->names[c->n_groups] = arena_printf(c->arena, "unit=%s", unit);
    return c->n_groups++;
}

static size_t point_of(const struct scale *s, int code) {
    size_t straight = (size_t)(code - s->low);
    if (straight < s->n_points && s->points[straight].code == code) {
        return straight;
    }
    for (size_t p = 0; p < s->n_points; p++) {
        if (s->points[p].code == code) {
            return p;
        }
    }
    return NOWHERE;
}

/* Index of the count for an item's answer, or NOWHERE for a blank. */
static size_t count_of(const struct layout *l, size_t variable, const struct scale *s, const struct answer *a) {
    if (a->state == ANSWER_CODE) {
        size_t point = point_of(s, a->code);
        return point == NOWHERE ? NOWHERE : l->count_at[variable] + point;
    }
    if (a->state == ANSWER_NOT_APPLICABLE && (size_t)a->code < s->n_not_applicable) {
        return l->count_at[variable] + s->n_points + (size_t)a->code;
    }
    return NOWHERE;
}

/* A person's domain score: the mean of the construct scores at that level. */
static double domain_score(const struct crowd *c, size_t index) {
    const struct layout *l = c->layout;
    double sum = 0;
    size_t n = 0;
    for (size_t k = 0; k < l->instrument->n_constructs; k++) {
        if (l->domain_of[k] == index && !isnan(c->values[l->of_construct[k]])) {
            sum += c->values[l->of_construct[k]];
            n++;
        }
    }
    return n ? sum / (double)n : NAN;
}

/* The person's values, per variable: items first, then what is made of them. A construct's items lie side by side. */
static void read_person(struct crowd *c, const struct answers *answers) {
    const struct layout *l = c->layout;
    const struct instrument *in = l->instrument;
    c->values[0] = 0;
    c->counted[0] = NOWHERE;
    for (size_t v = 1; v < l->first_score; v++) {
        const struct item *item = &in->items[l->variables[v].index];
        c->counted[v] = count_of(l, v, in->constructs[item->construct].scale, &answers->of[item->field]);
        c->values[v] = c->counted[v] == NOWHERE ? NAN : l->scored[c->counted[v]];
    }
    for (size_t v = l->first_score; v < l->n_variables; v++) {
        const struct variable *variable = &l->variables[v];
        if (variable->kind == KIND_CONSTRUCT) {
            const struct construct *construct = &in->constructs[variable->index];
            c->values[v] = score_of_items(c->values + l->of_item[construct->first_item], construct);
        } else {
            c->values[v] = domain_score(c, variable->index);
        }
    }
}

static void read_members(struct crowd *c, const struct answers *answers, const char *unit) {
    const struct layout *l = c->layout;
    c->members[0] = unit_group(c, unit);
    for (size_t b = 0; b < l->n_breakdowns; b++) {
        const struct answer *a = &answers->of[l->breakdowns[b].question->field];
        bool given = a->state == ANSWER_CODE && (size_t)a->code < l->breakdowns[b].question->n_choices;
        c->members[b + 1] = given ? l->breakdowns[b].first_group + (size_t)a->code : NOWHERE;
    }
}

static void add_to_tally(struct crowd *c, size_t group) {
    if (!c->tallies[group]) {
        c->tallies[group] = tally_new(c->arena, c->layout);
    }
    struct tally *t = c->tallies[group];
    t->n++;
    for (size_t v = 1; v < c->layout->first_score; v++) {
        if (c->counted[v] != NOWHERE) {
            t->counts[c->counted[v]]++;
        }
    }
    for (size_t v = c->layout->first_score; v < c->layout->n_variables; v++) {
        if (!isnan(c->values[v])) {
            moments_add(&t->moments[v], c->values[v]);
        }
    }
}

static size_t slot_of(const struct crowd *c, const size_t *members) {
    uint64_t h = 0;
    for (size_t i = 0; i <= c->layout->n_breakdowns; i++) {
        h = (h ^ (uint64_t)members[i]) * UINT64_C(0x9E3779B97F4A7C15);
        h ^= h >> 29;
    }
    return (size_t)h & (c->index_size - 1);
}

static void index_atoms(struct crowd *c, size_t size) {
    c->index_size = size;
    c->index = arena_array(c->arena, size, sizeof *c->index);
    for (size_t a = 0; a < c->n_atoms; a++) {
        size_t at = slot_of(c, c->atoms[a].members);
        while (c->index[at]) {
            at = (at + 1) & (size - 1);
        }
        c->index[at] = a + 1;
    }
}

static struct atom *own_atom(struct crowd *c) {
    size_t size = (c->layout->n_breakdowns + 1) * sizeof *c->members, at = slot_of(c, c->members);
    for (; c->index[at]; at = (at + 1) & (c->index_size - 1)) {
        struct atom *a = &c->atoms[c->index[at] - 1];
        if (memcmp(a->members, c->members, size) == 0) {
            c->last = c->index[at] - 1;
            return a;
        }
    }
    c->atoms = arena_grow(c->arena, c->atoms, c->n_atoms, &c->atom_capacity, sizeof *c->atoms);
    struct atom *a = &c->atoms[c->n_atoms++];
    a->members = (size_t *)(void *)arena_copy(c->arena, c->members, size);
    a->spread = arena_array(c->arena, c->layout->n_variables, sizeof *a->spread);
    c->index[at] = c->n_atoms;
    c->last = c->n_atoms - 1;
    if (2 * c->n_atoms > c->index_size) {
        index_atoms(c, 2 * c->index_size);
    }
    return a;
}

static void add_to_atom(struct crowd *c) {
    struct atom *a = own_atom(c);
    for (size_t v = 0; v < c->layout->n_variables; v++) {
        float x = (float)c->values[v];
        struct spread *s = &a->spread[v];
        if (!isnan(x)) {
            s->low = s->n == 0 || x < s->low ? x : s->low;
            s->high = s->n == 0 || x > s->high ? x : s->high;
            s->n++;
        }
    }
    /* That somebody answered at all is no answer: a class is never unanimous in it. */
    a->spread[0].high = 1;
}

static size_t pattern_slot(const struct crowd *c, size_t atom, const uint64_t *answered) {
    uint64_t h = (atom + 1) * UINT64_C(0x9E3779B97F4A7C15);
    for (size_t i = 0; i < c->n_words; i++) {
        h = (h ^ answered[i]) * UINT64_C(0x9E3779B97F4A7C15);
        h ^= h >> 29;
    }
    return (size_t)h & (c->pattern_index_size - 1);
}

static void index_patterns(struct crowd *c, size_t size) {
    c->pattern_index_size = size;
    c->pattern_index = arena_array(c->arena, size, sizeof *c->pattern_index);
    for (size_t i = 0; i < c->n_patterns; i++) {
        size_t at = pattern_slot(c, c->patterns[i].atom, c->patterns[i].answered);
        while (c->pattern_index[at]) {
            at = (at + 1) & (size - 1);
        }
        c->pattern_index[at] = i + 1;
    }
}

static void read_answered(struct crowd *c) {
    const struct layout *l = c->layout;
    memset(c->answered, 0, c->n_words * sizeof *c->answered);
    for (size_t i = 0; i < l->instrument->n_items; i++) {
        const uint64_t answered = l->of_item[i] != NOWHERE && !isnan(c->values[l->of_item[i]]);
        c->answered[i / 64] |= answered << i % 64;
    }
}

/* What the veils ask again and again (results_veil.c). */
static void count_answered(const struct crowd *c, struct pattern *p) {
    const struct layout *l = c->layout;
    const struct instrument *in = l->instrument;
    uint32_t *answered = arena_array(c->arena, in->n_constructs + in->n_domains * LEVEL_COUNT, sizeof *answered);
    uint32_t *scores = answered + in->n_constructs;
    p->n_answered = answered;
    p->n_scores = scores;
    for (size_t k = 0; k < in->n_constructs; k++) {
        for (size_t i = 0; i < in->constructs[k].n_items; i++) {
            answered[k] += pattern_has(p, in->constructs[k].first_item + i);
        }
        if (l->domain_of[k] != NOWHERE && answered[k] >= l->least[k]) {
            scores[l->domain_of[k]]++;
        }
    }
}

/* Counts the person among those of the same atom who answered the same items. */
static void add_to_pattern(struct crowd *c) {
    size_t size = c->n_words * sizeof *c->answered;
    read_answered(c);
    size_t at = pattern_slot(c, c->last, c->answered);
    for (; c->pattern_index[at]; at = (at + 1) & (c->pattern_index_size - 1)) {
        struct pattern *p = &c->patterns[c->pattern_index[at] - 1];
        if (p->atom == c->last && memcmp(p->answered, c->answered, size) == 0) {
            p->n++;
            c->last_pattern = c->pattern_index[at] - 1;
            return;
        }
    }
    c->patterns = arena_grow(c->arena, c->patterns, c->n_patterns, &c->pattern_capacity, sizeof *c->patterns);
    c->patterns[c->n_patterns++] = (struct pattern){
        .atom = c->last, .n = 1, .answered = (uint64_t *)(void *)arena_copy(c->arena, c->answered, size)};
    count_answered(c, &c->patterns[c->n_patterns - 1]);
    c->pattern_index[at] = c->n_patterns;
    c->last_pattern = c->n_patterns - 1;
    if (2 * c->n_patterns > c->pattern_index_size) {
        index_patterns(c, 2 * c->pattern_index_size);
    }
}

static void add_to_covariances(struct crowd *c) {
    const struct instrument *in = c->layout->instrument;
    for (size_t v = c->layout->first_score; v < c->layout->n_variables; v++) {
        if (!c->covariances[v]) {
            continue;
        }
        const struct construct *construct = &in->constructs[c->layout->variables[v].index];
        covariance_add(c->covariances[v], c->values + c->layout->of_item[construct->first_item]);
    }
}

void crowd_add(struct crowd *c, const struct answers *answers, const char *unit) {
    read_person(c, answers);
    read_members(c, answers, unit);
    add_to_tally(c, 0);
    for (size_t i = 0; i <= c->layout->n_breakdowns; i++) {
        if (c->members[i] != NOWHERE) {
            add_to_tally(c, c->members[i]);
        }
    }
    add_to_atom(c);
    add_to_pattern(c);
    add_to_covariances(c);
}
