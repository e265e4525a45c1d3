/* rooms: base */
/* A number is written with the fewest digits, of 15 to 17, that read back as the same: exactly as the C library would
 * say it by trying. */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/str.h"

static void expect_shortest(struct buf *b, double x) {
    char shortest[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(shortest, sizeof shortest, "%.*g", digits, x);
        if (strtod(shortest, NULL) == x) {
            break;
        }
    }
    buf_clear(b);
    buf_number(b, x);
    if (strcmp(b->p, shortest) != 0) {
        fail_msg("%a: %s instead of %s", x, b->p, shortest);
    }
}

static void expect_both_signs(struct buf *b, double x) {
    expect_shortest(b, x);
    expect_shortest(b, -x);
}

static void the_edges_are_written_as_the_library_does(void **state) {
    (void)state;
    struct buf b = BUF_INIT;
    const double edges[] = {0,
                            0.1,
                            0.2,
                            0.3,
                            1e-4,
                            1e-5,
                            DBL_MIN,
                            5e-324,
                            DBL_MAX,
                            1e15,
                            1e16,
                            1e22,
                            123456,
                            1.0 / 3.,
                            2.0 / 3,
                            0.30000000000000004,
                            9007199254740993.0,
                            4.35,
                            INFINITY};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        expect_both_signs(&b, edges[i]);
        expect_both_signs(&b, nextafter(edges[i], 0));
        expect_both_signs(&b, nextafter(edges[i], INFINITY));
    }
    for (int e = -1074; e < 1024; e++) { /* the next double below a power of two is nearer */
        expect_both_signs(&b, ldexp(1, e));
        expect_both_signs(&b, nextafter(ldexp(1, e), 0));
        expect_both_signs(&b, nextafter(ldexp(1, e), INFINITY));
    }
    for (int p = -8; p < 20; p++) {
        double power = pow(10, p);
        expect_both_signs(&b, power);
        expect_both_signs(&b, nextafter(power, 0));
        expect_both_signs(&b, nextafter(power, INFINITY));
    }
    buf_free(&b);
}

static void any_number_is_written_as_the_library_does(void **state) {
    (void)state;
    struct simulation_random random;
    simulation_seed(&random, 17);
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < 100000; i++) {
        uint64_t high = simulation_below(&random, UINT32_C(1) << 31),
                 low = simulation_below(&random, UINT32_C(1) << 31);
        uint64_t bits = high << 33 ^ low << 11 ^ low >> 9;
        double any;
        memcpy(&any, &bits, sizeof any);
        if (!isnan(any)) {
            expect_both_signs(&b, any);
        }
        double part = (double)high / (double)(low + 1), size = pow(10, (double)(low % 22) - 5);
        expect_both_signs(&b, part);
        expect_both_signs(&b, size * (double)high / 2147483648.0);
        expect_both_signs(&b, (double)(high % 100000) / (double)(1 + low % 1000)); /* as means and shares are */
        expect_both_signs(&b, (double)(high % 1000000) / 1000);
        expect_both_signs(&b, (double)high / 1024); /* ties */
        expect_both_signs(&b, (double)(high << 20 ^ low) / 64);
    }
    buf_free(&b);
}

static void whole_numbers_are_written_as_the_library_does(void **state) {
    (void)state;
    const long long numbers[] = {0, 1, -1, 9, 10, -10, 4096, 1000000007, LLONG_MAX, LLONG_MIN};
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char expected[32];
        snprintf(expected, sizeof expected, "%lld", numbers[i]);
        buf_clear(&b);
        buf_integer(&b, numbers[i]);
        assert_string_equal(b.p, expected);
    }
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_edges_are_written_as_the_library_does),
        cmocka_unit_test(any_number_is_written_as_the_library_does),
        cmocka_unit_test(whole_numbers_are_written_as_the_library_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
