/* What results_veil.c and results_veil_together.c share. Only for them. */
#ifndef READINESS_AGGREGATE_RESULTS_VEIL_H
#define READINESS_AGGREGATE_RESULTS_VEIL_H

#include "aggregate/results_inner.h"

struct bundle { /* a construct with its items */
    const struct layout *layout;
    size_t construct, variable;
    size_t first, n_items;
    size_t least; /* with fewer answers than these there is no score */
};

/* The persons of a class by what they answered of a construct; who answered none of it does not count. */
struct mix {
    size_t n, unscored;
    size_t *with;                     /* so many items answered: [0] to [n_items] */
    size_t *of_item, *scored_of_item; /* answered the item; and have a score */
    size_t *room;                     /* working space of veil_most */
};

struct classes {
    size_t n;
    size_t *of_atom;
    struct mix *mixes;
};

static inline struct bundle veil_bundle_of(const struct layout *l, size_t construct) {
    const struct construct *c = &l->instrument->constructs[construct];
    return (struct bundle){l, construct, l->of_construct[construct], c->first_item, c->n_items, l->least[construct]};
}
struct mix veil_mix(struct arena *arena, const struct bundle *b);
void veil_add(struct mix *m, const struct bundle *b, const struct pattern *p, size_t persons);
/* How many of them can vanish together from a combination that weighs their scores. */
size_t veil_most(const struct mix *m, const struct bundle *b);
bool veil_is_even(const struct mix *m, const struct bundle *b, size_t k);
/* Are those who answered the last item enough, if its mean is not told? */
bool veil_is_covered(const struct mix *m, const struct bundle *b, size_t k);
bool veil_nobody_or(size_t n, size_t k);
/* Is the mean of the whole told? */
bool veil_tells_mean(const struct family *f, size_t variable);
/* By the published groups of the construct, and with `of_items` of its items. */
struct classes veil_classes_of(struct arena *arena, const struct bundle *b, const struct family *f,
                               const struct crowd *c, bool of_items);
bool veil_bundle_is_even(struct arena *arena, const struct bundle *b, const struct family *f, const struct crowd *c,
                         size_t k);
/* On how many constructs of a domain the pattern has a score. */
static inline size_t veil_scores_in(const struct pattern *p, size_t domain) {
    return p->n_scores[domain];
}
struct classes veil_classes_of_domain(struct arena *arena, size_t variable, const struct family *f,
                                      const struct crowd *c);
/* Per class: how many persons cannot vanish from a combination that weighs the domain; SIZE_MAX: no two differ. */
size_t *veil_differing(struct arena *arena, const struct classes *s, const struct crowd *c, size_t domain);

#endif
