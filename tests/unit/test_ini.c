/* rooms: base
 * What iniparser 4.1 does with odd files, row by row, and what our loader says about them. The first half of each test
 * pins the library, so that another version cannot change the meaning of files silently; the second pins ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <iniparser/iniparser.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ini.h"
#include "base/str.h"

struct fixture {
    struct arena *arena;
    struct findings *findings;
    struct ini *ini;
    enum result result;
    dictionary *raw;
};

static int quiet_errors;

__attribute__((format(printf, 1, 2))) static int quiet(const char *format, ...) {
    (void)format;
    return ++quiet_errors;
}

/* What iniparser alone makes of the bytes; NULL when it refuses. */
static void load_raw(struct fixture *x, const char *text, size_t n) {
    if (x->raw) {
        iniparser_freedict(x->raw);
    }
    int fd = memfd_create("raw", MFD_CLOEXEC);
    assert_int_equal(write(fd, text, n), (ssize_t)n);
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    quiet_errors = 0;
    iniparser_set_error_callback(quiet);
    x->raw = iniparser_load(path);
    iniparser_set_error_callback(NULL);
    close(fd);
}

static const char *raw_value(struct fixture *x, const char *text, const char *key) {
    load_raw(x, text, strlen(text));
    assert_non_null(x->raw);
    return iniparser_getstring(x->raw, key, NULL);
}

static void parse_bytes(struct fixture *x, const char *text, size_t n) {
    arena_free(x->arena);
    findings_free(x->findings);
    x->arena = arena_new();
    x->findings = findings_new();
    x->result = ini_parse(&x->ini, x->arena, "test.ini", (struct str){text, n}, x->findings);
}

static void parse(struct fixture *x, const char *text) {
    parse_bytes(x, text, strlen(text));
}

/* Exactly one finding, with this code at this line. */
static void expect_finding(struct fixture *x, const char *text, const char *code, int line) {
    parse(x, text);
    if (findings_total(x->findings) != 1 || !findings_have(x->findings, code, line)) {
        for (size_t i = 0; i < findings_total(x->findings); i++) {
            print_message("%d: %s\n", findings_at(x->findings, i)->place.line, findings_at(x->findings, i)->code);
        }
        fail_msg("expected only %s at line %d for:\n%s", code, line, text);
    }
    assert_int_equal(x->result, RESULT_INPUT);
}

static void expect_read(struct fixture *x, const char *text, const char *key, const char *value) {
    parse(x, text);
    assert_int_equal(x->result, RESULT_OK);
    assert_int_equal(findings_total(x->findings), 0);
    const struct ini_key *k = ini_find(x->ini, "a", key);
    assert_non_null(k);
    assert_string_equal(k->value, value);
}

static int setup(void **state) {
    struct fixture *x = calloc(1, sizeof *x);
    *state = x;
    return x ? 0 : -1;
}

static int teardown(void **state) {
    struct fixture *x = *state;
    arena_free(x->arena);
    findings_free(x->findings);
    if (x->raw) {
        iniparser_freedict(x->raw);
    }
    free(x);
    return 0;
}

static void capitals_in_names_are_refused_because_the_library_folds_them(void **state) {
    struct fixture *x = *state;
    assert_string_equal(raw_value(x, "[Sec]\nKey = Value\n", "sec:key"), "Value");
    load_raw(x, "[a]\nKLJUČ = 1\n", strlen("[a]\nKLJUČ = 1\n"));
    assert_string_equal(x->raw->key[1], "a:kljuČ");

    expect_finding(x, "[Scale.agree]\nkey = 1\n", "ini.name_capital", 1);
    expect_finding(x, "[a]\n\nKey = 1\n", "ini.name_capital", 3);
    assert_string_equal(ini_find(x->ini, "a", "key")->value, "1");
    expect_finding(x, "[a]\nključ = 1\n", "ini.name_character", 2);
    expect_finding(x, "[a]\nitem lead = 1\n", "ini.name_space", 2);
}

