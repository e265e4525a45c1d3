/* One-way analysis of variance, and what it says about organisations: ICC(1), ICC(2), F. */
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "aggregate/statistics.h"

struct anova anova_of(const struct moments *groups, size_t n_groups) {
    struct anova a = {.ms_between = NAN,
                      .ms_within = NAN,
                      .df_between = NAN,
                      .df_within = NAN,
                      .f = NAN,
                      .p = NAN,
                      .k0 = NAN,
                      .icc1 = NAN,
                      .icc2 = NAN};
    struct moments all = {0};
    double within = 0, squares = 0;
    for (size_t g = 0; g < n_groups; g++) {
        if (groups[g].n > 0) {
            double n = (double)groups[g].n;
            moments_merge(&all, &groups[g]);
            within += groups[g].m2;
            squares += n * n;
            a.groups++;
        }
    }
    a.n = all.n;
    if (a.groups < 2 || a.n <= a.groups) {
        return a;
    }
    double between = 0, n = (double)a.n, k = (double)a.groups;
    for (size_t g = 0; g < n_groups; g++) {
        if (groups[g].n > 0) {
            double delta = groups[g].mean - all.mean;
            between += (double)groups[g].n * delta * delta;
        }
    }
    a.df_between = k - 1;
    a.df_within = n - k;
    a.ms_between = between / a.df_between;
    a.ms_within = within / a.df_within;
    a.k0 = (n - squares / n) / (k - 1);
    double spread = a.ms_between + (a.k0 - 1) * a.ms_within;
    if (spread > 0) {
        a.icc1 = (a.ms_between - a.ms_within) / spread;
    }
    if (a.ms_between > 0) {
        a.icc2 = (a.ms_between - a.ms_within) / a.ms_between;
    }
    if (a.ms_within > 0) {
        a.f = a.ms_between / a.ms_within;
        a.p = gsl_cdf_fdist_Q(a.f, a.df_between, a.df_within);
    }
    return a;
}

double group_reliability(double icc1, size_t n) {
    if (n == 0) {
        return NAN;
    }
    double size = (double)n, divisor = 1 + (size - 1) * icc1;
    return divisor > 0 ? size * icc1 / divisor : NAN;
}

double group_size_needed(double icc1, double target) {
    if (!(icc1 > 0) || !(icc1 < 1) || !(target > 0) || !(target < 1)) {
        return NAN;
    }
    double n = target * (1 - icc1) / (icc1 * (1 - target));
    /* 0.6 * 0.9 / (0.1 * 0.4) is a hair above 13.5 or below: rounding up must not hang on the last bit. */
    return ceil(n - 1e-9);
}
