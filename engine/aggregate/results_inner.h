/* What the files of results*.c share: the layout of a wave's variables and groups, tallies, families of published
 * groups. Only for this folder. */
#ifndef READINESS_AGGREGATE_RESULTS_INNER_H
#define READINESS_AGGREGATE_RESULTS_INNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregate/disclose.h"
#include "aggregate/results.h"
#include "aggregate/statistics.h"
#include "base/arena.h"
#include "base/str.h"
#include "instrument/answers.h"
#include "instrument/instrument.h"
#include "store/store.h"

/* Raised when a formula or the meaning of a row changes: then all aggregates are made again. */
enum { AGGREGATES_VERSION = 5 };

#define NOWHERE SIZE_MAX

/* Layout: which variables staff answer, and which fixed groups there are. */

enum kind { KIND_RESPONSE, KIND_ITEM, KIND_CONSTRUCT, KIND_DOMAIN };
extern const char *const kind_names[];

struct variable {
    enum kind kind;
    size_t index;     /* in the instrument's items or constructs; domain * LEVEL_COUNT + level */
    const char *name; /* "" for KIND_RESPONSE; "inner.team" for a domain at a level */
};

struct breakdown { /* a grouping question of the staff form */
    const struct question *question;
    size_t first_group; /* group of its first choice */
};

struct layout {
    const struct instrument *instrument;
    size_t n_variables; /* [0] is the response itself; then items, constructs, domains that staff answer */
    size_t first_score; /* of them, the first that is no item */
    struct variable *variables;
    size_t *by_key; /* the variables in the order of kind and name, which is that of the tables */
    size_t *of_item, *of_construct, *of_domain; /* variable, or NOWHERE */
    size_t *least;                              /* per construct: with fewer answers there is no score (score.c) */
    size_t *domain_of; /* per construct: domain * LEVEL_COUNT + level; NOWHERE without, or if staff do not answer it */
    /* Tallies of items: one count per scale point, then per not-applicable code. */
    size_t *count_at; /* per variable */
    size_t n_counts;
    double *scored;     /* per count: the value as scored; NAN for not applicable */
    const char **codes; /* per count: as written in the tables, "4" or "na" */
    int *side;          /* per count: +1 favourable, -1 unfavourable */
    size_t n_breakdowns;
    struct breakdown *breakdowns;
    size_t n_fixed; /* groups known before any answer: the whole [0], then every choice of every grouping question */
    const char **group_names;
};

/* The grouping question that is added up over all organisations together: the first with at most POOLED_CHOICES
 * choices; NULL: none. */
enum { POOLED_CHOICES = 8 };
const struct breakdown *layout_pooled(const struct layout *l);

struct layout *layout_new(struct arena *arena, const struct instrument *instrument);
const struct scale *layout_scale(const struct layout *l, size_t variable); /* of an item or a construct */
/* The variable of a row of the tables, or NOWHERE. */
size_t layout_find(const struct layout *l, const char *kind, const char *name);

/* Does a score on a construct of `is` mean what it meant in `was`? Sets its index there, or NOWHERE. */
enum comparison construct_compare(const struct layout *was, const struct layout *is, size_t construct, size_t *before);

/* What is read from an item's counts. Shares are NAN without answers, or when the scale has no sides. */
struct item_summary {
    struct moments moments;
    size_t not_applicable;
    size_t n_favourable, n_unfavourable; /* persons */
    double favourable, neutral, unfavourable, ad;
};
struct item_summary item_summary(const struct layout *l, size_t variable, const uint32_t *counts);
/* The shares, from the numbers of persons, among n who answered. */
void item_set_shares(struct item_summary *s, size_t n);

/* Tallies: everything counted about one group. */

struct tally {
    size_t n;                /* persons */
    uint32_t *counts;        /* of all items, see count_at */
    struct moments *moments; /* per variable; used for constructs and domains */
};
struct tally *tally_new(struct arena *arena, const struct layout *l);
void tally_merge(const struct layout *l, struct tally *into, const struct tally *from, size_t variable);
/* Persons who answered the variable. */
size_t tally_answered(const struct layout *l, const struct tally *t, size_t variable);
bool tally_unanimous(const struct layout *l, const struct tally *t, size_t variable);

struct spread { /* of one variable over the persons of an atom */
    uint32_t n;
    float low, high;
};
struct atom {              /* persons with the same unit and the same answers to all grouping questions */
    size_t *members;       /* groups they are in: the unit's (or NOWHERE), then one per breakdown (or NOWHERE) */
    struct spread *spread; /* per variable */
};

