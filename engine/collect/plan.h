/* What must be right before an assessment is made, a wave opened, or its last day moved: the same for pages, commands
 * and other programs. Each answers with the code of the finding that applies, or NULL when it is good; who asks adds it
 * with the words that fit there. */
#ifndef READINESS_COLLECT_PLAN_H
#define READINESS_COLLECT_PLAN_H

#include "instrument/instrument.h"
#include "store/store.h"

/* A name of an assessment: letters, figures, - and _, up to 40. */
const char *plan_check_name(const char *name);
/* A title: one line, 1 to 200 characters. */
const char *plan_check_title(const char *title);
/* What an assessment fills in: a placeholder of the instrument, on one line. */
const char *plan_check_value(const struct instrument *instrument, const struct placeholder_value *value);
/* How few may stand behind a comment, when a result needs `min_group`. */
int plan_min_comments(int min_group);

/* The label of a new wave, beside those there are. */
const char *plan_check_label(const char *label, const struct wave *waves, size_t n);
/* The last day of a wave, which ends in this time zone. */
const char *plan_check_until(const char *until, const char *timezone);

/* Where fewer can answer than a result needs, as far as anybody knows: an open link without a headcount is for a number
 * that nobody knows. */
struct plan_few {
    const char **names; /* of the organisations, as people count and spell; in the arena */
    size_t n;
    long all; /* in all, when that is too few; else -1 */
};
enum result plan_find_few(struct store *store, struct arena *arena, const struct assessment *a,
                          const struct instrument *instrument, struct plan_few *out) MUST_CHECK;

#endif
