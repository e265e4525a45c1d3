/* Conditions as a tree, from the words of any of the systems and back into ours and theirs. For engine/exchange only.
 */
#ifndef READINESS_EXCHANGE_CONDITION_H
#define READINESS_EXCHANGE_CONDITION_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

enum condition_kind {
    CONDITION_AND,
    CONDITION_OR,
    CONDITION_NOT, /* left only */
    CONDITION_SELECTED,
    CONDITION_ANSWERED, /* name only */
    CONDITION_EQUAL,
    CONDITION_UNEQUAL,
    CONDITION_LESS,
    CONDITION_AT_MOST,
    CONDITION_MORE,
    CONDITION_AT_LEAST,
    CONDITION_ALWAYS,
    CONDITION_NEVER,
};

struct condition {
    enum condition_kind kind;
    const struct condition *left, *right;
    const char *name;    /* the question looked at, as its own file calls it */
    const char *literal; /* without quotes */
};

enum dialect {
    DIALECT_XLSFORM, /* ours is a part of it */
    DIALECT_REDCAP,
    DIALECT_LIMESURVEY,
};

/* Parses; NULL when it cannot be said here. Then `*rest` is the place where understanding ended, in the arena, short
 * enough for a message. An empty text is CONDITION_ALWAYS. Nested at most 40 deep. */
const struct condition *condition_parse(struct arena *arena, struct str text, enum dialect dialect, const char **rest);

/* Both together; NULL and CONDITION_ALWAYS add nothing. */
const struct condition *condition_both(struct arena *arena, const struct condition *a, const struct condition *b);
const struct condition *condition_make(struct arena *arena, enum condition_kind kind, const struct condition *left,
                                       const struct condition *right);
const struct condition *condition_compare(struct arena *arena, enum condition_kind kind, const char *name,
                                          const char *literal);
bool condition_same(const struct condition *a, const struct condition *b);

/* Appends it in our words: ${role} != manager and selected(${tools}, 'a'). Names and literals are written as they are.
 */
void condition_write(struct buf *out, const struct condition *c);
/* The same in the words of XLSForm, where every literal that is not a number stands in quotes, and of REDCap, which
 * asks for each choice of several apart: [tools(a)] = '1'. */
void condition_write_xlsform(struct buf *out, const struct condition *c);
void condition_write_redcap(struct buf *out, const struct condition *c);

#endif
