#include "web/routes.h"

#include <string.h>

#include "web/api/entry.h"
#include "web/api/operations.h"
#include "web/respondent/respondent.h"
#include "web/workspace/gate.h"
#include "web/workspace/reach_pages.h"
#include "web/workspace/see_pages.h"
#include "web/workspace/setup_pages.h"
#include "web/workspace/workspace.h"

/* The columns are explained in routes.h. Nothing below changes anything on a GET. */
/* clang-format off */
const struct route routes[] = {
    /* method, path, who may, forgery, sign in anew, where, handler */
    {METHOD_GET, "/", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_ALWAYS, PAGE(home_show)},
    {METHOD_POST, "/code", ACCESS_ANYONE, CSRF_LINK, false, RUNNING_LIVE, PAGE(code_handle)},
    {METHOD_GET, "/s", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_ALWAYS, PAGE(home_show_without_link)},
    {METHOD_GET, "/s/{token}", ACCESS_LINK, CSRF_NONE, false, RUNNING_LIVE, PAGE(start_show)},
    {METHOD_POST, "/s", ACCESS_LINK, CSRF_LINK, false, RUNNING_ALWAYS, PAGE(turn_handle)},
    {METHOD_GET, "/resume", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_LIVE, PAGE(resume_show)},
    {METHOD_POST, "/resume", ACCESS_LINK, CSRF_LINK, false, RUNNING_LIVE, PAGE(resume_handle)},
    {METHOD_GET, "/privacy", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_ALWAYS, PAGE(privacy_show)},
    {METHOD_GET, "/preview", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_PREVIEW, PAGE(start_show_preview)},
    {METHOD_GET, "/preview/organisation", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_PREVIEW, PAGE(start_show_preview)},
    {METHOD_GET, "/assets/{name}", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_ALWAYS, PAGE(asset_serve)},
    {METHOD_GET, "/favicon.ico", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_ALWAYS, PAGE(asset_serve_no_icon)},
    {METHOD_GET, "/healthz", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_ALWAYS, PAGE(health_serve)},

    /* The workspace: signing in, one's own account, accounts. */
    {METHOD_GET, "/sign-in", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_DESK, DESK(sign_in_show)},
    {METHOD_POST, "/sign-in", ACCESS_ANYONE, CSRF_LINK, false, RUNNING_DESK, DESK_HASHING(sign_in_handle)},
    {METHOD_GET, "/sign-in/again", ACCESS_VIEWER, CSRF_NONE, false, RUNNING_DESK, DESK(again_show)},
    {METHOD_POST, "/sign-in/again", ACCESS_VIEWER, CSRF_SESSION, false, RUNNING_DESK, DESK_HASHING(again_handle)},
    {METHOD_POST, "/sign-out", ACCESS_VIEWER, CSRF_SESSION, false, RUNNING_DESK, DESK(sign_out_handle)},
    {METHOD_GET, "/welcome/{token}", ACCESS_LINK, CSRF_NONE, false, RUNNING_DESK, DESK(welcome_show)},
    {METHOD_POST, "/welcome", ACCESS_LINK, CSRF_LINK, false, RUNNING_DESK, DESK_HASHING(welcome_handle)},
    {METHOD_GET, "/account", ACCESS_VIEWER, CSRF_NONE, false, RUNNING_DESK, DESK(account_show)},
    {METHOD_POST, "/account", ACCESS_VIEWER, CSRF_SESSION, false, RUNNING_DESK, DESK(account_handle)},
    {METHOD_GET, "/account/password", ACCESS_VIEWER, CSRF_NONE, false, RUNNING_DESK, DESK(password_show)},
    {METHOD_POST, "/account/password", ACCESS_VIEWER, CSRF_SESSION, false, RUNNING_DESK, DESK_HASHING(password_handle)},
    {METHOD_GET, "/account/totp", ACCESS_VIEWER, CSRF_NONE, true, RUNNING_DESK, DESK(totp_show)},
    {METHOD_POST, "/account/totp", ACCESS_VIEWER, CSRF_SESSION, true, RUNNING_DESK, DESK(totp_handle)},
    {METHOD_POST, "/account/totp/off", ACCESS_VIEWER, CSRF_SESSION, true, RUNNING_DESK, DESK(totp_handle_off)},
    {METHOD_POST, "/account/recovery", ACCESS_VIEWER, CSRF_SESSION, true, RUNNING_DESK, DESK(recovery_handle)},
    {METHOD_POST, "/account/sessions", ACCESS_VIEWER, CSRF_SESSION, false, RUNNING_DESK, DESK(sessions_handle)},
    {METHOD_GET, "/account/tokens", ACCESS_VIEWER, CSRF_NONE, true, RUNNING_DESK, DESK(tokens_show)},
    {METHOD_POST, "/account/tokens", ACCESS_VIEWER, CSRF_SESSION, true, RUNNING_DESK, DESK(tokens_handle)},
    {METHOD_POST, "/account/tokens/{number}", ACCESS_VIEWER, CSRF_SESSION, true, RUNNING_DESK, DESK(tokens_handle_revoke)},
    {METHOD_GET, "/accounts", ACCESS_ADMINISTRATOR, CSRF_NONE, true, RUNNING_DESK, DESK(accounts_show)},
    {METHOD_POST, "/accounts", ACCESS_ADMINISTRATOR, CSRF_SESSION, true, RUNNING_DESK, DESK(accounts_handle)},
    {METHOD_GET, "/accounts/{account}", ACCESS_ADMINISTRATOR, CSRF_NONE, true, RUNNING_DESK, DESK(accounts_show_one)},
    {METHOD_POST, "/accounts/{account}", ACCESS_ADMINISTRATOR, CSRF_SESSION, true, RUNNING_DESK, DESK(accounts_handle_one)},
    {METHOD_POST, "/accounts/{account}/reset", ACCESS_ADMINISTRATOR, CSRF_SESSION, true, RUNNING_DESK, DESK(accounts_handle_reset)},
    {METHOD_GET, "/audit", ACCESS_ADMINISTRATOR, CSRF_NONE, false, RUNNING_DESK, DESK(audit_show)},

    /* Assessments, organisations, people, waves. */
    {METHOD_GET, "/work", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(assessments_show)},
    {METHOD_GET, "/assessments/new", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(assessment_new_show)},
    {METHOD_POST, "/assessments/new", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(assessment_new_handle)},
    {METHOD_GET, "/assessments/{assessment}", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(assessment_show)},
    {METHOD_GET, "/assessments/{assessment}/settings", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(settings_show)},
    {METHOD_POST, "/assessments/{assessment}/settings", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(settings_handle)},
    {METHOD_POST, "/assessments/{assessment}/settings/archive", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(settings_archive)},
    {METHOD_POST, "/assessments/{assessment}/settings/restore", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(settings_restore)},
    {METHOD_GET, "/assessments/{assessment}/settings/delete", ACCESS_PRACTITIONER, CSRF_NONE, true, RUNNING_DESK, DESK(settings_show_delete)},
    {METHOD_POST, "/assessments/{assessment}/settings/delete", ACCESS_PRACTITIONER, CSRF_SESSION, true, RUNNING_DESK, DESK(settings_delete)},
    {METHOD_GET, "/assessments/{assessment}/settings/sharing", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(sharing_show)},
    {METHOD_POST, "/assessments/{assessment}/settings/sharing", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(sharing_handle)},
    {METHOD_GET, "/assessments/{assessment}/organisations", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(organisations_show)},
    {METHOD_GET, "/assessments/{assessment}/organisations/add", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(organisation_show_new)},
    {METHOD_POST, "/assessments/{assessment}/organisations/add", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(organisation_add)},
    {METHOD_GET, "/assessments/{assessment}/organisations/import", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(organisations_import_show)},
    {METHOD_POST, "/assessments/{assessment}/organisations/import", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK_UPLOAD(organisations_import_handle)},
    {METHOD_GET, "/assessments/{assessment}/organisations/{code}", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(organisation_show)},
    {METHOD_POST, "/assessments/{assessment}/organisations/{code}", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(organisation_handle)},
    {METHOD_POST, "/assessments/{assessment}/organisations/{code}/remove", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(organisation_remove)},
    {METHOD_GET, "/assessments/{assessment}/people", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(people_show)},
    {METHOD_GET, "/assessments/{assessment}/people/add", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(person_show_new)},
    {METHOD_POST, "/assessments/{assessment}/people/add", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(person_add)},
    {METHOD_GET, "/assessments/{assessment}/people/import", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(people_import_show)},
    {METHOD_POST, "/assessments/{assessment}/people/import", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK_UPLOAD(people_import_handle)},
    {METHOD_GET, "/assessments/{assessment}/people/{person}", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(person_show)},
    {METHOD_POST, "/assessments/{assessment}/people/{person}", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(person_handle)},
    {METHOD_POST, "/assessments/{assessment}/people/{person}/export", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(person_export)},
    {METHOD_GET, "/assessments/{assessment}/people/{person}/remove", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(person_show_remove)},
    {METHOD_POST, "/assessments/{assessment}/people/{person}/remove", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(person_remove)},
    {METHOD_GET, "/assessments/{assessment}/waves", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(waves_show)},
    {METHOD_GET, "/assessments/{assessment}/waves/open", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(wave_open_show)},
    {METHOD_POST, "/assessments/{assessment}/waves/open", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(wave_open_handle)},
    {METHOD_GET, "/assessments/{assessment}/waves/{wave}/close", ACCESS_PRACTITIONER, CSRF_NONE, true, RUNNING_DESK, DESK(wave_close_show)},
    {METHOD_POST, "/assessments/{assessment}/waves/{wave}/close", ACCESS_PRACTITIONER, CSRF_SESSION, true, RUNNING_DESK, DESK(wave_close_handle)},
    {METHOD_GET, "/assessments/{assessment}/waves/{wave}/extend", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(wave_extend_show)},
    {METHOD_POST, "/assessments/{assessment}/waves/{wave}/extend", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(wave_extend_handle)},
    {METHOD_GET, "/assessments/{assessment}/waves/{wave}/adopt", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(wave_adopt_show)},
    {METHOD_POST, "/assessments/{assessment}/waves/{wave}/adopt", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(wave_adopt_handle)},
    {METHOD_GET, "/assessments/{assessment}/waves/{wave}/sheet", ACCESS_PRACTITIONER, CSRF_NONE, true, RUNNING_DESK, DESK(wave_sheet_show)},
    {METHOD_GET, "/assessments/{assessment}/waves/{wave}/lock", ACCESS_PRACTITIONER, CSRF_NONE, true, RUNNING_DESK, DESK(wave_lock_show)},
    {METHOD_POST, "/assessments/{assessment}/waves/{wave}/lock", ACCESS_PRACTITIONER, CSRF_SESSION, true, RUNNING_DESK, DESK(wave_lock_handle)},

    /* Reaching people, and watching. */
    {METHOD_GET, "/assessments/{assessment}/links", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(links_show)},
    {METHOD_GET, "/assessments/{assessment}/links.csv", ACCESS_PRACTITIONER, CSRF_NONE, true, RUNNING_DESK, DESK(links_download_csv)},
    {METHOD_GET, "/assessments/{assessment}/links.xlsx", ACCESS_PRACTITIONER, CSRF_NONE, true, RUNNING_DESK, DESK(links_download_workbook)},
    {METHOD_GET, "/assessments/{assessment}/poster", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(posters_show)},
    {METHOD_GET, "/assessments/{assessment}/poster/{code}", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(poster_show)},
    {METHOD_GET, "/assessments/{assessment}/watch", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(watch_show)},
    {METHOD_GET, "/assessments/{assessment}/watch.json", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK_POLL(watch_tell)},
    {METHOD_GET, "/assessments/{assessment}/send", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(send_show)},
    {METHOD_POST, "/assessments/{assessment}/send", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(send_handle)},
    {METHOD_GET, "/assessments/{assessment}/send/{mailing}", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(mailing_show)},
    {METHOD_POST, "/assessments/{assessment}/send/{mailing}", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(mailing_handle)},
    {METHOD_GET, "/assessments/{assessment}/send/{mailing}/progress", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK_POLL(mailing_tell)},
    {METHOD_GET, "/assessments/{assessment}/send/{mailing}/outcomes.csv", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(mailing_download_outcomes)},
    {METHOD_GET, "/assessments/{assessment}/bounces", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(bounces_show)},
    {METHOD_POST, "/assessments/{assessment}/bounces", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK_UPLOAD(bounces_handle)},
    {METHOD_GET, "/stop/{token}", ACCESS_LINK, CSRF_NONE, false, RUNNING_DESK, PAGE(stop_show)},
    {METHOD_POST, "/stop/{token}", ACCESS_LINK, CSRF_LINK, false, RUNNING_DESK, PAGE(stop_handle)},

    /* Reports and instruments. */
    {METHOD_GET, "/assessments/{assessment}/reports", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(reports_show)},
    {METHOD_GET, "/assessments/{assessment}/data/{wave}", ACCESS_PRACTITIONER, CSRF_NONE, true, RUNNING_DESK, DESK(data_show)},
    {METHOD_POST, "/assessments/{assessment}/data/{wave}", ACCESS_PRACTITIONER, CSRF_SESSION, true, RUNNING_DESK, DESK(data_handle)},
    {METHOD_GET, "/assessments/{assessment}/reports/{wave}", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(reports_show_wave)},
    {METHOD_POST, "/assessments/{assessment}/reports/{wave}", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(reports_handle_wave)},
    {METHOD_GET, "/assessments/{assessment}/reports/{wave}/{organisation}", ACCESS_VIEWER, CSRF_NONE, false, RUNNING_DESK, DESK(reports_show_organisation)},
    {METHOD_POST, "/assessments/{assessment}/reports/{wave}/{organisation}", ACCESS_VIEWER, CSRF_SESSION, false, RUNNING_DESK, DESK(reports_handle_organisation)},
    {METHOD_GET, "/jobs/{job}", ACCESS_VIEWER, CSRF_NONE, false, RUNNING_DESK, DESK(job_show)},
    {METHOD_GET, "/jobs/{job}/progress", ACCESS_VIEWER, CSRF_NONE, false, RUNNING_DESK, DESK_POLL(job_tell)},
    {METHOD_GET, "/jobs/{job}/file", ACCESS_VIEWER, CSRF_NONE, false, RUNNING_DESK, DESK(job_download)},
    {METHOD_GET, "/shared", ACCESS_VIEWER, CSRF_NONE, false, RUNNING_DESK, DESK(shared_list)},
    {METHOD_GET, "/shared/{token}", ACCESS_LINK, CSRF_NONE, false, RUNNING_DESK, DESK(shared_show)},
    {METHOD_GET, "/shared/{token}/workbook", ACCESS_LINK, CSRF_NONE, false, RUNNING_DESK, DESK(shared_download)},
    {METHOD_GET, "/instruments", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(instruments_show)},
    {METHOD_GET, "/instruments/import", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(instrument_import_show)},
    {METHOD_POST, "/instruments/import", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK_FORM_FILE(instrument_import_handle)},
    {METHOD_GET, "/instruments/{name}", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(instrument_show)},
    {METHOD_GET, "/instruments/{name}/preview", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(instrument_preview_show)},
    {METHOD_GET, "/instruments/{name}/preview/{form}", ACCESS_PRACTITIONER, CSRF_NONE, false, RUNNING_DESK, DESK(instrument_preview_form)},
    {METHOD_POST, "/instruments/{name}/preview/{form}", ACCESS_PRACTITIONER, CSRF_SESSION, false, RUNNING_DESK, DESK(instrument_preview_handle)},

    /* For other programs (web/api). */
    {METHOD_GET, "/api/v1/openapi.json", ACCESS_ANYONE, CSRF_NONE, false, RUNNING_DESK, API(api_document)},
    {METHOD_GET, "/api/v1/assessments", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_assessments_list)},
    {METHOD_POST, "/api/v1/assessments", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_assessments_new)},
    {METHOD_GET, "/api/v1/assessments/{assessment}", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_assessments_show)},
    {METHOD_GET, "/api/v1/assessments/{assessment}/organisations", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_organisations_list)},
    {METHOD_PUT, "/api/v1/assessments/{assessment}/organisations", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API_TABLE(api_organisations_put)},
    {METHOD_GET, "/api/v1/assessments/{assessment}/people", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_people_list)},
    {METHOD_POST, "/api/v1/assessments/{assessment}/people", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API_TABLE(api_people_import)},
    {METHOD_DELETE, "/api/v1/assessments/{assessment}/people/{person}", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_people_delete)},
    {METHOD_GET, "/api/v1/assessments/{assessment}/waves", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_waves_list)},
    {METHOD_POST, "/api/v1/assessments/{assessment}/waves", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_waves_open)},
    {METHOD_GET, "/api/v1/assessments/{assessment}/waves/{wave}", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_waves_show)},
    {METHOD_POST, "/api/v1/assessments/{assessment}/waves/{wave}/extend", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_waves_extend)},
    {METHOD_POST, "/api/v1/assessments/{assessment}/waves/{wave}/close", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_waves_close)},
    {METHOD_GET, "/api/v1/assessments/{assessment}/waves/{wave}/counts", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_counts_show)},
    {METHOD_GET, "/api/v1/assessments/{assessment}/waves/{wave}/links", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_links_list)},
    {METHOD_GET, "/api/v1/assessments/{assessment}/waves/{wave}/results", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_results_list)},
    {METHOD_GET, "/api/v1/assessments/{assessment}/waves/{wave}/results/{organisation}", ACCESS_VIEWER, CSRF_BEARER, false, RUNNING_DESK, API(api_results_of)},
    {METHOD_POST, "/api/v1/assessments/{assessment}/waves/{wave}/reports", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_reports_make)},
    {METHOD_POST, "/api/v1/assessments/{assessment}/waves/{wave}/reports/{organisation}", ACCESS_VIEWER, CSRF_BEARER, false, RUNNING_DESK, API(api_reports_of)},
    {METHOD_POST, "/api/v1/assessments/{assessment}/waves/{wave}/exports", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_exports_make)},
    {METHOD_GET, "/api/v1/jobs/{job}", ACCESS_VIEWER, CSRF_BEARER, false, RUNNING_DESK, API(api_jobs_show)},
    {METHOD_GET, "/api/v1/jobs/{job}/file", ACCESS_VIEWER, CSRF_BEARER, false, RUNNING_DESK, API(api_jobs_file)},
    {METHOD_GET, "/api/v1/hooks", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_hooks_list)},
    {METHOD_POST, "/api/v1/hooks", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_hooks_add)},
    {METHOD_DELETE, "/api/v1/hooks/{hook}", ACCESS_PRACTITIONER, CSRF_BEARER, false, RUNNING_DESK, API(api_hooks_remove)},
};
/* clang-format on */
const size_t routes_count = sizeof routes / sizeof routes[0];

