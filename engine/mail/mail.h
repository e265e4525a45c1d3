/* Mail: messages made from texts with real values, handed to an SMTP server through libcurl. Knows no waves and no store. */
#ifndef READINESS_MAIL_H
#define READINESS_MAIL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/finding.h"
#include "base/result.h"
#include "base/texts.h"

struct mail_settings {
    const char *server;   /* "smtp://mail.example.org:587", "smtps://..."; "" when mail is not set up */
    const char *security; /* "starttls" (must), "tls" (as smtps), "none" (loopback only) */
    const char *user, *password;
    const char *from, *from_name, *reply_to;
    int timeout_seconds;
};

struct mail_message {
    const char *to, *to_name;
    const char *subject, *body; /* plain text, UTF-8, lines end in \n */
    const char *opt_out;        /* a link; becomes List-Unsubscribe too; "" for none */
    const char *id;             /* left side of the Message-ID: made from the delivery, the same at every attempt */
};

enum mail_outcome {
    MAIL_ACCEPTED,
    MAIL_REFUSED,  /* the server said no for good (5xx): `sentence` has its words */
    MAIL_LATER,    /* a passing trouble (4xx, no connection) before the message was handed over: try again */
    MAIL_UNKNOWN,  /* the connection broke after the message was handed over, before the server's answer */
};

/* Are the settings complete and safe? Findings say what is missing. */
enum result mail_check(const struct mail_settings *settings, struct findings *findings) MUST_CHECK;
/* The whole message as it goes over the wire (RFC 5322, quoted-printable or 8bit as fits; CR LF): for previews and tests. */
const char *mail_format(struct arena *arena, const struct mail_settings *settings, const struct mail_message *message);
/* Sends one message. A connection is kept open in `sender` between calls. `sentence` (in the arena) is the server's. */
struct mail_sender;
struct mail_sender *mail_sender_new(const struct mail_settings *settings);
void mail_sender_free(struct mail_sender *sender);
enum mail_outcome mail_send(struct mail_sender *sender, struct arena *arena, const struct mail_message *message,
                            const char **sentence);

/* An address we can write to: one @, no blanks, brackets, commas or control characters, a dot in the domain. */
bool mail_address_good(const char *address);

#endif
