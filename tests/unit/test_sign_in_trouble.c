/* rooms: web exchange mail reports aggregate collect access instrument store base
 * Signing in, and one's own account, on a bad day: whichever call to the database fails, whoever asks too fast,
 * whatever cookie, proof or path is made up: nobody is let in who should not be, and the page says what is the matter.
 */
#include "store_fixture.h"
#include "trouble.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include "access/links.h"
#include "access/totp.h"
#include "base/clock.h"
#include "base/log.h"
#include "collect/collect.h"
#include "store/sqlite/sqlite.h"
#include "web/routes.h"
#include "web/server.h"
#include "web/server/exchange.h"
#include "web/workspace/gate.h"

static const char password[] = "mountain lake und tree";

struct house {
    struct place_on_disk *p;
    struct arena *arena;
    struct texts *texts;
    struct collect *collect;
    struct server *server;
    const char *password_hash; /* of the cheapest kind, so that a thousand sign-ins take no time */
    int port, guests;
    struct assessment assessment;
};

static void start(struct house *h, const char *public_url) {
    const struct server_options options = {.listen = "127.0.0.1:0",
                                           .public_url = public_url,
                                           .trusted_proxies = "127.0.0.1",
                                           .threads = 1,
                                           .connection_limit = 200,
                                           .idle_seconds = 60,
                                           .total_seconds = 60,
                                           .texts = h->texts,
                                           .collect = h->collect,
                                           .store = h->p->store,
                                           .surveys = h->p->folder};
    assert_int_equal(server_start(&h->server, &options, NULL), RESULT_OK);
    h->port = atoi(strrchr(server_url(h->server), ':') + 1);
}

static int open_house(void **state) {
    void *place;
    trouble_over(); /* of a test that failed */
    clock_set(-1);
    log_set_level(LOG_ERROR);
    if (open_place(&place) != 0)
        return -1;
    struct house *h = mem_alloc(sizeof *h);
    *h = (struct house){.p = place};
    h->arena = h->p->arena;
    char *hash = arena_alloc(h->arena, crypto_pwhash_STRBYTES);
    if (crypto_pwhash_str(hash, password, strlen(password), crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN))
        return -1;
    h->password_hash = hash;
    *state = h;
    if (texts_load(&h->texts, NULL, NULL) != RESULT_OK ||
        collect_new(&h->collect, h->p->store, arena_printf(h->arena, "%s/keys", h->p->folder), NULL) != RESULT_OK)
        return -1;
    h->assessment = add_assessment(h->p, "study");
    start(h, NULL);
    return 0;
}

static int close_house(void **state) {
    struct house *h = *state;
    void *place = h->p;
    clock_set(-1);
    server_stop(h->server);
    collect_free(h->collect);
    texts_free(h->texts);
    free(h);
    return close_place(&place);
}

/* A small browser. */

struct shown {
    int status;
    const char *text;     /* all of it */
    const char *session;  /* the cookie that it sets, NULL for none */
    const char *location; /* "" for none */
};

static int send_request(struct house *h, const char *what, const char *session, const char *headers, const char *form) {
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)h->port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    const char *text = arena_printf(h->arena, "%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: a=b%s%s\r\n%s",
                                    what, session ? "; sid=" : "", session ? session : "", headers);
    text = form ? arena_printf(h->arena,
                               "%sContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
                               text, strlen(form), form)
                : arena_printf(h->arena, "%s\r\n", text);
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
    return fd;
}

static const char *header_of(struct house *h, const char *text, const char *begins) {
    const char *at = strstr(text, begins), *end = strstr(text, "\r\n\r\n");
    if (!at || at > end)
        return NULL;
    at += strlen(begins);
    return arena_copy(h->arena, at, strcspn(at, ";\r"));
}

static struct shown take_reply(struct house *h, int fd) {
    struct buf all = BUF_INIT;
    char part[4096];
    ssize_t n;
    while ((n = recv(fd, part, sizeof part, 0)) > 0)
        buf_bytes(&all, part, (size_t)n);
    close(fd);
    const struct str view = buf_view(&all);
    struct shown r = {.text = arena_copy(h->arena, view.p, view.n), .location = ""};
    buf_free(&all);
    if (sscanf(r.text, "HTTP/1.1 %d ", &r.status) != 1)
        fail_msg("no answer");
    r.session = header_of(h, r.text, "Set-Cookie: sid=");
    const char *location = header_of(h, r.text, "Location: ");
    r.location = location ? location : "";
    return r;
}

static struct shown ask(struct house *h, const char *what, const char *session, const char *form) {
    return take_reply(h, send_request(h, what, session, "", form));
}

static bool says(struct house *h, const struct shown *r, const char *key) {
    return strstr(r->text, texts_get(h->texts, "en", key)) != NULL;
}

/* The value of a hidden field of a page; quotes are written only where they are needed. */
static const char *hidden(struct house *h, const char *page, const char *name) {
    const char *at = strstr(page, arena_printf(h->arena, " name=%s value=", name));
    if (!at) {
        fail_msg("no field %s", name);
        return "";
    }
    at = strstr(at, "value=") + 6;
    at += *at == '"';
    return arena_copy(h->arena, at, strcspn(at, "\" >"));
}

