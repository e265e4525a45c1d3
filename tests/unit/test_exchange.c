/* rooms: exchange instrument base */
/* Files of other systems that nobody has to trust: broken, cut, far too large, made to do harm. Each is refused with
 * its own sentence, and nothing else happens. Zips are made here, so that no bomb lies in the repository. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "exchange/condition.h"
#include "exchange/exchange.h"

struct world {
    struct arena *arena;
    struct texts *texts;
    struct findings *list, *findings;
    struct exchange_made made;
    enum result result;
};

static int begin(void **state) {
    struct world *w = calloc(1, sizeof *w);
    assert_true(sodium_init() >= 0);
    w->arena = arena_new();
    w->list = findings_new();
    w->findings = findings_new();
    assert_int_equal(texts_load(&w->texts, NULL, w->findings), RESULT_OK);
    *state = w;
    return 0;
}

static int end(void **state) {
    struct world *w = *state;
    findings_free(w->list);
    findings_free(w->findings);
    texts_free(w->texts);
    arena_free(w->arena);
    free(w);
    return 0;
}

static void import(struct world *w, const char *file, struct str bytes) {
    findings_free(w->list);
    findings_free(w->findings);
    w->list = findings_new();
    w->findings = findings_new();
    const struct exchange_source source = {.file = file, .bytes = bytes, .name = "form", .texts = w->texts};
    w->result = exchange_import(&w->made, w->arena, &source, w->list, w->findings);
}

static void import_text(struct world *w, const char *file, const char *text) {
    import(w, file, str_of(text));
}

static void assert_refused(struct world *w, const char *code) {
    assert_int_equal(w->result, RESULT_INPUT);
    assert_int_equal(w->made.n_files, 0);
    if (!findings_have(w->findings, code, 0))
        findings_write_text(w->findings, w->texts, "en", stderr);
    assert_true(findings_have(w->findings, code, 0));
}

static void assert_holds(struct world *w, const char *text) {
    assert_int_equal(w->result, RESULT_OK);
    if (!strstr(w->made.files[0].text.p, text))
        print_message("%s\nis not in\n%s\n", text, w->made.files[0].text.p);
    assert_non_null(strstr(w->made.files[0].text.p, text));
}

/* --- Workbooks -----------------------------------------------------------------------------------------------------*/

struct part {
    const char *name;
    struct str content;
};

static const char workbook[] =
    "<workbook xmlns:r=\"r\"><sheets><sheet name=\"survey\" sheetId=\"1\" r:id=\"a\"/></sheets>"
    "</workbook>";
static const char relations[] =
    "<Relationships><Relationship Id=\"a\" Target=\"worksheets/sheet1.xml\"/></Relationships>";

/* A zip of the parts, with the workbook and its relations before them. */
static struct str make_zip(struct world *w, const struct part *parts, size_t n, bool whole) {
    zip_error_t error;
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, &error);
    assert_non_null(zip);
    zip_source_keep(source);
    if (whole) {
        zip_file_add(zip, "xl/workbook.xml", zip_source_buffer(zip, workbook, sizeof workbook - 1, 0), 0);
        zip_file_add(zip, "xl/_rels/workbook.xml.rels", zip_source_buffer(zip, relations, sizeof relations - 1, 0), 0);
    }
    for (size_t i = 0; i < n; i++)
        zip_file_add(zip, parts[i].name, zip_source_buffer(zip, parts[i].content.p, parts[i].content.n, 0), 0);
    assert_int_equal(zip_close(zip), 0);
    zip_source_open(source);
    zip_source_seek(source, 0, SEEK_END);
    const zip_int64_t size = zip_source_tell(source);
    zip_source_seek(source, 0, SEEK_SET);
    char *bytes = arena_alloc(w->arena, (size_t)size);
    assert_int_equal(zip_source_read(source, bytes, (zip_uint64_t)size), size);
    zip_source_close(source);
    zip_source_free(source);
    return (struct str){bytes, (size_t)size};
}

static struct str make_workbook(struct world *w, const char *sheet) {
    const struct part part = {"xl/worksheets/sheet1.xml", str_of(sheet)};
    return make_zip(w, &part, 1, true);
}

#define CELL(text) "<c t=\"inlineStr\"><is><t>" text "</t></is></c>"
static const char good_sheet[] = "<worksheet><sheetData><row>" CELL("type") CELL("name")
    CELL("label") "</row><row>" CELL("text") CELL("a") CELL("What?") "</row></sheetData></worksheet>";

