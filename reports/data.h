/* Data for those who compute with it: the coarsened rows of a wave (aggregate/microdata.h) as a workbook, as CSV or for
 * SPSS, each with a codebook. Words come from config/texts/<language>/reports_data.ini and from the instrument.
 *
 * A file appears whole or not at all, its codebook before it. How many rows it holds is said by the caller: nothing is
 * ever cut off in silence. */
#ifndef READINESS_REPORTS_DATA_H
#define READINESS_REPORTS_DATA_H

#include "aggregate/microdata.h"
#include "reports/reports.h"

enum data_form {
    DATA_WORKBOOK, /* .xlsx: sheets Data (and Data 2, ...), Codebook, About */
    DATA_CSV,      /* UTF-8 with a byte order mark, safe against formulas */
    DATA_SPSS,     /* .sav with labels, user-missing codes and measurement levels */
};

struct data_written {
    size_t rows;
    size_t left_out;  /* fewer than the minimum, and therefore in no file */
    size_t minimum;   /* rows that every combination of keys has at least */
    size_t sheets;    /* of data, in a workbook */
    size_t variables; /* columns */
};

enum { DATA_SHEET_ROWS = 1048575, DATA_SHEET_COLUMNS = 16384 };

/* Writes the data of the request's wave to its path. `sheet_rows`: how many rows a sheet of a workbook takes before the
 * next begins; 0 is Excel's limit. Findings: "microdata_removed"; "data_columns" when a workbook cannot hold so many
 * columns; "data_not_written". CSV and SPSS also write data_codebook_path(). */
enum result report_data(const struct report_request *request, enum data_form form, size_t sheet_rows,
                        struct data_written *written, struct findings *findings) MUST_CHECK;
/* The data and their codebook as "data.csv" (or .sav) and "codebook.csv" in one .zip at `request->path`. */
enum result report_data_bundle(const struct report_request *request, enum data_form form, struct data_written *written,
                               struct findings *findings) MUST_CHECK;
/* Only the codebook, as CSV beside `request->path`: for exports of figures. */
enum result report_data_codebook(const struct report_request *request, struct findings *findings) MUST_CHECK;
/* "folder/name-codebook.csv" for "folder/name.csv", "folder/name-sav-codebook.csv" for "folder/name.sav": the files of
 * a name do not share a codebook, because their values differ. In the arena. */
const char *data_codebook_path(struct arena *arena, const char *path);

#endif
