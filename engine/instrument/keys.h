/* Every section and key of an instrument file, as a table: the loader checks files against it and takes defaults from
 * it, and the reference page is made from it. What a key means stands in config/texts, section [reference], under
 * "<section>.<key>" in small letters. */
#ifndef READINESS_INSTRUMENT_KEYS_H
#define READINESS_INSTRUMENT_KEYS_H

#include <stdbool.h>
#include <stddef.h>

enum section_kind {
    SECTION_SURVEY,
    SECTION_PLACEHOLDER,
    SECTION_SCALE,
    SECTION_DOMAIN,
    SECTION_CONSTRUCT,
    SECTION_QUESTION,
    SECTION_PAGE,
    SECTION_KINDS
};

/* "survey", "placeholder", ...; in a file all but the first are followed by a dot and a name. */
extern const char *const section_names[SECTION_KINDS];

enum value_kind {
    VALUE_TEXT,    /* for people; may be translated, may hold ${placeholder} */
    VALUE_PLAIN,   /* for people, the same in every language */
    VALUE_WORD,    /* one of `words` */
    VALUE_NAME,    /* a name; which kind is said by the key */
    VALUE_NAMES,   /* names, separated by commas */
    VALUE_INTEGER, /* low..high */
    VALUE_INTEGERS,
    VALUE_NUMBER,  /* low..high */
    VALUE_CHOICES, /* code: "label" | code: "label" */
    VALUE_EXPRESSION
};

struct key_rule {
    enum section_kind section;
    const char
        *key; /* parts in capitals stand for: N a number, POINT a scale code, NAME a name, CODE a choice's code */
    enum value_kind kind;
    bool required;
    const char *words;    /* VALUE_WORD: separated by | */
    double low, high;     /* numbers */
    const char *fallback; /* the value when the key is missing; NULL: none */
    const char *example;
};

extern const struct key_rule key_rules[];
extern const size_t n_key_rules;

/* The rule for a key as it stands in a file ("item.lead1.reverse"), or NULL. */
const struct key_rule *key_rule_find(enum section_kind section, const char *key);
/* A legal name of an item, question, construct, ...: [a-z][a-z0-9_]{0,25}. */
bool name_is_legal(const char *name);
/* A word that R, SPSS, Stata or our own pages keep for themselves: no name for an item, question or construct. */
bool name_is_reserved(const char *name);
/* A legal code of a choice: as a name, but it may begin with a digit. */
bool code_is_legal(const char *code);

#endif
