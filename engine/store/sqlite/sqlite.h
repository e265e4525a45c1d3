/* SQLite under the store: one file, one process. For the files of store/sqlite only, and for tests of what they alone
 * do. */
#ifndef READINESS_STORE_SQLITE_SQLITE_H
#define READINESS_STORE_SQLITE_SQLITE_H

#include <sqlite3.h>

#include "store/sql/database.h"

enum { STATEMENTS_MAX = 256, BUSY_WAIT = 10000 /* ms, for another program that writes */ };

struct sqlite_statement {
    struct statement base;
    const char *sql; /* compared by address: every text is a literal */
    sqlite3_stmt *handle;
};

struct sqlite_database {
    struct database base;
    sqlite3 *handle;
    struct sqlite_statement statements[STATEMENTS_MAX];
    size_t n_statements;
};

struct sqlite_store {
    struct store base;
    char *path;
    int lock;
    int journal_pages; /* after the last commit; for the writer's thread alone, as what follows */
    bool rewritten;    /* all residue is removed but what the journal holds */
};

static inline struct sqlite_database *sqlite_of(struct database *db) {
    return (struct sqlite_database *)db;
}
static inline sqlite3 *handle_of(struct database *db) {
    return sqlite_of(db)->handle;
}
static inline struct sqlite_store *sqlite_store_of(const struct store *s) {
    return (struct sqlite_store *)s;
}

enum result sqlite_open(struct database **out, const char *path, bool writing, struct findings *findings);
/* A database that nobody is using, for reading only: nothing is written, not even beside it. */
enum result sqlite_open_copy(struct database **out, const char *path, struct findings *findings) MUST_CHECK;
enum result sqlite_migrate(struct database *db, const char *path, struct findings *findings);
/* The file behind "sqlite:PATH"; NULL when it is something else. */
const char *sqlite_path(const char *url);
/* One process per database: an exclusive lock on PATH.lock for as long as the descriptor is open. RESULT_INPUT with
 * "store_in_use" when another has it. */
enum result sqlite_lock(const char *path, int *lock, struct findings *findings) MUST_CHECK;

/* Does SQLite find its file in order? What it says is in the finding "check_damaged". */
bool sqlite_is_whole(struct database *db, struct findings *findings);
int64_t sqlite_count_orphans(struct database *db, struct arena *arena, const char **table);
int sqlite_version(struct database *db);
int64_t sqlite_pragma(struct database *db, const char *sql);

/* Writes a copy at that path whole or not at all (store_copy), which may take the place of another. */
enum result sqlite_copy_to(struct database *db, const char *path, bool replace, struct findings *findings) MUST_CHECK;
/* The copy of before an update: PATH.before-<newest>. They go when residue is removed. */
enum result sqlite_copy_before(struct database *db, const char *path, int have, int newest,
                               struct findings *findings) MUST_CHECK;
void sqlite_drop_update_copies(struct store *s);

/* As in struct driver. */
bool sqlite_clean(struct store *s, bool anew, int wait);
enum result sqlite_copy(struct store *s, const char *path, struct findings *findings);
enum result sqlite_list_copies(struct store *s, struct arena *arena, struct kept_copy **out, size_t *n);
enum result sqlite_drop_copies(struct store *s, struct day before);
enum result sqlite_describe(struct store *s, struct database *db, struct arena *arena, struct store_condition *out);
int64_t sqlite_free_bytes(const struct store *s);
enum result sqlite_probe(struct database *db);
bool sqlite_exists(const char *url);
enum result sqlite_restore(const char *url, const char *copy, struct arena *arena, const char **aside, int *paused,
                           struct findings *findings);

#endif