static bool is_here(const struct route *r, const struct web *web) {
    switch (r->running) {
    case RUNNING_LIVE:
        return !web->preview;
    case RUNNING_PREVIEW:
        return web->preview != NULL;
    case RUNNING_DESK:
        return !web->preview && web->store;
    default:
        return true;
    }
}

static size_t segment_length(const char *s) {
    return strcspn(s, "/");
}

/* Does the path fit the template, segment by segment? A parameter may hold anything but a slash and may not be empty.
 */
static bool path_fits(const char *template, const char *path) {
    if (path[0] != '/' || (template[1] != '{' && template[1] != path[1])) /* most do not get any further */
        return false;
    for (;;) {
        const size_t n = segment_length(template), m = segment_length(path);
        if (*template == '{' ? m == 0 : n != m || memcmp(template, path, n) != 0)
            return false;
        template += n;
        path += m;
        if (!*template || !*path)
            return !*template && !*path;
        template ++;
        path++;
    }
}

/* Is `a` the more exact of two templates that fit the same path? The first segment in which one has a {name} decides.
 */
static bool is_more_exact(const char *a, const char *b) {
    for (;;) {
        if (*a != *b)
            return *b == '{';
        const size_t n = segment_length(a), m = segment_length(b);
        if (!a[n] || !b[m])
            return false;
        a += n + 1;
        b += m + 1;
    }
}