static void a_duplicate_key_is_refused_and_the_first_is_named(void **state) {
    struct fixture *x = *state;
    assert_string_equal(raw_value(x, "[a]\nk = 1\nm = 2\nk = 3\n", "a:k"), "3");
    assert_string_equal(x->raw->key[1], "a:k");

    expect_finding(x, "[a]\nk = 1\nm = 2\nk = 3\n", "ini.duplicate_key", 4);
    const struct finding *f = findings_at(x->findings, 0);
    assert_string_equal(f->names[2], "line");
    assert_string_equal(f->values[2], "2");
    assert_string_equal(ini_find(x->ini, "a", "k")->value, "1");
}

static void a_duplicate_section_is_refused(void **state) {
    struct fixture *x = *state;
    assert_string_equal(raw_value(x, "[a]\nk = 1\n[b]\nk = 2\n[A]\nm = 3\n", "a:m"), "3");

    expect_finding(x, "[a]\nk = 1\n[b]\nk = 2\n[a]\nm = 3\n", "ini.duplicate_section", 5);
    parse(x, "[a]\nk = 1\n[A]\nm = 3\n");
    assert_true(findings_have(x->findings, "ini.name_capital", 3));
    assert_true(findings_have(x->findings, "ini.duplicate_section", 3));
}

static void text_behind_an_unquoted_semicolon_or_hash_is_never_lost_silently(void **state) {
    struct fixture *x = *state;
    assert_string_equal(raw_value(x, "[a]\nk = Yes; maybe\n", "a:k"), "Yes");
    assert_string_equal(raw_value(x, "[a]\nk = Q#1 rating\n", "a:k"), "Q");
    assert_string_equal(raw_value(x, "[a]\nk = http://x/#f\n", "a:k"), "http://x/");
    assert_string_equal(raw_value(x, "[a]\nk = #ff0000\n", "a:k"), "");

    expect_finding(x, "[a]\nk = Yes; maybe\n", "ini.text_lost", 2);
    expect_finding(x, "[a]\nk = Q#1 rating\n", "ini.text_lost", 2);
    expect_finding(x, "[a]\nk = http://x/#f\n", "ini.text_lost", 2);
    expect_finding(x, "[a]\nk = #ff0000\n", "ini.text_lost", 2);
    expect_finding(x, "[a]\nk = Does not apply ; really\n", "ini.text_lost", 2);
    expect_finding(x, "[a]\nk = Été ; été\n", "ini.text_lost", 2);
}

static void a_comment_may_stand_behind_a_code_like_value(void **state) {
    struct fixture *x = *state;
    expect_read(x, "[a]\nk = 12 ; twelve\n", "k", "12");
    assert_int_equal(ini_find(x->ini, "a", "k")->comment, ';');
    expect_read(x, "[a]\nk = eric.33, eric.27\t# two\n", "k", "eric.33, eric.27");
    assert_int_equal(ini_find(x->ini, "a", "k")->comment, '#');
    expect_read(x, "[a]\nk = a | b ; c\n", "k", "a | b");
    expect_read(x, "[a]\nk = -2 ; c\n", "k", "-2");
    expect_read(x, "[a]\nk = a: \"One thing\" | b: \"Another\"  ; c\n", "k", "a: \"One thing\" | b: \"Another\"");
    expect_read(x, "[a]\nk = \"A text.\"   ; c\n", "k", "A text.");
    assert_int_equal(ini_find(x->ini, "a", "k")->comment, 0);
    expect_read(x, "; c\n[a]\n# c\nk = no\n", "k", "no");
}