static void a_small_workbook_without_addresses_is_read(void **state) {
    struct world *w = *state;
    import(w, "form.xlsx", make_workbook(w, good_sheet));
    assert_holds(w, "[question.a]\ntype = text\nlabel = \"What?\"");
}

static void a_workbook_cut_anywhere_is_refused_and_never_a_crash(void **state) {
    struct world *w = *state;
    const struct str bytes = make_workbook(w, good_sheet);
    for (size_t n = 1; n < bytes.n; n += n < 64 ? 1 : 7) {
        char *cut = malloc(n); /* so that the sanitizer sees one byte too many */
        memcpy(cut, bytes.p, n);
        import(w, "form.xlsx", (struct str){cut, n});
        assert_int_not_equal(w->result, RESULT_OK);
        assert_true(findings_count(w->findings, SEVERITY_ERROR) > 0);
        free(cut);
    }
}

static void a_workbook_with_any_byte_changed_is_read_or_refused(void **state) {
    struct world *w = *state;
    const struct str bytes = make_workbook(w, good_sheet);
    for (size_t i = 0; i < bytes.n; i++) {
        char *copy = malloc(bytes.n);
        memcpy(copy, bytes.p, bytes.n);
        copy[i] = (char)(copy[i] ^ 0x55);
        import(w, "form.xlsx", (struct str){copy, bytes.n});
        assert_true(w->result == RESULT_OK || findings_count(w->findings, SEVERITY_ERROR) > 0);
        free(copy);
    }
}

static void a_part_that_unpacks_to_a_hundred_times_its_size_is_refused(void **state) {
    struct world *w = *state;
    const size_t n = 40 << 20;
    char *blanks = malloc(n);
    memset(blanks, ' ', n);
    memcpy(blanks, "<worksheet>", 11);
    const struct part part = {"xl/worksheets/sheet1.xml", {blanks, n}};
    const struct str bytes = make_zip(w, &part, 1, true);
    assert_true(bytes.n < 100000);
    import(w, "bomb.xlsx", bytes);
    assert_refused(w, "exchange.zip_ratio");
    free(blanks);
}

static void a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(void **state) {
    struct world *w = *state;
    const size_t n = 60 << 20;
    char *blanks = calloc(1, n);
    const struct part parts[] = {{"xl/worksheets/sheet1.xml", {blanks, n}}, {"xl/worksheets/sheet2.xml", {blanks, n}}};
    import(w, "bomb.xlsx", make_zip(w, parts, 2, true));
    assert_refused(w, "exchange.zip_large");
    free(blanks);
}

static void a_zip_with_too_many_parts_or_no_workbook_is_refused(void **state) {
    struct world *w = *state;
    struct part parts[600];
    for (size_t i = 0; i < 600; i++)
        parts[i] = (struct part){arena_printf(w->arena, "xl/%zu", i), str_of("x")};
    import(w, "many.xlsx", make_zip(w, parts, 600, true));
    assert_refused(w, "exchange.zip_entries");
    import(w, "other.xlsx", make_zip(w, parts, 2, false));
    assert_refused(w, "exchange.zip_no_workbook");
}

static void entities_are_never_expanded_in_a_workbook(void **state) {
    struct world *w = *state;
    import(w, "bomb.xlsx",
           make_workbook(w, "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]><worksheet>&b;"
                            "</worksheet>"));
    assert_refused(w, "exchange.xml_doctype");
}

static void deep_wide_and_broken_xml_each_has_its_sentence(void **state) {
    struct world *w = *state;
    struct buf deep = BUF_INIT, wide = BUF_INIT, columns = BUF_INIT, longest = BUF_INIT;
    for (int i = 0; i < 100; i++)
        buf_text(&deep, "<a>");
    buf_text(&wide, "<worksheet");
    for (int i = 0; i < 100; i++)
        buf_printf(&wide, " a%d=\"\"", i);
    buf_text(&wide, "/>");
    buf_text(&columns, "<worksheet><sheetData><row><c r=\"ZZZ1\" t=\"str\"><v>x</v></c></row></sheetData></worksheet>");
    buf_text(&longest, "<worksheet><sheetData><row><c t=\"str\"><v>");
    for (int i = 0; i < 200000; i++)
        buf_char(&longest, 'x');
    import(w, "deep.xlsx", make_workbook(w, deep.p));
    assert_refused(w, "exchange.xml_deep");
    import(w, "wide.xlsx", make_workbook(w, wide.p));
    assert_refused(w, "exchange.xml_attributes");
    import(w, "columns.xlsx", make_workbook(w, columns.p));
    assert_refused(w, "exchange.columns");
    import(w, "long.xlsx", make_workbook(w, longest.p));
    assert_refused(w, "exchange.cell_long");
    import(w, "broken.xlsx", make_workbook(w, "<worksheet></row>"));
    assert_refused(w, "exchange.xml_broken");
    buf_free(&deep);
    buf_free(&wide);
    buf_free(&columns);
    buf_free(&longest);
}

