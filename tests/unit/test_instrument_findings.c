/* rooms: instrument base
 * Every mistake in an instrument file is said, with its line, in one run. */
#include "instrument_fixture.h"

#include <stdio.h>

#include "base/texts.h"

#define CONSTRUCT "[construct.c]\nlabel = C\nlevel = team\nscale = agree5\nitem.c1 = \"One.\"\n" /* lines 13-17 */

/* Exactly one finding, with this code, at this line; an error unless the code is a warning's. */
static void expect_one(struct fixture *x, const char *text, const char *code, int line, enum severity severity) {
    load_texts(x, text, NULL);
    if (findings_total(x->findings) != 1 || !findings_have(x->findings, code, line)) {
        print_findings(x);
        fail_msg("expected only %s at line %d", code, line);
    }
    assert_int_equal(findings_count(x->findings, severity), 1);
    assert_int_equal(x->result, severity == SEVERITY_ERROR ? RESULT_INPUT : RESULT_OK);
    assert_true((x->instrument == NULL) == (severity == SEVERITY_ERROR));
}

#define ERROR(text, code, line) expect_one(x, text, code, line, SEVERITY_ERROR)
#define WARNING(text, code, line) expect_one(x, text, code, line, SEVERITY_WARNING)

static const char *value_of(const struct fixture *x, size_t finding, const char *name) {
    const struct finding *f = findings_at(x->findings, finding);
    for (size_t i = 0; i < f->n_args; i++) {
        if (strcmp(f->names[i], name) == 0) {
            return f->values[i];
        }
    }
    return "";
}

static void twenty_mistakes_are_reported_in_one_run_sorted_by_line(void **state) {
    struct fixture *x = *state;
    static const struct {
        int line;
        const char *code;
    } expected[] = {
        {7, "key.unknown.meant"},
        {12, "ini.text_lost"},
        {15, "scale.side_unknown"},
        {17, "scale.gap"},
        {27, "construct.domain.meant"},
        {28, "value.word.meant"},
        {29, "construct.scale.meant"},
        {30, "construct.strategy"},
        {32, "text.placeholder"},
        {33, "ini.duplicate_key"},
        {34, "item.reverse_alone.meant"},
        {36, "construct.empty"},
        {42, "value.word.meant"},
        {46, "name.taken"},
        {52, "ini.quote_open"},
        {53, "relevant.later"},
        {58, "choice.twice"},
        {60, "section.unknown.meant"},
        {64, "page.unknown.meant"},
        {68, "ini.name_capital"},
    };
    x->result = instrument_load(&x->instrument, "tests/data/instruments/twenty-mistakes.ini", x->findings);
    assert_int_equal(x->result, RESULT_INPUT);
    assert_null(x->instrument);
    if (findings_total(x->findings) != 20) {
        print_findings(x);
    }
    assert_int_equal(findings_total(x->findings), 20);
    for (size_t i = 0; i < 20; i++) {
        const struct finding *f = findings_at(x->findings, i);
        assert_int_equal(f->place.line, expected[i].line);
        assert_string_equal(f->code, expected[i].code);
    }
}

static char *written(const struct fixture *x, const char *language) {
    struct findings *none = findings_new();
    struct texts *texts;
    assert_int_equal(texts_load(&texts, NULL, none), RESULT_OK);
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    findings_write_text(x->findings, texts, language, out);
    fclose(out);
    texts_free(texts);
    findings_free(none);
    return text;
}

static void findings_are_sentences_in_english_and_french(void **state) {
    struct fixture *x = *state;
    (void)!instrument_load(&x->instrument, "tests/data/instruments/twenty-mistakes.ini", x->findings);
    char *english = written(x, "en"), *french = written(x, "fr");
    assert_non_null(strstr(english,
                           "tests/data/instruments/twenty-mistakes.ini:29: error: construct “leadership” names the "
                           "scale “agre5”, which is not defined; did you mean “agree5”?\n"));
    assert_non_null(strstr(french, ":29: erreur"));
    assert_non_null(strstr(french, "cite l’échelle « agre5 », qui n’est pas définie"));
    assert_null(strstr(english, "finding."));
    assert_null(strstr(french, "finding."));
    assert_null(strchr(english, '{')); /* every value was filled in */
    assert_null(strchr(french, '{'));
    free(english);
    free(french);
}

