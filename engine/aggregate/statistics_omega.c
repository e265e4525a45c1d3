/* Omega total: one factor by maximum likelihood on a correlation matrix.
 *
 * The likelihood is a function of the uniquenesses alone (Joreskog 1967): with S = psi^-1/2 R psi^-1/2 and its
 * eigenvalues e_1 >= e_2 >= ..., the discrepancy is the sum of e_j - log(e_j) - 1 over all but the first, and the
 * loadings follow from the first eigenvector. Uniquenesses are kept between UNIQUENESS_MIN and 1 by a logistic
 * transformation, so that the minimisation has no bounds (a Heywood case ends at the bottom). GSL computes the
 * eigenvalues and minimises (BFGS).
 *
 * GSL's error handler belongs to the whole process and is left alone: nothing is handed to GSL that it would refuse. */
#include <math.h>
#include <stdbool.h>

#include <gsl/gsl_blas.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multimin.h>

#include "aggregate/statistics.h"
#include "base/arena.h"

#define UNIQUENESS_MIN 0.005

#define SINGULAR 1e-10    /* the smallest eigenvalue of a matrix that has an inverse */
#define FLAT 1e-9         /* slope at a minimum */
#define SAME_MINIMUM 1e-9 /* discrepancies that differ by less are one */
#define FLAT_ENOUGH 1e-5  /* slope at which omega is known to four digits */

enum { MIN_ITEMS = 3, MIN_PERSONS = 50, MAX_STEPS = 1000, MAX_RUNS = 20 };

struct fit {
    const double *r; /* correlations, items x items */
    size_t items;
    gsl_matrix *scaled, *vectors;
    gsl_vector *values;
    gsl_eigen_symmv_workspace *work;
    double *psi, *loadings;
};

static double uniqueness(double x) {
    return UNIQUENESS_MIN + (1 - UNIQUENESS_MIN) / (1 + exp(-x));
}