/* Somebody with an account, about to do one thing. */
struct guest {
    struct account account;
    const char *session, *token; /* when signed in */
    const char *proof;           /* of the right password */
    const char *code;            /* of the phone, or from paper */
    char welcome[ACCESS_TOKEN_LENGTH + 1];
};

static struct guest new_guest(struct house *h, enum role role) {
    struct guest g = {.account = {.id = id_new(),
                                  .email = arena_printf(h->arena, "p%d@x.example", ++h->guests),
                                  .name = "P",
                                  .role = role,
                                  .language = "",
                                  .timezone = "",
                                  .password = h->password_hash}};
    assert_int_equal(store_add_account(h->p->store, &g.account), RESULT_OK);
    return g;
}

static const char *first_form(struct house *h, const struct guest *g, const char *typed) {
    return arena_printf(h->arena, "email=%s&password=%s", g->account.email, typed);
}

static void sign_in(struct house *h, struct guest *g) {
    const struct shown r = ask(h, "POST /sign-in", NULL, first_form(h, g, password));
    assert_int_equal(r.status, 303);
    g->session = r.session;
    const struct shown page = ask(h, "GET /account/password", g->session, NULL);
    assert_int_equal(page.status, 200);
    g->token = hidden(h, page.text, "token");
}

static void take_factor(struct house *h, struct guest *g) {
    char *code = arena_alloc(h->arena, TOTP_DIGITS + 1);
    totp_new_secret(g->account.totp);
    g->account.has_totp = true;
    assert_int_equal(store_change_account(h->p->store, &g->account, NULL), RESULT_OK);
    totp_code(g->account.totp, clock_now() / TOTP_STEP, code);
    g->code = code;
}

/* With the phone's code, from the page that asks for it. */
static struct shown second_page(struct house *h, const struct guest *g) {
    const struct shown r = ask(h, "POST /sign-in", NULL, first_form(h, g, password));
    assert_int_equal(r.status, 200);
    return r;
}

static void prepare(struct house *h, struct guest *g) {
    (void)h;
    (void)g;
}

static void prepare_second(struct house *h, struct guest *g) {
    take_factor(h, g);
    g->proof = hidden(h, second_page(h, g).text, "proof");
}

static void prepare_recovery(struct house *h, struct guest *g) {
    char codes[RECOVERY_CODES][RECOVERY_CODE_LENGTH + 1];
    uint8_t hashes[RECOVERY_CODES][32];
    prepare_second(h, g);
    recovery_codes_new(codes, hashes);
    assert_int_equal(store_put_recovery_codes(h->p->store, g->account.id, (const uint8_t(*)[32])hashes, RECOVERY_CODES),
                     RESULT_OK);
    g->code = arena_string(h->arena, codes[3]);
}

static void prepare_factor_on(struct house *h, struct guest *g) {
    char *code = arena_alloc(h->arena, TOTP_DIGITS + 1);
    sign_in(h, g);
    totp_new_secret(g->account.totp);
    totp_code(g->account.totp, clock_now() / TOTP_STEP, code);
    g->code = code;
}

static void prepare_with_factor(struct house *h, struct guest *g) {
    sign_in(h, g);
    const struct shown page = ask(h, "GET /account", g->session, NULL);
    assert_int_equal(page.status, 200);
    g->account.has_totp = true;
    totp_new_secret(g->account.totp);
    assert_int_equal(store_change_account(h->p->store, &g->account, NULL), RESULT_OK);
    struct shown r = ask(h, "POST /sign-in", NULL, first_form(h, g, password));
    char code[TOTP_DIGITS + 1];
    totp_code(g->account.totp, clock_now() / TOTP_STEP, code);
    r = ask(h, "POST /sign-in", NULL, arena_printf(h->arena, "proof=%s&code=%s", hidden(h, r.text, "proof"), code));
    assert_int_equal(r.status, 303);
    g->session = r.session;
    g->token = hidden(h, ask(h, "GET /account/password", g->session, NULL).text, "token");
}

static void prepare_link(struct house *h, struct guest *g) {
    assert_int_equal(welcome_make(h->p->store, g->account.id, clock_now(), g->welcome), RESULT_OK);
}

/* Two minutes later: the session is noted to have been used. */
static void prepare_pause(struct house *h, struct guest *g) {
    sign_in(h, g);
    clock_set(clock_now() + 120);
}

static void grant(struct house *h, const struct guest *g, struct id assessment, const char *organisation) {
    const struct grant one = {.id = id_new(),
                              .assessment = assessment,
                              .organisation = organisation,
                              .has_account = true,
                              .account = g->account.id,
                              .remark = ""};
    assert_int_equal(store_add_grant(h->p->store, &one), RESULT_OK);
}

static void prepare_viewer(struct house *h, struct guest *g) {
    sign_in(h, g);
    grant(h, g, h->assessment.id, "north");
}

static struct shown signs_in(struct house *h, const struct guest *g) {
    return ask(h, "POST /sign-in", NULL, first_form(h, g, password));
}

static struct shown signs_in_again_as_another(struct house *h, const struct guest *g) {
    return ask(h, "POST /sign-in", g->session, first_form(h, g, password));
}

