#include "base/moment.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"

static const char *const places[] = {"/dev/shm", "/tmp"};
enum { PLACES = sizeof places / sizeof *places };

bool moment_begin(char folder[MOMENT_ROOM]) {
    for (size_t i = 0; i < PLACES; i++) {
        snprintf(folder, MOMENT_ROOM, "%s/readiness-%ld-XXXXXX", places[i], (long)getpid());
        if (mkdtemp(folder))
            return true;
    }
    return false;
}

bool moment_end(const char *folder) {
    struct arena *arena = arena_new();
    DIR *dir = opendir(folder);
    bool good = dir != NULL;
    for (const struct dirent *e; dir && (e = readdir(dir)) != NULL;) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            good = file_destroy(arena_printf(arena, "%s/%s", folder, e->d_name), NULL) == RESULT_OK && good;
    }
    if (dir)
        closedir(dir);
    arena_free(arena);
    return rmdir(folder) == 0 && good;
}

/* Made above, by a process of ours that is no more? */
static bool is_left(const char *place, const char *name, struct arena *arena, const char **path) {
    static const char head[] = "readiness-";
    struct stat st;
    char *end;
    if (strncmp(name, head, sizeof head - 1) != 0)
        return false;
    const long process = strtol(name + sizeof head - 1, &end, 10);
    if (process <= 0 || *end != '-' || strlen(end) != sizeof "-XXXXXX" - 1)
        return false;
    *path = arena_printf(arena, "%s/%s", place, name);
    return kill((pid_t)process, 0) != 0 && errno == ESRCH && lstat(*path, &st) == 0 && S_ISDIR(st.st_mode) &&
           st.st_uid == geteuid();
}

void moment_sweep(void) {
    struct arena *arena = arena_new();
    for (size_t i = 0; i < PLACES; i++) {
        DIR *dir = opendir(places[i]);
        const char *path;
        for (const struct dirent *e; dir && (e = readdir(dir)) != NULL;)
            if (is_left(places[i], e->d_name, arena, &path))
                (void)moment_end(path);
        if (dir)
            closedir(dir);
    }
    arena_free(arena);
}
