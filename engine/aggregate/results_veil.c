/* Means that are veiled, so that the figures of items and of their construct together tell on nobody who left items
 * out.
 *
 * A construct's mean is that of its persons' scores, and a score is the mean of the items the person answered. So in a
 * linear combination of everything told about a construct and its items, the answer of person p to item i weighs
 * c(p) / a(p) + d(i, p), where a(p) is how many items p answered, c comes from the construct's figures (0 for who has
 * no score) and d from the item's. Each variable obeys the class rule by itself (disclose.h); together they do not: if
 * one person skipped one of two items, 2 C - I1 - I2 gives that person's answer to the other.
 *
 * A class here holds the persons in exactly the same published groups of the construct and of all its items: c and d
 * are constant on it. Two of its persons can both vanish from a combination with c other than 0 only if they answered
 * equally many items, or no item in common; those without a score vanish where d is 0. So of items as many as the
 * construct has, only certain numbers of answers fit in together, and `veil_most` says how many persons can vanish at
 * most. A class is *even* if every combination depends on none or on at least k of its persons: all answered equally
 * many (then the whole class vanishes, or all who answered some item do not), or at least k cannot vanish; and nobody
 * or at least k answered each item.
 *
 * An organisation all of whose classes are even tells everything. Otherwise the mean of the construct's last item is
 * withheld, in all groups: then the answers to that item weigh c(p) / a(p), which vanishes for nobody with a score
 * while c is not 0, so every combination depends on all those who answered it, in at least one class of the construct.
 * If these are not at least k in each, the means of all the items are withheld. So they are, too, where the construct's
 * own figure is not told. It is always the same item, so that what several organisations veil adds up to many persons.
 *
 * All together: whoever takes away the organisations that tell an item's mean has the sum of the others. Those whose
 * classes are even depend on none or at least k again. For the others, the persons are counted that cannot vanish when
 * this sum is used; an item's mean is told of the whole when these are nobody or at least k. The organisations that
 * tell nothing about a construct (the rest) are one class, which is even, or covered by the last item. The groups of a
 * question are veiled when an organisation that adds to them veils what it adds; those of the pooled question when any
 * organisation whose classes are not even does not tell the item, and see results_overall.c.
 *
 * Domains: a domain score is the mean of the person's construct scores, so c(p) is the construct's own weight plus
 * that of the domain divided by how many constructs the person has a score on. The domain's mean is told when, in every
 * class of the domain, its constructs and their items, this number is the same for all, or at least k would have to
 * differ in it among those who answered equally many items of one construct; and each construct's class is even, or
 * veiled so that it is covered. Otherwise the domain's mean is withheld.
 *
 * A veiled variable keeps its n and shares. Shares are sums of other unknowns; what only a bound gives is not looked
 * for, nor what all of a class gave. */
#include <string.h>

#include "aggregate/results_veil.h"

struct mix veil_mix(struct arena *arena, const struct bundle *b) {
    struct mix m = {0};
    m.with = arena_array(arena, 4 * (b->n_items + 1), sizeof *m.with);
    m.of_item = m.with + b->n_items + 1;
    m.scored_of_item = m.of_item + b->n_items + 1;
    m.room = m.scored_of_item + b->n_items + 1;
    return m;
}

void veil_add(struct mix *m, const struct bundle *b, const struct pattern *p, size_t persons) {
    size_t answered = veil_answered(p, b->construct);
    bool scored = answered >= b->least;
    if (answered == 0) {
        return;
    }
    m->n += persons;
    m->unscored += scored ? 0 : persons;
    m->with[answered] += persons;
    for (size_t i = 0; i < b->n_items; i++) {
        bool has = pattern_has(p, b->first + i);
        m->of_item[i] += has ? persons : 0;
        m->scored_of_item[i] += has && scored ? persons : 0;
    }
}

/* How many of them can vanish together from a combination that weighs their scores: numbers of answers that fit
 * together into the construct's items. */
size_t veil_most(const struct mix *m, const struct bundle *b) {
    size_t *most = m->room;
    most[0] = 0;
    for (size_t room = 1; room <= b->n_items; room++) {
        most[room] = m->unscored;
    }
    for (size_t a = b->least; a <= b->n_items; a++) {
        for (size_t room = b->n_items; room >= a; room--) {
            size_t here = most[room - a] + m->with[a];
            most[room] = here > most[room] ? here : most[room];
        }
    }
    return most[b->n_items];
}