static void quoted_values_keep_everything_but_quotes(void **state) {
    struct fixture *x = *state;
    assert_string_equal(raw_value(x, "[a]\nk = \" x; y # z \"\n", "a:k"), " x; y # z ");
    assert_string_equal(raw_value(x, "[a]\nk = \"She said \\\"hi\\\"\"\n", "a:k"), "She said \\");
    assert_string_equal(raw_value(x, "[a]\nk = \"one\" two\n", "a:k"), "one");
    assert_string_equal(raw_value(x, "[a]\nk = \"no end\n", "a:k"), "no end");
    assert_string_equal(raw_value(x, "[a]\nk = 'tis fine\n", "a:k"), "tis fine");

    expect_read(x, "[a]\nk = \" x; y # z \"\n", "k", " x; y # z ");
    assert_true(ini_find(x->ini, "a", "k")->quoted);
    expect_finding(x, "[a]\nk = \"She said \\\"hi\\\"\"\n", "ini.quote_after", 2);
    expect_finding(x, "[a]\nk = \"one\" two\n", "ini.quote_after", 2);
    expect_finding(x, "[a]\nk = \"no end\n", "ini.quote_open", 2);
    expect_finding(x, "[a]\nk = 'tis fine\n", "ini.quote_single", 2);
    expect_finding(x, "[a]\nk = 'quoted'\n", "ini.quote_single", 2);
    expect_read(x, "[a]\nk = I don't know\n", "k", "I don't know");
    expect_read(x, "[a]\nk = \"\"\n", "k", "");
    expect_read(x, "[a]\nk = \"\" ; empty\n", "k", "");
}

static void quotes_inside_lists_are_kept_and_lone_ones_are_named(void **state) {
    struct fixture *x = *state;
    const char *list = "[a]\nk = m: \"Manager or supervisor\" | f: \"I work directly\"\n";
    assert_string_equal(raw_value(x, list, "a:k"), "m: \"Manager or supervisor\" | f: \"I work directly\"");
    assert_string_equal(raw_value(x, "[a]\nk = m: \"Yes; no\" | f: \"x\"\n", "a:k"), "m: \"Yes");

    expect_read(x, list, "k", "m: \"Manager or supervisor\" | f: \"I work directly\"");
    expect_finding(x, "[a]\nk = m: \"Yes; no\" | f: \"x\"\n", "ini.text_lost_in_list", 2);
    expect_finding(x, "[a]\nk = m: \"No #1\" | f: \"x\"\n", "ini.text_lost_in_list", 2);
    expect_finding(x, "[a]\nk = a 5\" pipe\n", "ini.quote_lone", 2);
}

static void typographic_quotes_and_invisible_characters_do_not_delimit(void **state) {
    struct fixture *x = *state;
    assert_string_equal(raw_value(x, "[a]\nk = “x”\n", "a:k"), "“x”");

    expect_finding(x, "[a]\nk = “A text”\n", "ini.quote_typographic", 2);
    expect_finding(x, "[a]\nk = « Un texte »\n", "ini.quote_typographic", 2);
    expect_finding(x, "[a]\nk = “A text; and more”\n", "ini.quote_typographic", 2);
    expect_finding(x, "[a]\nk = \"A text”\n", "ini.quote_open", 2);
    expect_finding(x, "[a]\nk =\u00A0\"A text\"\n", "ini.invisible", 2);
    expect_read(x, "[a]\nk = \"“A text”\"\n", "k", "“A text”");
    expect_read(x, "[a]\nk = “Ready” means able\n", "k", "“Ready” means able");
}

static void long_lines_are_refused_before_the_library_stops_at_them(void **state) {
    struct fixture *x = *state;
    char text[2200];
    snprintf(text, sizeof text, "[a]\nk = %01018d\nm = 1\n", 7); /* "k = " and 1018 digits: 1022 bytes */
    load_raw(x, text, strlen(text));
    assert_non_null(x->raw);
    snprintf(text, sizeof text, "[a]\nk = %01019d\nm = 1\n", 7);
    load_raw(x, text, strlen(text));
    assert_null(x->raw);

    snprintf(text, sizeof text, "[a]\nk = %0996d\n", 7);
    parse(x, text);
    assert_int_equal(x->result, RESULT_OK);
    snprintf(text, sizeof text, "[a]\nm = 1\nk = %0997d\nn = 2\nn = 3\n", 7);
    parse(x, text);
    assert_true(findings_have(x->findings, "ini.line_long", 3));
    assert_true(findings_have(x->findings, "ini.duplicate_key", 5)); /* reading goes on behind it */
    snprintf(text, sizeof text, "[a]\n; %0999d\n", 7);
    parse(x, text);
    assert_true(findings_have(x->findings, "ini.line_long", 2));
}

