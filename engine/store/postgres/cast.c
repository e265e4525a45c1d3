/* A ballot in one statement. What sql/answering.c does step by step asks the server six times, and each time the writer
 * and the server wait for one another; here each step takes up what the one before it gives back. */
#include "store/postgres/postgres.h"

enum result pg_cast(struct database *db, const struct cast *c, const char *day, bool *spent, bool *kept) {
    struct statement *q = database_statement(
        db, "WITH spent AS (UPDATE ticket SET state = CASE kind WHEN 1 THEN 1 ELSE state END"
            "  WHERE wave = ?1 AND hash = ?2 AND state = 0 RETURNING 1),"
            " kept AS (INSERT INTO ballot (wave, key, sealed) SELECT ?1, ?3, ?4 FROM spent ON CONFLICT DO NOTHING"
            "  RETURNING 1),"
            " counted AS (INSERT INTO invited (wave, organisation, invited, answered, organisation_answered)"
            "  SELECT ?1, ?5, 0, 1, 0 FROM kept ON CONFLICT (wave, organisation)"
            "  DO UPDATE SET answered = invited.answered + 1),"
            " noted AS (INSERT INTO day_count (wave, day, n) SELECT ?1, ?6, 1 FROM kept ON CONFLICT (wave, day)"
            "  DO UPDATE SET n = day_count.n + 1),"
            " dropped AS (DELETE FROM draft USING kept WHERE wave = ?1 AND key = ?7)"
            " SELECT (SELECT count(*) FROM spent), (SELECT count(*) FROM kept)");
    statement_bind(q, "dhhbtth", &c->wave, c->ticket, c->key, c->content, c->organisation, day, c->draft);
    const enum result result = row_result(statement_step(q));
    if (result == RESULT_OK) {
        *spent = column_int(q, 0) == 1;
        *kept = column_int(q, 1) == 1;
    }
    statement_reset(q);
    return result;
}
