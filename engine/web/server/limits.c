#include "web/server/limits.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/random.h"

/* The sweeper looks so often; a limit says when somebody is gone, not when looking for them begins. */
enum { SWEEP_MILLISECONDS = 250 };

static void sweep(struct visitors *v) {
    const int64_t now = clock_monotonic();
    for (struct visitor *visitor = v->first; visitor; visitor = visitor->next) {
        const int64_t deadline = atomic_load(&visitor->deadline);
        if (deadline && now > deadline) /* the library notices, and ends the connection in its own way */
            shutdown(visitor->socket, SHUT_RDWR);
    }
}

static void *sweeper_run(void *context) {
    struct visitors *v = context;
    pthread_mutex_lock(&v->mutex);
    while (!v->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += SWEEP_MILLISECONDS * 1000000L;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_nsec -= 1000000000L;
            until.tv_sec++;
        }
        pthread_cond_timedwait(&v->stop, &v->mutex, &until);
        sweep(v);
    }
    pthread_mutex_unlock(&v->mutex);
    return NULL;
}

void visitors_be_patient(struct visitors *v, int total_seconds) {
    atomic_store(&v->patience, (int64_t)total_seconds * 1000 - SWEEP_MILLISECONDS);
}

bool visitors_start(struct visitors *v, int total_seconds) {
    pthread_condattr_t monotonic;
    *v = (struct visitors){.first = NULL};
    visitors_be_patient(v, total_seconds);
    pthread_mutex_init(&v->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&v->stop, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&v->sweeper, NULL, sweeper_run, v) == 0)
        return true;
    pthread_cond_destroy(&v->stop);
    pthread_mutex_destroy(&v->mutex);
    return false;
}

void visitors_stop(struct visitors *v) {
    pthread_mutex_lock(&v->mutex);
    v->stopping = true;
    pthread_cond_signal(&v->stop);
    pthread_mutex_unlock(&v->mutex);
    pthread_join(v->sweeper, NULL);
    pthread_cond_destroy(&v->stop);
    pthread_mutex_destroy(&v->mutex);
}

struct visitor *visitor_enter(struct visitors *v, int socket) {
    struct visitor *visitor = mem_alloc(sizeof *visitor);
    *visitor = (struct visitor){.socket = socket};
    visitor_must_act(v, visitor);
    pthread_mutex_lock(&v->mutex);
    visitor->next = v->first;
    if (v->first)
        v->first->previous = visitor;
    v->first = visitor;
    pthread_mutex_unlock(&v->mutex);
    return visitor;
}

void visitor_leave(struct visitors *v, struct visitor *visitor) {
    pthread_mutex_lock(&v->mutex);
    if (visitor->previous)
        visitor->previous->next = visitor->next;
    else
        v->first = visitor->next;
    if (visitor->next)
        visitor->next->previous = visitor->previous;
    pthread_mutex_unlock(&v->mutex);
    free(visitor);
}

void visitor_must_act(struct visitors *v, struct visitor *visitor) {
    atomic_store(&visitor->deadline, clock_monotonic() + atomic_load(&v->patience));
}

void visitor_may_wait(struct visitor *visitor) {
    atomic_store(&visitor->deadline, 0);
}

void misses_start(struct misses *m, int most) {
    memset(m, 0, sizeof *m);
    m->most = most;
    pthread_mutex_init(&m->mutex, NULL);
    random_bytes(m->key, sizeof m->key);
}

void misses_stop(struct misses *m) {
    pthread_mutex_destroy(&m->mutex);
}

static uint64_t who(const struct misses *m, uint64_t network) {
    unsigned char hash[crypto_shorthash_BYTES];
    uint64_t value;
    crypto_shorthash(hash, (const unsigned char *)&network, sizeof network, m->key);
    memcpy(&value, hash, sizeof value);
    return value;
}

bool misses_add(struct misses *m, uint64_t network, int n) {
    const uint64_t id = who(m, network);
    const int64_t minute = clock_monotonic() / 60000;
    pthread_mutex_lock(&m->mutex);
    const size_t slot = (size_t)(id % MISSES_SLOTS);
    if (n > 0 && (m->slots[slot].who != id || m->slots[slot].minute != minute)) {
        m->slots[slot].who = id;
        m->slots[slot].minute = minute;
        m->slots[slot].n = 0;
    }
    const bool same = m->slots[slot].who == id && m->slots[slot].minute == minute;
    if (same)
        m->slots[slot].n += n;
    const bool too_many = same && m->slots[slot].n > m->most;
    pthread_mutex_unlock(&m->mutex);
    return too_many;
}
