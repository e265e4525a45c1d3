/* Closing a wave: the box is opened once, its ballots become responses in a new random order, and what could open it
 * again is destroyed. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/ballot.h"
#include "collect/coarsen.h"
#include "collect/inside.h"
#include "store/engines.h"

struct closing_work {
    struct arena *arena;
    const struct known_wave *known;
    struct wave_key key;
    struct answers *answers; /* one, used for every ballot */
    struct response *responses;
    size_t n_ballots, n_responses, capacity, unreadable;
    struct comment_list comments;
    size_t *response_of_comment, comment_capacity; /* which response a comment came with: forgotten before storing */
};

static void clear_answers(struct answers *answers) {
    memset(answers->of, 0, answers->instrument->n_fields * sizeof *answers->of);
}

static bool count_ballot(void *context, struct str sealed) {
    (void)sealed;
    ++*(size_t *)context;
    return true;
}

static bool take_ballot(void *context, struct str sealed) {
    struct closing_work *w = context;
    struct arena *opened = arena_new();
    struct str content;
    struct ballot_content ballot;
    w->n_ballots++;
    clear_answers(w->answers);
    if (ballot_open(opened, w->key.public_key, w->key.secret_key, sealed, &content) &&
        ballot_read(opened, content, &ballot) && answers_read_json(w->answers, ballot.answers, opened)) {
        w->responses = arena_grow(w->arena, w->responses, w->n_responses, &w->capacity, sizeof *w->responses);
        struct response *r = &w->responses[w->n_responses];
        *r = (struct response){.organisation = arena_string(w->arena, ballot.organisation),
                               .unit = arena_string(w->arena, ballot.unit),
                               .has_pseudonym = ballot.has_pseudonym};
        if (r->has_pseudonym)
            r->has_pseudonym = pseudonym_open(w->key.public_key, w->key.secret_key, ballot.pseudonym, r->pseudonym);
        size_t before = w->comments.n;
        split_answers(w->arena, w->answers, r->organisation, r, &w->comments);
        for (size_t i = before; i < w->comments.n; i++) {
            w->response_of_comment =
                arena_grow(w->arena, w->response_of_comment, i, &w->comment_capacity, sizeof(size_t));
            w->response_of_comment[i] = w->n_responses;
        }
        w->n_responses++;
    } else {
        w->unreadable++;
    }
    arena_free(opened);
    return true;
}

static const char *parent_of(void *context, const char *code) {
    const struct organisation *o = known_organisation(context, code);
    return o && o->parent[0] ? o->parent : NULL;
}

static int by_cell(const void *a, const void *b) {
    const struct response *x = *(const struct response *const *)a, *y = *(const struct response *const *)b;
    int order = strcmp(x->organisation, y->organisation);
    return order ? order : strcmp(x->unit, y->unit);
}

/* Gives every response the label its cell keeps; returns how many are destroyed. Their comments go with them. */
static size_t coarsen_responses(struct closing_work *w, size_t k) {
    struct response **sorted = arena_array(w->arena, w->n_responses + 1, sizeof *sorted);
    struct cell *cells = arena_array(w->arena, w->n_responses + 1, sizeof *cells);
    size_t *cell_of = arena_array(w->arena, w->n_responses + 1, sizeof *cell_of);
    size_t n = 0;
    for (size_t i = 0; i < w->n_responses; i++)
        sorted[i] = &w->responses[i];
    if (w->n_responses)
        qsort(sorted, w->n_responses, sizeof *sorted, by_cell);
    for (size_t i = 0; i < w->n_responses; i++) {
        if (i == 0 || by_cell(&sorted[i - 1], &sorted[i]) != 0)
            cells[n++] = (struct cell){.organisation = sorted[i]->organisation, .unit = sorted[i]->unit};
        cells[n - 1].n++;
        cell_of[sorted[i] - w->responses] = n - 1;
    }
    coarsen_organisations(cells, n, k, parent_of, (void *)(uintptr_t)w->known);
    size_t kept_comments = 0, kept = 0, destroyed = 0;
    for (size_t i = 0; i < w->comments.n; i++) {
        const struct cell *cell = &cells[cell_of[w->response_of_comment[i]]];
        w->comments.list[i].organisation = cell->organisation;
        if (!cell->destroyed)
            w->comments.list[kept_comments++] = w->comments.list[i];
    }
    w->comments.n = kept_comments;
    for (size_t i = 0; i < w->n_responses; i++) {
        const struct cell *cell = &cells[cell_of[i]];
        w->responses[i].organisation = cell->organisation;
        w->responses[i].unit = cell->unit;
        if (cell->destroyed)
            destroyed++;
        else
            w->responses[kept++] = w->responses[i];
    }
    w->n_responses = kept;
    return destroyed;
}

