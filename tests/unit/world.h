/* A small world for the tests of results: a database in a temporary folder, an instrument, a closed wave. */
#ifndef READINESS_TESTS_WORLD_H
#define READINESS_TESTS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "both_stores.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aggregate/results.h"
#include "base/arena.h"
#include "instrument/loader.h"
#include "store/store.h"

/* A small world: a database, an instrument, a closed wave. */

static const char small_instrument[] =
    "[survey]\nschema = 1\nname = small\nversion = 1\ntitle = \"Small: ${innovation}\"\nlanguage = en\nlicence = "
    "CC-BY-4.0\n"
    "[placeholder.innovation]\ndefault = \"the new practice\"\n"
    "[scale.agree5]\n1 = Never\n2 = Seldom\n3 = Sometimes\n4 = Often\n5 = Always\nna = Does not apply\n"
    "unsure = \"No idea\"\nfavourable = 4, 5\nunfavourable = 1, 2\n"
    "[domain.inner]\nlabel = Inner setting\n"
    "[construct.lead]\nlabel = Leaders\ndomain = inner\nlevel = organisation\nanswered_by = both\nscale = agree5\n"
    "item.lead1 = \"Leaders make time.\"\nitem.lead2 = \"Leaders do not help.\"\nitem.lead2.reverse = yes\n"
    "[construct.burden]\nlabel = Burden\ndomain = inner\nlevel = organisation\nanswered_by = staff\nscale = agree5\n"
    "higher = barrier\nitem.bur1 = \"It costs me time.\"\nitem.bur2 = \"It tires me.\"\n"
    "[construct.money]\nlabel = Money\ndomain = inner\nlevel = organisation\nanswered_by = organisation\nscale = "
    "agree5\n"
    "item.mon1 = \"There is money.\"\nitem.mon2 = \"There is none.\"\nitem.mon2.reverse = yes\n"
    "[question.role]\ntype = choice\nlabel = \"Your role?\"\nchoices = boss: \"Boss\" | staff: \"Staff\" | other: "
    "\"Other\"\n"
    "group = yes\n"
    "[question.site]\ntype = choice\nlabel = \"Your site?\"\nchoices = east: \"East\" | west: \"West\"\ngroup = yes\n"
    "[question.obstacle]\ntype = text\nlabel = \"What stands in the way?\"\nrows = 3\ncomment = yes\n";

struct world {
    struct arena *arena;
    char folder[64];
    struct store *store;
    struct findings *findings;
    const struct instrument *instrument;
    struct instrument_file file;
    struct assessment assessment;
    struct wave wave;
    struct response *responses;
    size_t n_responses, response_capacity;
    struct comment *comments;
    size_t n_comments, comment_capacity;
    struct organisation *organisations;
    struct invited *invited;
    size_t n_organisations, organisation_capacity, invited_capacity;
};