static void the_survey_section_must_say_what_this_is(void **state) {
    struct fixture *x = *state;
    ERROR("[scale.agree5]\n1 = a\n2 = b\n[construct.c]\nlabel = C\nlevel = team\nscale = agree5\nitem.c1 = \"One.\"\n",
          "survey.missing", 0);
    load_texts(x, "[survey]\nminutes = 10\n[question.q]\ntype = text\nlabel = \"Q\"\n", NULL);
    assert_int_equal(findings_count(x->findings, SEVERITY_ERROR), 4);
    assert_string_equal(value_of(x, 0, "key"), "schema");
    assert_string_equal(value_of(x, 1, "key"), "name");
    assert_string_equal(value_of(x, 2, "key"), "version");
    assert_string_equal(value_of(x, 3, "key"), "title");
    ERROR("[survey]\nschema = 2\nname = t\nversion = 1\ntitle = T\n[question.q]\ntype = text\nlabel = \"Q\"\n",
          "value.only", 2);
    ERROR("[survey]\nschema = 1\nname = t/t\nversion = 1\ntitle = T\n[question.q]\ntype = text\nlabel = \"Q\"\n",
          "survey.name", 3);
    ERROR("[survey]\nschema = 1\nname = t\nversion = 1 b\ntitle = T\n[question.q]\ntype = text\nlabel = \"Q\"\n",
          "survey.version", 4);
    ERROR("[survey]\nschema = 1\nname = t\nversion = 1\ntitle = T\nlanguage = english\n[question.q]\ntype = "
          "text\nlabel = Q\n",
          "survey.language", 6);
    ERROR("[survey]\nschema = 1\nname = t\nversion = 1\ntitle = T\n", "survey.empty", 0);
}

static void an_empty_or_unreadable_file_is_no_instrument(void **state) {
    struct fixture *x = *state;
    load_texts(x, "", NULL);
    assert_int_equal(x->result, RESULT_INPUT);
    assert_true(findings_have(x->findings, "survey.missing", 0));
    load_texts(x, "\xFF\xFE", NULL);
    assert_int_equal(x->result, RESULT_INPUT);
    assert_true(findings_have(x->findings, "ini.utf16", 1));
    start_again(x);
    assert_int_equal(instrument_load(&x->instrument, "tests/data/instruments/none.ini", x->findings), RESULT_INPUT);
    assert_int_equal(findings_total(x->findings), 1);
}

static void unknown_sections_are_errors_and_unknown_keys_are_warnings(void **state) {
    struct fixture *x = *state;
    ERROR(HEAD CONSTRUCT "[items]\nx = 1\n", "section.unknown", 18);
    ERROR(HEAD CONSTRUCT "[constuct.d]\nlabel = D\n", "section.unknown.meant", 18);
    assert_string_equal(value_of(x, 0, "meant"), "construct.d");
    ERROR(HEAD CONSTRUCT "[survey.more]\nx = 1\n", "section.survey", 18);
    WARNING(HEAD CONSTRUCT "lable = C\n", "key.unknown.meant", 18);
    assert_string_equal(value_of(x, 0, "meant"), "label");
    WARNING(HEAD CONSTRUCT "colour = red\n", "key.unknown", 18);
    WARNING(HEAD CONSTRUCT "itm.c2 = \"Two.\"\n", "key.unknown.meant", 18);
    assert_string_equal(value_of(x, 0, "meant"), "item.c2");
    WARNING(HEAD CONSTRUCT "item.c1.revers = yes\n", "key.unknown.meant", 18);
    assert_string_equal(value_of(x, 0, "meant"), "item.c1.reverse");
    WARNING(HEAD CONSTRUCT "item.c1.hint = \"H\"\n", "key.unknown", 18);
    load_texts(x, HEAD CONSTRUCT "[page]\nask = c\n", NULL);
    assert_true(findings_have(x->findings, "section.no_name", 18));
}

