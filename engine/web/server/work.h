/* Worker threads for what takes a while on purpose (password hashes): two at a time, a short queue, nothing else. */
#ifndef READINESS_WEB_WORK_H
#define READINESS_WEB_WORK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/result.h"
#include "web/server/request.h"

enum { WORKERS = 2, WORK_QUEUE = 16 };

struct work {
    struct request *request;
    enum result (*job)(struct request *r);
    struct wait *wait;
};

struct workers {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pthread_t threads[WORKERS];
    bool stopping;
    struct work queue[WORK_QUEUE];
    size_t first, n;
};

/* False when there are no threads to be had. */
bool workers_start(struct workers *w);
/* Finishes what is queued, then ends the threads. */
void workers_stop(struct workers *w);
/* Lets `r` wait for `job`; false, with nothing begun, when the queue is full. */
bool workers_put(struct workers *w, struct request *r, enum result (*job)(struct request *r),
                 void (*then)(struct request *r, int outcome));

#endif
