/* rooms: access store base
 * Passwords, second factors, links and delays. */
#include "store_fixture.h"

#include <pthread.h>
#include <time.h>

#include "access/base32.h"
#include "access/links.h"
#include "access/password.h"
#include "access/throttle.h"
#include "access/totp.h"
#include "base/embedded.h"

/* RFC 6238, appendix B: the secret "12345678901234567890"; eight figures there, of which six are ours. */
static void codes_are_those_of_the_rfc(void **state) {
    (void)state;
    static const struct {
        int64_t time;
        const char *code;
    } vectors[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                   {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    uint8_t secret[TOTP_SECRET_SIZE];
    char code[TOTP_DIGITS + 1];
    memcpy(secret, "12345678901234567890", sizeof secret);
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        totp_code(secret, vectors[i].time / TOTP_STEP, code);
        assert_string_equal(code, vectors[i].code);
    }
}

static void a_code_is_good_one_step_early_or_late_and_no_more(void **state) {
    (void)state;
    uint8_t secret[TOTP_SECRET_SIZE];
    char code[TOTP_DIGITS + 1], spaced[TOTP_DIGITS + 2];
    int64_t now = 1800000015, step = 0;
    totp_new_secret(secret);
    for (int64_t away = -3; away <= 3; away++) {
        totp_code(secret, now / TOTP_STEP + away, code);
        bool near = away >= -1 && away <= 1;
        assert_int_equal(totp_check(secret, code, now, &step), near);
        if (near)
            assert_int_equal(step, now / TOTP_STEP + away);
    }
    totp_code(secret, now / TOTP_STEP, code);
    snprintf(spaced, sizeof spaced, "%.3s %s", code, code + 3);
    assert_true(totp_check(secret, spaced, now, &step));
    static const char *const wrong[] = {"", "12345", "1234567", "12345a", "-12345", "      "};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(totp_check(secret, wrong[i], now, &step));
}

/* RFC 4648, section 10, without the padding. */
static void base32_is_that_of_the_rfc(void **state) {
    (void)state;
    static const char *const vectors[][2] = {{"", ""},
                                             {"f", "MY"},
                                             {"fo", "MZXQ"},
                                             {"foo", "MZXW6"},
                                             {"foob", "MZXW6YQ"},
                                             {"fooba", "MZXW6YTB"},
                                             {"foobar", "MZXW6YTBOI"}};
    char out[32];
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        base32_write((const uint8_t *)vectors[i][0], strlen(vectors[i][0]), out);
        assert_string_equal(out, vectors[i][1]);
    }
}

static void the_address_of_the_qr_code_names_issuer_and_account(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    uint8_t secret[TOTP_SECRET_SIZE];
    memcpy(secret, "12345678901234567890", sizeof secret);
    assert_string_equal(totp_uri(arena, secret, "Readiness: North", "a+b@example.org"),
                        "otpauth://totp/Readiness%3A%20North:a%2Bb@example.org?secret="
                        "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Readiness%3A%20North");
    arena_free(arena);
}

static void recovery_codes_are_read_as_people_type_them(void **state) {
    (void)state;
    char codes[RECOVERY_CODES][RECOVERY_CODE_LENGTH + 1], typed[32];
    uint8_t hashes[RECOVERY_CODES][32], hash[32];
    recovery_codes_new(codes, hashes);
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        snprintf(typed, sizeof typed, " %.5s  %s ", codes[i], codes[i] + 6);
        for (char *p = typed; *p; p++)
            *p = (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
        recovery_code_hash(typed, hash);
        assert_memory_equal(hash, hashes[i], sizeof hash);
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(hashes[i], hashes[k], sizeof hash);
    }
    recovery_code_hash("", hash);
    assert_memory_not_equal(hash, hashes[0], sizeof hash);
}

static const char *refused_as(const char *password, const char *email) {
    static char code[64];
    struct findings *findings = findings_new();
    enum result result = password_allowed(password, email, findings);
    assert_int_equal(result == RESULT_OK, findings_total(findings) == 0);
    snprintf(code, sizeof code, "%s", result == RESULT_OK ? "" : findings_at(findings, 0)->code);
    findings_free(findings);
    return code;
}

