/* Visitors of a server on this machine: so many connections that stay open, each with one request at a time, until a
 * number of things is done. One thread, because the server needs the rest.
 *
 *   load page      ADDRESS CONNECTIONS N PID PATHS            N times GET, the file's paths in turn
 *   load submit    ADDRESS CONNECTIONS N PID FORMS MARK       N times POST: the file's first line is the path, its
 * second the body, where {token} is the next of the lines that follow and each # a digit from 1 to 5 load interview
 * ADDRESS CONNECTIONS N PID TOKENS MARK      N whole interviews, /s/TOKEN: reads each page, fills in its form, goes on
 * until the page with MARK has come
 *
 * ADDRESS is HOST:PORT in figures. Prints one line of JSON: things done and failed, requests, seconds, the percentiles
 * of a request in milliseconds, the CPU seconds of process PID in that time, and the bytes of the last reply. What is
 * sent has arrived only when the page with MARK is back with status 200. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

enum { MOST_CONNECTIONS = 1024, GIVE_UP_SECONDS = 120, MOST_PAGES = 60 };
enum mode { PAGE, SUBMIT, INTERVIEW };

struct visit { /* one connection */
    int fd;
    size_t n;  /* bytes that have come */
    int pages; /* of this interview */
    bool busy;
    int64_t begun;
    struct text out, body;
    char cookie[COOKIE_ROOM];
    char in[IN_ROOM + 1];
};

static struct {
    enum mode mode;
    struct sockaddr_in address;
    const char *host, *mark, *path, *form;
    const char **lines; /* paths or tokens */
    size_t n_lines, next;
    long wanted, begun, done, failed, requests;
    uint32_t *microseconds;
    size_t n_measured, room;
    size_t bytes;
    uint64_t state;
    int epoll;
} run;

static int64_t now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void die(const char *what) {
    fprintf(stderr, "load: %s\n", what);
    exit(1);
}

static void read_lines(const char *path) {
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    if (!file)
        die("no such file");
    while ((n = getline(&line, &room, file)) > 0) {
        if (line[n - 1] == '\n')
            line[n - 1] = '\0';
        if (run.n_lines % 1024 == 0)
            run.lines = realloc(run.lines, (run.n_lines + 1024) * sizeof *run.lines);
        run.lines[run.n_lines++] = strdup(line);
    }
    free(line);
    fclose(file);
}

static void say_request(struct visit *v, const char *method, const char *path, const char *segment) {
    v->out.n = 0;
    text_say(&v->out, method);
    text_say(&v->out, " ");
    text_say(&v->out, path);
    text_say(&v->out, segment);
    text_say(&v->out, " HTTP/1.1\r\nHost: ");
    text_say(&v->out, run.host);
    text_say(&v->out, "\r\nAccept-Language: en\r\n");
    if (*v->cookie) {
        text_say(&v->out, "Cookie: ");
        text_say(&v->out, v->cookie);
        text_say(&v->out, "\r\n");
    }
}

static void say_body(struct visit *v) {
    char head[128];
    snprintf(head, sizeof head, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n",
             v->body.n);
    text_say(&v->out, head);
    text_add(&v->out, v->body.p, v->body.n);
}

static void fill_template(struct visit *v, const char *token) {
    v->body.n = 0;
    for (const char *c = run.form; *c; c++) {
        const char digit = (char)('1' + chance(&run.state, 5));
        if (strncmp(c, "{token}", 7) == 0) {
            text_say(&v->body, token);
            c += 6;
        } else {
            text_add(&v->body, *c == '#' ? &digit : c, 1);
        }
    }
}

/* The next thing to do, or false when all have begun. */
static bool begin(struct visit *v) {
    if (run.begun == run.wanted || (run.mode != PAGE && run.next == run.n_lines))
        return false;
    const char *line = run.n_lines ? run.lines[run.next++ % run.n_lines] : "";
    run.begun++;
    v->pages = 0;
    v->cookie[0] = '\0';
    if (run.mode == SUBMIT) {
        say_request(v, "POST", run.path, "");
        fill_template(v, line);
        say_body(v);
        return true;
    }
    say_request(v, "GET", run.mode == PAGE ? "" : "/s/", line);
    text_say(&v->out, "\r\n");
    return true;
}

