/* Numbers and counts as readers of a language write them. rooms: base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/texts.h"

#define NARROW "\xE2\x80\xAF"

static int set_up(void **state) {
    *state = arena_new();
    return 0;
}

static int tear_down(void **state) {
    arena_free(*state);
    return 0;
}

static void thousands_stand_apart_in_the_readers_way(void **state) {
    struct arena *a = *state;
    assert_string_equal(texts_number(a, "en", 0, 0), "0");
    assert_string_equal(texts_number(a, "en", 999, 0), "999");
    assert_string_equal(texts_number(a, "en", 1000, 0), "1,000");
    assert_string_equal(texts_number(a, "en", 1234567.5, 1), "1,234,567.5");
    assert_string_equal(texts_number(a, "fr", 1234567.5, 1), "1" NARROW "234" NARROW "567,5");
    assert_string_equal(texts_number(a, "fr-CA", 12000, 0), "12" NARROW "000");
    assert_string_equal(texts_number(a, "de", 1000, 0), "1.000");
    assert_string_equal(texts_number(a, "en", -1234, 0), "-1,234");
    assert_string_equal(texts_number(a, "en", -123, 0), "-123");
    assert_string_equal(texts_number(a, "fr", 0.25, 2), "0,25");
    assert_string_equal(texts_number(a, "en", 999.999, 2), "1,000.00");
}

static void counts_in_sentences_are_such_numbers(void **state) {
    struct arena *a = *state;
    struct texts *texts;
    assert_int_equal(texts_load(&texts, NULL, NULL), RESULT_OK);
    const char *en = texts_count(texts, a, "en", "work.setup_people_count", 1200, NULL);
    const char *fr = texts_count(texts, a, "fr", "work.setup_people_count", 1200, NULL);
    assert_non_null(strstr(en, "1,200"));
    assert_non_null(strstr(fr, "1" NARROW "200"));
    texts_free(texts);
}

/* Every number has the form its language asks for; Arabic has six. */
static void a_count_has_the_form_that_its_language_asks_for(void **state) {
    static const struct {
        long n;
        const char *text;
    } pages[] = {{1, "صفحة واحدة"},    {2, "صفحتان"},        {3, "هناك 3 صفحات"},    {10, "هناك 10 صفحات"},
                 {11, "هناك 11 صفحة"}, {99, "هناك 99 صفحة"}, {100, "هناك 100 صفحة"}, {102, "هناك 102 صفحة"},
                 {103, "103 صفحات"},   {1000, "1,000 صفحة"}};
    struct arena *a = *state;
    struct texts *texts;
    assert_int_equal(texts_load(&texts, NULL, NULL), RESULT_OK);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        const char *said = texts_count(texts, a, "ar", "web.kiosk.pages", pages[i].n, NULL);
        if (!strstr(said, pages[i].text)) {
            fail_msg("%ld: %s", pages[i].n, said);
        }
    }
    assert_non_null(strstr(texts_count(texts, a, "ar", "web.start.minutes", 0, NULL), "لحظات"));
    assert_non_null(strstr(texts_count(texts, a, "fr", "web.kiosk.pages", 0, NULL), "0 page"));
    assert_non_null(strstr(texts_count(texts, a, "en", "web.kiosk.pages", 0, NULL), "0 pages"));
    /* what a language lacks is said in English, with English forms */
    assert_string_equal(texts_count(texts, a, "ar", "work.setup_people_count", 2, NULL),
                        texts_count(texts, a, "en", "work.setup_people_count", 2, NULL));
    texts_free(texts);
}

static void arabic_is_there_for_respondents_and_says_its_name(void **state) {
    (void)state;
    struct texts *texts;
    assert_int_equal(texts_load(&texts, NULL, NULL), RESULT_OK);
    assert_true(texts_has_language(texts, "ar"));
    assert_true(language_is_rtl("ar"));
    assert_string_equal(texts_language_name(texts, "ar"), "العربية");
    assert_string_equal(texts_get(texts, "ar-MA", "web.month.1"), "يناير");
    assert_string_equal(texts_get(texts, "ar", "work.sign_in_title"), texts_get(texts, "en", "work.sign_in_title"));
    texts_free(texts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(thousands_stand_apart_in_the_readers_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counts_in_sentences_are_such_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_count_has_the_form_that_its_language_asks_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(arabic_is_there_for_respondents_and_says_its_name, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
