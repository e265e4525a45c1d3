#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 16 << 10, ALIGNMENT = 16 };

/* Pieces lie side by side in a block, where AddressSanitizer would miss who reads or writes past the end of one. So in
 * its builds a gap follows every piece, and nothing but the pieces, to the byte, may be touched. */
#if defined(__SANITIZE_ADDRESS__)
#define WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED 1
#endif
#endif
#ifdef WATCHED
#include <sanitizer/asan_interface.h>
enum { GAP = ALIGNMENT };
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
enum { GAP = 0 };
#endif

struct block {
    struct block *previous;
    size_t used, size;
    _Alignas(ALIGNMENT) char bytes[];
};

struct arena {
    struct block *last;
};

static void out_of_memory(void) {
    static const char line[] = "out of memory\n";
    fwrite(line, 1, sizeof line - 1, stderr);
    _Exit(3);
}

static size_t product(size_t n, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        out_of_memory();
    return bytes;
}

void *mem_alloc(size_t size) {
    void *p = calloc(1, size ? size : 1);
    if (!p)
        out_of_memory();
    return p;
}

void *mem_array(size_t n, size_t size) {
    return mem_alloc(product(n, size));
}

void *mem_resize(void *p, size_t size) {
    void *q = realloc(p, size ? size : 1);
    if (!q)
        out_of_memory();
    return q;
}

struct arena *arena_new(void) {
    return mem_alloc(sizeof(struct arena));
}

void arena_free(struct arena *a) {
    if (!a)
        return;
    for (struct block *b = a->last; b;) {
        struct block *previous = b->previous;
        free(b);
        b = previous;
    }
    free(a);
}

void *arena_alloc(struct arena *a, size_t size) {
    if (size > SIZE_MAX - ALIGNMENT - GAP)
        out_of_memory();
    const size_t room = (size + GAP + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct block *b = a->last;
    if (!b || b->size - b->used < room) {
        size_t want = room > BLOCK_SIZE / 4 ? room : BLOCK_SIZE;
        if (want > SIZE_MAX - sizeof(struct block))
            out_of_memory();
        struct block *fresh = malloc(sizeof *fresh + want);
        if (!fresh)
            out_of_memory();
        fresh->used = 0;
        fresh->size = want;
        ASAN_POISON_MEMORY_REGION(fresh->bytes, want);
        if (b && want != BLOCK_SIZE) { /* a large piece goes behind: the open block keeps its free space */
            fresh->previous = b->previous;
            b->previous = fresh;
        } else {
            fresh->previous = b;
            a->last = fresh;
        }
        b = fresh;
    }
    void *p = b->bytes + b->used;
    b->used += room;
    ASAN_UNPOISON_MEMORY_REGION(p, size);
    memset(p, 0, size);
    return p;
}

void *arena_array(struct arena *a, size_t n, size_t size) {
    return arena_alloc(a, product(n, size));
}

char *arena_copy(struct arena *a, const void *p, size_t n) {
    char *copy = arena_alloc(a, n + 1);
    if (n)
        memcpy(copy, p, n);
    return copy;
}

char *arena_string(struct arena *a, const char *s) {
    return s ? arena_copy(a, s, strlen(s)) : NULL;
}

char *arena_vprintf(struct arena *a, const char *format, va_list args) {
    va_list again;
    char brief[128]; /* most are: then they are written once */
    va_copy(again, args);
    const int written = vsnprintf(brief, sizeof brief, format, args);
    const size_t n = written < 0 ? 0 : (size_t)written;
    char *s = arena_alloc(a, n + 1);
    if (n < sizeof brief)
        memcpy(s, brief, n);
    else
        vsnprintf(s, n + 1, format, again);
    va_end(again);
    return s;
}

char *arena_printf(struct arena *a, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *s = arena_vprintf(a, format, args);
    va_end(args);
    return s;
}

void *arena_grow(struct arena *a, void *array, size_t n, size_t *capacity, size_t size) {
    if (n < *capacity)
        return array;
    size_t more = *capacity ? *capacity * 2 : 8;
    void *bigger = arena_array(a, more, size);
    if (*capacity)
        memcpy(bigger, array, *capacity * size);
    *capacity = more;
    return bigger;
}
