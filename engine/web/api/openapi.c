/* The OpenAPI 3.1 document: the rows of the route table that are for programs, and the tables behind them, as JSON. */
#include <string.h>

#include "base/json.h"
#include "web/api/call.h"
#include "web/api/operations.h"
#include "web/routes.h"

struct document {
    struct json_writer w;
    const struct texts *texts;
    struct arena *arena;
    const char *language;
};

static void put(struct document *d, const char *name, const char *text) {
    json_key(&d->w, name);
    json_text(&d->w, text);
}

static void open_member(struct document *d, const char *name) {
    json_key(&d->w, name);
    json_open(&d->w, '{');
}

static void close_member(struct document *d) {
    json_close(&d->w, '}');
}

static const char *words(struct document *d, const char *key) {
    return texts_get(d->texts, d->language, arena_printf(d->arena, "api.%s", key));
}

static void put_reference(struct document *d, const char *schema) {
    put(d, "$ref", arena_printf(d->arena, "#/components/schemas/%s", schema));
}

static void put_type(struct document *d, const char *type, bool nullable) {
    json_key(&d->w, "type");
    if (!nullable) {
        json_text(&d->w, type);
        return;
    }
    json_open(&d->w, '[');
    json_text(&d->w, type);
    json_text(&d->w, "null");
    json_close(&d->w, ']');
}

static void put_bound(struct document *d, const char *name, long n) {
    json_key(&d->w, name);
    json_integer(&d->w, n);
}

static void put_bounds(struct document *d, const struct api_field *f) {
    static const char *const names[][2] = {[API_TEXT] = {"minLength", "maxLength"},
                                           [API_INTEGER] = {"minimum", "maximum"},
                                           [API_NUMBER] = {"minimum", "maximum"},
                                           [API_LIST] = {"minItems", "maxItems"}};
    if (f->type != API_TEXT && f->type != API_INTEGER && f->type != API_NUMBER && f->type != API_LIST)
        return;
    if (f->most) {
        put_bound(d, names[f->type][0], f->least);
        put_bound(d, names[f->type][1], f->most);
    }
}

static void put_values(struct document *d, const struct api_field *f) {
    json_key(&d->w, "enum");
    json_open(&d->w, '[');
    for (size_t i = 0; f->values[i]; i++)
        json_text(&d->w, f->values[i]);
    if (f->nullable)
        json_text(&d->w, NULL);
    json_close(&d->w, ']');
}

/* A figure, or why there is none. */
static void put_cell(struct document *d) {
    json_key(&d->w, "type");
    json_open(&d->w, '[');
    json_text(&d->w, "number");
    json_text(&d->w, "string");
    json_text(&d->w, "null");
    json_close(&d->w, ']');
}

static void put_field(struct document *d, const struct api_field *f) {
    static const char *const types[] = {[API_TEXT] = "string",
                                        [API_INTEGER] = "integer",
                                        [API_NUMBER] = "number",
                                        [API_BOOL] = "boolean",
                                        [API_LIST] = "array"};
    if (f->type == API_OBJECT) {
        put_reference(d, f->of);
        return;
    }
    if (f->type == API_CELL) {
        put_cell(d);
        return;
    }
    put_type(d, types[f->type], f->nullable);
    put_bounds(d, f);
    if (f->format)
        put(d, "format", f->format);
    if (f->values)
        put_values(d, f);
    if (f->type == API_LIST) {
        open_member(d, "items");
        if (f->of)
            put_reference(d, f->of);
        else
            put(d, "type", "string");
        close_member(d);
    }
}

static void put_schema(struct document *d, const struct api_schema *s) {
    open_member(d, s->name);
    put(d, "type", "object");
    open_member(d, "properties");
    for (size_t i = 0; i < s->n; i++) {
        open_member(d, s->fields[i].name);
        put_field(d, &s->fields[i]);
        close_member(d);
    }
    close_member(d);
    json_key(&d->w, "required");
    json_open(&d->w, '[');
    for (size_t i = 0; i < s->n; i++)
        if (s->fields[i].required)
            json_text(&d->w, s->fields[i].name);
    json_close(&d->w, ']');
    json_key(&d->w, "additionalProperties");
    json_bool(&d->w, false);
    close_member(d);
}

