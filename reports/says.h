/* Words for numbers: one plain sentence for each key figure, from one table of rules.
 *
 * A rule belongs to a subject and has a condition on the evidence; of a subject's rules the first that holds speaks.
 * The last rule of each subject always holds, and says that nothing can be said, or the plain middle. A sentence
 * never claims more than its condition carries: nothing on agreement where agreement is not told (under 2k answers),
 * no change where the interval holds 0. The sentences are in config/texts/<language>/reports_says.ini, [says]; what
 * each rests on, in words, is there under [when], and is printed on the Method sheet and in docs/words-for-numbers.md.
 */
#ifndef READINESS_REPORTS_SAYS_H
#define READINESS_REPORTS_SAYS_H

#include "reports/view.h"
#include "reports/words.h"

enum subject {
    SUBJECT_RESPONSE,    /* how many answered */
    SUBJECT_SHARE,       /* what a construct is here: barrier or enabler */
    SUBJECT_AGREEMENT,   /* how far staff agree */
    SUBJECT_CHANGE,      /* since the wave before */
    SUBJECT_OTHERS,      /* among the other organisations */
    SUBJECT_OWN,         /* staff beside the organisation's own rating */
    SUBJECT_RELIABILITY, /* do the means tell organisations apart */
    SUBJECT_CONSISTENCY, /* do a construct's items belong together */
    SUBJECT_COUNT
};

struct evidence { /* NAN where a figure is not told or does not exist */
    double rate;
    enum call call;
    double favourable, enabler_share, barrier_share;
    enum agreement agreement;
    bool earlier;                                  /* there is a wave before */
    enum comparison why;                           /* ... and whether it can be compared */
    double change, change_low, change_high, worth; /* worth: gap_worth_marking */
    double mean, others_low, others_high;
    bool rated, staff_withheld; /* the organisation gave a rating; staff's mean may not be shown */
    double staff, own;
    double p, icc2, alpha;
};
struct evidence evidence_none(void);

struct rule {
    enum subject subject;
    const char *name; /* "agreement.good": the key in [says] and [when] */
    bool (*holds)(const struct evidence *e);
};
extern const struct rule says_rules[];
extern const size_t n_says_rules;

/* The subject's own name: "says.agreement". */
const char *says_subject_key(enum subject subject);
/* The first rule of the subject that holds; never NULL. */
const struct rule *says_rule(enum subject subject, const struct evidence *e);
/* Its sentence, in the report's language. */
const char *says(const struct words *w, enum subject subject, const struct evidence *e);
/* What a rule's sentence rests on, numbers of the wave and the instrument filled in. */
const char *says_when(const struct words *w, const struct rule *rule);

/* Evidence as reports have it. */
struct evidence evidence_of_response(const struct organisation_results *o);
struct evidence evidence_of_construct(const struct words *w, const struct construct *construct,
                                      const struct figures *f);
/* Since the wave before; `f` are this wave's figures of the whole. */
struct evidence evidence_of_change(const struct words *w, const struct wave_history *history, size_t construct,
                                   const struct figures *f);
struct evidence evidence_of_others(const struct figures *f, const struct benchmark *others);
struct evidence evidence_of_own(const struct construct *construct, const struct figures *staff, struct cell own);
/* All organisations together. */
struct evidence evidence_of_reliability(const struct figures *f);

#endif
