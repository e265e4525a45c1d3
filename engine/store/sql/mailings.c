/* Mailings: who is written to, which are under way, how far they are. */
#include <stdlib.h>

#include "store/mailings.h"
#include "store/sql/database.h"

/* How many deliveries of a mailing were spared is added up in memory and written only as a total, when the mailing
 * pauses or ends: written one by one, the journal would say whose. */
struct spared {
    struct spared *next;
    struct id mailing;
    int n;
};

static void add_spared(struct store *s, struct id mailing, int n) {
    pthread_mutex_lock(&s->mutex);
    struct spared *t = s->spared;
    while (t && !id_equal(t->mailing, mailing))
        t = t->next;
    if (!t) {
        t = mem_alloc(sizeof *t);
        t->mailing = mailing;
        t->next = s->spared;
        s->spared = t;
    }
    t->n += n;
    pthread_mutex_unlock(&s->mutex);
}

void count_spared(struct store *s, struct id mailing) {
    add_spared(s, mailing, 1);
}

static int spared_so_far(struct store *s, struct id mailing) {
    int n = 0;
    pthread_mutex_lock(&s->mutex);
    for (const struct spared *t = s->spared; t; t = t->next)
        if (id_equal(t->mailing, mailing))
            n = t->n;
    pthread_mutex_unlock(&s->mutex);
    return n;
}

/* Out of memory, to be written; at most once for each that was counted. */
static int take_spared(struct store *s, struct id mailing) {
    int n = 0;
    pthread_mutex_lock(&s->mutex);
    for (struct spared **at = &s->spared; *at; at = &(*at)->next)
        if (id_equal((*at)->mailing, mailing)) {
            struct spared *t = *at;
            n = t->n;
            *at = t->next;
            free(t);
            break;
        }
    pthread_mutex_unlock(&s->mutex);
    return n;
}

static enum result write_spared(struct database *db, struct id mailing, int n) {
    if (n == 0)
        return RESULT_OK;
    struct statement *q = database_statement(db, "UPDATE mailing SET spared = spared + ? WHERE id = ?");
    statement_bind(q, "id", n, &mailing);
    return statement_finish(q, NULL);
}

static enum result run_flush(struct store *s, struct database *db, void *argument) {
    (void)argument;
    enum result result = RESULT_OK;
    for (const struct spared *t = s->spared; result == RESULT_OK && t; t = t->next)
        result = write_spared(db, t->mailing, t->n); /* the store is being closed: no other thread counts any more */
    return result;
}

enum result flush_spared(struct store *s) {
    return s->spared ? store_write(s, run_flush, NULL) : RESULT_OK;
}

void discard_spared(struct store *s) {
    for (struct spared *t = s->spared; t;) {
        struct spared *next = t->next;
        free(t);
        t = next;
    }
}

/* Refuses while another mailing of the wave is under way with more to do than retries (as mailing_only_retries): a
 * second click starts nothing. */
static enum result check_alone(struct database *db, const struct mailing *m) {
    int64_t open = 0, busy = 0;
    struct statement *q = database_statement(db, "SELECT count(*) FROM wave WHERE id = ? AND state = 0");
    statement_bind(q, "d", &m->wave);
    enum result result = statement_number(q, 0, &open);
    q = database_statement(db, "SELECT count(*) FROM mailing m WHERE m.wave = ? AND m.state <> 2 AND (m.state = 1"
                               " OR EXISTS (SELECT 1 FROM delivery d WHERE d.mailing = m.id AND (d.state = 1 OR "
                               "d.state = 0 AND d.attempts = 0))"
                               " OR NOT EXISTS (SELECT 1 FROM delivery d WHERE d.mailing = m.id AND d.state = 0))");
    statement_bind(q, "d", &m->wave);
    if (result == RESULT_OK)
        result = statement_number(q, 0, &busy);
    return result == RESULT_OK && (open != 1 || busy != 0) ? RESULT_INPUT : result;
}

