/* `relevant`: a small expression language over earlier answers.
 *
 *   ${role} != manager and (${years} >= 2 or selected(${tools}, 'excel')) and not ${lead1} = na
 *
 * Comparison = != < <= > >=, and, or, not, parentheses, selected(${x}, 'a'). A value is a number, a bare code or a
 * quoted string. An unanswered reference makes every comparison with it false, but != true. `not` takes the comparison
 * or the parentheses behind it; `and` binds tighter than `or`. Ratings and numbers are compared as numbers, dates by
 * the calendar; a rating outside the scale equals its own code only. Choices equal a code when it is the only one
 * ticked. Order (< <= > >=) is false for choices and texts. */
#ifndef READINESS_INSTRUMENT_EXPRESSION_H
#define READINESS_INSTRUMENT_EXPRESSION_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/finding.h"
#include "instrument/answers.h"

struct instrument;
struct expression;

/* Parses into the arena; NULL and a finding at `place` when it is wrong: place.column is the column of the text's first
 * character (0: count from the text's own beginning). `names` are the names of the instrument's fields, in their order.
 * Only syntax and unknown names are checked here; codes and order are checked by the loader, which knows the questions.
 */
const struct expression *expression_parse(struct arena *arena, struct str text, struct place place,
                                          const char *const *names, size_t n_names, struct findings *findings);
/* True or false for these answers; NULL is true. */
bool expression_holds(const struct expression *e, const struct answers *answers);
/* Calls `each` for every comparison and selected(): field index and the literal compared with. */
void expression_each_reference(const struct expression *e, void (*each)(void *context, int field, struct str literal),
                               void *context);

/* One comparison or selected() as it stands in the text, for checks that say where something is wrong. */
struct reference {
    int field;
    struct str literal;
    int name_at, literal_at; /* characters from the beginning of the text, from 0 */
    bool order;              /* compared by < <= > >= */
};
/* Do two conditions, of two instruments, ask the same? However they are spaced. `same_field` says whether two fields
 * stand for the same question. NULL is no condition. */
bool expression_same(const struct expression *a, const struct expression *b,
                     bool (*same_field)(const void *context, int a, int b), const void *context);
void expression_each_comparison(const struct expression *e,
                                void (*each)(void *context, const struct reference *reference), void *context);

#endif
