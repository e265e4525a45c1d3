/* rooms: base
 * JSON from elsewhere: read strictly, or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/json_tree.h"

static bool reads(const char *text) {
    struct arena *arena = arena_new();
    struct json_node *node;
    size_t at;
    const bool good = json_tree_read(&node, arena, str_of(text), &at);
    assert_true(at <= strlen(text));
    arena_free(arena);
    return good;
}

static void what_is_json_is_read(void **state) {
    static const char *const good[] = {"1",
                                       "-0.5e+10",
                                       "\"\"",
                                       "[]",
                                       "{}",
                                       " [1, 2 ,\n3] ",
                                       "{\"a\":{\"b\":[null,true,false]}}",
                                       "\"\\u00e9\\ud83d\\ude00\\n\""};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(reads(good[i]));
}

static void what_is_nearly_json_is_not(void **state) {
    static const char *const bad[] = {"",
                                      " ",
                                      "{",
                                      "[1,]",
                                      "{\"a\":1,}",
                                      "{a:1}",
                                      "01",
                                      "1.",
                                      ".5",
                                      "+1",
                                      "1e",
                                      "1e999",
                                      "nul",
                                      "True",
                                      "'a'",
                                      "\"a",
                                      "\"\\x\"",
                                      "\"\\",
                                      "\"\\ud83d\"",
                                      "\"\\ude00\"",
                                      "\"\\u0000\"",
                                      "\"a\nb\"",
                                      "[1 2]",
                                      "{\"a\" 1}",
                                      "{\"a\":}",
                                      "1 2",
                                      "{}}",
                                      "\"\xff\"",
                                      "\"\\ud83d\\u0041\"",
                                      "[1],",
                                      "-",
                                      "\"\\u00g0\"",
                                      "nullx"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(reads(bad[i]));
}

static void depth_has_an_end(void **state) {
    char text[2 * JSON_DEPTH_MAX + 4] = "";
    (void)state;
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        strcat(text, "[");
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        strcat(text, "]");
    assert_true(reads(text));
    char deeper[sizeof text + 2] = "[";
    strcat(deeper, text);
    strcat(deeper, "]");
    assert_false(reads(deeper));
}

static void a_tree_holds_what_was_written(void **state) {
    struct arena *arena = arena_new();
    struct json_node *node;
    size_t at;
    (void)state;
    assert_true(
        json_tree_read(&node, arena, str_of("{\"a\":\"\\u00e9\\ud83d\\ude00\\t\",\"b\":[1,-2.5],\"a\":true}"), &at));
    assert_int_equal(node->kind, TREE_OBJECT);
    assert_int_equal(node->n, 3);
    assert_string_equal(json_tree_member(node, "a")->text.p, "\xC3\xA9\xF0\x9F\x98\x80\t");
    const struct json_node *list = json_tree_member(node, "b");
    assert_int_equal(list->n, 2);
    assert_true(list->first->number == 1 && list->first->next->number == -2.5);
    assert_string_equal(list->first->next->text.p, "-2.5");
    assert_null(json_tree_member(node, "c"));
    assert_null(json_tree_member(list, "a"));
    assert_null(json_tree_member(NULL, "a"));
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_json_is_read),
                                       cmocka_unit_test(what_is_nearly_json_is_not), cmocka_unit_test(depth_has_an_end),
                                       cmocka_unit_test(a_tree_holds_what_was_written)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