static void names_are_legal_free_and_used_once(void **state) {
    struct fixture *x = *state;
    ERROR(HEAD CONSTRUCT "item.2c = \"Two.\"\n", "name.illegal", 18);
    ERROR(HEAD CONSTRUCT "item.c-2 = \"Two.\"\n", "name.illegal", 18);
    ERROR(HEAD CONSTRUCT "item.abcdefghijklmnopqrstuvwxyz0 = \"27 letters.\"\n", "name.illegal", 18);
    load_texts(x, HEAD CONSTRUCT "item.abcdefghijklmnopqrstuvwxyz = \"26 letters.\"\n", NULL);
    assert_int_equal(x->result, RESULT_OK);
    ERROR(HEAD CONSTRUCT "item.organisation = \"Ours.\"\n", "name.reserved", 18);
    ERROR(HEAD CONSTRUCT "[question.csrf]\ntype = text\nlabel = Q\n", "name.reserved", 18);
    ERROR(HEAD CONSTRUCT "[question.with]\ntype = text\nlabel = Q\n", "name.reserved", 18);
    ERROR(HEAD CONSTRUCT "[question.c1]\ntype = text\nlabel = Q\n", "name.taken", 18);
    assert_string_equal(value_of(x, 0, "line"), "17");
    ERROR(HEAD CONSTRUCT "[question.c]\ntype = text\nlabel = Q\n", "name.taken", 18);
    ERROR(HEAD CONSTRUCT "[construct.d]\nlabel = D\nlevel = team\nscale = agree5\nitem.c1 = \"Again.\"\n", "name.taken",
          22);
    WARNING(HEAD CONSTRUCT "item.c2_r = \"Two.\"\n", "item.looks_reversed", 18);
}

#define SURVEY "[survey]\nschema = 1\nname = test\nversion = 1\ntitle = \"Test\"\n"
#define ON_SCALE "[construct.c]\nlabel = C\nlevel = team\nscale = s\nitem.c1 = \"One.\"\n" /* lines 6-10 */

static void scales_have_two_to_eleven_points_in_a_row(void **state) {
    struct fixture *x = *state;
    ERROR(SURVEY ON_SCALE "[scale.s]\n1 = a\n", "scale.points", 11);
    ERROR(SURVEY ON_SCALE "[scale.s]\n", "scale.points", 11);
    ERROR(SURVEY ON_SCALE "[scale.s]\n0=a\n1=b\n2=c\n3=d\n4=e\n5=f\n6=g\n7=h\n8=i\n9=j\n10=k\n11=l\n", "scale.points",
          11);
    load_texts(x, SURVEY ON_SCALE "[scale.s]\n0=a\n1=b\n2=c\n3=d\n4=e\n5=f\n6=g\n7=h\n8=i\n9=j\n10=k\n", NULL);
    assert_int_equal(x->result, RESULT_OK);
    ERROR(SURVEY ON_SCALE "[scale.s]\n1 = a\n3 = b\n", "scale.gap", 11);
    ERROR(SURVEY ON_SCALE "[scale.s]\n1 = a\n2 = b\n02 = c\n", "scale.code_twice", 14);
    ERROR(SURVEY ON_SCALE "[scale.s]\n1 = a\n2 = b\n99999 = c\n", "scale.code", 14);
    ERROR(SURVEY ON_SCALE "[scale.s]\n1 = a\n2 =\n3 = c\n", "key.empty", 13);
    ERROR(SURVEY ON_SCALE "[scale.s]\n1 = a\n2 = b\n3 = c ; see\n", "ini.text_lost", 14);
}

static void sides_of_a_scale_name_its_codes_and_do_not_overlap(void **state) {
    struct fixture *x = *state;
    ERROR(SURVEY ON_SCALE "[scale.s]\n1 = a\n2 = b\nfavourable = 3\n", "scale.side_unknown", 14);
    ERROR(SURVEY ON_SCALE "[scale.s]\n1 = a\n2 = b\nunfavourable = one\n", "scale.side_unknown", 14);
    ERROR(SURVEY ON_SCALE "[scale.s]\n1 = a\n2 = b\nfavourable = 1, 2\nunfavourable = 2\n", "scale.side_both", 15);
    ERROR(SURVEY ON_SCALE "[scale.s]\n1 = a\n2 = b\nfavourable = 2,\n", "value.list", 14);
    ERROR(SURVEY ON_SCALE "[scale.s]\n1 = a\n2 = b\nfavorable = 2\n", "scale.key.meant", 14);
    assert_string_equal(value_of(x, 0, "meant"), "favourable");
    ERROR(SURVEY ON_SCALE "[scale.s]\n1 = a\n2 = b\nlabel = \"A scale\"\n", "scale.key", 14);
    ERROR(SURVEY ON_SCALE "[scale.s]\n1 = a\n2 = b\nnot-applicable = \"No\"\n", "scale.key", 14);
}

