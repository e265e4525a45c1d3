/* Closing a wave: ballots out, responses and comments in, every residue removed. And reading what is then there. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/sqlite/database.h"

enum result store_each_ballot(struct store *s, struct id wave, bool (*each)(void *context, struct str sealed),
                              void *context) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    sqlite3_stmt *q = database_statement(db, "SELECT sealed FROM ballot WHERE wave = ?");
    statement_bind(q, "d", &wave);
    int code = SQLITE_ERROR;
    bool more = true;
    while (more && (code = statement_step(q)) == SQLITE_ROW)
        more = each(context, column_view(q, 0));
    store_reader_done(s, db);
    return code == SQLITE_DONE || !more ? RESULT_OK : RESULT_MACHINE;
}

enum result add_responses(struct database *db, struct id wave, const struct response *list, size_t n) {
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < n; i++) {
        const struct response *r = &list[i];
        sqlite3_stmt *q = database_statement(
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
        sqlite3_stmt *q = database_statement(
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
    sqlite3_stmt *q = database_statement(
        db, "SELECT (SELECT state FROM wave WHERE id = ?1), (SELECT count(*) FROM ballot WHERE wave = ?1)");
    statement_bind(q, "d", &e->wave);
    if (statement_step(q) != SQLITE_ROW)
        return RESULT_MACHINE;
    bool unmoved = sqlite3_column_type(q, 0) == SQLITE_INTEGER && sqlite3_column_int(q, 0) == WAVE_OPEN &&
                   (size_t)sqlite3_column_int64(q, 1) == e->n_ballots;
    sqlite3_reset(q);
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
    sqlite3_stmt *steps[] = {
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
        sqlite3_stmt *q = database_statement(db, "UPDATE wave SET closed = ? WHERE id = ?");
        statement_bind(q, "td", e->closed, &e->wave);
        result = statement_finish(q, NULL);
    }
    return result;
}

enum result store_empty_wave(struct store *s, struct id wave, size_t n_ballots, const struct response *responses,
                             size_t n_responses, const struct comment *comments, size_t n_comments,
                             const char *closed) {
    struct emptying e = {wave, n_ballots, n_responses, n_comments, responses, comments, closed};
    return store_write_whole(s, empty_wave, &e);
}

/* Cleaning. VACUUM writes every table anew, a checkpoint then brings that into the database file and cuts the journal
 * off. The checkpoint has to wait for whoever still reads an old state, be it another program for hours: so each try is
 * short, the writer goes on with its work in between, and what is to follow the cleaning is kept until then. All of it
 * runs on the writer's thread. */
enum { TRY_AT_ONCE = 1000, TRY_AGAIN = 200, BETWEEN_TRIES = 2000 /* ms */ };

/* A wave that is closed as soon as the database is clean. */
struct finished {
    struct finished *next;
    struct id wave;
};

static enum result mark_one(struct database *db, const struct id *wave) {
    sqlite3_stmt *q = database_statement(db, "UPDATE wave SET state = 2 WHERE id = ? AND state = 1");
    statement_bind(q, "d", wave);
    return statement_finish_one(q);
}

static bool cut_journal(struct database *db) {
    sqlite3_stmt *q = database_statement(db, "PRAGMA wal_checkpoint(TRUNCATE)");
    bool cut = statement_step(q) == SQLITE_ROW && sqlite3_column_int(q, 0) == 0;
    sqlite3_reset(q);
    return cut;
}

/* One try, which waits for readers at most so many milliseconds. */
static void try_to_clean(struct store *s, int wait) {
    sqlite3_busy_timeout(s->writer->handle, wait);
    s->rewritten = s->rewritten || database_run(s->writer, "VACUUM") == RESULT_OK;
    bool clean = s->rewritten && cut_journal(s->writer);
    sqlite3_busy_timeout(s->writer->handle, BUSY_WAIT);
    while (clean && s->finished) {
        struct finished *f = s->finished;
        if (mark_one(s->writer, &f->wave) == RESULT_MACHINE) {
            clean = false;
        } else {
            s->finished = f->next;
            free(f);
        }
    }
    s->unclean = !clean;
    s->next_cleaning = clock_monotonic() + BETWEEN_TRIES;
}

bool cleaning_due(const struct store *s) {
    return s->unclean && clock_monotonic() >= s->next_cleaning;
}

void clean_again(struct store *s) {
    try_to_clean(s, TRY_AGAIN);
}

void discard_finished(struct store *s) {
    while (s->finished) {
        struct finished *f = s->finished;
        s->finished = f->next;
        free(f);
    }
}

