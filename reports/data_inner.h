/* What the files of reports/data_*.c share: the variables of a file, its codebook as a table, and writing whole files.
 * Only for them. */
#ifndef READINESS_REPORTS_DATA_INNER_H
#define READINESS_REPORTS_DATA_INNER_H

#include <stdio.h>

#include "reports/data.h"
#include "reports/words.h"

struct data_variable {
    const char *name; /* unique in the file; for SPSS also a legal name there */
    const struct microdata_column *column;
    size_t choice; /* SPSS: which choice of a question with several; else SIZE_MAX */
};

struct data_plan {
    enum data_form form;
    const struct report_request *request;
    struct arena *arena;
    struct words words;
    struct microdata *microdata; /* NULL: only a codebook of the fields */
    size_t n_columns;
    const struct microdata_column *columns;
    size_t n_variables;
    struct data_variable *variables;
    size_t sheets; /* of data, in a workbook */
};

void data_plan_make(struct data_plan *plan, const struct report_request *request, enum data_form form,
                    struct microdata *microdata, struct arena *arena);
/* Progress of rows, told now and then. */
void data_tell(const struct data_plan *plan, size_t done);

const struct scale *data_scale(const struct data_plan *plan, const struct microdata_column *column);
/* SPSS: the number for a not-applicable answer, below the scale and below 0; for a choice, its code when all codes of
 * the question are whole numbers, else its position from 1. */
int data_missing_code(const struct scale *scale, size_t not_applicable);
int data_choice_code(const struct question *question, size_t choice);

/* The codebook: a head, and a row per variable, then per question that is not in the file. */
enum codebook_column {
    CODEBOOK_NAME,
    CODEBOOK_FIELD, /* its name in the instrument */
    CODEBOOK_TEXT,
    CODEBOOK_KIND,
    CODEBOOK_VALUES,
    CODEBOOK_MISSING,
    CODEBOOK_MEASURE,
    CODEBOOK_CONSTRUCT,
    CODEBOOK_CONSTRUCT_TEXT,
    CODEBOOK_LEVEL,
    CODEBOOK_DIRECTION,
    CODEBOOK_REVERSED,
    CODEBOOK_NOTE,
    CODEBOOK_COLUMNS
};
struct codebook_row {
    const char *cells[CODEBOOK_COLUMNS];
};
const char *codebook_head(const struct data_plan *plan, enum codebook_column column);
size_t codebook_rows(const struct data_plan *plan, struct codebook_row **rows);
enum result codebook_write(const struct data_plan *plan, const char *path, struct findings *findings) MUST_CHECK;

/* A count of rows that tells nothing about few: "0", "fewer than 5", "31". */
const char *data_count(const struct data_plan *plan, size_t rows);

/* A file that takes its name only when it is whole. */
struct data_file {
    FILE *out; /* NULL: could not be opened (the finding is added) */
    const char *path;
    char *temporary;
};
struct data_file data_file_begin(struct arena *arena, const char *path, struct findings *findings);
/* Closes it, and gives it its name if `good` and everything is on disk; else removes it. */
enum result data_file_end(struct data_file *file, bool good, struct findings *findings) MUST_CHECK;

bool data_write_csv(const struct data_plan *plan, FILE *out);
bool data_write_spss(const struct data_plan *plan, FILE *out);
enum result data_write_workbook(struct data_plan *plan, size_t sheet_rows, struct findings *findings) MUST_CHECK;

#endif
