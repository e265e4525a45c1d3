/* rooms: instrument base
 * The language of `relevant`. */
#include "instrument_fixture.h"

#include <stdio.h>

#include "instrument/expression.h"

static const char *const survey =
    "[survey]\nschema = 1\nname = t\nversion = 1\ntitle = T\n"
    "[scale.s]\n-1 = a\n0 = b\n1 = c\nna = \"n\"\n[construct.c]\nlabel = C\nlevel = team\nscale = s\nitem.c1 = One\n"
    "[question.role]\ntype = choice\nlabel = R\nchoices = manager: M | front: F | other: O\n"
    "[question.tools]\ntype = choices\nlabel = T\nchoices = a: A | b: B | c: C\n"
    "[question.years]\ntype = number\nlabel = Y\n[question.since]\ntype = date\nlabel = S\n"
    "[question.words]\ntype = text\nlabel = W\n";

enum { C1, ROLE, TOOLS, YEARS, SINCE, WORDS, FIELDS };
static const char *const names[FIELDS] = {"c1", "role", "tools", "years", "since", "words"};

static struct answers *blank(struct fixture *x) {
    if (!x->instrument) {
        load_texts(x, survey, NULL);
        assert_int_equal(x->result, RESULT_OK);
    }
    return answers_new(x->arena, x->instrument);
}

static const struct expression *parsed(struct fixture *x, const char *text) {
    struct place place = {"test.ini", 7, 0};
    const struct expression *e = expression_parse(x->arena, str_of(text), place, names, FIELDS, x->findings);
    if (!e) {
        print_findings(x);
        fail_msg("cannot be parsed: %s", text);
    }
    return e;
}

static void type(struct fixture *x, struct answers *a, size_t field, const char *typed) {
    assert_true(answer_set(x->arena, a, field, str_of(typed)));
}

#define HOLDS(text) assert_true(expression_holds(parsed(x, text), a))
#define FAILS(text) assert_false(expression_holds(parsed(x, text), a))

static void no_condition_is_true(void **state) {
    struct fixture *x = *state;
    assert_true(expression_holds(NULL, blank(x)));
}

static void ratings_are_compared_as_numbers(void **state) {
    struct fixture *x = *state;
    struct answers *a = blank(x);
    type(x, a, C1, "-1");
    HOLDS("${c1} = -1");
    HOLDS("${c1}<0");
    HOLDS("${c1} <= -1");
    HOLDS("${c1} > -2");
    HOLDS("${c1} >= -1.5");
    HOLDS("${c1} != 0");
    FAILS("${c1} = 1");
    FAILS("${c1} != -1");
    FAILS("${c1} = na");
}

static void an_answer_outside_the_scale_equals_its_own_code_only(void **state) {
    struct fixture *x = *state;
    struct answers *a = blank(x);
    type(x, a, C1, "na");
    HOLDS("${c1} = na");
    HOLDS("${c1} = 'na'");
    FAILS("${c1} != na");
    HOLDS("${c1} != 1");
    FAILS("${c1} >= -1");
    FAILS("${c1} = 0");
}

static void choices_are_compared_by_their_code(void **state) {
    struct fixture *x = *state;
    struct answers *a = blank(x);
    type(x, a, ROLE, "front");
    HOLDS("${role} = front");
    HOLDS("${role} != manager");
    HOLDS("selected(${role}, 'front')");
    FAILS("${role} = 'manager'");
    FAILS("${role} < manager");
    FAILS("selected(${role}, other)");
}

static void selected_looks_among_ticked_boxes(void **state) {
    struct fixture *x = *state;
    struct answers *a = blank(x);
    type(x, a, TOOLS, "a c");
    HOLDS("selected(${tools}, 'a')");
    HOLDS("selected ( ${tools} , c )");
    FAILS("selected(${tools}, 'b')");
    FAILS("${tools} = a"); /* not the only one */
    HOLDS("${tools} != a");
    struct answers *one = answers_new(x->arena, x->instrument);
    type(x, one, TOOLS, "b");
    assert_true(expression_holds(parsed(x, "${tools} = b"), one));
}

