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
enum { AGGREGATES_VERSION = 1 };

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
    struct variable *variables;
    size_t *by_key; /* the variables in the order of kind and name, which is that of the tables */
    size_t *of_item, *of_construct, *of_domain; /* variable, or NOWHERE */
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

struct layout *layout_new(struct arena *arena, const struct instrument *instrument);
const struct scale *layout_scale(const struct layout *l, size_t variable); /* of an item or a construct */
/* The variable of a row of the tables, or NOWHERE. */
size_t layout_find(const struct layout *l, const char *kind, const char *name);

/* What is read from an item's counts. Shares are NAN without answers, or when the scale has no sides. */
struct item_summary {
    struct moments moments;
    size_t not_applicable;
    double favourable, neutral, unfavourable, ad;
};
struct item_summary item_summary(const struct layout *l, size_t variable, const uint32_t *counts);

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

/* The persons of one organisation, as they come in. */
struct crowd {
    const struct layout *layout;
    struct arena *arena;
    size_t n_groups, capacity;
    struct tally **tallies; /* per group; NULL while it has no member */
    const char **names;     /* per group: "", "role=manager", "unit=North" */
    size_t n_atoms, atom_capacity;
    struct atom *atoms;
    size_t *index, index_size;       /* hash table over atoms: position + 1 */
    struct covariance **covariances; /* per variable; NULL but for constructs; borrowed */
    double *values;                  /* of the person being added, per variable */
    size_t *counted;                 /* the same: index of the count, or NOWHERE */
    size_t *members;                 /* the same: as in struct atom */
    double *row;
};
/* `covariances` are cleared. */
struct crowd *crowd_new(struct arena *arena, const struct layout *l, struct covariance **covariances);
void crowd_add(struct crowd *c, const struct answers *answers, const char *unit);

/* Families: which groups are published, variable by variable. */

struct family {
    size_t n_groups;
    bool *published; /* [variable * n_groups + group] */
};
bool family_has(const struct family *f, size_t variable, size_t group);
struct family *family_decide(struct arena *arena, const struct crowd *c, size_t k);
/* As stored: {"response":["","role=a"],"item.x":[""]}; a variable that is not named is like "response". */
void family_write(struct buf *out, const struct layout *l, const struct family *f, const char *const *names);
struct family *family_read(struct arena *arena, const struct layout *l, struct str json, const char *const *names,
                           size_t n_groups);

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
/* Appends what may be kept about the published groups. `extras` (per variable) is NULL but for all together. */
void rows_of(struct row_list *rows, const struct layout *l, const char *organisation, size_t n_groups,
             const char *const *names, struct tally *const *tallies, const struct family *f, size_t k,
             const struct extras *extras);

/* All organisations together. */

struct overall;
struct overall *overall_new(const struct layout *l, size_t k);
void overall_free(struct overall *o);
/* Adds an organisation; `f` NULL: nothing of it is published (answers that lost their organisation). */
void overall_add(struct overall *o, const struct crowd *c, const struct family *f);
/* Decides what is shown of the whole and appends its rows. `stored` is its family when it was decided before, else
 * NULL; the family used is returned, in the arena. */
struct family *overall_rows(struct overall *o, struct arena *arena, struct row_list *rows, const struct str *stored);

/* Streams the wave's responses into the aggregate tables and the published groups. */
enum result results_make(struct store *store, const struct wave *wave, const struct instrument *instrument,
                         const struct aggregate_source *before) MUST_CHECK;

#endif
