/* Is everything there that belongs together? Asks only for what the first form of the database had already, so that a
 * copy of any age can be checked as it is. */
#include <sodium.h>
#include <string.h>

#include "store/care.h"
#include "store/sqlite/database.h"

enum { APPLICATION_ID = 0x52444e53 /* "RDNS" */, FAULTS_MAX = 50 };

struct checking {
    struct database *db;
    struct arena *arena;
    const char *path;
    struct findings *findings;
    size_t faults;
    bool trouble; /* something could not be read */
};

static void tell(struct checking *c, const char *code, const char *assessment, const char *label, int64_t n) {
    finding_add(c->findings, SEVERITY_ERROR, (struct place){c->path, 0, 0}, code, "name", assessment, "label", label,
                "n", arena_printf(c->arena, "%lld", (long long)n), NULL);
}

static void fault(struct checking *c, const char *code, const char *assessment, const char *label, int64_t n) {
    if (++c->faults <= FAULTS_MAX)
        tell(c, code, assessment, label, n);
}

static int64_t number(struct checking *c, const char *sql) {
    int64_t n = 0;
    if (statement_number(database_statement(c->db, sql), 0, &n) != RESULT_OK)
        c->trouble = true;
    return n;
}

/* What every wave must hold to. Each row: the fault, the states of a wave that it is about (a bit each), and two counts
 * of the wave ?1 that must be the same. */
enum { OPEN = 1, EMPTIED = 2, CLOSED = 4 };
static const struct rule {
    const char *code;
    int states;
    const char *sql;
} rules[] = {
    {"check_ballot_lost", OPEN,
     "SELECT (SELECT count(*) FROM ticket WHERE wave = ?1 AND kind = 1 AND state = 1),"
     " (SELECT count(*) FROM ticket t JOIN ballot b ON b.wave = t.wave AND b.key = t.hash"
     "  WHERE t.wave = ?1 AND t.kind = 1 AND t.state = 1)"},
    {"check_ticket_unspent", OPEN,
     "SELECT (SELECT count(*) FROM ticket t JOIN ballot b ON b.wave = t.wave AND b.key = t.hash WHERE t.wave = ?1), "
     "(SELECT count(*) FROM ticket t JOIN ballot b ON b.wave = t.wave AND b.key = t.hash"
     "  WHERE t.wave = ?1 AND t.kind = 1 AND t.state = 1)"},
    {"check_answered", OPEN,
     "SELECT (SELECT count(*) FROM ballot WHERE wave = ?1),"
     " (SELECT coalesce(sum(answered), 0) FROM invited WHERE wave = ?1)"},
    {"check_days", OPEN,
     "SELECT (SELECT count(*) FROM ballot WHERE wave = ?1),"
     " (SELECT coalesce(sum(n), 0) FROM day_count WHERE wave = ?1)"},
    {"check_organisation_answers", OPEN,
     "SELECT (SELECT count(*) FROM organisation_answer WHERE wave = ?1),"
     " (SELECT coalesce(sum(organisation_answered), 0) FROM invited WHERE wave = ?1)"},
    {"check_ballot_size", OPEN,
     /* a power of two, and the seal's 48 bytes */
     "SELECT count(*), 0 FROM ballot WHERE wave = ?1"
     " AND (length(sealed) < 48 + 512 OR ((length(sealed) - 48) & (length(sealed) - 49)) <> 0)"},
    {"check_open_response", OPEN,
     "SELECT (SELECT count(*) FROM response WHERE wave = ?1) + (SELECT count(*) FROM comment WHERE wave = ?1), 0"},
    {"check_ticket_missing", OPEN,
     "SELECT max(0, (SELECT count(*) FROM invitation WHERE wave = ?1)"
     " - (SELECT count(*) FROM ticket WHERE wave = ?1)), 0"},
    {"check_sealed_left", EMPTIED | CLOSED,
     "SELECT (SELECT count(*) FROM ballot WHERE wave = ?1) + (SELECT count(*) FROM draft WHERE wave = ?1), 0"},
    {"check_ticket_left", EMPTIED | CLOSED,
     "SELECT count(*), 0 FROM ticket WHERE wave = ?1 AND (state <> 2 OR pseudonym IS NOT NULL)"},
    {"check_responses_many", CLOSED,
     "SELECT max(0, (SELECT count(*) FROM response WHERE wave = ?1)"
     " - (SELECT coalesce(sum(answered), 0) FROM invited WHERE wave = ?1)), 0 FROM wave WHERE id = ?1 AND NOT "
     "imported"},
    {"check_responses_counted", CLOSED,
     "SELECT count(*), max(a.responses) FROM response r JOIN aggregate_source a ON a.wave = r.wave WHERE r.wave = ?1"
     " HAVING count(*) > 0"},
    {"check_aggregates_source", CLOSED,
     "SELECT count(*), 0 FROM aggregate_source a JOIN wave w ON w.id = a.wave"
     " WHERE a.wave = ?1 AND a.instrument_hash <> w.instrument_hash"},
    {"check_aggregates_orphaned", CLOSED,
     "SELECT count(*), 0 FROM aggregate WHERE wave = ?1 AND NOT EXISTS"
     " (SELECT 1 FROM aggregate_source WHERE wave = ?1)"},
    {"check_instrument_missing", OPEN | EMPTIED | CLOSED,
     "SELECT 1, (SELECT count(*) FROM wave_file WHERE wave = ?1 AND language = '' AND text <> '')"},
    {"check_invitation_person", OPEN | EMPTIED | CLOSED,
     "SELECT count(*), 0 FROM invitation i JOIN wave w ON w.id = i.wave"
     " WHERE i.wave = ?1 AND i.kind = 1 AND i.person <> zeroblob(16)"
     " AND NOT EXISTS (SELECT 1 FROM person p WHERE p.assessment = w.assessment AND p.id = i.person)"},
};

