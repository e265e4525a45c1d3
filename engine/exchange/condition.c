#include "exchange/condition.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 40, NODES_MAX = 400 };

/* The longest sign is looked for first. */
static const struct sign {
    const char *text;
    enum condition_kind kind;
    enum condition_kind turned; /* with its two sides changed */
    unsigned dialects;
} signs[] = {
#define X (1u << DIALECT_XLSFORM)
#define R (1u << DIALECT_REDCAP)
#define L (1u << DIALECT_LIMESURVEY)
    {"==", CONDITION_EQUAL, CONDITION_EQUAL, L},
    {"!=", CONDITION_UNEQUAL, CONDITION_UNEQUAL, X | R | L},
    {"<>", CONDITION_UNEQUAL, CONDITION_UNEQUAL, R | L},
    {"<=", CONDITION_AT_MOST, CONDITION_AT_LEAST, X | R | L},
    {">=", CONDITION_AT_LEAST, CONDITION_AT_MOST, X | R | L},
    {"=", CONDITION_EQUAL, CONDITION_EQUAL, X | R},
    {"<", CONDITION_LESS, CONDITION_MORE, X | R | L},
    {">", CONDITION_MORE, CONDITION_LESS, X | R | L},
    {"eq", CONDITION_EQUAL, CONDITION_EQUAL, L},
    {"ne", CONDITION_UNEQUAL, CONDITION_UNEQUAL, L},
    {"le", CONDITION_AT_MOST, CONDITION_AT_LEAST, L},
    {"ge", CONDITION_AT_LEAST, CONDITION_AT_MOST, L},
    {"lt", CONDITION_LESS, CONDITION_MORE, L},
    {"gt", CONDITION_MORE, CONDITION_LESS, L},
#undef X
#undef R
#undef L
};

struct parser {
    struct arena *arena;
    struct str text;
    size_t at;
    size_t failed_at; /* the furthest place that was not understood */
    int depth;
    int nodes;
    enum dialect dialect;
};

/* One side of a comparison. */
struct operand {
    bool is_name;
    bool counts;        /* string-length(...) or count-selected(...) of the name */
    const char *text;   /* the name, or the literal */
    const char *option; /* of REDCap's [name(option)], else NULL */
};

static const struct condition *parse_or(struct parser *p);
static const struct condition *parse_primary(struct parser *p);

static const struct condition *fail(struct parser *p, size_t at) {
    p->failed_at = at;
    p->at = at;
    return NULL;
}

const struct condition *condition_make(struct arena *arena, enum condition_kind kind, const struct condition *left,
                                       const struct condition *right) {
    struct condition *c = arena_alloc(arena, sizeof *c);
    *c = (struct condition){.kind = kind, .left = left, .right = right};
    return c;
}

const struct condition *condition_compare(struct arena *arena, enum condition_kind kind, const char *name,
                                          const char *literal) {
    struct condition *c = arena_alloc(arena, sizeof *c);
    *c = (struct condition){.kind = kind, .name = name, .literal = literal};
    return c;
}

const struct condition *condition_both(struct arena *arena, const struct condition *a, const struct condition *b) {
    if (!a || a->kind == CONDITION_ALWAYS)
        return b && b->kind == CONDITION_ALWAYS ? NULL : b;
    if (!b || b->kind == CONDITION_ALWAYS)
        return a;
    return condition_make(arena, CONDITION_AND, a, b);
}

static bool same_text(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool condition_same(const struct condition *a, const struct condition *b) {
    if (a == b)
        return true;
    return a && b && a->kind == b->kind && same_text(a->name, b->name) && same_text(a->literal, b->literal) &&
           condition_same(a->left, b->left) && condition_same(a->right, b->right);
}

static void skip_blanks(struct parser *p) {
    while (p->at < p->text.n) {
        if (strchr(" \t\r\n", p->text.p[p->at]) && p->text.p[p->at])
            p->at++;
        else if (p->text.n - p->at >= 2 && memcmp(p->text.p + p->at, "\xC2\xA0", 2) == 0)
            p->at += 2;
        else
            return;
    }
}

static bool is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
}

static bool looking_at(const struct parser *p, const char *s) {
    const size_t n = strlen(s);
    return p->text.n - p->at >= n && memcmp(p->text.p + p->at, s, n) == 0;
}

static bool take(struct parser *p, const char *s) {
    skip_blanks(p);
    if (!looking_at(p, s))
        return false;
    p->at += strlen(s);
    return true;
}

