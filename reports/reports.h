/* Reports: from disclosed results to workbooks. Nothing here reads a response or decides what may be shown.
 *
 * One sheet is one file (reports/sheet_NAME.c); what sheets share is in reports/book.h. libxlsxwriter stays in this
 * room. Words come from config/texts/<language>/reports.ini and from the instrument, in `language`. */
#ifndef READINESS_REPORTS_H
#define READINESS_REPORTS_H

#include "aggregate/results.h"
#include "base/finding.h"
#include "base/result.h"
#include "base/texts.h"

struct report_request {
    struct results *results;
    const struct texts *texts;
    const struct strategies *strategies; /* what can be done about a barrier; NULL: nothing is offered */
    const char *language;                /* of the report */
    const char *path;                    /* the .xlsx to write; replaced only when the new one is whole */
    bool profiles;                       /* report_all: with a sheet for each organisation's profile */
    /* Progress for long work: done of total; may be NULL. */
    void (*progress)(void *context, size_t done, size_t total);
    void *context;
};

/* One organisation's workbook: Summary, Profile, Items, Staff and organisation, Groups, Comments, Method, Codebook. */
enum result report_organisation(const struct report_request *request, size_t organisation,
                                struct findings *findings) MUST_CHECK;
/* The practitioner's workbook over all organisations: overview heat map, response, ranking, reliability, method. */
enum result report_all(const struct report_request *request, struct findings *findings) MUST_CHECK;

/* The workbooks of all organisations in one .zip at `path` (made beside it first), each named by report_file_name.
 * Progress counts organisations. */
enum result report_bundle(const struct report_request *request, struct findings *findings) MUST_CHECK;
/* "code-name", without what Windows does not take in the name of a file; in the arena, without an ending. */
const char *report_file_name(struct arena *arena, const char *code, const char *name);

/* A list of links as a workbook (for mail merge): header and rows of texts. */
enum result report_table(const char *path, const char *title, const char *const *header, size_t n_columns,
                         const char *const *const *rows, size_t n_rows, struct findings *findings) MUST_CHECK;

#endif