struct wave_row {
    struct kept_wave wave;
    int state;
};

static void check_wave(struct checking *c, const struct wave_row *w) {
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (!(rules[i].states & 1 << w->state))
            continue;
        sqlite3_stmt *q = database_statement(c->db, rules[i].sql);
        statement_bind(q, "d", &w->wave.id);
        const int code = statement_step(q);
        const int64_t n = code == SQLITE_ROW ? sqlite3_column_int64(q, 0) - sqlite3_column_int64(q, 1) : 0;
        if (n)
            fault(c, rules[i].code, w->wave.assessment, w->wave.label, n < 0 ? -n : n);
        c->trouble |= code != SQLITE_ROW && code != SQLITE_DONE;
        sqlite3_reset(q);
    }
}

/* The groups that may be shown are decided once; each is kept with its hash. */
static void check_published(struct checking *c, const struct wave_row *w) {
    sqlite3_stmt *q = database_statement(c->db, "SELECT groups, hash FROM published WHERE wave = ?");
    int code = SQLITE_ERROR;
    int64_t changed = 0;
    statement_bind(q, "d", &w->wave.id);
    while ((code = statement_step(q)) == SQLITE_ROW) {
        const struct str groups = column_view(q, 0), kept = column_view(q, 1);
        uint8_t hash[32];
        crypto_generichash(hash, sizeof hash, (const uint8_t *)groups.p, groups.n, NULL, 0);
        changed += kept.n != sizeof hash || memcmp(kept.p, hash, sizeof hash) != 0;
    }
    sqlite3_reset(q);
    c->trouble |= code != SQLITE_DONE;
    if (changed)
        fault(c, "check_published", w->wave.assessment, w->wave.label, changed);
}

static void check_references(struct checking *c) {
    sqlite3_stmt *q = database_statement(c->db, "PRAGMA foreign_key_check");
    int code = SQLITE_ERROR;
    int64_t n = 0;
    const char *table = "";
    while ((code = statement_step(q)) == SQLITE_ROW) {
        if (n++ == 0)
            table = column_text(c->arena, q, 0);
    }
    sqlite3_reset(q);
    c->trouble |= code != SQLITE_DONE;
    if (n)
        fault(c, "check_reference", table, "", n);
}

static struct wave_row read_wave(struct arena *arena, sqlite3_stmt *q) {
    struct wave_row w = {
        .wave = {.id = column_id(q, 0), .assessment = column_text(arena, q, 1), .label = column_text(arena, q, 2)},
        .state = sqlite3_column_int(q, 3)};
    column_bytes(q, 4, w.wave.public_key, sizeof w.wave.public_key);
    return w;
}