static void read_parameters(const char *template, const char *path, struct arena *arena,
                            const char *parameters[ROUTE_PARAMETERS_MAX]) {
    for (size_t used = 0; used < ROUTE_PARAMETERS_MAX;) {
        const size_t n = segment_length(template), m = segment_length(path);
        if (*template == '{')
            parameters[used++] = arena_copy(arena, path, m);
        if (!template[n])
            return;
        template += n + 1;
        path += m + 1;
    }
}

const struct route *route_find(enum method method, const char *path, const struct web *web, struct arena *arena,
                               const char *parameters[ROUTE_PARAMETERS_MAX], unsigned *allowed) {
    const struct route *best = NULL, *found = NULL;
    *allowed = 0;
    for (size_t i = 0; i < ROUTE_PARAMETERS_MAX; i++)
        parameters[i] = "";
    for (size_t i = 0; i < routes_count; i++)
        if (is_here(&routes[i], web) && path_fits(routes[i].path, path) &&
            (!best || is_more_exact(routes[i].path, best->path)))
            best = &routes[i];
    for (size_t i = 0; best && i < routes_count; i++) {
        if (!is_here(&routes[i], web) || strcmp(routes[i].path, best->path) != 0)
            continue;
        *allowed |= (unsigned)routes[i].method;
        if (routes[i].method == method)
            found = &routes[i];
    }
    if (found)
        read_parameters(found->path, path, arena, parameters);
    return found;
}

int route_parameter(const struct route *route, const char *name) {
    const size_t n = strlen(name);
    int index = 0;
    for (const char *open = strchr(route->path, '{'); open; open = strchr(open + 1, '{'), index++)
        if (strncmp(open + 1, name, n) == 0 && open[n + 1] == '}')
            return index;
    return -1;
}

const char *route_access_name(enum access access) {
    static const char *const names[] = {"anyone", "link", "viewer", "practitioner", "administrator"};
    return names[access];
}

const char *route_csrf_name(enum csrf csrf) {
    static const char *const names[] = {"none", "link", "session", "bearer"};
    return names[csrf];
}

const char *route_method_name(enum method method) {
    return method == METHOD_POST ? "POST" : method == METHOD_PUT ? "PUT" : method == METHOD_DELETE ? "DELETE" : "GET";
}

void route_refuse(struct request *r, int status) {
    if (r->web->store && api_is_path(r->path))
        api_refuse(r, status);
    else if (r->route && r->route->desk)
        gate_refuse(r, status);
    else
        notice_show_refusal(r, status);
}
