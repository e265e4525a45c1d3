/* The style sheet, under a name made of its content, so that browsers may keep it for ever; and /healthz for monitors.
 */
#include <string.h>

#include "web/respondent/respondent.h"

void asset_serve(struct request *r) {
    const struct asset *style = &r->web->style;
    if (strcmp(r->parameter, style->path + strlen("/assets/")) != 0) {
        notice_show_refusal(r, 404);
        return;
    }
    r->reply.status = 200;
    r->reply.type = "text/css; charset=utf-8";
    r->reply.fixed = style->content;
    r->reply.lasting = true;
}

void asset_serve_no_icon(struct request *r) {
    r->reply.status = 204;
    r->reply.lasting = true;
}

void health_serve(struct request *r) {
    r->reply.status = 200;
    r->reply.type = "text/plain; charset=utf-8";
    r->reply.fixed = str_of("ok\n");
}
