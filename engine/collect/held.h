/* What is held about one person of a roster: for whoever asks for their own data. Answers are not among it: nobody can
 * tell whose they are. */
#ifndef READINESS_COLLECT_HELD_H
#define READINESS_COLLECT_HELD_H

#include "base/str.h"
#include "store/store.h"

/* What programs read for an enum contact; ended by NULL. */
extern const char *const contact_names[];

/* Appends one JSON object: the assessment, the person, their invitations, mails to them. RESULT_MACHINE: the store. */
enum result held_about(struct buf *out, struct store *store, struct arena *arena, const struct assessment *a,
                       const struct person *p) MUST_CHECK;

#endif
