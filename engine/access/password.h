/* Passwords: what may be one, and how it is kept (Argon2id of libsodium with the "interactive" costs, about 65 ms and
 * 64 MiB). Hashing is work for a worker thread; the caller limits how many run at once. */
#ifndef READINESS_ACCESS_PASSWORD_H
#define READINESS_ACCESS_PASSWORD_H

#include <stdbool.h>

#include "base/finding.h"
#include "base/result.h"
#include "store/accounts.h"

enum { PASSWORD_LEAST = 12, PASSWORD_MOST = 128 }; /* bytes */

/* May this become a password of the account with this address? RESULT_INPUT with a finding: password_short,
 * password_long, password_common (in config/common-passwords.txt, also with figures behind it, or nearly only one
 * character), password_email (holds the part of the address before the @, from 4 characters). */
enum result password_allowed(const char *password, const char *email, struct findings *findings) MUST_CHECK;

/* The string to keep; it holds costs and salt. RESULT_MACHINE: not enough memory. */
enum result password_hash(const char *password, char out[PASSWORD_HASH_MAX]) MUST_CHECK;

/* Is it the password kept in `hash`? With an empty or NULL hash (unknown account, or none set) it computes as long and
 * says no, so that nobody learns by the clock which accounts there are. */
bool password_is(const char *hash, const char *password);

/* Was it kept with other costs than today's? Then hash anew at the next sign-in. */
bool password_outdated(const char *hash);

#endif
