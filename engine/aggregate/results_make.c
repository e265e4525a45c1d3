/* Making the aggregates: one stream over a closed wave's responses, which come ordered by organisation. An organisation
 * is counted, its groups are decided, its rows are written down, and its memory is given back before the next begins.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregate/results_inner.h"
#include "instrument/loader.h"

enum { RESPONSES_PER_ARENA = 256 };

struct making {
    const struct layout *layout;
    size_t k;
    struct arena *arena; /* lives as long as the making */
    struct arena *organisation_arena, *text_arena;
    struct answers *answers;
    struct crowd *crowd; /* NULL before the first response */
    const char *organisation;
    struct covariance **covariances;
    struct pairing *pairing; /* NULL: persons are not linked */
    struct overall *overall;
    struct row_list rows, together;
    const struct published *decided; /* before; may be none */
    size_t n_decided;
    struct published *published; /* now */
    size_t n_published, published_capacity;
    size_t n_responses;
    enum result result; /* of what was read beside the stream */
};

const struct str *published_find(const struct published *list, size_t n, const char *organisation) {
    for (size_t low = 0, high = n; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(list[middle].organisation, organisation);
        if (order == 0) {
            return &list[middle].groups;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

static void note_family(struct making *m, const char *organisation, const struct family *f, const char *const *names) {
    struct buf json = BUF_INIT;
    family_write(&json, m->layout, f, names);
    m->published = arena_grow(m->arena, m->published, m->n_published, &m->published_capacity, sizeof *m->published);
    m->published[m->n_published++] =
        (struct published){arena_string(m->arena, organisation), {arena_copy(m->arena, json.p, json.n), json.n}};
    buf_free(&json);
}

/* Decides what is told of an organisation, and notes it. */
static struct family *make_family(struct making *m, const char *organisation, struct crowd *c) {
    const struct str *decided = published_find(m->decided, m->n_decided, organisation);
    struct family *f = decided ? family_read(m->organisation_arena, m->layout, *decided, c->names, c->n_groups)
                               : family_decide(m->organisation_arena, c, m->k);
    if (!f->refined) {
        family_refine(f, c, m->k);
    }
    if (!f->has_veils) {
        veil_decide(f, c, m->k);
    }
    if (m->pairing && m->result == RESULT_OK) {
        m->result = pairing_finish(m->pairing, m->organisation_arena, organisation, c, f, decided != NULL);
    }
    note_family(m, organisation, f, c->names);
    return f;
}

/* The organisation is complete. Those without one have no figures of their own. */
static void finish_organisation(struct making *m) {
    if (!m->crowd) {
        return;
    }
    struct crowd *c = m->crowd;
    struct family *f = NULL;
    if (m->organisation[0]) {
        f = make_family(m, m->organisation, c);
        rows_of(&m->rows, m->layout, m->organisation, c->n_groups, c->names, c->tallies, f, m->k, NULL, c->paired);
    }
    overall_add(m->overall, c, f);
    arena_free(m->organisation_arena);
    m->organisation_arena = NULL;
    m->crowd = NULL;
}

static bool each_response(void *context, const struct response *r) {
    struct making *m = context;
    if (m->crowd && strcmp(m->organisation, r->organisation) != 0) {
        finish_organisation(m);
    }
    if (!m->crowd) {
        m->organisation_arena = arena_new();
        m->organisation = arena_string(m->organisation_arena, r->organisation);
        m->crowd = crowd_new(m->organisation_arena, m->layout, m->covariances);
    }
    if (m->n_responses++ % RESPONSES_PER_ARENA == 0) {
        arena_free(m->text_arena);
        m->text_arena = arena_new();
    }
    memset(m->answers->of, 0, m->layout->instrument->n_fields * sizeof *m->answers->of);
    /* A response that cannot be read counts as a blank one: the person was there. */
    if (!answers_read_json(m->answers, r->answers, m->text_arena)) {
        memset(m->answers->of, 0, m->layout->instrument->n_fields * sizeof *m->answers->of);
    }
    crowd_add(m->crowd, m->answers, r->unit ? r->unit : "");
    if (m->pairing) {
        pairing_note(m->pairing, m->crowd, r);
    }
    return m->result == RESULT_OK;
}

static bool next_row(void *context, struct aggregate *out) {
    const struct row **next = context;
    const struct row *row = *next;
    if (!row) {
        return false;
    }
    *out = (struct aggregate){.organisation = row->organisation,
                              .group = row->group,
                              .kind = kind_names[row->variable->kind],
                              .name = row->variable->name,
                              .n = row->n,
                              .counts = str_of(row->counts),
                              .statistics = str_of(row->statistics)};
    *next = row->next;
    return true;
}

static enum result store_all(struct making *m, struct store *store, const struct wave *wave,
                             const struct instrument *instrument) {
    struct aggregate_source source = {.n_responses = m->n_responses, .version = AGGREGATES_VERSION};
    memcpy(source.instrument_hash, instrument->hash, sizeof source.instrument_hash);
    if (m->n_decided == 0 && store_put_published(store, wave->id, m->published, m->n_published) != RESULT_OK) {
        return RESULT_MACHINE;
    }
    *m->together.end = m->rows.first; /* all together have the first key */
    const struct row *next = m->together.first;
    return store_put_aggregates(store, wave->id, &source, next_row, &next) == RESULT_OK ? RESULT_OK : RESULT_MACHINE;
}

static void make_covariances(struct making *m) {
    m->covariances = arena_array(m->arena, m->layout->n_variables, sizeof(struct covariance *));
    for (size_t v = 0; v < m->layout->n_variables; v++) {
        if (m->layout->variables[v].kind == KIND_CONSTRUCT) {
            m->covariances[v] =
                covariance_new(m->layout->instrument->constructs[m->layout->variables[v].index].n_items);
        }
    }
}

static void making_free(struct making *m) {
    for (size_t v = 0; v < m->layout->n_variables; v++) {
        covariance_free(m->covariances[v]);
    }
    pairing_free(m->pairing);
    overall_free(m->overall);
    buf_free(&m->rows.counts);
    buf_free(&m->rows.statistics);
    buf_free(&m->together.counts);
    buf_free(&m->together.statistics);
    arena_free(m->text_arena);
    arena_free(m->organisation_arena);
    arena_free(m->arena);
}

enum result results_make(struct store *store, const struct wave *wave, const struct instrument *instrument,
                         const struct aggregate_source *before) {
    struct arena *arena = arena_new();
    struct making m = {.layout = layout_new(arena, instrument), .k = (size_t)wave->min_group, .arena = arena};
    m.answers = answers_new(arena, instrument);
    m.rows = m.together = (struct row_list){.arena = arena, .counts = BUF_INIT, .statistics = BUF_INIT};
    m.rows.end = &m.rows.first;
    m.together.end = &m.together.first;
    m.overall = overall_new(m.layout, m.k);
    make_covariances(&m);
    struct published *decided = NULL;
    enum result result = store_list_published(store, arena, wave->id, &decided, &m.n_decided);
    m.decided = decided;
    if (result == RESULT_OK) {
        result = pairing_new(&m.pairing, store, wave, m.layout);
    }
    if (result == RESULT_OK) {
        result = store_each_response(store, wave->id, NULL, each_response, &m);
    }
    if (result == RESULT_OK) {
        finish_organisation(&m);
        result = m.result;
    }
    /* When the responses were deleted on purpose, what was made from them stays. */
    bool gone = m.n_responses == 0 && before && before->n_responses > 0;
    if (result == RESULT_OK && !gone) {
        const struct family *f = overall_rows(m.overall, arena, &m.together, published_find(decided, m.n_decided, ""));
        note_family(&m, "", f, m.layout->group_names);
        result = store_all(&m, store, wave, instrument);
    }
    making_free(&m);
    return result == RESULT_OK ? RESULT_OK : RESULT_MACHINE;
}

enum result results_ensure(struct store *store, const struct wave *wave, const struct instrument *instrument) {
    struct aggregate_source source = {.version = 0};
    enum result found = store_get_aggregate_source(store, wave->id, &source);
    if (found == RESULT_MACHINE) {
        return RESULT_MACHINE;
    }
    if (found == RESULT_OK && source.version == AGGREGATES_VERSION &&
        memcmp(source.instrument_hash, instrument->hash, sizeof source.instrument_hash) == 0) {
        return RESULT_OK;
    }
    return results_make(store, wave, instrument, found == RESULT_OK ? &source : NULL);
}

enum result wave_load_instrument(const struct instrument **out, struct store *store, struct id wave, const char *name,
                                 struct findings *findings) {
    struct arena *arena = arena_new();
    struct wave_file *files = NULL;
    size_t n = 0;
    enum result result = store_list_wave_files(store, arena, wave, &files, &n);
    if (result == RESULT_OK) {
        struct instrument_file *pinned = arena_array(arena, n, sizeof *pinned);
        for (size_t i = 0; i < n; i++) {
            pinned[i] = (struct instrument_file){files[i].language, files[i].text};
        }
        result = instrument_parse(out, name, pinned, n, findings);
    }
    arena_free(arena);
    return result;
}
