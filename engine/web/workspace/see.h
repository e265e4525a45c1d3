/* What the pages that show results share. For reports.c, report_job.c and shared.c only. */
#ifndef READINESS_WEB_SEE_H
#define READINESS_WEB_SEE_H

#include "reports/data.h"
#include "web/report/report.h"
#include "web/workspace/jobs.h"
#include "web/workspace/see_pages.h"

/* Opens the results of a closed wave; close them with results_close. RESULT_INPUT: there are none to be seen, and why.
 */
enum see_why { SEE_OPEN, SEE_BEING_CLOSED, SEE_DESTROYED, SEE_UNREADABLE };
enum result see_find(struct desk *d, const struct wave *wave, struct results **out, enum see_why *why) MUST_CHECK;
/* The same for a page. False when they cannot be shown, with the page that says why (an open wave has no
 * results, for anybody). Close them with results_close. */
bool see_open(struct desk *d, const struct wave *wave, enum desk_tab tab, struct results **out);
/* The report's language: what was asked for (?report=fr) if there are words in it, else the person's if the instrument
 * has it, else the instrument's own. */
struct words see_words(struct desk *d, struct results *results);
/* The index of an organisation by its code; false when the wave has none such. */
bool see_organisation(const struct results *results, const char *code, size_t *index);
/* "Baseline", or "Wave 2" without a label. */
const char *see_wave_name(struct desk *d, const struct wave *wave);
/* Links to the same page in the other languages of the report; nothing where there are none. */
void see_languages(struct desk *d, const struct words *w, const char *path);

/* report_job.c: begins to make a file of a report, of one organisation or (NULL) over all, and sends the person to the
 * page that waits for it. */
enum see_file {
    SEE_WORKBOOK,
    SEE_PROFILES, /* the workbook over all, with a sheet for each organisation */
    SEE_PAGE,
    SEE_BUNDLE /* the workbooks of all organisations, packed */
};
/* The same without a page: notes it in the audit log and gives the job's id; false when there is no room for it. */
bool see_add_job(struct desk *d, const struct wave *wave, const char *organisation, const char *organisation_name,
                 const char *language, enum see_file file, const char *back, char id[JOB_ID_LENGTH + 1]);
/* data_page.c: the same for every answer of a wave, as a file for analysis; or, with `figures`, for its published
 * figures as JSON (then `form` is of no matter). */
bool see_add_data_job(struct desk *d, const struct wave *wave, const char *language, enum data_form form, bool figures,
                      char id[JOB_ID_LENGTH + 1]);
/* Are there answers of it? They are gone when their time is over; the figures stay. */
bool see_has_answers(struct desk *d, const struct wave *wave);
void see_begin_job(struct desk *d, const struct wave *wave, const char *organisation, const char *organisation_name,
                   const char *language, enum see_file file, const char *back);
/* One organisation's workbook here and now, for whoever has no account that a job could belong to. Answers the request:
 * with the file, or with what went wrong. */
void see_download_workbook(struct desk *d, const struct wave *wave, struct results *results, size_t organisation,
                           const char *language);

#endif
