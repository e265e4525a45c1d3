#include "collect/ballot.h"

#include <sodium.h>
#include <string.h>
#include <zlib.h>

/* Padded: a head of 4 bytes with the length of what follows, and zeros to the end. When that was packed (zlib), the
 * head has this mark, and 4 more bytes say the length before. Ballots of versions without packing are read like any
 * other. */
enum { LENGTH_BYTES = 4, MOST_UNPACKED = 1 << 20 };
static const uint32_t PACKED = 0x80000000U;

/* Bytes of room. For an open question: 4,000 characters of prose have between 1,600 and 2,400 when they are packed. */
enum { ROOM_OF_TEXT = 2400, ROOM_OF_NUMBER = 24, ROOM_OF_MARKS = 6, ROOM_OF_HEAD = 600 };

static size_t room_of_item(const struct scale *scale) {
    size_t longest = ROOM_OF_MARKS;
    for (size_t i = 0; i < scale->n_not_applicable; i++) {
        const size_t n = strlen(scale->not_applicable[i].name);
        longest = n > longest ? n : longest;
    }
    return longest;
}

static size_t room_of_question(const struct question *question) {
    size_t longest = 0, all = 0;
    for (size_t i = 0; i < question->n_choices; i++) {
        const size_t n = strlen(question->choices[i].code);
        longest = n > longest ? n : longest;
        all += n + ROOM_OF_MARKS;
    }
    switch (question->type) {
    case QUESTION_TEXT:
        return ROOM_OF_TEXT;
    case QUESTION_CHOICES:
        return all;
    case QUESTION_CHOICE:
        return longest;
    default:
        return ROOM_OF_NUMBER;
    }
}

size_t ballot_room(const struct instrument *instrument) {
    size_t need = ROOM_OF_HEAD, room = BALLOT_ROOM_LEAST;
    for (size_t i = 0; i < instrument->n_fields; i++) {
        const struct field *field = &instrument->fields[i];
        need += strlen(field->name) + ROOM_OF_MARKS +
                (field->item ? room_of_item(instrument->constructs[field->item->construct].scale)
                             : room_of_question(field->question));
    }
    while (room < need && room < BALLOT_ROOM_MOST)
        room *= 2;
    return room;
}

static void put_length(uint8_t *p, uint32_t n) {
    for (int i = 0; i < LENGTH_BYTES; i++)
        p[i] = (uint8_t)(n >> (8 * i));
}

static uint32_t get_length(const uint8_t *p) {
    uint32_t n = 0;
    for (int i = 0; i < LENGTH_BYTES; i++)
        n |= (uint32_t)p[i] << (8 * i);
    return n;
}

/* Plain when it fits, else packed; false when it does not fit packed either. */
static bool pad(struct arena *arena, struct str content, size_t room, struct str *out) {
    uint8_t *p = arena_alloc(arena, room);
    if (content.n > MOST_UNPACKED)
        return false;
    if (content.n + LENGTH_BYTES <= room) {
        put_length(p, (uint32_t)content.n);
        if (content.n)
            memcpy(p + LENGTH_BYTES, content.p, content.n);
    } else {
        const size_t head = 2 * (size_t)LENGTH_BYTES;
        uLongf n = room - head;
        if (compress2(p + head, &n, (const Bytef *)content.p, content.n, Z_BEST_COMPRESSION) != Z_OK)
            return false;
        memset(p + head + n, 0, room - head - n); /* what a failed or long attempt left */
        put_length(p, (uint32_t)n | PACKED);
        put_length(p + LENGTH_BYTES, (uint32_t)content.n);
    }
    *out = (struct str){(const char *)p, room};
    return true;
}

/* `p` has the length before, then `n` packed bytes. */
static bool unpack(struct arena *arena, const uint8_t *p, size_t n, struct str *content) {
    if (get_length(p) > MOST_UNPACKED)
        return false;
    uLongf length = get_length(p);
    char *plain = arena_alloc(arena, length + 1);
    const bool good = uncompress((Bytef *)plain, &length, p + LENGTH_BYTES, n) == Z_OK && length == get_length(p);
    *content = (struct str){plain, length};
    return good;
}

static bool unpad(struct arena *arena, const char *padded, size_t size, struct str *content) {
    const uint8_t *p = (const uint8_t *)padded;
    if (size < LENGTH_BYTES)
        return false;
    const size_t n = get_length(p) & ~PACKED, room = size - LENGTH_BYTES;
    if (get_length(p) & PACKED)
        return n + LENGTH_BYTES <= room && unpack(arena, p + LENGTH_BYTES, n, content);
    *content = (struct str){padded + LENGTH_BYTES, n};
    return n <= room;
}

bool ballot_fits(struct arena *arena, struct str content, size_t room) {
    struct str padded;
    return pad(arena, content, room, &padded);
}

struct str ballot_seal(struct arena *arena, const uint8_t public_key[32], struct str content, size_t room) {
    struct str padded;
    if (!pad(arena, content, room, &padded))
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
           unpad(arena, padded, n, content);
}

_Static_assert(16 + crypto_box_SEALBYTES == 64, "sealed pseudonym");

void pseudonym_seal(const uint8_t public_key[32], const uint8_t pseudonym[16], uint8_t sealed[64]) {
    crypto_box_seal(sealed, pseudonym, 16, public_key);
}

bool pseudonym_open(const uint8_t public_key[32], const uint8_t secret_key[32], const uint8_t sealed[64],
                    uint8_t pseudonym[16]) {
    return crypto_box_seal_open(pseudonym, sealed, 64, public_key, secret_key) == 0;
}

struct str draft_seal(struct arena *arena, const uint8_t key[32], struct str content, size_t room) {
    struct str padded;
    if (!pad(arena, content, room, &padded))
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
           unpad(arena, padded, sealed.n - extra, content);
}
