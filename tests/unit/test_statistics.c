/* rooms: aggregate */
/* The statistics against figures that R computed (packages multilevel, psych; factanal) and that were worked out apart
 * with numpy and scipy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/statistics.h"
#include "base/arena.h"
#include "base/csv.h"

static void assert_near(double got, double want, double tolerance) {
    if (!(fabs(got - want) <= tolerance)) {
        fail_msg("got %.17g, want %.17g", got, want);
    }
}

enum { MAX_PERSONS = 12, MAX_ITEMS = 5 };

/* A group's answers, one string a person ("." is missing). */
struct group {
    size_t persons, items;
    const char *rows[MAX_PERSONS];
};

/* Four organisations, four items, 1 to 5. */
static const struct group data_a[] = {
    {5, 4, {"4453", "5444", "4544", "4345", "3434"}},
    {4, 4, {"2322", "3223", "2233", "2312"}},
    {6, 4, {"5545", "4554", "5454", "5545", "4455", "5454"}},
    {3, 4, {"1213", "3342", "5455"}},
};
/* Edge cases: no variance, the widest, one person, missing answers. */
static const struct group data_b[] = {
    {3, 3, {"444", "444", "444"}},
    {2, 3, {"151", "515"}},
    {1, 3, {"332"}},
    {4, 3, {"2.3", ".23", "444", "33."}},
};

static double answer(const struct group *g, size_t person, size_t item) {
    char c = g->rows[person][item];
    return c == '.' ? NAN : c - '0';
}

static struct moments item_moments(const struct group *g, size_t item) {
    struct moments m = {0};
    for (size_t p = 0; p < g->persons; p++) {
        if (!isnan(answer(g, p, item))) {
            moments_add(&m, answer(g, p, item));
        }
    }
    return m;
}

/* Moments of the persons' mean scores. */
static struct moments score_moments(const struct group *g) {
    struct moments m = {0};
    for (size_t p = 0; p < g->persons; p++) {
        struct moments person = {0};
        for (size_t i = 0; i < g->items; i++) {
            if (!isnan(answer(g, p, i))) {
                moments_add(&person, answer(g, p, i));
            }
        }
        moments_add(&m, person.mean);
    }
    return m;
}

static double group_rwgj(const struct group *g, size_t n_items) {
    double variances[MAX_ITEMS];
    for (size_t i = 0; i < n_items; i++) {
        struct moments m = item_moments(g, i);
        variances[i] = moments_variance(&m);
    }
    return rwgj(variances, n_items, 5);
}

static double item_ad(const struct group *g, size_t item) {
    const double values[] = {1, 2, 3, 4, 5};
    uint32_t counts[5] = {0};
    for (size_t p = 0; p < g->persons; p++) {
        if (!isnan(answer(g, p, item))) {
            counts[(int)answer(g, p, item) - 1]++;
        }
    }
    return average_deviation(values, counts, 5);
}

static double group_ad(const struct group *g) {
    double sum = 0;
    for (size_t i = 0; i < g->items; i++) {
        sum += item_ad(g, i);
    }
    return sum / (double)g->items;
}

static struct covariance *covariance_of_groups(const struct group *groups, size_t n) {
    struct covariance *c = covariance_new(groups[0].items);
    for (size_t g = 0; g < n; g++) {
        for (size_t p = 0; p < groups[g].persons; p++) {
            double row[MAX_ITEMS];
            for (size_t i = 0; i < groups[g].items; i++) {
                row[i] = answer(&groups[g], p, i);
            }
            covariance_add(c, row);
        }
    }
    return c;
}

static void means_and_deviations_agree_with_r(void **state) {
    (void)state;
    const double mean[] = {4, 2.3125, 4.583333, 3.166667}, sd[] = {.3061862, .2393568, .1290994, 1.5069284};
    for (size_t g = 0; g < 4; g++) {
        struct moments m = score_moments(&data_a[g]);
        assert_int_equal(m.n, data_a[g].persons);
        assert_near(moments_mean(&m), mean[g], 1e-6);
        assert_near(moments_sd(&m), sd[g], 1e-7);
    }
}

