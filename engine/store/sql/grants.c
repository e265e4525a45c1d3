/* Who may see what: practitioners an assessment is shared with, and the reports of single organisations for others. */
#include "store/accounts.h"
#include "store/sql/database.h"

struct sharing {
    struct id assessment, account;
    bool shared;
};

static enum result share_assessment(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct sharing *t = argument;
    struct statement *q = t->shared ? database_statement(db, "INSERT INTO share (assessment, account) VALUES (?, ?)"
                                                             " ON CONFLICT DO NOTHING")
                                    : database_statement(db, "DELETE FROM share WHERE assessment = ? AND account = ?");
    statement_bind(q, "dd", &t->assessment, &t->account);
    return statement_finish(q, NULL);
}

enum result store_share_assessment(struct store *s, struct id assessment, struct id account, bool shared) {
    struct sharing t = {assessment, account, shared};
    return store_write(s, share_assessment, &t);
}

enum result store_list_shares(struct store *s, struct arena *arena, struct id assessment, struct id **out, size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT s.account FROM share s JOIN account a ON a.id = s.account"
                                                 " WHERE s.assessment = ? ORDER BY a.[email]");
    statement_bind(q, "d", &assessment);
    LIST_ROWS(q, out, n, column_id(q, 0));
}

enum result store_may_work(struct store *s, struct id assessment, const struct account *account, bool *out) {
    *out = false;
    if (account->disabled || account->role == ROLE_VIEWER)
        return RESULT_OK;
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(
        db, "SELECT ?3 <> 0 OR owner = ?2 OR EXISTS (SELECT 1 FROM share WHERE assessment = ?1 AND account = ?2)"
            " FROM assessment WHERE id = ?1");
    statement_bind(q, "ddi", &assessment, &account->id, (int)(account->role == ROLE_ADMINISTRATOR));
    ONE_ROW(q, *out = column_int(q, 0) != 0);
}

static enum result add_grant(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct grant *g = argument;
    struct statement *q;
    if (g->has_account) {
        q = database_statement(db,
                               "DELETE FROM report_grant WHERE assessment = ? AND organisation = ? AND account = ?");
        statement_bind(q, "dtd", &g->assessment, g->organisation, &g->account);
        const enum result result = statement_finish(q, NULL);
        if (result != RESULT_OK)
            return result;
    }
    q = database_statement(
        db, "INSERT INTO report_grant (id, assessment, organisation, account, hash, expires, remark)"
            " SELECT ?1, assessment, code, ?4, ?5, ?6, ?7 FROM organisation WHERE assessment = ?2 AND code = ?3");
    statement_bind(q, "ddtphlt", &g->id, &g->assessment, g->organisation, g->has_account ? g->account.bytes : NULL,
                   g->has_account ? NULL : g->hash, g->expires, g->remark ? g->remark : "");
    return statement_finish_one(q);
}

enum result store_add_grant(struct store *s, const struct grant *g) {
    struct grant copy = *g;
    return store_write(s, add_grant, &copy);
}

static enum result drop_grant(struct store *s, struct database *db, void *argument) {
    (void)s;
    struct statement *q = database_statement(db, "DELETE FROM report_grant WHERE id = ?");
    statement_bind(q, "d", argument);
    return statement_finish_one(q);
}

enum result store_drop_grant(struct store *s, struct id grant) {
    return store_write(s, drop_grant, &grant);
}

#define GRANT_COLUMNS "g.id, g.assessment, g.organisation, g.account, g.hash, g.expires, g.remark"

static struct grant read_grant(struct arena *arena, struct statement *q) {
    struct grant g = {.id = column_id(q, 0),
                      .assessment = column_id(q, 1),
                      .organisation = column_text(arena, q, 2),
                      .has_account = !column_is_null(q, 3),
                      .account = column_id(q, 3),
                      .expires = column_long(q, 5),
                      .remark = column_text(arena, q, 6)};
    column_bytes(q, 4, g.hash, sizeof g.hash);
    return g;
}

enum result store_list_grants(struct store *s, struct arena *arena, struct id assessment, struct grant **out,
                              size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT " GRANT_COLUMNS " FROM report_grant g WHERE g.assessment = ?"
                                                 " ORDER BY g.organisation, g.remark, g.id");
    statement_bind(q, "d", &assessment);
    LIST_ROWS(q, out, n, read_grant(arena, q));
}

enum result store_list_grants_of(struct store *s, struct arena *arena, struct id account, int64_t now,
                                 struct grant **out, size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q =
        database_statement(db, "SELECT " GRANT_COLUMNS " FROM report_grant g JOIN assessment a ON a.id = g.assessment"
                               " WHERE g.account = ? AND a.state <> 2 AND (g.expires = 0 OR g.expires > ?)"
                               " ORDER BY a.title, g.organisation, g.id");
    statement_bind(q, "dl", &account, now);
    LIST_ROWS(q, out, n, read_grant(arena, q));
}

enum result store_find_grant(struct store *s, struct arena *arena, const uint8_t hash[32], int64_t now,
                             struct grant *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q =
        database_statement(db, "SELECT " GRANT_COLUMNS " FROM report_grant g JOIN assessment a ON a.id = g.assessment"
                               " WHERE g.hash = ? AND a.state <> 2 AND (g.expires = 0 OR g.expires > ?)");
    statement_bind(q, "hl", hash, now);
    ONE_ROW(q, *out = read_grant(arena, q));
}
