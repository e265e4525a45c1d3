/* Reports as pages: from disclosed results to HTML with inline SVG. What a workbook shows on its sheets, a page shows
 * in its sections, in the same words (reports/words.h, reports/told.h); nothing here computes or decides what may be
 * shown.
 *
 * The parts are written into a page that somebody else has opened and given its <h1> (the workspace, a shared link), or
 * as a file of its own: one HTML file with its style inside, without script, for mail and print. */
#ifndef READINESS_WEB_REPORT_H
#define READINESS_WEB_REPORT_H

#include "reports/view.h"
#include "reports/words.h"
#include "web/html.h"

/* Everything below the <h1> with the organisation's name. Headings begin at <h2>. */
void report_write_organisation(struct html *h, const struct words *w, const struct organisation_view *view);

/* Where an organisation's own page is: a path of ours, in an arena. NULL in place of the function: no links. */
struct report_links {
    const char *(*path)(void *context, size_t organisation);
    void *context;
};
/* All organisations; below an <h1>. */
void report_write_all(struct html *h, const struct words *w, const struct all_view *view, struct report_links links);

/* The same as whole files. */
void report_write_organisation_file(struct buf *out, const struct words *w, const struct organisation_view *view);
void report_write_all_file(struct buf *out, const struct words *w, const struct all_view *view);

#endif
