/* A form that is sent twice, by a double click or by going back, makes one thing. A random number goes with the form;
 * from it, from who sends it and from a key of this run follows the id, or the secret of the link, that the form makes:
 * the second sending makes the same one, so it finds what is there and shows it again. */
#include <sodium.h>
#include <string.h>

#include "base/random.h"
#include "web/workspace/gate.h"

static const char field[] = "once";

enum { NUMBER = 16, NUMBER_TYPED = 32 /* in hexadecimal */ };

void gate_hide_once(struct desk *d) {
    uint8_t number[NUMBER];
    char hex[NUMBER_TYPED + 1];
    random_bytes(number, sizeof number);
    desk_hidden(d, field, sodium_bin2hex(hex, sizeof hex, number, sizeof number));
}

void gate_once(struct desk *d, uint8_t made[ONCE_SIZE]) {
    const char *hex = desk_posted(d, field, NUMBER_TYPED);
    const struct gate *g = d->request->web->gate;
    const char *path = d->request->path;
    uint8_t number[NUMBER];
    size_t n = 0;
    crypto_generichash_state state;
    if (sodium_hex2bin(number, sizeof number, hex, strlen(hex), NULL, &n, NULL) != 0 || n != sizeof number) {
        random_bytes(made, ONCE_SIZE);
        return;
    }
    crypto_generichash_init(&state, g->key, sizeof g->key, ONCE_SIZE);
    crypto_generichash_update(&state, number, sizeof number);
    crypto_generichash_update(&state, d->account.id.bytes, sizeof d->account.id.bytes);
    crypto_generichash_update(&state, (const uint8_t *)path, strlen(path));
    crypto_generichash_final(&state, made, ONCE_SIZE);
}
