/* rooms: instrument base
 * Answers as typed, as stored, and as hidden. */
#include "instrument_fixture.h"

#include <stdio.h>

enum { LEAD1, LEAD2, LEAD3, ROLE, TOOLS, YEARS, SINCE, HARD, OBSTACLE, FIELDS };

static struct answers *blank(struct fixture *x) {
    if (!x->instrument) {
        load_file(x, "tests/data/instruments/complete.ini");
        assert_int_equal(x->instrument->n_fields, FIELDS);
    }
    return answers_new(x->arena, x->instrument);
}

static void accepted(struct fixture *x, struct answers *a, size_t field, const char *typed) {
    if (!answer_set(x->arena, a, field, str_of(typed))) {
        fail_msg("“%s” was refused", typed);
    }
}

static void refused(struct fixture *x, struct answers *a, size_t field, const char *typed) {
    assert_false(answer_set(x->arena, a, field, str_of(typed)));
    assert_int_equal(a->of[field].state, ANSWER_INVALID);
    assert_false(answer_is_valid(&a->of[field]));
    assert_non_null(answer_typed(x->arena, a, field)); /* what was typed can be shown again */
}

static void expect_json(struct answers *a, bool texts, const char *json) {
    struct buf b = BUF_INIT;
    answers_write_json(&b, a, texts);
    assert_string_equal(b.p, json);
    buf_free(&b);
}

static void a_rating_is_a_code_of_its_scale_or_one_outside_it(void **state) {
    struct fixture *x = *state;
    struct answers *a = blank(x);
    accepted(x, a, LEAD1, " 5 ");
    assert_int_equal(a->of[LEAD1].state, ANSWER_CODE);
    assert_int_equal(a->of[LEAD1].code, 5);
    accepted(x, a, LEAD1, "unsure");
    assert_int_equal(a->of[LEAD1].state, ANSWER_NOT_APPLICABLE);
    assert_int_equal(a->of[LEAD1].code, 1);
    accepted(x, a, HARD, "-2");
    assert_int_equal(a->of[HARD].code, -2);
    refused(x, a, LEAD1, "6");
    refused(x, a, LEAD1, "0");
    refused(x, a, LEAD1, "4.0");
    refused(x, a, LEAD1, "4x");
    refused(x, a, LEAD1, "Agree");
    refused(x, a, HARD, "na"); /* that scale has no such answer */
    refused(x, a, LEAD1, "99999999999999999999");
}

static void a_reversed_item_is_stored_as_given(void **state) {
    struct fixture *x = *state;
    struct answers *a = blank(x);
    accepted(x, a, LEAD3, "5");
    assert_true(x->instrument->items[2].reverse);
    assert_int_equal(a->of[LEAD3].code, 5);
    expect_json(a, true, "{\"lead3\":5}");
}

static void choices_are_codes_and_ticks_add_up(void **state) {
    struct fixture *x = *state;
    struct answers *a = blank(x);
    accepted(x, a, ROLE, "support");
    assert_int_equal(a->of[ROLE].code, 2);
    refused(x, a, ROLE, "boss");
    refused(x, a, ROLE, "2");
    accepted(x, a, TOOLS, "other");
    accepted(x, a, TOOLS, "excel");
    accepted(x, a, TOOLS, "");
    assert_int_equal(a->of[TOOLS].set, 5);
    assert_string_equal(answer_typed(x->arena, a, TOOLS), "excel other");
    refused(x, a, TOOLS, "pigeon");
    struct answers *again = answers_new(x->arena, x->instrument);
    accepted(x, again, TOOLS, "excel  other");
    assert_int_equal(again->of[TOOLS].set, 5);
}

static void numbers_keep_their_limits_and_take_a_comma(void **state) {
    struct fixture *x = *state;
    struct answers *a = blank(x);
    accepted(x, a, YEARS, "3");
    accepted(x, a, YEARS, "3,5");
    assert_true(a->of[YEARS].number == 3.5);
    assert_string_equal(answer_typed(x->arena, a, YEARS), "3.5");
    refused(x, a, YEARS, "-1");
    refused(x, a, YEARS, "61");
    refused(x, a, YEARS, "three");
    refused(x, a, YEARS, "1,2,3");
    refused(x, a, YEARS, "nan");
    refused(x, a, YEARS, "0x10");
}

