#include "base/file.h"
#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum result say(struct findings *findings, const char *path, const char *code, enum result result) {
    finding_add(findings, SEVERITY_ERROR, (struct place){path, 0, 0}, code, NULL);
    return result;
}

const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool file_exists(const char *path) {
    return access(path, F_OK) == 0;
}

static bool read_all(int fd, char *into, size_t n) {
    for (size_t at = 0; at < n;) {
        ssize_t got = read(fd, into + at, n - at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += (size_t)got;
    }
    return true;
}

enum result file_read(struct str *out, struct arena *arena, const char *path, size_t max, struct findings *findings) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return say(findings, path, errno == ENOENT ? "file_missing" : "file_unreadable", RESULT_INPUT);
    struct stat st;
    enum result result = RESULT_OK;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        result = say(findings, path, "file_not_regular", RESULT_INPUT);
    } else if ((size_t)st.st_size > max) {
        char limit[32];
        snprintf(limit, sizeof limit, "%zu", max >> 10);
        finding_add(findings, SEVERITY_ERROR, (struct place){path, 0, 0}, "file_too_large", "limit", limit, NULL);
        result = RESULT_INPUT;
    } else {
        char *bytes = arena_alloc(arena, (size_t)st.st_size + 1);
        if (read_all(fd, bytes, (size_t)st.st_size))
            *out = (struct str){bytes, (size_t)st.st_size};
        else
            result = say(findings, path, "file_unreadable", RESULT_MACHINE);
    }
    close(fd);
    return result;
}

