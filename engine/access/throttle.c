#include "access/throttle.h"

#include <ctype.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

enum { ROWS = 8192, FREE_TRIES = 5, MOST_SECONDS = 60, FORGET_AFTER = 3600 * 1000 };

struct row {
    uint64_t who; /* a hash with a key of this process; 0: the row is free */
    int tries;
    int64_t last;
};

struct throttle {
    pthread_mutex_t mutex;
    uint8_t key[crypto_shorthash_KEYBYTES];
    struct row rows[ROWS];
};

struct throttle *throttle_new(void) {
    struct throttle *t = mem_alloc(sizeof *t);
    pthread_mutex_init(&t->mutex, NULL);
    crypto_shorthash_keygen(t->key);
    return t;
}

void throttle_free(struct throttle *t) {
    if (!t)
        return;
    pthread_mutex_destroy(&t->mutex);
    free(t);
}

static uint64_t hash_of(const struct throttle *t, const char *who) {
    uint8_t bytes[crypto_shorthash_BYTES];
    uint64_t hash = 0;
    struct buf lower = BUF_INIT;
    for (; *who; who++)
        buf_char(&lower, (char)tolower((unsigned char)*who));
    crypto_shorthash(bytes, (const uint8_t *)lower.p, lower.n, t->key);
    buf_free(&lower);
    memcpy(&hash, bytes, sizeof hash);
    return hash | 1; /* never that of a free row */
}

/* The name's row; when there is none, the free or longest quiet one, emptied. */
static struct row *row_of(struct throttle *t, uint64_t who, int64_t now) {
    struct row *oldest = &t->rows[0];
    for (size_t i = 0; i < ROWS; i++) {
        struct row *row = &t->rows[i];
        if (row->who == who) {
            if (now < row->last) /* another thread's try, which asked the clock later, came first */
                row->last = now;
            if (now - row->last > FORGET_AFTER)
                row->tries = 0;
            return row;
        }
        if (oldest->who && (!row->who || row->last < oldest->last))
            oldest = row;
    }
    *oldest = (struct row){.who = who, .last = now};
    return oldest;
}

/* How long after the last of `tries` the next one may be made, in milliseconds. */
static int64_t pause_after(int tries) {
    int over = tries - FREE_TRIES;
    int64_t seconds = over < 0 ? 0 : over > 6 ? MOST_SECONDS : INT64_C(1) << over;
    return (seconds > MOST_SECONDS ? MOST_SECONDS : seconds) * 1000;
}

int64_t throttle_try(struct throttle *t, const char *who, int64_t now) {
    uint64_t hash = hash_of(t, who);
    pthread_mutex_lock(&t->mutex);
    struct row *row = row_of(t, hash, now);
    int64_t wait = row->last + pause_after(row->tries) - now;
    if (wait <= 0) {
        wait = 0;
        row->tries += row->tries < 1000;
        row->last = now;
    }
    pthread_mutex_unlock(&t->mutex);
    return wait;
}

void throttle_good(struct throttle *t, const char *who) {
    uint64_t hash = hash_of(t, who);
    pthread_mutex_lock(&t->mutex);
    for (size_t i = 0; i < ROWS; i++)
        if (t->rows[i].who == hash)
            t->rows[i] = (struct row){.who = 0};
    pthread_mutex_unlock(&t->mutex);
}
