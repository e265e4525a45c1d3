/* Base32 (RFC 4648) without padding. For the files of access only. */
#ifndef READINESS_ACCESS_BASE32_H
#define READINESS_ACCESS_BASE32_H

#include <stddef.h>
#include <stdint.h>

/* `out` takes (8 n + 4) / 5 characters and a zero. */
void base32_write(const uint8_t *bytes, size_t n, char *out);

#endif