static struct shown guesses(struct house *h, const struct guest *g) {
    return ask(h, "POST /sign-in", NULL, first_form(h, g, "wrong"));
}

static struct shown gives_code(struct house *h, const struct guest *g) {
    return ask(h, "POST /sign-in", NULL, arena_printf(h->arena, "proof=%s&code=%s", g->proof, g->code));
}

static struct shown posts(struct house *h, const struct guest *g, const char *path, const char *fields) {
    return ask(h, arena_printf(h->arena, "POST %s", path), g->session,
               arena_printf(h->arena, "token=%s&%s", g->token, fields));
}

static struct shown proves_again(struct house *h, const struct guest *g) {
    return posts(h, g, "/sign-in/again", arena_printf(h->arena, "password=%s", password));
}

static struct shown proves_again_wrongly(struct house *h, const struct guest *g) {
    return posts(h, g, "/sign-in/again", "password=wrong");
}

static struct shown changes_password(struct house *h, const struct guest *g) {
    return posts(
        h, g, "/account/password",
        arena_printf(h->arena, "password=%s&new=another+lake+and+tree&repeated=another+lake+and+tree", password));
}

static struct shown asks_for_factor(struct house *h, const struct guest *g) {
    return ask(h, "GET /account/totp", g->session, NULL);
}

static struct shown turns_factor_on(struct house *h, const struct guest *g) {
    char hex[2 * TOTP_SECRET_SIZE + 1];
    sodium_bin2hex(hex, sizeof hex, g->account.totp, TOTP_SECRET_SIZE);
    return posts(h, g, "/account/totp", arena_printf(h->arena, "secret=%s&code=%s", hex, g->code));
}

static struct shown turns_factor_off(struct house *h, const struct guest *g) {
    return posts(h, g, "/account/totp/off", "");
}

static struct shown makes_codes(struct house *h, const struct guest *g) {
    return posts(h, g, "/account/recovery", "");
}

static struct shown signs_out(struct house *h, const struct guest *g) {
    return posts(h, g, "/sign-out", "");
}

static struct shown follows_link(struct house *h, const struct guest *g) {
    return ask(h, arena_printf(h->arena, "GET /welcome/%s", g->welcome), NULL, NULL);
}

static struct shown sets_password(struct house *h, const struct guest *g) {
    return ask(
        h, "POST /welcome", NULL,
        arena_printf(h->arena, "welcome=%s&new=another+lake+and+tree&repeated=another+lake+and+tree", g->welcome));
}

static struct shown works(struct house *h, const struct guest *g) {
    return ask(h, "GET /work", g->session, NULL);
}

static struct shown looks_at_assessment(struct house *h, const struct guest *g) {
    return ask(h, "GET /assessments/study", g->session, NULL);
}

static struct shown looks_at_report(struct house *h, const struct guest *g) {
    return ask(h, "GET /assessments/study/reports/first/north", g->session, NULL);
}

static struct shown gets_lost(struct house *h, const struct guest *g) {
    return ask(h, "GET /nowhere", g->session, NULL);
}

static struct shown sends_without_token(struct house *h, const struct guest *g) {
    return ask(h, "POST /account", g->session, "name=x");
}

static const struct scene {
    const char *name;
    enum role role;
    void (*prepare)(struct house *h, struct guest *g);
    struct shown (*act)(struct house *h, const struct guest *g);
    int good;          /* the status without trouble */
    int instead;       /* another than 503 that trouble may lead to; 0: none */
    bool begins, dies; /* a session begins; and if it was not acknowledged, the old one goes on all the same */
} scenes[] = {
    {"signs in", ROLE_PRACTITIONER, prepare, signs_in, 303, 0, true, false},
    {"signs in as somebody else", ROLE_PRACTITIONER, sign_in, signs_in_again_as_another, 303, 0, true, false},
    {"guesses", ROLE_PRACTITIONER, prepare, guesses, 422, 0, false, false},
    {"gives the phone's code", ROLE_PRACTITIONER, prepare_second, gives_code, 303, 422, true, false},
    {"gives a code from paper", ROLE_PRACTITIONER, prepare_recovery, gives_code, 303, 422, true, false},
    {"proves again", ROLE_PRACTITIONER, sign_in, proves_again, 303, 0, true, false},
    {"proves again wrongly", ROLE_PRACTITIONER, sign_in, proves_again_wrongly, 422, 0, false, false},
    {"changes the password", ROLE_PRACTITIONER, sign_in, changes_password, 303, 0, true, false},
    {"asks for a second factor", ROLE_PRACTITIONER, sign_in, asks_for_factor, 200, 0, false, false},
    {"asks for the second factor there is", ROLE_VIEWER, prepare_with_factor, asks_for_factor, 200, 0, false, false},
    {"turns a second factor on", ROLE_PRACTITIONER, prepare_factor_on, turns_factor_on, 200, 0, false, false},
    {"turns it off", ROLE_PRACTITIONER, prepare_with_factor, turns_factor_off, 303, 0, false, false},
    {"makes recovery codes", ROLE_PRACTITIONER, prepare_with_factor, makes_codes, 200, 0, false, false},
    {"signs out", ROLE_PRACTITIONER, sign_in, signs_out, 303, 0, false, true},
    {"follows a link", ROLE_PRACTITIONER, prepare_link, follows_link, 200, 0, false, false},
    {"sets a password", ROLE_PRACTITIONER, prepare_link, sets_password, 303, 0, true, false},
    {"works", ROLE_PRACTITIONER, prepare_pause, works, 200, 0, false, false},
    {"looks at an assessment", ROLE_ADMINISTRATOR, sign_in, looks_at_assessment, 200, 0, false, false},
    {"looks at somebody's assessment", ROLE_PRACTITIONER, sign_in, looks_at_assessment, 404, 0, false, false},
    {"looks at reports", ROLE_VIEWER, prepare_viewer, looks_at_report, 404, 0, false, false},
    {"gets lost", ROLE_PRACTITIONER, prepare_pause, gets_lost, 404, 0, false, false},
    {"sends a form without its token", ROLE_VIEWER, sign_in, sends_without_token, 403, 0, false, false},
};

