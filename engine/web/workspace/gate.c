#include "web/workspace/gate.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/random.h"
#include "web/routes.h"

enum { SEEN_SECONDS = 60 };

/* The hash under which the store knows a session. */
static void hash_secret(uint8_t hash[32], const uint8_t secret[SESSION_SECRET]) {
    static const unsigned char use[] = "readiness session";
    crypto_generichash(hash, 32, secret, SESSION_SECRET, use, sizeof use - 1);
}

/* The token of the session's forms: whoever can read it can read the page, and nobody can make it without the cookie.
 */
static const char *form_token(struct arena *arena, const uint8_t secret[SESSION_SECRET]) {
    static const unsigned char use[] = "readiness form";
    uint8_t hash[16];
    char *text = arena_alloc(arena, 2 * sizeof hash + 1);
    crypto_generichash(hash, sizeof hash, secret, SESSION_SECRET, use, sizeof use - 1);
    return sodium_bin2hex(text, 2 * sizeof hash + 1, hash, sizeof hash);
}

bool gate_speaks(const struct desk *d, const char *language) {
    return texts_own(d->request->web->texts, language, "work.sign_in_title") != NULL;
}

size_t gate_languages(const struct desk *d, const char ***languages) {
    const char *const *all;
    const size_t n = texts_languages(d->request->web->texts, &all);
    size_t spoken = 0;
    *languages = arena_array(d->request->arena, n + 1, sizeof **languages);
    for (size_t i = 0; i < n; i++)
        if (gate_speaks(d, all[i]))
            (*languages)[spoken++] = all[i];
    return spoken;
}

/* The person's own language, if there are words in it. */
static void speak(struct desk *d) {
    const char *language = d->signed_in && *d->account.language ? d->account.language : screen_language(d->request);
    screen_init(&d->screen, d->request, language);
    if (!gate_speaks(d, d->screen.words)) {
        const char **languages;
        const size_t n = gate_languages(d, &languages);
        screen_init(&d->screen, d->request, screen_language_of(d->request, languages, n));
    }
    d->screen.language = d->screen.words;
}

/* Whose session is it? A browser that shows none, or one that has ended, is simply not signed in. */
static enum result find_session(struct desk *d) {
    uint8_t hash[32];
    const int64_t now = clock_now();
    if (!d->request->web->sessions || !d->request->session)
        return RESULT_OK;
    hash_secret(hash, d->request->session);
    const enum result result =
        store_find_session(d->store, d->arena, hash, now, SESSION_IDLE, SESSION_TOTAL, &d->session, &d->account);
    if (result == RESULT_INPUT)
        d->account = (struct account){.email = "", .name = "", .language = "", .timezone = "", .password = ""};
    if (result != RESULT_OK)
        return result == RESULT_INPUT ? RESULT_OK : result;
    d->signed_in = true;
    d->form_token = form_token(d->arena, d->request->session);
    if (now - d->session.seen < SEEN_SECONDS || (d->request->route && d->request->route->polls))
        return RESULT_OK;
    return store_touch_session(d->store, hash, now, false) == RESULT_MACHINE ? RESULT_MACHINE : RESULT_OK;
}

bool gate_role_suffices(enum role role, enum access access) {
    return role == ROLE_ADMINISTRATOR || access <= ACCESS_VIEWER ||
           (role == ROLE_PRACTITIONER && access == ACCESS_PRACTITIONER);
}

static bool token_is_right(const struct desk *d) {
    struct str token;
    const size_t n = strlen(d->form_token);
    return form_get(&d->request->form, "token", n, &token) == FIELD_VALID && token.n == n &&
           sodium_memcmp(token.p, d->form_token, n) == 0;
}

/* Was this viewer granted the reports of the organisation that the path names? No grant is of "", so of none. */
static enum result find_grant(struct desk *d, bool *granted) {
    const char *organisation = desk_parameter(d, "organisation");
    struct grant *grants = NULL;
    size_t n = 0;
    const enum result result = store_list_grants_of(d->store, d->arena, d->account.id, clock_now(), &grants, &n);
    for (size_t i = 0; i < n; i++)
        *granted |=
            id_equal(grants[i].assessment, d->assessment.id) && strcmp(grants[i].organisation, organisation) == 0;
    return result;
}

/* The assessment that the path names, if this person may be there; 404 in the same words if it is not, or not for them.
 */
int gate_find_assessment(struct desk *d) {
    bool may = false;
    enum result result = store_find_assessment(d->store, d->arena, desk_parameter(d, "assessment"), &d->assessment);
    if (result == RESULT_OK)
        result = d->account.role == ROLE_VIEWER ? find_grant(d, &may)
                                                : store_may_work(d->store, d->assessment.id, &d->account, &may);
    if (result == RESULT_MACHINE)
        return 503;
    d->has_assessment = result == RESULT_OK && may;
    return d->has_assessment ? 0 : 404;
}

static const char *sign_in_path(struct desk *d, const char *page) {
    const char *next = d->request->method == METHOD_GET ? gate_safe_path(d, d->request->path) : "";
    return *next ? arena_printf(d->arena, "%s?next=%s", page, next) : page;
}

static void show_signed_out(struct desk *d) {
    if (d->request->method == METHOD_GET) {
        desk_redirect(d, sign_in_path(d, "/sign-in"), NULL, NULL);
        return;
    }
    sign_in_show_ended(d);
}

static void show_token_wrong(struct desk *d) {
    desk_open(d, 403, desk_words(d, "gate_token_title"), TAB_NONE);
    desk_paragraph(d, "gate_token_explain");
    if (d->signed_in) {
        html_markup(&d->screen.html, "<p>");
        desk_link(d, gate_home(d), desk_words(d, "gate_go_home"));
        html_markup(&d->screen.html, "</p>");
    }
    desk_close(d);
}

