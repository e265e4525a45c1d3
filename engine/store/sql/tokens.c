/* Tokens of other programs, and what their requests were answered. */
#include "store/programs.h"
#include "store/sql/database.h"

#define TOKEN_COLUMNS "id, account, hash, name, scopes, created, expires, used"

struct new_token {
    const struct api_token *token;
    size_t most;
};

static enum result add_token(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct new_token *new = argument;
    const struct api_token *t = new->token;
    struct statement *q =
        database_statement(db, "INSERT INTO api_token (" TOKEN_COLUMNS ") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, '' WHERE"
                               " (SELECT count(*) FROM api_token WHERE account = ?2) < ?8 ON CONFLICT DO NOTHING");
    statement_bind(q, "ddhtillz", &t->id, &t->account, t->hash, t->name, (int)t->scopes, t->created, t->expires,
                   new->most);
    return statement_finish_one(q);
}

enum result store_add_token(struct store *s, const struct api_token *t, size_t most) {
    struct new_token new = {t, most};
    return store_write(s, add_token, &new);
}

static struct api_token read_token(struct arena *arena, struct statement *q) {
    struct api_token t = {.id = column_id(q, 0),
                          .account = column_id(q, 1),
                          .name = column_text(arena, q, 3),
                          .scopes = (unsigned)column_int(q, 4),
                          .created = column_long(q, 5),
                          .expires = column_long(q, 6),
                          .used = column_text(arena, q, 7)};
    column_bytes(q, 2, t.hash, sizeof t.hash);
    return t;
}

static enum result find_row(struct store *s, struct arena *arena, const uint8_t hash[32], struct api_token *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT " TOKEN_COLUMNS " FROM api_token WHERE hash = ?");
    statement_bind(q, "h", hash);
    ONE_ROW(q, *out = read_token(arena, q));
}

enum result store_find_token(struct store *s, struct arena *arena, const uint8_t hash[32], int64_t now,
                             struct api_token *out, struct account *account) {
    enum result result = find_row(s, arena, hash, out);
    if (result == RESULT_OK && out->expires <= now)
        return RESULT_INPUT;
    if (result == RESULT_OK)
        result = store_get_account(s, arena, out->account, account);
    return result == RESULT_OK && account->disabled ? RESULT_INPUT : result;
}

enum result store_list_tokens(struct store *s, struct arena *arena, const struct id *account, struct api_token **out,
                              size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q =
        database_statement(db, "SELECT " TOKEN_COLUMNS " FROM api_token WHERE ?1 IS NULL OR account = ?1"
                               " ORDER BY account, created, id");
    statement_bind(q, "p", account ? account->bytes : NULL);
    LIST_ROWS(q, out, n, read_token(arena, q));
}

struct touch {
    struct id token;
    struct day day;
};

static enum result touch_token(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct touch *t = argument;
    struct statement *q = database_statement(db, "UPDATE api_token SET used = ? WHERE id = ?");
    statement_bind(q, "td", t->day.text, &t->token);
    return statement_finish(q, NULL);
}

enum result store_touch_token(struct store *s, struct id token, struct day day) {
    struct touch t = {token, day};
    return store_write(s, touch_token, &t);
}

static enum result drop_token(struct store *s, struct database *db, void *argument) {
    (void)s;
    struct statement *q = database_statement(db, "DELETE FROM api_token WHERE id = ?");
    statement_bind(q, "d", argument);
    return statement_finish_one(q);
}

enum result store_drop_token(struct store *s, struct id token) {
    return store_write(s, drop_token, &token);
}

static enum result drop_tokens_of(struct store *s, struct database *db, void *argument) {
    (void)s;
    struct statement *q = database_statement(db, "DELETE FROM api_token WHERE account = ?");
    statement_bind(q, "d", argument);
    return statement_finish(q, NULL);
}

enum result store_drop_tokens_of(struct store *s, struct id account) {
    return store_write(s, drop_tokens_of, &account);
}

/* Replies */

struct beginning {
    struct arena *arena;
    const uint8_t *hash, *request;
    int64_t now, since;
    struct kept_reply *out;
};

static struct kept_reply read_reply(struct arena *arena, struct statement *q) {
    struct kept_reply r = {
        .status = column_int(q, 1), .location = column_text(arena, q, 2), .body = column_text(arena, q, 3)};
    column_bytes(q, 0, r.request, sizeof r.request);
    return r;
}

static enum result begin_reply(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct beginning *b = argument;
    int made = 0;
    struct statement *q = database_statement(db, "DELETE FROM api_reply WHERE made < ?");
    statement_bind(q, "l", b->since);
    enum result result = statement_finish(q, NULL);
    if (result != RESULT_OK)
        return result;
    q = database_statement(db, "INSERT INTO api_reply (hash, request, made, status, location, body)"
                               " VALUES (?, ?, ?, 0, '', '') ON CONFLICT DO NOTHING");
    statement_bind(q, "hhl", b->hash, b->request, b->now);
    result = statement_finish(q, &made);
    if (result != RESULT_OK || made)
        return result;
    q = database_statement(db, "SELECT request, status, location, body FROM api_reply WHERE hash = ?");
    statement_bind(q, "h", b->hash);
    const enum step step = statement_step(q);
    if (step == STEP_ROW)
        *b->out = read_reply(b->arena, q);
    statement_reset(q);
    return step == STEP_ROW ? RESULT_INPUT : RESULT_MACHINE;
}

enum result store_begin_reply(struct store *s, struct arena *arena, const uint8_t hash[32], const uint8_t request[32],
                              int64_t now, int64_t since, struct kept_reply *out) {
    struct beginning b = {arena, hash, request, now, since, out};
    return store_write(s, begin_reply, &b);
}

struct keeping {
    const uint8_t *hash;
    int status;
    const char *location, *body;
};

static enum result keep_reply(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct keeping *k = argument;
    struct statement *q;
    if (k->status) {
        q = database_statement(db, "UPDATE api_reply SET status = ?, location = ?, body = ? WHERE hash = ?");
        statement_bind(q, "itth", k->status, k->location, k->body, k->hash);
    } else {
        q = database_statement(db, "DELETE FROM api_reply WHERE hash = ?");
        statement_bind(q, "h", k->hash);
    }
    return statement_finish(q, NULL);
}

enum result store_keep_reply(struct store *s, const uint8_t hash[32], int status, const char *location,
                             const char *body) {
    struct keeping k = {hash, status, location ? location : "", body ? body : ""};
    return store_write(s, keep_reply, &k);
}
