#include "instrument/keys.h"

#include <string.h>

#include "base/str.h"

const char *const section_names[SECTION_KINDS] = {"survey",    "placeholder", "scale", "domain",
                                                  "construct", "question",    "page"};

#define ANY -1e15, 1e15

const struct key_rule key_rules[] = {
    /* section, key, kind, required, words, low, high, fallback, example */
    {SECTION_SURVEY, "schema", VALUE_INTEGER, true, NULL, 1, 1, NULL, "1"},
    {SECTION_SURVEY, "name", VALUE_NAME, true, NULL, ANY, NULL, "implementation-readiness"},
    {SECTION_SURVEY, "version", VALUE_NAME, true, NULL, ANY, NULL, "1.0"},
    {SECTION_SURVEY, "title", VALUE_TEXT, true, NULL, ANY, NULL, "\"How ready are we for ${innovation}?\""},
    {SECTION_SURVEY, "language", VALUE_NAME, false, NULL, ANY, "en", "en"},
    {SECTION_SURVEY, "minutes", VALUE_INTEGER, false, NULL, 1, 240, "10", "10"},
    {SECTION_SURVEY, "welcome.N", VALUE_TEXT, false, NULL, ANY, NULL, "\"Thank you for taking part.\""},
    {SECTION_SURVEY, "thanks.N", VALUE_TEXT, false, NULL, ANY, NULL, "\"Thank you. Your answers are in.\""},
    {SECTION_SURVEY, "citation", VALUE_PLAIN, false, NULL, ANY, "", "\"Author A. (2027). Title.\""},
    {SECTION_SURVEY, "licence", VALUE_PLAIN, false, NULL, ANY, "", "CC-BY-4.0"},
    {SECTION_SURVEY, "status", VALUE_TEXT, false, NULL, ANY, NULL, "\"Not yet validated.\""},
    {SECTION_SURVEY, "enabler_share", VALUE_NUMBER, false, NULL, 0, 1, "0.75", "0.75"},
    {SECTION_SURVEY, "barrier_share", VALUE_NUMBER, false, NULL, 0, 1, "0.5", "0.5"},

    {SECTION_PLACEHOLDER, "default", VALUE_TEXT, true, NULL, ANY, NULL, "\"the new practice\""},

    {SECTION_SCALE, "favourable", VALUE_INTEGERS, false, NULL, ANY, NULL, "4, 5"},
    {SECTION_SCALE, "unfavourable", VALUE_INTEGERS, false, NULL, ANY, NULL, "1, 2"},
    {SECTION_SCALE, "POINT", VALUE_TEXT, true, NULL, ANY, NULL, "\"Strongly agree\""},
    {SECTION_SCALE, "NAME", VALUE_TEXT, false, NULL, ANY, NULL, "\"I don’t know\""},

    {SECTION_DOMAIN, "label", VALUE_TEXT, true, NULL, ANY, NULL, "\"Inner setting\""},
    {SECTION_DOMAIN, "framework", VALUE_TEXT, false, NULL, ANY, NULL, "\"CFIR 2022: Inner Setting\""},

    {SECTION_CONSTRUCT, "label", VALUE_TEXT, true, NULL, ANY, NULL, "\"Leadership engagement\""},
    {SECTION_CONSTRUCT, "hint", VALUE_TEXT, false, NULL, ANY, NULL, "\"Think of the last three months.\""},
    {SECTION_CONSTRUCT, "domain", VALUE_NAME, false, NULL, ANY, NULL, "inner"},
    {SECTION_CONSTRUCT, "level", VALUE_WORD, true, "individual|team|organisation|system", ANY, NULL, "organisation"},
    {SECTION_CONSTRUCT, "answered_by", VALUE_WORD, false, "staff|organisation|both", ANY, "staff", "both"},
    {SECTION_CONSTRUCT, "scale", VALUE_NAME, true, NULL, ANY, NULL, "agree5"},
    {SECTION_CONSTRUCT, "higher", VALUE_WORD, false, "enabler|barrier", ANY, "enabler", "barrier"},
    {SECTION_CONSTRUCT, "min_answered", VALUE_NUMBER, false, NULL, 0, 1, "0.5", "0.75"},
    {SECTION_CONSTRUCT, "required", VALUE_WORD, false, "no|soft|yes", ANY, "no", "soft"},
    {SECTION_CONSTRUCT, "strategies", VALUE_NAMES, false, NULL, ANY, NULL, "eric.33, eric.27"},
    {SECTION_CONSTRUCT, "determinants", VALUE_NAMES, false, NULL, ANY, NULL, "leadership_engagement"},
    {SECTION_CONSTRUCT, "relevant", VALUE_EXPRESSION, false, NULL, ANY, NULL, "\"${role} != manager\""},
    {SECTION_CONSTRUCT, "item.NAME", VALUE_TEXT, true, NULL, ANY, NULL, "\"Leaders here make time for this.\""},
    {SECTION_CONSTRUCT, "item.NAME.reverse", VALUE_WORD, false, "no|yes", ANY, "no", "yes"},

    {SECTION_QUESTION, "type", VALUE_WORD, true, "choice|choices|text|number|date|note", ANY, NULL, "choice"},
    {SECTION_QUESTION, "label", VALUE_TEXT, true, NULL, ANY, NULL, "\"What is your role?\""},
    {SECTION_QUESTION, "hint", VALUE_TEXT, false, NULL, ANY, NULL, "\"Choose the one that fits best.\""},
    {SECTION_QUESTION, "answered_by", VALUE_WORD, false, "staff|organisation|both", ANY, "staff", "organisation"},
    {SECTION_QUESTION, "choices", VALUE_CHOICES, false, NULL, ANY, NULL,
     "manager: \"Manager\" | other: \"Other role\""},
    {SECTION_QUESTION, "choice.CODE", VALUE_TEXT, false, NULL, ANY, NULL, "\"Manager or supervisor\""},
    {SECTION_QUESTION, "group", VALUE_WORD, false, "no|yes", ANY, "no", "yes"},
    {SECTION_QUESTION, "comment", VALUE_WORD, false, "no|yes", ANY, "no", "yes"},
    {SECTION_QUESTION, "required", VALUE_WORD, false, "no|soft|yes", ANY, "no", "soft"},
    {SECTION_QUESTION, "rows", VALUE_INTEGER, false, NULL, 1, 20, "1", "4"},
    {SECTION_QUESTION, "minimum", VALUE_NUMBER, false, NULL, ANY, NULL, "0"},
    {SECTION_QUESTION, "maximum", VALUE_NUMBER, false, NULL, ANY, NULL, "60"},
    {SECTION_QUESTION, "relevant", VALUE_EXPRESSION, false, NULL, ANY, NULL, "\"selected(${tools}, 'other')\""},

    {SECTION_PAGE, "label", VALUE_TEXT, false, NULL, ANY, NULL, "\"About you\""},
    {SECTION_PAGE, "hint", VALUE_TEXT, false, NULL, ANY, NULL, "\"These questions are about your own work.\""},
    {SECTION_PAGE, "ask", VALUE_NAMES, true, NULL, ANY, NULL, "role, leadership"},
    {SECTION_PAGE, "relevant", VALUE_EXPRESSION, false, NULL, ANY, NULL, "\"${role} = manager\""},
};
const size_t n_key_rules = sizeof key_rules / sizeof *key_rules;

