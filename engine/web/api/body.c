/* What comes in, held against the tables: the parameters behind the question mark, and the body. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "web/api/call.h"

enum { WRONG_MOST = 50, NAME_MOST = 60 };

/* One value that is looked at, and how people find it. */
struct looking {
    struct api_call *call;
    int row;          /* of a list of objects, from 1; 0: none */
    const char *path; /* "title", "rows" */
};

static void wrong(const struct looking *l, const char *code, const char *name, const char *value) {
    const struct place place = {NULL, l->row, 0};
    struct findings *findings = l->call->desk->findings;
    if (findings_total(findings) < WRONG_MOST)
        finding_add(findings, SEVERITY_ERROR, place, code, "field", l->path, name, value, NULL);
}

static const char *number_text(const struct looking *l, long n) {
    return arena_printf(l->call->arena, "%ld", n);
}

/* A name that somebody else made up, short enough to be shown. */
static const char *shown(const struct looking *l, struct str name) {
    const struct str cut = utf8_cut(name, NAME_MOST);
    return utf8_has_control(cut) ? "?" : arena_copy(l->call->arena, cut.p, cut.n);
}

static const char *values_text(const struct looking *l, const char *const *values) {
    const char *list = "";
    for (size_t i = 0; values[i]; i++)
        list = arena_printf(l->call->arena, "%s%s%s", list, i ? ", " : "", values[i]);
    return list;
}

static void check_text(const struct looking *l, const struct api_field *f, struct str text) {
    const long length = (long)utf8_length(text);
    bool known = f->values == NULL;
    if (utf8_has_control(text) || memchr(text.p, '\n', text.n) || memchr(text.p, '\t', text.n)) {
        wrong(l, "api_not_one_line", NULL, NULL);
        return;
    }
    if (f->most && length > f->most)
        wrong(l, "api_too_long", "most", number_text(l, f->most));
    else if (length < f->least)
        wrong(l, "api_too_short", "least", number_text(l, f->least));
    for (size_t i = 0; f->values && f->values[i]; i++)
        known = known || str_is(text, f->values[i]);
    if (!known)
        wrong(l, "api_not_one_of", "values", values_text(l, f->values));
    else if (f->format && strcmp(f->format, "date") == 0 && !clock_is_day(arena_copy(l->call->arena, text.p, text.n)))
        wrong(l, "day_not_understood", "value", shown(l, text));
}

static void check_number(const struct looking *l, const struct api_field *f, double n) {
    if (f->type == API_INTEGER && n != floor(n))
        wrong(l, "api_type_integer", NULL, NULL);
    else if (f->most && (n < (double)f->least || n > (double)f->most))
        finding_add(l->call->desk->findings, SEVERITY_ERROR, (struct place){NULL, l->row, 0}, "api_range", "field",
                    l->path, "least", number_text(l, f->least), "most", number_text(l, f->most), NULL);
}

static void check_object(struct api_call *c, const struct json_node *node, const struct api_schema *schema, int row);

static void check_list(const struct looking *l, const struct api_field *f, const struct json_node *node) {
    int row = 1;
    if ((f->most && (long)node->n > f->most) || (long)node->n < f->least)
        finding_add(l->call->desk->findings, SEVERITY_ERROR, (struct place){NULL, l->row, 0}, "api_elements", "field",
                    l->path, "least", number_text(l, f->least), "most", number_text(l, f->most), NULL);
    for (const struct json_node *e = node->first; e; e = e->next, row++) {
        const struct looking one = {l->call, row, l->path};
        if (f->of && e->kind == TREE_OBJECT)
            check_object(l->call, e, api_schema_find(f->of), row);
        else if (f->of)
            wrong(&one, "api_type_object", NULL, NULL);
        else if (e->kind != TREE_TEXT)
            wrong(&one, "api_type_text", NULL, NULL);
    }
}

static void check_value(const struct looking *l, const struct api_field *f, const struct json_node *node) {
    static const struct {
        enum json_kind kind;
        const char *code;
    } wanted[] = {[API_TEXT] = {TREE_TEXT, "api_type_text"},       [API_INTEGER] = {TREE_NUMBER, "api_type_integer"},
                  [API_NUMBER] = {TREE_NUMBER, "api_type_number"}, [API_BOOL] = {TREE_BOOL, "api_type_bool"},
                  [API_OBJECT] = {TREE_OBJECT, "api_type_object"}, [API_LIST] = {TREE_LIST, "api_type_list"},
                  [API_CELL] = {TREE_NUMBER, "api_type_number"}};
    if (node->kind == TREE_NULL && f->nullable)
        return;
    if (node->kind != wanted[f->type].kind)
        wrong(l, wanted[f->type].code, NULL, NULL);
    else if (f->type == API_TEXT)
        check_text(l, f, node->text);
    else if (f->type == API_INTEGER || f->type == API_NUMBER)
        check_number(l, f, node->number);
    else if (f->type == API_OBJECT)
        check_object(l->call, node, api_schema_find(f->of), l->row);
    else if (f->type == API_LIST)
        check_list(l, f, node);
}

