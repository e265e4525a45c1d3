/* Strategies: lists of what can be done about a barrier (config/strategies/NAME.ini, with a sibling NAME.LANGUAGE.ini
 * for each translation), and matrices of how often experts chose a strategy for a barrier (*.csv in the same folder).
 *
 * A list: [list] title, language, citation, licence, kind (what kind of knowledge it is, in a sentence); [cluster.N]
 * label; [strategy.N] label, cluster. A strategy's code is "NAME.N", as in a construct's `strategies`.
 *
 * A matrix is a CSV with the columns construct,strategy,percent,n,source,licence: `construct` is one of a construct's
 * `determinants` (by default its own name), `percent` of the `n` experts who were asked chose the strategy for it. The
 * column licence may be missing. */
#ifndef READINESS_INSTRUMENT_STRATEGIES_H
#define READINESS_INSTRUMENT_STRATEGIES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/finding.h"
#include "base/result.h"

struct strategy_list {
    const char *name; /* "eric" */
    const char *title, *citation, *licence;
    const char *kind; /* "Names agreed on by experts; ..." */
};
struct strategy {
    const char *code;            /* "eric.33" */
    const char *label, *cluster; /* cluster: "" when it is in none */
    const struct strategy_list *list;
    size_t order; /* its place in strategies_codes: lists by name, then as in the file */
};
struct strategy_cell { /* one row of a matrix */
    const char *determinant, *strategy;
    double percent; /* 0..100, unrounded as given */
    size_t n;
    const char *source, *licence;
    size_t order; /* of the strategy */
};
struct strategies; /* immutable once loaded: several threads may read */

enum {
    STRATEGY_FILES_MAX = 200,   /* in the folder */
    STRATEGIES_MAX = 2000,      /* in a list */
    STRATEGY_CELLS_MAX = 200000 /* in all matrices together */
};

/* The built-in lists, and every list and matrix of a folder (may be NULL), with texts in all languages. A list of the
 * folder takes the place of the built-in one of that name; a translation without its list there adds to it. Everything
 * wrong is a finding with file and line (row and column in a matrix), and RESULT_INPUT; a list or matrix with an error
 * is left out whole, and *out holds the others. `folder` that is not there: the built-in lists, no finding. */
enum result strategies_load(struct strategies **out, const char *folder, struct findings *findings) MUST_CHECK;
void strategies_free(struct strategies *s); /* NULL is allowed */

/* In `language` where the list has it ("fr-CA" falls back to "fr"), else in the list's own. NULL: unknown code. In the
 * arena. */
const struct strategy *strategies_find(const struct strategies *s, struct arena *arena, const char *code,
                                       const char *language);
/* The rows of all matrices about one determinant, largest percent first. */
const struct strategy_cell *const *strategies_about(const struct strategies *s, const char *determinant, size_t *n);
/* The codes of all strategies; `strategy.order` is the index. */
size_t strategies_codes(const struct strategies *s, const char *const **codes);
/* The legal name of a determinant: [a-z][a-z0-9_]{0,63}. */
bool determinant_is_legal(const char *name);

#endif
