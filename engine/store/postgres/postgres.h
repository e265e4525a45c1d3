/* PostgreSQL under the store, through libpq. For the files of store/postgres only.
 *
 * Connections: one for the writer's thread, and one for each thread that reads at the moment, kept for the next. A
 * reader whose connection is lost gets another and asks again; nobody notices. The writer's groups are run again after
 * a lost connection, a deadlock or a conflict; whether a group whose COMMIT was not answered is on disk is read off a
 * random mark that each group leaves in this process's row of the table engine.
 *
 * Several processes may have the database open. Their groups come one after the other (group.c); who is there, and
 * which work is whose for now, is in engines.c.
 *
 * The address is libpq's URI. What it does not say comes from libpq's environment (PGPASSFILE, PGSSLMODE ...). One
 * parameter is ours: folder=PATH, where the process's sockets lie ("var" without). */
#ifndef READINESS_STORE_POSTGRES_POSTGRES_H
#define READINESS_STORE_POSTGRES_POSTGRES_H

#include <libpq-fe.h>

#include "store/sql/database.h"

enum {
    PG_STATEMENTS_MAX = 256,
    PARAMETERS_MAX = 16,
    SERVER_OLDEST = 130000,
    MARK_SIZE = 16,
    SIGN_OF_LIFE = 60000, /* ms between two of an idle engine */
};

/* In a transaction, before all else (group.c). */
#define PG_TAKE_TURN "SELECT id FROM turn FOR UPDATE"

/* A row that another statement of the connection could not wait for. */
struct kept_row {
    struct kept_row *next;
    PGresult *row;
};

struct pg_database;

struct pg_statement {
    struct statement base;
    struct pg_database *db;
    const char *sql; /* compared by address: every text is a literal */
    char name[12];
    bool prepared; /* in this session */
    int n;
    Oid types[PARAMETERS_MAX];
    const char *values[PARAMETERS_MAX];
    int lengths[PARAMETERS_MAX], formats[PARAMETERS_MAX];
    uint64_t numbers[PARAMETERS_MAX]; /* as they travel */
    char *folded;                     /* what was bound by e, in lower case */
    bool running, over;               /* it has begun; all of it has been received */
    PGresult *row;                    /* the one that is being looked at */
    struct kept_row *first, *last;    /* those after it that are here already */
    enum result result;               /* with over */
    int changes;                      /* likewise */
};

struct pg_database {
    struct database base;
    PGconn *connection;
    struct pg_statement *statements[PG_STATEMENTS_MAX];
    size_t n_statements;
    struct pg_statement *active; /* whose rows are being received */
    bool held;                   /* in a transaction of ours: a lost connection cannot be made good by asking again */
    bool gone;                   /* the server has said that it ends the session; the library does not know yet */
    bool again;                  /* it was undone by a conflict with somebody else */
    bool spent;                  /* too much is left on it to be received */
    bool writes;                 /* it has the lock of the database, and takes it again with another session ... */
    bool alone;                  /* ... shared with nobody */
};

struct pg_store {
    struct store base;
    char *conninfo;          /* the address without what is ours */
    char *name;              /* of the database */
    uint8_t id[MARK_SIZE];   /* of this process */
    uint8_t mark[MARK_SIZE]; /* of the group */
    bool marked;             /* it is the mark of a group that is run again */
    int64_t next_sign;       /* of life: clock_monotonic */
    /* for the writer's thread alone: */
    bool rewritten;  /* every table was rewritten since something was deleted ... */
    int64_t horizon; /* ... and what was deleted is gone when nobody looks at a state of before this transaction */
};

static inline struct pg_database *pg_of(struct database *db) {
    return (struct pg_database *)db;
}
static inline struct pg_store *pg_store_of(const struct store *s) {
    return (struct pg_store *)s;
}

/* connection.c. pg_session: after connecting, also again: what this program relies on. Without findings nothing is said
 * but in the log. */
