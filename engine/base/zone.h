/* Time zones from the system's tz database, without the C library's global TZ: files in the TZif format (RFC 9636), and
 * the rule behind their last transition (POSIX TZ). For base/clock.c and its test only. */
#ifndef READINESS_BASE_ZONE_H
#define READINESS_BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* How many seconds local time is ahead of UTC at that time, by the bytes of a TZif file. False when they are none. */
bool zone_offset(struct str file, int64_t seconds, int *offset);
/* The same by a rule such as "EST5EDT,M3.2.0,M11.1.0". */
bool zone_rule_offset(struct str rule, int64_t seconds, int *offset);

#endif
