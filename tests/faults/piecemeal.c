/* An update whose steps are each on the disk before the next begins, as in a program without one transaction around
 * them all: for the program `readiness-piecemeal`, which is built for two tests only. The kills of test_migration.py
 * and of test_migration_postgres.py must find it out. Never part of the product. The linker puts __wrap_sqlite3_exec in
 * the place of sqlite3_exec, and __wrap_PQexec in that of PQexec. */
#include <stddef.h>

#include <libpq-fe.h>
#include <sqlite3.h>

typedef int (*each_row)(void *context, int n, char **values, char **names);

int __real_sqlite3_exec(sqlite3 *db, const char *sql, each_row row, void *context, char **message);
int __wrap_sqlite3_exec(sqlite3 *db, const char *sql, each_row row, void *context, char **message);

int __wrap_sqlite3_exec(sqlite3 *db, const char *sql, each_row row, void *context, char **message) {
    const int code = __real_sqlite3_exec(db, sql, row, context, message);
    if (code == SQLITE_OK && !sqlite3_get_autocommit(db))
        return __real_sqlite3_exec(db, "COMMIT; BEGIN", NULL, NULL, NULL);
    return code;
}

PGresult *__real_PQexec(PGconn *connection, const char *sql);
PGresult *__wrap_PQexec(PGconn *connection, const char *sql);

PGresult *__wrap_PQexec(PGconn *connection, const char *sql) {
    PGresult *answer = __real_PQexec(connection, sql);
    if (PQresultStatus(answer) == PGRES_COMMAND_OK && PQtransactionStatus(connection) == PQTRANS_INTRANS)
        PQclear(__real_PQexec(connection, "COMMIT; BEGIN"));
    return answer;
}