/* Eigenvalues (descending) and loadings at x; false where the likelihood does not exist. */
static bool evaluate(struct fit *f, const gsl_vector *x) {
    for (size_t i = 0; i < f->items; i++) {
        f->psi[i] = uniqueness(gsl_vector_get(x, i));
        if (!isfinite(f->psi[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < f->items; i++) {
        for (size_t j = 0; j < f->items; j++) {
            gsl_matrix_set(f->scaled, i, j, f->r[i * f->items + j] / sqrt(f->psi[i] * f->psi[j]));
        }
    }
    if (gsl_eigen_symmv(f->scaled, f->values, f->vectors, f->work) != GSL_SUCCESS) {
        return false;
    }
    gsl_eigen_symmv_sort(f->values, f->vectors, GSL_EIGEN_SORT_VAL_DESC);
    double scale = sqrt(fmax(gsl_vector_get(f->values, 0) - 1, 0));
    for (size_t i = 0; i < f->items; i++) {
        f->loadings[i] = sqrt(f->psi[i]) * gsl_matrix_get(f->vectors, i, 0) * scale;
    }
    return gsl_vector_get(f->values, f->items - 1) > 0;
}

static void discrepancy_and_slope(const gsl_vector *x, void *context, double *value, gsl_vector *slope) {
    struct fit *f = context;
    bool exists = evaluate(f, x);
    *value = exists ? 0 : GSL_POSINF;
    for (size_t j = 1; exists && j < f->items; j++) {
        double e = gsl_vector_get(f->values, j);
        *value += e - log(e) - 1;
    }
    for (size_t i = 0; slope && i < f->items; i++) {
        /* d/d psi = (l^2 + psi - 1) / psi^2 on a correlation matrix, times d psi/d x of the logistic. */
        double psi = f->psi[i], load = f->loadings[i];
        double inner = (psi - UNIQUENESS_MIN) * (1 - psi) / (1 - UNIQUENESS_MIN);
        gsl_vector_set(slope, i, exists ? (load * load + psi - 1) / (psi * psi) * inner : 0);
    }
}

static double discrepancy(const gsl_vector *x, void *context) {
    double value;
    discrepancy_and_slope(x, context, &value, NULL);
    return value;
}

static void discrepancy_slope(const gsl_vector *x, void *context, gsl_vector *slope) {
    double value;
    discrepancy_and_slope(x, context, &value, slope);
}

static double omega_from_loadings(const double *loadings, size_t items) {
    double sum = 0, unique = 0;
    for (size_t i = 0; i < items; i++) {
        sum += loadings[i];
        unique += 1 - loadings[i] * loadings[i];
    }
    double common = sum * sum;
    return common + unique > 0 ? common / (common + unique) : NAN;
}

/* Where to begin: (1 - 1/(2 items)) / diagonal of the inverse of R (Joreskog 1963), as R's factanal does. False for a
 * matrix without an inverse. */
static bool find_start(struct fit *f, gsl_vector *x) {
    for (size_t i = 0; i < f->items; i++) {
        for (size_t j = 0; j < f->items; j++) {
            gsl_matrix_set(f->scaled, i, j, f->r[i * f->items + j]);
        }
    }
    if (gsl_eigen_symmv(f->scaled, f->values, f->vectors, f->work) != GSL_SUCCESS) {
        return false;
    }
    for (size_t i = 0; i < f->items; i++) {
        double diagonal = 0;
        for (size_t j = 0; j < f->items; j++) {
            double e = gsl_vector_get(f->values, j), v = gsl_matrix_get(f->vectors, i, j);
            if (!(e > SINGULAR)) {
                return false;
            }
            diagonal += v * v / e;
        }
        double psi = fmin(0.99, fmax(2 * UNIQUENESS_MIN, (1 - 0.5 / (double)f->items) / diagonal));
        gsl_vector_set(x, i, log((psi - UNIQUENESS_MIN) / (1 - psi)));
    }
    return true;
}

/* One run of the minimiser from x, which it moves; how steep it still is there. */
static double descend(struct fit *f, gsl_vector *x) {
    gsl_multimin_function_fdf function = {
        .f = discrepancy, .df = discrepancy_slope, .fdf = discrepancy_and_slope, .n = f->items, .params = f};
    gsl_multimin_fdfminimizer *m = gsl_multimin_fdfminimizer_alloc(gsl_multimin_fdfminimizer_vector_bfgs2, f->items);
    gsl_multimin_fdfminimizer_set(m, &function, x, 0.1, 0.1);
    int status = GSL_SUCCESS;
    for (int step = 0; step < MAX_STEPS && status == GSL_SUCCESS && gsl_blas_dnrm2(m->gradient) > FLAT; step++) {
        status = gsl_multimin_fdfminimizer_iterate(m);
    }
    double slope = gsl_blas_dnrm2(m->gradient);
    gsl_vector_memcpy(x, m->x);
    gsl_multimin_fdfminimizer_free(m);
    return slope;
}

/* A minimum from x; NAN if none was found. The minimiser may find that it makes no progress before the slope is flat:
 * then it begins again where it stopped. */
static double omega_from(struct fit *f, gsl_vector *x, double *value) {
    double slope = INFINITY;
    *value = discrepancy(x, f);
    for (int run = 0; isfinite(*value) && run < MAX_RUNS && slope > FLAT; run++) {
        slope = descend(f, x);
    }
    *value = discrepancy(x, f); /* leaves the loadings at x */
    return slope < FLAT_ENOUGH && isfinite(*value) ? omega_from_loadings(f->loadings, f->items) : NAN;
}

/* There may be several minima: the lower of those found from the usual start and from halfway uniquenesses. */
static double omega_of_fit(struct fit *f) {
    gsl_vector *x = gsl_vector_alloc(f->items);
    double omega = NAN, value, other_value;
    if (find_start(f, x)) {
        omega = omega_from(f, x, &value);
        gsl_vector_set_zero(x);
        double other = omega_from(f, x, &other_value);
        if (isnan(omega) || (!isnan(other) && other_value < value - SAME_MINIMUM)) {
            omega = other;
        }
    }
    gsl_vector_free(x);
    return omega;
}

double omega_of_correlations(const double *correlations, size_t items) {
    if (items < MIN_ITEMS) {
        return NAN;
    }
    for (size_t i = 0; i < items * items; i++) {
        if (!isfinite(correlations[i])) {
            return NAN;
        }
    }
    struct arena *arena = arena_new();
    struct fit f = {.r = correlations,
                    .items = items,
                    .scaled = gsl_matrix_alloc(items, items),
                    .vectors = gsl_matrix_alloc(items, items),
                    .values = gsl_vector_alloc(items),
                    .work = gsl_eigen_symmv_alloc(items),
                    .psi = arena_array(arena, items, sizeof(double)),
                    .loadings = arena_array(arena, items, sizeof(double))};
    double omega = omega_of_fit(&f);
    gsl_eigen_symmv_free(f.work);
    gsl_vector_free(f.values);
    gsl_matrix_free(f.vectors);
    gsl_matrix_free(f.scaled);
    arena_free(arena);
    return omega;
}

double omega_of(const struct covariance *c) {
    if (c->n < MIN_PERSONS || c->items < MIN_ITEMS) {
        return NAN;
    }
    size_t items = c->items;
    struct arena *arena = arena_new();
    double *r = arena_array(arena, items * items, sizeof *r);
    for (size_t i = 0; i < items; i++) {
        for (size_t j = 0; j < items; j++) {
            double both = c->comoment[i * items + i] * c->comoment[j * items + j];
            r[i * items + j] = both > 0 ? c->comoment[i * items + j] / sqrt(both) : NAN;
        }
    }
    double omega = omega_of_correlations(r, items);
    arena_free(arena);
    return omega;
}
