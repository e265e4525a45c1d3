/* Sending what is to be said to other programs. */
#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "mail/hooks.h"
#include "store/engines.h"

enum { LOOK_SECONDS = 1, CONNECT_SECONDS = 5, ALL_SECONDS = 10, ANSWER_MOST = 64 * 1024 };
enum { LEASE_SECONDS = 3 * ALL_SECONDS };

struct hooks {
    struct store *store;
    struct hook_settings settings;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pthread_t thread;
    bool stopping;
};

struct sending {
    bool may_be_private;
    bool refused; /* the address lies in a private network */
    size_t received;
};

/* Looks at the address that the name led to, at the moment of connecting, so that a name cannot lead elsewhere. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    struct sending *s = context;
    (void)purpose;
    if (!s->may_be_private && hooks_is_private(&address->addr)) {
        s->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* What they answer is of no interest; and it has an end. */
static size_t forget(char *data, size_t size, size_t n, void *context) {
    struct sending *s = context;
    (void)data;
    s->received += size * n;
    return s->received > ANSWER_MOST ? 0 : size * n;
}

static void set_options(CURL *curl, const struct hooks *h, const struct hook_message *m, struct sending *s) {
    curl_easy_setopt(curl, CURLOPT_URL, m->hook.url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, s->may_be_private ? "http,https" : "https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)ALL_SECONDS);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, s);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, forget);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, s);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "readiness");
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, m->body);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(m->body));
    if (*h->settings.ca_file)
        curl_easy_setopt(curl, CURLOPT_CAINFO, h->settings.ca_file);
}

static struct curl_slist *headers_of(struct arena *arena, const struct hook_message *m) {
    char signature[HOOK_SIGNATURE_MAX];
    hooks_sign(m->hook.secret, clock_now(), m->body, signature);
    struct curl_slist *list = curl_slist_append(NULL, "Content-Type: application/json");
    list = curl_slist_append(list, "Expect:");
    list = curl_slist_append(list, arena_printf(arena, "Readiness-Event: %s", m->event));
    return curl_slist_append(list, arena_printf(arena, "Readiness-Signature: %s", signature));
}

/* "" when it arrived; else why not, as a word for programs: "status 500", "private_address". In the arena. */
static const char *post(const struct hooks *h, struct arena *arena, const struct hook_message *m) {
    struct sending s = {.refused = false};
    long status = 0;
    if (!hooks_allow(h->settings.allowed, m->hook.url, &s.may_be_private))
        return "not_allowed";
    CURL *curl = curl_easy_init();
    if (!curl)
        return "no_memory";
    struct curl_slist *headers = headers_of(arena, m);
    set_options(curl, h, m, &s);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    const CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    if (s.refused)
        return "private_address";
    if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && status >= 200))
        return code == CURLE_OPERATION_TIMEDOUT ? "too_slow" : "not_reached";
    return status >= 200 && status < 300 ? "" : arena_printf(arena, "status_%ld", status);
}

/* When to try again after so many attempts; 0: no more. */
static int64_t next_try(const struct hooks *h, int attempts) {
    static const int pauses[HOOK_ATTEMPTS - 1] = {1, 5, 15, 60, 240, 720, 1440};
    return attempts >= HOOK_ATTEMPTS - 1 ? 0 : clock_now() + (int64_t)pauses[attempts] * h->settings.retry_seconds;
}

/* False when there was nothing to do. */
static bool send_one(const struct hooks *h) {
    struct arena *arena = arena_new();
    struct hook_message m;
    bool found = store_next_hook_message(h->store, arena, clock_now(), &m) == RESULT_OK;
    /* looked at again when the work is ours: another process may just have sent it */
    found = found && store_hold(h->store, WORK_HOOKS, LEASE_SECONDS) == RESULT_OK &&
            store_next_hook_message(h->store, arena, clock_now(), &m) == RESULT_OK;
    if (found) {
        const char *trouble = post(h, arena, &m);
        const bool gives_up = !*trouble || strcmp(trouble, "not_allowed") == 0;
        const int64_t again = gives_up ? 0 : next_try(h, m.attempts);
        if (*trouble)
            log_event(LOG_WARNING, "hook_not_delivered", LOG_REASON, trouble, -1);
        if (store_end_hook_message(h->store, &m, again, trouble) != RESULT_OK) {
            log_event(LOG_WARNING, "hook_not_noted", -1);
            arena_free(arena);
            return false; /* not again at once: the store is in trouble */
        }
    }
    arena_free(arena);
    return found;
}

static void *work(void *context) {
    struct hooks *h = context;
    pthread_mutex_lock(&h->mutex);
    while (!h->stopping) {
        pthread_mutex_unlock(&h->mutex);
        const bool busy = send_one(h);
        pthread_mutex_lock(&h->mutex);
        if (busy || h->stopping)
            continue;
        struct timespec at;
        clock_gettime(CLOCK_REALTIME, &at);
        at.tv_sec += LOOK_SECONDS;
        (void)pthread_cond_timedwait(&h->changed, &h->mutex, &at);
    }
    pthread_mutex_unlock(&h->mutex);
    return NULL;
}

struct hooks *hooks_start(struct store *s, const struct hook_settings *settings) {
    if (!*settings->allowed || curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        return NULL;
    struct hooks *h = mem_alloc(sizeof *h);
    memset(h, 0, sizeof *h);
    h->store = s;
    h->settings = *settings;
    pthread_mutex_init(&h->mutex, NULL);
    pthread_cond_init(&h->changed, NULL);
    if (pthread_create(&h->thread, NULL, work, h) == 0)
        return h;
    pthread_cond_destroy(&h->changed);
    pthread_mutex_destroy(&h->mutex);
    free(h);
    return NULL;
}

void hooks_stop(struct hooks *h) {
    if (!h)
        return;
    pthread_mutex_lock(&h->mutex);
    h->stopping = true;
    pthread_cond_broadcast(&h->changed);
    pthread_mutex_unlock(&h->mutex);
    pthread_join(h->thread, NULL);
    pthread_cond_destroy(&h->changed);
    pthread_mutex_destroy(&h->mutex);
    free(h);
}