static enum result start_mailing(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct mailing *m = argument;
    int written = 0;
    enum result result = check_alone(db, m);
    if (result != RESULT_OK)
        return result;
    struct statement *q =
        database_statement(db, "INSERT INTO mailing (id, wave, kind, state, everyone, per_minute, subject,"
                               " body, started, spared) VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, 0)");
    statement_bind(q, "ddiiittl", &m->id, &m->wave, (int)m->kind, (int)m->everyone, m->per_minute,
                   m->subject ? m->subject : "", m->body ? m->body : "", m->started);
    result = statement_finish(q, NULL);
    if (result != RESULT_OK)
        return result;
    q = database_statement(
        db, "INSERT INTO delivery (mailing, invitation, state, attempts, sentence) SELECT ?1, i.id, 0, 0, ''"
            " FROM invitation i JOIN wave w ON w.id = i.wave"
            " JOIN person p ON p.assessment = w.assessment AND p.id = i.person"
            " WHERE i.wave = ?2 AND i.kind = 1 AND p.email <> '' AND p.contact = 0"
            " AND (?3 <> 0 OR NOT EXISTS (SELECT 1 FROM mailing m JOIN delivery d ON d.mailing = m.id"
            "  WHERE m.wave = i.wave AND m.kind = 0 AND d.invitation = i.id AND d.state IN (1, 2, 4)))"
            " AND (?4 = 0 OR NOT EXISTS (SELECT 1 FROM mailing m JOIN delivery d ON d.mailing = m.id"
            "  WHERE m.wave = i.wave AND m.kind = 0 AND d.invitation = i.id AND d.state = 3)"
            "  OR EXISTS (SELECT 1 FROM mailing m JOIN delivery d ON d.mailing = m.id"
            "  WHERE m.wave = i.wave AND m.kind = 0 AND d.invitation = i.id AND d.state IN (1, 2, 4)))"
            " AND NOT EXISTS (SELECT 1 FROM mailing m JOIN delivery d ON d.mailing = m.id"
            "  WHERE m.wave = i.wave AND m.id <> ?1 AND m.state <> 2 AND d.invitation = i.id AND d.state IN (0, 1))");
    statement_bind(q, "ddii", &m->id, &m->wave, (int)m->kind, (int)mailing_names_nobody(m));
    result = statement_finish(q, &written);
    return result == RESULT_OK && written == 0 ? RESULT_INPUT : result;
}

enum result store_start_mailing(struct store *s, const struct mailing *m) {
    struct mailing copy = *m;
    return store_write(s, start_mailing, &copy);
}

#define MAILING_QUERY                                                                                                  \
    "SELECT m.id, m.wave, m.kind, m.state, m.everyone, m.per_minute, m.subject, m.body, m.started, m.spared,"          \
    " count(*) FILTER (WHERE d.state IN (0, 1)), count(*) FILTER (WHERE d.state = 2),"                                 \
    " count(*) FILTER (WHERE d.state = 3), count(*) FILTER (WHERE d.state = 4),"                                       \
    " count(*) FILTER (WHERE d.state = 0 AND d.attempts > 0),"                                                         \
    " coalesce(min(d.moment) FILTER (WHERE d.state = 0 AND d.attempts > 0 AND d.moment > 0), 0), m.reason, m.sentence" \
    " FROM mailing m LEFT JOIN delivery d ON d.mailing = m.id"

static struct mailing read_mailing(struct store *s, struct arena *arena, struct statement *q) {
    struct mailing m = {.id = column_id(q, 0),
                        .wave = column_id(q, 1),
                        .kind = (enum mailing_kind)column_int(q, 2),
                        .state = (enum mailing_state)column_int(q, 3),
                        .everyone = column_int(q, 4) != 0,
                        .per_minute = column_int(q, 5),
                        .subject = column_text(arena, q, 6),
                        .body = column_text(arena, q, 7),
                        .started = column_long(q, 8),
                        .spared = column_int(q, 9),
                        .waiting = column_int(q, 10),
                        .refused = column_int(q, 12),
                        .unknown = column_int(q, 13),
                        .retrying = column_int(q, 14),
                        .next_try = column_long(q, 15),
                        .reason = (enum pause_reason)column_int(q, 16),
                        .sentence = column_text(arena, q, 17)};
    int done = column_int(q, 11);
    m.spared += spared_so_far(s, m.id);
    m.spared = m.spared > done ? done : m.spared; /* of people removed since */
    m.accepted = done - m.spared;
    return m;
}

