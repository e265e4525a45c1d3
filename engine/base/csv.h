/* CSV as Excel really writes it: UTF-8, UTF-16 or Windows-1252 (base/encoding.h); comma, semicolon or tab (named by a
 * line "sep=;", else found out from the first line), quotes, CR LF, line breaks inside quotes. Reading is whole-file
 * into an arena; writing is to a stream and safe against formula injection. */
#ifndef READINESS_BASE_CSV_H
#define READINESS_BASE_CSV_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/finding.h"
#include "base/result.h"
#include "base/str.h"

enum { CSV_FILE_MAX = 64 << 20 };

struct csv_row {
    int line; /* where it begins in the file, from 1 */
    size_t n_cells;
    const char **cells; /* trimmed, never NULL */
    bool damaged;       /* held bytes without meaning in the file's encoding; U+FFFD stands in their place */
};

struct csv {
    const char *file;
    const char *encoding; /* as people call it: "UTF-8", "UTF-16", "Windows-1252" */
    char separator;
    struct csv_row header; /* lower-cased, trimmed */
    const char **titles;   /* the header's cells as they stand in the file, for people to read */
    size_t n_rows;
    struct csv_row *rows; /* without the header and without wholly empty rows */
};

/* Reads a file; findings say the row of what is wrong (bytes without meaning, an open quote, more cells than the
 * header). With RESULT_INPUT *out is still set when there is a table to look at, else NULL. */
enum result csv_read(struct csv **out, struct arena *arena, const char *path, struct findings *findings) MUST_CHECK;
enum result csv_parse(struct csv **out, struct arena *arena, const char *file, struct str text,
                      struct findings *findings) MUST_CHECK;
/* The index of a column by name, or -1. */
int csv_column(const struct csv *csv, const char *name);
/* The cell, or "" when the row is too short or the column is -1. */
const char *csv_cell(const struct csv_row *row, int column);

/* Writing: cells of a row one by one, then csv_end. Text that a spreadsheet would take for a formula (beginning with
 * = + - @, tab or CR) gets a leading apostrophe; numbers are written as they are. */
struct csv_writer {
    FILE *out;
    bool started;
};
void csv_text(struct csv_writer *w, const char *s);
void csv_integer(struct csv_writer *w, long long n);
void csv_number(struct csv_writer *w, double x); /* 17 significant digits; empty when not finite */
void csv_end(struct csv_writer *w);

#endif