static struct str peek_word(struct parser *p) {
    skip_blanks(p);
    size_t end = p->at;
    while (end < p->text.n && is_word_byte(p->text.p[end]))
        end++;
    return (struct str){p->text.p + p->at, end - p->at};
}

static bool take_word(struct parser *p, const char *word) {
    const struct str w = peek_word(p);
    if (w.n != strlen(word) || strncasecmp(w.p, word, w.n) != 0)
        return false;
    p->at += w.n;
    return true;
}

static const char *copy(struct parser *p, struct str s) {
    s = str_trim(s);
    return arena_copy(p->arena, s.p, s.n);
}

/* The text up to a closing sign, which is taken, too; false when there is none. */
static bool take_until(struct parser *p, const char *close, struct str *inner) {
    const char *begin = p->text.p + p->at;
    const char *end = memmem(begin, p->text.n - p->at, close, strlen(close));
    if (!end)
        return false;
    *inner = (struct str){begin, (size_t)(end - begin)};
    p->at += inner->n + strlen(close);
    return true;
}

/* A text in quotes of any kind, straight or typographic, as word processors leave them. */
static bool take_quoted(struct parser *p, const char **literal) {
    static const char *const pairs[][2] = {{"'", "'"}, {"\"", "\""}, {"“", "”"}, {"‘", "’"},
                                           {"”", "”"}, {"’", "’"},   {"„", "“"}};
    struct str inner;
    skip_blanks(p);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const size_t begin = p->at;
        if (!take(p, pairs[i][0]))
            continue;
        if (take_until(p, pairs[i][1], &inner)) {
            *literal = copy(p, inner);
            return true;
        }
        p->at = begin;
    }
    return false;
}

static bool is_number(struct str s) {
    double x;
    return str_to_double(s, &x);
}

static bool is_plain_name(struct str s) {
    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!is_word_byte(s.p[i]))
            return false;
    return true;
}

/* [name] or [name(option)]; events and instances ([a][b], [a:value]) are not ours. */
static bool take_redcap_name(struct parser *p, struct operand *out) {
    struct str inner, name, option;
    if (!take(p, "[") || !take_until(p, "]", &inner) || (p->at < p->text.n && p->text.p[p->at] == '['))
        return false;
    const char *open = memchr(inner.p, '(', inner.n);
    name = (struct str){inner.p, open ? (size_t)(open - inner.p) : inner.n};
    if (open) {
        option = (struct str){open + 1, (size_t)(inner.p + inner.n - open - 1)};
        option = str_trim(option);
        if (option.n < 2 || option.p[option.n - 1] != ')')
            return false;
        option.n--;
        out->option = copy(p, option);
    }
    if (!is_plain_name(str_trim(name)))
        return false;
    out->is_name = true;
    out->text = copy(p, name);
    return true;
}

/* Q1.NAOK, Q1_SQ001.NAOK, Q1; the endings ".value" and ".code" mean the same. Others look at something else. */
static bool take_limesurvey_name(struct parser *p, struct str word, struct operand *out) {
    static const char *const endings[] = {".NAOK", ".value", ".code", ".valueNAOK"};
    struct str name = word;
    const char *dot = memchr(word.p, '.', word.n);
    if (dot) {
        bool known = false;
        for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
            known = known || str_is((struct str){dot, (size_t)(word.p + word.n - dot)}, endings[i]);
        if (!known)
            return false;
        name.n = (size_t)(dot - word.p);
    }
    const bool letter = name.n > 0 && ((name.p[0] | 0x20) >= 'a' && (name.p[0] | 0x20) <= 'z');
    if (!letter || str_is(name, "self") || str_is(name, "that") || str_is(name, "this") || memchr(name.p, '-', name.n))
        return false;
    p->at += word.n;
    skip_blanks(p);
    if (looking_at(p, "(")) /* a function */
        return false;
    out->is_name = true;
    out->text = copy(p, name);
    return true;
}

static bool take_name(struct parser *p, struct operand *out) {
    struct str inner;
    skip_blanks(p);
    if (p->dialect == DIALECT_REDCAP)
        return take_redcap_name(p, out);
    if (p->dialect == DIALECT_LIMESURVEY)
        return take_limesurvey_name(p, peek_word(p), out);
    if (!take(p, "${") || !take_until(p, "}", &inner) || !is_plain_name(str_trim(inner)))
        return false;
    out->is_name = true;
    out->text = copy(p, inner);
    return true;
}