static void numbers_dates_and_texts_are_compared_in_their_own_way(void **state) {
    struct fixture *x = *state;
    struct answers *a = blank(x);
    type(x, a, YEARS, "2.5");
    type(x, a, SINCE, "2027-01-31");
    type(x, a, WORDS, "two words");
    HOLDS("${years} > 2 and ${years} < 3");
    HOLDS("${years} = 2.50");
    FAILS("${years} = ten");
    HOLDS("${since} >= 2027-01-31 and ${since} < '2027-02-01'");
    FAILS("${since} > 2027-01-31");
    HOLDS("${words} = 'two words'");
    FAILS("${words} = two");
    FAILS("${words} > a");
}

static void an_unanswered_reference_is_unequal_and_nothing_else(void **state) {
    struct fixture *x = *state;
    struct answers *a = blank(x);
    static const char *const signs[] = {"=", "<", "<=", ">", ">="};
    for (size_t i = 0; i < 5; i++) {
        FAILS(arena_printf(x->arena, "${c1} %s 0", signs[i]));
        FAILS(arena_printf(x->arena, "${years} %s 0", signs[i]));
    }
    HOLDS("${c1} != 0");
    HOLDS("${role} != manager");
    FAILS("selected(${tools}, a)");
    HOLDS("not selected(${tools}, a)");
    (void)answer_set(x->arena, a, C1, str_of("7"));
    HOLDS("${c1} != 0"); /* an answer that is not acceptable is none */
    FAILS("${c1} = 7");
}

static void not_binds_tighter_than_and_and_and_tighter_than_or(void **state) {
    struct fixture *x = *state;
    struct answers *a = blank(x);
    type(x, a, C1, "1");
    HOLDS("${c1} = 1 or ${c1} = 0 and ${c1} = -1");
    FAILS("(${c1} = 1 or ${c1} = 0) and ${c1} = -1");
    HOLDS("not ${c1} = 0 or ${c1} = 1");
    FAILS("not (${c1} = 0 or ${c1} = 1)");
    HOLDS("not ${c1} = 0 and ${c1} = 1");
    HOLDS("not not ${c1} = 1");
    HOLDS("((${c1} = 1))");
}

static void refused(struct fixture *x, const char *text, const char *code, int column) {
    struct place place = {"test.ini", 7, 0};
    findings_free(x->findings);
    x->findings = findings_new();
    const struct expression *e = expression_parse(x->arena, str_of(text), place, names, FIELDS, x->findings);
    assert_null(e);
    if (findings_total(x->findings) != 1 || strcmp(findings_at(x->findings, 0)->code, code) != 0 ||
        findings_at(x->findings, 0)->place.column != column) {
        fail_msg("%s: %s at %d", text, findings_at(x->findings, 0)->code, findings_at(x->findings, 0)->place.column);
    }
    assert_int_equal(findings_at(x->findings, 0)->place.line, 7);
}

static void a_wrong_condition_is_named_with_its_place(void **state) {
    struct fixture *x = *state;
    refused(x, "", "expression.end", 1);
    refused(x, "role = manager", "expression.expected", 1);
    refused(x, "${role = manager", "expression.reference_open", 1);
    refused(x, "${role}", "expression.end", 8);
    refused(x, "${role} == manager", "expression.sign", 9);
    refused(x, "${role} <> manager", "expression.sign", 9);
    refused(x, "${role} is manager", "expression.sign", 9);
    refused(x, "${role} =", "expression.end", 10);
    refused(x, "${role} = and", "expression.literal", 11);
    refused(x, "${role} = 'manager", "expression.quote_open", 11);
    refused(x, "${role} = ${tools}", "expression.two_references", 11);
    refused(x, "${role} = 'é' ${c1} = 1", "expression.rest", 15);
    refused(x, "${role} = a && ${c1} = 1", "expression.rest", 13);
    refused(x, "(${role} = a", "expression.parenthesis", 1);
    refused(x, "${role} = a)", "expression.rest", 12);
    refused(x, "selected(${tools})", "expression.selected", 9);
    refused(x, "selected ${tools}, a", "expression.selected", 9);
    refused(x, "not", "expression.end", 4);
    refused(x, "${role} = a or", "expression.end", 15);
    refused(x, "${rol} = a", "expression.name.meant", 1);
    refused(x, "${c1} = 1 and ${nothing} = a", "expression.name", 15);
    char deep[200];
    memset(deep, '(', 150);
    strcpy(deep + 150, "${c1} = 1");
    refused(x, deep, "expression.deep", 41);
}

