#include "store/sqlite/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/log.h"

enum { APPLICATION_ID = 0x52444e53 /* "RDNS" */ };

static void close_database(struct database *db);

static enum result say(struct findings *findings, const char *path, const char *code, enum result result) {
    finding_add(findings, SEVERITY_ERROR, (struct place){path, 0, 0}, code, NULL);
    return result;
}

static enum result run(struct database *db, const char *sql) {
    return sqlite3_exec(handle_of(db), sql, NULL, NULL, NULL) == SQLITE_OK ? RESULT_OK : RESULT_MACHINE;
}

/* The first column of the first row as a number, or -1. */
static int number_of(struct database *db, const char *sql) {
    sqlite3_stmt *statement = NULL;
    int value = -1;
    if (sqlite3_prepare_v2(handle_of(db), sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        value = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

/* Is it ours to change? Asked before anything is written, also before the kind of journal is set. */
static enum result check_form(struct database *db, const char *path, struct findings *findings) {
    const int tables = number_of(db, "SELECT count(*) FROM sqlite_schema");
    if (tables < 0)
        return say(findings, path, "store_not_opened", RESULT_MACHINE);
    if (tables > 0 && number_of(db, "PRAGMA application_id") != APPLICATION_ID)
        return say(findings, path, "store_foreign", RESULT_INPUT);
    if (number_of(db, "PRAGMA user_version") > database_newest())
        return say(findings, path, "store_newer", RESULT_INPUT);
    return RESULT_OK;
}

/* SQLite counts the memory that it uses, for whoever asks; nobody here does, and for each piece that it takes or gives
 * back all threads would meet at one lock. It can be told before its first use only. */
__attribute__((constructor)) static void count_nothing(void) {
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static struct sqlite_database *new_database(void) {
    struct sqlite_database *own = mem_alloc(sizeof *own);
    own->base.driver = &sqlite_driver;
    return own;
}

enum result sqlite_open(struct database **out, const char *path, bool writing, struct findings *findings) {
    struct sqlite_database *own = new_database();
    struct database *db = &own->base;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                (writing ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE);
    enum result result = RESULT_MACHINE;
    if (sqlite3_open_v2(path, &own->handle, flags, NULL) == SQLITE_OK) {
        sqlite3_db_config(own->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(own->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
        sqlite3_db_config(own->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
        sqlite3_busy_timeout(own->handle, BUSY_WAIT);
        result = writing ? check_form(db, path, findings) : RESULT_OK;
    } else {
        result = say(findings, path, "store_not_opened", RESULT_MACHINE);
    }
    if (result != RESULT_OK) {
        close_database(db);
        return result;
    }
    result = run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                     "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;");
    if (result == RESULT_OK && !writing)
        result = run(db, "PRAGMA query_only = ON;");
    if (result == RESULT_OK && (number_of(db, "PRAGMA secure_delete") != 1 || number_of(db, "PRAGMA synchronous") != 2))
        result = RESULT_MACHINE;
    if (result != RESULT_OK) {
        close_database(db);
        return say(findings, path, "store_not_opened", result);
    }
    *out = db;
    return RESULT_OK;
}

const char *sqlite_path(const char *url) {
    static const char scheme[] = "sqlite:";
    const char *path = url + sizeof scheme - 1;
    return strncmp(url, scheme, sizeof scheme - 1) == 0 && *path ? path : NULL;
}

/* As a URI, since only that way SQLite can be told that the file does not change while it is read. */
static void write_uri(struct buf *uri, const char *path) {
    buf_text(uri, "file:");
    for (const char *p = path; *p; p++)
        if (strchr("?#%", *p))
            buf_printf(uri, "%%%02X", (unsigned)(unsigned char)*p);
        else
            buf_char(uri, *p);
    buf_text(uri, "?immutable=1");
}

/* A journal beside it means that it was copied by hand, in the middle of something. */
static bool has_journal(const char *path) {
    struct buf journal = BUF_INIT;
    struct stat st;
    buf_printf(&journal, "%s-wal", path);
    const bool has = stat(journal.p, &st) == 0 && st.st_size > 0;
    buf_free(&journal);
    return has;
}

enum result sqlite_open_copy(struct database **out, const char *path, struct findings *findings) {
    struct buf uri = BUF_INIT;
    struct stat st;
    *out = NULL;
    if (stat(path, &st) != 0)
        return say(findings, path, errno == ENOENT ? "file_missing" : "file_unreadable", RESULT_INPUT);
    if (!S_ISREG(st.st_mode))
        return say(findings, path, "file_unreadable", RESULT_INPUT);
    if (has_journal(path))
        return say(findings, path, "copy_with_journal", RESULT_INPUT);
    struct sqlite_database *own = new_database();
    struct database *db = &own->base;
    write_uri(&uri, path);
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    enum result result = sqlite3_open_v2(uri.p, &own->handle, flags, NULL) == SQLITE_OK ? RESULT_OK : RESULT_MACHINE;
    buf_free(&uri);
    if (result == RESULT_OK) {
        sqlite3_db_config(own->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(own->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        result = run(db, "PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;");
    }
    if (result == RESULT_OK && number_of(db, "SELECT count(*) FROM sqlite_schema") < 0)
        result = RESULT_MACHINE;
    if (result != RESULT_OK) {
        close_database(db);
        return say(findings, path, "copy_no_database", RESULT_INPUT);
    }
    *out = db;
    return RESULT_OK;
}

bool sqlite_is_whole(struct database *db, struct findings *findings) {
    struct statement *q = database_statement(db, "PRAGMA integrity_check(10)");
    bool whole = true;
    enum step step = STEP_FAILED;
    while ((step = statement_step(q)) == STEP_ROW) {
        const struct str text = column_view(q, 0);
        if (str_is(text, "ok"))
            continue;
        whole = false;
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "check_damaged", "detail", text.p, NULL);
    }
    if (step != STEP_DONE) {
        whole = false;
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "check_damaged", "detail",
                    sqlite3_errstr(sqlite3_extended_errcode(handle_of(db))), NULL);
    }
    statement_reset(q);
    return whole;
}

int64_t sqlite_count_orphans(struct database *db, struct arena *arena, const char **table) {
    struct statement *q = database_statement(db, "PRAGMA foreign_key_check");
    enum step step = STEP_FAILED;
    int64_t n = 0;
    while ((step = statement_step(q)) == STEP_ROW) {
        if (n++ == 0)
            *table = column_text(arena, q, 0);
    }
    statement_reset(q);
    return step == STEP_DONE ? n : -1;
}

int64_t sqlite_pragma(struct database *db, const char *sql) {
    int64_t n = -1;
    (void)!statement_number(database_statement(db, sql), -1, &n);
    return n;
}

int sqlite_version(struct database *db) {
    const int64_t version = sqlite_pragma(db, "PRAGMA user_version");
    const int64_t application = version < 0 ? -1 : sqlite_pragma(db, "PRAGMA application_id");
    if (version < 0 || application < 0)
        return -1;
    return application == APPLICATION_ID ? (int)version : 0;
}

static void close_database(struct database *db) {
    struct sqlite_database *own = sqlite_of(db);
    if (!db)
        return;
    for (size_t i = 0; i < own->n_statements; i++)
        sqlite3_finalize(own->statements[i].handle);
    sqlite3_close(own->handle);
    free(own);
}

/* All steps in one transaction: a database is of the old form or of the new one, never of one in between. */
static enum result migrate_all(struct database *db, int have, int newest) {
    char finish[80];
    bool good = run(db, "BEGIN EXCLUSIVE") == RESULT_OK;
    for (size_t i = 0; good && i < embedded_count; i++) {
        int version;
        if (sscanf(embedded_files[i].path, "engine/store/sqlite/%3d-", &version) == 1 && version > have)
            good = run(db, embedded_files[i].begin) == RESULT_OK; /* in order of their names */
    }
    snprintf(finish, sizeof finish, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;", APPLICATION_ID,
             newest);
    if (good && run(db, finish) == RESULT_OK)
        return RESULT_OK;
    log_event(LOG_ERROR, "migration_failed", LOG_REASON, sqlite3_errstr(sqlite3_extended_errcode(handle_of(db))), -1);
    (void)run(db, "ROLLBACK");
    return RESULT_MACHINE;
}

enum result sqlite_migrate(struct database *db, const char *path, struct findings *findings) {
    const int have = number_of(db, "PRAGMA user_version"), newest = database_newest();
    if (have < 0)
        return say(findings, path, "store_not_opened", RESULT_MACHINE);
    if (have >= newest)
        return RESULT_OK;
    const bool empty = number_of(db, "SELECT count(*) FROM sqlite_schema") == 0;
    if (!empty && sqlite_copy_before(db, path, have, newest, NULL) != RESULT_OK)
        return say(findings, path, "store_not_copied", RESULT_MACHINE);
    return migrate_all(db, have, newest) == RESULT_OK ? RESULT_OK
                                                      : say(findings, path, "store_not_migrated", RESULT_MACHINE);
}

static struct statement *prepare(struct database *db, const char *sql) {
    struct sqlite_database *own = sqlite_of(db);
    for (size_t i = 0; i < own->n_statements; i++)
        if (own->statements[i].sql == sql) {
            sqlite3_reset(own->statements[i].handle);
            return &own->statements[i].base;
        }
    sqlite3_stmt *handle = NULL;
    if (own->n_statements == STATEMENTS_MAX ||
        sqlite3_prepare_v3(own->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL) != SQLITE_OK) {
        log_event(LOG_ERROR, "statement_not_prepared", LOG_REASON, sqlite3_errmsg(own->handle), -1);
        return NULL;
    }
    struct sqlite_statement *statement = &own->statements[own->n_statements++];
    *statement = (struct sqlite_statement){{&sqlite_driver}, sql, handle};
    return &statement->base;
}

static sqlite3_stmt *stmt_of(struct statement *statement) {
    return ((struct sqlite_statement *)statement)->handle;
}

static void bind(struct statement *base, const char *format, va_list args) {
    sqlite3_stmt *statement = stmt_of(base);
    for (int i = 1; *format; i++, format++) {
        struct str s;
        const void *p;
        switch (*format) {
        case 't':
        case 'e': /* the column is of the collation NOCASE */
            sqlite3_bind_text(statement, i, va_arg(args, const char *), -1, SQLITE_STATIC);
            break;
        case 's':
            s = va_arg(args, struct str);
            sqlite3_bind_text(statement, i, s.p, (int)s.n, SQLITE_STATIC);
            break;
        case 'b':
            s = va_arg(args, struct str);
            sqlite3_bind_blob(statement, i, s.p, (int)s.n, SQLITE_STATIC);
            break;
        case 'd':
        case 'p':
            p = va_arg(args, const void *);
            if (p)
                sqlite3_bind_blob(statement, i, p, 16, SQLITE_STATIC);
            else
                sqlite3_bind_null(statement, i);
            break;
        case 'h':
            sqlite3_bind_blob(statement, i, va_arg(args, const void *), 32, SQLITE_STATIC);
            break;
        case 'i':
            sqlite3_bind_int(statement, i, va_arg(args, int));
            break;
        case 'l':
            sqlite3_bind_int64(statement, i, va_arg(args, int64_t));
            break;
        default: /* z */
            sqlite3_bind_int64(statement, i, (sqlite3_int64)va_arg(args, size_t));
            break;
        }
    }
}

static void bind_value(struct statement *base, int i, enum column_kind kind, struct str view, int64_t value) {
    sqlite3_stmt *statement = stmt_of(base);
    if (kind == COLUMN_NUMBER)
        sqlite3_bind_int64(statement, i + 1, value);
    else if (kind == COLUMN_TEXT)
        sqlite3_bind_text(statement, i + 1, view.p, (int)view.n, SQLITE_STATIC);
    else if (kind == COLUMN_BYTES)
        sqlite3_bind_blob(statement, i + 1, view.p, (int)view.n, SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, i + 1);
}

static enum step step(struct statement *statement) {
    const int code = sqlite3_step(stmt_of(statement));
    return code == SQLITE_ROW ? STEP_ROW : code == SQLITE_DONE ? STEP_DONE : STEP_FAILED;
}

static void reset(struct statement *statement) {
    sqlite3_reset(stmt_of(statement));
}

static enum result finish(struct statement *base, int *changes) {
    sqlite3_stmt *statement = stmt_of(base);
    const int code = sqlite3_step(statement);
    if (changes)
        *changes = sqlite3_changes(sqlite3_db_handle(statement));
    sqlite3_reset(statement);
    if (code == SQLITE_DONE)
        return RESULT_OK;
    return (code & 0xff) == SQLITE_CONSTRAINT ? RESULT_INPUT : RESULT_MACHINE;
}

static struct str view(struct statement *base, int column) {
    sqlite3_stmt *statement = stmt_of(base);
    const void *p = sqlite3_column_type(statement, column) == SQLITE_BLOB ? sqlite3_column_blob(statement, column)
                                                                          : sqlite3_column_text(statement, column);
    return (struct str){p ? p : "", (size_t)sqlite3_column_bytes(statement, column)};
}

static int64_t number(struct statement *statement, int column) {
    return sqlite3_column_int64(stmt_of(statement), column);
}

static enum column_kind kind(struct statement *statement, int column) {
    switch (sqlite3_column_type(stmt_of(statement), column)) {
    case SQLITE_INTEGER:
        return COLUMN_NUMBER;
    case SQLITE_TEXT:
        return COLUMN_TEXT;
    case SQLITE_BLOB:
        return COLUMN_BYTES;
    default:
        return COLUMN_NULL;
    }
}

static int columns(struct statement *statement) {
    return sqlite3_column_count(stmt_of(statement));
}

static struct database *open_reader(struct store *s) {
    struct database *db = NULL;
    return sqlite_open(&db, sqlite_store_of(s)->path, false, NULL) == RESULT_OK ? db : NULL;
}

static bool give_back(struct database *db) {
    struct sqlite_database *own = sqlite_of(db);
    for (size_t i = 0; i < own->n_statements; i++)
        sqlite3_reset(own->statements[i].handle); /* an unfinished read would keep its snapshot */
    return sqlite3_get_autocommit(own->handle);   /* and so would a transaction that could not be ended */
}

static enum result begin(struct store *s) {
    return statement_finish(database_statement(s->writer, "BEGIN IMMEDIATE"), NULL);
}

static enum result commit(struct store *s) {
    return statement_finish(database_statement(s->writer, "COMMIT"), NULL);
}

static bool goes_on(struct database *db) {
    return !sqlite3_get_autocommit(handle_of(db));
}

static enum group_end fail(struct store *s, int tries) {
    sqlite3 *handle = handle_of(s->writer);
    (void)tries;
    log_event(LOG_ERROR, "commit_failed", LOG_REASON, sqlite3_errstr(sqlite3_extended_errcode(handle)), -1);
    if (!sqlite3_get_autocommit(handle))
        (void)run(s->writer, "ROLLBACK");
    return GROUP_FAILED;
}

/* Pages in the journal from which on it is brought into the database: when there has been nothing to write for so many
 * milliseconds, or in any case. */
enum { JOURNAL_LONG = 1000, JOURNAL_TOO_LONG = 8000, JOURNAL_QUIET = 50 };

/* Called after each commit. In the place of SQLite's own hook, which would bring in the journal before anybody hears
 * that the answers are on disk. */
static int note_journal(void *context, sqlite3 *handle, const char *name, int pages) {
    struct sqlite_store *s = context;
    (void)handle;
    (void)name;
    s->journal_pages = pages;
    return SQLITE_OK;
}

static int rest(const struct store *s) {
    return sqlite_store_of(s)->journal_pages >= JOURNAL_LONG ? JOURNAL_QUIET : -1;
}

static bool tidy_now(const struct store *s) {
    return sqlite_store_of(s)->journal_pages >= JOURNAL_TOO_LONG;
}

/* Between two groups, so that no thank-you of theirs waits for it. What cannot be brought in now stays in the journal.
 * Never by a second connection while this one commits, though nobody would have to wait then: SQLite before 3.51.3 can
 * lose a commit when one connection brings the journal in while another begins it anew. */
static void shorten_journal(struct store *s) {
    sqlite_store_of(s)->journal_pages = 0;
    (void)sqlite3_wal_checkpoint_v2(handle_of(s->writer), NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

static enum result begin_reading(struct database *db) {
    return statement_finish(database_statement(db, "BEGIN"), NULL);
}

/* Tables without row numbers, in the order of their keys: there is nothing to forget. */
static enum result forget_order(struct database *db, struct id wave_or_mailing) {
    (void)db;
    (void)wave_or_mailing;
    return RESULT_OK;
}

enum result sqlite_lock(const char *path, int *lock, struct findings *findings) {
    char *file = sqlite3_mprintf("%s.lock", path);
    *lock = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    enum result result = RESULT_OK;
    if (*lock < 0 || flock(*lock, LOCK_EX | LOCK_NB) != 0) {
        result = *lock < 0 ? RESULT_MACHINE : RESULT_INPUT;
        finding_add(findings, SEVERITY_ERROR, (struct place){path, 0, 0},
                    *lock < 0 ? "store_not_opened" : "store_in_use", NULL);
    }
    sqlite3_free(file);
    return result;
}

static enum result take_lock(struct sqlite_store *s, struct findings *findings) {
    const enum result result = sqlite_lock(s->path, &s->lock, findings);
    int database = result == RESULT_OK ? open(s->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (database >= 0) /* for its owner only; the journal takes the same mode */
        close(database);
    return result;
}

static char *copy_of(const char *s, size_t n) {
    char *copy = mem_alloc(n + 1);
    memcpy(copy, s, n);
    return copy;
}

static char *folder_of(const char *url) {
    const char *path = sqlite_path(url);
    const size_t folder = (size_t)(file_name(path) - path);
    return folder ? copy_of(path, folder - (folder > 1)) : copy_of(".", 1);
}

/* There is no secret in it. */
static const char *address_of(struct arena *arena, const char *url) {
    return arena_string(arena, url);
}

static enum result open_store(struct store **out, const char *url, bool alone, struct findings *findings) {
    (void)alone; /* it always is */
    const char *path = sqlite_path(url);
    struct sqlite_store *s = mem_alloc(sizeof *s);
    *out = &s->base;
    s->lock = -1;
    s->rewritten = true; /* the journal may be left of a process that died while it cleaned */
    s->path = copy_of(path, strlen(path));
    s->base.url = copy_of(url, strlen(url));
    s->base.folder = folder_of(url);
    enum result result = file_make_folder(s->base.folder, 0700, findings);
    if (result == RESULT_OK)
        result = take_lock(s, findings);
    if (result == RESULT_OK)
        result = sqlite_open(&s->base.writer, s->path, true, findings);
    if (result == RESULT_OK)
        result = sqlite_migrate(s->base.writer, s->path, findings);
    if (result == RESULT_OK)
        sqlite3_wal_hook(handle_of(s->base.writer), note_journal, s);
    return result;
}

static const char *place_of(const struct store *s) {
    return sqlite_store_of(s)->path;
}

static void discard_store(struct store *base) {
    struct sqlite_store *s = sqlite_store_of(base);
    if (s->lock >= 0)
        close(s->lock);
    free(s->path);
}

const struct driver sqlite_driver = {.scheme = "sqlite:",
                                     .open = open_store,
                                     .discard = discard_store,
                                     .open_reader = open_reader,
                                     .give_back = give_back,
                                     .close = close_database,
                                     .statement = prepare,
                                     .run = run,
                                     .bind = bind,
                                     .bind_value = bind_value,
                                     .step = step,
                                     .reset = reset,
                                     .finish = finish,
                                     .view = view,
                                     .number = number,
                                     .kind = kind,
                                     .columns = columns,
                                     .begin = begin,
                                     .commit = commit,
                                     .goes_on = goes_on,
                                     .fail = fail,
                                     .rest = rest,
                                     .tidy_now = tidy_now,
                                     .tidy = shorten_journal,
                                     .begin_reading = begin_reading,
                                     .forget_order = forget_order,
                                     .forget_pace = forget_order,
                                     .clean = sqlite_clean,
                                     .version = sqlite_version,
                                     .is_whole = sqlite_is_whole,
                                     .count_orphans = sqlite_count_orphans,
                                     .copy = sqlite_copy,
                                     .list_copies = sqlite_list_copies,
                                     .drop_copies = sqlite_drop_copies,
                                     .describe = sqlite_describe,
                                     .free_bytes = sqlite_free_bytes,
                                     .probe = sqlite_probe,
                                     .place = place_of,
                                     .exists = sqlite_exists,
                                     .address = address_of,
                                     .folder = folder_of,
                                     .restore = sqlite_restore};
