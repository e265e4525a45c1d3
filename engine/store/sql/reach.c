/* Who of a wave can be written to, as counts. */
#include "store/mailings.h"
#include "store/sql/database.h"

enum { NO_ADDRESS = -1, WRITTEN_TO = 0, OPTED_OUT = 1, BOUNCED = 2 };
enum { REFUSED = 1, WAITING = 2, SENT = 3 };

/* So many invitations of people who can or cannot be written to, and whom mailings of invitations have reached or not.
 */
static void add_reach(struct reach *r, int contact, int mailed, int n) {
    r->personal += n;
    r->no_address += contact == NO_ADDRESS ? n : 0;
    r->opted_out += contact == OPTED_OUT ? n : 0;
    r->bounced += contact == BOUNCED ? n : 0;
    r->reachable += contact == WRITTEN_TO ? n : 0;
    r->invited += contact == WRITTEN_TO && mailed == SENT ? n : 0;
    r->waiting += contact == WRITTEN_TO && mailed == WAITING ? n : 0;
    r->refused += contact == WRITTEN_TO && mailed == REFUSED ? n : 0;
}

enum result store_count_reach(struct store *s, struct id wave, struct reach *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(
        db, "SELECT CASE WHEN coalesce(p.email, '') = '' THEN -1 ELSE p.contact END, coalesce((SELECT"
            "  max(CASE WHEN d.state IN (1, 2, 4) THEN 3 WHEN d.state = 0 AND m.state <> 2 THEN 2"
            "  WHEN d.state = 3 THEN 1 ELSE 0 END) FROM mailing m JOIN delivery d ON d.mailing = m.id"
            "  WHERE m.wave = i.wave AND m.kind = 0 AND d.invitation = i.id), 0), count(*)"
            " FROM invitation i JOIN wave w ON w.id = i.wave LEFT JOIN person p ON p.assessment = w.assessment"
            " AND p.id = i.person WHERE i.wave = ? AND i.kind = 1 GROUP BY 1, 2");
    statement_bind(q, "d", &wave);
    enum step step = STEP_FAILED;
    *out = (struct reach){0};
    while ((step = statement_step(q)) == STEP_ROW)
        add_reach(out, column_int(q, 0), column_int(q, 1), column_int(q, 2));
    store_reader_done(s, db);
    return step == STEP_DONE ? RESULT_OK : RESULT_MACHINE;
}

enum result store_asks_for_ratings(struct store *s, struct id wave, bool *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT 1 FROM invitation WHERE wave = ? AND kind = 3 LIMIT 1");
    statement_bind(q, "d", &wave);
    const enum step step = statement_step(q);
    *out = step == STEP_ROW;
    store_reader_done(s, db);
    return step == STEP_FAILED ? RESULT_MACHINE : RESULT_OK;
}

enum result store_count_retries(struct store *s, struct arena *arena, struct id mailing, int *n,
                                const char **sentence) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q =
        database_statement(db, "SELECT count(*), coalesce(max(CASE WHEN m.kind = 0 OR m.everyone <> 0 THEN d.sentence"
                               " ELSE '' END), '')"
                               " FROM delivery d JOIN mailing m ON m.id = d.mailing"
                               " WHERE d.mailing = ? AND d.state = 0 AND d.attempts > 0");
    statement_bind(q, "d", &mailing);
    ONE_ROW(q, (*n = column_int(q, 0), *sentence = column_text(arena, q, 1)));
}