static void agreement_agrees_with_r(void **state) {
    (void)state;
    const double single[] = {.75, .875, .866667, 0}, several[] = {.9230769, .9418960, .9603730, 0};
    const double ad[] = {.4, .46875, .4722222, 1.1666667}, ad_first[] = {.4, .375, .4444444, 1.3333333};
    for (size_t g = 0; g < 4; g++) {
        assert_near(group_rwgj(&data_a[g], 1), single[g], 1e-6);
        assert_near(group_rwgj(&data_a[g], 4), several[g], 1e-7);
        assert_near(group_ad(&data_a[g]), ad[g], 1e-7);
        assert_near(item_ad(&data_a[g], 0), ad_first[g], 1e-7);
    }
}

static void edge_cases_of_agreement_agree_with_r(void **state) {
    (void)state;
    assert_near(group_rwgj(&data_b[0], 1), 1, 0);
    assert_near(group_rwgj(&data_b[1], 1), 0, 0);
    assert_true(isnan(group_rwgj(&data_b[2], 1)));
    assert_near(group_rwgj(&data_b[3], 1), .5, 1e-12);
    assert_near(group_rwgj(&data_b[0], 3), 1, 0);
    assert_near(group_rwgj(&data_b[1], 3), 0, 0);
    assert_true(isnan(group_rwgj(&data_b[2], 3)));
    assert_near(group_rwgj(&data_b[3], 3), .825, 1e-3);
    assert_near(group_ad(&data_b[0]), 0, 0);
    assert_near(group_ad(&data_b[1]), 2, 0);
    assert_true(isnan(group_ad(&data_b[2])));
    struct covariance *c = covariance_of_groups(data_b, 4);
    assert_int_equal(c->n, 7);
    assert_near(alpha_of(c), -.1855670, 1e-7);
    covariance_free(c);
}

static void an_item_with_one_answer_is_skipped_in_rwgj(void **state) {
    (void)state;
    const double with[] = {.5, NAN, 1.5}, without[] = {.5, 1.5}, none[] = {NAN, NAN};
    assert_near(rwgj(with, 3, 5), rwgj(without, 2, 5), 0);
    assert_true(isnan(rwgj(none, 2, 5)));
}

static void variance_between_and_within_agrees_with_r(void **state) {
    (void)state;
    struct moments groups[5] = {{0}};
    for (size_t g = 0; g < 4; g++) {
        groups[g] = score_moments(&data_a[g]);
    }
    struct anova a = anova_of(groups, 5); /* the fifth is empty and does not count */
    assert_int_equal(a.groups, 4);
    assert_near(a.ms_between * a.df_between, 13.678819, 1e-6);
    assert_near(a.ms_within * a.df_within, 5.171875, 1e-6);
    assert_near(a.df_between, 3, 0);
    assert_near(a.df_within, 14, 0);
    assert_near(a.f, 12.34262, 1e-5);
    assert_near(a.p, .00032046, 1e-8);
    assert_near(a.k0, 4.4074074, 1e-7);
    assert_near(a.icc1, .7201651, 1e-7);
    assert_near(a.icc2, .9189799, 1e-7);
}

static void variance_between_needs_two_groups_and_spread(void **state) {
    (void)state;
    struct moments groups[2] = {{0}, {0}};
    moments_add_times(&groups[0], 4, 3);
    assert_true(isnan(anova_of(groups, 2).icc1));
    moments_add_times(&groups[1], 4, 3);
    struct anova same = anova_of(groups, 2);
    assert_true(isnan(same.icc1) && isnan(same.icc2) && isnan(same.f) && isnan(same.p));
    groups[1] = (struct moments){0};
    moments_add_times(&groups[1], 2, 3);
    struct anova apart = anova_of(groups, 2);
    assert_near(apart.icc1, 1, 0);
    assert_true(isnan(apart.f));
    struct moments singles[] = {{1, 2, 0}, {1, 4, 0}};
    assert_true(isnan(anova_of(singles, 2).icc1));
}

