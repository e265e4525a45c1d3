/* A group of jobs is one transaction. It begins with taking the turn: the lock of the one row of the table turn, which
 * is free again when the group is on disk. So the groups of all engines come one after the other, as one engine's do,
 * and what is true with one writer is true with many: each statement behind the lock sees what the groups before it
 * have written (READ COMMITTED: its snapshot is taken when it begins), counters meet nobody, and a ballot is cast
 * before its wave is closed or not at all. While one engine's group is put on disk the others' grow. Only the row's
 * lock is written: the number of the last group's transaction, which the next one replaces.
 *
 * What makes a group fail is often nobody's fault: another program was in the way, the server was restarted, a standby
 * took over. Then the group is run again, at most for a while, on a new connection if
 * need be. Whether a COMMIT that was not answered has been carried out is read off a mark: each group leaves 16 random
 * bytes in this process's row of the table engine. Reading them locks that row, which waits for the server to be done
 * with the transaction of before, if it still has it; so the answer is certain. */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "store/postgres/postgres.h"

enum {
    TRIES_MAX = 8,         /* after conflicts */
    RECONNECT_FOR = 10000, /* ms: less than people wait for an answer */
    RECONNECT_PAUSE = 10,  /* ms, and twice as long each time */
    RECONNECT_PAUSE_MOST = 500,
    GONE = 2 /* of a mark */
};

/* ms: whoever has the turn and does nothing with it any more, on a machine that stands still, say, loses it to the
 * others; the server ends the session, and the group is run again should the machine go on. */
#define IDLE "30000"

static void write_hex(struct buf *out, const uint8_t *bytes, size_t n) {
    buf_text(out, "'\\x");
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%02x", bytes[i]);
    buf_char(out, '\'');
}

enum result pg_begin(struct store *base) {
    struct pg_store *s = pg_store_of(base);
    struct buf sql = BUF_INIT;
    if (!s->marked)
        random_bytes(s->mark, sizeof s->mark);
    s->marked = false;
    s->next_sign = clock_monotonic() + SIGN_OF_LIFE;
    buf_text(&sql, "BEGIN; SET LOCAL idle_in_transaction_session_timeout = " IDLE "; " PG_TAKE_TURN
                   "; INSERT INTO engine (id, mark, seen) VALUES (");
    write_hex(&sql, s->id, sizeof s->id);
    buf_char(&sql, ',');
    write_hex(&sql, s->mark, sizeof s->mark);
    buf_text(&sql, ", CAST(extract(epoch FROM clock_timestamp()) AS BIGINT) / 60 * 60)"
                   " ON CONFLICT (id) DO UPDATE SET mark = excluded.mark, seen = excluded.seen");
    pg_of(base->writer)->again = false;
    const enum result result = pg_run(base->writer, sql.p);
    buf_free(&sql);
    return result;
}

bool pg_goes_on(struct database *base) {
    const struct pg_database *db = pg_of(base);
    const PGTransactionStatusType status = PQtransactionStatus(db->connection);
    /* a statement's error is undone to the savepoint; a conflict is everybody's */
    return !pg_lost(db) && !db->again && (status == PQTRANS_INTRANS || status == PQTRANS_INERROR);
}

static void pause_for(int milliseconds) {
    const struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    (void)nanosleep(&pause, NULL);
}

/* Is the group's mark on disk? -1: cannot be told, now; GONE: never. The row is there before the first group; it is
 * missing when this process was held up so long that another has taken it for dead. */
static int is_marked(struct pg_store *s) {
    struct pg_database *db = pg_of(s->base.writer);
    struct buf sql = BUF_INIT;
    buf_text(&sql, "SELECT CASE WHEN mark = ");
    write_hex(&sql, s->mark, sizeof s->mark);
    buf_text(&sql, " THEN 1 ELSE 0 END FROM engine WHERE id = ");
    write_hex(&sql, s->id, sizeof s->id);
    buf_text(&sql, " FOR UPDATE");
    db->again = false;
    const int64_t marked = pg_number(db, sql.p, GONE);
    buf_free(&sql);
    return pg_lost(db) || db->again ? -1 : (int)marked;
}

/* Gets a connection again. It may take as long as a standby needs to take over. */
static enum group_end come_back(struct pg_store *s) {
    struct pg_database *db = pg_of(s->base.writer);
    const int64_t until = clock_monotonic() + RECONNECT_FOR;
    int pause = RECONNECT_PAUSE;
    do {
        int marked = -1;
        if (pg_connect_again(db) == RESULT_OK)
            marked = is_marked(s);
        if (marked == GONE)
            return GROUP_FAILED;
        if (marked >= 0)
            return marked ? GROUP_DONE : GROUP_AGAIN;
        pause_for(pause);
        pause = pause < RECONNECT_PAUSE_MOST / 2 ? 2 * pause : RECONNECT_PAUSE_MOST;
    } while (clock_monotonic() < until);
    return GROUP_FAILED;
}

enum group_end pg_fail(struct store *base, int tries) {
    struct pg_store *s = pg_store_of(base);
    struct pg_database *db = pg_of(base->writer);
    enum group_end end = GROUP_FAILED;
    const bool again = db->again;
    pg_end_all(db);
    if (!pg_lost(db))
        (void)pg_run(base->writer, "ROLLBACK");
    if (pg_lost(db)) {
        db->held = false;
        end = tries < TRIES_MAX ? come_back(s) : GROUP_FAILED;
    } else if (again && tries < TRIES_MAX) {
        pause_for(1 + (int)random_below(10U << tries)); /* so that two do not meet again */
        end = GROUP_AGAIN;
    }
    s->marked = end == GROUP_AGAIN;
    log_event(end == GROUP_FAILED ? LOG_ERROR : LOG_WARNING, end == GROUP_FAILED ? "commit_failed" : "commit_repeated",
              LOG_REASON, again ? "conflict" : "database_trouble", -1);
    return end;
}

int pg_rest(const struct store *s) {
    const int64_t left = pg_store_of(s)->next_sign - clock_monotonic();
    return left > 0 ? (int)left : 0;
}

/* An empty group, which says that we are there. It also finds out that the connection was lost, and with it the lock
 * that keeps others from what they may only do alone. It waits for no standby: there is nothing in it to lose. */
void pg_give_sign(struct store *s) {
    if (pg_begin(s) == RESULT_OK && pg_run(s->writer, "SET LOCAL synchronous_commit = local") == RESULT_OK &&
        pg_run(s->writer, "COMMIT") == RESULT_OK)
        return;
    if (pg_lost(pg_of(s->writer)))
        (void)!pg_connect_again(pg_of(s->writer));
    else
        (void)!pg_run(s->writer, "ROLLBACK");
}