/* True when the row's handler may be called; else the answer is written. */
static bool may_pass(struct desk *d) {
    const struct route *route = d->request->route;
    if (route->access > ACCESS_LINK && !d->signed_in) {
        show_signed_out(d);
        return false;
    }
    if (route->access > ACCESS_LINK && !gate_role_suffices(d->account.role, route->access)) {
        desk_refuse(d, 403);
        return false;
    }
    if (route->csrf == CSRF_SESSION && (!d->signed_in || !token_is_right(d))) {
        show_token_wrong(d);
        return false;
    }
    const bool names_one = route->access > ACCESS_LINK && route_parameter(route, "assessment") >= 0;
    const int refused = names_one ? gate_find_assessment(d) : 0;
    if (refused) {
        desk_refuse(d, refused);
        return false;
    }
    if (route->again && d->session.signed_in < clock_now() - AGAIN_SECONDS) {
        desk_redirect(d, sign_in_path(d, "/sign-in/again"), NULL, NULL);
        return false;
    }
    return true;
}

void gate_pass(struct desk *d) {
    if (may_pass(d))
        d->request->route->desk(d);
}

struct desk *gate_new_desk(struct request *r) {
    struct desk *d = arena_alloc(r->arena, sizeof *d);
    *d = (struct desk){.request = r, .arena = r->arena, .store = r->web->store, .collect = r->web->collect};
    d->account = (struct account){.email = "", .name = "", .language = "", .timezone = "", .password = ""};
    d->findings = findings_new();
    speak(d);
    return d;
}

/* On a worker thread. */
static enum result work(struct request *r) {
    struct desk *d = gate_new_desk(r);
    const enum result found = find_session(d);
    speak(d);
    if (found != RESULT_OK)
        desk_refuse(d, 503);
    else
        gate_pass(d);
    findings_free(d->findings);
    return RESULT_OK;
}

static void end(struct request *r, int outcome) {
    if (outcome == WAIT_GIVEN_UP)
        gate_refuse(r, 503);
}

void gate_enter(struct request *r) {
    if (r->route->hashes && request_tried_too_often(r))
        gate_refuse(r, 429); /* before the queue, so that one network cannot fill it for all */
    else if (!(r->route->hashes ? request_work(r, work, end) : request_desk(r, work, end)))
        gate_refuse(r, 503);
}

void gate_refuse(struct request *r, int status) {
    struct desk *d = gate_new_desk(r);
    if (status == 403 && !r->session)
        show_signed_out(d);
    else if (status == 403)
        show_token_wrong(d);
    else
        desk_refuse(d, status);
    findings_free(d->findings);
}

/* On a worker thread. Who is not signed in gets the plain page afterwards. */
static enum result work_refusal(struct request *r) {
    const int *status = r->state;
    struct desk *d = gate_new_desk(r);
    if (find_session(d) == RESULT_OK && d->signed_in) {
        speak(d);
        if (*status == 403)
            show_token_wrong(d);
        else
            desk_refuse(d, *status);
    }
    findings_free(d->findings);
    return RESULT_OK;
}

static void end_refusal(struct request *r, int outcome) {
    const int *status = r->state;
    (void)outcome; /* given up: they get the plain page too */
    if (r->reply.status == 0)
        route_refuse(r, *status);
}

bool gate_take_refusal(struct request *r, int status) {
    if (!r->session || !r->web->sessions || (r->route && !r->route->desk))
        return false;
    int *kept = arena_alloc(r->arena, sizeof *kept);
    *kept = status;
    r->state = kept;
    return request_desk(r, work_refusal, end_refusal);
}

bool gate_begin_session(struct desk *d, bool keep_age) {
    uint8_t secret[SESSION_SECRET], old_hash[32];
    struct session session = {.account = d->account.id};
    char *cookie = arena_alloc(d->arena, 2 * SESSION_SECRET + 1);
    session.seen = session.signed_in = clock_now();
    session.created = keep_age ? d->session.created : session.seen;
    random_bytes(secret, sizeof secret);
    hash_secret(session.hash, secret);
    if (d->request->session) {
        hash_secret(old_hash, d->request->session);
        if (store_drop_session(d->store, old_hash) == RESULT_MACHINE) {
            desk_refuse(d, 503);
            return false;
        }
    }
    if (store_put_session(d->store, &session, SESSIONS_MAX) != RESULT_OK) {
        desk_refuse(d, 503);
        return false;
    }
    d->session = session;
    d->signed_in = true;
    d->form_token = form_token(d->arena, secret);
    d->request->reply.session = sodium_bin2hex(cookie, 2 * SESSION_SECRET + 1, secret, sizeof secret);
    sodium_memzero(secret, sizeof secret);
    speak(d);
    return true;
}

void gate_end_session(struct desk *d) {
    d->request->reply.session = "";
    d->signed_in = false;
}

const char *gate_home(const struct desk *d) {
    return d->account.role == ROLE_VIEWER ? "/shared" : "/work";
}

const char *gate_safe_path(struct desk *d, const char *path) {
    const char *parameters[ROUTE_PARAMETERS_MAX];
    unsigned allowed;
    const size_t n = strcspn(path, "?#");
    for (const char *c = path; *c; c++)
        if (*c <= ' ' || *c > '~' || strchr("\\\"<>#&%+", *c))
            return "";
    if (path[0] != '/' || path[1] == '/' || strncmp(path, "/sign-", 6) == 0 || n != strlen(path))
        return "";
    const struct route *route = route_find(METHOD_GET, path, d->request->web, d->arena, parameters, &allowed);
    return route && route->access > ACCESS_LINK ? path : "";
}
