/* A table to be written: rows whose cells are put under their column's title, in any order. For engine/exchange only.
 */
#ifndef READINESS_EXCHANGE_TABLE_H
#define READINESS_EXCHANGE_TABLE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

enum { TABLE_COLUMNS_MAX = 120 };

struct table {
    const char *name; /* of the sheet */
    struct arena *arena;
    size_t n_columns;
    const char *columns[TABLE_COLUMNS_MAX];
    size_t n_rows, capacity;
    const char ***rows;
};

/* The columns that are always there, in this order, end with NULL. */
struct table *table_new(struct arena *arena, const char *name, const char *const *columns);
void table_row(struct table *t);
/* Into the last row; a title not known yet becomes a new column. Empty values put nothing. */
void table_put(struct table *t, const char *column, const char *value);
/* Is the column used by any row? */
bool table_uses(const struct table *t, size_t column);

/* As CSV, in the arena. */
struct str table_csv(const struct table *t);
/* As the sheets of one workbook. */
enum result table_workbook(struct str *out, struct arena *arena, struct table *const *tables, size_t n) MUST_CHECK;

#endif
