/* Results: the one driver between the statistics and the store, and what everybody above receives.
 *
 * Making reads a closed wave's responses once, as a stream, and writes the aggregate tables and the set of published
 * groups. Reading hands out figures that disclose has already passed: a cell is a value or "withheld". Reports, pages
 * and exports never see anything else. */
#ifndef READINESS_AGGREGATE_RESULTS_H
#define READINESS_AGGREGATE_RESULTS_H

#include "aggregate/disclose.h"
#include "base/arena.h"
#include "base/finding.h"
#include "base/result.h"
#include "instrument/instrument.h"
#include "store/store.h"

enum statistic {
    STAT_N,
    STAT_MEAN,
    STAT_SD,
    STAT_CI_LOW,
    STAT_CI_HIGH,
    STAT_FAVOURABLE, /* shares 0..1 */
    STAT_NEUTRAL,
    STAT_UNFAVOURABLE,
    STAT_NOT_APPLICABLE, /* number of not-applicable answers, all codes together */
    STAT_RWGJ,
    STAT_RWGJ_CHANCE,
    STAT_AD,
    STAT_ICC1, /* from here to STAT_ALPHA_WITHOUT: all organisations together only, but for STAT_ICC2 */
    STAT_ICC2, /* of one organisation: the reliability of its mean, from the ICC(1) of all together and its n */
    STAT_F,
    STAT_P,
    STAT_ALPHA,
    STAT_OMEGA,
    STAT_ITEM_REST,
    STAT_ALPHA_WITHOUT,
    /* Constructs of a whole: since the wave before (the last closed one of the assessment); above 0 is towards enabler.
     * Nothing where there is none, or where a score there means something else. See below for paired changes. */
    STAT_CHANGE,
    STAT_CHANGE_LOW, /* 95 % interval */
    STAT_CHANGE_HIGH,
    STAT_G,            /* Hedges' g; none when paired */
    STAT_CHANGE_PAIRS, /* persons who answered in both waves, when the change is theirs alone (paired); else none */
    STAT_RATE,         /* kind "response" */
    STAT_INVITED,
    STAT_ANSWERED,
    STAT_COUNT
};
extern const char *const statistic_names[STAT_COUNT]; /* "n", "mean", ... as in `results --format csv` */

/* Where a construct (or item) stands; the rule is on the method sheet. Enabler: the favourable share reaches the
 * instrument's enabler_share, or the mean reaches the lowest favourable point of the scale. Otherwise barrier: the
 * favourable share is at most barrier_share, or the mean is below the middle of the scale. Otherwise mixed. Strong: an
 * enabler from STRONG_ENABLER_SHARE on, a barrier up to STRONG_BARRIER_SHARE. */
#define STRONG_ENABLER_SHARE 0.90
#define STRONG_BARRIER_SHARE 0.25
enum call { CALL_NONE, CALL_STRONG_BARRIER, CALL_BARRIER, CALL_MIXED, CALL_ENABLER, CALL_STRONG_ENABLER };

struct figures { /* everything that may be shown about one item, construct or domain, for one group */
    struct cell of[STAT_COUNT];
    struct cell *counts; /* items only: per scale point in scale order as answered (raw codes), then per not-applicable
                            code; NULL otherwise */
    enum call call;      /* constructs and items; CALL_NONE when withheld or not computable */
};

struct group_results {
    const char *question;                         /* "" the whole; a grouping question's name; "unit" */
    const char *value;                            /* choice code or unit name */
    struct cell n;                                /* persons in the group */
    struct figures *items, *constructs, *domains; /* parallel to the instrument's arrays. A domain is level by level: */
    /* domains has n_domains * LEVEL_COUNT entries, [domain * LEVEL_COUNT + level] */
};

struct organisation_answer {
    struct cell *items;      /* as scored, parallel to the instrument's items; CELL_NONE where not answered */
    struct cell *constructs; /* mean of the items, by the same min_answered rule */
};

struct comment_list {
    size_t question; /* index in the instrument's questions */
    bool withheld;   /* too few respondents */
    size_t n;
    const char **texts; /* in random order */
};

struct withheld_summary {
    size_t groups_dropped; /* groups not published for at least one variable, by the class rule or the threshold */
    size_t cells_withheld;
};

struct organisation_results {
    const char *code, *name, *parent;
    /* Together: of the organisations whose answered count is told, and of the others if their answers reach the
     * minimum. */
    struct cell invited, answered, rate;
    size_t n_groups;
    struct group_results *groups; /* [0] is the whole organisation; then units, then grouping questions in file order.
                                     Groups that are not published at all are listed too, with everything withheld. */
    bool has_answer;              /* the organisation's own agreed rating was given */
    struct organisation_answer answer;
    size_t n_comment_lists; /* 0 for all organisations together: comments belong to one organisation's report */
    struct comment_list *comments;
    struct withheld_summary withheld;
};

/* Benchmark for one construct: quartiles of organisation means over the other organisations; CELL_NONE unless at least
 * five others are published and none has more than half of the respondents. */
struct benchmark {
    struct cell low, median, high; /* quartiles (R type 7) */
    size_t organisations;
};

