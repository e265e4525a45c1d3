/* What proves who somebody is, after the password: sessions, and links that set a password once. */
#include <string.h>

#include "store/accounts.h"
#include "store/sql/database.h"

enum {
    SEEN_STEP = 60,   /* seconds by which `seen` moves on */
    CLOCK_SLIP = 300, /* by which a clock may be set back; what is later comes from a clock that was wrong */
};

struct account_link {
    const uint8_t *hash;
    struct id account;
    int64_t expires, now;
};

static enum result put_account_link(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct account_link *link = argument;
    struct statement *q = database_statement(
        db, "INSERT INTO account_link (account, hash, expires) VALUES (?, ?, ?) ON CONFLICT (account)"
            " DO UPDATE SET hash = excluded.hash, expires = excluded.expires");
    statement_bind(q, "dhl", &link->account, link->hash, link->expires);
    return statement_finish(q, NULL);
}

enum result store_put_account_link(struct store *s, const uint8_t hash[32], struct id account, int64_t expires) {
    struct account_link link = {.hash = hash, .account = account, .expires = expires};
    return store_write(s, put_account_link, &link);
}

#define FIND_LINK                                                                                                      \
    "SELECT l.account FROM account_link l JOIN account a ON a.id = l.account"                                          \
    " WHERE l.hash = ? AND l.expires > ? AND a.disabled = 0"

static enum result use_account_link(struct store *s, struct database *db, void *argument) {
    (void)s;
    struct account_link *link = argument;
    struct statement *q = database_statement(db, FIND_LINK);
    statement_bind(q, "hl", link->hash, link->now);
    enum step step = statement_step(q);
    if (step == STEP_ROW)
        link->account = column_id(q, 0);
    statement_reset(q);
    if (step != STEP_ROW)
        return step == STEP_DONE ? RESULT_INPUT : RESULT_MACHINE;
    q = database_statement(db, "DELETE FROM account_link WHERE hash = ?");
    statement_bind(q, "h", link->hash);
    return statement_finish_one(q);
}

enum result store_find_account_link(struct store *s, const uint8_t hash[32], int64_t now, bool use,
                                    struct id *account) {
    if (use) {
        struct account_link link = {.hash = hash, .now = now};
        enum result result = store_write(s, use_account_link, &link);
        if (result == RESULT_OK)
            *account = link.account;
        return result;
    }
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, FIND_LINK);
    statement_bind(q, "hl", hash, now);
    ONE_ROW(q, *account = column_id(q, 0));
}

struct new_session {
    const struct session *session;
    size_t most;
};

static enum result put_session(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct new_session *new = argument;
    const struct session *t = new->session;
    struct statement *q =
        database_statement(db, "INSERT INTO session (hash, account, created, seen, signed_in) VALUES (?, ?, ?, ?, ?)");
    statement_bind(q, "hdlll", t->hash, &t->account, t->created, t->seen, t->signed_in);
    enum result result = statement_finish(q, NULL);
    if (result == RESULT_OK) {
        q = database_statement(db, "DELETE FROM session WHERE account = ?1 AND hash NOT IN (SELECT hash FROM session"
                                   " WHERE account = ?1 ORDER BY hash = ?2 DESC, created DESC, hash LIMIT ?3)");
        statement_bind(q, "dhz", &t->account, t->hash, new->most);
        result = statement_finish(q, NULL);
    }
    return result;
}

enum result store_put_session(struct store *s, const struct session *session, size_t most) {
    struct new_session new = {session, most};
    return store_write(s, put_session, &new);
}

static struct session read_session(struct statement *q) {
    struct session t = {.account = column_id(q, 1),
                        .created = column_long(q, 2),
                        .seen = column_long(q, 3),
                        .signed_in = column_long(q, 4)};
    column_bytes(q, 0, t.hash, sizeof t.hash);
    return t;
}

static enum result read_row(struct store *s, const uint8_t hash[32], struct session *out) {
    *out = (struct session){0};
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q =
        database_statement(db, "SELECT hash, account, created, seen, signed_in FROM session WHERE hash = ?");
    statement_bind(q, "h", hash);
    ONE_ROW(q, *out = read_session(q));
}

enum result store_find_session(struct store *s, struct arena *arena, const uint8_t hash[32], int64_t now,
                               int64_t idle_seconds, int64_t total_seconds, struct session *out,
                               struct account *account) {
    struct session t;
    struct account a;
    enum result result = read_row(s, hash, &t);
    if (result == RESULT_OK &&
        (now - t.seen > idle_seconds || now - t.created > total_seconds || t.seen - now > CLOCK_SLIP))
        return RESULT_INPUT;
    if (result == RESULT_OK)
        result = store_get_account(s, arena, t.account, &a);
    if (result == RESULT_OK && a.disabled)
        return RESULT_INPUT;
    if (result == RESULT_OK) {
        *out = t;
        *account = a;
    }
    return result;
}

struct touch {
    const uint8_t *hash;
    int64_t now;
    bool signed_in;
};

static enum result touch_session(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct touch *t = argument;
    struct statement *q = database_statement(db, "UPDATE session SET seen = CASE WHEN seen > ?2 THEN seen ELSE ?2 END,"
                                                 " signed_in = CASE WHEN ?3 <> 0 THEN ?2 ELSE signed_in END"
                                                 " WHERE hash = ?1");
    statement_bind(q, "hli", t->hash, t->now, (int)t->signed_in);
    return statement_finish_one(q);
}

/* Most requests only read: the row is written when a minute has passed. */
enum result store_touch_session(struct store *s, const uint8_t hash[32], int64_t now, bool signed_in) {
    struct session row;
    struct touch t = {hash, now, signed_in};
    enum result result = read_row(s, hash, &row);
    if (result != RESULT_OK || (!signed_in && now - row.seen < SEEN_STEP))
        return result;
    return store_write(s, touch_session, &t);
}

static enum result drop_session(struct store *s, struct database *db, void *argument) {
    (void)s;
    struct statement *q = database_statement(db, "DELETE FROM session WHERE hash = ?");
    statement_bind(q, "h", argument);
    return statement_finish(q, NULL);
}

enum result store_drop_session(struct store *s, const uint8_t hash[32]) {
    uint8_t copy[32];
    memcpy(copy, hash, sizeof copy);
    return store_write(s, drop_session, copy);
}

static enum result drop_sessions_of(struct store *s, struct database *db, void *argument) {
    (void)s;
    struct statement *q = database_statement(db, "DELETE FROM session WHERE account = ?");
    statement_bind(q, "d", argument);
    return statement_finish(q, NULL);
}

enum result store_drop_sessions_of(struct store *s, struct id account) {
    return store_write(s, drop_sessions_of, &account);
}
