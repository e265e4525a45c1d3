/* Trouble on order, for tests that promise something about a bad day: from all calls that the rooms make to the
 * database library, to the file system and for threads, the n-th one fails, without anything having been done. What the
 * database library does by itself inside such a call is not counted.
 *
 * The functions below have the names of the real ones, so that the linker takes them for the program's own calls; they
 * lead on to the real ones. To be included by one file of a test program. */
#ifndef READINESS_TESTS_TROUBLE_H
#define READINESS_TESTS_TROUBLE_H

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TROUBLE_DATABASE = 1, TROUBLE_FILES = 2, TROUBLE_THREADS = 4, TROUBLE_MEMORY = 8 /* for a slow hash */ };

static struct {
    atomic_int kinds; /* that are counted; 0: there is no trouble */
    atomic_int left;  /* calls until the one that fails */
    atomic_int lasting;
    atomic_bool met;
    pthread_t whose;
    bool others;                    /* all threads but `whose` */
    void (*instead)(void *context); /* of failing: something comes in between */
    void *context;
    bool no_links; /* a file system on which a file has one name, as on a memory stick */
} trouble;

static _Thread_local int inside; /* the database library: its own calls go through */

/* The n-th of these calls fails, from 1; with `lasting` so many in a row. */
static inline void trouble_at(int kinds, int n, int lasting) {
    trouble.met = false;
    trouble.lasting = lasting;
    trouble.left = n;
    trouble.instead = NULL;
    trouble.kinds = kinds;
}

/* Right before the n-th of these calls of this thread somebody else is faster. */
static inline void trouble_between(int kinds, int n, void (*instead)(void *context), void *context) {
    trouble_at(0, n, 1);
    trouble.whose = pthread_self();
    trouble.others = false;
    trouble.instead = instead;
    trouble.context = context;
    trouble.kinds = kinds;
}

/* The same, of all threads but this one. */
static inline void trouble_between_others(int kinds, int n, pthread_t whose, void (*instead)(void *context),
                                          void *context) {
    trouble_between(0, n, instead, context);
    trouble.whose = whose;
    trouble.others = true;
    trouble.kinds = kinds;
}

/* Ends it. Was there such a call? */
static inline bool trouble_over(void) {
    trouble.kinds = 0;
    return trouble.met;
}

static bool fails(int kind) {
    if (inside || !(trouble.kinds & kind))
        return false;
    if (trouble.instead && (pthread_equal(trouble.whose, pthread_self()) != 0) == trouble.others)
        return false;
    const int left = atomic_fetch_sub(&trouble.left, 1) - 1;
    if (left > 0 || left <= -trouble.lasting)
        return false;
    trouble.met = true;
    if (trouble.instead) {
        trouble.kinds = 0;
        trouble.instead(trouble.context);
        return false;
    }
    errno = EIO;
    return true;
}

#define REAL(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))
#define LIBRARY(type, call)                                                                                            \
    inside++;                                                                                                          \
    type result = (call);                                                                                              \
    inside--;                                                                                                          \
    return result

int sqlite3_open_v2(const char *path, sqlite3 **out, int flags, const char *vfs) {
    if (fails(TROUBLE_DATABASE)) {
        *out = NULL;
        return SQLITE_CANTOPEN;
    }
    LIBRARY(int, REAL(sqlite3_open_v2)(path, out, flags, vfs));
}

int sqlite3_prepare_v2(sqlite3 *db, const char *sql, int n, sqlite3_stmt **out, const char **rest) {
    if (fails(TROUBLE_DATABASE)) {
        *out = NULL;
        return SQLITE_NOMEM;
    }
    LIBRARY(int, REAL(sqlite3_prepare_v2)(db, sql, n, out, rest));
}

int sqlite3_prepare_v3(sqlite3 *db, const char *sql, int n, unsigned flags, sqlite3_stmt **out, const char **rest) {
    if (fails(TROUBLE_DATABASE)) {
        *out = NULL;
        return SQLITE_NOMEM;
    }
    LIBRARY(int, REAL(sqlite3_prepare_v3)(db, sql, n, flags, out, rest));
}

