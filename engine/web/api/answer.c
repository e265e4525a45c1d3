/* Writing answers: members, pages of lists, what they are known by. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "web/api/call.h"
#include "web/workspace/setup.h"

void api_open(struct api_call *c) {
    struct reply *reply = &c->request->reply;
    buf_clear(&reply->body);
    c->out = (struct json_writer){&reply->body, false};
    reply->status = c->operation->status;
    reply->type = "application/json";
    json_open(&c->out, '{');
}

void api_close(struct api_call *c) {
    json_close(&c->out, '}');
    buf_char(c->out.out, '\n');
}

void api_put(struct api_call *c, const char *name, const char *text) {
    json_key(&c->out, name);
    json_text(&c->out, text);
}

void api_put_or_null(struct api_call *c, const char *name, const char *text) {
    api_put(c, name, text && *text ? text : NULL);
}

void api_put_number(struct api_call *c, const char *name, long n) {
    json_key(&c->out, name);
    json_integer(&c->out, n);
}

void api_put_count(struct api_call *c, const char *name, long n) {
    if (n >= 0)
        api_put_number(c, name, n);
    else
        api_put(c, name, NULL);
}

void api_put_bool(struct api_call *c, const char *name, bool b) {
    json_key(&c->out, name);
    json_bool(&c->out, b);
}

void api_put_time(struct api_call *c, const char *name, int64_t seconds) {
    const time_t at = (time_t)seconds;
    struct tm t;
    char text[32] = "";
    if (gmtime_r(&at, &t))
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &t);
    api_put(c, name, text);
}

const char *api_hex(const struct api_call *c, struct id id) {
    char *hex = arena_alloc(c->arena, 2 * sizeof id.bytes + 1);
    return sodium_bin2hex(hex, 2 * sizeof id.bytes + 1, id.bytes, sizeof id.bytes);
}

bool api_read_id(const char *hex, struct id *out) {
    return setup_read_id(hex, out);
}

const char *api_path(struct api_call *c, const char *first, ...) {
    const char *path = "/api/v1";
    va_list args;
    va_start(args, first);
    for (const char *segment = first; segment; segment = va_arg(args, const char *))
        path = arena_printf(c->arena, "%s%s", path, desk_path(c->desk, segment, NULL));
    va_end(args);
    return path;
}

/* Lists. A cursor is the key of the last item that was given, in hexadecimal: what comes behind it is the next page,
 * whatever was added or removed in the meantime. */

struct keyed {
    const char *key;
    size_t at;
};

static int by_key(const void *a, const void *b) {
    return strcmp(((const struct keyed *)a)->key, ((const struct keyed *)b)->key);
}

static const char *cursor_of(const struct api_call *c, const char *key) {
    const size_t n = strlen(key);
    char *hex = arena_alloc(c->arena, 2 * n + 1);
    return sodium_bin2hex(hex, 2 * n + 1, (const unsigned char *)key, n);
}

/* "" when nothing was asked for; NULL when it is no cursor. */
static const char *asked_cursor(const struct api_call *c) {
    const char *hex = api_asked(c, "cursor");
    const size_t room = strlen(hex) / 2 + 1;
    size_t n = 0;
    char *key = arena_alloc(c->arena, room);
    if (sodium_hex2bin((unsigned char *)key, room - 1, hex, strlen(hex), NULL, &n, NULL) != 0 || strlen(hex) != 2 * n)
        return NULL;
    key[n] = '\0';
    return strlen(key) == n ? key : NULL;
}

static struct keyed *sorted(const struct api_call *c, size_t n,
                            const char *(*key)(const struct api_call *c, const void *list, size_t i),
                            const void *list) {
    struct keyed *keys = arena_array(c->arena, n + 1, sizeof *keys);
    for (size_t i = 0; i < n; i++)
        keys[i] = (struct keyed){key(c, list, i), i};
    qsort(keys, n, sizeof *keys, by_key);
    return keys;
}

bool api_list(struct api_call *c, size_t n, const char *(*key)(const struct api_call *c, const void *list, size_t i),
              void (*write)(struct api_call *c, const void *list, size_t i), const void *list) {
    const char *behind = asked_cursor(c);
    long limit = API_LIMIT;
    size_t from = 0;
    if (!behind) {
        desk_wrong(c->desk, "cursor", "api_cursor", NULL, NULL);
        api_problem(c, 400, "query");
        return false;
    }
    if (*api_asked(c, "limit"))
        (void)str_to_long(str_of(api_asked(c, "limit")), &limit);
    const struct keyed *keys = sorted(c, n, key, list);
    while (from < n && *behind && strcmp(keys[from].key, behind) <= 0)
        from++;
    const size_t to = n - from > (size_t)limit ? from + (size_t)limit : n;
    api_open(c);
    json_key(&c->out, "items");
    json_open(&c->out, '[');
    for (size_t i = from; i < to; i++) {
        json_open(&c->out, '{');
        write(c, list, keys[i].at);
        json_close(&c->out, '}');
    }
    json_close(&c->out, ']');
    api_put(c, "next", to < n ? cursor_of(c, keys[to - 1].key) : NULL);
    api_close(c);
    return true;
}

/* ETags */

static const char *tag_of(const struct api_call *c, struct str body) {
    unsigned char hash[16];
    char hex[2 * sizeof hash + 1];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)body.p, body.n, NULL, 0);
    return arena_printf(c->arena, "\"%s\"", sodium_bin2hex(hex, sizeof hex, hash, sizeof hash));
}

void api_tag(struct api_call *c, struct str content) {
    struct reply *reply = &c->request->reply;
    const char *known = c->request->api->known;
    reply->etag = tag_of(c, content);
    if (!known || !strstr(known, reply->etag))
        return;
    buf_clear(&reply->body);
    reply->status = 304;
}

bool api_matches(struct api_call *c, struct str content) {
    const char *match = c->request->api->match;
    if (!match || strcmp(match, "*") == 0 || strstr(match, tag_of(c, content)))
        return true;
    api_problem(c, 412, "changed");
    return false;
}

void api_download(struct api_call *c, const char *name, const char *type, struct str content) {
    desk_download(c->desk, name, type, content);
    c->request->reply.status = c->operation->status;
}

bool api_wave(struct api_call *c, struct wave *out) {
    const enum result result = setup_find_wave(c->desk, out);
    if (result == RESULT_OK)
        return true;
    api_problem(c, result == RESULT_INPUT ? 404 : 503, result == RESULT_INPUT ? "not_found" : "busy");
    return false;
}