bool veil_nobody_or(size_t n, size_t k) {
    return n == 0 || n >= k;
}

bool veil_is_even(const struct mix *m, const struct bundle *b, size_t k) {
    bool alike = m->unscored == m->n;
    for (size_t i = 0; i < b->n_items; i++) {
        if (!veil_nobody_or(m->of_item[i], k)) {
            return false;
        }
    }
    for (size_t a = b->least; a <= b->n_items; a++) {
        alike = alike || m->with[a] == m->n;
    }
    return alike || m->n - veil_most(m, b) >= k;
}

/* Are those who answered the last item enough, if its mean is not told? */
bool veil_is_covered(const struct mix *m, const struct bundle *b, size_t k) {
    return m->n == m->unscored || m->scored_of_item[b->n_items - 1] >= k;
}

/* Classes. */

static void separate(bool *separates, const struct family *f, size_t variable) {
    for (size_t g = 1; g < f->n_groups; g++) {
        separates[g] = separates[g] || family_has(f, variable, g);
    }
}

static void separate_bundle(bool *separates, const struct family *f, const struct bundle *b) {
    separate(separates, f, b->variable);
    for (size_t i = 0; i < b->n_items; i++) {
        separate(separates, f, b->layout->of_item[b->first + i]);
    }
}

size_t veil_classes(struct arena *arena, const struct family *f, const struct crowd *c, size_t construct, size_t item,
                    size_t *of_atom) {
    bool *separates = arena_array(arena, c->n_groups, sizeof *separates);
    separate(separates, f, c->layout->of_construct[construct]);
    separate(separates, f, c->layout->of_item[item]);
    memset(of_atom, 0, c->n_atoms * sizeof *of_atom);
    return crowd_classes(c, separates, of_atom);
}

static void mix_classes(struct arena *arena, struct classes *s, const struct bundle *b, const struct crowd *c) {
    s->mixes = arena_array(arena, s->n, sizeof *s->mixes);
    for (size_t i = 0; i < s->n; i++) {
        s->mixes[i] = veil_mix(arena, b);
    }
    for (size_t i = 0; i < c->n_patterns; i++) {
        veil_add(&s->mixes[s->of_atom[c->patterns[i].atom]], b, &c->patterns[i], c->patterns[i].n);
    }
}

/* By the published groups of the construct, and with `of_items` of its items. */
struct classes veil_classes_of(struct arena *arena, const struct bundle *b, const struct family *f,
                               const struct crowd *c, bool of_items) {
    struct classes s = {.of_atom = arena_array(arena, c->n_atoms, sizeof *s.of_atom)};
    bool *separates = arena_array(arena, c->n_groups, sizeof *separates);
    separate(separates, f, b->variable);
    if (of_items) {
        separate_bundle(separates, f, b);
    }
    s.n = crowd_classes(c, separates, s.of_atom);
    mix_classes(arena, &s, b, c);
    return s;
}

/* Everybody answered all items, and all have the same published groups: then all classes are even. */
static bool is_plainly_even(const struct bundle *b, const struct family *f, const struct crowd *c) {
    const bool *published = f->published + b->variable * f->n_groups;
    for (size_t i = 0; i < b->n_items; i++) {
        size_t v = b->layout->of_item[b->first + i];
        if (memcmp(published, f->published + v * f->n_groups, f->n_groups * sizeof *published) != 0) {
            return false;
        }
    }
    for (size_t i = 0; i < c->n_patterns; i++) {
        size_t answered = veil_answered(&c->patterns[i], b->construct);
        if (answered > 0 && answered < b->n_items) {
            return false;
        }
    }
    return true;
}

bool veil_bundle_is_even(struct arena *arena, const struct bundle *b, const struct family *f, const struct crowd *c,
                         size_t k) {
    if (is_plainly_even(b, f, c)) {
        return true;
    }
    struct classes s = veil_classes_of(arena, b, f, c, true);
    bool even = true;
    for (size_t i = 0; i < s.n; i++) {
        even = even && veil_is_even(&s.mixes[i], b, k);
    }
    return even;
}