static void errors_and_formulas_without_a_result_are_listed(void **state) {
    struct world *w = *state;
    import(w, "form.xlsx",
           make_workbook(w, "<worksheet><sheetData><row>" CELL("type") CELL("name") CELL("label")
                                CELL("required") "</row><row>" CELL("text")
                                    CELL("a") "<c t=\"e\"><v>#NAME?</v></c><c><f>1+1</f></c></row>"
                                              "<row>" CELL("text") CELL("b")
                                                  CELL("Two") "<c t=\"b\"><v>1</v></c></row></sheetData>"
                                                              "</worksheet>"));
    assert_holds(w, "[question.b]\ntype = text\nlabel = \"Two\"\nrequired = yes");
    assert_true(findings_have(w->list, "exchange.cell_error", 2));
    assert_true(findings_have(w->list, "exchange.cell_formula", 2));
    assert_true(findings_have(w->list, "exchange.text_missing", 2));
}

/* --- Texts ---------------------------------------------------------------------------------------------------------*/

static void twenty_mebibytes_are_refused_at_once(void **state) {
    struct world *w = *state;
    const size_t n = 20 << 20;
    char *bytes = calloc(1, n);
    import(w, "form.csv", (struct str){bytes, n});
    assert_refused(w, "exchange.too_large");
    free(bytes);
}

static void other_encodings_are_understood_and_damage_is_listed(void **state) {
    struct world *w = *state;
    const char latin[] = "type,name,label\ntext,a,Caf\xE9 ?\n";
    const char utf16[] = "\xFF\xFEt\0y\0p\0e\0,\0n\0a\0m\0e\0,\0l\0a\0b\0e\0l\0\n\0t\0e\0x\0t\0,\0a\0,\0\xE9\0\n";
    import_text(w, "latin.csv", latin);
    assert_holds(w, "label = \"Café ?\"");
    import(w, "utf16.csv", (struct str){utf16, sizeof utf16});
    assert_holds(w, "label = \"é\"");
    import_text(w, "damaged.csv", "type,name,label\ntext,a,\xC3\xA9 and \xFF\ntext,b,B\xC3\xA9\n");
    assert_int_equal(w->result, RESULT_OK);
    assert_true(findings_have(w->list, "exchange.damaged", 2));
    import(w, "binary.csv", (struct str){"type,name\0\n", 11});
    assert_refused(w, "exchange.binary");
}

static void missing_columns_and_open_quotes_are_named(void **state) {
    struct world *w = *state;
    import_text(w, "a.csv", "field_name,field_label\nx,y\n");
    assert_refused(w, "exchange.column_missing");
    import_text(w, "a.txt", "class\tname\ttext\nG\tx\ty\n");
    assert_refused(w, "exchange.column_missing");
    import_text(w, "a.csv", "survey\n,name,label\n,a,b\n");
    assert_refused(w, "exchange.no_type_column");
    import_text(w, "a.csv", "type,name,label\ntext,a,\"open\n");
    assert_refused(w, "exchange.quote_open");
    import_text(w, "a.csv", "a,b\n1,2\n");
    assert_refused(w, "exchange.unknown");
}

static void texts_become_plain_and_can_never_break_the_file(void **state) {
    struct world *w = *state;
    import_text(w, "form.csv",
                "type,name,label\n"
                "note,n1,\"a \"\"quoted\"\" text; with # signs \\\"\n"
                "note,n2,\"two\nlines &amp; &#233;&nbsp;&eacute; &lt;b&gt;\"\n"
                "note,n3,<b>bold</b> <i></i>and <script>alert(1)</script>on\n"
                "note,n4,${nothing and {x} ${} $\n"
                "note,n5,**bold** [here](http://x.org) &bogus; a < b\n");
    assert_holds(w, "label = \"a “quoted” text; with # signs \\\"");
    assert_holds(w, "label = \"two lines & é\u00A0é <b>\"");
    assert_holds(w, "label = \"*bold* and on\"");
    assert_holds(w, "label = \"*bold* here (http://x.org) &bogus; a < b\"");
    assert_true(findings_have(w->list, "exchange.formatting", 5));
}

