/* Who a mailing wrote to, person by person, where that tells about nobody whether they have answered. */
#include "store/mailings.h"
#include "store/sqlite/database.h"

/* In the words of enum outcome. What a mailing that was ended did not come to is skipped. */
#define OUTCOME_OF                                                                                                     \
    "CASE d.state WHEN 2 THEN iif(d.moment = -1, 6, 1) WHEN 3 THEN 4 WHEN 4 THEN 5 WHEN 1 THEN 2"                      \
    " ELSE iif(m.state = 2, 6, iif(d.attempts > 0, 3, 2)) END"

static struct delivery read_delivery(struct arena *arena, sqlite3_stmt *q) {
    const int64_t moment = sqlite3_column_int64(q, 7);
    return (struct delivery){.invitation = column_id(q, 0),
                             .email = column_text(arena, q, 1),
                             .name = column_text(arena, q, 2),
                             .organisation = column_text(arena, q, 3),
                             .outcome = (enum outcome)sqlite3_column_int(q, 4),
                             .attempts = sqlite3_column_int(q, 5),
                             .sentence = column_text(arena, q, 6),
                             .moment = moment > 0 ? moment : 0};
}

enum result store_list_deliveries(struct store *s, struct arena *arena, struct id mailing, enum outcome filter,
                                  const struct id *after, int most, struct delivery **out, size_t *n) {
    static const struct id none;
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    sqlite3_stmt *q = database_statement(
        db, "SELECT d.invitation, p.email, p.name, i.organisation, " OUTCOME_OF " AS outcome, d.attempts, d.sentence,"
            " d.moment FROM delivery d JOIN mailing m ON m.id = d.mailing JOIN wave w ON w.id = m.wave"
            " JOIN invitation i ON i.wave = m.wave AND i.id = d.invitation"
            " JOIN person p ON p.assessment = w.assessment AND p.id = i.person"
            " WHERE d.mailing = ?1 AND (m.kind = 0 OR m.everyone) AND (?2 = 0 OR outcome = ?2)"
            " AND (p.email, d.invitation) > (coalesce((SELECT b.email FROM invitation a JOIN person b"
            "  ON b.assessment = w.assessment AND b.id = a.person WHERE a.wave = m.wave AND a.id = ?3), ''), ?3)"
            " ORDER BY p.email, d.invitation LIMIT ?4");
    statement_bind(q, "didi", &mailing, (int)filter, after ? after : &none, most);
    LIST_ROWS(q, out, n, read_delivery(arena, q));
}

enum result store_count_outcomes(struct store *s, struct id mailing, int counts[OUTCOMES]) {
    struct database *db = store_reader(s);
    int code = SQLITE_ERROR;
    if (!db)
        return RESULT_MACHINE;
    for (int i = 0; i < OUTCOMES; i++)
        counts[i] = 0;
    sqlite3_stmt *q = database_statement(
        db, "SELECT " OUTCOME_OF " AS outcome, count(*) FROM delivery d JOIN mailing m ON m.id = d.mailing"
            " JOIN wave w ON w.id = m.wave JOIN invitation i ON i.wave = m.wave AND i.id = d.invitation"
            " JOIN person p ON p.assessment = w.assessment AND p.id = i.person"
            " WHERE d.mailing = ?1 AND (m.kind = 0 OR m.everyone) GROUP BY outcome");
    statement_bind(q, "d", &mailing);
    while ((code = statement_step(q)) == SQLITE_ROW) {
        const int outcome = sqlite3_column_int(q, 0), n = sqlite3_column_int(q, 1);
        counts[outcome] = n; /* OUTCOME_OF has no other */
        counts[OUTCOME_ANY] += n;
    }
    store_reader_done(s, db);
    return code == SQLITE_DONE ? RESULT_OK : RESULT_MACHINE;
}