/* string-length(${x}), count-selected(${x}), number(${x}), int(${x}): round a name. */
static bool take_wrapped_name(struct parser *p, struct operand *out) {
    static const struct {
        const char *name;
        bool counts;
    } functions[] = {{"string-length", true}, {"count-selected", true}, {"number", false},
                     {"int", false},          {"string", false},        {"strlen", true}};
    const struct str word = peek_word(p);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (!str_is(word, functions[i].name))
            continue;
        p->at += word.n;
        out->counts = functions[i].counts;
        return take(p, "(") && take_name(p, out) && take(p, ")");
    }
    return false;
}

static bool take_operand(struct parser *p, struct operand *out) {
    skip_blanks(p);
    const size_t begin = p->at;
    *out = (struct operand){0};
    if (take_quoted(p, &out->text))
        return true;
    const struct str word = peek_word(p);
    /* "A1" alone is a name in LimeSurvey; a bare code is a literal only in our own words */
    if (is_number(word)) {
        p->at += word.n;
        out->text = copy(p, word);
        return true;
    }
    if (take_wrapped_name(p, out))
        return true;
    p->at = begin;
    *out = (struct operand){0};
    if (take_name(p, out))
        return true;
    p->at = begin;
    *out = (struct operand){0};
    if (p->dialect == DIALECT_XLSFORM && word.n > 0 && !str_is(word, ".") && !str_is(word, "..")) {
        p->at += word.n;
        skip_blanks(p);
        if (looking_at(p, "(") || looking_at(p, "/"))
            return false;
        out->text = copy(p, word);
        return true;
    }
    return false;
}

static const struct sign *take_sign(struct parser *p) {
    skip_blanks(p);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        const char *text = signs[i].text;
        const bool word = text[0] >= 'a';
        if (!(signs[i].dialects >> p->dialect & 1))
            continue;
        if (word ? take_word(p, text) : take(p, text))
            return &signs[i];
    }
    return NULL;
}

static const struct condition *negated(struct parser *p, const struct condition *c) {
    return condition_make(p->arena, CONDITION_NOT, c, NULL);
}

/* How often something was chosen, or how long a text is, beside a number: only "at all" and "not at all" can be said.
 */
static const struct condition *count_condition(struct parser *p, enum condition_kind kind, const char *name,
                                               const char *literal, size_t begin) {
    const struct condition *answered = condition_compare(p->arena, CONDITION_ANSWERED, name, NULL);
    double x;
    if (!str_to_double(str_of(literal), &x))
        return fail(p, begin);
    const bool zero = x > -0.5 && x<0.5, one = x> 0.5 && x < 1.5;
    if ((zero && (kind == CONDITION_MORE || kind == CONDITION_UNEQUAL)) || (one && kind == CONDITION_AT_LEAST))
        return answered;
    if ((zero && (kind == CONDITION_EQUAL || kind == CONDITION_AT_MOST)) || (one && kind == CONDITION_LESS))
        return negated(p, answered);
    return fail(p, begin);
}

/* [tools(2)] = '1' and its relatives. */
static const struct condition *box_condition(struct parser *p, enum condition_kind kind, const struct operand *box,
                                             const char *literal, size_t begin) {
    const struct condition *ticked = condition_compare(p->arena, CONDITION_SELECTED, box->text, box->option);
    const bool one = strcmp(literal, "1") == 0, none = strcmp(literal, "0") == 0 || literal[0] == '\0';
    if (!(one || none) || (kind != CONDITION_EQUAL && kind != CONDITION_UNEQUAL))
        return fail(p, begin);
    return (kind == CONDITION_EQUAL) == one ? ticked : negated(p, ticked);
}

static const struct condition *parse_comparison(struct parser *p) {
    struct operand a, b;
    skip_blanks(p);
    const size_t begin = p->at;
    if (!take_operand(p, &a))
        return fail(p, begin);
    const struct sign *sign = take_sign(p);
    if (!sign && !a.is_name && (strcmp(a.text, "1") == 0 || strcmp(a.text, "0") == 0))
        return condition_make(p->arena, a.text[0] == '1' ? CONDITION_ALWAYS : CONDITION_NEVER, NULL, NULL);
    skip_blanks(p);
    const size_t second = p->at;
    if (!sign || !take_operand(p, &b))
        return fail(p, sign ? second : begin);
    if (a.is_name == b.is_name) /* two answers, or none */
        return fail(p, begin);
    const enum condition_kind kind = a.is_name ? sign->kind : sign->turned;
    const struct operand *name = a.is_name ? &a : &b;
    const char *literal = a.is_name ? b.text : a.text;
    skip_blanks(p);
    if (p->at < p->text.n && strchr("+*/|", p->text.p[p->at]) && !looking_at(p, "||")) /* a sum */
        return fail(p, p->at);
    if (name->counts)
        return count_condition(p, kind, name->text, literal, begin);
    if (name->option)
        return box_condition(p, kind, name, literal, begin);
    if (literal[0] == '\0') {
        const struct condition *answered = condition_compare(p->arena, CONDITION_ANSWERED, name->text, NULL);
        return kind == CONDITION_UNEQUAL ? answered : kind == CONDITION_EQUAL ? negated(p, answered) : fail(p, begin);
    }
    return condition_compare(p->arena, kind, name->text, literal);
}