static void a_negative_icc_is_given_as_computed(void **state) {
    (void)state;
    struct moments groups[2] = {{0}, {0}};
    for (size_t g = 0; g < 2; g++) {
        moments_add(&groups[g], 1);
        moments_add(&groups[g], 5);
    }
    struct anova a = anova_of(groups, 2);
    assert_near(a.icc1, -1, 1e-12); /* MSB 0, MSW 8, k0 2 */
    assert_near(a.f, 0, 0);
    assert_near(a.p, 1, 0);
    assert_true(isnan(a.icc2));
}

static void reliability_of_items_agrees_with_r(void **state) {
    (void)state;
    const double rest[] = {.9008069, .7484085, .7949091, .7133468}, drop[] = {.8261025, .8874323, .8729204, .8969072};
    struct covariance *c = covariance_of_groups(data_a, 4);
    assert_int_equal(c->n, 18);
    assert_near(alpha_of(c), .9018235, 1e-7);
    double r[16];
    for (size_t i = 0; i < 4; i++) {
        assert_near(item_rest(c, i), rest[i], 1e-7);
        assert_near(alpha_without(c, i), drop[i], 1e-7);
        for (size_t j = 0; j < 4; j++) {
            r[i * 4 + j] = c->comoment[i * 4 + j] / sqrt(c->comoment[i * 5] * c->comoment[j * 5]);
        }
    }
    assert_near(omega_of_correlations(r, 4), .9072619, 1e-4);
    assert_true(isnan(omega_of(c))); /* 18 persons are too few to say */
    covariance_free(c);
}

static void omega_of_exact_loadings_is_found(void **state) {
    (void)state;
    const double loading[] = {.9, .7, .5, .6};
    double r[16], sum = 0, unique = 0;
    for (size_t i = 0; i < 4; i++) {
        sum += loading[i];
        unique += 1 - loading[i] * loading[i];
        for (size_t j = 0; j < 4; j++) {
            r[i * 4 + j] = i == j ? 1 : loading[i] * loading[j];
        }
    }
    assert_near(omega_of_correlations(r, 4), sum * sum / (sum * sum + unique), 1e-7);
    assert_near(omega_of_correlations((double[]){1, .42, .54, .42, 1, .63, .54, .63, 1}, 3),
                2.2 * 2.2 / (2.2 * 2.2 + 1.34), 1e-6); /* .6, .7, .9: the loadings are exact with three items */
}

static void omega_without_a_maximum_is_not_computable(void **state) {
    (void)state;
    assert_true(isnan(omega_of_correlations((double[]){1, 1, 1, 1, 1, 1, 1, 1, 1}, 3)));
    assert_true(isnan(omega_of_correlations((double[]){1, NAN, .5, NAN, 1, .5, .5, .5, 1}, 3)));
    assert_true(isnan(omega_of_correlations((double[]){1, .5, .5, 1}, 2)));
    /* An item without variance. */
    struct covariance *c = covariance_new(3);
    for (int i = 0; i < 60; i++) {
        covariance_add(c, (double[]){i % 5, i % 4, 3});
    }
    assert_true(isnan(omega_of(c)));
    assert_true(isnan(item_rest(c, 2)));
    covariance_free(c);
}

/* The widest case one factor meets: an item that is the factor itself. */
static void a_heywood_case_ends_at_the_bound(void **state) {
    (void)state;
    const double r[] = {1, .8, .8, .8, 1, .5, .8, .5, 1};
    double omega = omega_of_correlations(r, 3);
    assert_true(omega > .8 && omega < .95);
}

