/* SQLite behind the store: connections, statements, and the writer thread. For the files of store/sqlite only. */
#ifndef READINESS_STORE_SQLITE_DATABASE_H
#define READINESS_STORE_SQLITE_DATABASE_H

#include <pthread.h>
#include <sqlite3.h>

#include "store/store.h"

enum { STATEMENTS_MAX = 256, BUSY_WAIT = 10000 /* ms, for another program that writes */ };

struct database { /* one connection with its prepared statements */
    sqlite3 *handle;
    struct {
        const char *sql; /* compared by address: every text is a literal */
        sqlite3_stmt *statement;
    } statements[STATEMENTS_MAX];
    size_t n_statements;
    struct database *next; /* in the pool of readers */
};

struct job {
    struct job *next;
    /* Runs inside the transaction of the group (unless `alone`: then outside any). */
    enum result (*run)(struct store *s, struct database *db, void *argument);
    /* On the writer's thread, after the group is on disk (or could not be put there). */
    void (*done)(struct job *job, enum result result);
    void *argument;
    bool alone;
    /* A group of its own, without a savepoint: that would keep what each page held before in memory, and a job that
     * changes most of the database needs it once. */
    bool whole;
    enum result result;
};

struct store {
    char *path, *folder;
    int lock;
    struct database *writer;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards everything below */
    pthread_cond_t wake;
    struct job *first, *last;
    bool stopping;
    bool failing;             /* the last change could not be put on disk */
    int64_t next_probe;       /* clock_monotonic: when the next try to write may be, then */
    struct database *readers; /* idle ones */
    struct spared *spared;    /* of sqlite/mailings.c */
    int journal_pages;        /* after the last commit; for the writer's thread alone */
    /* of sqlite/closing.c, for the writer's thread alone: */
    bool unclean, rewritten;   /* residue is to be removed; all but the journal is */
    int64_t next_cleaning;     /* clock_monotonic */
    struct finished *finished; /* waves that are closed as soon as it is */
};

enum result database_open(struct database **out, const char *path, bool writing, struct findings *findings);
void database_close(struct database *db);
enum result database_migrate(struct database *db, const char *path, struct findings *findings);
/* The file behind "sqlite:PATH"; NULL when it is something else. */
const char *database_path(const char *url);
/* One process per database: an exclusive lock on PATH.lock for as long as the descriptor is open. RESULT_INPUT with
 * "store_in_use" when another has it. */
enum result database_lock(const char *path, int *lock, struct findings *findings) MUST_CHECK;
/* A database that nobody is using, for reading only: nothing is written, not even beside it. */
enum result database_open_copy(struct database **out, const char *path, struct findings *findings) MUST_CHECK;
/* The version that this program makes. */
int database_newest(void);
/* Does SQLite find its file in order? What it says is in the finding "check_damaged". */
bool database_is_whole(struct database *db, struct findings *findings);
/* Writes a copy at that path whole or not at all (store_copy), which may take the place of another. */
enum result database_copy(struct database *db, const char *path, bool replace, struct findings *findings) MUST_CHECK;
/* The copy of before an update: PATH.before-<newest>. They go when residue is removed. */
enum result database_copy_before(struct database *db, const char *path, int have, int newest,
                                 struct findings *findings) MUST_CHECK;
void database_drop_update_copies(struct store *s);
enum result database_run(struct database *db, const char *sql);

/* A prepared statement, reset and ready to bind; `sql` must be a literal. NULL when it cannot be prepared. */
sqlite3_stmt *database_statement(struct database *db, const char *sql);
/* Binds in order by a format: t text (const char *), s struct str as text, b struct str as blob, d struct id (its
 * address), h 32 bytes (address, NULL for null), p 16 bytes (address, NULL for null), i int, z size_t, l int64_t. */
