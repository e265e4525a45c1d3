/* The sheets, one function and one file each. Each adds its sheet to the book and writes it whole. `first` means the
 * organisation workbook's order. For the files of reports/ only. */
#ifndef READINESS_REPORTS_SHEETS_H
#define READINESS_REPORTS_SHEETS_H

#include "reports/book.h"
#include "reports/told.h"

/* One organisation's workbook. */
void sheet_summary(struct book *book, const struct organisation_view *view);
void sheet_profile(struct book *book, const struct organisation_view *view);
/* The same on a sheet that is called and headed by the organisation, for the workbook over all. */
void sheet_profile_of(struct book *book, const struct organisation_view *view);
void sheet_items(struct book *book, const struct organisation_view *view);
void sheet_own(struct book *book, const struct organisation_view *view); /* Staff and organisation */
void sheet_groups(struct book *book, const struct organisation_view *view);
void sheet_change(struct book *book, const struct organisation_view *view);
void sheet_strategies(struct book *book, const struct organisation_view *view);
void sheet_action(struct book *book, const struct organisation_view *view);
void sheet_comments(struct book *book, const struct organisation_view *view);
void sheet_method(struct book *book, const struct organisation_view *view);

/* The workbook over all organisations. */
void sheet_overview(struct book *book, const struct all_view *view);
void sheet_response(struct book *book, const struct all_view *view);
void sheet_ranking(struct book *book, const struct all_view *view);
void sheet_common(struct book *book, const struct all_view *view);
void sheet_reliability(struct book *book, const struct all_view *view);

/* In both workbooks. The method sheet over all organisations has no withheld counts of one organisation. */
void sheet_method_all(struct book *book, const struct all_view *view);
void sheet_codebook(struct book *book);

#endif
