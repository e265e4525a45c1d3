/* Which groups of an organisation are published, variable by variable; and how that is written down.
 *
 * First the groups are chosen for the response itself (all persons), then for every variable among those: a variable
 * never shows a group that the response does not, so that the classes of all variables are made of the same, larger,
 * classes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/results_inner.h"

bool family_has(const struct family *f, size_t variable, size_t group) {
    return f && f->published[variable * f->n_groups + group];
}

bool family_details(const struct family *f, size_t variable, size_t group, size_t n, size_t k) {
    return family_has(f, variable, group) && n >= 2 * k && !f->plain[variable * f->n_groups + group];
}

struct family *family_new(struct arena *arena, const struct layout *l, size_t n_groups) {
    struct family *f = arena_alloc(arena, sizeof *f);
    f->n_groups = n_groups;
    f->published = arena_array(arena, l->n_variables * n_groups, sizeof *f->published);
    f->plain = arena_array(arena, l->n_variables * n_groups, sizeof *f->plain);
    f->veiled = arena_array(arena, l->n_variables * n_groups, sizeof *f->veiled);
    f->paired = arena_array(arena, l->n_variables, sizeof *f->paired);
    return f;
}

struct candidate {
    size_t group, n;
    const char *name;
};

static int larger_first(const void *a, const void *b) {
    const struct candidate *x = a, *y = b;
    if (x->n != y->n) {
        return x->n < y->n ? 1 : -1;
    }
    return strcmp(x->name, y->name);
}

/* The groups of at least k persons: the DISCLOSE_GROUPS_MAX largest, if there are more. */
static size_t find_candidates(struct arena *arena, const struct crowd *c, size_t k, struct candidate **out) {
    struct candidate *list = arena_array(arena, c->n_groups, sizeof *list);
    size_t n = 0;
    for (size_t g = 1; g < c->n_groups; g++) {
        if (c->tallies[g] && c->tallies[g]->n >= k) {
            list[n++] = (struct candidate){g, c->tallies[g]->n, c->names[g]};
        }
    }
    qsort(list, n, sizeof *list, larger_first);
    *out = list;
    return n < DISCLOSE_GROUPS_MAX ? n : DISCLOSE_GROUPS_MAX;
}

/* The candidates that an atom belongs to, a bit each. */
static uint64_t mask_of(const struct crowd *c, const struct atom *a, const struct candidate *list, size_t n) {
    uint64_t mask = 0;
    for (size_t m = 0; m <= c->layout->n_breakdowns; m++) {
        for (size_t i = 0; a->members[m] != NOWHERE && i < n; i++) {
            mask |= list[i].group == a->members[m] ? (uint64_t)1 << i : 0;
        }
    }
    return mask;
}

static void spread_merge(struct spread *into, const struct spread *from) {
    if (from->n == 0) {
        return;
    }
    into->low = into->n == 0 || from->low < into->low ? from->low : into->low;
    into->high = into->n == 0 || from->high > into->high ? from->high : into->high;
    into->n += from->n;
}

struct class { /* persons in the same candidates */
    uint64_t mask;
    struct spread *spread; /* per variable */
};

/* Merges the crowd's atoms into classes over the candidates. */
static size_t find_classes(struct arena *arena, const struct crowd *c, const struct candidate *list, size_t n,
                           struct class **out) {
    struct class *classes = arena_array(arena, c->n_atoms, sizeof *classes);
    size_t n_classes = 0;
    for (size_t a = 0; a < c->n_atoms; a++) {
        uint64_t mask = mask_of(c, &c->atoms[a], list, n);
        size_t at = 0;
        while (at < n_classes && classes[at].mask != mask) {
            at++;
        }
        if (at == n_classes) {
            classes[n_classes++] =
                (struct class){mask, arena_array(arena, c->layout->n_variables, sizeof(struct spread))};
        }
        for (size_t v = 0; v < c->layout->n_variables; v++) {
            spread_merge(&classes[at].spread[v], &c->atoms[a].spread[v]);
        }
    }
    *out = classes;
    return n_classes;
}

struct decision {
    const struct crowd *crowd;
    size_t k;
    const struct candidate *list;
    size_t n_list;
    const struct class *classes;
    size_t n_classes;
    struct disclose_group *groups;
    struct disclose_atom *atoms;
};

/* Decides for one variable and notes it in the family. */
static void decide_variable(struct arena *arena, struct decision *d, struct family *f, size_t variable) {
    for (size_t i = 0; i < d->n_classes; i++) {
        const struct spread *s = &d->classes[i].spread[variable];
        d->atoms[i] = (struct disclose_atom){d->classes[i].mask, s->n, (double)s->low, (double)s->high};
    }
    for (size_t i = 0; i < d->n_list; i++) {
        d->groups[i] = (struct disclose_group){d->list[i].name, d->list[i].group >= d->crowd->layout->n_fixed, false};
    }
    bool *published = f->published + variable * f->n_groups;
    published[0] = disclose_groups(arena, d->groups, d->n_list, d->atoms, d->n_classes, d->k);
    for (size_t i = 0; i < d->n_list; i++) {
        published[d->list[i].group] = d->groups[i].published;
    }
}

