/* Tokens: what another program shows to act for an account. A token has scopes and an end; only its hash is kept. What
 * it may do is never more than what its account may do at that moment. */
#ifndef READINESS_ACCESS_TOKENS_H
#define READINESS_ACCESS_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/finding.h"
#include "base/result.h"
#include "base/str.h"
#include "store/programs.h"

enum scope {
    SCOPE_READ = 1,     /* assessments, organisations, waves, counts */
    SCOPE_MANAGE = 2,   /* makes assessments and organisations; addresses that are told of events */
    SCOPE_PEOPLE = 4,   /* the roster: reads, imports, removes */
    SCOPE_WAVES = 8,    /* opens, extends and closes waves */
    SCOPE_LINKS = 16,   /* links of an open wave, each of which is like a ballot paper */
    SCOPE_RESULTS = 32, /* results and reports of closed waves */
    SCOPE_DATA = 64,    /* every answer of a closed wave, for analysis */
};
enum { SCOPES = 7 };
extern const char *const scope_names[SCOPES]; /* "read", "manage", ...; the i-th has the number 1 << i */

enum {
    TOKEN_PREFIX_LENGTH = 10, /* "readiness_": so that whoever finds one knows what it is */
    TOKEN_LENGTH = TOKEN_PREFIX_LENGTH + 26,
    TOKEN_DAYS_MOST = 366,
    TOKEN_DAYS = 90, /* unless another time is asked for */
    TOKENS_MAX = 20, /* of an account */
    TOKEN_NAME_MAX = 60
};

/* Names with commas or blanks between them; 0 with a finding ("scope_unknown", "scope_none") when something else stands
 * there. */
unsigned scopes_read(struct arena *arena, struct str list, struct findings *findings);
/* "read,results" */
const char *scopes_write(struct arena *arena, unsigned scopes);
/* The scopes that are of any use to a role. */
unsigned scopes_of(enum role role);

/* The text of a token that is made of 16 secret bytes, and its hash. */
void token_write(const uint8_t secret[16], char text[TOKEN_LENGTH + 1], uint8_t hash[32]);
/* The hash of a token as a program showed it; false when it cannot be one. */
bool token_hash_of(const char *text, uint8_t hash[32]);

/* Makes a token of the account; `text` is shown once. Needs account, name and scopes of *t, fills in the rest. `secret`
 * (16 bytes) may be NULL: a random one; the same one again is RESULT_OK with the same token. Findings:
 * token_name_wrong, token_days_range, token_scope_role, token_too_many. */
enum result token_make(struct store *s, const struct account *account, struct api_token *t, long days, int64_t now,
                       const uint8_t *secret, char text[TOKEN_LENGTH + 1], struct findings *findings) MUST_CHECK;

#endif
