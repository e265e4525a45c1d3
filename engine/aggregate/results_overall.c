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
 * that could not be added up from what is published already.
 *
 * Details (deviations, distributions, agreement) of the whole, and its reliability, are told from 2k persons on, over
 * everybody who is in it. Whoever subtracts the organisations told in detail may so find the deviation of one that is
 * not: of k to 2k - 1 persons, never of fewer, since every set that can be solved has at least k. That takes the
 * reports of all organisations together, which only who runs the assessment has; and who does may export the answers of
 * groups of k. An organisation is not to lose its own detail because another one is small.
 *
 * What an organisation keeps back of its own groups (disclose.h, once more with 2k) is not given away by adding groups
 * up, though: the pooled groups told in detail obey the rule above with 2k, over the classes told in detail, those
 * without as one class, and the rest; and a group of another question is told in detail when every organisation that
 * adds to it tells it in detail.
 *
 * Items and constructs together (results_veil.c): the weights of a class's persons differ with the number of items they
 * answered, so a set T of choices puts at stake, for every such number, those of the lesser side. While that is fewer
 * than k (and anybody is at stake at all) the set is unsafe. A construct's figure is measured on its last item, whose
 * mean is withheld of the pooled groups. Unless all answered equally many: then items and construct are as one.
 *
 * Changes of the persons who answered twice: those of the organisations that tell theirs, if that is more than half of
 * all such persons. */
#include <stdlib.h>
#include <string.h>

#include "aggregate/results_inner.h"

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
    uint64_t *support;       /* [variable << n_choices | T]: persons at stake, see above */
    uint64_t *least;         /* the same, at least, with the figures of items and constructs together */
    uint64_t *detail;        /* the same for what is told in detail */
    uint32_t *rest_with;     /* [variable * (n_choices + 1) + choice]: the rest by choice; the last is "none" */
    uint32_t **rest_by;      /* per variable: the same by the number of items answered */
    uint32_t *plain_with;    /* as rest_with: shown without detail */
    bool *plain_group;       /* [variable * n_fixed + group]: an organisation shows the group without detail */
    struct moments *changes; /* per variable: of the organisations that tell theirs */
    size_t *n_pairs;         /* per variable: told or not */
    bool *joined;            /* per variable: the rest is in the whole */
    struct veil_sums *veils;
};

static const struct construct *construct_of(const struct layout *l, size_t variable) {
    const struct variable *v = &l->variables[variable];
    return v->kind == KIND_CONSTRUCT ? &l->instrument->constructs[v->index] : NULL;
}

/* The construct of an item or a construct; NULL for others. */
static const struct construct *bundle_of(const struct layout *l, size_t variable) {
    const struct variable *v = &l->variables[variable];
    return v->kind == KIND_ITEM ? &l->instrument->constructs[l->instrument->items[v->index].construct]
                                : construct_of(l, variable);
}