static void open_connection(struct visit *v) {
    const int size = 1;
    v->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (v->fd < 0 || connect(v->fd, (const struct sockaddr *)&run.address, sizeof run.address) != 0)
        die("nobody listens there");
    setsockopt(v->fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &size, sizeof size);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = v};
    epoll_ctl(run.epoll, EPOLL_CTL_ADD, v->fd, &event);
}

/* All that waits to be sent fits into the socket: a form has a few kilobytes. */
static void send_request(struct visit *v) {
    v->n = 0;
    v->busy = true;
    v->begun = now(CLOCK_MONOTONIC);
    if (send(v->fd, v->out.p, v->out.n, MSG_NOSIGNAL) != (ssize_t)v->out.n) {
        close(v->fd); /* the server ended a connection that was silent */
        open_connection(v);
        if (send(v->fd, v->out.p, v->out.n, MSG_NOSIGNAL) != (ssize_t)v->out.n)
            die("cannot send");
    }
}

static void measure(const struct visit *v) {
    if (run.n_measured == run.room) {
        run.room = run.room ? 2 * run.room : 65536;
        run.microseconds = realloc(run.microseconds, run.room * sizeof *run.microseconds);
    }
    run.microseconds[run.n_measured++] = (uint32_t)((now(CLOCK_MONOTONIC) - v->begun) / 1000);
    run.requests++;
}

/* The bytes of the whole reply, or 0 while more must come; *body is where the page begins. */
static size_t reply_size(const struct visit *v, size_t *body) {
    const char *end = memmem(v->in, v->n, "\r\n\r\n", 4);
    if (!end)
        return 0;
    const char *length = strcasestr(v->in, "\r\nContent-Length:");
    *body = (size_t)(end - v->in) + 4;
    const size_t whole = *body + (length && length < end ? strtoul(length + 17, NULL, 10) : 0);
    if (whole > IN_ROOM)
        die("a page larger than 64 KB");
    return v->n >= whole ? whole : 0;
}

/* The name and value of the last cookie that the head sets; emptied when it is taken away. */
static void keep_cookie(struct visit *v, size_t head) {
    const char *at = memmem(v->in, head, "\r\nSet-Cookie: ", 14);
    if (!at)
        return;
    at += 14;
    const size_t n = strcspn(at, ";\r");
    const bool gone = at[n - 1] == '=';
    snprintf(v->cookie, COOKIE_ROOM, "%.*s", gone ? 0 : (int)n, at);
}

enum next { SEND, DONE, FAILED };

static enum next go_on(struct visit *v, size_t body, size_t whole) {
    const bool good = memcmp(v->in, "HTTP/1.1 200", 12) == 0;
    const bool marked = run.mark && memmem(v->in + body, whole - body, run.mark, strlen(run.mark));
    if (!good || run.mode != INTERVIEW)
        return good && (marked || !run.mark) ? DONE : FAILED;
    if (marked)
        return DONE;
    keep_cookie(v, body);
    if (++v->pages > MOST_PAGES || !form_fill(&v->body, v->in + body, whole - body, &run.state))
        return FAILED;
    say_request(v, "POST", "/s", "");
    say_body(v);
    return SEND;
}

static void finish(struct visit *v, enum next next) {
    if (next == FAILED && run.failed++ == 0)
        fprintf(stderr, "load: first failure:\n%s\n", v->in);
    run.done += next == DONE;
    v->busy = false;
    if (begin(v))
        send_request(v);
}

static void receive(struct visit *v) {
    size_t body = 0;
    const ssize_t n = recv(v->fd, v->in + v->n, IN_ROOM - v->n, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) { /* ended in the middle of a request: that one has failed */
        const bool busy = v->busy;
        close(v->fd);
        open_connection(v);
        if (busy)
            finish(v, FAILED);
        return;
    }
    v->n += (size_t)n;
    v->in[v->n] = '\0';
    const size_t whole = reply_size(v, &body);
    if (!whole)
        return;
    measure(v);
    run.bytes = whole;
    const enum next next = go_on(v, body, whole);
    if (next == SEND)
        send_request(v);
    else
        finish(v, next);
}

