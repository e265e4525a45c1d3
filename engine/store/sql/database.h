/* What the stores share. The files of store/sql hold the store's logic once: the statements and their order, the rules,
 * the writer with its groups. Below them are two drivers, store/sqlite and store/postgres, each with its own
 * connections, schema, and what only it can do (copies, removing residue). For the files of these three folders only.
 *
 * Statements are written in the SQL that both understand:
 * - parameters are ? in order, or ?1 ?2 ... when one is used twice; what is bound says their types;
 * - a condition is no number: count(*) FILTER (WHERE x), CASE WHEN x THEN 1 ELSE 0 END, flag <> 0;
 * - ON CONFLICT names its columns before DO UPDATE, and the old row's columns are written with the table's name;
 * - a query in FROM has a name; IS DISTINCT FROM in the place of IS NOT; no function that only one of them has;
 * - a column in brackets, [email], is compared and ordered without ASCII's case; what it is compared with is bound by
 * e.
 */
#ifndef READINESS_STORE_SQL_DATABASE_H
#define READINESS_STORE_SQL_DATABASE_H

#include <pthread.h>
#include <stdarg.h>

#include "store/care.h"
#include "store/engines.h"
#include "store/store.h"

enum step { STEP_FAILED, STEP_ROW, STEP_DONE };
enum column_kind { COLUMN_NULL, COLUMN_NUMBER, COLUMN_TEXT, COLUMN_BYTES };

struct driver;

struct database { /* one connection with its prepared statements; the first member of a driver's own */
    const struct driver *driver;
    struct database *next; /* in the pool of readers */
};
struct statement { /* likewise */
    const struct driver *driver;
};

struct job {
    struct job *next;
    /* Runs inside the transaction of the group (unless `alone`: then outside any). A group whose connection is lost is
     * run again, so that what is changed in memory must bear that, or the job is `once`. */
    enum result (*run)(struct store *s, struct database *db, void *argument);
    /* On the writer's thread, after the group is on disk (or could not be put there). */
    void (*done)(struct job *job, enum result result);
    void *argument;
    bool alone, once;
    bool begun; /* it has run before, in a group that may or may not have been put on disk */
    enum result result;
};

struct store { /* the first member of a driver's own */
    const struct driver *driver;
    char *url, *folder;
    struct database *writer;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards everything below */
    pthread_cond_t wake;
    struct job *first, *last;
    bool stopping;
    bool failing;       /* the last change could not be put on disk */
    int64_t waiting;    /* clock_monotonic: since when a group waits for its turn or to be on disk; 0: none does */
    int64_t next_probe; /* clock_monotonic: when the next try to write may be, then */
    struct database *readers; /* idle ones */
    struct spared *spared;    /* of sql/mailings.c */
    unsigned works;           /* of sql/engines.c: taken up by this process, by number */
    /* of sql/cleaning.c, for the writer's thread alone: */
    bool unclean;              /* residue is to be removed */
    int64_t next_cleaning;     /* clock_monotonic */
    struct finished *finished; /* waves that are closed as soon as it is */
};

/* What became of a group that could not be put on disk at once. */
enum group_end { GROUP_FAILED, GROUP_AGAIN /* it may be run again */, GROUP_DONE /* it is on disk all the same */ };

struct driver {
    const char *scheme; /* of its addresses, with the colon */
    bool shared;        /* several processes may have one database open */

    /* The store: allocated with what the driver needs, with its url and folder, the writer's connection open, the form
     * up to date. The rest of the struct is the caller's. *out is there in any case, to be discarded on failure.
     * `alone`: as store_open_alone. */
    enum result (*open)(struct store **out, const char *url, bool alone, struct findings *findings);
    /* Before the writer's connection is closed. */
    void (*leave)(struct store *s);
    /* After the connections are closed. */
    void (*discard)(struct store *s);

    /* Connections. give_back: everything unfinished is ended; false when the connection is of no use any more. */
    struct database *(*open_reader)(struct store *s);
    bool (*give_back)(struct database *db);
    void (*close)(struct database *db);

    /* Statements, as below. */
    struct statement *(*statement)(struct database *db, const char *sql);
    enum result (*run)(struct database *db, const char *sql);
    void (*bind)(struct statement *statement, const char *format, va_list args);
    /* One parameter, counted from 0, where the kinds are known only by then. */
    void (*bind_value)(struct statement *statement, int i, enum column_kind kind, struct str view, int64_t number);
    enum step (*step)(struct statement *statement);
    void (*reset)(struct statement *statement);
    enum result (*finish)(struct statement *statement, int *changes);
    struct str (*view)(struct statement *statement, int column);
    int64_t (*number)(struct statement *statement, int column);
    enum column_kind (*kind)(struct statement *statement, int column);
    int (*columns)(struct statement *statement);