struct organisation_head { /* for lists and rankings without reading everything */
    const char *code, *name, *parent;
};

struct results; /* opaque: holds the open wave */

/* What the whole and its groups hold. A variable's figure of a group is told only if its classes allow it (disclose.h).
 * Domains: a person's domain score is the mean of the person's construct scores of that domain and level. A construct's
 * shares are the means of its items' shares (AHRQ), over the items that are themselves told for the group.
 * All organisations together hold those whose own figure is told, and the others only if together they reach the
 * minimum, so that subtracting what is told never leaves fewer. The first grouping question (of up to eight choices) is
 * added up over the same persons where that is safe; the groups of other questions over the organisations that tell the
 * group. A question named "unit" is no grouping question: the word is taken.
 *
 * Details (deviation, interval, distribution, agreement) are told from twice the minimum on, and within an organisation
 * those of fewer cannot be found by subtraction either: its groups told in detail obey the class rule once more with
 * twice the minimum. Across organisations they can: everything about all together holds everybody who is in the whole,
 * so who has all reports can find the deviation of an organisation between the minimum and twice the minimum. That is
 * who runs the assessment, and may export the answers of groups of the minimum anyway; nothing is ever found about
 * fewer.
 *
 * Where somebody left items of a construct out, the figures of the construct and of its items would together give the
 * answers away. Then the mean of the construct's last item (rarely of all its items), or of a domain, is withheld with
 * its deviation, interval and distribution, and the shares of an item where these alone would give its mean
 * (results_veil.c).
 *
 * Changes in confidential mode are those of the persons who answered in this wave and the one before, in the same
 * organisation, where that tells on nobody (results_pair.c): the mean of their own differences with its 95 % t interval
 * (Student 1908), and their number. Otherwise, and in anonymous mode always, the difference of both means with Welch's
 * interval and Hedges' g; never both.
 *
 * What is told is decided when the aggregates are first made, and stored. A set stored by a program that did not know
 * the rule for details keeps its groups; the rule is applied to it whenever its aggregates are made again, which only
 * tells less. It never tells changes of persons.
 *
 * Makes (if they are missing or older than the program) and opens the results of a closed wave.
 * Findings: the wave is open ("results_wave_open"). The instrument is loaded from the wave's pinned files. One thread
 * at a time. */
enum result results_open(struct results **out, struct store *store, const struct assessment *assessment,
                         const struct wave *wave, struct findings *findings) MUST_CHECK;
void results_close(struct results *r);

const struct instrument *results_instrument(const struct results *r);
const struct assessment *results_assessment(const struct results *r);
const struct wave *results_wave(const struct results *r);
/* The placeholder's value for a language of the instrument: texts filled for reading. In the arena. */
const char *results_text(const struct results *r, struct arena *arena, const struct text *text, size_t language);
size_t results_organisations(const struct results *r, const struct organisation_head **heads);
/* All organisations together: its groups are [0] the whole and the grouping questions' groups. The overall statistics
 * (ICC, alpha, ...) are only here. */
enum result results_overall(struct results *r, struct arena *arena, struct organisation_results **out) MUST_CHECK;
/* One organisation, everything that may be shown. */
enum result results_organisation(struct results *r, struct arena *arena, size_t index,
                                 struct organisation_results **out) MUST_CHECK;
/* Only the whole organisation's constructs, without groups, items and comments: for overviews of many. */
enum result results_overview(struct results *r, struct arena *arena, size_t index,
                             struct organisation_results **out) MUST_CHECK;
struct benchmark results_benchmark(struct results *r, size_t organisation, size_t construct);

/* The closed waves of the assessment up to this one beside each other, for the constructs of this wave's instrument. */
enum comparison {
    COMPARISON_MEANS_THE_SAME, /* the cells hold figures, or are withheld */
    COMPARISON_NOT_THERE,      /* the organisation had no part in that wave */
    COMPARISON_NOT_ASKED,      /* that wave did not ask staff about the construct */
    COMPARISON_OTHER_ITEMS,    /* it asked other items, reversed others, or wanted more of them answered */
    COMPARISON_OTHER_SCALE,    /* on other points, with other sides, at another level or in the other direction */
    COMPARISON_OTHER_PEOPLE,   /* under another condition: not the same people were asked */
    COMPARISON_UNREADABLE,     /* the wave's instrument can no longer be read */
};
struct wave_point {
    enum comparison why; /* other than ..._THE_SAME: all cells are CELL_NONE */
    struct cell n, mean, low, high, favourable;
    enum call call;
};
struct wave_history {
    size_t n_waves;            /* oldest first; the last is this one */
    const struct wave **waves; /* parallel */
    struct wave_point *points; /* [wave * n_constructs + construct] */
};
#define RESULTS_ALL SIZE_MAX /* instead of an organisation's index: all of them together */
enum result results_history(struct results *r, struct arena *arena, size_t organisation,
                            struct wave_history **out) MUST_CHECK;
/* What was withheld, counted: for the method sheet. */
struct withheld_summary results_withheld(const struct organisation_results *o);

#endif
