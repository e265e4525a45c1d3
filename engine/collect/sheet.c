/* The recovery sheet: a wave's key on paper. It brings back a key that was lost; and who has it may take away from this
 * machine what opens the ballots, so that nobody here can open one until the sheet is brought for closing. */
#include <sodium.h>
#include <string.h>

#include "collect/inside.h"

enum { HALF = 32, KEY = 2 * HALF, SUM = 2, SHEET = KEY + SUM, BYTES_IN_LINE = 22 };

/* Of the key and the wave's name: finds a slip of the typist, and the sheet of another wave. */
static void sum_of(const struct wave *wave, const uint8_t bytes[KEY], uint8_t sum[HALF]) {
    crypto_generichash(sum, HALF, bytes, KEY, wave->id.bytes, sizeof wave->id.bytes);
}

enum result collect_recovery_sheet(struct collect *c, const struct wave *wave, struct arena *arena, const char **out,
                                   struct findings *findings) {
    struct wave_key key;
    uint8_t bytes[SHEET], sum[HALF];
    if (key_read(c->keys, wave->id, &key, findings) != RESULT_OK)
        return RESULT_INPUT;
    if (key.locked) {
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "key_taken", "value", wave->label, NULL);
        return RESULT_INPUT;
    }
    memcpy(bytes, key.token_key, HALF);
    memcpy(bytes + HALF, key.secret_key, HALF);
    sum_of(wave, bytes, sum);
    memcpy(bytes + KEY, sum, SUM);
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < sizeof bytes; i++)
        buf_printf(&b, "%s%02X", i && i % BYTES_IN_LINE == 0 ? "\n" : i && i % 2 == 0 ? " " : "", bytes[i]);
    *out = arena_copy(arena, b.p, b.n);
    sodium_memzero(b.p, b.n);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(&key, sizeof key);
    buf_free(&b);
    return RESULT_OK;
}

/* The sentence above the figures need not be cut off by hand. */
static const char *figures_of(const char *typed) {
    const char *blank = strstr(typed, "\n\n"), *windows = strstr(typed, "\r\n\r\n");
    return blank ? blank + 2 : windows ? windows + 4 : typed;
}

bool sheet_read(const struct wave *wave, const char *typed, struct wave_key *key, struct findings *findings) {
    uint8_t bytes[SHEET], sum[HALF];
    const char *figures = figures_of(typed), *end;
    size_t n = 0;
    *key = (struct wave_key){.locked = false};
    bool whole = sodium_hex2bin(bytes, sizeof bytes, figures, strlen(figures), " \n\r\t-", &n, &end) == 0 &&
                 *end == '\0' && n == sizeof bytes;
    if (whole) {
        sum_of(wave, bytes, sum);
        memcpy(key->token_key, bytes, HALF);
        memcpy(key->secret_key, bytes + HALF, HALF);
        crypto_scalarmult_base(key->public_key, key->secret_key);
        whole = memcmp(sum, bytes + KEY, SUM) == 0 && memcmp(key->public_key, wave->public_key, HALF) == 0;
    }
    sodium_memzero(bytes, sizeof bytes);
    if (!whole)
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "recovery_wrong", "value", wave->label, NULL);
    return whole;
}

enum result collect_recover(struct collect *c, const struct wave *wave, const char *typed, struct findings *findings) {
    struct wave_key key;
    const enum result result =
        sheet_read(wave, typed, &key, findings) ? key_write(c->keys, wave->id, &key, findings) : RESULT_INPUT;
    sodium_memzero(&key, sizeof key);
    return result;
}

/* Where the key was lost, its other half is back afterwards. */
enum result collect_lock_wave(struct collect *c, const struct wave *wave, const char *typed,
                              struct findings *findings) {
    struct wave_key key, here;
    enum result result = sheet_read(wave, typed, &key, findings) ? RESULT_OK : RESULT_INPUT;
    if (result == RESULT_OK && key_read(c->keys, wave->id, &here, NULL) == RESULT_OK) {
        result = here.locked ? RESULT_OK : key_lock(c->keys, wave->id, findings);
    } else if (result == RESULT_OK) {
        key.locked = true;
        result = key_write(c->keys, wave->id, &key, findings);
    }
    sodium_memzero(&key, sizeof key);
    sodium_memzero(&here, sizeof here);
    return result;
}

bool collect_is_locked(struct collect *c, const struct wave *wave) {
    struct wave_key key;
    const bool locked = wave->state == WAVE_OPEN && key_read(c->keys, wave->id, &key, NULL) == RESULT_OK && key.locked;
    sodium_memzero(&key, sizeof key);
    return locked;
}
