/* The derived tables: aggregates and the published groups.
 *
 * A thousand organisations have hundreds of thousands of aggregates, and a row in the database costs more than what is
 * in it. So the named ones of a group and kind share rows that fill a quarter of a page: the name is that of the first,
 * counts is empty, n is 0, and statistics is {"name":{"n":12,"c":{...},"s":{...}},...}, c for counts and s for
 * statistics, without what is empty. Earlier programs wrote "counts" and "statistics", or rows that stand alone, each
 * under its name; they are read as they are: the answers they were made from may be gone. */
#include <sodium.h>
#include <string.h>

#include "base/json.h"
#include "store/sql/database.h"

/* The longest row of the table of which SQLite keeps all in its page (of 4,096 bytes): anything longer takes a page of
 * its own besides. ROW_FRAME: the wave and the header; NAMED_FRAME: what stands around an aggregate in its row. */
enum { ROW_MAX = 1002, ROW_FRAME = 32, NAMED_FRAME = sizeof ",\"\":{\"n\":1000000000,\"c\":,\"s\":}" };

struct putting {
    struct id wave;
    const struct aggregate_source *source;
    bool (*next)(void *context, struct aggregate *out);
    void *context;
};

static enum result put_source(struct database *db, const struct putting *p) {
    struct statement *q = database_statement(
        db, "INSERT INTO aggregate_source (wave, responses, instrument_hash, version) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (wave) DO UPDATE SET responses = excluded.responses,"
            " instrument_hash = excluded.instrument_hash, version = excluded.version");
    statement_bind(q, "dzhi", &p->wave, p->source->n_responses, p->source->instrument_hash, p->source->version);
    return statement_finish(q, NULL);
}

/* An empty one is left out. */
static void put_object(struct json_writer *w, const char *key, struct str json) {
    if (json.n > 2) {
        json_key(w, key);
        json_raw(w, json);
    }
}

/* Writes what shares a row with the named aggregate `a`; leaves the next one in it, if any. */
static bool pack(const struct putting *p, struct aggregate *a, struct buf *out) {
    const struct aggregate first = *a;
    const size_t key = ROW_FRAME + strlen(a->organisation) + strlen(a->group) + strlen(a->kind) + strlen(a->name);
    struct json_writer w = {.out = out};
    bool more = true;
    buf_clear(out);
    json_open(&w, '{');
    while (more && a->name[0] &&
           (out->n < 2 || key + out->n + NAMED_FRAME + strlen(a->name) + a->counts.n + a->statistics.n <= ROW_MAX) &&
           strcmp(a->kind, first.kind) == 0 && strcmp(a->group, first.group) == 0 &&
           strcmp(a->organisation, first.organisation) == 0) {
        json_key(&w, a->name);
        json_open(&w, '{');
        json_key(&w, "n");
        json_number(&w, a->n);
        put_object(&w, "c", a->counts);
        put_object(&w, "s", a->statistics);
        json_close(&w, '}');
        more = p->next(p->context, a);
    }
    json_close(&w, '}');
    return more;
}

static enum result put_row(struct database *db, const struct putting *p, const struct aggregate *a) {
    struct statement *q = database_statement(db, "INSERT INTO aggregate (wave, organisation, grouping, kind, name, n,"
                                                 " counts, statistics) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    statement_bind(q, "dttttiss", &p->wave, a->organisation, a->group, a->kind, a->name, a->n, a->counts,
                   a->statistics);
    return statement_finish(q, NULL);
}

static enum result put_aggregates(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct putting *p = argument;
    struct statement *q = database_statement(db, "DELETE FROM aggregate WHERE wave = ?");
    statement_bind(q, "d", &p->wave);
    enum result result = statement_finish(q, NULL);
    struct aggregate a, row;
    struct buf together = BUF_INIT;
    bool more = p->next(p->context, &a);
    while (result == RESULT_OK && more) {
        row = a;
        if (a.name[0]) {
            more = pack(p, &a, &together);
            row.n = 0;
            row.counts = str_of("");
            row.statistics = buf_view(&together);
        } else {
            more = p->next(p->context, &a);
        }
        result = put_row(db, p, &row);
    }
    buf_free(&together);
    return result == RESULT_OK ? put_source(db, p) : result;
}

enum result store_put_aggregates(struct store *s, struct id wave, const struct aggregate_source *source,
                                 bool (*next)(void *context, struct aggregate *out), void *context) {
    struct putting p = {wave, source, next, context};
    return store_write_whole_once(s, put_aggregates, &p); /* what `next` gave is gone */
}

enum result store_get_aggregate_source(struct store *s, struct id wave, struct aggregate_source *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q =
        database_statement(db, "SELECT responses, instrument_hash, version FROM aggregate_source WHERE wave = ?");
    statement_bind(q, "d", &wave);
    enum step step = statement_step(q);
    if (step == STEP_ROW) {
        out->n_responses = (size_t)column_long(q, 0);
        column_bytes(q, 1, out->instrument_hash, sizeof out->instrument_hash);
        out->version = column_int(q, 2);
    }
    store_reader_done(s, db);
    return row_result(step);
}

