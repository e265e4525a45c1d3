/* rooms: web base
 * The HTML writer escapes whatever it is given; and the style sheet survives its squeezing. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/embedded.h"
#include "web/html.h"
#include "web/respondent/screen.h"
#include "web/server/style.h"

static struct buf out = BUF_INIT;
static struct html h = {&out};

static int teardown(void **state) {
    (void)state;
    buf_free(&out);
    return 0;
}

static void text_is_escaped(void **state) {
    (void)state;
    html_text(&h, "\"><svg/onload=1>'&amp;");
    assert_string_equal(out.p, "&quot;&gt;&lt;svg/onload=1&gt;&#39;&amp;amp;");
}

static void an_attribute_cannot_be_left(void **state) {
    (void)state;
    html_open(&h, "input");
    html_attribute(&h, "value", "x\" onfocus=\"alert(1)");
    html_end(&h);
    assert_string_equal(out.p, "<input value=\"x&quot; onfocus=&quot;alert(1)\">");
}

static void only_harmless_values_go_without_quotes(void **state) {
    (void)state;
    html_attribute(&h, "a", "lead1-e.x_Y");
    html_attribute(&h, "b", "");
    html_attribute(&h, "c", "a b");
    html_attribute(&h, "d", "a/");
    html_attribute(&h, "e", "a>b");
    html_attribute(&h, "f", NULL);
    html_attribute(&h, "g", "\xc3\xa9");
    html_attribute_number(&h, "n", -3);
    assert_string_equal(out.p, " a=lead1-e.x_Y b=\"\" c=\"a b\" d=\"a/\" e=\"a&gt;b\" f=\"\" g=\"\xc3\xa9\" n=-3");
}

static void a_path_segment_stays_one_segment(void **state) {
    (void)state;
    html_path(&h, "href", "/s/", "../a?b=c#d%\" \xc3\xa9");
    assert_string_equal(out.p, " href=\"/s/..%2Fa%3Fb%3Dc%23d%25%22%20%C3%A9\"");
}

static void what_was_written_comes_once_more_as_it_stands(void **state) {
    (void)state;
    html_markup(&h, "<b>");
    const size_t from = html_mark(&h);
    html_text(&h, "a<b & c");
    const size_t to = html_mark(&h);
    for (int i = 0; i < 200; i++) /* the page moves in memory while it grows */
        html_repeat(&h, from, to);
    assert_int_equal(out.n, from + 201 * (to - from));
    for (size_t at = from; at < out.n; at += to - from)
        assert_memory_equal(out.p + at, "a&lt;b &amp; c", to - from);
    assert_int_equal(strlen(out.p), out.n);
}

static void prose_has_emphasis_and_links_and_nothing_else(void **state) {
    (void)state;
    html_prose(&h, "*Really* <b>2*3*4</b> * a * see https://example.org/a?b=1&c=2. (http://x.org/y)");
    assert_string_equal(out.p, "<em>Really</em> &lt;b&gt;2*3*4&lt;/b&gt; * a * see "
                               "<a href=\"https://example.org/a?b=1&amp;c=2\" rel=\"noopener noreferrer\">"
                               "https://example.org/a?b=1&amp;c=2</a>. "
                               "(<a href=\"http://x.org/y\" rel=\"noopener noreferrer\">http://x.org/y</a>)");
}

static void prose_makes_no_link_of_a_script(void **state) {
    (void)state;
    html_prose(&h, "javascript:alert(1) https://\"><script>alert(1)</script> https:// http*://x");
    assert_null(strstr(out.p, "<a"));
    assert_null(strstr(out.p, "<script"));
    buf_clear(&out);
    html_prose(&h, "https://a.org/\"onmouseover=\"x");
    assert_string_equal(out.p, "<a href=\"https://a.org/\" rel=\"noopener noreferrer\">https://a.org/</a>"
                               "&quot;onmouseover=&quot;x");
}

static void prose_survives_every_prefix_of_a_hostile_text(void **state) {
    struct arena *arena = arena_new();
    static const char text[] = "*a* **b** *https://x.org/*y* http://h* <*> *\xc3\xa9* https";
    (void)state;
    for (size_t n = 0; n <= sizeof text - 1; n++) {
        buf_clear(&out);
        html_prose(&h, arena_copy(arena, text, n));
        assert_null(strstr(out.p, "<*"));
        size_t opened = 0, closed = 0;
        for (const char *p = out.p; (p = strstr(p, "<em>")); p++)
            opened++;
        for (const char *p = out.p; (p = strstr(p, "</em>")); p++)
            closed++;
        assert_int_equal(opened, closed);
    }
    arena_free(arena);
}

static void squeezed_css_means_the_same(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct str s = style_squeeze(arena, str_of("/* x */ a , b > c {\n  color : red ; margin: 0 auto;\n}\n"
                                               "p :first-child { content: \" ; \"; inset: calc(1px + 2px) }\n"
                                               "@media (min-width: 700px) and (color) { i { top: 0 } }"));
    assert_true(str_is(s, "a,b>c{color :red;margin:0 auto}p :first-child{content:\" ; \";inset:calc(1px + 2px)}"
                          "@media (min-width:700px) and (color){i{top:0}}"));
    arena_free(arena);
}

static void the_style_sheet_is_small_and_logical(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct str css = style_squeeze(arena, embedded_find("engine/web/assets/respondent.css"));
    const char *text = arena_copy(arena, css.p, css.n);
    static const char *const physical[] = {"left",        "right",          "margin-top", "margin-bottom",
                                           "padding-top", "padding-bottom", "border-top", "border-bottom",
                                           "http",        "@import",        "url("};
    assert_in_range(css.n, 2000, 8191);
    for (size_t i = 0; i < sizeof physical / sizeof physical[0]; i++)
        assert_null(strstr(text, physical[i]));
    arena_free(arena);
}

static void the_browsers_wish_decides_the_language(void **state) {
    static const char *const languages[] = {"en", "fr", "ar"};
    (void)state;
    assert_string_equal(language_negotiate("fr-CH, fr;q=0.9, en;q=0.8", languages, 3), "fr");
    assert_string_equal(language_negotiate("de, en;q=0.2, ar;q=0.7", languages, 3), "ar");
    assert_string_equal(language_negotiate("EN-gb", languages, 3), "en");
    assert_null(language_negotiate("de, it;q=0.5", languages, 3));
    assert_null(language_negotiate("fr;q=0", languages, 3));
    assert_null(language_negotiate("", languages, 3));
    assert_null(language_negotiate(";;;,,,q=1,fr;q=x", languages, 3));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(text_is_escaped, teardown),
        cmocka_unit_test_teardown(an_attribute_cannot_be_left, teardown),
        cmocka_unit_test_teardown(only_harmless_values_go_without_quotes, teardown),
        cmocka_unit_test_teardown(a_path_segment_stays_one_segment, teardown),
        cmocka_unit_test_teardown(what_was_written_comes_once_more_as_it_stands, teardown),
        cmocka_unit_test_teardown(prose_has_emphasis_and_links_and_nothing_else, teardown),
        cmocka_unit_test_teardown(prose_makes_no_link_of_a_script, teardown),
        cmocka_unit_test_teardown(prose_survives_every_prefix_of_a_hostile_text, teardown),
        cmocka_unit_test_teardown(squeezed_css_means_the_same, teardown),
        cmocka_unit_test_teardown(the_style_sheet_is_small_and_logical, teardown),
        cmocka_unit_test_teardown(the_browsers_wish_decides_the_language, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
