/* The answers of one form, field by field, checked against the instrument; and their JSON, the one way in which answers
 * are stored: {"lead1":4,"lead2":"na","role":"manager","tools":["a","b"],"years":3,"obstacle":"..."}. Ratings and
 * numbers are JSON numbers, everything else strings. Answers are stored as given, never reversed. Blank fields are left
 * out. */
#ifndef READINESS_INSTRUMENT_ANSWERS_H
#define READINESS_INSTRUMENT_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/finding.h"
#include "base/result.h"
#include "base/str.h"
#include "instrument/instrument.h"

enum answer_state {
    ANSWER_NONE,           /* not answered */
    ANSWER_CODE,           /* rating: `code` is a scale code; choice: `code` is the index of the choice */
    ANSWER_NOT_APPLICABLE, /* rating: `code` is the index in the scale's not_applicable */
    ANSWER_SET,            /* choices: bit i of `set` is choice i */
    ANSWER_NUMBER,
    ANSWER_TEXT,    /* text, and a date as YYYY-MM-DD */
    ANSWER_INVALID, /* typed, but not acceptable: `text` holds what was typed, so that a page can show it again */
};

struct answer {
    enum answer_state state;
    int code;
    uint64_t set;
    double number;
    struct str text;
};

struct answers {
    const struct instrument *instrument; /* borrowed */
    struct answer *of;                   /* one per field */
};

enum { ANSWER_TEXT_MAX = 4000 }; /* characters */

/* All unanswered, in the arena. */
struct answers *answers_new(struct arena *arena, const struct instrument *instrument);
/* Takes what a person typed (form, CSV) for a field: a code as written in the file, a number, a text. For choices one
 * call per ticked code adds it. Blank text is ANSWER_NONE. False when it is not acceptable: state is ANSWER_INVALID
 * then. The text is copied into the arena. */
bool answer_set(struct arena *arena, struct answers *answers, size_t field, struct str typed);
/* The answer as it would be typed: the code or text; NULL when there is none. Choices: separated by a space. */
const char *answer_typed(struct arena *arena, const struct answers *answers, size_t field);
bool answer_is_valid(const struct answer *answer); /* neither none nor invalid */
/* Number of fields of the audience answered, of those that count as substance (ratings and text; not group questions).
 */
size_t answers_count(const struct answers *answers, enum audience audience);
/* Removes answers to fields that are not for this audience or are hidden by `relevant` (page, construct, question),
 * until nothing changes any more; and invalid ones. */
void answers_drop_hidden(struct answers *answers, enum audience audience);

/* Is this page / block shown to the audience, given the answers so far? */
bool page_is_shown(const struct page *page, const struct answers *answers, enum audience audience);
bool block_is_shown(const struct block *block, const struct answers *answers, enum audience audience);

/* Appends the JSON object of all valid answers. With `texts` false, free texts (QUESTION_TEXT) are left out. */
void answers_write_json(struct buf *out, const struct answers *answers, bool texts);
/* Reads such an object. Names and codes that the instrument does not know are ignored; false when it is not an object.
 * Texts in the answers point into `json` or the arena. */
bool answers_read_json(struct answers *answers, struct str json, struct arena *arena);

#endif
