/* How many have answered, as far as it may be told: the one rule for every page, command and file that shows response
 * counts, while a wave is open and after it has closed. (Reports, made in aggregate, follow the same rule.)
 *
 * With k the wave's minimum group:
 * 1. A count of answers is told from k on. Below, also 0, all that is said is that there are fewer than k: who sees a
 *    colleague answer, or knows who is on leave, must not be able to tick people off.
 * 2. The total counts everybody when the counts that are not told add up to k or more, or when there are none. Else it
 *    counts the organisations that are told and no other, so that subtracting them leaves nothing. A total below k is
 *    not told.
 * 3. Answers per day add up to the total of everybody, and are told only with it.
 * 4. How many of those with a personal link have not answered is told of the organisations in the total, and only if k
 *    of them have answered and the other answers there (by open links) are none or k: these are differences of counts.
 * 5. A rate is told where, besides, k were invited; more answers than people give none.
 * How many were invited is no secret. An imported wave knows nobody who was invited. */
#ifndef READINESS_STORE_COUNTS_H
#define READINESS_STORE_COUNTS_H

#include "store/store.h"

struct organisation_count {
    const char *organisation;
    int invited;                /* -1: nobody knows how many */
    int answered;               /* -1: fewer than k */
    bool organisation_answered; /* the agreed rating is there; it is nobody's secret */
    int personal, unanswered;   /* personal links, and those of them not used: for the rule only, 0 afterwards */
};

struct wave_counts {
    int k;
    struct organisation_count *rows; /* by code */
    size_t n;
    bool everybody;           /* the totals count all organisations; else those whose count is told */
    int invited;              /* -1: of one of them at least nobody knows */
    int answered;             /* -1: fewer than k have answered in all */
    int personal, unanswered; /* -1: not told */
};

/* Reads the counts of a wave and applies the rule. In the arena. */
enum result store_count_answers(struct store *s, struct arena *arena, const struct wave *w,
                                struct wave_counts *out) MUST_CHECK;
/* Has this wave been closed with so few answers that they were destroyed unopened, and without an agreed rating either?
 * Then there are no results of it, for anybody. Answers that were kept and went when their time was over are another
 * matter: their results stay. */
enum result store_is_destroyed(struct store *s, const struct wave *w, bool *out) MUST_CHECK;
/* The rule alone: rows with what was counted in, what may be told out. Needs k, rows and n. */
void counts_tell(struct wave_counts *c);
/* The share that may be told, from 0 to 1, or -1; of a row or of the totals. */
double counts_rate(const struct wave_counts *c, int answered, int invited);

#endif