static bool is_in(struct house *h, const char *session) {
    return ask(h, "GET /account", session, NULL).status == 200;
}

static void play(struct house *h, const struct scene *s) {
    bool met = true;
    for (int n = 1; met; n++) {
        struct guest g = new_guest(h, s->role);
        s->prepare(h, &g);
        trouble_at(TROUBLE_DATABASE, n, 1);
        const struct shown r = s->act(h, &g);
        met = trouble_over();
        clock_set(-1);
        if (r.status != s->good && !(met && (r.status == 503 || r.status == s->instead)))
            fail_msg("who %s gets %d after call %d failed", s->name, r.status, n);
        const bool session = r.session && *r.session;
        if (session != (s->begins && r.status == s->good))
            fail_msg("who %s and gets %d %s a session", s->name, r.status, session ? "has" : "does not have");
        if (session)
            assert_true(is_in(h, r.session));
        if (s->dies)
            assert_true(is_in(h, g.session) == (r.status != s->good));
    }
}

static void whichever_call_fails_nobody_is_let_in_who_was_not_told_so(void **state) {
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++)
        play(*state, &scenes[i]);
}

static void without_memory_for_a_hash_the_password_stays(void **state) {
    struct house *h = *state;
    struct guest g = new_guest(h, ROLE_PRACTITIONER);
    sign_in(h, &g);
    trouble_at(TROUBLE_MEMORY, 1, 1);
    assert_int_equal(changes_password(h, &g).status, 503);
    assert_true(trouble_over());
    assert_int_equal(signs_in(h, &g).status, 303);
    prepare_link(h, &g);
    trouble_at(TROUBLE_MEMORY, 1, 1);
    assert_int_equal(sets_password(h, &g).status, 503);
    assert_true(trouble_over());
    assert_int_equal(signs_in(h, &g).status, 303);
    assert_int_equal(sets_password(h, &g).status, 303); /* the link was not spent */
    assert_int_equal(signs_in(h, &g).status, 422);
}

struct rival {
    struct house *h;
    const char *welcome;
    struct id whose;
    bool was_first;
};

static void use_link(void *context) {
    struct rival *rival = context;
    rival->was_first = welcome_find(rival->h->p->store, rival->welcome, clock_now(), true, &rival->whose) == RESULT_OK;
}

static void of_two_with_the_same_link_one_sets_the_password(void **state) {
    struct house *h = *state;
    int late = 0;
    bool met = true;
    for (int n = 1; met; n++) {
        struct guest g = new_guest(h, ROLE_PRACTITIONER);
        prepare_link(h, &g);
        struct rival rival = {.h = h, .welcome = g.welcome};
        trouble_between_others(TROUBLE_DATABASE, n, h->p->store->thread, use_link, &rival);
        const struct shown r = sets_password(h, &g);
        met = trouble_over();
        assert_int_equal(r.status, rival.was_first ? 404 : 303);
        late += rival.was_first;
    }
    assert_true(late > 1); /* before the page was looked for, and after */
}

/* What is made up. */

static void a_cookie_that_was_not_given_out_signs_nobody_in(void **state) {
    struct house *h = *state;
    struct guest g = new_guest(h, ROLE_PRACTITIONER);
    sign_in(h, &g);
    char *other = arena_string(h->arena, g.session);
    other[5] = other[5] == 'a' ? 'b' : 'a';
    const char *made_up[] = {"", "x", other, arena_printf(h->arena, "%s0", g.session),
                             arena_printf(h->arena, "%.62sxy", g.session)};
    for (size_t i = 0; i < sizeof made_up / sizeof *made_up; i++) {
        struct shown r = ask(h, "GET /work", made_up[i], NULL);
        assert_int_equal(r.status, 303);
        assert_string_equal(r.location, "/sign-in?next=/work");
        r = ask(h, "POST /account", made_up[i], arena_printf(h->arena, "token=%s", g.token));
        assert_int_equal(r.status, 403);
        assert_true(says(h, &r, "work.gate_ended_title"));
        assert_int_equal(ask(h, "GET /nowhere", made_up[i], NULL).status, 404);
    }
    assert_int_equal(works(h, &g).status, 200);
}

