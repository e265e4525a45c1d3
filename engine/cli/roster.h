/* Rosters from CSV: what organisation import and people import share. */
#ifndef READINESS_CLI_ROSTER_H
#define READINESS_CLI_ROSTER_H

#include "base/csv.h"
#include "cli/cli.h"

/* Reads the file and checks its columns against those known; a missing column of the first `n_required` is an error, an
 * unknown one a warning. */
enum result roster_read(struct cli *cli, const char *path, const char *const *columns, size_t n_columns,
                        size_t n_required, struct csv **out) MUST_CHECK;
/* An error finding at a cell. */
void roster_wrong(struct cli *cli, const struct csv *csv, size_t row, const char *column, const char *code,
                  const char *value);
/* A text of at most `max` characters without control characters? */
bool roster_text(const char *s, size_t max);

#endif
