/* Agreement within a group: rWG(J), what chance alone would reach, and the average deviation. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "aggregate/statistics.h"
#include "base/arena.h"
#include "base/random.h"

/* Variance of answers that fall on every point equally often. */
static double uniform_variance(size_t scale_points) {
    double a = (double)scale_points;
    return (a * a - 1) / 12;
}

/* rWG(J) for a mean item variance. */
static double rwgj_of_mean_variance(double s, size_t n_items, size_t scale_points) {
    double ratio = s / uniform_variance(scale_points);
    if (ratio > 1) {
        return 0;
    }
    double agreement = (double)n_items * (1 - ratio);
    return agreement / (agreement + ratio);
}

double rwgj(const double *item_variances, size_t n_items, size_t scale_points) {
    double sum = 0;
    size_t usable = 0;
    for (size_t i = 0; i < n_items; i++) {
        if (!isnan(item_variances[i])) {
            sum += item_variances[i];
            usable++;
        }
    }
    if (usable == 0 || scale_points < 2) {
        return NAN;
    }
    return rwgj_of_mean_variance(sum / (double)usable, usable, scale_points);
}

/* What random answers reach.
 *
 * Small groups are simulated: SIMULATED_DRAWS groups with a fixed seed. Several answers are drawn at once: one index
 * below A^m stands for m answers, and a table gives their sum and sum of squares.
 *
 * From about twenty answers per item and eighty in all, the mean item variance S is so nearly normal that the expansion
 * of Cornish and Fisher (1938) with the mean, the variance and the third cumulant of a sample variance gives its fifth
 * percentile within the error of a simulation, at no cost. Scales of two and three points stay with the simulation for
 * longer: their variance has a ceiling close to its mean. */
enum { SIMULATED_DRAWS = 40000, TABLE_MAX = 16384, NORMAL_GROUP = 20, NORMAL_ANSWERS = 80 };
enum { COARSE_SCALE = 3, COARSE_SIMULATED = 200 };
static const uint64_t chance_seed = 20270131;

struct chunk { /* the sums of some answers, coded 0 .. A-1 */
    uint32_t sum, squares;
};

/* Sums of all `points`^`digits` sequences of answers; the caller frees them. */
static struct chunk *chunk_table(size_t points, size_t digits, size_t *size) {
    size_t n = 1;
    for (size_t i = 0; i < digits; i++) {
        n *= points;
    }
    struct chunk *table = mem_array(n, sizeof *table);
    for (size_t code = 0; code < n; code++) {
        size_t rest = code;
        for (size_t i = 0; i < digits; i++, rest /= points) {
            uint32_t answer = (uint32_t)(rest % points);
            table[code].sum += answer;
            table[code].squares += answer * answer;
        }
    }
    *size = n;
    return table;
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double simulated_chance(size_t n, size_t n_items, size_t points) {
    size_t digits = 1;
    for (size_t size = points; size * points <= TABLE_MAX && digits < n; size *= points) {
        digits++;
    }
    size_t whole = n / digits, left = n % digits, size = 0, left_size = 0;
    struct chunk *table = chunk_table(points, digits, &size);
    struct chunk *left_table = chunk_table(points, left, &left_size);
    double *drawn = mem_array(SIMULATED_DRAWS, sizeof *drawn);
    struct simulation_random random;
    simulation_seed(&random, chance_seed);
    for (size_t draw = 0; draw < SIMULATED_DRAWS; draw++) {
        double variances = 0;
        for (size_t item = 0; item < n_items; item++) {
            uint64_t sum = 0, squares = 0;
            for (size_t i = 0; i < whole; i++) {
                const struct chunk *c = &table[simulation_below(&random, (uint32_t)size)];
                sum += c->sum;
                squares += c->squares;
            }
            if (left > 0) {
                const struct chunk *c = &left_table[simulation_below(&random, (uint32_t)left_size)];
                sum += c->sum;
                squares += c->squares;
            }
            variances += (double)(n * squares - sum * sum) / ((double)n * (double)(n - 1));
        }
        drawn[draw] = rwgj_of_mean_variance(variances / (double)n_items, n_items, points);
    }
    qsort(drawn, SIMULATED_DRAWS, sizeof *drawn, compare_doubles);
    double at = 0.95 * (SIMULATED_DRAWS - 1), below = floor(at);
    size_t i = (size_t)below;
    double percentile = drawn[i] + (at - below) * (drawn[i + 1] - drawn[i]);
    free(drawn);
    free(left_table);
    free(table);
    return percentile;
}

static double normal_chance(size_t n, size_t n_items, size_t points) {
    double k2 = uniform_variance(points), m4 = 0, m6 = 0, a = (double)points;
    for (size_t i = 0; i < points; i++) {
        double square = ((double)i - (a - 1) / 2) * ((double)i - (a - 1) / 2);
        m4 += square * square / a;
        m6 += square * square * square / a;
    }
    /* Cumulants of one answer, and from them those of a sample variance (Fisher 1930), for a symmetric distribution. */
    double k4 = m4 - 3 * k2 * k2, k6 = m6 - 15 * m4 * k2 + 30 * k2 * k2 * k2;
    double size = (double)n, items = (double)n_items;
    double second = k4 / size + 2 * k2 * k2 / (size - 1);
    double third =
        k6 / (size * size) + 12 * k4 * k2 / (size * (size - 1)) + 8 * k2 * k2 * k2 / ((size - 1) * (size - 1));
    double sd = sqrt(second / items), skew = third / (items * items) / (sd * sd * sd);
    double z = gsl_cdf_ugaussian_Pinv(0.05);
    double w = z + (z * z - 1) * skew / 6 - (2 * z * z * z - 5 * z) * skew * skew / 36;
    return rwgj_of_mean_variance(fmax(0, k2 + sd * w), n_items, points);
}

double rwgj_chance(size_t n, size_t n_items, size_t scale_points) {
    if (n < 2 || n_items == 0 || scale_points < 2) {
        return NAN;
    }
    bool simulate =
        scale_points <= COARSE_SCALE ? n < COARSE_SIMULATED : n < NORMAL_GROUP || n * n_items < NORMAL_ANSWERS;
    return simulate ? simulated_chance(n, n_items, scale_points) : normal_chance(n, n_items, scale_points);
}

double average_deviation(const double *values, const uint32_t *counts, size_t n_values) {
    double sum = 0, n = 0;
    for (size_t i = 0; i < n_values; i++) {
        sum += values[i] * (double)counts[i];
        n += (double)counts[i];
    }
    if (n < 2) {
        return NAN;
    }
    double mean = sum / n, deviation = 0;
    for (size_t i = 0; i < n_values; i++) {
        deviation += fabs(values[i] - mean) * (double)counts[i];
    }
    return deviation / n;
}
