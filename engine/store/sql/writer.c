/* The writer: one thread owns the writing connection and commits in groups. A group is whatever waits when the last
 * commit is done; there is no timer. A job that fails is undone alone (savepoint); the others of its group go on. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/random.h"
#include "store/sql/database.h"

struct id id_new(void) {
    struct id id;
    random_bytes(id.bytes, sizeof id.bytes);
    return id;
}

bool id_equal(struct id a, struct id b) {
    return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

/* Runs one job of the group. False when what it had begun could not be undone: then nothing of the group may stay. */
static bool run_in_savepoint(struct store *s, struct job *job) {
    struct database *db = s->writer;
    if (job->once && job->begun) {
        job->result = RESULT_MACHINE;
        return true;
    }
    job->result = statement_finish(database_statement(db, "SAVEPOINT job"), NULL);
    if (job->result != RESULT_OK)
        return db->driver->goes_on(db);
    job->result = job->run(s, db, job->argument);
    job->begun = true;
    if (!db->driver->goes_on(db)) /* the database undid the whole group: the disk is full, say */
        return false;
    if (job->result != RESULT_OK && statement_finish(database_statement(db, "ROLLBACK TO job"), NULL) != RESULT_OK)
        return false;
    return statement_finish(database_statement(db, "RELEASE job"), NULL) == RESULT_OK;
}

/* For whoever asks whether the store is well. */
static void note_failing(struct store *s, bool failing) {
    pthread_mutex_lock(&s->mutex);
    s->failing = failing;
    pthread_mutex_unlock(&s->mutex);
}

static void note_waiting(struct store *s, int64_t since) {
    pthread_mutex_lock(&s->mutex);
    s->waiting = since;
    pthread_mutex_unlock(&s->mutex);
}

/* What may wait for long: a server waits for its standby, an engine for another one. */
static bool is_done(struct store *s, enum result (*step)(struct store *s)) {
    note_waiting(s, clock_monotonic());
    const bool done = step(s) == RESULT_OK;
    note_waiting(s, 0);
    return done;
}

static void tidy(struct store *s) {
    note_waiting(s, clock_monotonic());
    s->driver->tidy(s);
    note_waiting(s, 0);
}

static void run_group(struct store *s, struct job *group) {
    enum group_end end = GROUP_AGAIN;
    for (int tries = 0; end == GROUP_AGAIN; tries++) {
        bool good = is_done(s, s->driver->begin);
        for (struct job *job = group; good && job; job = job->next)
            good = run_in_savepoint(s, job);
        good = good && is_done(s, s->driver->commit);
        end = good ? GROUP_DONE : s->driver->fail(s, tries);
    }
    note_failing(s, end == GROUP_FAILED);
    for (struct job *job = group; end == GROUP_FAILED && job; job = job->next)
        job->result = RESULT_MACHINE;
}

/* Takes the jobs up to the next one that must run alone, or that one. */
static struct job *take_group(struct store *s) {
    struct job *group = s->first, *end = group;
    while (!group->alone && end->next && !end->next->alone)
        end = end->next;
    s->first = end->next;
    end->next = NULL;
    if (!s->first)
        s->last = NULL;
    return group;
}

static struct timespec moment(int64_t milliseconds) {
    return (struct timespec){.tv_sec = (time_t)(milliseconds / 1000), .tv_nsec = milliseconds % 1000 * 1000000};
}

/* Until there is a job, or a time to try whether residue can be removed now, or for the driver to tidy up. */
static void wait_for_work(struct store *s) {
    const int rest = s->driver->rest(s);
    const int64_t tidying = rest < 0 ? INT64_MAX : clock_monotonic() + rest;
    const int64_t cleaning = s->unclean ? s->next_cleaning : INT64_MAX;
    const int64_t first = tidying < cleaning ? tidying : cleaning;
    if (first == INT64_MAX) {
        pthread_cond_wait(&s->wake, &s->mutex);
        return;
    }
    const struct timespec until = moment(first);
    (void)pthread_cond_timedwait(&s->wake, &s->mutex, &until);
    if (!s->first && clock_monotonic() >= tidying) {
        pthread_mutex_unlock(&s->mutex);
        tidy(s);
        pthread_mutex_lock(&s->mutex);
    }
}

/* Tells all of a group what became of their jobs. */
static void tell(struct job *group) {
    while (group) {
        struct job *next = group->next; /* done may free the job */
        group->done(group, group->result);
        group = next;
    }
}

static void *write_until_stopped(void *argument) {
    struct store *s = argument;
    pthread_mutex_lock(&s->mutex);
    for (;;) {
        bool due = cleaning_due(s);
        while (!s->first && !s->stopping && !due) {
            wait_for_work(s);
            due = cleaning_due(s);
        }
        if (!s->first && s->stopping)
            break;
        if (due) {
            pthread_mutex_unlock(&s->mutex);
            clean_again(s);
            pthread_mutex_lock(&s->mutex);
            continue;
        }
        struct job *group = take_group(s);
        pthread_mutex_unlock(&s->mutex);
        if (group->alone)
            group->result = group->run(s, s->writer, group->argument);
        else
            run_group(s, group);
        tell(group);
        if (s->driver->tidy_now(s)) /* between two groups, so that no thank-you waits for it */
            tidy(s);
        pthread_mutex_lock(&s->mutex);
    }
    pthread_mutex_unlock(&s->mutex);
    return NULL;
}

