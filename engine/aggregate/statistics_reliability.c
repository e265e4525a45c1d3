/* Covariances of a construct's items as a stream, and what is read from them: alpha, item-rest correlation. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/statistics.h"
#include "base/arena.h"

struct covariance *covariance_new(size_t items) {
    struct covariance *c = mem_array(1, sizeof *c);
    c->items = items;
    c->mean = mem_array(items + 1, sizeof *c->mean);
    c->comoment = mem_array(items * items + 1, sizeof *c->comoment);
    return c;
}

void covariance_free(struct covariance *c) {
    if (c) {
        free(c->mean);
        free(c->comoment);
        free(c);
    }
}

void covariance_clear(struct covariance *c) {
    c->n = 0;
    memset(c->mean, 0, c->items * sizeof *c->mean);
    memset(c->comoment, 0, c->items * c->items * sizeof *c->comoment);
}

void covariance_add(struct covariance *c, const double *row) {
    size_t items = c->items;
    for (size_t i = 0; i < items; i++) {
        if (isnan(row[i])) {
            return;
        }
    }
    /* With d the deviations from the old means, the comoments grow by d d' (n-1)/n and the means by d/n. */
    double before = (double)c->n, weight = before / (before + 1);
    c->n++;
    for (size_t i = 0; i < items; i++) {
        double weighted = weight * (row[i] - c->mean[i]);
        double *line = c->comoment + i * items;
        for (size_t j = 0; j < items; j++) {
            line[j] += weighted * (row[j] - c->mean[j]);
        }
    }
    for (size_t i = 0; i < items; i++) {
        c->mean[i] += (row[i] - c->mean[i]) / (before + 1);
    }
}

void covariance_merge(struct covariance *into, const struct covariance *other) {
    if (other->n == 0) {
        return;
    }
    size_t items = into->items;
    double a = (double)into->n, b = (double)other->n, weight = a * b / (a + b);
    for (size_t i = 0; i < items; i++) {
        double delta = other->mean[i] - into->mean[i];
        for (size_t j = 0; j < items; j++) {
            size_t at = i * items + j;
            into->comoment[at] += other->comoment[at] + weight * delta * (other->mean[j] - into->mean[j]);
        }
    }
    for (size_t i = 0; i < items; i++) {
        into->mean[i] += (other->mean[i] - into->mean[i]) * (b / (a + b));
    }
    into->n += other->n;
}

/* Sum of the diagonal and of everything, leaving out one item (SIZE_MAX: none). */
static void sums_without(const struct covariance *c, size_t without, double *diagonal, double *total) {
    *diagonal = *total = 0;
    for (size_t i = 0; i < c->items; i++) {
        if (i == without) {
            continue;
        }
        *diagonal += c->comoment[i * c->items + i];
        for (size_t j = 0; j < c->items; j++) {
            if (j != without) {
                *total += c->comoment[i * c->items + j];
            }
        }
    }
}

static double alpha_from(const struct covariance *c, size_t without) {
    size_t items = without < c->items ? c->items - 1 : c->items;
    double diagonal, total;
    if (c->n < 2 || items < 2) {
        return NAN;
    }
    sums_without(c, without, &diagonal, &total);
    if (!(total > 0)) {
        return NAN;
    }
    return (double)items / (double)(items - 1) * (1 - diagonal / total);
}

double alpha_of(const struct covariance *c) {
    return alpha_from(c, SIZE_MAX);
}

double alpha_without(const struct covariance *c, size_t item) {
    return alpha_from(c, item);
}

double item_rest(const struct covariance *c, size_t item) {
    if (c->n < 2 || c->items < 2) {
        return NAN;
    }
    double diagonal, rest, with = 0;
    sums_without(c, item, &diagonal, &rest);
    for (size_t j = 0; j < c->items; j++) {
        if (j != item) {
            with += c->comoment[item * c->items + j];
        }
    }
    double own = c->comoment[item * c->items + item];
    return own > 0 && rest > 0 ? with / sqrt(own * rest) : NAN;
}
