/* Time through one door, so that tests can set it. Days are dates "2027-01-31", of UTC unless a zone is named; nothing
 * finer is ever stored beside answers. */
#ifndef READINESS_BASE_CLOCK_H
#define READINESS_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct day {
    char text[11]; /* "2027-01-31" */
};

int64_t clock_now(void);       /* seconds since 1970, UTC */
int64_t clock_monotonic(void); /* milliseconds, for limits */
struct day clock_today(void);
struct day clock_day(int64_t seconds);
/* A name of the tz database, as "America/Toronto", that this machine knows? "UTC" always is. */
bool clock_timezone_good(const char *zone);
/* How many seconds local time is ahead of UTC there at that time; 0 when the zone is not known (or NULL, ""). */
int clock_offset(int64_t seconds, const char *zone);
/* The day it is in that zone; by UTC when the zone is not known (or NULL, ""). */
struct day clock_local_day(int64_t seconds, const char *zone);
/* A valid calendar date of the form YYYY-MM-DD? */
bool clock_is_day(const char *s);
/* `days` later (or earlier). */
struct day clock_add_days(struct day d, int days);
/* Tests: from now on, clock_now answers `seconds` (-1: the real time again). */
void clock_set(int64_t seconds);

#endif
