/* The route table: whatever is not in it does not exist. One row says all there is to say about who may do what. */
#ifndef READINESS_WEB_ROUTES_H
#define READINESS_WEB_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

#include "web/server/request.h"

/* Who may use a route. From ACCESS_VIEWER on somebody has signed in, and each role may do what the ones before it may.
 *
 * Where the path has {assessment}, practitioners must own it or share in it (administrators always may). Viewers may
 * use such a route only if it also has {organisation} and they were granted the reports of that organisation. Whoever
 * may not gets the same page as for an assessment that does not exist. */
enum access {
    ACCESS_ANYONE,
    ACCESS_LINK, /* whoever holds a link or code; the handler finds what it opens before anything else */
    ACCESS_VIEWER,
    ACCESS_PRACTITIONER,
    ACCESS_ADMINISTRATOR,
};

/* What stands between a POST and a forged one. */
enum csrf {
    CSRF_NONE, /* GET: changes nothing */
    CSRF_LINK, /* refused when the browser says that another site sent it; and what it needs to know is in the body */
    CSRF_SESSION, /* refused then too, and without the session's own token in the body */
    CSRF_BEARER,  /* refused then too; and nothing that a browser adds by itself counts, only a token in a header */
};

/* Where the route exists; RUNNING_DESK where there is a store, so not in a preview. */
enum running { RUNNING_ALWAYS, RUNNING_LIVE, RUNNING_PREVIEW, RUNNING_DESK };

struct desk;
struct api_operation;

/* The columns stand in the order in which a row is read. */
struct route { // NOLINT(clang-analyzer-optin.performance.Padding)
    enum method method;
    const char *path; /* a {name} stands for one segment, whatever it is; this template is what logs may say */
    enum access access;
    enum csrf csrf;
    bool again; /* the person must have proved within ten minutes who they are */
    enum running running;
    void (*handle)(struct request *r); /* on the event loop, must not wait; or, when NULL: */
    void (*desk)(struct desk *d);      /* on a worker thread (workspace/desk.h) */
    size_t upload;                     /* files may come along, so many bytes together; 0: none */
    bool hashes;                       /* the desk's handler computes a password hash: two of these at a time, a short
                                          queue, and nobody else has to wait for them */
    bool polls;                        /* a script asks for it again and again: no sign that somebody is there, so the
                                          session's idle time goes on */
    const struct api_operation *api;   /* the row is for other programs (web/api/operation.h): neither of the above */
};

/* The last columns of a row. */
#define PAGE(handler) (handler), NULL, 0, false, false, NULL
#define DESK_POLL(handler) NULL, (handler), 0, false, true, NULL
#define DESK(handler) NULL, (handler), 0, false, false, NULL
#define DESK_UPLOAD(handler) NULL, (handler), UPLOAD_MAX, false, false, NULL
#define DESK_FORM_FILE(handler) NULL, (handler), FORM_FILE_MAX, false, false, NULL
#define DESK_HASHING(handler) NULL, (handler), 0, true, false, NULL
#define API(operation) NULL, NULL, 0, false, false, &(operation)
#define API_TABLE(operation) NULL, NULL, UPLOAD_MAX, false, false, &(operation)

enum { UPLOAD_MAX = 6 * 1024 * 1024 /* a roster of 5 MiB, and the form around it */ };
enum { FORM_FILE_MAX = 11 * 1024 * 1024 /* another system's form of 10 MiB */ };

extern const struct route routes[];
extern const size_t routes_count;

/* Finds the row for a method and a path (decoded, "/" first). A segment that stands in a template wins over a {name}.
 * NULL when there is none; then `allowed` has the methods that the path does exist for (0: none). `parameters` receives
 * the segments in place of {names}, in their order, in the arena. */
const struct route *route_find(enum method method, const char *path, const struct web *web, struct arena *arena,
                               const char *parameters[ROUTE_PARAMETERS_MAX], unsigned *allowed);
/* Which of the route's parameters is called `name` ("assessment"); -1: none. */
int route_parameter(const struct route *route, const char *name);
/* The names of the columns' values, as the command `routes` lists them. */
const char *route_access_name(enum access access);
const char *route_csrf_name(enum csrf csrf);
const char *route_method_name(enum method method);

/* The pages for what never reaches a row of the table. */
void route_refuse(struct request *r, int status);

#endif
