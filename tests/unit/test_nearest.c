/* rooms: base
 * "Did you mean ...?" */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/nearest.h"

static void the_nearest_name_is_the_one_that_was_meant(void **state) {
    (void)state;
    static const char *const names[] = {"agree5", "often5", "leadership", "label", "scale"};
    assert_string_equal(nearest_name("agre5", names, 5), "agree5");
    assert_string_equal(nearest_name("lable", names, 5), "label"); /* two letters swapped: distance 1 */
    assert_string_equal(nearest_name("leadrship", names, 5), "leadership");
    assert_string_equal(nearest_name("scale", names, 5), "scale");
    assert_null(nearest_name("colour", names, 5));
    assert_null(nearest_name("", names, 5));
    static const char *const short_names[] = {"a", "no"};
    assert_null(nearest_name("b", short_names, 2));
    assert_string_equal(nearest_name("noo", short_names, 2), "no");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_nearest_name_is_the_one_that_was_meant)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