enum result pg_connect(struct pg_database **out, const char *conninfo, struct findings *findings) MUST_CHECK;
enum result pg_connect_again(struct pg_database *db) MUST_CHECK;
/* After the lock was taken: from now on it is taken again with every new session. */
enum result pg_make_writer(struct pg_database *db) MUST_CHECK;
void pg_close(struct database *db);
bool pg_lost(const struct pg_database *db);
/* What an answer comes to; notes conflicts, logs what is nobody's mistake. */
enum result pg_judge(struct pg_database *db, const PGresult *answer);
/* The first column of the first row as a number; `otherwise` when there is none. */
int64_t pg_number(struct pg_database *db, const char *sql, int64_t otherwise);
/* The same as text, in the arena; NULL when it cannot be read. */
const char *pg_text(struct pg_database *db, struct arena *arena, const char *sql);
/* Commands without parameters, several with semicolons. */
enum result pg_run(struct database *db, const char *sql);

/* statement.c: as in struct driver. */
struct statement *pg_statement(struct database *db, const char *sql);
void pg_bind(struct statement *statement, const char *format, va_list args);
void pg_bind_value(struct statement *statement, int i, enum column_kind kind, struct str view, int64_t number);
enum step pg_step(struct statement *statement);
void pg_reset(struct statement *statement);
enum result pg_finish(struct statement *statement, int *changes);
struct str pg_view(struct statement *statement, int column);
int64_t pg_column_number(struct statement *statement, int column);
enum column_kind pg_kind(struct statement *statement, int column);
int pg_columns(struct statement *statement);
/* Ends everything that is unfinished; statements of a session that is gone are prepared anew. */
void pg_end_all(struct pg_database *db);
void pg_forget_session(struct pg_database *db);
void pg_free_statements(struct pg_database *db);

/* group.c: as in struct driver. */
enum result pg_begin(struct store *s);
bool pg_goes_on(struct database *db);
enum group_end pg_fail(struct store *s, int tries);
int pg_rest(const struct store *s);
void pg_give_sign(struct store *s);

/* engines.c. A lock of the session, which all who have the database open share; who restores it or changes its form has
 * it alone. pg_enter_lock takes it, brings the form up to date, and says what is wrong. pg_enter_again: for a writer's
 * new session. RESULT_INPUT when another is in the way. */
enum result pg_take_lock(struct pg_database *db, bool alone) MUST_CHECK;
enum result pg_enter_lock(struct pg_database *db, bool alone, struct findings *findings) MUST_CHECK;
enum result pg_enter_again(struct pg_database *db) MUST_CHECK;
enum result pg_enter(struct pg_store *s, bool alone) MUST_CHECK;
/* As in struct driver. */
void pg_leave(struct store *s);
enum result pg_present(struct store *s, const struct engine *card);
enum result pg_list_engines(struct store *s, struct database *db, struct arena *arena, struct engine **out, size_t *n);
enum result pg_hold(struct store *s, struct database *db, const char *work, int seconds, bool *anew);
enum result pg_let_go(struct store *s, struct database *db, const char *work);
enum result pg_holds(struct store *s, struct database *db, const char *work);

/* Runs a statement n times in one go: all are sent before the first answer is waited for. `bind` binds the i-th one's
 * values, `take` is shown its row, if it has any; each has at most one. When one fails, so do those behind it. */
enum result pg_run_many(struct statement *statement, size_t n, void (*bind)(void *context, size_t i),
                        void (*take)(void *context, size_t i), void *context);

/* cast.c: as in struct driver. */
enum result pg_cast_all(struct database *db, struct job *first);

/* cleaning.c: as in struct driver. PG_MAY_SWITCH: 1 when we may finish a segment of the journal. */
#define PG_MAY_SWITCH "SELECT CASE WHEN has_function_privilege('pg_switch_wal()', 'EXECUTE') THEN 1 END"
enum result pg_forget_order(struct database *db, struct id wave);
enum result pg_forget_pace(struct database *db, struct id mailing);
bool pg_clean(struct store *s, bool anew, int wait);

/* condition.c: as in struct driver. */
int pg_version(struct database *db);
bool pg_is_whole(struct database *db, struct findings *findings);
int64_t pg_count_orphans(struct database *db, struct arena *arena, const char **table);
enum result pg_describe(struct store *s, struct database *db, struct arena *arena, struct store_condition *out);
/* What the server should be set to and is not. */
void pg_advise(struct pg_database *db, struct arena *arena, struct store_condition *out);
/* Brings the form up to date; an empty database gets all of it. */
enum result pg_migrate(struct pg_database *db, struct findings *findings) MUST_CHECK;

#endif
