/* Texts as office programs save them, turned into UTF-8: UTF-8 with and without a byte order mark, UTF-16 in both byte
 * orders with one, and Windows-1252, which is what is left when a text is neither. */
#ifndef READINESS_BASE_ENCODING_H
#define READINESS_BASE_ENCODING_H

#include "base/arena.h"
#include "base/str.h"

struct decoded {
    const char *encoding; /* a proper name: "UTF-8", "UTF-16", "Windows-1252" */
    struct str text;      /* valid UTF-8 without a byte order mark; line ends are LF or CR LF */
    size_t n_damaged;
    const int *damaged; /* lines (from 1, ascending) that hold bytes without meaning; U+FFFD stands in their place */
};

/* Finds out the encoding and decodes; in the arena (or the given bytes, when nothing had to change). Never fails: what
 * has no meaning is listed by line. A text without a mark whose lines beyond ASCII are all something else than UTF-8 is
 * Windows-1252; if at least one of them is good UTF-8, the others are damaged UTF-8 rather than a guess. */
struct decoded encoding_decode(struct arena *arena, struct str bytes);

#endif