    /* A group of jobs. goes_on: is its transaction still there to go on with? fail: after a group that did not get on
     * disk; `tries` counts from 0. rest: milliseconds without work after which `tidy` is wanted, -1 for never; tidy_now
     * is asked after each group. */
    enum result (*begin)(struct store *s);
    enum result (*commit)(struct store *s);
    bool (*goes_on)(struct database *db);
    enum group_end (*fail)(struct store *s, int tries);
    int (*rest)(const struct store *s);
    bool (*tidy_now)(const struct store *s);
    void (*tidy)(struct store *s);

    /* For reading at one moment, until statement ROLLBACK. */
    enum result (*begin_reading)(struct database *db);
    /* What ties rows of a wave to the moment they were written is undone, in the transaction that empties it. */
    enum result (*forget_order)(struct database *db, struct id wave);
    /* The same for the deliveries of a mailing that ends. */
    enum result (*forget_pace)(struct database *db, struct id mailing);
    /* One try to remove residue, which waits for readers at most so many milliseconds. `anew`: something was deleted
     * since the last one. */
    bool (*clean)(struct store *s, bool anew, int wait);

    /* Of several engines, where the driver is shared; NULL else. As in store/engines.h; holds: in a group, is this work
     * ours for now? */
    enum result (*present)(struct store *s, const struct engine *card);
    enum result (*list_engines)(struct store *s, struct database *db, struct arena *arena, struct engine **out,
                                size_t *n);
    enum result (*hold)(struct store *s, struct database *db, const char *work, int seconds, bool *anew);
    enum result (*let_go)(struct store *s, struct database *db, const char *work);
    enum result (*holds)(struct store *s, struct database *db, const char *work);

    /* Care. version: of the form, 0 for a database that is not ours, -1 when it cannot be read. */
    int (*version)(struct database *db);
    bool (*is_whole)(struct database *db, struct findings *findings);
    /* Rows that refer to nothing: how many, the first one's table; -1 when it cannot be told. */
    int64_t (*count_orphans)(struct database *db, struct arena *arena, const char **table);
    enum result (*copy)(struct store *s, const char *path, struct findings *findings);
    enum result (*list_copies)(struct store *s, struct arena *arena, struct kept_copy **out, size_t *n);
    enum result (*drop_copies)(struct store *s, struct day before);
    enum result (*describe)(struct store *s, struct database *db, struct arena *arena, struct store_condition *out);
    int64_t (*free_bytes)(const struct store *s);
    /* Changes nothing, but must get to the disk. */
    enum result (*probe)(struct database *db);
    const char *(*place)(const struct store *s); /* as findings name it */
    bool (*exists)(const char *url);
    const char *(*address)(struct arena *arena, const char *url);
    char *(*folder)(const char *url); /* to be freed */
    enum result (*restore)(const char *url, const char *copy, struct arena *arena, const char **aside, int *paused,
                           struct findings *findings);
};

extern const struct driver sqlite_driver, postgres_driver;

/* The driver for an address; NULL when there is none. */
const struct driver *driver_of(const char *url);
/* NULL: "store_url" is said. */
const struct driver *driver_for(const char *url, struct findings *findings);

/* A statement to bind; it is prepared once in a connection, and reset. `sql` must be a literal: it is known by its
 * address. NULL when it cannot be prepared; all calls below bear that. */
static inline struct statement *database_statement(struct database *db, const char *sql) {
    return db->driver->statement(db, sql);
}
/* A command without parameters or rows. */
static inline enum result database_run(struct database *db, const char *sql) {
    return db->driver->run(db, sql);
}
void database_close(struct database *db);
/* Binds in order by a format: t text (const char *), e the same for a column in brackets, s struct str as text, b
 * struct str as bytes, d struct id (its address), h 32 bytes (address, NULL for null), p 16 bytes (address, NULL for
 * null), i int, z size_t, l int64_t. What is pointed to must stay until the statement is finished or reset. */
void statement_bind(struct statement *statement, const char *format, ...);
static inline enum step statement_step(struct statement *statement) {
    return statement ? statement->driver->step(statement) : STEP_FAILED;
}
static inline void statement_reset(struct statement *statement) {
    if (statement)
        statement->driver->reset(statement);
}
/* What a step that was to find one row comes to: RESULT_INPUT when there is none. */
enum result row_result(enum step step);
/* Steps a statement that gives no rows; *changes (may be NULL) receives the number of rows changed. */
static inline enum result statement_finish(struct statement *statement, int *changes) {
    return statement ? statement->driver->finish(statement, changes) : RESULT_MACHINE;
}
/* The same for a change of exactly one row: RESULT_INPUT when there was none. */
enum result statement_finish_one(struct statement *statement);
/* The statement's first column of its first row as a number; `otherwise` when there is no row, RESULT_MACHINE when it
 * cannot be read. */
enum result statement_number(struct statement *statement, int64_t otherwise, int64_t *out);