static void references_to_scales_and_domains_are_checked_with_a_hint(void **state) {
    struct fixture *x = *state;
    ERROR(HEAD "[construct.c]\nlabel = C\nlevel = team\nscale = agre5\nitem.c1 = \"One.\"\n", "construct.scale.meant",
          16);
    assert_string_equal(value_of(x, 0, "meant"), "agree5");
    ERROR(HEAD "[construct.c]\nlabel = C\nlevel = team\nscale = often\nitem.c1 = \"One.\"\n", "construct.scale", 16);
    ERROR(HEAD CONSTRUCT "domain = inner\n", "construct.domain", 18);
    ERROR(HEAD CONSTRUCT "domain = innr\n[domain.inner]\nlabel = I\n", "construct.domain.meant", 18);
    WARNING(HEAD CONSTRUCT "[scale.other]\n1 = a\n2 = b\n", "scale.unused", 18);
    WARNING(HEAD CONSTRUCT "[domain.inner]\nlabel = I\n", "domain.unused", 18);
    WARNING(HEAD CONSTRUCT "[placeholder.thing]\ndefault = \"the thing\"\n", "placeholder.unused", 18);
}

static void construct_values_are_checked(void **state) {
    struct fixture *x = *state;
    ERROR(HEAD CONSTRUCT "answered_by = staf\n", "value.word.meant", 18);
    ERROR(HEAD CONSTRUCT "answered_by = everyone\n", "value.word", 18);
    ERROR(HEAD CONSTRUCT "higher = barier\n", "value.word.meant", 18);
    ERROR(HEAD CONSTRUCT "required = maybe\n", "value.word", 18);
    ERROR(HEAD CONSTRUCT "min_answered = 1.5\n", "value.range", 18);
    ERROR(HEAD CONSTRUCT "min_answered = -0.1\n", "value.range", 18);
    ERROR(HEAD CONSTRUCT "min_answered = 50%\n", "value.number", 18);
    ERROR(HEAD CONSTRUCT "min_answered = 0,5\n", "value.number", 18);
    ERROR(HEAD CONSTRUCT "item.c1.reverse = true\n", "value.word", 18);
    ERROR(HEAD CONSTRUCT "item.c7.reverse = yes\n", "item.reverse_alone.meant", 18);
    ERROR(HEAD CONSTRUCT "strategies = eric.0\n", "construct.strategy", 18);
    ERROR(HEAD CONSTRUCT "strategies = eric.74\n", "construct.strategy", 18);
    ERROR(HEAD CONSTRUCT "strategies = eric33\n", "construct.strategy", 18);
    ERROR(HEAD CONSTRUCT "strategies = eric.3, , eric.4\n", "value.list", 18);
    WARNING(HEAD CONSTRUCT "strategies = eric.3, eric.3\n", "construct.strategy_twice", 18);
    ERROR(HEAD CONSTRUCT "hint =\n", "key.empty", 18);
    ERROR(HEAD CONSTRUCT "item.c2 = Leaders ask ; and listen\n", "ini.text_lost", 18);
    ERROR(HEAD "[construct.c]\nlevel = team\nscale = agree5\nitem.c1 = \"One.\"\n", "key.missing", 13);
    assert_string_equal(value_of(x, 0, "key"), "label");
    ERROR(HEAD "[construct.c]\nlabel = C\nscale = agree5\nitem.c1 = \"One.\"\n", "key.missing", 13);
    ERROR(HEAD "[construct.c]\nlabel = C\nlevel = team\nitem.c1 = \"One.\"\n[construct.d]\nlabel = D\nlevel = team\n"
               "scale = agree5\nitem.d1 = \"One.\"\n",
          "key.missing", 13);
    ERROR(HEAD CONSTRUCT "[construct.d]\nlabel = D\nlevel = team\nscale = agree5\n", "construct.empty", 18);
}

#define Q HEAD CONSTRUCT "[question.q]\nlabel = \"Q\"\n" /* lines 18-19 */

