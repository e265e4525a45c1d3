/* Memory that is freed all at once: one arena per request, per loaded instrument, per report.
 * Nothing in an arena is freed alone. Running out of memory ends the process with status 3 (no answer that
 * was acknowledged is lost by that), so no function here returns NULL. An arena belongs to one thread at a time. */
#ifndef READINESS_BASE_ARENA_H
#define READINESS_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
/* Frees the arena and everything in it. NULL is allowed. */
void arena_free(struct arena *a);
/* `size` zeroed bytes, aligned for any type. */
void *arena_alloc(struct arena *a, size_t size);
/* `n` zeroed elements of `size` bytes; the product is checked for overflow. */
void *arena_array(struct arena *a, size_t n, size_t size);
/* A copy of `n` bytes with a terminating zero behind them. */
char *arena_copy(struct arena *a, const void *p, size_t n);
/* A copy of a string; NULL gives NULL. */
char *arena_string(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
/* Makes room for element `n` (0-based) in a growing array of elements of `size` bytes, with `*capacity` elements so
 * far; returns the array, moved if need be (the old copy stays in the arena until the end). */
void *arena_grow(struct arena *a, void *array, size_t n, size_t *capacity, size_t size);

/* For the few things that outlive every arena: as malloc, calloc and realloc, but they end the process instead of
 * returning NULL. Free with free(). */
void *mem_alloc(size_t size);
void *mem_array(size_t n, size_t size);
void *mem_resize(void *p, size_t size);

#endif
