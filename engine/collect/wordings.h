/* The wordings a wave had before: what people read until a day on which it took over other words. */
#ifndef READINESS_COLLECT_WORDINGS_H
#define READINESS_COLLECT_WORDINGS_H

#include "instrument/compare.h"
#include "store/store.h"

struct wording {
    const char *until;        /* the day on which the next one took its place */
    struct comparison change; /* from this one to the next; all strings lie in the arena */
};

/* In their order; none for a wave that still has its first words. A wording that this program can no longer read has
 * an empty comparison. */
enum result collect_list_wordings(struct store *store, struct arena *arena, struct id wave, struct wording **out,
                                  size_t *n) MUST_CHECK;

#endif