static void continued_lines_are_joined_as_the_library_joins_them(void **state) {
    struct fixture *x = *state;
    assert_string_equal(raw_value(x, "[a]\nk = one \\\n   two\n", "a:k"), "one    two");
    char text[2200];
    snprintf(text, sizeof text, "[a]\nk = %0600d\\\n%0600d\n", 7, 7);
    load_raw(x, text, strlen(text));
    assert_null(x->raw);

    expect_read(x, "[a]\nk = one \\\n   two\n", "k", "one    two");
    expect_read(x, "[a]\nk = \"one \\ \n two \\\r\nthree\"\r\nm = 1\n", "k", "one  two three");
    assert_int_equal(ini_find(x->ini, "a", "k")->line, 2);
    assert_int_equal(ini_find(x->ini, "a", "m")->line, 5);
    expect_finding(x, text, "ini.joined_long", 2);
    expect_finding(x, "[a\\\nb]\n", "ini.continued_section", 1);
}

static void a_comment_cannot_swallow_the_next_line(void **state) {
    struct fixture *x = *state;
    assert_null(raw_value(x, "[a]\n; note \\\nk = 1\nm = 2\n", "a:k"));
    assert_null(raw_value(x, "[a]\nm = 2\nk = 1\\", "a:k"));

    expect_finding(x, "[a]\n; note \\\nk = 1\n", "ini.continued_comment", 2);
    assert_string_equal(ini_find(x->ini, "a", "k")->value, "1");
    expect_finding(x, "[a]\nm = 2\nk = 1\\", "ini.continued_end", 3);
    expect_finding(x, "[a]\nm = 2\nk = 1\\\n", "ini.continued_end", 3);
}

static void values_must_be_utf8(void **state) {
    struct fixture *x = *state;
    assert_string_equal(raw_value(x, "[a]\nk = Häuser 雪\n", "a:k"), "Häuser 雪");
    assert_string_equal(raw_value(x, "[a]\nk = H\xE4user\n", "a:k"), "H\xE4user");

    expect_read(x, "[a]\nk = Häuser 雪\n", "k", "Häuser 雪");
    expect_finding(x, "[a]\nk = H\xE4user\n", "ini.utf8", 2);
    assert_string_equal(ini_find(x->ini, "a", "k")->value, "H?user");
    expect_finding(x, "[a]\nk = \xC3\n", "ini.utf8", 2);
}

static void a_byte_order_mark_is_no_part_of_the_file(void **state) {
    struct fixture *x = *state;
    load_raw(x, "\xEF\xBB\xBF[a]\nk = 1\n", strlen("\xEF\xBB\xBF[a]\nk = 1\n"));
    assert_null(x->raw);
    load_raw(x, "\xEF\xBB\xBFk = 1\n", strlen("\xEF\xBB\xBFk = 1\n"));
    assert_string_equal(x->raw->key[0], ":\xEF\xBB\xBFk");

    expect_read(x, "\xEF\xBB\xBF[a]\nk = 1\n", "k", "1");
}

static void utf16_is_refused_with_the_reason(void **state) {
    struct fixture *x = *state;
    parse_bytes(x, "\xFF\xFE[\0a\0]\0\n\0", 10);
    assert_int_equal(x->result, RESULT_INPUT);
    assert_null(x->ini);
    assert_int_equal(findings_total(x->findings), 1);
    assert_true(findings_have(x->findings, "ini.utf16", 1));
    parse_bytes(x, "\xFE\xFF\0[\0a\0]\0\n", 10);
    assert_true(findings_have(x->findings, "ini.utf16", 1));
}

