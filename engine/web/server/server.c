#include "web/server.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "instrument/library.h"
#include "mail/mailer.h"
#include "web/server/exchange.h"
#include "web/server/style.h"
#include "web/workspace/gate.h"
#include "web/workspace/jobs.h"

/* Threads and queues: for resume codes (two hashes of 64 MiB at a time), for pages of the workspace. */
enum { WORKERS = 2, WORK_ROOM = 16, DESKS = 4, DESK_ROOM = 64 };
/* What is not whole when the stop begins gets a little time to become so, what is being worked on gets the rest; and
 * who still waits then, a moment in which to be told. */
enum { DRAIN_PARTS = 5000, DRAIN_ALL = 18000, DRAIN_LAST = 500 };
/* The library takes the memory for each connection whole, and keeps it while the line is open: a thousand idle ones are
 * 24 MB. */
enum { CONNECTION_MEMORY = 24 * 1024, BACKLOG = 1024 };

/* "127.0.0.1:8080" or "[::1]:8080" in two parts. */
static bool split_listen(struct arena *arena, const char *listen, const char **host, const char **port) {
    const char *colon = strrchr(listen, ':');
    long number;
    if (!colon || !str_to_long(str_of(colon + 1), &number) || number < 0 || number > 65535)
        return false;
    size_t n = (size_t)(colon - listen);
    if (n > 2 && listen[0] == '[' && listen[n - 1] == ']') {
        listen++;
        n -= 2;
    } else if (memchr(listen, ':', n)) {
        return false; /* an IPv6 address without brackets: which colon is the port's? */
    }
    *host = arena_copy(arena, listen, n);
    *port = colon + 1;
    return n > 0;
}

static int open_socket(const struct addrinfo *address) {
    const int on = 1;
    const int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    const int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static enum result listen_refused(struct findings *findings, const char *listen, const char *code, enum result result) {
    finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, code, "listen", listen, NULL);
    return result;
}

