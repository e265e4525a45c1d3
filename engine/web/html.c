#include "web/html.h"

#include <stdbool.h>
#include <string.h>

#include "base/embedded.h"

void html_literal(struct html *h, const char *markup, size_t n) {
    buf_bytes(h->out, markup, n);
}

static const char *escape_of(char c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* The five have codes up to that of '>', which few characters of a text have. */
static bool may_need_escape(char c) {
    return (unsigned char)c <= '>' && c != ' ';
}

/* Safe between tags and inside double quotes alike. */
void html_text_str(struct html *h, struct str text) {
    size_t begin = 0;
    for (size_t i = 0; i < text.n; i++) {
        const char *escape = may_need_escape(text.p[i]) ? escape_of(text.p[i]) : NULL;
        if (!escape)
            continue;
        buf_bytes(h->out, text.p + begin, i - begin);
        buf_text(h->out, escape);
        begin = i + 1;
    }
    buf_bytes(h->out, text.p + begin, text.n - begin);
}

void html_text(struct html *h, const char *text) {
    html_text_str(h, str_of(text));
}

static bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool needs_quotes(struct str value) {
    for (size_t i = 0; i < value.n; i++)
        if (!is_letter_or_digit(value.p[i]) && value.p[i] != '-' && value.p[i] != '_' && value.p[i] != '.')
            return true;
    return value.n == 0;
}

void html_value(struct html *h, const char *opening, size_t n, struct str value) {
    buf_bytes(h->out, opening, n);
    if (!needs_quotes(value)) { /* most values of a form are such; the quotes would be a tenth of its bytes */
        buf_str(h->out, value);
        return;
    }
    buf_char(h->out, '"');
    html_text_str(h, value);
    buf_char(h->out, '"');
}

void html_path_value(struct html *h, const char *opening, size_t n, const char *segment) {
    static const char digits[] = "0123456789ABCDEF";
    buf_bytes(h->out, opening, n);
    for (const char *s = segment ? segment : ""; *s; s++) {
        if (is_letter_or_digit(*s) || strchr("-_.~", *s)) {
            buf_char(h->out, *s);
            continue;
        }
        const unsigned char c = (unsigned char)*s;
        const char encoded[3] = {'%', digits[c >> 4], digits[c & 15]};
        buf_bytes(h->out, encoded, sizeof encoded);
    }
    buf_char(h->out, '"');
}

void html_built_in_style(struct html *h, const char *path) {
    buf_text(h->out, "<style>");
    buf_str(h->out, embedded_find(path));
    buf_text(h->out, "</style>");
}

void html_number(struct html *h, const char *opening, size_t n, long value) {
    buf_bytes(h->out, opening, n);
    buf_printf(h->out, "%ld", value);
}

void html_repeat(struct html *h, size_t from, size_t to) {
    buf_repeat(h->out, from, to - from);
}

/* How many bytes at `s` are a bare link; 0 when none begins here. Closing punctuation of the sentence stays outside. */
static size_t link_length(struct str s) {
    size_t scheme = 0;
    if (s.n > 8 && memcmp(s.p, "https://", 8) == 0)
        scheme = 8;
    else if (s.n > 7 && memcmp(s.p, "http://", 7) == 0)
        scheme = 7;
    if (!scheme || !is_letter_or_digit(s.p[scheme]))
        return 0;
    size_t n = scheme;
    while (n < s.n && (unsigned char)s.p[n] > ' ' && (unsigned char)s.p[n] < 0x7f && !strchr("<>\"'*`", s.p[n]))
        n++;
    while (n > scheme && strchr(".,;:!?)]", s.p[n - 1]))
        n--;
    return n;
}

/* The index of the star that closes the emphasis opened at `open`, or 0. A lone star stays a star. */
static size_t emphasis_end(struct str s, size_t open) {
    if (open > 0 && is_letter_or_digit(s.p[open - 1]))
        return 0;
    if (open + 1 >= s.n || s.p[open + 1] == ' ' || s.p[open + 1] == '*')
        return 0;
    for (size_t i = open + 2; i < s.n; i++)
        if (s.p[i] == '*' && s.p[i - 1] != ' ' && (i + 1 == s.n || !is_letter_or_digit(s.p[i + 1])))
            return i;
    return 0;
}

static void write_link(struct html *h, struct str link) {
    html_open(h, "a");
    html_attribute_str(h, "href", link);
    html_markup(h, " rel=\"noopener noreferrer\">");
    html_text_str(h, link);
    html_close(h, "a");
}

static void write_links(struct html *h, struct str s) {
    size_t begin = 0;
    for (size_t i = 0; i < s.n;) {
        const size_t n = s.p[i] == 'h' ? link_length((struct str){s.p + i, s.n - i}) : 0;
        if (n == 0) {
            i++;
            continue;
        }
        html_text_str(h, (struct str){s.p + begin, i - begin});
        write_link(h, (struct str){s.p + i, n});
        i += n;
        begin = i;
    }
    html_text_str(h, (struct str){s.p + begin, s.n - begin});
}

void html_prose(struct html *h, const char *text) {
    const struct str s = str_of(text);
    size_t begin = 0;
    if (!memchr(s.p, '*', s.n) && !memmem(s.p, s.n, "http", 4)) { /* most texts are only text */
        html_text_str(h, s);
        return;
    }
    for (size_t i = 0; i < s.n; i++) {
        const size_t end = s.p[i] == '*' ? emphasis_end(s, i) : 0;
        if (!end)
            continue;
        write_links(h, (struct str){s.p + begin, i - begin});
        html_open(h, "em");
        html_end(h);
        write_links(h, (struct str){s.p + i + 1, end - i - 1});
        html_close(h, "em");
        i = end;
        begin = end + 1;
    }
    write_links(h, (struct str){s.p + begin, s.n - begin});
}
