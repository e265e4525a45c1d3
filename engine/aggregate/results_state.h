/* The inside of `struct results`, for results*.c only. */
#ifndef READINESS_AGGREGATE_RESULTS_STATE_H
#define READINESS_AGGREGATE_RESULTS_STATE_H

#include "aggregate/results_inner.h"

struct chance { /* a simulated rWG(J), kept */
    size_t n, items, points;
    double value;
};

struct organisation_state {                   /* parallel to the heads */
    double invited, answered;                 /* answered: NAN when the wave keeps no count of its own (imported) */
    const struct organisation_answer *answer; /* NULL: none given */
};

struct results {
    struct arena *arena;
    struct store *store;
    struct assessment assessment;
    struct wave wave;
    const struct instrument *instrument; /* a reference */
    const struct layout *layout;
    size_t k, min_comments;
    struct placeholder_value *placeholders;
    size_t n_placeholders;
    size_t n_heads;
    struct organisation_head *heads;
    struct organisation_state *states;
    size_t *by_code;         /* heads in the order of their codes */
    struct call_rule *rules; /* per construct */
    struct chance *chances;
    size_t n_chances, chance_capacity;
    bool overview_loaded;
    size_t *overview_n; /* [head * n_constructs + construct]; 0: not published */
    double *overview_mean;
    struct results *before;    /* the wave before, as it may be shown; NULL: none */
    size_t *construct_before;  /* per construct, in `before`, or NOWHERE; NULL: not yet looked for */
    struct cell *overall_icc1; /* per construct, as published; NULL: not yet read */
};

struct call_rule {
    double favourable, midpoint; /* scored values */
};

/* Index of the organisation with this code, or NOWHERE. */
size_t results_head(const struct results *r, const char *code);
double results_chance(struct results *r, size_t n, size_t items, size_t points);
/* Is this statistic told about a variable of this kind? `together`: all organisations; `whole`: not one of its groups.
 */
bool statistic_applies(enum kind kind, enum statistic s, bool together, bool whole);

/* Reads an organisation's rows ("" all together) into groups; `only_constructs` leaves out everything but the whole
 * organisation's constructs. */
enum result results_read_groups(struct results *r, struct arena *arena, const char *organisation, bool only_constructs,
                                struct organisation_results *out) MUST_CHECK;
/* One number of a row's statistics, or NAN. */
double row_statistic(struct str json, const char *name, struct arena *scratch);
/* Set STAT_CHANGE to STAT_G, and an organisation's STAT_ICC2, of the whole's constructs. */
enum result results_add_change(struct results *r, struct organisation_results *o) MUST_CHECK;
enum result results_add_reliability(struct results *r, struct organisation_results *o) MUST_CHECK;
enum result results_read_comments(struct results *r, struct arena *arena, struct organisation_results *out) MUST_CHECK;

#endif
