/* Connections to the server, and what its answers come to. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "store/postgres/postgres.h"

/* The first line of the server's words is enough. */
static enum result say(struct findings *findings, PGconn *connection, const char *code, const char *detail) {
    const char *name = PQdb(connection);
    struct buf line = BUF_INIT;
    buf_bytes(&line, detail ? detail : "", detail ? strcspn(detail, "\n") : 0);
    finding_add(findings, SEVERITY_ERROR, (struct place){name && name[0] ? name : NULL, 0, 0}, code, "detail", line.p,
                NULL);
    buf_free(&line);
    return strcmp(code, "store_server_away") == 0 ? RESULT_MACHINE : RESULT_INPUT;
}

bool pg_lost(const struct pg_database *db) {
    return db->gone || PQstatus(db->connection) != CONNECTION_OK;
}

/* The server's words may hold values; its five letters never do. */
static void log_trouble(const char *state) {
    log_event(LOG_ERROR, "database_trouble", LOG_REASON, state ? state : "connection_lost", -1);
}

/* Somebody else was in the way, or the server was about to end: what was asked for may be asked for again. */
static bool is_passing(const char *state) {
    static const char *const passing[] = {"40001", "40P01", "55P03", "25006", "57P01", "57P02", "57P03"};
    for (size_t i = 0; state && i < sizeof passing / sizeof *passing; i++)
        if (strcmp(state, passing[i]) == 0)
            return true;
    return false;
}

enum result pg_judge(struct pg_database *db, const PGresult *answer) {
    const char *state = answer ? PQresultErrorField(answer, PG_DIAG_SQLSTATE) : NULL;
    switch (answer ? PQresultStatus(answer) : PGRES_FATAL_ERROR) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_SINGLE_TUPLE:
        return RESULT_OK;
    default:
        break;
    }
    if (state && strncmp(state, "23", 2) == 0) /* there already, or not allowed */
        return RESULT_INPUT;
    if (state && strcmp(state, "22021") == 0) /* what was asked for is no text: there is none such */
        return RESULT_INPUT;
    const char *severity = answer ? PQresultErrorField(answer, PG_DIAG_SEVERITY_NONLOCALIZED) : NULL;
    db->gone |= !state; /* what does not come from the server is about the connection */
    db->gone |= severity && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0);
    db->again |= is_passing(state);
    if (state && strcmp(state, "55P03") == 0) /* somebody reads what was to be cleaned: no trouble */
        return RESULT_MACHINE;
    log_trouble(state);
    return RESULT_MACHINE;
}

enum result pg_run(struct database *base, const char *sql) {
    struct pg_database *db = pg_of(base);
    pg_end_all(db);
    PGresult *answer = PQexec(db->connection, sql);
    enum result result = pg_judge(db, answer);
    if (result == RESULT_OK && strcmp(sql, "COMMIT") == 0 && strcmp(PQcmdStatus(answer), "COMMIT") != 0)
        result = RESULT_MACHINE; /* there was nothing left to commit */
    PQclear(answer);
    if (!pg_lost(db))
        db->held = PQtransactionStatus(db->connection) != PQTRANS_IDLE;
    return result;
}

int64_t pg_number(struct pg_database *db, const char *sql, int64_t otherwise) {
    pg_end_all(db);
    PGresult *answer = PQexec(db->connection, sql);
    int64_t n = otherwise;
    if (pg_judge(db, answer) == RESULT_OK && PQntuples(answer) > 0 && !PQgetisnull(answer, 0, 0))
        n = strtoll(PQgetvalue(answer, 0, 0), NULL, 10);
    PQclear(answer);
    return n;
}

const char *pg_text(struct pg_database *db, struct arena *arena, const char *sql) {
    pg_end_all(db);
    PGresult *answer = PQexec(db->connection, sql);
    const char *text = NULL;
    if (pg_judge(db, answer) == RESULT_OK && PQntuples(answer) > 0 && !PQgetisnull(answer, 0, 0))
        text = arena_string(arena, PQgetvalue(answer, 0, 0));
    PQclear(answer);
    return text;
}

