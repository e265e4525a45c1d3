/* How many have answered, as far as it may be told. rooms: store */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/counts.h"

enum { K = 5 };

/* What two organisations of 12 people each, with personal links, tell of `a` and `b` answers. */
static struct wave_counts two(struct organisation_count rows[2], int a, int b) {
    rows[0] = (struct organisation_count){.invited = 12, .answered = a, .personal = 12, .unanswered = 12 - a};
    rows[1] = (struct organisation_count){.invited = 12, .answered = b, .personal = 12, .unanswered = 12 - b};
    struct wave_counts c = {.k = K, .rows = rows, .n = 2};
    counts_tell(&c);
    return c;
}

static void a_count_is_told_from_k_on(void **state) {
    (void)state;
    static const int counts[] = {0, 1, 4, 5, 6};
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 5; j++) {
            struct organisation_count rows[2];
            (void)two(rows, counts[i], counts[j]);
            assert_int_equal(rows[0].answered, counts[i] < K ? -1 : counts[i]);
            assert_int_equal(rows[1].answered, counts[j] < K ? -1 : counts[j]);
            assert_int_equal(rows[0].unanswered + rows[0].personal + rows[1].unanswered + rows[1].personal, 0);
        }
}

/* Whatever is told, less whatever else is told of the same people, leaves nobody or at least k. */
static void no_subtraction_gives_a_hidden_count(void **state) {
    (void)state;
    for (int a = 0; a <= 12; a++)
        for (int b = 0; b <= 12; b++) {
            struct organisation_count rows[2];
            const struct wave_counts c = two(rows, a, b);
            const int told = (a < K ? 0 : a) + (b < K ? 0 : b);
            if (c.answered < 0) {
                assert_true(a + b < K);
                assert_int_equal(c.unanswered, -1);
                continue;
            }
            assert_true(c.answered >= K);
            assert_int_equal(c.answered, c.everybody ? a + b : told);
            assert_true(c.answered == told || c.answered - told >= K);
            if (c.unanswered >= 0)
                assert_int_equal(c.personal - c.unanswered, c.answered);
            assert_int_equal(c.invited, c.everybody ? 24 : 12);
        }
}

static void the_others_are_counted_once_they_are_k_together(void **state) {
    (void)state;
    struct organisation_count rows[] = {
        {.invited = 9, .answered = 20 - 14}, {.invited = 9, .answered = 2}, {.invited = 9, .answered = 2}};
    struct wave_counts c = {.k = K, .rows = rows, .n = 3};
    counts_tell(&c);
    assert_false(c.everybody);
    assert_int_equal(c.answered, 6);
    assert_int_equal(c.invited, 9);
    rows[0].answered = 6;
    rows[1].answered = 2;
    rows[2].answered = 3;
    counts_tell(&c);
    assert_true(c.everybody);
    assert_int_equal(c.answered, 11);
    assert_int_equal(c.invited, 27);
}

static void a_wave_that_nobody_was_invited_to_knows_no_number(void **state) {
    (void)state;
    struct organisation_count rows[] = {{.invited = -1, .answered = 8}, {.invited = 10, .answered = 9}};
    struct wave_counts c = {.k = K, .rows = rows, .n = 2};
    counts_tell(&c);
    assert_int_equal(c.answered, 17);
    assert_int_equal(c.invited, -1);
    assert_true(counts_rate(&c, c.answered, c.invited) < 0);
    assert_true(counts_rate(&c, rows[1].answered, rows[1].invited) > .89);
    struct wave_counts none = {.k = K};
    counts_tell(&none);
    assert_int_equal(none.invited, -1);
    assert_int_equal(none.answered, -1);
}

static void a_rate_needs_k_invited_and_no_more_answers_than_people(void **state) {
    (void)state;
    const struct wave_counts c = {.k = K};
    assert_true(counts_rate(&c, 5, 4) < 0);
    assert_true(counts_rate(&c, 6, 5) < 0);
    assert_true(counts_rate(&c, -1, 12) < 0);
    assert_true(counts_rate(&c, 5, -1) < 0);
    assert_true(counts_rate(&c, 5, 5) == 1);
}

static void open_links_do_not_show_through_the_number_to_remind(void **state) {
    (void)state;
    for (int open = 0; open < 9; open++) {
        struct organisation_count row = {.invited = 20, .answered = 7 + open, .personal = 12, .unanswered = 5};
        struct wave_counts c = {.k = K, .rows = &row, .n = 1};
        counts_tell(&c);
        assert_int_equal(c.unanswered, open == 0 || open >= K ? 5 : -1);
    }
    struct organisation_count few = {.invited = 20, .answered = 12, .personal = 12, .unanswered = 8};
    struct wave_counts c = {.k = K, .rows = &few, .n = 1};
    counts_tell(&c);
    assert_int_equal(c.unanswered, -1); /* four with a personal link have answered */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_is_told_from_k_on),
        cmocka_unit_test(no_subtraction_gives_a_hidden_count),
        cmocka_unit_test(the_others_are_counted_once_they_are_k_together),
        cmocka_unit_test(a_wave_that_nobody_was_invited_to_knows_no_number),
        cmocka_unit_test(a_rate_needs_k_invited_and_no_more_answers_than_people),
        cmocka_unit_test(open_links_do_not_show_through_the_number_to_remind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
