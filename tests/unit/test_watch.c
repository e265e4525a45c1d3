/* What may be seen while a wave is open. rooms: web */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "web/workspace/watch.h"

static void a_small_organisation_is_hidden_and_so_is_what_would_give_it_away(void **state) {
    (void)state;
    struct watch_row rows[] = {
        {.invited = 3, .answered = 1}, {.invited = 40, .answered = 9}, {.invited = 12, .answered = 4}};
    assert_true(watch_hide(rows, 3, 5));
    assert_true(rows[0].hidden);
    assert_false(rows[1].hidden);
    assert_true(rows[2].hidden); /* else 1 follows from the total */
}

static void two_small_ones_that_are_k_together_hide_nobody_else(void **state) {
    (void)state;
    struct watch_row rows[] = {
        {.invited = 3, .answered = 1}, {.invited = 40, .answered = 9}, {.invited = 2, .answered = 2}};
    assert_true(watch_hide(rows, 3, 5));
    assert_true(rows[0].hidden && rows[2].hidden);
    assert_false(rows[1].hidden);
}

static void without_small_ones_everything_is_shown(void **state) {
    (void)state;
    struct watch_row rows[] = {{.invited = 5}, {.invited = 6, .answered = 6}};
    assert_true(watch_hide(rows, 2, 5));
    assert_false(rows[0].hidden || rows[1].hidden);
}

static void fewer_than_k_in_all_are_not_even_counted(void **state) {
    (void)state;
    struct watch_row rows[] = {{.invited = 3, .answered = 1}, {.invited = 1, .answered = 1}};
    assert_false(watch_hide(rows, 2, 5));
    assert_true(rows[0].hidden && rows[1].hidden);
}

static void an_unknown_number_of_people_is_counted_from_k_answers_on(void **state) {
    (void)state;
    struct watch_row rows[] = {{.answered = 4}, {.answered = 5}};
    assert_true(watch_hide(rows, 2, 5));
    assert_true(rows[0].hidden);
    assert_false(rows[1].hidden);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_organisation_is_hidden_and_so_is_what_would_give_it_away),
        cmocka_unit_test(two_small_ones_that_are_k_together_hide_nobody_else),
        cmocka_unit_test(without_small_ones_everything_is_shown),
        cmocka_unit_test(fewer_than_k_in_all_are_not_even_counted),
        cmocka_unit_test(an_unknown_number_of_people_is_counted_from_k_answers_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