static const struct api_field *find_field(const struct api_field *fields, size_t n, struct str name) {
    for (size_t i = 0; i < n; i++)
        if (str_is(name, fields[i].name))
            return &fields[i];
    return NULL;
}

static void check_object(struct api_call *c, const struct json_node *node, const struct api_schema *schema, int row) {
    for (const struct json_node *m = node->first; m; m = m->next) {
        const struct api_field *f = find_field(schema->fields, schema->n, m->name);
        struct looking l = {c, row, f ? f->name : ""};
        if (!f) {
            l.path = shown(&l, m->name);
            wrong(&l, "api_member_unknown", NULL, NULL);
        } else if (json_tree_member(node, f->name) != m) {
            wrong(&l, "api_member_twice", NULL, NULL);
        } else {
            check_value(&l, f, m);
        }
        if (findings_total(c->desk->findings) >= WRONG_MOST)
            return;
    }
    for (size_t i = 0; i < schema->n; i++)
        if (schema->fields[i].required && !json_tree_member(node, schema->fields[i].name)) {
            const struct looking l = {c, row, schema->fields[i].name};
            wrong(&l, "api_member_missing", NULL, NULL);
        }
}

bool api_check_body(struct api_call *c) {
    struct json_node *node;
    size_t at;
    if (!json_tree_read(&node, c->arena, c->request->body, &at)) {
        const struct looking l = {c, 0, ""};
        wrong(&l, "api_not_json", "at", number_text(&l, (long)at));
        return false;
    }
    if (node->kind != TREE_OBJECT) {
        const struct looking l = {c, 0, ""};
        wrong(&l, "api_type_object", NULL, NULL);
        return true;
    }
    check_object(c, node, api_schema_find(c->operation->body), 0);
    c->body = node;
    return true;
}

/* Behind the question mark */

static const struct api_field page_fields[] = {
    {.name = "limit", .type = API_INTEGER, .least = 1, .most = API_LIMIT_MOST},
    {.name = "cursor", .type = API_TEXT, .most = 1000},
};

static const struct api_field *find_parameter(const struct api_call *c, struct str name) {
    const struct api_field *f = find_field(c->operation->query, c->operation->n_query, name);
    return !f && c->operation->list ? find_field(page_fields, sizeof page_fields / sizeof *page_fields, name) : f;
}

static void check_parameter(const struct looking *l, const struct api_field *f, struct str value) {
    long number;
    if (f->type == API_TEXT)
        check_text(l, f, value);
    else if (f->type == API_BOOL && !str_is(value, "true") && !str_is(value, "false"))
        wrong(l, "api_type_bool", NULL, NULL);
    else if (f->type == API_INTEGER && !str_to_long(value, &number))
        wrong(l, "api_type_integer", NULL, NULL);
    else if (f->type == API_INTEGER)
        check_number(l, f, (double)number);
}

void api_check_query(struct api_call *c) {
    const struct form *query = &c->request->query;
    struct str text;
    for (size_t i = 0; i < query->n; i++) {
        const struct api_field *f = find_parameter(c, query->fields[i].name);
        struct looking l = {c, 0, f ? f->name : ""};
        if (!f) {
            l.path = shown(&l, query->fields[i].name);
            wrong(&l, "api_parameter_unknown", NULL, NULL);
        } else if (form_get(query, f->name, 4000, &text) != FIELD_VALID) {
            wrong(&l, "api_member_twice", NULL, NULL);
        } else {
            check_parameter(&l, f, query->fields[i].value);
        }
    }
    for (size_t i = 0; i < c->operation->n_query; i++) {
        const struct api_field *f = &c->operation->query[i];
        const struct looking l = {c, 0, f->name};
        if (f->required && form_get(query, f->name, 4000, &text) == FIELD_ABSENT)
            wrong(&l, "api_member_missing", NULL, NULL);
    }
}

/* What was sent */

const char *api_text(const struct api_call *c, const char *name) {
    const struct json_node *m = json_tree_member(c->body, name);
    return m && m->kind == TREE_TEXT ? m->text.p : "";
}

bool api_bool(const struct api_call *c, const char *name, bool otherwise) {
    const struct json_node *m = json_tree_member(c->body, name);
    return m && m->kind == TREE_BOOL ? m->number != 0 : otherwise;
}

long api_integer(const struct api_call *c, const char *name, long otherwise) {
    const struct json_node *m = json_tree_member(c->body, name);
    return m && m->kind == TREE_NUMBER ? (long)m->number : otherwise;
}

const char *api_asked(const struct api_call *c, const char *name) {
    struct str text;
    return form_get(&c->request->query, name, 4000, &text) == FIELD_VALID ? arena_copy(c->arena, text.p, text.n) : "";
}