static void dates_are_days_of_the_calendar(void **state) {
    struct fixture *x = *state;
    struct answers *a = blank(x);
    accepted(x, a, SINCE, "2028-02-29");
    refused(x, a, SINCE, "2027-02-29");
    refused(x, a, SINCE, "31.01.2027");
    assert_string_equal(answer_typed(x->arena, a, SINCE), "31.01.2027");
}

static void texts_are_trimmed_cleaned_and_limited(void **state) {
    struct fixture *x = *state;
    struct answers *a = blank(x);
    accepted(x, a, OBSTACLE, "  Zeit – and\r\nmoney\rtoo\x01  ");
    assert_string_equal(answer_typed(x->arena, a, OBSTACLE), "Zeit – and\nmoney\ntoo");
    char *long_text = arena_alloc(x->arena, 2 * ANSWER_TEXT_MAX + 10);
    for (int i = 0; i < ANSWER_TEXT_MAX; i++) {
        memcpy(long_text + 2 * i, "é", 2);
    }
    accepted(x, a, OBSTACLE, long_text);
    strcat(long_text, "é");
    refused(x, a, OBSTACLE, long_text);
    refused(x, a, OBSTACLE, "H\xE4user");
    assert_string_equal(answer_typed(x->arena, a, OBSTACLE), "H?user");
}

static void blank_is_no_answer(void **state) {
    struct fixture *x = *state;
    struct answers *a = blank(x);
    for (size_t i = 0; i < FIELDS; i++) {
        assert_null(answer_typed(x->arena, a, i));
        accepted(x, a, i, " \r\n\t ");
        assert_int_equal(a->of[i].state, ANSWER_NONE);
    }
    accepted(x, a, LEAD1, "4");
    accepted(x, a, LEAD1, "");
    assert_int_equal(a->of[LEAD1].state, ANSWER_NONE);
    expect_json(a, true, "{}");
}

static struct answers *filled(struct fixture *x) {
    struct answers *a = blank(x);
    accepted(x, a, LEAD1, "4");
    accepted(x, a, LEAD2, "na");
    accepted(x, a, ROLE, "frontline");
    accepted(x, a, TOOLS, "excel paper");
    accepted(x, a, YEARS, "2.5");
    accepted(x, a, SINCE, "2027-01-31");
    accepted(x, a, HARD, "-1");
    accepted(x, a, OBSTACLE, "No “time”;\n\"none\" \\ 雪");
    return a;
}

static void json_holds_numbers_for_ratings_and_strings_for_the_rest(void **state) {
    struct fixture *x = *state;
    struct answers *a = filled(x);
    expect_json(a, true,
                "{\"lead1\":4,\"lead2\":\"na\",\"role\":\"frontline\",\"tools\":[\"excel\",\"paper\"],\"years\":2.5,"
                "\"since\":\"2027-01-31\",\"hard\":-1,\"obstacle\":\"No “time”;\\n\\\"none\\\" \\\\ 雪\"}");
    expect_json(a, false,
                "{\"lead1\":4,\"lead2\":\"na\",\"role\":\"frontline\",\"tools\":[\"excel\",\"paper\"],\"years\":2.5,"
                "\"since\":\"2027-01-31\",\"hard\":-1}");
}

static void json_comes_back_as_it_went(void **state) {
    struct fixture *x = *state;
    struct answers *a = filled(x), *b = answers_new(x->arena, x->instrument);
    struct buf first = BUF_INIT, second = BUF_INIT;
    answers_write_json(&first, a, true);
    assert_true(answers_read_json(b, buf_view(&first), x->arena));
    answers_write_json(&second, b, true);
    assert_string_equal(first.p, second.p);
    for (size_t i = 0; i < FIELDS; i++) {
        assert_int_equal(a->of[i].state, b->of[i].state);
    }
    buf_free(&first);
    buf_free(&second);
}

