/* The texts of mails: config/mail/<language>.ini, built in, and a folder's files <language>.ini whose sections win.
 *
 * A file has a section for each kind ([invitation], [reminder], [test]) with `subject` and paragraphs `body.1`,
 * `body.2`,
 * ..., and a section [part] with sentences that depend on the case: `greeting` or `greeting.none` (no name is known),
 * `promise.anonymous` or `promise.confidential`, `deadline` or `deadline.none`, `time` or `time.none`, `reason.unused`
 * or `reason.everyone` (why one is reminded). A paragraph that is empty when everything is filled in is left out.
 * Placeholders in braces: {name} {title} {innovation} {organisation} {sender} {minutes} {until} {k} {link} {opt_out},
 * and the parts {greeting} {promise} {deadline} {time} {reason}. The kind test wraps another mail, {subject} and
 * {body}. */
#ifndef READINESS_MAIL_TEMPLATES_H
#define READINESS_MAIL_TEMPLATES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/finding.h"
#include "base/result.h"

struct templates;
struct texts;

/* `folder` "" or NULL: the built-in texts only. Immutable once loaded; shared by all threads. */
enum result templates_load(struct templates **out, const char *folder, struct findings *findings) MUST_CHECK;
/* Puts the field's words into them (base/terms.h), once, before anybody uses them. */
void templates_put_terms(struct templates *t, const struct texts *texts);
void templates_free(struct templates *t);
/* Languages that have texts, "en" first. */
size_t templates_languages(const struct templates *t, const char *const **languages);

/* What a mail says about itself, already in words of its language. No field is NULL; "" where there is nothing. */
struct mail_facts {
    const char *name;         /* of the person */
    const char *title;        /* of the assessment */
    const char *innovation;   /* with its article, as the assessment calls it */
    const char *organisation; /* its name */
    const char *sender;       /* who is behind it: the name in From */
    const char *until;        /* the last day, written out; "" without a deadline */
    const char *link, *opt_out;
    int minutes, k;
    bool confidential;
    bool everyone; /* a reminder that does not look at who has answered */
};

/* Fills subject and body for a kind in the language (fr-CA falls back to fr, that to English), or the given own texts
 * where not "". In the arena. Returns the language that was used. */
const char *mail_compose(const struct templates *t, struct arena *arena, const char *language, const char *kind,
                         const char *own_subject, const char *own_body, const struct mail_facts *facts,
                         const char **subject, const char **body);
/* The same mail as a test that one sends to oneself: marked in the subject, explained in the first paragraph. */
void mail_compose_test(const struct templates *t, struct arena *arena, const char *language, const char **subject,
                       const char **body);
/* The standard texts with their placeholders, for a page on which they can be changed. */
void mail_standard_text(const struct templates *t, struct arena *arena, const char *language, const char *kind,
                        const char **subject, const char **body);

/* Findings about own texts ("" is fine: the standard one is used): no {link}, no {opt_out}, an unknown {placeholder},
 * more than one line in the subject, too long, control characters. */
enum { MAIL_SUBJECT_MAX = 200, MAIL_BODY_MAX = 8000 };
enum result mail_check_text(const char *subject, const char *body, struct findings *findings) MUST_CHECK;

#endif
