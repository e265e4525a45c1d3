/* Time through one door, so that tests can set it. Days are UTC dates "2027-01-31"; nothing finer is ever stored beside
 * answers. */
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
/* A valid calendar date of the form YYYY-MM-DD? */
bool clock_is_day(const char *s);
/* `days` later (or earlier). */
struct day clock_add_days(struct day d, int days);
/* Tests: from now on, clock_now answers `seconds` (-1: the real time again). */
void clock_set(int64_t seconds);

#endif
