/* rooms: aggregate */
/* 5,400 real answers to eleven leadership items from 99 organisations: every figure against what R computes from them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/statistics.h"
#include "base/arena.h"
#include "base/csv.h"

enum { ITEMS = 11, POINTS = 5, MAX_GROUPS = 128 };

struct group {
    const char *name;
    struct moments score, items[ITEMS];
    uint32_t counts[ITEMS][POINTS];
};

struct data {
    struct arena *arena;
    struct csv *answers, *expected;
    struct group groups[MAX_GROUPS];
    struct moments scores[MAX_GROUPS]; /* of each group again, for the analysis of variance */
    size_t n_groups;
    struct group all;
    struct covariance *covariance;
    struct anova anova;
};

static struct group *group_named(struct data *d, const char *name) {
    for (size_t g = 0; g < d->n_groups; g++) {
        if (strcmp(d->groups[g].name, name) == 0) {
            return &d->groups[g];
        }
    }
    assert_true(d->n_groups < MAX_GROUPS);
    d->groups[d->n_groups].name = name;
    return &d->groups[d->n_groups++];
}

static void add_person(struct group *g, const double *row, double score) {
    moments_add(&g->score, score);
    for (size_t i = 0; i < ITEMS; i++) {
        moments_add(&g->items[i], row[i]);
        g->counts[i][(size_t)row[i] - 1]++;
    }
}

static int read_data(void **state) {
    struct arena *arena = arena_new();
    struct data *d = arena_alloc(arena, sizeof *d);
    d->arena = arena;
    d->covariance = covariance_new(ITEMS);
    d->all.name = "";
    if (csv_read(&d->answers, arena, "tests/data/leadership/answers.csv", NULL) != RESULT_OK ||
        csv_read(&d->expected, arena, "tests/data/leadership/expected.csv", NULL) != RESULT_OK) {
        return -1;
    }
    for (size_t r = 0; r < d->answers->n_rows; r++) {
        const char **cells = d->answers->rows[r].cells;
        double row[ITEMS], sum = 0;
        for (size_t i = 0; i < ITEMS; i++) {
            row[i] = atof(cells[i + 1]);
            sum += row[i];
        }
        add_person(group_named(d, cells[0]), row, sum / ITEMS);
        add_person(&d->all, row, sum / ITEMS);
        covariance_add(d->covariance, row);
    }
    for (size_t g = 0; g < d->n_groups; g++) {
        d->scores[g] = d->groups[g].score;
    }
    d->anova = anova_of(d->scores, d->n_groups);
    *state = d;
    return 0;
}

static int free_data(void **state) {
    struct data *d = *state;
    covariance_free(d->covariance);
    arena_free(d->arena);
    return 0;
}

static double agreement(const struct group *g) {
    double variances[ITEMS];
    for (size_t i = 0; i < ITEMS; i++) {
        variances[i] = moments_variance(&g->items[i]);
    }
    return rwgj(variances, ITEMS, POINTS);
}

static double deviation(const struct group *g) {
    const double values[POINTS] = {1, 2, 3, 4, 5};
    double sum = 0;
    for (size_t i = 0; i < ITEMS; i++) {
        sum += average_deviation(values, g->counts[i], POINTS);
    }
    return sum / ITEMS;
}

/* Our figure for a statistic of a whole group; false where R's has none of ours. */
static bool group_figure(const struct group *g, const char *statistic, double *out) {
    *out = strcmp(statistic, "mean") == 0           ? moments_mean(&g->score)
           : strcmp(statistic, "sd") == 0           ? moments_sd(&g->score)
           : strcmp(statistic, "rwgj_uniform") == 0 ? agreement(g)
           : strcmp(statistic, "adm_mean") == 0     ? deviation(g)
                                                    : NAN;
    return !isnan(*out);
}

