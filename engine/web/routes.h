/* The route table: whatever is not in it does not exist. One row says all there is to say about who may do what. */
#ifndef READINESS_WEB_ROUTES_H
#define READINESS_WEB_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

#include "web/server/request.h"

/* Who may use a route. Later roles of the workspace (viewer, practitioner, administrator) get values of their own. */
enum access {
    ACCESS_ANYONE,
    ACCESS_LINK, /* whoever holds a link or code; the handler finds the sitting for it before anything else */
};

/* What stands between a POST and a forged one. */
enum csrf {
    CSRF_NONE, /* GET: changes nothing */
    CSRF_LINK, /* refused when the browser says that another site sent it; and the unguessable token is in the body */
};

/* Where the route exists. */
enum running { RUNNING_ALWAYS, RUNNING_LIVE, RUNNING_PREVIEW };

struct route {
    enum method method;
    const char *path; /* {name} at the end stands for one segment; this template is what logs may say */
    enum access access;
    enum csrf csrf;
    bool again; /* the person must have signed in anew within ten minutes */
    enum running running;
    void (*handle)(struct request *r);
};

extern const struct route routes[];
extern const size_t routes_count;

/* Finds the row for a method and a path (decoded, "/" first). NULL when there is none; then `allowed` has the methods
 * that the path does exist for (0: none). `parameter` receives the segment, in the arena. */
const struct route *route_find(enum method method, const char *path, bool preview, struct arena *arena,
                               const char **parameter, unsigned *allowed);

/* The pages for what never reaches a row of the table. */
void route_refuse(struct request *r, int status);

#endif
