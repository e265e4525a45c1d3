#include <math.h>
#include <string.h>

#include "aggregate/disclose.h"

/* The persons of all atoms that share a signature: the groups among those published that they belong to. */
struct class {
    uint64_t signature;
    size_t n;
    double low, high;
    bool used;
};

struct audit {
    const struct disclose_atom *atoms;
    size_t n_atoms;
    size_t k;
    struct class *table; /* open addressing, a power of two at least twice the atoms */
    size_t table_size;
};

bool disclose_is_small(size_t n, double low, double high, size_t k) {
    return n > 0 && (n < k || (n < 2 * k && low == high));
}

static size_t slot_of(uint64_t signature, size_t table_size) {
    uint64_t h = signature * 0x9E3779B97F4A7C15u;
    return (size_t)(h >> 32) & (table_size - 1);
}

/* How many classes would be small if the groups of `published` (a bit each) were published? */
static size_t small_classes(const struct audit *a, uint64_t published) {
    memset(a->table, 0, a->table_size * sizeof *a->table);
    for (size_t i = 0; i < a->n_atoms; i++) {
        const struct disclose_atom *atom = &a->atoms[i];
        if (atom->n == 0) {
            continue;
        }
        uint64_t signature = atom->groups & published;
        size_t at = slot_of(signature, a->table_size);
        while (a->table[at].used && a->table[at].signature != signature) {
            at = (at + 1) & (a->table_size - 1);
        }
        struct class *c = &a->table[at];
        if (!c->used) {
            *c = (struct class){.signature = signature, .low = atom->low, .high = atom->high, .used = true};
        }
        c->n += atom->n;
        c->low = fmin(c->low, atom->low);
        c->high = fmax(c->high, atom->high);
    }
    size_t small = 0;
    for (size_t i = 0; i < a->table_size; i++) {
        small += a->table[i].used && disclose_is_small(a->table[i].n, a->table[i].low, a->table[i].high, a->k);
    }
    return small;
}

/* Of two groups whose removal does the same, does the first go? */
static bool goes_first(const struct disclose_group *a, size_t n_a, const struct disclose_group *b, size_t n_b) {
    if (a->is_unit != b->is_unit) {
        return !a->is_unit;
    }
    return n_a != n_b ? n_a < n_b : strcmp(a->name, b->name) < 0;
}

/* The group to drop next. */
static size_t next_to_drop(const struct audit *a, const struct disclose_group *groups, const size_t *members,
                           size_t n_groups, uint64_t published) {
    size_t drop = n_groups, least = 0;
    for (size_t g = 0; g < n_groups; g++) {
        if (!(published >> g & 1)) {
            continue;
        }
        size_t left = small_classes(a, published & ~((uint64_t)1 << g));
        if (drop == n_groups || left < least ||
            (left == least && goes_first(&groups[g], members[g], &groups[drop], members[drop]))) {
            drop = g;
            least = left;
        }
    }
    return drop;
}

bool disclose_groups(struct arena *scratch, struct disclose_group *groups, size_t n_groups,
                     const struct disclose_atom *atoms, size_t n_atoms, size_t k) {
    size_t members[DISCLOSE_GROUPS_MAX] = {0}, whole = 0;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n_atoms; i++) {
        if (atoms[i].n > 0) {
            whole += atoms[i].n;
            low = fmin(low, atoms[i].low);
            high = fmax(high, atoms[i].high);
        }
        for (size_t g = 0; g < n_groups; g++) {
            members[g] += atoms[i].groups >> g & 1 ? atoms[i].n : 0;
        }
    }
    for (size_t g = 0; g < n_groups; g++) {
        groups[g].published = false;
    }
    if (whole < k || disclose_is_small(whole, low, high, k)) {
        return false;
    }
    struct audit audit = {.atoms = atoms, .n_atoms = n_atoms, .k = k, .table_size = 8};
    while (audit.table_size < 2 * n_atoms) {
        audit.table_size *= 2;
    }
    audit.table = arena_array(scratch, audit.table_size, sizeof *audit.table);
    uint64_t published = 0;
    for (size_t g = 0; g < n_groups; g++) {
        published |= members[g] >= k ? (uint64_t)1 << g : 0;
    }
    while (published && small_classes(&audit, published) > 0) {
        published &= ~((uint64_t)1 << next_to_drop(&audit, groups, members, n_groups, published));
    }
    for (size_t g = 0; g < n_groups; g++) {
        groups[g].published = published >> g & 1;
    }
    return true;
}

enum detail disclose_detail(size_t n, size_t k, bool unanimous) {
    if (n < k || n == 0 || (unanimous && n < 2 * k)) {
        return DETAIL_NOTHING;
    }
    return n < 2 * k ? DETAIL_MEAN : DETAIL_FULL;
}

bool disclose_comments(size_t n_respondents, size_t k, size_t min_comments) {
    return n_respondents > 0 && n_respondents >= 2 * k && n_respondents >= min_comments;
}

struct cell cell_value(double x) {
    return isfinite(x) ? (struct cell){CELL_VALUE, x} : cell_none();
}

struct cell cell_withheld(void) {
    return (struct cell){CELL_WITHHELD, 0};
}

struct cell cell_none(void) {
    return (struct cell){CELL_NONE, 0};
}
