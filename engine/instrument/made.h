/* What stands behind a `struct instrument`: its references and its memory. For instrument.c and the loader only. */
#ifndef READINESS_INSTRUMENT_MADE_H
#define READINESS_INSTRUMENT_MADE_H

#include <stdatomic.h>

#include "base/arena.h"
#include "instrument/instrument.h"

struct registered;

struct made {
    struct instrument instrument; /* first, so that its address is ours */
    atomic_size_t references;
    struct arena *arena;            /* holds this struct, too */
    size_t n_texts;                 /* texts that the instrument's own language has */
    const struct registered *texts; /* all of them, as the loader met them (load.h) */
    const size_t *own;              /* how many of them each language has */
};

#endif
