#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "collect/collect.h"
#include "web/server/exchange.h"
#include "web/workspace/gate.h"

/* The policy allows our own style sheet and forms, and nothing else; pages of the workspace may have script files, and
 * one of them shows previews in frames. */
#define POLICY_BASE                                                                                                    \
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "     \
    "object-src 'none'; frame-ancestors "
#define POLICY POLICY_BASE "'none'"
#define POLICY_WITH_SCRIPT POLICY "; script-src 'self'; connect-src 'self'"
#define POLICY_WITH_FRAMES POLICY "; frame-src 'self'"
#define POLICY_IN_FRAME POLICY_BASE "'self'"

/* Security headers of every answer. */
static const char *const always[][2] = {
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()"},
    {"X-Robots-Tag", "noindex, nofollow"},
};

enum { QUERY_MAX = 20, SESSION_COOKIE = 2 * SESSION_SECRET };

struct seen {
    int host, length, encoding;
    bool odd;
};

/* A name is a token (RFC 9110, 5.6.2). In a value, the library joins what was folded into several lines, and leaves a
 * lone CR where it is. */
static bool is_plain(const char *name, const char *value) {
    for (const unsigned char *c = (const unsigned char *)name; *c; c++)
        if (*c <= ' ' || *c > '~' || strchr("\"(),/:;<=>?@[\\]{}", *c))
            return false;
    for (const unsigned char *c = (const unsigned char *)value; *c; c++)
        if ((*c < ' ' && *c != '\t') || *c == 0x7f)
            return false;
    return *name != '\0';
}

static enum MHD_Result count_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value) {
    struct seen *seen = context;
    (void)kind;
    value = value ? value : "";
    seen->host += strcasecmp(name, "Host") == 0;
    seen->length += strcasecmp(name, "Content-Length") == 0;
    if (strcasecmp(name, "Transfer-Encoding") == 0) {
        seen->encoding++;
        seen->odd = seen->odd || strcasecmp(value, "chunked") != 0;
    }
    seen->odd = seen->odd || !is_plain(name, value);
    return MHD_YES;
}

bool headers_are_ambiguous(struct MHD_Connection *connection) {
    struct seen seen = {0, 0, 0, false};
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, count_header, &seen);
    return seen.host > 1 || seen.length > 1 || seen.encoding > 1 || (seen.length && seen.encoding) || seen.odd;
}

static enum MHD_Result join_forwarded(void *context, enum MHD_ValueKind kind, const char *name, const char *value) {
    struct buf *all = context;
    (void)kind;
    if (value && strcasecmp(name, "X-Forwarded-For") == 0) {
        if (all->n > 0)
            buf_char(all, ',');
        buf_bytes(all, value, strlen(value));
    }
    return MHD_YES;
}

struct origin headers_origin(const struct exchange *e) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(e->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct origin peer = origin_of(info ? info->client_addr : NULL);
    struct buf forwarded = BUF_INIT;
    if (e->server->proxies.n > 0)
        (void)MHD_get_connection_values(e->connection, MHD_HEADER_KIND, join_forwarded, &forwarded);
    const struct origin named = origin_named(&e->server->proxies, peer, forwarded.n > 0 ? forwarded.p : NULL);
    buf_free(&forwarded);
    return named;
}

static const char *header(const struct exchange *e, enum MHD_ValueKind kind, const char *name) {
    return MHD_lookup_connection_value(e->connection, kind, name);
}

static const char *cookie_name(const struct web *web) {
    return web->secure ? "__Host-rd" : "rd";
}

/* The prefix makes the browser keep a cookie to this very host, and to https. */
static const char *session_name(const struct web *web) {
    return web->secure ? "__Host-sid" : "sid";
}

static const char *note_name(const struct web *web) {
    return web->secure ? "__Host-note" : "note";
}

/* The draft's secret, and behind a dash the part of an open link's sitting; or nothing, if it does not look like that.
 * A secret of noughts opens no draft: it marks what a shared device tells. */
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
    const char *name = arena_string(r->arena, *part ? part + 1 : "");
    if (strspn(value, "0") >= SITTING_SECRET_SIZE) {
        r->kiosk_part = name;
        return;
    }
    r->cookie = arena_copy(r->arena, value, SITTING_SECRET_SIZE);
    r->cookie_part = name;
}

