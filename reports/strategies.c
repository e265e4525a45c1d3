#include "reports/strategies.h"

#include <stdlib.h>
#include <string.h>

bool is_barrier(const struct figures *f) {
    return f->call == CALL_BARRIER || f->call == CALL_STRONG_BARRIER;
}

size_t organisations_shown(const struct all_view *view) {
    size_t n = 0;
    for (size_t i = 0; i < view->n; i++) {
        bool shown = false;
        for (size_t k = 0; k < view->staff.n; k++)
            shown = shown || view->each[i]->groups[0].constructs[view->staff.constructs[k]].call != CALL_NONE;
        n += shown;
    }
    return n;
}

int offer_level(const struct offer_reason *reason) {
    return !reason->cell ? 0 : reason->cell->percent >= OFFER_LEVEL_1 ? 1 : 2;
}

/* What is said about one construct, for each strategy by its order. */
struct match {
    bool author;
    const struct strategy_cell *cell; /* the highest, also under level 2 */
};

struct matching {
    struct arena *arena;
    const struct strategies *strategies;
    const char *language;
    const struct instrument *instrument;
    size_t n; /* strategies */
};

static bool counts(const struct match *m) {
    return m->author || (m->cell && m->cell->percent >= OFFER_LEVEL_2);
}

static struct match *match(const struct matching *m, size_t construct) {
    const struct construct *c = &m->instrument->constructs[construct];
    struct match *found = arena_array(m->arena, m->n + 1, sizeof *found);
    for (size_t i = 0; i < c->n_strategies; i++) {
        const struct strategy *s = strategies_find(m->strategies, m->arena, c->strategies[i], m->language);
        if (s)
            found[s->order].author = true;
    }
    for (size_t d = 0; d < c->n_determinants; d++) {
        size_t n;
        const struct strategy_cell *const *cells = strategies_about(m->strategies, c->determinants[d], &n);
        for (size_t i = 0; i < n; i++) {
            const struct strategy_cell **best = &found[cells[i]->order].cell;
            if (!*best || cells[i]->percent > (*best)->percent)
                *best = cells[i];
        }
    }
    return found;
}

static struct matching begin(struct arena *arena, const struct strategies *strategies, const char *language,
                             const struct instrument *instrument) {
    const char *const *codes;
    return (struct matching){arena, strategies, language, instrument,
                             strategies ? strategies_codes(strategies, &codes) : 0};
}

/* Every strategy that counts for one of the barriers; `matches` are parallel to the barriers. */
static void collect(const struct matching *m, struct offers *offers, struct match *const *matches) {
    const char *const *codes;
    if (!m->strategies)
        return;
    (void)strategies_codes(m->strategies, &codes);
    offers->list = arena_array(m->arena, m->n + 1, sizeof *offers->list);
    for (size_t s = 0; s < m->n; s++) {
        struct offer offer = {.reasons = NULL};
        for (size_t b = 0; b < offers->n_barriers; b++) {
            const struct match *found = &matches[b][s];
            if (found->cell)
                offer.cumulative += found->cell->percent;
            if (!counts(found))
                continue;
            if (!offer.reasons)
                offer.reasons = arena_array(m->arena, offers->n_barriers, sizeof *offer.reasons);
            bool level = found->cell && found->cell->percent >= OFFER_LEVEL_2;
            offer.reasons[offer.n_reasons++] =
                (struct offer_reason){offers->barriers[b], found->author, level ? found->cell : NULL};
            offers->matrix = offers->matrix || level;
        }
        if (offer.n_reasons == 0)
            continue;
        offer.strategy = strategies_find(m->strategies, m->arena, codes[s], m->language);
        offers->list[offers->n++] = offer;
    }
}

static int by_use(const void *a, const void *b) {
    const struct offer *x = a, *y = b;
    if (x->organisations != y->organisations)
        return x->organisations > y->organisations ? -1 : 1;
    if (x->n_reasons != y->n_reasons)
        return x->n_reasons > y->n_reasons ? -1 : 1;
    if (x->cumulative > y->cumulative || x->cumulative < y->cumulative)
        return x->cumulative > y->cumulative ? -1 : 1;
    return x->strategy->order < y->strategy->order ? -1 : x->strategy->order > y->strategy->order;
}

static struct match **match_all(const struct matching *m, const struct offers *offers) {
    struct match **matches = arena_array(m->arena, offers->n_barriers + 1, sizeof *matches);
    for (size_t i = 0; m->strategies && i < offers->n_barriers; i++)
        matches[i] = match(m, offers->barriers[i]);
    return matches;
}

