/* Filling in a page's form as a browser without script would. */
#include <stdlib.h>
#include <string.h>

#include "load.h"

void text_add(struct text *t, const char *p, size_t n) {
    if (t->n + n + 1 > t->room) {
        t->room = 2 * (t->n + n + 1);
        t->p = realloc(t->p, t->room);
        if (!t->p)
            abort();
    }
    memcpy(t->p + t->n, p, n);
    t->n += n;
    t->p[t->n] = '\0';
}

void text_say(struct text *t, const char *s) {
    text_add(t, s, strlen(s));
}

static bool is_plain(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c && strchr("-._~", c));
}

void text_add_encoded(struct text *t, const char *p, size_t n) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)p[i];
        const char encoded[3] = {'%', digits[c >> 4], digits[c & 15]};
        if (is_plain(p[i]))
            text_add(t, p + i, 1);
        else
            text_add(t, encoded, 3);
    }
}

uint32_t chance(uint64_t *state, uint32_t below) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33) % below;
}

struct piece {
    const char *p;
    size_t n;
};

static bool is(struct piece a, const char *s) {
    return a.n == strlen(s) && memcmp(a.p, s, a.n) == 0;
}

/* The value of an attribute inside a tag; {NULL, 0} when it has none. Values are in double quotes or bare. */
static struct piece attribute(struct piece tag, const char *name) {
    const size_t length = strlen(name);
    for (const char *at = tag.p, *end = tag.p + tag.n; at + length + 1 < end; at++) {
        if (*at == '"') { /* over a value */
            at = memchr(at + 1, '"', (size_t)(end - at - 1));
            if (!at)
                break;
            continue;
        }
        if (*at != ' ' || memcmp(at + 1, name, length) != 0 || at[length + 1] != '=')
            continue;
        const char *value = at + length + 2;
        if (value < end && *value == '"') {
            const char *close = memchr(value + 1, '"', (size_t)(end - value - 1));
            return close ? (struct piece){value + 1, (size_t)(close - value - 1)} : (struct piece){NULL, 0};
        }
        const char *stop = value;
        while (stop < end && *stop != ' ' && *stop != '>')
            stop++;
        return (struct piece){value, (size_t)(stop - value)};
    }
    return (struct piece){NULL, 0};
}

static void say_field(struct text *body, struct piece name, struct piece value) {
    if (body->n)
        text_say(body, "&");
    text_add_encoded(body, name.p, name.n);
    text_say(body, "=");
    text_add_encoded(body, value.p, value.n);
}

/* A row of radio buttons: how many have come, and which one by chance. */
struct row {
    struct piece name, chosen;
    uint32_t n;
};

static void end_row(struct text *body, struct row *row) {
    if (row->n)
        say_field(body, row->name, row->chosen);
    *row = (struct row){{NULL, 0}, {NULL, 0}, 0};
}

static void take_radio(struct text *body, struct row *row, struct piece name, struct piece value, uint64_t *state) {
    if (row->n && (row->name.n != name.n || memcmp(row->name.p, name.p, name.n) != 0))
        end_row(body, row);
    row->name = name;
    row->n++;
    if (chance(state, row->n) == 0)
        row->chosen = value;
}

static bool take_tag(struct text *body, struct row *row, struct piece tag, uint64_t *state) {
    const struct piece name = attribute(tag, "name"), value = attribute(tag, "value"), type = attribute(tag, "type");
    if (!name.p)
        return false;
    if (memcmp(tag.p, "button", 6) == 0) {
        end_row(body, row);
        say_field(body, name, value);
        return true;
    }
    if (is(type, "radio")) {
        take_radio(body, row, name, value, state);
    } else if (!is(type, "checkbox")) {
        end_row(body, row);
        say_field(body, name, value);
    }
    return false;
}

bool form_fill(struct text *body, const char *page, size_t n, uint64_t *state) {
    static const char opening[] = "<form method=post action=/s";
    struct row row = {{NULL, 0}, {NULL, 0}, 0};
    const char *at = memmem(page, n, opening, sizeof opening - 1), *end = page + n;
    body->n = 0;
    if (!at)
        return false;
    while ((at = memchr(at, '<', (size_t)(end - at)))) {
        at++;
        const size_t left = (size_t)(end - at);
        const char *close = memchr(at, '>', left);
        if (!close || memcmp(at, "/form", 5) == 0)
            break;
        const struct piece tag = {at, (size_t)(close - at)};
        if (tag.n > 8 &&
            (memcmp(at, "input ", 6) == 0 || memcmp(at, "button ", 7) == 0 || memcmp(at, "textarea ", 9) == 0) &&
            take_tag(body, &row, tag, state))
            return true; /* the first button is the one that the Enter key presses */
        at = close;
    }
    return false;
}
