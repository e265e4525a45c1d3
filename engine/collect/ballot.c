#include "collect/ballot.h"

#include <sodium.h>
#include <string.h>

enum { SMALLEST = 4096, LARGEST = 256 << 10, LENGTH_BYTES = 4 };

/* Length, content, zeros up to the size class. */
static bool pad(struct arena *arena, struct str content, struct str *out) {
    size_t size = SMALLEST;
    while (size < content.n + LENGTH_BYTES && size < LARGEST)
        size *= 4;
    if (size < content.n + LENGTH_BYTES)
        return false;
    char *p = arena_alloc(arena, size);
    for (int i = 0; i < LENGTH_BYTES; i++)
        p[i] = (char)(content.n >> (8 * i));
    if (content.n)
        memcpy(p + LENGTH_BYTES, content.p, content.n);
    *out = (struct str){p, size};
    return true;
}

static bool unpad(const char *p, size_t size, struct str *content) {
    size_t n = 0;
    if (size < LENGTH_BYTES)
        return false;
    for (int i = 0; i < LENGTH_BYTES; i++)
        n |= (size_t)(uint8_t)p[i] << (8 * i);
    if (n > size - LENGTH_BYTES)
        return false;
    *content = (struct str){p + LENGTH_BYTES, n};
    return true;
}

struct str ballot_seal(struct arena *arena, const uint8_t public_key[32], struct str content) {
    struct str padded;
    if (!pad(arena, content, &padded))
        return (struct str){"", 0};
    char *sealed = arena_alloc(arena, padded.n + crypto_box_SEALBYTES);
    crypto_box_seal((uint8_t *)sealed, (const uint8_t *)padded.p, padded.n, public_key);
    return (struct str){sealed, padded.n + crypto_box_SEALBYTES};
}

bool ballot_open(struct arena *arena, const uint8_t public_key[32], const uint8_t secret_key[32], struct str sealed,
                 struct str *content) {
    if (sealed.n <= crypto_box_SEALBYTES)
        return false;
    size_t n = sealed.n - crypto_box_SEALBYTES;
    char *padded = arena_alloc(arena, n);
    return crypto_box_seal_open((uint8_t *)padded, (const uint8_t *)sealed.p, sealed.n, public_key, secret_key) == 0 &&
           unpad(padded, n, content);
}

_Static_assert(16 + crypto_box_SEALBYTES == 64, "sealed pseudonym");

void pseudonym_seal(const uint8_t public_key[32], const uint8_t pseudonym[16], uint8_t sealed[64]) {
    crypto_box_seal(sealed, pseudonym, 16, public_key);
}

bool pseudonym_open(const uint8_t public_key[32], const uint8_t secret_key[32], const uint8_t sealed[64],
                    uint8_t pseudonym[16]) {
    return crypto_box_seal_open(pseudonym, sealed, 64, public_key, secret_key) == 0;
}

struct str draft_seal(struct arena *arena, const uint8_t key[32], struct str content) {
    struct str padded;
    if (!pad(arena, content, &padded))
        return (struct str){"", 0};
    size_t n = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + padded.n;
    uint8_t *out = arena_alloc(arena, n);
    randombytes_buf(out, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(out + crypto_secretbox_NONCEBYTES, (const uint8_t *)padded.p, padded.n, out, key);
    return (struct str){(const char *)out, n};
}

bool draft_open(struct arena *arena, const uint8_t key[32], struct str sealed, struct str *content) {
    size_t extra = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    if (sealed.n <= extra)
        return false;
    const uint8_t *bytes = (const uint8_t *)sealed.p;
    char *padded = arena_alloc(arena, sealed.n - extra);
    return crypto_secretbox_open_easy((uint8_t *)padded, bytes + crypto_secretbox_NONCEBYTES,
                                      sealed.n - crypto_secretbox_NONCEBYTES, bytes, key) == 0 &&
           unpad(padded, sealed.n - extra, content);
}
