/* The store, fourth part: other programs. Tokens of accounts, answers to requests that may be sent twice, and addresses
 * that are told of events. The contract of store/store.h holds here too. Tokens and keys come in hashed; the store
 * never sees them. Nothing here is about respondents. */
#ifndef READINESS_STORE_PROGRAMS_H
#define READINESS_STORE_PROGRAMS_H

#include "store/accounts.h"

struct api_token {
    struct id id, account;
    uint8_t hash[32];
    const char *name; /* what it is for, as its owner noted it */
    unsigned scopes;  /* a sum of access/tokens.h's */
    int64_t created, expires;
    const char *used; /* the last day on which it was, "" never */
};
/* Adds; RESULT_INPUT when the account has `most` already, or there is this very token. */
enum result store_add_token(struct store *s, const struct api_token *t, size_t most) MUST_CHECK;
/* RESULT_INPUT: no such token, it has expired, or its account is disabled. */
enum result store_find_token(struct store *s, struct arena *arena, const uint8_t hash[32], int64_t now,
                             struct api_token *out, struct account *account) MUST_CHECK;
/* Of one account (NULL: of all), in the order of their making; also expired ones. */
enum result store_list_tokens(struct store *s, struct arena *arena, const struct id *account, struct api_token **out,
                              size_t *n) MUST_CHECK;
enum result store_touch_token(struct store *s, struct id token, struct day day) MUST_CHECK;
/* RESULT_INPUT: there is none such. */
enum result store_drop_token(struct store *s, struct id token) MUST_CHECK;
enum result store_drop_tokens_of(struct store *s, struct id account) MUST_CHECK;

/* What a request with a key was answered. */
struct kept_reply {
    uint8_t request[32]; /* hash of what was asked */
    int status;          /* 0: it is under way, or was when the program ended */
    const char *location, *body;
};
/* Notes that a request begins. RESULT_INPUT: the key was used since `since`, and *out has what came of it. */
enum result store_begin_reply(struct store *s, struct arena *arena, const uint8_t hash[32], const uint8_t request[32],
                              int64_t now, int64_t since, struct kept_reply *out) MUST_CHECK;
/* Keeps its answer; status 0 forgets that it was begun. */
enum result store_keep_reply(struct store *s, const uint8_t hash[32], int status, const char *location,
                             const char *body) MUST_CHECK;

struct hook {
    struct id id, account;
    const char *url;
    uint8_t secret[32];
    int64_t created;
    const char *trouble;
};
/* RESULT_INPUT when the account has `most` already. */
enum result store_add_hook(struct store *s, const struct hook *h, size_t most) MUST_CHECK;
/* Of one account (NULL: of all that are not disabled), by id. */
enum result store_list_hooks(struct store *s, struct arena *arena, const struct id *account, struct hook **out,
                             size_t *n) MUST_CHECK;
/* With the messages that still wait for it. RESULT_INPUT: the account has none such. */
enum result store_drop_hook(struct store *s, struct id account, struct id hook) MUST_CHECK;

struct hook_message {
    struct id id;
    const char *event, *body;
    int attempts;
    struct hook hook; /* whose it is; only id matters when it is added */
};
enum result store_add_hook_message(struct store *s, const struct hook_message *m, int64_t due) MUST_CHECK;
/* The oldest that is due and whose account may still sign in; RESULT_INPUT: none. */
enum result store_next_hook_message(struct store *s, struct arena *arena, int64_t now,
                                    struct hook_message *out) MUST_CHECK;
/* What came of it: arrived or given up (`again` 0: it goes), or to be tried again at that time. `trouble` is noted. */
enum result store_end_hook_message(struct store *s, const struct hook_message *m, int64_t again,
                                   const char *trouble) MUST_CHECK;

#endif