static int by_size(const void *a, const void *b) {
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static double percentile(double share) {
    if (run.n_measured == 0)
        return 0;
    return run.microseconds[(size_t)(share * (double)(run.n_measured - 1))] / 1000.0;
}

static void visit_all(size_t n) {
    struct visit *visits = calloc(n, sizeof *visits);
    struct epoll_event events[MOST_CONNECTIONS];
    const int64_t end = now(CLOCK_MONOTONIC) + (int64_t)GIVE_UP_SECONDS * 1000000000;
    if (!visits)
        die("no memory");
    for (size_t i = 0; i < n; i++)
        open_connection(&visits[i]);
    for (size_t i = 0; i < n; i++)
        if (begin(&visits[i]))
            send_request(&visits[i]);
    while (run.done + run.failed < run.begun && now(CLOCK_MONOTONIC) < end) {
        const int ready = epoll_wait(run.epoll, events, MOST_CONNECTIONS, 1000);
        for (int i = 0; i < ready; i++)
            receive(events[i].data.ptr);
    }
    for (size_t i = 0; i < n; i++) {
        close(visits[i].fd);
        free(visits[i].out.p);
        free(visits[i].body.p);
    }
    free(visits);
}

static void read_arguments(int argc, char **argv) {
    static const char *const modes[] = {"page", "submit", "interview"};
    char host[64];
    const char *colon = argc >= 7 ? strrchr(argv[2], ':') : NULL;
    if (!colon || (size_t)(colon - argv[2]) >= sizeof host)
        die("see the first lines of load.c");
    while (run.mode <= INTERVIEW && strcmp(argv[1], modes[run.mode]) != 0)
        run.mode++;
    snprintf(host, sizeof host, "%.*s", (int)(colon - argv[2]), argv[2]);
    run.host = argv[2];
    run.address.sin_family = AF_INET;
    run.address.sin_port = htons((uint16_t)atoi(colon + 1));
    run.wanted = atol(argv[4]);
    run.mark = argc > 7 ? argv[7] : NULL;
    if (run.mode > INTERVIEW || inet_pton(AF_INET, host, &run.address.sin_addr) != 1)
        die("see the first lines of load.c");
    read_lines(argv[6]);
    if (run.mode == SUBMIT) {
        if (run.n_lines < 2)
            die("a path and a form are wanted");
        run.path = run.lines[0];
        run.form = run.lines[1];
        run.next = 2;
    }
}

int main(int argc, char **argv) {
    clockid_t server = CLOCK_MONOTONIC;
    run.state = 7;
    read_arguments(argc, argv);
    const size_t n = (size_t)atoi(argv[3]);
    if (n < 1 || n > MOST_CONNECTIONS || clock_getcpuclockid((pid_t)atoi(argv[5]), &server) != 0)
        die("see the first lines of load.c");
    run.epoll = epoll_create1(EPOLL_CLOEXEC);
    const int64_t cpu = now(server), begun = now(CLOCK_MONOTONIC);
    visit_all(n);
    const double seconds = (double)(now(CLOCK_MONOTONIC) - begun) / 1e9, used = (double)(now(server) - cpu) / 1e9;
    qsort(run.microseconds, run.n_measured, sizeof *run.microseconds, by_size);
    printf("{\"done\": %ld, \"failed\": %ld, \"requests\": %ld, \"seconds\": %.4f, \"rate\": %.1f, \"p50\": %.3f,"
           " \"p95\": %.3f, \"p99\": %.3f, \"most\": %.3f, \"cpu\": %.4f, \"bytes\": %zu}\n",
           run.done, run.failed, run.requests, seconds, (double)run.done / seconds, percentile(0.5), percentile(0.95),
           percentile(0.99), percentile(1), used, run.bytes);
    return 0;
}
