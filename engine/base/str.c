#include "base/str.h"

#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct str str_of(const char *s) {
    return (struct str){s ? s : "", s ? strlen(s) : 0};
}

bool str_equal(struct str a, struct str b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_is(struct str a, const char *s) {
    return str_equal(a, str_of(s));
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s) {
    while (s.n && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool str_split(struct str *rest, char separator, struct str *part) {
    if (!rest->p)
        return false;
    const char *at = rest->n ? memchr(rest->p, separator, rest->n) : NULL;
    if (!at) {
        *part = *rest;
        *rest = (struct str){NULL, 0};
        return part->n > 0 || part->p != NULL;
    }
    *part = (struct str){rest->p, (size_t)(at - rest->p)};
    *rest = (struct str){at + 1, rest->n - part->n - 1};
    return true;
}

bool str_to_long(struct str s, long *out) {
    size_t i = 0;
    bool negative = s.n && s.p[0] == '-';
    if (negative)
        i++;
    if (i == s.n)
        return false;
    long value = 0;
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || __builtin_mul_overflow(value, 10L, &value) ||
            __builtin_sub_overflow(value, (long)(s.p[i] - '0'), &value))
            return false; /* kept negative, so that LONG_MIN fits */
    }
    if (!negative && value == LONG_MIN)
        return false;
    *out = negative ? value : -value;
    return true;
}

bool str_to_double(struct str s, double *out) {
    char copy[64];
    if (s.n == 0 || s.n >= sizeof copy)
        return false;
    memcpy(copy, s.p, s.n);
    copy[s.n] = '\0';
    if (strspn(copy, "+-0123456789.eE") < s.n)
        return false;
    char *end;
    double x = strtod(copy, &end); /* the process never leaves the C locale for numbers */
    if (*end != '\0' || end == copy || !isfinite(x))
        return false;
    *out = x;
    return true;
}

/* The length of the valid code point at p (with `left` bytes), or 0. */
static size_t code_point_size(const unsigned char *p, size_t left) {
    if (p[0] < 0x80)
        return 1;
    size_t n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || left < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) || (p[0] == 0xF0 && p[1] < 0x90) ||
        (p[0] == 0xF4 && p[1] > 0x8F))
        return 0;
    return n;
}

/* How many of the next bytes are ASCII for sure, eight at a time: most of every file is. */
static size_t ascii_run(const unsigned char *p, size_t left) {
    size_t n = 0;
    for (uint64_t eight; left - n >= sizeof eight; n += sizeof eight) {
        memcpy(&eight, p + n, sizeof eight);
        if (eight & 0x8080808080808080u)
            break;
    }
    return n;
}

bool utf8_valid(struct str s) {
    const unsigned char *p = (const unsigned char *)s.p;
    for (size_t i = 0; i < s.n;) {
        i += ascii_run(p + i, s.n - i);
        if (i == s.n)
            break;
        size_t n = code_point_size(p + i, s.n - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

size_t utf8_length(struct str s) {
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

struct str utf8_cut(struct str s, size_t max) {
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (((unsigned char)s.p[i] & 0xC0) != 0x80 && n++ == max)
            return (struct str){s.p, i};
    return s;
}

uint32_t utf8_next(struct str *rest) {
    static const uint32_t first_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    const unsigned char *p = (const unsigned char *)rest->p;
    const size_t n = code_point_size(p, rest->n);
    uint32_t c = n ? p[0] & first_bits[n] : 0xFFFD;
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (p[i] & 0x3F);
    rest->p += n ? n : 1;
    rest->n -= n ? n : 1;
    return c;
}

bool utf8_has_control(struct str s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F)
            return true;
    }
    return false;
}

bool utf8_is_line(struct str s) {
    return utf8_valid(s) && !utf8_has_control(s) && !(s.n && (memchr(s.p, '\n', s.n) || memchr(s.p, '\t', s.n)));
}

char buf_empty[1];

static void buf_reserve(struct buf *b, size_t more) {
    if (b->n + more + 1 <= b->capacity)
        return;
    size_t want = b->capacity ? b->capacity * 2 : 256;
    while (want < b->n + more + 1)
        want *= 2;
    b->p = mem_resize(b->capacity ? b->p : NULL, want);
    b->capacity = want;
}

void buf_bytes(struct buf *b, const void *p, size_t n) {
    if (n == 0)
        return;
    buf_reserve(b, n);
    memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = '\0';
}

void buf_text(struct buf *b, const char *s) {
    buf_bytes(b, s, strlen(s));
}

void buf_str(struct buf *b, struct str s) {
    buf_bytes(b, s.p, s.n);
}

void buf_char(struct buf *b, char c) {
    buf_reserve(b, 1);
    b->p[b->n++] = c;
    b->p[b->n] = '\0';
}

void buf_repeat(struct buf *b, size_t from, size_t n) {
    buf_reserve(b, n); /* may move what is to be repeated */
    memcpy(b->p + b->n, b->p + from, n);
    b->n += n;
    b->p[b->n] = '\0';
}

void buf_printf(struct buf *b, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n > 0) {
        buf_reserve(b, (size_t)n);
        vsnprintf(b->p + b->n, (size_t)n + 1, format, again);
        b->n += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

void buf_clear(struct buf *b) {
    b->n = 0;
    if (b->capacity)
        b->p[0] = '\0';
}

void buf_free(struct buf *b) {
    if (b->capacity)
        free(b->p);
    *b = (struct buf)BUF_INIT;
}

struct str buf_view(const struct buf *b) {
    return (struct str){b->p, b->n};
}
