/* rooms: mail collect access instrument store base
 * Tokens of other programs, requests that are sent twice, addresses that are told of events. */
#include "store_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "access/tokens.h"
#include "mail/hooks.h"
#include "store/care.h"

enum { NOW = 1000000, DAY = 86400 };

static struct account add_account(struct place_on_disk *p, const char *email, enum role role) {
    struct account a = {.id = id_new(), .email = email, .name = "", .role = role, .password = "", .created = NOW};
    assert_int_equal(store_add_account(p->store, &a), RESULT_OK);
    return a;
}

static enum result make(struct place_on_disk *p, const struct account *a, unsigned scopes, long days,
                        const uint8_t *secret, char text[TOKEN_LENGTH + 1], struct findings *findings) {
    struct api_token t = {.name = "dashboard", .scopes = scopes};
    return token_make(p->store, a, &t, days, NOW, secret, text, findings);
}

static void a_token_is_found_until_it_expires_is_revoked_or_its_account_disabled(void **state) {
    struct place_on_disk *p = *state;
    struct account a = add_account(p, "claire@example.org", ROLE_PRACTITIONER), owner;
    struct api_token t;
    char text[TOKEN_LENGTH + 1];
    uint8_t hash[32];
    assert_int_equal(make(p, &a, SCOPE_READ | SCOPE_DATA, 2, NULL, text, NULL), RESULT_OK);
    assert_true(token_hash_of(text, hash));
    assert_int_equal(store_find_token(p->store, p->arena, hash, NOW + 2 * DAY - 1, &t, &owner), RESULT_OK);
    assert_string_equal(owner.email, "claire@example.org");
    assert_string_equal(scopes_write(p->arena, t.scopes), "read,data");
    assert_int_equal(store_find_token(p->store, p->arena, hash, NOW + 2 * DAY, &t, &owner), RESULT_INPUT);
    a.disabled = true;
    assert_int_equal(store_change_account(p->store, &a, NULL), RESULT_OK);
    assert_int_equal(store_find_token(p->store, p->arena, hash, NOW, &t, &owner), RESULT_INPUT);
    a.disabled = false;
    assert_int_equal(store_change_account(p->store, &a, NULL), RESULT_OK);
    assert_int_equal(store_drop_token(p->store, t.id), RESULT_OK);
    assert_int_equal(store_drop_token(p->store, t.id), RESULT_INPUT);
    assert_int_equal(store_find_token(p->store, p->arena, hash, NOW, &t, &owner), RESULT_INPUT);
}

static void the_same_secret_makes_one_token(void **state) {
    struct place_on_disk *p = *state;
    const struct account a = add_account(p, "claire@example.org", ROLE_PRACTITIONER);
    const uint8_t secret[16] = {1};
    char text[TOKEN_LENGTH + 1], again[TOKEN_LENGTH + 1];
    struct api_token *list;
    size_t n;
    assert_int_equal(make(p, &a, SCOPE_READ, 2, secret, text, NULL), RESULT_OK);
    assert_int_equal(make(p, &a, SCOPE_READ, 2, secret, again, NULL), RESULT_OK);
    assert_string_equal(text, again);
    assert_int_equal(store_list_tokens(p->store, p->arena, &a.id, &list, &n), RESULT_OK);
    assert_int_equal(n, 1);
}

static void names_days_scopes_and_their_number_have_limits(void **state) {
    struct place_on_disk *p = *state;
    const struct account a = add_account(p, "claire@example.org", ROLE_PRACTITIONER);
    const struct account viewer = add_account(p, "viewer@example.org", ROLE_VIEWER);
    struct findings *findings = findings_new();
    char text[TOKEN_LENGTH + 1];
    assert_int_equal(make(p, &a, SCOPE_READ, 0, NULL, text, findings), RESULT_INPUT);
    assert_int_equal(make(p, &a, SCOPE_READ, TOKEN_DAYS_MOST + 1, NULL, text, findings), RESULT_INPUT);
    assert_true(findings_have(findings, "token_days_range", 0));
    assert_int_equal(make(p, &viewer, SCOPE_RESULTS | SCOPE_LINKS, 1, NULL, text, findings), RESULT_INPUT);
    assert_true(findings_have(findings, "token_scope_role", 0));
    assert_int_equal(make(p, &viewer, SCOPE_RESULTS, 1, NULL, text, findings), RESULT_OK);
    assert_int_equal(scopes_read(p->arena, str_of("read,everything"), findings), 0);
    assert_true(findings_have(findings, "scope_unknown", 0));
    assert_int_equal(scopes_read(p->arena, str_of(" , "), findings), 0);
    assert_true(findings_have(findings, "scope_none", 0));
    assert_int_equal(scopes_read(p->arena, str_of("data, read"), findings), SCOPE_DATA | SCOPE_READ);
    for (int i = 0; i < TOKENS_MAX; i++)
        assert_int_equal(make(p, &a, SCOPE_READ, 1, NULL, text, findings), RESULT_OK);
    assert_int_equal(make(p, &a, SCOPE_READ, 1, NULL, text, findings), RESULT_INPUT);
    assert_true(findings_have(findings, "token_too_many", 0));
    findings_free(findings);
}