/* What this program relies on, whatever the server's defaults are. That a commit is on disk before it counts as one is
 * made sure of; that it is on a standby too, where one is synchronous, is part of it. */
static enum result prepare_session(struct pg_database *db) {
    static const char session[] =
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') IN ('off', 'local');"
        "SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;"
        "SET tcp_user_timeout = 20000;" /* the server, too, notices that our machine is gone, and frees what we held */
        "SET standard_conforming_strings = on; SET statement_timeout = 0; SET lock_timeout = 0;"
        "SET idle_in_transaction_session_timeout = 0; SET default_transaction_isolation = 'read committed';"
        "SET default_transaction_read_only = off; SET client_min_messages = warning";
    return PQsetClientEncoding(db->connection, "UTF8") == 0 ? pg_run(&db->base, session) : RESULT_MACHINE;
}

/* Of a writer, who has the turn while others wait for it: the server takes it back when we are dead or held up. */
static enum result prepare_writer(struct pg_database *db) {
    static const char session[] =
        "SET idle_in_transaction_session_timeout = 20000; SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2;"
        "SET tcp_keepalives_count = 3; SET tcp_user_timeout = 15000";
    return db->alone ? RESULT_OK : pg_run(&db->base, session);
}

/* Warnings go nowhere: they may hold values. */
static void hear_nothing(void *context, const PGresult *answer) {
    (void)context;
    (void)answer;
}

enum result pg_connect(struct pg_database **out, const char *conninfo, struct findings *findings) {
    /* what comes first holds where the address says nothing else */
    const char *const keys[] = {"connect_timeout",  "keepalives_idle",  "keepalives_interval",
                                "keepalives_count", "tcp_user_timeout", "target_session_attrs",
                                "application_name", "dbname",           NULL};
    const char *const values[] = {"5", "20", "5", "3", "20000", "read-write", "readiness", conninfo, NULL};
    struct pg_database *db = mem_alloc(sizeof *db);
    *out = NULL;
    db->base.driver = &postgres_driver;
    db->connection = PQconnectdbParams(keys, values, 1);
    if (pg_lost(db)) {
        log_event(LOG_ERROR, "database_away", LOG_REASON, "no_connection", -1);
        const enum result result = say(findings, db->connection, "store_server_away", PQerrorMessage(db->connection));
        pg_close(&db->base);
        return result;
    }
    PQsetNoticeReceiver(db->connection, hear_nothing, NULL);
    const char *encoding = PQparameterStatus(db->connection, "server_encoding");
    const char *fault = PQserverVersion(db->connection) < SERVER_OLDEST ? "store_server_old"
                        : !encoding || strcmp(encoding, "UTF8") != 0    ? "store_server_encoding"
                                                                        : NULL;
    enum result result = fault ? say(findings, db->connection, fault, encoding) : prepare_session(db);
    if (!fault && result != RESULT_OK)
        result = say(findings, db->connection, "store_server_away", "");
    if (result != RESULT_OK) {
        pg_close(&db->base);
        return result;
    }
    *out = db;
    return RESULT_OK;
}

enum result pg_make_writer(struct pg_database *db) {
    const enum result result = db->writes ? pg_enter_again(db) : RESULT_OK;
    db->writes = true;
    return result == RESULT_OK ? prepare_writer(db) : result;
}

enum result pg_connect_again(struct pg_database *db) {
    PQreset(db->connection);
    pg_forget_session(db);
    if (pg_lost(db))
        return RESULT_MACHINE;
    PQsetNoticeReceiver(db->connection, hear_nothing, NULL);
    const enum result result = prepare_session(db);
    return result == RESULT_OK && db->writes ? pg_make_writer(db) : result;
}

void pg_close(struct database *base) {
    struct pg_database *db = pg_of(base);
    pg_free_statements(db);
    PQfinish(db->connection);
    free(db);
}