void store_submit(struct store *s, struct job *job) {
    job->next = NULL;
    pthread_mutex_lock(&s->mutex);
    if (s->last)
        s->last->next = job;
    else
        s->first = job;
    s->last = job;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->mutex);
}

struct waiting {
    struct job job;
    pthread_mutex_t mutex;
    pthread_cond_t finished;
    bool over;
    enum result result;
};

static void wake_waiting(struct job *job, enum result result) {
    struct waiting *w = (struct waiting *)job; /* the job is its first member */
    pthread_mutex_lock(&w->mutex);
    w->result = result;
    w->over = true;
    pthread_cond_signal(&w->finished);
    pthread_mutex_unlock(&w->mutex);
}

static enum result write_and_wait(struct store *s, struct job job) {
    struct waiting w = {.job = job};
    w.job.done = wake_waiting;
    pthread_mutex_init(&w.mutex, NULL);
    pthread_cond_init(&w.finished, NULL);
    store_submit(s, &w.job);
    pthread_mutex_lock(&w.mutex);
    while (!w.over)
        pthread_cond_wait(&w.finished, &w.mutex);
    pthread_mutex_unlock(&w.mutex);
    pthread_mutex_destroy(&w.mutex);
    pthread_cond_destroy(&w.finished);
    return w.result;
}

enum result store_write(struct store *s, enum result (*run)(struct store *s, struct database *db, void *argument),
                        void *argument) {
    return write_and_wait(s, (struct job){.run = run, .argument = argument});
}

enum result store_write_once(struct store *s, enum result (*run)(struct store *s, struct database *db, void *argument),
                             void *argument) {
    return write_and_wait(s, (struct job){.run = run, .argument = argument, .once = true});
}

enum result store_write_alone(struct store *s, enum result (*run)(struct store *s, struct database *db, void *argument),
                              void *argument) {
    return write_and_wait(s, (struct job){.run = run, .argument = argument, .alone = true});
}

struct database *store_reader(struct store *s) {
    pthread_mutex_lock(&s->mutex);
    struct database *db = s->readers;
    if (db)
        s->readers = db->next;
    pthread_mutex_unlock(&s->mutex);
    return db ? db : s->driver->open_reader(s);
}

void store_reader_done(struct store *s, struct database *db) {
    if (!db->driver->give_back(db)) {
        database_close(db);
        return;
    }
    pthread_mutex_lock(&s->mutex);
    db->next = s->readers;
    s->readers = db;
    pthread_mutex_unlock(&s->mutex);
}

static void discard(struct store *s) {
    for (struct database *db = s->readers; db;) {
        struct database *next = db->next;
        database_close(db);
        db = next;
    }
    if (s->driver->leave)
        s->driver->leave(s);
    database_close(s->writer);
    discard_spared(s);
    discard_finished(s);
    pthread_mutex_destroy(&s->mutex);
    pthread_cond_destroy(&s->wake);
    s->driver->discard(s);
    free(s->url);
    free(s->folder);
    free(s);
}

/* Signals are for the program's own threads: one that ends it must not be taken here, in the middle of a commit. */
static enum result start_writer(struct store *s) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&s->thread, NULL, write_until_stopped, s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code == 0 ? RESULT_OK : RESULT_MACHINE;
}

/* Its waits end by the clock that nobody sets. */
static void init_wake(pthread_cond_t *wake) {
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static enum result open_store(struct store **out, const char *url, bool alone, struct findings *findings) {
    const struct driver *driver = driver_for(url, findings);
    struct store *s = NULL;
    *out = NULL;
    if (!driver)
        return RESULT_INPUT;
    enum result result = driver->open(&s, url, alone, findings);
    pthread_mutex_init(&s->mutex, NULL);
    init_wake(&s->wake);
    s->driver = driver;
    s->unclean = true; /* residue may be left of a process that died while it cleaned */
    if (result == RESULT_OK)
        result = start_writer(s);
    if (result != RESULT_OK) {
        discard(s);
        return result;
    }
    *out = s;
    return RESULT_OK;
}

enum result store_open(struct store **out, const char *url, struct findings *findings) {
    return open_store(out, url, false, findings);
}

enum result store_open_alone(struct store **out, const char *url, struct findings *findings) {
    return open_store(out, url, true, findings);
}

void store_close(struct store *s) {
    if (!s)
        return;
    (void)!flush_spared(s);
    pthread_mutex_lock(&s->mutex);
    s->stopping = true;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->mutex);
    pthread_join(s->thread, NULL);
    discard(s);
}

const char *store_folder(const struct store *s) {
    return s->folder;
}
