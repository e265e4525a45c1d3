/* Growing delays between tries to sign in, one row per name that is tried (whether or not there is such an account;
 * the caller writes the network that asks behind the address):
 * five tries are free, then each next one has to wait 1, 2, 4 ... 60 seconds after the one before. Never a lock: nobody
 * can keep somebody else out. In memory only; shared by all threads. Times are clock_monotonic() milliseconds, passed
 * in.
 */
#ifndef READINESS_ACCESS_THROTTLE_H
#define READINESS_ACCESS_THROTTLE_H

#include <stdint.h>

struct throttle;

struct throttle *throttle_new(void);
void throttle_free(struct throttle *t);
/* Before a password or code is looked at: 0 when it may be (it counts as a failed try from now on, so that parallel
 * ones do not slip through), else how many milliseconds are to wait (then it does not count). */
int64_t throttle_try(struct throttle *t, const char *who, int64_t now);
/* It was right: the slate is clean. */
void throttle_good(struct throttle *t, const char *who);

#endif