struct asked {
    struct arena *arena;
    struct form_field fields[QUERY_MAX];
    size_t n;
};

/* The library has decoded it; what is not text is left out. */
static enum MHD_Result keep_asked(void *context, enum MHD_ValueKind kind, const char *name, const char *value) {
    struct asked *asked = context;
    (void)kind;
    if (!value || asked->n == QUERY_MAX)
        return MHD_YES;
    char *text = arena_string(asked->arena, value);
    size_t n = strlen(text);
    if (form_clean(text, &n) && utf8_valid(str_of(name))) {
        text[n] = '\0';
        asked->fields[asked->n++] = (struct form_field){str_of(arena_string(asked->arena, name)), {text, n}, NULL};
    }
    return MHD_YES;
}

/* What the cookie of a session holds in hexadecimal, or NULL if it does not look like that. */
static const uint8_t *read_session(struct arena *arena, const char *cookie) {
    if (!cookie || strlen(cookie) != SESSION_COOKIE || strspn(cookie, "0123456789abcdef") != SESSION_COOKIE)
        return NULL;
    uint8_t *secret = arena_alloc(arena, SESSION_SECRET);
    (void)sodium_hex2bin(secret, SESSION_SECRET, cookie, SESSION_COOKIE, NULL, NULL, NULL);
    return secret;
}

static void read_workspace(struct exchange *e) {
    struct request *r = &e->request;
    const struct web *web = &e->server->web;
    r->session = read_session(r->arena, header(e, MHD_COOKIE_KIND, session_name(web)));
    r->note = arena_string(r->arena, header(e, MHD_COOKIE_KIND, note_name(web)));
    struct asked *asked = arena_alloc(r->arena, sizeof *asked);
    asked->arena = r->arena;
    (void)MHD_get_connection_values(e->connection, MHD_GET_ARGUMENT_KIND, keep_asked, asked);
    r->query = (struct form){asked->n, asked->fields};
}

void headers_read(struct exchange *e) {
    struct request *r = &e->request;
    read_cookie(e);
    if (e->server->web.store)
        read_workspace(e);
    r->language = arena_string(r->arena, header(e, MHD_GET_ARGUMENT_KIND, "lang"));
    r->accept_language = arena_string(r->arena, header(e, MHD_HEADER_KIND, "Accept-Language"));
}

static enum content content_of(const char *type) {
    static const struct {
        const char *type;
        enum content content;
    } known[] = {{"application/json", CONTENT_JSON}, {"text/csv", CONTENT_CSV}};
    for (size_t i = 0; type && i < sizeof known / sizeof *known; i++) {
        const size_t n = strlen(known[i].type);
        if (strncasecmp(type, known[i].type, n) == 0 && (type[n] == '\0' || strchr("; \t", type[n])))
            return known[i].content;
    }
    return type ? CONTENT_OTHER : CONTENT_NONE;
}

