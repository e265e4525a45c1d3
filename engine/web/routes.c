#include "web/routes.h"

#include <string.h>

#include "web/respondent/respondent.h"

/* The columns are explained in routes.h. Nothing below changes anything on a GET. */
const struct route routes[] = {
    /* method, path, who may, forgery, sign in anew, where, handler */
    {METHOD_GET, "/", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_ALWAYS, home_show},
    {METHOD_POST, "/code", ACCESS_ANYONE, CSRF_LINK, false, RUNNING_LIVE, code_handle},
    {METHOD_GET, "/s", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_ALWAYS, home_show_without_link},
    {METHOD_GET, "/s/{token}", ACCESS_LINK, CSRF_NONE, false, RUNNING_LIVE, start_show},
    {METHOD_POST, "/s", ACCESS_LINK, CSRF_LINK, false, RUNNING_ALWAYS, turn_handle},
    {METHOD_GET, "/resume", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_LIVE, resume_show},
    {METHOD_POST, "/resume", ACCESS_LINK, CSRF_LINK, false, RUNNING_LIVE, resume_handle},
    {METHOD_GET, "/privacy", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_ALWAYS, privacy_show},
    {METHOD_GET, "/preview", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_PREVIEW, start_show_preview},
    {METHOD_GET, "/preview/organisation", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_PREVIEW, start_show_preview},
    {METHOD_GET, "/assets/{name}", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_ALWAYS, asset_serve},
    {METHOD_GET, "/favicon.ico", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_ALWAYS, asset_serve_no_icon},
    {METHOD_GET, "/healthz", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_ALWAYS, health_serve},
};
const size_t routes_count = sizeof routes / sizeof routes[0];

/* Does the path fit the template? The segment may hold anything but a slash and may not be empty. */
static bool path_fits(const char *template, const char *path, const char **segment) {
    const char *brace = strchr(template, '{');
    *segment = "";
    if (!brace)
        return strcmp(template, path) == 0;
    const size_t fixed = (size_t)(brace - template);
    if (strncmp(template, path, fixed) != 0)
        return false;
    *segment = path + fixed;
    return **segment && !strchr(*segment, '/');
}

const struct route *route_find(enum method method, const char *path, bool preview, struct arena *arena,
                               const char **parameter, unsigned *allowed) {
    *allowed = 0;
    *parameter = "";
    for (size_t i = 0; i < routes_count; i++) {
        const struct route *r = &routes[i];
        const char *segment;
        if (r->running == (preview ? RUNNING_LIVE : RUNNING_PREVIEW) || !path_fits(r->path, path, &segment))
            continue;
        *allowed |= (unsigned)r->method;
        if (r->method == method) {
            *parameter = arena_string(arena, segment);
            return r;
        }
    }
    return NULL;
}

void route_refuse(struct request *r, int status) {
    notice_show_refusal(r, status);
}
