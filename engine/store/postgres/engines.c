/* Several engines on one database: the lock that says who is there, and the tables engine and lease. Times are the
 * server's, since the engines' own clocks may differ. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "store/postgres/postgres.h"

enum {
    LOCK_CLASS = 0x52444e53, /* "RDNS" */
    LOCK_WAIT = 5000,        /* ms: for somebody who is bringing the form up to date, say */
    LOCK_PAUSE = 50          /* ms */
};

#define NOW_MS "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
#define NOW_SECONDS "CAST(extract(epoch FROM clock_timestamp()) AS BIGINT)"
#define HERE                                                                                                           \
    "180" /* seconds without a sign of life after which an engine may be gone; an idle one gives one a minute */
#define GONE "86400" /* and after which nobody asks for it any more */

static enum result ask_lock(struct pg_database *db, const char *function) {
    char sql[160];
    snprintf(sql, sizeof sql, "SELECT CASE WHEN %s(%d, hashtext(current_schema()::text)) THEN 1 ELSE 0 END", function,
             LOCK_CLASS);
    const int64_t got = pg_number(db, sql, -1);
    return got == 1 ? RESULT_OK : got == 0 ? RESULT_INPUT : RESULT_MACHINE;
}

enum result pg_take_lock(struct pg_database *db, bool alone) {
    return ask_lock(db, alone ? "pg_try_advisory_lock" : "pg_try_advisory_lock_shared");
}

static enum result give_up_lock(struct pg_database *db, bool alone) {
    return ask_lock(db, alone ? "pg_advisory_unlock" : "pg_advisory_unlock_shared");
}

/* One try: the lock, shared with others where the form is as we know it. *alone: it had to be taken alone. */
static enum result try_to_enter(struct pg_database *db, bool *alone) {
    const bool wanted = *alone;
    const int newest = database_newest();
    const int have = pg_version(&db->base);
    *alone = wanted || have < newest;
    enum result result = have < 0 ? RESULT_MACHINE : pg_take_lock(db, *alone);
    if (result != RESULT_OK || *alone)
        return result;
    if (pg_version(&db->base) >= newest)
        return RESULT_OK;
    result = give_up_lock(db, false); /* an older one was put back in between */
    return result == RESULT_OK ? RESULT_INPUT : RESULT_MACHINE;
}

enum result pg_enter_lock(struct pg_database *db, bool alone, struct findings *findings) {
    const struct place place = {PQdb(db->connection), 0, 0};
    const struct timespec pause = {0, LOCK_PAUSE * 1000000L};
    const int64_t until = clock_monotonic() + (alone ? 0 : LOCK_WAIT);
    bool taken_alone = alone;
    enum result result;
    while ((result = try_to_enter(db, &taken_alone)) == RESULT_INPUT && clock_monotonic() < until) {
        taken_alone = alone;
        (void)nanosleep(&pause, NULL);
    }
    if (result != RESULT_OK) {
        const char *fault = result == RESULT_MACHINE ? "store_not_opened"
                            : taken_alone && !alone  ? "store_in_use_older"
                                                     : "store_in_use";
        finding_add(findings, SEVERITY_ERROR, place, fault, NULL);
        return result;
    }
    result = pg_migrate(db, findings);
    if (result == RESULT_OK && taken_alone && !alone) { /* never without one of the two */
        result = pg_take_lock(db, false);
        if (result == RESULT_OK)
            result = give_up_lock(db, true);
    }
    return result;
}

enum result pg_enter_again(struct pg_database *db) {
    const enum result result = pg_take_lock(db, db->alone);
    /* meanwhile a newer program may have changed the form, which this one must not write to */
    return result == RESULT_OK && pg_version(&db->base) != database_newest() ? RESULT_INPUT : result;
}

/* Coming and going waits for no standby: when that is away, doctor must still be able to say so. What a standby that
 * takes over does not know of it yet is no answer of anybody's: it is written again, or out of date. */
static enum result begin_here(struct database *db) {
    return pg_run(db, "BEGIN; SET LOCAL synchronous_commit = local");
}

static enum result end_here(struct database *db, enum result result) {
    if (result == RESULT_OK)
        return pg_run(db, "COMMIT");
    (void)!pg_run(db, "ROLLBACK");
    return result;
}

/* This process's row is there before its first group (group.c). Rows of those that died go a day later; whoever has the
 * database alone knows that nobody else lives. */
