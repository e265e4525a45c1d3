/* The mailer: takes up running mailings, one message after the other, at most so many a minute, on a thread of its own in the
 * serving process, or in the foreground for `readiness send`. Brings together collect (who, which link, has answered), mail
 * and the store. */
#ifndef READINESS_MAIL_MAILER_H
#define READINESS_MAIL_MAILER_H

#include "collect/collect.h"
#include "mail/mail.h"
#include "store/mailings.h"

struct mailer;

/* Starts the thread; it looks for running mailings at once and whenever mailer_wake is called. */
struct mailer *mailer_start(struct collect *collect, struct store *store, const struct texts *texts,
                            const struct mail_settings *settings, const char *public_url);
void mailer_wake(struct mailer *m);
/* Finishes the message under way, then ends; what is left goes on at the next start. */
void mailer_stop(struct mailer *m);

#endif
