/* Statements: from the SQL that both stores share to PostgreSQL's own, what is bound to them, and their rows.
 * Everything travels in binary form; rows come one by one, so that a million of them need the memory of one. */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "store/postgres/postgres.h"

enum { OID_BOOL = 16, OID_BYTES = 17, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_TEXT = 25, OID_NUMERIC = 1700 };
enum { FEW_ROWS = 64 }; /* are received for the sake of the connection when nobody wants them any more */

/* "p.[email]" becomes lower(p.email); the collation C knows ASCII's letters only. */
static const char *write_folded(struct buf *out, const char *from) {
    const char *end = strchr(from, ']');
    size_t alias = out->n;
    while (alias > 0 && strchr(" (,", out->p[alias - 1]) == NULL)
        alias--;
    struct buf name = BUF_INIT;
    buf_bytes(&name, out->p + alias, out->n - alias);
    buf_bytes(&name, from + 1, (size_t)(end - from - 1));
    out->n = alias;
    buf_printf(out, "lower(%s)", name.p);
    buf_free(&name);
    return end;
}

static void translate(struct buf *out, const char *sql) {
    int next = 1;
    bool quoted = false;
    for (const char *p = sql; *p; p++) {
        if (*p == '\'')
            quoted = !quoted;
        if (quoted || (*p != '?' && *p != '['))
            buf_char(out, *p);
        else if (*p == '[')
            p = write_folded(out, p);
        else if (p[1] >= '1' && p[1] <= '9') /* the number follows by itself */
            buf_char(out, '$');
        else
            buf_printf(out, "$%d", next++);
    }
}

struct statement *pg_statement(struct database *base, const char *sql) {
    struct pg_database *db = pg_of(base);
    for (size_t i = 0; i < db->n_statements; i++)
        if (db->statements[i]->sql == sql) {
            pg_reset(&db->statements[i]->base);
            return &db->statements[i]->base;
        }
    if (db->n_statements == PG_STATEMENTS_MAX) {
        log_event(LOG_ERROR, "statement_not_prepared", LOG_REASON, "too_many", -1);
        return NULL;
    }
    struct pg_statement *q = mem_alloc(sizeof *q);
    *q = (struct pg_statement){.base = {&postgres_driver}, .db = db, .sql = sql};
    snprintf(q->name, sizeof q->name, "s%zu", db->n_statements);
    db->statements[db->n_statements++] = q;
    return &q->base;
}

static struct pg_statement *own_of(struct statement *statement) {
    return (struct pg_statement *)statement;
}

static void bind_bytes(struct pg_statement *q, int i, Oid type, const void *p, size_t n) {
    q->types[i] = type;
    q->values[i] = p;
    q->lengths[i] = (int)n;
    q->formats[i] = 1;
}

static void bind_number(struct pg_statement *q, int i, int64_t n) {
    q->numbers[i] = htobe64((uint64_t)n);
    bind_bytes(q, i, OID_INT8, &q->numbers[i], sizeof q->numbers[i]);
}

/* Empty is not null, though a view of nothing may have no address. */
static void bind_view(struct pg_statement *q, int i, Oid type, struct str s, bool null) {
    bind_bytes(q, i, type, s.p || null ? s.p : "", s.p ? s.n : 0);
}

static const char *fold(struct pg_statement *q, const char *text) {
    free(q->folded);
    q->folded = NULL;
    if (!text)
        return NULL;
    q->folded = mem_alloc(strlen(text) + 1);
    for (size_t i = 0; text[i]; i++)
        q->folded[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + ('a' - 'A') : text[i]);
    return q->folded;
}

