#include "web/form.h"

#include <stdbool.h>
#include <string.h>

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Takes one encoded byte off the front; -1 for a broken percent sign. */
static int next_byte(struct str *s) {
    char c = *s->p;
    size_t used = 1;
    if (c == '+')
        c = ' ';
    if (c == '%') {
        const int high = s->n > 2 ? hex_digit(s->p[1]) : -1;
        const int low = s->n > 2 ? hex_digit(s->p[2]) : -1;
        if (high < 0 || low < 0)
            return -1;
        c = (char)(high * 16 + low);
        used = 3;
    }
    s->p += used;
    s->n -= used;
    return (unsigned char)c;
}

bool form_clean(char *text, size_t *n) {
    size_t kept = 0;
    bool after_return = false;
    for (size_t i = 0; i < *n; i++) {
        char c = text[i];
        if (c == '\0')
            return false;
        if (c == '\n' && after_return) {
            after_return = false;
            continue;
        }
        after_return = c == '\r';
        if (after_return)
            c = '\n';
        else if (((unsigned char)c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
            c = ' ';
        text[kept++] = c;
    }
    *n = kept;
    return utf8_valid((struct str){text, kept});
}

/* Decodes one name or value; false when it is refused. */
static bool decode(struct str *out, struct arena *arena, struct str encoded) {
    char *p = arena_alloc(arena, encoded.n + 1);
    size_t n = 0;
    while (encoded.n > 0) {
        const int c = next_byte(&encoded);
        if (c <= 0)
            return false;
        p[n++] = (char)c;
    }
    const bool good = form_clean(p, &n);
    *out = (struct str){p, n};
    return good;
}

static size_t count_fields(struct str body) {
    size_t n = 0;
    struct str part;
    while (str_split(&body, '&', &part))
        n += part.n > 0;
    return n;
}

enum form_result form_parse(struct form *out, struct arena *arena, struct str body) {
    *out = (struct form){0, NULL};
    if (body.n > FORM_BODY_MAX)
        return FORM_TOO_LARGE;
    const size_t n = count_fields(body);
    if (n > FORM_FIELDS_MAX)
        return FORM_TOO_MANY;
    struct form_field *fields = arena_array(arena, n + 1, sizeof *fields);
    size_t used = 0;
    struct str part;
    while (str_split(&body, '&', &part)) {
        if (part.n == 0)
            continue;
        const char *equals = memchr(part.p, '=', part.n);
        const size_t name = equals ? (size_t)(equals - part.p) : part.n;
        const struct str value = equals ? (struct str){equals + 1, part.n - name - 1} : (struct str){"", 0};
        struct form_field *field = &fields[used++];
        if (!decode(&field->name, arena, (struct str){part.p, name}) || !decode(&field->value, arena, value))
            return FORM_MALFORMED;
    }
    *out = (struct form){used, fields};
    return FORM_OK;
}

const struct str *form_next(const struct form *form, const char *name, size_t *at) {
    const size_t n = strlen(name);
    const char end = n ? name[n - 1] : '\0';
    for (size_t i = *at; i < form->n; i++) {
        const struct form_field *field = &form->fields[i];
        if (field->name.n != n || (n && field->name.p[n - 1] != end)) /* most names differ in their end */
            continue;
        if (memcmp(field->name.p, name, n) == 0) {
            *at = i + 1;
            return &field->value;
        }
    }
    *at = form->n;
    return NULL;
}

enum field_state form_get(const struct form *form, const char *name, size_t max, struct str *value) {
    *value = (struct str){"", 0};
    size_t at = 0;
    const struct str *first = form_next(form, name, &at);
    if (!first)
        return FIELD_ABSENT;
    if (first->n > max || form_next(form, name, &at))
        return FIELD_INVALID;
    *value = *first;
    return FIELD_VALID;
}

enum field_state form_get_number(const struct form *form, const char *name, long min, long max, long *value) {
    struct str text;
    const enum field_state state = form_get(form, name, 20, &text);
    if (state != FIELD_VALID)
        return state;
    return str_to_long(text, value) && *value >= min && *value <= max ? FIELD_VALID : FIELD_INVALID;
}
