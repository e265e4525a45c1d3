/* Worker threads for what may take a while: resume codes (their hashes are slow on purpose), and the pages of the
 * workspace. So many at a time, and a queue with an end. */
#ifndef READINESS_WEB_WORK_H
#define READINESS_WEB_WORK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/result.h"
#include "web/server/request.h"

enum { WORKERS_MAX = 4, QUEUE_MAX = 64 };

struct work {
    struct request *request;
    enum result (*job)(struct request *r);
    struct wait *wait;
};

struct workers {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pthread_t threads[WORKERS_MAX];
    size_t n_threads, room;
    bool stopping;
    struct work queue[QUEUE_MAX];
    size_t first, n;
};

/* So many threads, and so many requests that may wait for one. False when there are no threads to be had. */
bool workers_start(struct workers *w, size_t n_threads, size_t room);
/* Finishes what is under way, gives up what is queued, ends the threads. */
void workers_stop(struct workers *w);
/* Lets `r` wait for `job`; false, with nothing begun, when the queue is full. */
bool workers_put(struct workers *w, struct request *r, enum result (*job)(struct request *r),
                 void (*then)(struct request *r, int outcome));

#endif