enum result pg_enter(struct pg_store *s, bool alone) {
    struct database *db = s->base.writer;
    s->next_sign = clock_monotonic() + SIGN_OF_LIFE; /* a command that ends before waits for nobody's turn */
    struct statement *q = database_statement(db, "INSERT INTO turn (id) VALUES (1) ON CONFLICT (id) DO NOTHING");
    enum result result = statement_finish(q, NULL);
    if (result == RESULT_OK)
        result = begin_here(db);
    if (result == RESULT_OK && alone)
        result = statement_finish(database_statement(db, "DELETE FROM lease"), NULL);
    q = database_statement(db, "DELETE FROM engine WHERE ? = 1 OR seen < " NOW_SECONDS " - " GONE);
    statement_bind(q, "i", alone ? 1 : 0);
    if (result == RESULT_OK)
        result = statement_finish(q, NULL);
    q = database_statement(db, "INSERT INTO engine (id, mark, seen) VALUES (?, ?, " NOW_SECONDS " / 60 * 60)");
    statement_bind(q, "pp", s->id, s->mark);
    if (result == RESULT_OK)
        result = statement_finish(q, NULL);
    return end_here(db, result);
}

void pg_leave(struct store *base) {
    struct pg_store *s = pg_store_of(base);
    struct database *db = base->writer;
    static const char *const steps[] = {"DELETE FROM lease WHERE engine = ?", "DELETE FROM engine WHERE id = ?"};
    if (!db || !pg_of(db)->writes)
        return;
    enum result result = begin_here(db);
    for (size_t i = 0; result == RESULT_OK && i < sizeof steps / sizeof *steps; i++) {
        struct statement *q = database_statement(db, steps[i]);
        statement_bind(q, "p", s->id);
        result = statement_finish(q, NULL);
    }
    (void)!end_here(db, result);
}

enum result pg_present(struct store *base, const struct engine *card) {
    struct statement *q = database_statement(
        base->writer, "UPDATE engine SET serving = 1, name = ?, version = ?, instruments = ? WHERE id = ?");
    statement_bind(q, "tthp", card->name, card->version, card->instruments, pg_store_of(base)->id);
    return statement_finish_one(q);
}

static struct engine read_engine(const struct pg_store *s, struct arena *arena, struct statement *q) {
    struct engine e = {.id = column_id(q, 0),
                       .name = column_text(arena, q, 1),
                       .version = column_text(arena, q, 2),
                       .seen = column_long(q, 4),
                       .here = column_int(q, 5) != 0};
    column_bytes(q, 3, e.instruments, sizeof e.instruments);
    e.own = memcmp(e.id.bytes, s->id, sizeof e.id.bytes) == 0;
    return e;
}

enum result pg_list_engines(struct store *s, struct database *db, struct arena *arena, struct engine **out, size_t *n) {
    struct statement *q =
        database_statement(db, "SELECT id, name, version, instruments, seen, CASE WHEN seen >= " NOW_SECONDS " - " HERE
                               " THEN 1 ELSE 0 END FROM engine WHERE serving = 1 ORDER BY name, id");
    LIST_ROWS(q, out, n, read_engine(pg_store_of(s), arena, q));
}

enum result pg_holds(struct store *s, struct database *db, const char *work) {
    int64_t ours = 0;
    struct statement *q = database_statement(db, "SELECT CASE WHEN engine = ? AND until > " NOW_MS
                                                 " THEN 1 ELSE 0 END FROM lease WHERE work = ?");
    statement_bind(q, "pt", pg_store_of(s)->id, work);
    const enum result result = statement_number(q, 0, &ours);
    return result == RESULT_OK && !ours ? RESULT_INPUT : result;
}

enum result pg_hold(struct store *s, struct database *db, const char *work, int seconds, bool *anew) {
    const enum result before = pg_holds(s, db, work);
    *anew = before != RESULT_OK;
    if (before == RESULT_MACHINE)
        return before;
    struct statement *q =
        database_statement(db, "INSERT INTO lease (work, engine, until) VALUES (?1, ?2, " NOW_MS " + 1000 * ?3)"
                               " ON CONFLICT (work) DO UPDATE SET engine = excluded.engine, until = excluded.until"
                               " WHERE lease.engine = excluded.engine OR lease.until <= " NOW_MS);
    statement_bind(q, "tpi", work, pg_store_of(s)->id, seconds);
    return statement_finish_one(q);
}

enum result pg_let_go(struct store *s, struct database *db, const char *work) {
    struct statement *q = database_statement(db, "DELETE FROM lease WHERE work = ? AND engine = ?");
    statement_bind(q, "tp", work, pg_store_of(s)->id);
    return statement_finish(q, NULL);
}