static const struct condition *parse_selected(struct parser *p, size_t begin) {
    struct operand name, option;
    skip_blanks(p);
    if (!take(p, "(") || !take_operand(p, &name) || !name.is_name || name.counts || !take(p, ","))
        return fail(p, begin);
    if (!take_operand(p, &option) || option.is_name || !option.text[0] || !take(p, ")"))
        return fail(p, begin);
    return condition_compare(p->arena, CONDITION_SELECTED, name.text, option.text);
}

static const struct condition *parse_empty(struct parser *p, size_t begin) {
    struct operand name;
    if (!take(p, "(") || !take_operand(p, &name) || !name.is_name || !take(p, ")"))
        return fail(p, begin);
    return negated(p, condition_compare(p->arena, CONDITION_ANSWERED, name.text, NULL));
}

static const struct condition *parse_constant(struct parser *p, size_t begin, enum condition_kind kind) {
    if (!take(p, "(") || !take(p, ")"))
        return fail(p, begin);
    return condition_make(p->arena, kind, NULL, NULL);
}

static const struct condition *parse_primary_inside(struct parser *p) {
    skip_blanks(p);
    const size_t begin = p->at;
    const struct condition *c;
    if (take_word(p, "not") || (p->dialect == DIALECT_LIMESURVEY && !looking_at(p, "!=") && take(p, "!"))) {
        c = parse_primary(p);
        return !c                            ? NULL
               : c->kind == CONDITION_ALWAYS ? condition_make(p->arena, CONDITION_NEVER, NULL, NULL)
               : c->kind == CONDITION_NEVER  ? condition_make(p->arena, CONDITION_ALWAYS, NULL, NULL)
               : c->kind == CONDITION_NOT    ? c->left
                                             : negated(p, c);
    }
    if (take(p, "(")) {
        c = parse_or(p);
        return c && !take(p, ")") ? fail(p, p->at) : c;
    }
    if (p->dialect == DIALECT_XLSFORM && take_word(p, "selected"))
        return parse_selected(p, begin);
    if (p->dialect == DIALECT_LIMESURVEY && take_word(p, "is_empty"))
        return parse_empty(p, begin);
    const struct str word = peek_word(p);
    if (str_is(word, "true") || str_is(word, "false")) {
        p->at += word.n;
        return parse_constant(p, begin, str_is(word, "true") ? CONDITION_ALWAYS : CONDITION_NEVER);
    }
    return parse_comparison(p);
}

static const struct condition *parse_primary(struct parser *p) {
    skip_blanks(p);
    if (++p->depth > DEPTH_MAX || ++p->nodes > NODES_MAX)
        return fail(p, p->at);
    const struct condition *c = parse_primary_inside(p);
    p->depth--;
    return c;
}

/* Joins two, with what is always or never so taken out. */
static const struct condition *join(struct parser *p, enum condition_kind kind, const struct condition *a,
                                    const struct condition *b) {
    const enum condition_kind neutral = kind == CONDITION_AND ? CONDITION_ALWAYS : CONDITION_NEVER;
    const enum condition_kind ruling = kind == CONDITION_AND ? CONDITION_NEVER : CONDITION_ALWAYS;
    if (!a || !b)
        return NULL;
    if (a->kind == ruling || b->kind == neutral)
        return a;
    if (b->kind == ruling || a->kind == neutral)
        return b;
    return condition_make(p->arena, kind, a, b);
}

static const struct condition *parse_and(struct parser *p) {
    const struct condition *c = parse_primary(p);
    while (c && (take_word(p, "and") || (p->dialect == DIALECT_LIMESURVEY && take(p, "&&"))))
        c = join(p, CONDITION_AND, c, parse_primary(p));
    return c;
}

static const struct condition *parse_or(struct parser *p) {
    const struct condition *c = parse_and(p);
    while (c && (take_word(p, "or") || (p->dialect == DIALECT_LIMESURVEY && take(p, "||"))))
        c = join(p, CONDITION_OR, c, parse_and(p));
    return c;
}

