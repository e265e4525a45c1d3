/* WAL, synchronous = FULL, a statement that is prepared once. */
#include <sqlite3.h>

#include "rows.h"

static sqlite3 *db;
static sqlite3_stmt *insert;
static bool failed;

bool rows_open(const char *address, bool keyed) {
    static const char *const tables[] = {
        "CREATE TABLE answer (id INTEGER PRIMARY KEY, json TEXT) STRICT",
        "CREATE TABLE answer (key BLOB PRIMARY KEY, sealed BLOB) STRICT, WITHOUT ROWID"};
    static const char *const inserts[] = {"INSERT INTO answer (json) VALUES (?)", "INSERT INTO answer VALUES (?, ?)"};
    return sqlite3_open(address, &db) == SQLITE_OK &&
           sqlite3_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;", NULL, NULL, NULL) == SQLITE_OK &&
           sqlite3_exec(db, tables[keyed], NULL, NULL, NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(db, inserts[keyed], -1, &insert, NULL) == SQLITE_OK;
}

void rows_begin(void) {
    failed = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK;
}

void rows_put(const unsigned char *key, const void *row, size_t n) {
    if (key) {
        sqlite3_bind_blob(insert, 1, key, 32, SQLITE_STATIC);
        sqlite3_bind_blob(insert, 2, row, (int)n, SQLITE_STATIC);
    } else {
        sqlite3_bind_text(insert, 1, row, (int)n, SQLITE_STATIC);
    }
    failed = sqlite3_step(insert) != SQLITE_DONE || failed;
    sqlite3_reset(insert);
}

bool rows_commit(void) {
    return sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK && !failed;
}
