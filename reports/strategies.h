/* From barriers to action: which strategies are offered for the barriers found. For workbooks and pages alike.
 *
 * A barrier is a construct of staff whose call is barrier or strong barrier; the organisation's own rating is another
 * kind of evidence and offers nothing. A strategy is offered for it when the instrument's author names it, or when at
 * least OFFER_LEVEL_2 percent of the experts of a matrix chose it (level 1 from OFFER_LEVEL_1 on; Waltz et al. 2019).
 * Of several rows of matrices about one construct the highest counts. */
#ifndef READINESS_REPORTS_STRATEGIES_H
#define READINESS_REPORTS_STRATEGIES_H

#include "instrument/strategies.h"
#include "reports/view.h"

#define OFFER_LEVEL_1 50.0
#define OFFER_LEVEL_2 20.0

/* Why a strategy is offered for one barrier: named by the author, chosen by experts, or both. */
struct offer_reason {
    size_t construct;
    bool author;
    const struct strategy_cell *cell; /* NULL when under level 2, or in no matrix */
};
int offer_level(const struct offer_reason *reason); /* 1, 2, or 0 without a cell */

struct offer {
    const struct strategy *strategy;
    size_t n_reasons; /* barriers it serves, strongest first */
    struct offer_reason *reasons;
    double cumulative;    /* sum of percentages over all barriers found, unrounded, those under level 2 too */
    size_t organisations; /* of all: how many have a barrier that it serves */
};

struct offers {
    bool lists;         /* is there any list of strategies at all? */
    bool matrix;        /* does any offer rest on a matrix? */
    size_t n_barriers;  /* strongest first; of all: those of any organisation, the most common first */
    size_t *barriers;   /* constructs */
    size_t n;           /* by barriers (of all: organisations) served, then cumulative, then as in the list */
    struct offer *list; /* parallel parts in the arena */
};

/* For given barriers. `strategies` may be NULL. Labels in `language`. In the arena. */
struct offers offers_for(struct arena *arena, const struct strategies *strategies, const char *language,
                         const struct instrument *instrument, const size_t *barriers, size_t n);
/* For one organisation. */
struct offers offers_of_organisation(struct arena *arena, const struct strategies *strategies, const char *language,
                                     const struct instrument *instrument, const struct organisation_view *view);
/* For all: over the organisations whose figures are shown. */
struct offers offers_of_all(struct arena *arena, const struct strategies *strategies, const char *language,
                            const struct instrument *instrument, const struct all_view *view);
/* The first offer that serves a barrier, or NULL. */
const struct offer *offers_first(const struct offers *offers, size_t construct);
bool is_barrier(const struct figures *f);
/* How many organisations show the call of at least one construct. */
size_t organisations_shown(const struct all_view *view);

/* Where the offers come from: each list and each matrix once, in the order of first use. */
struct offer_source {
    const struct strategy_list *list; /* or */
    const struct strategy_cell *cell; /* the first with that source and licence */
};
size_t offers_sources(const struct offers *offers, struct arena *arena, struct offer_source **out);

#endif
