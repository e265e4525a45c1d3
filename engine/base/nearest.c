#include "base/nearest.h"

#include <string.h>

enum { NEAREST_MAX = 64 };

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Damerau-Levenshtein distance in its optimal string alignment form (Damerau 1964, Wagner and Fischer 1974): inserting,
 * deleting and replacing a byte, and swapping two neighbours, cost 1 each. Both words have at most NEAREST_MAX bytes.
 */
static size_t distance_between(const char *a, size_t n, const char *b, size_t m) {
    size_t rows[3][NEAREST_MAX + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= m; j++) {
        before[j] = above[j] = j;
    }
    for (size_t i = 1; i <= n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            best = smaller(best, above[j] + 1);
            best = smaller(best, row[j - 1] + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                best = smaller(best, before[j - 2] + 1);
            }
            row[j] = best;
        }
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[m];
}

const char *nearest_name(const char *word, const char *const *candidates, size_t n) {
    size_t length = strlen(word);
    if (length == 0 || length > NEAREST_MAX) {
        return NULL;
    }
    size_t allowed = length / 3 > 1 ? length / 3 : 1;
    const char *nearest = NULL;
    size_t best = allowed + 1;
    for (size_t i = 0; i < n; i++) {
        size_t other = candidates[i] ? strlen(candidates[i]) : 0;
        if (other == 0 || other > NEAREST_MAX) {
            continue;
        }
        size_t distance = distance_between(word, length, candidates[i], other);
        /* A one-letter word is at distance 1 from every other letter: that is not "near". */
        if (distance < best && distance < (length > other ? length : other)) {
            best = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}
