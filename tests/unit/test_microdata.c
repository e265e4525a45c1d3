/* rooms: aggregate instrument store base */
/* Coarsening: no combination of keys with fewer rows than the minimum, nothing invented, the same every time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate/microdata.h"
#include "base/random.h"

enum { CELLS = 240, LABELS = 5, ROUNDS = 3000 };

struct world {
    size_t n, n_labels;
    struct microdata_cell cells[CELLS];
    const char *labels[CELLS][LABELS], *before[CELLS][LABELS];
};

static void add(struct world *w, size_t n, const char *organisation, const char *unit, const char *a, const char *b) {
    const char *labels[LABELS] = {organisation, unit, a, b, ""};
    memcpy(w->labels[w->n], labels, sizeof labels);
    memcpy(w->before[w->n], labels, sizeof labels);
    w->cells[w->n] = (struct microdata_cell){w->labels[w->n], n, false};
    w->n_labels = 4;
    w->n++;
}

static void coarsen(struct world *w, size_t k) {
    microdata_coarsen(w->cells, w->n, w->n_labels, k);
}

static bool same(const struct world *w, size_t a, size_t b, size_t n_labels) {
    for (size_t l = 0; l < n_labels; l++)
        if (strcmp(w->labels[a][l], w->labels[b][l]) != 0)
            return false;
    return true;
}

/* Rows in the file with the labels of this cell. */
static size_t rows_like(const struct world *w, size_t cell) {
    size_t sum = 0;
    for (size_t i = 0; i < w->n; i++)
        sum += !w->cells[i].left_out && same(w, i, cell, w->n_labels) ? w->cells[i].n : 0;
    return sum;
}

/* Organisations of many sizes, with up to 7 units and three grouping questions; few have every label. */
static void draw_world(struct world *w, struct simulation_random *r) {
    static const char *const organisations[] = {"", "a", "b", "c", "d", "e"};
    static const char *const units[] = {"", "u1", "u2", "u3", "u4", "u5", "u6", "u7"};
    static const char *const groups[] = {"", "x", "y", "z"};
    w->n_labels = 2 + simulation_below(r, 4);
    w->n = 1 + simulation_below(r, CELLS);
    uint32_t most = 1 + simulation_below(r, 14);
    for (size_t i = 0; i < w->n; i++) {
        for (size_t l = 0; l < LABELS; l++)
            w->labels[i][l] = l == 0   ? organisations[simulation_below(r, 6)]
                              : l == 1 ? units[simulation_below(r, 8)]
                                       : groups[simulation_below(r, 4)];
        memcpy(w->before[i], w->labels[i], sizeof w->labels[i]);
        w->cells[i] = (struct microdata_cell){w->labels[i], 1 + simulation_below(r, most), false};
    }
}

static void every_combination_in_the_file_has_the_minimum(void **state) {
    (void)state;
    static struct world w;
    struct simulation_random r;
    size_t small_before = 0;
    simulation_seed(&r, 20261123);
    for (int round = 0; round < ROUNDS; round++) {
        draw_world(&w, &r);
        size_t k = 3 + simulation_below(&r, 10), left_out = 0;
        for (size_t i = 0; i < w.n; i++)
            small_before += rows_like(&w, i) < k;
        coarsen(&w, k);
        for (size_t i = 0; i < w.n; i++) {
            left_out += w.cells[i].left_out ? w.cells[i].n : 0;
            assert_true(w.cells[i].left_out || rows_like(&w, i) >= k);
        }
        assert_true(left_out < k);
    }
    assert_true(small_before > ROUNDS); /* there was something to do */
}

static void labels_are_only_taken_away_and_those_behind_them_too(void **state) {
    (void)state;
    static struct world w;
    struct simulation_random r;
    simulation_seed(&r, 7);
    for (int round = 0; round < ROUNDS; round++) {
        draw_world(&w, &r);
        coarsen(&w, 5);
        for (size_t i = 0; i < w.n; i++) {
            bool lost = false;
            for (size_t l = 0; l < w.n_labels; l++) {
                lost = lost || (w.before[i][l][0] && !w.labels[i][l][0]);
                assert_true(strcmp(w.labels[i][l], w.before[i][l]) == 0 || !w.labels[i][l][0]);
                assert_true(!lost || !w.labels[i][l][0]);
            }
        }
    }
}

/* Whoever has the sum of a whole must not find a few by taking away what the file says: of an organisation either all
 * rows keep its code or none; and the same cells lose the same. */
static void an_organisation_keeps_all_its_rows_or_none(void **state) {
    (void)state;
    static struct world w;
    struct simulation_random r;
    simulation_seed(&r, 11);
    for (int round = 0; round < ROUNDS; round++) {
        draw_world(&w, &r);
        size_t k = 3 + simulation_below(&r, 6);
        coarsen(&w, k);
        for (size_t i = 0; i < w.n; i++) {
            size_t rows = 0;
            for (size_t j = 0; j < w.n; j++) {
                if (strcmp(w.before[i][0], w.before[j][0]) == 0) {
                    rows += w.cells[j].n;
                    assert_string_equal(w.labels[i][0], w.labels[j][0]);
                }
            }
            assert_true(!w.before[i][0][0] || (rows >= k) == (w.labels[i][0][0] != '\0'));
        }
    }
}