static enum result start_listening(struct server *s, const char *listen, struct findings *findings) {
    const char *host = "", *port = "";
    struct addrinfo *addresses = NULL;
    const struct addrinfo hints = {.ai_flags = AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    if (!split_listen(s->arena, listen, &host, &port) || getaddrinfo(host, port, &hints, &addresses) != 0)
        return listen_refused(findings, listen, "listen_wrong", RESULT_INPUT);
    s->listening = open_socket(addresses);
    const int error = errno;
    freeaddrinfo(addresses);
    if (s->listening >= 0)
        return RESULT_OK;
    if (error == EADDRINUSE)
        return listen_refused(findings, listen, "listen_taken", RESULT_INPUT);
    if (error == EACCES)
        return listen_refused(findings, listen, "listen_forbidden", RESULT_INPUT);
    return listen_refused(findings, listen, "listen_failed", error == EADDRNOTAVAIL ? RESULT_INPUT : RESULT_MACHINE);
}

/* What is really listened on: with port 0, the system chose one. */
static char *url_of(struct arena *arena, int fd) {
    struct sockaddr_storage address;
    socklen_t n = sizeof address;
    char host[64] = "", port[8] = "";
    memset(&address, 0, sizeof address);
    getsockname(fd, (struct sockaddr *)&address, &n);
    getnameinfo((struct sockaddr *)&address, n, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    return arena_printf(arena, strchr(host, ':') ? "http://[%s]:%s" : "http://%s:%s", host, port);
}

/* The library's messages may hold addresses of visitors, so they go nowhere. */
static void forget_message(void *context, const char *format, va_list args) {
    (void)context;
    (void)format;
    (void)args;
}

static struct MHD_Daemon *start_daemon(struct server *s, const struct server_options *o) {
    struct MHD_OptionItem items[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)forget_message, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)exchange_on_address, s},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)exchange_on_completed, s},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)exchange_on_connection, s},
        {MHD_OPTION_LISTEN_SOCKET, s->listening, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, o->connection_limit, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, o->idle_seconds, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {o->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, o->threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_ERROR_LOG,
                            0, NULL, NULL, exchange_on_request, s, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
}

static void server_free(struct server *s) {
    pthread_mutex_destroy(&s->mutex);
    misses_stop(&s->misses);
    misses_stop(&s->tries);
    misses_stop(&s->calls);
    gate_free(s->web.gate);
    jobs_stop(s->web.jobs);
    library_free(s->web.library);
    if (s->listening >= 0)
        close(s->listening);
    arena_free(s->arena);
    free(s);
}

/* The threads, in the order in which they are stopped backwards. */
static bool start_threads(struct server *s, const struct server_options *o) {
    if (!visitors_start(&s->visitors, o->total_seconds))
        return false;
    if (workers_start(&s->workers, WORKERS, WORK_ROOM)) {
        if (workers_start(&s->desks, DESKS, DESK_ROOM)) {
            s->daemon = start_daemon(s, o);
            if (s->daemon)
                return true;
            workers_stop(&s->desks);
        }
        workers_stop(&s->workers);
    }
    visitors_stop(&s->visitors);
    return false;
}

/* A URL that only this machine itself can mean. */
static bool is_loopback(const char *url) {
    static const char *const hosts[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        const size_t n = strlen(hosts[i]);
        if (strncmp(url, hosts[i], n) == 0 && (url[n] == '\0' || url[n] == ':' || url[n] == '/'))
            return true;
    }
    return false;
}

static void prepare_web(struct server *s, const struct server_options *o) {
    struct web *web = &s->web;
    *web = (struct web){.texts = o->texts,
                        .collect = o->preview ? NULL : o->collect,
                        .store = o->preview ? NULL : o->store,
                        .strategies = o->strategies,
                        .surveys = o->surveys ? arena_string(s->arena, o->surveys) : "surveys",
                        .db = arena_string(s->arena, o->db ? o->db : ""),
                        .keys = arena_string(s->arena, o->keys ? o->keys : ""),
                        .preview = o->preview ? o->preview_instrument : NULL,
                        .preview_file = o->preview ? arena_string(s->arena, o->preview_file) : NULL,
                        .public_url = o->public_url ? arena_string(s->arena, o->public_url) : s->url};
    web->secure = strncmp(web->public_url, "https://", 8) == 0;
    web->sessions = web->secure || (is_loopback(web->public_url) && is_loopback(s->url));
    web->assets = style_make_assets(s->arena, &web->n_assets);
    for (size_t i = 0; i < web->n_assets; i++)
        if (strcmp(web->assets[i].path, asset_path(web, "respondent.css")) == 0)
            web->style = web->assets[i];
    web->hooks_allowed = o->hooks_allowed ? arena_string(s->arena, o->hooks_allowed) : "";
    web->mailer = o->mailer;
    web->mail_tools = o->mailer ? mailer_tools_of(o->mailer) : NULL;
    atomic_init(&web->mails_per_minute, o->mails_per_minute);
    if (web->store)
        web->gate = gate_new(web->db, web->keys);
    if (web->preview_file) /* the folder without a name behind it */
        web->library = library_new(
            arena_copy(s->arena, web->preview_file, (size_t)(file_name(web->preview_file) - web->preview_file)));
    else if (web->store)
        web->library = library_new(web->surveys);
    if (web->store)
        web->jobs = jobs_start(store_folder(web->store));
}

enum result server_start(struct server **out, const struct server_options *options, struct findings *findings) {
    struct server *s = mem_alloc(sizeof *s);
    memset(s, 0, sizeof *s);
    *out = NULL;
    s->arena = arena_new();
    s->listening = -1;
    atomic_init(&s->suspended, 0);
    atomic_init(&s->stopping, false);
    atomic_init(&s->uploads, 0);
    pthread_mutex_init(&s->mutex, NULL);
    misses_start(&s->misses, MISSES_PER_MINUTE);
    misses_start(&s->tries, TRIES_PER_MINUTE);
    misses_start(&s->calls, CALLS_PER_MINUTE);
    enum result result = RESULT_OK;
    if (!proxies_read(&s->proxies, options->trusted_proxies ? options->trusted_proxies : "")) {
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "proxies_wrong", "list",
                    options->trusted_proxies, NULL);
        result = RESULT_INPUT;
    }
    if (result == RESULT_OK)
        result = start_listening(s, options->listen, findings);
    if (result == RESULT_OK) {
        s->url = url_of(s->arena, s->listening);
        prepare_web(s, options);
        if (!start_threads(s, options)) {
            finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "server_failed", NULL);
            result = RESULT_MACHINE;
        }
    }
    if (result != RESULT_OK) {
        server_free(s);
        return result;
    }
    log_event(LOG_INFO, "listening", LOG_LISTEN, s->url, -1);
    *out = s;
    return RESULT_OK;
}

void server_change(struct server *s, int total_seconds, int mails_per_minute) {
    visitors_be_patient(&s->visitors, total_seconds);
    atomic_store(&s->web.mails_per_minute, mails_per_minute);
}

const char *server_url(const struct server *s) {
    return s->url;
}

static void pause_a_moment(void) {
    const struct timespec moment = {0, 10000000L};
    nanosleep(&moment, NULL);
}

void server_refuse(struct server *s) {
    if (atomic_exchange(&s->stopping, true))
        return;
    (void)MHD_quiesce_daemon(s->daemon);   /* the socket is ours; it is closed when nobody uses it any more, */
    (void)shutdown(s->listening, SHUT_RD); /* but nobody is to queue for it from now on */
    s->stop_began = clock_monotonic();
}

void server_stop(struct server *s) {
    if (!s)
        return;
    server_refuse(s);
    while (exchange_any(s, false) && clock_monotonic() < s->stop_began + DRAIN_PARTS)
        pause_a_moment();
    while (exchange_any(s, true) && clock_monotonic() < s->stop_began + DRAIN_ALL)
        pause_a_moment();
    workers_stop(&s->desks); /* these waits end by themselves */
    workers_stop(&s->workers);
    exchange_give_up_waiting(s);
    while (atomic_load(&s->suspended) > 0) /* stopping the library with a suspended connection would abort */
        pause_a_moment();
    for (int64_t last = clock_monotonic() + DRAIN_LAST; exchange_any(s, true) && clock_monotonic() < last;)
        pause_a_moment();
    MHD_stop_daemon(s->daemon);
    visitors_stop(&s->visitors);
    log_event(LOG_INFO, "stopped", -1);
    server_free(s);
}
