/* The texts of mails: config/mail/<language>.ini, built in, and a folder's files that win. Kinds: invitation, reminder,
 * test. Placeholders in braces: {innovation} {organisation} {link} {until} {minutes} {title} {sender} {opt_out} {k}. */
#ifndef READINESS_MAIL_TEMPLATES_H
#define READINESS_MAIL_TEMPLATES_H

#include "mail/mail.h"

struct mail_values {
    const char *names[16], *values[16];
    size_t n;
};

/* Fills subject and body for a kind ("invitation", "reminder") in the language (falls back to English), or the given own
 * texts when not "". A text without {link} is refused by mail_check_text. In the arena. */
void mail_compose(struct arena *arena, const struct texts *texts, const char *language, const char *kind,
                  const char *own_subject, const char *own_body, const struct mail_values *values,
                  const char **subject, const char **body);
/* Findings about own texts: no {link}, no {opt_out}, unknown {placeholder}, too long, control characters. */
enum result mail_check_text(const char *subject, const char *body, struct findings *findings) MUST_CHECK;

#endif