static bool bundle_is_covered(struct arena *arena, const struct bundle *b, const struct family *f,
                              const struct crowd *c, size_t k) {
    struct classes s = veil_classes_of(arena, b, f, c, false);
    bool covered = true;
    for (size_t i = 0; i < s.n; i++) {
        covered = covered && veil_is_covered(&s.mixes[i], b, k);
    }
    return covered;
}

/* Is the mean of the whole told? */
bool veil_tells_mean(const struct family *f, size_t variable) {
    return family_has(f, variable, 0) && !f->veiled[variable * f->n_groups];
}

static void veil_everywhere(struct family *f, size_t variable) {
    memcpy(f->veiled + variable * f->n_groups, f->published + variable * f->n_groups, f->n_groups * sizeof *f->veiled);
}

static void veil_bundle(struct family *f, const struct bundle *b, bool only_last) {
    for (size_t i = only_last ? b->n_items - 1 : 0; i < b->n_items; i++) {
        veil_everywhere(f, b->layout->of_item[b->first + i]);
    }
}

/* Domains. */

struct classes veil_classes_of_domain(struct arena *arena, size_t variable, const struct family *f,
                                      const struct crowd *c) {
    const struct layout *l = c->layout;
    struct classes s = {.of_atom = arena_array(arena, c->n_atoms, sizeof *s.of_atom)};
    bool *separates = arena_array(arena, c->n_groups, sizeof *separates);
    separate(separates, f, variable);
    for (size_t i = 0; i < l->instrument->n_constructs; i++) {
        if (l->domain_of[i] == l->variables[variable].index) {
            struct bundle b = veil_bundle_of(l, i);
            separate_bundle(separates, f, &b);
        }
    }
    s.n = crowd_classes(c, separates, s.of_atom);
    return s;
}

/* Per class: how many persons cannot vanish from a combination that weighs the domain, because of all who answered
 * equally many items of a construct only those vanish who have equally many scores. SIZE_MAX where all have. */
size_t *veil_differing(struct arena *arena, const struct classes *s, const struct crowd *c, size_t domain) {
    const struct layout *l = c->layout;
    size_t n_constructs = l->instrument->n_constructs, *out = arena_array(arena, s->n, sizeof *out);
    size_t *scores = arena_array(arena, s->n, sizeof *scores), width = n_constructs + 1;
    for (size_t i = 0; i < s->n; i++) {
        out[i] = SIZE_MAX;
    }
    for (size_t i = 0; i < c->n_patterns; i++) {
        size_t at = s->of_atom[c->patterns[i].atom], n = veil_scores_in(&c->patterns[i], domain);
        out[at] = n > 0 && scores[at] > 0 && scores[at] != n ? 0 : out[at];
        scores[at] = n > 0 ? n : scores[at];
    }
    for (size_t construct = 0; construct < n_constructs; construct++) {
        if (l->domain_of[construct] != domain) {
            continue;
        }
        struct bundle b = veil_bundle_of(l, construct);
        size_t *with = arena_array(arena, s->n * (b.n_items + 1) * width, sizeof *with);
        for (size_t i = 0; i < c->n_patterns; i++) {
            size_t answered = veil_answered(&c->patterns[i], construct);
            if (answered >= b.least) {
                size_t at = s->of_atom[c->patterns[i].atom] * (b.n_items + 1) + answered;
                with[at * width + veil_scores_in(&c->patterns[i], domain)] += c->patterns[i].n;
            }
        }
        for (size_t i = 0; i < s->n; i++) {
            size_t here = 0;
            for (size_t a = b.least; a <= b.n_items; a++) {
                size_t all = 0, most = 0;
                for (size_t n = 0; n < width; n++) {
                    size_t x = with[(i * (b.n_items + 1) + a) * width + n];
                    all += x;
                    most = x > most ? x : most;
                }
                here += all - most;
            }
            out[i] = here > out[i] ? here : out[i];
        }
    }
    return out;
}