static void question_values_are_checked_against_the_type(void **state) {
    struct fixture *x = *state;
    ERROR(Q, "key.missing", 18);
    ERROR(Q "type = select_one\n", "value.word", 20);
    ERROR(Q "type = choice\n", "question.choices", 18);
    ERROR(Q "type = choice\nchoices = a: \"A\"\n", "question.choices", 18);
    ERROR(Q "type = choice\nchoices = a: \"A\" | a: \"B\" | b: \"B\"\n", "choice.twice", 21);
    ERROR(Q "type = choice\nchoices = a: \"A\" | b | c: \"C\"\n", "choice.label", 21);
    ERROR(Q "type = choice\nchoices = a: \"A\" | Boss: \"B\" | c: \"C\"\n", "choice.code", 21);
    ERROR(Q "type = choice\nchoices = a: \"A\" | b: \"B\" |\n", "choice.code", 21);
    ERROR(Q "type = choices\nchoices = a: \"A\" | b: \"B\"\ngroup = yes\n", "question.key_type", 22);
    ERROR(Q "type = text\nchoices = a: \"A\" | b: \"B\"\n", "question.key_type", 21);
    ERROR(Q "type = text\nchoice.a = \"A\"\n", "question.key_type", 21);
    ERROR(Q "type = number\ncomment = yes\n", "question.key_type", 21);
    ERROR(Q "type = date\nrows = 3\n", "question.key_type", 21);
    ERROR(Q "type = note\nrequired = yes\n", "question.key_type", 21);
    ERROR(Q "type = text\nminimum = 3\n", "question.key_type", 21);
    ERROR(Q "type = number\nminimum = 3\nmaximum = 2\n", "question.limits", 18);
    ERROR(Q "type = number\nminimum = low\n", "value.number", 21);
    ERROR(Q "type = text\nrows = 0\n", "value.range", 21);
    ERROR(Q "type = text\nrows = 2.5\n", "value.integer", 21);
    struct buf b = BUF_INIT;
    buf_text(&b, Q "type = choice\n");
    for (int i = 1; i <= 65; i++) {
        buf_printf(&b, "choice.c%d = \"%d\"\n", i, i);
    }
    ERROR(b.p, "choice.too_many", 85);
    buf_free(&b);
}

#define TWO                                                                                                            \
    HEAD CONSTRUCT "[question.q]\ntype = choice\nlabel = \"Q\"\nchoices = manager: \"M\" | other: \"O\"\n" /* 18-21 */

static void pages_ask_everything_once(void **state) {
    struct fixture *x = *state;
    ERROR(TWO "[page.p]\nask = c\n", "page.missing", 18);
    ERROR(TWO "[page.p]\nask = c, q\n[page.r]\nask = q\n", "page.twice", 25);
    ERROR(TWO "[page.p]\nask = c, q, c\n", "page.twice", 23);
    ERROR(TWO "[page.p]\nask = c, q, qq\n", "page.unknown.meant", 23);
    ERROR(TWO "[page.p]\nask = c, q, c1\n", "page.unknown.meant", 23); /* items are asked with their construct */
    ERROR(TWO "[page.p]\nask = c, q, else\n", "page.unknown", 23);
    load_texts(x, TWO "[page.p]\nlabel = P\n[page.r]\nask = c, q\n", NULL);
    assert_true(findings_have(x->findings, "key.missing", 22));
    ERROR(TWO "[page.a-b]\nask = c, q\n", "name.illegal", 22);
}

static void conditions_look_back_at_what_is_known(void **state) {
    struct fixture *x = *state;
    ERROR(TWO "relevant = \"${nobody} = 1\"\n", "expression.name", 22);
    ERROR(TWO "relevant = \"${cl} = 1\"\n", "expression.name.meant", 22);
    assert_string_equal(value_of(x, 0, "meant"), "c1");
    ERROR(TWO "relevant = \"${c1} == 1\"\n", "expression.sign", 22);
    assert_int_equal(findings_at(x->findings, 0)->place.column, 19); /* of the line */
    ERROR(TWO "relevant = \"${c1} = 6\"\n", "relevant.code", 22);
    ERROR(TWO "relevant = \"${c1} = n\"\n", "relevant.code.meant", 22);
    ERROR(TWO "relevant = \"${q} = manager\"\n", "relevant.same_page", 22);
    ERROR(HEAD "[construct.c]\nlabel = C\nlevel = team\nscale = agree5\nrelevant = \"${q} = a\"\nitem.c1 = \"One.\"\n"
               "[question.q]\ntype = choice\nlabel = \"Q\"\nchoices = a: \"A\" | b: \"B\"\n",
          "relevant.later", 17);
    ERROR(TWO "[page.p]\nask = q\n[page.r]\nask = c\nrelevant = \"${q} = boss\"\n", "relevant.code", 26);
    ERROR(TWO "[page.p]\nask = q\n[page.r]\nask = c\nrelevant = \"${q} = manger\"\n", "relevant.code.meant", 26);
    ERROR(TWO "[page.p]\nask = q, c\nrelevant = \"${q} = manager\"\n", "relevant.same_page", 24);
    ERROR(HEAD CONSTRUCT "[question.y]\ntype = number\nlabel = Y\n[question.d]\ntype = date\nlabel = D\n"
                         "relevant = \"${y} > many\"\n",
          "relevant.number", 24);
    ERROR(HEAD CONSTRUCT "[question.y]\ntype = date\nlabel = Y\n[question.d]\ntype = date\nlabel = D\n"
                         "relevant = \"${y} > 2027\"\n",
          "relevant.date", 24);
    WARNING(TWO "[question.o]\ntype = text\nlabel = O\nanswered_by = both\nrelevant = \"${q} = other\"\n",
            "relevant.audience", 26);
    ERROR(TWO "[question.o]\ntype = text\nlabel = O\nrelevant = \"${q} < other\"\n", "relevant.order", 25);
}