static void a_large_offset_loses_nothing(void **state) {
    (void)state;
    struct moments m = {0}, halves[2] = {{0}};
    struct covariance *c = covariance_new(2);
    const size_t n = 1000000;
    for (size_t i = 0; i < n; i++) {
        double x = 1e9 + (double)(i % 5);
        moments_add(&m, x);
        moments_add(&halves[i < n / 3], x);
        covariance_add(c, (double[]){x, 1e9 - (double)(i % 5)});
    }
    /* Five values equally often: population variance 2. */
    double variance = 2.0 * (double)n / (double)(n - 1);
    assert_near(moments_mean(&m), 1e9 + 2, 1e-4); /* thirteen digits */
    assert_near(moments_variance(&m), variance, 1e-6);
    moments_merge(&halves[0], &halves[1]);
    assert_int_equal(halves[0].n, n);
    assert_near(moments_variance(&halves[0]), variance, 1e-6);
    assert_near(c->comoment[0] / (double)(n - 1), variance, 1e-6);
    assert_near(c->comoment[1] / (double)(n - 1), -variance, 1e-6);
    covariance_free(c);
}

static void adding_many_times_is_adding_again_and_again(void **state) {
    (void)state;
    struct moments one = {0}, many = {0};
    for (int value = 1; value <= 5; value++) {
        for (int i = 0; i < value * 3; i++) {
            moments_add(&one, value);
        }
        moments_add_times(&many, value, (size_t)value * 3);
    }
    moments_add_times(&many, 99, 0);
    assert_int_equal(one.n, many.n);
    assert_near(moments_mean(&many), moments_mean(&one), 1e-12);
    assert_near(moments_variance(&many), moments_variance(&one), 1e-12);
}

static void merged_covariances_are_those_of_all_persons(void **state) {
    (void)state;
    struct covariance *all = covariance_of_groups(data_a, 4), *merged = covariance_new(4);
    for (size_t g = 0; g < 4; g++) {
        struct covariance *part = covariance_of_groups(&data_a[g], 1);
        covariance_merge(merged, part);
        covariance_clear(part);
        covariance_merge(merged, part); /* an empty one changes nothing */
        covariance_free(part);
    }
    assert_int_equal(merged->n, all->n);
    for (size_t i = 0; i < 16; i++) {
        assert_near(merged->comoment[i], all->comoment[i], 1e-12);
    }
    covariance_free(all);
    covariance_free(merged);
}

static void too_little_is_not_computable(void **state) {
    (void)state;
    struct moments m = {0};
    assert_true(isnan(moments_mean(&m)));
    moments_add(&m, 3);
    assert_near(moments_mean(&m), 3, 0);
    assert_true(isnan(moments_sd(&m)));
    assert_true(isnan(mean_half_interval(1, 1)));
    assert_true(isnan(mean_half_interval(5, NAN)));
    assert_true(isnan(rwgj_chance(1, 4, 5)));
    assert_true(isnan(group_reliability(.1, 0)));
    assert_true(isnan(group_size_needed(0, .7)));
    assert_true(isnan(group_size_needed(-.1, .7)));
}

static void the_interval_is_that_of_student(void **state) {
    (void)state;
    assert_near(mean_half_interval(5, sqrt(5)), 2.7764451051977987, 1e-9);
    assert_near(mean_half_interval(100, 10), 1.9842169515086827, 1e-9);
}

static void the_group_size_for_a_reliable_mean_is_the_published_one(void **state) {
    (void)state;
    const struct {
        double icc1, target, n;
    } cases[] = {{.05, .7, 45}, {.1, .6, 14}, {.1, .7, 21}, {.1, .8, 36}, {.2, .7, 10}, {.3, .7, 6}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_near(group_size_needed(cases[i].icc1, cases[i].target), cases[i].n, 0);
    }
    assert_near(group_reliability(.1, 21), .7, 1e-12);
}

/* The exact percentiles, from the distribution of an item's sum and sum of squares. R's simulation of 40,000 draws is
 * within .004 of them but for two, where it fell on the neighbour of a value that has .0501 or .0502 below or above it:
 * .717 and .800 for .7273 and .7500. */
