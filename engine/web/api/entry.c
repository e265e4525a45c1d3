#include "web/api/entry.h"

#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "web/api/call.h"
#include "web/routes.h"
#include "web/workspace/gate.h"

enum { ONCE_SECONDS = 24 * 3600, ONCE_KEY_MOST = 200 };

bool api_is_path(const char *path) {
    return strncmp(path, "/api/", 5) == 0;
}

static const char *problem_of(int status) {
    return status == 404   ? "not_found"
           : status == 401 ? "token_missing"
           : status == 403 ? "forbidden"
           : status == 405 ? "method"
           : status == 413 ? "too_large"
           : status == 415 ? "media_type"
           : status == 429 ? "often"
           : status < 500  ? "malformed"
           : status == 503 ? "busy"
                           : "failed";
}

static struct api_call *new_call(struct request *r) {
    struct api_call *c = arena_alloc(r->arena, sizeof *c);
    *c = (struct api_call){.request = r, .arena = r->arena, .store = r->web->store};
    c->desk = gate_new_desk(r);
    c->operation = r->route ? r->route->api : NULL;
    return c;
}

void api_refuse(struct request *r, int status) {
    struct api_call *c = new_call(r);
    api_problem(c, status, problem_of(status));
    r->reply.challenge = status == 401;
    findings_free(c->desk->findings);
}

/* Who is it? A token that is none, has expired or belongs to nobody any more: all the same answer. */
static bool identify(struct api_call *c) {
    const char *bearer = c->request->api->bearer;
    uint8_t hash[32];
    enum result result = RESULT_INPUT;
    if (bearer && request_tried_too_often(c->request)) {
        api_problem(c, 429, "often");
        return false;
    }
    if (bearer && token_hash_of(bearer, hash))
        result = store_find_token(c->store, c->arena, hash, clock_now(), &c->token, &c->desk->account);
    if (result == RESULT_MACHINE) {
        api_problem(c, 503, "busy");
        return false;
    }
    if (result != RESULT_OK) {
        if (bearer)
            request_count_try(c->request);
        api_problem(c, 401, bearer ? "token_wrong" : "token_missing");
        c->request->reply.challenge = true;
        return false;
    }
    c->desk->signed_in = true;
    if (request_count_call(c->request, c->token.id.bytes)) {
        api_problem(c, 429, "often");
        return false;
    }
    const struct day today = clock_today();
    return strcmp(c->token.used, today.text) == 0 || api_good(c, store_touch_token(c->store, c->token.id, today));
}

/* May this account, and this token, do it, and with that assessment? */
static bool is_allowed(struct api_call *c) {
    const struct route *route = c->request->route;
    if (!gate_role_suffices(c->desk->account.role, route->access)) {
        api_problem(c, 403, "role");
        return false;
    }
    if (!(c->token.scopes & c->operation->scope)) {
        api_problem(c, 403, "scope");
        return false;
    }
    const int refused = route_parameter(route, "assessment") >= 0 ? gate_find_assessment(c->desk) : 0;
    if (refused)
        api_problem(c, refused, refused == 404 ? "not_found" : "busy");
    return !refused;
}

static bool is_understood(struct api_call *c) {
    const enum content content = c->request->api->content;
    const bool empty = c->request->body.n == 0;
    api_check_query(c);
    if (desk_has_errors(c->desk)) {
        api_problem(c, 400, "query");
        return false;
    }
    if (!c->operation->body)
        return true;
    if (content != CONTENT_JSON && !(content == CONTENT_CSV && c->operation->table) &&
        !(content == CONTENT_NONE && empty)) {
        api_problem(c, 415, "media_type");
        return false;
    }
    if (content == CONTENT_CSV)
        return true;
    if (content == CONTENT_NONE)
        c->request->body = str_of("{}");
    if (!api_check_body(c)) {
        api_problem(c, 400, "malformed");
        return false;
    }
    return !api_has_errors(c);
}

/* Idempotency keys: the same request with the same key is done once, and answered the same for a day. */

