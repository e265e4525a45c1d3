/* What results say, in sentences: the same on a sheet and on a page. Each lies in the arena of the words. */
#ifndef READINESS_REPORTS_TOLD_H
#define READINESS_REPORTS_TOLD_H

#include "reports/view.h"
#include "reports/words.h"

enum { TOLD_STRONGEST = 3 }; /* how many enablers and barriers a summary names */

/* "82% favourable, mean 4.1 on a scale from 1 to 5" */
const char *told_strength(const struct words *w, const struct construct *construct, const struct figures *f);
/* Talk about this: where staff disagree most, where groups differ, where staff and organisation differ. */
struct told_line {
    const char *label, *text;
};
enum { TOLD_TALK = 3 };
void told_talk(const struct words *w, const struct organisation_view *view, struct told_line lines[TOLD_TALK]);
/* Where the mean stands among the other organisations. */
const char *told_others(const struct words *w, const struct organisation_view *view, size_t construct);
bool told_any_benchmark(const struct words *w, const struct organisation_view *view);
/* What the ratings of staff and organisation say beside each other, or why they cannot be set beside each other. */
const char *told_own(const struct words *w, const struct construct *construct, const struct figures *staff,
                     struct cell own);
/* One sentence each, by the table of rules (says.h): what a construct is here, how far staff agree on it, what changed
 * since the wave before, and what the response carries. */
const char *told_call(const struct words *w, const struct construct *construct, const struct figures *f);
const char *told_agreement(const struct words *w, const struct construct *construct, const struct figures *f);
const char *told_change(const struct words *w, const struct organisation_view *view, size_t construct);
const char *told_response(const struct words *w, const struct organisation_results *o);
/* Who can see what, and from how many people on. */
const char *told_promise(const struct words *w);
/* A row of the method: "method.NAME_term" and "method.NAME", the wave's and the instrument's numbers filled in. */
struct told_line told_method(const struct words *w, const char *name);
/* The method's names, in their order; each list ends with NULL. */
extern const char *const told_method_numbers[];    /* how numbers are made */
extern const char *const told_method_compared[];   /* one organisation: comparisons */
extern const char *const told_method_overall[];    /* all organisations: reliability */
extern const char *const told_method_protection[]; /* how people are protected */
struct told_line told_method_mode(const struct words *w);
struct told_line told_method_withheld(const struct words *w, const struct organisation_view *view);
struct told_line told_method_withheld_all(const struct words *w, const struct all_view *view);
/* Where the questions come from. */
enum { TOLD_SOURCE = 6 };
void told_source(const struct words *w, struct told_line lines[TOLD_SOURCE]);

#endif
