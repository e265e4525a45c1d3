/* Ballots. What sql/answering.c does step by step asks the server six times for each, and each time the writer and the
 * server wait for one another. Here it is one statement, in which each step takes up what the one before it gives back,
 * and all ballots that wait are sent in one go. */
#include "base/clock.h"
#include "store/postgres/postgres.h"

enum { MOST_AT_ONCE = 256 }; /* their answers fit into what the system keeps for the connection */

static const char cast_one[] =
    "WITH spent AS (UPDATE ticket SET state = CASE kind WHEN 1 THEN 1 ELSE state END"
    "  WHERE wave = ?1 AND hash = ?2 AND state = 0 RETURNING 1),"
    " kept AS (INSERT INTO ballot (wave, key, sealed) SELECT ?1, ?3, ?4 FROM spent ON CONFLICT DO NOTHING"
    "  RETURNING 1),"
    " counted AS (INSERT INTO invited (wave, organisation, invited, answered, organisation_answered)"
    "  SELECT ?1, ?5, 0, 1, 0 FROM kept ON CONFLICT (wave, organisation)"
    "  DO UPDATE SET answered = invited.answered + 1),"
    " noted AS (INSERT INTO day_count (wave, day, n) SELECT ?1, ?6, 1 FROM kept ON CONFLICT (wave, day)"
    "  DO UPDATE SET n = day_count.n + 1),"
    " dropped AS (DELETE FROM draft USING kept WHERE wave = ?1 AND key = ?7)"
    " SELECT (SELECT count(*) FROM spent), (SELECT count(*) FROM kept)";

struct casting {
    struct statement *q;
    struct job *jobs[MOST_AT_ONCE];
    struct day today;
};

static void bind_ballot(void *context, size_t i) {
    struct casting *c = context;
    const struct cast *b = c->jobs[i]->ballot;
    statement_bind(c->q, "dhhbtth", &b->wave, b->ticket, b->key, b->content, b->organisation, c->today.text, b->draft);
}

static void take_outcome(void *context, size_t i) {
    struct casting *c = context;
    struct job *job = c->jobs[i];
    job->is_cast = true;
    job->spent = column_int(c->q, 0) == 1;
    job->kept = column_int(c->q, 1) == 1;
}

enum result pg_cast_all(struct database *db, struct job *first) {
    struct casting c = {.q = database_statement(db, cast_one), .today = clock_today()};
    size_t n = 0;
    for (struct job *job = first; job && job->ballot && n < MOST_AT_ONCE; job = job->next)
        c.jobs[n++] = job;
    return pg_run_many(c.q, n, bind_ballot, take_outcome, &c);
}