static void a_form_needs_the_token_of_its_session(void **state) {
    struct house *h = *state;
    struct guest g = new_guest(h, ROLE_VIEWER);
    sign_in(h, &g);
    const char *right = g.token, *made_up[] = {"", "abcd", "00000000000000000000000000000000"};
    for (size_t i = 0; i < sizeof made_up / sizeof *made_up; i++) {
        g.token = made_up[i];
        assert_int_equal(signs_out(h, &g).status, 403);
    }
    g.token = right;
    assert_int_equal(works(h, &g).status, 403); /* not for viewers */
    assert_int_equal(posts(h, &g, "/account/password", "password=wrong").status, 422);
    assert_int_equal(
        posts(h, &g, "/account/password", arena_printf(h->arena, "password=%s&new=x&repeated=x", password)).status,
        422);
    assert_int_equal(signs_out(h, &g).status, 303);
}

static void each_role_has_its_pages(void **state) {
    struct house *h = *state;
    static const struct {
        enum role role;
        int work, audit, unknown;
    } rows[] = {{ROLE_VIEWER, 403, 403, 403}, {ROLE_PRACTITIONER, 200, 403, 404}, {ROLE_ADMINISTRATOR, 200, 200, 404}};
    for (size_t i = 0; i < 3; i++) {
        struct guest g = new_guest(h, rows[i].role);
        sign_in(h, &g);
        assert_int_equal(works(h, &g).status, rows[i].work);
        assert_string_equal(ask(h, "GET /sign-in", g.session, NULL).location, i == 0 ? "/shared" : "/work");
        assert_int_equal(ask(h, "GET /audit", g.session, NULL).status, rows[i].audit);
        assert_int_equal(ask(h, "GET /assessments/unknown", g.session, NULL).status, rows[i].unknown);
        clock_set(clock_now() + AGAIN_SECONDS + 2);
        assert_int_equal(asks_for_factor(h, &g).status, 303); /* to prove again who one is */
        clock_set(-1);
    }
}

static void a_form_from_another_site_is_refused_whoever_sends_it(void **state) {
    struct house *h = *state;
    struct guest g = new_guest(h, ROLE_PRACTITIONER);
    static const char site[] = "Sec-Fetch-Site: cross-site\r\n";
    sign_in(h, &g);
    const char *form = arena_printf(h->arena, "token=%s&name=Evil", g.token);
    struct shown r = take_reply(h, send_request(h, "POST /account", g.session, site, form));
    assert_int_equal(r.status, 403);
    assert_true(says(h, &r, "work.gate_token_title"));
    assert_true(says(h, &r, "work.gate_go_home"));
    assert_int_equal(take_reply(h, send_request(h, "POST /code", g.session, site, "code=x")).status, 403);
    assert_int_equal(signs_out(h, &g).status, 303);
    r = take_reply(h, send_request(h, "POST /account", g.session, site, form)); /* a session that has ended */
    assert_int_equal(r.status, 403);
    assert_true(says(h, &r, "work.gate_token_title"));
    assert_false(says(h, &r, "work.gate_go_home"));
    r = take_reply(h, send_request(h, "POST /account", NULL, site, form));
    assert_int_equal(r.status, 403);
    assert_true(says(h, &r, "work.gate_ended_title"));
    r = ask(h, "POST /account", NULL, form);
    assert_true(says(h, &r, "work.gate_ended_title"));
}

static void only_granted_reports_are_found(void **state) {
    struct house *h = *state;
    struct guest g = new_guest(h, ROLE_VIEWER);
    const struct assessment other = add_assessment(h->p, "other");
    const struct wave wave = add_wave(h->p, &h->assessment, "first", 1);
    sign_in(h, &g);
    assert_int_equal(wave.number, 1);
    grant(h, &g, other.id, "north");
    grant(h, &g, h->assessment.id, "south");
    const struct shown before = looks_at_report(h, &g);
    grant(h, &g, h->assessment.id, "north");
    const struct shown after = looks_at_report(h, &g);
    assert_int_equal(before.status, 404);
    assert_int_not_equal(after.status, 404);
}

static void a_proof_counts_for_its_account_and_five_minutes(void **state) {
    struct house *h = *state;
    struct guest g = new_guest(h, ROLE_PRACTITIONER);
    prepare_second(h, &g);
    char *other = arena_string(h->arena, g.proof);
    other[3] = other[3] == 'a' ? 'b' : 'a';
    const char *right = g.proof;
    const char *made_up[] = {"x", "ab", other, arena_printf(h->arena, "%sab", right)};
    for (size_t i = 0; i < sizeof made_up / sizeof *made_up; i++) {
        g.proof = made_up[i];
        const struct shown r = gives_code(h, &g);
        assert_int_equal(r.status, 422);
        assert_null(r.session);
    }
    g.proof = right;
    clock_set(clock_now() + PROOF_SECONDS + 1);
    assert_int_equal(gives_code(h, &g).status, 422);
    clock_set(-1);
    static const char *const none[] = {"", "12345", "1234567", "12+34+5", "000000", "abcde-fghjk", "%3b%3b"};
    for (size_t i = 0; i < 3; i++) { /* five tries are free */
        g.code = none[i];
        assert_int_equal(gives_code(h, &g).status, 422);
    }
    g.account.disabled = true;
    assert_int_equal(store_change_account(h->p->store, &g.account, NULL), RESULT_OK);
    char code[TOTP_DIGITS + 1];
    totp_code(g.account.totp, clock_now() / TOTP_STEP, code);
    g.code = code;
    const struct shown r = gives_code(h, &g);
    assert_int_equal(r.status, 422);
    assert_true(says(h, &r, "work.sign_in_again") || r.session == NULL);
    assert_int_equal(signs_in(h, &g).status, 422); /* nor with the password */
}

