/* The store on PostgreSQL: opening and closing it, and the driver. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/random.h"
#include "store/postgres/postgres.h"

static const char our_folder[] = "folder=", usual_folder[] = "var";

static char *copy_of(const char *s, size_t n) {
    char *copy = mem_alloc(n + 1);
    memcpy(copy, s, n);
    return copy;
}

/* The parameter folder=... is taken out of the address; the library does not know it. */
static void split_address(const char *url, char **conninfo, char **folder) {
    const char *at = strchr(url, '?');
    while (at && strncmp(at + 1, our_folder, sizeof our_folder - 1) != 0)
        at = strchr(at + 1, '&');
    if (!at) {
        *conninfo = copy_of(url, strlen(url));
        *folder = copy_of(usual_folder, sizeof usual_folder - 1);
        return;
    }
    const char *name = at + sizeof our_folder, *end = name + strcspn(name, "&");
    *folder = copy_of(name, (size_t)(end - name));
    *conninfo = mem_alloc(strlen(url) + 1);
    memcpy(*conninfo, url, (size_t)(at - url));
    if (*end) { /* what follows moves up, behind the same sign */
        strcat(*conninfo, *at == '?' ? "?" : "&");
        strcat(*conninfo, end + 1);
    }
}

static enum result open_writer(struct pg_store *s, bool alone, struct findings *findings) {
    struct pg_database *db = NULL;
    enum result result = pg_connect(&db, s->conninfo, findings);
    if (result != RESULT_OK)
        return result;
    s->base.writer = &db->base;
    s->name = copy_of(PQdb(db->connection), strlen(PQdb(db->connection)));
    db->alone = alone;
    result = pg_enter_lock(db, alone, findings);
    if (result == RESULT_OK)
        result = pg_make_writer(db);
    return result == RESULT_OK ? pg_enter(s, alone) : result;
}

static enum result open_store(struct store **out, const char *url, bool alone, struct findings *findings) {
    struct pg_store *s = mem_alloc(sizeof *s);
    *out = &s->base;
    s->rewritten = true;
    s->base.url = copy_of(url, strlen(url));
    split_address(url, &s->conninfo, &s->base.folder);
    random_bytes(s->id, sizeof s->id);
    random_bytes(s->mark, sizeof s->mark);
    enum result result = file_make_folder(s->base.folder, 0700, findings);
    return result == RESULT_OK ? open_writer(s, alone, findings) : result;
}

static void discard_store(struct store *base) {
    struct pg_store *s = pg_store_of(base);
    free(s->conninfo);
    free(s->name);
}

static struct database *open_reader(struct store *s) {
    struct pg_database *db = NULL;
    return pg_connect(&db, pg_store_of(s)->conninfo, NULL) == RESULT_OK ? &db->base : NULL;
}

static bool give_back(struct database *base) {
    struct pg_database *db = pg_of(base);
    pg_end_all(db);
    db->held = false;
    return !pg_lost(db) && !db->spent && PQtransactionStatus(db->connection) == PQTRANS_IDLE;
}

/* As a command, since what the server answers to it must be looked at: it may have had nothing left to commit. */
static enum result commit(struct store *s) {
    return pg_run(s->writer, "COMMIT");
}

static bool tidy_now(const struct store *s) {
    (void)s;
    return false;
}

