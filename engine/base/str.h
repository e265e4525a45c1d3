/* Strings: `struct str` is a view that owns nothing; `struct buf` is a builder that owns its bytes.
 * A buf's `p` is never NULL and always ends in a zero byte that `n` does not count. */
#ifndef READINESS_BASE_STR_H
#define READINESS_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *p;
    size_t n;
};

struct str str_of(const char *s); /* NULL gives the empty view */
bool str_equal(struct str a, struct str b);
bool str_is(struct str a, const char *s);
struct str str_trim(struct str s); /* without blanks, tabs and line ends at both ends */
/* Takes the part before the next `separator` off `*rest` into `*part`; false when nothing is left. "a|" has the parts
 * "a" and ""; "" has the one part "". */
bool str_split(struct str *rest, char separator, struct str *part);
/* A whole decimal integer (optional minus sign, digits only, no blanks, no overflow) or false. */
bool str_to_long(struct str s, long *out);
/* A whole decimal number with a point, finite, or false; independent of the locale. */
bool str_to_double(struct str s, double *out);

/* Valid UTF-8 (no overlong forms, no surrogates, nothing above U+10FFFF)? */
bool utf8_valid(struct str s);
/* Number of code points of valid UTF-8. */
size_t utf8_length(struct str s);
/* The longest beginning of `s` with at most `max` code points. */
struct str utf8_cut(struct str s, size_t max);
/* Takes the first character off `*rest`, which is not empty: its code point, U+FFFD for a byte without meaning. */
uint32_t utf8_next(struct str *rest);
/* Has `s` a control character other than line feed and tab? */
bool utf8_has_control(struct str s);
/* Valid UTF-8 without any control character, also no tab: fit for a name, a title, a header? */
bool utf8_is_line(struct str s);

struct buf {
    char *p;
    size_t n;
    size_t capacity;
};

extern char buf_empty[1];
#define BUF_INIT                                                                                                       \
    { buf_empty, 0, 0 }

void buf_bytes(struct buf *b, const void *p, size_t n);
void buf_text(struct buf *b, const char *s);
void buf_str(struct buf *b, struct str s);
void buf_char(struct buf *b, char c);
void buf_repeat(struct buf *b, size_t from, size_t n); /* `n` of its own bytes once more */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_integer(struct buf *b, long long n); /* many times faster than buf_printf */
/* Appends a double so that it reads back the same: 17 significant digits at most, a point whatever the locale. */
void buf_number(struct buf *b, double x);
void buf_clear(struct buf *b); /* empties it and keeps the memory */
void buf_free(struct buf *b);  /* frees it; the buf can be used again */
struct str buf_view(const struct buf *b);

#endif