void statement_bind(sqlite3_stmt *statement, const char *format, ...);
/* Steps; SQLITE_ERROR for a statement that could not be prepared. */
int statement_step(sqlite3_stmt *statement);
/* What a step that was to find one row comes to: RESULT_INPUT when there is none. */
enum result row_result(int code);
/* Steps a statement that gives no rows; *changes (may be NULL) receives the number of rows changed. */
enum result statement_finish(sqlite3_stmt *statement, int *changes);
/* The same for a change of exactly one row: RESULT_INPUT when there was none. */
enum result statement_finish_one(sqlite3_stmt *statement);
/* The statement's first column of its first row as a number; `otherwise` when there is no row, RESULT_MACHINE when it
 * cannot be read. */
enum result statement_number(sqlite3_stmt *statement, int64_t otherwise, int64_t *out);
/* For rows: text and blob columns copied to the arena. */
const char *column_text(struct arena *arena, sqlite3_stmt *statement, int column);
struct str column_view(sqlite3_stmt *statement, int column); /* valid until the next step */
struct id column_id(sqlite3_stmt *statement, int column);
void column_bytes(sqlite3_stmt *statement, int column, uint8_t *into, size_t n); /* zero-filled if absent */

/* A reading connection of one's own, to give back. NULL when none can be opened. */
struct database *store_reader(struct store *s);
void store_reader_done(struct store *s, struct database *db);

/* Hands a job to the writer; it belongs to the writer until `done`. */
void store_submit(struct store *s, struct job *job);
/* Runs in the writer and waits. */
enum result store_write(struct store *s, enum result (*run)(struct store *s, struct database *db, void *argument),
                        void *argument);
enum result store_write_whole(struct store *s, enum result (*run)(struct store *s, struct database *db, void *argument),
                              void *argument);
enum result store_write_alone(struct store *s, enum result (*run)(struct store *s, struct database *db, void *argument),
                              void *argument);

/* A reading call for one row: steps `query`, runs `take` on a row, gives the reader back and returns from the calling
 * function (RESULT_INPUT: no row). */
#define ONE_ROW(query, take)                                                                                           \
    int code = statement_step(query);                                                                                  \
    if (code == SQLITE_ROW)                                                                                            \
        (void)(take);                                                                                                  \
    store_reader_done(s, db);                                                                                          \
    return row_result(code)

/* Within a reading call; RESULT_INPUT: there is none (waves.c). */
enum result find_wave(struct database *db, struct arena *arena, struct id wave, struct wave *out) MUST_CHECK;
/* One text that a wave is pinned to (waves.c). */
enum result add_wave_file(struct database *db, struct id wave, const struct wave_file *file) MUST_CHECK;

/* Writes what is counted in memory only: how many deliveries of running mailings were spared. */
void count_spared(struct store *s, struct id mailing);
enum result flush_spared(struct store *s) MUST_CHECK;
void discard_spared(struct store *s);

/* Removing residue, on the writer's thread: is it time for another try? The try. Forgetting who waits for it. */
bool cleaning_due(const struct store *s);
void clean_again(struct store *s);
void discard_finished(struct store *s);

/* A row of i.id, kind, organisation, unit, language, person, generation, the person's e-mail and name. */
struct invitation read_invitation(struct arena *arena, sqlite3_stmt *q);

/* Rows of responses and comments, for closing and importing. */
enum result add_responses(struct database *db, struct id wave, const struct response *list, size_t n);
enum result add_comments(struct database *db, struct id wave, const struct comment *list, size_t n);

/* The body of every list: steps the rows of `query` into a growing array of the arena, gives the reader back and
 * returns from the calling function, which has `s`, `db` and `arena`. */
#define LIST_ROWS(query, out, n, read)                                                                                 \
    size_t capacity = 0;                                                                                               \
    int code = SQLITE_ERROR;                                                                                           \
    *(out) = NULL;                                                                                                     \
    *(n) = 0;                                                                                                          \
    while ((code = statement_step(query)) == SQLITE_ROW) {                                                             \
        *(out) = arena_grow(arena, *(out), *(n), &capacity, sizeof **(out));                                           \
        (*(out))[(*(n))++] = (read);                                                                                   \
    }                                                                                                                  \
    store_reader_done(s, db);                                                                                          \
    return code == SQLITE_DONE ? RESULT_OK : RESULT_MACHINE

#endif
