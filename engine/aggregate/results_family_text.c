/* How families are written down and read again. */
#include <string.h>

#include "aggregate/results_inner.h"
#include "base/json.h"

static void write_groups(struct json_writer *w, const bool *in, size_t n_groups, const char *const *names) {
    json_open(w, '[');
    for (size_t g = 0; g < n_groups; g++) {
        if (in[g]) {
            json_text(w, names[g]);
        }
    }
    json_close(w, ']');
}

static void variable_key(struct buf *out, const char *before, const struct variable *v) {
    buf_clear(out);
    buf_text(out, before);
    buf_text(out, kind_names[v->kind]);
    if (v->kind != KIND_RESPONSE) {
        buf_char(out, '.');
        buf_text(out, v->name);
    }
}

static bool skip(struct str *text, const char *head) {
    size_t n = strlen(head);
    if (text->n < n || memcmp(text->p, head, n) != 0) {
        return false;
    }
    *text = (struct str){text->p + n, text->n - n};
    return true;
}

/* Is this the key of the variable, without what stands before it? */
static bool is_variable(struct str key, const struct variable *v) {
    return skip(&key, kind_names[v->kind]) &&
           (v->kind == KIND_RESPONSE ? key.n == 0 : skip(&key, ".") && str_is(key, v->name));
}

static void write_rules(struct json_writer *w, const struct layout *l, const struct family *f) {
    json_key(w, "paired");
    json_open(w, '[');
    for (size_t v = 0; v < l->n_variables; v++) {
        if (f->paired[v]) {
            json_text(w, l->variables[v].name);
        }
    }
    json_close(w, ']');
    json_key(w, "rules");
    json_open(w, '[');
    json_text(w, "2");
    if (f->has_veils) {
        json_text(w, "3");
    }
    json_close(w, ']');
}

void family_write(struct buf *out, const struct layout *l, const struct family *f, const char *const *names) {
    struct json_writer w = {.out = out};
    struct buf key = BUF_INIT;
    size_t n = f->n_groups;
    json_open(&w, '{');
    for (size_t v = 0; v < l->n_variables; v++) {
        if (v == 0 || memcmp(f->published, f->published + v * n, n * sizeof(bool)) != 0) {
            variable_key(&key, "", &l->variables[v]);
            json_key(&w, key.p);
            write_groups(&w, f->published + v * n, n, names);
        }
        if (memchr(f->plain + v * n, 1, n * sizeof(bool))) {
            variable_key(&key, "plain.", &l->variables[v]);
            json_key(&w, key.p);
            write_groups(&w, f->plain + v * n, n, names);
        }
        if (memchr(f->veiled + v * n, 1, n * sizeof(bool))) {
            variable_key(&key, "veiled.", &l->variables[v]);
            json_key(&w, key.p);
            write_groups(&w, f->veiled + v * n, n, names);
        }
    }
    if (f->refined) {
        write_rules(&w, l, f);
    }
    json_close(&w, '}');
    buf_free(&key);
}

static void read_groups(bool *in, struct str array, const char *const *names, size_t n_groups, struct arena *arena) {
    struct str name;
    while (json_array_next(&array, arena, &name)) {
        for (size_t g = 0; g < n_groups; g++) {
            in[g] = in[g] || str_is(name, names[g]);
        }
    }
}

static void read_paired(struct family *f, const struct layout *l, struct str array, struct arena *arena) {
    struct str name;
    while (json_array_next(&array, arena, &name)) {
        for (size_t v = 0; v < l->n_variables; v++) {
            f->paired[v] =
                f->paired[v] || (l->variables[v].kind == KIND_CONSTRUCT && str_is(name, l->variables[v].name));
        }
    }
}

static void read_rules(struct family *f, struct str array, struct arena *arena) {
    struct str rule;
    f->refined = true;
    while (json_array_next(&array, arena, &rule)) {
        f->has_veils = f->has_veils || str_is(rule, "3");
    }
}

struct family *family_read(struct arena *arena, const struct layout *l, struct str json, const char *const *names,
                           size_t n_groups) {
    struct family *f = family_new(arena, l, n_groups);
    struct arena *scratch = arena_new();
    bool *named = arena_array(scratch, l->n_variables, sizeof *named);
    struct json_reader r;
    struct json_member m;
    for (bool more = json_read_object(&r, json, scratch); more && json_next(&r, &m);) {
        if (m.type != JSON_ARRAY) {
            continue;
        }
        if (str_is(m.key, "rules")) {
            read_rules(f, m.text, scratch);
        }
        if (str_is(m.key, "paired")) {
            read_paired(f, l, m.text, scratch);
        }
        struct str rest = m.key;
        bool *in = skip(&rest, "plain.") ? f->plain : skip(&rest, "veiled.") ? f->veiled : f->published;
        for (size_t v = 0; v < l->n_variables; v++) {
            if (is_variable(rest, &l->variables[v])) {
                named[v] = named[v] || in == f->published;
                read_groups(in + v * n_groups, m.text, names, n_groups, scratch);
            }
        }
    }
    for (size_t v = 1; v < l->n_variables; v++) {
        if (!named[v]) {
            memcpy(f->published + v * n_groups, f->published, n_groups * sizeof(bool));
        }
    }
    arena_free(scratch);
    return f;
}
