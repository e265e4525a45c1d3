/* What the database stands on, and removing residue from it. */
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "store/sqlite/sqlite.h"

static int64_t size_of(struct arena *arena, const char *path, const char *ending) {
    struct stat st;
    return stat(arena_printf(arena, "%s%s", path, ending), &st) == 0 ? (int64_t)st.st_size : 0;
}

int64_t sqlite_free_bytes(const struct store *s) {
    struct statvfs fs;
    return statvfs(s->folder, &fs) == 0 ? (int64_t)(fs.f_bavail * fs.f_frsize) : -1;
}

static bool journal_is_wal(struct database *db) {
    struct statement *q = database_statement(db, "PRAGMA journal_mode");
    const struct str mode = statement_step(q) == STEP_ROW ? column_view(q, 0) : str_of("");
    const bool wal = str_is(mode, "wal");
    statement_reset(q);
    return wal;
}

enum result sqlite_describe(struct store *s, struct database *db, struct arena *arena, struct store_condition *out) {
    const char *path = sqlite_store_of(s)->path;
    *out = (struct store_condition){.engine = arena_printf(arena, "SQLite %s", sqlite3_libversion()),
                                    .path = arena_string(arena, path),
                                    .version = (int)sqlite_pragma(db, "PRAGMA user_version"),
                                    .bytes = size_of(arena, path, "") + size_of(arena, path, "-wal"),
                                    .free_bytes = sqlite_free_bytes(s),
                                    .overwrites = sqlite_pragma(db, "PRAGMA secure_delete") == 1 &&
                                                  sqlite3_compileoption_used("SECURE_DELETE"),
                                    .waits_for_disk = sqlite_pragma(db, "PRAGMA synchronous") == 2,
                                    .journal = journal_is_wal(db)};
    return RESULT_OK;
}

/* Writes the form's number again, which changes nothing and must get to the disk all the same. */
enum result sqlite_probe(struct database *db) {
    char sql[48];
    sqlite3_snprintf(sizeof sql, sql, "PRAGMA user_version = %d", (int)sqlite_pragma(db, "PRAGMA user_version"));
    return database_run(db, sql);
}

static bool cut_journal(struct database *db) {
    struct statement *q = database_statement(db, "PRAGMA wal_checkpoint(TRUNCATE)");
    bool cut = statement_step(q) == STEP_ROW && column_int(q, 0) == 0;
    statement_reset(q);
    return cut;
}

/* VACUUM writes every table anew, a checkpoint then brings that into the database file and cuts the journal off. */
bool sqlite_clean(struct store *base, bool anew, int wait) {
    struct sqlite_store *s = sqlite_store_of(base);
    struct database *db = base->writer;
    if (anew) {
        s->rewritten = false;
        sqlite_drop_update_copies(base); /* what was deleted is in them too */
    }
    sqlite3_busy_timeout(handle_of(db), wait);
    s->rewritten = s->rewritten || database_run(db, "VACUUM") == RESULT_OK;
    const bool clean = s->rewritten && cut_journal(db);
    sqlite3_busy_timeout(handle_of(db), BUSY_WAIT);
    return clean;
}