static void windows_line_ends_are_fine_and_carriage_returns_alone_are_not(void **state) {
    struct fixture *x = *state;
    assert_string_equal(raw_value(x, "[a]\r\nk = 1\r\n", "a:k"), "1");
    load_raw(x, "k=1\rm=2\r", 8);
    assert_non_null(x->raw);
    assert_int_equal(x->raw->n, 1);

    expect_read(x, "[a]\r\nk = \"1\"\r\n\r\nm = 2\r\n", "k", "1");
    assert_int_equal(ini_find(x->ini, "a", "m")->line, 4);
    expect_finding(x, "[a]\rk = 1\rm = 2\r", "ini.cr_only", 1);
    assert_int_equal(ini_find(x->ini, "a", "m")->line, 3);
    expect_finding(x, "[a]\nk = 1\rm = 2\n", "ini.cr_inside", 2);
}

static void zero_bytes_and_control_characters_are_named(void **state) {
    struct fixture *x = *state;
    load_raw(x, "[a]\nk = 1\0 2\n", 13);
    assert_null(x->raw);

    parse_bytes(x, "[a]\nk = 1\0 2\n", 13);
    assert_int_equal(findings_total(x->findings), 1);
    assert_true(findings_have(x->findings, "ini.nul", 2));
    expect_finding(x, "[a]\nk = \"1\x07\"\n", "ini.control", 2);
    expect_finding(x, "[a]\nk = \"1\x7F\"\n", "ini.control", 2);
    expect_read(x, "[a]\n\tk\t=\t1\t\n", "k", "1");
}

static void a_key_needs_an_equals_sign_and_a_name(void **state) {
    struct fixture *x = *state;
    load_raw(x, "[a]\nkey\n", 8);
    assert_null(x->raw);
    load_raw(x, "[a]\nk=1\nx", 9); /* a last line of one byte */
    assert_non_null(x->raw);
    load_raw(x, "[a]\n= v\n", 8);
    assert_null(x->raw);
    load_raw(x, "[a]\nx: 1\n", 9);
    assert_null(x->raw);
    assert_string_equal(raw_value(x, "[a]\nk =\n", "a:k"), "");

    expect_finding(x, "[a]\nkey\n", "ini.no_equals", 2);
    expect_finding(x, "[a]\nk=1\nx", "ini.no_equals", 3);
    expect_finding(x, "[a]\n= v\n", "ini.no_key", 2);
    expect_finding(x, "[a]\nx: 1\n", "ini.no_equals", 2);
    expect_read(x, "[a]\nk =\n", "k", "");
    expect_read(x, "[a]\nk =  \nm=1", "m", "1");
}

static void sections_need_names_and_nothing_behind_them(void **state) {
    struct fixture *x = *state;
    assert_string_equal(raw_value(x, "k = 1\n", ":k"), "1");
    assert_string_equal(raw_value(x, "[a]\n[]\nk = 1\n", "a:k"), "1");
    assert_string_equal(raw_value(x, "[a]\n[ ]\nk = 1\n", ":k"), "1");
    load_raw(x, "[a] ; note\nk = 1\n", 17);
    assert_null(x->raw);
    assert_string_equal(raw_value(x, "[a]b]\nk = 1\n", "a:k"), "1");

    expect_finding(x, "k = 1\n", "ini.no_section", 1);
    expect_finding(x, "[a]\n[]\nk = 1\n", "ini.section_empty", 2);
    expect_finding(x, "[a]\n[ ]\nk = 1\n", "ini.section_empty", 2);
    expect_finding(x, "[a] ; note\nk = 1\n", "ini.section_after", 1);
    assert_string_equal(ini_find(x->ini, "a", "k")->value, "1");
    expect_finding(x, "[a]b]\nk = 1\n", "ini.section_after", 1);
    expect_finding(x, "[a\nk = 1\n", "ini.section_open", 1);
    assert_string_equal(ini_find(x->ini, "a", "k")->value, "1");
    expect_read(x, "  [ a ]  \n  k = 1\n", "k", "1");
}

