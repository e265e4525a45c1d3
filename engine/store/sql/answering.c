/* Tickets, ballots and drafts: what happens while people answer. */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "store/sql/database.h"

enum result store_find_ticket(struct store *s, struct arena *arena, const uint8_t hash[32], struct found_ticket *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    /* A link does not name its wave: one lookup by key for each wave, of which there are few. Nobody begins to answer
     * an assessment that is deleted, though it can still be restored. */
    struct statement *q =
        database_statement(db, "SELECT w.id, t.kind, t.organisation, t.unit, t.language, t.pseudonym,"
                               " CASE WHEN a.state = 2 THEN 2 ELSE t.state END"
                               " FROM wave w CROSS JOIN ticket t JOIN assessment a ON a.id = w.assessment"
                               " WHERE t.wave = w.id AND t.hash = ? LIMIT 1");
    statement_bind(q, "h", hash);
    enum step step = statement_step(q);
    enum result result = row_result(step);
    if (step == STEP_ROW) {
        *out = (struct found_ticket){.state = (enum ticket_state)column_int(q, 6)};
        memcpy(out->ticket.hash, hash, 32);
        out->ticket.kind = (enum invitation_kind)column_int(q, 1);
        out->ticket.organisation = column_text(arena, q, 2);
        out->ticket.unit = column_text(arena, q, 3);
        out->ticket.language = column_text(arena, q, 4);
        out->ticket.has_pseudonym = !column_is_null(q, 5);
        column_bytes(q, 5, out->ticket.pseudonym, sizeof out->ticket.pseudonym);
        result = find_wave(db, arena, column_id(q, 0), &out->wave);
    }
    store_reader_done(s, db);
    return result;
}

static enum result has_row(struct store *s, struct database *db, struct statement *q, bool *out) {
    enum step step = statement_step(q);
    *out = step == STEP_ROW;
    store_reader_done(s, db);
    return step == STEP_ROW || step == STEP_DONE ? RESULT_OK : RESULT_MACHINE;
}

enum result store_has_ballot(struct store *s, struct id wave, const uint8_t key[32], bool *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT 1 FROM ballot WHERE wave = ? AND key = ?");
    statement_bind(q, "dh", &wave, key);
    return has_row(s, db, q, out);
}

enum result store_has_organisation_answer(struct store *s, struct id wave, const char *organisation, bool *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q =
        database_statement(db, "SELECT 1 FROM organisation_answer WHERE wave = ? AND organisation = ?");
    statement_bind(q, "dt", &wave, organisation);
    return has_row(s, db, q, out);
}

struct cast_job {
    struct job job;
    struct cast cast;
    enum cast_outcome outcome;
    void (*done)(void *context, enum cast_outcome outcome);
    void *context;
    char bytes[]; /* the copies that `cast` points to */
};

/* What the ticket's state means for whoever could not spend it. */
static enum cast_outcome why_not(struct database *db, const struct cast *c) {
    struct statement *q = database_statement(db, "SELECT state FROM ticket WHERE wave = ? AND hash = ?");
    statement_bind(q, "dh", &c->wave, c->ticket);
    enum step step = statement_step(q);
    enum cast_outcome outcome = step == STEP_DONE ? CAST_UNKNOWN : CAST_FAILED;
    if (step == STEP_ROW)
        outcome = column_int(q, 0) == TICKET_CLOSED ? CAST_CLOSED : CAST_ALREADY;
    statement_reset(q);
    return outcome;
}

/* Spends a personal ticket; open and organisation tickets must only be there and fresh. */
static enum cast_outcome use_ticket(struct database *db, const struct cast *c) {
    int changes = 0;
    struct statement *q = database_statement(db, "UPDATE ticket SET state = CASE kind WHEN 1 THEN 1 ELSE state END"
                                                 " WHERE wave = ? AND hash = ? AND state = 0");
    statement_bind(q, "dh", &c->wave, c->ticket);
    if (statement_finish(q, &changes) != RESULT_OK)
        return CAST_FAILED;
    return changes == 1 ? CAST_STORED : why_not(db, c);
}

