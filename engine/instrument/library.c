#include "instrument/library.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/watch.h"
#include "instrument/loader.h"

enum {
    BOOKS_MAX = 256,
    REST = 1000,     /* milliseconds: so long a file must have rested when nobody tells that it is whole */
    SETTLE = 50,     /* milliseconds: the same when somebody does; the kernel tells a moment after it has been done */
    PATIENCE = 1500, /* milliseconds that a question waits for files to be whole */
    GLANCE = 200,    /* the same for who only wants to look, when somebody is known to be writing */
    STUCK = 600000,  /* milliseconds: a file that was opened for writing, and not written to for so long, is taken */
    STEP = 20,
};

/* One file as the file system tells it; all zero when there is none. */
struct mark {
    dev_t device;
    ino_t number;
    off_t size;
    struct timespec modified, changed;
};

/* The files of one instrument. */
struct marks {
    size_t n;
    const char **paths;
    struct mark *list;
};

struct book {
    struct book *next; /* the most recently read comes first */
    struct arena *arena;
    const char *path;
    struct marks marks;
    bool is_settled; /* the files had rested when they were read: the same marks mean the same content */
    enum result result;
    const struct instrument *instrument; /* a reference; NULL when there are errors */
    struct findings *findings;
};

struct library {
    pthread_mutex_t mutex;
    struct watch *watch;
    char *folder;
    struct book *books;
    size_t n;
};

struct library *library_new(const char *folder) {
    struct library *l = mem_alloc(sizeof *l);
    *l = (struct library){.watch = watch_new(folder), .folder = realpath(folder, NULL)};
    pthread_mutex_init(&l->mutex, NULL);
    (void)watch_ask(l->watch, "", NULL); /* listen from now on */
    return l;
}

static void free_book(struct book *b) {
    instrument_release(b->instrument);
    findings_free(b->findings);
    arena_free(b->arena);
    free(b);
}

void library_free(struct library *l) {
    if (!l)
        return;
    for (struct book *b = l->books; b;) {
        struct book *next = b->next;
        free_book(b);
        b = next;
    }
    watch_free(l->watch);
    pthread_mutex_destroy(&l->mutex);
    free(l->folder);
    free(l);
}

static int64_t milliseconds(struct timespec t) {
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return milliseconds(t);
}

static struct marks look(struct arena *arena, const char *path) {
    struct marks m;
    m.paths = instrument_list_files(arena, path, &m.n);
    m.list = arena_array(arena, m.n, sizeof *m.list);
    for (size_t i = 0; i < m.n; i++) {
        struct stat st;
        if (stat(m.paths[i], &st) == 0)
            m.list[i] = (struct mark){st.st_dev, st.st_ino, st.st_size, st.st_mtim, st.st_ctim};
    }
    return m;
}

static bool same_time(struct timespec a, struct timespec b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool same_marks(const struct marks *a, const struct marks *b) {
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        const struct mark *x = &a->list[i], *y = &b->list[i];
        if (strcmp(a->paths[i], b->paths[i]) != 0 || x->device != y->device || x->number != y->number ||
            x->size != y->size || !same_time(x->modified, y->modified) || !same_time(x->changed, y->changed))
            return false;
    }
    return true;
}

/* Since how many milliseconds nothing has happened to the file. A file from the future has a clock of its own, which
 * tells nothing: it counts as old. */
static int64_t rest_of(const struct mark *mark) {
    const int64_t age = now(CLOCK_REALTIME) - milliseconds(mark->changed);
    return age < -REST ? STUCK : age;
}

/* What the watch knows; UNKNOWN of a file in another folder. The lock is held. */
static enum watched ask(struct library *l, const char *path, uint64_t *events) {
    const char *name = file_name(path);
    const size_t n = l->folder ? strlen(l->folder) : 0;
    if (!n || strncmp(path, l->folder, n) != 0 || path[n] != '/' || path + n + 1 != name)
        return WATCHED_UNKNOWN;
    return watch_ask(l->watch, name, events);
}

struct state {
    bool is_whole;   /* none of the files is being written, as far as anybody can tell */
    bool is_written; /* the kernel told that one is */
    uint64_t events; /* how often it told something of them */
};

/* Emptying a file, as editors do before they write it anew, shows before its time changes and before anybody is told:
 * what is empty at first sight is looked at twice. */
static bool is_any_empty(const struct marks *m) {
    for (size_t i = 0; i < m->n; i++)
        if (m->list[i].number && m->list[i].size == 0)
            return true;
    return false;
}

static struct state state_of(struct library *l, const struct marks *m) {
    struct state s = {.is_whole = true};
    if (l)
        pthread_mutex_lock(&l->mutex);
    for (size_t i = 0; i < m->n; i++) {
        uint64_t heard = 0;
        const enum watched state = l ? ask(l, m->paths[i], &heard) : WATCHED_UNKNOWN;
        const int64_t rest = rest_of(&m->list[i]);
        const bool written = state == WATCHED_WRITING && rest < STUCK;
        s.events += heard;
        s.is_written = s.is_written || written;
        s.is_whole = s.is_whole && !written && rest >= (state == WATCHED_WHOLE ? SETTLE : REST);
    }
    if (l)
        pthread_mutex_unlock(&l->mutex);
    return s;
}

