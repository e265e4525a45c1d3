#include "collect/coarsen.h"

#include <string.h>

/* People of an organisation under a unit's name; "" are those without one. */
static size_t count_unit(const struct cell *cells, size_t n, const char *organisation, const char *unit) {
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        if (strcmp(cells[i].organisation, organisation) == 0 && strcmp(cells[i].unit, unit) == 0)
            sum += cells[i].n;
    return sum;
}

static void give_up_unit(struct cell *cells, size_t n, const char *organisation, const char *unit) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(cells[i].organisation, organisation) == 0 && strcmp(cells[i].unit, unit) == 0)
            cells[i].unit = "";
}

/* The organisation's smallest named unit (then by name), or NULL. */
static const char *smallest_unit(const struct cell *cells, size_t n, const char *organisation, size_t *size) {
    const char *smallest = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!cells[i].unit[0] || strcmp(cells[i].organisation, organisation) != 0)
            continue;
        size_t people = count_unit(cells, n, organisation, cells[i].unit);
        if (!smallest || people < *size || (people == *size && strcmp(cells[i].unit, smallest) < 0)) {
            smallest = cells[i].unit;
            *size = people;
        }
    }
    return smallest;
}

/* Other organisations may be among the cells, with units of the same name: they keep theirs. */
static void coarsen_units_of(struct cell *cells, size_t n, const char *organisation, size_t k) {
    size_t size = 0;
    const char *unit;
    while ((unit = smallest_unit(cells, n, organisation, &size))) {
        size_t without = count_unit(cells, n, organisation, "");
        if (size >= k && (without == 0 || without >= k))
            return;
        give_up_unit(cells, n, organisation, unit);
    }
}

/* Cells come sorted by organisation in practice; each organisation's run is handled by itself. */
void coarsen_units(struct cell *cells, size_t n, size_t k) {
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && strcmp(cells[to].organisation, cells[from].organisation) == 0;)
            to++;
        coarsen_units_of(cells + from, to - from, cells[from].organisation, k);
    }
}

static size_t count_organisation(const struct cell *cells, size_t n, const char *organisation) {
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        if (strcmp(cells[i].organisation, organisation) == 0)
            sum += cells[i].n;
    return sum;
}

/* One step up for every organisation that is too small; units do not go along. True when anybody moved. All sizes are
 * taken before anybody moves, so that two small ones meet in their parent. */
static bool move_small_up(struct cell *cells, size_t n, size_t k, bool far_enough,
                          const char *(*parent_of)(void *context, const char *organisation), void *context) {
    bool moved = false;
    for (size_t i = 0; i < n; i++)
        cells[i].destroyed = cells[i].organisation[0] && count_organisation(cells, n, cells[i].organisation) < k;
    for (size_t i = 0; i < n; i++) {
        if (!cells[i].destroyed) /* here: a mark for "too small" */
            continue;
        const char *parent = far_enough ? NULL : parent_of(context, cells[i].organisation);
        cells[i] = (struct cell){parent ? parent : "", "", cells[i].n, false};
        moved = true;
    }
    return moved;
}

void coarsen_organisations(struct cell *cells, size_t n, size_t k,
                           const char *(*parent_of)(void *context, const char *organisation), void *context) {
    coarsen_units(cells, n, k);
    /* A chain of parents has an end; a circle of parents ends at "" after many turns. */
    for (size_t steps = 0; move_small_up(cells, n, k, steps > n + 16, parent_of, context);)
        steps++;
    /* Whoever moved up may have joined people with units: those without one must be enough again. */
    for (size_t i = 0; i < n; i++)
        coarsen_units_of(cells, n, cells[i].organisation, k);
    size_t nowhere = count_organisation(cells, n, "");
    for (size_t i = 0; i < n; i++)
        cells[i].destroyed = nowhere < k && !cells[i].organisation[0];
}