enum result store_list_mailings(struct store *s, struct arena *arena, struct id wave, struct mailing **out, size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(
        db, MAILING_QUERY " WHERE m.wave = ? GROUP BY m.id ORDER BY m.started DESC, m.kind DESC, m.id");
    statement_bind(q, "d", &wave);
    LIST_ROWS(q, out, n, read_mailing(s, arena, q));
}

enum result store_get_mailing(struct store *s, struct arena *arena, struct id mailing, struct mailing *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, MAILING_QUERY " WHERE m.id = ? GROUP BY m.id");
    statement_bind(q, "d", &mailing);
    ONE_ROW(q, *out = read_mailing(s, arena, q));
}

enum result store_list_mailings_in(struct store *s, struct arena *arena, enum mailing_state state, struct mailing **out,
                                   size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q =
        database_statement(db, MAILING_QUERY " WHERE m.state = ? GROUP BY m.id ORDER BY m.started, m.id");
    statement_bind(q, "i", (int)state);
    LIST_ROWS(q, out, n, read_mailing(s, arena, q));
}

struct state_change {
    struct id mailing;
    enum mailing_state state;
    enum pause_reason reason;
    const char *sentence;
    int spared; /* written with it */
};

/* Done is for good. The server pauses only what is running. */
static enum result set_state(struct store *s, struct database *db, void *argument) {
    struct state_change *change = argument;
    struct statement *q = database_statement(db, "UPDATE mailing SET state = ?2, reason = ?3, sentence = ?4"
                                                 " WHERE id = ?1 AND (state <> 2 OR ?2 = 2) AND (state = 0 OR ?3 = 0)");
    statement_bind(q, "diit", &change->mailing, (int)change->state, (int)change->reason, change->sentence);
    enum result result = statement_finish_one(q);
    if (result == RESULT_OK && change->state != MAILING_RUNNING)
        change->spared += take_spared(s, change->mailing);
    if (result == RESULT_OK && change->state != MAILING_RUNNING)
        result = write_spared(db, change->mailing, change->spared);
    if (result == RESULT_OK && change->state == MAILING_DONE)
        result = db->driver->forget_pace(db, change->mailing);
    return result;
}

static enum result change_state(struct store *s, struct state_change change) {
    const enum result result = store_write(s, set_state, &change);
    if (result != RESULT_OK && change.spared)
        add_spared(s, change.mailing, change.spared);
    return result;
}

enum result store_set_mailing_state(struct store *s, struct id mailing, enum mailing_state state) {
    return change_state(s, (struct state_change){mailing, state, PAUSE_ASKED, "", 0});
}

enum result store_pause_mailing(struct store *s, struct id mailing, enum pause_reason reason, const char *sentence) {
    return change_state(s, (struct state_change){mailing, MAILING_PAUSED, reason, sentence, 0});
}

static enum result end_spared(struct store *s, struct database *db, void *argument) {
    struct state_change *change = argument;
    change->spared += take_spared(s, change->mailing);
    return write_spared(db, change->mailing, change->spared);
}

/* One that is counted and not among these. */
static bool find_ended(struct store *s, const struct mailing *running, size_t n, struct id *out) {
    bool found = false;
    pthread_mutex_lock(&s->mutex);
    for (const struct spared *t = s->spared; t && !found; t = t->next) {
        found = true;
        for (size_t i = 0; i < n; i++)
            found = found && !id_equal(running[i].id, t->mailing);
        *out = t->mailing;
    }
    pthread_mutex_unlock(&s->mutex);
    return found;
}

void store_end_spared(struct store *s, const struct mailing *running, size_t n) {
    struct state_change change = {.sentence = ""};
    while (find_ended(s, running, n, &change.mailing)) {
        change.spared = 0;
        if (store_write(s, end_spared, &change) != RESULT_OK) {
            add_spared(s, change.mailing, change.spared);
            return;
        }
    }
}
