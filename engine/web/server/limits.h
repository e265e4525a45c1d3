/* What keeps one visitor from taking the server away from the others: the age limit of connections, and the count of
 * links that did not exist. Nothing of this is ever written anywhere. */
#ifndef READINESS_WEB_LIMITS_H
#define READINESS_WEB_LIMITS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct exchange;

/* An open connection. Its deadline is when it must have sent a whole request, or taken a whole reply: the library's own
 * time limit begins anew with each byte, so a trickler would stay for ever. 0: it is our turn, not the visitor's. */
struct visitor {
    int socket;
    _Atomic int64_t deadline;  /* milliseconds, monotonic */
    bool served;               /* has had a reply: a next request begins when its first line is there */
    struct exchange *exchange; /* the request under way, or NULL */
    struct visitor *previous, *next;
};

struct visitors {
    pthread_mutex_t mutex;
    pthread_cond_t stop;
    pthread_t sweeper;
    bool stopping;
    atomic_int_fast64_t patience; /* milliseconds */
    struct visitor *first;
};

/* Starts the sweeper thread; false when there is no thread to be had. */
bool visitors_start(struct visitors *v, int total_seconds);
void visitors_stop(struct visitors *v);
/* From now on a request has so long to become whole. */
void visitors_be_patient(struct visitors *v, int total_seconds);
/* A connection begins and ends. Called by the library's threads. */
struct visitor *visitor_enter(struct visitors *v, int socket);
void visitor_leave(struct visitors *v, struct visitor *visitor);
/* Whose turn it is. */
void visitor_must_act(struct visitors *v, struct visitor *visitor);
void visitor_may_wait(struct visitor *visitor);

/* Links that do not exist; passwords that are wrong. */
enum { MISSES_PER_MINUTE = 30, TRIES_PER_MINUTE = 20, CALLS_PER_MINUTE = 600, MISSES_SLOTS = 4096 };

/* Misses per network (server/origin.h) and minute. A slot is found by a keyed hash of the network; two that meet in one
 * slot take it over from each other, which only ever errs on the lenient side. */
struct misses {
    pthread_mutex_t mutex;
    unsigned char key[16];
    int most;
    struct {
        uint64_t who;
        int64_t minute;
        int n;
    } slots[MISSES_SLOTS];
};

void misses_start(struct misses *m, int most);
void misses_stop(struct misses *m);
/* Adds `n` (0 or 1) misses and tells whether this network has had more than `most` of them in this minute. */
bool misses_add(struct misses *m, uint64_t network, int n);

#endif