struct pattern { /* persons of an atom who answered the same items */
    size_t atom;
    uint32_t n;
    const uint64_t *answered;   /* a bit per item of the instrument */
    const uint32_t *n_answered; /* per construct: how many of its items */
    const uint32_t *n_scores;   /* per domain and level: on how many of its constructs there is a score */
    uint32_t *paired;           /* per variable: of them, whose change is told; NULL: nobody's */
};
static inline bool pattern_has(const struct pattern *p, size_t item) {
    return p->answered[item / 64] >> item % 64 & 1;
}

/* The persons of one organisation, as they come in. */
struct crowd {
    const struct layout *layout;
    struct arena *arena;
    size_t n_groups, capacity;
    struct tally **tallies; /* per group; NULL while it has no member */
    const char **names;     /* per group: "", "role=manager", "unit=North" */
    size_t n_atoms, atom_capacity;
    struct atom *atoms;
    size_t n_patterns, pattern_capacity;
    struct pattern *patterns;
    size_t last, last_pattern; /* atom and pattern of the person added last */
    struct moments *paired; /* per variable: the persons' own differences since the wave before, where the organisation
                               tells them; NULL: nowhere */
    size_t *n_pairs;        /* per variable: how many there are, told or not; NULL with `paired` */
    size_t *index, index_size; /* hash table over atoms: position + 1 */
    size_t *pattern_index, pattern_index_size;
    struct covariance **covariances; /* per variable; NULL but for constructs; borrowed */
    double *values;                  /* of the person being added, per variable */
    size_t *counted;                 /* the same: index of the count, or NOWHERE */
    size_t *members;                 /* the same: as in struct atom */
    uint64_t *answered;              /* the same: as in struct pattern */
    size_t n_words;
};
/* `covariances` are cleared. */
struct crowd *crowd_new(struct arena *arena, const struct layout *l, struct covariance **covariances);
void crowd_add(struct crowd *c, const struct answers *answers, const char *unit);

/* Families: which groups are published, variable by variable. */

/* A published group of 2k persons or more is told in detail (distribution, deviation, agreement) unless it is `plain`:
 * details are sums too (of squares, of persons per answer), and what an organisation tells in detail must not leave
 * fewer than 2k of its persons when it is subtracted from each other. So the groups told in detail obey the class rule
 * once more, with 2k in the place of k. What that means for all
 * organisations together is said in results_overall.c. */
struct family {
    size_t n_groups;
    bool *published; /* [variable * n_groups + group] */
    bool *plain;     /* the same: published and without detail whatever its size */
    bool *veiled;    /* the same: published, but for the mean and what gives it (items and domains: results_veil.c) */
    bool *paired;    /* per variable: the change is that of the persons who answered in both waves */
    bool refined;    /* `plain` and `paired` were decided; otherwise it was stored by an earlier program */
    bool has_veils;  /* `veiled` was decided; the same */
};
bool family_has(const struct family *f, size_t variable, size_t group);
/* Is the group of that many persons told in detail? */
bool family_details(const struct family *f, size_t variable, size_t group, size_t n, size_t k);
struct family *family_new(struct arena *arena, const struct layout *l, size_t n_groups);
struct family *family_decide(struct arena *arena, const struct crowd *c, size_t k);
/* Decides which groups are plain among those published. A family that was stored before that was thought of is refined
 * anew whenever its aggregates are made: that only tells less, and needs nothing but the responses. Paired changes it
 * never tells. */
void family_refine(struct family *f, const struct crowd *c, size_t k);
/* Groups of persons that no told figure separates: sets, per atom that answered the variable, the number of its class
 * (NOWHERE for the others), and returns how many there are. `detail_k` 0: by the published groups; otherwise by those
 * told in detail when that is the minimum. `of_atom` has room for every atom. */
size_t family_classes(const struct family *f, const struct crowd *c, size_t variable, size_t detail_k, size_t *of_atom);
/* The classes of the atoms that are in the same groups among those that separate; atoms that are NOWHERE in `of_atom`
 * are left out. Returns how many. */
size_t crowd_classes(const struct crowd *c, const bool *separates, size_t *of_atom);
/* As stored: {"response":["","role=a"],"item.x":[""],"plain.item.x":["role=a"],"veiled.item.y":["","role=a"],
 * "paired":["team"],"rules":["2","3"]}; a variable that is not named is like "response", and nothing of it is plain or
 * veiled. Rule 3 are the veils. */
void family_write(struct buf *out, const struct layout *l, const struct family *f, const char *const *names);
struct family *family_read(struct arena *arena, const struct layout *l, struct str json, const char *const *names,
                           size_t n_groups);

/* Veils: which means are withheld because the figures of items, constructs and domains together would tell on who left
 * items out. See results_veil.c. */

