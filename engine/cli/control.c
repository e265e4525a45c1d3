#include "cli/control.h"
#include "store/care.h"
#include "store/engines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { MESSAGE_MAX = 32 << 10, STREAMS = 3, CLIENTS_MAX = 16, CONTROL_NAME_BYTES = 16 };

struct control {
    const struct cli *server;
    _Atomic(const struct settings *) settings;
    int listening;
    int stop[2]; /* closing [1] ends the thread */
    struct sockaddr_un address;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards `clients` */
    pthread_cond_t gone;
    int clients; /* commands that are run right now, each on a thread of its own: sending mail may take an hour */
};

struct client {
    struct control *control;
    int socket;
};

/* In the database's folder. That of a database server's is any folder, so that the name says which database it is. */
static bool address_of(const char *db, const char *folder, struct sockaddr_un *out) {
    uint8_t hash[CONTROL_NAME_BYTES];
    char name[2 * sizeof hash + 2] = "";
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (store_is_shared(db)) {
        crypto_generichash(hash, sizeof hash, (const uint8_t *)db, strlen(db), NULL, 0);
        name[0] = '-';
        sodium_bin2hex(name + 1, sizeof name - 1, hash, sizeof hash);
    }
    const int n = snprintf(out->sun_path, sizeof out->sun_path, "%s/control%s", folder, name);
    return n > 0 && (size_t)n < sizeof out->sun_path;
}

enum result control_claim(const struct cli *cli, int *lock) {
    *lock = -1;
    if (!store_is_shared(cli->settings->db))
        return RESULT_OK;
    const char *folder = store_folder(cli->store);
    *lock = open(arena_printf(cli->arena, "%s/engine.lock", folder), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*lock >= 0 && flock(*lock, LOCK_EX | LOCK_NB) == 0)
        return RESULT_OK;
    const bool taken = *lock >= 0 && errno == EWOULDBLOCK;
    finding_add(cli->findings, SEVERITY_ERROR, (struct place){folder, 0, 0},
                taken ? "folder_in_use" : "folder_not_made", NULL);
    return taken ? RESULT_INPUT : RESULT_MACHINE;
}

/* The message is words ended by zero bytes: the folder first, then the command's. The three streams travel along. */
static ssize_t receive(int socket, char *message, int streams[STREAMS]) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int) * STREAMS)];
    } control;
    struct iovec data = {message, MESSAGE_MAX};
    struct msghdr m = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    ssize_t n = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
    struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
    const size_t given = c && c->cmsg_type == SCM_RIGHTS ? (c->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;
    const bool good = given == STREAMS && message[n - 1] == '\0';
    for (size_t i = 0; i < given; i++) {
        int stream;
        memcpy(&stream, CMSG_DATA(c) + i * sizeof stream, sizeof stream);
        if (good)
            streams[i] = stream;
        else
            close(stream);
    }
    return good ? n : -1;
}

/* With the descriptor below it, also when no stream could be made of that. */
static void close_stream(FILE *file, int descriptor) {
    if (file)
        fclose(file);
    else
        close(descriptor);
}

static enum result run_for_client(struct control *control, int client, char *message, size_t n, int streams[STREAMS]) {
    struct cli cli = {.folder = message,
                      .texts = control->server->texts,
                      .language = control->server->language,
                      .settings = atomic_load(&control->settings),
                      .store = control->server->store,
                      .collect = control->server->collect,
                      .strategies = control->server->strategies,
                      .mailer = control->server->mailer,
                      .client = client};
    char *words[ARGUMENTS_MAX * 2];
    int n_words = 0;
    for (size_t at = strlen(message) + 1; at < n && n_words < ARGUMENTS_MAX * 2; at += strlen(message + at) + 1)
        words[n_words++] = message + at;
    cli.in = fdopen(streams[0], "r");
    cli.out = fdopen(streams[1], "w");
    cli.err = fdopen(streams[2], "w");
    cli.arena = arena_new();
    cli.findings = findings_new();
    bool helped;
    enum result result = RESULT_MACHINE;
    if (cli.in && cli.out && cli.err) {
        cli.terminal = isatty(streams[2]);
        result = cli_parse(&cli, n_words, words, &helped);
        if (result == RESULT_OK && !helped)
            result = cli.command->only_here ? RESULT_USAGE : cli_run(&cli);
    }
    close_stream(cli.in, streams[0]);
    close_stream(cli.out, streams[1]);
    close_stream(cli.err, streams[2]);
    findings_free(cli.findings);
    arena_free(cli.arena);
    return result;
}

static void answer(struct control *control, int client) {
    char *message = mem_alloc(MESSAGE_MAX);
    int streams[STREAMS];
    ssize_t n = receive(client, message, streams);
    if (n > 0) {
        char status = (char)run_for_client(control, client, message, (size_t)n, streams);
        (void)!send(client, &status, 1, MSG_NOSIGNAL);
    }
    free(message);
}

