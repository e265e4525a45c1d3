#include "access/links.h"

#include <ctype.h>
#include <sodium.h>
#include <string.h>

#include "access/base32.h"
#include "base/random.h"

static void hash_token(const char *token, uint8_t hash[32]) {
    crypto_generichash(hash, 32, (const uint8_t *)token, ACCESS_TOKEN_LENGTH, NULL, 0);
}

void access_token_make(const uint8_t secret[16], char token[ACCESS_TOKEN_LENGTH + 1], uint8_t hash[32]) {
    base32_write(secret, 16, token);
    hash_token(token, hash);
}

void access_token_new(char token[ACCESS_TOKEN_LENGTH + 1], uint8_t hash[32]) {
    uint8_t secret[16];
    random_bytes(secret, sizeof secret);
    access_token_make(secret, token, hash);
    sodium_memzero(secret, sizeof secret);
}

bool access_token_hash(const char *token, uint8_t hash[32]) {
    char upper[ACCESS_TOKEN_LENGTH];
    if (strlen(token) != ACCESS_TOKEN_LENGTH)
        return false;
    for (size_t i = 0; i < ACCESS_TOKEN_LENGTH; i++)
        upper[i] = (char)toupper((unsigned char)token[i]);
    hash_token(upper, hash);
    return true;
}

enum result welcome_make(struct store *s, struct id account, int64_t now, char token[ACCESS_TOKEN_LENGTH + 1]) {
    uint8_t hash[32];
    access_token_new(token, hash);
    return store_put_account_link(s, hash, account, now + WELCOME_SECONDS);
}

enum result welcome_find(struct store *s, const char *token, int64_t now, bool use, struct id *account) {
    uint8_t hash[32];
    return access_token_hash(token, hash) ? store_find_account_link(s, hash, now, use, account) : RESULT_INPUT;
}
