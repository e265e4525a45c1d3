/* What became of persons: in confidential mode a keyed pseudonym inside the response links a person's waves, so the
 * change of an organisation is the mean of its persons' own differences, with a t interval of paired answers.
 *
 * Since responses may be deleted later, it is computed when the aggregates are made: of the wave before, the same
 * organisation's responses are read once more, so memory holds the persons of one organisation at a time. Whoever moved
 * to another organisation is not paired, nor whose pseudonym comes twice.
 *
 * Disclosure. "Answered both" is one more group P, in both waves. The difference told is the sum of P's answers now
 * less the sum of P's answers then; so in any linear combination of everything told, the weights are constant, in
 * either wave, on the persons who are in exactly the same published groups and alike in or out of P. If those classes
 * are all empty or large enough (at least k, and under 2k not unanimous) in both waves, every combination that depends
 * on anybody's answer depends on at least k of them. The wave before may have told its own P (with the wave before
 * that): then its classes are split by both. And where its classes also carry a question pooled over all organisations,
 * the split must not lower what a set of its choices puts at stake, unless k remain (see results_overall.c). The
 * interval takes 2k persons; the product of two answers of a person is in nothing else that is told.
 *
 * With the figures of the items beside it (results_veil.c), P and the others of every class must each be even, or
 * covered by the item that is veiled, in both waves. So nobody is left out of P for having left out an item.
 *
 * The waves paired are neighbours: a wave made while an earlier one was still open is never paired, so that everything
 * told about the wave before is known when this is decided. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/results_inner.h"

struct member {
    bool known; /* has a pseudonym that nobody else has */
    uint8_t pseudonym[16];
    size_t atom, pattern; /* of the crowd */
    size_t partner;       /* in the roll of the wave before, or NOWHERE */
    double *scores;       /* per construct; NAN: none */
    bool *paired;         /* per construct: in the P that the wave told */
};

struct roll { /* everybody of one organisation in one wave */
    struct arena *arena;
    struct crowd *crowd;
    struct member *persons;
    size_t n, capacity;
};

struct linked { /* an earlier wave */
    struct wave wave;
    const struct instrument *instrument; /* a reference; NULL: there is no such wave */
    struct layout *layout;
    struct published *decided;
    size_t n_decided;
    struct answers *answers;
    struct covariance **covariances; /* none */
    struct family *together;         /* what all organisations together tell */
    size_t *same;                    /* per construct of the wave after: its index here, or NOWHERE */
};

struct pairing {
    struct arena *arena;
    struct store *store;
    const struct layout *layout;
    size_t k;
    struct linked before, earlier;
    struct roll now;
};

/* Rolls. */

static void roll_add(struct roll *l, struct crowd *c, const struct response *r) {
    const struct layout *layout = c->layout;
    size_t n = layout->instrument->n_constructs;
    l->crowd = c;
    l->persons = arena_grow(l->arena, l->persons, l->n, &l->capacity, sizeof *l->persons);
    struct member *p = &l->persons[l->n++];
    *p = (struct member){.known = r->has_pseudonym, .atom = c->last, .pattern = c->last_pattern, .partner = NOWHERE};
    memcpy(p->pseudonym, r->pseudonym, sizeof p->pseudonym);
    p->scores = arena_array(l->arena, n, sizeof *p->scores);
    p->paired = arena_array(l->arena, n, sizeof *p->paired);
    for (size_t i = 0; i < n; i++) {
        p->scores[i] = layout->of_construct[i] == NOWHERE ? NAN : c->values[layout->of_construct[i]];
    }
}

static int by_pseudonym(const void *a, const void *b) {
    const struct member *x = a, *y = b;
    if (x->known != y->known) {
        return x->known ? -1 : 1;
    }
    return x->known ? memcmp(x->pseudonym, y->pseudonym, sizeof x->pseudonym) : 0;
}

/* Puts the roll in order of the pseudonyms; whoever has one that comes twice is not known. */
static void roll_sort(struct roll *l) {
    if (l->n == 0) {
        return;
    }
    qsort(l->persons, l->n, sizeof *l->persons, by_pseudonym);
    bool twice = false;
    for (size_t i = 0; i < l->n && l->persons[i].known; i++) {
        bool again = i + 1 < l->n && by_pseudonym(&l->persons[i], &l->persons[i + 1]) == 0;
        bool doubled = twice || again;
        twice = again;
        l->persons[i].known = !doubled;
    }
    qsort(l->persons, l->n, sizeof *l->persons, by_pseudonym);
}

