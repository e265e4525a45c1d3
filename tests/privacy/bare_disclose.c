/* What disclosure control would be with a threshold and without the class rule: in the place of
 * engine/aggregate/disclose.c in the program `readiness-bare`, which is built for one test only: the auditor must find
 * it out (test_workbook_disclosure.py). Never part of the product. */
#include "aggregate/disclose.h"

#include <math.h>

bool disclose_is_small(size_t n, double low, double high, size_t k) {
    (void)low;
    (void)high;
    return n > 0 && n < k;
}

bool disclose_groups(struct arena *scratch, struct disclose_group *groups, size_t n_groups,
                     const struct disclose_atom *atoms, size_t n_atoms, size_t k) {
    (void)scratch;
    size_t whole = 0;
    for (size_t i = 0; i < n_atoms; i++) {
        whole += atoms[i].n;
    }
    for (size_t g = 0; g < n_groups; g++) {
        size_t n = 0;
        for (size_t i = 0; i < n_atoms; i++) {
            n += atoms[i].groups >> g & 1 ? atoms[i].n : 0;
        }
        groups[g].published = whole >= k && n >= k;
    }
    return whole >= k;
}

enum detail disclose_detail(size_t n, size_t k, bool unanimous) {
    (void)unanimous;
    return n < k || n == 0 ? DETAIL_NOTHING : n < 2 * k ? DETAIL_MEAN : DETAIL_FULL;
}

bool disclose_comments(size_t n_respondents, size_t k, size_t min_comments) {
    return n_respondents >= 2 * k && n_respondents >= min_comments;
}

struct cell cell_value(double x) {
    return isfinite(x) ? (struct cell){CELL_VALUE, x} : cell_none();
}

struct cell cell_withheld(void) {
    return (struct cell){CELL_WITHHELD, 0};
}

struct cell cell_none(void) {
    return (struct cell){CELL_NONE, 0};
}
