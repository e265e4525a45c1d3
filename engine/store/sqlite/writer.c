/* The writer: one thread owns the writing connection and commits in groups. A group is whatever waits when the last
 * commit is done; there is no timer. A job that fails is undone alone (savepoint); the others of its group go on. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/random.h"
#include "store/sqlite/database.h"

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
    job->result = statement_finish(database_statement(db, "SAVEPOINT job"), NULL);
    if (job->result != RESULT_OK)
        return true;
    job->result = job->run(s, db, job->argument);
    if (sqlite3_get_autocommit(db->handle)) /* the database undid the whole group: the disk is full, say */
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

/* Runs a job that is all of its group: to undo it is to undo the group. */
static bool run_whole(struct store *s, struct job *job) {
    job->result = job->run(s, s->writer, job->argument);
    return !sqlite3_get_autocommit(s->writer->handle);
}

static enum result end_group(struct store *s, const struct job *group) {
    const bool undone = group->whole && group->result != RESULT_OK;
    return statement_finish(
        undone ? database_statement(s->writer, "ROLLBACK") : database_statement(s->writer, "COMMIT"), NULL);
}

static void run_group(struct store *s, struct job *group) {
    bool good = statement_finish(database_statement(s->writer, "BEGIN IMMEDIATE"), NULL) == RESULT_OK;
    for (struct job *job = group; good && job; job = job->next)
        good = job->whole ? run_whole(s, job) : run_in_savepoint(s, job);
    good = good && end_group(s, group) == RESULT_OK;
    note_failing(s, !good);
    if (good)
        return;
    log_event(LOG_ERROR, "commit_failed", LOG_REASON, sqlite3_errstr(sqlite3_extended_errcode(s->writer->handle)), -1);
    if (!sqlite3_get_autocommit(s->writer->handle))
        (void)database_run(s->writer, "ROLLBACK");
    for (struct job *job = group; job; job = job->next)
        job->result = RESULT_MACHINE;
}

static bool is_by_itself(const struct job *job) {
    return job->alone || job->whole;
}

/* Takes the jobs up to the next one that must be by itself, or that one. */
static struct job *take_group(struct store *s) {
    struct job *group = s->first, *end = group;
    while (!is_by_itself(group) && end->next && !is_by_itself(end->next))
        end = end->next;
    s->first = end->next;
    end->next = NULL;
    if (!s->first)
        s->last = NULL;
    return group;
}

/* Pages in the journal from which on it is brought into the database: when there has been nothing to write for so many
 * milliseconds, or in any case. */
enum { JOURNAL_LONG = 1000, JOURNAL_TOO_LONG = 8000, JOURNAL_QUIET = 50 };

/* Called after each commit. In the place of SQLite's own hook, which would bring in the journal before anybody hears
 * that the answers are on disk. */
static int note_journal(void *context, sqlite3 *handle, const char *name, int pages) {
    struct store *s = context;
    (void)handle;
    (void)name;
    s->journal_pages = pages;
    return SQLITE_OK;
}

/* Between two groups, so that no thank-you of theirs waits for it. What cannot be brought in now stays in the journal.
 * Never by a second connection while this one commits, though nobody would have to wait then: SQLite before 3.51.3 can
 * lose a commit when one connection brings the journal in while another begins it anew. */
