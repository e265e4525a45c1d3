#include "store/sqlite/database.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/embedded.h"
#include "base/log.h"

enum { APPLICATION_ID = 0x52444e53 /* "RDNS" */ };

static enum result say(struct findings *findings, const char *path, const char *code, enum result result) {
    finding_add(findings, SEVERITY_ERROR, (struct place){path, 0, 0}, code, NULL);
    return result;
}

enum result database_run(struct database *db, const char *sql) {
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? RESULT_OK : RESULT_MACHINE;
}

/* The first column of the first row as a number, or -1. */
static int number_of(struct database *db, const char *sql) {
    sqlite3_stmt *statement = NULL;
    int value = -1;
    if (sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
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

enum result database_open(struct database **out, const char *path, bool writing, struct findings *findings) {
    struct database *db = mem_alloc(sizeof *db);
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                (writing ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE);
    enum result result = RESULT_MACHINE;
    if (sqlite3_open_v2(path, &db->handle, flags, NULL) == SQLITE_OK) {
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
        sqlite3_busy_timeout(db->handle, BUSY_WAIT);
        result = writing ? check_form(db, path, findings) : RESULT_OK;
    } else {
        result = say(findings, path, "store_not_opened", RESULT_MACHINE);
    }
    if (result != RESULT_OK) {
        database_close(db);
        return result;
    }
    /* Small caches: what is looked up are single rows at random places, and the system has the pages too. */
    result = database_run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                              "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -1000;");
    if (result == RESULT_OK && !writing)
        result = database_run(db, "PRAGMA query_only = ON; PRAGMA cache_size = -500;");
    if (result == RESULT_OK && (number_of(db, "PRAGMA secure_delete") != 1 || number_of(db, "PRAGMA synchronous") != 2))
        result = RESULT_MACHINE;
    if (result != RESULT_OK) {
        database_close(db);
        return say(findings, path, "store_not_opened", result);
    }
    *out = db;
    return RESULT_OK;
}

const char *database_path(const char *url) {
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

enum result database_open_copy(struct database **out, const char *path, struct findings *findings) {
    struct buf uri = BUF_INIT;
    struct stat st;
    *out = NULL;
    if (stat(path, &st) != 0)
        return say(findings, path, errno == ENOENT ? "file_missing" : "file_unreadable", RESULT_INPUT);
    if (!S_ISREG(st.st_mode))
        return say(findings, path, "file_unreadable", RESULT_INPUT);
    if (has_journal(path))
        return say(findings, path, "copy_with_journal", RESULT_INPUT);
    struct database *db = mem_alloc(sizeof *db);
    write_uri(&uri, path);
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    enum result result = sqlite3_open_v2(uri.p, &db->handle, flags, NULL) == SQLITE_OK ? RESULT_OK : RESULT_MACHINE;
    buf_free(&uri);
    if (result == RESULT_OK) {
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        result = database_run(db, "PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;");
    }
    if (result == RESULT_OK && number_of(db, "SELECT count(*) FROM sqlite_schema") < 0)
        result = RESULT_MACHINE;
    if (result != RESULT_OK) {
        database_close(db);
        return say(findings, path, "copy_no_database", RESULT_INPUT);
    }
    *out = db;
    return RESULT_OK;
}

bool database_is_whole(struct database *db, struct findings *findings) {
    sqlite3_stmt *q = database_statement(db, "PRAGMA integrity_check(10)");
    bool whole = true;
    int code = SQLITE_ERROR;
    while ((code = statement_step(q)) == SQLITE_ROW) {
        const struct str text = column_view(q, 0);
        if (str_is(text, "ok"))
            continue;
        whole = false;
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "check_damaged", "detail", text.p, NULL);
    }
    sqlite3_reset(q);
    if (code != SQLITE_DONE) {
        whole = false;
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "check_damaged", "detail",
                    sqlite3_errstr(code), NULL);
    }
    return whole;
}

void database_close(struct database *db) {
    if (!db)
        return;
    for (size_t i = 0; i < db->n_statements; i++)
        sqlite3_finalize(db->statements[i].statement);
    sqlite3_close(db->handle);
    free(db);
}

/* All steps in one transaction: a database is of the old form or of the new one, never of one in between. */
static enum result migrate_all(struct database *db, int have, int newest) {
    char finish[80];
    bool good = database_run(db, "BEGIN EXCLUSIVE") == RESULT_OK;
    for (size_t i = 0; good && i < embedded_count; i++) {
        int version;
        if (sscanf(embedded_files[i].path, "engine/store/sqlite/%3d-", &version) == 1 && version > have)
            good = database_run(db, embedded_files[i].begin) == RESULT_OK; /* in order of their names */
    }
    snprintf(finish, sizeof finish, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;", APPLICATION_ID,
             newest);
    if (good && database_run(db, finish) == RESULT_OK)
        return RESULT_OK;
    log_event(LOG_ERROR, "migration_failed", LOG_REASON, sqlite3_errstr(sqlite3_extended_errcode(db->handle)), -1);
    (void)database_run(db, "ROLLBACK");
    return RESULT_MACHINE;
}