void pg_bind(struct statement *statement, const char *format, va_list args) {
    struct pg_statement *q = own_of(statement);
    const char *text;
    q->n = 0;
    for (int i = 0; *format && i < PARAMETERS_MAX; i++, format++) {
        switch (*format) {
        case 't':
        case 'e':
            text = va_arg(args, const char *);
            text = *format == 'e' ? fold(q, text) : text;
            bind_bytes(q, i, OID_TEXT, text, text ? strlen(text) : 0);
            break;
        case 's':
            bind_view(q, i, OID_TEXT, va_arg(args, struct str), false);
            break;
        case 'b':
            bind_view(q, i, OID_BYTES, va_arg(args, struct str), true);
            break;
        case 'd':
        case 'p':
            bind_bytes(q, i, OID_BYTES, va_arg(args, const void *), 16);
            break;
        case 'h':
            bind_bytes(q, i, OID_BYTES, va_arg(args, const void *), 32);
            break;
        case 'i':
            bind_number(q, i, va_arg(args, int));
            break;
        case 'l':
            bind_number(q, i, va_arg(args, int64_t));
            break;
        default: /* z */
            bind_number(q, i, (int64_t)va_arg(args, size_t));
            break;
        }
        q->n = i + 1;
    }
}

void pg_bind_value(struct statement *statement, int i, enum column_kind kind, struct str view, int64_t number) {
    struct pg_statement *q = own_of(statement);
    if (i == 0)
        q->n = 0;
    if (kind == COLUMN_NUMBER)
        bind_number(q, i, number);
    else if (kind == COLUMN_NULL)
        bind_bytes(q, i, OID_BYTES, NULL, 0); /* no other column may be without a value */
    else
        bind_bytes(q, i, kind == COLUMN_TEXT ? OID_TEXT : OID_BYTES, view.p, view.n);
    q->n = i + 1;
}

static void end(struct pg_statement *q, enum result result) {
    q->over = true;
    q->result = result;
    if (q->db->active == q)
        q->db->active = NULL;
}

/* The next row, or NULL: then it is over. */
static PGresult *receive(struct pg_statement *q) {
    struct pg_database *db = q->db;
    enum result result = RESULT_OK;
    for (PGresult *answer; (answer = PQgetResult(db->connection)) != NULL;) {
        if (PQresultStatus(answer) == PGRES_SINGLE_TUPLE)
            return answer;
        if (result == RESULT_OK)
            result = pg_judge(db, answer);
        if (result == RESULT_OK)
            q->changes = (int)strtol(PQcmdTuples(answer), NULL, 10);
        PQclear(answer);
    }
    end(q, pg_lost(db) ? RESULT_MACHINE : result);
    return NULL;
}

/* Makes room for another statement on the same connection: what is still to come is kept here. */
static void receive_all(struct pg_statement *q) {
    for (PGresult *row; !q->over && (row = receive(q)) != NULL;) {
        struct kept_row *kept = mem_alloc(sizeof *kept);
        *kept = (struct kept_row){NULL, row};
        if (q->last)
            q->last->next = kept;
        else
            q->first = kept;
        q->last = kept;
    }
}

static enum result prepare(struct pg_statement *q) {
    struct buf sql = BUF_INIT;
    translate(&sql, q->sql);
    PGresult *answer = PQprepare(q->db->connection, q->name, sql.p, q->n, q->types);
    const enum result result = pg_judge(q->db, answer);
    if (result != RESULT_OK && !pg_lost(q->db))
        log_event(LOG_ERROR, "statement_not_prepared", LOG_REASON, "refused", -1);
    q->prepared = result == RESULT_OK;
    PQclear(answer);
    buf_free(&sql);
    return result;
}

static enum result send(struct pg_statement *q) {
    struct pg_database *db = q->db;
    if (!q->prepared && prepare(q) != RESULT_OK)
        return RESULT_MACHINE;
    if (!PQsendQueryPrepared(db->connection, q->name, q->n, q->values, q->lengths, q->formats, 1)) {
        (void)!pg_judge(db, NULL);
        return RESULT_MACHINE;
    }
    (void)PQsetSingleRowMode(db->connection);
    db->active = q;
    return RESULT_OK;
}

