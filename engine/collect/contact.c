/* Writing to people: the link of one invitation at the moment of sending, and the link with which they say that they
 * want no more mail. Both come from the wave's key, for purposes of their own: who holds an opt-out link cannot answer.
 */
#include <sodium.h>
#include <string.h>

#include "base/log.h"

#include "collect/inside.h"
#include "store/engines.h"

enum result collect_link_of(struct collect *c, const struct wave *wave, const struct invitation *v, struct link *out,
                            uint8_t ticket[32], struct findings *findings) {
    struct wave_key key;
    if (wave->state != WAVE_OPEN) {
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "wave_not_open", "value", wave->label, NULL);
        return RESULT_INPUT;
    }
    if (key_read(c->keys, wave->id, &key, findings) != RESULT_OK)
        return RESULT_MACHINE;
    *out = (struct link){.invitation = *v};
    key_token(&key, v->id, v->generation, out->token);
    key_stop(&key, v->id, out->stop);
    token_hash(out->token, ticket);
    sodium_memzero(&key, sizeof key);
    return RESULT_OK;
}

enum result collect_find_stop(struct collect *c, struct arena *arena, const char *token, struct wave *wave,
                              struct id *invitation) {
    struct wave *waves;
    size_t n;
    char given[STOP_LENGTH + 1], right[STOP_LENGTH + 1];
    if (!stop_normalise(token, given, invitation))
        return RESULT_INPUT;
    if (store_list_waves_in(c->store, arena, WAVE_OPEN, &waves, &n) != RESULT_OK)
        return RESULT_MACHINE;
    bool missing = false;
    for (size_t i = 0; i < n; i++) {
        struct wave_key key;
        if (key_read(c->keys, waves[i].id, &key, NULL) != RESULT_OK) {
            missing = true; /* a lost key: nobody's links work in that wave */
            continue;
        }
        key_stop(&key, *invitation, right);
        sodium_memzero(&key, sizeof key);
        if (sodium_memcmp(right, given, STOP_LENGTH) == 0) {
            *wave = waves[i];
            return RESULT_OK;
        }
    }
    return missing && store_shares(c->store) ? RESULT_MACHINE : RESULT_INPUT; /* another engine may have it */
}

void collect_look_for_keys(struct collect *c) {
    struct arena *arena = arena_new();
    struct wave *waves;
    struct wave_key key;
    size_t n = 0;
    if (store_list_waves_in(c->store, arena, WAVE_OPEN, &waves, &n) != RESULT_OK)
        n = 0;
    for (size_t i = 0; i < n; i++)
        if (key_read(c->keys, waves[i].id, &key, NULL) != RESULT_OK)
            log_event(LOG_ERROR, "wave_key_missing", LOG_WAVE, waves[i].label, -1);
    sodium_memzero(&key, sizeof key);
    arena_free(arena);
}