static void what_is_no_token_has_no_hash(void **state) {
    uint8_t hash[32];
    (void)state;
    assert_false(token_hash_of("", hash));
    assert_false(token_hash_of("readiness_", hash));
    assert_false(token_hash_of("AAAAAAAAAAAAAAAAAAAAAAAAAA", hash));
    assert_true(token_hash_of("readiness_AAAAAAAAAAAAAAAAAAAAAAAAAA", hash));
    assert_false(token_hash_of("readiness_AAAAAAAAAAAAAAAAAAAAAAAAAAA", hash));
}

static void a_request_is_begun_once_and_its_answer_kept_for_a_time(void **state) {
    struct place_on_disk *p = *state;
    const uint8_t hash[32] = {1}, request[32] = {2};
    struct kept_reply kept;
    assert_int_equal(store_begin_reply(p->store, p->arena, hash, request, NOW, NOW - DAY, &kept), RESULT_OK);
    assert_int_equal(store_begin_reply(p->store, p->arena, hash, request, NOW, NOW - DAY, &kept), RESULT_INPUT);
    assert_int_equal(kept.status, 0);
    assert_int_equal(store_keep_reply(p->store, hash, 201, "/x", "{}"), RESULT_OK);
    assert_int_equal(store_begin_reply(p->store, p->arena, hash, request, NOW + DAY, NOW, &kept), RESULT_INPUT);
    assert_int_equal(kept.status, 201);
    assert_string_equal(kept.location, "/x");
    assert_string_equal(kept.body, "{}");
    assert_memory_equal(kept.request, request, sizeof request);
    assert_int_equal(store_begin_reply(p->store, p->arena, hash, request, NOW + DAY, NOW + 1, &kept), RESULT_OK);
    assert_int_equal(store_keep_reply(p->store, hash, 0, NULL, NULL), RESULT_OK); /* refused: it may be tried again */
    assert_int_equal(store_begin_reply(p->store, p->arena, hash, request, NOW + DAY, NOW, &kept), RESULT_OK);
}

static void word_waits_until_it_is_due_and_goes_with_its_address(void **state) {
    struct place_on_disk *p = *state;
    struct account a = add_account(p, "claire@example.org", ROLE_PRACTITIONER);
    const struct hook h = {.id = id_new(), .account = a.id, .url = "https://x.example/", .created = NOW};
    const struct hook_message m = {.id = id_new(), .event = "wave.closed", .body = "{}", .hook = h};
    struct hook_message found;
    struct hook *list;
    size_t n;
    assert_int_equal(store_add_hook(p->store, &h, 1), RESULT_OK);
    assert_int_equal(store_add_hook(p->store, &h, 1), RESULT_INPUT);
    assert_int_equal(store_add_hook_message(p->store, &m, NOW), RESULT_OK);
    assert_int_equal(store_next_hook_message(p->store, p->arena, NOW - 1, &found), RESULT_INPUT);
    assert_int_equal(store_next_hook_message(p->store, p->arena, NOW, &found), RESULT_OK);
    assert_string_equal(found.hook.url, "https://x.example/");
    assert_int_equal(store_end_hook_message(p->store, &found, NOW + 5, "status_500"), RESULT_OK);
    assert_int_equal(store_next_hook_message(p->store, p->arena, NOW + 4, &found), RESULT_INPUT);
    assert_int_equal(store_next_hook_message(p->store, p->arena, NOW + 5, &found), RESULT_OK);
    assert_int_equal(found.attempts, 1);
    assert_int_equal(store_list_hooks(p->store, p->arena, &a.id, &list, &n), RESULT_OK);
    assert_string_equal(list[0].trouble, "status_500");
    a.disabled = true;
    assert_int_equal(store_change_account(p->store, &a, NULL), RESULT_OK);
    assert_int_equal(store_next_hook_message(p->store, p->arena, NOW + 5, &found), RESULT_INPUT);
    assert_int_equal(store_drop_hook(p->store, id_new(), h.id), RESULT_INPUT);
    assert_int_equal(store_drop_hook(p->store, a.id, h.id), RESULT_OK);
}

