/* Letters as people sort and search them: without accents, whatever the case, and numbers by their value.
 *
 * One order for English and French readers alike, that of the Latin alphabet; no locale is asked. Other scripts keep
 * the order of their code points and their case. */
#ifndef READINESS_BASE_LETTERS_H
#define READINESS_BASE_LETTERS_H

#include <stdbool.h>
#include <stdint.h>

/* The small letters of the plain alphabet that stand for a letter of the Latin script: "e" for É, "oe" for Œ, "ss" for
 * ß, "o" for ø, "l" for Ł. NULL for what is no Latin letter: figures, signs, other scripts. */
const char *letters_plain(uint32_t character);
/* An accent that is written after its letter, as files from a Mac have them? */
bool letters_is_mark(uint32_t character);
/* Blanks, punctuation and signs, which nobody sorts or searches by. */
bool letters_is_gap(uint32_t character);
/* Below, at or above 0: "n° 2" before "n° 10", "Écluse" between "Eau" and "Été", blanks and punctuation only as a gap.
 * What reads the same is put in the order of its bytes, so that 0 means the very same text. */
int letters_compare(const char *a, const char *b);

#endif
