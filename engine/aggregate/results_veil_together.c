/* Which means are veiled for all organisations together: see results_veil.c. */
#include "aggregate/results_veil.h"

/* Those of a variable that are in the sum of the whole and not told, where the classes are not even. */
struct untold {
    bool any;
    size_t support; /* of them, who cannot vanish when the sum is used */
    size_t covered; /* the same where the last item is in no sum: who answered it does not vanish either */
};

struct veil_sums {
    const struct layout *layout;
    size_t k;
    struct mix *rest; /* per construct: of the organisations that tell nothing about it */
    struct untold *veiled,
        *kept;     /* per variable: of groups that are published but veiled; not published: if the rest joins */
    size_t *alike; /* per construct: as many items as all answered who answered any; NOWHERE: they differ */
    bool *incomplete, *rest_incomplete; /* per variable, domains: somebody (of the rest) left something out */
    bool *veiled_groups; /* [variable * n_fixed + group]: an organisation veils what it adds to the group */
};

struct veil_sums *veil_sums_new(struct arena *arena, const struct layout *l, size_t k) {
    struct veil_sums *s = arena_alloc(arena, sizeof *s);
    *s = (struct veil_sums){.layout = l, .k = k};
    s->rest = arena_array(arena, l->instrument->n_constructs, sizeof *s->rest);
    for (size_t i = 0; i < l->instrument->n_constructs; i++) {
        struct bundle b = veil_bundle_of(l, i);
        s->rest[i] = veil_mix(arena, &b);
    }
    s->veiled = arena_array(arena, l->n_variables, sizeof *s->veiled);
    s->kept = arena_array(arena, l->n_variables, sizeof *s->kept);
    s->alike = arena_array(arena, l->instrument->n_constructs, sizeof *s->alike);
    s->incomplete = arena_array(arena, l->n_variables, sizeof *s->incomplete);
    s->rest_incomplete = arena_array(arena, l->n_variables, sizeof *s->rest_incomplete);
    s->veiled_groups = arena_array(arena, l->n_variables * l->n_fixed, sizeof *s->veiled_groups);
    return s;
}

static struct untold *untold_of(const struct veil_sums *s, const struct family *f, size_t variable) {
    return family_has(f, variable, 0) ? &s->veiled[variable] : &s->kept[variable];
}

