/* Mail: messages made from texts with real values, handed to an SMTP server through libcurl. Knows no waves and no
 * store. */
#ifndef READINESS_MAIL_H
#define READINESS_MAIL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/finding.h"
#include "base/result.h"
#include "base/texts.h"

struct mail_settings {
    const char *server;   /* "smtp://mail.example.org:587", "smtps://..."; "" when mail is not set up */
    const char *security; /* "starttls" (must), "tls" (from the first byte, as smtps), "none" (this machine only) */
    const char *ca_file;  /* certificates to trust instead of the system's; "" for those */
    const char *user, *password;
    const char *from, *from_name, *reply_to;
    int timeout_seconds;
};

struct mail_message {
    const char *to, *to_name;
    const char *subject, *body; /* plain text, UTF-8, lines end in \n */
    const char *language;       /* a tag, "" for none: said in the header, so that a mail is read out right */
    const char *opt_out;        /* a link; becomes List-Unsubscribe too; "" for none */
    const char *id;             /* left side of the Message-ID: made from the delivery, the same at every attempt */
};

enum mail_outcome {
    MAIL_ACCEPTED,
    MAIL_REFUSED, /* the server said no to this message for good (5xx): `sentence` has its words */
    MAIL_LATER,   /* a passing trouble with this message (4xx, connection lost before it was handed over): try again */
    MAIL_UNKNOWN, /* the connection broke after the message was handed over, before the server's answer */
    MAIL_NO_SERVER, /* nothing to do with this message: no connection, or the server is busy; the next would fare alike
                     */
    MAIL_BARRED,    /* the same, and waiting does not help: certificate, sign-in or sender are not accepted */
};

/* Are the settings complete and safe? Findings say what is missing. A server that is not set up ("") is RESULT_INPUT
 * with the finding "mail_not_set_up". */
enum result mail_check(const struct mail_settings *settings, struct findings *findings) MUST_CHECK;

/* The whole message as it goes over the wire (RFC 5322, quoted-printable; CR LF): for sending, previews and tests. NULL
 * when a header's value has a control character or an address is not one: nothing is ever mended silently. */
const char *mail_format(struct arena *arena, const struct mail_settings *settings, const struct mail_message *message);

/* Sends messages over one connection, which is kept open between calls; one thread at a time. The settings (checked
 * before) are borrowed. */
struct mail_sender;
struct mail_sender *mail_sender_new(const struct mail_settings *settings);
void mail_sender_free(struct mail_sender *sender);
/* `call` is called about once a second while the server takes its time. */
void mail_sender_meanwhile(struct mail_sender *sender, void (*call)(void *context), void *context);
/* Sends one message. `*sentence` (in the arena, one line, never NULL) is the server's, beginning with the number of its
 * answer, or, when there was none, our own name for what went wrong on the way: mail_words has the sentence. After a
 * message without an answer the next one goes over a new connection: an answer that comes late is nobody's. */
enum mail_outcome mail_send(struct mail_sender *sender, struct arena *arena, const struct mail_message *message,
                            const char **sentence);
/* Goes as far as a message would, without one: connects, encrypts, signs in. The outcome is MAIL_ACCEPTED,
 * MAIL_NO_SERVER or MAIL_BARRED, the sentence as above. */
enum mail_outcome mail_reach(const struct mail_settings *settings, struct arena *arena,
                             const char **sentence) MUST_CHECK;
/* A sentence of mail_send (also one that was kept) for a reader: the server's as it is, ours in the language asked for.
 * Lies in the texts or is the one given. */
#define MAIL_OWN "#" /* begins a name of ours: "#no_answer" */
const char *mail_words(const struct texts *texts, const char *language, const char *sentence);

#endif