void headers_read_program(struct exchange *e) {
    static const char bearer[] = "Bearer ";
    struct request *r = &e->request;
    const char *authorization = header(e, MHD_HEADER_KIND, "Authorization");
    struct api_head *head = arena_alloc(r->arena, sizeof *head);
    const char *const once = header(e, MHD_HEADER_KIND, "Idempotency-Key");
    const char *const match = header(e, MHD_HEADER_KIND, "If-Match");
    const char *const known = header(e, MHD_HEADER_KIND, "If-None-Match");
    *head = (struct api_head){.once = once ? arena_string(r->arena, once) : NULL,
                              .match = match ? arena_string(r->arena, match) : NULL,
                              .known = known ? arena_string(r->arena, known) : NULL,
                              .content = content_of(header(e, MHD_HEADER_KIND, "Content-Type"))};
    if (authorization && strncasecmp(authorization, bearer, sizeof bearer - 1) == 0)
        head->bearer = arena_string(r->arena, authorization + sizeof bearer - 1);
    r->api = head;
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

/* A token of the standard's characters, up to 70, in quotes or not. */
const char *headers_boundary(struct MHD_Connection *connection, struct arena *arena) {
    static const char type[] = "multipart/form-data;", name[] = "boundary=";
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
    if (!value || strncasecmp(value, type, sizeof type - 1) != 0)
        return NULL;
    const char *at = strcasestr(value, name);
    if (!at)
        return NULL;
    at += sizeof name - 1;
    const bool quoted = *at == '"';
    at += quoted;
    const size_t n = strcspn(at, quoted ? "\"" : "; \t");
    for (size_t i = 0; i < n; i++)
        if (at[i] <= ' ' || at[i] > '~' || strchr("\"\\<>@[]", at[i]))
            return NULL;
    return n > 0 && n <= 70 && (!quoted || at[n]) ? arena_copy(arena, at, n) : NULL;
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

/* A session ends with the browser; how long it lasts is the store's business. */
static void add_workspace_cookie(const struct exchange *e, struct MHD_Response *response, const char *name,
                                 const char *value) {
    const char *cookie = arena_printf(e->request.arena, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", name, value,
                                      *value ? "" : "; Max-Age=0", e->server->web.secure ? "; Secure" : "");
    add(response, "Set-Cookie", cookie);
}

static void add_save_as(const struct exchange *e, struct MHD_Response *response, const char *name) {
    static const char digits[] = "0123456789ABCDEF";
    struct buf plain = BUF_INIT, encoded = BUF_INIT;
    for (const char *c = name; *c; c++) {
        const unsigned char byte = (unsigned char)*c;
        const bool simple = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                            (byte >= 'a' && byte <= 'z') || (byte && strchr("-_.", *c));
        if (simple || (byte & 0xC0) != 0x80)
            buf_char(&plain, simple ? *c : '_');
        const char escape[3] = {'%', digits[byte >> 4], digits[byte & 15]};
        buf_bytes(&encoded, simple ? c : escape, simple ? 1 : 3);
    }
    add(response, "Content-Disposition",
        arena_printf(e->request.arena, "attachment; filename=\"%s\"; filename*=UTF-8''%s", plain.p, encoded.p));
    buf_free(&plain);
    buf_free(&encoded);
}

static void add_allow(struct MHD_Response *response, unsigned allowed) {
    static const char *const names[] = {"GET, HEAD", "POST", "PUT", "DELETE"};
    char list[40] = "";
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (allowed & 1u << i)
            snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", *list ? ", " : "", names[i]);
    add(response, "Allow", *list ? list : names[0]);
}

void headers_write(const struct exchange *e, struct MHD_Response *response) {
    const struct reply *reply = &e->request.reply;
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        add(response, always[i][0], always[i][1]);
    add(response, "Content-Security-Policy",
        reply->script   ? POLICY_WITH_SCRIPT
        : reply->frames ? POLICY_WITH_FRAMES
        : reply->framed ? POLICY_IN_FRAME
                        : POLICY);
    add(response, "X-Frame-Options", reply->framed ? "SAMEORIGIN" : "DENY");
    add(response, "Content-Type", reply->type ? reply->type : "text/html; charset=utf-8");
    add(response, "Cache-Control", reply->lasting ? "public, max-age=31536000, immutable" : "no-store");
    if (e->server->web.secure)
        add(response, "Strict-Transport-Security", "max-age=31536000; includeSubDomains");
    if (reply->etag)
        add(response, "ETag", reply->etag);
    if (reply->language)
        add(response, "Content-Language", reply->language);
    if (reply->challenge)
        add(response, "WWW-Authenticate", "Bearer");
    if (reply->refresh)
        add(response, "Refresh", reply->refresh);
    if (reply->location)
        add(response, "Location", reply->location);
    if (reply->cookie)
        add_cookie(e, response, reply->cookie);
    if (reply->session) {
        add_workspace_cookie(e, response, session_name(&e->server->web), reply->session);
        if (!*reply->session)
            add(response, "Clear-Site-Data",
                "\"cache\", \"storage\""); /* an unfinished answer's cookie is not ours to clear */
    }
    if (reply->note)
        add_workspace_cookie(e, response, note_name(&e->server->web), reply->note);
    if (reply->save_as)
        add_save_as(e, response, reply->save_as);
    if (reply->status == MHD_HTTP_METHOD_NOT_ALLOWED)
        add_allow(response, e->allowed);
    if (reply->status == MHD_HTTP_TOO_MANY_REQUESTS)
        add(response, "Retry-After", "60");
    if (e->closing || atomic_load(&e->server->stopping))
        add(response, "Connection", "close");
}