static bool overall_figure(const struct data *d, const char *statistic, double *out) {
    const struct {
        const char *name;
        double value;
    } figures[] = {{"n_rows", (double)d->all.score.n},
                   {"n_complete", (double)d->covariance->n},
                   {"mean", moments_mean(&d->all.score)},
                   {"sd", moments_sd(&d->all.score)},
                   {"alpha_listwise", alpha_of(d->covariance)},
                   {"omega_ml_std", omega_of(d->covariance)},
                   {"n_groups", (double)d->anova.groups},
                   {"n0", d->anova.k0},
                   {"dfB", d->anova.df_between},
                   {"dfW", d->anova.df_within},
                   {"MSB", d->anova.ms_between},
                   {"MSW", d->anova.ms_within},
                   {"F", d->anova.f},
                   {"p_F", d->anova.p},
                   {"ICC1_n0", d->anova.icc1},
                   {"ICC2", d->anova.icc2}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        if (strcmp(figures[i].name, statistic) == 0) {
            *out = figures[i].value;
            return true;
        }
    }
    return false;
}

/* `scale` is "LEAD11:AF06". */
static bool item_figure(const struct data *d, const char *scale, const char *statistic, double *out) {
    char name[16];
    size_t n = 0;
    for (const char *p = strchr(scale, ':') + 1; *p && n < sizeof name - 1; p++) {
        name[n++] = (char)tolower(*p);
    }
    name[n] = 0;
    int column = csv_column(d->answers, name);
    assert_true(column > 0);
    size_t item = (size_t)column - 1;
    *out = strcmp(statistic, "item_mean") == 0             ? moments_mean(&d->all.items[item])
           : strcmp(statistic, "item_sd") == 0             ? moments_sd(&d->all.items[item])
           : strcmp(statistic, "r_drop_listwise") == 0     ? item_rest(d->covariance, item)
           : strcmp(statistic, "alpha_drop_listwise") == 0 ? alpha_without(d->covariance, item)
                                                           : NAN;
    return !isnan(*out);
}

/* Compares all figures of one level ("group", "overall", "item") and returns how many there were. */
static size_t compare_level(struct data *d, const char *level) {
    size_t compared = 0;
    for (size_t r = 0; r < d->expected->n_rows; r++) {
        const struct csv_row *row = &d->expected->rows[r];
        const char *scale = csv_cell(row, 1), *statistic = csv_cell(row, 3);
        if (strcmp(csv_cell(row, 0), level) != 0) {
            continue;
        }
        double got = NAN, want = atof(csv_cell(row, 4));
        bool ours = strcmp(level, "group") == 0     ? group_figure(group_named(d, csv_cell(row, 2)), statistic, &got)
                    : strcmp(level, "overall") == 0 ? overall_figure(d, statistic, &got)
                                                    : item_figure(d, scale, statistic, &got);
        if (!ours) {
            continue;
        }
        double tolerance = strcmp(statistic, "omega_ml_std") == 0 ? 1e-4 : strcmp(statistic, "p_F") == 0 ? 1e-6 : 1e-9;
        if (!(fabs(got - want) <= tolerance * fabs(want))) {
            fail_msg("%s %s %s: got %.17g, want %.17g", scale, csv_cell(row, 2), statistic, got, want);
        }
        compared++;
    }
    return compared;
}

static void every_organisation_agrees_with_r(void **state) {
    struct data *d = *state;
    assert_int_equal(compare_level(d, "group"), 99 * 4);
    assert_int_equal(d->n_groups, 99);
}

static void all_organisations_together_agree_with_r(void **state) {
    assert_int_equal(compare_level(*state, "overall"), 16);
}

static void every_item_agrees_with_r(void **state) {
    assert_int_equal(compare_level(*state, "item"), ITEMS * 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_organisation_agrees_with_r),
        cmocka_unit_test(all_organisations_together_agree_with_r),
        cmocka_unit_test(every_item_agrees_with_r),
    };
    return cmocka_run_group_tests(tests, read_data, free_data);
}