/* Decides what is veiled in an organisation, whose published groups are decided. */
void veil_decide(struct family *f, const struct crowd *c, size_t k);
/* How many items of a construct were answered, and is that enough for a score? */
static inline size_t veil_answered(const struct pattern *p, size_t construct) {
    return p->n_answered[construct];
}
static inline bool veil_scored(const struct layout *l, const struct pattern *p, size_t construct) {
    return p->n_answered[construct] >= l->least[construct];
}
/* The classes of atoms by the published groups of a construct and of one of its items. */
size_t veil_classes(struct arena *arena, const struct family *f, const struct crowd *c, size_t construct, size_t item,
                    size_t *of_atom);
/* Before `pairs` are told: are the classes even (or covered by what is veiled) on both sides of the split? `side`: per
 * pattern of the crowd and side, persons. */
bool veil_allows_split(const struct family *f, const struct crowd *c, size_t construct, size_t n_sides,
                       const uint32_t *side, size_t k);

struct veil_sums; /* of all organisations */
struct veil_sums *veil_sums_new(struct arena *arena, const struct layout *l, size_t k);
void veil_sums_add(struct veil_sums *s, const struct crowd *c, const struct family *f);
/* Did all who answered any of the construct's items answer equally many? */
bool veil_all_alike(const struct veil_sums *s, size_t construct);
/* Decides for all together. `joined`: per variable, whether the rest is in the whole; `pooled`: whether a fixed group
 * is of the pooled question. */
void veil_decide_together(struct family *f, const struct veil_sums *s, const bool *joined, const bool *pooled);

/* Rows of the aggregate tables. */

struct row {
    struct row *next;
    const char *organisation, *group;
    const struct variable *variable;
    int n; /* -1: the group is there and is not published */
    const char *counts, *statistics;
};
struct row_list {
    struct arena *arena;
    struct row *first, **end;
    struct buf counts, statistics; /* working space */
};
struct extras { /* of a construct over all organisations */
    struct anova anova;
    double alpha, omega;
    const struct covariance *covariance; /* for its items */
};
/* Appends what may be kept about the published groups. `extras` (per variable) is NULL but for all together; `pairs`
 * (per variable; may be NULL): the changes of the persons who answered in both waves, with no n where they are not
 * told. */
void rows_of(struct row_list *rows, const struct layout *l, const char *organisation, size_t n_groups,
             const char *const *names, struct tally *const *tallies, const struct family *f, size_t k,
             const struct extras *extras, const struct moments *pairs);

/* All organisations together. */

struct overall;
struct overall *overall_new(const struct layout *l, size_t k);
void overall_free(struct overall *o);
/* Adds an organisation; `f` NULL: nothing of it is published (answers that lost their organisation). */
void overall_add(struct overall *o, const struct crowd *c, const struct family *f);
/* After the last organisation: adds the others if they are enough to be told, decides what is shown of the whole and
 * appends its rows. `stored` is its family when it was decided before, else NULL; the family used is returned, in the
 * arena. */
struct family *overall_rows(struct overall *o, struct arena *arena, struct row_list *rows, const struct str *stored);

/* Changes of persons: see results_pair.c. */

struct pairing;
/* NULL in `out` when the wave's persons are not linked to those of the wave before. Makes the results of the wave
 * before, whose published groups it needs. */
enum result pairing_new(struct pairing **out, struct store *store, const struct wave *wave,
                        const struct layout *layout) MUST_CHECK;
void pairing_free(struct pairing *p);
/* A person who was just added to the crowd. */
void pairing_note(struct pairing *p, const struct crowd *c, const struct response *r);
/* The crowd of an organisation is complete: sets its `paired`, and notes in the family what is told (`decided`: that
 * was noted before). Forgets the persons. */
enum result pairing_finish(struct pairing *p, struct arena *arena, const char *organisation, struct crowd *c,
                           struct family *f, bool decided) MUST_CHECK;

/* What was decided for an organisation, in a list in the order of their codes; or NULL. */
const struct str *published_find(const struct published *list, size_t n, const char *organisation);
/* A wave's instrument from its pinned files: RESULT_INPUT when it can no longer be read. */
enum result wave_load_instrument(const struct instrument **out, struct store *store, struct id wave, const char *name,
                                 struct findings *findings) MUST_CHECK;
/* Makes the results of a closed wave, if they are missing or older than the program. */
enum result results_ensure(struct store *store, const struct wave *wave,
                           const struct instrument *instrument) MUST_CHECK;

/* Streams the wave's responses into the aggregate tables and the published groups. */
enum result results_make(struct store *store, const struct wave *wave, const struct instrument *instrument,
                         const struct aggregate_source *before) MUST_CHECK;

#endif
