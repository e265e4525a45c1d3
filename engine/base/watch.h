/* Is somebody writing this file just now? For a folder whose files people edit while we run.
 *
 * The kernel tells (inotify) when a file of the folder is written to, closed again, or put in place whole by a rename.
 * It is asked when somebody wants to know, so nothing runs in between. Where it cannot tell (no inotify, its limit
 * reached, a folder that another machine writes), it says so, and the caller goes by the file's age. Not for several
 * threads at once: the caller has a lock. */
#ifndef READINESS_BASE_WATCH_H
#define READINESS_BASE_WATCH_H

#include <stddef.h>
#include <stdint.h>

struct watch;

/* Never NULL, also when the folder cannot be watched. */
struct watch *watch_new(const char *folder);
void watch_free(struct watch *w);

enum watched {
    WATCHED_UNKNOWN, /* nothing was heard of it */
    WATCHED_WRITING, /* written to and not closed yet */
    WATCHED_WHOLE,   /* the last thing heard is that it is complete */
};

/* What is known of the folder's file `name` at this moment. `*events` (may be NULL) counts what was heard of it: if it
 * is the same before and after reading the file, nothing happened to it meanwhile, as far as the kernel tells. */
enum watched watch_ask(struct watch *w, const char *name, uint64_t *events);

#endif
