/* Removing residue of what was deleted, and what has to wait for that. How it is done is the driver's. It has to wait
 * for whoever still reads an old state, be it another program for hours: so each try is short, the writer goes on with
 * its work in between, and what is to follow the cleaning is kept until then. All of it runs on the writer's thread. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/sql/database.h"

enum { TRY_AT_ONCE = 1000, TRY_AGAIN = 200, BETWEEN_TRIES = 2000 /* ms */ };

/* A wave that is closed as soon as the database is clean. */
struct finished {
    struct finished *next;
    struct id wave;
};

static enum result mark_one(struct database *db, const struct id *wave) {
    struct statement *q = database_statement(db, "UPDATE wave SET state = 2 WHERE id = ? AND state = 1");
    statement_bind(q, "d", wave);
    return statement_finish_one(q);
}

static void try_to_clean(struct store *s, bool anew, int wait) {
    bool clean = s->driver->clean(s, anew, wait);
    while (clean && s->finished) {
        struct finished *f = s->finished;
        if (mark_one(s->writer, &f->wave) == RESULT_MACHINE) {
            clean = false;
        } else {
            s->finished = f->next;
            free(f);
        }
    }
    s->unclean = !clean;
    s->next_cleaning = clock_monotonic() + BETWEEN_TRIES;
}

bool cleaning_due(const struct store *s) {
    return s->unclean && clock_monotonic() >= s->next_cleaning;
}

void clean_again(struct store *s) {
    try_to_clean(s, false, TRY_AGAIN);
}

void discard_finished(struct store *s) {
    while (s->finished) {
        struct finished *f = s->finished;
        s->finished = f->next;
        free(f);
    }
}

static enum result scrub(struct store *s, struct database *db, void *argument) {
    (void)db;
    (void)argument;
    try_to_clean(s, true, TRY_AT_ONCE);
    if (s->unclean)
        log_event(LOG_WARNING, "cleaning_put_off", LOG_REASON, "database_is_read", -1);
    return RESULT_OK;
}

enum result store_scrub(struct store *s) {
    return store_write_alone(s, scrub, NULL);
}

static enum result mark_closed(struct store *s, struct database *db, void *argument) {
    const struct id *wave = argument;
    int64_t emptied = 0;
    if (!s->unclean)
        return mark_one(db, wave);
    struct statement *q = database_statement(db, "SELECT count(*) FROM wave WHERE id = ? AND state = 1");
    statement_bind(q, "d", wave);
    enum result result = statement_number(q, 0, &emptied);
    if (result != RESULT_OK || !emptied)
        return result == RESULT_OK ? RESULT_INPUT : result;
    struct finished *f = mem_alloc(sizeof *f);
    *f = (struct finished){s->finished, *wave};
    s->finished = f;
    return RESULT_OK;
}

enum result store_mark_closed(struct store *s, struct id wave) {
    return store_write(s, mark_closed, &wave);
}
