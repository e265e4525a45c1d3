/* The library's side of a request: receiving, limits, suspending, replying. Private to web/server. */
#ifndef READINESS_WEB_EXCHANGE_H
#define READINESS_WEB_EXCHANGE_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "web/server/limits.h"
#include "web/server/origin.h"
#include "web/server/request.h"
#include "web/server/work.h"

struct exchange {
    struct request request;
    struct server *server;
    struct MHD_Connection *connection; /* NULL until the headers are there */
    struct visitor *visitor;
    struct origin origin;
    struct exchange *previous, *next; /* in the server's list of requests under way */
    bool bad_address;                 /* the raw address holds %00 */
    bool closing;                     /* the connection ends with this reply */
    atomic_bool whole;                /* all of it has come */
    int refusal;                      /* the status to refuse with, 0 for none */
    unsigned allowed;                 /* methods, for a 405 */
    size_t received, room;            /* bytes of the body, kept or not; how many are kept at most */
    const char *boundary;             /* of a multipart/form-data body, else NULL */
    bool uploading;                   /* counted in the server's uploads */
    struct buf body;
    struct wait *wait; /* while suspended */
    void (*then)(struct request *r, int outcome);
    bool given_up; /* the stop ended the wait; whoever comes to end it later frees it */
};

struct server {
    struct web web;
    struct arena *arena;
    struct MHD_Daemon *daemon;
    int listening; /* socket */
    char *url;
    struct visitors visitors;
    struct proxies proxies;
    struct misses misses, tries; /* links that do not exist; passwords and programs' tokens that are wrong */
    struct misses calls;         /* of programs, per token */
    struct workers workers, desks;
    atomic_int uploads;      /* large bodies being received */
    pthread_mutex_t mutex;   /* of the list */
    struct exchange *active; /* requests under way */
    atomic_size_t suspended;
    atomic_bool stopping;
    int64_t stop_began; /* clock_monotonic */
};

/* The library's callbacks; `context` is the struct server. */
void *exchange_on_address(void *context, const char *address, struct MHD_Connection *connection);
enum MHD_Result exchange_on_request(void *context, struct MHD_Connection *connection, const char *path,
                                    const char *method, const char *version, const char *data, size_t *size,
                                    void **exchange);
void exchange_on_completed(void *context, struct MHD_Connection *connection, void **exchange,
                           enum MHD_RequestTerminationCode code);
void exchange_on_connection(void *context, struct MHD_Connection *connection, void **visitor,
                            enum MHD_ConnectionNotificationCode code);

/* For the stop: is any request under way (of which all has come)? Resumes all that still wait, with WAIT_GIVEN_UP. */
bool exchange_any(struct server *s, bool whole);
void exchange_give_up_waiting(struct server *s);

/* web/server/headers.c: the headers that every answer carries, and reading those that a request brings. */
/* Is anything in the headers that a proxy in front and we might read differently (two lengths, two hosts, length and
 * chunks together, another encoding than "chunked", a name or value with characters that have no place there)? */
bool headers_are_ambiguous(struct MHD_Connection *connection);
/* Who asks: the other end, or whom a proxy that is believed names. */
struct origin headers_origin(const struct exchange *e);
/* Cookie, languages. Copied into the request's arena. */
void headers_read(struct exchange *e);
/* What a program said; for rows for programs. */
void headers_read_program(struct exchange *e);
/* Did the browser say that another site sent this form? */
bool headers_are_cross_site(struct MHD_Connection *connection);
bool headers_say_form(struct MHD_Connection *connection);
/* The boundary, in the arena, when the body is multipart/form-data; else NULL. */
const char *headers_boundary(struct MHD_Connection *connection, struct arena *arena);
void headers_write(const struct exchange *e, struct MHD_Response *response);

#endif