int database_newest(void) {
    int newest = 0;
    for (size_t i = 0; i < embedded_count; i++) /* in order of their names */
        (void)sscanf(embedded_files[i].path, "engine/store/sqlite/%3d-", &newest);
    return newest;
}

enum result database_migrate(struct database *db, const char *path, struct findings *findings) {
    const int have = number_of(db, "PRAGMA user_version"), newest = database_newest();
    if (have < 0)
        return say(findings, path, "store_not_opened", RESULT_MACHINE);
    if (have >= newest)
        return RESULT_OK;
    const bool empty = number_of(db, "SELECT count(*) FROM sqlite_schema") == 0;
    if (!empty && database_copy_before(db, path, have, newest, NULL) != RESULT_OK)
        return say(findings, path, "store_not_copied", RESULT_MACHINE);
    return migrate_all(db, have, newest) == RESULT_OK ? RESULT_OK
                                                      : say(findings, path, "store_not_migrated", RESULT_MACHINE);
}

sqlite3_stmt *database_statement(struct database *db, const char *sql) {
    for (size_t i = 0; i < db->n_statements; i++)
        if (db->statements[i].sql == sql) {
            sqlite3_reset(db->statements[i].statement);
            return db->statements[i].statement;
        }
    sqlite3_stmt *statement = NULL;
    if (db->n_statements == STATEMENTS_MAX ||
        sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) {
        log_event(LOG_ERROR, "statement_not_prepared", LOG_REASON, sqlite3_errmsg(db->handle), -1);
        return NULL;
    }
    db->statements[db->n_statements].sql = sql;
    db->statements[db->n_statements++].statement = statement;
    return statement;
}

void statement_bind(sqlite3_stmt *statement, const char *format, ...) {
    va_list args;
    va_start(args, format);
    for (int i = 1; statement && *format; i++, format++) {
        struct str s;
        const void *p;
        switch (*format) {
        case 't':
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
    va_end(args);
}

int statement_step(sqlite3_stmt *statement) {
    return statement ? sqlite3_step(statement) : SQLITE_ERROR;
}

enum result row_result(int code) {
    return code == SQLITE_ROW ? RESULT_OK : code == SQLITE_DONE ? RESULT_INPUT : RESULT_MACHINE;
}

enum result statement_finish(sqlite3_stmt *statement, int *changes) {
    if (!statement)
        return RESULT_MACHINE;
    int code = sqlite3_step(statement);
    if (changes)
        *changes = sqlite3_changes(sqlite3_db_handle(statement));
    sqlite3_reset(statement);
    if (code == SQLITE_DONE)
        return RESULT_OK;
    return (code & 0xff) == SQLITE_CONSTRAINT ? RESULT_INPUT : RESULT_MACHINE;
}

enum result statement_finish_one(sqlite3_stmt *statement) {
    int changes = 0;
    enum result result = statement_finish(statement, &changes);
    return result == RESULT_OK && changes != 1 ? RESULT_INPUT : result;
}

enum result statement_number(sqlite3_stmt *statement, int64_t otherwise, int64_t *out) {
    int code = statement_step(statement);
    *out = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : otherwise;
    sqlite3_reset(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE ? RESULT_OK : RESULT_MACHINE;
}

struct str column_view(sqlite3_stmt *statement, int column) {
    const void *p = sqlite3_column_type(statement, column) == SQLITE_BLOB ? sqlite3_column_blob(statement, column)
                                                                          : sqlite3_column_text(statement, column);
    return (struct str){p ? p : "", (size_t)sqlite3_column_bytes(statement, column)};
}

const char *column_text(struct arena *arena, sqlite3_stmt *statement, int column) {
    struct str s = column_view(statement, column);
    return arena_copy(arena, s.p, s.n);
}

void column_bytes(sqlite3_stmt *statement, int column, uint8_t *into, size_t n) {
    struct str s = column_view(statement, column);
    memset(into, 0, n);
    memcpy(into, s.p, s.n < n ? s.n : n);
}

struct id column_id(sqlite3_stmt *statement, int column) {
    struct id id;
    column_bytes(statement, column, id.bytes, sizeof id.bytes);
    return id;
}