/* Organisation and group are keys: where they are named, the search goes straight there. */
static struct statement *select_aggregates(struct database *db, const char *organisation, const char *group) {
#define AGGREGATE_SELECT                                                                                               \
    "SELECT organisation, grouping, kind, name, n, counts, statistics FROM aggregate WHERE wave = ?1"                  \
    " AND (?4 IS NULL OR kind = ?4)"
#define AGGREGATE_ORDER " ORDER BY organisation, grouping, kind, name"
    if (organisation && group)
        return database_statement(db, AGGREGATE_SELECT " AND organisation = ?2 AND grouping = ?3" AGGREGATE_ORDER);
    if (organisation)
        return database_statement(db, AGGREGATE_SELECT " AND organisation = ?2" AGGREGATE_ORDER);
    return database_statement(db, AGGREGATE_SELECT " AND (?3 IS NULL OR grouping = ?3)" AGGREGATE_ORDER);
}

/* One of those that share a row. */
static bool unpack(struct aggregate *a, struct str json, struct arena *arena) {
    struct json_reader r;
    struct json_member m;
    a->counts = a->statistics = str_of("{}");
    (void)json_read_object(&r, json, arena); /* as whoever took it out of its row has seen */
    while (json_next(&r, &m)) {
        if (m.type == JSON_NUMBER && str_is(m.key, "n"))
            a->n = (int)m.number;
        else if (m.type == JSON_OBJECT && (str_is(m.key, "c") || str_is(m.key, "counts")))
            a->counts = m.text;
        else if (m.type == JSON_OBJECT && (str_is(m.key, "s") || str_is(m.key, "statistics")))
            a->statistics = m.text;
    }
    return !r.bad;
}

/* Returns false to end; `broken` is set when the row cannot be read. */
static bool each_in_row(struct statement *q, bool (*each)(void *context, const struct aggregate *a), void *context,
                        bool *broken) {
    struct aggregate a = {.organisation = column_string(q, 0),
                          .group = column_string(q, 1),
                          .kind = column_string(q, 2),
                          .name = column_string(q, 3),
                          .n = column_int(q, 4),
                          .counts = column_view(q, 5),
                          .statistics = column_view(q, 6)};
    if (a.counts.n > 0)
        return each(context, &a);
    struct arena *arena = arena_new();
    struct json_reader r;
    struct json_member m;
    bool more = true, good = json_read_object(&r, a.statistics, arena);
    while (good && more && json_next(&r, &m)) {
        a.name = arena_copy(arena, m.key.p, m.key.n);
        good = m.type == JSON_OBJECT && unpack(&a, m.text, arena);
        more = good && each(context, &a);
    }
    *broken = !good || r.bad;
    arena_free(arena);
    return more && !*broken;
}

enum result store_each_aggregate(struct store *s, struct id wave, const char *organisation, const char *group,
                                 const char *kind, bool (*each)(void *context, const struct aggregate *a),
                                 void *context) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = select_aggregates(db, organisation, group);
    statement_bind(q, "dttt", &wave, organisation, group, kind);
    enum step step = STEP_FAILED;
    bool more = true, broken = false;
    while (more && (step = statement_step(q)) == STEP_ROW) {
        more = each_in_row(q, each, context, &broken);
    }
    store_reader_done(s, db);
    return !broken && (step == STEP_DONE || !more) ? RESULT_OK : RESULT_MACHINE;
}

struct publishing {
    struct id wave;
    const struct published *list;
    size_t n;
};

static enum result put_published(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct publishing *p = argument;
    struct statement *q = database_statement(db, "SELECT count(*) FROM published WHERE wave = ?");
    statement_bind(q, "d", &p->wave);
    if (statement_step(q) != STEP_ROW)
        return RESULT_MACHINE;
    bool decided = column_int(q, 0) > 0;
    statement_reset(q);
    enum result result = RESULT_OK;
    for (size_t i = 0; !decided && result == RESULT_OK && i < p->n; i++) {
        uint8_t hash[32];
        crypto_generichash(hash, sizeof hash, (const uint8_t *)p->list[i].groups.p, p->list[i].groups.n, NULL, 0);
        q = database_statement(db, "INSERT INTO published (wave, organisation, groups, hash) VALUES (?, ?, ?, ?)");
        statement_bind(q, "dtsh", &p->wave, p->list[i].organisation, p->list[i].groups, hash);
        result = statement_finish(q, NULL);
    }
    return result;
}

enum result store_put_published(struct store *s, struct id wave, const struct published *list, size_t n) {
    struct publishing p = {wave, list, n};
    return store_write(s, put_published, &p);
}

static struct published read_published(struct arena *arena, struct statement *q) {
    struct str groups = column_view(q, 1);
    return (struct published){column_text(arena, q, 0), {arena_copy(arena, groups.p, groups.n), groups.n}};
}

enum result store_list_published(struct store *s, struct arena *arena, struct id wave, struct published **out,
                                 size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q =
        database_statement(db, "SELECT organisation, groups FROM published WHERE wave = ? ORDER BY organisation");
    statement_bind(q, "d", &wave);
    LIST_ROWS(q, out, n, read_published(arena, q));
}
