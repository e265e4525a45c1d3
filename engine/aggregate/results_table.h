/* Every published statistic in long form, for programs: `readiness results --format csv|json`. */
#ifndef READINESS_AGGREGATE_RESULTS_TABLE_H
#define READINESS_AGGREGATE_RESULTS_TABLE_H

#include <stdio.h>

#include "aggregate/results.h"

/* Columns organisation,group,kind,name,statistic,value,n; a withheld value is the word "withheld", one that is not
 * computable is empty; 17 significant digits. */
enum result results_write_csv(struct results *r, FILE *out, struct findings *findings) MUST_CHECK;
/* The same rows as a JSON array of objects; withheld is the string, not computable is null. */
enum result results_write_json(struct results *r, FILE *out, struct findings *findings) MUST_CHECK;

#endif
