/* Names of files in the .zip of all workbooks. rooms: reports aggregate instrument store base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "reports/reports.h"

static void a_name_is_code_and_name(void **state) {
    struct arena *arena = arena_new();
    (void)state;
    assert_string_equal(report_file_name(arena, "north", "North House"), "north-North House");
    assert_string_equal(report_file_name(arena, "ouest", "Maison de l’Ouest"), "ouest-Maison de l’Ouest");
    assert_string_equal(report_file_name(arena, "h1", ""), "h1");
    arena_free(arena);
}

static void what_windows_does_not_take_is_replaced(void **state) {
    struct arena *arena = arena_new();
    (void)state;
    assert_string_equal(report_file_name(arena, "a/b", "C:\\D<E>\"F\"|G?*\n"), "a-b-C--D-E--F--G---");
    assert_string_equal(report_file_name(arena, "x", "Ltd. . "), "x-Ltd");
    assert_string_equal(report_file_name(arena, "..", ""), "_");
    assert_string_equal(report_file_name(arena, ".hidden", ""), "_.hidden");
    arena_free(arena);
}

static void names_of_devices_are_not_used(void **state) {
    struct arena *arena = arena_new();
    (void)state;
    assert_string_equal(report_file_name(arena, "CON", ""), "_CON");
    assert_string_equal(report_file_name(arena, "lpt1.x", ""), "_lpt1.x");
    assert_string_equal(report_file_name(arena, "con", "House"), "con-House");
    assert_string_equal(report_file_name(arena, "community", ""), "community");
    arena_free(arena);
}

static void a_long_name_is_cut_between_characters(void **state) {
    struct arena *arena = arena_new();
    char name[401];
    (void)state;
    for (size_t i = 0; i < 400; i += 2)
        memcpy(name + i, "é", 2);
    name[400] = '\0';
    for (size_t i = 0; i < 2; i++) {
        const char *cut = report_file_name(arena, i ? "ab" : "a", name);
        const size_t n = strlen(cut);
        assert_true(n <= 120 && n > 100);
        assert_string_equal(cut + n - 2, "é");
    }
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_code_and_name),
        cmocka_unit_test(what_windows_does_not_take_is_replaced),
        cmocka_unit_test(names_of_devices_are_not_used),
        cmocka_unit_test(a_long_name_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
