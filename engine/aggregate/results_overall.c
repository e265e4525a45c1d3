/* All organisations together, without giving away what an organisation's own figures withhold.
 *
 * The whole. For every variable it holds the organisations whose own figure is published, and the rest (persons of the
 * others, and those who lost their organisation) only if the rest is itself large enough to be told: whoever subtracts
 * all published organisations from the whole finds the rest.
 *
 * A grouping question's groups. One question, the first with at most POOLED_CHOICES choices, is pooled over the same
 * persons as the whole. What could be solved from its groups and all figures of the organisations? Those are constant
 * on the classes of each organisation (see disclose.h). A combination that gives the weight t(choice) to the pooled
 * groups and anything to the classes is non-zero, within a class, on all persons but those of one weight; so the fewest
 * persons that it can depend on are found with two weights: the sum over all classes of min(persons of a set T of
 * choices, persons of the others), for the worst T. Groups are dropped until that is nobody or at least k for every T
 * among them. The groups of every other question add up those organisations that publish the group themselves: nothing
 * that could not be added up from what is published already. */
#include <stdlib.h>
#include <string.h>

#include "aggregate/results_inner.h"

enum { POOLED_CHOICES = 8 };

struct overall {
    const struct layout *layout;
    size_t k;
    struct arena *arena;
    struct tally **shown, **rest;                            /* per fixed group; [0] the whole */
    struct spread *rest_spread;                              /* per variable */
    struct covariance **shown_covariance, **rest_covariance; /* per variable; constructs only */
    struct moments **organisations; /* per variable, constructs only: of every organisation shown; malloc */
    size_t *n_organisations, *capacity;
    const struct breakdown *pooled; /* NULL: none */
    size_t n_choices;
    uint64_t *support;   /* [variable << n_choices | T]: persons at stake, see above */
    uint32_t *rest_with; /* [variable * (n_choices + 1) + choice]: the rest by choice; the last is "none" */
};

static const struct construct *construct_of(const struct layout *l, size_t variable) {
    const struct variable *v = &l->variables[variable];
    return v->kind == KIND_CONSTRUCT ? &l->instrument->constructs[v->index] : NULL;
}

struct overall *overall_new(const struct layout *l, size_t k) {
    struct arena *arena = arena_new();
    struct overall *o = arena_alloc(arena, sizeof *o);
    *o = (struct overall){.layout = l, .k = k, .arena = arena};
    o->shown = arena_array(arena, l->n_fixed, sizeof(struct tally *));
    o->rest = arena_array(arena, l->n_fixed, sizeof(struct tally *));
    for (size_t g = 0; g < l->n_fixed; g++) {
        o->shown[g] = tally_new(arena, l);
        o->rest[g] = tally_new(arena, l);
    }
    o->rest_spread = arena_array(arena, l->n_variables, sizeof *o->rest_spread);
    o->shown_covariance = arena_array(arena, l->n_variables, sizeof(struct covariance *));
    o->rest_covariance = arena_array(arena, l->n_variables, sizeof(struct covariance *));
    o->organisations = arena_array(arena, l->n_variables, sizeof(struct moments *));
    o->n_organisations = arena_array(arena, l->n_variables, sizeof(size_t));
    o->capacity = arena_array(arena, l->n_variables, sizeof(size_t));
    for (size_t v = 0; v < l->n_variables; v++) {
        if (construct_of(l, v)) {
            o->shown_covariance[v] = covariance_new(construct_of(l, v)->n_items);
            o->rest_covariance[v] = covariance_new(construct_of(l, v)->n_items);
        }
    }
    for (size_t b = 0; b < l->n_breakdowns && !o->pooled; b++) {
        if (l->breakdowns[b].question->n_choices <= POOLED_CHOICES) {
            o->pooled = &l->breakdowns[b];
            o->n_choices = o->pooled->question->n_choices;
        }
    }
    o->support = arena_array(arena, l->n_variables << o->n_choices, sizeof *o->support);
    o->rest_with = arena_array(arena, l->n_variables * (o->n_choices + 1), sizeof *o->rest_with);
    return o;
}

void overall_free(struct overall *o) {
    for (size_t v = 0; v < o->layout->n_variables; v++) {
        covariance_free(o->shown_covariance[v]);
        covariance_free(o->rest_covariance[v]);
        free(o->organisations[v]);
    }
    arena_free(o->arena);
}

static bool is_pooled(const struct overall *o, size_t group) {
    return o->pooled && group >= o->pooled->first_group && group < o->pooled->first_group + o->n_choices;
}