struct family *family_decide(struct arena *arena, const struct crowd *c, size_t k) {
    struct family *f = family_new(arena, c->layout, c->n_groups);
    struct arena *scratch = arena_new();
    struct candidate *list;
    struct class *classes;
    size_t n_list = find_candidates(scratch, c, k, &list);
    struct decision d = {.crowd = c, .k = k, .list = list, .n_list = n_list};
    d.groups = arena_array(scratch, n_list, sizeof *d.groups);
    d.atoms = arena_array(scratch, c->n_atoms, sizeof *d.atoms);
    d.n_classes = find_classes(scratch, c, list, n_list, &classes);
    d.classes = classes;
    decide_variable(scratch, &d, f, 0);
    size_t kept = 0;
    for (size_t i = 0; i < n_list; i++) {
        if (f->published[list[i].group]) {
            list[kept++] = list[i];
        }
    }
    d.n_list = kept;
    d.n_classes = find_classes(scratch, c, list, kept, &classes);
    d.classes = classes;
    for (size_t v = 1; f->published[0] && v < c->layout->n_variables; v++) {
        decide_variable(scratch, &d, f, v);
    }
    arena_free(scratch);
    family_refine(f, c, k);
    return f;
}

/* The groups told in detail, by the class rule with 2k. That all gave the same answer may be told from 2k on, so it
 * does not matter here. */
static void refine_variable(struct arena *arena, struct decision *d, struct family *f, size_t variable) {
    const struct crowd *c = d->crowd;
    bool *plain = f->plain + variable * f->n_groups;
    size_t candidates = 0;
    for (size_t i = 0; i < d->n_classes; i++) {
        d->atoms[i] = (struct disclose_atom){0, d->classes[i].spread[variable].n, 0, 1};
    }
    for (size_t i = 0; i < d->n_list; i++) {
        size_t group = d->list[i].group;
        if (!family_has(f, variable, group) || tally_answered(c->layout, c->tallies[group], variable) < 2 * d->k) {
            continue;
        }
        for (size_t j = 0; j < d->n_classes; j++) {
            d->atoms[j].groups |= (d->classes[j].mask >> i & 1) << candidates;
        }
        d->groups[candidates++] = (struct disclose_group){d->list[i].name, group >= c->layout->n_fixed, false};
    }
    if (candidates == 0) {
        return;
    }
    disclose_groups(arena, d->groups, candidates, d->atoms, d->n_classes, 2 * d->k);
    for (size_t i = 0, at = 0; i < d->n_list; i++) {
        size_t group = d->list[i].group;
        if (family_has(f, variable, group) && tally_answered(c->layout, c->tallies[group], variable) >= 2 * d->k) {
            plain[group] = !d->groups[at++].published;
        }
    }
}

void family_refine(struct family *f, const struct crowd *c, size_t k) {
    struct arena *scratch = arena_new();
    struct candidate *list;
    struct class *classes = NULL;
    size_t n = find_candidates(scratch, c, k, &list), kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (family_has(f, 0, list[i].group)) {
            list[kept++] = list[i];
        }
    }
    struct decision d = {.crowd = c, .k = k, .list = list, .n_list = kept};
    d.groups = arena_array(scratch, kept, sizeof *d.groups);
    d.atoms = arena_array(scratch, c->n_atoms, sizeof *d.atoms);
    d.n_classes = kept ? find_classes(scratch, c, list, kept, &classes) : 0;
    d.classes = classes;
    for (size_t v = 1; kept && v < c->layout->n_variables; v++) {
        refine_variable(scratch, &d, f, v);
    }
    f->refined = true;
    arena_free(scratch);
}

size_t crowd_classes(const struct crowd *c, const bool *separates, size_t *of_atom) {
    size_t n_members = c->layout->n_breakdowns + 1, n_classes = 0;
    size_t *signatures = mem_array(c->n_atoms * n_members, sizeof *signatures);
    for (size_t a = 0; a < c->n_atoms; a++) {
        const struct atom *atom = &c->atoms[a];
        if (of_atom[a] == NOWHERE) {
            continue;
        }
        size_t *own = signatures + n_classes * n_members, at = 0;
        for (size_t m = 0; m < n_members; m++) {
            own[m] = atom->members[m] != NOWHERE && separates[atom->members[m]] ? atom->members[m] : NOWHERE;
        }
        while (memcmp(signatures + at * n_members, own, n_members * sizeof *own) != 0) {
            at++;
        }
        n_classes += at == n_classes;
        of_atom[a] = at;
    }
    free(signatures);
    return n_classes;
}

size_t family_classes(const struct family *f, const struct crowd *c, size_t variable, size_t detail_k,
                      size_t *of_atom) {
    bool *separates = mem_alloc(c->n_groups * sizeof *separates);
    for (size_t g = 0; g < c->n_groups; g++) {
        size_t n = c->tallies[g] && detail_k ? tally_answered(c->layout, c->tallies[g], variable) : 0;
        separates[g] = detail_k ? family_details(f, variable, g, n, detail_k) : family_has(f, variable, g);
    }
    for (size_t a = 0; a < c->n_atoms; a++) {
        of_atom[a] = c->atoms[a].spread[variable].n > 0 ? 0 : NOWHERE;
    }
    size_t n_classes = crowd_classes(c, separates, of_atom);
    free(separates);
    return n_classes;
}
