#ifndef READINESS_MOMENT_H
#define READINESS_MOMENT_H
#include <stdbool.h>

/* A folder of our own for a moment, for libraries that write to a file what we only want to send: in memory where the
 * machine has such a place. It carries the number of the process, so that one that was killed leaves nothing for
 * long: the next one to start removes it. */

enum { MOMENT_ROOM = 64 };

/* Makes the folder and writes its name; false when there is no place for one. */
bool moment_begin(char folder[MOMENT_ROOM]);
/* Overwrites and removes what is in it, and the folder; false when something stays. */
bool moment_end(const char *folder);
/* Removes what processes of this user that are no more left behind. */
void moment_sweep(void);

#endif
