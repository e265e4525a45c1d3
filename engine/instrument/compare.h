/* What a changed instrument file means for what was already asked: only other words, something more, or a break in what
 * the numbers mean. Pure. Waves that are open or closed are pinned to the text they began with, so nothing here harms
 * them; the question is whether the next wave can be set beside the last. */
#ifndef READINESS_INSTRUMENT_COMPARE_H
#define READINESS_INSTRUMENT_COMPARE_H

#include <stdbool.h>

#include "base/arena.h"
#include "instrument/instrument.h"

/* In the order of their weight. */
enum change {
    CHANGE_NONE,     /* the same content (by hash) */
    CHANGE_WORDING,  /* texts, translations' words, order of pages: people read something else, scores mean the same */
    CHANGE_ADDITIVE, /* an item, question, construct, choice or translation more: what was there stays comparable */
    CHANGE_BREAKING, /* an answer or a score of before means something else now, or is gone */
};

struct difference {
    enum change change;
    const char *code;     /* "item_added", "scale_changed", ...: the words are the caller's */
    const char *subject;  /* the name in the file: of an item, construct, question, scale, page; a language's tag */
    const char *was, *is; /* what can be shown of it; "" where there is nothing to show */
};

struct comparison {
    enum change change; /* the heaviest of all */
    size_t n;
    struct difference *list; /* heaviest first, else in the order of the files */
};

/* What became of `was` in `is`. An item that is gone while another with the very same text is new counts as renamed.
 * Strings lie in the arena or belong to the instruments. */
struct comparison instrument_compare(struct arena *arena, const struct instrument *was, const struct instrument *is);

/* May people who are answering right now be given the new files in place of the old ones? Only texts, and what nobody
 * reads or is asked, differ. Other pages or a language less are no matter of what scores mean (CHANGE_WORDING), but
 * somebody may stand on that page, or read that language. */
bool comparison_is_words_only(const struct comparison *c);

#endif
