/* An exact audit of published sums: can any combination of them depend on fewer than so many persons? */
#ifndef READINESS_TESTS_AUDIT_H
#define READINESS_TESTS_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { AUDIT_FIGURES = 240, AUDIT_PERSONS = 256, AUDIT_WAVES = 5, AUDIT_COLUMNS = 800 };

/* Every figure as a row: the weight (a small whole number) of each person's answer in each wave, or to each item. */
struct figures_of_persons {
    int8_t weight[AUDIT_FIGURES][AUDIT_PERSONS][AUDIT_WAVES];
    size_t rows, persons, waves;
};

/* Persons with the same weights everywhere cannot be told apart: one set of columns, a column per wave, for all of
 * them, with their number. */
struct audit_columns {
    uint64_t m[AUDIT_FIGURES][AUDIT_COLUMNS];
    size_t rows, types, waves;
    size_t example[AUDIT_PERSONS], persons[AUDIT_PERSONS]; /* per type */
    size_t pivot[AUDIT_FIGURES];                           /* per row: its column */
};

static const uint64_t audit_prime = (UINT64_C(1) << 31) - 1;

static inline uint64_t audit_inverse(uint64_t a) {
    uint64_t result = 1;
    for (uint64_t e = audit_prime - 2; e; e >>= 1, a = a * a % audit_prime) {
        result = e & 1 ? result * a % audit_prime : result;
    }
    return result;
}

static inline bool audit_alike(const struct figures_of_persons *f, size_t a, size_t b) {
    for (size_t r = 0; r < f->rows; r++) {
        if (memcmp(f->weight[r][a], f->weight[r][b], sizeof f->weight[r][a]) != 0) {
            return false;
        }
    }
    return true;
}

static inline bool audit_in_any(const struct figures_of_persons *f, size_t person) {
    for (size_t r = 0; r < f->rows; r++) {
        for (size_t w = 0; w < f->waves; w++) {
            if (f->weight[r][person][w]) {
                return true;
            }
        }
    }
    return false;
}

/* Finds the types, those of many persons first. */
static inline void audit_find_types(const struct figures_of_persons *f, struct audit_columns *c) {
    c->types = 0;
    for (size_t p = 0; p < f->persons; p++) {
        if (!audit_in_any(f, p)) {
            continue;
        }
        size_t t = 0;
        while (t < c->types && !audit_alike(f, c->example[t], p)) {
            t++;
        }
        if (t == c->types) {
            assert_true((c->types + 1) * c->waves <= AUDIT_COLUMNS);
            c->example[c->types] = p;
            c->persons[c->types++] = 0;
        }
        c->persons[t]++;
    }
    for (size_t done = 1; done < c->types; done++) {
        size_t example = c->example[done], persons = c->persons[done], t = done;
        for (; t > 0 && c->persons[t - 1] < persons; t--) {
            c->example[t] = c->example[t - 1];
            c->persons[t] = c->persons[t - 1];
        }
        c->example[t] = example;
        c->persons[t] = persons;
    }
}

static inline void audit_merge(const struct figures_of_persons *f, struct audit_columns *c) {
    c->rows = f->rows;
    c->waves = f->waves;
    audit_find_types(f, c);
    for (size_t t = 0; t < c->types; t++) {
        for (size_t r = 0; r < f->rows; r++) {
            for (size_t w = 0; w < f->waves; w++) {
                int8_t weight = f->weight[r][c->example[t]][w];
                c->m[r][t * c->waves + w] = weight < 0 ? audit_prime - (uint64_t)-weight : (uint64_t)weight;
            }
        }
    }
}

/* Rows in reduced echelon form over so many columns; returns the rank. */
static inline size_t audit_reduce(uint64_t (*m)[AUDIT_COLUMNS], size_t rows, size_t columns, size_t *pivots) {
    size_t rank = 0;
    for (size_t col = 0; col < columns && rank < rows; col++) {
        size_t pivot = rank;
        while (pivot < rows && m[pivot][col] == 0) {
            pivot++;
        }
        if (pivot == rows) {
            continue;
        }
        for (size_t j = 0; j < columns; j++) {
            uint64_t t = m[pivot][j];
            m[pivot][j] = m[rank][j];
            m[rank][j] = t;
        }
        uint64_t scale = audit_inverse(m[rank][col]);
        for (size_t j = 0; j < columns; j++) {
            m[rank][j] = m[rank][j] * scale % audit_prime;
        }
        for (size_t r = 0; r < rows; r++) {
            uint64_t factor = m[r][col];
            for (size_t j = 0; r != rank && factor && j < columns; j++) {
                m[r][j] = (m[r][j] + (audit_prime - factor) * m[rank][j]) % audit_prime;
            }
        }
        pivots[rank++] = col;
    }
    return rank;
}

/* Is there a combination that is zero outside the columns of the types in `set`? Only the rows whose pivot is inside
 * can be in it, and it exists exactly when those lose rank without the columns inside. */
static inline bool audit_solvable(const struct audit_columns *c, const bool *set) {
    static uint64_t left[AUDIT_FIGURES][AUDIT_COLUMNS];
    size_t rows = 0, columns = 0, pivots[AUDIT_FIGURES];
    for (size_t r = 0; r < c->rows; r++) {
        if (set[c->pivot[r] / c->waves]) {
            columns = 0;
            for (size_t j = 0; j < c->types * c->waves; j++) {
                if (!set[j / c->waves]) {
                    left[rows][columns++] = c->m[r][j];
                }
            }
            rows++;
        }
    }
    return rows > 0 && audit_reduce(left, rows, columns, pivots) < rows;
}

static inline bool audit_within(const struct audit_columns *c, bool *set, size_t from, size_t persons, size_t least) {
    for (size_t t = from; t < c->types; t++) {
        if (persons + c->persons[t] >= least) {
            continue;
        }
        set[t] = true;
        bool found = audit_solvable(c, set) || audit_within(c, set, t + 1, persons + c->persons[t], least);
        set[t] = false;
        if (found) {
            return true;
        }
    }
    return false;
}

/* Does some combination depend on somebody, and on fewer than `least` persons? */
static inline bool audit_discloses(const struct figures_of_persons *f, size_t least) {
    static struct audit_columns c;
    bool set[AUDIT_PERSONS] = {false};
    audit_merge(f, &c);
    c.rows = audit_reduce(c.m, c.rows, c.types * c.waves, c.pivot);
    /* Whatever a row with its pivot among many persons is combined with, it depends on one of such types. */
    size_t kept = 0;
    for (size_t r = 0; r < c.rows; r++) {
        if (c.persons[c.pivot[r] / c.waves] < least) {
            memcpy(c.m[kept], c.m[r], sizeof c.m[r]);
            c.pivot[kept++] = c.pivot[r];
        }
    }
    c.rows = kept;
    if (kept == 0) {
        return false;
    }
    return audit_within(&c, set, 0, 0, least);
}

#endif
