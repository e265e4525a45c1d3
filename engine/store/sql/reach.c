/* Who of a wave can be written to, as counts. */
#include "store/mailings.h"
#include "store/sql/database.h"

static struct reach read_reach(struct statement *q) {
    return (struct reach){.personal = column_int(q, 0),
                          .no_address = column_int(q, 1),
                          .opted_out = column_int(q, 2),
                          .bounced = column_int(q, 3),
                          .reachable = column_int(q, 4),
                          .invited = column_int(q, 5),
                          .waiting = column_int(q, 6),
                          .refused = column_int(q, 7)};
}

enum result store_count_reach(struct store *s, struct id wave, struct reach *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(
        db,
        "SELECT count(*), count(*) FILTER (WHERE r.email = ''), count(*) FILTER (WHERE r.email <> '' AND r.contact = "
        "1),"
        " count(*) FILTER (WHERE r.email <> '' AND r.contact = 2),"
        " count(*) FILTER (WHERE r.email <> '' AND r.contact = 0),"
        " count(*) FILTER (WHERE r.email <> '' AND r.contact = 0 AND r.mailed),"
        " count(*) FILTER (WHERE r.email <> '' AND r.contact = 0 AND NOT r.mailed AND r.waits),"
        " count(*) FILTER (WHERE r.email <> '' AND r.contact = 0 AND NOT r.mailed AND NOT r.waits AND r.refused) FROM"
        " (SELECT coalesce(p.email, '') AS email, coalesce(p.contact, 0) AS contact, EXISTS (SELECT 1 FROM mailing m"
        "  JOIN delivery d ON d.mailing = m.id WHERE m.wave = i.wave AND m.kind = 0 AND d.invitation = i.id"
        "  AND d.state IN (1, 2, 4)) AS mailed, EXISTS (SELECT 1 FROM mailing m"
        "  JOIN delivery d ON d.mailing = m.id WHERE m.wave = i.wave AND m.kind = 0 AND d.invitation = i.id"
        "  AND d.state = 3) AS refused, EXISTS (SELECT 1 FROM mailing m"
        "  JOIN delivery d ON d.mailing = m.id WHERE m.wave = i.wave AND m.kind = 0 AND m.state <> 2"
        "  AND d.invitation = i.id AND d.state = 0) AS waits"
        " FROM invitation i JOIN wave w ON w.id = i.wave"
        " LEFT JOIN person p ON p.assessment = w.assessment AND p.id = i.person WHERE i.wave = ? AND i.kind = 1) r");
    statement_bind(q, "d", &wave);
    ONE_ROW(q, *out = read_reach(q));
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