/* Finds each person of `a` in `b`; both are in order. */
static void roll_join(struct roll *a, const struct roll *b) {
    for (size_t i = 0; i < a->n; i++) {
        a->persons[i].partner = NOWHERE;
    }
    for (size_t i = 0, j = 0; i < a->n && j < b->n && a->persons[i].known && b->persons[j].known;) {
        int order = memcmp(a->persons[i].pseudonym, b->persons[j].pseudonym, sizeof a->persons[i].pseudonym);
        if (order == 0) {
            a->persons[i].partner = j;
        }
        i += order <= 0;
        j += order >= 0;
    }
}

struct reading_roll {
    struct roll *roll;
    const struct linked *wave;
};

static bool each_earlier(void *context, const struct response *r) {
    struct reading_roll *d = context;
    const size_t n = d->wave->layout->instrument->n_fields * sizeof *d->wave->answers->of;
    memset(d->wave->answers->of, 0, n);
    if (!answers_read_json(d->wave->answers, r->answers, d->roll->arena)) {
        memset(d->wave->answers->of, 0, n);
    }
    crowd_add(d->roll->crowd, d->wave->answers, r->unit ? r->unit : "");
    roll_add(d->roll, d->roll->crowd, r);
    return true;
}

static enum result roll_read(struct roll *l, struct store *store, const struct linked *wave, const char *organisation) {
    l->crowd = crowd_new(l->arena, wave->layout, wave->covariances);
    struct reading_roll d = {l, wave};
    enum result result = store_each_response(store, wave->wave.id, organisation, each_earlier, &d);
    roll_sort(l);
    return result;
}

struct part {
    size_t n;
    double low, high;
};

struct split { /* of the persons with a score on a construct */
    struct roll *roll;
    size_t construct; /* in the roll's instrument */
    const bool *in;   /* per person: in the P that is about to be told */
    const struct family *family;
    size_t *of_atom, n_classes;
    struct part *parts; /* [class * 4 + told * 2 + in] */
};

static size_t side_of(const struct split *s, size_t person) {
    return 2 * (size_t)s->roll->persons[person].paired[s->construct] + s->in[person];
}

static void split_roll(struct split *s, struct arena *scratch) {
    const struct crowd *c = s->roll->crowd;
    s->of_atom = arena_array(scratch, c->n_atoms, sizeof *s->of_atom);
    s->n_classes = family_classes(s->family, c, c->layout->of_construct[s->construct], 0, s->of_atom);
    s->parts = arena_array(scratch, 4 * s->n_classes, sizeof *s->parts);
    for (size_t i = 0; i < s->roll->n; i++) {
        const struct member *p = &s->roll->persons[i];
        double x = p->scores[s->construct];
        if (!isnan(x)) {
            struct part *part = &s->parts[4 * s->of_atom[p->atom] + side_of(s, i)];
            part->low = part->n == 0 ? x : fmin(part->low, x);
            part->high = part->n == 0 ? x : fmax(part->high, x);
            part->n++;
        }
    }
}

static bool split_is_safe(const struct split *s, struct arena *scratch, size_t k) {
    const struct crowd *c = s->roll->crowd;
    uint32_t *sides = arena_array(scratch, 4 * c->n_patterns, sizeof *sides);
    for (size_t i = 0; i < s->roll->n; i++) {
        sides[4 * s->roll->persons[i].pattern + side_of(s, i)]++;
    }
    if (!veil_allows_split(s->family, c, s->construct, 4, sides, k)) {
        return false;
    }
    for (size_t i = 0; i < 4 * s->n_classes; i++) {
        if (disclose_is_small(s->parts[i].n, s->parts[i].low, s->parts[i].high, k)) {
            return false;
        }
    }
    return true;
}

/* The persons with a score who answered the last item, by class, number of items answered, side and choice; as in
 * results_overall.c. Returns how many rows of four sides there are. */
