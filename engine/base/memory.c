/* What base/arena.h says of our own memory, for the libraries too: when there is none left, the process ends with a
 * sentence and status 3. Most of them say NULL is an error and some then write to it, or go on with half of what they
 * were to read; an end loses nothing that was acknowledged, since that is on the disk. Absurd sizes are another matter:
 * whoever reads "here follow 40 gigabytes" in a file from outside gets NULL as ever. Sanitizers bring their own. */
#include <dlfcn.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifndef SANITIZED

enum { ABSURD = 64 << 20 };

/* What one organisation's results needed is needed for the next: giving it back to the system in between costs a
 * thirtieth of all. */
__attribute__((constructor)) static void keep_a_little(void) {
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 20);
    (void)mallopt(M_TRIM_THRESHOLD, 4 << 20);
}

static void *checked(void *p, size_t size) {
    static const char line[] = "out of memory\n";
    if (p || size > ABSURD)
        return p;
    (void)!write(STDERR_FILENO, line, sizeof line - 1);
    _exit(3);
}

/* The function of this name in the libraries that come after us. */
static void *next(_Atomic(void *) *known, const char *name) {
    void *p = atomic_load_explicit(known, memory_order_relaxed);
    if (!p) {
        p = dlsym(RTLD_NEXT, name);
        atomic_store_explicit(known, p, memory_order_relaxed);
    }
    return p;
}

void *malloc(size_t size) {
    static _Atomic(void *) known;
    void *(*theirs)(size_t) = (void *(*)(size_t))next(&known, "malloc");
    return checked(theirs(size), size);
}

void *calloc(size_t n, size_t size) {
    static _Atomic(void *) known;
    void *(*theirs)(size_t, size_t) = (void *(*)(size_t, size_t))next(&known, "calloc");
    size_t bytes = 0;
    return checked(theirs(n, size), __builtin_mul_overflow(n, size, &bytes) ? (size_t)-1 : bytes);
}

void *realloc(void *p, size_t size) {
    static _Atomic(void *) known;
    void *(*theirs)(void *, size_t) = (void *(*)(void *, size_t))next(&known, "realloc");
    void *q = theirs(p, size);
    return size ? checked(q, size) : q; /* of size 0 it may be NULL, and is free then */
}

#endif

/* So that the file is not empty where it stands aside. */
typedef int memory_of_others;
