/* Addresses that are told of events (mail/hooks.h): as far as the settings allow them. */
#include <string.h>

#include "base/clock.h"
#include "base/random.h"
#include "mail/hooks.h"
#include "web/api/call.h"
#include "web/api/operations.h"

static const char *key(const struct api_call *c, const void *list, size_t i) {
    return api_hex(c, ((const struct hook *)list)[i].id);
}

static void write(struct api_call *c, const void *list, size_t i) {
    const struct hook *h = &((const struct hook *)list)[i];
    api_put(c, "id", api_hex(c, h->id));
    api_put(c, "url", h->url);
    api_put_time(c, "created", h->created);
    api_put_or_null(c, "trouble", h->trouble);
}

static void list_all(struct api_call *c) {
    struct hook *list;
    size_t n;
    if (api_good(c, store_list_hooks(c->store, c->arena, &c->desk->account.id, &list, &n)))
        (void)api_list(c, n, key, write, list);
}

/* The secret is shown this once; so the answer is not kept for a second asking, and there is another hook then. */
static void add(struct api_call *c) {
    struct hook h = {.id = id_new(), .account = c->desk->account.id, .url = api_text(c, "url"), .created = clock_now()};
    char secret[65];
    bool is_private;
    if (!hooks_allow(c->request->web->hooks_allowed, h.url, &is_private))
        desk_wrong(c->desk, "url", "hook_not_allowed", "value", h.url);
    if (api_has_errors(c))
        return;
    random_bytes(h.secret, sizeof h.secret);
    const enum result result = store_add_hook(c->store, &h, HOOKS_MAX);
    if (result == RESULT_INPUT)
        desk_wrong(c->desk, "url", "hooks_too_many", NULL, NULL);
    if (!api_good(c, result))
        return;
    hooks_secret_text(h.secret, secret);
    desk_audit(c->desk, "hook_added", c->desk->account.email);
    api_open(c);
    api_put(c, "id", api_hex(c, h.id));
    api_put(c, "url", h.url);
    api_put(c, "secret", secret);
    api_close(c);
    c->request->reply.location = api_path(c, "hooks", api_hex(c, h.id), NULL);
}

static void drop(struct api_call *c) {
    struct id id;
    const bool is_id = api_read_id(desk_parameter(c->desk, "hook"), &id);
    const enum result result = is_id ? store_drop_hook(c->store, c->desk->account.id, id) : RESULT_INPUT;
    if (result != RESULT_OK) {
        api_problem(c, result == RESULT_INPUT ? 404 : 503, result == RESULT_INPUT ? "not_found" : "busy");
        return;
    }
    desk_audit(c->desk, "hook_removed", c->desk->account.email);
    c->request->reply.status = c->operation->status;
    c->request->reply.type = "application/json";
}

const struct api_operation api_hooks_list = {
    .id = "hooks_list", .scope = SCOPE_MANAGE, .call = list_all, .status = 200, .answer = "Hook", .list = true};
const struct api_operation api_hooks_add = {.id = "hooks_add",
                                            .scope = SCOPE_MANAGE,
                                            .call = add,
                                            .body = "NewHook",
                                            .status = 201,
                                            .answer = "MadeHook",
                                            .secret = true};
const struct api_operation api_hooks_remove = {
    .id = "hooks_remove", .scope = SCOPE_MANAGE, .call = drop, .status = 204};