static struct wave_row *list_waves(struct checking *c, size_t *n) {
    sqlite3_stmt *q = database_statement(c->db, "SELECT w.id, a.name, w.label, w.state, w.public_key"
                                                " FROM wave w JOIN assessment a ON a.id = w.assessment"
                                                " ORDER BY a.name, w.number");
    struct wave_row *list = NULL;
    size_t capacity = 0;
    int code = SQLITE_ERROR;
    *n = 0;
    while ((code = statement_step(q)) == SQLITE_ROW) {
        list = arena_grow(c->arena, list, *n, &capacity, sizeof *list);
        list[(*n)++] = read_wave(c->arena, q);
    }
    sqlite3_reset(q);
    c->trouble |= code != SQLITE_DONE;
    return list;
}

/* The audit log came with the second form. */
static const char *last_day(struct checking *c, int version) {
    sqlite3_stmt *q = database_statement(
        c->db, version > 1 ? "SELECT max(d) FROM (SELECT max(day) AS d FROM day_count UNION ALL SELECT max(opened) FROM"
                             " wave UNION ALL SELECT max(closed) FROM wave UNION ALL"
                             " SELECT date(max(time), 'unixepoch') FROM audit)"
                           : "SELECT max(d) FROM (SELECT max(day) AS d FROM day_count UNION ALL SELECT max(opened)"
                             " FROM wave UNION ALL SELECT max(closed) FROM wave)");
    const bool found = statement_step(q) == SQLITE_ROW;
    const char *day = found ? column_text(c->arena, q, 0) : "";
    sqlite3_reset(q);
    c->trouble |= !found;
    return day;
}

static void take_stock(struct checking *c, struct kept *out) {
    out->assessments = (size_t)number(c, "SELECT count(*) FROM assessment");
    out->people = (size_t)number(c, "SELECT count(*) FROM person");
    out->day = last_day(c, out->version);
    size_t n;
    struct wave_row *waves = list_waves(c, &n);
    out->waves = n;
    out->open = arena_array(c->arena, n + 1, sizeof *out->open);
    for (size_t i = 0; i < n; i++) {
        check_wave(c, &waves[i]);
        check_published(c, &waves[i]);
        if (waves[i].state == WAVE_OPEN)
            out->open[out->n_open++] = waves[i].wave;
    }
}

static enum result refuse(struct checking *c, const char *code) {
    finding_add(c->findings, SEVERITY_ERROR, (struct place){c->path, 0, 0}, code, NULL);
    return RESULT_INPUT;
}

static enum result check(struct checking *c, struct kept *out) {
    *out = (struct kept){.newest = database_newest(), .day = ""};
    if (!database_is_whole(c->db, c->findings))
        return RESULT_INPUT;
    out->version = (int)number(c, "PRAGMA user_version");
    const int64_t application = number(c, "PRAGMA application_id");
    if (c->trouble)
        return RESULT_MACHINE;
    if (application != APPLICATION_ID || out->version < 1)
        return refuse(c, "store_foreign");
    if (out->version > out->newest)
        return refuse(c, "store_newer");
    check_references(c);
    take_stock(c, out);
    if (c->faults > FAULTS_MAX)
        tell(c, "check_more", "", "", (int64_t)c->faults - FAULTS_MAX);
    if (c->trouble)
        return RESULT_MACHINE;
    return c->faults ? RESULT_INPUT : RESULT_OK;
}

enum result store_check(struct store *s, struct arena *arena, struct kept *out, struct findings *findings) {
    struct database *db = store_reader(s);
    *out = (struct kept){.day = ""};
    if (!db)
        return RESULT_MACHINE;
    struct checking c = {.db = db, .arena = arena, .path = s->path, .findings = findings};
    enum result result = statement_finish(database_statement(db, "BEGIN"), NULL); /* one moment for all questions */
    if (result == RESULT_OK)
        result = check(&c, out);
    (void)!statement_finish(database_statement(db, "ROLLBACK"), NULL);
    store_reader_done(s, db);
    return result;
}

enum result store_check_copy(const char *path, struct arena *arena, struct kept *out, struct findings *findings) {
    struct checking c = {.arena = arena, .path = path, .findings = findings};
    *out = (struct kept){.day = ""};
    enum result result = database_open_copy(&c.db, path, findings);
    if (result != RESULT_OK)
        return result;
    result = check(&c, out);
    database_close(c.db);
    return result;
}