static void *serve_client(void *argument) {
    struct client client = *(struct client *)argument;
    free(argument);
    answer(client.control, client.socket);
    close(client.socket);
    pthread_mutex_lock(&client.control->mutex);
    client.control->clients--;
    pthread_cond_signal(&client.control->gone);
    pthread_mutex_unlock(&client.control->mutex);
    return NULL;
}

/* Runs the client's command beside the others; when there are too many, or no thread can be had, waits for one's end.
 */
static void take_client(struct control *control, int socket) {
    struct client *client = mem_alloc(sizeof *client);
    pthread_t thread;
    *client = (struct client){control, socket};
    pthread_mutex_lock(&control->mutex);
    while (control->clients >= CLIENTS_MAX)
        pthread_cond_wait(&control->gone, &control->mutex);
    control->clients++;
    pthread_mutex_unlock(&control->mutex);
    if (pthread_create(&thread, NULL, serve_client, client) == 0)
        pthread_detach(thread);
    else
        serve_client(client);
}

static void *answer_until_stopped(void *argument) {
    struct control *control = argument;
    struct pollfd wait[2] = {{control->listening, POLLIN, 0}, {control->stop[0], POLLIN, 0}};
    while (poll(wait, 2, -1) >= 0 && !wait[1].revents) {
        int client = accept4(control->listening, NULL, NULL, SOCK_CLOEXEC);
        if (client < 0)
            continue;
        take_client(control, client);
    }
    pthread_mutex_lock(&control->mutex);
    while (control->clients > 0)
        pthread_cond_wait(&control->gone, &control->mutex);
    pthread_mutex_unlock(&control->mutex);
    return NULL;
}

struct control *control_start(const struct cli *cli) {
    struct control *control = mem_alloc(sizeof *control);
    *control = (struct control){.server = cli};
    atomic_init(&control->settings, cli->settings);
    pthread_mutex_init(&control->mutex, NULL);
    pthread_cond_init(&control->gone, NULL);
    control->listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    bool good = control->listening >= 0 && address_of(cli->settings->db, store_folder(cli->store), &control->address);
    if (good)
        unlink(control->address.sun_path); /* ours: we hold the lock of the database or of the folder */
    mode_t before = umask(0177);
    good = good && bind(control->listening, (struct sockaddr *)&control->address, sizeof control->address) == 0 &&
           listen(control->listening, 8) == 0;
    umask(before);
    good = good && pipe(control->stop) == 0;
    if (good && pthread_create(&control->thread, NULL, answer_until_stopped, control) == 0)
        return control;
    if (control->listening >= 0)
        close(control->listening);
    free(control);
    return NULL;
}

void control_use(struct control *control, const struct settings *settings) {
    if (control)
        atomic_store(&control->settings, settings);
}

void control_stop(struct control *control) {
    if (!control)
        return;
    close(control->stop[1]);
    pthread_join(control->thread, NULL);
    unlink(control->address.sun_path);
    close(control->listening);
    close(control->stop[0]);
    pthread_cond_destroy(&control->gone);
    pthread_mutex_destroy(&control->mutex);
    free(control);
}

static bool send_request(int socket, int argc, char *const *argv) {
    struct buf message = BUF_INIT;
    char folder[4096];
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int) * STREAMS)];
    } control;
    if (!getcwd(folder, sizeof folder))
        return false;
    buf_bytes(&message, folder, strlen(folder) + 1);
    for (int i = 0; i < argc; i++)
        buf_bytes(&message, argv[i], strlen(argv[i]) + 1);
    struct iovec data = {message.p, message.n};
    memset(&control, 0, sizeof control);
    struct msghdr m = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int) * STREAMS);
    int streams[STREAMS] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
    memcpy(CMSG_DATA(c), streams, sizeof streams);
    bool good = message.n < MESSAGE_MAX && sendmsg(socket, &m, MSG_NOSIGNAL) == (ssize_t)message.n;
    buf_free(&message);
    return good;
}

enum asked control_ask(const char *db, int argc, char *const *argv, enum result *result) {
    struct sockaddr_un address;
    char folder[sizeof address.sun_path];
    bool good = store_find_folder(db, folder, sizeof folder) && address_of(db, folder, &address);
    int s = good ? socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0) : -1;
    char status = RESULT_MACHINE;
    good = s >= 0 && connect(s, (struct sockaddr *)&address, sizeof address) == 0 && send_request(s, argc, argv);
    const bool answered = good && recv(s, &status, 1, 0) == 1;
    if (s >= 0)
        close(s);
    *result = (enum result)status;
    return answered ? ASKED_DONE : good ? ASKED_LOST : ASKED_NOBODY;
}
