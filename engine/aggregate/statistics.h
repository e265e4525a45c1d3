/* The statistics of the field, as pure functions over plain arrays. Each says its definition and its source; each
 * returns NAN where the statistic is not computable. Variances are sample variances (n - 1) unless said otherwise. Tail
 * probabilities, eigenvalues and minimisation are GSL's. Missing values are NAN. */
#ifndef READINESS_AGGREGATE_STATISTICS_H
#define READINESS_AGGREGATE_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

/* Mean and sum of squared deviations kept as a stream (Welford 1962), so that a million rows with a large offset lose
 * nothing; two can be merged (Chan, Golub and LeVeque 1983). */
struct moments {
    size_t n;
    double mean, m2;
};
void moments_add(struct moments *m, double x);
void moments_add_times(struct moments *m, double x, size_t times);
void moments_merge(struct moments *into, const struct moments *other);
double moments_mean(const struct moments *m);     /* n = 0: NAN */
double moments_variance(const struct moments *m); /* n < 2: NAN */
double moments_sd(const struct moments *m);

/* Half the width of the 95 % t interval of a mean: t(.975, n-1) * sd / sqrt(n). */
double mean_half_interval(size_t n, double sd);

/* rWG(J) (James, Demaree and Wolf 1984): J(1-S/E) / (J(1-S/E) + S/E), S the mean of the item variances (items with
 * fewer than two answers are skipped), E = (A^2-1)/12. S > E gives 0; no usable item gives NAN. */
double rwgj(const double *item_variances, size_t n_items, size_t scale_points);
/* The 95th percentile of rWG(J) over groups of n that answer at random (uniform): small groups by simulation with a
 * fixed seed (some ten milliseconds: keep the value), larger ones by an expansion; the same arguments always give the
 * same value. n < 2 gives NAN. */
double rwgj_chance(size_t n, size_t n_items, size_t scale_points);
/* AD(M) of one item from counts: sum |x - mean| / n (Burke, Finkelstein and Dusig 1999). Fewer than two answers: NAN.
 */
double average_deviation(const double *values, const uint32_t *counts, size_t n_values);

/* One-way analysis of variance over groups, from their moments, with the ICCs (Bliese 2000). ICC(1) uses
 * k0 = (N - sum(n_g^2)/N)/(K-1). Groups with n = 0 do not count. Fewer than two groups: all NAN. */
struct anova {
    size_t groups, n;
    double ms_between, ms_within, df_between, df_within, f, p, k0, icc1, icc2;
};
struct anova anova_of(const struct moments *groups, size_t n_groups);
/* Reliability of one group's mean: n ICC1 / (1 + (n-1) ICC1). NAN when n = 0 or the divisor is not above 0. */
double group_reliability(double icc1, size_t n);
/* How many answers make a group's mean reliable at `target`: target(1-ICC1) / (ICC1(1-target)), rounded up; NAN for
 * ICC1 <= 0. */
double group_size_needed(double icc1, double target);

/* A mean's change between two waves whose persons cannot be paired: `now` minus `before`, its 95 % t interval with
 * unequal variances (Welch 1947, degrees of freedom by Welch and Satterthwaite 1946), and Hedges' g: the change over
 * the pooled deviation, times the small-sample correction 1 - 3/(4 df - 1), df = n1 + n2 - 2 (Hedges 1981). Interval
 * and g are NAN when a wave has fewer than two answers or neither has any spread. */
struct mean_of {
    size_t n;
    double mean, sd;
};
struct mean_change {
    double change, low, high, g;
};
struct mean_change mean_change_of(const struct mean_of *before, const struct mean_of *now);

/* Means, variances and covariances of J items over complete persons, as a stream (one triangular matrix). */
struct covariance {
    size_t n, items;
    double *mean;     /* items */
    double *comoment; /* items x items, row-major, symmetric: sums of products of deviations */
};
struct covariance *covariance_new(size_t items); /* free with covariance_free */
void covariance_free(struct covariance *c);
void covariance_clear(struct covariance *c);
void covariance_add(struct covariance *c, const double *row);                   /* a row with a NAN is not counted */
void covariance_merge(struct covariance *into, const struct covariance *other); /* of the same items */
/* Cronbach's alpha: J/(J-1) (1 - sum of variances / variance of the sum). */
double alpha_of(const struct covariance *c);
double alpha_without(const struct covariance *c, size_t item);
/* Correlation of the item with the mean of the other items. */
double item_rest(const struct covariance *c, size_t item);
/* Omega total of one factor on standardised items, by maximum likelihood (Joreskog 1967): (sum l)^2 / ((sum l)^2 +
 * sum(1 - l^2)). Needs 3 items and 50 complete persons, else NAN. */
double omega_of(const struct covariance *c);
/* The same from a correlation matrix (items x items), whatever the number of persons. NAN where the one-factor model
 * has no maximum (a singular matrix, an item without variance). */
double omega_of_correlations(const double *correlations, size_t items);

#endif