static enum result begin_reading(struct database *db) {
    static const char sql[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    const enum result result = pg_run(db, sql);
    if (result == RESULT_OK || !pg_lost(pg_of(db)) || pg_connect_again(pg_of(db)) != RESULT_OK)
        return result;
    return pg_run(db, sql); /* it had been lost while nobody used it */
}

static const char *place_of(const struct store *s) {
    return pg_store_of(s)->name;
}

/* A file of SQLite's: it can be checked and read anywhere, also without a server. */
static enum result copy(struct store *s, const char *path, struct findings *findings) {
    if (file_exists(path)) {
        finding_add(findings, SEVERITY_ERROR, (struct place){path, 0, 0}, "file_exists_already", NULL);
        return RESULT_INPUT;
    }
    return transfer_to_file(s, path, findings);
}

/* What was there is kept in such a file, in the process's folder. */
static enum result keep_aside(struct store *s, struct arena *arena, const char **aside, struct findings *findings) {
    const char *base = arena_printf(arena, "%s/%s.aside-%s", s->folder, place_of(s), clock_today().text), *name = base;
    struct assessment *list;
    size_t n = 0;
    enum result result = store_list_assessments(s, arena, &list, &n);
    if (result != RESULT_OK || n == 0)
        return result;
    for (int i = 2; file_exists(name); i++)
        name = arena_printf(arena, "%s-%d", base, i);
    result = transfer_to_file(s, name, findings);
    *aside = result == RESULT_OK ? name : NULL;
    return result;
}

static enum result restore(const char *url, const char *from, struct arena *arena, const char **aside, int *paused,
                           struct findings *findings) {
    struct store *s;
    struct kept kept;
    *aside = NULL;
    enum result result = store_check_copy(from, arena, &kept, findings);
    if (result == RESULT_OK)
        result = store_open_alone(&s, url, findings);
    if (result != RESULT_OK)
        return result;
    result = keep_aside(s, arena, aside, findings);
    if (result == RESULT_OK)
        result = transfer_from_file(s, from, findings);
    if (result == RESULT_OK) /* before an engine can take up what must not go on */
        result = store_settle(s, paused);
    if (result == RESULT_OK)
        result = store_scrub(s);
    store_close(s);
    return result;
}

static enum result list_copies(struct store *s, struct arena *arena, struct kept_copy **out, size_t *n) {
    return copies_list(s->folder, place_of(s), arena, out, n);
}

static enum result drop_copies(struct store *s, struct day before) {
    return copies_drop(s->folder, place_of(s), before);
}

static int64_t free_bytes(const struct store *s) {
    (void)s;
    return -1;
}

/* Every group leaves its mark, also one that does nothing. */
static enum result probe(struct database *db) {
    (void)db;
    return RESULT_OK;
}

static bool exists(const char *url) {
    char *conninfo, *folder;
    struct pg_database *db = NULL;
    split_address(url, &conninfo, &folder);
    const bool there = pg_connect(&db, conninfo, NULL) == RESULT_OK && pg_version(&db->base) > 0;
    if (db)
        pg_close(&db->base);
    free(conninfo);
    free(folder);
    return there;
}

static char *folder_of(const char *url) {
    char *conninfo, *folder;
    split_address(url, &conninfo, &folder);
    free(conninfo);
    return folder;
}

/* Without "…:password@" and "password=…". */
static const char *address_of(struct arena *arena, const char *url) {
    static const char named[] = "password=";
    const char *authority = strstr(url, "//");
    const char *end = authority ? authority + 2 + strcspn(authority + 2, "/?") : NULL;
    const char *at = end ? memchr(authority, '@', (size_t)(end - authority)) : NULL;
    const char *colon = at ? memchr(authority, ':', (size_t)(at - authority)) : NULL;
    struct buf out = BUF_INIT;
    if (colon) {
        buf_bytes(&out, url, (size_t)(colon - url));
        url = at;
    }
    for (const char *p = url; *p; p++) {
        buf_char(&out, *p);
        if ((*p == '?' || *p == '&') && strncmp(p + 1, named, sizeof named - 1) == 0) {
            buf_text(&out, named);
            p += sizeof named - 1 + strcspn(p + sizeof named, "&");
        }
    }
    const char *shown = arena_copy(arena, out.p, out.n);
    buf_free(&out);
    return shown;
}

const struct driver postgres_driver = {.scheme = "postgresql:",
                                       .shared = true,
                                       .open = open_store,
                                       .leave = pg_leave,
                                       .discard = discard_store,
                                       .open_reader = open_reader,
                                       .give_back = give_back,
                                       .close = pg_close,
                                       .statement = pg_statement,
                                       .run = pg_run,
                                       .bind = pg_bind,
                                       .bind_value = pg_bind_value,
                                       .step = pg_step,
                                       .reset = pg_reset,
                                       .finish = pg_finish,
                                       .view = pg_view,
                                       .number = pg_column_number,
                                       .kind = pg_kind,
                                       .columns = pg_columns,
                                       .begin = pg_begin,
                                       .commit = commit,
                                       .goes_on = pg_goes_on,
                                       .fail = pg_fail,
                                       .rest = pg_rest,
                                       .tidy_now = tidy_now,
                                       .tidy = pg_give_sign,
                                       .begin_reading = begin_reading,
                                       .forget_order = pg_forget_order,
                                       .forget_pace = pg_forget_pace,
                                       .clean = pg_clean,
                                       .present = pg_present,
                                       .list_engines = pg_list_engines,
                                       .hold = pg_hold,
                                       .let_go = pg_let_go,
                                       .holds = pg_holds,
                                       .version = pg_version,
                                       .is_whole = pg_is_whole,
                                       .count_orphans = pg_count_orphans,
                                       .copy = copy,
                                       .list_copies = list_copies,
                                       .drop_copies = drop_copies,
                                       .describe = pg_describe,
                                       .free_bytes = free_bytes,
                                       .probe = probe,
                                       .place = place_of,
                                       .exists = exists,
                                       .address = address_of,
                                       .folder = folder_of,
                                       .restore = restore};
