/* rooms: aggregate */
/* What may be shown, and an exact audit of it: from the published sums of random organisations, can anything about
 * fewer than k persons be solved? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/disclose.h"
#include "base/random.h"

enum { MAX_GROUPS = 12, MAX_ATOMS = 40, K = 5 };

struct organisation { /* one variable of it */
    struct disclose_group groups[MAX_GROUPS];
    size_t n_groups;
    struct disclose_atom atoms[MAX_ATOMS];
    size_t n_atoms;
    char names[MAX_GROUPS][32];
};

static void add_group(struct organisation *o, const char *kind, size_t number, bool is_unit) {
    snprintf(o->names[o->n_groups], sizeof o->names[0], "%s=%zu", kind, number);
    o->groups[o->n_groups] = (struct disclose_group){.name = o->names[o->n_groups], .is_unit = is_unit};
    o->n_groups++;
}

/* Two to five units, two to five roles, sometimes a third breakdown; some persons are in none. */
static void make_organisation(struct simulation_random *r, struct organisation *o) {
    *o = (struct organisation){0};
    size_t sizes[3] = {2 + simulation_below(r, 4), 2 + simulation_below(r, 4), simulation_below(r, 3)};
    const char *kinds[3] = {"unit", "role", "site"};
    size_t first[3];
    for (size_t b = 0; b < 3; b++) {
        first[b] = o->n_groups;
        for (size_t v = 0; v < sizes[b] && o->n_groups < MAX_GROUPS; v++) {
            add_group(o, kinds[b], v, b == 0);
        }
        sizes[b] = o->n_groups - first[b];
    }
    size_t persons = 5 + simulation_below(r, 60);
    for (size_t p = 0; p < persons; p++) {
        uint64_t groups = 0;
        for (size_t b = 0; b < 3; b++) {
            /* The product of two draws makes sizes uneven; the last value is "not answered". */
            size_t v = simulation_below(r, 1 + simulation_below(r, (uint32_t)sizes[b] + 1));
            groups |= v < sizes[b] ? (uint64_t)1 << (first[b] + v) : 0;
        }
        double answer = 1 + simulation_below(r, 2);
        size_t at = 0;
        while (at < o->n_atoms && o->atoms[at].groups != groups) {
            at++;
        }
        if (at == o->n_atoms) {
            if (at == MAX_ATOMS) {
                continue;
            }
            o->n_atoms++;
            o->atoms[at] = (struct disclose_atom){.groups = groups, .low = answer, .high = answer};
        }
        o->atoms[at].n++;
        o->atoms[at].low = fmin(o->atoms[at].low, answer);
        o->atoms[at].high = fmax(o->atoms[at].high, answer);
    }
}

/* The auditor. Every published figure is a known sum over atoms. A combination of figures that depends on the atoms of
 * a set S alone exists exactly when the matrix of figures loses rank without the columns of S. Ranks are computed
 * modulo a prime, far larger than any minor of such small matrices of zeros and ones. */
static const uint64_t prime = (UINT64_C(1) << 61) - 1;

static uint64_t times(uint64_t a, uint64_t b) {
    return (uint64_t)((unsigned __int128)a * b % prime);
}

static uint64_t inverse(uint64_t a) {
    uint64_t result = 1;
    for (uint64_t e = prime - 2; e; e >>= 1, a = times(a, a)) {
        result = e & 1 ? times(result, a) : result;
    }
    return result;
}