static size_t count_choices(const struct split *s, struct arena *scratch, uint32_t **out) {
    const struct crowd *c = s->roll->crowd;
    const struct breakdown *pooled = layout_pooled(c->layout);
    const struct construct *construct = &c->layout->instrument->constructs[s->construct];
    size_t width = pooled->question->n_choices + 1, *of_atom = arena_array(scratch, c->n_atoms, sizeof *of_atom);
    size_t last = construct->first_item + construct->n_items - 1;
    size_t n_rows = veil_classes(scratch, s->family, c, s->construct, last, of_atom) * (construct->n_items + 1);
    uint32_t *with = arena_array(scratch, 4 * n_rows * width, sizeof *with);
    for (size_t i = 0; i < s->roll->n; i++) {
        const struct member *p = &s->roll->persons[i];
        const struct pattern *pattern = &c->patterns[p->pattern];
        if (!isnan(p->scores[s->construct]) && pattern_has(pattern, last)) {
            size_t group = c->atoms[p->atom].members[1 + (size_t)(pooled - c->layout->breakdowns)];
            size_t choice = group == NOWHERE ? width - 1 : group - pooled->first_group;
            size_t row = of_atom[p->atom] * (construct->n_items + 1) + veil_answered(pattern, s->construct);
            with[(4 * row + side_of(s, i)) * width + choice]++;
        }
    }
    *out = with;
    return n_rows;
}

/* What the sets of choices of the pooled question put at stake in this organisation, with and without the split. */
static bool pooled_is_safe(const struct split *s, const struct family *together, struct arena *scratch, size_t k) {
    const struct crowd *c = s->roll->crowd;
    const struct breakdown *pooled = layout_pooled(c->layout);
    size_t variable = c->layout->of_construct[s->construct], n = pooled ? pooled->question->n_choices : 0, kept = 0;
    for (size_t i = 0; i < n; i++) {
        kept |= family_has(together, variable, pooled->first_group + i) ? (size_t)1 << i : 0;
    }
    uint32_t *with;
    size_t n_rows = kept ? count_choices(s, scratch, &with) : 0;
    for (size_t t = kept; t > 0; t = (t - 1) & kept) {
        size_t before = 0, after = 0;
        for (size_t half = 0; half < 2 * n_rows; half++) {
            size_t in[2] = {0, 0}, out[2] = {0, 0};
            for (size_t j = 0; j < 2 * (n + 1); j++) {
                bool inside = j % (n + 1) < n && (t >> j % (n + 1) & 1);
                *(inside ? &in[j / (n + 1)] : &out[j / (n + 1)]) += with[half * 2 * (n + 1) + j];
            }
            before += in[0] + in[1] < out[0] + out[1] ? in[0] + in[1] : out[0] + out[1];
            after += (in[0] < out[0] ? in[0] : out[0]) + (in[1] < out[1] ? in[1] : out[1]);
        }
        if (after != before && after < k) {
            return false;
        }
    }
    return true;
}

/* Earlier waves. */

/* The wave just before `after`: the one with the highest number below, when all of those are closed. */
static enum result find_wave(struct pairing *p, const struct wave *after, struct linked *out, bool *found) {
    struct wave *waves = NULL;
    size_t n = 0;
    enum result result = store_list_waves(p->store, p->arena, after->assessment, &waves, &n);
    const struct wave *last = NULL;
    bool all_closed = true;
    for (size_t i = 0; result == RESULT_OK && i < n; i++) {
        if (waves[i].number < after->number) {
            all_closed = all_closed && waves[i].state == WAVE_CLOSED;
            last = !last || waves[i].number > last->number ? &waves[i] : last;
        }
    }
    *found = last && all_closed && last->mode == MODE_CONFIDENTIAL;
    if (*found) {
        out->wave = *last;
    }
    return result == RESULT_OK ? RESULT_OK : RESULT_MACHINE;
}

