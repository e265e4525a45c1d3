/* The form of the database: made, brought up to date, known again; and what the server stands on. */
#include <stdio.h>

#include "base/embedded.h"
#include "base/log.h"
#include "store/postgres/postgres.h"

int pg_version(struct database *base) {
    struct pg_database *db = pg_of(base);
    const int64_t ours = pg_number(db,
                                   "SELECT count(*) FROM pg_class WHERE relname = 'form' AND relkind = 'r'"
                                   " AND relnamespace = current_schema()::regnamespace",
                                   -1);
    return ours <= 0 ? (int)ours
                     : (int)pg_number(db, "SELECT coalesce(max(version), 0) FROM form WHERE program = 'readiness'", -1);
}

/* All steps in one transaction: a database is of the old form or of the new one, never of one in between. */
static enum result migrate_all(struct pg_database *db, int have, int newest) {
    char finish[160];
    bool good = pg_run(&db->base, "BEGIN") == RESULT_OK;
    for (size_t i = 0; good && i < embedded_count; i++) {
        int version;
        if (sscanf(embedded_files[i].path, "engine/store/postgres/%3d-", &version) == 1 && version > have)
            good = pg_run(&db->base, embedded_files[i].begin) == RESULT_OK; /* in order of their names */
    }
    snprintf(finish, sizeof finish,
             "INSERT INTO form (program, version) VALUES ('readiness', %d)"
             " ON CONFLICT (program) DO UPDATE SET version = excluded.version",
             newest);
    good = good && pg_run(&db->base, finish) == RESULT_OK && pg_run(&db->base, "COMMIT") == RESULT_OK;
    if (good)
        return RESULT_OK;
    log_event(LOG_ERROR, "migration_failed", LOG_REASON, "database_trouble", -1);
    (void)pg_run(&db->base, "ROLLBACK");
    return RESULT_MACHINE;
}

enum result pg_migrate(struct pg_database *db, struct findings *findings) {
    const struct place place = {PQdb(db->connection), 0, 0};
    const int have = pg_version(&db->base), newest = database_newest();
    const int64_t others = pg_number(db,
                                     "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm')"
                                     " AND relnamespace = current_schema()::regnamespace",
                                     -1);
    const char *fault = have < 0 || others < 0 ? "store_not_opened"
                        : have == 0 && others  ? "store_foreign"
                        : have > newest        ? "store_newer"
                                               : NULL;
    enum result result = !fault ? RESULT_OK : have < 0 || others < 0 ? RESULT_MACHINE : RESULT_INPUT;
    if (!fault && have < newest) {
        result = migrate_all(db, have, newest);
        fault = result == RESULT_OK ? NULL : "store_not_migrated";
    }
    if (fault)
        finding_add(findings, SEVERITY_ERROR, place, fault, NULL);
    return result;
}

/* The server looks after its files itself. */
bool pg_is_whole(struct database *db, struct findings *findings) {
    (void)db;
    (void)findings;
    return true;
}

/* The references that are no constraints: of what grows while people answer. */
static const struct reference {
    const char *table, *sql;
} references[] = {
#define OF_WAVE(table)                                                                                                 \
    { table, "SELECT count(*) FROM " table " t WHERE NOT EXISTS (SELECT 1 FROM wave w WHERE w.id = t.wave)" }
    OF_WAVE("invitation"),          OF_WAVE("ticket"),   OF_WAVE("ballot"),
    OF_WAVE("organisation_answer"), OF_WAVE("draft"),    OF_WAVE("invited"),
    OF_WAVE("day_count"),           OF_WAVE("response"), OF_WAVE("comment"),
};

int64_t pg_count_orphans(struct database *db, struct arena *arena, const char **table) {
    int64_t all = 0;
    for (size_t i = 0; i < sizeof references / sizeof *references; i++) {
        int64_t n = 0;
        if (statement_number(database_statement(db, references[i].sql), 0, &n) != RESULT_OK)
            return -1;
        if (n && !all)
            *table = arena_string(arena, references[i].table);
        all += n;
    }
    return all;
}

static bool is_set(struct pg_database *db, const char *sql) {
    return pg_number(db, sql, 0) == 1;
}

static enum result describe(struct store *s, struct database *base, struct arena *arena, struct store_condition *out) {
    struct pg_database *db = pg_of(base);
    const int version = PQserverVersion(db->connection);
    *out = (struct store_condition){.engine = arena_printf(arena, "PostgreSQL %d.%d", version / 10000, version % 10000),
                                    .version = pg_version(base),
                                    .bytes = pg_number(db, "SELECT pg_database_size(current_database())", -1),
                                    .free_bytes = s->driver->free_bytes(s),
                                    .overwrites = false, /* tables are written anew instead */
                                    .waits_for_disk =
                                        is_set(db, "SELECT CASE WHEN current_setting('fsync') = 'on'"
                                                   " AND current_setting('full_page_writes') = 'on'"
                                                   " AND current_setting('synchronous_commit') NOT IN ('off', 'local')"
                                                   " THEN 1 ELSE 0 END"),
                                    .journal = true};
    out->name = arena_printf(arena, "%s@%s", PQdb(db->connection), PQhost(db->connection));
    pg_advise(db, arena, out);
    return pg_lost(db) ? RESULT_MACHINE : RESULT_OK;
}

enum result pg_describe(struct store *s, struct database *db, struct arena *arena, struct store_condition *out) {
    enum result result = describe(s, db, arena, out);
    if (result != RESULT_OK && pg_connect_again(pg_of(db)) == RESULT_OK)
        result = describe(s, db, arena, out);
    return result;
}