static void the_place_of_a_wrong_condition_is_a_column_of_its_line(void **state) {
    struct fixture *x = *state;
    ERROR(TWO "[question.o]\ntype = text\nlabel = O\n  relevant = \"${c1} = 1 and ${q} = oter\"\n",
          "relevant.code.meant", 25);
    assert_int_equal(findings_at(x->findings, 0)->place.column, 15 + 21);
    ERROR(TWO "[question.o]\ntype = text\nlabel = O\nrelevant = ${c1} = 1 and ${nothing} = 2\n", "expression.name", 25);
    assert_int_equal(findings_at(x->findings, 0)->place.column, 12 + 14);
    ERROR(TWO "[question.o]\ntype = text\nlabel = O\nrelevant = \"${c1} = 1 and \\\n ${nothing} = 2\"\n",
          "expression.name", 25);
    assert_int_equal(findings_at(x->findings, 0)->place.column, 16); /* joined lines: of the value */
}

#define LATER(condition)                                                                                               \
    "[question.n]\ntype = number\nlabel = N\nminimum = 0\nmaximum = 10\n"                                              \
    "[question.d]\ntype = date\nlabel = D\n[question.t]\ntype = choices\nlabel = T\nchoices = a: A | b: B | e: E\n"    \
    "[question.o]\ntype = text\nlabel = O\nrelevant = \"" condition "\"\n" /* lines 22-35 + 4 */

static void good(struct fixture *x, const char *text) {
    load_texts(x, text, NULL);
    if (findings_total(x->findings) != 0) {
        print_findings(x);
        fail_msg("not without findings: %s", text);
    }
}

static void what_no_answers_can_lead_to_is_a_warning(void **state) {
    struct fixture *x = *state;
    WARNING(TWO LATER("${q} = manager and ${q} = other"), "relevant.never_asked", 37);
    WARNING(TWO LATER("${c1} > 3 and ${c1} < 3"), "relevant.never_asked", 37);
    WARNING(TWO LATER("${c1} = na and ${c1} >= 1"), "relevant.never_asked", 37);
    WARNING(TWO LATER("${n} > 10"), "relevant.never_asked", 37);
    WARNING(TWO LATER("${n} < 0 or ${n} > 3 and ${n} < 3"), "relevant.never_asked", 37);
    WARNING(TWO LATER("${d} > 2027-01-31 and ${d} < 2027-01-01"), "relevant.never_asked", 37);
    WARNING(TWO LATER("${t} = a and selected(${t}, b)"), "relevant.never_asked", 37);
    WARNING(TWO LATER("not (${q} = other or ${q} != other)"), "relevant.never_asked", 37);
    good(x, TWO LATER("${c1} > 2 and ${c1} < 4"));
    good(x, TWO LATER("${n} > 2 and ${n} < 3 and ${d} > 2027-01-01 and ${d} < 2027-01-03"));
    good(x, TWO LATER("selected(${t}, a) and selected(${t}, b) and not selected(${t}, e)"));
    good(x, TWO LATER("${q} != manager and ${q} != other")); /* who does not answer */
}

/* A random condition over c1 (1-5, na), q (manager, other) and n (0-10). */
static void write_condition(struct buf *out, uint32_t *seed, int depth) {
    static const char *const comparisons[] = {"${c1} > 3", "${c1} < 3",      "${c1} = na",   "${c1} != 2",
                                              "${c1} = 4", "${q} = manager", "${q} = other", "${q} != manager",
                                              "${n} > 5",  "${n} <= 5",      "${n} = 7",     "${n} < 0",
                                              "${n} != 5", "not ${n} >= 2",  "${c1} >= 5",   "not ${q} = other"};
    *seed = *seed * 1664525u + 1013904223u;
    const uint32_t pick = *seed >> 12;
    if (depth == 0) {
        buf_text(out, comparisons[pick % 16]);
        return;
    }
    buf_char(out, '(');
    write_condition(out, seed, depth - 1);
    buf_text(out, pick % 4 == 0 ? " or " : " and ");
    write_condition(out, seed, depth - 1);
    buf_char(out, ')');
}

