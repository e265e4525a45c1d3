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

#endif