static void the_order_of_the_cells_changes_nothing(void **state) {
    (void)state;
    static struct world w, v;
    struct simulation_random r;
    simulation_seed(&r, 13);
    for (int round = 0; round < ROUNDS; round++) {
        draw_world(&w, &r);
        v = w;
        for (size_t i = 0; i < w.n; i++) {
            memcpy(v.labels[i], w.labels[w.n - 1 - i], sizeof v.labels[i]);
            v.cells[i] = (struct microdata_cell){v.labels[i], w.cells[w.n - 1 - i].n, false};
        }
        coarsen(&w, 5);
        coarsen(&v, 5);
        for (size_t i = 0; i < w.n; i++) {
            const struct microdata_cell *x = &w.cells[i], *y = &v.cells[w.n - 1 - i];
            assert_int_equal(x->left_out, y->left_out);
            for (size_t l = 0; l < w.n_labels; l++)
                assert_string_equal(x->labels[l], y->labels[l]);
        }
    }
}

/* Two files of one wave, one before and one after the minimum was raised: a row can be found again in the other by its
 * answers, so rows that share both their cells must be enough. */
static void a_file_with_a_raised_minimum_adds_nothing_to_an_earlier_one(void **state) {
    (void)state;
    static struct world w, first;
    struct simulation_random r;
    simulation_seed(&r, 17);
    for (int round = 0; round < ROUNDS; round++) {
        draw_world(&w, &r);
        coarsen(&w, 5);
        first = w;
        for (size_t i = 0; i < first.n; i++)
            first.cells[i].labels = first.labels[i];
        for (size_t k = 6; k <= 9; k++)
            coarsen(&w, k);
        for (size_t i = 0; i < w.n; i++) {
            size_t both = 0;
            for (size_t j = 0; j < w.n; j++)
                both += !first.cells[j].left_out && same(&first, i, j, w.n_labels) && same(&w, i, j, w.n_labels) &&
                                w.cells[i].left_out == w.cells[j].left_out
                            ? w.cells[j].n
                            : 0;
            assert_true(first.cells[i].left_out || both >= 5);
            assert_true(!first.cells[i].left_out || w.cells[i].left_out);
        }
    }
}

static void the_last_grouping_question_is_given_up_first(void **state) {
    (void)state;
    struct world w = {0};
    add(&w, 9, "a", "north", "nurse", "day");
    add(&w, 4, "a", "north", "nurse", "night");
    add(&w, 6, "a", "south", "nurse", "day");
    coarsen(&w, 5);
    /* the night's four are too few, and with them the smallest of the others goes, so that nobody finds them */
    assert_string_equal(w.labels[1][3], "");
    assert_string_equal(w.labels[0][3], "");
    assert_string_equal(w.labels[0][2], "nurse");
    assert_string_equal(w.labels[1][1], "north");
    assert_string_equal(w.labels[2][3], "day");
}

static void a_small_unit_takes_the_smallest_other_with_it(void **state) {
    (void)state;
    struct world w = {0};
    add(&w, 3, "a", "east", "", "");
    add(&w, 8, "a", "north", "", "");
    add(&w, 7, "a", "south", "", "");
    coarsen(&w, 5);
    assert_string_equal(w.labels[0][1], "");
    assert_string_equal(w.labels[1][1], "north");
    assert_string_equal(w.labels[2][1], "");
    assert_string_equal(w.labels[0][0], "a");
}

static void small_organisations_meet_without_a_name_or_are_left_out(void **state) {
    (void)state;
    struct world w = {0};
    add(&w, 9, "a", "", "", "");
    add(&w, 3, "b", "", "", "");
    coarsen(&w, 5);
    assert_false(w.cells[0].left_out);
    assert_true(w.cells[1].left_out); /* a keeps its name: its figures are told, and would tell b's by subtraction */
    assert_string_equal(w.labels[0][0], "a");
    struct world v = {0};
    add(&v, 9, "a", "", "", "");
    add(&v, 3, "b", "north", "nurse", "");
    add(&v, 4, "c", "", "", "day");
    coarsen(&v, 5);
    assert_false(v.cells[1].left_out || v.cells[2].left_out);
    assert_string_equal(v.labels[1][0], "");
    assert_string_equal(v.labels[1][2], "");
    assert_string_equal(v.labels[2][3], "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_combination_in_the_file_has_the_minimum),
        cmocka_unit_test(labels_are_only_taken_away_and_those_behind_them_too),
        cmocka_unit_test(an_organisation_keeps_all_its_rows_or_none),
        cmocka_unit_test(the_order_of_the_cells_changes_nothing),
        cmocka_unit_test(a_file_with_a_raised_minimum_adds_nothing_to_an_earlier_one),
        cmocka_unit_test(the_last_grouping_question_is_given_up_first),
        cmocka_unit_test(a_small_unit_takes_the_smallest_other_with_it),
        cmocka_unit_test(small_organisations_meet_without_a_name_or_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
