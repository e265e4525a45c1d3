/* What is kept no longer than promised: deleted assessments after their days of grace, rosters and responses after the
 * periods that an assessment names. The serving process calls it once an hour. */
#ifndef READINESS_COLLECT_RETENTION_H
#define READINESS_COLLECT_RETENTION_H

#include "collect/collect.h"

enum { GRACE_DAYS = 30 }; /* in which a deleted assessment can be restored */

/* Removes everything whose time is over by `today`, keys included, writes the audit log, and scrubs the database when
 * there was something. A roster's time begins when the last wave has closed (and no wave is open), responses' when
 * their wave has closed. */
enum result collect_end_periods(struct collect *c, struct day today, struct findings *findings) MUST_CHECK;

/* What of an assessment is over by `today` with the days that `a` names, saved or not, and would go at the next round.
 */
struct ending {
    size_t people, responses;
    const char **waves; /* labels of those whose responses go */
    size_t n_waves;
};
enum result collect_foresee_end(struct collect *c, const struct assessment *a, struct day today, struct arena *arena,
                                struct ending *out) MUST_CHECK;

#endif
