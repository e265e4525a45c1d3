/* Instruments as their files stand on disk at this moment, also while people edit those files.
 *
 * Whoever asks gets what is there now: the files are looked at each time (number, size, age), and read again only when
 * that has changed, so nothing has to run in between, and a changed, new, renamed or deleted file is noticed by the
 * very next question. What is read replaces what was known in one step; who holds the version before keeps it.
 *
 * A file that somebody is still writing is not taken: the kernel tells when it is closed or put in place by a rename
 * (base/watch.h); where it does not tell, a file counts as whole when it has rested for a second. Asking may therefore
 * wait a moment: never on the thread of an event loop. A broken file is broken: the last good version does not take its
 * place, since nobody would notice. For several threads. */
#ifndef READINESS_INSTRUMENT_LIBRARY_H
#define READINESS_INSTRUMENT_LIBRARY_H

#include <stdint.h>

#include "base/finding.h"
#include "base/result.h"
#include "instrument/instrument.h"

struct library;

/* For the files of this folder, and any others; they are read when they are asked for. Never NULL. */
struct library *library_new(const char *folder);
void library_free(struct library *l);

enum library_use {
    LIBRARY_LOOK, /* to show it: while a file is being written, the version before, with a warning */
    LIBRARY_PIN,  /* to ask people with it: while a file is being written, nothing, with an error */
};

/* As instrument_load. `l` may be NULL, for a command that asks once. The finding for a file that is being written is
 * "library_being_written". */
enum result library_load(struct library *l, const struct instrument **out, const char *path, enum library_use use,
                         struct findings *findings) MUST_CHECK;

/* One hash of all that the folder's instruments and translations say: equal where two folders are. Names and contents
 * of its .ini files; of none when it cannot be read. */
void library_hash(const char *folder, uint8_t out[32]);

#endif