/* Opens it. One that can no longer be read is not linked. */
static enum result link_wave(struct pairing *p, const struct wave *after, const struct layout *layout,
                             struct linked *out) {
    bool found;
    enum result result = find_wave(p, after, out, &found);
    if (result != RESULT_OK || !found) {
        return result;
    }
    struct findings *findings = findings_new();
    result = wave_load_instrument(&out->instrument, p->store, out->wave.id, "", findings);
    findings_free(findings);
    if (result != RESULT_OK) {
        out->instrument = NULL;
        return result == RESULT_MACHINE ? RESULT_MACHINE : RESULT_OK;
    }
    if (results_ensure(p->store, &out->wave, out->instrument) != RESULT_OK ||
        store_list_published(p->store, p->arena, out->wave.id, &out->decided, &out->n_decided) != RESULT_OK) {
        return RESULT_MACHINE;
    }
    out->layout = layout_new(p->arena, out->instrument);
    out->answers = answers_new(p->arena, out->instrument);
    out->covariances = arena_array(p->arena, out->layout->n_variables, sizeof(struct covariance *));
    const struct str *together = published_find(out->decided, out->n_decided, "");
    out->together = together
                        ? family_read(p->arena, out->layout, *together, out->layout->group_names, out->layout->n_fixed)
                        : family_new(p->arena, out->layout, out->layout->n_fixed);
    size_t n = layout->instrument->n_constructs;
    out->same = arena_array(p->arena, n, sizeof *out->same);
    for (size_t c = 0; c < n; c++) {
        construct_compare(out->layout, layout, c, &out->same[c]);
    }
    return RESULT_OK;
}

enum result pairing_new(struct pairing **out, struct store *store, const struct wave *wave,
                        const struct layout *layout) {
    *out = NULL;
    if (wave->mode != MODE_CONFIDENTIAL) {
        return RESULT_OK;
    }
    struct arena *arena = arena_new();
    struct pairing *p = arena_alloc(arena, sizeof *p);
    p->arena = arena;
    p->store = store;
    p->layout = layout;
    p->k = (size_t)wave->min_group;
    enum result result = link_wave(p, wave, layout, &p->before);
    if (result == RESULT_OK && p->before.instrument) {
        result = link_wave(p, &p->before.wave, p->before.layout, &p->earlier);
    }
    if (result != RESULT_OK || !p->before.instrument) {
        pairing_free(p);
        return result;
    }
    *out = p;
    return RESULT_OK;
}

void pairing_free(struct pairing *p) {
    if (p) {
        instrument_release(p->before.instrument);
        instrument_release(p->earlier.instrument);
        arena_free(p->now.arena);
        arena_free(p->arena);
    }
}

void pairing_note(struct pairing *p, const struct crowd *c, const struct response *r) {
    if (!p->now.arena) {
        p->now.arena = arena_new();
    }
    roll_add(&p->now, (struct crowd *)(uintptr_t)c, r);
}

/* Deciding. */

/* Marks who was in the P that the wave before told about one of its constructs. False: they cannot be found again. */
static bool mark_told(const struct pairing *p, struct roll *before, const struct roll *earlier, size_t construct,
                      const struct family *f) {
    size_t n = 0;
    if (!f->paired[before->crowd->layout->of_construct[construct]]) {
        return true;
    }
    size_t same = p->earlier.instrument ? p->earlier.same[construct] : NOWHERE;
    for (size_t i = 0; same != NOWHERE && earlier->persons && i < before->n; i++) {
        struct member *x = &before->persons[i];
        x->paired[construct] =
            x->partner != NOWHERE && !isnan(x->scores[construct]) && !isnan(earlier->persons[x->partner].scores[same]);
        n += x->paired[construct];
    }
    return n >= (size_t)p->before.wave.min_group;
}

struct deciding {
    struct pairing *p;
    struct roll *now, *before, *earlier;
    struct family *family, *family_before;
    bool *in, *in_before; /* per person: in P */
    struct moments differences;
    double low, high;
};

/* Finds P for a construct, and its differences. */
static void find_pairs(struct deciding *d, size_t construct, size_t same) {
    d->differences = (struct moments){0};
    memset(d->in_before, 0, d->before->n * sizeof *d->in_before);
    for (size_t i = 0; i < d->now->n; i++) {
        const struct member *x = &d->now->persons[i];
        double now = x->scores[construct],
               then = x->partner == NOWHERE ? NAN : d->before->persons[x->partner].scores[same];
        d->in[i] = !isnan(now) && !isnan(then);
        if (d->in[i]) {
            double difference = now - then;
            d->low = d->differences.n == 0 ? difference : fmin(d->low, difference);
            d->high = d->differences.n == 0 ? difference : fmax(d->high, difference);
            d->in_before[x->partner] = true;
            moments_add(&d->differences, difference);
        }
    }
}

