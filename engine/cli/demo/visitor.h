/* A visitor: opens a link over HTTP, reads each page's form, answers, and sends it, as a browser without script does.
 */
#ifndef READINESS_CLI_DEMO_VISITOR_H
#define READINESS_CLI_DEMO_VISITOR_H

#include "base/arena.h"
#include "base/result.h"
#include "cli/demo/forms.h"

/* Decides an answer: the value to send for a field, among `values` (radio, checkbox; n = 0 for text), or NULL for none.
 */
typedef const char *visitor_choice(void *context, struct arena *arena, const char *field, const char *const *values,
                                   size_t n);

struct visitor;

/* `base` is the server's address. One visitor is used for many people, one after the other: cookies are forgotten
 * between them. */
struct visitor *visitor_new(const char *base);
void visitor_free(struct visitor *v);
/* Answers the whole form behind /s/TOKEN. RESULT_INPUT: the link was answered already (nothing sent); RESULT_MACHINE: a
 * page did not come, or the form did not end. */
enum result visitor_answer(struct visitor *v, const char *token, visitor_choice *choose, void *context) MUST_CHECK;

#endif
