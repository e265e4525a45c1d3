/* rooms: web
 * length: 3000
 *
 * Bytes on the wire, to a real server that shows a preview. Every answer is HTTP with a status that is not the server's
 * own fault, carries the headers that every answer carries, and the server is there for the next one. */
#include "fuzz.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include "instrument/loader.h"
#include "web/server.h"

static const char survey[] =
    "[survey]\nschema = 1\nname = t\nversion = 1\ntitle = T\n"
    "[scale.s]\n1 = a\n2 = b\n3 = c\nna = \"n\"\n[construct.c]\nlabel = C\nlevel = team\nscale = s\nitem.c1 = One\n"
    "item.c2 = Two\n[question.role]\ntype = choice\nlabel = R\nchoices = manager: M | front: F | other: O\n"
    "[question.years]\ntype = number\nlabel = Y\nrelevant = ${role} = manager\n"
    "[question.words]\ntype = text\nlabel = W\n";
static struct server *server;
static struct texts *texts;
static const struct instrument *instrument;
static struct sockaddr_in address = {.sin_family = AF_INET};

static void stop(void) {
    server_stop(server);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    signal(SIGPIPE, SIG_IGN);
    const struct instrument_file file = {"", {survey, sizeof survey - 1}};
    PROMISE(sodium_init() >= 0);
    PROMISE(instrument_parse(&instrument, "t.ini", &file, 1, NULL) == RESULT_OK);
    texts = fuzz_texts();
    const struct server_options options = {.listen = "127.0.0.1:0",
                                           .threads = 1,
                                           .connection_limit = 100,
                                           .idle_seconds = 5,
                                           .total_seconds = 5,
                                           .preview = true,
                                           .preview_instrument = instrument,
                                           .texts = texts};
    PROMISE(server_start(&server, &options, NULL) == RESULT_OK);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)atoi(strrchr(server_url(server), ':') + 1));
    return atexit(stop);
}

/* A new connection with these bytes sent; the other side may have refused them half-way. */
static int ask(const void *data, size_t size) {
    const struct linger at_once = {1, 0}; /* no thousands of sockets in TIME_WAIT */
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    PROMISE(fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    (void)!send(fd, data, size, MSG_NOSIGNAL);
    return fd;
}

/* What comes within so many milliseconds, and at once after that. */
static void receive(int fd, struct buf *b, int patience) {
    char piece[8192];
    for (struct pollfd p = {.fd = fd, .events = POLLIN}; poll(&p, 1, patience) == 1; patience = 0) {
        const ssize_t n = recv(fd, piece, sizeof piece, 0);
        if (n <= 0)
            break;
        buf_bytes(b, piece, (size_t)n);
    }
    close(fd);
}

static void check_reply(struct buf *b) {
    if (b->n == 0)
        return;
    PROMISE(b->n > 12 && memcmp(b->p, "HTTP/1.", 7) == 0);
    const char *status = b->p + 9;
    PROMISE(status[0] >= '1' && status[0] <= '5');
    PROMISE(status[0] != '5' || memcmp(status, "501", 3) == 0 || memcmp(status, "505", 3) == 0);
    if (status[0] == '2')
        PROMISE(strstr(b->p, "\r\nX-Content-Type-Options: nosniff\r\n"));
}

/* The fuzzer looks at the clock by SIGALRM, which would break off whatever waits for the server: ten seconds at most.
 */
static void hold_alarm(int how) {
    sigset_t alarm;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    PROMISE(pthread_sigmask(how, &alarm, NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char next[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    struct buf b = BUF_INIT;
    if (size == 0)
        return 0;
    hold_alarm(SIG_BLOCK);
    receive(ask(data, size), &b, 5); /* half a request has no answer */
    check_reply(&b);
    buf_clear(&b);
    receive(ask(next, sizeof next - 1), &b, 10000);
    hold_alarm(SIG_UNBLOCK);
    PROMISE(b.n > 12 && memcmp(b.p, "HTTP/1.1 303", 12) == 0);
    buf_free(&b);
    return 0;
}
