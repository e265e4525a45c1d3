/* Looking after what is kept: what is the same for every driver. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/sql/database.h"

enum { PROBE_PAUSE = 5000 /* ms */, WAIT_LONG = 10000 /* ms */ };

enum result store_copy(struct store *s, const char *path, struct findings *findings) {
    return s->driver->copy(s, path, findings);
}

bool store_exists(const char *url) {
    const struct driver *driver = driver_of(url);
    return driver && driver->exists(url);
}

const char *store_address(struct arena *arena, const char *url) {
    const struct driver *driver = driver_of(url);
    return driver ? driver->address(arena, url) : url;
}

bool store_find_folder(const char *url, char *into, size_t n) {
    const struct driver *driver = driver_of(url);
    char *folder = driver ? driver->folder(url) : NULL;
    const bool fits = folder && strlen(folder) < n;
    if (fits)
        strcpy(into, folder);
    free(folder);
    return fits;
}

enum result store_restore(const char *url, const char *copy, struct arena *arena, const char **aside, int *paused,
                          struct findings *findings) {
    const struct driver *driver = driver_for(url, findings);
    *aside = NULL;
    *paused = 0;
    return driver ? driver->restore(url, copy, arena, aside, paused, findings) : RESULT_INPUT;
}

static enum result settle(struct store *s, struct database *db, void *argument) {
    (void)s;
    enum result result = statement_finish(database_statement(db, "DELETE FROM session"), NULL);
    if (result == RESULT_OK)
        result = statement_finish(database_statement(db, "DELETE FROM account_link"), NULL);
    if (result == RESULT_OK)
        result = statement_finish(database_statement(db, "DELETE FROM api_token"), NULL);
    if (result == RESULT_OK)
        result = statement_finish(database_statement(db, "DELETE FROM hook_message"), NULL);
    if (result == RESULT_OK)
        result = statement_finish(database_statement(db, "UPDATE mailing SET state = 1 WHERE state = 0"), argument);
    return result;
}

enum result store_settle(struct store *s, int *paused) {
    *paused = 0;
    return store_write(s, settle, paused);
}

enum result store_list_copies(struct store *s, struct arena *arena, struct kept_copy **out, size_t *n) {
    return s->driver->list_copies(s, arena, out, n);
}

enum result store_drop_copies(struct store *s, struct day before) {
    return s->driver->drop_copies(s, before);
}

enum result store_describe(struct store *s, struct arena *arena, struct store_condition *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    const enum result result = s->driver->describe(s, db, arena, out);
    store_reader_done(s, db);
    return result;
}

static enum result write_something(struct store *s, struct database *db, void *argument) {
    (void)s;
    (void)argument;
    return db->driver->probe(db);
}

static void forget_probe(struct job *job, enum result result) {
    (void)result;
    free(job);
}

bool store_is_well(struct store *s, int64_t *free_bytes) {
    *free_bytes = s->driver->free_bytes(s);
    pthread_mutex_lock(&s->mutex);
    const bool failing = s->failing, stuck = s->waiting && clock_monotonic() - s->waiting > WAIT_LONG;
    const bool probe = failing && clock_monotonic() >= s->next_probe;
    if (probe)
        s->next_probe = clock_monotonic() + PROBE_PAUSE;
    pthread_mutex_unlock(&s->mutex);
    if (probe) {
        struct job *job = mem_alloc(sizeof *job);
        *job = (struct job){.run = write_something, .done = forget_probe};
        store_submit(s, job);
    }
    struct database *db = store_reader(s);
    if (!db)
        return false;
    int64_t some = 0;
    const bool readable =
        statement_number(database_statement(db, "SELECT count(*) FROM (SELECT 1 FROM assessment LIMIT 1) a"), 0,
                         &some) == RESULT_OK;
    store_reader_done(s, db);
    return readable && !failing && !stuck;
}
