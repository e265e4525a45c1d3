#include "web/workspace/jobs.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/random.h"

enum { SWEEP_SECONDS = 60 };

struct job {
    struct job *next;
    struct jobs *jobs;
    struct arena *arena;
    struct job_order order;
    char id[JOB_ID_LENGTH + 1];
    const char *path;
    enum job_state state;
    size_t done, total;
    int64_t ended; /* monotonic milliseconds */
};

struct jobs {
    struct arena *arena;
    const char *folder;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pthread_t thread;
    bool stopping;
    struct job *first; /* in the order in which they came */
};

/* Files of an earlier run that was killed. */
static void empty_folder(const char *folder) {
    DIR *d = opendir(folder);
    if (!d)
        return;
    for (const struct dirent *e; (e = readdir(d));)
        if (e->d_name[0] != '.')
            (void)unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
}

static bool is_over(const struct job *job) {
    return job->state == JOB_DONE || job->state == JOB_FAILED;
}

/* The mutex is held. */
static void forget(struct jobs *j, struct job *job) {
    struct job **at = &j->first;
    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    (void)unlink(job->path);
    arena_free(job->arena);
}

static void sweep(struct jobs *j) {
    const int64_t before = clock_monotonic() - (int64_t)JOB_KEPT_SECONDS * 1000;
    for (struct job *job = j->first, *next; job; job = next) {
        next = job->next;
        if (is_over(job) && job->ended <= before)
            forget(j, job);
    }
}

static void tell(void *context, size_t done, size_t total) {
    struct job *job = context;
    pthread_mutex_lock(&job->jobs->mutex);
    job->done = done;
    job->total = total;
    pthread_mutex_unlock(&job->jobs->mutex);
}

/* The mutex is held, and is let go while the work is done. Only this thread ends a job, so it stays where it is. */
static void run(struct jobs *j, struct job *job) {
    job->state = JOB_RUNNING;
    pthread_mutex_unlock(&j->mutex);
    const enum result result = job->order.work(job->order.context, job->path, tell, job);
    if (result != RESULT_OK)
        log_event(LOG_WARNING, "job_failed", LOG_REASON, "report", -1);
    else if (job->order.ready)
        job->order.ready(job->order.context, job->order.owner, job->id, job->order.name);
    pthread_mutex_lock(&j->mutex);
    job->state = result == RESULT_OK ? JOB_DONE : JOB_FAILED;
    job->ended = clock_monotonic();
    pthread_cond_broadcast(&j->changed);
}

static struct job *waiting(const struct jobs *j) {
    struct job *job = j->first;
    while (job && job->state != JOB_WAITING)
        job = job->next;
    return job;
}

static struct timespec in_milliseconds(int milliseconds) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    const int64_t nanoseconds = at.tv_nsec + (int64_t)milliseconds * 1000000;
    at.tv_sec += (time_t)(nanoseconds / 1000000000);
    at.tv_nsec = (long)(nanoseconds % 1000000000);
    return at;
}

static void *work(void *context) {
    struct jobs *j = context;
    pthread_mutex_lock(&j->mutex);
    while (!j->stopping) {
        struct job *job = waiting(j);
        if (job) {
            run(j, job);
        } else {
            const struct timespec at = in_milliseconds(SWEEP_SECONDS * 1000);
            (void)pthread_cond_timedwait(&j->changed, &j->mutex, &at);
        }
        sweep(j);
    }
    pthread_mutex_unlock(&j->mutex);
    return NULL;
}

struct jobs *jobs_start(const char *folder) {
    struct jobs *j = mem_alloc(sizeof *j);
    pthread_condattr_t monotonic;
    memset(j, 0, sizeof *j);
    j->arena = arena_new();
    j->folder = arena_printf(j->arena, "%s/jobs", folder);
    if (file_make_folder(j->folder, 0700, NULL) != RESULT_OK) {
        arena_free(j->arena);
        free(j);
        return NULL;
    }
    empty_folder(j->folder);
    pthread_mutex_init(&j->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&j->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&j->thread, NULL, work, j) == 0)
        return j;
    pthread_cond_destroy(&j->changed);
    pthread_mutex_destroy(&j->mutex);
    arena_free(j->arena);
    free(j);
    return NULL;
}

