/* multipart/form-data (RFC 7578), as browsers send it when a file comes along. */
#include <string.h>
#include <strings.h>

#include "web/form.h"

enum { BOUNDARY_MAX = 70 };

/* The value of a parameter in `name="..."` form of a Content-Disposition header. Browsers write %22 for a quote in a
 * name, and nothing else is escaped. False when there is no such parameter. */
static bool parameter(struct arena *arena, struct str header, const char *name, struct str *value) {
    const size_t n = strlen(name);
    for (size_t i = 0; i + n + 2 < header.n; i++) {
        const bool begins = i == 0 || header.p[i - 1] == ' ' || header.p[i - 1] == ';';
        if (!begins || strncasecmp(header.p + i, name, n) != 0 || header.p[i + n] != '=' || header.p[i + n + 1] != '"')
            continue;
        const char *from = header.p + i + n + 2;
        const char *end = memchr(from, '"', header.n - (i + n + 2));
        if (!end)
            return false;
        char *text = arena_copy(arena, from, (size_t)(end - from));
        size_t length = (size_t)(end - from);
        if (!form_clean(text, &length))
            return false;
        text[length] = '\0';
        *value = (struct str){text, length};
        return true;
    }
    return false;
}

/* Takes one line off the front, without its CR LF; false when there is no line end. */
static bool next_line(struct str *rest, struct str *line) {
    const char *end = rest->n ? memmem(rest->p, rest->n, "\r\n", 2) : NULL;
    if (!end)
        return false;
    *line = (struct str){rest->p, (size_t)(end - rest->p)};
    rest->n -= line->n + 2;
    rest->p = end + 2;
    return true;
}

/* The headers of a part, up to its empty line. */
static bool read_headers(struct arena *arena, struct str *rest, struct form_field *field) {
    static const char disposition[] = "Content-Disposition:";
    struct str line, file;
    *field = (struct form_field){{"", 0}, {"", 0}, NULL};
    bool named = false;
    while (next_line(rest, &line)) {
        if (line.n == 0)
            return named;
        if (line.n < sizeof disposition - 1 || strncasecmp(line.p, disposition, sizeof disposition - 1) != 0)
            continue;
        named = parameter(arena, line, "name", &field->name);
        if (parameter(arena, line, "filename", &file))
            field->file = file.p;
    }
    return false;
}

/* One part, up to the boundary behind it. */
static enum form_result read_part(struct arena *arena, struct str *rest, struct str boundary,
                                  struct form_field *field) {
    if (!read_headers(arena, rest, field))
        return FORM_MALFORMED;
    const char *end = memmem(rest->p, rest->n, boundary.p, boundary.n);
    if (!end)
        return FORM_MALFORMED;
    field->value = (struct str){rest->p, (size_t)(end - rest->p)};
    rest->n -= field->value.n + boundary.n;
    rest->p = end + boundary.n;
    if (field->file)
        return FORM_OK;
    if (field->value.n > FORM_BODY_MAX)
        return FORM_TOO_LARGE;
    char *text = arena_copy(arena, field->value.p, field->value.n);
    const bool clean = form_clean(text, &field->value.n);
    text[field->value.n] = '\0';
    field->value.p = text;
    return clean ? FORM_OK : FORM_MALFORMED;
}

enum form_result form_parse_multipart(struct form *out, struct arena *arena, struct str body, const char *boundary,
                                      size_t max) {
    *out = (struct form){0, NULL};
    if (body.n > max)
        return FORM_TOO_LARGE;
    if (strlen(boundary) > BOUNDARY_MAX)
        return FORM_MALFORMED;
    const struct str delimiter = str_of(arena_printf(arena, "\r\n--%s", boundary));
    struct str rest = body, line;
    struct form_field *fields = NULL;
    size_t n = 0, capacity = 0;
    if (!next_line(&rest, &line) || line.n < delimiter.n - 2 ||
        memcmp(line.p, delimiter.p + 2, delimiter.n - 2) != 0) /* the first one has no line end before it */
        return FORM_MALFORMED;
    if (line.n == delimiter.n && memcmp(line.p + line.n - 2, "--", 2) == 0)
        return FORM_OK; /* no parts at all */
    for (;;) {
        struct form_field field;
        const enum form_result result = read_part(arena, &rest, delimiter, &field);
        if (result != FORM_OK)
            return result;
        if (n == FORM_FIELDS_MAX)
            return FORM_TOO_MANY;
        fields = arena_grow(arena, fields, n, &capacity, sizeof *fields);
        fields[n++] = field;
        if (rest.n >= 2 && memcmp(rest.p, "--", 2) == 0)
            break;
        if (!next_line(&rest, &line) || line.n > 0)
            return FORM_MALFORMED;
    }
    *out = (struct form){n, fields};
    return FORM_OK;
}
