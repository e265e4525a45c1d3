/* What the store stands on, and whether it is well. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "store/care.h"
#include "store/sqlite/database.h"

enum { PROBE_PAUSE = 5000 /* ms */ };

static int64_t size_of(struct arena *arena, const char *path, const char *ending) {
    struct stat st;
    return stat(arena_printf(arena, "%s%s", path, ending), &st) == 0 ? (int64_t)st.st_size : 0;
}

static int64_t free_space(const char *folder) {
    struct statvfs fs;
    return statvfs(folder, &fs) == 0 ? (int64_t)(fs.f_bavail * fs.f_frsize) : -1;
}

static int64_t pragma(struct database *db, const char *sql) {
    int64_t n = -1;
    (void)!statement_number(database_statement(db, sql), -1, &n);
    return n;
}

static bool journal_is_wal(struct database *db) {
    sqlite3_stmt *q = database_statement(db, "PRAGMA journal_mode");
    const struct str mode = statement_step(q) == SQLITE_ROW ? column_view(q, 0) : str_of("");
    const bool wal = str_is(mode, "wal");
    sqlite3_reset(q);
    return wal;
}

enum result store_describe(struct store *s, struct arena *arena, struct store_condition *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    *out = (struct store_condition){.engine = arena_printf(arena, "SQLite %s", sqlite3_libversion()),
                                    .path = arena_string(arena, s->path),
                                    .version = (int)pragma(db, "PRAGMA user_version"),
                                    .bytes = size_of(arena, s->path, "") + size_of(arena, s->path, "-wal"),
                                    .free_bytes = free_space(s->folder),
                                    .overwrites = pragma(db, "PRAGMA secure_delete") == 1 &&
                                                  sqlite3_compileoption_used("SECURE_DELETE"),
                                    .waits_for_disk = pragma(db, "PRAGMA synchronous") == 2,
                                    .journal = journal_is_wal(db)};
    store_reader_done(s, db);
    return RESULT_OK;
}

/* Writes the form's number again, which changes nothing and must get to the disk all the same. */
static enum result write_something(struct store *s, struct database *db, void *argument) {
    char sql[48];
    (void)s;
    (void)argument;
    sqlite3_snprintf(sizeof sql, sql, "PRAGMA user_version = %d", (int)pragma(db, "PRAGMA user_version"));
    return database_run(db, sql);
}

static void forget_probe(struct job *job, enum result result) {
    (void)result;
    free(job);
}

bool store_is_well(struct store *s, int64_t *free_bytes) {
    *free_bytes = free_space(s->folder);
    pthread_mutex_lock(&s->mutex);
    const bool failing = s->failing;
    const bool probe = failing && clock_monotonic() >= s->next_probe;
    if (probe)
        s->next_probe = clock_monotonic() + PROBE_PAUSE;
    pthread_mutex_unlock(&s->mutex);
    if (probe) {
        struct job *job = mem_alloc(sizeof *job);
        *job = (struct job){.run = write_something, .done = forget_probe};
        store_submit(s, job);
    }
    struct database *db = store_reader(s);
    if (!db)
        return false;
    const bool readable = pragma(db, "SELECT count(*) FROM (SELECT 1 FROM assessment LIMIT 1)") >= 0;
    store_reader_done(s, db);
    return readable && !failing;
}
