#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void separate(struct json_writer *w) {
    if (w->comma)
        buf_char(w->out, ',');
    w->comma = true;
}

void json_open(struct json_writer *w, char bracket) {
    separate(w);
    buf_char(w->out, bracket);
    w->comma = false;
}

void json_close(struct json_writer *w, char bracket) {
    buf_char(w->out, bracket);
    w->comma = true;
}

static void quoted(struct buf *out, struct str s) {
    buf_char(out, '"');
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_bytes(out, s.p + from, i - from);
        from = i + 1;
        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c == '\n')
            buf_text(out, "\\n");
        else
            buf_printf(out, "\\u%04x", c);
    }
    buf_bytes(out, s.p + from, s.n - from);
    buf_char(out, '"');
}

void json_key(struct json_writer *w, const char *key) {
    separate(w);
    quoted(w->out, str_of(key));
    buf_char(w->out, ':');
    w->comma = false;
}

void json_text(struct json_writer *w, const char *s) {
    separate(w);
    if (s)
        quoted(w->out, str_of(s));
    else
        buf_text(w->out, "null");
}

void json_str(struct json_writer *w, struct str s) {
    separate(w);
    quoted(w->out, s);
}

void json_raw(struct json_writer *w, struct str json) {
    separate(w);
    buf_str(w->out, json);
}

void json_integer(struct json_writer *w, long long n) {
    separate(w);
    buf_integer(w->out, n);
}

void json_number(struct json_writer *w, double x) {
    separate(w);
    if (isfinite(x))
        buf_number(w->out, x == 0 ? 0 : x); /* a nought below zero would come back as one above */
    else
        buf_text(w->out, "null");
}

void json_bool(struct json_writer *w, bool b) {
    separate(w);
    buf_text(w->out, b ? "true" : "false");
}

static void skip_blanks(struct str *s) {
    while (s->n && (s->p[0] == ' ' || s->p[0] == '\n' || s->p[0] == '\t' || s->p[0] == '\r')) {
        s->p++;
        s->n--;
    }
}

static inline bool take(struct str *s, char c) {
    if (!s->n || s->p[0] != c) {
        skip_blanks(s);
        if (!s->n || s->p[0] != c)
            return false;
    }
    s->p++;
    s->n--;
    return true;
}

static void put_code_point(struct buf *out, unsigned c) {
    if (c < 0x80) {
        buf_char(out, (char)c);
    } else if (c < 0x800) {
        buf_char(out, (char)(0xC0 | (c >> 6)));
        buf_char(out, (char)(0x80 | (c & 0x3F)));
    } else {
        buf_char(out, (char)(0xE0 | (c >> 12)));
        buf_char(out, (char)(0x80 | ((c >> 6) & 0x3F)));
        buf_char(out, (char)(0x80 | (c & 0x3F)));
    }
}