/* Which choice of the pooled question (n_choices: none) an atom has. */
static size_t choice_of(const struct overall *o, const struct atom *a) {
    size_t group = a->members[1 + (size_t)(o->pooled - o->layout->breakdowns)];
    return group == NOWHERE ? o->n_choices : group - o->pooled->first_group;
}

/* Adds what one class, with so many persons per choice, puts at stake for every set T of choices. */
static void add_support(const struct overall *o, size_t variable, const uint32_t *with) {
    uint64_t all = 0;
    for (size_t c = 0; c <= o->n_choices; c++) {
        all += with[c];
    }
    for (size_t t = 1; t < (size_t)1 << o->n_choices; t++) {
        uint64_t in = 0;
        for (size_t c = 0; c < o->n_choices; c++) {
            in += t >> c & 1 ? with[c] : 0;
        }
        o->support[variable << o->n_choices | t] += in < all - in ? in : all - in;
    }
}

/* The classes of an organisation for one variable, split by the pooled question. A class is named by the published
 * groups that its persons are in; memberships are compared one by one, since there may be many groups. */
static void add_class_support(struct overall *o, struct arena *scratch, const struct crowd *c, const struct family *f,
                              size_t variable) {
    size_t width = o->n_choices + 1, n_members = c->layout->n_breakdowns + 1, n_classes = 0;
    uint32_t *with = arena_array(scratch, c->n_atoms * width, sizeof *with);
    size_t *signatures = arena_array(scratch, c->n_atoms * n_members, sizeof *signatures);
    for (size_t a = 0; a < c->n_atoms; a++) {
        const struct atom *atom = &c->atoms[a];
        if (atom->spread[variable].n == 0) {
            continue;
        }
        size_t *own = signatures + n_classes * n_members, at = 0;
        for (size_t m = 0; m < n_members; m++) {
            bool told = atom->members[m] != NOWHERE && family_has(f, variable, atom->members[m]);
            own[m] = told ? atom->members[m] : NOWHERE;
        }
        while (memcmp(signatures + at * n_members, own, n_members * sizeof *own) != 0) {
            at++;
        }
        n_classes += at == n_classes;
        with[at * width + choice_of(o, atom)] += atom->spread[variable].n;
    }
    for (size_t i = 0; i < n_classes; i++) {
        add_support(o, variable, with + i * width);
    }
}

static void add_organisation(struct overall *o, size_t variable, const struct moments *m) {
    if (o->n_organisations[variable] == o->capacity[variable]) {
        o->capacity[variable] = o->capacity[variable] ? 2 * o->capacity[variable] : 64;
        o->organisations[variable] =
            mem_resize(o->organisations[variable], o->capacity[variable] * sizeof(struct moments));
    }
    o->organisations[variable][o->n_organisations[variable]++] = *m;
}

/* To the rest of a variable: nobody knows their figure. */
static void add_to_rest(struct overall *o, const struct crowd *c, size_t variable) {
    for (size_t a = 0; a < c->n_atoms; a++) {
        const struct spread *s = &c->atoms[a].spread[variable];
        struct spread *rest = &o->rest_spread[variable];
        if (s->n > 0) {
            rest->low = rest->n == 0 || s->low < rest->low ? s->low : rest->low;
            rest->high = rest->n == 0 || s->high > rest->high ? s->high : rest->high;
            rest->n += s->n;
            if (o->pooled) {
                o->rest_with[variable * (o->n_choices + 1) + choice_of(o, &c->atoms[a])] += s->n;
            }
        }
    }
}

void overall_add(struct overall *o, const struct crowd *c, const struct family *f) {
    const struct layout *l = o->layout;
    struct arena *scratch = arena_new();
    for (size_t v = 0; v < l->n_variables; v++) {
        bool told = family_has(f, v, 0);
        for (size_t g = 0; g < l->n_fixed; g++) {
            bool joins = g == 0 || is_pooled(o, g) || family_has(f, v, g);
            if (joins && c->tallies[g]) {
                tally_merge(l, told ? o->shown[g] : o->rest[g], c->tallies[g], v);
            }
        }
        if (c->covariances[v]) {
            covariance_merge(told ? o->shown_covariance[v] : o->rest_covariance[v], c->covariances[v]);
        }
        if (told && construct_of(l, v) && c->tallies[0]) {
            add_organisation(o, v, &c->tallies[0]->moments[v]);
        }
        if (!told) {
            add_to_rest(o, c, v);
        } else if (o->pooled) {
            add_class_support(o, scratch, c, f, v);
        }
    }
    arena_free(scratch);
}

