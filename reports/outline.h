/* The order in which sheets list constructs, and the few questions they ask of figures: who agrees, where the gaps are.
 * For workbooks and pages alike. */
#ifndef READINESS_REPORTS_OUTLINE_H
#define READINESS_REPORTS_OUTLINE_H

#include "aggregate/results.h"
#include "base/arena.h"

/* Indices of the constructs answered by an audience: by level, then domain (in file order; without one last), then file
 * order. */
struct outline {
    size_t n;
    size_t *constructs;
};
struct outline outline_of(struct arena *arena, const struct instrument *instrument, enum audience audience);
/* Does a new level (or, in the same level, a new domain) begin at position i? */
bool outline_begins_level(const struct outline *o, const struct instrument *instrument, size_t i);
bool outline_begins_domain(const struct outline *o, const struct instrument *instrument, size_t i);

/* How far staff agree on a construct, from AD(M) against its practical cut-off A/6 (Burke and Dunlap 2002) and rWG(J)
 * against what random answers reach. */
enum agreement {
    AGREEMENT_UNKNOWN,   /* withheld or not computable: no claim */
    AGREEMENT_GOOD,      /* AD within A/6, and rWG(J) above chance */
    AGREEMENT_UNCERTAIN, /* AD within A/6, but random answers could look the same */
    AGREEMENT_POOR,      /* AD above A/6 */
};
enum agreement agreement_of(const struct construct *construct, const struct figures *f);
double agreement_cutoff(const struct construct *construct); /* A/6, in scale points */

/* Difference of two means that is worth a mark: an eighth of the scale's range (half a point on a scale from 1 to 5).
 */
double gap_worth_marking(const struct construct *construct);
enum gap { GAP_NONE, GAP_LOWER, GAP_HIGHER }; /* a group's mean against the whole organisation's */
enum gap gap_of(const struct construct *construct, const struct figures *whole, const struct figures *group);
bool cell_shown(struct cell c);
/* Does the organisation show anything at all about any construct? */
bool shows_anything(const struct organisation_results *o, const struct outline *outline);

/* The strongest calls on one side: at most `max` positions of constructs, strongest first; returns how many. `enablers`
 * chooses the side. */
size_t strongest(const struct organisation_results *o, const struct instrument *instrument,
                 const struct outline *outline, bool enablers, size_t *constructs, size_t max);
/* The construct on which staff disagree most (AD in units of its cut-off); SIZE_MAX when nothing can be said. */
size_t widest_disagreement(const struct organisation_results *o, const struct instrument *instrument,
                           const struct outline *outline);
/* The two groups of one breakdown whose means on one construct are furthest apart, in units of the scale's range. */
struct widest_gap {
    size_t construct;     /* SIZE_MAX when there are no two groups to compare */
    size_t higher, lower; /* groups */
};
struct widest_gap widest_group_gap(const struct organisation_results *o, const struct instrument *instrument,
                                   const struct outline *outline);
/* The construct on which staff mean and the organisation's own rating are furthest apart; SIZE_MAX for none. */
size_t widest_own_gap(const struct organisation_results *o, const struct instrument *instrument,
                      const struct outline *outline);

#endif
