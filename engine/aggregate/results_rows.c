/* From tallies to rows of the aggregate tables. A row holds no more than may be shown at its size: from the minimum on
 * means and shares, from twice the minimum on counts, deviations and agreement. So what stays when responses are
 * deleted says nothing about fewer. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/results_inner.h"
#include "base/json.h"

static void put(struct json_writer *w, const char *name, double x) {
    if (isfinite(x)) {
        json_key(w, name);
        json_number(w, x);
    }
}

struct shares { /* means over those of the parts that are known */
    struct moments favourable, neutral, unfavourable;
};

static void put_shares(struct json_writer *w, const struct shares *s) {
    put(w, "favourable", moments_mean(&s->favourable));
    put(w, "neutral", moments_mean(&s->neutral));
    put(w, "unfavourable", moments_mean(&s->unfavourable));
}

static void put_counts(struct json_writer *w, const struct layout *l, size_t variable, const uint32_t *counts) {
    const struct scale *s = layout_scale(l, variable);
    const char *const *codes = l->codes + l->count_at[variable];
    for (size_t p = 0; p < s->n_points + s->n_not_applicable; p++) {
        if (counts[p] > 0) {
            json_key(w, codes[p]);
            json_number(w, counts[p]);
        }
    }
}

struct group { /* of which rows are made */
    const struct layout *layout;
    const struct tally *tally;
    const struct family *family;
    size_t index;
    size_t k;
    bool together; /* a group over all organisations: no agreement */
    const struct extras *extras;
    const struct moments *pairs; /* per variable; NULL but for the whole */
    /* Per variable, found once: */
    enum detail *detail;
    struct item_summary *items; /* of items that are told */
    struct shares *shares;      /* of constructs that are told */
};

static enum detail find_detail(const struct group *g, size_t variable) {
    if (!family_has(g->family, variable, g->index)) {
        return DETAIL_NOTHING;
    }
    size_t n = tally_answered(g->layout, g->tally, variable);
    enum detail detail = disclose_detail(n, g->k, tally_unanimous(g->layout, g->tally, variable));
    return detail == DETAIL_FULL && !family_details(g->family, variable, g->index, n, g->k) ? DETAIL_MEAN : detail;
}

static bool is_veiled(const struct group *g, size_t variable) {
    return g->family->veiled[variable * g->family->n_groups + g->index];
}

/* Do the shares of an item give its mean? Where no side has more than one point. */
static bool shares_give_mean(const struct layout *l, size_t variable) {
    const struct scale *s = layout_scale(l, variable);
    size_t points[3] = {0, 0, 0};
    for (size_t p = 0; p < s->n_points; p++) {
        points[1 + l->side[l->count_at[variable] + p]]++;
    }
    return points[0] <= 1 && points[1] <= 1 && points[2] <= 1;
}

/* Are the shares of an item told? */
static bool has_shares(const struct group *g, size_t variable) {
    return g->detail[variable] != DETAIL_NOTHING && !(is_veiled(g, variable) && shares_give_mean(g->layout, variable));
}

/* Instead of the mean: a reader must know what is withheld. 1: the mean; 2: the shares, too. */
static void put_veil(struct json_writer *w, bool has_shares) {
    json_key(w, "veiled");
    json_number(w, has_shares ? 1 : 2);
}

/* An item with all its counts says everything; under twice the minimum, or veiled, only what follows from them and may
 * be told is kept. */
static void write_item(struct row_list *rows, const struct group *g, size_t v, enum detail detail) {
    struct json_writer counts = {.out = &rows->counts}, w = {.out = &rows->statistics};
    const struct layout *l = g->layout;
    const uint32_t *at = g->tally->counts + l->count_at[v];
    json_open(&counts, '{');
    json_open(&w, '{');
    if (detail == DETAIL_FULL && !is_veiled(g, v)) {
        put_counts(&counts, l, v, at);
    } else {
        const struct item_summary *s = &g->items[v];
        if (is_veiled(g, v)) {
            put_veil(&w, has_shares(g, v));
        } else {
            put(&w, "mean", moments_mean(&s->moments));
        }
        if (has_shares(g, v) && isfinite(s->favourable)) {
            put(&w, "n_favourable", (double)s->n_favourable);
            put(&w, "n_unfavourable", (double)s->n_unfavourable);
        }
    }
    const struct item *item = &l->instrument->items[l->variables[v].index];
    const struct extras *extras = g->extras ? &g->extras[l->of_construct[item->construct]] : NULL;
    if (extras && detail == DETAIL_FULL) {
        size_t within = l->variables[v].index - l->instrument->constructs[item->construct].first_item;
        put(&w, "item_rest", item_rest(extras->covariance, within));
        put(&w, "alpha_without", alpha_without(extras->covariance, within));
    }
    json_close(&w, '}');
    json_close(&counts, '}');
}

