/* Style sheets and scripts, under names made of their content, so that browsers may keep them for ever. */
#include <string.h>

#include "web/respondent/respondent.h"

void asset_serve(struct request *r) {
    const struct asset *asset = NULL;
    for (size_t i = 0; i < r->web->n_assets && !asset; i++)
        if (strcmp(r->parameter, r->web->assets[i].path + strlen("/assets/")) == 0)
            asset = &r->web->assets[i];
    if (!asset) {
        notice_show_refusal(r, 404);
        return;
    }
    r->reply.status = 200;
    r->reply.type = asset->type;
    r->reply.fixed = asset->content;
    r->reply.lasting = true;
}

void asset_serve_no_icon(struct request *r) {
    r->reply.status = 204;
    r->reply.lasting = true;
}
