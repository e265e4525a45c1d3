/* Copies of the whole database: written while it is used, put in its place, and removed when their time is over. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "store/sqlite/sqlite.h"

static const char before_update[] = ".before-", set_aside[] = ".aside-", being_put[] = ".fresh";

static enum result say(struct findings *findings, const char *path, const char *code, enum result result) {
    finding_add(findings, SEVERITY_ERROR, (struct place){path, 0, 0}, code, NULL);
    return result;
}

/* The file in which a copy is made: emptied, for its owner alone, and locked as long as the descriptor is open. One
 * that a process left behind when it died is taken over; one that is being written refuses. */
static int open_part(const char *part) {
    int fd = open(part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    const bool ours = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (ours && fchmod(fd, 0600) == 0 && ftruncate(fd, 0) == 0)
        return fd;
    if (ours)
        (void)unlink(part);
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool vacuum_into(struct database *db, const char *path) {
    sqlite3_stmt *q = NULL;
    bool good = sqlite3_prepare_v2(handle_of(db), "VACUUM INTO ?", -1, &q, NULL) == SQLITE_OK;
    if (good) {
        sqlite3_bind_text(q, 1, path, -1, SQLITE_STATIC);
        good = sqlite3_step(q) == SQLITE_DONE;
    }
    if (!good)
        log_event(LOG_ERROR, "copy_failed", LOG_REASON, sqlite3_errstr(sqlite3_extended_errcode(handle_of(db))), -1);
    sqlite3_finalize(q);
    return good;
}

/* A copy that cannot be read again is none. */
static bool is_whole(const char *path) {
    struct database *db;
    bool whole = sqlite_open_copy(&db, path, NULL) == RESULT_OK && sqlite_is_whole(db, NULL);
    database_close(db);
    return whole;
}

enum result sqlite_copy_to(struct database *db, const char *path, bool replace, struct findings *findings) {
    struct arena *arena = arena_new();
    const char *part = arena_printf(arena, "%s.part", path);
    enum result result = RESULT_MACHINE;
    const int fd = open_part(part);
    if (fd < 0) {
        result = say(findings, path, "file_not_written", RESULT_MACHINE);
    } else if (vacuum_into(db, part) && is_whole(part)) {
        result = replace ? file_replace(part, path, findings) : file_put_in_place(part, path, findings);
    } else {
        result = say(findings, path, "copy_not_made", RESULT_MACHINE);
    }
    if (result != RESULT_OK && fd >= 0) {
        (void)unlink(part);
        (void)unlink(arena_printf(arena, "%s-journal", part));
    }
    if (fd >= 0)
        close(fd);
    arena_free(arena);
    return result;
}

enum result sqlite_copy(struct store *s, const char *path, struct findings *findings) {
    struct database *db;
    if (file_exists(path)) /* said before the work; that nobody's place is taken is certain only afterwards */
        return say(findings, path, "file_exists_already", RESULT_INPUT);
    enum result result =
        sqlite_open(&db, sqlite_store_of(s)->path, true, findings); /* a reader's own may write nowhere */
    if (result != RESULT_OK)
        return result;
    result = sqlite_copy_to(db, path, false, findings);
    database_close(db);
    return result;
}

/* Where the database goes before its form changes. A copy of an even older form stays: the update was cut short then,
 * and that one is from before it. */
enum result sqlite_copy_before(struct database *db, const char *path, int have, int newest, struct findings *findings) {
    struct arena *arena = arena_new();
    struct database *earlier = NULL;
    const char *copy = arena_printf(arena, "%s%s%d", path, before_update, newest);
    int64_t version = have;
    if (file_exists(copy) && sqlite_open_copy(&earlier, copy, NULL) == RESULT_OK)
        (void)!statement_number(database_statement(earlier, "PRAGMA user_version"), have, &version);
    database_close(earlier);
    if (version < have)
        copy = arena_printf(arena, "%s-from-%d", copy, have);
    const enum result result = sqlite_copy_to(db, copy, true, findings);
    arena_free(arena);
    return result;
}

bool sqlite_exists(const char *url) {
    struct stat st;
    const char *path = sqlite_path(url);
    return path && stat(path, &st) == 0 && st.st_size > 0;
}

/* Brings the journal into the file, so that the file alone is the database. Not possible with a broken one: then its
 * journal is kept beside it. */
static void settle_journal(const char *path) {
    struct database *db;
    if (sqlite_open(&db, path, true, NULL) != RESULT_OK)
        return;
    (void)statement_step(database_statement(db, "PRAGMA wal_checkpoint(TRUNCATE)"));
    database_close(db);
}

static const char *free_name(struct arena *arena, const char *path) {
    const struct day today = clock_today();
    const char *name = arena_printf(arena, "%s%s%s", path, set_aside, today.text);
    for (int i = 2; file_exists(name); i++)
        name = arena_printf(arena, "%s%s%s-%d", path, set_aside, today.text, i);
    return name;
}

/* The new one did not come into its place: the old one has its first name and its journal again. */
static void take_back(const char *path, const char *journal, struct arena *arena, const char **aside) {
    const char *moved = arena_printf(arena, "%s-wal", *aside);
    bool back = !file_exists(moved) || rename(moved, journal) == 0;
    if (back)
        back = file_exists(path) ? unlink(*aside) == 0 : rename(*aside, path) == 0;
    if (back)
        *aside = NULL;
}

/* The database gets a second name, and its journal that name too. */
static enum result put_aside(const char *path, const char *journal, struct arena *arena, const char **aside,
                             struct findings *findings) {
    settle_journal(path);
    *aside = free_name(arena, path);
    if (link(path, *aside) != 0 && rename(path, *aside) != 0) {
        const char *name = *aside;
        *aside = NULL;
        return say(findings, name, "file_not_written", RESULT_MACHINE);
    }
    (void)chmod(*aside, 0600);
    if (file_exists(journal) && rename(journal, arena_printf(arena, "%s-wal", *aside)) != 0)
        return say(findings, *aside, "file_not_written", RESULT_MACHINE);
    return RESULT_OK;
}

/* The old one is put aside; then the new one takes the first name in one step. */
static enum result swap(const char *path, const char *fresh, struct arena *arena, const char **aside,
                        struct findings *findings) {
    const char *journal = arena_printf(arena, "%s-wal", path), *shared = arena_printf(arena, "%s-shm", path);
    enum result result = RESULT_OK;
    struct stat st;
    *aside = NULL;
    if (stat(path, &st) == 0 && st.st_size > 0)
        result = put_aside(path, journal, arena, aside, findings);
    if (result == RESULT_OK && unlink(journal) != 0 && errno != ENOENT) /* it would be taken for the new one's */
        result = say(findings, journal, "file_not_written", RESULT_MACHINE);
    if (result == RESULT_OK) {
        (void)unlink(shared);
        result = file_replace(fresh, path, findings);
    }
    if (result != RESULT_OK && *aside && file_exists(fresh))
        take_back(path, journal, arena, aside);
    return result;
}

static enum result restore(const char *path, const char *copy, struct arena *arena, const char **aside,
                           struct findings *findings) {
    const char *fresh = arena_printf(arena, "%s%s", path, being_put);
    struct database *db;
    enum result result = sqlite_open_copy(&db, copy, findings);
    if (result != RESULT_OK)
        return result;
    result = sqlite_copy_to(db, fresh, true, findings);
    database_close(db);
    if (result == RESULT_OK)
        result = swap(path, fresh, arena, aside, findings);
    if (result != RESULT_OK)
        (void)unlink(fresh);
    return result;
}

enum result sqlite_restore(const char *url, const char *copy, struct arena *arena, const char **aside, int *paused,
                           struct findings *findings) {
    (void)paused; /* whoever opens it next sees to that: nobody else can */
    const char *path = sqlite_path(url);
    struct kept kept;
    int lock = -1;
    *aside = NULL;
    enum result result = file_make_folder(file_folder(arena, path), 0700, findings);
    if (result == RESULT_OK)
        result = sqlite_lock(path, &lock, findings);
    if (result == RESULT_OK)
        result = store_check_copy(copy, arena, &kept, findings);
    if (result == RESULT_OK)
        result = restore(path, copy, arena, aside, findings);
    if (lock >= 0)
        close(lock);
    return result;
}

static bool begins(const char *s, const char *with) {
    return strncmp(s, with, strlen(with)) == 0;
}

/* The day is in the name of what was set aside: the file itself is as old as its last change. */
static struct day day_of(const char *rest, bool replaced, const struct stat *st) {
    struct day day = clock_day(st->st_mtime);
    char named[sizeof day.text] = "";
    if (replaced)
        snprintf(named, sizeof named, "%.10s", rest + strlen(set_aside));
    if (clock_is_day(named))
        memcpy(day.text, named, sizeof day.text);
    return day;
}

/* Calls `each` for every copy of ours beside the database, also unfinished ones: its path, its kind, its day. */
static enum result each_copy(const char *in, const char *name,
                             void (*each)(void *context, const char *path, bool replaced, struct day made),
                             void *context) {
    DIR *folder = opendir(in);
    struct arena *arena = arena_new();
    if (!folder) {
        arena_free(arena);
        return RESULT_MACHINE;
    }
    for (const struct dirent *e; (e = readdir(folder));) {
        struct stat st;
        if (!begins(e->d_name, name))
            continue;
        const char *rest = e->d_name + strlen(name);
        const bool replaced = begins(rest, set_aside);
        if ((replaced || begins(rest, before_update) || begins(rest, being_put)) &&
            fstatat(dirfd(folder), e->d_name, &st, 0) == 0 && S_ISREG(st.st_mode))
            each(context, arena_printf(arena, "%s/%s", in, e->d_name), replaced, day_of(rest, replaced, &st));
    }
    closedir(folder);
    arena_free(arena);
    return RESULT_OK;
}

struct copy_list {
    struct arena *arena;
    struct kept_copy *list;
    size_t n, capacity;
};

static void add_to_list(void *context, const char *path, bool replaced, struct day made) {
    struct copy_list *l = context;
    l->list = arena_grow(l->arena, l->list, l->n, &l->capacity, sizeof *l->list);
    l->list[l->n++] = (struct kept_copy){arena_string(l->arena, path), made, replaced};
}

enum result store_check_copy(const char *path, struct arena *arena, struct kept *out, struct findings *findings) {
    struct database *db;
    *out = (struct kept){.day = ""};
    enum result result = sqlite_open_copy(&db, path, findings);
    if (result != RESULT_OK)
        return result;
    result = check_database(db, path, arena, out, findings);
    database_close(db);
    return result;
}

enum result copies_list(const char *folder, const char *name, struct arena *arena, struct kept_copy **out, size_t *n) {
    struct copy_list l = {.arena = arena};
    const enum result result = each_copy(folder, name, add_to_list, &l);
    *out = l.list;
    *n = l.n;
    return result;
}

struct dropping {
    const char *before;
    bool updates_only;
    enum result result;
};

static void drop_one(void *context, const char *path, bool replaced, struct day made) {
    struct dropping *d = context;
    if ((replaced && d->updates_only) || (d->before && strcmp(made.text, d->before) >= 0))
        return;
    if (file_destroy(path, NULL) != RESULT_OK)
        d->result = RESULT_MACHINE;
}

static enum result drop_copies(const char *folder, const char *name, struct dropping d) {
    const enum result result = each_copy(folder, name, drop_one, &d);
    return result == RESULT_OK ? d.result : result;
}

enum result copies_drop(const char *folder, const char *name, struct day before) {
    return drop_copies(folder, name, (struct dropping){.before = before.text});
}

static const char *name_of(const struct store *s) {
    return file_name(sqlite_store_of(s)->path);
}

enum result sqlite_list_copies(struct store *s, struct arena *arena, struct kept_copy **out, size_t *n) {
    return copies_list(s->folder, name_of(s), arena, out, n);
}

enum result sqlite_drop_copies(struct store *s, struct day before) {
    return copies_drop(s->folder, name_of(s), before);
}

void sqlite_drop_update_copies(struct store *s) {
    if (drop_copies(s->folder, name_of(s), (struct dropping){.updates_only = true}) != RESULT_OK)
        log_event(LOG_WARNING, "copies_not_removed", LOG_REASON, "before_update", -1);
}
