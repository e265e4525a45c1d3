/* /healthz, for monitors and proxies: 200 while answers can be taken, 503 while they cannot. One word, and nothing
 * about anybody: whoever asks may be anyone. */
#include "store/care.h"
#include "web/workspace/workspace.h"

enum { FREE_NONE = 8 * 1000 * 1000 }; /* bytes: a change may not get to the disk */

static void answer(struct request *r, int status, const char *word) {
    r->reply.status = status;
    r->reply.type = "text/plain; charset=utf-8";
    r->reply.fixed = str_of(word);
    r->reply.unlogged = true; /* it would be most of the log */
}

void health_serve(struct request *r) {
    int64_t free_bytes = -1;
    const bool well = !r->web->store || store_is_well(r->web->store, &free_bytes);
    if (request_server_stops(r))
        answer(r, 503, "stopping\n");
    else if (!well)
        answer(r, 503, "failing: database\n");
    else if (free_bytes >= 0 && free_bytes < FREE_NONE)
        answer(r, 503, "failing: disk\n");
    else if (free_bytes >= 0 && free_bytes < FREE_LITTLE)
        answer(r, 200, "attention: disk\n");
    else
        answer(r, 200, "ok\n");
}
