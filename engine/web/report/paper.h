/* What the sections of a report share: headings, cells and the little charts. For engine/web/report only. */
#ifndef READINESS_WEB_PAPER_H
#define READINESS_WEB_PAPER_H

#include "reports/told.h"
#include "web/report/report.h"

struct paper {
    struct html *h;
    const struct words *w;
    struct arena *arena; /* of the words */
};

/* <section> with its heading; `id` for links from the contents. `key` is of the texts. */
#define paper_section(p, id, key) paper_open_section((p), "" id "", (key))
void paper_open_section(struct paper *p, const char *id, const char *key);
void paper_close_section(struct paper *p);
/* The list of links to the sections: pairs of id and key. */
struct paper_link {
    const char *id, *key;
};
void paper_contents(struct paper *p, const struct paper_link *links, size_t n);

void paper_paragraph(struct paper *p, const char *text);
void paper_note(struct paper *p, const char *text); /* quieter */
/* A text that only readers of screens get. */
void paper_unseen(struct paper *p, const char *text);

/* A table that may be wider than the page: it scrolls in a box of its own. The caption names it. */
void paper_open_table(struct paper *p, const char *class, const char *caption, bool caption_seen);
void paper_close_table(struct paper *p);
/* Head cells: of a column, of a row. `number`: right-aligned. */
void paper_head(struct paper *p, const char *text, bool number);
void paper_open_row_head(struct paper *p);
void paper_row_head(struct paper *p, const char *text);

/* Cells. A withheld one is a dash that says so; one that does not exist is empty. */
void paper_cell(struct paper *p, const char *text);
void paper_cell_mean(struct paper *p, struct cell cell, int decimals);
void paper_cell_share(struct paper *p, struct cell cell);
void paper_cell_n(struct paper *p, struct cell cell); /* withheld: "not shown" */
/* How many answered; withheld says why. */
void paper_cell_answered(struct paper *p, const struct organisation_results *o);
/* A share on the colour of its call, with its mark, and an arrow where it is far from the whole. */
void paper_cell_call(struct paper *p, const struct figures *f, enum gap gap);
void paper_cell_withheld(struct paper *p);
/* The class of a call's colour: "strong-barrier"; "" for none. */
const char *paper_class(enum call call);
/* A construct's name, and which way it reads where that is turned. */
void paper_construct(struct paper *p, const struct construct *construct);

/* Charts, each one row high and as wide as its place. */
void chart_shares(struct paper *p, const char *name, const struct figures *f);
void chart_own(struct paper *p, const struct construct *construct, struct cell staff, struct cell own);
void chart_rate(struct paper *p, double rate);
/* A construct's mean and interval, wave by wave, joined where neighbours can be compared. */
void chart_waves(struct paper *p, const struct construct *construct, const struct wave_history *history, size_t c);
/* The patterns that charts of this page refer to; once a page, before the first chart. */
void chart_patterns(struct paper *p);

/* Sections of one organisation's report. */
void section_head(struct paper *p, const struct organisation_results *o, bool own);
void section_picture(struct paper *p, const struct organisation_view *view);
void section_strongest(struct paper *p, const struct organisation_view *view);
void section_talk(struct paper *p, const struct organisation_view *view);
void section_profile(struct paper *p, const struct organisation_view *view);
void section_own(struct paper *p, const struct organisation_view *view);
void section_groups(struct paper *p, const struct organisation_view *view);
void section_strategies(struct paper *p, const struct organisation_view *view);
void section_items(struct paper *p, const struct organisation_view *view);
void section_change(struct paper *p, const struct organisation_view *view);
void section_comments(struct paper *p, const struct organisation_view *view);
void section_method(struct paper *p, struct told_line withheld);
/* Of the report over all organisations. */
void section_overview(struct paper *p, const struct all_view *view, struct report_links links);
void section_response(struct paper *p, const struct all_view *view, struct report_links links);
void section_common(struct paper *p, const struct all_view *view);
void section_ranking(struct paper *p, const struct all_view *view);

#endif
