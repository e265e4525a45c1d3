/* rooms: access store base
 * Who is let in, at the edges: names, passwords and codes that are empty, too long or made of one kind of character,
 * and a machine without memory for a hash. */
#include "store_fixture.h"
#include "trouble.h"

#include "access/links.h"
#include "access/password.h"
#include "access/throttle.h"
#include "access/totp.h"

static bool refused(const char *password, const char *email, const char *code) {
    struct findings *f = findings_new();
    const bool is = password_allowed(password, email, f) == RESULT_INPUT && findings_have(f, code, 0);
    findings_free(f);
    return is;
}

static void a_password_is_judged_whatever_it_is_made_of(void **state) {
    (void)state;
    char long_one[PASSWORD_MOST + 2];
    for (size_t i = 0; i <= PASSWORD_MOST; i++)
        long_one[i] = (char)('a' + i % 26);
    long_one[PASSWORD_MOST + 1] = '\0';
    assert_true(refused(long_one, "p@x.example", "password_long"));
    long_one[PASSWORD_MOST] = '\0';
    assert_int_equal(password_allowed(long_one, "p@x.example", NULL), RESULT_OK);
    assert_int_equal(password_allowed("829104673551", "p@x.example", NULL), RESULT_OK); /* figures alone */
    assert_int_equal(password_allowed("#!?;:,.-_+*/", "p@x.example", NULL), RESULT_OK); /* no letter at all */
    assert_int_equal(password_allowed("mountain lake und tree", "", NULL), RESULT_OK);
    assert_int_equal(password_allowed("mountain lake und tree", "no address", NULL), RESULT_OK);
    assert_int_equal(password_allowed("mountain lake und tree", "abc@x.example", NULL), RESULT_OK);
    assert_true(refused("mountain LAKEside tree", "lake@x.example", "password_email"));
    assert_true(refused("Password-2027!", "p@x.example", "password_common"));
}

static void a_password_that_is_too_long_or_of_nobody_is_never_right(void **state) {
    (void)state;
    char hash[PASSWORD_HASH_MAX], long_one[PASSWORD_MOST + 2];
    memset(long_one, 'x', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = '\0';
    assert_int_equal(password_hash(long_one, hash), RESULT_OK);
    assert_false(password_is(hash, long_one));
    assert_false(password_is(NULL, "mountain lake und tree"));
    assert_false(password_is("", "mountain lake und tree"));
}

static void without_memory_for_a_hash_no_password_is_set(void **state) {
    (void)state;
    char hash[PASSWORD_HASH_MAX];
    trouble_at(TROUBLE_MEMORY, 1, 1);
    assert_int_equal(password_hash("mountain lake und tree", hash), RESULT_MACHINE);
    assert_true(trouble_over());
    assert_int_equal(password_hash("mountain lake und tree", hash), RESULT_OK);
}

static void nothing_but_a_whole_recovery_code_has_its_hash(void **state) {
    (void)state;
    uint8_t right[32], other[32];
    recovery_code_hash("abcde-fghjk", right);
    recovery_code_hash("abcde-fghjk-mnpqr-stuvw", other);
    assert_memory_not_equal(right, other, 32);
    recovery_code_hash("", other);
    assert_memory_not_equal(right, other, 32);
}

static void there_may_be_no_throttle_to_free(void **state) {
    (void)state;
    throttle_free(NULL);
    struct throttle *t = throttle_new();
    assert_int_equal(throttle_try(t, "", 1), 0);
    throttle_free(t);
}

/* A thread may ask the clock and then be overtaken by another one. */
static void a_try_that_was_overtaken_waits_no_longer_than_others(void **state) {
    (void)state;
    struct throttle *t = throttle_new();
    assert_int_equal(throttle_try(t, "a@x.example", 9000000), 0);
    for (int64_t now = 8999999; now > 8999995; now--)
        assert_int_equal(throttle_try(t, "a@x.example", now), 0); /* the first five are free */
    assert_int_equal(throttle_try(t, "a@x.example", 5000), 1000);
    assert_int_equal(throttle_try(t, "a@x.example", 6000), 0);
    throttle_free(t);
}

static void a_link_is_made_only_when_it_is_kept(void **state) {
    struct place_on_disk *p = *state;
    char token[ACCESS_TOKEN_LENGTH + 1];
    struct id id;
    const struct account a = {.id = id_new(), .email = "p@x.example", .role = ROLE_PRACTITIONER};
    assert_int_equal(store_add_account(p->store, &a), RESULT_OK);
    trouble_at(TROUBLE_DATABASE, 1, 100);
    assert_int_equal(welcome_make(p->store, a.id, 10, token), RESULT_MACHINE);
    trouble_over();
    assert_int_equal(welcome_find(p->store, token, 11, false, &id), RESULT_INPUT);
    assert_int_equal(welcome_find(p->store, "short", 11, false, &id), RESULT_INPUT);
    assert_int_equal(welcome_make(p->store, a.id, 10, token), RESULT_OK);
    assert_int_equal(welcome_find(p->store, token, 11, true, &id), RESULT_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_password_is_judged_whatever_it_is_made_of),
        cmocka_unit_test(a_password_that_is_too_long_or_of_nobody_is_never_right),
        cmocka_unit_test(without_memory_for_a_hash_no_password_is_set),
        cmocka_unit_test(nothing_but_a_whole_recovery_code_has_its_hash),
        cmocka_unit_test(there_may_be_no_throttle_to_free),
        cmocka_unit_test(a_try_that_was_overtaken_waits_no_longer_than_others),
        cmocka_unit_test_setup_teardown(a_link_is_made_only_when_it_is_kept, open_place, close_place),
    };
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
