/* Means and variances as a stream, and the t interval of a mean. */
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "aggregate/statistics.h"

void moments_add(struct moments *m, double x) {
    m->n++;
    double delta = x - m->mean;
    m->mean += delta / (double)m->n;
    m->m2 += delta * (x - m->mean);
}

void moments_add_times(struct moments *m, double x, size_t times) {
    const struct moments same = {.n = times, .mean = x, .m2 = 0};
    moments_merge(m, &same);
}

void moments_merge(struct moments *into, const struct moments *other) {
    if (other->n == 0) {
        return;
    }
    if (into->n == 0) {
        *into = *other;
        return;
    }
    double a = (double)into->n, b = (double)other->n, delta = other->mean - into->mean;
    into->mean += delta * (b / (a + b));
    into->m2 += other->m2 + delta * delta * (a * b / (a + b));
    into->n += other->n;
}

double moments_mean(const struct moments *m) {
    return m->n == 0 ? NAN : m->mean;
}

double moments_variance(const struct moments *m) {
    return m->n < 2 ? NAN : m->m2 / (double)(m->n - 1);
}

double moments_sd(const struct moments *m) {
    return sqrt(moments_variance(m));
}

double mean_half_interval(size_t n, double sd) {
    if (n < 2 || !isfinite(sd)) {
        return NAN;
    }
    return gsl_cdf_tdist_Pinv(0.975, (double)(n - 1)) * sd / sqrt((double)n);
}
