/* What offers say, in sentences: the same on a sheet and on a page. Each lies in the arena of the words. */
#ifndef READINESS_REPORTS_TOLD_ACTION_H
#define READINESS_REPORTS_TOLD_ACTION_H

#include "reports/strategies.h"
#include "reports/told.h"

enum { OFFERS_SHOWN = 30, NAMES_SHOWN = 15, CHOICES_STATUS = 4 };

struct offers words_offers(const struct words *w, const struct organisation_view *view);
struct offers words_offers_of_all(const struct words *w, const struct all_view *view);

/* What a strategy is worth that is offered, and by which rule; or why none is offered. */
const char *told_offers(const struct words *w, const struct offers *offers, bool shows_anything);
/* The same over all organisations, where there is a barrier in one of them. */
const char *told_offers_of_all(const struct words *w, const struct offers *offers);
/* "named by the instrument’s author; 52% of 25 experts (level 1)" */
const char *told_reason(const struct words *w, const struct offer_reason *reason);
/* "Leadership engagement: 52% of 25 experts (level 1)" */
const char *told_reason_for(const struct words *w, const struct offer_reason *reason);
/* All reasons of an offer, each on a line of its own; without `who`, the barriers' names alone. */
const char *told_reasons(const struct words *w, const struct offer *offer, bool who);
/* "14 more strategies are left out"; "" when all are shown. */
const char *told_more(const struct words *w, const struct offers *offers);
/* Where the offers come from; returns how many lines. */
size_t told_offer_sources(const struct words *w, const struct offers *offers, struct told_line **lines);
/* The organisations in which a construct is a barrier: the first NAMES_SHOWN of them, and how many more. */
const char *told_where(const struct words *w, const struct all_view *view, size_t construct);
/* "7 of 12": a barrier in so many of the organisations that show it. */
const char *told_common(const struct words *w, struct common common);
/* What is shared, and whose task it is; or that nothing is. */
const char *told_common_barriers(const struct words *w, const struct offers *offers);

#endif