static void passwords_that_are_tried_first_are_refused(void **state) {
    (void)state;
    assert_string_equal(refused_as("a good green horse", "claire.roy@example.org"), "");
    assert_string_equal(refused_as("à la pêche aux moules", "claire.roy@example.org"), "");
    assert_string_equal(refused_as("eleven char", "a@example.org"), "password_short");
    char sentence[130];
    memset(sentence, 0, sizeof sentence);
    for (size_t i = 0; i < 128; i++)
        sentence[i] = (char)('a' + i % 23);
    assert_string_equal(refused_as(sentence, "a@example.org"), "");
    sentence[128] = 'x';
    assert_string_equal(refused_as(sentence, "a@example.org"), "password_long");
    static const char *const common[] = {"Password-2027!", "correct horse battery staple",
                                         "ADMINISTRATOR",  "motdepasse123456",
                                         "1234567890123",  "aaaaaaaaaaaaaaaa",
                                         "abababababab!!", "Welcome.2027.2027",
                                         "qwertyuiop 123"};
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        assert_string_equal(refused_as(common[i], "a@example.org"), "password_common");
    assert_string_equal(refused_as("my name is Claire.Roy!", "claire.roy@example.org"), "password_email");
    assert_string_equal(refused_as("a name of three letters", "let@example.org"), "");
}

static void the_list_has_some_hundred_words_each_as_it_is_compared(void **state) {
    (void)state;
    struct str rest = embedded_find("config/common-passwords.txt"), line;
    size_t n = 0;
    while (rest.n && str_split(&rest, '\n', &line)) {
        for (size_t i = 0; i < line.n; i++)
            assert_true((line.p[i] >= 'a' && line.p[i] <= 'z') || (line.p[i] >= '0' && line.p[i] <= '9'));
        n += line.n > 0;
    }
    assert_in_range(n, 300, 2000);
}

static void a_password_is_known_again_and_no_other(void **state) {
    (void)state;
    char hash[PASSWORD_HASH_MAX], again[PASSWORD_HASH_MAX];
    assert_int_equal(password_hash("a good green horse", hash), RESULT_OK);
    assert_int_equal(password_hash("a good green horse", again), RESULT_OK);
    assert_string_not_equal(hash, again); /* salted */
    assert_memory_equal(hash, "$argon2id$", 10);
    assert_true(password_is(hash, "a good green horse"));
    assert_false(password_is(hash, "a good green house"));
    assert_false(password_is(hash, ""));
    assert_false(password_outdated(hash));
    char weak[PASSWORD_HASH_MAX];
    assert_int_equal(crypto_pwhash_str(weak, "x", 1, 1, 8192), 0);
    assert_true(password_outdated(weak));
}

static double seconds_of(const char *hash) {
    int64_t best = INT64_MAX;
    for (int i = 0; i < 3; i++) {
        struct timespec a, b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        assert_false(password_is(hash, "not the right password"));
        clock_gettime(CLOCK_MONOTONIC, &b);
        int64_t took = (b.tv_sec - a.tv_sec) * 1000000 + (b.tv_nsec - a.tv_nsec) / 1000;
        best = took < best ? took : best;
    }
    return (double)best / 1e6;
}

static void the_clock_does_not_tell_which_accounts_there_are(void **state) {
    (void)state;
    char hash[PASSWORD_HASH_MAX];
    assert_int_equal(password_hash("a good green horse", hash), RESULT_OK);
    double there = seconds_of(hash), not_there = seconds_of(NULL), not_set = seconds_of("");
    assert_true(not_there > there / 3 && not_there < there * 3);
    assert_true(not_set > there / 3 && not_set < there * 3);
}

static void a_welcome_link_works_once_within_two_days(void **state) {
    struct place_on_disk *p = *state;
    struct account a = {.id = id_new(), .email = "a@example.org", .role = ROLE_ADMINISTRATOR, .created = 1};
    char old[ACCESS_TOKEN_LENGTH + 1], token[ACCESS_TOKEN_LENGTH + 1];
    struct id found;
    assert_int_equal(store_add_account(p->store, &a), RESULT_OK);
    assert_int_equal(welcome_make(p->store, a.id, 1000, old), RESULT_OK);
    assert_int_equal(welcome_make(p->store, a.id, 1000, token), RESULT_OK);
    assert_int_equal(strlen(token), ACCESS_TOKEN_LENGTH);
    assert_int_equal(welcome_find(p->store, old, 1000, false, &found), RESULT_INPUT);
    assert_int_equal(welcome_find(p->store, token, 1000 + WELCOME_SECONDS, false, &found), RESULT_INPUT);
    assert_int_equal(welcome_find(p->store, token, 1000 + WELCOME_SECONDS - 1, false, &found), RESULT_OK);
    assert_true(id_equal(found, a.id));
    assert_int_equal(welcome_find(p->store, token, 1000, true, &found), RESULT_OK);
    assert_int_equal(welcome_find(p->store, token, 1000, true, &found), RESULT_INPUT);
    assert_int_equal(welcome_find(p->store, "", 1000, true, &found), RESULT_INPUT);
    assert_int_equal(welcome_find(p->store, "ABCDEFGHIJKLMNOPQRSTUVWXYZABC", 1000, true, &found), RESULT_INPUT);
}