/* A token, a reply, an address and a message that waits for it. */
static struct account with_programs(struct place_on_disk *p, struct id *token, uint8_t hash[32]) {
    const struct account a = add_account(p, "claire@example.org", ROLE_PRACTITIONER);
    const struct hook h = {.id = id_new(), .account = a.id, .url = "https://x.example/", .created = NOW};
    const struct hook_message m = {.id = id_new(), .event = "wave.closed", .body = "{}", .hook = h};
    const uint8_t key[32] = {1}, request[32] = {2};
    struct kept_reply kept;
    struct api_token *list;
    size_t n;
    char text[TOKEN_LENGTH + 1];
    assert_int_equal(make(p, &a, SCOPE_READ, 2, NULL, text, NULL), RESULT_OK);
    assert_true(token_hash_of(text, hash));
    assert_int_equal(store_list_tokens(p->store, p->arena, NULL, &list, &n), RESULT_OK);
    assert_int_equal(n, 1);
    *token = list[0].id;
    assert_int_equal(store_touch_token(p->store, *token, (struct day){"2027-01-01"}), RESULT_OK);
    assert_int_equal(store_begin_reply(p->store, p->arena, key, request, NOW, NOW - DAY, &kept), RESULT_OK);
    assert_int_equal(store_keep_reply(p->store, key, 201, "/x", "{}"), RESULT_OK);
    assert_int_equal(store_add_hook(p->store, &h, 1), RESULT_OK);
    assert_int_equal(store_add_hook_message(p->store, &m, NOW), RESULT_OK);
    return a;
}

static void an_old_copy_lets_no_program_in_and_tells_none(void **state) {
    struct place_on_disk *p = *state;
    struct id token;
    uint8_t hash[32];
    struct account owner;
    struct api_token t;
    struct hook_message m;
    struct hook *hooks;
    size_t n;
    int paused;
    const struct account a = with_programs(p, &token, hash);
    assert_int_equal(store_settle(p->store, &paused), RESULT_OK);
    assert_int_equal(store_find_token(p->store, p->arena, hash, NOW, &t, &owner), RESULT_INPUT);
    assert_int_equal(store_next_hook_message(p->store, p->arena, NOW, &m), RESULT_INPUT);
    assert_int_equal(store_list_hooks(p->store, p->arena, &a.id, &hooks, &n), RESULT_OK);
    assert_int_equal(n, 1); /* the address is no secret */
}

static void programs_move_along_with_an_installation(void **state) {
    struct place_on_disk *p = *state;
    struct id token;
    uint8_t hash[32];
    const uint8_t key[32] = {1}, request[32] = {2};
    struct store *there;
    struct account owner;
    struct api_token t;
    struct hook_message m;
    struct kept_reply kept;
    size_t n_tables, rows;
    (void)with_programs(p, &token, hash);
    assert_int_equal(store_open(&there, arena_printf(p->arena, "sqlite:%s/there.db", p->folder), NULL), RESULT_OK);
    assert_int_equal(store_transfer(p->store, there, &n_tables, &rows, NULL), RESULT_OK);
    assert_int_equal(rows, 5);
    assert_int_equal(store_find_token(there, p->arena, hash, NOW, &t, &owner), RESULT_OK);
    assert_true(id_equal(t.id, token));
    assert_string_equal(t.used, "2027-01-01");
    assert_int_equal(store_next_hook_message(there, p->arena, NOW, &m), RESULT_OK);
    assert_string_equal(m.hook.url, "https://x.example/");
    assert_int_equal(store_begin_reply(there, p->arena, key, request, NOW, NOW - DAY, &kept), RESULT_INPUT);
    assert_int_equal(kept.status, 201);
    store_close(there);
}

/* A server refuses what would make one; in a file another program may have. */
static void what_belongs_to_nobody_is_found_by_a_check(void **state) {
    struct place_on_disk *p = *state;
    static const char *const cases[] = {"DELETE FROM hook", "DELETE FROM hook_message; DELETE FROM account"};
    for (size_t i = 0; !server.used && i < sizeof cases / sizeof *cases; i++) {
        struct id token;
        uint8_t hash[32];
        struct kept kept;
        struct findings *findings = findings_new();
        if (i == 0) {
            (void)with_programs(p, &token, hash);
            assert_int_equal(store_check(p->store, p->arena, &kept, findings), RESULT_OK);
        }
        store_close(p->store);
        change_behind(p->folder, cases[i]);
        assert_int_equal(store_open(&p->store, p->url, NULL), RESULT_OK);
        assert_int_equal(store_check(p->store, p->arena, &kept, findings), RESULT_INPUT);
        assert_true(findings_have(findings, "check_reference", 0));
        findings_free(findings);
    }
}

