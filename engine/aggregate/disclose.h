/* Disclosure control: the one place that decides what may be shown. Everything that shows anything reads `struct cell`s
 * made here. Pure functions. */
#ifndef READINESS_AGGREGATE_DISCLOSE_H
#define READINESS_AGGREGATE_DISCLOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum cell_state {
    CELL_NONE, /* not computable, or does not exist: shown as nothing */
    CELL_VALUE,
    CELL_WITHHELD, /* exists and may not be shown */
};

struct cell {
    enum cell_state state;
    double value; /* 0 unless CELL_VALUE */
};

/* Which groups may be published for one variable, by the class rule: persons who are in exactly the same published
 * groups form a class, and every non-empty class has at least k members (who answered the variable) and, under 2k, not
 * all the same answer. While one has not, the group goes whose removal leaves the fewest such classes: groupings before
 * units, then the smaller, then by name. Every published figure is then a sum over classes, so no combination of
 * figures says anything about fewer than k persons, or what a whole class under 2k answered. The whole is never
 * dropped; if it is itself too small (or unanimous under 2k), nothing is published. Called once more with 2k in the
 * place of k, and answers that differ, it says which of an organisation's published groups may show DETAIL_FULL: its
 * details cannot be subtracted from each other to find those of fewer than 2k. Subtracting across organisations can
 * give the deviation of an organisation of k to 2k - 1 persons, never of fewer than k: see results.h. */
struct disclose_group {
    const char *name; /* "role=manager", "unit=North" */
    bool is_unit;
    bool published; /* out */
};
struct disclose_atom { /* persons with the same memberships */
    uint64_t groups;   /* bit g: member of groups[g] */
    size_t n;          /* of them, who answered the variable */
    double low, high;  /* their lowest and highest answer; equal when all gave the same */
};
enum { DISCLOSE_GROUPS_MAX = 64 };
/* At most DISCLOSE_GROUPS_MAX groups; returns whether the whole is published. `scratch` is for working memory only. */
bool disclose_groups(struct arena *scratch, struct disclose_group *groups, size_t n_groups,
                     const struct disclose_atom *atoms, size_t n_atoms, size_t k);
/* Is a class or a whole of n persons too small to be published, or under 2k and unanimous? Nobody is not too small. */
bool disclose_is_small(size_t n, double low, double high, size_t k);

/* The detail ladder, for one variable of one published group of n persons. */
enum detail {
    DETAIL_NOTHING, /* under k: not even n */
    DETAIL_MEAN,    /* from k: n, mean, favourable, neutral and unfavourable share */
    DETAIL_FULL,    /* from 2k: distribution, SD, interval, agreement */
};
/* `unanimous`: all n gave the same answer, which tells everybody's: DETAIL_NOTHING under 2k. */
enum detail disclose_detail(size_t n, size_t k, bool unanimous);
/* May comments of n respondents be shown? From max(2k, min_comments). */
bool disclose_comments(size_t n_respondents, size_t k, size_t min_comments);

struct cell cell_value(double x); /* CELL_NONE for NAN */
struct cell cell_withheld(void);
struct cell cell_none(void);

#endif