static void five_tries_are_free_then_each_waits_longer_up_to_a_minute(void **state) {
    (void)state;
    struct throttle *t = throttle_new();
    int64_t now = 1000000;
    static const int64_t pauses[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};
    for (int i = 0; i < 5; i++)
        assert_int_equal(throttle_try(t, "a@example.org", now), 0);
    for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++) {
        assert_int_equal(throttle_try(t, "A@example.ORG", now + 1), pauses[i] * 1000 - 1);
        assert_int_equal(throttle_try(t, "a@example.org", now + pauses[i] * 1000 - 1), 1); /* asking costs nothing */
        now += pauses[i] * 1000;
        assert_int_equal(throttle_try(t, "a@example.org", now), 0);
    }
    assert_int_equal(throttle_try(t, "b@example.org", now), 0);
    throttle_good(t, "a@example.org");
    for (int i = 0; i < 5; i++)
        assert_int_equal(throttle_try(t, "a@example.org", now), 0);
    assert_true(throttle_try(t, "a@example.org", now) > 0);
    assert_int_equal(throttle_try(t, "a@example.org", now + 3601 * 1000), 0); /* forgotten after an hour */
    assert_int_equal(throttle_try(t, "a@example.org", now + 3601 * 1000), 0);
    throttle_free(t);
}

static void many_other_names_do_not_fill_the_table(void **state) {
    (void)state;
    struct throttle *t = throttle_new();
    char name[32];
    for (int i = 0; i < 20000; i++) {
        snprintf(name, sizeof name, "n%d@example.org", i);
        assert_int_equal(throttle_try(t, name, i), 0);
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(throttle_try(t, name, 20000), 0);
    assert_true(throttle_try(t, name, 20000) > 0);
    throttle_free(t);
}

struct trier {
    struct throttle *t;
    int allowed;
};

static void *try_often(void *argument) {
    struct trier *trier = argument;
    for (int i = 0; i < 100; i++)
        trier->allowed += throttle_try(trier->t, "a@example.org", 5000) == 0;
    return NULL;
}

static void parallel_tries_do_not_slip_through(void **state) {
    (void)state;
    struct throttle *t = throttle_new();
    pthread_t threads[8];
    struct trier triers[8];
    int allowed = 0;
    for (int i = 0; i < 8; i++) {
        triers[i] = (struct trier){t, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, try_often, &triers[i]), 0);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        allowed += triers[i].allowed;
    }
    assert_int_equal(allowed, 5);
    throttle_free(t);
}

int main(void) {
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_those_of_the_rfc),
        cmocka_unit_test(a_code_is_good_one_step_early_or_late_and_no_more),
        cmocka_unit_test(base32_is_that_of_the_rfc),
        cmocka_unit_test(the_address_of_the_qr_code_names_issuer_and_account),
        cmocka_unit_test(recovery_codes_are_read_as_people_type_them),
        cmocka_unit_test(passwords_that_are_tried_first_are_refused),
        cmocka_unit_test(the_list_has_some_hundred_words_each_as_it_is_compared),
        cmocka_unit_test(a_password_is_known_again_and_no_other),
        cmocka_unit_test(the_clock_does_not_tell_which_accounts_there_are),
        cmocka_unit_test_setup_teardown(a_welcome_link_works_once_within_two_days, open_place, close_place),
        cmocka_unit_test(five_tries_are_free_then_each_waits_longer_up_to_a_minute),
        cmocka_unit_test(many_other_names_do_not_fill_the_table),
        cmocka_unit_test(parallel_tries_do_not_slip_through),
    };
    return run_on_both(tests);
}