static void json_in_any_order_with_strangers_is_read(void **state) {
    struct fixture *x = *state;
    struct answers *a = blank(x);
    assert_true(
        answers_read_json(a,
                          str_of("{\"hard\":2,\"gone\":\"x\",\"lead1\":9,\"lead2\":3.5,\"lead3\":\"often\",\"role\":"
                                 "\"boss\",\"tools\":[\"fax\",\"paper\"],\"years\":null,\"since\":5}"),
                          x->arena));
    expect_json(a, true, "{\"tools\":[\"paper\"],\"hard\":2}");
    assert_false(answers_read_json(a, str_of("[1]"), x->arena));
    assert_false(answers_read_json(a, str_of(""), x->arena));
    assert_false(answers_read_json(a, str_of("{\"lead1\":"), x->arena));
}

/* Ratings one after the other are read without a search; anything out of the ordinary must come to the same. */
static void ratings_side_by_side_are_read_as_any_others(void **state) {
    static const struct {
        const char *json, *kept;
    } cases[] = {
        {"{\"lead1\":4,\"lead2\":2,\"lead3\":5}", "{\"lead1\":4,\"lead2\":2,\"lead3\":5}"},
        {"{ \"lead1\" : 4 , \"lead2\":2 }", "{\"lead1\":4,\"lead2\":2}"},
        {"{\"lead1\":4,\"lead3\":5}", "{\"lead1\":4,\"lead3\":5}"},
        {"{\"lead2\":2,\"lead1\":4}", "{\"lead1\":4,\"lead2\":2}"},
        {"{\"lead1\":4,\"lead2\":9,\"lead3\":5}", "{\"lead1\":4,\"lead3\":5}"},
        {"{\"lead1\":4,\"lead2\":12}", "{\"lead1\":4}"},
        {"{\"lead1\":4,\"lead1\":3}", "{\"lead1\":3}"},
        {"{\"lead\":4,\"lead11\":3,\"lead2\":2}", "{\"lead2\":2}"},
        {"{\"lead1\":\"unsure\",\"lead2\":2}", "{\"lead1\":\"unsure\",\"lead2\":2}"},
    };
    struct fixture *x = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct answers *a = blank(x);
        assert_true(answers_read_json(a, str_of(cases[i].json), x->arena));
        expect_json(a, true, cases[i].kept);
    }
    const char *whole = cases[0].json;
    for (size_t n = 0; n < strlen(whole); n++) { /* cut short: a copy of just these bytes, nothing behind them */
        char *cut = malloc(n ? n : 1);
        memcpy(cut, whole, n);
        assert_false(answers_read_json(blank(x), (struct str){cut, n}, x->arena));
        free(cut);
    }
}

static void what_is_invalid_is_never_written(void **state) {
    struct fixture *x = *state;
    struct answers *a = blank(x);
    refused(x, a, LEAD1, "6");
    refused(x, a, TOOLS, "fax");
    expect_json(a, true, "{}");
    assert_int_equal(answers_count(a, AUDIENCE_STAFF), 0);
}

static void group_questions_are_no_substance(void **state) {
    struct fixture *x = *state;
    struct answers *a = blank(x);
    accepted(x, a, ROLE, "manager");
    assert_int_equal(answers_count(a, AUDIENCE_STAFF), 0);
    a = filled(x);
    assert_int_equal(answers_count(a, AUDIENCE_STAFF), 7);
    assert_int_equal(answers_count(a, AUDIENCE_ORGANISATION), 3); /* lead1, lead2, obstacle */
}

static void a_hidden_answer_is_dropped(void **state) {
    struct fixture *x = *state;
    struct answers *a = filled(x);
    answers_drop_hidden(a, AUDIENCE_STAFF);
    assert_int_equal(a->of[TOOLS].state, ANSWER_SET);
    assert_int_equal(a->of[HARD].state, ANSWER_CODE);
    accepted(x, a, ROLE, "manager"); /* hides tools; hard still stands, for years >= 2 */
    answers_drop_hidden(a, AUDIENCE_STAFF);
    assert_int_equal(a->of[TOOLS].state, ANSWER_NONE);
    assert_int_equal(a->of[HARD].state, ANSWER_CODE);
    accepted(x, a, YEARS, "1");
    answers_drop_hidden(a, AUDIENCE_STAFF);
    assert_int_equal(a->of[HARD].state, ANSWER_NONE);
    assert_int_equal(a->of[OBSTACLE].state, ANSWER_TEXT);
}