static void every_unknown_name_is_reported(void **state) {
    struct fixture *x = *state;
    struct place place = {"test.ini", 7, 0};
    assert_null(expression_parse(x->arena, str_of("${one} = 1 or ${two} = 2"), place, names, FIELDS, x->findings));
    assert_int_equal(findings_total(x->findings), 2);
}

struct seen {
    size_t n;
    int fields[8];
    struct str literals[8];
};

static void see(void *context, int field, struct str literal) {
    struct seen *s = context;
    s->fields[s->n] = field;
    s->literals[s->n++] = literal;
}

static void references_are_visited_in_order(void **state) {
    struct fixture *x = *state;
    struct seen s = {0};
    expression_each_reference(parsed(x, "not (${c1} = 1 or selected(${tools}, 'a')) and ${words} != ''"), see, &s);
    assert_int_equal(s.n, 3);
    assert_int_equal(s.fields[0], C1);
    assert_int_equal(s.fields[1], TOOLS);
    assert_int_equal(s.fields[2], WORDS);
    assert_true(str_is(s.literals[1], "a"));
    assert_true(str_is(s.literals[2], ""));
    expression_each_reference(NULL, see, &s);
    assert_int_equal(s.n, 3);
}

/* A plain evaluator to hold the other against: random conditions over a field of each type are written out while their
 * value is computed from the answers as they were typed, with as few parentheses as the rules of precedence allow. It
 * knows nothing but strings and the C library. */
struct made {
    struct buf text;
    uint32_t seed;
    const char *typed[FIELDS]; /* NULL: no answer */
};

static uint32_t next(struct made *m, uint32_t n) {
    m->seed = m->seed * 1664525u + 1013904223u;
    return (m->seed >> 16) % n;
}

enum { EQUAL, UNEQUAL, LESS, AT_MOST, MORE, AT_LEAST, SIGNS };

/* `order` is below, at or above 0. */
static bool by_order(uint32_t sign, double order) {
    const bool holds[SIGNS] = {order == 0, order != 0, order<0, order <= 0, order> 0, order >= 0};
    return holds[sign];
}

static bool is_written_as_number(const char *s) {
    return s[strspn(s, "-.0123456789")] == '\0';
}

static bool plainly(uint32_t field, uint32_t sign, const char *literal, const char *typed) {
    if (!typed) {
        return sign == UNEQUAL;
    }
    if (field == SINCE) {
        return by_order(sign, strcmp(typed, literal));
    }
    bool numbers = (field == C1 || field == YEARS) && is_written_as_number(typed) && is_written_as_number(literal);
    if (numbers) {
        return by_order(sign, atof(typed) - atof(literal));
    }
    bool same = strcmp(typed, literal) == 0;
    return sign == EQUAL ? same : sign == UNEQUAL && !same;
}

static bool is_ticked(const char *typed, const char *code) {
    return typed && strstr(typed, code); /* codes of one letter */
}

static const char *const literals[FIELDS][5] = {{"-1", "0", "1", "na", "0.5"},
                                                {"manager", "front", "other", "boss", "front"},
                                                {"a", "b", "c", "d", "a"},
                                                {"0", "2", "2.5", "10", "-3"},
                                                {"2026-12-31", "2027-01-01", "2027-01-31", "2027-02-01", "2028-02-29"},
                                                {"x", "two words", "X", "1", "été"}};
static const char *const answers_typed[FIELDS][6] = {
    {"-1", "0", "1", "na", "1", "0"},
    {"manager", "front", "other", "front", "other", "manager"},
    {"a", "b", "a b", "a b c", "b c", "c"},
    {"0", "2", "2.5", "10", "2.25", "-3"},
    {"2026-12-31", "2027-01-01", "2027-01-31", "2027-02-01", "2028-02-29", "2027-01-02"},
    {"x", "two words", "X", "1", "été", "y"}};