static void long_texts_are_carried_over_whole(void **state) {
    struct world *w = *state;
    struct buf text = BUF_INIT;
    buf_text(&text, "type,name,label\ntext,a,");
    for (int i = 0; i < 400; i++)
        buf_printf(&text, "word%d é ", i);
    buf_text(&text, "\n");
    import_text(w, "form.csv", text.p);
    buf_free(&text);
    assert_int_equal(w->result, RESULT_OK);
    for (int i = 0; i < 400; i++)
        assert_non_null(strstr(w->made.files[0].text.p, arena_printf(w->arena, "word%d", i)));
    assert_true(findings_have(w->list, "exchange.text_notes", 2));
}

static void names_that_are_taken_reserved_or_illegal_are_changed_and_listed(void **state) {
    struct world *w = *state;
    import_text(w, "form.csv",
                "type,name,label\ntext,Wave,A\ntext,wave,B\ntext,9 lives,C\ntext,Été,D\ntext,الاسم,E\n"
                "text,a_name_that_is_much_longer_than_it_may_be,F\ntext,a_name_that_is_much_longer_than_it_can_be,G\n");
    assert_int_equal(w->result, RESULT_OK);
    static const char *const names[] = {
        "wave_2", "wave_3", "q9_lives", "ete", "q", "a_name_that_is_much_longer", "a_name_that_is_much_long_2"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_holds(w, arena_printf(w->arena, "[question.%s]", names[i]));
        assert_true(findings_have(w->list, "exchange.renamed", (int)i + 2));
    }
}

/* --- Conditions ----------------------------------------------------------------------------------------------------*/

static const char *ours(struct world *w, const char *text, enum dialect dialect) {
    const char *rest;
    struct buf out = BUF_INIT;
    const struct condition *c = condition_parse(w->arena, str_of(text), dialect, &rest);
    if (c)
        condition_write(&out, c);
    const char *written = c ? arena_copy(w->arena, out.p, out.n) : "-";
    buf_free(&out);
    return written;
}

