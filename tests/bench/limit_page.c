/* The page limit: what cannot be avoided when a page is served. The library, and a page of 10 KB that is written anew
 * in memory for each request; nothing else.
 *
 *   limit_page PORT THREADS    serves until it is ended */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 10 * 1024, ROOM = PAGE + 512 };

/* Forty rows of some 250 bytes, each with a number of its own, as a form has them. */
static size_t write_page(char *page) {
    static const char filler[] = "<label><input type=radio name=item value=1><span>Does not apply at all</span></label>"
                                 "<label><input type=radio name=item value=2><span>Applies fully to us</span></label>";
    size_t n = (size_t)snprintf(page, ROOM, "<!doctype html><title>Page</title><form method=post>");
    for (int i = 0; n < PAGE; i++)
        n += (size_t)snprintf(page + n, ROOM - n, "<fieldset><legend>Item %d of this page</legend>%s</fieldset>", i,
                              filler);
    return n;
}

static enum MHD_Result reply(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                             const char *version, const char *data, size_t *size, void **request) {
    static int seen;
    (void)context, (void)url, (void)method, (void)version, (void)data, (void)size;
    if (!*request) {
        *request = &seen;
        return MHD_YES;
    }
    char *page = malloc(ROOM);
    if (!page)
        return MHD_NO;
    struct MHD_Response *response = MHD_create_response_from_buffer(write_page(page), page, MHD_RESPMEM_MUST_FREE);
    (void)MHD_add_response_header(response, "Content-Type", "text/html; charset=utf-8");
    const enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    const unsigned threads = (unsigned)atoi(argv[2]);
    if (!MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, (uint16_t)atoi(argv[1]), NULL, NULL, reply, NULL,
                          MHD_OPTION_CONNECTION_LIMIT, 4096U,
                          threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads, MHD_OPTION_END))
        return 1;
    puts("ready");
    fflush(stdout);
    for (;;)
        pause();
}
