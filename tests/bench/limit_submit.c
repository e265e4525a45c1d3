/* The submit limit: what cannot be avoided when an answer must be on disk before the thank-you. Forty fields are taken
 * apart, one row goes into the database (rows.h), one transaction for all that wait, the reply after the commit;
 * nothing is checked or rendered, and nothing sealed unless the last word asks for it: then the row is what the product
 * promises to keep, the fields padded to 4 KB and sealed, under a random key.
 *
 *   limit_submit PORT THREADS DATABASE [sealed]    serves until it is ended; limit_submit_postgres likewise */
#include <microhttpd.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rows.h"

enum { FIELDS = 64, BODY = 4096, SEALED = BODY + crypto_box_SEALBYTES };

struct request {
    struct MHD_Connection *connection;
    struct request *next;
    size_t n;
    int stored;
    char body[BODY];
    char json[2 * BODY];
    unsigned char key[32], sealed[SEALED];
};

static int sealing;
static unsigned char public_key[crypto_box_PUBLICKEYBYTES];
static struct request *waiting;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;

/* "a=1&b=2" as {"a":1,"b":2}: the row's text. */
static size_t take_apart(struct request *r) {
    size_t n = 0;
    char *json = r->json, *rest = r->body, *field;
    json[n++] = '{';
    for (int i = 0; i < FIELDS && (field = strsep(&rest, "&")); i++) {
        char *value = strchr(field, '=');
        if (!value)
            continue;
        *value++ = '\0';
        n += (size_t)snprintf(json + n, 2 * (size_t)BODY - n, "%s\"%s\":\"%s\"", n > 1 ? "," : "", field, value);
    }
    json[n++] = '}';
    return n;
}

/* On the server's threads. */
static void seal(struct request *r) {
    (void)take_apart(r);
    crypto_box_seal(r->sealed, (const unsigned char *)r->json, BODY, public_key);
    randombytes_buf(r->key, sizeof r->key);
}

static void store(struct request *r) {
    if (sealing)
        rows_put(r->key, r->sealed, SEALED);
    else
        rows_put(NULL, r->json, take_apart(r));
    r->stored = 1;
}

/* Whatever waits when the last commit is done is the next transaction. */
static void *write_forever(void *context) {
    (void)context;
    for (;;) {
        pthread_mutex_lock(&mutex);
        while (!waiting)
            pthread_cond_wait(&wake, &mutex);
        struct request *group = waiting;
        waiting = NULL;
        pthread_mutex_unlock(&mutex);
        rows_begin();
        for (struct request *r = group; r; r = r->next)
            store(r);
        if (!rows_commit())
            abort();
        while (group) {
            struct request *next = group->next;
            MHD_resume_connection(group->connection);
            group = next;
        }
    }
}

static enum MHD_Result answer(struct request *r) {
    static const char thanks[] = "<!doctype html><title>Thank you</title><p>Thank you";
    struct MHD_Response *response =
        MHD_create_response_from_buffer(sizeof thanks - 1, (void *)(uintptr_t)thanks, MHD_RESPMEM_PERSISTENT);
    (void)MHD_add_response_header(response, "Content-Type", "text/html; charset=utf-8");
    const enum MHD_Result result = MHD_queue_response(r->connection, r->stored ? MHD_HTTP_OK : 503, response);
    MHD_destroy_response(response);
    return result;
}

static void forget(void *context, struct MHD_Connection *connection, void **request,
                   enum MHD_RequestTerminationCode code) {
    (void)context, (void)connection, (void)code;
    free(*request);
    *request = NULL;
}

static enum MHD_Result reply(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                             const char *version, const char *data, size_t *size, void **request) {
    struct request *r = *request;
    (void)context, (void)url, (void)method, (void)version;
    if (!r) {
        *request = r = calloc(1, sizeof *r);
        if (r)
            r->connection = connection;
        return r ? MHD_YES : MHD_NO;
    }
    if (*size) {
        if (r->n + *size >= BODY)
            return MHD_NO;
        memcpy(r->body + r->n, data, *size);
        r->n += *size;
        *size = 0;
        return MHD_YES;
    }
    if (r->stored)
        return answer(r);
    if (sealing)
        seal(r);
    MHD_suspend_connection(connection);
    pthread_mutex_lock(&mutex);
    r->next = waiting;
    waiting = r;
    pthread_cond_signal(&wake);
    pthread_mutex_unlock(&mutex);
    return MHD_YES;
}

int main(int argc, char **argv) {
    pthread_t writer;
    unsigned char secret_key[crypto_box_SECRETKEYBYTES];
    if (argc < 4 || sodium_init() < 0)
        return 2;
    sealing = argc > 4;
    crypto_box_keypair(public_key, secret_key);
    const unsigned threads = (unsigned)atoi(argv[2]);
    if (!rows_open(argv[3], sealing) || pthread_create(&writer, NULL, write_forever, NULL) != 0)
        return 1;
    if (!MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC,
                          (uint16_t)atoi(argv[1]), NULL, NULL, reply, NULL, MHD_OPTION_CONNECTION_LIMIT, 4096U,
                          MHD_OPTION_NOTIFY_COMPLETED, forget, NULL,
                          threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads, MHD_OPTION_END))
        return 1;
    puts("ready");
    fflush(stdout);
    for (;;)
        pause();
}
