/* The store, second part: the people who work with the workspace. Accounts, sessions, single-use links, who may see
 * what, and the audit log. The contract of store/store.h holds here too: every call is one whole transaction. Secrets
 * (passwords, sessions, links, recovery codes) come in hashed; the store never sees them. Times are seconds since 1970,
 * UTC: these tables are about practitioners, never about respondents. */
#ifndef READINESS_STORE_ACCOUNTS_H
#define READINESS_STORE_ACCOUNTS_H

#include "store/store.h"

enum role { ROLE_VIEWER, ROLE_PRACTITIONER, ROLE_ADMINISTRATOR };

enum { TOTP_SECRET_SIZE = 20, PASSWORD_HASH_MAX = 128 };

struct account {
    struct id id;
    const char *email; /* unique without case */
    const char *name;
    enum role role;
    const char *language, *timezone; /* "" for the default */
    bool disabled;
    const char *password; /* Argon2id string of libsodium; "" before the first link was followed */
    bool has_totp;        /* confirmed with a code; a second factor is asked for from then on */
    uint8_t totp[TOTP_SECRET_SIZE];
    int64_t created;
};

/* Adds; RESULT_INPUT when the address is taken. */
enum result store_add_account(struct store *s, const struct account *a) MUST_CHECK;
/* Changes everything but id, email and created. Disabling, a new password or another second factor also ends every
 * session of the account (but `keep`, 32 bytes, may be NULL). */
enum result store_change_account(struct store *s, const struct account *a, const uint8_t *keep) MUST_CHECK;
enum result store_find_account(struct store *s, struct arena *arena, const char *email, struct account *out) MUST_CHECK;
enum result store_get_account(struct store *s, struct arena *arena, struct id id, struct account *out) MUST_CHECK;
enum result store_list_accounts(struct store *s, struct arena *arena, struct account **out, size_t *n) MUST_CHECK;

/* The newest time step (30 s) with which the account's second factor was used: a code counts once. RESULT_INPUT when
 * `step` is not newer. */
enum result store_use_totp_step(struct store *s, struct id account, int64_t step) MUST_CHECK;
/* Replaces all recovery codes; uses one up (RESULT_INPUT when there is no such one left). */
enum result store_put_recovery_codes(struct store *s, struct id account, const uint8_t (*hashes)[32],
                                     size_t n) MUST_CHECK;
enum result store_use_recovery_code(struct store *s, struct id account, const uint8_t hash[32]) MUST_CHECK;
enum result store_count_recovery_codes(struct store *s, struct id account, size_t *n) MUST_CHECK;

/* Single-use links: to set a password. A new link of an account replaces its older ones. */
enum result store_put_account_link(struct store *s, const uint8_t hash[32], struct id account,
                                   int64_t expires) MUST_CHECK;
/* Whose link is it (RESULT_INPUT: nobody's, or too old)? `use` removes it in the same transaction. */
enum result store_find_account_link(struct store *s, const uint8_t hash[32], int64_t now, bool use,
                                    struct id *account) MUST_CHECK;

struct session {
    uint8_t hash[32]; /* of the cookie */
    struct id account;
    int64_t created, seen; /* `seen` moves on at most once a minute */
    int64_t signed_in;     /* when the person last proved who they are, for acts that ask for it anew */
};
/* Adds a session and ends the account's oldest ones above `most`. */
enum result store_put_session(struct store *s, const struct session *session, size_t most) MUST_CHECK;
/* RESULT_INPUT when there is none, it has ended (idle_seconds since seen, total_seconds since created), it was seen in
 * the future (the clock was wrong then; it would not end), or the account
 * is disabled. */
enum result store_find_session(struct store *s, struct arena *arena, const uint8_t hash[32], int64_t now,
                               int64_t idle_seconds, int64_t total_seconds, struct session *out,
                               struct account *account) MUST_CHECK;
