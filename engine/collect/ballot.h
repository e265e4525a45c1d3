/* Sealing: a ballot to the wave's public key, a draft under a key of its own. All of a wave have one size, so that no
 * size tells who wrote the one long comment. For the files of collect only. */
#ifndef READINESS_COLLECT_BALLOT_H
#define READINESS_COLLECT_BALLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "instrument/instrument.h"

enum { BALLOT_ROOM_LEAST = 4096, BALLOT_ROOM_MOST = 64 << 10 };

/* The size in bytes to which every ballot and draft of an instrument is padded: the smallest power of two that holds
 * an answer to everything and about a page of prose for each open question, since texts are packed when they would not
 * fit. It follows from the names of fields and codes alone: other words for the same questions do not change it. */
size_t ballot_room(const struct instrument *instrument);

/* The content, packed when it has to be, padded to `room` and sealed (libsodium sealed box: 48 bytes more). Empty when
 * it does not fit. */
struct str ballot_seal(struct arena *arena, const uint8_t public_key[32], struct str content, size_t room);
/* Would it fit? */
bool ballot_fits(struct arena *arena, struct str content, size_t room);
/* Opens and takes the padding off; false when it was not sealed to this key. */
bool ballot_open(struct arena *arena, const uint8_t public_key[32], const uint8_t secret_key[32], struct str sealed,
                 struct str *content);

/* A pseudonym as a ticket carries it: sealed too, since whoever has a link and a copy of the database could follow it
 * into the responses otherwise. */
void pseudonym_seal(const uint8_t public_key[32], const uint8_t pseudonym[16], uint8_t sealed[64]);
bool pseudonym_open(const uint8_t public_key[32], const uint8_t secret_key[32], const uint8_t sealed[64],
                    uint8_t pseudonym[16]);

/* The same with a secret key for both ways (libsodium secretbox with a random nonce): drafts, resume codes. */
struct str draft_seal(struct arena *arena, const uint8_t key[32], struct str content, size_t room);
bool draft_open(struct arena *arena, const uint8_t key[32], struct str sealed, struct str *content);

#endif