static void colons_in_names_cannot_make_keys_collide(void **state) {
    struct fixture *x = *state;
    assert_string_equal(raw_value(x, "[a]\nb:c = 1\n[a:b]\nc = 2\n", "a:b:c"), "2");
    assert_int_equal(iniparser_getnsec(x->raw), 1);

    expect_finding(x, "[a]\nb:c = 1\n", "ini.name_colon", 2);
    assert_string_equal(ini_find(x->ini, "a", "b.c")->value, "1");
    expect_finding(x, "[a:b]\nc = 2\n", "ini.name_colon", 1);
    assert_string_equal(ini_find(x->ini, "a.b", "c")->value, "2");
}

static void file_order_is_kept(void **state) {
    struct fixture *x = *state;
    const char *text = "[z]\nq = 1\nb = 2\n[a]\ny = 3\nx = 4\n";
    load_raw(x, text, strlen(text));
    const char *const order[] = {"z", "z:q", "z:b", "a", "a:y", "a:x"};
    assert_int_equal(x->raw->n, 6);
    for (int i = 0; i < 6; i++) {
        assert_string_equal(x->raw->key[i], order[i]);
    }

    parse(x, text);
    assert_int_equal(x->result, RESULT_OK);
    assert_int_equal(x->ini->n_sections, 2);
    assert_string_equal(x->ini->sections[0].name, "z");
    assert_string_equal(x->ini->sections[0].keys[1].name, "b");
    assert_string_equal(x->ini->sections[1].keys[0].name, "y");
    assert_int_equal(x->ini->sections[1].line, 4);
    assert_null(ini_find_section(x->ini, "q"));
    assert_null(ini_find(x->ini, "z", "y"));
}

static void the_library_reports_every_syntax_error_and_we_do_too(void **state) {
    struct fixture *x = *state;
    load_raw(x, "[a]\nbad\nworse\n= x\n", 18);
    assert_null(x->raw);
    assert_int_equal(quiet_errors, 3);

    parse(x, "[a]\nbad\nworse\n= x\nB = 'q'\n");
    assert_int_equal(findings_count(x->findings, SEVERITY_ERROR), 5);
    assert_true(findings_have(x->findings, "ini.no_equals", 2));
    assert_true(findings_have(x->findings, "ini.no_equals", 3));
    assert_true(findings_have(x->findings, "ini.no_key", 4));
    assert_true(findings_have(x->findings, "ini.quote_single", 5));
    assert_true(findings_have(x->findings, "ini.name_capital", 5));
}

/* Why the library's typed getters are forbidden: ours (str_to_long and the loader's lists) take whole values or none.
 */
static void numbers_of_the_library_are_not_to_be_trusted(void **state) {
    struct fixture *x = *state;
    raw_value(x, "[a]\nb = 12abc\nc = 3,5\nd = 99999999999\ne = 010\nf = junk\n", "a:b");
    assert_int_equal(iniparser_getint(x->raw, "a:b", -1), 12);
    assert_int_equal(iniparser_getint(x->raw, "a:c", -1), 3);
    assert_int_equal(iniparser_getint(x->raw, "a:d", -1), 1215752191);
    assert_int_equal(iniparser_getint(x->raw, "a:e", -1), 8);
    assert_int_equal(iniparser_getint(x->raw, "a:f", -1), 0);
    assert_int_equal(iniparser_getboolean(x->raw, "a:b", 0), 1);

    long n;
    assert_false(str_to_long(str_of("12abc"), &n));
    assert_false(str_to_long(str_of("3,5"), &n));
    assert_true(str_to_long(str_of("99999999999"), &n));
    assert_true(n == 99999999999);
    assert_true(str_to_long(str_of("010"), &n));
    assert_int_equal(n, 10);
    assert_false(str_to_long(str_of("junk"), &n));
}

