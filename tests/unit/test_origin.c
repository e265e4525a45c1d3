/* rooms: web mail reports aggregate collect access instrument store base
 *
 * Where a request comes from, when a proxy stands in front. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "web/server/origin.h"

static struct origin v4(const char *text) {
    struct sockaddr_in a = {.sin_family = AF_INET};
    assert_int_equal(inet_pton(AF_INET, text, &a.sin_addr), 1);
    return origin_of((const struct sockaddr *)&a);
}

static struct origin v6(const char *text) {
    struct sockaddr_in6 a = {.sin6_family = AF_INET6};
    assert_int_equal(inet_pton(AF_INET6, text, &a.sin6_addr), 1);
    return origin_of((const struct sockaddr *)&a);
}

static void assert_same(struct origin a, struct origin b) {
    assert_memory_equal(a.bytes, b.bytes, sizeof a.bytes);
}

static void lists_of_proxies_are_addresses_and_nothing_else(void **state) {
    (void)state;
    static const char *const wrong[] = {"localhost",     "10.0.0.0/8",   "127.0.0.1;::1", "127.0.0.1 x",
                                        "::1 1.2.3.400", "127.0.0.1:80", "[::1]"};
    struct proxies p;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(proxies_read(&p, wrong[i]));
    assert_true(proxies_read(&p, ""));
    assert_int_equal(p.n, 0);
    assert_true(proxies_read(&p, " 127.0.0.1,::1\t 10.0.0.9 , "));
    assert_int_equal(p.n, 3);
    assert_true(proxies_read(&p, "1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 1.1.1.8 1.1.1.9 2.1.1.1 "
                                 "2.1.1.2 2.1.1.3 2.1.1.4 2.1.1.5 2.1.1.6 2.1.1.7"));
    assert_false(proxies_read(&p, "1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 1.1.1.8 1.1.1.9 2.1.1.1 "
                                  "2.1.1.2 2.1.1.3 2.1.1.4 2.1.1.5 2.1.1.6 2.1.1.7 2.1.1.8"));
}

static void only_a_named_proxy_is_believed(void **state) {
    (void)state;
    struct proxies none, two;
    assert_true(proxies_read(&none, "") && proxies_read(&two, "127.0.0.1 10.0.0.9"));
    const struct origin proxy = v4("127.0.0.1"), stranger = v4("192.0.2.7");
    assert_same(origin_named(&none, proxy, "203.0.113.1"), proxy);
    assert_same(origin_named(&two, stranger, "203.0.113.1"), stranger);
    assert_same(origin_named(&two, proxy, "203.0.113.1"), v4("203.0.113.1"));
    assert_same(origin_named(&two, v6("::ffff:127.0.0.1"), "203.0.113.1"), v4("203.0.113.1"));
    assert_same(origin_named(&two, proxy, NULL), proxy);
}

static void the_last_that_is_no_proxy_counts(void **state) {
    (void)state;
    struct proxies two;
    assert_true(proxies_read(&two, "127.0.0.1 10.0.0.9"));
    const struct origin proxy = v4("127.0.0.1");
    assert_same(origin_named(&two, proxy, "1.2.3.4, 203.0.113.1"), v4("203.0.113.1"));
    assert_same(origin_named(&two, proxy, "1.2.3.4, 203.0.113.1 ,10.0.0.9"), v4("203.0.113.1"));
    assert_same(origin_named(&two, proxy, " 2001:db8::1\t"), v6("2001:db8::1"));
    assert_same(origin_named(&two, proxy, "1.2.3.4, nobody"), proxy);
    assert_same(origin_named(&two, proxy, "1.2.3.4,"), proxy);
    assert_same(origin_named(&two, proxy, ""), proxy);
    assert_same(origin_named(&two, proxy, "10.0.0.9,127.0.0.1"), v4("10.0.0.9"));
}

static void a_household_is_one_network(void **state) {
    (void)state;
    const struct origin a = v6("2001:db8:1:2::3"), b = v6("2001:db8:1:2:ffff::"), c = v6("2001:db8:1:3::3");
    const struct origin d = v4("192.0.2.1"), e = v6("::ffff:192.0.2.1"), f = v4("192.0.2.2");
    assert_true(origin_network(&a) == origin_network(&b));
    assert_true(origin_network(&a) != origin_network(&c));
    assert_true(origin_network(&d) == origin_network(&e));
    assert_true(origin_network(&d) != origin_network(&f));
}

static void this_machine_is_known(void **state) {
    (void)state;
    const struct origin here[] = {v4("127.0.0.1"), v4("127.9.9.9"), v6("::1"), v6("::ffff:127.0.0.1")};
    const struct origin there[] = {v4("128.0.0.1"), v6("::2"), v6("2001:db8::1"), v4("10.0.0.1")};
    for (size_t i = 0; i < 4; i++) {
        assert_true(origin_is_here(&here[i]));
        assert_false(origin_is_here(&there[i]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_of_proxies_are_addresses_and_nothing_else),
        cmocka_unit_test(only_a_named_proxy_is_believed),
        cmocka_unit_test(the_last_that_is_no_proxy_counts),
        cmocka_unit_test(a_household_is_one_network),
        cmocka_unit_test(this_machine_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
