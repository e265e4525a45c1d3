/* The second factor: time-based one-time passwords (RFC 6238: HMAC-SHA-1, steps of 30 seconds, 6 figures), as every
 * authenticator app has them; and recovery codes for the day the phone is gone. A code counts once: the step goes to
 * store_use_totp_step. */
#ifndef READINESS_ACCESS_TOTP_H
#define READINESS_ACCESS_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "store/accounts.h"

enum { TOTP_STEP = 30, TOTP_DIGITS = 6, TOTP_SECRET_TEXT = 32 /* base32 of the secret */ };
enum { RECOVERY_CODES = 10, RECOVERY_CODE_LENGTH = 11 /* "abcde-fghjk" */ };

void totp_new_secret(uint8_t secret[TOTP_SECRET_SIZE]);
/* The secret for typing: base32 without padding. */
void totp_secret_text(const uint8_t secret[TOTP_SECRET_SIZE], char out[TOTP_SECRET_TEXT + 1]);
/* The address of the QR code: otpauth://totp/ISSUER:EMAIL?secret=...&issuer=ISSUER. In the arena. */
const char *totp_uri(struct arena *arena, const uint8_t secret[TOTP_SECRET_SIZE], const char *issuer,
                     const char *email);
/* The code of a time step (seconds since 1970 / 30). */
void totp_code(const uint8_t secret[TOTP_SECRET_SIZE], int64_t step, char out[TOTP_DIGITS + 1]);
/* Is `typed` (blanks are ignored) the code of now, of the step before or of the one after? *step receives which. */
bool totp_check(const uint8_t secret[TOTP_SECRET_SIZE], const char *typed, int64_t now, int64_t *step);

/* New recovery codes, to be shown once, and the hashes to keep. */
void recovery_codes_new(char codes[RECOVERY_CODES][RECOVERY_CODE_LENGTH + 1], uint8_t hashes[RECOVERY_CODES][32]);
/* The hash of what was typed (any case, with or without dash and blanks). */
void recovery_code_hash(const char *typed, uint8_t hash[32]);

#endif
