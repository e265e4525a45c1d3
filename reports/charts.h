/* Parts of charts that several sheets draw alike. For the files of reports/ only. */
#ifndef READINESS_REPORTS_CHARTS_H
#define READINESS_REPORTS_CHARTS_H

#include "reports/book.h"

lxw_chart_font chart_font(int size, enum colour ink);
/* Adds favourable, neutral and unfavourable bars from three columns that stand side by side, beginning at `column`, for
 * the rows first..last; `labels` is the range of the names. With or without the number on the bar. */
void chart_add_shares(struct sheet *s, lxw_chart *chart, const char *labels, size_t first, size_t last, size_t column,
                      bool numbers);
/* No title, no axes, no grid: a chart the size of a cell. */
void chart_make_bare(lxw_chart *chart);

#endif