static void shares_add(struct shares *s, double favourable, double neutral, double unfavourable) {
    if (!isnan(favourable)) {
        moments_add(&s->favourable, favourable);
        moments_add(&s->neutral, neutral);
        moments_add(&s->unfavourable, unfavourable);
    }
}

/* Shares of a construct: the mean over its items whose own are told for this group; an item that may not be shown must
 * not be found as the difference. */
static struct shares construct_shares(const struct group *g, const struct construct *c) {
    struct shares s = {{0}, {0}, {0}};
    for (size_t i = 0; i < c->n_items; i++) {
        size_t v = g->layout->of_item[c->first_item + i];
        if (has_shares(g, v)) {
            const struct item_summary *item = &g->items[v];
            shares_add(&s, item->favourable, item->neutral, item->unfavourable);
        }
    }
    return s;
}

/* Agreement, over the items that are published in full. */
static void write_agreement(struct row_list *rows, struct json_writer *w, const struct group *g,
                            const struct construct *c) {
    double *variances = arena_array(rows->arena, c->n_items, sizeof *variances);
    struct moments deviations = {0};
    size_t n = 0;
    for (size_t i = 0; i < c->n_items; i++) {
        size_t v = g->layout->of_item[c->first_item + i];
        if (g->detail[v] == DETAIL_FULL) {
            variances[n++] = moments_variance(&g->items[v].moments);
            moments_add(&deviations, g->items[v].ad);
        }
    }
    put(w, "rwgj", rwgj(variances, n, c->scale->n_points));
    put(w, "ad", moments_mean(&deviations));
    if (n != c->n_items) { /* usually all of them */
        json_key(w, "agreement_items");
        json_number(w, (double)n);
    }
}

static void write_moments(struct json_writer *w, const struct moments *m, enum detail detail) {
    put(w, "mean", moments_mean(m));
    if (detail == DETAIL_FULL) {
        put(w, "sd", moments_sd(m));
    }
}

static void write_pairs(struct json_writer *w, const struct moments *differences, size_t k) {
    if (differences->n > 0) {
        put(w, "change", differences->mean);
        put(w, "change_pairs", (double)differences->n);
    }
    if (differences->n >= 2 * k) {
        put(w, "change_sd", moments_sd(differences));
    }
}

static void write_construct(struct row_list *rows, const struct group *g, size_t v, enum detail detail) {
    struct json_writer w = {.out = &rows->statistics};
    const struct construct *c = &g->layout->instrument->constructs[g->layout->variables[v].index];
    json_open(&w, '{');
    write_moments(&w, &g->tally->moments[v], detail);
    put_shares(&w, &g->shares[v]);
    if (detail == DETAIL_FULL && !g->together) {
        write_agreement(rows, &w, g, c);
    }
    if (detail == DETAIL_FULL && g->extras) {
        const struct extras *e = &g->extras[v];
        put(&w, "icc1", e->anova.icc1);
        put(&w, "icc2", e->anova.icc2);
        put(&w, "f", e->anova.f);
        put(&w, "p", e->anova.p);
        put(&w, "alpha", e->alpha);
        put(&w, "omega", e->omega);
    }
    if (g->pairs) {
        write_pairs(&w, &g->pairs[v], g->k);
    }
    json_close(&w, '}');
}

/* Shares of a domain at a level: the mean over its constructs that are published. */
static void write_domain(struct row_list *rows, const struct group *g, size_t v, enum detail detail) {
    struct json_writer w = {.out = &rows->statistics};
    const struct instrument *in = g->layout->instrument;
    size_t index = g->layout->variables[v].index;
    struct shares all = {{0}, {0}, {0}};
    for (size_t k = 0; k < in->n_constructs; k++) {
        size_t of = g->layout->of_construct[k];
        if (g->layout->domain_of[k] == index && g->detail[of] != DETAIL_NOTHING) {
            const struct shares *s = &g->shares[of];
            shares_add(&all, moments_mean(&s->favourable), moments_mean(&s->neutral), moments_mean(&s->unfavourable));
        }
    }
    json_open(&w, '{');
    if (is_veiled(g, v)) {
        put_veil(&w, true);
    } else {
        write_moments(&w, &g->tally->moments[v], detail);
    }
    put_shares(&w, &all);
    json_close(&w, '}');
}