static void who_tries_too_fast_is_told_to_wait(void **state) {
    struct house *h = *state;
    struct guest g = new_guest(h, ROLE_PRACTITIONER);
    sign_in(h, &g);
    const struct shown led = posts(h, &g, "/sign-in/again", arena_printf(h->arena, "password=%s&next=/work", password));
    assert_string_equal(led.location, "/work");
    g.session = led.session; /* under a new name */
    g.token = hidden(h, ask(h, "GET /account/password", g.session, NULL).text, "token");
    for (int i = 0; i < 5; i++)
        assert_int_equal(proves_again_wrongly(h, &g).status, 422);
    assert_int_equal(proves_again(h, &g).status, 429);
    assert_int_equal(changes_password(h, &g).status, 429);
    const struct shown r = signs_in(h, &g);
    assert_int_equal(r.status, 429);
    assert_true(says(h, &r, "work.sign_in_often_title"));
    struct guest with_phone = new_guest(h, ROLE_PRACTITIONER);
    prepare_second(h, &with_phone);
    for (int i = 0; i < 4; i++)
        assert_int_equal(guesses(h, &with_phone).status, 422);
    assert_int_equal(gives_code(h, &with_phone).status, 429);
    assert_int_equal(ask(h, "POST /sign-in", NULL, "email=&password=x").status, 422);
    assert_int_equal(ask(h, "POST /sign-in", NULL, "email=a@x.example&password=").status, 422);
}

static void one_network_cannot_guess_at_all_accounts(void **state) {
    struct house *h = *state;
    int status = 0, tries = 0;
    for (; tries < 40 && status != 429; tries++) {
        struct guest g = new_guest(h, ROLE_PRACTITIONER);
        status = take_reply(h, send_request(h, "POST /sign-in", NULL, "X-Forwarded-For: 203.0.113.9\r\n",
                                            first_form(h, &g, "wrong")))
                     .status;
    }
    assert_true(tries > 15 && tries < 40);
    struct guest g = new_guest(h, ROLE_PRACTITIONER);
    assert_int_equal(take_reply(h, send_request(h, "POST /sign-in", NULL, "X-Forwarded-For: 203.0.114.9\r\n",
                                                first_form(h, &g, password)))
                         .status,
                     303);
    int found = 0; /* and links */
    for (tries = 0; tries < 80 && found != 429; tries++)
        found = ask(h, "GET /welcome/ABCDEFGHIJKLMNOPQRSTUVWXYZ", NULL, NULL).status;
    assert_true(tries > 25 && tries < 80);
    assert_int_equal(ask(h, "GET /welcome/ABCDEFGHIJKLMNOPQRSTUVWXYZ", NULL, NULL).status, 429);
}

/* So that a moment lasts as long as a test needs: passwords are compared when `held` is over. */
static atomic_int held, waiting, later;

int crypto_pwhash_str_verify(const char hash[crypto_pwhash_STRBYTES], const char *typed, unsigned long long n) {
    waiting++;
    while (held)
        usleep(1000);
    waiting--;
    return REAL(crypto_pwhash_str_verify)(hash, typed, n);
}

/* `later` is so many seconds. */
int clock_gettime(clockid_t clock, struct timespec *out) {
    const int result = REAL(clock_gettime)(clock, out);
    if (clock == CLOCK_MONOTONIC)
        out->tv_sec += later;
    return result;
}

enum { AT_ONCE = 30, AT_WORK = 2, IN_QUEUE = 16 };

/* Two whose passwords are being compared, and then as many as there are. */
static void crowd(struct house *h, int *fds, int n) {
    held = 1;
    for (int i = 0; i < n; i++) {
        struct guest g = new_guest(h, ROLE_VIEWER);
        fds[i] = send_request(h, "POST /sign-in", NULL, "", first_form(h, &g, password));
        while (i < AT_WORK && waiting <= i)
            usleep(1000);
    }
}

static void when_too_many_sign_in_at_once_some_are_told_to_come_again(void **state) {
    struct house *h = *state;
    int fds[AT_ONCE], in = 0, told = 0;
    crowd(h, fds, AT_ONCE);
    struct pollfd polled[AT_ONCE];
    for (int i = 0; i < AT_ONCE; i++)
        polled[i] = (struct pollfd){fds[i], POLLIN, 0};
    do { /* until those for whom there is no room have heard so */
        poll(polled, AT_ONCE, 1000);
        told = 0;
        for (int i = 0; i < AT_ONCE; i++)
            told += polled[i].revents != 0;
    } while (told < AT_ONCE - AT_WORK - IN_QUEUE);
    held = 0;
    for (int i = 0; i < AT_ONCE; i++) {
        const struct shown r = take_reply(h, fds[i]);
        assert_int_equal(r.status, polled[i].revents ? 503 : 303);
        assert_true((r.session != NULL) == (r.status == 303));
        in += r.status == 303;
    }
    assert_int_equal(in, AT_WORK + IN_QUEUE);
}