static void chance_reaches_the_exact_percentile(void **state) {
    (void)state;
    const struct {
        size_t points, items;
        double at[4]; /* n = 3, 5, 10, 20 */
    } table[] = {{5, 1, {.8333, .7500, .5056, .3224}},
                 {5, 4, {.8485, .7273, .5678, .4399}},
                 {5, 6, {.8430, .7429, .6041, .4819}},
                 {7, 1, {.9167, .7500, .4972, .3349}},
                 {7, 4, {.8485, .7273, .5759, .4478}}};
    const size_t n[] = {3, 5, 10, 20};
    for (size_t t = 0; t < sizeof table / sizeof *table; t++) {
        for (size_t i = 0; i < 4; i++) {
            assert_near(rwgj_chance(n[i], table[t].items, table[t].points), table[t].at[i], .004);
        }
    }
    assert_near(rwgj_chance(5, 4, 5), rwgj_chance(5, 4, 5), 0);
}

/* Where the simulation hands over to the expansion there is no step, and larger groups reach less. */
static void chance_falls_with_the_group(void **state) {
    (void)state;
    for (size_t items = 1; items <= 12; items += 4) {
        double before = 1;
        for (size_t n = 10; n <= 400; n += 5) {
            double now = rwgj_chance(n, items, 5);
            assert_true(now > 0 && now < before);
            assert_true(before == 1 || before - now < .15);
            before = now;
        }
    }
    assert_near(rwgj_chance(60, 2, 3), .2002, .004); /* a coarse scale stays with the simulation */
    assert_near(rwgj_chance(20, 11, 5), .5477, .002);
    assert_near(rwgj_chance(90, 1, 5), .1471, .002);
}

/* Eleven persons in four platoons; the fixture has one missing answer. */
static void the_small_public_case_can_be_followed_by_hand(void **state) {
    (void)state;
    const struct {
        double mean, sd, rwgj, ad;
    } want[] = {{4.033333333333334, 1.0785793124908958, .6818181818181817, .8666666666666666},
                {3.2, .8717797887081346, .813953488372093, .711111111111111},
                {3, 0, .9210526315789475, .4},
                {2.3333333333333335, .6110100926607787, .9090909090909091, .48888888888888893}};
    struct arena *arena = arena_new();
    struct csv *csv = NULL;
    assert_int_equal(csv_read(&csv, arena, "tests/data/cohesion.csv", NULL), 0);
    assert_int_equal(csv->n_rows, 11);
    struct group groups[4] = {{0}};
    struct covariance *c = covariance_new(5);
    size_t g = 0;
    for (size_t r = 0; r < csv->n_rows; r++) {
        const char **cells = csv->rows[r].cells;
        if (r > 0 && (strcmp(cells[0], csv->rows[r - 1].cells[0]) || strcmp(cells[1], csv->rows[r - 1].cells[1]))) {
            g++;
        }
        char *person = arena_alloc(arena, 6);
        double row[5];
        for (size_t i = 0; i < 5; i++) {
            person[i] = cells[i + 2][0] ? cells[i + 2][0] : '.';
            row[i] = person[i] == '.' ? NAN : person[i] - '0';
        }
        covariance_add(c, row);
        groups[g].items = 5;
        groups[g].rows[groups[g].persons++] = person;
    }
    assert_int_equal(g, 3);
    struct moments scores[4];
    for (g = 0; g < 4; g++) {
        scores[g] = score_moments(&groups[g]);
        assert_near(moments_mean(&scores[g]), want[g].mean, 1e-12);
        assert_near(moments_sd(&scores[g]), want[g].sd, 1e-12);
        assert_near(group_rwgj(&groups[g], 5), want[g].rwgj, 1e-12);
        assert_near(group_ad(&groups[g]), want[g].ad, 1e-12);
    }
    struct anova a = anova_of(scores, 4);
    assert_near(a.f, 2.232044684874873, 1e-12);
    assert_near(a.p, .17202040892826068, 1e-9);
    assert_near(a.icc1, .3111760327916203, 1e-12);
    assert_near(a.icc2, .5519802955665029, 1e-12);
    assert_int_equal(c->n, 10);
    assert_near(alpha_of(c), .8847913093196111, 1e-12);
    assert_near(item_rest(c, 0), .7418973349964358, 1e-12);
    assert_near(alpha_without(c, 4), .8668438145851785, 1e-12);
    covariance_free(c);
    arena_free(arena);
}

