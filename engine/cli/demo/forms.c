#include "cli/demo/forms.h"

#include <string.h>

struct tag {
    struct str name;
    struct str attributes; /* everything behind the name */
    bool closing;
};

/* The next tag from *rest on. */
static bool next_tag(struct str *rest, struct tag *tag) {
    const char *open = rest->n ? memchr(rest->p, '<', rest->n) : NULL;
    if (!open)
        return false;
    const char *end = rest->p + rest->n, *p = open + 1;
    tag->closing = p < end && *p == '/';
    p += tag->closing;
    const char *name = p;
    while (p < end && *p != ' ' && *p != '>')
        p++;
    tag->name = (struct str){name, (size_t)(p - name)};
    const char *attributes = p;
    for (char quote = 0; p < end && (quote || *p != '>'); p++)
        quote = quote ? (*p == quote ? 0 : quote) : (*p == '"' || *p == '\'') ? *p : 0;
    tag->attributes = (struct str){attributes, (size_t)(p - attributes)};
    *rest = (struct str){p, (size_t)(end - p)};
    return p < end;
}

/* Text with the few character references that our writer makes undone. */
static const char *plain(struct arena *arena, struct str s) {
    static const char *const from[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    static const char to[] = "&<>\"'";
    char *out = arena_alloc(arena, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        size_t k = 0;
        while (k < 5 && (s.n - i < strlen(from[k]) || memcmp(s.p + i, from[k], strlen(from[k])) != 0))
            k++;
        out[n++] = k < 5 ? to[k] : s.p[i];
        i += k < 5 ? strlen(from[k]) : 1;
    }
    out[n] = '\0';
    return out;
}

/* The value of an attribute ("" when it has none), or NULL. */
static const char *attribute(struct arena *arena, struct str attributes, const char *name) {
    const char *p = attributes.p, *end = p + attributes.n;
    while (p < end) {
        while (p < end && *p == ' ')
            p++;
        const char *start = p;
        while (p < end && *p != ' ' && *p != '=')
            p++;
        struct str key = {start, (size_t)(p - start)}, value = {p, 0};
        if (p < end && *p == '=') {
            char quote = p + 1 < end && (p[1] == '"' || p[1] == '\'') ? p[1] : ' ';
            start = p + (quote == ' ' ? 1 : 2);
            for (p = start; p < end && *p != quote;)
                p++;
            value = (struct str){start, (size_t)(p - start)};
            p += p < end;
        }
        if (str_is(key, name))
            return plain(arena, value);
    }
    return NULL;
}

static enum control_kind kind_of(const char *type) {
    static const struct {
        const char *type;
        enum control_kind kind;
    } kinds[] = {{"hidden", CONTROL_HIDDEN}, {"radio", CONTROL_RADIO}, {"checkbox", CONTROL_CHECKBOX}};
    for (size_t i = 0; type && i < 3; i++)
        if (strcmp(kinds[i].type, type) == 0)
            return kinds[i].kind;
    return CONTROL_TEXT;
}

static void add_control(struct arena *arena, struct form *form, size_t *capacity, const struct tag *tag) {
    struct control c = {.name = attribute(arena, tag->attributes, "name"),
                        .value = attribute(arena, tag->attributes, "value")};
    if (str_is(tag->name, "input"))
        c.kind = kind_of(attribute(arena, tag->attributes, "type"));
    else if (str_is(tag->name, "textarea"))
        c.kind = CONTROL_TEXT;
    else if (str_is(tag->name, "button"))
        c.kind = CONTROL_BUTTON;
    else
        return;
    c.checked = attribute(arena, tag->attributes, "checked") != NULL;
    if (!c.value)
        c.value = "";
    if (!c.name)
        return;
    form->controls = arena_grow(arena, form->controls, form->n, capacity, sizeof *form->controls);
    form->controls[form->n++] = c;
}

struct form *form_read(struct arena *arena, struct str page, const char *action) {
    struct form *form = NULL;
    struct tag tag;
    size_t capacity = 0;
    while (next_tag(&page, &tag)) {
        if (str_is(tag.name, "form")) {
            if (tag.closing && form)
                return form;
            const char *there = tag.closing ? NULL : attribute(arena, tag.attributes, "action");
            if (!form && there && strcmp(there, action) == 0)
                form = arena_alloc(arena, sizeof *form);
        } else if (form && !tag.closing) {
            add_control(arena, form, &capacity, &tag);
        }
    }
    return form;
}

bool form_has(const struct form *form, const char *name) {
    for (size_t i = 0; form && i < form->n; i++)
        if (strcmp(form->controls[i].name, name) == 0)
            return true;
    return false;
}
