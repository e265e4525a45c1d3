/* Sealing: a ballot to the wave's public key, a draft under a key of its own. Sizes say only a size class. For the
 * files of collect only. */
#ifndef READINESS_COLLECT_BALLOT_H
#define READINESS_COLLECT_BALLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/* The content padded to 4, 16, 64 or 256 KiB and sealed (libsodium sealed box: 48 bytes more). Empty when it is too
 * long. */
struct str ballot_seal(struct arena *arena, const uint8_t public_key[32], struct str content);
/* Opens and takes the padding off; false when it was not sealed to this key. */
bool ballot_open(struct arena *arena, const uint8_t public_key[32], const uint8_t secret_key[32], struct str sealed,
                 struct str *content);

/* A pseudonym as a ticket carries it: sealed too, since whoever has a link and a copy of the database could follow it
 * into the responses otherwise. */
void pseudonym_seal(const uint8_t public_key[32], const uint8_t pseudonym[16], uint8_t sealed[64]);
bool pseudonym_open(const uint8_t public_key[32], const uint8_t secret_key[32], const uint8_t sealed[64],
                    uint8_t pseudonym[16]);

/* The same with a secret key for both ways (libsodium secretbox with a random nonce): drafts, resume codes. */
struct str draft_seal(struct arena *arena, const uint8_t key[32], struct str content);
bool draft_open(struct arena *arena, const uint8_t key[32], struct str sealed, struct str *content);

#endif
