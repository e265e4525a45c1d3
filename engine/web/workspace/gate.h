/* The gate of the workspace: who is asking, and may they? Sessions, roles, forms' tokens. Default-deny: a handler is
 * called only when the row of the route table, and nothing else, says that it may be. */
#ifndef READINESS_WEB_GATE_H
#define READINESS_WEB_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "access/throttle.h"
#include "store/accounts.h"
#include "web/routes.h"
#include "web/workspace/desk.h"

enum {
    SESSION_IDLE = 30 * 60,
    SESSION_TOTAL = 12 * 3600,
    SESSIONS_MAX = 5,    /* of one account; the oldest ends */
    AGAIN_SECONDS = 600, /* so long a proof of who one is counts for acts that ask for it anew */
    SESSION_SECRET = 32, /* bytes; the cookie has them in hexadecimal */
    PROOF_SECONDS = 300, /* from the password to the second factor */
};

/* What sign-in keeps in memory, for this run. */
struct gate {
    struct throttle *accounts; /* tries per address that is typed and network that asks */
    unsigned char key[32]; /* for proofs of a right password, until the second factor is there; for what a form makes */
};
/* Where several engines may share the database of this address they have a key in common, so that a form of one can be
 * sent to another: it lies in the folder of the waves' keys. Else it is a key for this run. */
struct gate *gate_new(const char *db, const char *keys);
void gate_free(struct gate *g);

/* Takes a request of a desk's row on: it waits for a worker thread, which calls the row's handler. On the event loop.
 */
void gate_enter(struct request *r);
/* The pages for requests that are refused before that, from what their headers or their length say. */
void gate_refuse(struct request *r, int status);

/* For whoever takes a request on in another way (web/api). A desk at which nobody sits yet, in the language that the
 * request asks for; its findings are the caller's to free. */
struct desk *gate_new_desk(struct request *r);
/* Is a role enough for a row? */
bool gate_role_suffices(enum role role, enum access access);
/* The assessment that the path names, if this account may be there: 0 and d->assessment; else the status to refuse
 * with. */
int gate_find_assessment(struct desk *d);

/* Begins a session of d->account after it was proved who they are; the browser's old one, if any, ends. `keep_age`: a
 * re-authentication does not make the session younger. False: the store is in trouble, and the page for that is
 * written. */
bool gate_begin_session(struct desk *d, bool keep_age);
/* Ends this one. */
void gate_end_session(struct desk *d);

/* Takes the refusal of a request on if it comes from somebody who claims to be signed in and no page of the respondents
 * is meant: they get the workspace's page, in their language, once the session is found. False: nothing is begun. */
bool gate_take_refusal(struct request *r, int status);

/* A form that makes one thing, however often it is sent (once.c): its hidden field, and what follows from it. A form
 * without the field makes another thing each time. */
enum { ONCE_SIZE = 32 };
void gate_hide_once(struct desk *d);
void gate_once(struct desk *d, uint8_t made[ONCE_SIZE]);

/* Is another try at this address allowed, from where it comes from? Else the page that says how long to wait is
 * written. */
bool gate_may_try(struct desk *d, const char *email);
void gate_was_good(struct desk *d, const char *email);
/* Notes in the audit log that signing in failed: for this account (its address), or "" for an address without one,
 * which is not kept; and counts it for where it comes from. One line an account and hour says that it happened, however
 * often. */
void gate_note_failure(struct desk *d, const char *account);

/* A short-lived proof that the password of this account was right, to carry through a form; and whose it is. */
const char *gate_make_proof(struct desk *d, struct id account);
bool gate_read_proof(struct desk *d, const char *proof, struct id *account);

/* A secret of this session and this run for one use, always the same: nothing of it is kept. */
void gate_session_secret(const struct desk *d, const char *use, uint8_t *out, size_t n);

/* A password as it was typed; "" when there is none. */
const char *gate_posted_password(struct desk *d, const char *name);
/* The two fields for choosing a password; what was chosen in them, or NULL with what is wrong about it. */
void gate_field_new_password(struct desk *d);
const char *gate_posted_new_password(struct desk *d, const char *email);
/* Is this the code of the account's app, or one of its recovery codes, and not used before? RESULT_INPUT: no. */
enum result gate_second_factor(struct desk *d, const struct account *account, const char *code) MUST_CHECK;

/* Does the workspace have words in this language? Some languages are there for respondents only. */
bool gate_speaks(const struct desk *d, const char *language);
/* Those that it has words in; returns how many. In the request's arena. */
size_t gate_languages(const struct desk *d, const char ***languages);
/* A field for the language of an account ("" follows the browser), and its value; false with what is wrong about it. */
void gate_field_language(struct desk *d, const char *value);
bool gate_posted_language(struct desk *d, const char **language);
/* The key of a role's name. */
const char *gate_role_key(enum role role);

/* keep.c: a session that ended while somebody was typing. What was posted goes into hidden fields of the form that
 * signs in anew, and back into its own form afterwards, which the person then sends or does not: nothing of it stays
 * here. gate_keep_fields writes the hidden fields, if gate_keeps_fields says that there are any: files are never among
 * them, and a form that is too long is not kept. */
bool gate_keeps_fields(const struct desk *d);
void gate_keep_fields(struct desk *d);
/* Is there something kept for this path? Then its page is written, filled, as for anybody who asks for it (the gate
 * checks again that they may), and true returned. */
bool gate_show_filled(struct desk *d, const char *path);
/* Writes the page of a row if this person may see it; else says why not. For gate_show_filled. */
void gate_pass(struct desk *d);
/* sign_in.c: the page that says that the session has ended, with the form to sign in. */
void sign_in_show_ended(struct desk *d);

/* A path of ours that somebody may be sent to after signing in, or "": what an address asks for is not trusted. */
const char *gate_safe_path(struct desk *d, const char *path);
/* Where this person's work begins. */
const char *gate_home(const struct desk *d);

#endif