/* Is a construct safe on the classes of its domain? */
static bool is_safe_within(struct arena *arena, const struct classes *of_domain, const struct bundle *b,
                           const struct family *f, const struct crowd *c, size_t k) {
    struct classes s = *of_domain;
    mix_classes(arena, &s, b, c);
    bool last = veil_tells_mean(f, b->layout->of_item[b->first + b->n_items - 1]), any = last, safe = true;
    for (size_t i = 0; i < b->n_items; i++) {
        any = any || veil_tells_mean(f, b->layout->of_item[b->first + i]);
    }
    for (size_t i = 0; i < s.n; i++) {
        const struct mix *m = &s.mixes[i];
        bool covered = !last && veil_is_covered(m, b, k);
        for (size_t item = 0; covered && item < b->n_items; item++) {
            covered = veil_nobody_or(m->of_item[item], k);
        }
        safe = safe && (covered || (any ? veil_is_even(m, b, k) : veil_nobody_or(m->n - m->unscored, k)));
    }
    return safe;
}

static bool domain_is_safe(struct arena *arena, size_t variable, const struct family *f, const struct crowd *c,
                           size_t k) {
    const struct layout *l = c->layout;
    size_t domain = l->variables[variable].index;
    struct classes s = veil_classes_of_domain(arena, variable, f, c);
    const size_t *differ = veil_differing(arena, &s, c, domain);
    bool safe = true;
    for (size_t i = 0; i < s.n; i++) {
        safe = safe && differ[i] >= k;
    }
    for (size_t i = 0; safe && i < l->instrument->n_constructs; i++) {
        if (l->domain_of[i] == domain) {
            struct bundle b = veil_bundle_of(l, i);
            safe = is_safe_within(arena, &s, &b, f, c, k);
        }
    }
    return safe;
}

void veil_decide(struct family *f, const struct crowd *c, size_t k) {
    const struct layout *l = c->layout;
    struct arena *scratch = arena_new();
    memset(f->veiled, 0, l->n_variables * f->n_groups * sizeof *f->veiled);
    for (size_t i = 0; i < l->instrument->n_constructs; i++) {
        struct bundle b = veil_bundle_of(l, i);
        if (b.variable == NOWHERE || b.n_items < 2) {
            continue;
        }
        if (!family_has(f, b.variable, 0)) {
            veil_bundle(f, &b, false);
        } else if (!veil_bundle_is_even(scratch, &b, f, c, k)) {
            veil_bundle(f, &b, bundle_is_covered(scratch, &b, f, c, k));
        }
    }
    for (size_t v = 0; v < l->n_variables; v++) {
        if (l->variables[v].kind == KIND_DOMAIN && family_has(f, v, 0) && !domain_is_safe(scratch, v, f, c, k)) {
            veil_everywhere(f, v);
        }
    }
    f->has_veils = true;
    arena_free(scratch);
}

bool veil_allows_split(const struct family *f, const struct crowd *c, size_t construct, size_t n_sides,
                       const uint32_t *side, size_t k) {
    struct bundle b = veil_bundle_of(c->layout, construct);
    bool any = false, even = true, covered = !veil_tells_mean(f, c->layout->of_item[b.first + b.n_items - 1]);
    for (size_t i = 0; i < b.n_items; i++) {
        any = any || veil_tells_mean(f, c->layout->of_item[b.first + i]);
    }
    if (b.n_items < 2 || !any) {
        return true;
    }
    struct arena *scratch = arena_new();
    struct classes fine = veil_classes_of(scratch, &b, f, c, true), own = veil_classes_of(scratch, &b, f, c, false);
    for (size_t s = 0; s < n_sides; s++) {
        for (size_t i = 0; i < fine.n; i++) {
            fine.mixes[i] = veil_mix(scratch, &b);
        }
        for (size_t i = 0; i < own.n; i++) {
            own.mixes[i] = veil_mix(scratch, &b);
        }
        for (size_t i = 0; i < c->n_patterns; i++) {
            const struct pattern *p = &c->patterns[i];
            veil_add(&fine.mixes[fine.of_atom[p->atom]], &b, p, side[i * n_sides + s]);
            veil_add(&own.mixes[own.of_atom[p->atom]], &b, p, side[i * n_sides + s]);
        }
        for (size_t i = 0; i < fine.n; i++) {
            even = even && veil_is_even(&fine.mixes[i], &b, k);
        }
        for (size_t i = 0; i < own.n; i++) {
            covered = covered && veil_is_covered(&own.mixes[i], &b, k);
        }
    }
    arena_free(scratch);
    return even || covered;
}
