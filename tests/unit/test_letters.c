/* Texts in the order in which people look for them. rooms: base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/letters.h"
#include "base/str.h"

static void expect_order(const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            const int order = letters_compare(list[i], list[j]);
            if ((order > 0) - (order < 0) != (i > j) - (i < j))
                fail_msg("“%s” and “%s”: %d", list[i], list[j], order);
        }
}
#define EXPECT_ORDER(list) expect_order(list, sizeof list / sizeof *list)

static void numbers_come_by_their_value(void **state) {
    (void)state;
    static const char *const list[] = {"Hôpital n° 1",
                                       "Hôpital n° 2",
                                       "Hôpital n° 02 b",
                                       "Hôpital n° 10",
                                       "Hôpital n° 011",
                                       "Hôpital n° 100",
                                       "Hôpital n° 99999999999999999999999",
                                       "Hôpital n° 100000000000000000000000"};
    EXPECT_ORDER(list);
    static const char *const pages[] = {"2", "10", "10.2", "10.10", "a", "a2", "a10", "b"};
    EXPECT_ORDER(pages);
}

static void accents_and_case_do_not_matter(void **state) {
    (void)state;
    static const char *const list[] = {"Eau", "ÉCLUSE", "école", "Été",    "Łódź",   "Lyon",   "Maïs",      "maison",
                                       "œil", "Œuvre",  "of",    "Ørsted", "Ștefan", "straße", "strasse 2", "Zoé"};
    EXPECT_ORDER(list);
}

static void what_stands_around_the_words_does_not_matter(void **state) {
    (void)state;
    static const char *const list[] = {"",         "« Abri »", "Nord",        "Nord – annexe",
                                       "Nord-Est", "“Sud”",    "Sud, centre", "Sude"};
    EXPECT_ORDER(list);
}

static void letters_written_in_two_parts_are_the_same(void **state) {
    (void)state;
    static const char *const list[] = {"e", "e\xCC\x81te", "\xC3\xA9te 2", "f"};
    EXPECT_ORDER(list);
}

static void a_ligature_is_the_letters_it_joins(void **state) {
    (void)state;
    assert_string_equal(letters_plain(0xFB00), "ff");
    assert_string_equal(letters_plain(0xFB01), "fi");
    assert_string_equal(letters_plain(0xFB04), "ffl");
    assert_null(letters_plain(0xFB07));
    static const char *const list[] = {"figue", "ﬁn", "finance", "fini"};
    EXPECT_ORDER(list);
}

static void only_the_very_same_text_is_the_same(void **state) {
    (void)state;
    assert_int_equal(letters_compare("Été", "Été"), 0);
    assert_true(letters_compare("Été", "ete") != 0);
    assert_true(letters_compare("a 01", "a 1") != 0);
    assert_true((letters_compare("Été", "ete") < 0) == (letters_compare("ete", "Été") > 0));
}

static void other_scripts_and_damaged_bytes_have_a_place_too(void **state) {
    (void)state;
    static const char *const list[] = {"Zoé", "Ωmega", "Ясень", "中"};
    EXPECT_ORDER(list);
    assert_true(letters_compare("a\xFF", "a\xFE") != 0);
    assert_true(letters_compare("\xC3", "") != 0);
}

static void every_letter_has_its_plain_form(void **state) {
    (void)state;
    static const struct {
        const char *letter, *plain;
    } list[] = {{"É", "e"}, {"ç", "c"}, {"Œ", "oe"}, {"œ", "oe"}, {"Æ", "ae"}, {"ß", "ss"}, {"ẞ", "ss"},
                {"ø", "o"}, {"Ł", "l"}, {"đ", "d"},  {"Þ", "th"}, {"ÿ", "y"},  {"ı", "i"},  {"ș", "s"},
                {"ă", "a"}, {"ệ", "e"}, {"ư", "u"},  {"ĳ", "ij"}, {"Q", "q"}};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        struct str s = str_of(list[i].letter);
        const char *plain = letters_plain(utf8_next(&s));
        assert_int_equal(s.n, 0);
        if (!plain || strcmp(plain, list[i].plain) != 0)
            fail_msg("%s becomes %s", list[i].letter, plain ? plain : "nothing");
    }
    static const char *const none[] = {"×", "÷", "7", "-", "°", "Ω", "Я", "中"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct str s = str_of(none[i]);
        assert_null(letters_plain(utf8_next(&s)));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_by_their_value),
        cmocka_unit_test(accents_and_case_do_not_matter),
        cmocka_unit_test(what_stands_around_the_words_does_not_matter),
        cmocka_unit_test(letters_written_in_two_parts_are_the_same),
        cmocka_unit_test(a_ligature_is_the_letters_it_joins),
        cmocka_unit_test(only_the_very_same_text_is_the_same),
        cmocka_unit_test(other_scripts_and_damaged_bytes_have_a_place_too),
        cmocka_unit_test(every_letter_has_its_plain_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
