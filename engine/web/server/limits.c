#include "web/server/limits.h"

#include <netinet/in.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/random.h"

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
        until.tv_sec += 1;
        pthread_cond_timedwait(&v->stop, &v->mutex, &until);
        sweep(v);
    }
    pthread_mutex_unlock(&v->mutex);
    return NULL;
}

bool visitors_start(struct visitors *v, int total_seconds) {
    pthread_condattr_t monotonic;
    *v = (struct visitors){.patience = (int64_t)total_seconds * 1000};
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
    atomic_store(&visitor->deadline, clock_monotonic() + v->patience);
}

void visitor_may_wait(struct visitor *visitor) {
    atomic_store(&visitor->deadline, 0);
}

void misses_start(struct misses *m) {
    memset(m, 0, sizeof *m);
    pthread_mutex_init(&m->mutex, NULL);
    random_bytes(m->key, sizeof m->key);
}

void misses_stop(struct misses *m) {
    pthread_mutex_destroy(&m->mutex);
}

/* The hash of an address; IPv4 in IPv6's clothes is IPv4, and of real IPv6 the first half counts, which is what one
 * household or office has. */
static uint64_t who(const struct misses *m, const struct sockaddr *address) {
    unsigned char bytes[8] = {0}, hash[crypto_shorthash_BYTES];
    if (address && address->sa_family == AF_INET) {
        memcpy(bytes, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
    } else if (address && address->sa_family == AF_INET6) {
        const struct in6_addr *v6 = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(v6))
            memcpy(bytes, v6->s6_addr + 12, 4);
        else
            memcpy(bytes, v6->s6_addr, 8);
    }
    crypto_shorthash(hash, bytes, sizeof bytes, m->key);
    uint64_t value;
    memcpy(&value, hash, sizeof value);
    return value;
}

bool misses_add(struct misses *m, const struct sockaddr *address, int n) {
    const uint64_t id = who(m, address);
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
    const bool too_many = same && m->slots[slot].n > MISSES_PER_MINUTE;
    pthread_mutex_unlock(&m->mutex);
    return too_many;
}