/* Adds the rest of a variable to the whole, if it is large enough. */
static void join_rest(struct overall *o, size_t v) {
    const struct spread *rest = &o->rest_spread[v];
    if (rest->n < o->k || disclose_is_small(rest->n, (double)rest->low, (double)rest->high, o->k)) {
        return;
    }
    for (size_t g = 0; g < o->layout->n_fixed; g++) {
        if (g == 0 || is_pooled(o, g)) {
            tally_merge(o->layout, o->shown[g], o->rest[g], v);
        }
    }
    if (o->shown_covariance[v]) {
        covariance_merge(o->shown_covariance[v], o->rest_covariance[v]);
    }
    if (o->pooled) {
        add_support(o, v, o->rest_with + v * (o->n_choices + 1));
    }
}

/* Sets among the choices of `kept` that put somebody, but fewer than k, at stake. */
static size_t unsafe_sets(const struct overall *o, size_t variable, size_t kept) {
    size_t unsafe = 0;
    for (size_t t = kept; t > 0; t = (t - 1) & kept) {
        uint64_t at_stake = o->support[variable << o->n_choices | t];
        unsafe += at_stake > 0 && at_stake < o->k;
    }
    return unsafe;
}

/* The choices of the pooled question that may be told, a bit each. While a set is unsafe, the choice goes that leaves
 * the fewest, the smaller first, then the later in the file. */
static size_t safe_choices(const struct overall *o, size_t variable) {
    size_t kept = 0;
    for (size_t c = 0; c < o->n_choices; c++) {
        size_t n = tally_answered(o->layout, o->shown[o->pooled->first_group + c], variable);
        kept |= n >= o->k ? (size_t)1 << c : 0;
    }
    while (kept && unsafe_sets(o, variable, kept) > 0) {
        size_t drop = 0, least = SIZE_MAX, smallest = SIZE_MAX;
        for (size_t c = 0; c < o->n_choices; c++) {
            if (!(kept >> c & 1)) {
                continue;
            }
            size_t left = unsafe_sets(o, variable, kept & ~((size_t)1 << c));
            size_t n = tally_answered(o->layout, o->shown[o->pooled->first_group + c], variable);
            if (left < least || (left == least && n <= smallest)) {
                drop = c;
                least = left;
                smallest = n;
            }
        }
        kept &= ~((size_t)1 << drop);
    }
    return kept;
}

static void decide(const struct overall *o, struct family *f) {
    const struct layout *l = o->layout;
    for (size_t v = 0; v < l->n_variables; v++) {
        bool *published = f->published + v * f->n_groups;
        published[0] = tally_answered(l, o->shown[0], v) >= o->k;
        size_t choices = published[0] && o->pooled ? safe_choices(o, v) : 0;
        for (size_t g = 1; published[0] && g < l->n_fixed; g++) {
            published[g] = is_pooled(o, g) ? choices >> (g - o->pooled->first_group) & 1
                                           : tally_answered(l, o->shown[g], v) >= o->k;
        }
    }
}

enum { MIN_ALPHA = 30 }; /* persons */

static struct extras *extras_of(const struct overall *o, struct arena *arena) {
    struct extras *extras = arena_array(arena, o->layout->n_variables, sizeof *extras);
    for (size_t v = 0; v < o->layout->n_variables; v++) {
        struct covariance *c = o->shown_covariance[v];
        if (!c) {
            continue;
        }
        if (c->n < MIN_ALPHA) {
            covariance_clear(c); /* too few to say anything about items */
        }
        extras[v].anova = anova_of(o->organisations[v], o->n_organisations[v]);
        extras[v].alpha = alpha_of(c);
        extras[v].omega = omega_of(c);
        extras[v].covariance = c;
    }
    return extras;
}

struct family *overall_rows(struct overall *o, struct arena *arena, struct row_list *rows, const struct str *stored) {
    const struct layout *l = o->layout;
    for (size_t v = 0; v < l->n_variables; v++) {
        join_rest(o, v);
    }
    struct family *f;
    if (stored) {
        f = family_read(arena, l, *stored, l->group_names, l->n_fixed);
    } else {
        f = arena_alloc(arena, sizeof *f);
        f->n_groups = l->n_fixed;
        f->published = arena_array(arena, l->n_variables * l->n_fixed, sizeof *f->published);
        decide(o, f);
    }
    rows_of(rows, l, "", l->n_fixed, l->group_names, o->shown, f, o->k, extras_of(o, arena));
    return f;
}