/* Time is over as soon as the server has begun to stop; then whoever was at work ends. */
static void *hurry(void *context) {
    struct server *s = context;
    while (!s->stopping)
        usleep(1000);
    later = 20;
    for (bool stopping = false; !stopping; usleep(1000)) {
        pthread_mutex_lock(&s->workers.mutex);
        stopping = s->workers.stopping;
        pthread_mutex_unlock(&s->workers.mutex);
    }
    held = 0;
    return NULL;
}

static void who_waits_when_the_server_stops_is_told(void **state) {
    struct house *h = *state;
    int fds[AT_WORK + 3];
    pthread_t hurrying;
    crowd(h, fds, AT_WORK + 3);
    for (size_t queued = 0; queued < 3; usleep(1000)) {
        pthread_mutex_lock(&h->server->workers.mutex);
        queued = h->server->workers.n;
        pthread_mutex_unlock(&h->server->workers.mutex);
    }
    assert_int_equal(pthread_create(&hurrying, NULL, hurry, h->server), 0);
    server_stop(h->server);
    h->server = NULL;
    pthread_join(hurrying, NULL);
    later = 0;
    for (int i = 0; i < AT_WORK + 3; i++) {
        const struct shown r = take_reply(h, fds[i]);
        assert_int_equal(r.status, i < AT_WORK ? 303 : 503);
    }
}

static void where_cookies_would_travel_in_clear_nobody_signs_in(void **state) {
    struct house *h = *state;
    struct guest g = new_guest(h, ROLE_PRACTITIONER);
    sign_in(h, &g);
    server_stop(h->server);
    start(h, "http://survey.example");
    struct shown r = ask(h, "GET /sign-in", NULL, NULL);
    assert_int_equal(r.status, 403);
    assert_true(says(h, &r, "work.sign_in_https_title"));
    assert_int_equal(signs_in(h, &g).status, 403);
    assert_int_equal(works(h, &g).status, 303); /* though the session is there */
    assert_int_equal(gets_lost(h, &g).status, 404);
    prepare_link(h, &g);
    r = sets_password(h, &g);
    assert_int_equal(r.status, 303);
    assert_string_equal(r.location, "/sign-in");
    assert_null(r.session);
}

static void a_link_does_not_stand_for_the_second_factor(void **state) {
    struct house *h = *state;
    struct guest g = new_guest(h, ROLE_PRACTITIONER);
    take_factor(h, &g);
    prepare_link(h, &g);
    struct shown r = sets_password(h, &g);
    assert_int_equal(r.status, 303);
    assert_string_equal(r.location, "/sign-in");
    assert_null(r.session);
    g.account.password = "";
    assert_int_equal(store_change_account(h->p->store, &g.account, NULL), RESULT_OK);
    prepare_link(h, &g);
    r = follows_link(h, &g);
    assert_true(says(h, &r, "work.welcome_title"));
    r = ask(h, "POST /welcome", NULL, arena_printf(h->arena, "welcome=%s&new=short&repeated=short", g.welcome));
    assert_int_equal(r.status, 422);
    r = ask(h, "POST /welcome", NULL,
            arena_printf(h->arena, "welcome=%s&new=another+lake+and+tree&repeated=other", g.welcome));
    assert_int_equal(r.status, 422);
}

