#include "collect/safekeeping.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "collect/ballot.h"
#include "collect/keys.h"

enum { KEY_FILE_MAX = 64 };

/* The file's name, as collect/keys.c makes it: kind-<id>.key. */
static const char *key_file(struct arena *arena, const char *folder, const char *kind, struct id id) {
    char hex[33];
    sodium_bin2hex(hex, sizeof hex, id.bytes, sizeof id.bytes);
    return arena_printf(arena, "%s/%s-%s.key", folder, kind, hex);
}

static enum result say(struct findings *findings, const char *path, const char *code, const struct kept_wave *w) {
    finding_add(findings, SEVERITY_ERROR, (struct place){path, 0, 0}, code, "name", w->assessment, "label", w->label,
                NULL);
    return RESULT_INPUT;
}

/* Seals what an answer could be, to what people's answers are sealed to, and opens it with what closing opens them
 * with. A seal that opens holds what was sealed: it is authenticated. */
static bool opens_canary(struct arena *arena, const struct wave_key *key, const uint8_t public_key[32]) {
    static const char canary[] = "{\"a\":\"1\"}";
    struct str opened;
    const struct str sealed = ballot_seal(arena, public_key, str_of(canary), BALLOT_ROOM_LEAST);
    return ballot_open(arena, key->public_key, key->secret_key, sealed, &opened);
}

enum result collect_check_key(const char *keys, const struct kept_wave *wave, bool *locked, struct findings *findings) {
    struct arena *arena = arena_new();
    struct wave_key key = {.locked = false};
    struct stat st;
    enum result result = RESULT_OK;
    const char *path = key_file(arena, keys, "wave", wave->id);
    if (stat(path, &st) != 0)
        result = say(findings, path, "key_not_there", wave);
    else if (key_read(keys, wave->id, &key, NULL) != RESULT_OK)
        result = say(findings, path, "key_unreadable", wave);
    else if (!key.locked && !opens_canary(arena, &key, wave->public_key))
        result = say(findings, path, "key_of_another", wave);
    else if (st.st_mode & 077)
        result = say(findings, path, "key_for_others", wave);
    *locked = result == RESULT_OK && key.locked;
    sodium_memzero(&key, sizeof key);
    arena_free(arena);
    return result;
}

struct copying {
    struct arena *arena;
    const char *from, *to;
    struct findings *findings;
    size_t copied;
    enum result result;
};

static void worsen(struct copying *c, enum result result) {
    c->result = result > c->result ? result : c->result;
}

static void copy_one(struct copying *c, const char *kind, struct id id) {
    const char *from = key_file(c->arena, c->from, kind, id), *to = key_file(c->arena, c->to, kind, id);
    struct str bytes = {NULL, 0}, there;
    enum result result = file_read(&bytes, c->arena, from, KEY_FILE_MAX, c->findings);
    if (result == RESULT_OK && file_exists(to)) {
        result = file_read(&there, c->arena, to, KEY_FILE_MAX, c->findings);
        if (result == RESULT_OK && (there.n != bytes.n || sodium_memcmp(there.p, bytes.p, bytes.n) != 0)) {
            finding_add(c->findings, SEVERITY_ERROR, (struct place){to, 0, 0}, "file_exists_already", NULL);
            result = RESULT_INPUT;
        }
    } else if (result == RESULT_OK) {
        result = file_write(to, bytes, 0600, c->findings);
    }
    if (bytes.n)
        sodium_memzero((char *)(uintptr_t)bytes.p, bytes.n);
    if (result == RESULT_OK)
        c->copied++;
    worsen(c, result);
}

enum result collect_copy_keys(const char *from, const char *to, const struct keys_wanted *wanted, size_t *copied,
                              struct findings *findings) {
    struct copying c = {.arena = arena_new(), .from = from, .to = to, .findings = findings};
    *copied = 0;
    c.result = file_make_folder(to, 0700, findings);
    for (size_t i = 0; c.result != RESULT_MACHINE && i < wanted->n_waves; i++) {
        const struct kept_wave *w = &wanted->waves[i];
        if (file_exists(key_file(c.arena, from, "wave", w->id)))
            copy_one(&c, "wave", w->id);
        else
            worsen(&c, say(findings, from, "key_not_there", w));
    }
    for (size_t i = 0; c.result != RESULT_MACHINE && i < wanted->n_assessments; i++)
        if (file_exists(key_file(c.arena, from, "panel", wanted->assessments[i].id)))
            copy_one(&c, "panel", wanted->assessments[i].id);
    *copied = c.copied;
    arena_free(c.arena);
    return c.result;
}