static bool make_comparison(struct made *m) {
    static const char *const signs[SIGNS] = {"=", "!=", "<", "<=", ">", ">="};
    static const char *const spaces[] = {"", " ", "  "};
    uint32_t field = next(m, FIELDS), sign = next(m, SIGNS + 2);
    const char *literal = literals[field][next(m, 5)], *typed = m->typed[field];
    bool bare = field != WORDS && next(m, 2);
    const char *quote = bare ? "" : next(m, 2) ? "'" : "\"";
    if (sign >= SIGNS) {
        buf_printf(&m->text, "selected(${%s},%s%s%s%s)", names[field], spaces[next(m, 3)], quote, literal, quote);
        return field == TOOLS ? is_ticked(typed, literal) : typed && plainly(field, EQUAL, literal, typed);
    }
    buf_printf(&m->text, "${%s}%s%s%s%s%s%s", names[field], spaces[next(m, 3)], signs[sign], spaces[next(m, 3)], quote,
               literal, quote);
    return plainly(field, sign, literal, typed);
}

/* `rank`: 0 may write or, 1 may write and, 2 is a single thing. */
static bool make(struct made *m, int rank, int depth) {
    if (rank == 2) {
        uint32_t kind = depth > 4 ? 0 : next(m, 4);
        bool value;
        if (kind == 1) {
            buf_text(&m->text, "not ");
            return !make(m, 2, depth + 1);
        }
        if (kind != 2) {
            return make_comparison(m);
        }
        buf_char(&m->text, '(');
        value = make(m, 0, depth + 1);
        buf_char(&m->text, ')');
        return value;
    }
    bool value = make(m, rank + 1, depth + 1);
    for (uint32_t n = next(m, 3); n > 0; n--) {
        buf_text(&m->text, rank == 0 ? " or " : " and ");
        bool right = make(m, rank + 1, depth + 1);
        value = rank == 0 ? value || right : value && right;
    }
    return value;
}

static void random_conditions_mean_what_a_plain_evaluator_says(void **state) {
    struct fixture *x = *state;
    struct made m = {.text = BUF_INIT, .seed = 1};
    const int rounds = getenv("READINESS_LONG") ? 1000000 : 6000;
    int held = 0, tried = 0;
    for (int round = 0; round < rounds; round++) {
        struct answers *a = blank(x);
        for (size_t f = 0; f < FIELDS; f++) {
            uint32_t which = next(&m, 8);
            m.typed[f] = which < 6 ? answers_typed[f][which] : NULL;
            if (m.typed[f]) {
                type(x, a, f, m.typed[f]);
            }
        }
        buf_clear(&m.text);
        bool expected = make(&m, 0, 0);
        if (m.text.n > 900) {
            continue;
        }
        bool holds = expression_holds(parsed(x, m.text.p), a);
        if (holds != expected) {
            fail_msg("%s with c1 %s, role %s, tools %s, years %s, since %s, words %s: expected %d", m.text.p,
                     m.typed[C1], m.typed[ROLE], m.typed[TOOLS], m.typed[YEARS], m.typed[SINCE], m.typed[WORDS],
                     expected);
        }
        held += holds;
        tried++;
        if (round % 1000 == 999) { /* conditions and answers of these rounds are not needed any more */
            arena_free(x->arena);
            x->arena = arena_new();
        }
    }
    assert_true(tried > rounds * 3 / 4);
    assert_in_range(held, tried / 5, tried * 4 / 5);
    buf_free(&m.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        PROMISE(no_condition_is_true),
        PROMISE(ratings_are_compared_as_numbers),
        PROMISE(an_answer_outside_the_scale_equals_its_own_code_only),
        PROMISE(choices_are_compared_by_their_code),
        PROMISE(selected_looks_among_ticked_boxes),
        PROMISE(numbers_dates_and_texts_are_compared_in_their_own_way),
        PROMISE(an_unanswered_reference_is_unequal_and_nothing_else),
        PROMISE(not_binds_tighter_than_and_and_and_tighter_than_or),
        PROMISE(a_wrong_condition_is_named_with_its_place),
        PROMISE(every_unknown_name_is_reported),
        PROMISE(references_are_visited_in_order),
        PROMISE(random_conditions_mean_what_a_plain_evaluator_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