/* For rows; what is not copied is valid until the next step. */
static inline struct str column_view(struct statement *statement, int column) {
    return statement->driver->view(statement, column);
}
static inline int64_t column_long(struct statement *statement, int column) {
    return statement->driver->number(statement, column);
}
static inline int column_int(struct statement *statement, int column) {
    return (int)statement->driver->number(statement, column);
}
static inline bool column_is_null(struct statement *statement, int column) {
    return statement->driver->kind(statement, column) == COLUMN_NULL;
}
static inline const char *column_string(struct statement *statement, int column) { /* ended by a zero byte */
    return statement->driver->view(statement, column).p;
}
const char *column_text(struct arena *arena, struct statement *statement, int column); /* a copy */
struct id column_id(struct statement *statement, int column);
void column_bytes(struct statement *statement, int column, uint8_t *into, size_t n); /* zero-filled if absent */

/* A reading connection of one's own, to give back. NULL when none can be opened. */
struct database *store_reader(struct store *s);
void store_reader_done(struct store *s, struct database *db);

/* Hands a job to the writer; it belongs to the writer until `done`. */
void store_submit(struct store *s, struct job *job);
/* Runs in the writer and waits. */
enum result store_write(struct store *s, enum result (*run)(struct store *s, struct database *db, void *argument),
                        void *argument);
enum result store_write_once(struct store *s, enum result (*run)(struct store *s, struct database *db, void *argument),
                             void *argument);
enum result store_write_alone(struct store *s, enum result (*run)(struct store *s, struct database *db, void *argument),
                              void *argument);

/* A reading call for one row: steps `query`, runs `take` on a row, gives the reader back and returns from the calling
 * function (RESULT_INPUT: no row). */
#define ONE_ROW(query, take)                                                                                           \
    enum step step = statement_step(query);                                                                            \
    if (step == STEP_ROW)                                                                                              \
        (void)(take);                                                                                                  \
    store_reader_done(s, db);                                                                                          \
    return row_result(step)

/* Within a reading call; RESULT_INPUT: there is none (waves.c). */
enum result find_wave(struct database *db, struct arena *arena, struct id wave, struct wave *out) MUST_CHECK;
/* One text that a wave is pinned to (waves.c). */
enum result add_wave_file(struct database *db, struct id wave, const struct wave_file *file) MUST_CHECK;

/* Writes what is counted in memory only: how many deliveries of running mailings were spared. */
void count_spared(struct store *s, struct id mailing);
enum result flush_spared(struct store *s) MUST_CHECK;
void discard_spared(struct store *s);

/* Deliveries that are claimed by nobody any more become DELIVERY_UNKNOWN (deliveries.c). */
enum result forget_claims(struct database *db) MUST_CHECK;
/* In a group: RESULT_INPUT when this work is not ours any more (engines.c). */
enum result is_held(struct store *s, struct database *db, enum store_work work) MUST_CHECK;

/* Removing residue, on the writer's thread: is it time for another try? The try. Forgetting who waits for it. */
bool cleaning_due(const struct store *s);
void clean_again(struct store *s);
void discard_finished(struct store *s);

/* A row of i.id, kind, organisation, unit, language, person, generation, the person's e-mail and name. */
struct invitation read_invitation(struct arena *arena, struct statement *q);

/* Rows of responses and comments, for closing and importing. */
enum result add_responses(struct database *db, struct id wave, const struct response *list, size_t n);
enum result add_comments(struct database *db, struct id wave, const struct comment *list, size_t n);

/* store_check, in the words of sql/check.c, of any connection. */
enum result check_database(struct database *db, const char *path, struct arena *arena, struct kept *out,
                           struct findings *findings) MUST_CHECK;
/* Copies beside a database of this name (sqlite/copy.c). */
enum result copies_list(const char *folder, const char *name, struct arena *arena, struct kept_copy **out, size_t *n);
enum result copies_drop(const char *folder, const char *name, struct day before);
/* Everything into a new file of SQLite's, as store_copy promises it; and from such a file, in the place of everything.
 */
enum result transfer_to_file(struct store *s, const char *path, struct findings *findings) MUST_CHECK;
enum result transfer_from_file(struct store *s, const char *copy, struct findings *findings) MUST_CHECK;
/* The form's newest version: the number of the newest migration, which the drivers have in step. */
int database_newest(void);

/* The body of every list: steps the rows of `query` into a growing array of the arena, gives the reader back and
 * returns from the calling function, which has `s`, `db` and `arena`. */
#define LIST_ROWS(query, out, n, read)                                                                                 \
    size_t capacity = 0;                                                                                               \
    enum step step = STEP_FAILED;                                                                                      \
    *(out) = NULL;                                                                                                     \
    *(n) = 0;                                                                                                          \
    while ((step = statement_step(query)) == STEP_ROW) {                                                               \
        *(out) = arena_grow(arena, *(out), *(n), &capacity, sizeof **(out));                                           \
        (*(out))[(*(n))++] = (read);                                                                                   \
    }                                                                                                                  \
    store_reader_done(s, db);                                                                                          \
    return step == STEP_DONE ? RESULT_OK : RESULT_MACHINE

#endif
