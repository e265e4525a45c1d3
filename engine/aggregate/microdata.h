/* Microdata: the answers of a closed wave as rows for those who compute with them, one row a response, without letting
 * anybody be singled out by what surrounds the answers.
 *
 * What is in a row: organisation and unit as the close left them, the grouping questions, the ratings (codes as given,
 * never reversed) and the other choice and choices questions of the staff form. Free texts, numbers and dates are not:
 * a text tells who wrote it, and a year of birth is a name in a small team. Pseudonyms are not either.
 *
 * The keys (organisation, unit, grouping answers) are coarsened in two steps. First a row keeps only what its
 * organisation's published groups say (aggregate/results.h): then rows with the same keys are exactly the classes of
 * the reports, and no figure of a report minus rows of this file isolates fewer than those have. Then
 * microdata_coarsen. Nothing random is in it, and a raised minimum begins from what the lower one gave: so two exports
 * of a wave, put together, never tell more than the finer one alone.
 *
 * The order of the rows is drawn anew for each export over all organisations together: the stored order goes
 * organisation by organisation, and would tell whose rows those without an organisation are. */
#ifndef READINESS_AGGREGATE_MICRODATA_H
#define READINESS_AGGREGATE_MICRODATA_H

#include "aggregate/results.h"
#include "instrument/answers.h"

/* The label that stands for "not told" and for "none" alike. */
#define MICRODATA_NONE ""

/* Rows with the same keys. */
struct microdata_cell {
    const char **labels; /* [0] organisation, [1] unit, then the grouping questions in file order; "" where none */
    size_t n;            /* rows */
    bool left_out;       /* in and out: too few even without any key; they are not in the file at all */
};

/* Takes labels away until every combination that is left has at least k rows. Within what comes before it, a value of
 * the last grouping question that has fewer than k rows is given up first, then one of the question before, then the
 * unit, then the organisation; and where those without a value are fewer than k, the smallest value (then by name) goes
 * to them, so that whoever knows the sum of both learns nothing. An organisation of k or more is never given up; those
 * who lost theirs and are fewer than k in all are left out. Giving up a label gives up those behind it. Pure; the same
 * cells give the same, in whatever order. */
void microdata_coarsen(struct microdata_cell *cells, size_t n, size_t n_labels, size_t k);

struct microdata_column {
    const char *name;          /* "organisation", "unit", else the field's */
    const struct field *field; /* NULL for organisation and unit */
    bool key;                  /* its values are labels */
    size_t at;                 /* key: which label; else the position in a row's answers */
};

struct microdata_row {
    const char *const *labels;    /* of its cell */
    const struct answer *answers; /* ANSWER_NONE, _CODE (a rating's scale code, a choice's index), _NOT_APPLICABLE
                                     (index) or _SET */
};

struct microdata_loss {
    size_t column;
    size_t rows; /* that had a value here and have none in the file */
};

struct microdata;

/* Reads the wave's responses once. Memory: a few bytes per response and the cells; the answers themselves wait, without
 * any key, in a file without a name in `folder` ("" for the current one), which is gone when it is closed. Findings:
 * the responses were removed when their time was over ("microdata_removed"). RESULT_MACHINE: disk or database. */
enum result microdata_open(struct microdata **out, struct results *results, const char *folder,
                           struct findings *findings) MUST_CHECK;
void microdata_close(struct microdata *m); /* NULL is allowed */

size_t microdata_columns(const struct microdata *m, const struct microdata_column **columns);
size_t microdata_rows(const struct microdata *m);
size_t microdata_left_out(const struct microdata *m);
size_t microdata_minimum(const struct microdata *m); /* the k it was coarsened with */
/* One per key column, in their order. */
size_t microdata_losses(const struct microdata *m, const struct microdata_loss **losses);
/* The distinct labels of a key column that are in the file, sorted, without ""; in m's memory. */
size_t microdata_labels(const struct microdata *m, size_t label, const char *const **labels);
/* All rows, in a fresh random order; the row is valid during the call. `each` returns false to stop (RESULT_OK). */
enum result microdata_each(struct microdata *m, bool (*each)(void *context, const struct microdata_row *row),
                           void *context) MUST_CHECK;

#endif