enum result store_touch_session(struct store *s, const uint8_t hash[32], int64_t now, bool signed_in) MUST_CHECK;
enum result store_drop_session(struct store *s, const uint8_t hash[32]) MUST_CHECK;
enum result store_drop_sessions_of(struct store *s, struct id account) MUST_CHECK;

/* Who may work with an assessment: its owner, and practitioners it is shared with. */
enum result store_share_assessment(struct store *s, struct id assessment, struct id account, bool shared) MUST_CHECK;
enum result store_list_shares(struct store *s, struct arena *arena, struct id assessment, struct id **out,
                              size_t *n) MUST_CHECK;
/* May this account work with it: owner, shared with, or administrator? */
enum result store_may_work(struct store *s, struct id assessment, const struct account *account, bool *out) MUST_CHECK;

/* Reports for others: a viewer's account, or whoever holds an expiring link, sees the reports of one organisation. An
 * account has one grant of an organisation: a later one takes the place of the earlier. */
struct grant {
    struct id id, assessment;
    const char *organisation;
    bool has_account;
    struct id account;  /* with has_account */
    uint8_t hash[32];   /* of the link's token, without */
    int64_t expires;    /* 0: never */
    const char *remark; /* for whom, as the practitioner noted it */
};
/* RESULT_INPUT: no such organisation, or there is a grant with this id or hash. */
enum result store_add_grant(struct store *s, const struct grant *g) MUST_CHECK;
enum result store_drop_grant(struct store *s, struct id grant) MUST_CHECK;
enum result store_list_grants(struct store *s, struct arena *arena, struct id assessment, struct grant **out,
                              size_t *n) MUST_CHECK;
enum result store_list_grants_of(struct store *s, struct arena *arena, struct id account, int64_t now,
                                 struct grant **out, size_t *n) MUST_CHECK;
/* RESULT_INPUT: no such link, or it has expired. */
enum result store_find_grant(struct store *s, struct arena *arena, const uint8_t hash[32], int64_t now,
                             struct grant *out) MUST_CHECK;

/* What practitioners did, without answers, tokens or respondents' names. */
/* What the server does by itself, because the settings ask for it. No address looks like this. */
#define AUDIT_SERVER "server"
struct audit {
    int64_t time;
    const char *account; /* e-mail address, "" for the command line, or AUDIT_SERVER */
    const char *act;     /* a word of the texts' section [audit]: "wave_closed" */
    const char *object;  /* an assessment's name; what is inside it behind a slash: "north/Baseline", "north/house-a";
                            for whom, behind another one: "north/house-a/viewer@example.org"; an account's address.
                            Never a person of the roster: the log outlives their removal */
    long number;         /* within the second; of no matter for what is added */
};
enum result store_add_audit(struct store *s, const struct audit *a) MUST_CHECK;
/* The same, unless this very act on this very object has a line since `since` already, by whomever: what strangers can
 * repeat at will must not fill the disk. */
enum result store_add_audit_once(struct store *s, const struct audit *a, int64_t since) MUST_CHECK;
/* The newest first; of one object and what is inside it, or of all (NULL). */
enum result store_list_audit(struct store *s, struct arena *arena, const char *object_prefix, size_t most,
                             struct audit **out, size_t *n) MUST_CHECK;
/* The lines next to the one at `time` and `number`, which is left out: those before it, or after it with `newer`; in
 * both cases at most `most`, the newest first. */
enum result store_list_audit_from(struct store *s, struct arena *arena, const char *object_prefix, int64_t time,
                                  long number, bool newer, size_t most, struct audit **out, size_t *n) MUST_CHECK;
/* The newest line of this act on this very object; RESULT_INPUT when there is none. */
enum result store_find_audit(struct store *s, struct arena *arena, const char *act, const char *object,
                             struct audit *out) MUST_CHECK;
enum result store_drop_old_audit(struct store *s, int64_t before) MUST_CHECK;

#endif
