/* Which e-mail addresses are written to. rooms: base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/address.h"

static void expect_bad(const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (address_good(list[i]))
            fail_msg("taken: %s", list[i]);
}
#define EXPECT_BAD(list) expect_bad(list, sizeof list / sizeof *list)

static void what_people_have_is_taken(void **state) {
    (void)state;
    static const char *const good[] = {"ana@north.example",
                                       "a.b+c_d-e'f@x-y.example.org",
                                       "1@2.io",
                                       "O'Neil&Co@sub.domain.example",
                                       "ana@xn--hpital-d4a.example",
                                       "{ana}~#!$%*/=?^`|@north.example",
                                       "ANA@NORTH.EXAMPLE",
                                       "ana@1and1.example"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!address_good(good[i]))
            fail_msg("refused: %s", good[i]);
}

static void what_is_no_address_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      "@",
                                      "ana",
                                      "@north.example",
                                      "ana@",
                                      "ana@north",
                                      "ana@.",
                                      "ana@.example",
                                      "ana@example.",
                                      "ana@north@example.org",
                                      "ana@north.example.",
                                      "ana@north..example",
                                      "ana@.north.example"};
    EXPECT_BAD(bad);
}

static void points_stand_single_and_between_words(void **state) {
    (void)state;
    static const char *const bad[] = {".ana@north.example", "ana.@north.example", "an..a@north.example",
                                      ".@north.example"};
    EXPECT_BAD(bad);
}

static void nothing_can_be_added_to_a_mail_by_an_address(void **state) {
    (void)state;
    static const char *const bad[] = {"ana@north.example\n",
                                      "\nana@north.example",
                                      "ana@north.example\r\nBcc: x@y.example",
                                      "ana\r\n@north.example",
                                      "ana@north.example\tx",
                                      "ana\x01@north.example",
                                      "ana@north\x7F.example",
                                      "an a@north.example",
                                      " ana@north.example",
                                      "ana@north.example ",
                                      "ana@north.example,b@north.example",
                                      "ana;b@north.example",
                                      "<ana@north.example>",
                                      "Ana <ana@north.example>",
                                      "ana@north.example>",
                                      "ana(work)@north.example",
                                      "mailto:ana@north.example"};
    EXPECT_BAD(bad);
}

static void quoted_names_and_addresses_of_machines_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"\"ana\"@north.example", "\"an a\"@north.example", "an\\a@north.example",
                                      "ana@[127.0.0.1]",       "ana@[IPv6:::1]",         "ana@127.0.0.1",
                                      "ana@north.123"};
    EXPECT_BAD(bad);
}

static void addresses_are_ascii_also_in_their_domain(void **state) {
    (void)state;
    static const char *const bad[] = {"an\xC3\xA4@north.example", "ana@h\xC3\xB4pital.example",
                                      "ana@north.exampl\xC3\xA9", "ana\xC2\xA0@north.example", "ana\xFF@north.example"};
    EXPECT_BAD(bad);
}

static void labels_of_a_domain_have_no_dash_at_their_ends(void **state) {
    (void)state;
    static const char *const bad[] = {"ana@-north.example", "ana@north-.example", "ana@north.-example",
                                      "ana@no_rth.example"};
    EXPECT_BAD(bad);
}

/* An address with so many characters before the @, in the first label, and in all. */
static const char *address_of(size_t local, size_t label, size_t all) {
    static char out[400];
    memset(out, 'a', sizeof out);
    out[local] = '@';
    for (size_t at = local + 1 + label; at + 2 < all; at += 1 + label)
        out[at] = '.';
    out[all] = '\0';
    return out;
}

static void lengths_are_those_of_the_standard(void **state) {
    (void)state;
    assert_true(address_good(address_of(ADDRESS_LOCAL_MAX, 20, 100)));
    assert_false(address_good(address_of(ADDRESS_LOCAL_MAX + 1, 20, 100)));
    assert_true(address_good(address_of(10, ADDRESS_LABEL_MAX, 120)));
    assert_false(address_good(address_of(10, ADDRESS_LABEL_MAX + 1, 120)));
    assert_true(address_good(address_of(30, 30, ADDRESS_MAX)));
    assert_false(address_good(address_of(30, 30, ADDRESS_MAX + 1)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_people_have_is_taken),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(points_stand_single_and_between_words),
        cmocka_unit_test(nothing_can_be_added_to_a_mail_by_an_address),
        cmocka_unit_test(quoted_names_and_addresses_of_machines_are_refused),
        cmocka_unit_test(addresses_are_ascii_also_in_their_domain),
        cmocka_unit_test(labels_of_a_domain_have_no_dash_at_their_ends),
        cmocka_unit_test(lengths_are_those_of_the_standard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
