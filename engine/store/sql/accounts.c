/* Accounts, their second factors and recovery codes. */
#include <string.h>

#include "store/accounts.h"
#include "store/sql/database.h"

static const char *or_empty(const char *s) {
    return s ? s : "";
}

static enum result add_account(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct account *a = argument;
    struct statement *q =
        database_statement(db, "INSERT INTO account (id, email, name, role, language, timezone, disabled,"
                               " password, has_totp, totp, totp_step, created)"
                               " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, -1, ?)");
    struct str totp = {(const char *)a->totp, sizeof a->totp};
    statement_bind(q, "dttittitibl", &a->id, a->email, or_empty(a->name), (int)a->role, or_empty(a->language),
                   or_empty(a->timezone), (int)a->disabled, or_empty(a->password), (int)a->has_totp, totp, a->created);
    return statement_finish(q, NULL);
}

enum result store_add_account(struct store *s, const struct account *a) {
    struct account copy = *a;
    return store_write(s, add_account, &copy);
}

struct account_change {
    const struct account *account;
    const uint8_t *keep;
};

/* Does the change make earlier proofs of who somebody is worthless? */
static enum result weighs(struct database *db, const struct account *a, bool *new_factor, bool *ends) {
    struct statement *q = database_statement(db, "SELECT password, has_totp, totp FROM account WHERE id = ?");
    statement_bind(q, "d", &a->id);
    enum step step = statement_step(q);
    if (step == STEP_ROW) {
        struct str totp = column_view(q, 2);
        *new_factor = (column_int(q, 1) != 0) != a->has_totp || totp.n != sizeof a->totp ||
                      memcmp(totp.p, a->totp, sizeof a->totp) != 0;
        *ends = *new_factor || a->disabled || !str_is(column_view(q, 0), or_empty(a->password));
    }
    statement_reset(q);
    return row_result(step);
}

static enum result change_account(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct account_change *change = argument;
    const struct account *a = change->account;
    struct str totp = {(const char *)a->totp, sizeof a->totp};
    bool new_factor = false, ends = false;
    enum result result = weighs(db, a, &new_factor, &ends);
    if (result != RESULT_OK)
        return result;
    struct statement *q = database_statement(
        db, "UPDATE account SET name = ?, role = ?, language = ?, timezone = ?, disabled = ?, password = ?,"
            " has_totp = ?, totp = ?, totp_step = CASE WHEN ? <> 0 THEN -1 ELSE totp_step END WHERE id = ?");
    statement_bind(q, "tittitibid", or_empty(a->name), (int)a->role, or_empty(a->language), or_empty(a->timezone),
                   (int)a->disabled, or_empty(a->password), (int)a->has_totp, totp, (int)new_factor, &a->id);
    result = statement_finish_one(q);
    if (result == RESULT_OK && ends) {
        q = database_statement(db, "DELETE FROM session WHERE account = ? AND hash IS DISTINCT FROM ?");
        statement_bind(q, "dh", &a->id, change->keep);
        result = statement_finish(q, NULL);
    }
    return result;
}

enum result store_change_account(struct store *s, const struct account *a, const uint8_t *keep) {
    struct account_change change = {a, keep};
    return store_write(s, change_account, &change);
}

#define ACCOUNT_COLUMNS "id, email, name, role, language, timezone, disabled, password, has_totp, totp, created"

static struct account read_account(struct arena *arena, struct statement *q) {
    struct account a = {.id = column_id(q, 0),
                        .email = column_text(arena, q, 1),
                        .name = column_text(arena, q, 2),
                        .role = (enum role)column_int(q, 3),
                        .language = column_text(arena, q, 4),
                        .timezone = column_text(arena, q, 5),
                        .disabled = column_int(q, 6) != 0,
                        .password = column_text(arena, q, 7),
                        .has_totp = column_int(q, 8) != 0,
                        .created = column_long(q, 10)};
    column_bytes(q, 9, a.totp, sizeof a.totp);
    return a;
}

enum result store_find_account(struct store *s, struct arena *arena, const char *email, struct account *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE [email] = ?");
    statement_bind(q, "e", email);
    ONE_ROW(q, *out = read_account(arena, q));
}

enum result store_get_account(struct store *s, struct arena *arena, struct id id, struct account *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT " ACCOUNT_COLUMNS " FROM account WHERE id = ?");
    statement_bind(q, "d", &id);
    ONE_ROW(q, *out = read_account(arena, q));
}

enum result store_list_accounts(struct store *s, struct arena *arena, struct account **out, size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT " ACCOUNT_COLUMNS " FROM account ORDER BY [email]");
    LIST_ROWS(q, out, n, read_account(arena, q));
}

struct totp_use {
    struct id account;
    int64_t step;
};

static enum result use_totp_step(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct totp_use *use = argument;
    struct statement *q = database_statement(db, "UPDATE account SET totp_step = ?2 WHERE id = ?1 AND totp_step < ?2");
    statement_bind(q, "dl", &use->account, use->step);
    return statement_finish_one(q);
}

enum result store_use_totp_step(struct store *s, struct id account, int64_t step) {
    struct totp_use use = {account, step};
    return store_write(s, use_totp_step, &use);
}

struct recovery {
    struct id account;
    const uint8_t (*hashes)[32];
    size_t n;
};

static enum result put_recovery_codes(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct recovery *r = argument;
    struct statement *q = database_statement(db, "DELETE FROM recovery_code WHERE account = ?");
    statement_bind(q, "d", &r->account);
    enum result result = statement_finish(q, NULL);
    for (size_t i = 0; result == RESULT_OK && i < r->n; i++) {
        q = database_statement(db, "INSERT INTO recovery_code (account, hash) VALUES (?, ?)");
        statement_bind(q, "dh", &r->account, r->hashes[i]);
        result = statement_finish(q, NULL);
    }
    return result;
}

enum result store_put_recovery_codes(struct store *s, struct id account, const uint8_t (*hashes)[32], size_t n) {
    struct recovery r = {account, hashes, n};
    return store_write(s, put_recovery_codes, &r);
}

static enum result use_recovery_code(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct recovery *r = argument;
    struct statement *q = database_statement(db, "DELETE FROM recovery_code WHERE account = ? AND hash = ?");
    statement_bind(q, "dh", &r->account, r->hashes[0]);
    return statement_finish_one(q);
}

enum result store_use_recovery_code(struct store *s, struct id account, const uint8_t hash[32]) {
    uint8_t copy[1][32];
    memcpy(copy[0], hash, 32);
    struct recovery r = {account, (const uint8_t(*)[32])copy, 1};
    return store_write(s, use_recovery_code, &r);
}

enum result store_count_recovery_codes(struct store *s, struct id account, size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT count(*) FROM recovery_code WHERE account = ?");
    statement_bind(q, "d", &account);
    ONE_ROW(q, *n = (size_t)column_long(q, 0));
}