static void asking_the_library_for_a_section_as_a_number_crashes(void **state) {
    struct fixture *x = *state;
    static const char missing[] = "default";
    raw_value(x, "[a]\nk = 1\n", "a:k");
    assert_null(iniparser_getstring(x->raw, "a", missing));
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, 2);
        signal(SIGSEGV, SIG_DFL);
        _exit(iniparser_getboolean(x->raw, "a", 0) == 12345);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);

    parse(x, "[a]\nk = 1\n");
    assert_null(ini_find(x->ini, "a", "a"));
}

static void a_folder_is_not_an_empty_file(void **state) {
    struct fixture *x = *state;
    x->raw = iniparser_load("/tmp");
    assert_non_null(x->raw);
    assert_int_equal(x->raw->n, 0);

    x->arena = arena_new();
    x->findings = findings_new();
    assert_int_equal(ini_read(&x->ini, x->arena, "/tmp", NULL, x->findings), RESULT_INPUT);
    assert_null(x->ini);
    assert_int_equal(findings_total(x->findings), 1);
}

static void the_library_cannot_write_back_what_it_read(void **state) {
    struct fixture *x = *state;
    raw_value(x, "[a]\nk = x\n", "a:k");
    dictionary_set(x->raw, "a:k", "say \"hi\"; #1");
    char dumped[256] = "";
    FILE *out = fmemopen(dumped, sizeof dumped, "w");
    iniparser_dump_ini(x->raw, out);
    fclose(out);
    assert_string_not_equal(raw_value(x, dumped, "a:k"), "say \"hi\"; #1"); /* so we never write with it */
}

static void names_too_long_for_the_library_are_refused_with_their_line(void **state) {
    struct fixture *x = *state;
    char text[2200];
    memset(text, 'a', sizeof text);
    text[0] = '[';
    memcpy(text + 900, "]\n", 2);
    memcpy(text + 1800, " = 1\n", 6);
    load_raw(x, text, strlen(text));
    if (x->raw) { /* loads, but looking it up finds nothing */
        char key[2000];
        snprintf(key, sizeof key, "%.899s:%.898s", text + 1, text + 902);
        assert_null(iniparser_getstring(x->raw, key, NULL));
    }

    parse(x, text); /* two names of 899 bytes: each line is short enough, and our reading does not look keys up there */
    assert_int_equal(x->result, RESULT_OK);
    assert_string_equal(x->ini->sections[0].keys[0].value, "1");
}

static void more_keys_than_the_limit_are_refused(void **state) {
    struct fixture *x = *state;
    struct buf b = BUF_INIT;
    buf_text(&b, "[a]\n");
    for (int i = 1; i < INI_KEYS_MAX; i++) {
        buf_printf(&b, "k%d = %d\n", i, i);
    }
    parse_bytes(x, b.p, b.n);
    assert_int_equal(x->result, RESULT_OK);
    assert_string_equal(ini_find(x->ini, "a", "k9999")->value, "9999");
    buf_text(&b, "one_more = 1\nand_more = 2\n");
    expect_finding(x, b.p, "ini.too_many", INI_KEYS_MAX + 1);
    buf_clear(&b);
    for (size_t i = 0; i < (INI_FILE_MAX >> 4) + 1; i++) {
        buf_text(&b, "; fifteen bytes\n");
    }
    expect_finding(x, b.p, "ini.too_large", 0);
    assert_null(x->ini);
    buf_free(&b);
}

static void an_empty_file_has_no_sections(void **state) {
    struct fixture *x = *state;
    parse(x, "");
    assert_int_equal(x->result, RESULT_OK);
    assert_int_equal(x->ini->n_sections, 0);
    parse_bytes(x, NULL, 0);
    assert_int_equal(x->result, RESULT_OK);
    parse(x, "\n \n; only a comment\n");
    assert_int_equal(x->result, RESULT_OK);
}