int sqlite3_step(sqlite3_stmt *statement) {
    if (fails(TROUBLE_DATABASE))
        return SQLITE_IOERR;
    LIBRARY(int, REAL(sqlite3_step)(statement));
}

int sqlite3_exec(sqlite3 *db, const char *sql, int (*each)(void *, int, char **, char **), void *context, char **say) {
    if (fails(TROUBLE_DATABASE))
        return SQLITE_IOERR;
    LIBRARY(int, REAL(sqlite3_exec)(db, sql, each, context, say));
}

int sqlite3_reset(sqlite3_stmt *statement) {
    LIBRARY(int, REAL(sqlite3_reset)(statement));
}

int sqlite3_finalize(sqlite3_stmt *statement) {
    LIBRARY(int, REAL(sqlite3_finalize)(statement));
}

int sqlite3_close(sqlite3 *db) {
    LIBRARY(int, REAL(sqlite3_close)(db));
}

int open(const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    return fails(TROUBLE_FILES) ? -1 : REAL(open)(path, flags, mode);
}

int flock(int fd, int operation) {
    return fails(TROUBLE_FILES) ? -1 : REAL(flock)(fd, operation);
}

int fchmod(int fd, mode_t mode) {
    return fails(TROUBLE_FILES) ? -1 : REAL(fchmod)(fd, mode);
}

int ftruncate(int fd, off_t size) {
    return fails(TROUBLE_FILES) ? -1 : REAL(ftruncate)(fd, size);
}

/* The database library's own do nothing: what a power cut leaves is the subject of other tests, and waiting for the
 * disk ten thousand times would take minutes. */
int fsync(int fd) {
    return inside ? 0 : fails(TROUBLE_FILES) ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd) {
    return inside ? 0 : REAL(fdatasync)(fd);
}

int link(const char *from, const char *to) {
    return trouble.no_links || fails(TROUBLE_FILES) ? -1 : REAL(link)(from, to);
}

int rename(const char *from, const char *to) {
    return fails(TROUBLE_FILES) ? -1 : REAL(rename)(from, to);
}

int unlink(const char *path) {
    return fails(TROUBLE_FILES) ? -1 : REAL(unlink)(path);
}

/* A sanitizer that writes to a file (log_path) makes that file's folders before it is ready to watch anybody. */
__attribute__((no_sanitize("address", "undefined", "thread"))) int mkdir(const char *path, mode_t mode) {
    return trouble.kinds && fails(TROUBLE_FILES) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

ssize_t read(int fd, void *into, size_t n) {
    return fails(TROUBLE_FILES) ? -1 : REAL(read)(fd, into, n);
}

int statvfs(const char *path, struct statvfs *out) {
    return fails(TROUBLE_FILES) ? -1 : REAL(statvfs)(path, out);
}

int fstatat(int folder, const char *path, struct stat *out, int flags) {
    return fails(TROUBLE_FILES) ? -1 : REAL(fstatat)(folder, path, out, flags);
}

DIR *opendir(const char *path) {
    return fails(TROUBLE_FILES) ? NULL : REAL(opendir)(path);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
    return fails(TROUBLE_THREADS) ? EAGAIN : REAL(pthread_create)(thread, attributes, run, argument);
}

int crypto_pwhash(unsigned char *out, unsigned long long n_out, const char *password, unsigned long long n,
                  const unsigned char *salt, unsigned long long operations, size_t memory, int algorithm) {
    return fails(TROUBLE_MEMORY) ? -1
                                 : REAL(crypto_pwhash)(out, n_out, password, n, salt, operations, memory, algorithm);
}

int crypto_pwhash_str(char out[crypto_pwhash_STRBYTES], const char *password, unsigned long long n,
                      unsigned long long operations, size_t memory) {
    return fails(TROUBLE_MEMORY) ? -1 : REAL(crypto_pwhash_str)(out, password, n, operations, memory);
}

#endif
