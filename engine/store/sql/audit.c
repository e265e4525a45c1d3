/* What practitioners did. */
#include "store/accounts.h"
#include "store/sql/database.h"

static enum result add_audit(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct audit *a = argument;
    struct statement *q =
        database_statement(db, "INSERT INTO audit (time, number, account, act, object)"
                               " SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4 FROM audit WHERE time = ?1");
    statement_bind(q, "lttt", a->time, a->account ? a->account : "", a->act, a->object ? a->object : "");
    return statement_finish(q, NULL);
}

enum result store_add_audit(struct store *s, const struct audit *a) {
    struct audit copy = *a;
    return store_write(s, add_audit, &copy);
}

struct audit_once {
    const struct audit *line;
    int64_t since;
};

static enum result add_audit_once(struct store *s, struct database *db, void *argument) {
    const struct audit_once *once = argument;
    struct audit copy = *once->line;
    int64_t found = 0;
    struct statement *q =
        database_statement(db, "SELECT 1 FROM audit WHERE time >= ? AND act = ? AND object = ? LIMIT 1");
    statement_bind(q, "ltt", once->since, copy.act, copy.object ? copy.object : "");
    const enum result result = statement_number(q, 0, &found);
    return result == RESULT_OK && !found ? add_audit(s, db, &copy) : result;
}

enum result store_add_audit_once(struct store *s, const struct audit *a, int64_t since) {
    struct audit_once once = {a, since};
    return store_write(s, add_audit_once, &once);
}

static struct audit read_audit(struct arena *arena, struct statement *q) {
    return (struct audit){column_long(q, 0), column_text(arena, q, 1), column_text(arena, q, 2),
                          column_text(arena, q, 3), (long)column_long(q, 4)};
}

enum result store_list_audit(struct store *s, struct arena *arena, const char *object_prefix, size_t most,
                             struct audit **out, size_t *n) {
    return store_list_audit_from(s, arena, object_prefix, INT64_MAX, 0, false, most, out, n);
}

#define AUDIT_COLUMNS "time, account, act, object, number"
#define AUDIT_ABOUT "(?1 IS NULL OR object = ?1 OR substr(object, 1, length(?1) + 1) = ?1 || '/')"

enum result store_list_audit_from(struct store *s, struct arena *arena, const char *object_prefix, int64_t time,
                                  long number, bool newer, size_t most, struct audit **out, size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q =
        newer ? database_statement(db, "SELECT " AUDIT_COLUMNS " FROM (SELECT * FROM audit WHERE"
                                       " " AUDIT_ABOUT " AND (time, number) > (?2, ?3)"
                                       " ORDER BY time, number LIMIT ?4) a ORDER BY time DESC, number DESC")
              : database_statement(db, "SELECT " AUDIT_COLUMNS " FROM audit WHERE " AUDIT_ABOUT
                                       " AND (time, number) < (?2, ?3)"
                                       " ORDER BY time DESC, number DESC LIMIT ?4");
    statement_bind(q, "tllz", object_prefix, time, (int64_t)number, most);
    LIST_ROWS(q, out, n, read_audit(arena, q));
}

static enum result list_last(struct store *s, struct arena *arena, const char *act, const char *object,
                             struct audit **out, size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT " AUDIT_COLUMNS " FROM audit WHERE act = ? AND object = ?"
                                                 " ORDER BY time DESC, number DESC LIMIT 1");
    statement_bind(q, "tt", act, object);
    LIST_ROWS(q, out, n, read_audit(arena, q));
}

enum result store_find_audit(struct store *s, struct arena *arena, const char *act, const char *object,
                             struct audit *out) {
    struct audit *list;
    size_t n;
    const enum result result = list_last(s, arena, act, object, &list, &n);
    if (result == RESULT_OK && n > 0)
        *out = list[0];
    return result == RESULT_OK && n == 0 ? RESULT_INPUT : result;
}

static enum result drop_old_audit(struct store *s, struct database *db, void *argument) {
    (void)s;
    const int64_t *before = argument;
    struct statement *q = database_statement(db, "DELETE FROM audit WHERE time < ?");
    statement_bind(q, "l", *before);
    return statement_finish(q, NULL);
}

enum result store_drop_old_audit(struct store *s, int64_t before) {
    return store_write(s, drop_old_audit, &before);
}
