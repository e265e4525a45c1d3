/* Reporting cells that are too small lose their label, before they can tell on anybody. Pure functions. */
#ifndef READINESS_COLLECT_COARSEN_H
#define READINESS_COLLECT_COARSEN_H

#include <stdbool.h>
#include <stddef.h>

/* People (invited, or answers) of one unit of one organisation. */
struct cell {
    const char *organisation; /* in: its code; out: the parent's, or "" when it had to be given up */
    const char *unit;         /* in: its name or ""; out: "" when it had to be given up */
    size_t n;
    bool destroyed; /* out: nothing is left to hide behind; these answers are not kept */
};

/* At launch, from invited counts: only units are given up, since the organisation is part of the invitation. Within
 * each organisation the smallest unit goes first, until every unit left, and the people without a unit, are 0 or at
 * least k. */
void coarsen_units(struct cell *cells, size_t n, size_t k);

/* At close, from answers: units as above; then organisations under k take their parent's code (`parent_of`, which may
 * return NULL), again and again; at last "". Whoever is then in a cell of fewer than k is destroyed. */
void coarsen_organisations(struct cell *cells, size_t n, size_t k,
                           const char *(*parent_of)(void *context, const char *organisation), void *context);

#endif