/* Do any answers, of all that there are to these three, show the last question? */
static bool is_ever_shown(struct fixture *x) {
    static const char *const ratings[] = {"", "1", "2", "3", "4", "5", "na"}, *const roles[] = {"", "manager", "other"},
                             *const numbers[] = {"", "0", "1.5", "2", "5", "6", "7", "10"};
    const struct instrument *in = x->instrument;
    const struct block last = {.question = &in->questions[in->n_questions - 1]};
    for (int i = 0; i < 7 * 3 * 8; i++) {
        struct answers *a = answers_new(x->arena, in);
        (void)answer_set(x->arena, a, (size_t)instrument_field(in, "c1"), str_of(ratings[i % 7]));
        (void)answer_set(x->arena, a, (size_t)instrument_field(in, "q"), str_of(roles[i / 7 % 3]));
        (void)answer_set(x->arena, a, (size_t)instrument_field(in, "n"), str_of(numbers[i / 21]));
        if (block_is_shown(&last, a, AUDIENCE_STAFF)) {
            return true;
        }
    }
    return false;
}

static void a_warning_that_nothing_leads_there_is_never_wrong_and_never_missing(void **state) {
    struct fixture *x = *state;
    struct buf text = BUF_INIT;
    uint32_t seed = 7;
    int never = 0;
    for (int round = 0; round < 600; round++) {
        buf_clear(&text);
        buf_text(&text, TWO "[question.n]\ntype = number\nlabel = N\nminimum = 0\nmaximum = 10\n"
                            "[question.o]\ntype = text\nlabel = O\nrelevant = \"");
        write_condition(&text, &seed, 1 + round % 3);
        buf_text(&text, "\"\n");
        load_texts(x, text.p, NULL);
        assert_int_equal(x->result, RESULT_OK);
        bool warned = findings_have(x->findings, "relevant.never_asked", 0);
        if (warned == is_ever_shown(x)) {
            fail_msg("%s: %s", warned ? "can be shown" : "is never shown", text.p);
        }
        never += warned;
        arena_free(x->arena);
        x->arena = arena_new();
    }
    assert_in_range(never, 60, 540);
    buf_free(&text);
}

static void what_hidden_answers_would_be_needed_for_is_never_met(void **state) {
    struct fixture *x = *state;
    WARNING(TWO "[question.o]\ntype = text\nlabel = O\nrelevant = \"${q} = other\"\n"
                "[question.r]\ntype = text\nlabel = R\nrelevant = \"${q} = manager and ${o} = 'x'\"\n",
            "relevant.never_asked", 29);
    WARNING(TWO "[page.a]\nask = q\n[page.b]\nask = c\nrelevant = \"${q} = manager and ${q} = other\"\n",
            "relevant.never_shown", 26);
}

static void texts_are_checked_in_every_language(void **state) {
    struct fixture *x = *state;
    ERROR(HEAD CONSTRUCT "item.c2 = \"Do ${inovation}.\"\n[placeholder.innovation]\ndefault = \"${innovation}\"\n",
          "text.placeholder.meant", 18);
    ERROR(HEAD CONSTRUCT "item.c2 = \"Do ${c1}.\"\n", "text.placeholder_answer", 18);
    ERROR(HEAD CONSTRUCT "item.c2 = \"Do ${this.\"\n", "text.placeholder_open", 18);
    WARNING(HEAD CONSTRUCT "item.c2 = \"Do <b>this</b>.\"\n", "text.markup", 18);
    load_texts(x, HEAD CONSTRUCT, "[construct.c]\nitem.c1 = \"Faire ${chose}.\"\n");
    assert_int_equal(x->result, RESULT_INPUT);
    assert_int_equal(findings_total(x->findings), 1);
    assert_true(findings_have(x->findings, "text.placeholder", 2));
    assert_string_equal(findings_at(x->findings, 0)->place.file, "test.fr.ini");
}

/* One warning in the translation; the instrument can be used. */
static void warn_french(struct fixture *x, const char *french, const char *code, int line) {
    load_texts(x, TWO, french);
    if (findings_total(x->findings) != 1 || !findings_have(x->findings, code, line)) {
        print_findings(x);
        fail_msg("expected only %s at line %d", code, line);
    }
    assert_string_equal(findings_at(x->findings, 0)->place.file, "test.fr.ini");
    assert_int_equal(x->result, RESULT_OK);
}