/* One attempt: RESULT_INPUT when a ballot came in between reading and storing. */
static enum result empty_once(struct collect *c, const struct wave *wave, const struct wave_key *key,
                              struct closing *out) {
    const struct known_wave *known = collect_know(c, wave);
    if (!known)
        return RESULT_MACHINE;
    struct closing_work w = {.arena = arena_new(), .known = known, .key = *key};
    w.answers = answers_new(w.arena, known->instrument);
    size_t ballots = 0;
    enum result result = store_each_ballot(c->store, wave->id, count_ballot, &ballots);
    size_t destroyed = ballots;
    if (result == RESULT_OK && ballots >= (size_t)wave->min_group) {
        result = store_each_ballot(c->store, wave->id, take_ballot, &w);
        ballots = w.n_ballots;
        destroyed = coarsen_responses(&w, (size_t)wave->min_group) + w.unreadable;
    }
    order_responses(w.responses, w.n_responses);
    order_comments(w.comments.list, w.comments.n);
    if (result == RESULT_OK)
        result = store_empty_wave(c->store, wave->id, ballots, w.responses, w.n_responses, w.comments.list,
                                  w.comments.n, clock_today().text);
    *out = (struct closing){ballots, w.n_responses, destroyed, w.comments.n, false};
    sodium_memzero(&w.key, sizeof w.key);
    arena_free(w.arena);
    return result;
}

/* Now? Somebody else may have closed it in the meantime. */
static bool is_in(struct collect *c, struct id wave, enum wave_state state) {
    struct arena *arena = arena_new();
    struct wave now;
    bool is = store_get_wave(c->store, arena, wave, &now) == RESULT_OK && now.state == state;
    arena_free(arena);
    return is;
}

/* The key goes first: what is left of the ballots until the scrubbing is done cannot be opened any more. */
enum result finish_closing(struct collect *c, struct id wave, struct findings *findings) {
    enum result result = key_destroy(c->keys, wave, findings);
    if (result == RESULT_OK)
        result = store_scrub(c->store);
    if (result == RESULT_OK)
        result = store_mark_closed(c->store, wave);
    return result == RESULT_INPUT && is_in(c, wave, WAVE_CLOSED) ? RESULT_OK : result; /* another engine was first */
}

/* Off the sheet, if there is one, else from this machine. Whoever has closed the wave in the meantime has destroyed its
 * key: that is no fault of the key. */
static bool read_key(struct collect *c, const struct wave *wave, const char *sheet, struct wave_key *key,
                     struct findings *findings) {
    struct findings *own = findings_new();
    bool good = sheet ? sheet_read(wave, sheet, key, own) : key_read(c->keys, wave->id, key, own) == RESULT_OK;
    if (good && key->locked) {
        finding_add(own, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "key_taken", "value", wave->label, NULL);
        good = false;
    }
    if (!good && !is_in(c, wave->id, WAVE_OPEN))
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "wave_not_open", "value", wave->label, NULL);
    else if (findings)
        findings_add_all(findings, own);
    findings_free(own);
    return good;
}

enum result collect_close_wave(struct collect *c, const struct wave *wave, const char *sheet, struct closing *out,
                               struct findings *findings) {
    struct wave_key key;
    enum result result = wave->state == WAVE_CLOSED ? RESULT_INPUT : RESULT_OK;
    if (wave->state == WAVE_OPEN) {
        if (!read_key(c, wave, sheet, &key, findings))
            return RESULT_INPUT;
        do /* answers may still be coming in: then they are read too */
            result = empty_once(c, wave, &key, out);
        while (result == RESULT_INPUT && is_in(c, wave->id, WAVE_OPEN));
        sodium_memzero(&key, sizeof key);
    }
    if (result == RESULT_INPUT)
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "wave_not_open", "value", wave->label, NULL);
    if (result == RESULT_OK)
        result = finish_closing(c, wave->id, findings);
    if (result == RESULT_OK && wave->state == WAVE_EMPTIED && store_shares(c->store)) {
        /* another engine is closing it, or died over it: it is closed, and how many answered was that one's to say */
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "wave_not_open", "value", wave->label, NULL);
        return RESULT_INPUT;
    }
    if (result == RESULT_OK && wave->state == WAVE_OPEN && out->ballots < (size_t)wave->min_group)
        finding_add(findings, SEVERITY_WARNING, (struct place){NULL, 0, 0}, "wave_too_small", "value", wave->label,
                    NULL);
    out->cleaning = result == RESULT_OK && !is_in(c, wave->id, WAVE_CLOSED);
    if (out->cleaning)
        finding_add(findings, SEVERITY_WARNING, (struct place){NULL, 0, 0}, "wave_cleaning", "value", wave->label,
                    NULL);
    return result;
}
