#include "base/encoding.h"

#include <stdint.h>
#include <string.h>

#define REPLACEMENT 0xFFFDu

/* Windows-1252 from 0x80 to 0x9F (elsewhere it is Latin-1); 0: no such character. The WHATWG Encoding Standard's table
 * but for the five holes, which are damage here. */
static const uint16_t windows_1252[32] = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                          0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                          0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                          0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

struct decoder {
    struct arena *arena;
    struct buf out;
    int line;
    int *damaged;
    size_t n_damaged, capacity;
};

static void put(struct decoder *d, uint32_t c) {
    if (c < 0x80) {
        buf_char(&d->out, (char)c);
        d->line += c == '\n';
    } else if (c < 0x800) {
        buf_char(&d->out, (char)(0xC0 | c >> 6));
        buf_char(&d->out, (char)(0x80 | (c & 0x3F)));
    } else if (c < 0x10000) {
        buf_char(&d->out, (char)(0xE0 | c >> 12));
        buf_char(&d->out, (char)(0x80 | (c >> 6 & 0x3F)));
        buf_char(&d->out, (char)(0x80 | (c & 0x3F)));
    } else {
        buf_char(&d->out, (char)(0xF0 | c >> 18));
        buf_char(&d->out, (char)(0x80 | (c >> 12 & 0x3F)));
        buf_char(&d->out, (char)(0x80 | (c >> 6 & 0x3F)));
        buf_char(&d->out, (char)(0x80 | (c & 0x3F)));
    }
}

static void put_damaged(struct decoder *d) {
    put(d, REPLACEMENT);
    if (d->n_damaged > 0 && d->damaged[d->n_damaged - 1] == d->line)
        return;
    d->damaged = arena_grow(d->arena, d->damaged, d->n_damaged, &d->capacity, sizeof *d->damaged);
    d->damaged[d->n_damaged++] = d->line;
}

static void decode_windows(struct decoder *d, struct str bytes) {
    for (size_t i = 0; i < bytes.n; i++) {
        const unsigned char c = (unsigned char)bytes.p[i];
        const uint32_t meant = c >= 0x80 && c < 0xA0 ? windows_1252[c - 0x80] : c;
        if (meant || !c)
            put(d, meant);
        else
            put_damaged(d);
    }
}

static uint32_t unit_at(struct str bytes, size_t i, bool big) {
    const unsigned char first = (unsigned char)bytes.p[i], second = (unsigned char)bytes.p[i + 1];
    return big ? (uint32_t)first << 8 | second : (uint32_t)second << 8 | first;
}

static void decode_utf16(struct decoder *d, struct str bytes, bool big) {
    size_t i = 0;
    while (i + 1 < bytes.n) {
        const uint32_t unit = unit_at(bytes, i, big);
        const uint32_t next = i + 3 < bytes.n ? unit_at(bytes, i + 2, big) : 0;
        i += 2;
        if (unit < 0xD800 || unit > 0xDFFF) {
            put(d, unit);
        } else if (unit < 0xDC00 && next >= 0xDC00 && next <= 0xDFFF) {
            put(d, 0x10000 + ((unit - 0xD800) << 10) + (next - 0xDC00));
            i += 2;
        } else {
            put_damaged(d);
        }
    }
    if (i < bytes.n) /* half a character at the end: the file was cut */
        put_damaged(d);
}

/* Copies good lines; in a bad one, every byte beyond ASCII becomes U+FFFD. */
static void decode_damaged_utf8(struct decoder *d, struct str bytes) {
    bool first = true;
    for (struct str rest = bytes, line; str_split(&rest, '\n', &line); first = false) {
        if (!first)
            put(d, '\n');
        const bool good = utf8_valid(line);
        if (good)
            buf_str(&d->out, line);
        for (size_t i = 0; !good && i < line.n; i++) {
            if ((unsigned char)line.p[i] < 0x80)
                put(d, (unsigned char)line.p[i]);
            else
                put_damaged(d);
        }
    }
}

static bool is_ascii(struct str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

static bool has_utf8_line(struct str bytes) {
    for (struct str rest = bytes, line; str_split(&rest, '\n', &line);)
        if (!is_ascii(line) && utf8_valid(line))
            return true;
    return false;
}

/* Old spreadsheets on a Mac end lines with CR alone. */
static struct str with_line_feeds(struct arena *arena, struct str text) {
    if (memchr(text.p, '\n', text.n) || !memchr(text.p, '\r', text.n))
        return text;
    char *copy = arena_copy(arena, text.p, text.n);
    for (size_t i = 0; i < text.n; i++)
        if (copy[i] == '\r')
            copy[i] = '\n';
    return (struct str){copy, text.n};
}

static bool begins(struct str bytes, const char *mark, size_t n) {
    return bytes.n >= n && memcmp(bytes.p, mark, n) == 0;
}

struct decoded encoding_decode(struct arena *arena, struct str bytes) {
    struct decoder d = {.arena = arena, .out = BUF_INIT, .line = 1};
    const bool marked = begins(bytes, "\xEF\xBB\xBF", 3);
    const bool little = begins(bytes, "\xFF\xFE", 2), big = begins(bytes, "\xFE\xFF", 2);
    if (!bytes.p)
        bytes = str_of("");
    if (marked)
        bytes = (struct str){bytes.p + 3, bytes.n - 3};
    if (!little && !big)
        bytes = with_line_feeds(arena, bytes);
    struct decoded out = {.encoding = "UTF-8", .text = bytes};
    if (little || big) {
        out.encoding = "UTF-16";
        decode_utf16(&d, (struct str){bytes.p + 2, bytes.n - 2}, big);
    } else if (!utf8_valid(bytes) && (marked || has_utf8_line(bytes))) {
        decode_damaged_utf8(&d, bytes);
    } else if (!utf8_valid(bytes)) {
        out.encoding = "Windows-1252";
        decode_windows(&d, bytes);
    }
    if (d.out.n)
        out.text = (struct str){arena_copy(arena, d.out.p, d.out.n), d.out.n};
    else if (little || big)
        out.text = str_of("");
    buf_free(&d.out);
    out.damaged = d.damaged;
    out.n_damaged = d.n_damaged;
    return out;
}