static size_t rank_of(uint64_t m[MAX_GROUPS + 1][MAX_ATOMS], size_t rows, size_t columns) {
    size_t rank = 0;
    for (size_t c = 0; c < columns && rank < rows; c++) {
        size_t pivot = rank;
        while (pivot < rows && m[pivot][c] == 0) {
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
        uint64_t scale = inverse(m[rank][c]);
        for (size_t r = rank + 1; r < rows; r++) {
            uint64_t factor = times(m[r][c], scale);
            for (size_t j = c; factor && j < columns; j++) {
                m[r][j] = (m[r][j] + prime - times(factor, m[rank][j])) % prime;
            }
        }
        rank++;
    }
    return rank;
}

/* Rank of the published figures over the atoms that are not in `without` (a bit each). */
static size_t rank_without(const struct organisation *o, uint64_t without) {
    uint64_t m[MAX_GROUPS + 1][MAX_ATOMS];
    size_t rows = 0, columns = 0;
    for (size_t g = 0; g <= o->n_groups; g++) {
        if (g < o->n_groups && !o->groups[g].published) {
            continue;
        }
        columns = 0;
        for (size_t i = 0; i < o->n_atoms; i++) {
            if (!(without >> i & 1)) {
                m[rows][columns++] = g == o->n_groups ? 1 : o->atoms[i].groups >> g & 1;
            }
        }
        rows++;
    }
    return rank_of(m, rows, columns);
}

/* Tries every set of atoms with fewer than k persons together. */
static bool discloses_within(const struct organisation *o, size_t rank, size_t from, uint64_t set, size_t persons) {
    for (size_t i = from; i < o->n_atoms; i++) {
        uint64_t with = set | (uint64_t)1 << i;
        if (persons + o->atoms[i].n < K) {
            if (rank_without(o, with) < rank || discloses_within(o, rank, i + 1, with, persons + o->atoms[i].n)) {
                return true;
            }
        }
    }
    return false;
}

static bool discloses(const struct organisation *o) {
    return discloses_within(o, rank_without(o, 0), 0, 0, 0);
}

/* Does a published group, or the difference of two that contain each other, give the answer of all its few members? */
static bool tells_unanimous(const struct organisation *o) {
    for (size_t a = 0; a <= o->n_groups; a++) {
        for (size_t b = 0; b <= o->n_groups; b++) {
            if ((a < o->n_groups && !o->groups[a].published) || (b < o->n_groups && !o->groups[b].published)) {
                continue;
            }
            size_t n = 0;
            double low = INFINITY, high = -INFINITY;
            bool contained = true;
            for (size_t i = 0; i < o->n_atoms; i++) {
                bool in_a = a == o->n_groups || (o->atoms[i].groups >> a & 1);
                bool in_b = a != b && b < o->n_groups && (o->atoms[i].groups >> b & 1);
                contained = contained && (in_a || !in_b);
                if (in_a && !in_b) {
                    n += o->atoms[i].n;
                    low = fmin(low, o->atoms[i].low);
                    high = fmax(high, o->atoms[i].high);
                }
            }
            if (contained && n > 0 && n < 2 * K && low == high) {
                return true;
            }
        }
    }
    return false;
}

static void no_combination_of_published_groups_tells_on_few(void **state) {
    (void)state;
    struct simulation_random random;
    simulation_seed(&random, 1);
    struct arena *arena = arena_new();
    size_t shown = 0, bare = 0, bare_unanimous = 0, organisations = 2000;
    for (size_t i = 0; i < organisations; i++) {
        struct organisation o;
        make_organisation(&random, &o);
        if (!disclose_groups(arena, o.groups, o.n_groups, o.atoms, o.n_atoms, K)) {
            for (size_t g = 0; g < o.n_groups; g++) {
                assert_false(o.groups[g].published);
            }
            continue;
        }
        if (discloses(&o) || tells_unanimous(&o)) {
            fail_msg("organisation %zu tells on fewer than %d", i, K);
        }
        for (size_t g = 0; g < o.n_groups; g++) {
            shown += o.groups[g].published;
            size_t members = 0;
            for (size_t a = 0; a < o.n_atoms; a++) {
                members += o.atoms[a].groups >> g & 1 ? o.atoms[a].n : 0;
            }
            o.groups[g].published = members >= K; /* the bare threshold, for comparison */
        }
        bare += discloses(&o);
        bare_unanimous += tells_unanimous(&o);
    }
    arena_free(arena);
    /* The audit can fail: a threshold alone tells on somebody in most organisations; and the rule still shows groups.
     */
    assert_true(bare > organisations / 2);
    assert_true(bare_unanimous > 10);
    assert_true(shown > organisations);
}

static struct disclose_atom atom(uint64_t groups, size_t n) {
    return (struct disclose_atom){.groups = groups, .n = n, .low = 1, .high = 5};
}

static bool publish(struct disclose_group *groups, size_t n_groups, const struct disclose_atom *atoms, size_t n_atoms) {
    struct arena *arena = arena_new();
    bool whole = disclose_groups(arena, groups, n_groups, atoms, n_atoms, K);
    arena_free(arena);
    return whole;
}

static void a_whole_under_the_minimum_publishes_nothing(void **state) {
    (void)state;
    struct disclose_group groups[] = {{.name = "unit=a", .is_unit = true, .published = true}};
    assert_false(publish(groups, 1, (struct disclose_atom[]){atom(1, 4)}, 1));
    assert_false(groups[0].published);
    assert_false(publish(groups, 1, NULL, 0));
    assert_true(publish(groups, 1, (struct disclose_atom[]){atom(1, 5)}, 1));
    assert_true(groups[0].published);
}

static void the_rest_beside_a_group_is_a_class_too(void **state) {
    (void)state;
    struct disclose_group groups[] = {{.name = "unit=a", .is_unit = true}};
    assert_true(publish(groups, 1, (struct disclose_atom[]){atom(1, 20), atom(0, 4)}, 2));
    assert_false(groups[0].published);
    assert_true(publish(groups, 1, (struct disclose_atom[]){atom(1, 20), atom(0, 5)}, 2));
    assert_true(groups[0].published);
    assert_true(publish(groups, 1, (struct disclose_atom[]){atom(1, 20), atom(0, 0)}, 2));
    assert_true(groups[0].published);
}

static void groupings_go_before_units_then_the_smaller_then_by_name(void **state) {
    (void)state;
    /* Unit a and role m differ by two persons: one of them must go. */
    struct disclose_group two[] = {{.name = "unit=a", .is_unit = true}, {.name = "role=m"}};
    assert_true(publish(two, 2, (struct disclose_atom[]){atom(3, 10), atom(1, 2), atom(0, 10)}, 3));
    assert_true(two[0].published);
    assert_false(two[1].published);
    struct disclose_group sizes[] = {{.name = "role=a"}, {.name = "role=b"}};
    assert_true(publish(sizes, 2, (struct disclose_atom[]){atom(3, 10), atom(1, 2), atom(0, 10)}, 3));
    assert_true(sizes[0].published);
    assert_false(sizes[1].published);
    struct disclose_group names[] = {{.name = "role=b"}, {.name = "role=a"}};
    assert_true(publish(names, 2, (struct disclose_atom[]){atom(3, 10), atom(1, 2), atom(2, 2), atom(0, 10)}, 4));
    assert_true(names[0].published);
    assert_false(names[1].published);
}

static void a_unanimous_class_under_twice_the_minimum_is_not_told(void **state) {
    (void)state;
    struct disclose_group groups[] = {{.name = "unit=a", .is_unit = true}};
    struct disclose_atom atoms[] = {atom(1, 9), atom(0, 20)};
    atoms[0].low = atoms[0].high = 4;
    assert_true(publish(groups, 1, atoms, 2));
    assert_false(groups[0].published);
    atoms[0].n = 10;
    assert_true(publish(groups, 1, atoms, 2));
    assert_true(groups[0].published);
    /* Nor by difference: the nine are what is left beside the unit. */
    struct disclose_atom left[] = {atom(0, 9), atom(1, 20)};
    left[0].low = left[0].high = 4;
    assert_true(publish(groups, 1, left, 2));
    assert_false(groups[0].published);
    /* Nor a whole. */
    struct disclose_atom whole[] = {{.groups = 0, .n = 9, .low = 2, .high = 2}};
    assert_false(publish(groups, 1, whole, 1));
}

static void sixty_four_groups_are_handled(void **state) {
    (void)state;
    struct disclose_group groups[DISCLOSE_GROUPS_MAX];
    struct disclose_atom atoms[DISCLOSE_GROUPS_MAX];
    for (size_t g = 0; g < DISCLOSE_GROUPS_MAX; g++) {
        groups[g] = (struct disclose_group){.name = "unit", .is_unit = true};
        atoms[g] = atom((uint64_t)1 << g, g == 63 ? 4 : 5);
    }
    assert_true(publish(groups, DISCLOSE_GROUPS_MAX, atoms, DISCLOSE_GROUPS_MAX));
    size_t published = 0;
    for (size_t g = 0; g < DISCLOSE_GROUPS_MAX; g++) {
        published += groups[g].published;
    }
    assert_int_equal(published, 62); /* one more is merged with the four */
    assert_false(groups[63].published);
}

static void detail_grows_with_the_group(void **state) {
    (void)state;
    assert_int_equal(disclose_detail(4, 5, false), DETAIL_NOTHING);
    assert_int_equal(disclose_detail(5, 5, false), DETAIL_MEAN);
    assert_int_equal(disclose_detail(9, 5, false), DETAIL_MEAN);
    assert_int_equal(disclose_detail(10, 5, false), DETAIL_FULL);
    assert_int_equal(disclose_detail(9, 5, true), DETAIL_NOTHING);
    assert_int_equal(disclose_detail(10, 5, true), DETAIL_FULL);
}

static void nobody_is_not_too_few_and_is_told_nothing_about(void **state) {
    (void)state;
    assert_false(disclose_is_small(0, 3, 3, 5));
    assert_true(disclose_is_small(4, 1, 3, 5));
    assert_true(disclose_is_small(9, 3, 3, 5));
    assert_false(disclose_is_small(9, 1, 3, 5));
    assert_false(disclose_is_small(10, 3, 3, 5));
    assert_int_equal(disclose_detail(0, 0, false), DETAIL_NOTHING);
    assert_false(disclose_comments(0, 0, 0));
}

static void comments_need_twice_the_minimum_and_their_own(void **state) {
    (void)state;
    assert_false(disclose_comments(9, 5, 10));
    assert_true(disclose_comments(10, 5, 10));
    assert_false(disclose_comments(13, 7, 10));
    assert_true(disclose_comments(14, 7, 10));
    assert_false(disclose_comments(14, 5, 15));
}

static void a_cell_holds_a_finite_value_or_none(void **state) {
    (void)state;
    assert_int_equal(cell_value(1.5).state, CELL_VALUE);
    assert_int_equal(cell_value(NAN).state, CELL_NONE);
    assert_int_equal(cell_value(INFINITY).state, CELL_NONE);
    assert_int_equal(cell_withheld().state, CELL_WITHHELD);
    assert_true(cell_withheld().value == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_combination_of_published_groups_tells_on_few),
        cmocka_unit_test(a_whole_under_the_minimum_publishes_nothing),
        cmocka_unit_test(the_rest_beside_a_group_is_a_class_too),
        cmocka_unit_test(groupings_go_before_units_then_the_smaller_then_by_name),
        cmocka_unit_test(a_unanimous_class_under_twice_the_minimum_is_not_told),
        cmocka_unit_test(sixty_four_groups_are_handled),
        cmocka_unit_test(detail_grows_with_the_group),
        cmocka_unit_test(nobody_is_not_too_few_and_is_told_nothing_about),
        cmocka_unit_test(comments_need_twice_the_minimum_and_their_own),
        cmocka_unit_test(a_cell_holds_a_finite_value_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
