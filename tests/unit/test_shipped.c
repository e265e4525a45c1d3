/* rooms: instrument base
 * The instruments that ship keep the rules of their craft, as far as these can be counted. */
#include "instrument_fixture.h"

#include <dirent.h>
#include <stdio.h>

#include "base/texts.h"
#include "instrument/strategies.h"

enum { SHIPPED = 4, ITEM_WORDS = 20, MINUTES = 10 };
static const char *const shipped[SHIPPED] = {"surveys/implementation-readiness.ini", "surveys/readiness-pulse.ini",
                                             "surveys/support-practitioner.ini", "surveys/support-outcomes.ini"};

static void for_each(void **state, void (*promise)(struct fixture *x, const struct instrument *in)) {
    for (size_t i = 0; i < SHIPPED; i++) {
        struct fixture *x = *state;
        load_file(x, shipped[i]);
        assert_non_null(x->instrument);
        promise(x, x->instrument);
        instrument_release(x->instrument);
        x->instrument = NULL;
    }
}

static void found_nothing(struct fixture *x, const struct instrument *in) {
    (void)in;
    assert_int_equal(x->result, RESULT_OK);
    assert_int_equal(findings_total(x->findings), 0);
}

static void a_check_finds_nothing(void **state) {
    for_each(state, found_nothing);
}

static void every_file_of_the_folder_is_one_of_them(void **state) {
    (void)state;
    DIR *dir = opendir("surveys");
    size_t n = 0;
    assert_non_null(dir);
    for (struct dirent *d = readdir(dir); d; d = readdir(dir)) {
        const char *dot = strchr(d->d_name, '.');
        n += dot && strcmp(dot, ".ini") == 0;
    }
    closedir(dir);
    assert_int_equal(n, SHIPPED);
}

static void reversed_shares(struct fixture *x, const struct instrument *in) {
    (void)x;
    size_t reversed = 0;
    for (size_t i = 0; i < in->n_items; i++) {
        reversed += in->items[i].reverse;
    }
    if (reversed * 10 < in->n_items || reversed * 5 > in->n_items) {
        fail_msg("%s: %zu of %zu items are reversed", in->name, reversed, in->n_items);
    }
}

static void a_tenth_to_a_fifth_of_the_ratings_is_reversed(void **state) {
    for_each(state, reversed_shares);
}

/* Every item of a construct cannot be the odd one out. */
static void unreversed_constructs(struct fixture *x, const struct instrument *in) {
    (void)x;
    for (size_t c = 0; c < in->n_constructs; c++) {
        size_t reversed = 0;
        for (size_t i = 0; i < in->constructs[c].n_items; i++) {
            reversed += in->items[in->constructs[c].first_item + i].reverse;
        }
        if (reversed > 1) {
            fail_msg("%s: %zu items of %s are reversed", in->name, reversed, in->constructs[c].name);
        }
    }
}

static void no_construct_has_more_than_one_reversed_item(void **state) {
    for_each(state, unreversed_constructs);
}

static void whole_french(struct fixture *x, const struct instrument *in) {
    (void)x;
    const int french = instrument_language(in, "fr");
    assert_true(french > 0);
    assert_true(instrument_coverage(in, (size_t)french) >= 1);
    for (size_t i = 0; i < in->n_items; i++) { /* and it is not the English, copied */
        assert_string_not_equal(in->items[i].text.in[0], in->items[i].text.in[french]);
    }
}

static void french_is_complete(void **state) {
    for_each(state, whole_french);
}

static void stated(struct fixture *x, const struct instrument *in) {
    (void)x;
    assert_non_null(strstr(text_in(&in->status, 0), "not yet validated"));
    assert_non_null(strstr(text_in(&in->status, (size_t)instrument_language(in, "fr")), "pas encore validé"));
    assert_string_equal(in->licence, "CC-BY-4.0");
    assert_non_null(strstr(in->citation, in->version)); /* whoever cites names the version they used */
    assert_true(in->n_welcome > 0);
    assert_true(in->n_thanks > 0);
}

static void each_says_that_it_is_not_validated_and_where_it_comes_from(void **state) {
    for_each(state, stated);
}

static void levels_and_sides(struct fixture *x, const struct instrument *in) {
    (void)x;
    size_t at[LEVEL_COUNT] = {0}, staff = 0, organisation = 0;
    for (size_t c = 0; c < in->n_constructs; c++) {
        at[in->constructs[c].level]++;
        staff += (in->constructs[c].answered_by & AUDIENCE_STAFF) != 0;
        organisation += (in->constructs[c].answered_by & AUDIENCE_ORGANISATION) != 0;
        assert_non_null(in->constructs[c].domain);
        assert_false(text_is_empty(&in->constructs[c].domain->framework));
    }
    assert_true(at[LEVEL_INDIVIDUAL] > 0 && at[LEVEL_TEAM] > 0 && at[LEVEL_ORGANISATION] > 0);
    assert_true(at[LEVEL_SYSTEM] > 0 || in->n_constructs < 10); /* the pulse is too short for the system */
    assert_true(staff > 0 && organisation > 0);
}

static void levels_both_sides_and_frameworks_are_used_throughout(void **state) {
    for_each(state, levels_and_sides);
}

/* No double negatives: whoever disagrees with "not" has one. */
static void says_no(const struct instrument *in, const char *item, size_t language) {
    static const char *const no[][2] = {{" not ", " pas "},       {"n’t ", " ne "},        {" never ", " jamais "},
                                        {" nobody ", " n’"},      {" nothing ", " rien "}, {" no ", " aucun"},
                                        {" hardly ", " à peine "}};
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        if (strstr(item, no[i][language > 0])) {
            fail_msg("%s: “%s” says no", in->name, item);
        }
    }
}