void jobs_stop(struct jobs *j) {
    if (!j)
        return;
    pthread_mutex_lock(&j->mutex);
    j->stopping = true;
    pthread_cond_broadcast(&j->changed);
    pthread_mutex_unlock(&j->mutex);
    pthread_join(j->thread, NULL);
    while (j->first)
        forget(j, j->first);
    empty_folder(j->folder);
    (void)rmdir(j->folder);
    pthread_cond_destroy(&j->changed);
    pthread_mutex_destroy(&j->mutex);
    arena_free(j->arena);
    free(j);
}

/* The person's oldest job that is over makes room for a new one. The mutex is held. */
static bool make_room(struct jobs *j, struct id owner) {
    size_t own = 0, all = 0;
    struct job *oldest = NULL;
    for (struct job *job = j->first; job; job = job->next) {
        const bool mine = id_equal(job->order.owner, owner);
        own += mine;
        all++;
        if (mine && is_over(job) && !oldest)
            oldest = job;
    }
    if (own < JOBS_EACH && all < JOBS_ALL)
        return true;
    if (!oldest)
        return false;
    forget(j, oldest);
    return true;
}

bool jobs_add(struct jobs *j, struct arena *arena, const struct job_order *order, char id[JOB_ID_LENGTH + 1]) {
    uint8_t bytes[JOB_ID_LENGTH / 2];
    struct job *job = arena_alloc(arena, sizeof *job);
    random_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(job->id + 2 * i, 3, "%02x", bytes[i]);
    memcpy(id, job->id, sizeof job->id);
    job->jobs = j;
    job->arena = arena;
    job->order = *order;
    job->path = arena_printf(arena, "%s/%s", j->folder, job->id);
    pthread_mutex_lock(&j->mutex);
    sweep(j);
    const bool room = !j->stopping && make_room(j, order->owner);
    if (room) {
        struct job **end = &j->first;
        while (*end)
            end = &(*end)->next;
        *end = job;
        pthread_cond_broadcast(&j->changed);
    }
    pthread_mutex_unlock(&j->mutex);
    if (!room)
        arena_free(arena);
    return room;
}

/* The mutex is held. */
static struct job *find(const struct jobs *j, struct id owner, const char *id) {
    for (struct job *job = j->first; job; job = job->next)
        if (strcmp(job->id, id) == 0 && id_equal(job->order.owner, owner))
            return job;
    return NULL;
}

bool jobs_look(struct jobs *j, struct arena *arena, struct id owner, const char *id, struct job_status *out) {
    pthread_mutex_lock(&j->mutex);
    const struct job *job = find(j, owner, id);
    if (job) {
        const struct job_order *o = &job->order;
        *out = (struct job_status){.state = job->state,
                                   .done = job->done,
                                   .total = job->total,
                                   .answers = o->answers,
                                   .title = arena_string(arena, o->title),
                                   .name = arena_string(arena, o->name),
                                   .type = arena_string(arena, o->type),
                                   .back = arena_string(arena, o->back),
                                   .path = arena_string(arena, job->path)};
        for (const struct job *other = j->first; other != job; other = other->next)
            out->before += !is_over(other);
    }
    pthread_mutex_unlock(&j->mutex);
    return job != NULL;
}

void jobs_wait(struct jobs *j, struct id owner, const char *id, int milliseconds) {
    const struct timespec end = in_milliseconds(milliseconds);
    pthread_mutex_lock(&j->mutex);
    for (;;) {
        const struct job *job = find(j, owner, id);
        if (!job || is_over(job) || j->stopping || pthread_cond_timedwait(&j->changed, &j->mutex, &end) != 0)
            break;
    }
    pthread_mutex_unlock(&j->mutex);
}