/* Begins it, up to its first row. Outside a transaction a lost connection is made good once: nothing was received. */
static void start(struct pg_statement *q) {
    struct pg_database *db = q->db;
    if (db->active)
        receive_all(db->active);
    for (int tries = 0; tries < 2; tries++) {
        if (tries && pg_connect_again(db) != RESULT_OK)
            break;
        q->running = true; /* another session has ended everything, this one too */
        q->over = false;
        if (send(q) == RESULT_OK)
            q->row = receive(q);
        else
            end(q, RESULT_MACHINE);
        if (!pg_lost(db) || db->held)
            return;
    }
    q->running = true;
    end(q, RESULT_MACHINE);
}

static void drop_row(struct pg_statement *q) {
    PQclear(q->row);
    q->row = NULL;
}

enum step pg_step(struct statement *statement) {
    struct pg_statement *q = own_of(statement);
    if (!q->running) {
        start(q);
    } else {
        drop_row(q);
        if (q->first) {
            struct kept_row *kept = q->first;
            q->row = kept->row;
            q->first = kept->next;
            q->last = q->first ? q->last : NULL;
            free(kept);
        } else if (!q->over) {
            q->row = receive(q);
        }
    }
    if (q->row)
        return STEP_ROW;
    return q->result == RESULT_MACHINE ? STEP_FAILED : STEP_DONE;
}

/* A few rows that nobody wants are received; where there are more, it is cheaper to give up the connection. */
void pg_reset(struct statement *statement) {
    struct pg_statement *q = own_of(statement);
    if (!q->running)
        return;
    drop_row(q);
    for (struct kept_row *kept = q->first; kept; kept = q->first) {
        q->first = kept->next;
        PQclear(kept->row);
        free(kept);
    }
    q->last = NULL;
    for (int i = 0; !q->over && (i < FEW_ROWS || q->db->held); i++)
        PQclear(receive(q));
    if (!q->over)
        q->db->spent = true;
    q->running = q->over = false;
    q->changes = 0;
    q->result = RESULT_OK;
}

enum result pg_finish(struct statement *statement, int *changes) {
    struct pg_statement *q = own_of(statement);
    if (!q->running)
        start(q);
    while (q->row || !q->over) {
        drop_row(q);
        if (!q->over)
            q->row = receive(q);
    }
    const enum result result = q->result;
    if (changes)
        *changes = q->changes;
    pg_reset(statement);
    return result;
}

static bool send_many(struct pg_statement *q, size_t n, void (*bind)(void *context, size_t i), void *context) {
    bool good = true;
    for (size_t i = 0; good && i < n; i++) {
        bind(context, i);
        good = PQsendQueryPrepared(q->db->connection, q->name, q->n, q->values, q->lengths, q->formats, 1) == 1;
    }
    good = PQpipelineSync(q->db->connection) == 1 && good;
    if (!good)
        (void)!pg_judge(q->db, NULL);
    return good;
}

/* A row or none to each, one answer or two, and a NULL behind; at the end one answer to the pipeline itself. */
static enum result receive_many(struct pg_statement *q, size_t n, void (*take)(void *context, size_t i),
                                void *context) {
    enum result result = RESULT_OK;
    for (size_t i = 0; i <= n && !pg_lost(q->db);) {
        PGresult *answer = PQgetResult(q->db->connection);
        const ExecStatusType status = PQresultStatus(answer);
        if (status == PGRES_PIPELINE_SYNC) {
            PQclear(answer);
            return i == n ? result : RESULT_MACHINE;
        }
        if (!answer)
            i++;
        else if (status == PGRES_PIPELINE_ABORTED || pg_judge(q->db, answer) != RESULT_OK)
            result = RESULT_MACHINE;
        q->row = answer;
        if (i < n && result == RESULT_OK && PQntuples(answer) > 0)
            take(context, i);
        drop_row(q);
    }
    return RESULT_MACHINE;
}

