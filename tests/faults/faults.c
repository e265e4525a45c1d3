/* The machine's bad days, on request: a library that is loaded before the C library (LD_PRELOAD) and stands between the
 * program and memory, files and the clock. A test arms it through a file that both have mapped (FAULTS_CONTROL), at any
 * time, also between two requests of a running server. It counts the calls of the chosen kinds, and makes the n-th fail
 * (once, or from then on), be cut short, or be the last thing the process did.
 *
 * Of allocations every one can fail in one run (FORK): the process divides, its copy meets the failure and must do
 * nothing more than say so and end with status 3, which is what engine/base/memory.c promises; the process itself goes
 * on.
 *
 * Only calls on regular files are counted (and standard output, when a command writes there): what goes through sockets
 * and pipes fails by other laws. A stream of stdio is broken by putting /dev/full, or a folder, in the place of its
 * descriptor: then its own buffering meets the fault wherever it would. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum kind { MEMORY, READ, WRITE, SYNC, RENAME, OPEN, TRUNCATE, MAP, REMOVE, KINDS };
enum mode { COUNT, ONCE, FROM_THEN_ON, SHORT, KILL, KILL_HALFWAY, FORK };
enum { STACKS = 1 << 17, DEPTH = 20, ABSURD = 64 << 20, OTHERS = 64, SEEN = 1 << 15 };
/* How a call is made. Above the kind in a stack's hash: it fills a stream's buffer, and need not reach the file. Not in
 * the hash: an allocation after whose failure the program may go on. */
enum { OF_A_STREAM = 1 << 4, MAY_GO_ON = 1 << 5 };

/* As faults.py has it. */
struct control {
    int32_t armed, mode, error, stacks_wanted;
    uint32_t kinds, kind; /* those that count; which one it was that happened */
    int64_t at, counted, fired, quota, clock;
    int64_t of_kind[KINDS];
    int64_t every, copies, good, n_others, others[OTHERS]; /* FORK: each so manieth, 0: of each stack the first; those
                                                              that ended otherwise */
    uint64_t seen[SEEN];
    uint64_t stacks[STACKS];
};