static enum cast_outcome keep(struct database *db, const struct cast *c) {
    int changes = 0;
    struct statement *q;
    if (c->kind == INVITATION_ORGANISATION) {
        q = database_statement(db, "INSERT INTO organisation_answer (wave, organisation, answers) VALUES (?, ?, ?)"
                                   " ON CONFLICT DO NOTHING");
        statement_bind(q, "dts", &c->wave, c->organisation, c->content);
    } else {
        q = database_statement(db, "INSERT INTO ballot (wave, key, sealed) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
        statement_bind(q, "dhb", &c->wave, c->key, c->content);
    }
    if (statement_finish(q, &changes) != RESULT_OK)
        return CAST_FAILED;
    return changes == 1 ? CAST_STORED : CAST_ALREADY;
}

static enum result count(struct database *db, const struct cast *c) {
    bool organisation = c->kind == INVITATION_ORGANISATION;
    struct statement *q =
        database_statement(db, "INSERT INTO invited (wave, organisation, invited, answered, organisation_answered)"
                               " VALUES (?, ?, 0, ?, ?) ON CONFLICT (wave, organisation) DO UPDATE SET"
                               " answered = invited.answered + excluded.answered, organisation_answered = CASE WHEN"
                               " invited.organisation_answered <> 0 THEN 1 ELSE excluded.organisation_answered END");
    statement_bind(q, "dtii", &c->wave, c->organisation, organisation ? 0 : 1, organisation ? 1 : 0);
    enum result result = statement_finish(q, NULL);
    if (result != RESULT_OK || organisation)
        return result;
    struct day today = clock_today();
    q = database_statement(db, "INSERT INTO day_count (wave, day, n) VALUES (?, ?, 1)"
                               " ON CONFLICT (wave, day) DO UPDATE SET n = day_count.n + 1");
    statement_bind(q, "dt", &c->wave, today.text);
    return statement_finish(q, NULL);
}

static enum result drop_draft(struct database *db, struct id wave, const uint8_t key[32]) {
    if (sodium_is_zero(key, 32))
        return RESULT_OK;
    struct statement *q = database_statement(db, "DELETE FROM draft WHERE wave = ? AND key = ?");
    statement_bind(q, "dh", &wave, key);
    return statement_finish(q, NULL);
}

static enum result run_cast(struct store *s, struct database *db, void *argument) {
    (void)s;
    struct cast_job *job = argument;
    const struct cast *c = &job->cast;
    if (job->job.is_cast) {
        job->outcome = job->job.kept ? CAST_STORED : job->job.spent ? CAST_ALREADY : why_not(db, c);
        return job->outcome == CAST_FAILED ? RESULT_MACHINE : RESULT_OK;
    }
    job->outcome = use_ticket(db, c);
    if (job->outcome == CAST_STORED)
        job->outcome = keep(db, c);
    if (job->outcome == CAST_STORED && (count(db, c) != RESULT_OK || drop_draft(db, c->wave, c->draft) != RESULT_OK))
        job->outcome = CAST_FAILED;
    return job->outcome == CAST_FAILED ? RESULT_MACHINE : RESULT_OK;
}

static void finish_cast(struct job *base, enum result result) {
    struct cast_job *job = base->argument;
    job->done(job->context, result == RESULT_OK ? job->outcome : CAST_FAILED);
    free(job);
}

void store_cast(struct store *s, const struct cast *c, void (*done)(void *context, enum cast_outcome outcome),
                void *context) {
    size_t name = strlen(c->organisation) + 1;
    struct cast_job *job = mem_alloc(sizeof *job + name + c->content.n);
    job->cast = *c;
    memcpy(job->bytes, c->organisation, name);
    memcpy(job->bytes + name, c->content.p, c->content.n);
    job->cast.organisation = job->bytes;
    job->cast.content.p = job->bytes + name;
    job->done = done;
    job->context = context;
    job->job = (struct job){.run = run_cast,
                            .done = finish_cast,
                            .argument = job,
                            .ballot = c->kind == INVITATION_ORGANISATION ? NULL : &job->cast};
    store_submit(s, &job->job);
}

struct cast_wait {
    pthread_mutex_t mutex;
    pthread_cond_t finished;
    bool over;
    enum cast_outcome outcome;
};

static void wake_cast(void *context, enum cast_outcome outcome) {
    struct cast_wait *w = context;
    pthread_mutex_lock(&w->mutex);
    w->outcome = outcome;
    w->over = true;
    pthread_cond_signal(&w->finished);
    pthread_mutex_unlock(&w->mutex);
}

enum cast_outcome store_cast_wait(struct store *s, const struct cast *c) {
    struct cast_wait w = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, CAST_FAILED};
    store_cast(s, c, wake_cast, &w);
    pthread_mutex_lock(&w.mutex);
    while (!w.over)
        pthread_cond_wait(&w.finished, &w.mutex);
    pthread_mutex_unlock(&w.mutex);
    return w.outcome;
}

