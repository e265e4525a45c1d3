/* Several engines on one database: what is the same for every driver. */
#include "store/mailings.h"
#include "store/sql/database.h"

static const char *const works[] = {"mail", "hooks", "house"};

bool store_is_shared(const char *url) {
    const struct driver *driver = driver_of(url);
    return driver && driver->shared;
}

bool store_shares(const struct store *s) {
    return s->driver->shared;
}

static enum result present(struct store *s, struct database *db, void *argument) {
    (void)db;
    return s->driver->present(s, argument);
}

enum result store_present(struct store *s, const struct engine *card) {
    struct engine copy = *card;
    return s->driver->shared ? store_write(s, present, &copy) : RESULT_OK;
}

enum result store_list_engines(struct store *s, struct arena *arena, struct engine **out, size_t *n) {
    *out = NULL;
    *n = 0;
    if (!s->driver->shared)
        return RESULT_OK;
    struct database *db = store_reader(s);
    return db ? s->driver->list_engines(s, db, arena, out, n) : RESULT_MACHINE;
}

struct holding {
    enum store_work work;
    int seconds;
};

static enum result hold(struct store *s, struct database *db, void *argument) {
    const struct holding *h = argument;
    bool anew = true;
    enum result result = RESULT_OK;
    if (s->driver->shared)
        result = s->driver->hold(s, db, works[h->work], h->seconds, &anew);
    if (result == RESULT_OK && anew && h->work == WORK_MAIL)
        result = forget_claims(db);
    return result;
}

enum result store_hold(struct store *s, enum store_work work, int seconds) {
    struct holding h = {work, seconds};
    pthread_mutex_lock(&s->mutex);
    const bool ours = !s->driver->shared && (s->works & 1U << work);
    pthread_mutex_unlock(&s->mutex);
    const enum result result = ours ? RESULT_OK : store_write(s, hold, &h);
    if (result == RESULT_OK && !ours) {
        pthread_mutex_lock(&s->mutex);
        s->works |= 1U << work;
        pthread_mutex_unlock(&s->mutex);
    }
    return result;
}

static enum result let_go(struct store *s, struct database *db, void *argument) {
    return s->driver->let_go(s, db, works[*(enum store_work *)argument]);
}

enum result store_let_go(struct store *s, enum store_work work) {
    return s->driver->shared ? store_write(s, let_go, &work) : RESULT_OK;
}

enum result is_held(struct store *s, struct database *db, enum store_work work) {
    return s->driver->shared ? s->driver->holds(s, db, works[work]) : RESULT_OK;
}
