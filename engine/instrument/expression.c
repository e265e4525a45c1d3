#include "instrument/expression.h"

#include <string.h>

#include "base/nearest.h"
#include "base/str.h"
#include "instrument/instrument.h"

enum operation { OP_AND, OP_OR, OP_NOT, OP_SELECTED, OP_EQUAL, OP_UNEQUAL, OP_LESS, OP_AT_MOST, OP_MORE, OP_AT_LEAST };

struct expression {
    enum operation operation;
    const struct expression *left, *right; /* and, or; not has only left */
    int field;                             /* comparisons and selected */
    struct str literal;
    bool is_number;
    double number;           /* the literal's */
    int name_at, literal_at; /* characters before the name and the literal */
};

enum { DEPTH_MAX = 40 };

struct parser {
    struct arena *arena;
    struct findings *findings;
    struct place place;
    const char *const *names;
    size_t n_names;
    struct str text;
    size_t at;
    int depth;
    bool failed;  /* the syntax is wrong, and a finding says so */
    bool unknown; /* a name is unknown; parsing goes on */
};

static struct expression *parse_or(struct parser *p);

static int characters_before(const struct parser *p, size_t at) {
    return (int)utf8_length((struct str){p->text.p, at});
}

static struct place here(const struct parser *p, size_t at) {
    struct place place = p->place;
    place.column += characters_before(p, at) + (place.column == 0);
    return place;
}

static struct expression *refuse(struct parser *p, size_t at, const char *code) {
    struct str rest = utf8_cut((struct str){p->text.p + at, p->text.n - at}, 20);
    if (rest.n == 0 && strcmp(code, "expression.quote_open") != 0) {
        code = "expression.end";
    }
    if (!p->failed) { /* what follows a syntax error is guesswork */
        finding_add(p->findings, SEVERITY_ERROR, here(p, at), code, "rest", arena_copy(p->arena, rest.p, rest.n),
                    "column", arena_printf(p->arena, "%d", characters_before(p, at) + 1), NULL);
    }
    p->failed = true;
    return NULL;
}

static void skip_blanks(struct parser *p) {
    while (p->at < p->text.n && strchr(" \t\r\n", p->text.p[p->at])) {
        p->at++;
    }
}

static bool is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
}

/* Is the next thing this sign? Then it is taken. */
static bool take_sign(struct parser *p, const char *sign) {
    size_t n = strlen(sign);
    skip_blanks(p);
    if (p->text.n - p->at < n || memcmp(p->text.p + p->at, sign, n) != 0) {
        return false;
    }
    p->at += n;
    return true;
}

static struct str peek_word(struct parser *p) {
    skip_blanks(p);
    size_t end = p->at;
    while (end < p->text.n && is_word_byte(p->text.p[end])) {
        end++;
    }
    return (struct str){p->text.p + p->at, end - p->at};
}

static bool take_word(struct parser *p, const char *word) {
    if (!str_is(peek_word(p), word)) {
        return false;
    }
    p->at += strlen(word);
    return true;
}

static struct expression *new_node(struct parser *p, enum operation operation) {
    struct expression *e = arena_alloc(p->arena, sizeof *e);
    e->operation = operation;
    return e;
}

/* ${name}; the index of the field, -1 for an unknown name, -2 when there is no reference here. */
static int parse_reference(struct parser *p) {
    skip_blanks(p);
    size_t begin = p->at;
    if (!take_sign(p, "${")) {
        return -2;
    }
    const char *end = memchr(p->text.p + p->at, '}', p->text.n - p->at);
    if (!end) {
        p->at = begin;
        refuse(p, begin, "expression.reference_open");
        return -2;
    }
    struct str name = str_trim((struct str){p->text.p + p->at, (size_t)(end - p->text.p) - p->at});
    p->at = (size_t)(end - p->text.p) + 1;
    for (size_t i = 0; i < p->n_names; i++) {
        if (str_is(name, p->names[i])) {
            return (int)i;
        }
    }
    const char *word = arena_copy(p->arena, name.p, name.n);
    const char *meant = nearest_name(word, p->names, p->n_names);
    finding_add(p->findings, SEVERITY_ERROR, here(p, begin), meant ? "expression.name.meant" : "expression.name",
                "name", word, "meant", meant ? meant : "", NULL);
    p->unknown = true;
    return -1;
}

