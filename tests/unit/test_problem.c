/* rooms: web base
 * Problem details (RFC 9457): the findings of pages and commands, for programs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "web/api/call.h"

struct fixture {
    struct arena *arena;
    struct texts *texts;
    struct findings *findings;
    struct buf out;
};

static int setup(void **state) {
    struct fixture *f = mem_alloc(sizeof *f);
    *f = (struct fixture){.arena = arena_new(), .findings = findings_new(), .out = BUF_INIT};
    *state = f;
    return texts_load(&f->texts, NULL, NULL) == RESULT_OK ? 0 : -1;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    buf_free(&f->out);
    findings_free(f->findings);
    texts_free(f->texts);
    arena_free(f->arena);
    free(f);
    return 0;
}

static const struct json_node *write(struct fixture *f, const char *language) {
    struct json_node *node;
    size_t at;
    buf_clear(&f->out);
    api_write_problem(&f->out, f->texts, f->arena, language, 422, "input", f->findings);
    assert_true(json_tree_read(&node, f->arena, buf_view(&f->out), &at));
    return node;
}

static const char *text(const struct json_node *node, const char *name) {
    const struct json_node *m = json_tree_member(node, name);
    return m && m->kind == TREE_TEXT ? m->text.p : "";
}

static void a_problem_says_type_title_status_and_code(void **state) {
    const struct json_node *p = write(*state, "en");
    assert_string_equal(text(p, "type"), "urn:readiness:problem:input");
    assert_string_equal(text(p, "code"), "input");
    assert_true(json_tree_member(p, "status")->number == 422);
    assert_int_equal(json_tree_member(p, "findings")->n, 0);
    assert_string_not_equal(text(p, "title"), text(write(*state, "fr"), "title"));
}

static void a_finding_says_where_it_is_and_keeps_quotes_and_marks(void **state) {
    struct fixture *f = *state;
    finding_add(f->findings, SEVERITY_ERROR, (struct place){NULL, 3, 2}, "organisation_unknown", "value", "a\"b\\c",
                "organisation", "x", "column_text", "column.organisation", NULL);
    finding_add(f->findings, SEVERITY_WARNING, (struct place){NULL, 0, 0}, "day_is_past", "field", "until", "value",
                "2001-01-31", NULL);
    const struct json_node *p = write(f, "en"), *first = json_tree_member(p, "findings")->first, *second = first->next;
    assert_string_equal(text(first, "severity"), "error");
    assert_true(json_tree_member(first, "row")->number == 3);
    assert_true(json_tree_member(first, "column")->number == 2);
    assert_string_equal(text(first, "field"), "organisation");
    assert_string_equal(text(second, "severity"), "warning");
    assert_string_equal(text(second, "field"), "until");
    assert_int_equal(json_tree_member(second, "row")->kind, TREE_NULL);
    assert_non_null(strstr(text(second, "message"), "2001-01-31"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_problem_says_type_title_status_and_code, setup, teardown),
        cmocka_unit_test_setup_teardown(a_finding_says_where_it_is_and_keeps_quotes_and_marks, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
