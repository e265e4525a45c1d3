/* Addresses that are told of events, and the messages that still have to reach them. */
#include "store/programs.h"
#include "store/sql/database.h"

struct new_hook {
    const struct hook *hook;
    size_t most;
};

static enum result add_hook(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct new_hook *new = argument;
    const struct hook *h = new->hook;
    struct statement *q = database_statement(
        db, "INSERT INTO hook (id, account, url, secret, created, trouble) SELECT ?1, ?2, ?3, ?4, ?5, '' WHERE"
            " (SELECT count(*) FROM hook WHERE account = ?2) < ?6");
    statement_bind(q, "ddthlz", &h->id, &h->account, h->url, h->secret, h->created, new->most);
    return statement_finish_one(q);
}

enum result store_add_hook(struct store *s, const struct hook *h, size_t most) {
    struct new_hook new = {h, most};
    return store_write(s, add_hook, &new);
}

#define HOOK_COLUMNS "h.id, h.account, h.url, h.secret, h.created, h.trouble"

static struct hook read_hook(struct arena *arena, struct statement *q) {
    struct hook h = {.id = column_id(q, 0),
                     .account = column_id(q, 1),
                     .url = column_text(arena, q, 2),
                     .created = column_long(q, 4),
                     .trouble = column_text(arena, q, 5)};
    column_bytes(q, 3, h.secret, sizeof h.secret);
    return h;
}

enum result store_list_hooks(struct store *s, struct arena *arena, const struct id *account, struct hook **out,
                             size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q =
        database_statement(db, "SELECT " HOOK_COLUMNS " FROM hook h JOIN account a ON a.id = h.account"
                               " WHERE CASE WHEN ?1 IS NULL THEN a.disabled = 0 ELSE a.id = ?1 END"
                               " ORDER BY h.id");
    statement_bind(q, "p", account ? account->bytes : NULL);
    LIST_ROWS(q, out, n, read_hook(arena, q));
}

struct dropping {
    struct id account, hook;
};

static enum result drop_hook(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct dropping *d = argument;
    struct statement *q = database_statement(
        db, "DELETE FROM hook_message WHERE hook IN (SELECT id FROM hook WHERE id = ? AND account = ?)");
    statement_bind(q, "dd", &d->hook, &d->account);
    const enum result result = statement_finish(q, NULL);
    if (result != RESULT_OK)
        return result;
    q = database_statement(db, "DELETE FROM hook WHERE id = ? AND account = ?");
    statement_bind(q, "dd", &d->hook, &d->account);
    return statement_finish_one(q);
}

enum result store_drop_hook(struct store *s, struct id account, struct id hook) {
    struct dropping d = {account, hook};
    return store_write(s, drop_hook, &d);
}

struct new_message {
    const struct hook_message *message;
    int64_t due;
};

static enum result add_message(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct new_message *new = argument;
    const struct hook_message *m = new->message;
    struct statement *q = database_statement(
        db, "INSERT INTO hook_message (id, hook, event, body, attempts, due) VALUES (?, ?, ?, ?, 0, ?)");
    statement_bind(q, "ddttl", &m->id, &m->hook.id, m->event, m->body, new->due);
    return statement_finish(q, NULL);
}

enum result store_add_hook_message(struct store *s, const struct hook_message *m, int64_t due) {
    struct new_message new = {m, due};
    return store_write(s, add_message, &new);
}

static struct hook_message read_message(struct arena *arena, struct statement *q) {
    return (struct hook_message){.hook = read_hook(arena, q),
                                 .id = column_id(q, 6),
                                 .event = column_text(arena, q, 7),
                                 .body = column_text(arena, q, 8),
                                 .attempts = column_int(q, 9)};
}

enum result store_next_hook_message(struct store *s, struct arena *arena, int64_t now, struct hook_message *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(
        db,
        "SELECT " HOOK_COLUMNS ", m.id, m.event, m.body, m.attempts FROM hook_message m JOIN hook h ON h.id = m.hook"
        " JOIN account a ON a.id = h.account WHERE m.due <= ? AND a.disabled = 0 ORDER BY m.due, m.id LIMIT 1");
    statement_bind(q, "l", now);
    ONE_ROW(q, *out = read_message(arena, q));
}

struct ending {
    const struct hook_message *message;
    int64_t again;
    const char *trouble;
};

static enum result end_message(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct ending *e = argument;
    struct statement *q;
    if (e->again) {
        q = database_statement(db, "UPDATE hook_message SET attempts = attempts + 1, due = ? WHERE id = ?");
        statement_bind(q, "ld", e->again, &e->message->id);
    } else {
        q = database_statement(db, "DELETE FROM hook_message WHERE id = ?");
        statement_bind(q, "d", &e->message->id);
    }
    const enum result result = statement_finish(q, NULL);
    if (result != RESULT_OK)
        return result;
    q = database_statement(db, "UPDATE hook SET trouble = ? WHERE id = ?");
    statement_bind(q, "td", e->trouble, &e->message->hook.id);
    return statement_finish(q, NULL);
}

enum result store_end_hook_message(struct store *s, const struct hook_message *m, int64_t again, const char *trouble) {
    struct ending e = {m, again, trouble};
    return store_write(s, end_message, &e);
}