/* {"items": [...], "next": ...} */
static void put_page(struct document *d, const char *schema) {
    const struct api_field items = {.name = "items", .type = API_LIST, .of = schema};
    const struct api_field next = {.name = "next", .type = API_TEXT, .nullable = true};
    put(d, "type", "object");
    open_member(d, "properties");
    open_member(d, "items");
    put_field(d, &items);
    close_member(d);
    open_member(d, "next");
    put_field(d, &next);
    close_member(d);
    close_member(d);
    json_key(&d->w, "required");
    json_open(&d->w, '[');
    json_text(&d->w, "items");
    json_text(&d->w, "next");
    json_close(&d->w, ']');
    json_key(&d->w, "additionalProperties");
    json_bool(&d->w, false);
}

static void put_parameter(struct document *d, const char *in, const char *name, bool required,
                          const struct api_field *f) {
    const struct api_field text = {.name = name, .type = API_TEXT};
    json_open(&d->w, '{');
    put(d, "name", name);
    put(d, "in", in);
    json_key(&d->w, "required");
    json_bool(&d->w, required);
    open_member(d, "schema");
    put_field(d, f ? f : &text);
    close_member(d);
    json_close(&d->w, '}');
}

static void put_path_parameters(struct document *d, const char *path) {
    for (const char *open = strchr(path, '{'); open; open = strchr(open + 1, '{')) {
        const size_t n = strcspn(open + 1, "}");
        put_parameter(d, "path", arena_copy(d->arena, open + 1, n), true, NULL);
    }
}

static void put_parameters(struct document *d, const struct route *r) {
    const struct api_operation *o = r->api;
    const struct api_field limit = {.name = "limit", .type = API_INTEGER, .least = 1, .most = API_LIMIT_MOST};
    const struct api_field key = {.name = "Idempotency-Key", .type = API_TEXT, .least = 1, .most = 200};
    json_key(&d->w, "parameters");
    json_open(&d->w, '[');
    put_path_parameters(d, r->path);
    for (size_t i = 0; i < o->n_query; i++)
        put_parameter(d, "query", o->query[i].name, o->query[i].required, &o->query[i]);
    if (o->list) {
        put_parameter(d, "query", "limit", false, &limit);
        put_parameter(d, "query", "cursor", false, NULL);
    }
    if (r->method == METHOD_POST && !o->secret)
        put_parameter(d, "header", "Idempotency-Key", false, &key);
    if (o->tagged)
        put_parameter(d, "header", r->method == METHOD_GET ? "If-None-Match" : "If-Match", false, NULL);
    json_close(&d->w, ']');
}

static void open_content(struct document *d, const char *type) {
    open_member(d, "content");
    open_member(d, type);
    open_member(d, "schema");
}

static void close_content(struct document *d) {
    close_member(d);
    close_member(d);
    close_member(d);
}

static bool is_needed(const char *schema) {
    const struct api_schema *s = api_schema_find(schema);
    for (size_t i = 0; i < s->n; i++)
        if (s->fields[i].required)
            return true;
    return false;
}

static void put_body(struct document *d, const struct api_operation *o) {
    if (!o->body)
        return;
    open_member(d, "requestBody");
    json_key(&d->w, "required");
    json_bool(&d->w, is_needed(o->body));
    open_member(d, "content");
    open_member(d, "application/json");
    open_member(d, "schema");
    put_reference(d, o->body);
    close_member(d);
    close_member(d);
    if (o->table) {
        open_member(d, "text/csv");
        open_member(d, "schema");
        put(d, "type", "string");
        close_member(d);
        close_member(d);
    }
    close_member(d);
    close_member(d);
}

static void put_success(struct document *d, const struct api_operation *o) {
    open_member(d, arena_printf(d->arena, "%d", o->status));
    put(d, "description", words(d, o->file ? "answer_file" : o->answer ? "answer" : "answer_none"));
    if (o->answer || o->file) {
        open_content(d, o->file ? "*/*" : "application/json");
        if (o->list)
            put_page(d, o->answer);
        else if (o->answer && strcmp(o->answer, "object") != 0)
            put_reference(d, o->answer);
        else if (o->answer)
            put(d, "type", "object");
        close_content(d);
    }
    close_member(d);
}

static void put_problem(struct document *d, int status) {
    open_member(d, arena_printf(d->arena, "%d", status));
    put(d, "description", words(d, arena_printf(d->arena, "status_%d", status)));
    open_content(d, "application/problem+json");
    put_reference(d, "Problem");
    close_content(d);
    close_member(d);
}