/* numpy and scipy, with scipy's own Welch test beside. GSL's quantile at a broken number of degrees of freedom is good
 * to some nine digits. */
static void a_change_agrees_with_scipy(void **state) {
    (void)state;
    const struct {
        struct mean_of before, now;
        struct mean_change want;
    } cases[] = {
        {{10, 2.9, 1.1972189997378648},
         {12, 4.083333333333333, .996204919895622},
         {1.1833333333333331, .1828194626526145, 2.183847204014052, 1.0432012720490043}},
        {{5, 2.8, 1.1510864433221337},
         {14, 4.214285714285714, .8017837257372732},
         {1.4142857142857146, .016215195814158312, 2.8123562327572706, 1.5072554414741952}},
        {{10, 3, 0},
         {10, 4.4, .5163977794943222},
         {1.4000000000000004, 1.0305912822201635, 1.7694087177798372, 3.672055455950129}},
        {{12, 4.083333333333333, .996204919895622},
         {10, 2.9, 1.1972189997378648},
         {-1.1833333333333331, -2.183847204014052, -.1828194626526145, -1.0432012720490043}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mean_change got = mean_change_of(&cases[i].before, &cases[i].now);
        assert_near(got.change, cases[i].want.change, 1e-12);
        assert_near(got.low, cases[i].want.low, 1e-8);
        assert_near(got.high, cases[i].want.high, 1e-8);
        assert_near(got.g, cases[i].want.g, 1e-12);
    }
}

static void a_change_without_spread_has_no_interval(void **state) {
    (void)state;
    const struct mean_of flat = {10, 3, 0}, single = {1, 2, NAN}, usual = {10, 4, 1};
    struct mean_change c = mean_change_of(&flat, &flat);
    assert_near(c.change, 0, 0);
    assert_true(isnan(c.low) && isnan(c.high) && isnan(c.g));
    c = mean_change_of(&single, &usual);
    assert_near(c.change, 2, 0);
    assert_true(isnan(c.low) && isnan(c.high) && isnan(c.g));
    assert_true(isnan(group_reliability(-.5, 10))); /* below what the formula can hold */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_and_deviations_agree_with_r),
        cmocka_unit_test(agreement_agrees_with_r),
        cmocka_unit_test(edge_cases_of_agreement_agree_with_r),
        cmocka_unit_test(an_item_with_one_answer_is_skipped_in_rwgj),
        cmocka_unit_test(variance_between_and_within_agrees_with_r),
        cmocka_unit_test(variance_between_needs_two_groups_and_spread),
        cmocka_unit_test(a_negative_icc_is_given_as_computed),
        cmocka_unit_test(reliability_of_items_agrees_with_r),
        cmocka_unit_test(omega_of_exact_loadings_is_found),
        cmocka_unit_test(omega_without_a_maximum_is_not_computable),
        cmocka_unit_test(a_heywood_case_ends_at_the_bound),
        cmocka_unit_test(a_large_offset_loses_nothing),
        cmocka_unit_test(adding_many_times_is_adding_again_and_again),
        cmocka_unit_test(merged_covariances_are_those_of_all_persons),
        cmocka_unit_test(too_little_is_not_computable),
        cmocka_unit_test(the_interval_is_that_of_student),
        cmocka_unit_test(the_group_size_for_a_reliable_mean_is_the_published_one),
        cmocka_unit_test(chance_reaches_the_exact_percentile),
        cmocka_unit_test(chance_falls_with_the_group),
        cmocka_unit_test(the_small_public_case_can_be_followed_by_hand),
        cmocka_unit_test(a_change_agrees_with_scipy),
        cmocka_unit_test(a_change_without_spread_has_no_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