static void plain_items(struct fixture *x, const struct instrument *in) {
    const size_t french = (size_t)instrument_language(in, "fr");
    for (size_t i = 0; i < in->n_items; i++) {
        const char *item = in->items[i].text.in[0];
        size_t words = 1;
        for (const char *p = item; *p; p++) {
            words += *p == ' ';
        }
        if (words > ITEM_WORDS || strchr(item, ';') || strstr(item, "and/or")) {
            fail_msg("%s: “%s” is long or says two things", in->name, item);
        }
        says_no(in, item, 0);
        says_no(in, arena_printf(x->arena, " %s", in->items[i].text.in[french]), 1);
    }
}

static void items_are_short_and_say_no_no(void **state) {
    for_each(state, plain_items);
}

/* How many ratings somebody is asked at most: everybody, or the part that `relevant` leaves to one answer. */
static void length(struct fixture *x, const struct instrument *in) {
    (void)x;
    size_t everybody = 0, most = 0;
    for (size_t p = 0; p < in->n_pages; p++) {
        size_t here = 0;
        for (size_t b = 0; b < in->pages[p].n_blocks; b++) {
            const struct construct *c = in->pages[p].blocks[b].construct;
            here += c && (c->answered_by & AUDIENCE_STAFF) ? c->n_items : 0;
        }
        everybody += in->pages[p].relevant ? 0 : here;
        most += here;
    }
    assert_true(everybody <= 42); /* 14 seconds each, as readers of plain sentences need */
    assert_true(most <= 50);
    assert_true(in->minutes <= MINUTES);
}

static void ten_minutes_are_enough(void **state) {
    for_each(state, length);
}

static void known_strategies(struct fixture *x, const struct instrument *in) {
    struct strategies *all = NULL;
    assert_int_equal(strategies_load(&all, NULL, x->findings), RESULT_OK);
    for (size_t c = 0; c < in->n_constructs; c++) {
        assert_true(in->constructs[c].n_strategies >= 2);
        for (size_t s = 0; s < in->constructs[c].n_strategies; s++) {
            assert_non_null(strategies_find(all, x->arena, in->constructs[c].strategies[s], "en"));
        }
    }
    strategies_free(all);
}

static void every_construct_names_strategies_that_are_there(void **state) {
    for_each(state, known_strategies);
}

static void the_pulse_repeats_items_of_the_long_form_word_by_word(void **state) {
    struct fixture *x = *state;
    load_file(x, shipped[0]);
    const struct instrument *whole = instrument_hold(x->instrument);
    load_file(x, shipped[1]);
    size_t shared = 0;
    for (size_t i = 0; i < x->instrument->n_items; i++) {
        const struct item *item = &x->instrument->items[i];
        const int field = instrument_field(whole, item->name);
        if (field >= 0 && whole->fields[field].item) {
            assert_string_equal(item->text.in[0], whole->fields[field].item->text.in[0]);
            assert_string_equal(item->text.in[instrument_language(x->instrument, "fr")],
                                whole->fields[field].item->text.in[instrument_language(whole, "fr")]);
            shared++;
        }
    }
    assert_true(shared >= 6);
    assert_true(x->instrument->n_items <= 12);
    instrument_release(whole);
}

/* Both who give support and who get it are asked the same, and can be told apart. */
static void the_two_sides_of_support_can_be_compared(void **state) {
    struct fixture *x = *state;
    load_file(x, shipped[2]);
    const struct instrument *in = x->instrument;
    size_t common = 0, of_one_side = 0;
    const int part = instrument_field(in, "part");
    assert_true(part >= 0 && in->fields[part].question->group);
    for (size_t p = 0; p < in->n_pages; p++) {
        for (size_t b = 0; b < in->pages[p].n_blocks; b++) {
            const struct construct *c = in->pages[p].blocks[b].construct;
            if (c && (c->answered_by & AUDIENCE_STAFF)) {
                *(in->pages[p].relevant ? &of_one_side : &common) += 1;
            }
        }
    }
    assert_int_equal(common, 15); /* the published competencies */
    assert_int_equal(of_one_side, 5);
}

static void the_pulse_speaks_arabic(void **state) {
    struct fixture *x = *state;
    load_file(x, shipped[1]);
    const int arabic = instrument_language(x->instrument, "ar");
    assert_true(arabic > 0);
    assert_true(instrument_coverage(x->instrument, (size_t)arabic) >= 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_check_finds_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(every_file_of_the_folder_is_one_of_them, setup, teardown),
        cmocka_unit_test_setup_teardown(a_tenth_to_a_fifth_of_the_ratings_is_reversed, setup, teardown),
        cmocka_unit_test_setup_teardown(no_construct_has_more_than_one_reversed_item, setup, teardown),
        cmocka_unit_test_setup_teardown(french_is_complete, setup, teardown),
        cmocka_unit_test_setup_teardown(each_says_that_it_is_not_validated_and_where_it_comes_from, setup, teardown),
        cmocka_unit_test_setup_teardown(levels_both_sides_and_frameworks_are_used_throughout, setup, teardown),
        cmocka_unit_test_setup_teardown(items_are_short_and_say_no_no, setup, teardown),
        cmocka_unit_test_setup_teardown(ten_minutes_are_enough, setup, teardown),
        cmocka_unit_test_setup_teardown(every_construct_names_strategies_that_are_there, setup, teardown),
        cmocka_unit_test_setup_teardown(the_pulse_repeats_items_of_the_long_form_word_by_word, setup, teardown),
        cmocka_unit_test_setup_teardown(the_two_sides_of_support_can_be_compared, setup, teardown),
        cmocka_unit_test_setup_teardown(the_pulse_speaks_arabic, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
