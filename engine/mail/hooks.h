/* Word to other programs: when a wave has closed, when a report is ready, a signed message goes to the addresses that
 * asked for it (web/api/hooks.c), as far as whoever runs the server allows them. A message says what happened and where
 * more can be asked for; it holds no figure and no person.
 *
 * Messages wait in the store and are sent by one thread of the serving process: POST, application/json, over HTTPS, no
 * redirection followed, to no address of a private network, unless it is allowed as one. What does not arrive is tried
 * again with growing pauses, then given up. */
#ifndef READINESS_MAIL_HOOKS_H
#define READINESS_MAIL_HOOKS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "store/programs.h"

enum { HOOKS_MAX = 10 /* of an account */, HOOK_URL_MAX = 500, HOOK_ATTEMPTS = 8, HOOK_SIGNATURE_MAX = 128 };

/* May messages go to this address? `allowed` has beginnings of addresses with blanks between them, each up to a slash
 * or another end of a part; one with a plus sign before it may lie in a private network and be plain HTTP
 * (*is_private). */
bool hooks_allow(const char *allowed, const char *url, bool *is_private);
/* Does a socket's address lie in a private network, on this machine, or in no network at all? */
bool hooks_is_private(const struct sockaddr *address);

/* The secret as it is shown once, and with which messages are signed: 64 hexadecimal figures. */
void hooks_secret_text(const uint8_t secret[32], char text[65]);
/* "t=1700000000,v1=...": HMAC-SHA-256 with the text of the secret over the time, a point and the body. */
void hooks_sign(const uint8_t secret[32], int64_t now, const char *body, char signature[HOOK_SIGNATURE_MAX]);

/* Puts messages into the store: a wave has closed (to all who may work with it); a file of this account is ready. A
 * failure is logged, and nobody is told. */
void hooks_tell_closed(struct store *s, const struct assessment *a, const struct wave *w);
void hooks_tell_ready(struct store *s, struct id account, const char *job, const char *name);

struct hooks;
struct hook_settings {
    const char *allowed; /* "": nothing is ever sent */
    const char *ca_file; /* certificates to trust instead of the system's; "" for those */
    int retry_seconds;   /* the first pause */
};
/* Starts the thread; NULL when nothing is allowed, or there is no thread to be had. All is borrowed. */
struct hooks *hooks_start(struct store *s, const struct hook_settings *settings);
/* Ends the message under way, then the thread. NULL is allowed. */
void hooks_stop(struct hooks *h);

#endif
