/* "Did you mean ...?" */
#ifndef READINESS_BASE_NEAREST_H
#define READINESS_BASE_NEAREST_H

#include <stddef.h>

/* The candidate nearest to `word` by Damerau-Levenshtein distance (letters swapped count 1), or NULL if none is near
 * enough to be meant (distance over a third of the word's length, at least 1 allowed). */
const char *nearest_name(const char *word, const char *const *candidates, size_t n);

#endif
