/* What practitioners did. */
#include "store/accounts.h"
#include "store/sqlite/database.h"

static enum result add_audit(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct audit *a = argument;
    sqlite3_stmt *q =
        database_statement(db, "INSERT INTO audit (time, number, account, act, object)"
                               " SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4 FROM audit WHERE time = ?1");
    statement_bind(q, "lttt", a->time, a->account ? a->account : "", a->act, a->object ? a->object : "");
    return statement_finish(q, NULL);
}

enum result store_add_audit(struct store *s, const struct audit *a) {
    struct audit copy = *a;
    return store_write(s, add_audit, &copy);
}

static struct audit read_audit(struct arena *arena, sqlite3_stmt *q) {
    return (struct audit){sqlite3_column_int64(q, 0), column_text(arena, q, 1), column_text(arena, q, 2),
                          column_text(arena, q, 3)};
}

enum result store_list_audit(struct store *s, struct arena *arena, const char *object_prefix, size_t most,
                             struct audit **out, size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    sqlite3_stmt *q = database_statement(
        db, "SELECT time, account, act, object FROM audit WHERE ?1 IS NULL OR object = ?1"
            " OR substr(object, 1, length(?1) + 1) = ?1 || '/' ORDER BY time DESC, number DESC LIMIT ?2");
    statement_bind(q, "tz", object_prefix, most);
    LIST_ROWS(q, out, n, read_audit(arena, q));
}

static enum result drop_old_audit(struct store *s, struct database *db, void *argument) {
    (void)s;
    const int64_t *before = argument;
    sqlite3_stmt *q = database_statement(db, "DELETE FROM audit WHERE time < ?");
    statement_bind(q, "l", *before);
    return statement_finish(q, NULL);
}

enum result store_drop_old_audit(struct store *s, int64_t before) {
    return store_write(s, drop_old_audit, &before);
}
