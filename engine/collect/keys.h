/* The secrets of a wave, and what is derived from them. The key file lies outside the database, and is destroyed when
 * the wave closes. For the files of collect only. */
#ifndef READINESS_COLLECT_KEYS_H
#define READINESS_COLLECT_KEYS_H

#include "base/finding.h"
#include "base/result.h"
#include "collect/collect.h"
#include "store/store.h"

enum { TOKEN_LENGTH = 26, CODE_LENGTH = 13 /* the check character included */ };
/* STOP_LENGTH (collect/collect.h): an opt-out token is the invitation's id and 112 bits that only the key can make */

struct wave_key {
    uint8_t token_key[32];                  /* from which links and codes are derived */
    uint8_t secret_key[32], public_key[32]; /* of the ballot box; all nought when it is locked */
    bool locked;                            /* what opens the box was taken away from this machine */
};

/* Makes a new key, writes it to FOLDER/wave-<id>.key (0600, on disk before this returns). */
enum result key_make(const char *folder, struct id wave, struct wave_key *out, struct findings *findings) MUST_CHECK;
enum result key_read(const char *folder, struct id wave, struct wave_key *out, struct findings *findings) MUST_CHECK;
enum result key_destroy(const char *folder, struct id wave, struct findings *findings) MUST_CHECK;
/* Overwrites what opens the box; what links are derived from stays. */
enum result key_lock(const char *folder, struct id wave, struct findings *findings) MUST_CHECK;
enum result key_write(const char *folder, struct id wave, const struct wave_key *key,
                      struct findings *findings) MUST_CHECK;

/* The token of an invitation: 26 characters of base32, 128 bits of keyed BLAKE2b. */
void key_token(const struct wave_key *key, struct id invitation, int generation, char token[TOKEN_LENGTH + 1]);
/* The typeable code: 12 characters of an alphabet without look-alikes, and a check character; no dashes. */
void key_code(const struct wave_key *key, struct id invitation, int generation, char code[CODE_LENGTH + 1]);
/* The token of an opt-out link: names the invitation and proves that we wrote it; answers nothing. */
void key_stop(const struct wave_key *key, struct id invitation, char token[STOP_LENGTH + 1]);
/* Brings an opt-out token into the one form of key_stop and reads the invitation off it; false when it can be none. */
bool stop_normalise(const char *typed, char out[STOP_LENGTH + 1], struct id *invitation);
/* Confidential mode: the pseudonym that links a person's waves, by the assessment's panel key (made on first use). */
enum result key_pseudonym(const char *folder, struct id assessment, struct id person, uint8_t pseudonym[16],
                          struct findings *findings) MUST_CHECK;
/* Without it no pseudonym can be made for a person again. */
enum result key_destroy_panel(const char *folder, struct id assessment, struct findings *findings) MUST_CHECK;

/* Brings what was typed or clicked into the one form that is hashed: upper case, no dashes or blanks, O read as 0, I
 * and L as 1 in codes. False when it can be neither a token nor a code (length, alphabet, check character). `out` holds
 * TOKEN_LENGTH + 1. */
bool token_normalise(const char *typed, size_t n, char out[TOKEN_LENGTH + 1]);
/* BLAKE2b-256 of a normalised token or code, and of an open link's sitting. */
void token_hash(const char *token, uint8_t hash[32]);

/* Random characters: n of base32 (tokens of a sitting) or of the code alphabet (resume codes), and a zero behind. */
void token_random(char *out, size_t n);
void code_random(char *out, size_t n);

#endif
