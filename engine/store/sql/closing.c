/* Closing a wave: ballots out, responses and comments in, every residue removed. And reading what is then there. */
#include <stdlib.h>
#include <string.h>

#include "store/sql/database.h"

enum result store_each_ballot(struct store *s, struct id wave, bool (*each)(void *context, struct str sealed),
                              void *context) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT sealed FROM ballot WHERE wave = ?");
    statement_bind(q, "d", &wave);
    enum step step = STEP_FAILED;
    bool more = true;
    while (more && (step = statement_step(q)) == STEP_ROW)
        more = each(context, column_view(q, 0));
    store_reader_done(s, db);
    return step == STEP_DONE || !more ? RESULT_OK : RESULT_MACHINE;
}

enum result add_responses(struct database *db, struct id wave, const struct response *list, size_t n) {
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < n; i++) {
        const struct response *r = &list[i];
        struct statement *q = database_statement(
            db, "INSERT INTO response (wave, organisation, id, unit, pseudonym, answers) VALUES (?, ?, ?, ?, ?, ?)");
        statement_bind(q, "dtdtps", &wave, r->organisation, &r->id, r->unit, r->has_pseudonym ? r->pseudonym : NULL,
                       r->answers);
        result = statement_finish(q, NULL);
    }
    return result;
}

enum result add_comments(struct database *db, struct id wave, const struct comment *list, size_t n) {
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < n; i++) {
        const struct comment *c = &list[i];
        struct statement *q = database_statement(
            db, "INSERT INTO comment (wave, organisation, question, id, text) VALUES (?, ?, ?, ?, ?)");
        statement_bind(q, "dttds", &wave, c->organisation, c->question, &c->id, c->text);
        result = statement_finish(q, NULL);
    }
    return result;
}

struct emptying {
    struct id wave;
    size_t n_ballots, n_responses, n_comments;
    const struct response *responses;
    const struct comment *comments;
    const char *closed;
};

/* The wave must still be open, with exactly the ballots that were read. */
static enum result check_unmoved(struct database *db, const struct emptying *e) {
    struct statement *q = database_statement(
        db, "SELECT (SELECT state FROM wave WHERE id = ?1), (SELECT count(*) FROM ballot WHERE wave = ?1)");
    statement_bind(q, "d", &e->wave);
    if (statement_step(q) != STEP_ROW)
        return RESULT_MACHINE;
    bool unmoved = !column_is_null(q, 0) && column_int(q, 0) == WAVE_OPEN && (size_t)column_long(q, 1) == e->n_ballots;
    statement_reset(q);
    return unmoved ? RESULT_OK : RESULT_INPUT;
}

static enum result empty_wave(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct emptying *e = argument;
    enum result result = check_unmoved(db, e);
    if (result == RESULT_OK)
        result = add_responses(db, e->wave, e->responses, e->n_responses);
    if (result == RESULT_OK)
        result = add_comments(db, e->wave, e->comments, e->n_comments);
    struct statement *steps[] = {
        database_statement(db, "DELETE FROM ballot WHERE wave = ?"),
        database_statement(db, "DELETE FROM draft WHERE wave = ?"),
        database_statement(db, "UPDATE ticket SET state = 2, pseudonym = NULL WHERE wave = ?"),
        database_statement(db, "UPDATE wave SET state = 1 WHERE id = ?"),
    };
    for (size_t i = 0; result == RESULT_OK && i < sizeof steps / sizeof *steps; i++) {
        statement_bind(steps[i], "d", &e->wave);
        result = statement_finish(steps[i], NULL);
    }
    if (result == RESULT_OK) {
        struct statement *q = database_statement(db, "UPDATE wave SET closed = ? WHERE id = ?");
        statement_bind(q, "td", e->closed, &e->wave);
        result = statement_finish(q, NULL);
    }
    return result == RESULT_OK ? db->driver->forget_order(db, e->wave) : result;
}

enum result store_empty_wave(struct store *s, struct id wave, size_t n_ballots, const struct response *responses,
                             size_t n_responses, const struct comment *comments, size_t n_comments,
                             const char *closed) {
    struct emptying e = {wave, n_ballots, n_responses, n_comments, responses, comments, closed};
    return store_write_whole(s, empty_wave, &e);
}

/* The organisation is a key: where it is named, the search goes straight there. */
static struct statement *select_responses(struct database *db, const char *organisation) {
#define RESPONSE_SELECT "SELECT organisation, id, unit, pseudonym, answers FROM response WHERE wave = ?1"
    if (organisation)
        return database_statement(db, RESPONSE_SELECT " AND organisation = ?2 ORDER BY id");
    return database_statement(db, RESPONSE_SELECT " ORDER BY organisation, id");
}

enum result store_each_response(struct store *s, struct id wave, const char *organisation,
                                bool (*each)(void *context, const struct response *r), void *context) {
    struct database *db = store_reader(s);
    struct arena *arena = arena_new();
    struct statement *q = db ? select_responses(db, organisation) : NULL;
    statement_bind(q, organisation ? "dt" : "d", &wave, organisation);
    enum step step = STEP_FAILED;
    bool more = true;
    struct response r = {.organisation = NULL};
    while (more && (step = statement_step(q)) == STEP_ROW) {
        struct str name = column_view(q, 0);
        if (!r.organisation || !str_is(name, r.organisation)) { /* one copy per organisation, not per row */
            arena_free(arena);
            arena = arena_new();
            r.organisation = arena_copy(arena, name.p, name.n);
        }
        r.id = column_id(q, 1);
        r.unit = column_string(q, 2);
        r.has_pseudonym = !column_is_null(q, 3);
        column_bytes(q, 3, r.pseudonym, sizeof r.pseudonym);
        r.answers = column_view(q, 4);
        more = each(context, &r);
    }
    if (db)
        store_reader_done(s, db);
    arena_free(arena);
    return step == STEP_DONE || !more ? RESULT_OK : RESULT_MACHINE;
}

enum result store_each_comment(struct store *s, struct id wave, const char *organisation,
                               bool (*each)(void *context, const struct comment *c), void *context) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT organisation, question, id, text FROM comment WHERE wave = ?1"
                                                 " AND (?2 IS NULL OR organisation = ?2)"
                                                 " ORDER BY organisation, question, id");
    statement_bind(q, "dt", &wave, organisation);
    enum step step = STEP_FAILED;
    bool more = true;
    while (more && (step = statement_step(q)) == STEP_ROW) {
        struct comment c = {.organisation = column_string(q, 0),
                            .question = column_string(q, 1),
                            .id = column_id(q, 2),
                            .text = column_view(q, 3)};
        more = each(context, &c);
    }
    store_reader_done(s, db);
    return step == STEP_DONE || !more ? RESULT_OK : RESULT_MACHINE;
}

enum result store_each_organisation_answer(struct store *s, struct id wave,
                                           bool (*each)(void *context, const char *organisation, struct str answers),
                                           void *context) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(
        db, "SELECT organisation, answers FROM organisation_answer WHERE wave = ? ORDER BY organisation");
    statement_bind(q, "d", &wave);
    enum step step = STEP_FAILED;
    bool more = true;
    while (more && (step = statement_step(q)) == STEP_ROW)
        more = each(context, column_string(q, 0), column_view(q, 1));
    store_reader_done(s, db);
    return step == STEP_DONE || !more ? RESULT_OK : RESULT_MACHINE;
}