static inline struct world *world_new(const char *instrument) {
    struct arena *arena = arena_new();
    struct world *w = arena_alloc(arena, sizeof *w);
    w->arena = arena;
    w->findings = findings_new();
    snprintf(w->folder, sizeof w->folder, "/tmp/readiness-results-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    char url[256];
    assert_true(new_database(url, sizeof url, w->folder));
    assert_int_equal(store_open(&w->store, url, w->findings), RESULT_OK);
    w->file = (struct instrument_file){"", str_of(instrument)};
    enum result parsed = instrument_parse(&w->instrument, "small", &w->file, 1, w->findings);
    for (size_t i = 0; parsed != RESULT_OK && i < findings_total(w->findings); i++) {
        print_error("line %d: %s\n", findings_at(w->findings, i)->place.line, findings_at(w->findings, i)->code);
    }
    assert_int_equal(parsed, RESULT_OK);
    w->assessment = (struct assessment){
        .id = id_new(), .name = "a", .title = "A", .instrument = "small", .min_group = 5, .min_comments = 10};
    return w;
}

static inline void world_free(struct world *w) {
    store_close(w->store);
    drop_database();
    instrument_release(w->instrument);
    findings_free(w->findings);
    const char *files[] = {"r.db", "r.db-wal", "r.db-shm", "r.db.lock", "lock", "r.db-journal"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        unlink(arena_printf(w->arena, "%s/%s", w->folder, files[i]));
    }
    rmdir(w->folder);
    arena_free(w->arena);
}

static inline void add_organisation(struct world *w, const char *code, int invited, int answered) {
    w->organisations =
        arena_grow(w->arena, w->organisations, w->n_organisations, &w->organisation_capacity, sizeof *w->organisations);
    w->invited = arena_grow(w->arena, w->invited, w->n_organisations, &w->invited_capacity, sizeof *w->invited);
    w->organisations[w->n_organisations] = (struct organisation){
        .code = code, .name = arena_printf(w->arena, "The %s", code), .parent = "", .language = "", .headcount = -1};
    w->invited[w->n_organisations++] = (struct invited){code, invited, answered, false};
}

static inline void add_response(struct world *w, const char *organisation, const char *unit, const char *json) {
    w->responses = arena_grow(w->arena, w->responses, w->n_responses, &w->response_capacity, sizeof *w->responses);
    w->responses[w->n_responses++] = (struct response){
        .id = id_new(), .organisation = organisation, .unit = unit, .answers = str_of(arena_string(w->arena, json))};
}

static inline void add_comment(struct world *w, const char *organisation, const char *text) {
    w->comments = arena_grow(w->arena, w->comments, w->n_comments, &w->comment_capacity, sizeof *w->comments);
    w->comments[w->n_comments++] =
        (struct comment){.id = id_new(), .organisation = organisation, .question = "obstacle", .text = str_of(text)};
}

static inline int by_organisation(const void *a, const void *b) {
    const struct response *x = a, *y = b;
    int order = strcmp(x->organisation, y->organisation);
    return order ? order : memcmp(x->id.bytes, y->id.bytes, sizeof x->id.bytes);
}

static inline void store_world(struct world *w) {
    if (w->n_responses) {
        qsort(w->responses, w->n_responses, sizeof *w->responses, by_organisation);
    }
    assert_int_equal(store_add_assessment(w->store, &w->assessment, NULL, 0), RESULT_OK);
    assert_int_equal(store_put_organisations(w->store, w->assessment.id, w->organisations, w->n_organisations),
                     RESULT_OK);
    w->wave = (struct wave){.id = id_new(),
                            .assessment = w->assessment.id,
                            .label = "1",
                            .state = WAVE_CLOSED,
                            .opened = "2027-01-01",
                            .until = "",
                            .closed = "2027-01-31",
                            .mode = w->assessment.mode,
                            .min_group = w->assessment.min_group,
                            .min_comments = w->assessment.min_comments,
                            .imported = true};
    memcpy(w->wave.instrument_hash, w->instrument->hash, sizeof w->wave.instrument_hash);
    const struct wave_file pinned = {w->file.language, w->file.text};
    assert_int_equal(store_import_wave(w->store, &w->wave, &pinned, 1, w->responses, w->n_responses, w->comments,
                                       w->n_comments, w->invited, w->n_organisations),
                     RESULT_OK);
}

/* Another wave of the same assessment and instrument, with the answers added since. */
static inline void store_next_world(struct world *w) {
    if (w->n_responses) {
        qsort(w->responses, w->n_responses, sizeof *w->responses, by_organisation);
    }
    w->wave.id = id_new();
    w->wave.number = 0;
    w->wave.label = arena_printf(w->arena, "after %s", w->wave.label);
    const struct wave_file pinned = {"", w->file.text};
    assert_int_equal(store_import_wave(w->store, &w->wave, &pinned, 1, w->responses, w->n_responses, NULL, 0, NULL, 0),
                     RESULT_OK);
}

static inline struct results *open_results(struct world *w) {
    struct results *r = NULL;
    assert_int_equal(results_open(&r, w->store, &w->assessment, &w->wave, w->findings), RESULT_OK);
    return r;
}

static inline struct organisation_results *read_organisation(struct world *w, struct results *r, const char *code) {
    const struct organisation_head *heads;
    size_t n = results_organisations(r, &heads);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(heads[i].code, code) == 0) {
            struct organisation_results *o;
            assert_int_equal(results_organisation(r, w->arena, i, &o), RESULT_OK);
            return o;
        }
    }
    fail_msg("no organisation %s", code);
    return NULL;
}

static inline struct organisation_results *read_overall(struct world *w, struct results *r) {
    struct organisation_results *o;
    assert_int_equal(results_overall(r, w->arena, &o), RESULT_OK);
    return o;
}

static inline const struct group_results *group_of(const struct organisation_results *o, const char *question,
                                                   const char *value) {
    for (size_t g = 0; g < o->n_groups; g++) {
        if (strcmp(o->groups[g].question, question) == 0 && strcmp(o->groups[g].value, value) == 0) {
            return &o->groups[g];
        }
    }
    fail_msg("no group %s=%s", question, value);
    return NULL;
}

static inline void assert_value(struct cell cell, double want) {
    if (cell.state != CELL_VALUE || !(fabs(cell.value - want) <= 1e-9)) {
        fail_msg("state %d, value %.17g, want %.17g", (int)cell.state, cell.value, want);
    }
}

static inline void assert_withheld(struct cell cell) {
    assert_int_equal(cell.state, CELL_WITHHELD);
}

static inline void assert_none(struct cell cell) {
    assert_int_equal(cell.state, CELL_NONE);
}

#endif