static bool hex4(struct str s, unsigned *out) {
    if (s.n < 4)
        return false;
    *out = 0;
    for (int i = 0; i < 4; i++) {
        char c = s.p[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
        if (digit < 0)
            return false;
        *out = *out * 16 + (unsigned)digit;
    }
    return true;
}

/* Undoes the escapes of a string's inside. Only what our writer makes is known: characters outside the basic plane are
 * never escaped by it. */
static bool unescape(struct str raw, struct arena *arena, struct str *out) {
    struct buf b = BUF_INIT;
    bool good = true;
    for (size_t i = 0; good && i < raw.n; i++) {
        if (raw.p[i] != '\\') {
            buf_char(&b, raw.p[i]);
            continue;
        }
        char c = ++i < raw.n ? raw.p[i] : '\0';
        unsigned point;
        if (c == 'n')
            buf_char(&b, '\n');
        else if (c == 't')
            buf_char(&b, '\t');
        else if (c == 'r')
            buf_char(&b, '\r');
        else if (c == '"' || c == '\\' || c == '/')
            buf_char(&b, c);
        else if (c == 'u' && hex4((struct str){raw.p + i + 1, raw.n - i - 1}, &point)) {
            put_code_point(&b, point);
            i += 4;
        } else
            good = false;
    }
    *out = (struct str){arena_copy(arena, b.p, b.n), b.n};
    buf_free(&b);
    return good;
}

static bool take_string(struct str *s, struct arena *arena, struct str *out) {
    if (!take(s, '"'))
        return false;
    bool escaped = false;
    size_t i = 0;
    for (; i < s->n && s->p[i] != '"'; i++)
        if (s->p[i] == '\\') {
            escaped = true;
            i++;
        }
    if (i >= s->n)
        return false;
    *out = (struct str){s->p, i};
    s->p += i + 1;
    s->n -= i + 1;
    return escaped ? unescape(*out, arena, out) : true;
}

bool json_read_object(struct json_reader *r, struct str text, struct arena *arena) {
    *r = (struct json_reader){.rest = text, .arena = arena};
    return take(&r->rest, '{');
}

static inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static inline bool is_of_number(char c) {
    return is_digit(c) || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
}

/* A number written as a few whole digits, the usual case, without strtod. */
static bool take_number(struct str *s, double *out) {
    enum { EXACT_DIGITS = 15 };
    char copy[48];
    long whole = 0;
    size_t digits = 0;
    while (digits < s->n && digits < EXACT_DIGITS && is_digit(s->p[digits]))
        whole = whole * 10 + (s->p[digits++] - '0');
    size_t n = digits;
    while (n < s->n && n < sizeof copy - 1 && is_of_number(s->p[n]))
        n++;
    if (n == 0)
        return false;
    if (n == digits) {
        *out = (double)whole;
    } else {
        memcpy(copy, s->p, n);
        copy[n] = '\0';
        char *end;
        *out = strtod(copy, &end);
        if (*end || end == copy || !isfinite(*out))
            return false;
    }
    s->p += n;
    s->n -= n;
    return true;
}

/* The raw text of an array or object, brackets included. */
static bool take_nested(struct str *s, struct str *out) {
    bool inside = false;
    size_t depth = 0;
    for (size_t i = 0; i < s->n; i++) {
        char c = s->p[i];
        if (inside && c == '\\')
            i++;
        else if (c == '"')
            inside = !inside;
        else if (!inside && (c == '[' || c == '{'))
            depth++;
        else if (!inside && (c == ']' || c == '}') && --depth == 0) {
            *out = (struct str){s->p, i + 1};
            s->p += i + 1;
            s->n -= i + 1;
            return true;
        }
    }
    return false;
}

bool json_next(struct json_reader *r, struct json_member *m) {
    (void)take(&r->rest, ',');
    if (take(&r->rest, '}'))
        return false;
    *m = (struct json_member){.type = JSON_BAD};
    bool good = take_string(&r->rest, r->arena, &m->key) && take(&r->rest, ':');
    skip_blanks(&r->rest);
    if (good && r->rest.n) {
        char c = r->rest.p[0];
        if (c == '"' && take_string(&r->rest, r->arena, &m->text))
            m->type = JSON_TEXT;
        else if ((c == '[' || c == '{') && take_nested(&r->rest, &m->text))
            m->type = c == '[' ? JSON_ARRAY : JSON_OBJECT;
        else if (c == 'n' && r->rest.n >= 4 && memcmp(r->rest.p, "null", 4) == 0) {
            m->type = JSON_NULL;
            r->rest.p += 4;
            r->rest.n -= 4;
        } else if (take_number(&r->rest, &m->number))
            m->type = JSON_NUMBER;
    }
    r->bad = m->type == JSON_BAD;
    return !r->bad;
}

bool json_array_next(struct str *rest, struct arena *arena, struct str *element) {
    (void)take(rest, '[');
    (void)take(rest, ',');
    return take_string(rest, arena, element);
}
