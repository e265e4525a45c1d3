#include "web/server/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "web/api/entry.h"
#include "web/routes.h"
#include "web/workspace/gate.h"

/* A body above FORM_BODY_MAX is read and thrown away up to here, so that the browser gets to read why it was refused;
 * with more than this announced or sent, the connection just ends. */
enum { DISCARD_MAX = 4 * 1024 * 1024 };
enum { ADDRESS_PARTS_MAX = 100 };
/* Uploads are kept in memory until they are whole, so only so many at a time. */
enum { UPLOADS_MAX = 8 };

/* Whoever ends the wait and the server's stop may come at the same time: the state decides who was first. */
enum { WAITING, ENDED, GIVEN_UP };

struct wait {
    atomic_int state;
    int outcome;
    struct exchange *exchange;
};

static void list_add(struct server *s, struct exchange *e) {
    pthread_mutex_lock(&s->mutex);
    e->next = s->active;
    if (s->active)
        s->active->previous = e;
    s->active = e;
    pthread_mutex_unlock(&s->mutex);
}

static void list_remove(struct server *s, struct exchange *e) {
    pthread_mutex_lock(&s->mutex);
    if (e->previous)
        e->previous->next = e->next;
    else
        s->active = e->next;
    if (e->next)
        e->next->previous = e->previous;
    pthread_mutex_unlock(&s->mutex);
}

/* Everything of a request goes. */
static void end_exchange(struct server *s, struct exchange *e) {
    list_remove(s, e);
    if (e->uploading)
        atomic_fetch_sub(&s->uploads, 1);
    if (e->visitor)
        e->visitor->exchange = NULL;
    if (e->request.at_end)
        e->request.at_end(&e->request);
    buf_free(&e->body);
    buf_free(&e->request.reply.body);
    arena_free(e->request.arena);
}

/* Takes the library more parts than it has memory for, it leaves the connection waiting; so whoever sends that is not
 * listened to any longer. */
static bool is_too_long(const char *address) {
    size_t parts = 0;
    for (const char *c = address; *c; c++)
        parts += *c == '&';
    return parts > ADDRESS_PARTS_MAX;
}

/* The library hands out the address as it was sent; later it is decoded, and %00 has cut it short unseen. A request
 * that the library gives up after that is never said to be completed: it ends with the next one, or with the
 * connection. */
void *exchange_on_address(void *context, const char *address, struct MHD_Connection *connection) {
    struct server *s = context;
    struct arena *arena = arena_new();
    struct exchange *e = arena_alloc(arena, sizeof *e);
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    e->visitor = info ? info->socket_context : NULL;
    if (e->visitor && e->visitor->served) /* what went before was a pause between two requests, not a slow one */
        visitor_must_act(&s->visitors, e->visitor);
    if (e->visitor && e->visitor->exchange)
        end_exchange(s, e->visitor->exchange);
    if (e->visitor)
        e->visitor->exchange = e;
    if (e->visitor && is_too_long(address))
        shutdown(e->visitor->socket, SHUT_RDWR);
    e->server = s;
    e->body = (struct buf)BUF_INIT;
    e->bad_address = strstr(address, "%00") != NULL;
    e->request = (struct request){.arena = arena,
                                  .web = &s->web,
                                  .parameter = "",
                                  .cookie_part = "",
                                  .path = "",
                                  .reply = {.body = BUF_INIT},
                                  .exchange = e};
    for (size_t i = 0; i < ROUTE_PARAMETERS_MAX; i++)
        e->request.parameters[i] = "";
    list_add(s, e);
    return e;
}

void exchange_on_completed(void *context, struct MHD_Connection *connection, void **exchange,
                           enum MHD_RequestTerminationCode code) {
    struct server *s = context;
    struct exchange *e = *exchange;
    (void)connection;
    (void)code;
    if (!e)
        return;
    *exchange = NULL;
    if (e->visitor) {
        e->visitor->served = true;
        visitor_must_act(&s->visitors, e->visitor);
    }
    end_exchange(s, e);
}

