/* rooms: base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* On memory of exactly that size, so that reading a byte too far is seen. */
static bool is_valid(const char *bytes, size_t n) {
    char *exact = malloc(n ? n : 1);
    assert_non_null(exact);
    if (n)
        memcpy(exact, bytes, n);
    const bool valid = utf8_valid((struct str){exact, n});
    free(exact);
    return valid;
}

static void a_stray_byte_is_found_wherever_it_stands(void **state) {
    char text[40];
    (void)state;
    for (size_t n = 0; n <= sizeof text; n++) {
        memset(text, 'a', sizeof text);
        assert_true(is_valid(text, n));
        for (size_t i = 0; i < n; i++) {
            text[i] = (char)0x80;
            assert_false(is_valid(text, n));
            text[i] = 'a';
        }
    }
}

static void a_letter_of_several_bytes_is_good_wherever_it_stands_whole(void **state) {
    static const char *const letters[] = {"é", "€", "😀"};
    char text[40];
    (void)state;
    for (size_t k = 0; k < 3; k++) {
        const size_t bytes = strlen(letters[k]);
        for (size_t n = bytes; n <= sizeof text; n++) {
            for (size_t i = 0; i < n; i++) {
                memset(text, 'a', sizeof text);
                memcpy(text + i, letters[k], i + bytes <= n ? bytes : n - i);
                assert_int_equal(is_valid(text, n), i + bytes <= n);
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stray_byte_is_found_wherever_it_stands),
        cmocka_unit_test(a_letter_of_several_bytes_is_good_wherever_it_stands_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
