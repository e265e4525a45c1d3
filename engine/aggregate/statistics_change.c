/* What became of a mean from one wave to the next, when nobody knows who is who: two independent groups. */
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "aggregate/statistics.h"

struct mean_change mean_change_of(const struct mean_of *before, const struct mean_of *now) {
    struct mean_change c = {now->mean - before->mean, NAN, NAN, NAN};
    if (before->n < 2 || now->n < 2 || !isfinite(before->sd) || !isfinite(now->sd)) {
        return c;
    }
    double n1 = (double)before->n, n2 = (double)now->n;
    double s1 = before->sd * before->sd, s2 = now->sd * now->sd;
    double e1 = s1 / n1, e2 = s2 / n2, square = e1 + e2;
    double pooled_df = n1 + n2 - 2, pooled = ((n1 - 1) * s1 + (n2 - 1) * s2) / pooled_df;
    if (!(square > 0)) {
        return c;
    }
    double df = square * square / (e1 * e1 / (n1 - 1) + e2 * e2 / (n2 - 1));
    double half = gsl_cdf_tdist_Pinv(0.975, df) * sqrt(square);
    c.low = c.change - half;
    c.high = c.change + half;
    c.g = (1 - 3 / (4 * pooled_df - 1)) * c.change / sqrt(pooled);
    return c;
}