static enum result scrub(struct store *s, struct database *db, void *argument) {
    (void)db;
    (void)argument;
    s->rewritten = false;
    database_drop_update_copies(s); /* what was deleted is in them too */
    try_to_clean(s, TRY_AT_ONCE);
    if (s->unclean)
        log_event(LOG_WARNING, "cleaning_put_off", LOG_REASON, "database_is_read", -1);
    return RESULT_OK;
}

enum result store_scrub(struct store *s) {
    return store_write_alone(s, scrub, NULL);
}

static enum result mark_closed(struct store *s, struct database *db, void *argument) {
    const struct id *wave = argument;
    int64_t emptied = 0;
    if (!s->unclean)
        return mark_one(db, wave);
    sqlite3_stmt *q = database_statement(db, "SELECT count(*) FROM wave WHERE id = ? AND state = 1");
    statement_bind(q, "d", wave);
    enum result result = statement_number(q, 0, &emptied);
    if (result != RESULT_OK || !emptied)
        return result == RESULT_OK ? RESULT_INPUT : result;
    struct finished *f = mem_alloc(sizeof *f);
    *f = (struct finished){s->finished, *wave};
    s->finished = f;
    return RESULT_OK;
}

enum result store_mark_closed(struct store *s, struct id wave) {
    return store_write(s, mark_closed, &wave);
}

/* The organisation is a key: where it is named, the search goes straight there. */
static sqlite3_stmt *select_responses(struct database *db, const char *organisation) {
#define RESPONSE_SELECT "SELECT organisation, id, unit, pseudonym, answers FROM response WHERE wave = ?1"
    if (organisation)
        return database_statement(db, RESPONSE_SELECT " AND organisation = ?2 ORDER BY id");
    return database_statement(db, RESPONSE_SELECT " ORDER BY organisation, id");
}

enum result store_each_response(struct store *s, struct id wave, const char *organisation,
                                bool (*each)(void *context, const struct response *r), void *context) {
    struct database *db = store_reader(s);
    struct arena *arena = arena_new();
    sqlite3_stmt *q = db ? select_responses(db, organisation) : NULL;
    statement_bind(q, organisation ? "dt" : "d", &wave, organisation);
    int code = SQLITE_ERROR;
    bool more = true;
    struct response r = {.organisation = NULL};
    while (more && (code = statement_step(q)) == SQLITE_ROW) {
        struct str name = column_view(q, 0);
        if (!r.organisation || !str_is(name, r.organisation)) { /* one copy per organisation, not per row */
            arena_free(arena);
            arena = arena_new();
            r.organisation = arena_copy(arena, name.p, name.n);
        }
        r.id = column_id(q, 1);
        r.unit = (const char *)sqlite3_column_text(q, 2);
        r.has_pseudonym = sqlite3_column_type(q, 3) == SQLITE_BLOB;
        column_bytes(q, 3, r.pseudonym, sizeof r.pseudonym);
        r.answers = column_view(q, 4);
        more = each(context, &r);
    }
    if (db)
        store_reader_done(s, db);
    arena_free(arena);
    return code == SQLITE_DONE || !more ? RESULT_OK : RESULT_MACHINE;
}

enum result store_each_comment(struct store *s, struct id wave, const char *organisation,
                               bool (*each)(void *context, const struct comment *c), void *context) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    sqlite3_stmt *q = database_statement(db, "SELECT organisation, question, id, text FROM comment WHERE wave = ?1"
                                             " AND (?2 IS NULL OR organisation = ?2)"
                                             " ORDER BY organisation, question, id");
    statement_bind(q, "dt", &wave, organisation);
    int code = SQLITE_ERROR;
    bool more = true;
    while (more && (code = statement_step(q)) == SQLITE_ROW) {
        struct comment c = {.organisation = (const char *)sqlite3_column_text(q, 0),
                            .question = (const char *)sqlite3_column_text(q, 1),
                            .id = column_id(q, 2),
                            .text = column_view(q, 3)};
        more = each(context, &c);
    }
    store_reader_done(s, db);
    return code == SQLITE_DONE || !more ? RESULT_OK : RESULT_MACHINE;
}

enum result store_each_organisation_answer(struct store *s, struct id wave,
                                           bool (*each)(void *context, const char *organisation, struct str answers),
                                           void *context) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    sqlite3_stmt *q = database_statement(
        db, "SELECT organisation, answers FROM organisation_answer WHERE wave = ? ORDER BY organisation");
    statement_bind(q, "d", &wave);
    int code = SQLITE_ERROR;
    bool more = true;
    while (more && (code = statement_step(q)) == SQLITE_ROW)
        more = each(context, (const char *)sqlite3_column_text(q, 0), column_view(q, 1));
    store_reader_done(s, db);
    return code == SQLITE_DONE || !more ? RESULT_OK : RESULT_MACHINE;
}
