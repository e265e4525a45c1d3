#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "collect/collect.h"
#include "web/server/exchange.h"

/* Security headers of every answer; the policy allows our own style sheet and forms, and nothing else. */
static const char *const always[][2] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
     "object-src 'none'; frame-ancestors 'none'"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()"},
    {"X-Robots-Tag", "noindex, nofollow"},
};

struct seen {
    int host, length, encoding;
};

static enum MHD_Result count_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value) {
    struct seen *seen = context;
    (void)kind;
    (void)value;
    seen->host += strcasecmp(name, "Host") == 0;
    seen->length += strcasecmp(name, "Content-Length") == 0;
    seen->encoding += strcasecmp(name, "Transfer-Encoding") == 0;
    return MHD_YES;
}

bool headers_are_ambiguous(struct MHD_Connection *connection) {
    struct seen seen = {0, 0, 0};
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, count_header, &seen);
    return seen.host > 1 || seen.length > 1 || seen.encoding > 1 || (seen.length && seen.encoding);
}

static const char *header(const struct exchange *e, enum MHD_ValueKind kind, const char *name) {
    return MHD_lookup_connection_value(e->connection, kind, name);
}

static const char *cookie_name(const struct web *web) {
    return web->secure ? "__Host-rd" : "rd";
}

/* The draft's secret, and behind a dash the part of an open link's sitting; or nothing, if it does not look like that.
 */
static void read_cookie(struct exchange *e) {
    struct request *r = &e->request;
    const char *value = header(e, MHD_COOKIE_KIND, cookie_name(&e->server->web));
    r->cookie_part = "";
    if (!value || strspn(value, "0123456789abcdef") != SITTING_SECRET_SIZE)
        return;
    const char *part = value + SITTING_SECRET_SIZE;
    if (*part && (*part != '-' || strlen(part) >= SITTING_TOKEN_MAX / 2 ||
                  strspn(part + 1, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(part + 1)))
        return;
    r->cookie = arena_copy(r->arena, value, SITTING_SECRET_SIZE);
    r->cookie_part = arena_string(r->arena, *part ? part + 1 : "");
}

void headers_read(struct exchange *e) {
    struct request *r = &e->request;
    read_cookie(e);
    r->language = arena_string(r->arena, header(e, MHD_GET_ARGUMENT_KIND, "lang"));
    r->accept_language = arena_string(r->arena, header(e, MHD_HEADER_KIND, "Accept-Language"));
}

bool headers_are_cross_site(struct MHD_Connection *connection) {
    const char *site = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Sec-Fetch-Site");
    return site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
}

bool headers_say_form(struct MHD_Connection *connection) {
    static const char form[] = "application/x-www-form-urlencoded";
    const char *type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
    if (!type || strncasecmp(type, form, sizeof form - 1) != 0)
        return false;
    return type[sizeof form - 1] == '\0' || strchr("; \t", type[sizeof form - 1]);
}

/* The library refuses a value with line breaks; that must not go unnoticed. */
static void add(struct MHD_Response *response, const char *name, const char *value) {
    if (MHD_add_response_header(response, name, value) == MHD_NO)
        log_event(LOG_ERROR, "header_refused", LOG_REASON, name, -1);
}

static void add_cookie(const struct exchange *e, struct MHD_Response *response, const char *value) {
    char cookie[160];
    const int days = *value ? 14 : 0;
    snprintf(cookie, sizeof cookie, "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s",
             cookie_name(&e->server->web), value, days * 86400, e->server->web.secure ? "; Secure" : "");
    add(response, "Set-Cookie", cookie);
}

static void add_allow(struct MHD_Response *response, unsigned allowed) {
    const bool get = allowed & METHOD_GET, post = allowed & METHOD_POST;
    add(response, "Allow", get && post ? "GET, HEAD, POST" : post ? "POST" : "GET, HEAD");
}

void headers_write(const struct exchange *e, struct MHD_Response *response) {
    const struct reply *reply = &e->request.reply;
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        add(response, always[i][0], always[i][1]);
    add(response, "Content-Type", reply->type ? reply->type : "text/html; charset=utf-8");
    add(response, "Cache-Control", reply->lasting ? "public, max-age=31536000, immutable" : "no-store");
    if (e->server->web.secure)
        add(response, "Strict-Transport-Security", "max-age=31536000; includeSubDomains");
    if (reply->location)
        add(response, "Location", reply->location);
    if (reply->cookie)
        add_cookie(e, response, reply->cookie);
    if (reply->status == MHD_HTTP_METHOD_NOT_ALLOWED)
        add_allow(response, e->allowed);
    if (reply->status == MHD_HTTP_TOO_MANY_REQUESTS)
        add(response, "Retry-After", "60");
    if (e->closing || atomic_load(&e->server->stopping))
        add(response, "Connection", "close");
}
