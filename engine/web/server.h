/* The server: libmicrohttpd, the route table, limits, and the respondent's pages. */
#ifndef READINESS_WEB_SERVER_H
#define READINESS_WEB_SERVER_H

#include <stdbool.h>

#include "base/finding.h"
#include "base/result.h"
#include "base/texts.h"
#include "collect/collect.h"

struct server;
struct mailer;

struct server_options {
    const char *listen;          /* "127.0.0.1:8080", "[::1]:8080"; port 0 takes a free one */
    const char *public_url;      /* how people reach it, without a slash at the end; NULL: http://<listen> */
    const char *trusted_proxies; /* addresses whose X-Forwarded-For is believed, with blanks between; NULL: nobody's */
    int threads;                 /* of the event loop: 1 or 2 */
    int connection_limit;
    int idle_seconds;  /* a silent connection ends after this */
    int total_seconds; /* a request that is still not whole ends after this, however it trickles */
    bool preview;      /* serve one instrument's pages, store nothing (readiness preview) */
    const struct instrument *preview_instrument; /* with preview */
    const char *preview_file;                    /* the same: its whole path, looked at anew for each page */
    const struct texts *texts;
    struct collect *collect;             /* NULL with preview */
    struct store *store;                 /* NULL: no workspace */
    const char *surveys;                 /* the folder of the instruments, for the workspace */
    const struct strategies *strategies; /* for its reports; NULL: none */
    const char *db, *keys;               /* the settings of these names, as the workspace tells them on paper */
    const char *hooks_allowed;           /* addresses that may be told of events (mail/hooks.h); NULL: none */
    struct mailer *mailer;               /* NULL: mail is not set up */
    int mails_per_minute;                /* the most that a mailing may be set to */
};

enum result server_start(struct server **out, const struct server_options *options,
                         struct findings *findings) MUST_CHECK;
/* "http://127.0.0.1:8080": what is really listened on. */
const char *server_url(const struct server *s);
/* What may change while it runs. */
void server_change(struct server *s, int total_seconds, int mails_per_minute);
/* From now on no new connections; what is under way goes on. */
void server_refuse(struct server *s);
/* Graceful stop: no new connections, requests under way are finished (18 s after it began at most; such of which not
 * all has come within 5 s are not waited for), suspended ones resumed, then the end. */
void server_stop(struct server *s);

#endif