const struct condition *condition_parse(struct arena *arena, struct str text, enum dialect dialect, const char **rest) {
    struct parser p = {.arena = arena, .text = str_trim(text), .dialect = dialect};
    *rest = "";
    if (p.text.n == 0)
        return condition_make(arena, CONDITION_ALWAYS, NULL, NULL);
    const struct condition *c = parse_or(&p);
    skip_blanks(&p);
    if (c && p.at < p.text.n)
        c = fail(&p, p.at);
    if (!c) {
        const struct str left = {p.text.p + p.failed_at, p.text.n - p.failed_at};
        const struct str cut = utf8_cut(left.n ? left : p.text, 40);
        *rest = arena_copy(arena, cut.p, cut.n);
    }
    return c;
}

/* --- Writing -------------------------------------------------------------------------------------------------------*/

static const char *sign_of(enum condition_kind kind, bool redcap) {
    switch (kind) {
    case CONDITION_EQUAL:
        return "=";
    case CONDITION_UNEQUAL:
        return redcap ? "<>" : "!=";
    case CONDITION_LESS:
        return "<";
    case CONDITION_AT_MOST:
        return "<=";
    case CONDITION_MORE:
        return ">";
    default:
        return ">=";
    }
}

static bool is_bare(const char *literal) {
    const struct str s = str_of(literal);
    return is_plain_name(s) && !str_is(s, "and") && !str_is(s, "or") && !str_is(s, "not");
}

enum words { OURS, XLSFORM, REDCAP };

static void write_leaf(struct buf *out, const struct condition *c, enum words words) {
    if (c->kind == CONDITION_ANSWERED) {
        buf_printf(out, words == REDCAP ? "[%s] <> ''" : "${%s} != ''", c->name);
    } else if (c->kind == CONDITION_ALWAYS || c->kind == CONDITION_NEVER) {
        buf_text(out, c->kind == CONDITION_ALWAYS ? "true()" : "false()");
    } else if (c->kind == CONDITION_SELECTED && words == REDCAP) {
        buf_printf(out, "[%s(%s)] = '1'", c->name, c->literal);
    } else if (c->kind == CONDITION_SELECTED) {
        buf_printf(out, "selected(${%s}, '%s')", c->name, c->literal);
    } else if (words == REDCAP) {
        buf_printf(out, "[%s] %s '%s'", c->name, sign_of(c->kind, true), c->literal);
    } else {
        const bool bare = words == OURS ? is_bare(c->literal) : is_number(str_of(c->literal));
        buf_printf(out, bare ? "${%s} %s %s" : "${%s} %s '%s'", c->name, sign_of(c->kind, false), c->literal);
    }
}

static int strength(const struct condition *c) {
    return c->kind == CONDITION_OR ? 0 : c->kind == CONDITION_AND ? 1 : 2;
}

static void write_in(struct buf *out, const struct condition *c, enum words words, int around) {
    const bool open = strength(c) < around;
    if (open)
        buf_char(out, '(');
    if (c->kind == CONDITION_AND || c->kind == CONDITION_OR) {
        write_in(out, c->left, words, strength(c));
        buf_text(out, c->kind == CONDITION_AND ? " and " : " or ");
        write_in(out, c->right, words, strength(c) + (c->right->kind == c->kind));
    } else if (c->kind == CONDITION_NOT && words == REDCAP && c->left->kind == CONDITION_SELECTED) {
        buf_printf(out, "[%s(%s)] = '0'", c->left->name, c->left->literal);
    } else if (c->kind == CONDITION_NOT && words == REDCAP && c->left->kind == CONDITION_ANSWERED) {
        buf_printf(out, "[%s] = ''", c->left->name);
    } else if (c->kind == CONDITION_NOT && words == OURS) {
        buf_text(out, "not ");
        write_in(out, c->left, words, 2);
    } else if (c->kind == CONDITION_NOT) {
        buf_text(out, "not(");
        write_in(out, c->left, words, 0);
        buf_char(out, ')');
    } else {
        write_leaf(out, c, words);
    }
    if (open)
        buf_char(out, ')');
}

void condition_write(struct buf *out, const struct condition *c) {
    write_in(out, c, OURS, 0);
}

void condition_write_xlsform(struct buf *out, const struct condition *c) {
    write_in(out, c, XLSFORM, 0);
}

void condition_write_redcap(struct buf *out, const struct condition *c) {
    write_in(out, c, REDCAP, 0);
}
