#include "base/watch.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/arena.h"

enum { NAMES_MAX = 4096, READ_SIZE = 16 << 10 };

struct heard {
    char *name;
    enum watched state;
    uint64_t events;
};

struct watch {
    char *folder;
    int fd, folder_watch; /* -1: none */
    struct heard *list;
    size_t n, room;
    uint64_t forgotten; /* added to every count, so that forgetting changes it */
};

struct watch *watch_new(const char *folder) {
    struct watch *w = mem_alloc(sizeof *w);
    *w = (struct watch){.folder = strdup(folder), .fd = -1, .folder_watch = -1};
    return w;
}

static void forget(struct watch *w) {
    for (size_t i = 0; i < w->n; i++)
        free(w->list[i].name);
    w->n = 0;
    w->forgotten++;
}

void watch_free(struct watch *w) {
    if (!w)
        return;
    forget(w);
    if (w->fd >= 0)
        close(w->fd);
    free(w->list);
    free(w->folder);
    free(w);
}

/* Begins to listen, or tries again: the folder may be new, or the limit no longer reached. */
static void begin(struct watch *w) {
    const uint32_t wanted = IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF |
                            IN_MOVE_SELF | IN_ONLYDIR;
    if (w->fd < 0)
        w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (w->fd >= 0 && w->folder_watch < 0)
        w->folder_watch = inotify_add_watch(w->fd, w->folder, wanted);
}

static struct heard *find(struct watch *w, const char *name) {
    for (size_t i = 0; i < w->n; i++)
        if (strcmp(w->list[i].name, name) == 0)
            return &w->list[i];
    return NULL;
}

static struct heard *find_or_add(struct watch *w, const char *name) {
    struct heard *h = find(w, name);
    if (h)
        return h;
    if (w->n == NAMES_MAX)
        forget(w);
    if (w->n == w->room) {
        w->room = w->room ? 2 * w->room : 64;
        w->list = mem_resize(w->list, w->room * sizeof *w->list);
    }
    h = &w->list[w->n++];
    *h = (struct heard){.name = strdup(name)};
    return h; /* analyzer: the name is not lost, it is freed by forget(), through the list */
}

static void hear(struct watch *w, const struct inotify_event *e) {
    if (e->mask & IN_Q_OVERFLOW) {
        forget(w);
    } else if (e->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) {
        if (e->mask & IN_MOVE_SELF)
            (void)inotify_rm_watch(w->fd, w->folder_watch);
        w->folder_watch = -1; /* the next question looks whether there is a folder of that name again */
        forget(w);
    } else if (e->len > 0) {
        struct heard *h = find_or_add(w, e->name);
        h->events++;
        h->state = e->mask & IN_MODIFY                        ? WATCHED_WRITING
                   : e->mask & (IN_CLOSE_WRITE | IN_MOVED_TO) ? WATCHED_WHOLE
                                                              : WATCHED_UNKNOWN;
    }
}

static void listen(struct watch *w) {
    alignas(struct inotify_event) char bytes[READ_SIZE];
    ssize_t n;
    begin(w);
    while (w->fd >= 0 && (n = read(w->fd, bytes, sizeof bytes)) > 0)
        for (size_t at = 0; at < (size_t)n;) {
            const struct inotify_event *e = (const void *)(bytes + at);
            hear(w, e);
            at += sizeof *e + e->len;
        }
}

enum watched watch_ask(struct watch *w, const char *name, uint64_t *events) {
    listen(w);
    const struct heard *h = find(w, name);
    if (events)
        *events = w->forgotten + (h ? h->events : 0);
    return h ? h->state : WATCHED_UNKNOWN;
}