static void word_goes_only_where_the_settings_allow(void **state) {
    static const char allowed[] = "https://hooks.example.org https://x.example/in/ +http://127.0.0.1:9000/";
    static const struct {
        const char *url;
        bool good, is_private;
    } cases[] = {{"https://hooks.example.org", true, false},
                 {"https://hooks.example.org/", true, false},
                 {"https://hooks.example.org?x=1", true, false},
                 {"https://hooks.example.org.evil.example/", false, false},
                 {"https://hooks.example.org@evil.example/", false, false},
                 {"https://hooks.example.org:444/", false, false},
                 {"http://hooks.example.org/", false, false},
                 {"https://x.example/in/a", true, false},
                 {"https://x.example/in/../out", false, false},
                 {"https://x.example/out", false, false},
                 {"https://x.example/in/a b", false, false},
                 {"http://127.0.0.1:9000/x", true, true},
                 {"http://127.0.0.1:9001/x", false, false},
                 {"", false, false}};
    bool is_private;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(hooks_allow(allowed, cases[i].url, &is_private), cases[i].good);
        assert_int_equal(is_private, cases[i].is_private);
        assert_false(hooks_allow("", cases[i].url, &is_private));
    }
}

static bool is_private(const char *text) {
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
        return hooks_is_private((const struct sockaddr *)&four);
    assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
    return hooks_is_private((const struct sockaddr *)&six);
}

static void private_networks_are_known_in_every_dress(void **state) {
    static const char *const private[] = {"127.0.0.1",
                                          "10.1.2.3",
                                          "172.16.0.1",
                                          "172.31.255.255",
                                          "192.168.1.1",
                                          "0.0.0.0",
                                          "169.254.169.254",
                                          "100.64.0.1",
                                          "224.0.0.1",
                                          "::1",
                                          "::",
                                          "fe80::1",
                                          "fd00::1",
                                          "ff02::1",
                                          "::ffff:10.0.0.1",
                                          "64:ff9b::a00:1",
                                          "2002:a00:1::1",
                                          "2001::1",
                                          "::ffff:169.254.1.1",
                                          "255.255.255.255"};
    static const char *const public[] = {"93.184.216.34", "8.8.8.8", "172.32.0.1", "2606:4700::1", "::ffff:8.8.8.8"};
    (void)state;
    for (size_t i = 0; i < sizeof private / sizeof *private; i++)
        assert_true(is_private(private[i]));
    for (size_t i = 0; i < sizeof public / sizeof *public; i++)
        assert_false(is_private(public[i]));
}

/* The figure was computed with another program (Python's hmac). */
static void a_signature_is_hmac_sha_256_over_time_and_body(void **state) {
    uint8_t secret[32];
    char signature[HOOK_SIGNATURE_MAX];
    (void)state;
    memset(secret, 0xAB, sizeof secret);
    hooks_sign(secret, 1700000000, "{\"a\":1}", signature);
    assert_string_equal(signature, "t=1700000000,v1=c1358124b3a94733bcf78018138779e2b252e542185db6079095ee4b3c5356c6");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_token_is_found_until_it_expires_is_revoked_or_its_account_disabled,
                                        open_place, close_place),
        cmocka_unit_test_setup_teardown(the_same_secret_makes_one_token, open_place, close_place),
        cmocka_unit_test_setup_teardown(names_days_scopes_and_their_number_have_limits, open_place, close_place),
        cmocka_unit_test(what_is_no_token_has_no_hash),
        cmocka_unit_test_setup_teardown(a_request_is_begun_once_and_its_answer_kept_for_a_time, open_place,
                                        close_place),
        cmocka_unit_test_setup_teardown(word_waits_until_it_is_due_and_goes_with_its_address, open_place, close_place),
        cmocka_unit_test_setup_teardown(an_old_copy_lets_no_program_in_and_tells_none, open_place, close_place),
        cmocka_unit_test_setup_teardown(programs_move_along_with_an_installation, open_place, close_place),
        cmocka_unit_test_setup_teardown(what_belongs_to_nobody_is_found_by_a_check, open_place, close_place),
        cmocka_unit_test(word_goes_only_where_the_settings_allow),
        cmocka_unit_test(private_networks_are_known_in_every_dress),
        cmocka_unit_test(a_signature_is_hmac_sha_256_over_time_and_body),
    };
    return run_on_both(tests);
}
