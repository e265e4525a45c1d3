/* The mailer: takes up running mailings, one message after the other, at most so many a minute, on a thread of its own
 * in the serving process, or in the foreground for `readiness send`. Brings together collect (who, which link), mail
 * and the store.
 *
 * Each delivery is claimed in the store, sent, and its outcome noted. A passing trouble with a message (4xx, connection
 * lost) puts it behind all others and tries again after 1, 5, 15 and 60 minutes; then it counts as refused, with the
 * server's last sentence. While the server cannot be reached, everything waits for the same times and longer. When it
 * does not let us in at all (certificate, sign-in, sender), when the wave's last day has passed or its key is missing,
 * the mailing pauses. A mailing whose wave closes is done. */
#ifndef READINESS_MAIL_MAILER_H
#define READINESS_MAIL_MAILER_H

#include "collect/collect.h"
#include "mail/mail.h"
#include "mail/templates.h"
#include "store/mailings.h"

/* Everything it takes to write; all of it is borrowed and outlives the mailer. */
struct mailer_tools {
    struct collect *collect;
    struct store *store;
    const struct texts *texts;         /* dates in words */
    const struct templates *templates; /* the mails' texts */
    const struct mail_settings *settings;
    const char *public_url; /* without a slash at the end */
    int retry_seconds;      /* the first wait; the others are 5, 15 and 60 times as long */
};

/* The mail of one invitation, as it is sent (collect_link_of gives the link). `m` says kind and own texts. Everything
 * in *out lies in the arena. RESULT_INPUT: the wave is not open, or its last day has passed. */
enum result mailer_write(const struct mailer_tools *tools, struct arena *arena, const struct mailing *m,
                         const struct link *link, struct mail_message *out) MUST_CHECK;

/* The same for a preview: what this very person is sent, with dots in place of what opens their link and of what stops
 * their mail. Also when the last day has passed. */
enum result mailer_write_masked(const struct mailer_tools *tools, struct arena *arena, const struct mailing *m,
                                const struct link *link, struct mail_message *out) MUST_CHECK;

/* The same with real values but for a made-up person, also before there is a wave: for previews and for the test mail
 * to oneself. Its links lead nowhere. */
struct mail_sample {
    const struct assessment *assessment;
    const struct instrument *instrument;
    const struct organisation *organisation;
    const struct wave *wave; /* NULL: none yet */
    const char *language;    /* "" for the organisation's, else the instrument's */
    const char *to;
    bool test; /* marked as a test */
};
enum result mailer_write_sample(const struct mailer_tools *tools, struct arena *arena, const struct mailing *m,
                                const struct mail_sample *sample, struct mail_message *out) MUST_CHECK;

struct mailer;
struct mailer *mailer_new(const struct mailer_tools *tools);
/* What it was given, for previews and test mails. */
const struct mailer_tools *mailer_tools_of(const struct mailer *m);
/* Starts the thread: deliveries of a process that died become unknown, then running mailings are taken up. `public_url`
 * (NULL: as in the tools) is for a server that knows its address only when it listens. */
enum result mailer_start(struct mailer *m, const char *public_url) MUST_CHECK;
/* There is a new mailing, or one was resumed. */
void mailer_wake(struct mailer *m);
/* What keeps it from sending right now: the server's or the library's sentence, "" when nothing does. In the arena. */
const char *mailer_trouble(struct mailer *m, struct arena *arena);
/* Finishes the message under way, then ends; what is left goes on at the next start. Waits that have begun are asked to
 * end: mailer_stopping is true from now on. */
void mailer_stop(struct mailer *m);
bool mailer_stopping(struct mailer *m);
/* After mailer_stop (or without mailer_start). NULL is allowed. */
void mailer_free(struct mailer *m);

/* Sends one mailing here and now, until it is done or paused; `progress` is called after each message and at least
 * twice a second, and returns false to end early (the mailing stays running). *trouble in its arguments is as
 * mailer_trouble. */
typedef bool mailer_progress(void *context, const struct mailing *m, const char *trouble);
enum result mailer_run_now(const struct mailer_tools *tools, struct id mailing, mailer_progress *progress,
                           void *context) MUST_CHECK;

#endif
