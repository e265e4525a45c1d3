/* What the files of the mailer share. */
#ifndef READINESS_MAIL_MAILER_INSIDE_H
#define READINESS_MAIL_MAILER_INSIDE_H

#include <stdint.h>

#include "mail/mailer.h"

/* A delivery that waits for another attempt. Kept in memory only: after a restart it is simply tried again. */
struct delay {
    struct id mailing, invitation;
    int attempts;
    int64_t due; /* clock_monotonic */
};

/* Sending, one message after the other. Belongs to one thread. */
struct round {
    const struct mailer_tools *tools;
    struct mail_sender *sender;
    struct delay *delays;
    size_t n_delays, capacity;
    int64_t next;       /* no message before this moment: the pace, or the server was not there */
    int holds;          /* how often in a row it was not there */
    int64_t ailing;     /* since when the database does not do its part (clock_monotonic); 0: it does */
    bool ours;          /* the work of writing mails is this process's ... */
    int64_t ask;        /* ... and to be asked for again from this moment on (clock_monotonic) */
    bool yielded;       /* to one that has the wave's key; once */
    char trouble[1024]; /* what keeps us from sending; "" nothing */
};

void round_begin(struct round *r, const struct mailer_tools *tools);
void round_end(struct round *r);
/* Is it this process that writes mails? Takes the work when nobody has it, keeps it for some seconds; cheap. */
bool round_is_ours(struct round *r);
void round_let_go(struct round *r);
/* Sends at most one message of a running mailing. Returns the milliseconds to wait before the next call (0: there is
 * more to do at once). A mailing that has come to its end, or cannot go on, is marked in the store. */
int64_t round_step(struct round *r, const struct mailing *m);

#endif
