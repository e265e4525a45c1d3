#include "web/server/work.h"

static void *worker_run(void *context) {
    struct workers *w = context;
    pthread_mutex_lock(&w->mutex);
    for (;;) {
        while (w->n == 0 && !w->stopping)
            pthread_cond_wait(&w->changed, &w->mutex);
        if (w->n == 0)
            break;
        const struct work work = w->queue[w->first];
        const bool stopping = w->stopping;
        w->first = (w->first + 1) % w->room;
        w->n--;
        pthread_mutex_unlock(&w->mutex);
        wait_end(work.wait, stopping ? WAIT_GIVEN_UP : (int)work.job(work.request));
        pthread_mutex_lock(&w->mutex);
    }
    pthread_mutex_unlock(&w->mutex);
    return NULL;
}

bool workers_start(struct workers *w, size_t n_threads, size_t room) {
    *w = (struct workers){.n_threads = n_threads, .room = room};
    pthread_mutex_init(&w->mutex, NULL);
    pthread_cond_init(&w->changed, NULL);
    for (size_t i = 0; i < n_threads; i++) {
        if (pthread_create(&w->threads[i], NULL, worker_run, w) == 0)
            continue;
        pthread_mutex_lock(&w->mutex);
        w->stopping = true;
        pthread_cond_broadcast(&w->changed);
        pthread_mutex_unlock(&w->mutex);
        while (i-- > 0)
            pthread_join(w->threads[i], NULL);
        return false;
    }
    return true;
}

void workers_stop(struct workers *w) {
    pthread_mutex_lock(&w->mutex);
    w->stopping = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
    for (size_t i = 0; i < w->n_threads; i++)
        pthread_join(w->threads[i], NULL);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->mutex);
}

bool workers_put(struct workers *w, struct request *r, enum result (*job)(struct request *r),
                 void (*then)(struct request *r, int outcome)) {
    pthread_mutex_lock(&w->mutex);
    const bool room = w->n < w->room && !w->stopping;
    if (room) {
        w->queue[(w->first + w->n) % w->room] = (struct work){r, job, request_wait(r, then)};
        w->n++;
        pthread_cond_signal(&w->changed);
    }
    pthread_mutex_unlock(&w->mutex);
    return room;
}
