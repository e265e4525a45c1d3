/* Tables as people's programs save them. rooms: base */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/csv.h"

struct table {
    struct arena *arena;
    struct findings *findings;
    struct csv *csv;
    enum result result;
};

static struct table parse(const char *bytes, size_t n) {
    struct table t = {.arena = arena_new(), .findings = findings_new()};
    t.result = csv_parse(&t.csv, t.arena, "table.csv", (struct str){bytes, n}, t.findings);
    return t;
}

#define PARSE(literal) parse(literal, sizeof(literal) - 1)

static void done(struct table *t) {
    findings_free(t->findings);
    arena_free(t->arena);
}

/* The table is good, in this encoding, with this separator, and its first row begins with these two cells. */
static void expect(struct table t, const char *encoding, char separator, const char *first, const char *second) {
    assert_int_equal(t.result, RESULT_OK);
    assert_int_equal(findings_total(t.findings), 0);
    assert_string_equal(t.csv->encoding, encoding);
    assert_int_equal(t.csv->separator, separator);
    assert_string_equal(t.csv->header.cells[0], "code");
    assert_string_equal(t.csv->header.cells[1], "name");
    assert_true(t.csv->n_rows >= 1);
    assert_string_equal(t.csv->rows[0].cells[0], first);
    assert_string_equal(t.csv->rows[0].cells[1], second);
    done(&t);
}

static void comma_semicolon_and_tab_are_found_out(void **state) {
    (void)state;
    expect(PARSE("code,name\nn,North\n"), "UTF-8", ',', "n", "North");
    expect(PARSE("code;name\nn;North, East\n"), "UTF-8", ';', "n", "North, East");
    expect(PARSE("code\tname\nn\tNorth; East, West\n"), "UTF-8", '\t', "n", "North; East, West");
    expect(PARSE("code;name;\"a,b,c,d\"\nn;North;\n"), "UTF-8", ';', "n", "North");
}

static void a_line_that_names_the_separator_is_no_row(void **state) {
    (void)state;
    expect(PARSE("sep=;\r\ncode;name\r\nn;North\r\n"), "UTF-8", ';', "n", "North");
    struct table t = PARSE("sep=,\ncode,name\nn,North,too,many\n");
    assert_true(findings_have(t.findings, "csv_too_many_cells", 3));
    done(&t);
}

static void utf8_is_read_with_and_without_a_mark(void **state) {
    (void)state;
    expect(PARSE("code;name\r\n\xC3\xA9;H\xC3\xB4pital\r\n"), "UTF-8", ';', "é", "Hôpital");
    expect(PARSE("\xEF\xBB\xBF"
                 "code;name\r\n\xC3\xA9;H\xC3\xB4pital\r\n"),
           "UTF-8", ';', "é", "Hôpital");
}

static void utf16_is_read_in_both_byte_orders(void **state) {
    (void)state;
    expect(PARSE("\xFF\xFE"
                 "c\0o\0d\0e\0\t\0n\0a\0m\0e\0\r\0\n\0\xE9\0\t\0\x3D\xD8\x00\xDE!\0"),
           "UTF-16", '\t', "é", "😀!");
    expect(PARSE("\xFE\xFF"
                 "\0c\0o\0d\0e\0,\0n\0a\0m\0e\0\r\0\n\0\xE9\0,\xD8\x3D\xDE\x00\0!\0\n"),
           "UTF-16", ',', "é", "😀!");
}

static void windows_1252_is_what_is_left(void **state) {
    (void)state;
    expect(PARSE("code;name\r\nn;H\xF4pital \x93 l\x92\xC9toile \x94 \x80 \x9Cuvre\r\n"), "Windows-1252", ';', "n",
           "Hôpital “ l’Étoile ” € œuvre");
}

static void a_row_without_meaning_is_named(void **state) {
    (void)state;
    struct table t = PARSE("code;name\nn;H\xF4pital\ns;\"two\nlines \x81\"\nw;West\n");
    assert_int_equal(t.result, RESULT_INPUT);
    assert_string_equal(t.csv->encoding, "Windows-1252");
    assert_true(findings_have(t.findings, "csv_row_not_decoded", 3));
    assert_int_equal(findings_total(t.findings), 1);
    assert_false(t.csv->rows[0].damaged);
    assert_true(t.csv->rows[1].damaged);
    assert_false(t.csv->rows[2].damaged);
    assert_string_equal(t.csv->rows[2].cells[1], "West");
    done(&t);
}

static void half_a_utf8_file_is_damaged_and_not_guessed_at(void **state) {
    (void)state;
    struct table t = PARSE("code;name\nn;H\xC3\xB4pital\ns;H\xF4pital\n");
    assert_int_equal(t.result, RESULT_INPUT);
    assert_string_equal(t.csv->encoding, "UTF-8");
    assert_string_equal(t.csv->rows[0].cells[1], "Hôpital");
    assert_true(findings_have(t.findings, "csv_row_not_decoded", 3));
    done(&t);
    t = PARSE("\xEF\xBB\xBF"
              "code;name\nn;H\xF4pital\n");
    assert_true(findings_have(t.findings, "csv_row_not_decoded", 2));
    done(&t);
}

