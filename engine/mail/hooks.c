/* What is said to other programs, to whom, and how it is signed. */
#include "mail/hooks.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"

/* An address that says what it says to everybody: no other name before an @, no blank, no way up. */
static bool is_plain(const char *url) {
    const size_t n = strlen(url);
    for (const char *c = url; *c; c++)
        if (*c <= ' ' || *c > '~' || strchr("\\@#\"<>", *c))
            return false;
    return n <= HOOK_URL_MAX && !strstr(url, "/..");
}

static bool begins(const char *url, struct str prefix) {
    const size_t n = prefix.n;
    return n > 0 && strncmp(url, prefix.p, n) == 0 && (prefix.p[n - 1] == '/' || strchr("/?", url[n]));
}

bool hooks_allow(const char *allowed, const char *url, bool *is_private) {
    bool found = false;
    *is_private = false;
    for (const char *at = allowed; *at && is_plain(url);) {
        at += strspn(at, " ,");
        struct str entry = {at, strcspn(at, " ,")};
        at += entry.n;
        const bool inside = entry.n && entry.p[0] == '+';
        if (inside)
            entry = (struct str){entry.p + 1, entry.n - 1};
        if (!begins(url, entry) || (!inside && strncmp(url, "https://", 8) != 0))
            continue;
        found = true;
        *is_private = *is_private || inside;
    }
    return found && (strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0);
}

static bool is_private_4(uint32_t a) {
    static const struct {
        uint32_t network;
        int bits;
    } private[] = {{0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},  {0xA9FE0000, 16},
                   {0xAC100000, 12}, {0xC0000000, 24}, {0xC0A80000, 16}, {0xC6120000, 15}, {0xE0000000, 3}};
    for (size_t i = 0; i < sizeof private / sizeof *private; i++)
        if (a >> (32 - private[i].bits) == private[i].network >> (32 - private[i].bits))
            return true;
    return false;
}

static uint32_t four(const uint8_t *b) {
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* Only what is routed in the whole world (2000::/3); an address of IPv4 inside is looked at as such. */
static bool is_private_6(const uint8_t b[16]) {
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, nat[12] = {0, 0x64, 0xFF, 0x9B};
    if (memcmp(b, mapped, sizeof mapped) == 0 || memcmp(b, nat, sizeof nat) == 0)
        return is_private_4(four(b + 12));
    if (b[0] == 0x20 && b[1] == 0x02)
        return is_private_4(four(b + 2));
    return b[0] >> 5 != 1 || (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0 && b[3] == 0);
}

bool hooks_is_private(const struct sockaddr *address) {
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        return is_private_4(ntohl(in.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, address, sizeof in);
        return is_private_6(in.sin6_addr.s6_addr);
    }
    return true;
}

void hooks_secret_text(const uint8_t secret[32], char text[65]) {
    (void)sodium_bin2hex(text, 65, secret, 32);
}

void hooks_sign(const uint8_t secret[32], int64_t now, const char *body, char signature[HOOK_SIGNATURE_MAX]) {
    crypto_auth_hmacsha256_state state;
    uint8_t hash[crypto_auth_hmacsha256_BYTES];
    char key[65], time[24], hex[2 * sizeof hash + 1];
    hooks_secret_text(secret, key);
    snprintf(time, sizeof time, "%lld", (long long)now);
    crypto_auth_hmacsha256_init(&state, (const uint8_t *)key, 64);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)time, strlen(time));
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)".", 1);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)body, strlen(body));
    crypto_auth_hmacsha256_final(&state, hash);
    sodium_memzero(key, sizeof key);
    snprintf(signature, HOOK_SIGNATURE_MAX, "t=%s,v1=%s", time, sodium_bin2hex(hex, sizeof hex, hash, sizeof hash));
}

static void put(struct json_writer *w, const char *name, const char *text) {
    json_key(w, name);
    json_text(w, text);
}

static void open_message(struct json_writer *w, struct id id, const char *event) {
    char hex[2 * sizeof id.bytes + 1];
    json_open(w, '{');
    put(w, "id", sodium_bin2hex(hex, sizeof hex, id.bytes, sizeof id.bytes));
    put(w, "event", event);
}

static enum result add(struct store *s, const struct hook *hook, struct hook_message *m, const char *body) {
    m->hook = *hook;
    m->body = body;
    return store_add_hook_message(s, m, clock_now() + 1); /* by then it is so for everybody */
}

static enum result add_closed(struct store *s, struct arena *arena, const struct hook *hook, const struct assessment *a,
                              const struct wave *w) {
    struct hook_message m = {.id = id_new(), .event = "wave.closed"};
    struct account account;
    bool may = false;
    enum result result = store_get_account(s, arena, hook->account, &account);
    if (result == RESULT_OK)
        result = store_may_work(s, a->id, &account, &may);
    if (result != RESULT_OK || !may)
        return result;
    struct buf body = BUF_INIT;
    struct json_writer json = {.out = &body};
    open_message(&json, m.id, m.event);
    put(&json, "assessment", a->name);
    json_key(&json, "wave");
    json_integer(&json, w->number);
    put(&json, "label", w->label);
    put(&json, "href", arena_printf(arena, "/api/v1/assessments/%s/waves/%d", a->name, w->number));
    json_close(&json, '}');
    result = add(s, hook, &m, body.p);
    buf_free(&body);
    return result;
}

static void note(enum result result) {
    if (result != RESULT_OK)
        log_event(LOG_WARNING, "hook_not_told", -1);
}

void hooks_tell_closed(struct store *s, const struct assessment *a, const struct wave *w) {
    struct arena *arena = arena_new();
    struct hook *hooks;
    size_t n;
    enum result result = store_list_hooks(s, arena, NULL, &hooks, &n);
    for (size_t i = 0; result == RESULT_OK && i < n; i++)
        result = add_closed(s, arena, &hooks[i], a, w);
    note(result);
    arena_free(arena);
}

void hooks_tell_ready(struct store *s, struct id account, const char *job, const char *name) {
    struct arena *arena = arena_new();
    struct hook *hooks;
    size_t n;
    enum result result = store_list_hooks(s, arena, &account, &hooks, &n);
    for (size_t i = 0; result == RESULT_OK && i < n; i++) {
        struct hook_message m = {.id = id_new(), .event = "report.ready"};
        struct buf body = BUF_INIT;
        struct json_writer json = {.out = &body};
        open_message(&json, m.id, m.event);
        put(&json, "name", name);
        put(&json, "href", arena_printf(arena, "/api/v1/jobs/%s", job));
        put(&json, "file", arena_printf(arena, "/api/v1/jobs/%s/file", job));
        json_close(&json, '}');
        result = add(s, &hooks[i], &m, body.p);
        buf_free(&body);
    }
    note(result);
    arena_free(arena);
}
