/* What PostgreSQL knows about rows besides what is in them, and how it is taken away.
 *
 * Every row carries the number of the transaction that wrote it (xmin), which rewriting a table keeps, and lies where
 * it was written. Numbers are given in order; so, while a wave is open, they tell in which order tickets were spent and
 * ballots came in, and that a ticket and its ballot were written together. While a wave is open that is no news: a
 * ballot's key is its ticket's hash, and it is sealed. What matters is that nothing of it is left when the answers can
 * be read. So:
 *
 * - Emptying a wave is one transaction. It writes all responses and comments, in the order of fresh random ids, and it
 *   writes anew every other row that answering had touched: tickets, counts, days, agreed ratings, deliveries. All of
 *   them have one number from then on: that of the closing.
 * - A mailing that ends writes its deliveries anew in one transaction: the distances of their numbers would show where
 *   no mail had to be sent, because the person had answered.
 * - Then every table is put into the order of its key (CLUSTER), which writes it into a new file, with new indexes:
 *   where a row lies says no more than its key. Old versions of rows are gone with the old file.
 * - Tickets are written in the order of their hashes when a wave is opened (sql/waves.c): in that of the invitations
 *   their places would name their owners.
 *
 * Old versions stay while somebody still looks at a state of before, be it another program in this database, or a
 * reader of a standby: then cleaning is not done, and is tried again. Last, the segment of the server's journal that is
 * being written is finished, where we have the right to, so that the server removes it with its next checkpoint: else
 * it would stay until 16 MB more have been written. What this file cannot reach is copies of the journal that the
 * administrator keeps: they hold sealed ballots, with the time of each commit. Their key is destroyed at closing.
 * `readiness doctor` says what to switch off. */
#include <stdio.h>
#include <string.h>

#include "store/postgres/postgres.h"

enum result pg_forget_order(struct database *db, struct id wave) {
    static const char *const steps[] = {
        "UPDATE invited SET answered = answered WHERE wave = ?",
        "UPDATE day_count SET n = n WHERE wave = ?",
        "UPDATE organisation_answer SET answers = answers WHERE wave = ?",
        "UPDATE delivery SET state = state WHERE mailing IN (SELECT id FROM mailing WHERE wave = ?)",
    };
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < sizeof steps / sizeof *steps; i++) {
        struct statement *q = database_statement(db, steps[i]);
        statement_bind(q, "d", &wave);
        result = statement_finish(q, NULL);
    }
    return result;
}

enum result pg_forget_pace(struct database *db, struct id mailing) {
    struct statement *q = database_statement(db, "UPDATE delivery SET state = state WHERE mailing = ?");
    statement_bind(q, "d", &mailing);
    return statement_finish(q, NULL);
}

/* The tables from which something is ever deleted, with the index of their key. */
static const char rewriting[] =
    "CLUSTER ballot USING ballot_pkey; CLUSTER draft USING draft_pkey; CLUSTER ticket USING ticket_pkey;"
    "CLUSTER response USING response_pkey; CLUSTER comment USING comment_pkey;"
    "CLUSTER organisation_answer USING organisation_answer_pkey; CLUSTER invited USING invited_pkey;"
    "CLUSTER day_count USING day_count_pkey; CLUSTER delivery USING delivery_pkey;"
    "CLUSTER mailing USING mailing_pkey; CLUSTER invitation USING invitation_pkey;"
    "CLUSTER person USING person_pkey; CLUSTER organisation USING organisation_pkey;"
    "CLUSTER placeholder USING placeholder_pkey; CLUSTER published USING published_pkey;"
    "CLUSTER aggregate USING aggregate_pkey; CLUSTER aggregate_source USING aggregate_source_pkey;"
    "CLUSTER wave_file USING wave_file_pkey; CLUSTER wave_file_before USING wave_file_before_pkey;"
    "CLUSTER wave USING wave_pkey; CLUSTER assessment USING assessment_pkey;"
    "CLUSTER report_grant USING report_grant_pkey; CLUSTER share USING share_pkey;"
    "CLUSTER session USING session_pkey; CLUSTER account_link USING account_link_pkey;"
    "CLUSTER recovery_code USING recovery_code_pkey; CLUSTER account USING account_pkey;"
    "CLUSTER api_token USING api_token_pkey; CLUSTER api_reply USING api_reply_pkey;"
    "CLUSTER hook USING hook_pkey; CLUSTER hook_message USING hook_message_pkey;"
    "CLUSTER audit USING audit_pkey; CLUSTER engine USING engine_pkey; CLUSTER lease USING lease_pkey";

/* Does anybody still look at a state of before the tables were last rewritten, so that old versions of rows had to be
 * taken along? Also prepared transactions, replication slots, and standbys that tell what is read there (their
 * processes have no database); and a server may be told to put all cleaning off. -1: cannot be told. */
static int64_t count_looking(struct pg_database *db, int64_t horizon) {
    char sql[1000];
    snprintf(sql, sizeof sql,
             "WITH next AS (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS id),"
             " held AS (SELECT unnest(ARRAY[backend_xmin, backend_xid]) AS id FROM pg_stat_activity"
             "  WHERE pid <> pg_backend_pid() AND coalesce(datname, current_database()) = current_database()"
             "  UNION ALL SELECT xmin FROM pg_replication_slots WHERE xmin IS NOT NULL"
             "  UNION ALL SELECT transaction FROM pg_prepared_xacts WHERE database = current_database())"
             " SELECT (SELECT count(*) FROM held, next WHERE age(held.id) > next.id - %lld) +"
             " (SELECT count(*) FROM pg_settings WHERE name = 'vacuum_defer_cleanup_age' AND setting <> '0')",
             (long long)horizon);
    return pg_number(db, sql, -1);
}

/* Each table waits so long for whoever reads it at the moment; who comes after waits for us. It is done in turn
 * (group.c), so that no other engine is in the middle of a group, or rewriting too: two that wait for each other's
 * tables would be in each other's way for ever. */
static bool rewrite(struct pg_database *db, int wait) {
    const char *p = rewriting;
    char one[256];
    bool good = true;
    for (int n; good && *p; p += n) { /* each in a transaction of its own, so that nobody waits for all of them */
        n = (int)strcspn(p, ";");
        snprintf(one, sizeof one, "BEGIN; " PG_TAKE_TURN "; SET LOCAL lock_timeout = %d; %.*s; COMMIT", wait, n, p);
        n += p[n] == ';';
        good = pg_run(&db->base, one) == RESULT_OK;
    }
    if (!good && !pg_lost(db))
        (void)!pg_run(&db->base, "ROLLBACK");
    return good;
}

/* It matters to nobody here whether it works: doctor says so when it cannot. */
static void finish_segment(struct pg_database *db) {
    if (pg_number(db, PG_MAY_SWITCH, 0) == 1)
        (void)pg_number(db, "SELECT 1 WHERE pg_switch_wal() IS NOT NULL", 0);
}

bool pg_clean(struct store *base, bool anew, int wait) {
    struct pg_store *s = pg_store_of(base);
    struct pg_database *db = pg_of(base->writer);
    if (anew) {
        s->rewritten = false;
        s->horizon = 0;
    }
    if (pg_lost(db) && pg_connect_again(db) != RESULT_OK)
        return false;
    if (!s->rewritten && s->horizon <= 0)
        s->horizon = pg_number(db, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint", -1);
    if (!s->rewritten) {
        s->rewritten = s->horizon > 0 && count_looking(db, s->horizon) == 0 && rewrite(db, wait);
        if (s->rewritten)
            finish_segment(db);
    }
    return s->rewritten;
}