static void shorten_journal(struct store *s) {
    s->journal_pages = 0;
    (void)sqlite3_wal_checkpoint_v2(s->writer->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

static struct timespec moment(int64_t milliseconds) {
    return (struct timespec){.tv_sec = (time_t)(milliseconds / 1000), .tv_nsec = milliseconds % 1000 * 1000000};
}

/* Until there is a job, or a time to try whether residue can be removed now, or to shorten the journal. */
static void wait_for_work(struct store *s) {
    if (s->journal_pages >= JOURNAL_LONG) {
        const struct timespec until = moment(clock_monotonic() + JOURNAL_QUIET);
        (void)pthread_cond_timedwait(&s->wake, &s->mutex, &until);
        if (!s->first) {
            pthread_mutex_unlock(&s->mutex);
            shorten_journal(s);
            pthread_mutex_lock(&s->mutex);
        }
        return;
    }
    if (!s->unclean) {
        pthread_cond_wait(&s->wake, &s->mutex);
        return;
    }
    const struct timespec until = moment(s->next_cleaning);
    (void)pthread_cond_timedwait(&s->wake, &s->mutex, &until);
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
        if (s->journal_pages >= JOURNAL_TOO_LONG)
            shorten_journal(s);
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

enum result store_write_whole(struct store *s, enum result (*run)(struct store *s, struct database *db, void *argument),
                              void *argument) {
    return write_and_wait(s, (struct job){.run = run, .argument = argument, .whole = true});
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
    if (!db && database_open(&db, s->path, false, NULL) != RESULT_OK)
        return NULL;
    return db;
}

void store_reader_done(struct store *s, struct database *db) {
    for (size_t i = 0; i < db->n_statements; i++)
        sqlite3_reset(db->statements[i].statement); /* an unfinished read would keep its snapshot */
    if (!sqlite3_get_autocommit(db->handle)) {      /* and so would a transaction that could not be ended */
        database_close(db);
        return;
    }
    pthread_mutex_lock(&s->mutex);
    db->next = s->readers;
    s->readers = db;
    pthread_mutex_unlock(&s->mutex);
}

enum result database_lock(const char *path, int *lock, struct findings *findings) {
    char *file = sqlite3_mprintf("%s.lock", path);
    *lock = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    enum result result = RESULT_OK;
    if (*lock < 0 || flock(*lock, LOCK_EX | LOCK_NB) != 0) {
        result = *lock < 0 ? RESULT_MACHINE : RESULT_INPUT;
        finding_add(findings, SEVERITY_ERROR, (struct place){path, 0, 0},
                    *lock < 0 ? "store_not_opened" : "store_in_use", NULL);
    }
    sqlite3_free(file);
    return result;
}

static enum result take_lock(struct store *s, struct findings *findings) {
    const enum result result = database_lock(s->path, &s->lock, findings);
    int database = result == RESULT_OK ? open(s->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (database >= 0) /* for its owner only; the journal takes the same mode */
        close(database);
    return result;
}

static void discard(struct store *s) {
    for (struct database *db = s->readers; db;) {
        struct database *next = db->next;
        database_close(db);
        db = next;
    }
    database_close(s->writer);
    discard_spared(s);
    discard_finished(s);
    if (s->lock >= 0)
        close(s->lock);
    pthread_mutex_destroy(&s->mutex);
    pthread_cond_destroy(&s->wake);
    free(s->path);
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

static char *copy_of(const char *s, size_t n) {
    char *copy = mem_alloc(n + 1);
    memcpy(copy, s, n);
    return copy;
}

enum result store_open(struct store **out, const char *url, struct findings *findings) {
    const char *path = database_path(url);
    *out = NULL;
    if (!path) {
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "store_url", "url", url, NULL);
        return RESULT_INPUT;
    }
    struct store *s = mem_alloc(sizeof *s);
    s->lock = -1;
    s->unclean = s->rewritten = true; /* the journal may be left of a process that died while it cleaned */
    pthread_mutex_init(&s->mutex, NULL);
    init_wake(&s->wake);
    size_t folder = (size_t)(file_name(path) - path);
    s->path = copy_of(path, strlen(path));
    s->folder = folder ? copy_of(path, folder - (folder > 1)) : copy_of(".", 1);
    enum result result = file_make_folder(s->folder, 0700, findings);
    if (result == RESULT_OK)
        result = take_lock(s, findings);
    if (result == RESULT_OK)
        result = database_open(&s->writer, s->path, true, findings);
    if (result == RESULT_OK)
        result = database_migrate(s->writer, s->path, findings);
    if (result == RESULT_OK) {
        sqlite3_wal_hook(s->writer->handle, note_journal, s);
        result = start_writer(s);
    }
    if (result != RESULT_OK) {
        discard(s);
        return result;
    }
    *out = s;
    return RESULT_OK;
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