static void append(struct row_list *rows, const struct row *row) {
    struct row *copy = arena_alloc(rows->arena, sizeof *copy);
    *copy = *row;
    copy->counts = rows->counts.n > 2 ? arena_copy(rows->arena, rows->counts.p, rows->counts.n) : "{}";
    copy->statistics = rows->statistics.n > 2 ? arena_copy(rows->arena, rows->statistics.p, rows->statistics.n) : "{}";
    *rows->end = copy;
    rows->end = &copy->next;
}

/* Appends the row of one variable, unless nothing of it is published. Of the response itself there always is one. */
static void append_variable(struct row_list *rows, const struct group *g, const char *organisation, const char *name,
                            size_t v) {
    const struct layout *l = g->layout;
    enum detail detail = g->detail[v];
    if (detail == DETAIL_NOTHING && v > 0) {
        return;
    }
    buf_clear(&rows->counts);
    buf_clear(&rows->statistics);
    switch (l->variables[v].kind) {
    case KIND_RESPONSE:
        break;
    case KIND_ITEM:
        write_item(rows, g, v, detail);
        break;
    case KIND_CONSTRUCT:
        write_construct(rows, g, v, detail);
        break;
    case KIND_DOMAIN:
        write_domain(rows, g, v, detail);
        break;
    }
    int n = detail == DETAIL_NOTHING ? -1 : (int)tally_answered(l, g->tally, v);
    append(rows, &(struct row){.organisation = organisation, .group = name, .variable = &l->variables[v], .n = n});
}

/* What several rows are made from: items first, constructs from them. */
static void find_figures(struct group *g) {
    const struct layout *l = g->layout;
    for (size_t v = 0; v < l->n_variables; v++) {
        g->detail[v] = find_detail(g, v);
        if (g->detail[v] == DETAIL_NOTHING) {
            continue;
        }
        if (l->variables[v].kind == KIND_ITEM) {
            g->items[v] = item_summary(l, v, g->tally->counts + l->count_at[v]);
        } else if (l->variables[v].kind == KIND_CONSTRUCT) {
            g->shares[v] = construct_shares(g, &l->instrument->constructs[l->variables[v].index]);
        }
    }
}

static int compare_names(const void *a, const void *b, void *context) {
    const char *const *names = context;
    return strcmp(names[*(const size_t *)a], names[*(const size_t *)b]);
}

/* In the order of the table's key, which the database takes fastest. */
void rows_of(struct row_list *rows, const struct layout *l, const char *organisation, size_t n_groups,
             const char *const *names, struct tally *const *tallies, const struct family *f, size_t k,
             const struct extras *extras, const struct moments *pairs) {
    struct arena *scratch = arena_new();
    size_t *order = arena_array(scratch, n_groups, sizeof *order);
    for (size_t i = 0; i < n_groups; i++) {
        order[i] = i;
    }
    qsort_r(order, n_groups, sizeof *order, compare_names, (void *)(uintptr_t)names);
    organisation = arena_string(rows->arena, organisation);
    struct group g = {.layout = l, .family = f, .k = k, .together = extras != NULL};
    g.detail = arena_array(scratch, l->n_variables, sizeof *g.detail);
    g.items = arena_array(scratch, l->n_variables, sizeof *g.items);
    g.shares = arena_array(scratch, l->n_variables, sizeof *g.shares);
    for (size_t at = 0; at < n_groups; at++) {
        size_t i = order[at];
        if (!tallies[i] || tallies[i]->n == 0) {
            continue;
        }
        g.tally = tallies[i];
        g.index = i;
        g.extras = i == 0 ? extras : NULL;
        g.pairs = i == 0 ? pairs : NULL;
        find_figures(&g);
        const char *name = i < l->n_fixed ? l->group_names[i] : arena_string(rows->arena, names[i]);
        for (size_t v = 0; v < l->n_variables; v++) {
            append_variable(rows, &g, organisation, name, l->by_key[v]);
        }
    }
    arena_free(scratch);
}