void exchange_on_connection(void *context, struct MHD_Connection *connection, void **visitor,
                            enum MHD_ConnectionNotificationCode code) {
    struct server *s = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *visitor = visitor_enter(&s->visitors, info ? info->connect_fd : -1);
    } else if (*visitor) {
        const struct visitor *v = *visitor;
        if (v->exchange)
            end_exchange(s, v->exchange);
        visitor_leave(&s->visitors, *visitor);
        *visitor = NULL;
    }
}

static enum MHD_Result send_reply(struct exchange *e) {
    struct reply *reply = &e->request.reply;
    const struct str body = reply->fixed.p ? reply->fixed : buf_view(&reply->body);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    headers_write(e, response);
    if (reply->status >= 500 && !reply->unlogged) {
        char status[12];
        snprintf(status, sizeof status, "%d", reply->status);
        log_event(LOG_WARNING, "failed", LOG_ROUTE, e->request.route ? e->request.route->path : "-", LOG_STATUS, status,
                  -1);
    }
    if (e->visitor)
        visitor_must_act(&e->server->visitors, e->visitor);
    const enum MHD_Result result = MHD_queue_response(e->connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return result;
}

/* After a handler or a continuation: either it waits now, or there is a reply. */
static enum MHD_Result go_on(struct exchange *e) {
    if (e->wait)
        return MHD_YES;
    if (e->request.reply.status == 0)
        route_refuse(&e->request, MHD_HTTP_INTERNAL_SERVER_ERROR);
    return send_reply(e);
}

static void refuse(struct exchange *e, int status) {
    if (!e->refusal)
        e->refusal = status;
}

static size_t discard_max(const struct request *r) {
    return r->route && r->route->upload > DISCARD_MAX / 2 ? 2 * r->route->upload : DISCARD_MAX;
}

static unsigned long long announced_length(struct MHD_Connection *connection) {
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
    return length ? strtoull(length, NULL, 10) : 0;
}

/* Much is to come, as much as its row takes: a few at a time. */
static void expect_much(struct exchange *e) {
    if (atomic_fetch_add(&e->server->uploads, 1) >= UPLOADS_MAX) {
        atomic_fetch_sub(&e->server->uploads, 1);
        refuse(e, MHD_HTTP_SERVICE_UNAVAILABLE);
    } else {
        e->uploading = true;
        e->room = e->request.route->upload;
    }
}

/* A file may come along only on a row that says so, from somebody who at least claims to be signed in. */
static void expect_upload(struct exchange *e) {
    const struct request *r = &e->request;
    e->boundary = headers_boundary(e->connection, r->arena);
    if (!e->boundary || r->route->upload == 0)
        refuse(e, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE);
    else if (!r->session)
        refuse(e, MHD_HTTP_FORBIDDEN);
    else
        expect_much(e);
}

/* What a program sends is text of a type that its row takes, and it says who it is before it sends much. */
static void expect_program(struct exchange *e) {
    struct request *r = &e->request;
    headers_read_program(e);
    if (r->route->upload == 0 || announced_length(e->connection) <= FORM_BODY_MAX)
        return;
    if (!r->api->bearer)
        refuse(e, MHD_HTTP_UNAUTHORIZED);
    else
        expect_much(e);
}

static enum method method_of(const char *method) {
    static const struct {
        const char *name;
        enum method method;
    } known[] = {{"GET", METHOD_GET},
                 {"HEAD", METHOD_GET},
                 {"POST", METHOD_POST},
                 {"PUT", METHOD_PUT},
                 {"DELETE", METHOD_DELETE}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(method, known[i].name) == 0)
            return known[i].method;
    return 0;
}

/* Everything that can be said from the headers. Refusals that make the rest of the stream doubtful end the connection.
 */
static void read_head(struct exchange *e, const char *path, const char *method) {
    struct request *r = &e->request;
    const bool programs = api_is_path(path);
    const enum method known = method_of(method);
    headers_read(e);
    e->origin = headers_origin(e);
    e->room = FORM_BODY_MAX;
    r->method = known ? known : METHOD_POST;
    r->path = arena_string(r->arena, path);
    r->route = route_find(r->method, path, r->web, r->arena, r->parameters, &e->allowed);
    r->parameter = r->parameters[0];
    if (headers_are_ambiguous(e->connection) || e->bad_address) {
        refuse(e, MHD_HTTP_BAD_REQUEST);
        e->closing = true;
    } else if (!known || (known > METHOD_POST && !programs)) {
        refuse(e, MHD_HTTP_METHOD_NOT_ALLOWED);
        e->closing = true;
    } else if (announced_length(e->connection) > discard_max(r)) {
        refuse(e, MHD_HTTP_CONTENT_TOO_LARGE);
        e->closing = true;
    } else if (!r->route) {
        refuse(e, e->allowed ? MHD_HTTP_METHOD_NOT_ALLOWED : MHD_HTTP_NOT_FOUND);
    } else if (r->route->csrf != CSRF_NONE && headers_are_cross_site(e->connection)) {
        refuse(e, MHD_HTTP_FORBIDDEN);
    } else if (r->route->api) {
        expect_program(e);
    } else if (r->method == METHOD_POST && !headers_say_form(e->connection)) {
        expect_upload(e);
    }
    if (announced_length(e->connection) > e->room)
        refuse(e, MHD_HTTP_CONTENT_TOO_LARGE);
}

static enum MHD_Result reply_refused(struct exchange *e) {
    route_refuse(&e->request, e->refusal);
    return send_reply(e);
}

static enum MHD_Result begin(struct exchange *e, struct MHD_Connection *connection, const char *path,
                             const char *method, const char *version) {
    e->connection = connection;
    read_head(e, path, method);
    if (strcmp(version, MHD_HTTP_VERSION_1_0) == 0 &&
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Transfer-Encoding")) {
        e->refusal = MHD_HTTP_BAD_REQUEST; /* chunks came with 1.1; a proxy in front that knows 1.0 only saw no body */
        e->closing = true;
    }
    return e->closing ? reply_refused(e) : MHD_YES;
}

static enum MHD_Result receive(struct exchange *e, const char *data, size_t *size) {
    e->received += *size;
    if (e->received > e->room) {
        refuse(e, MHD_HTTP_CONTENT_TOO_LARGE);
        buf_free(&e->body);
    }
    if (e->received > discard_max(&e->request))
        return MHD_NO;
    if (!e->refusal)
        buf_bytes(&e->body, data, *size);
    *size = 0;
    return MHD_YES;
}

/* The body of a form lies in the arena afterwards; that of an upload stays until the request is over, since the files'
 * bytes are in it. */
static void read_body(struct exchange *e) {
    struct request *r = &e->request;
    const struct str body = buf_view(&e->body);
    const enum form_result parsed = e->boundary ? form_parse_multipart(&r->form, r->arena, body, e->boundary, e->room)
                                                : form_parse(&r->form, r->arena, body);
    if (parsed != FORM_OK)
        refuse(e, parsed == FORM_TOO_LARGE ? MHD_HTTP_CONTENT_TOO_LARGE : MHD_HTTP_BAD_REQUEST);
    if (!e->boundary)
        buf_free(&e->body);
}

static enum MHD_Result handle(struct exchange *e) {
    struct request *r = &e->request;
    atomic_store(&e->whole, true);
    if (e->visitor)
        visitor_may_wait(e->visitor);
    const bool programs = r->route && r->route->api;
    if (!e->refusal && programs)
        r->body = buf_view(&e->body);
    else if (!e->refusal && r->method == METHOD_POST)
        read_body(e);
    if (e->refusal) {
        if (api_is_path(r->path) || !gate_take_refusal(r, e->refusal))
            route_refuse(r, e->refusal);
    } else if (programs) {
        api_enter(r);
    } else if (r->route->desk)
        gate_enter(r);
    else
        r->route->handle(r);
    return go_on(e);
}

static enum MHD_Result resume(struct exchange *e) {
    pthread_mutex_lock(&e->server->mutex);
    struct wait *w = e->wait;
    e->wait = NULL;
    const bool given_up = e->given_up;
    pthread_mutex_unlock(&e->server->mutex);
    int outcome = WAIT_GIVEN_UP;
    if (!given_up) {
        outcome = w->outcome;
        free(w);
    }
    e->then(&e->request, outcome);
    return go_on(e);
}

enum MHD_Result exchange_on_request(void *context, struct MHD_Connection *connection, const char *path,
                                    const char *method, const char *version, const char *data, size_t *size,
                                    void **exchange) {
    struct exchange *e = *exchange;
    (void)context;
    if (!e->connection)
        return begin(e, connection, path, method, version);
    if (*size > 0)
        return receive(e, data, size);
    return e->wait ? resume(e) : handle(e);
}

struct wait *request_wait(struct request *r, void (*then)(struct request *r, int outcome)) {
    struct exchange *e = r->exchange;
    struct wait *w = mem_alloc(sizeof *w);
    atomic_init(&w->state, WAITING);
    w->outcome = WAIT_GIVEN_UP;
    w->exchange = e;
    e->then = then;
    pthread_mutex_lock(&e->server->mutex);
    e->wait = w;
    pthread_mutex_unlock(&e->server->mutex);
    atomic_fetch_add(&e->server->suspended, 1);
    MHD_suspend_connection(e->connection);
    return w;
}

/* Counts down only after the library knows: the server's stop waits for the count. */
static void wake(struct exchange *e) {
    struct server *s = e->server;
    MHD_resume_connection(e->connection);
    atomic_fetch_sub(&s->suspended, 1);
}

void wait_end(struct wait *w, int outcome) {
    int expected = WAITING;
    w->outcome = outcome;
    if (atomic_compare_exchange_strong(&w->state, &expected, ENDED))
        wake(w->exchange);
    else
        free(w);
}

bool request_work(struct request *r, enum result (*job)(struct request *r),
                  void (*then)(struct request *r, int outcome)) {
    return workers_put(&r->exchange->server->workers, r, job, then);
}

bool request_desk(struct request *r, enum result (*job)(struct request *r),
                  void (*then)(struct request *r, int outcome)) {
    return workers_put(&r->exchange->server->desks, r, job, then);
}

bool request_server_stops(const struct request *r) {
    return atomic_load(&r->exchange->server->stopping);
}

static bool miss(const struct request *r, int n) {
    return misses_add(&r->exchange->server->misses, origin_network(&r->exchange->origin), n);
}

bool request_count_miss(struct request *r) {
    return miss(r, 1);
}

bool request_missed_too_often(const struct request *r) {
    return miss(r, 0);
}

uint64_t request_network(const struct request *r) {
    return origin_is_here(&r->exchange->origin) ? 0 : origin_network(&r->exchange->origin);
}

void request_count_try(struct request *r) {
    if (request_network(r))
        (void)misses_add(&r->exchange->server->tries, request_network(r), 1);
}

bool request_count_call(struct request *r, const uint8_t token[16]) {
    uint64_t who;
    memcpy(&who, token, sizeof who);
    return misses_add(&r->exchange->server->calls, who, 1);
}

bool request_tried_too_often(const struct request *r) {
    return request_network(r) && misses_add(&r->exchange->server->tries, request_network(r), 0);
}

bool exchange_any(struct server *s, bool whole) {
    bool any = false;
    pthread_mutex_lock(&s->mutex);
    for (const struct exchange *e = s->active; e && !any; e = e->next)
        any = !whole || atomic_load(&e->whole);
    pthread_mutex_unlock(&s->mutex);
    return any;
}

void exchange_give_up_waiting(struct server *s) {
    pthread_mutex_lock(&s->mutex);
    for (struct exchange *e = s->active; e; e = e->next) {
        int expected = WAITING;
        if (e->wait && atomic_compare_exchange_strong(&e->wait->state, &expected, GIVEN_UP)) {
            e->given_up = true;
            wake(e);
        }
    }
    pthread_mutex_unlock(&s->mutex);
}
