#include "collect/keys.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/random.h"

/* Crockford's idea: digits and letters that nobody confuses. Tokens use 32 of them (5 bits each), codes 31: without U,
 * so that the number of characters is prime and the check character catches every single slip and every swap. */
static const char token_alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const char code_alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXY";
enum { CODE_BASE = 31 };
/* A wave's file: the token key, then the box's secret key. Locked, it ends before that one. */
enum { KEY_HALF = 32, KEY_FILE_SIZE = 2 * KEY_HALF };

static void key_path(const char *folder, const char *kind, struct id id, char out[4096]) {
    char hex[33];
    sodium_bin2hex(hex, sizeof hex, id.bytes, sizeof id.bytes);
    snprintf(out, 4096, "%s/%s-%s.key", folder, kind, hex);
}

enum result key_write(const char *folder, struct id wave, const struct wave_key *key, struct findings *findings) {
    char path[4096];
    uint8_t bytes[KEY_FILE_SIZE];
    key_path(folder, "wave", wave, path);
    memcpy(bytes, key->token_key, KEY_HALF);
    memcpy(bytes + KEY_HALF, key->secret_key, KEY_HALF);
    enum result result =
        file_write(path, (struct str){(const char *)bytes, key->locked ? KEY_HALF : KEY_FILE_SIZE}, 0600, findings);
    sodium_memzero(bytes, sizeof bytes);
    return result;
}

enum result key_make(const char *folder, struct id wave, struct wave_key *out, struct findings *findings) {
    *out = (struct wave_key){.locked = false};
    random_bytes(out->token_key, sizeof out->token_key);
    crypto_box_keypair(out->public_key, out->secret_key);
    return key_write(folder, wave, out, findings);
}

enum result key_read(const char *folder, struct id wave, struct wave_key *out, struct findings *findings) {
    char path[4096];
    key_path(folder, "wave", wave, path);
    struct arena *arena = arena_new();
    struct str bytes = {NULL, 0};
    enum result result = RESULT_INPUT;
    *out = (struct wave_key){.locked = true};
    if (!file_exists(path) || file_read(&bytes, arena, path, KEY_FILE_SIZE, findings) != RESULT_OK ||
        (bytes.n != KEY_FILE_SIZE && bytes.n != KEY_HALF)) {
        finding_add(findings, SEVERITY_ERROR, (struct place){path, 0, 0}, "key_missing", NULL);
    } else {
        memcpy(out->token_key, bytes.p, KEY_HALF);
        memcpy(out->secret_key, bytes.p + KEY_HALF, bytes.n - KEY_HALF);
        out->locked = sodium_is_zero(out->secret_key, KEY_HALF); /* locking writes noughts, then cuts them off */
        if (!out->locked)
            crypto_scalarmult_base(out->public_key, out->secret_key);
        sodium_memzero((char *)(uintptr_t)bytes.p, bytes.n);
        result = RESULT_OK;
    }
    arena_free(arena);
    return result;
}

enum result key_lock(const char *folder, struct id wave, struct findings *findings) {
    char path[4096];
    key_path(folder, "wave", wave, path);
    return file_destroy_from(path, KEY_HALF, findings);
}

enum result key_destroy(const char *folder, struct id wave, struct findings *findings) {
    char path[4096];
    key_path(folder, "wave", wave, path);
    return file_destroy(path, findings);
}

/* 32 bytes derived for one purpose. */
static void derive(const struct wave_key *key, const char *purpose, struct id invitation, int generation,
                   uint8_t out[32]) {
    crypto_generichash_state state;
    uint8_t number[4] = {(uint8_t)(generation >> 24), (uint8_t)(generation >> 16), (uint8_t)(generation >> 8),
                         (uint8_t)generation};
    crypto_generichash_init(&state, key->token_key, sizeof key->token_key, 32);
    crypto_generichash_update(&state, (const uint8_t *)purpose, strlen(purpose));
    crypto_generichash_update(&state, invitation.bytes, sizeof invitation.bytes);
    crypto_generichash_update(&state, number, sizeof number);
    crypto_generichash_final(&state, out, 32);
}

static void base32(const uint8_t *bytes, char *out, size_t characters) {
    unsigned window = 0, bits = 0;
    size_t at = 0;
    for (size_t i = 0; i < characters; i++) {
        if (bits < 5) {
            window = (window << 8) | bytes[at++];
            bits += 8;
        }
        bits -= 5;
        out[i] = token_alphabet[(window >> bits) & 31];
    }
    out[characters] = '\0';
}

