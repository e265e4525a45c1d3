/* Coarsening of keys, as a pure function. The cells are seen as a tree: organisation, unit, then one level per grouping
 * question. A level is settled within each parent; what is given up may make a parent's nameless part too small one
 * level further down, so the levels are gone through until nothing changes. */
#include "aggregate/microdata.h"

#include <stdlib.h>
#include <string.h>

struct tree {
    struct microdata_cell **cells; /* sorted by labels; those left out are not here */
    size_t n, n_labels, k;
    bool changed;
};

static int by_labels(const void *a, const void *b, void *n_labels) {
    const struct microdata_cell *x = *(struct microdata_cell *const *)a, *y = *(struct microdata_cell *const *)b;
    for (size_t i = 0; i < *(const size_t *)n_labels; i++) {
        int order = strcmp(x->labels[i], y->labels[i]);
        if (order != 0) {
            return order;
        }
    }
    return 0;
}

static void sort_cells(struct tree *t) {
    qsort_r(t->cells, t->n, sizeof(struct microdata_cell *), by_labels, &t->n_labels);
}

/* The end of the run of cells from `from` that share their first `depth` labels. */
static size_t run_end(const struct tree *t, size_t from, size_t to, size_t depth) {
    size_t end = from + 1;
    while (end < to && by_labels(&t->cells[from], &t->cells[end], &depth) == 0) {
        end++;
    }
    return end;
}

static size_t count_rows(const struct tree *t, size_t from, size_t to) {
    size_t sum = 0;
    for (size_t i = from; i < to; i++) {
        sum += t->cells[i]->n;
    }
    return sum;
}

static void give_up(struct tree *t, size_t from, size_t to, size_t depth) {
    for (size_t i = from; i < to; i++) {
        for (size_t l = depth; l < t->n_labels; l++) {
            t->cells[i]->labels[l] = MICRODATA_NONE;
        }
    }
    t->changed = true;
}

/* Settles the values of one level below one parent, cells from..to. Runs are found before anything is given up: their
 * order holds until the cells are sorted again. */
static void settle(struct tree *t, size_t from, size_t to, size_t depth) {
    size_t without = 0, smallest = 0, smallest_from = 0, smallest_to = 0;
    for (size_t i = from, end; i < to; i = end) {
        end = run_end(t, i, to, depth + 1);
        size_t rows = count_rows(t, i, end);
        bool named = t->cells[i]->labels[depth][0] != '\0';
        if (named && rows >= t->k) {
            if (smallest == 0 || rows < smallest) { /* of equal ones the first by name */
                smallest = rows;
                smallest_from = i;
                smallest_to = end;
            }
            continue;
        }
        without += rows;
        if (named) {
            give_up(t, i, end, depth);
        }
    }
    if (depth > 0 && without > 0 && without < t->k && smallest > 0) {
        give_up(t, smallest_from, smallest_to, depth);
    }
}

static void settle_level(struct tree *t, size_t depth) {
    sort_cells(t);
    for (size_t from = 0, to; from < t->n; from = to) {
        to = depth == 0 ? t->n : run_end(t, from, t->n, depth);
        settle(t, from, to, depth);
    }
}

void microdata_coarsen(struct microdata_cell *cells, size_t n, size_t n_labels, size_t k) {
    struct tree t = {mem_array(n + 1, sizeof(struct microdata_cell *)), 0, n_labels, k, true};
    for (size_t i = 0; i < n; i++) {
        if (cells[i].n > 0 && !cells[i].left_out) {
            t.cells[t.n++] = &cells[i];
        }
    }
    while (t.changed) { /* every turn but the last takes labels away */
        t.changed = false;
        for (size_t depth = n_labels; depth-- > 0;) {
            settle_level(&t, depth);
        }
    }
    size_t nowhere = 0;
    for (size_t i = 0; i < t.n; i++) {
        nowhere += t.cells[i]->labels[0][0] ? 0 : t.cells[i]->n;
    }
    for (size_t i = 0; i < t.n && nowhere < k; i++) {
        t.cells[i]->left_out = !t.cells[i]->labels[0][0];
    }
    free(t.cells);
}
