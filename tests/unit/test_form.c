/* rooms: web base
 * The form parser: what browsers send, and what nobody should. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "web/form.h"

static int setup(void **state) {
    *state = arena_new();
    return 0;
}

static int teardown(void **state) {
    arena_free(*state);
    return 0;
}

static enum form_result parse(void **state, struct form *form, const char *body) {
    return form_parse(form, *state, str_of(body));
}

static const char *value(void **state, const struct form *form, const char *name) {
    struct str s;
    return form_get(form, name, 10000, &s) == FIELD_VALID ? arena_copy(*state, s.p, s.n) : NULL;
}

static void a_browsers_form_is_decoded(void **state) {
    struct form form;
    assert_int_equal(parse(state, &form, ".t=preview&lead1=4&obstacle=Time+%26+%22money%22+%C3%A9"), FORM_OK);
    assert_int_equal(form.n, 3);
    assert_string_equal(value(state, &form, ".t"), "preview");
    assert_string_equal(value(state, &form, "lead1"), "4");
    assert_string_equal(value(state, &form, "obstacle"), "Time & \"money\" \xc3\xa9");
}

static void an_equals_sign_in_a_value_belongs_to_it(void **state) {
    struct form form;
    assert_int_equal(parse(state, &form, "a=1=2&b=="), FORM_OK);
    assert_string_equal(value(state, &form, "a"), "1=2");
    assert_string_equal(value(state, &form, "b"), "=");
}

static void empty_parts_and_missing_equals_signs_are_harmless(void **state) {
    struct form form;
    assert_int_equal(parse(state, &form, "&&a&=x&b="), FORM_OK);
    assert_int_equal(form.n, 3);
    assert_string_equal(value(state, &form, "a"), "");
    assert_string_equal(value(state, &form, ""), "x");
    assert_string_equal(value(state, &form, "b"), "");
    assert_int_equal(parse(state, &form, ""), FORM_OK);
    assert_int_equal(form.n, 0);
}

static void line_ends_become_line_feeds_and_odd_controls_blanks(void **state) {
    struct form form;
    assert_int_equal(parse(state, &form, "a=one%0D%0Atwo%0Dthree%0Afour&b=x%0By%7Fz%09"), FORM_OK);
    assert_string_equal(value(state, &form, "a"), "one\ntwo\nthree\nfour");
    assert_string_equal(value(state, &form, "b"), "x y z\t");
}

static void broken_bodies_are_refused_whole(void **state) {
    static const char *const broken[] = {"a=%",   "a=%4",   "a=%zz",    "a=1&b=%C3",   "a=%FF",
                                         "a=%00", "%00a=1", "a=%C0%AF", "a=%ED%A0%80", "a=1&\xff=2"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct form form;
        assert_int_equal(parse(state, &form, broken[i]), FORM_MALFORMED);
        assert_int_equal(form.n, 0);
    }
}

static void a_raw_zero_byte_is_refused(void **state) {
    struct form form;
    assert_int_equal(form_parse(&form, *state, (struct str){"a=1\0b", 5}), FORM_MALFORMED);
}

static void a_thousand_fields_pass_and_one_more_does_not(void **state) {
    struct buf body = BUF_INIT;
    struct form form;
    for (int i = 0; i < FORM_FIELDS_MAX; i++)
        buf_printf(&body, "%sf%d=%d", i ? "&" : "", i, i);
    assert_int_equal(form_parse(&form, *state, buf_view(&body)), FORM_OK);
    assert_int_equal(form.n, FORM_FIELDS_MAX);
    assert_string_equal(value(state, &form, "f999"), "999");
    buf_text(&body, "&more=1");
    assert_int_equal(form_parse(&form, *state, buf_view(&body)), FORM_TOO_MANY);
    buf_free(&body);
}

static void a_body_over_the_limit_is_too_large(void **state) {
    struct form form;
    char *body = arena_alloc(*state, FORM_BODY_MAX + 2);
    memset(body, 'a', FORM_BODY_MAX + 1);
    assert_int_equal(form_parse(&form, *state, (struct str){body, FORM_BODY_MAX}), FORM_OK);
    assert_int_equal(form_parse(&form, *state, (struct str){body, FORM_BODY_MAX + 1}), FORM_TOO_LARGE);
}

static void absent_valid_and_invalid_are_three_things(void **state) {
    struct form form;
    struct str s;
    assert_int_equal(parse(state, &form, "once=1&twice=1&twice=2&long=12345&empty="), FORM_OK);
    assert_int_equal(form_get(&form, "never", 4, &s), FIELD_ABSENT);
    assert_int_equal(form_get(&form, "once", 4, &s), FIELD_VALID);
    assert_int_equal(form_get(&form, "empty", 4, &s), FIELD_VALID);
    assert_int_equal(form_get(&form, "twice", 4, &s), FIELD_INVALID);
    assert_int_equal(form_get(&form, "long", 4, &s), FIELD_INVALID);
    assert_int_equal(s.n, 0);
}

static void numbers_have_limits(void **state) {
    struct form form;
    long n;
    assert_int_equal(parse(state, &form, "page=3&high=9&word=x&blank=&sign=%2B3&minus=-1"), FORM_OK);
    assert_int_equal(form_get_number(&form, "page", 0, 5, &n), FIELD_VALID);
    assert_int_equal(n, 3);
    assert_int_equal(form_get_number(&form, "high", 0, 5, &n), FIELD_INVALID);
    assert_int_equal(form_get_number(&form, "word", 0, 5, &n), FIELD_INVALID);
    assert_int_equal(form_get_number(&form, "blank", 0, 5, &n), FIELD_INVALID);
    assert_int_equal(form_get_number(&form, "sign", 0, 5, &n), FIELD_INVALID);
    assert_int_equal(form_get_number(&form, "minus", 0, 5, &n), FIELD_INVALID);
    assert_int_equal(form_get_number(&form, "none", 0, 5, &n), FIELD_ABSENT);
}

static void repeated_names_come_one_by_one(void **state) {
    struct form form;
    size_t at = 0;
    assert_int_equal(parse(state, &form, "t=a&x=1&t=b&tt=c&t=d"), FORM_OK);
    assert_true(str_is(*form_next(&form, "t", &at), "a"));
    assert_true(str_is(*form_next(&form, "t", &at), "b"));
    assert_true(str_is(*form_next(&form, "t", &at), "d"));
    assert_null(form_next(&form, "t", &at));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_browsers_form_is_decoded, setup, teardown),
        cmocka_unit_test_setup_teardown(an_equals_sign_in_a_value_belongs_to_it, setup, teardown),
        cmocka_unit_test_setup_teardown(empty_parts_and_missing_equals_signs_are_harmless, setup, teardown),
        cmocka_unit_test_setup_teardown(line_ends_become_line_feeds_and_odd_controls_blanks, setup, teardown),
        cmocka_unit_test_setup_teardown(broken_bodies_are_refused_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(a_raw_zero_byte_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_thousand_fields_pass_and_one_more_does_not, setup, teardown),
        cmocka_unit_test_setup_teardown(a_body_over_the_limit_is_too_large, setup, teardown),
        cmocka_unit_test_setup_teardown(absent_valid_and_invalid_are_three_things, setup, teardown),
        cmocka_unit_test_setup_teardown(numbers_have_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(repeated_names_come_one_by_one, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