struct once {
    bool used;
    uint8_t hash[32];
};

static void hash_request(const struct api_call *c, struct once *once, uint8_t request[32]) {
    const struct request *r = c->request;
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, 32);
    crypto_generichash_update(&state, c->desk->account.id.bytes, sizeof c->desk->account.id.bytes);
    crypto_generichash_update(&state, (const uint8_t *)r->path, strlen(r->path) + 1);
    crypto_generichash_update(&state, (const uint8_t *)r->api->once, strlen(r->api->once));
    crypto_generichash_final(&state, once->hash, sizeof once->hash);
    crypto_generichash_init(&state, NULL, 0, 32);
    for (size_t i = 0; i < r->query.n; i++) {
        crypto_generichash_update(&state, (const uint8_t *)r->query.fields[i].name.p, r->query.fields[i].name.n);
        crypto_generichash_update(&state, (const uint8_t *)"=", 1);
        crypto_generichash_update(&state, (const uint8_t *)r->query.fields[i].value.p, r->query.fields[i].value.n);
        crypto_generichash_update(&state, (const uint8_t *)"&", 1);
    }
    crypto_generichash_update(&state, (const uint8_t *)r->body.p, r->body.n);
    crypto_generichash_final(&state, request, 32);
}

static void answer_again(struct api_call *c, const struct kept_reply *kept, const uint8_t request[32]) {
    struct reply *reply = &c->request->reply;
    if (memcmp(kept->request, request, sizeof kept->request) != 0) {
        api_problem(c, 422, "key_reused");
    } else if (kept->status == 0) {
        api_problem(c, 409, "key_under_way");
    } else {
        reply->status = kept->status;
        reply->type = "application/json";
        reply->location = *kept->location ? kept->location : NULL;
        buf_text(&reply->body, kept->body);
    }
}

/* False when the answer is written already. */
static bool begin_once(struct api_call *c, struct once *once) {
    const char *key = c->request->api->once;
    uint8_t request[32];
    struct kept_reply kept;
    const int64_t now = clock_now();
    once->used = key && c->request->method == METHOD_POST && !c->operation->secret;
    if (!once->used)
        return true;
    if (!*key || strlen(key) > ONCE_KEY_MOST) {
        api_problem(c, 400, "key_wrong");
        once->used = false;
        return false;
    }
    hash_request(c, once, request);
    const enum result result =
        store_begin_reply(c->store, c->arena, once->hash, request, now, now - ONCE_SECONDS, &kept);
    if (result == RESULT_OK)
        return true;
    once->used = false;
    if (result == RESULT_INPUT)
        answer_again(c, &kept, request);
    else
        api_problem(c, 503, "busy");
    return false;
}

/* What was refused was not done, so it may be tried again with the same key. */
static void end_once(struct api_call *c, const struct once *once) {
    const struct reply *reply = &c->request->reply;
    const bool done = reply->status >= 200 && reply->status < 300;
    if (once->used &&
        store_keep_reply(c->store, once->hash, done ? reply->status : 0, reply->location, reply->body.p) != RESULT_OK)
        log_event(LOG_WARNING, "reply_not_kept", LOG_ROUTE, c->request->route->path, -1);
}

/* On a worker thread. */
static enum result work(struct request *r) {
    struct api_call *c = new_call(r);
    struct once once = {.used = false};
    if (!c->operation->scope) {
        c->operation->call(c);
    } else if (!r->web->sessions) {
        api_problem(c, 403, "not_safe");
    } else if (identify(c) && is_allowed(c) && is_understood(c) && begin_once(c, &once)) {
        c->operation->call(c);
        end_once(c, &once);
    }
    findings_free(c->desk->findings);
    return RESULT_OK;
}

static void end(struct request *r, int outcome) {
    if (outcome != WAIT_GIVEN_UP && r->reply.status != 0)
        return;
    api_refuse(r, outcome == WAIT_GIVEN_UP ? 503 : 500);
}

void api_enter(struct request *r) {
    if (!request_desk(r, work, end))
        api_refuse(r, 503);
}
