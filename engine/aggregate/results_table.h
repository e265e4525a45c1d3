/* Every published statistic in long form, for programs: `readiness results --format csv|json`. */
#ifndef READINESS_AGGREGATE_RESULTS_TABLE_H
#define READINESS_AGGREGATE_RESULTS_TABLE_H

#include <stdio.h>

#include "aggregate/results.h"

/* Columns organisation,group,kind,name,statistic,value,n; a withheld value is the word "withheld" and has no n, one
 * that is not computable is empty; 17 significant digits. First all organisations together (organisation empty), then
 * each. A row for every statistic that is defined for the kind, of everything that staff answer: `name` is that of the
 * item or construct, "inner.team" for a domain at a level, and "responses" for kind response (n of every group; rate,
 * invited and answered of the whole). The response rows come first in each group. */
enum result results_write_csv(struct results *r, FILE *out, struct findings *findings) MUST_CHECK;
/* The same rows as a JSON array of objects; withheld is the string, not computable is null. */
enum result results_write_json(struct results *r, FILE *out, struct findings *findings) MUST_CHECK;
/* The same array of some of them: 0 is all organisations together, i + 1 the organisation with the index i; `to` is
 * left out. Without a line end. */
enum result results_write_json_part(struct results *r, size_t from, size_t to, FILE *out,
                                    struct findings *findings) MUST_CHECK;

#endif