/* May the difference be told? See above. */
static bool may_tell(struct deciding *d, size_t construct, size_t same) {
    const struct pairing *p = d->p;
    size_t k = p->k, now = p->layout->of_construct[construct], then = p->before.layout->of_construct[same];
    if (!family_has(d->family, now, 0) || !family_has(d->family_before, then, 0) || d->differences.n < k ||
        disclose_is_small(d->differences.n, d->low, d->high, k) ||
        !mark_told(p, d->before, d->earlier, same, d->family_before)) {
        return false;
    }
    struct arena *scratch = arena_new();
    struct split here = {.roll = d->now, .construct = construct, .in = d->in, .family = d->family};
    struct split there = {.roll = d->before, .construct = same, .in = d->in_before, .family = d->family_before};
    split_roll(&here, scratch);
    split_roll(&there, scratch);
    bool safe = split_is_safe(&here, scratch, k) && split_is_safe(&there, scratch, k) &&
                pooled_is_safe(&there, p->before.together, scratch, k);
    arena_free(scratch);
    return safe;
}

/* Notes in the crowd what is told. */
static void tell(struct arena *arena, struct deciding *d, struct crowd *c, size_t variable) {
    c->paired[variable] = d->differences;
    for (size_t i = 0; i < d->now->n; i++) {
        struct pattern *p = &c->patterns[d->now->persons[i].pattern];
        if (d->in[i]) {
            p->paired = p->paired ? p->paired : arena_array(arena, c->layout->n_variables, sizeof *p->paired);
            p->paired[variable]++;
        }
    }
}

/* `decided`: what is told was settled before; it is found again, as long as it may still be told. */
static void decide_pairs(struct deciding *d, struct arena *arena, struct crowd *c, bool decided) {
    const struct layout *l = d->p->layout;
    c->paired = arena_array(arena, l->n_variables, sizeof *c->paired);
    c->n_pairs = arena_array(arena, l->n_variables, sizeof *c->n_pairs);
    for (size_t construct = 0; construct < l->instrument->n_constructs; construct++) {
        size_t variable = l->of_construct[construct], same = d->p->before.same[construct];
        if (same == NOWHERE) {
            continue;
        }
        find_pairs(d, construct, same);
        c->n_pairs[variable] = d->differences.n;
        bool *told = &d->family->paired[variable];
        *told = (*told || !decided) && may_tell(d, construct, same);
        if (*told) {
            tell(arena, d, c, variable);
        }
    }
}

enum result pairing_finish(struct pairing *p, struct arena *arena, const char *organisation, struct crowd *c,
                           struct family *f, bool decided) {
    struct arena *scratch = arena_new();
    struct roll before = {.arena = scratch}, earlier = {.arena = scratch};
    const struct str *stored = published_find(p->before.decided, p->before.n_decided, organisation);
    enum result result = RESULT_OK;
    if (f && stored && p->now.n > 0) {
        roll_sort(&p->now);
        result = roll_read(&before, p->store, &p->before, organisation);
        if (result == RESULT_OK && p->earlier.instrument) {
            result = roll_read(&earlier, p->store, &p->earlier, organisation);
            roll_join(&before, &earlier);
        }
    }
    if (result == RESULT_OK && before.n > 0) {
        struct family *was =
            family_read(scratch, p->before.layout, *stored, before.crowd->names, before.crowd->n_groups);
        struct deciding d = {
            .p = p, .now = &p->now, .before = &before, .earlier = &earlier, .family = f, .family_before = was};
        d.in = arena_array(scratch, p->now.n, sizeof *d.in);
        d.in_before = arena_array(scratch, before.n, sizeof *d.in_before);
        roll_join(&p->now, &before);
        decide_pairs(&d, arena, c, decided);
    }
    arena_free(scratch);
    arena_free(p->now.arena);
    p->now = (struct roll){0};
    return result;
}
