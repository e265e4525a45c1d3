/* The sheets, one function and one file each. Each adds its sheet to the book and writes it whole. `first` means the
 * organisation workbook's order. For the files of reports/ only. */
#ifndef READINESS_REPORTS_SHEETS_H
#define READINESS_REPORTS_SHEETS_H

#include "reports/book.h"
#include "reports/outline.h"

/* What the sheets of one organisation's workbook read. */
struct organisation_view {
    size_t index; /* for benchmarks */
    const struct organisation_results *results;
    struct outline staff; /* constructs that staff answer */
};
void sheet_summary(struct book *book, const struct organisation_view *view);
void sheet_profile(struct book *book, const struct organisation_view *view);
void sheet_items(struct book *book, const struct organisation_view *view);
void sheet_own(struct book *book, const struct organisation_view *view); /* Staff and organisation */
void sheet_groups(struct book *book, const struct organisation_view *view);
void sheet_comments(struct book *book, const struct organisation_view *view);
void sheet_method(struct book *book, const struct organisation_view *view);

/* What the sheets of the workbook over all organisations read. */
struct all_view {
    size_t n;
    const struct organisation_head *heads;
    struct organisation_results **each; /* overviews, parallel to heads */
    const struct organisation_results *overall;
    struct outline staff;
};
void sheet_overview(struct book *book, const struct all_view *view);
void sheet_response(struct book *book, const struct all_view *view);
void sheet_ranking(struct book *book, const struct all_view *view);
void sheet_reliability(struct book *book, const struct all_view *view);

/* In both workbooks. The method sheet over all organisations has no withheld counts of one organisation. */
void sheet_method_all(struct book *book, const struct all_view *view);
void sheet_codebook(struct book *book);

/* Names of a group's breakdown and of the group itself, for people. In the book's arena. */
const char *words_breakdown(const struct book *book, const struct group_results *group);
const char *words_group(const struct book *book, const struct group_results *group);
/* One plain sentence on agreement, and its short form for a table. */
const char *words_agreement(const struct book *book, enum agreement agreement, bool sentence);
/* "1 to 5" for a construct's scale. */
const char *words_scale_range(const struct book *book, const struct construct *construct);

#endif
