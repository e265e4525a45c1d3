#include "access/totp.h"

#include <ctype.h>
#include <nettle/hmac.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "access/base32.h"
#include "base/random.h"

void totp_new_secret(uint8_t secret[TOTP_SECRET_SIZE]) {
    random_bytes(secret, TOTP_SECRET_SIZE);
}

void totp_secret_text(const uint8_t secret[TOTP_SECRET_SIZE], char out[TOTP_SECRET_TEXT + 1]) {
    base32_write(secret, TOTP_SECRET_SIZE, out);
}

static void put_escaped(struct buf *b, const char *s) {
    for (; *s; s++) {
        if (isalnum((unsigned char)*s) || strchr("-._~@", *s))
            buf_char(b, *s);
        else
            buf_printf(b, "%%%02X", (unsigned)(unsigned char)*s);
    }
}

const char *totp_uri(struct arena *arena, const uint8_t secret[TOTP_SECRET_SIZE], const char *issuer,
                     const char *email) {
    char text[TOTP_SECRET_TEXT + 1];
    struct buf b = BUF_INIT;
    totp_secret_text(secret, text);
    buf_text(&b, "otpauth://totp/");
    put_escaped(&b, issuer);
    buf_char(&b, ':');
    put_escaped(&b, email);
    buf_printf(&b, "?secret=%s&issuer=", text);
    put_escaped(&b, issuer);
    const char *uri = arena_copy(arena, b.p, b.n);
    buf_free(&b);
    return uri;
}

/* RFC 4226, section 5.3: four bytes of the HMAC, from where its last half byte says. */
void totp_code(const uint8_t secret[TOTP_SECRET_SIZE], int64_t step, char out[TOTP_DIGITS + 1]) {
    struct hmac_sha1_ctx context;
    uint8_t counter[8], digest[SHA1_DIGEST_SIZE];
    for (int i = 0; i < 8; i++)
        counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    hmac_sha1_set_key(&context, TOTP_SECRET_SIZE, secret);
    hmac_sha1_update(&context, sizeof counter, counter);
    hmac_sha1_digest(&context, sizeof digest, digest);
    const uint8_t *p = digest + (digest[SHA1_DIGEST_SIZE - 1] & 0x0f);
    uint32_t number = (uint32_t)(p[0] & 0x7f) << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    snprintf(out, TOTP_DIGITS + 1, "%06u", (unsigned)(number % 1000000));
    sodium_memzero(&context, sizeof context);
}

bool totp_check(const uint8_t secret[TOTP_SECRET_SIZE], const char *typed, int64_t now, int64_t *step) {
    char digits[TOTP_DIGITS + 1], code[TOTP_DIGITS + 1];
    size_t n = 0;
    for (; *typed; typed++) {
        if (isspace((unsigned char)*typed))
            continue;
        if (!isdigit((unsigned char)*typed) || n == TOTP_DIGITS)
            return false;
        digits[n++] = *typed;
    }
    if (n != TOTP_DIGITS)
        return false;
    bool found = false;
    for (int64_t at = now / TOTP_STEP - 1; at <= now / TOTP_STEP + 1; at++) {
        totp_code(secret, at, code);
        if (sodium_memcmp(code, digits, TOTP_DIGITS) == 0) {
            *step = at;
            found = true;
        }
    }
    return found;
}

/* Letters and figures that cannot be taken for each other. */
static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789";

static void hash_code(const char *code, size_t n, uint8_t hash[32]) {
    crypto_generichash(hash, 32, (const uint8_t *)code, n, NULL, 0);
}

void recovery_codes_new(char codes[RECOVERY_CODES][RECOVERY_CODE_LENGTH + 1], uint8_t hashes[RECOVERY_CODES][32]) {
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        for (size_t k = 0; k < RECOVERY_CODE_LENGTH; k++)
            codes[i][k] = k == RECOVERY_CODE_LENGTH / 2 ? '-' : alphabet[random_below(sizeof alphabet - 1)];
        codes[i][RECOVERY_CODE_LENGTH] = '\0';
        recovery_code_hash(codes[i], hashes[i]);
    }
}

void recovery_code_hash(const char *typed, uint8_t hash[32]) {
    char code[RECOVERY_CODE_LENGTH];
    size_t n = 0;
    for (; *typed && n < sizeof code; typed++)
        if (isalnum((unsigned char)*typed))
            code[n++] = (char)tolower((unsigned char)*typed);
    hash_code(code, n, hash);
}