static void dropping_goes_on_until_nothing_changes(void **state) {
    struct fixture *x = *state;
    struct answers *a = filled(x);
    accepted(x, a, YEARS, "1");
    accepted(x, a, TOOLS, "excel");
    accepted(x, a, ROLE, "manager"); /* hides tools, and with tools hidden nothing shows the construct */
    answers_drop_hidden(a, AUDIENCE_STAFF);
    assert_int_equal(a->of[TOOLS].state, ANSWER_NONE);
    assert_int_equal(a->of[HARD].state, ANSWER_NONE);
}

static void a_hidden_page_takes_its_answers_with_it(void **state) {
    struct fixture *x = *state;
    struct answers *a = filled(x);
    accepted(x, a, ROLE, "support");
    accepted(x, a, LEAD1, "3");
    assert_false(page_is_shown(&x->instrument->pages[3], a, AUDIENCE_STAFF));
    answers_drop_hidden(a, AUDIENCE_STAFF);
    assert_int_equal(a->of[OBSTACLE].state, ANSWER_NONE);
    accepted(x, a, LEAD1, "4");
    accepted(x, a, LEAD2, "2");
    assert_true(page_is_shown(&x->instrument->pages[3], a, AUDIENCE_STAFF));
}

static void answers_of_the_other_audience_are_dropped(void **state) {
    struct fixture *x = *state;
    struct answers *a = filled(x);
    refused(x, a, LEAD3, "8");
    answers_drop_hidden(a, AUDIENCE_ORGANISATION);
    expect_json(
        a, true,
        "{\"lead1\":4,\"lead2\":\"na\",\"role\":\"frontline\",\"obstacle\":\"No “time”;\\n\\\"none\\\" \\\\ 雪\"}");
    assert_int_equal(a->of[LEAD3].state, ANSWER_NONE);
}

static void a_page_with_nothing_to_show_is_not_shown(void **state) {
    struct fixture *x = *state;
    load_file(x, "surveys/examples/relevant.ini");
    struct answers *a = answers_new(x->arena, x->instrument);
    const struct page *pages = x->instrument->pages;
    assert_true(page_is_shown(&pages[0], a, AUDIENCE_STAFF));
    assert_false(page_is_shown(&pages[1], a, AUDIENCE_STAFF));
    assert_true(page_is_shown(&pages[3], a, AUDIENCE_STAFF));
    accepted(x, a, 0, "yes");
    assert_true(page_is_shown(&pages[1], a, AUDIENCE_STAFF));
    assert_false(page_is_shown(&pages[2], a, AUDIENCE_STAFF));
    assert_false(page_is_shown(&pages[3], a, AUDIENCE_STAFF));
    assert_false(page_is_shown(&pages[0], a, AUDIENCE_ORGANISATION));
    accepted(x, a, 1, "course other");
    assert_true(block_is_shown(&pages[2].blocks[0], a, AUDIENCE_STAFF));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        PROMISE(a_rating_is_a_code_of_its_scale_or_one_outside_it),
        PROMISE(a_reversed_item_is_stored_as_given),
        PROMISE(choices_are_codes_and_ticks_add_up),
        PROMISE(numbers_keep_their_limits_and_take_a_comma),
        PROMISE(dates_are_days_of_the_calendar),
        PROMISE(texts_are_trimmed_cleaned_and_limited),
        PROMISE(blank_is_no_answer),
        PROMISE(json_holds_numbers_for_ratings_and_strings_for_the_rest),
        PROMISE(json_comes_back_as_it_went),
        PROMISE(json_in_any_order_with_strangers_is_read),
        PROMISE(ratings_side_by_side_are_read_as_any_others),
        PROMISE(what_is_invalid_is_never_written),
        PROMISE(group_questions_are_no_substance),
        PROMISE(a_hidden_answer_is_dropped),
        PROMISE(dropping_goes_on_until_nothing_changes),
        PROMISE(a_hidden_page_takes_its_answers_with_it),
        PROMISE(answers_of_the_other_audience_are_dropped),
        PROMISE(a_page_with_nothing_to_show_is_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
