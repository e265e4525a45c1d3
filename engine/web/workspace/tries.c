/* What sign-in keeps in memory: how often an address was tried, how many password hashes are computed at this moment,
 * and the key for proofs of a right password. */
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/random.h"
#include "store/engines.h"
#include "web/routes.h"
#include "web/workspace/gate.h"

enum { PROOF_TAG = 32, HOUR = 3600 };

struct gate *gate_new(const char *db, const char *keys) {
    struct gate *g = mem_alloc(sizeof *g);
    g->accounts = throttle_new();
    random_bytes(g->key, sizeof g->key);
    if (store_is_shared(db)) {
        struct arena *arena = arena_new();
        if (file_shared_secret(arena_printf(arena, "%s/engines.key", keys), g->key, sizeof g->key, NULL) != RESULT_OK)
            log_event(LOG_ERROR, "engines_key_missing", -1);
        arena_free(arena);
    }
    return g;
}

void gate_free(struct gate *g) {
    if (!g)
        return;
    throttle_free(g->accounts);
    sodium_memzero(g, sizeof *g);
    free(g);
}

/* Addresses are compared without case, so a try with other capitals is one more try. Who guesses at an account from one
 * network makes nobody wait who signs in from another: else whoever asks without a pause would shut its owner out. */
static const char *tried_name(struct desk *d, const char *email) {
    char *name = arena_printf(d->arena, "%s\n%016" PRIx64, email, request_network(d->request));
    for (char *c = name; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return name;
}

bool gate_may_try(struct desk *d, const char *email) {
    const int64_t wait = throttle_try(d->request->web->gate->accounts, tried_name(d, email), clock_monotonic());
    if (wait <= 0)
        return true;
    const long seconds = (long)((wait + 999) / 1000);
    desk_open(d, 429, desk_words(d, "sign_in_often_title"), TAB_NONE);
    html_markup(&d->screen.html, "<p>");
    desk_text(d, texts_count(d->screen.texts, d->arena, d->screen.words, "work.sign_in_often", seconds, NULL));
    html_markup(&d->screen.html, "</p><p>");
    desk_link(d, d->request->route->path, desk_words(d, "sign_in_often_back"));
    html_markup(&d->screen.html, "</p>");
    desk_close(d);
    return false;
}

void gate_was_good(struct desk *d, const char *email) {
    throttle_good(d->request->web->gate->accounts, tried_name(d, email));
}

void gate_note_failure(struct desk *d, const char *account) {
    request_count_try(d->request);
    static const char act[] = "sign_in_failed";
    const struct audit line = {.time = clock_now(), .account = "", .act = act, .object = account};
    if (store_add_audit_once(d->store, &line, line.time - HOUR) != RESULT_OK)
        log_event(LOG_WARNING, "audit_failed", LOG_REASON, act, -1);
}

void gate_session_secret(const struct desk *d, const char *use, uint8_t *out, size_t n) {
    const struct gate *g = d->request->web->gate;
    crypto_generichash_state state;
    crypto_generichash_init(&state, g->key, sizeof g->key, n);
    crypto_generichash_update(&state, (const uint8_t *)use, strlen(use) + 1);
    crypto_generichash_update(&state, d->session.hash, sizeof d->session.hash);
    crypto_generichash_update(&state, d->account.id.bytes, sizeof d->account.id.bytes);
    crypto_generichash_final(&state, out, n);
}

/* Account and end of validity, and a keyed hash over both. */
struct proof {
    uint8_t account[16];
    uint8_t until[8];
    uint8_t tag[PROOF_TAG];
};

static void make_tag(const struct desk *d, struct proof *p, uint8_t tag[PROOF_TAG]) {
    const struct gate *g = d->request->web->gate;
    crypto_generichash(tag, PROOF_TAG, (const uint8_t *)p, sizeof p->account + sizeof p->until, g->key, sizeof g->key);
}

const char *gate_make_proof(struct desk *d, struct id account) {
    struct proof p;
    const int64_t until = clock_now() + PROOF_SECONDS;
    char *text = arena_alloc(d->arena, 2 * sizeof p + 1);
    memcpy(p.account, account.bytes, sizeof p.account);
    memcpy(p.until, &until, sizeof p.until);
    make_tag(d, &p, p.tag);
    return sodium_bin2hex(text, 2 * sizeof p + 1, (const uint8_t *)&p, sizeof p);
}

bool gate_read_proof(struct desk *d, const char *proof, struct id *account) {
    struct proof p;
    uint8_t tag[PROOF_TAG];
    size_t n = 0;
    int64_t until;
    if (sodium_hex2bin((uint8_t *)&p, sizeof p, proof, strlen(proof), NULL, &n, NULL) != 0 || n != sizeof p)
        return false;
    make_tag(d, &p, tag);
    memcpy(&until, p.until, sizeof until);
    if (sodium_memcmp(tag, p.tag, sizeof tag) != 0 || until < clock_now())
        return false;
    memcpy(account->bytes, p.account, sizeof p.account);
    return true;
}
