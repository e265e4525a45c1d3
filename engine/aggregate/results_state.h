/* The inside of `struct results`, for results*.c only. */
#ifndef READINESS_AGGREGATE_RESULTS_STATE_H
#define READINESS_AGGREGATE_RESULTS_STATE_H

#include "aggregate/results_inner.h"

struct organisation_state {                   /* parallel to the heads */
    double invited, answered;                 /* answered: NAN when the wave keeps no count of its own (imported) */
    const struct organisation_answer *answer; /* NULL: none given */
};

struct past { /* an earlier closed wave, as it may be shown */
    struct wave wave;
    bool opened;
    struct results *results; /* NULL when it can no longer be read */
    enum comparison *why;    /* per construct of this wave */
    size_t *construct;       /* the same in that wave, or NOWHERE */
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
    bool overview_loaded;
    size_t *overview_n; /* [head * n_constructs + construct]; 0: not published */
    double *overview_mean;
    struct past *past; /* oldest first; NULL: not yet looked for */
    size_t n_past;
    struct cell *overall_icc1; /* per construct, as published; NULL: not yet read */
};

struct call_rule {
    double favourable, midpoint; /* scored values */
};

/* Index of the organisation with this code, or NOWHERE. */
size_t results_head(const struct results *r, const char *code);
/* rwgj_chance, kept. */
double results_chance(size_t n, size_t items, size_t points);
/* Is this statistic told about a variable of this kind? `together`: all organisations; `whole`: not one of its groups.
 */
bool statistic_applies(enum kind kind, enum statistic s, bool together, bool whole);

/* Reads an organisation's rows ("" all together) into groups; `only_constructs` leaves out everything but the whole
 * organisation's constructs. */
enum result results_read_groups(struct results *r, struct arena *arena, const char *organisation, bool only_constructs,
                                struct organisation_results *out) MUST_CHECK;
/* One number of a row's statistics, or NAN. */
double row_statistic(struct str json, const char *name, struct arena *scratch);
/* The wave before (the last closed one of the assessment), opened; NULL: there is none. */
enum result results_before(struct results *r, struct past **out) MUST_CHECK;
/* Set STAT_CHANGE to STAT_CHANGE_PAIRS, and an organisation's STAT_ICC2, of the whole's constructs. */
enum result results_add_change(struct results *r, struct organisation_results *o) MUST_CHECK;
enum result results_add_reliability(struct results *r, struct organisation_results *o) MUST_CHECK;
enum result results_read_comments(struct results *r, struct arena *arena, struct organisation_results *out) MUST_CHECK;

#endif