/* A number, a bare code or a quoted string into `e`. */
static bool parse_literal(struct parser *p, struct expression *e) {
    skip_blanks(p);
    size_t begin = p->at;
    e->literal_at = characters_before(p, begin);
    char quote = p->at < p->text.n ? p->text.p[p->at] : '\0';
    if (quote == '\'' || quote == '"') {
        const char *end = memchr(p->text.p + p->at + 1, quote, p->text.n - p->at - 1);
        if (!end) {
            refuse(p, begin, "expression.quote_open");
            return false;
        }
        e->literal = (struct str){p->text.p + begin + 1, (size_t)(end - p->text.p) - begin - 1};
        p->at = (size_t)(end - p->text.p) + 1;
    } else {
        e->literal = peek_word(p);
        p->at += e->literal.n;
        if (e->literal.n == 0 || str_is(e->literal, "and") || str_is(e->literal, "or") || str_is(e->literal, "not")) {
            const bool reference = e->literal.n == 0 && take_sign(p, "${");
            refuse(p, begin, reference ? "expression.two_references" : "expression.literal");
            return false;
        }
    }
    e->literal = (struct str){arena_copy(p->arena, e->literal.p, e->literal.n), e->literal.n};
    e->is_number = str_to_double(e->literal, &e->number);
    return true;
}

static struct expression *parse_selected(struct parser *p) {
    size_t begin = p->at;
    struct expression *e = new_node(p, OP_SELECTED);
    if (!take_sign(p, "(")) {
        return refuse(p, begin, "expression.selected");
    }
    skip_blanks(p);
    e->name_at = characters_before(p, p->at);
    e->field = parse_reference(p);
    if (e->field == -2 || !take_sign(p, ",")) {
        return refuse(p, begin, "expression.selected");
    }
    if (!parse_literal(p, e)) {
        return NULL;
    }
    return take_sign(p, ")") ? e : refuse(p, begin, "expression.selected");
}

static struct expression *parse_comparison(struct parser *p) {
    static const struct {
        const char *sign;
        enum operation operation;
    } signs[] = {{"!=", OP_UNEQUAL}, {"<=", OP_AT_MOST}, {">=", OP_AT_LEAST},
                 {"=", OP_EQUAL},    {"<", OP_LESS},     {">", OP_MORE}};
    size_t begin = p->at;
    struct expression *e = new_node(p, OP_EQUAL);
    e->name_at = characters_before(p, begin);
    e->field = parse_reference(p);
    if (e->field == -2) {
        return refuse(p, begin, "expression.expected");
    }
    skip_blanks(p);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t sign_at = p->at;
        if (!take_sign(p, signs[i].sign)) {
            continue;
        }
        e->operation = signs[i].operation;
        if (p->at < p->text.n && (p->text.p[p->at] == '=' || p->text.p[p->at] == '>')) { /* == and <> */
            return refuse(p, sign_at, "expression.sign");
        }
        return parse_literal(p, e) ? e : NULL;
    }
    return refuse(p, p->at, "expression.sign");
}

static struct expression *parse_primary(struct parser *p) {
    struct expression *e;
    skip_blanks(p);
    size_t begin = p->at;
    if (++p->depth > DEPTH_MAX) {
        return refuse(p, begin, "expression.deep");
    }
    if (take_word(p, "not")) {
        e = new_node(p, OP_NOT);
        e->left = parse_primary(p);
        e = e->left ? e : NULL;
    } else if (take_sign(p, "(")) {
        e = parse_or(p);
        if (e && !take_sign(p, ")")) {
            e = refuse(p, begin, "expression.parenthesis");
        }
    } else if (take_word(p, "selected")) {
        e = parse_selected(p);
    } else {
        e = parse_comparison(p);
    }
    p->depth--;
    return e;
}

static struct expression *join(struct parser *p, enum operation operation, const struct expression *left,
                               const struct expression *right) {
    struct expression *e = new_node(p, operation);
    e->left = left;
    e->right = right;
    return left && right ? e : NULL;
}

static struct expression *parse_and(struct parser *p) {
    struct expression *e = parse_primary(p);
    while (e && take_word(p, "and")) {
        e = join(p, OP_AND, e, parse_primary(p));
    }
    return e;
}

static struct expression *parse_or(struct parser *p) {
    struct expression *e = parse_and(p);
    while (e && take_word(p, "or")) {
        e = join(p, OP_OR, e, parse_and(p));
    }
    return e;
}

const struct expression *expression_parse(struct arena *arena, struct str text, struct place place,
                                          const char *const *names, size_t n_names, struct findings *findings) {
    struct parser p = {
        .arena = arena, .findings = findings, .place = place, .names = names, .n_names = n_names, .text = text};
    struct expression *e = parse_or(&p);
    skip_blanks(&p);
    if (e && p.at < p.text.n) {
        refuse(&p, p.at, "expression.rest");
    }
    return p.failed || p.unknown ? NULL : e;
}

static bool compare_numbers(enum operation operation, double x, double y) {
    switch (operation) {
    case OP_EQUAL:
        return x == y;
    case OP_LESS:
        return x < y;
    case OP_AT_MOST:
        return x <= y;
    case OP_MORE:
        return x > y;
    case OP_AT_LEAST:
        return x >= y;
    default:
        return false;
    }
}