/* What is added up to decide on the groups and on details. */
static void make_pools(struct overall *o) {
    size_t n = o->layout->n_variables;
    o->pooled = layout_pooled(o->layout);
    o->n_choices = o->pooled ? o->pooled->question->n_choices : 0;
    o->support = arena_array(o->arena, n << o->n_choices, sizeof *o->support);
    o->least = arena_array(o->arena, n << o->n_choices, sizeof *o->least);
    o->detail = arena_array(o->arena, n << o->n_choices, sizeof *o->detail);
    o->rest_with = arena_array(o->arena, n * (o->n_choices + 1), sizeof *o->rest_with);
    o->rest_by = arena_array(o->arena, n, sizeof(uint32_t *));
    for (size_t v = 0; v < n; v++) {
        const struct construct *c = bundle_of(o->layout, v);
        o->rest_by[v] = arena_array(o->arena, c ? (c->n_items + 1) * (o->n_choices + 1) : 0, sizeof **o->rest_by);
    }
    o->plain_with = arena_array(o->arena, n * (o->n_choices + 1), sizeof *o->plain_with);
    o->plain_group = arena_array(o->arena, n * o->layout->n_fixed, sizeof *o->plain_group);
    o->changes = arena_array(o->arena, n, sizeof *o->changes);
    o->n_pairs = arena_array(o->arena, n, sizeof *o->n_pairs);
    o->joined = arena_array(o->arena, n, sizeof *o->joined);
    o->veils = veil_sums_new(o->arena, o->layout, o->k);
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
    make_pools(o);
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
static void add_support(const struct overall *o, uint64_t *support, const uint32_t *with) {
    uint32_t all = 0;
    __attribute__((uninitialized))
    uint32_t in[1 << POOLED_CHOICES]; /* by far the most called here; all used is written */
    size_t n_given = 0;
    for (size_t c = 0; c <= o->n_choices; c++) {
        all += with[c];
        n_given += with[c] > 0;
    }
    if (n_given < 2) { /* all on one side, whatever T */
        return;
    }
    in[0] = 0;
    for (size_t c = 0; c < o->n_choices; c++) {
        for (size_t t = 0; t < (size_t)1 << c; t++) { /* the sets with c in them, after those without */
            in[t + ((size_t)1 << c)] = in[t] + with[c];
        }
    }
    for (size_t t = 1; t < (size_t)1 << o->n_choices; t++) {
        support[t] += in[t] < all - in[t] ? in[t] : all - in[t]; /* analyzer: all are written by the loops above */
    }
}

/* The classes of an organisation for one variable, split by the pooled question. Among the figures themselves there may
 * be the change of those who answered twice: then it splits them too. */
static void add_class_support(const struct overall *o, struct arena *scratch, const struct crowd *c,
                              const struct family *f, size_t variable, bool in_detail) {
    size_t width = o->n_choices + 1, *of_atom = arena_array(scratch, c->n_atoms, sizeof *of_atom);
    size_t n_classes = family_classes(f, c, variable, in_detail ? o->k : 0, of_atom);
    uint32_t *with = arena_array(scratch, 2 * n_classes * width, sizeof *with);
    for (size_t a = 0; a < c->n_atoms; a++) {
        if (of_atom[a] != NOWHERE) {
            with[2 * of_atom[a] * width + choice_of(o, &c->atoms[a])] += c->atoms[a].spread[variable].n;
        }
    }
    for (size_t i = 0; i < c->n_patterns && !in_detail; i++) {
        const struct pattern *p = &c->patterns[i];
        if (p->paired && p->paired[variable]) {
            uint32_t *at = with + 2 * of_atom[p->atom] * width + choice_of(o, &c->atoms[p->atom]);
            at[0] -= p->paired[variable];
            at[width] += p->paired[variable];
        }
    }
    for (size_t i = 0; i < 2 * n_classes; i++) {
        add_support(o, (in_detail ? o->detail : o->support) + (variable << o->n_choices), with + i * width);
        if (!in_detail && !bundle_of(o->layout, variable)) {
            add_support(o, o->least + (variable << o->n_choices), with + i * width);
        }
    }
}

/* Does somebody of the pattern count for a variable: answered the item, or has a score and answered the last item? */
static bool counts_for(const struct layout *l, const struct pattern *p, size_t variable) {
    const struct variable *v = &l->variables[variable];
    if (v->kind == KIND_ITEM) {
        return pattern_has(p, v->index);
    }
    const struct construct *c = &l->instrument->constructs[v->index];
    return veil_scored(l, p, v->index) && pattern_has(p, c->first_item + c->n_items - 1);
}

/* The same for items and constructs together: by the number of items answered, too. */
static void add_least_support(const struct overall *o, struct arena *scratch, const struct crowd *c,
                              const struct family *f, size_t variable) {
    const struct construct *construct = bundle_of(o->layout, variable);
    size_t index = (size_t)(construct - o->layout->instrument->constructs), of = o->layout->of_construct[index];
    size_t width = o->n_choices + 1, height = 2 * (construct->n_items + 1);
    size_t *of_atom = arena_array(scratch, c->n_atoms, sizeof *of_atom);
    const struct variable *v = &o->layout->variables[variable];
    size_t item = v->kind == KIND_ITEM ? v->index : construct->first_item + construct->n_items - 1;
    size_t n_classes = veil_classes(scratch, f, c, index, item, of_atom);
    uint32_t *with = arena_array(scratch, n_classes * height * width, sizeof *with);
    for (size_t i = 0; i < c->n_patterns; i++) {
        const struct pattern *p = &c->patterns[i];
        if (counts_for(o->layout, p, variable)) {
            size_t row = of_atom[p->atom] * height + 2 * veil_answered(p, index);
            uint32_t *at = with + row * width + choice_of(o, &c->atoms[p->atom]);
            uint32_t paired = p->paired ? p->paired[of] : 0;
            at[0] += p->n - paired;
            at[width] += paired;
        }
    }
    for (size_t i = 0; i < n_classes * height; i++) {
        add_support(o, o->least + (variable << o->n_choices), with + i * width);
    }
}

static void note_plain_groups(struct overall *o, const struct crowd *c, const struct family *f, size_t variable) {
    for (size_t g = 1; g < o->layout->n_fixed; g++) {
        if (c->tallies[g] && family_has(f, variable, g)) {
            size_t n = tally_answered(o->layout, c->tallies[g], variable);
            bool *plain = &o->plain_group[variable * o->layout->n_fixed + g];
            *plain = *plain || !family_details(f, variable, g, n, o->k);
        }
    }
}

/* Counts an organisation that is shown for what the pooled groups put at stake. */
static void add_to_stakes(struct overall *o, struct arena *scratch, const struct crowd *c, const struct family *f,
                          size_t variable) {
    add_class_support(o, scratch, c, f, variable, false);
    if (bundle_of(o->layout, variable)) {
        add_least_support(o, scratch, c, f, variable);
    }
    if (family_details(f, variable, 0, tally_answered(o->layout, c->tallies[0], variable), o->k)) {
        add_class_support(o, scratch, c, f, variable, true);
        return;
    }
    for (size_t a = 0; a < c->n_atoms; a++) {
        const struct atom *atom = &c->atoms[a];
        o->plain_with[variable * (o->n_choices + 1) + choice_of(o, atom)] += atom->spread[variable].n;
    }
}

static void add_changes(struct overall *o, const struct crowd *c) {
    for (size_t v = 0; c->paired && v < o->layout->n_variables; v++) {
        moments_merge(&o->changes[v], &c->paired[v]);
        o->n_pairs[v] += c->n_pairs[v];
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
    const struct construct *construct = o->pooled ? bundle_of(o->layout, variable) : NULL;
    for (size_t i = 0; construct && i < c->n_patterns; i++) {
        const struct pattern *p = &c->patterns[i];
        if (counts_for(o->layout, p, variable)) {
            size_t answered = veil_answered(p, (size_t)(construct - o->layout->instrument->constructs));
            o->rest_by[variable][answered * (o->n_choices + 1) + choice_of(o, &c->atoms[p->atom])] += p->n;
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
            continue;
        }
        if (o->pooled) {
            add_to_stakes(o, scratch, c, f, v);
        }
        note_plain_groups(o, c, f, v);
    }
    arena_free(scratch);
    add_changes(o, c);
    veil_sums_add(o->veils, c, f);
}

/* Adds the rest of a variable to the whole, if it is large enough. */
static void join_rest(struct overall *o, size_t v) {
    const struct spread *rest = &o->rest_spread[v];
    if (rest->n < o->k || disclose_is_small(rest->n, (double)rest->low, (double)rest->high, o->k)) {
        return;
    }
    o->joined[v] = true;
    for (size_t g = 0; g < o->layout->n_fixed; g++) {
        if (g == 0 || is_pooled(o, g)) {
            tally_merge(o->layout, o->shown[g], o->rest[g], v);
        }
    }
    if (o->shown_covariance[v]) {
        covariance_merge(o->shown_covariance[v], o->rest_covariance[v]);
    }
    if (o->pooled) {
        add_support(o, o->support + (v << o->n_choices), o->rest_with + v * (o->n_choices + 1));
        add_support(o, o->detail + (v << o->n_choices), o->rest_with + v * (o->n_choices + 1));
        const struct construct *c = bundle_of(o->layout, v);
        for (size_t a = 0; c && a <= c->n_items; a++) {
            add_support(o, o->least + (v << o->n_choices), o->rest_by[v] + a * (o->n_choices + 1));
        }
        if (!c) {
            add_support(o, o->least + (v << o->n_choices), o->rest_with + v * (o->n_choices + 1));
        }
    }
}

struct stakes { /* per set of choices: is anybody at stake, and how many at least? */
    const uint64_t *any, *number;
};

/* Sets among the choices of `kept` that put somebody, but fewer than `least`, at stake. */
static size_t unsafe_sets(const struct stakes *stakes, size_t kept, size_t least) {
    size_t unsafe = 0;
    for (size_t t = kept; t > 0; t = (t - 1) & kept) {
        unsafe += stakes->any[t] > 0 && stakes->number[t] < least;
    }
    return unsafe;
}

/* The choices of the pooled question, among those of `kept` (a bit each), that may be told where that takes `least`
 * persons. While a set is unsafe, the choice goes that leaves the fewest, the smaller first, then the later in the
 * file. */
static size_t safe_choices(const struct overall *o, size_t variable, const struct stakes *stakes, size_t kept,
                           size_t least_persons) {
    size_t n[POOLED_CHOICES];
    for (size_t c = 0; c < o->n_choices; c++) {
        n[c] = tally_answered(o->layout, o->shown[o->pooled->first_group + c], variable);
        kept &= n[c] >= least_persons ? SIZE_MAX : ~((size_t)1 << c);
    }
    while (kept && unsafe_sets(stakes, kept, least_persons) > 0) {
        size_t drop = 0, least = SIZE_MAX, smallest = SIZE_MAX;
        for (size_t c = 0; c < o->n_choices; c++) {
            if (!(kept >> c & 1)) {
                continue;
            }
            size_t left = unsafe_sets(stakes, kept & ~((size_t)1 << c), least_persons);
            if (left < least || (left == least && n[c] <= smallest)) {
                drop = c;
                least = left;
                smallest = n[c];
            }
        }
        kept &= ~((size_t)1 << drop);
    }
    return kept;
}

static void decide(const struct overall *o, struct family *f) {
    const struct layout *l = o->layout;
    size_t all = ((size_t)1 << o->n_choices) - 1;
    for (size_t v = 0; v < l->n_variables; v++) {
        bool *published = f->published + v * f->n_groups;
        published[0] = tally_answered(l, o->shown[0], v) >= o->k;
        const struct construct *c = bundle_of(l, v);
        bool alike = !c || veil_all_alike(o->veils, (size_t)(c - l->instrument->constructs));
        const uint64_t *support = o->support + (v << o->n_choices);
        struct stakes stakes = {support, alike ? support : o->least + (v << o->n_choices)};
        size_t choices = published[0] && o->pooled ? safe_choices(o, v, &stakes, all, o->k) : 0;
        for (size_t g = 1; published[0] && g < l->n_fixed; g++) {
            published[g] = is_pooled(o, g) ? choices >> (g - o->pooled->first_group) & 1
                                           : tally_answered(l, o->shown[g], v) >= o->k;
        }
    }
}

/* Which of the published groups are told without detail whatever their size. */
static void refine(const struct overall *o, struct family *f) {
    const struct layout *l = o->layout;
    for (size_t v = 1; v < l->n_variables; v++) {
        bool *plain = f->plain + v * f->n_groups;
        size_t choices = 0, told = 0;
        for (size_t c = 0; c < o->n_choices; c++) {
            told |= family_has(f, v, o->pooled->first_group + c) ? (size_t)1 << c : 0;
        }
        if (told) {
            uint64_t *support = o->detail + (v << o->n_choices);
            add_support(o, support, o->plain_with + v * (o->n_choices + 1));
            choices = safe_choices(o, v, &(struct stakes){support, support}, told, 2 * o->k);
        }
        for (size_t g = 1; g < l->n_fixed; g++) {
            bool safe =
                is_pooled(o, g) ? choices >> (g - o->pooled->first_group) & 1 : !o->plain_group[v * l->n_fixed + g];
            plain[g] = family_has(f, v, g) && !safe && tally_answered(l, o->shown[g], v) >= 2 * o->k;
        }
    }
    f->refined = true;
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

static struct moments *overall_pairs(const struct overall *o, struct arena *arena) {
    struct moments *pairs = arena_array(arena, o->layout->n_variables, sizeof *pairs);
    for (size_t v = 0; v < o->layout->n_variables; v++) {
        if (2 * o->changes[v].n > o->n_pairs[v]) {
            pairs[v] = o->changes[v];
        }
    }
    return pairs;
}

struct family *overall_rows(struct overall *o, struct arena *arena, struct row_list *rows, const struct str *stored) {
    const struct layout *l = o->layout;
    struct family *f;
    for (size_t v = 0; v < l->n_variables; v++) {
        join_rest(o, v);
    }
    if (stored) {
        f = family_read(arena, l, *stored, l->group_names, l->n_fixed);
    } else {
        f = family_new(arena, l, l->n_fixed);
        decide(o, f);
    }
    if (!f->refined) {
        refine(o, f);
    }
    if (!f->has_veils) {
        bool *pooled = arena_array(arena, l->n_fixed, sizeof *pooled);
        for (size_t g = 0; g < l->n_fixed; g++) {
            pooled[g] = is_pooled(o, g);
        }
        veil_decide_together(f, o->veils, o->joined, pooled);
    }
    rows_of(rows, l, "", l->n_fixed, l->group_names, o->shown, f, o->k, extras_of(o, arena), overall_pairs(o, arena));
    return f;
}
