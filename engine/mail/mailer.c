#include "mail/mailer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "mail/mailer_inside.h"

enum { IDLE = 10000, ELSEWHERE = 2000, KEEPING = 5000, SLICE = 250, PATIENCE = 60000 /* ms */ };

struct mailer {
    struct mailer_tools tools;
    struct round round;
    pthread_t thread;
    bool started;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t wake;
    bool stopping, woken;
    char trouble[sizeof((struct round *)NULL)->trouble];
};

struct mailer *mailer_new(const struct mailer_tools *tools) {
    struct mailer *m = mem_alloc(sizeof *m);
    pthread_condattr_t monotonic;
    *m = (struct mailer){.tools = *tools};
    pthread_mutex_init(&m->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&m->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return m;
}

/* Until there is something to do, or the time is over. False when the mailer is to end. */
static bool pause_for(struct mailer *m, int64_t wait) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait / 1000;
    until.tv_nsec += (wait % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&m->mutex);
    snprintf(m->trouble, sizeof m->trouble, "%s", m->round.trouble);
    while (wait > 0 && !m->stopping && !m->woken && pthread_cond_timedwait(&m->wake, &m->mutex, &until) != ETIMEDOUT)
        ;
    bool go_on = !m->stopping;
    m->woken = false;
    pthread_mutex_unlock(&m->mutex);
    return go_on;
}

/* One step of each running mailing; the shortest of the waits they ask for. While there is any, one process of all that
 * share the database has the work, and asks for it again in time; it may be another. */
static int64_t step_all(struct mailer *m) {
    struct arena *arena = arena_new();
    struct mailing *list;
    size_t n = 0;
    int64_t wait = IDLE;
    if (store_list_mailings_in(m->tools.store, arena, MAILING_RUNNING, &list, &n) != RESULT_OK)
        n = 0;
    else
        store_end_spared(m->tools.store, list, n);
    if (n == 0)
        round_let_go(&m->round);
    else
        wait = round_is_ours(&m->round) ? KEEPING : ELSEWHERE;
    for (size_t i = 0; i < n && m->round.ours; i++) {
        int64_t own = round_step(&m->round, &list[i]);
        wait = own < wait ? own : wait;
    }
    arena_free(arena);
    return wait;
}

static void *work(void *argument) {
    struct mailer *m = argument;
    while (pause_for(m, step_all(m)))
        ;
    round_let_go(&m->round);
    round_end(&m->round);
    return NULL;
}

const struct mailer_tools *mailer_tools_of(const struct mailer *m) {
    return &m->tools;
}

enum result mailer_start(struct mailer *m, const char *public_url) {
    if (public_url)
        m->tools.public_url = public_url;
    round_begin(&m->round, &m->tools);
    (void)round_is_ours(&m->round); /* also when nothing is running: a process may have died in the middle */
    m->started = pthread_create(&m->thread, NULL, work, m) == 0;
    if (!m->started)
        round_end(&m->round);
    return m->started ? RESULT_OK : RESULT_MACHINE;
}

void mailer_wake(struct mailer *m) {
    pthread_mutex_lock(&m->mutex);
    m->woken = true;
    pthread_cond_signal(&m->wake);
    pthread_mutex_unlock(&m->mutex);
}

const char *mailer_trouble(struct mailer *m, struct arena *arena) {
    pthread_mutex_lock(&m->mutex);
    const char *copy = arena_string(arena, m->trouble);
    pthread_mutex_unlock(&m->mutex);
    return copy;
}

bool mailer_stopping(struct mailer *m) {
    pthread_mutex_lock(&m->mutex);
    bool stopping = m->stopping;
    pthread_mutex_unlock(&m->mutex);
    return stopping;
}

void mailer_stop(struct mailer *m) {
    pthread_mutex_lock(&m->mutex);
    m->stopping = true;
    pthread_cond_signal(&m->wake);
    pthread_mutex_unlock(&m->mutex);
    if (m->started)
        pthread_join(m->thread, NULL);
    m->started = false;
}

void mailer_free(struct mailer *m) {
    if (!m)
        return;
    pthread_cond_destroy(&m->wake);
    pthread_mutex_destroy(&m->mutex);
    free(m);
}

enum result mailer_run_now(const struct mailer_tools *tools, struct id mailing, mailer_progress *progress,
                           void *context) {
    struct round round;
    enum result result = RESULT_OK;
    round_begin(&round, tools);
    for (bool go_on = true; result == RESULT_OK && go_on;) {
        struct arena *arena = arena_new();
        struct mailing m;
        result = store_get_mailing(tools->store, arena, mailing, &m);
        go_on = result == RESULT_OK && progress(context, &m, round.trouble) && m.state == MAILING_RUNNING;
        int64_t wait = !go_on ? 0 : round_is_ours(&round) ? round_step(&round, &m) : SLICE;
        arena_free(arena);
        if (round.ailing && clock_monotonic() - round.ailing > PATIENCE)
            result = RESULT_MACHINE; /* somebody sits and waits; the rest is sent when the mailing is resumed */
        wait = wait < SLICE ? wait : SLICE;
        nanosleep(&(struct timespec){0, (long)wait * 1000000}, NULL);
    }
    round_let_go(&round);
    round_end(&round);
    return result;
}