/* The index of a choice by its code, or -1. */
static int choice_index(const struct question *question, struct str code) {
    for (size_t i = 0; i < question->n_choices; i++) {
        if (str_is(code, question->choices[i].code)) {
            return (int)i;
        }
    }
    return -1;
}

static bool compare_code(const struct expression *e, const struct field *field, const struct answer *answer) {
    if (field->item) {
        return e->is_number && compare_numbers(e->operation, answer->code, e->number);
    }
    return e->operation == OP_EQUAL && choice_index(field->question, e->literal) == answer->code;
}

static bool compare_text(const struct expression *e, const struct field *field, const struct answer *answer) {
    if (field->question && field->question->type == QUESTION_DATE) { /* YYYY-MM-DD sorts as the calendar does */
        size_t n = answer->text.n < e->literal.n ? answer->text.n : e->literal.n;
        int order = n ? memcmp(answer->text.p, e->literal.p, n) : 0;
        return compare_numbers(e->operation, order, 0);
    }
    return e->operation == OP_EQUAL && str_equal(answer->text, e->literal);
}

/* Any comparison but !=, with an answered field. */
static bool compare(const struct expression *e, const struct answers *answers) {
    const struct field *field = &answers->instrument->fields[e->field];
    const struct answer *answer = &answers->of[e->field];
    switch (answer->state) {
    case ANSWER_CODE:
        return compare_code(e, field, answer);
    case ANSWER_NOT_APPLICABLE: {
        const struct scale *scale = answers->instrument->constructs[field->item->construct].scale;
        return e->operation == OP_EQUAL && str_is(e->literal, scale->not_applicable[answer->code].name);
    }
    case ANSWER_SET: {
        int index = choice_index(field->question, e->literal);
        return e->operation == OP_EQUAL && index >= 0 && answer->set == (uint64_t)1 << index;
    }
    case ANSWER_NUMBER:
        return e->is_number && compare_numbers(e->operation, answer->number, e->number);
    case ANSWER_TEXT:
        return compare_text(e, field, answer);
    default:
        return false;
    }
}

static bool selected(const struct expression *e, const struct answers *answers) {
    const struct field *field = &answers->instrument->fields[e->field];
    const struct answer *answer = &answers->of[e->field];
    if (answer->state != ANSWER_SET) {
        struct expression equal = *e;
        equal.operation = OP_EQUAL;
        return compare(&equal, answers);
    }
    int index = choice_index(field->question, e->literal);
    return index >= 0 && (answer->set >> index & 1);
}

bool expression_holds(const struct expression *e, const struct answers *answers) {
    struct expression equal;
    if (!e) {
        return true;
    }
    switch (e->operation) {
    case OP_AND:
        return expression_holds(e->left, answers) && expression_holds(e->right, answers);
    case OP_OR:
        return expression_holds(e->left, answers) || expression_holds(e->right, answers);
    case OP_NOT:
        return !expression_holds(e->left, answers);
    case OP_SELECTED:
        return selected(e, answers);
    case OP_UNEQUAL:
        equal = *e;
        equal.operation = OP_EQUAL;
        return !compare(&equal, answers);
    default:
        return compare(e, answers);
    }
}

void expression_each_reference(const struct expression *e, void (*each)(void *context, int field, struct str literal),
                               void *context) {
    if (!e) {
        return;
    }
    if (e->operation == OP_AND || e->operation == OP_OR || e->operation == OP_NOT) {
        expression_each_reference(e->left, each, context);
        expression_each_reference(e->right, each, context);
    } else {
        each(context, e->field, e->literal);
    }
}

void expression_each_comparison(const struct expression *e,
                                void (*each)(void *context, const struct reference *reference), void *context) {
    if (!e) {
        return;
    }
    if (e->operation == OP_AND || e->operation == OP_OR || e->operation == OP_NOT) {
        expression_each_comparison(e->left, each, context);
        expression_each_comparison(e->right, each, context);
        return;
    }
    const struct reference reference = {.field = e->field,
                                        .literal = e->literal,
                                        .name_at = e->name_at,
                                        .literal_at = e->literal_at,
                                        .order = e->operation == OP_LESS || e->operation == OP_AT_MOST ||
                                                 e->operation == OP_MORE || e->operation == OP_AT_LEAST};
    each(context, &reference);
}

bool expression_same(const struct expression *a, const struct expression *b,
                     bool (*same_field)(const void *context, int a, int b), const void *context) {
    if (!a || !b) {
        return a == b;
    }
    if (a->operation != b->operation) {
        return false;
    }
    if (a->operation == OP_AND || a->operation == OP_OR || a->operation == OP_NOT) {
        return expression_same(a->left, b->left, same_field, context) &&
               expression_same(a->right, b->right, same_field, context);
    }
    return a->literal.n == b->literal.n && memcmp(a->literal.p, b->literal.p, a->literal.n) == 0 &&
           same_field(context, a->field, b->field);
}