static void put_answers(struct document *d, const struct route *r) {
    const struct api_operation *o = r->api;
    const struct {
        int status;
        bool may;
    } problems[] = {{400, o->scope != 0},
                    {401, o->scope != 0},
                    {403, o->scope != 0},
                    {404, strchr(r->path, '{') != NULL},
                    {409, o->conflicts || r->method == METHOD_POST},
                    {412, o->tagged && r->method != METHOD_GET},
                    {413, r->method == METHOD_POST || r->method == METHOD_PUT},
                    {415, r->method == METHOD_POST || r->method == METHOD_PUT},
                    {422, o->body || r->method == METHOD_POST},
                    {429, o->scope != 0},
                    {503, true}};
    open_member(d, "responses");
    put_success(d, o);
    if (o->tagged && r->method == METHOD_GET) {
        open_member(d, "304");
        put(d, "description", words(d, "status_304"));
        close_member(d);
    }
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
        if (problems[i].may)
            put_problem(d, problems[i].status);
    close_member(d);
}

static void put_operation(struct document *d, const struct route *r) {
    static const char *const methods[] = {
        [METHOD_GET] = "get", [METHOD_POST] = "post", [METHOD_PUT] = "put", [METHOD_DELETE] = "delete"};
    const struct api_operation *o = r->api;
    open_member(d, methods[r->method]);
    put(d, "operationId", o->id);
    put(d, "summary", words(d, arena_printf(d->arena, "op_%s", o->id)));
    json_key(&d->w, "security");
    json_open(&d->w, '[');
    for (unsigned s = 0; s < SCOPES; s++) { /* one of them is enough */
        if (!(o->scope & 1u << s))
            continue;
        json_open(&d->w, '{');
        json_key(&d->w, "token");
        json_open(&d->w, '[');
        json_text(&d->w, scope_names[s]);
        json_close(&d->w, ']');
        json_close(&d->w, '}');
    }
    json_close(&d->w, ']');
    put(d, "x-role", route_access_name(r->access));
    put_parameters(d, r);
    put_body(d, o);
    put_answers(d, r);
    close_member(d);
}

static void put_paths(struct document *d) {
    open_member(d, "paths");
    for (size_t i = 0; i < routes_count; i++) {
        bool first = routes[i].api != NULL;
        for (size_t k = 0; k < i; k++)
            first = first && strcmp(routes[k].path, routes[i].path) != 0;
        if (!first)
            continue;
        open_member(d, routes[i].path);
        for (size_t k = i; k < routes_count; k++)
            if (routes[k].api && strcmp(routes[k].path, routes[i].path) == 0)
                put_operation(d, &routes[k]);
        close_member(d);
    }
    close_member(d);
}

static void put_components(struct document *d) {
    open_member(d, "components");
    open_member(d, "securitySchemes");
    open_member(d, "token");
    put(d, "type", "http");
    put(d, "scheme", "bearer");
    put(d, "description", words(d, "token"));
    close_member(d);
    close_member(d);
    open_member(d, "schemas");
    for (size_t i = 0; i < api_schemas_count; i++)
        put_schema(d, &api_schemas[i]);
    close_member(d);
    close_member(d);
}

void api_write_document(struct buf *out, const struct texts *texts, struct arena *arena, const char *language,
                        const char *url) {
    struct document d = {.w = {.out = out}, .texts = texts, .arena = arena, .language = language};
    json_open(&d.w, '{');
    put(&d, "openapi", "3.1.0");
    open_member(&d, "info");
    put(&d, "title", words(&d, "title"));
    put(&d, "description", words(&d, "description"));
    put(&d, "version", READINESS_VERSION);
    close_member(&d);
    if (url) {
        json_key(&d.w, "servers");
        json_open(&d.w, '[');
        json_open(&d.w, '{');
        put(&d, "url", url);
        json_close(&d.w, '}');
        json_close(&d.w, ']');
    }
    put_paths(&d);
    put_components(&d);
    json_close(&d.w, '}');
    buf_char(out, '\n');
}

static void serve(struct api_call *c) {
    struct reply *reply = &c->request->reply;
    api_write_document(&reply->body, c->desk->screen.texts, c->arena, c->desk->screen.words,
                       c->request->web->public_url);
    reply->status = 200;
    reply->type = "application/json";
    reply->language = c->desk->screen.words;
    api_tag(c, buf_view(&reply->body));
}

const struct api_operation api_document = {
    .id = "document", .call = serve, .status = 200, .answer = "object", .tagged = true};