static bool is_small_letter(char c) {
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

enum { NAME_MAX_LENGTH = 26 };

static bool is_word(struct str s) {
    for (size_t i = 0; i < s.n; i++) {
        if (!is_small_letter(s.p[i]) && !is_digit(s.p[i]) && s.p[i] != '_') {
            return false;
        }
    }
    return s.n > 0 && s.n <= NAME_MAX_LENGTH;
}

bool name_is_legal(const char *name) {
    return is_word(str_of(name)) && is_small_letter(name[0]);
}

/* Words that R, SPSS, Stata or SQL-like tools keep for themselves, and the columns and form fields of our own. */
bool name_is_reserved(const char *name) {
    static const char *const words[] = {
        "organisation", "organization", "unit",   "group",    "wave",      "assessment", "response", "respondent",
        "audience",     "language",     "day",    "token",    "csrf",      "page",       "action",   "submit",
        "save",         "back",         "next",   "id",       "record_id", "weight",     "level",    "construct",
        "item",         "all",          "and",    "by",       "eq",        "ge",         "gt",       "le",
        "lt",           "ne",           "not",    "or",       "to",        "with",       "if",       "else",
        "for",          "while",        "repeat", "function", "in",        "break",      "byte",     "double",
        "float",        "int",          "long",   "using",    "true",      "false"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i], name) == 0) {
            return true;
        }
    }
    return false;
}

bool code_is_legal(const char *code) {
    return is_word(str_of(code)) && code[0] != '_';
}

/* Does one part of a key fit one part of a rule's key? A name need only look like one: whether it is legal is said with
 * a message of its own. */
static bool part_fits(struct str rule, struct str part) {
    long number;
    if (str_is(rule, "N")) {
        return str_to_long(part, &number) && number >= 1 && number <= 99;
    }
    if (str_is(rule, "POINT")) {
        return str_to_long(part, &number);
    }
    if (str_is(rule, "NAME") || str_is(rule, "CODE")) {
        return part.n > 0;
    }
    return str_equal(rule, part);
}

/* A file has thousands of keys: rules of other sections, and words that begin with another letter, cost one comparison.
 */
static bool may_fit(const struct key_rule *rule, enum section_kind section, const char *key) {
    return rule->section == section && (!is_small_letter(rule->key[0]) || rule->key[0] == key[0]);
}

const struct key_rule *key_rule_find(enum section_kind section, const char *key) {
    for (size_t i = 0; i < n_key_rules; i++) {
        if (!may_fit(&key_rules[i], section, key)) {
            continue;
        }
        struct str rule = str_of(key_rules[i].key), rest = str_of(key), a, b;
        bool fits = true;
        while (fits && rule.p && rest.p) {
            fits = str_split(&rule, '.', &a) && str_split(&rest, '.', &b) && part_fits(a, b);
        }
        if (fits && !rule.p && !rest.p) {
            return &key_rules[i];
        }
    }
    return NULL;
}
