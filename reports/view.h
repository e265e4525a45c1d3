/* What one report reads: the results of one organisation, or of all. For workbooks and pages alike. */
#ifndef READINESS_REPORTS_VIEW_H
#define READINESS_REPORTS_VIEW_H

#include "aggregate/results.h"
#include "reports/outline.h"

struct organisation_view {
    size_t index; /* for benchmarks */
    const struct organisation_results *results;
    struct outline staff;         /* constructs that staff answer */
    struct wave_history *history; /* this wave and the closed ones before it */
};
enum result organisation_view_read(struct organisation_view *view, struct results *results, struct arena *arena,
                                   size_t index) MUST_CHECK;

struct all_view {
    size_t n;
    const struct organisation_head *heads; /* in the order of their names, as people count and spell */
    const size_t *index;                   /* of each in the results */
    struct organisation_results **each;    /* overviews, parallel to heads */
    const struct organisation_results *overall;
    struct outline staff;
    struct wave_history *history; /* of all together */
};
/* All organisations together, as one. */
struct organisation_view view_of_all(const struct all_view *view);
/* `progress` may be NULL: it is told each organisation that has been read, of `total` steps. */
enum result all_view_read(struct all_view *view, struct results *results, struct arena *arena,
                          void (*progress)(void *context, size_t done, size_t total), void *context,
                          size_t total) MUST_CHECK;

/* The organisations in the order of their means on one construct, those that may be shown, highest first. `list` has
 * room for all; returns how many. */
struct ranked {
    const struct figures *figures;
    const char *name;
    size_t organisation; /* index */
};
size_t ranking_of(const struct all_view *view, size_t construct, struct ranked *list);

/* On how many of the organisations that show a construct is it an enabler (or a barrier)? */
struct common {
    size_t hits, shown;
};
struct common common_calls(const struct all_view *view, size_t construct, bool enablers);
/* Figures of organisations that were withheld, all together. */
size_t withheld_of_all(const struct all_view *view);

#endif
