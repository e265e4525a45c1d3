/* rooms: web
 * length: 3000
 *
 * What stands in the head of a request, line by line: "path VALUE", "query NAME=VALUE", "cookie NAME=VALUE", or a
 * header "Name: VALUE". libmicrohttpd's two functions that hand those out are written anew here; the bytes on the wire
 * have a target of their own, request. A cookie is a secret of the right form or none, what was asked for is text, a
 * boundary is a token, a language is one that there is, and a path finds a row with its parameters or nothing. */
#include "fuzz.h"

#include <strings.h>

#include "collect/collect.h"
#include "web/respondent/screen.h"
#include "web/routes.h"
#include "web/server/exchange.h"

enum { LINES = 40 };

/* The values of the request at hand; the connection that the server passes on is this. */
struct head {
    size_t n;
    struct {
        enum MHD_ValueKind kind;
        const char *name, *value;
    } values[LINES];
    const char *path;
};

const char *MHD_lookup_connection_value(struct MHD_Connection *connection, enum MHD_ValueKind kind, const char *key) {
    const struct head *h = (const void *)connection;
    for (size_t i = 0; i < h->n; i++)
        if (h->values[i].kind == kind && strcasecmp(h->values[i].name, key) == 0)
            return h->values[i].value;
    return NULL;
}

int MHD_get_connection_values(struct MHD_Connection *connection, enum MHD_ValueKind kind, MHD_KeyValueIterator iterator,
                              void *context) {
    const struct head *h = (const void *)connection;
    int n = 0;
    for (size_t i = 0; i < h->n; i++)
        if (h->values[i].kind == kind && ++n &&
            iterator(context, kind, h->values[i].name, h->values[i].value) == MHD_NO)
            break;
    return n;
}

static void read_line(struct head *h, struct arena *arena, struct str line) {
    char *text = arena_copy(arena, line.p, line.n);
    enum MHD_ValueKind kind = MHD_HEADER_KIND;
    if (strncmp(text, "path ", 5) == 0) {
        h->path = text + 5;
        return;
    }
    if (strncmp(text, "query ", 6) == 0) {
        kind = MHD_GET_ARGUMENT_KIND;
        text += 6;
    } else if (strncmp(text, "cookie ", 7) == 0) {
        kind = MHD_COOKIE_KIND;
        text += 7;
    }
    char *value = strpbrk(text, kind == MHD_HEADER_KIND ? ":" : "=");
    if (value)
        *value++ = '\0';
    if (h->n < LINES) {
        h->values[h->n].kind = kind;
        h->values[h->n].name = text;
        h->values[h->n++].value = value && *value == ' ' ? value + 1 : value;
    }
}

static bool is_hexadecimal(const char *s, size_t n) {
    return strlen(s) == n && strspn(s, "0123456789abcdef") == n;
}

static void check_request(const struct request *r) {
    static const char *const languages[] = {"en", "fr", "ar"};
    PROMISE(!r->cookie || is_hexadecimal(r->cookie, SITTING_SECRET_SIZE));
    PROMISE(!r->cookie || !r->kiosk_part);
    PROMISE(strlen(r->cookie_part) < SITTING_TOKEN_MAX);
    if (r->session) { /* all of its bytes are there */
        uint8_t secret[32];
        memcpy(secret, r->session, sizeof secret);
        PROMISE(memcmp(secret, r->session, sizeof secret) == 0);
    }
    PROMISE(r->query.n <= 20);
    for (size_t i = 0; i < r->query.n; i++) {
        PROMISE(utf8_valid(r->query.fields[i].name) && utf8_valid(r->query.fields[i].value));
        PROMISE(!utf8_has_control(r->query.fields[i].value));
    }
    if (r->accept_language) {
        const char *language = language_negotiate(r->accept_language, languages, 3);
        PROMISE(!language || language == languages[0] || language == languages[1] || language == languages[2]);
    }
}

static void check_path(struct arena *arena, const struct web *web, const char *path) {
    const char *parameters[ROUTE_PARAMETERS_MAX];
    for (unsigned method = METHOD_GET; method <= METHOD_POST; method++) {
        unsigned allowed = 0;
        const struct route *route = route_find((enum method)method, path, web, arena, parameters, &allowed);
        PROMISE(!route || (allowed & method));
        for (size_t i = 0; i < ROUTE_PARAMETERS_MAX; i++)
            PROMISE(parameters[i] && !strchr(parameters[i], '/'));
        if (route && strchr(route->path, '{'))
            PROMISE(parameters[0][0] != '\0');
        if (route && !strchr(route->path, '{'))
            PROMISE(strcmp(route->path, path) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct head head = {.path = "/"};
    struct str rest = fuzz_bytes(data, size), line;
    struct server server = {.web = {.store = (struct store *)(void *)&head}}; /* only whether there is one counts */
    struct exchange e = {.server = &server, .connection = (struct MHD_Connection *)(void *)&head};
    while (str_split(&rest, '\n', &line))
        read_line(&head, arena, line);
    e.request = (struct request){.arena = arena, .web = &server.web, .parameter = "", .cookie_part = "", .path = ""};
    server.web.secure = size > 0 && data[size - 1] == '\n';
    headers_read(&e);
    check_request(&e.request);
    check_path(arena, &server.web, head.path);
    (void)headers_are_ambiguous(e.connection);
    (void)headers_are_cross_site(e.connection);
    const char *boundary = headers_boundary(e.connection, arena);
    PROMISE(!boundary || (strlen(boundary) > 0 && strlen(boundary) <= 70 && !strpbrk(boundary, " \"\\<>@[]\r\n")));
    PROMISE(!boundary || !headers_say_form(e.connection));
    arena_free(arena);
    return 0;
}
