/* From answers to scores: raw codes in, scored values out. Pure functions. */
#ifndef READINESS_AGGREGATE_SCORE_H
#define READINESS_AGGREGATE_SCORE_H

#include "instrument/answers.h"

/* An item as scored (reversed, turned towards enabler); NAN for blank and not applicable. */
double score_item(const struct answers *answers, const struct item *item);
/* A person's score on a construct: the mean of the answered items if the answered share is at least min_answered (of
 * the items of this construct), else NAN. */
double score_construct(const struct answers *answers, const struct construct *construct);
/* The same from its items' scores, in their order; NAN for those not answered. */
double score_of_items(const double *scores, const struct construct *construct);

#endif