struct draft_job {
    struct job job;
    struct id wave;
    uint8_t key[32];
    struct day day;
    void (*done)(void *context, enum result result);
    void *context;
    struct str content;
    char bytes[];
};

/* A draft is kept only while its wave is open: a late save must not outlive the closing. */
static enum result run_draft(struct store *s, struct database *db, void *argument) {
    (void)s;
    struct draft_job *job = argument;
    if (job->content.n == 0)
        return drop_draft(db, job->wave, job->key);
    struct statement *q = database_statement(
        db, "INSERT INTO draft (wave, key, day, content) SELECT id, ?2, ?3, ?4 FROM wave WHERE id = ?1 AND state = 0"
            " ON CONFLICT (wave, key) DO UPDATE SET day = excluded.day, content = excluded.content");
    statement_bind(q, "dhtb", &job->wave, job->key, job->day.text, job->content);
    return statement_finish(q, NULL);
}

static void finish_draft(struct job *base, enum result result) {
    struct draft_job *job = base->argument;
    job->done(job->context, result);
    free(job);
}

void store_put_draft(struct store *s, struct id wave, const uint8_t key[32], struct str content, struct day day,
                     void (*done)(void *context, enum result result), void *context) {
    struct draft_job *job = mem_alloc(sizeof *job + content.n);
    job->wave = wave;
    memcpy(job->key, key, 32);
    job->day = day;
    if (content.n)
        memcpy(job->bytes, content.p, content.n);
    job->content = (struct str){job->bytes, content.n};
    job->done = done;
    job->context = context;
    job->job = (struct job){.run = run_draft, .done = finish_draft, .argument = job};
    store_submit(s, &job->job);
}

enum result store_put_draft_wait(struct store *s, struct id wave, const uint8_t key[32], struct str content,
                                 struct day day) {
    struct draft_job job = {.wave = wave, .day = day, .content = content};
    memcpy(job.key, key, 32);
    return store_write(s, run_draft, &job);
}

enum result store_find_draft(struct store *s, struct arena *arena, struct id wave, const uint8_t key[32],
                             struct str *content) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT content FROM draft WHERE wave = ? AND key = ?");
    statement_bind(q, "dh", &wave, key);
    enum step step = statement_step(q);
    if (step == STEP_ROW) {
        struct str view = column_view(q, 0);
        *content = (struct str){arena_copy(arena, view.p, view.n), view.n};
    }
    store_reader_done(s, db);
    return row_result(step);
}

static enum result drop_old_drafts(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct day *before = argument;
    struct statement *q = database_statement(db, "DELETE FROM draft WHERE day < ?");
    statement_bind(q, "t", before->text);
    return statement_finish(q, NULL);
}

enum result store_drop_old_drafts(struct store *s, struct day before) {
    return store_write(s, drop_old_drafts, &before);
}