/* Whatever the bytes: either the two readings agree, or a mistake is reported; never "please report this". */
static void any_bytes_are_read_alike_or_refused(void **state) {
    struct fixture *x = *state;
    static const char *const pieces[] = {"[a]", "[b]\n", "\n",      "\r\n",    "k = ", "m=",   "\"",    "'",
                                         ";",   "#",     " ",       "\t",      "\\",   "\\\n", "text",  "1, 2",
                                         "x=y", "|",     "é",       "]",       "[",    "=",    "\n",    "q",
                                         ":",   "\n",    "z = 1\n", "\"a\"\n", "“",    "\xFF", "w =\n", "A"};
    uint32_t seed = 20270131;
    int clean = 0;
    for (int round = 0; round < 20000; round++) {
        struct buf b = BUF_INIT;
        buf_text(&b, "[s]\n");
        int length = 1 + (int)(seed >> 16) % 14;
        for (int i = 0; i < length; i++) {
            seed = seed * 1664525u + 1013904223u;
            buf_text(&b, pieces[(seed >> 16) % (sizeof pieces / sizeof *pieces)]);
        }
        parse_bytes(x, b.p, b.n);
        if (findings_have(x->findings, "ini.disagree", 0) || findings_have(x->findings, "ini.library", 0)) {
            fail_msg("read in two ways:\n%s", b.p);
        }
        clean += x->result == RESULT_OK;
        buf_free(&b);
    }
    assert_in_range(clean, 1000, 19000); /* both outcomes are met often */
}

static void *parse_many(void *unused) {
    struct fixture x = {0};
    for (int i = 0; i < 200; i++) {
        parse(&x, "[a]\nk = \"1\"\nm = 2\n");
        if (x.result != RESULT_OK || strcmp(ini_find(x.ini, "a", "k")->value, "1") != 0) {
            return unused;
        }
    }
    arena_free(x.arena);
    findings_free(x.findings);
    return NULL;
}

static void several_threads_may_read_at_once(void **state) {
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, parse_many, state), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
}

#define PROMISE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        PROMISE(capitals_in_names_are_refused_because_the_library_folds_them),
        PROMISE(a_duplicate_key_is_refused_and_the_first_is_named),
        PROMISE(a_duplicate_section_is_refused),
        PROMISE(text_behind_an_unquoted_semicolon_or_hash_is_never_lost_silently),
        PROMISE(a_comment_may_stand_behind_a_code_like_value),
        PROMISE(quoted_values_keep_everything_but_quotes),
        PROMISE(quotes_inside_lists_are_kept_and_lone_ones_are_named),
        PROMISE(typographic_quotes_and_invisible_characters_do_not_delimit),
        PROMISE(long_lines_are_refused_before_the_library_stops_at_them),
        PROMISE(continued_lines_are_joined_as_the_library_joins_them),
        PROMISE(a_comment_cannot_swallow_the_next_line),
        PROMISE(values_must_be_utf8),
        PROMISE(a_byte_order_mark_is_no_part_of_the_file),
        PROMISE(utf16_is_refused_with_the_reason),
        PROMISE(windows_line_ends_are_fine_and_carriage_returns_alone_are_not),
        PROMISE(zero_bytes_and_control_characters_are_named),
        PROMISE(a_key_needs_an_equals_sign_and_a_name),
        PROMISE(sections_need_names_and_nothing_behind_them),
        PROMISE(colons_in_names_cannot_make_keys_collide),
        PROMISE(file_order_is_kept),
        PROMISE(the_library_reports_every_syntax_error_and_we_do_too),
        PROMISE(numbers_of_the_library_are_not_to_be_trusted),
        PROMISE(asking_the_library_for_a_section_as_a_number_crashes),
        PROMISE(a_folder_is_not_an_empty_file),
        PROMISE(the_library_cannot_write_back_what_it_read),
        PROMISE(names_too_long_for_the_library_are_refused_with_their_line),
        PROMISE(more_keys_than_the_limit_are_refused),
        PROMISE(an_empty_file_has_no_sections),
        PROMISE(any_bytes_are_read_alike_or_refused),
        PROMISE(several_threads_may_read_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
