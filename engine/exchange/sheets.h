/* Tables as cells: the sheets of a workbook, or one sheet from a text with separators. For engine/exchange only. */
#ifndef READINESS_EXCHANGE_SHEETS_H
#define READINESS_EXCHANGE_SHEETS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/finding.h"
#include "base/result.h"
#include "base/str.h"

enum {
    SHEETS_MAX = 40,
    SHEET_ROWS_MAX = 20000,
    SHEET_COLUMNS_MAX = 1000,
    SHEET_CELL_MAX = 32767, /* characters, as Excel has it */
    SHEET_CELL_BYTES = 4 * SHEET_CELL_MAX,
};

struct sheet_row {
    int number; /* from 1, as the person's program shows it */
    size_t n;
    const char **cells; /* trimmed UTF-8, never NULL */
};

struct sheet {
    const char *name;
    const char *place; /* what to call it in messages: "form.xlsx[survey]" */
    size_t n, capacity;
    struct sheet_row *rows; /* those with a cell that is not empty */
};

struct sheets {
    const char *file;
    size_t n;
    struct sheet *list;
};

/* An .xlsx file; every limit it breaks has its own sentence. Cells with errors are listed in `list`. */
enum result sheets_read_xlsx(struct sheets **out, struct arena *arena, const char *file, struct str bytes,
                             struct findings *list, struct findings *findings) MUST_CHECK;
/* A text with commas, semicolons, tabs or, as in Markdown, bars between its cells: one sheet. */
enum result sheets_read_text(struct sheets **out, struct arena *arena, const char *file, struct str bytes,
                             struct findings *list, struct findings *findings) MUST_CHECK;
/* "" where the row is too short or the column negative. */
const char *sheet_cell(const struct sheet_row *row, int column);

#endif
