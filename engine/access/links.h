/* Links that set a password: PUBLIC_URL/welcome/TOKEN. They work once, for 48 hours, and a new one replaces the older.
 * Only the token's hash is kept. The same tokens serve as links to reports (store/accounts.h, grants). */
#ifndef READINESS_ACCESS_LINKS_H
#define READINESS_ACCESS_LINKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "store/accounts.h"

enum { ACCESS_TOKEN_LENGTH = 26 /* base32, 128 bits */, WELCOME_SECONDS = 48 * 3600 };

/* A new random token and its hash. */
void access_token_new(char token[ACCESS_TOKEN_LENGTH + 1], uint8_t hash[32]);
/* The token and its hash that belong to 16 secret bytes. */
void access_token_make(const uint8_t secret[16], char token[ACCESS_TOKEN_LENGTH + 1], uint8_t hash[32]);
/* The hash of a token as it came in a link; false when it cannot be one. */
bool access_token_hash(const char *token, uint8_t hash[32]);

/* Makes a link of the account; `token` is shown to a person once. */
enum result welcome_make(struct store *s, struct id account, int64_t now,
                         char token[ACCESS_TOKEN_LENGTH + 1]) MUST_CHECK;
/* Whose link is it? RESULT_INPUT: nobody's, used, too old, or the account is disabled. `use` ends it. */
enum result welcome_find(struct store *s, const char *token, int64_t now, bool use, struct id *account) MUST_CHECK;

#endif