static void a_lone_surrogate_and_a_cut_file_are_damage(void **state) {
    (void)state;
    struct table t = PARSE("\xFF\xFE"
                           "a\0\n\0b\0\n\0\x3D\xD8x\0\n\0c\0\n\0d");
    assert_true(findings_have(t.findings, "csv_row_not_decoded", 3));
    assert_true(findings_have(t.findings, "csv_row_not_decoded", 5));
    assert_int_equal(findings_total(t.findings), 2);
    done(&t);
}

static void what_is_no_text_is_refused(void **state) {
    (void)state;
    struct table t = PARSE("PK\3\4\0\0\0\0");
    assert_null(t.csv);
    assert_true(findings_have(t.findings, "csv_workbook", 0));
    done(&t);
    t = PARSE("\x89PNG\r\n\x1A\n\0\0\0\0");
    assert_true(findings_have(t.findings, "csv_binary", 0));
    done(&t);
    t = PARSE("");
    assert_true(findings_have(t.findings, "csv_empty", 0));
    done(&t);
    t = PARSE("\xFF\xFE");
    assert_true(findings_have(t.findings, "csv_empty", 0));
    done(&t);
    t = PARSE("sep=;");
    assert_true(findings_have(t.findings, "csv_empty", 0));
    done(&t);
}

static void quotes_hold_separators_line_breaks_and_quotes(void **state) {
    (void)state;
    struct table t = PARSE("code,name\r\nn,\"North, the \"\"old\"\" house\r\nsecond line\"\r\ns, \"South\" \r\n");
    assert_int_equal(t.result, RESULT_OK);
    assert_int_equal(t.csv->n_rows, 2);
    assert_string_equal(t.csv->rows[0].cells[1], "North, the \"old\" house\r\nsecond line");
    assert_int_equal(t.csv->rows[1].line, 4);
    assert_string_equal(t.csv->rows[1].cells[1], "South");
    done(&t);
    t = PARSE("code,name\nn,\"North\ns,South\n");
    assert_int_equal(t.result, RESULT_INPUT);
    assert_null(t.csv);
    assert_int_equal(findings_total(t.findings), 1);
    done(&t);
}

static void trailing_separators_and_empty_rows_do_not_matter(void **state) {
    (void)state;
    struct table t = PARSE("\n Code ,NAME\nn,North,,,\n,,\n\ns\n");
    assert_int_equal(t.result, RESULT_OK);
    assert_int_equal(t.csv->n_rows, 2);
    assert_string_equal(t.csv->header.cells[1], "name");
    assert_int_equal(t.csv->rows[0].n_cells, 2);
    assert_int_equal(t.csv->rows[1].line, 6);
    assert_string_equal(csv_cell(&t.csv->rows[1], 1), "");
    assert_string_equal(csv_cell(&t.csv->rows[1], -1), "");
    assert_int_equal(csv_column(t.csv, "name"), 1);
    assert_int_equal(csv_column(t.csv, "parent"), -1);
    done(&t);
}

static void lines_that_end_with_cr_alone_are_lines(void **state) {
    (void)state;
    expect(PARSE("code;name\rn;North\rs;South\r"), "UTF-8", ';', "n", "North");
}

static void no_cell_written_is_a_formula_and_no_number_is_touched(void **state) {
    (void)state;
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    struct csv_writer w = {.out = out};
    csv_text(&w, "=1+1");
    csv_text(&w, "-5");
    csv_text(&w, "@x");
    csv_text(&w, "plain");
    csv_text(&w, "a \"b\", c");
    csv_integer(&w, -5);
    csv_number(&w, -0.1);
    csv_number(&w, 1.0 / 0.0);
    csv_end(&w);
    csv_text(&w, "");
    csv_end(&w);
    fclose(out);
    assert_string_equal(text, "\"'=1+1\",\"'-5\",\"'@x\",plain,\"a \"\"b\"\", c\",-5,-0.10000000000000001,\r\n\r\n");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comma_semicolon_and_tab_are_found_out),
        cmocka_unit_test(a_line_that_names_the_separator_is_no_row),
        cmocka_unit_test(utf8_is_read_with_and_without_a_mark),
        cmocka_unit_test(utf16_is_read_in_both_byte_orders),
        cmocka_unit_test(windows_1252_is_what_is_left),
        cmocka_unit_test(a_row_without_meaning_is_named),
        cmocka_unit_test(half_a_utf8_file_is_damaged_and_not_guessed_at),
        cmocka_unit_test(a_lone_surrogate_and_a_cut_file_are_damage),
        cmocka_unit_test(what_is_no_text_is_refused),
        cmocka_unit_test(quotes_hold_separators_line_breaks_and_quotes),
        cmocka_unit_test(trailing_separators_and_empty_rows_do_not_matter),
        cmocka_unit_test(lines_that_end_with_cr_alone_are_lines),
        cmocka_unit_test(no_cell_written_is_a_formula_and_no_number_is_touched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
