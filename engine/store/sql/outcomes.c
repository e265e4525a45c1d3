/* Who a mailing wrote to, person by person, where that tells about nobody whether they have answered. */
#include "store/mailings.h"
#include "store/sql/database.h"

/* In the words of enum outcome. What a mailing that was ended did not come to is skipped. */
#define OUTCOME_OF                                                                                                     \
    "CASE d.state WHEN 2 THEN CASE WHEN d.moment = -1 THEN 6 ELSE 1 END WHEN 3 THEN 4 WHEN 4 THEN 5 WHEN 1 THEN 2"     \
    " ELSE CASE WHEN m.state = 2 THEN 6 WHEN d.attempts > 0 THEN 3 ELSE 2 END END"

static struct delivery read_delivery(struct arena *arena, struct statement *q) {
    const int64_t moment = column_long(q, 7);
    return (struct delivery){.invitation = column_id(q, 0),
                             .email = column_text(arena, q, 1),
                             .name = column_text(arena, q, 2),
                             .organisation = column_text(arena, q, 3),
                             .outcome = (enum outcome)column_int(q, 4),
                             .attempts = column_int(q, 5),
                             .sentence = column_text(arena, q, 6),
                             .moment = moment > 0 ? moment : 0};
}

enum result store_list_deliveries(struct store *s, struct arena *arena, struct id mailing, enum outcome filter,
                                  const struct id *after, int most, struct delivery **out, size_t *n) {
    static const struct id none;
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(
        db, "SELECT d.invitation, p.email, p.name, i.organisation, " OUTCOME_OF " AS outcome, d.attempts, d.sentence,"
            " d.moment FROM delivery d JOIN mailing m ON m.id = d.mailing JOIN wave w ON w.id = m.wave"
            " JOIN invitation i ON i.wave = m.wave AND i.id = d.invitation"
            " JOIN person p ON p.assessment = w.assessment AND p.id = i.person"
            " WHERE d.mailing = ?1 AND (m.kind = 0 OR m.everyone <> 0) AND (?2 = 0 OR " OUTCOME_OF " = ?2)"
            " AND (p.[email], d.invitation) > (coalesce((SELECT b.[email] FROM invitation a JOIN person b"
            "  ON b.assessment = w.assessment AND b.id = a.person WHERE a.wave = m.wave AND a.id = ?3), ''), ?3)"
            " ORDER BY p.[email], d.invitation LIMIT ?4");
    statement_bind(q, "didi", &mailing, (int)filter, after ? after : &none, most);
    LIST_ROWS(q, out, n, read_delivery(arena, q));
}

enum result store_count_outcomes(struct store *s, struct id mailing, int counts[OUTCOMES]) {
    struct database *db = store_reader(s);
    enum step step = STEP_FAILED;
    if (!db)
        return RESULT_MACHINE;
    for (int i = 0; i < OUTCOMES; i++)
        counts[i] = 0;
    struct statement *q = database_statement(
        db, "SELECT " OUTCOME_OF " AS outcome, count(*) FROM delivery d JOIN mailing m ON m.id = d.mailing"
            " JOIN wave w ON w.id = m.wave JOIN invitation i ON i.wave = m.wave AND i.id = d.invitation"
            " JOIN person p ON p.assessment = w.assessment AND p.id = i.person"
            " WHERE d.mailing = ?1 AND (m.kind = 0 OR m.everyone <> 0) GROUP BY outcome");
    statement_bind(q, "d", &mailing);
    while ((step = statement_step(q)) == STEP_ROW) {
        const int outcome = column_int(q, 0), n = column_int(q, 1);
        counts[outcome] = n; /* OUTCOME_OF has no other */
        counts[OUTCOME_ANY] += n;
    }
    store_reader_done(s, db);
    return step == STEP_DONE ? RESULT_OK : RESULT_MACHINE;
}