static bool have_rested(const struct marks *m) {
    for (size_t i = 0; i < m->n; i++)
        if (rest_of(&m->list[i]) < REST)
            return false;
    return true;
}

/* The lock is held. */
static struct book **find(struct library *l, const char *path) {
    struct book **at = &l->books;
    while (*at && strcmp((*at)->path, path) != 0)
        at = &(*at)->next;
    return at;
}

static void take_out(struct library *l, struct book **at) {
    struct book *b = *at;
    *at = b->next;
    l->n--;
    free_book(b);
}

static enum result give(const struct book *b, const struct instrument **out, struct findings *findings) {
    *out = b->instrument ? instrument_hold(b->instrument) : NULL;
    findings_add_all(findings, b->findings);
    return b->result;
}

/* What was read before and is still so. */
static bool give_known(struct library *l, const char *path, const struct marks *m, const struct instrument **out,
                       struct findings *findings, enum result *result) {
    bool found = false;
    if (!l)
        return false;
    pthread_mutex_lock(&l->mutex);
    const struct book *b = *find(l, path);
    if (b && b->is_settled && same_marks(&b->marks, m)) {
        *result = give(b, out, findings);
        found = true;
    }
    pthread_mutex_unlock(&l->mutex);
    return found;
}

static struct book *read_book(const char *path, bool is_settled) {
    struct book *b = mem_alloc(sizeof *b);
    *b = (struct book){.arena = arena_new(), .findings = findings_new(), .is_settled = is_settled};
    b->path = arena_string(b->arena, path);
    b->marks = look(b->arena, path);
    b->result = instrument_load(&b->instrument, path, b->findings);
    return b;
}

/* In the place of what was known of this path before. */
static void keep(struct library *l, struct book *b) {
    pthread_mutex_lock(&l->mutex);
    struct book **at = find(l, b->path);
    if (*at)
        take_out(l, at);
    b->next = l->books;
    l->books = b;
    l->n++;
    if (l->n > BOOKS_MAX) {
        for (at = &l->books; (*at)->next;)
            at = &(*at)->next;
        take_out(l, at);
    }
    pthread_mutex_unlock(&l->mutex);
}

/* Somebody is writing, and goes on writing. */
static enum result give_before(struct library *l, const struct instrument **out, const char *path, enum library_use use,
                               struct findings *findings) {
    enum result result = RESULT_INPUT;
    bool known = false;
    *out = NULL;
    if (l && use == LIBRARY_LOOK) {
        pthread_mutex_lock(&l->mutex);
        const struct book *b = *find(l, path);
        known = b != NULL;
        if (known)
            result = give(b, out, findings);
        pthread_mutex_unlock(&l->mutex);
    }
    finding_add(findings, known ? SEVERITY_WARNING : SEVERITY_ERROR, (struct place){path, 0, 0},
                "library_being_written", NULL);
    return result;
}

static enum result finish(struct library *l, struct book *b, const struct instrument **out, struct findings *findings) {
    const enum result result = give(b, out, findings);
    if (l)
        keep(l, b);
    else
        free_book(b);
    return result;
}

/* Reads the files as they are looked at; NULL when something happened to them meanwhile. */
static struct book *read_unchanged(struct library *l, const char *path, const struct marks *m, struct arena *arena,
                                   uint64_t events) {
    struct book *b = read_book(path, have_rested(m));
    const struct marks again = look(arena, path);
    const struct state after = state_of(l, m);
    if (same_marks(m, &b->marks) && same_marks(m, &again) && after.is_whole && after.events == events)
        return b;
    free_book(b);
    return NULL;
}

enum result library_load(struct library *l, const struct instrument **out, const char *path, enum library_use use,
                         struct findings *findings) {
    const int64_t begun = now(CLOCK_MONOTONIC);
    int64_t empty = 0; /* since when a file is seen to be empty */
    for (bool waits = true; waits;) {
        struct arena *arena = arena_new();
        const struct marks m = look(arena, path);
        enum result result = RESULT_OK;
        bool done = give_known(l, path, &m, out, findings, &result);
        if (!done) {
            const struct state s = state_of(l, &m);
            empty = is_any_empty(&m) ? empty ? empty : now(CLOCK_MONOTONIC) : 0;
            const bool doubtful = empty && now(CLOCK_MONOTONIC) - empty < SETTLE;
            struct book *b = s.is_whole && !doubtful ? read_unchanged(l, path, &m, arena, s.events) : NULL;
            done = b != NULL;
            if (b)
                result = finish(l, b, out, findings);
            waits = now(CLOCK_MONOTONIC) - begun < (use == LIBRARY_LOOK && s.is_written ? GLANCE : PATIENCE);
        }
        arena_free(arena);
        if (done)
            return result;
        if (waits)
            nanosleep(&(struct timespec){0, STEP * 1000000L}, NULL);
    }
    return give_before(l, out, path, use, findings);
}