static void a_second_factor_begins_with_a_secret_that_is_whole(void **state) {
    struct house *h = *state;
    struct guest g = new_guest(h, ROLE_PRACTITIONER);
    prepare_factor_on(h, &g);
    static const char *const wrong[] = {"secret=&code=1", "secret=zz&code=1", "secret=abcd&code=1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(posts(h, &g, "/account/totp", wrong[i]).status, 200); /* the page that begins anew */
    g.code = "000";
    assert_int_equal(turns_factor_on(h, &g).status, 422);
    struct shown r = makes_codes(h, &g); /* without a factor there are no codes for it */
    assert_int_equal(r.status, 303);
    assert_string_equal(r.location, "/account/totp");
    prepare_with_factor(h, &g);
    r = turns_factor_on(h, &g);
    assert_int_equal(r.status, 303);
    assert_string_equal(r.location, "/account/totp");
}

/* What the table of routes does not have (yet), asked of the gate itself. */

static struct desk *sit_down(struct house *h, const struct route *route, enum method method, const char *path) {
    struct web *web = arena_alloc(h->arena, sizeof *web);
    *web = (struct web){.texts = h->texts, .store = h->p->store, .public_url = "", .sessions = true};
    web->gate = gate_new("", "");
    struct exchange *e = arena_alloc(h->arena, sizeof *e);
    e->request = (struct request){.arena = h->arena,
                                  .web = web,
                                  .method = method,
                                  .route = route,
                                  .path = path,
                                  .parameter = "",
                                  .cookie_part = "",
                                  .reply = {.body = BUF_INIT},
                                  .exchange = e};
    struct desk *d = arena_alloc(h->arena, sizeof *d);
    *d = (struct desk){.request = &e->request, .arena = h->arena, .store = h->p->store};
    d->account = (struct account){.email = "", .name = "", .language = "", .timezone = "", .password = ""};
    d->findings = findings_new();
    screen_init(&d->screen, d->request, "en");
    return d;
}

static void stand_up(struct desk *d) {
    gate_free(d->request->web->gate);
    findings_free(d->findings);
    buf_free(&d->request->reply.body);
}

static void never_called(struct desk *d) {
    (void)d;
    fail_msg("the gate let somebody in");
}

static void a_row_that_asks_for_a_token_gets_it_even_if_it_asks_for_nobody(void **state) {
    struct house *h = *state;
    const struct route row = {
        .method = METHOD_POST, .path = "/x", .access = ACCESS_LINK, .csrf = CSRF_SESSION, .desk = never_called};
    struct desk *d = sit_down(h, &row, METHOD_POST, "/x");
    gate_pass(d);
    assert_int_equal(d->request->reply.status, 403);
    stand_up(d);
    gate_free(NULL);
}

static void only_paths_of_the_workspace_are_led_back_to(void **state) {
    struct house *h = *state;
    struct desk *d = sit_down(h, NULL, METHOD_GET, "/");
    static const char *const no[] = {"",       "work",      "//evil.example", "/sign-in",   "/work?x=1", "/work#x",
                                     "/wo rk", "/wo\x7frk", "/wo\xc3\xa4",    "/wo\\rk",    "/",         "/nowhere",
                                     "/s/abc", "/work%2f",  "/wo\"rk",        "/welcome/x", "/privacy"};
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_string_equal(gate_safe_path(d, no[i]), "");
    assert_string_equal(gate_safe_path(d, "/work"), "/work");
    assert_string_equal(gate_safe_path(d, "/assessments/x/people"), "/assessments/x/people");
    stand_up(d);
}

/* The form that was being sent is there again after signing in; files are not. */
static void who_was_signed_out_while_typing_is_told_what_is_kept(void **state) {
    struct house *h = *state;
    static const struct form_field fields[] = {{{"a", 1}, {"x", 1}, NULL},
                                               {{"b", 1}, {"", 0}, ""},
                                               {{"c", 1}, {"x", 1}, "people.csv"},
                                               {{"d", 1}, {"y", 1}, NULL}};
    for (size_t n = 0; n <= sizeof fields / sizeof *fields; n++) {
        static const char *const paths[] = {"/account/totp/off", "odd", ""};
        struct desk *d = sit_down(h, NULL, METHOD_POST, paths[n % 3]);
        d->request->form = (struct form){n, (void *)arena_copy(h->arena, (const char *)fields, n * sizeof *fields)};
        sign_in_show_ended(d);
        const char *page = arena_copy(h->arena, d->request->reply.body.p, d->request->reply.body.n);
        assert_int_equal(d->request->reply.status, 403);
        assert_true((strstr(page, texts_get(h->texts, "en", "work.gate_ended_file")) != NULL) == (n > 2));
        stand_up(d);
    }
}

static void a_proof_of_an_account_that_is_not_there_proves_nothing(void **state) {
    struct house *h = *state;
    struct desk *d = sit_down(h, NULL, METHOD_POST, "/sign-in");
    struct id whose;
    const struct id nobody = id_new();
    assert_true(gate_read_proof(d, gate_make_proof(d, nobody), &whose));
    assert_true(id_equal(whose, nobody));
    static const char *const codes[] = {"", "12345", "1234567", "12 34 5", "000 000", "12a456", "/23456", ":23456"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        assert_int_equal(gate_second_factor(d, &d->account, codes[i]), RESULT_INPUT);
    stand_up(d);
}

int main(void) {
#define HERE(test) cmocka_unit_test_setup_teardown(test, open_house, close_house)
    const struct CMUnitTest tests[] = {
        HERE(whichever_call_fails_nobody_is_let_in_who_was_not_told_so),
        HERE(without_memory_for_a_hash_the_password_stays),
        HERE(of_two_with_the_same_link_one_sets_the_password),
        HERE(a_cookie_that_was_not_given_out_signs_nobody_in),
        HERE(a_form_needs_the_token_of_its_session),
        HERE(each_role_has_its_pages),
        HERE(a_form_from_another_site_is_refused_whoever_sends_it),
        HERE(only_granted_reports_are_found),
        HERE(a_proof_counts_for_its_account_and_five_minutes),
        HERE(who_tries_too_fast_is_told_to_wait),
        HERE(one_network_cannot_guess_at_all_accounts),
        HERE(when_too_many_sign_in_at_once_some_are_told_to_come_again),
        HERE(who_waits_when_the_server_stops_is_told),
        HERE(where_cookies_would_travel_in_clear_nobody_signs_in),
        HERE(a_link_does_not_stand_for_the_second_factor),
        HERE(a_second_factor_begins_with_a_secret_that_is_whole),
        HERE(a_row_that_asks_for_a_token_gets_it_even_if_it_asks_for_nobody),
        HERE(only_paths_of_the_workspace_are_led_back_to),
        HERE(who_was_signed_out_while_typing_is_told_what_is_kept),
        HERE(a_proof_of_an_account_that_is_not_there_proves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