static void every_dialect_says_the_same(void **state) {
    struct world *w = *state;
    static const struct {
        enum dialect dialect;
        const char *text, *ours;
    } cases[] = {
        {DIALECT_XLSFORM, "${a} = 'x'", "${a} = x"},
        {DIALECT_REDCAP, "[a] = \"x\"", "${a} = x"},
        {DIALECT_LIMESURVEY, "a.NAOK == 'x'", "${a} = x"},
        {DIALECT_LIMESURVEY, "a eq \"x\"", "${a} = x"},
        {DIALECT_XLSFORM, "'x' = ${a}", "${a} = x"},
        {DIALECT_XLSFORM, "3 < ${a}", "${a} > 3"},
        {DIALECT_REDCAP, "3 >= [a]", "${a} <= 3"},
        {DIALECT_REDCAP, "[a]<>'x'", "${a} != x"},
        {DIALECT_LIMESURVEY, "a != 'x y'", "${a} != 'x y'"},
        {DIALECT_XLSFORM, "${a}=1 or ${b}=2 and ${c}=3", "${a} = 1 or ${b} = 2 and ${c} = 3"},
        {DIALECT_XLSFORM, "(${a}=1 or ${b}=2) and ${c}=3", "(${a} = 1 or ${b} = 2) and ${c} = 3"},
        {DIALECT_LIMESURVEY, "!(a == 1) && (b > 2 || c < 3)", "not ${a} = 1 and (${b} > 2 or ${c} < 3)"},
        {DIALECT_XLSFORM, "not(${a} = 1 and ${b} = 2)", "not (${a} = 1 and ${b} = 2)"},
        {DIALECT_XLSFORM, "not(not(${a} = 1))", "${a} = 1"},
        {DIALECT_XLSFORM, "selected(${a}, 'x')", "selected(${a}, 'x')"},
        {DIALECT_XLSFORM, "selected( ${a} , x )", "selected(${a}, 'x')"},
        {DIALECT_XLSFORM, "(selected(${a}, x) or ${b} =  y)", "selected(${a}, 'x') or ${b} = y"},
        {DIALECT_REDCAP, "[a(x)] = '1'", "selected(${a}, 'x')"},
        {DIALECT_REDCAP, "[a(-1)] = 0", "not selected(${a}, '-1')"},
        {DIALECT_XLSFORM, "true() and ${a} = 1", "${a} = 1"},
        {DIALECT_LIMESURVEY, "1", "true()"},
        {DIALECT_LIMESURVEY, "", "true()"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(ours(w, cases[i].text, cases[i].dialect), cases[i].ours);
}

static void what_cannot_be_said_is_refused_and_never_guessed(void **state) {
    struct world *w = *state;
    static const struct {
        enum dialect dialect;
        const char *text;
    } cases[] = {
        {DIALECT_XLSFORM, "${a} + 1 > 2"},
        {DIALECT_XLSFORM, "${a} = ${b}"},
        {DIALECT_XLSFORM, "${a}"},
        {DIALECT_XLSFORM, "${a} ="},
        {DIALECT_XLSFORM, "${a} = 1 extra"},
        {DIALECT_XLSFORM, "(${a} = 1"},
        {DIALECT_XLSFORM, "${a = 1"},
        {DIALECT_XLSFORM, "/data/a = 1"},
        {DIALECT_XLSFORM, ". > 1"},
        {DIALECT_XLSFORM, "pulldata('x', 'y') = 1"},
        {DIALECT_XLSFORM, "selected(${a})"},
        {DIALECT_XLSFORM, "${a} == 1"},
        {DIALECT_REDCAP, "[event][a] = 1"},
        {DIALECT_REDCAP, "[a:value] = 1"},
        {DIALECT_REDCAP, "[a(1)] > 1"},
        {DIALECT_REDCAP, "sum([a],[b]) > 1"},
        {DIALECT_LIMESURVEY, "a = 1"},
        {DIALECT_LIMESURVEY, "a.shown == 'x'"},
        {DIALECT_LIMESURVEY, "self.NAOK == 'x'"},
        {DIALECT_LIMESURVEY, "123X4X5 == 'x'"},
        {DIALECT_LIMESURVEY, "count(a, b) > 1"},
        {DIALECT_LIMESURVEY, "1 == 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(ours(w, cases[i].text, cases[i].dialect), "-");
    struct buf deep = BUF_INIT;
    for (int i = 0; i < 100000; i++)
        buf_char(&deep, '(');
    assert_string_equal(ours(w, deep.p, DIALECT_XLSFORM), "-");
    buf_clear(&deep);
    for (int i = 0; i < 100000; i++)
        buf_text(&deep, "not ");
    assert_string_equal(ours(w, deep.p, DIALECT_REDCAP), "-");
    buf_free(&deep);
}

/* --- .lss ----------------------------------------------------------------------------------------------------------*/

static void a_structure_cut_anywhere_is_refused(void **state) {
    struct world *w = *state;
    static const char text[] =
        "<document><questions><rows><row><qid>1</qid><type>S</type><title>a</title><question>A</question></row></rows>"
        "</questions></document>";
    import_text(w, "a.lss", text);
    assert_holds(w, "[question.a]");
    for (size_t n = 1; n < sizeof text - 1; n++) {
        char *cut = malloc(n);
        memcpy(cut, text, n);
        import(w, "a.lss", (struct str){cut, n});
        assert_refused(w, "exchange.xml_broken");
        free(cut);
    }
}

static void entities_are_never_expanded_in_a_structure(void **state) {
    struct world *w = *state;
    import_text(w, "a.lss",
                "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><document><questions>"
                "<rows><row><qid>1</qid><type>S</type><title>a</title><question>&x;</question></row></rows></questions>"
                "</document>");
    assert_refused(w, "exchange.xml_doctype");
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
        TEST(a_small_workbook_without_addresses_is_read),
        TEST(a_workbook_cut_anywhere_is_refused_and_never_a_crash),
        TEST(a_workbook_with_any_byte_changed_is_read_or_refused),
        TEST(a_part_that_unpacks_to_a_hundred_times_its_size_is_refused),
        TEST(a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked),
        TEST(a_zip_with_too_many_parts_or_no_workbook_is_refused),
        TEST(entities_are_never_expanded_in_a_workbook),
        TEST(deep_wide_and_broken_xml_each_has_its_sentence),
        TEST(errors_and_formulas_without_a_result_are_listed),
        TEST(twenty_mebibytes_are_refused_at_once),
        TEST(other_encodings_are_understood_and_damage_is_listed),
        TEST(missing_columns_and_open_quotes_are_named),
        TEST(texts_become_plain_and_can_never_break_the_file),
        TEST(long_texts_are_carried_over_whole),
        TEST(names_that_are_taken_reserved_or_illegal_are_changed_and_listed),
        TEST(every_dialect_says_the_same),
        TEST(what_cannot_be_said_is_refused_and_never_guessed),
        TEST(a_structure_cut_anywhere_is_refused),
        TEST(entities_are_never_expanded_in_a_structure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