static size_t lesser(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Adds the persons who cannot vanish when the sum over those that do not tell an item is used: in a class they are
 * those who answered it, where the construct weighs nothing; else all but those who can. */
static void add_uneven(struct veil_sums *s, struct arena *scratch, const struct bundle *b, const struct crowd *c,
                       const struct family *f) {
    struct classes classes = veil_classes_of(scratch, b, f, c, true);
    for (size_t i = 0; i < b->n_items; i++) {
        size_t v = b->layout->of_item[b->first + i];
        struct untold *u = untold_of(s, f, v);
        u->any = u->any || !veil_tells_mean(f, v);
        for (size_t at = 0; at < classes.n && !veil_tells_mean(f, v); at++) {
            const struct mix *m = &classes.mixes[at];
            u->support += lesser(m->of_item[i], m->n - veil_most(m, b));
            u->covered += lesser(m->of_item[i], m->scored_of_item[b->n_items - 1]);
        }
    }
}

static void add_bundle(struct veil_sums *s, struct arena *scratch, const struct bundle *b, const struct crowd *c,
                       const struct family *f) {
    bool told = family_has(f, b->variable, 0), partly = false, all_told = true;
    for (size_t i = 0; i < c->n_patterns; i++) {
        size_t answered = veil_answered(&c->patterns[i], b->construct);
        if (answered > 0) {
            size_t *alike = &s->alike[b->construct];
            *alike = *alike == 0 || *alike == answered ? answered : NOWHERE;
        }
    }
    for (size_t i = 0; i < b->n_items; i++) {
        size_t v = b->layout->of_item[b->first + i];
        partly = partly || family_has(f, v, 0);
        all_told = all_told && f && veil_tells_mean(f, v);
    }
    if (!told && partly) { /* in some sums and not in others: nothing is known of what vanishes */
        for (size_t i = 0; i < b->n_items; i++) {
            untold_of(s, f, b->layout->of_item[b->first + i])->any = true;
        }
    } else if (!told) {
        for (size_t i = 0; i < c->n_patterns; i++) {
            veil_add(&s->rest[b->construct], b, &c->patterns[i], c->patterns[i].n);
        }
    } else if (!all_told && !veil_bundle_is_even(scratch, b, f, c, s->k)) {
        add_uneven(s, scratch, b, c, f);
    }
}

static void add_domain(struct veil_sums *s, struct arena *scratch, size_t variable, const struct crowd *c,
                       const struct family *f) {
    const struct layout *l = s->layout;
    size_t domain = l->variables[variable].index;
    bool told = family_has(f, variable, 0), partly = false, incomplete = false;
    for (size_t i = 0; i < l->instrument->n_constructs; i++) {
        bool part = l->domain_of[i] == domain;
        partly = partly || (part && family_has(f, l->of_construct[i], 0));
        for (size_t p = 0; part && p < c->n_patterns; p++) {
            incomplete = incomplete || (veil_scores_in(&c->patterns[p], domain) > 0 &&
                                        veil_answered(&c->patterns[p], i) < l->instrument->constructs[i].n_items);
        }
    }
    s->incomplete[variable] = s->incomplete[variable] || incomplete;
    s->rest_incomplete[variable] = s->rest_incomplete[variable] || (!told && incomplete);
    if (told && veil_tells_mean(f, variable)) {
        return;
    }
    s->veiled[variable].any = s->veiled[variable].any || told;
    s->kept[variable].any = s->kept[variable].any || (!told && partly);
    if (told) {
        struct classes classes = veil_classes_of_domain(scratch, variable, f, c);
        const size_t *differ = veil_differing(scratch, &classes, c, domain);
        for (size_t i = 0; i < classes.n; i++) {
            s->veiled[variable].support += differ[i] == SIZE_MAX ? 0 : differ[i];
        }
    }
}

void veil_sums_add(struct veil_sums *s, const struct crowd *c, const struct family *f) {
    const struct layout *l = s->layout;
    struct arena *scratch = arena_new();
    for (size_t i = 0; i < l->instrument->n_constructs; i++) {
        struct bundle b = veil_bundle_of(l, i);
        if (b.variable != NOWHERE) {
            add_bundle(s, scratch, &b, c, f);
        }
    }
    for (size_t v = 0; v < l->n_variables; v++) {
        if (l->variables[v].kind == KIND_DOMAIN) {
            add_domain(s, scratch, v, c, f);
        }
        for (size_t g = 1; f && g < l->n_fixed; g++) {
            bool *veiled = &s->veiled_groups[v * l->n_fixed + g];
            *veiled = *veiled || (family_has(f, v, g) && f->veiled[v * f->n_groups + g]);
        }
    }
    arena_free(scratch);
}

static struct untold untold(const struct veil_sums *s, size_t variable, const bool *joined) {
    struct untold u = s->veiled[variable];
    const struct untold *kept = &s->kept[variable];
    if (joined[variable]) {
        u = (struct untold){u.any || kept->any, u.support + kept->support, u.covered + kept->covered};
    }
    return u;
}

/* May the sum over those that do not tell a variable be found? */
static bool adds_up(const struct veil_sums *s, size_t variable, const bool *joined) {
    struct untold u = untold(s, variable, joined);
    return !u.any || u.support >= s->k;
}

/* The same for an item but the last, when that one is in no sum; or else is used and adds up itself. */
static bool adds_up_covered(const struct veil_sums *s, const struct bundle *b, size_t item, const bool *joined) {
    const struct mix *rest = &s->rest[b->construct];
    size_t v = b->layout->of_item[b->first + item], of_rest = joined[v] ? rest->of_item[item] : 0;
    if (joined[b->variable]) {
        of_rest = lesser(of_rest, rest->scored_of_item[b->n_items - 1]);
    }
    return adds_up(s, v, joined) || untold(s, v, joined).covered + of_rest >= s->k;
}

/* Which of a construct's items are veiled in the whole: from this one on to the last (n_items: none; 0: all). */
static size_t first_veiled(const struct veil_sums *s, const struct bundle *b, const bool *joined) {
    const struct mix *rest = &s->rest[b->construct];
    size_t last = b->n_items - 1;
    bool counts = joined[b->variable], all_add_up = true, enough = true;
    for (size_t i = 0; i < b->n_items; i++) {
        size_t v = b->layout->of_item[b->first + i];
        counts = counts || joined[v];
        all_add_up = all_add_up && (i == last || adds_up_covered(s, b, i, joined));
        enough = enough && (i == last || !joined[v] || veil_nobody_or(rest->of_item[i], s->k));
    }
    bool even = !counts || veil_is_even(rest, b, s->k);
    bool covered = even || (enough && veil_is_covered(rest, b, s->k));
    size_t v = b->layout->of_item[b->first + last];
    if (!all_add_up || !covered) {
        return 0;
    }
    return adds_up(s, v, joined) && (even || untold(s, v, joined).any) ? b->n_items : last;
}

bool veil_all_alike(const struct veil_sums *s, size_t construct) {
    return s->alike[construct] != NOWHERE;
}

static void set_veiled(struct family *f, const struct veil_sums *s, size_t variable, bool whole, bool in_pooled,
                       const bool *pooled) {
    bool *veiled = f->veiled + variable * f->n_groups;
    for (size_t g = 0; g < f->n_groups; g++) {
        bool groups = g > 0 && s->veiled_groups[variable * f->n_groups + g];
        veiled[g] = family_has(f, variable, g) && (g == 0 ? whole : pooled[g] ? whole || in_pooled : groups);
    }
}

void veil_decide_together(struct family *f, const struct veil_sums *s, const bool *joined, const bool *pooled) {
    const struct layout *l = s->layout;
    for (size_t c = 0; c < l->instrument->n_constructs; c++) {
        struct bundle b = veil_bundle_of(l, c);
        size_t from = b.variable == NOWHERE || b.n_items < 2 ? b.n_items : first_veiled(s, &b, joined);
        for (size_t i = 0; b.variable != NOWHERE && b.n_items > 1 && i < b.n_items; i++) {
            bool last = i + 1 == b.n_items;
            size_t v = l->of_item[b.first + i];
            set_veiled(f, s, v, i >= from, (last && !veil_all_alike(s, c)) || untold(s, v, joined).any, pooled);
        }
    }
    for (size_t v = 0; v < l->n_variables; v++) {
        if (l->variables[v].kind == KIND_DOMAIN) {
            struct untold u = untold(s, v, joined);
            bool told = u.support >= s->k || (!u.any && (!joined[v] || !s->rest_incomplete[v]));
            set_veiled(f, s, v, !told, s->incomplete[v] || u.any, pooled);
        }
    }
    f->has_veils = true;
}