enum result pg_run_many(struct statement *statement, size_t n, void (*bind)(void *context, size_t i),
                        void (*take)(void *context, size_t i), void *context) {
    struct pg_statement *q = own_of(statement);
    struct pg_database *db = q ? q->db : NULL;
    if (!q)
        return RESULT_MACHINE;
    if (db->active)
        receive_all(db->active);
    bind(context, 0); /* preparing it asks for the types */
    if (!q->prepared && prepare(q) != RESULT_OK)
        return RESULT_MACHINE;
    if (!PQenterPipelineMode(db->connection)) {
        (void)!pg_judge(db, NULL);
        return RESULT_MACHINE;
    }
    const bool sent = send_many(q, n, bind, context);
    const enum result result = receive_many(q, n, take, context);
    return PQexitPipelineMode(db->connection) && sent ? result : RESULT_MACHINE;
}

struct str pg_view(struct statement *statement, int column) {
    const struct pg_statement *q = own_of(statement);
    if (!q->row || PQgetisnull(q->row, 0, column))
        return (struct str){"", 0};
    return (struct str){PQgetvalue(q->row, 0, column), (size_t)PQgetlength(q->row, 0, column)};
}

static uint16_t word(const char *p) {
    uint16_t x;
    memcpy(&x, p, sizeof x);
    return be16toh(x);
}

/* What sum() of eight-byte numbers is: digits to the base of 10,000, the first one's weight, its sign. */
static int64_t whole_number(const char *p) {
    const int digits = word(p), weight = (int16_t)word(p + 2);
    int64_t n = 0;
    for (int i = 0; i <= weight; i++)
        n = n * 10000 + (i < digits ? word(p + 8 + 2 * (size_t)i) : 0);
    return word(p + 4) ? -n : n;
}

int64_t pg_column_number(struct statement *statement, int column) {
    const struct pg_statement *q = own_of(statement);
    if (!q->row || PQgetisnull(q->row, 0, column))
        return 0;
    const char *p = PQgetvalue(q->row, 0, column);
    uint64_t eight;
    uint32_t four;
    switch (PQftype(q->row, column)) {
    case OID_BOOL:
        return *p != 0;
    case OID_INT2:
        return (int16_t)word(p);
    case OID_INT4:
        memcpy(&four, p, sizeof four);
        return (int32_t)be32toh(four);
    case OID_INT8:
        memcpy(&eight, p, sizeof eight);
        return (int64_t)be64toh(eight);
    case OID_NUMERIC:
        return whole_number(p);
    default:
        return 0;
    }
}

enum column_kind pg_kind(struct statement *statement, int column) {
    const struct pg_statement *q = own_of(statement);
    if (!q->row || PQgetisnull(q->row, 0, column))
        return COLUMN_NULL;
    switch (PQftype(q->row, column)) {
    case OID_BYTES:
        return COLUMN_BYTES;
    case OID_BOOL:
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
    case OID_NUMERIC:
        return COLUMN_NUMBER;
    default:
        return COLUMN_TEXT;
    }
}

int pg_columns(struct statement *statement) {
    const struct pg_statement *q = own_of(statement);
    return q->row ? PQnfields(q->row) : 0;
}

void pg_end_all(struct pg_database *db) {
    for (size_t i = 0; i < db->n_statements; i++)
        pg_reset(&db->statements[i]->base);
}

void pg_forget_session(struct pg_database *db) {
    for (size_t i = 0; i < db->n_statements; i++) {
        struct pg_statement *q = db->statements[i];
        q->prepared = false;
        if (q->running && !q->over)
            end(q, RESULT_MACHINE);
    }
    db->active = NULL;
    db->again = db->spent = db->held = db->gone = false;
}

void pg_free_statements(struct pg_database *db) {
    for (size_t i = 0; i < db->n_statements; i++) {
        struct pg_statement *q = db->statements[i];
        q->over = true; /* nothing more is received */
        pg_reset(&q->base);
        free(q->folded);
        free(q);
    }
    db->n_statements = 0;
}