static bool write_all(int fd, struct str content) {
    while (content.n) {
        ssize_t done = write(fd, content.p, content.n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        content.p += done;
        content.n -= (size_t)done;
    }
    return true;
}

static bool sync_folder_of(const char *path) {
    char folder[4096];
    size_t n = (size_t)(file_name(path) - path);
    if (n >= sizeof folder)
        return false;
    memcpy(folder, path, n);
    folder[n] = '\0';
    int fd = open(n ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool good = fsync(fd) == 0;
    close(fd);
    return good;
}

enum result file_write(const char *path, struct str content, mode_t mode, struct findings *findings) {
    char temporary[4096];
    int n = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    int fd = n > 0 && (size_t)n < sizeof temporary ? mkostemp(temporary, O_CLOEXEC) : -1;
    if (fd < 0)
        return say(findings, path, "file_not_written", RESULT_MACHINE);
    bool good = write_all(fd, content) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
    good = close(fd) == 0 && good;
    good = good && rename(temporary, path) == 0 && sync_folder_of(path);
    if (good)
        return RESULT_OK;
    unlink(temporary);
    return say(findings, path, "file_not_written", RESULT_MACHINE);
}

static bool sync_file(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

/* Some file systems cannot rename without replacing; there somebody could be faster than the look before. */
static bool rename_new(const char *from, const char *path) {
    if (renameat2(AT_FDCWD, from, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    if (file_exists(path)) {
        errno = EEXIST;
        return false;
    }
    return rename(from, path) == 0;
}

enum result file_put_in_place(const char *from, const char *path, struct findings *findings) {
    if (!sync_file(from))
        return say(findings, path, "file_not_written", RESULT_MACHINE);
    if (!rename_new(from, path))
        return errno == EEXIST ? say(findings, path, "file_exists_already", RESULT_INPUT)
                               : say(findings, path, "file_not_written", RESULT_MACHINE);
    return sync_folder_of(path) ? RESULT_OK : say(findings, path, "file_not_written", RESULT_MACHINE);
}

enum result file_replace(const char *from, const char *path, struct findings *findings) {
    if (sync_file(from) && rename(from, path) == 0 && sync_folder_of(path))
        return RESULT_OK;
    return say(findings, path, "file_not_written", RESULT_MACHINE);
}

static enum result read_secret(const char *path, uint8_t *out, size_t n, struct findings *findings) {
    struct arena *arena = arena_new();
    struct str bytes;
    enum result result = file_read(&bytes, arena, path, n, findings);
    if (result == RESULT_OK && bytes.n == n)
        memcpy(out, bytes.p, n);
    else if (result == RESULT_OK)
        result = say(findings, path, "file_unreadable", RESULT_MACHINE);
    if (result == RESULT_OK)
        explicit_bzero((void *)(uintptr_t)bytes.p, bytes.n);
    arena_free(arena);
    return result == RESULT_OK ? RESULT_OK : RESULT_MACHINE;
}

enum result file_shared_secret(const char *path, uint8_t *out, size_t n, struct findings *findings) {
    uint8_t made[64];
    char own[4096];
    if (file_exists(path))
        return read_secret(path, out, n, findings);
    random_bytes(made, sizeof made);
    const int length = snprintf(own, sizeof own, "%s.%02x%02x%02x%02x", path, made[0], made[1], made[2], made[3]);
    if (n > sizeof made - 4 || length < 0 || (size_t)length >= sizeof own)
        return say(findings, path, "file_not_written", RESULT_MACHINE);
    enum result result = file_write(own, (struct str){(const char *)made + 4, n}, 0600, findings);
    explicit_bzero(made, sizeof made);
    if (result == RESULT_OK && link(own, path) != 0 && errno != EEXIST) /* takes nobody's place, on any file system */
        result = say(findings, path, "file_not_written", RESULT_MACHINE);
    unlink(own);
    if (result == RESULT_OK && !sync_folder_of(path))
        result = say(findings, path, "file_not_written", RESULT_MACHINE);
    return result == RESULT_OK ? read_secret(path, out, n, findings) : result;
}

const char *file_folder(struct arena *arena, const char *path) {
    size_t n = (size_t)(file_name(path) - path);
    return n == 0 ? "." : arena_copy(arena, path, n - (n > 1));
}

bool file_is_inside(const char *path, const char *folder) {
    char real_folder[PATH_MAX], real[PATH_MAX];
    struct arena *arena = arena_new();
    const char *at = path;
    bool inside = realpath(folder, real_folder) != NULL;
    while (inside && !realpath(at, real)) {
        const char *above = file_folder(arena, at);
        inside = strcmp(above, at) != 0 && strcmp(at, ".") != 0;
        at = above;
    }
    size_t n = inside ? strlen(real_folder) : 0;
    inside = inside && strncmp(real, real_folder, n) == 0 &&
             (real[n] == '\0' || real[n] == '/' || real_folder[n - 1] == '/');
    arena_free(arena);
    return inside;
}

enum result file_make_folder(const char *path, mode_t mode, struct findings *findings) {
    char partial[4096];
    size_t n = strlen(path);
    if (n >= sizeof partial)
        return say(findings, path, "folder_not_made", RESULT_INPUT);
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(partial, path, i);
        partial[i] = '\0';
        const bool made = mkdir(partial, mode) == 0;
        if (made ? !sync_folder_of(partial) : errno != EEXIST) /* what is synced in it would go with it */
            return say(findings, path, "folder_not_made", RESULT_MACHINE);
    }
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return say(findings, path, "folder_not_made", RESULT_INPUT);
    return RESULT_OK;
}

/* With noughts, from the byte `from` on; they are on disk when it returns. */
static bool overwrite(int fd, off_t from) {
    static const char zeros[512];
    struct stat st;
    bool good = fstat(fd, &st) == 0;
    for (off_t at = from; good && at < st.st_size; at += (off_t)sizeof zeros) {
        size_t part = (size_t)(st.st_size - at) < sizeof zeros ? (size_t)(st.st_size - at) : sizeof zeros;
        good = pwrite(fd, zeros, part, at) == (ssize_t)part;
    }
    return fsync(fd) == 0 && good;
}

enum result file_destroy(const char *path, struct findings *findings) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? RESULT_OK : say(findings, path, "file_not_destroyed", RESULT_MACHINE);
    bool good = overwrite(fd, 0);
    close(fd);
    good = good && unlink(path) == 0 && sync_folder_of(path);
    return good ? RESULT_OK : say(findings, path, "file_not_destroyed", RESULT_MACHINE);
}

enum result file_destroy_from(const char *path, size_t from, struct findings *findings) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    const bool good = fd >= 0 && overwrite(fd, (off_t)from) && ftruncate(fd, (off_t)from) == 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return good ? RESULT_OK : say(findings, path, "file_not_destroyed", RESULT_MACHINE);
}
