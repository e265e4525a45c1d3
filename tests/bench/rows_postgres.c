/* Through libpq, a whole group in one pipeline: it is sent without waiting for a single answer, and read at its end. */
#include <libpq-fe.h>

#include "rows.h"

static PGconn *connection;
static bool failed;

static bool done(PGresult *result) {
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    return status == PGRES_COMMAND_OK;
}

bool rows_open(const char *address, bool keyed) {
    static const char *const tables[] = {"CREATE TABLE answer (id bigserial PRIMARY KEY, json text)",
                                         "CREATE TABLE answer (key bytea PRIMARY KEY, sealed bytea)"};
    static const char *const inserts[] = {"INSERT INTO answer (json) VALUES ($1)",
                                          "INSERT INTO answer VALUES ($1, $2)"};
    connection = PQconnectdb(address);
    return PQstatus(connection) == CONNECTION_OK && done(PQexec(connection, tables[keyed])) &&
           done(PQprepare(connection, "put", inserts[keyed], 0, NULL)) && PQenterPipelineMode(connection);
}

static void send(const char *sql) {
    failed = !PQsendQueryParams(connection, sql, 0, NULL, NULL, NULL, NULL, 0) || failed;
}

void rows_begin(void) {
    failed = false;
    send("BEGIN");
}

void rows_put(const unsigned char *key, const void *row, size_t n) {
    static const int binary[] = {1, 1};
    const char *const keyed[] = {(const char *)key, row}, *const plain[] = {row};
    const int keyed_sizes[] = {32, (int)n}, plain_sizes[] = {(int)n};
    failed = !PQsendQueryPrepared(connection, "put", key ? 2 : 1, key ? keyed : plain, key ? keyed_sizes : plain_sizes,
                                  binary, 0) ||
             failed;
}

/* An answer to each that was sent, a NULL after each, and at last the one to the pipeline itself. */
bool rows_commit(void) {
    send("COMMIT");
    bool over = failed || !PQpipelineSync(connection);
    while (!over) {
        PGresult *result = PQgetResult(connection);
        over = PQresultStatus(result) == PGRES_PIPELINE_SYNC || PQstatus(connection) != CONNECTION_OK;
        if (result && !over)
            failed = !done(result) || failed;
        else
            PQclear(result);
    }
    return !failed;
}
