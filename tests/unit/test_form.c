/* rooms: web mail reports aggregate collect access instrument store base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "web/form.h"
#include "web/routes.h"

static struct arena *arena;

static int set_up(void **state) {
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static enum form_result parse(struct form *form, const char *body, const char *boundary) {
    return form_parse_multipart(form, arena, str_of(body), boundary, 10000);
}

#define PART "Content-Disposition: form-data; name="

static void fields_and_files_of_a_multipart_body_are_told_apart(void **state) {
    struct form form;
    (void)state;
    const char *body =
        "--b\r\n" PART "\"title\"\r\n\r\nTwo\r\nlines\r\n"
        "--b\r\n" PART "\"file\"; filename=\"staff.csv\"\r\nContent-Type: text/csv\r\n\r\na;b\r\n\xE9\r\n"
        "--b--\r\n";
    assert_int_equal(parse(&form, body, "b"), FORM_OK);
    assert_int_equal(form.n, 2);
    assert_true(str_is(form.fields[0].name, "title"));
    assert_true(str_is(form.fields[0].value, "Two\nlines"));
    assert_null(form.fields[0].file);
    assert_string_equal(form.fields[1].file, "staff.csv");
    assert_true(str_is(form.fields[1].value, "a;b\r\n\xE9")); /* bytes as they came */
}

static void a_file_may_be_empty_and_a_body_without_parts_too(void **state) {
    struct form form;
    (void)state;
    assert_int_equal(parse(&form, "--b\r\n" PART "\"f\"; filename=\"\"\r\n\r\n\r\n--b--\r\n", "b"), FORM_OK);
    assert_int_equal(form.n, 1);
    assert_int_equal(form.fields[0].value.n, 0);
    assert_string_equal(form.fields[0].file, "");
    assert_int_equal(parse(&form, "--b--\r\n", "b"), FORM_OK);
    assert_int_equal(form.n, 0);
}

static void a_broken_multipart_body_is_refused_whole(void **state) {
    struct form form;
    (void)state;
    const char *bodies[] = {
        "",
        "--b",
        "--c\r\n" PART "\"x\"\r\n\r\n1\r\n--c--\r\n",                 /* another boundary */
        "--b\r\n" PART "\"x\"\r\n\r\n1",                              /* cut short */
        "--b\r\n" PART "\"x\"\r\n\r\n1\r\n--b",                       /* cut at the end */
        "--b\r\n\r\n1\r\n--b--\r\n",                                  /* no name */
        "--b\r\n" PART "\"x\r\n\r\n1\r\n--b--\r\n",                   /* an open quote */
        "--b\r\n" PART "\"x\"\r\n\r\n\xFF\r\n--b--\r\n",              /* no UTF-8 in a text field */
        "--b\r\n" PART "\"x\"\r\n\r\n1\r\n--b\r\n" PART "\"y\"\r\n1", /* the second part has no end */
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        assert_int_equal(parse(&form, bodies[i], "b"), FORM_MALFORMED);
        assert_int_equal(form.n, 0);
    }
    assert_int_equal(form_parse_multipart(&form, arena, str_of("--b--\r\n"), "b", 3), FORM_TOO_LARGE);
}

static void line_ends_and_control_characters_are_mended(void **state) {
    char text[] = "a\r\nb\rc\n\x01"
                  "d\x7f";
    size_t n = sizeof text - 1;
    (void)state;
    assert_true(form_clean(text, &n));
    assert_true(str_is((struct str){text, n}, "a\nb\nc\n d "));
    char zero[] = "a\0b";
    n = 3;
    assert_false(form_clean(zero, &n));
}

/* With a store there are desks; which store does not matter here. */
static const struct web live = {.store = (struct store *)&arena};

static const struct route *find(enum method method, const char *path, const char **first, unsigned *allowed) {
    const char *parameters[ROUTE_PARAMETERS_MAX];
    const struct route *route = route_find(method, path, &live, arena, parameters, allowed);
    *first = parameters[0];
    return route;
}

static void a_written_segment_wins_over_a_parameter(void **state) {
    const char *first;
    unsigned allowed;
    (void)state;
    const struct route *route = find(METHOD_GET, "/assessments/new", &first, &allowed);
    if (route) /* the page for a new assessment */
        assert_string_equal(route->path, "/assessments/new");
    route = find(METHOD_GET, "/assessments/north%20/watch", &first, &allowed);
    assert_non_null(route);
    assert_string_equal(route->path, "/assessments/{assessment}/watch");
    assert_string_equal(first, "north%20");
    assert_int_equal(route_parameter(route, "assessment"), 0);
    assert_int_equal(route_parameter(route, "assess"), -1);
}

static void what_is_not_in_the_table_does_not_exist(void **state) {
    const char *paths[] = {"",    "//",     "/account/", "/accounts//",   "/sign-in/",
                           "/s/", "/s/a/b", "/{token}",  "/account/totp/"};
    const char *first;
    unsigned allowed;
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_null(find(METHOD_GET, paths[i], &first, &allowed));
        assert_int_equal(allowed, 0);
    }
    assert_null(find(METHOD_POST, "/audit", &first, &allowed));
    assert_int_equal(allowed, METHOD_GET);
}

static void a_preview_has_no_workspace(void **state) {
    static const struct web preview = {.preview = (const struct instrument *)&arena};
    static const struct web bare = {.store = NULL};
    const char *parameters[ROUTE_PARAMETERS_MAX];
    unsigned allowed;
    (void)state;
    for (size_t i = 0; i < routes_count; i++) {
        if (routes[i].access < ACCESS_VIEWER)
            continue;
        assert_null(route_find(routes[i].method, routes[i].path, &preview, arena, parameters, &allowed));
        assert_null(route_find(routes[i].method, routes[i].path, &bare, arena, parameters, &allowed));
    }
}

static void every_row_is_reached_by_its_own_template(void **state) {
    const char *first;
    unsigned allowed;
    (void)state;
    for (size_t i = 0; i < routes_count; i++)
        if (routes[i].running != RUNNING_PREVIEW)
            assert_ptr_equal(find(routes[i].method, routes[i].path, &first, &allowed), &routes[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fields_and_files_of_a_multipart_body_are_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_may_be_empty_and_a_body_without_parts_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_multipart_body_is_refused_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(line_ends_and_control_characters_are_mended, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_written_segment_wins_over_a_parameter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_in_the_table_does_not_exist, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_preview_has_no_workspace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_row_is_reached_by_its_own_template, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