static void a_translation_of_something_unknown_is_a_warning(void **state) {
    struct fixture *x = *state;
    warn_french(x, "[construct.c]\nitem.cl = \"Un.\"\n", "translation.key.meant", 2);
    assert_string_equal(value_of(x, 0, "meant"), "item.c1");
    warn_french(x, "[construct.c]\ncouleur = \"Rouge\"\n", "translation.key", 2);
    warn_french(x, "[construct.c]\nlevel = team\n", "translation.not_text", 2);
    warn_french(x, "[constructs.c]\nlabel = \"C\"\n", "translation.section.meant", 1);
    warn_french(x, "[question.autre]\nlabel = \"Q\"\n", "translation.section", 1);
    warn_french(x, "[question.q]\nchoices = manger: \"M\" | other: \"A\"\n", "translation.choice.meant", 2);
    warn_french(x, "[question.q]\nchoice.chef = \"M\"\n", "translation.key", 2);
    load_texts(x, TWO, "[survey]\nlanguage = de\n");
    assert_int_equal(x->result, RESULT_INPUT);
    assert_true(findings_have(x->findings, "translation.language", 2));
    load_texts(x, TWO, "[construct.c]\nlabel = \"C\n");
    assert_int_equal(x->result, RESULT_INPUT);
    assert_true(findings_have(x->findings, "ini.quote_open", 2));
    load_texts(
        x,
        "[survey]\nschema = 1\nname = t\nversion = 1\ntitle = T\nlanguage = fr\n[question.q]\ntype = text\nlabel = Q\n",
        "[survey]\ntitle = \"T\"\n");
    assert_true(findings_have(x->findings, "translation.twice", 0));
}

/* Any piece of a good file left out or doubled: never a crash, and never silence about an instrument that is refused.
 */
static void damaged_files_are_refused_with_a_finding_or_load(void **state) {
    struct fixture *x = *state;
    FILE *in = fopen("tests/data/instruments/complete.ini", "r");
    assert_non_null(in);
    static char text[8000], damaged[8200];
    size_t n = fread(text, 1, sizeof text, in);
    fclose(in);
    uint32_t seed = 7;
    for (int round = 0; round < 400; round++) {
        seed = seed * 1664525u + 1013904223u;
        size_t from = (seed >> 8) % n, length = 1 + (seed >> 3) % 90;
        if (from + length > n) {
            length = n - from;
        }
        bool doubled = round % 2;
        memcpy(damaged, text, from);
        size_t m = from;
        if (doubled) {
            memcpy(damaged + m, text + from, length);
            m += length;
        }
        memcpy(damaged + m, text + from + (doubled ? 0 : length), n - from - (doubled ? 0 : length));
        m += n - from - (doubled ? 0 : length);
        struct instrument_file files[] = {{"", {damaged, m}}};
        start_again(x);
        x->result = instrument_parse(&x->instrument, "damaged.ini", files, 1, x->findings);
        assert_true((x->result == RESULT_OK) == (x->instrument != NULL));
        assert_true((x->result == RESULT_OK) == (findings_count(x->findings, SEVERITY_ERROR) == 0));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        PROMISE(twenty_mistakes_are_reported_in_one_run_sorted_by_line),
        PROMISE(findings_are_sentences_in_english_and_french),
        PROMISE(the_survey_section_must_say_what_this_is),
        PROMISE(an_empty_or_unreadable_file_is_no_instrument),
        PROMISE(unknown_sections_are_errors_and_unknown_keys_are_warnings),
        PROMISE(names_are_legal_free_and_used_once),
        PROMISE(scales_have_two_to_eleven_points_in_a_row),
        PROMISE(sides_of_a_scale_name_its_codes_and_do_not_overlap),
        PROMISE(references_to_scales_and_domains_are_checked_with_a_hint),
        PROMISE(construct_values_are_checked),
        PROMISE(question_values_are_checked_against_the_type),
        PROMISE(pages_ask_everything_once),
        PROMISE(conditions_look_back_at_what_is_known),
        PROMISE(the_place_of_a_wrong_condition_is_a_column_of_its_line),
        PROMISE(what_no_answers_can_lead_to_is_a_warning),
        PROMISE(a_warning_that_nothing_leads_there_is_never_wrong_and_never_missing),
        PROMISE(what_hidden_answers_would_be_needed_for_is_never_met),
        PROMISE(texts_are_checked_in_every_language),
        PROMISE(a_translation_of_something_unknown_is_a_warning),
        PROMISE(damaged_files_are_refused_with_a_finding_or_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