void key_token(const struct wave_key *key, struct id invitation, int generation, char token[TOKEN_LENGTH + 1]) {
    uint8_t bytes[32];
    derive(key, "token", invitation, generation, bytes);
    base32(bytes, token, TOKEN_LENGTH);
    sodium_memzero(bytes, sizeof bytes);
}

void key_stop(const struct wave_key *key, struct id invitation, char token[STOP_LENGTH + 1]) {
    uint8_t bytes[16 + 32];
    memcpy(bytes, invitation.bytes, 16);
    derive(key, "stop", invitation, 0, bytes + 16);
    base32(bytes, token, STOP_LENGTH); /* 30 bytes: the id and the first 14 of the proof */
    sodium_memzero(bytes, sizeof bytes);
}

bool stop_normalise(const char *typed, char out[STOP_LENGTH + 1], struct id *invitation) {
    unsigned window = 0, bits = 0;
    size_t at = 0;
    if (strlen(typed) != STOP_LENGTH)
        return false;
    for (size_t i = 0; i < STOP_LENGTH; i++) {
        char c = typed[i] >= 'a' && typed[i] <= 'z' ? (char)(typed[i] - 'a' + 'A') : typed[i];
        const char *found = strchr(token_alphabet, c);
        if (!found)
            return false;
        out[i] = c;
        window = (window << 5) | (unsigned)(found - token_alphabet);
        bits += 5;
        if (bits < 8)
            continue;
        bits -= 8;
        if (at < sizeof invitation->bytes)
            invitation->bytes[at++] = (uint8_t)(window >> bits);
    }
    out[STOP_LENGTH] = '\0';
    return true;
}

/* Of a character of a token, never the zero behind it; -1 when codes do not have it. */
static int code_value(char c) {
    const char *at = strchr(code_alphabet, c);
    return at ? (int)(at - code_alphabet) : -1;
}

/* The weighted sum of ISBN-10 over 31 characters: finds every single wrong character and every swap. */
static int code_check(const char *code) {
    int sum = 0;
    for (int i = 0; i < CODE_LENGTH - 1; i++)
        sum += (i + 1) * code_value(code[i]);
    return sum % CODE_BASE;
}

void key_code(const struct wave_key *key, struct id invitation, int generation, char code[CODE_LENGTH + 1]) {
    uint8_t bytes[32];
    derive(key, "code", invitation, generation, bytes);
    for (size_t i = 0; i < CODE_LENGTH - 1; i++) {
        unsigned pair = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1]; /* 65536 / 31: a bias under 0.05 % */
        code[i] = code_alphabet[pair % CODE_BASE];
    }
    code[CODE_LENGTH - 1] = code_alphabet[code_check(code)];
    code[CODE_LENGTH] = '\0';
    sodium_memzero(bytes, sizeof bytes);
}

enum result key_pseudonym(const char *folder, struct id assessment, struct id person, uint8_t pseudonym[16],
                          struct findings *findings) {
    char path[4096];
    uint8_t panel[32];
    key_path(folder, "panel", assessment, path);
    const enum result result = file_shared_secret(path, panel, sizeof panel, findings);
    if (result == RESULT_OK)
        crypto_generichash(pseudonym, 16, person.bytes, sizeof person.bytes, panel, sizeof panel);
    sodium_memzero(panel, sizeof panel);
    return result;
}

enum result key_destroy_panel(const char *folder, struct id assessment, struct findings *findings) {
    char path[4096];
    key_path(folder, "panel", assessment, path);
    return file_destroy(path, findings);
}

static bool is_code(const char *s) {
    for (int i = 0; i < CODE_LENGTH; i++)
        if (code_value(s[i]) < 0)
            return false;
    return code_value(s[CODE_LENGTH - 1]) == code_check(s);
}

bool token_normalise(const char *typed, size_t n, char out[TOKEN_LENGTH + 1]) {
    size_t length = 0;
    for (size_t i = 0; i < n; i++) {
        char c = typed[i];
        if (c == '-' || c == ' ')
            continue;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
        if (!c || !strchr(token_alphabet, c) || length == TOKEN_LENGTH)
            return false;
        out[length++] = c;
    }
    out[length] = '\0';
    return length == TOKEN_LENGTH || (length == CODE_LENGTH && is_code(out));
}

void token_hash(const char *token, uint8_t hash[32]) {
    crypto_generichash(hash, 32, (const uint8_t *)token, strlen(token), NULL, 0);
}

void token_random(char *out, size_t n) {
    for (size_t i = 0; i < n; i++)
        out[i] = token_alphabet[random_below(32)];
    out[n] = '\0';
}

void code_random(char *out, size_t n) {
    for (size_t i = 0; i < n; i++)
        out[i] = code_alphabet[random_below(CODE_BASE)];
    out[n] = '\0';
}