static struct control *control;
static __thread int inside; /* what this library calls itself is not counted */
static int doomed, said;    /* in a copy of the process that was refused memory: it may only say so and end */

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);
extern void *__libc_memalign(size_t alignment, size_t n);

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) {
    inside++;
    void *p = dlsym(RTLD_NEXT, name);
    inside--;
    return p;
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULTS_CONTROL");
    void *stack[4];
    inside++;
    int fd = path ? REAL(open)(path, O_RDWR | O_CLOEXEC) : -1;
    void *p = fd >= 0 ? REAL(mmap)(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (fd >= 0)
        close(fd);
    (void)backtrace(stack, 4); /* loads the unwinder now, not in the middle of a fault */
    inside--;
    if (p != MAP_FAILED)
        control = p;
}

static uint64_t hash_of_stack(void) {
    void *stack[DEPTH];
    uint64_t h = 1469598103934665603u;
    int n = backtrace(stack, DEPTH);
    for (int i = 2; i < n; i++)
        h = (h ^ (uint64_t)(uintptr_t)stack[i]) * 1099511628211u;
    return h;
}

/* Among the stacks of this run. When the table is full, everything is new. */
static int is_new(uint64_t stack) {
    for (size_t i = 0; i < 64; i++) {
        uint64_t *at = &control->seen[(stack + i) % SEEN], none = 0;
        if (__atomic_compare_exchange_n(at, &none, stack, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            return 1;
        if (none == stack)
            return 0;
    }
    return 1;
}

static void note_other(int64_t number) {
    const int64_t at = __atomic_fetch_add(&control->n_others, 1, __ATOMIC_ACQ_REL);
    if (at < OTHERS)
        control->others[at] = number;
}

/* The process divides. In the copy, 1: it is refused this allocation. Whatever else it does than to say so and to end
 * kills it, and is noted. */
static int is_copy(int64_t number, int may_go_on) {
    if (control->every ? number % control->every != 0 : !is_new(hash_of_stack() | 1))
        return 0;
    if (may_go_on) {
        note_other(number);
        return 0;
    }
    inside++;
    /* Without handlers, and without a signal to the parent when it is over. */
    const int copy = (int)syscall(SYS_clone, 0, NULL, NULL, NULL, 0);
    if (copy == 0) {
        doomed = 1;
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
        return 1;
    }
    int status = -1;
    while (copy > 0 && waitpid(copy, &status, __WALL) < 0 && errno == EINTR)
        ;
    __atomic_add_fetch(&control->copies, 1, __ATOMIC_ACQ_REL);
    if (copy > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 3) {
        __atomic_add_fetch(&control->good, 1, __ATOMIC_ACQ_REL);
    } else {
        note_other(number);
    }
    inside--;
    return 0;
}

/* The end that engine/base/memory.c makes, with its sentence, or another one. */
void _exit(int status) {
    if (doomed)
        syscall(SYS_exit, said ? status : 99);
    syscall(SYS_exit_group, status);
    __builtin_unreachable();
}

/* Counts one call. What is to happen to it: COUNT means nothing. */
static enum mode happens_to(enum kind kind, int how) {
    if (doomed)
        _exit(98);
    if (!control || inside || !__atomic_load_n(&control->armed, __ATOMIC_ACQUIRE) || !(control->kinds & 1u << kind))
        return COUNT;
    inside++;
    const int64_t number = __atomic_add_fetch(&control->counted, 1, __ATOMIC_ACQ_REL);
    __atomic_add_fetch(&control->of_kind[kind], 1, __ATOMIC_ACQ_REL);
    if (control->stacks_wanted && number <= STACKS)
        control->stacks[number - 1] = hash_of_stack() << 5 | (uint64_t)(how & OF_A_STREAM) | (uint64_t)kind;
    enum mode mode = (enum mode)control->mode;
    if (mode == FORK) {
        inside--;
        return kind == MEMORY && is_copy(number, how & MAY_GO_ON) ? ONCE : COUNT;
    }
    if (number == control->at)
        control->kind = (uint32_t)kind;
    if (number < control->at || (number > control->at && (mode != FROM_THEN_ON || kind != (enum kind)control->kind)))
        mode = COUNT;
    if (mode != COUNT)
        __atomic_add_fetch(&control->fired, 1, __ATOMIC_ACQ_REL);
    inside--;
    if (mode == KILL || (mode == KILL_HALFWAY && kind != WRITE))
        kill(getpid(), SIGKILL);
    return mode;
}

static enum mode happens(enum kind kind) {
    return happens_to(kind, 0);
}

static int fails(enum kind kind, int otherwise) {
    if (happens(kind) == COUNT)
        return 0;
    errno = control->error ? control->error : otherwise;
    return 1;
}

/* `guarded`: engine/base/memory.c stands before it, and ends the process unless the size is absurd. */
static int no_memory(size_t n, int guarded) {
    if (happens_to(MEMORY, guarded && n <= ABSURD ? 0 : MAY_GO_ON) == COUNT)
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t n) {
    return no_memory(n, 1) ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size) {
    return no_memory(n * size, 1) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n) {
    return no_memory(n, 1) ? NULL : __libc_realloc(p, n);
}

int posix_memalign(void **out, size_t alignment, size_t n) {
    void *p = no_memory(n, 0) ? NULL : __libc_memalign(alignment, n);
    if (!p)
        return ENOMEM;
    *out = p;
    return 0;
}

void *aligned_alloc(size_t alignment, size_t n) {
    return no_memory(n, 0) ? NULL : __libc_memalign(alignment, n);
}

/* The C library's own copies do not come through malloc above. */
char *strdup(const char *s) {
    size_t n = strlen(s) + 1;
    char *copy = malloc(n);
    return copy ? memcpy(copy, s, n) : NULL;
}

char *strndup(const char *s, size_t most) {
    size_t n = strnlen(s, most);
    char *copy = malloc(n + 1);
    if (!copy)
        return NULL;
    memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

static int is_file(int fd) {
    struct stat st;
    return control && !inside && control->armed && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* A full disk: so many bytes may still be written. */
static int is_full(size_t n) {
    if (!control || __atomic_load_n(&control->quota, __ATOMIC_ACQUIRE) < 0)
        return 0;
    if (__atomic_sub_fetch(&control->quota, (int64_t)n, __ATOMIC_ACQ_REL) >= 0)
        return 0;
    __atomic_store_n(&control->quota, 0, __ATOMIC_RELEASE);
    errno = ENOSPC;
    return 1;
}

static ssize_t put(int fd, const void *p, size_t n, off64_t at) {
    return at < 0 ? REAL(write)(fd, p, n) : REAL(pwrite64)(fd, p, n, at);
}

static ssize_t written(int fd, const void *p, size_t n, off64_t at) {
    if (!is_file(fd))
        return put(fd, p, n, at);
    if (is_full(n))
        return -1;
    const enum mode mode = happens(WRITE);
    if (mode == COUNT)
        return put(fd, p, n, at);
    if (mode == SHORT || mode == KILL_HALFWAY) {
        ssize_t half = put(fd, p, n > 1 ? n / 2 : n, at);
        if (mode == KILL_HALFWAY)
            kill(getpid(), SIGKILL);
        return half;
    }
    errno = control->error ? control->error : EIO;
    return -1;
}

ssize_t write(int fd, const void *p, size_t n) {
    static const char sentence[] = "out of memory\n";
    if (doomed) {
        said = fd == STDERR_FILENO && n == sizeof sentence - 1 && memcmp(p, sentence, n) == 0;
        return (ssize_t)n;
    }
    return written(fd, p, n, -1);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at) {
    return written(fd, p, n, at);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at) {
    return written(fd, p, n, at);
}

ssize_t read(int fd, void *p, size_t n) {
    return is_file(fd) && fails(READ, EIO) ? -1 : REAL(read)(fd, p, n);
}

ssize_t pread(int fd, void *p, size_t n, off_t at) {
    return is_file(fd) && fails(READ, EIO) ? -1 : REAL(pread)(fd, p, n, at);
}

ssize_t pread64(int fd, void *p, size_t n, off64_t at) {
    return is_file(fd) && fails(READ, EIO) ? -1 : REAL(pread64)(fd, p, n, at);
}

int fsync(int fd) {
    return fails(SYNC, EIO) ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd) {
    return fails(SYNC, EIO) ? -1 : REAL(fdatasync)(fd);
}

int rename(const char *from, const char *to) {
    return fails(RENAME, EIO) ? -1 : REAL(rename)(from, to);
}

int link(const char *from, const char *to) {
    return fails(RENAME, EIO) ? -1 : REAL(link)(from, to);
}

int unlink(const char *path) {
    return fails(REMOVE, EIO) ? -1 : REAL(unlink)(path);
}

int mkdir(const char *path, mode_t mode) {
    return fails(RENAME, EIO) ? -1 : REAL(mkdir)(path, mode);
}

int ftruncate(int fd, off_t n) {
    return fails(TRUNCATE, EIO) ? -1 : REAL(ftruncate)(fd, n);
}

int ftruncate64(int fd, off64_t n) {
    return fails(TRUNCATE, EIO) ? -1 : REAL(ftruncate64)(fd, n);
}

int fchmod(int fd, mode_t mode) {
    return fails(TRUNCATE, EIO) ? -1 : REAL(fchmod)(fd, mode);
}

#define MODE_OF(flags)                                                                                                 \
    mode_t mode = 0;                                                                                                   \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                                                             \
        va_list args;                                                                                                  \
        va_start(args, flags);                                                                                         \
        mode = va_arg(args, mode_t);                                                                                   \
        va_end(args);                                                                                                  \
    }

int open(const char *path, int flags, ...) {
    MODE_OF(flags)
    return fails(OPEN, EMFILE) ? -1 : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    MODE_OF(flags)
    return fails(OPEN, EMFILE) ? -1 : REAL(open64)(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
    MODE_OF(flags)
    return fails(OPEN, EMFILE) ? -1 : REAL(openat)(folder, path, flags, mode);
}

int mkostemp(char *path, int flags) {
    return fails(OPEN, EMFILE) ? -1 : REAL(mkostemp)(path, flags);
}

int mkstemp(char *path) {
    return fails(OPEN, EMFILE) ? -1 : REAL(mkstemp)(path);
}

FILE *fopen(const char *path, const char *how) {
    return fails(OPEN, EMFILE) ? NULL : REAL(fopen)(path, how);
}

FILE *fopen64(const char *path, const char *how) {
    return fails(OPEN, EMFILE) ? NULL : REAL(fopen64)(path, how);
}

FILE *fdopen(int fd, const char *how) {
    return fails(OPEN, EMFILE) ? NULL : REAL(fdopen)(fd, how);
}

FILE *tmpfile(void) {
    return fails(OPEN, EMFILE) ? NULL : REAL(tmpfile)();
}

void *mmap(void *at, size_t n, int protection, int flags, int fd, off_t offset) {
    return fd >= 0 && fails(MAP, ENOMEM) ? MAP_FAILED : REAL(mmap)(at, n, protection, flags, fd, offset);
}

void *mmap64(void *at, size_t n, int protection, int flags, int fd, off64_t offset) {
    return fd >= 0 && fails(MAP, ENOMEM) ? MAP_FAILED : REAL(mmap64)(at, n, protection, flags, fd, offset);
}

/* Streams: what the descriptor leads to is exchanged; the stream finds out when it empties or fills its buffer. */
static void break_stream(FILE *stream, enum kind kind) {
    if (doomed)
        _exit(98);
    int fd = control && !inside && control->armed && stream && stream != stderr ? fileno(stream) : -1;
    if (fd < 0 || (stream != stdout && !is_file(fd)))
        return;
    enum mode mode = happens_to(kind, OF_A_STREAM);
    if (mode == COUNT)
        return;
    inside++;
    if (mode == KILL_HALFWAY) {
        REAL(fflush)(stream);
        kill(getpid(), SIGKILL);
    }
    int other = kind == WRITE ? REAL(open)("/dev/full", O_WRONLY | O_CLOEXEC) : REAL(open)("/", O_RDONLY | O_CLOEXEC);
    if (other >= 0) {
        dup2(other, fd);
        close(other);
    }
    inside--;
}

size_t fwrite(const void *p, size_t size, size_t n, FILE *stream) {
    break_stream(stream, WRITE);
    return REAL(fwrite)(p, size, n, stream);
}

int fputs(const char *s, FILE *stream) {
    break_stream(stream, WRITE);
    return REAL(fputs)(s, stream);
}

int fflush(FILE *stream) {
    break_stream(stream, WRITE);
    return REAL(fflush)(stream);
}

int fclose(FILE *stream) {
    break_stream(stream, WRITE);
    return REAL(fclose)(stream);
}

int fputc(int c, FILE *stream) {
    break_stream(stream, WRITE);
    return REAL(fputc)(c, stream);
}

int vfprintf(FILE *stream, const char *format, va_list args) {
    break_stream(stream, WRITE);
    return REAL(vfprintf)(stream, format, args);
}

int fprintf(FILE *stream, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vfprintf(stream, format, args);
    va_end(args);
    return n;
}

/* What the compiler makes of them with _FORTIFY_SOURCE. */
int __fprintf_chk(FILE *stream, int flag, const char *format, ...) {
    va_list args;
    (void)flag;
    va_start(args, format);
    int n = vfprintf(stream, format, args);
    va_end(args);
    return n;
}

int __vfprintf_chk(FILE *stream, int flag, const char *format, va_list args) {
    (void)flag;
    return vfprintf(stream, format, args);
}

size_t fread(void *p, size_t size, size_t n, FILE *stream) {
    break_stream(stream, READ);
    return REAL(fread)(p, size, n, stream);
}

char *fgets(char *p, int n, FILE *stream) {
    break_stream(stream, READ);
    return REAL(fgets)(p, n, stream);
}

size_t __fread_chk(void *p, size_t room, size_t size, size_t n, FILE *stream) {
    (void)room;
    return fread(p, size, n, stream);
}

char *__fgets_chk(char *p, size_t room, int n, FILE *stream) {
    (void)room;
    return fgets(p, n, stream);
}

ssize_t __read_chk(int fd, void *p, size_t n, size_t room) {
    (void)room;
    return read(fd, p, n);
}

ssize_t __pread64_chk(int fd, void *p, size_t n, off64_t at, size_t room) {
    (void)room;
    return pread64(fd, p, n, at);
}

int __open_2(const char *path, int flags) {
    return open(path, flags);
}

int __open64_2(const char *path, int flags) {
    return open64(path, flags);
}

/* The clock on the wall; the one that only counts stays what it is. */
static time_t shift(void) {
    return control ? (time_t)__atomic_load_n(&control->clock, __ATOMIC_ACQUIRE) : 0;
}

int clock_gettime(clockid_t which, struct timespec *out) {
    int code = REAL(clock_gettime)(which, out);
    if (code == 0 && which == CLOCK_REALTIME)
        out->tv_sec += shift();
    return code;
}

time_t time(time_t *out) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    if (out)
        *out = t.tv_sec;
    return t.tv_sec;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
    int code = REAL(gettimeofday)(out, zone);
    if (code == 0)
        out->tv_sec += shift();
    return code;
}