struct offers offers_for(struct arena *arena, const struct strategies *strategies, const char *language,
                         const struct instrument *instrument, const size_t *barriers, size_t n) {
    const struct matching m = begin(arena, strategies, language, instrument);
    struct offers offers = {.lists = m.n > 0, .n_barriers = n};
    offers.barriers = arena_array(arena, n + 1, sizeof *offers.barriers);
    if (n)
        memcpy(offers.barriers, barriers, n * sizeof *barriers);
    collect(&m, &offers, match_all(&m, &offers));
    if (offers.n)
        qsort(offers.list, offers.n, sizeof *offers.list, by_use);
    return offers;
}

struct offers offers_of_organisation(struct arena *arena, const struct strategies *strategies, const char *language,
                                     const struct instrument *instrument, const struct organisation_view *view) {
    size_t *barriers = arena_array(arena, view->staff.n + 1, sizeof *barriers);
    size_t n = strongest(view->results, instrument, &view->staff, false, barriers, view->staff.n);
    return offers_for(arena, strategies, language, instrument, barriers, n);
}

/* The constructs that are a barrier somewhere, the most common first. */
static size_t common_barriers(const struct all_view *view, struct arena *arena, size_t *barriers) {
    size_t n = 0;
    size_t *hits = arena_array(arena, view->staff.n + 1, sizeof *hits);
    for (size_t i = 0; i < view->staff.n; i++) {
        const size_t c = view->staff.constructs[i], h = common_calls(view, c, false).hits;
        size_t at = n;
        if (h == 0)
            continue;
        for (; at > 0 && hits[at - 1] < h; at--) {
            hits[at] = hits[at - 1];
            barriers[at] = barriers[at - 1];
        }
        hits[at] = h;
        barriers[at] = c;
        n++;
    }
    return n;
}

struct offers offers_of_all(struct arena *arena, const struct strategies *strategies, const char *language,
                            const struct instrument *instrument, const struct all_view *view) {
    const struct matching m = begin(arena, strategies, language, instrument);
    struct offers offers = {.lists = m.n > 0};
    offers.barriers = arena_array(arena, view->staff.n + 1, sizeof *offers.barriers);
    offers.n_barriers = common_barriers(view, arena, offers.barriers);
    collect(&m, &offers, match_all(&m, &offers));
    for (size_t k = 0; k < offers.n; k++)
        for (size_t i = 0; i < view->n; i++) {
            bool serves = false;
            for (size_t r = 0; r < offers.list[k].n_reasons; r++)
                serves =
                    serves || is_barrier(&view->each[i]->groups[0].constructs[offers.list[k].reasons[r].construct]);
            offers.list[k].organisations += serves;
        }
    if (offers.n)
        qsort(offers.list, offers.n, sizeof *offers.list, by_use);
    return offers;
}

const struct offer *offers_first(const struct offers *offers, size_t construct) {
    for (size_t i = 0; i < offers->n; i++)
        for (size_t r = 0; r < offers->list[i].n_reasons; r++)
            if (offers->list[i].reasons[r].construct == construct)
                return &offers->list[i];
    return NULL;
}

static bool same_source(const struct offer_source *a, const struct offer_source *b) {
    if (!a->cell || !b->cell)
        return a->list && b->list && strcmp(a->list->name, b->list->name) == 0;
    return strcmp(a->cell->source, b->cell->source) == 0 && strcmp(a->cell->licence, b->cell->licence) == 0;
}

static void add_source(struct offer_source *list, size_t *n, struct offer_source source) {
    for (size_t i = 0; i < *n; i++)
        if (same_source(&list[i], &source))
            return;
    list[(*n)++] = source;
}

size_t offers_sources(const struct offers *offers, struct arena *arena, struct offer_source **out) {
    size_t most = 1, n = 0;
    for (size_t i = 0; i < offers->n; i++)
        most += 1 + offers->list[i].n_reasons;
    *out = arena_array(arena, most, sizeof **out);
    for (size_t i = 0; i < offers->n; i++)
        add_source(*out, &n, (struct offer_source){.list = offers->list[i].strategy->list});
    for (size_t i = 0; i < offers->n; i++)
        for (size_t r = 0; r < offers->list[i].n_reasons; r++)
            if (offers->list[i].reasons[r].cell)
                add_source(*out, &n, (struct offer_source){.cell = offers->list[i].reasons[r].cell});
    return n;
}
