/* The loader's own parts: from parsed INI text to the arrays of an instrument. For load*.c only. */
#ifndef READINESS_INSTRUMENT_LOAD_H
#define READINESS_INSTRUMENT_LOAD_H

#include "base/arena.h"
#include "base/finding.h"
#include "base/ini.h"
#include "instrument/instrument.h"
#include "instrument/keys.h"
#include "instrument/made.h"

/* A text of the instrument, under the section and key by which translations name it. */
struct registered {
    const char *section, *key;
    const char **in; /* one per language */
    int *lines;      /* where it stands in each language's file */
};

/* A name that answers, scores or pages go by; all share one space. */
struct known_name {
    const char *name;
    int line;
};

struct loader {
    struct arena *arena; /* the instrument's */
    struct findings *findings;
    size_t errors;
    const char **files;    /* per language: the name to use in findings */
    const struct ini *ini; /* the instrument's own file */
    struct made *made;
    struct instrument *to; /* &made->instrument */
    size_t n_texts, texts_capacity;
    struct registered *texts;
    size_t n_names;
    struct known_name *names;
    /* The arrays of `to`, writable. */
    struct placeholder *placeholders;
    struct scale *scales;
    struct domain *domains;
    struct construct *constructs;
    struct item *items;
    struct question *questions;
    struct field *fields;
    struct page *pages;
    const struct ini_section **scale_sections; /* which section each scale, domain, ... was made from */
    const struct ini_section **domain_sections;
    const struct ini_section **page_sections;
    const struct ini_section **construct_sections;
    const struct ini_section **question_sections;
};

/* load_values.c: one value at a time, checked against the key table. */

/* A finding in the instrument's own file; pairs of name and value, then NULL. */
#define load_error(l, line, ...)                                                                                       \
    ((l)->errors++,                                                                                                    \
     finding_add((l)->findings, SEVERITY_ERROR, (struct place){(l)->files[0], (line), 0}, __VA_ARGS__, NULL))
#define load_warning(l, line, ...)                                                                                     \
    finding_add((l)->findings, SEVERITY_WARNING, (struct place){(l)->files[0], (line), 0}, __VA_ARGS__, NULL)

/* The same at a place within a value: `at` characters behind its first one. */
struct place load_place(const struct loader *l, const struct ini_key *key, int at);

/* The name of a section behind its kind and dot: "leadership" of "construct.leadership"; "" for [survey]. */
const char *section_own_name(const struct ini_section *section);
const struct ini_key *load_key(struct loader *l, const struct ini_section *section, enum section_kind kind,
                               const char *key);
/* The text of a key, registered for translation; an empty text when the key is missing (an error if it is required). */
struct text load_text(struct loader *l, const struct ini_section *section, enum section_kind kind, const char *key);
/* Registers a text that does not stand under a key of its own. */
struct text load_text_as(struct loader *l, const char *section, const char *key, const char *value, int line);
/* A text that is the same in every language; "" when missing. */
const char *load_plain(struct loader *l, const struct ini_section *section, enum section_kind kind, const char *key);
/* The index among the rule's words; the fallback's when missing or wrong (0 when there is none). */
int load_word(struct loader *l, const struct ini_section *section, enum section_kind kind, const char *key);
/* A number within the rule's limits; `missing` when there is no key and no fallback, or the value is wrong. */
double load_number(struct loader *l, const struct ini_section *section, enum section_kind kind, const char *key,
                   double missing);
/* Splits a list at commas into trimmed parts; false, with a finding, when one is empty. */
bool load_list(struct loader *l, const struct ini_key *key, size_t *n, const char ***parts);
/* Adds the error `code`, or `code`.meant with the nearest candidate as {meant}. `name`, `value` is a further pair. */
void load_unknown_at(struct loader *l, struct place place, const char *code, const char *word, const char *name,
                     const char *value, const char *const *candidates, size_t n);
void load_unknown(struct loader *l, int line, const char *code, const char *word, const char *name, const char *value,
                  const char *const *candidates, size_t n);
/* Checks every key of a section against the table: unknown ones are warnings. */
void load_check_keys(struct loader *l, const struct ini_section *section, enum section_kind kind);
/* Takes a name into the one space of items, questions and constructs; false when it is illegal or taken. */
bool load_claim_name(struct loader *l, const char *name, int line);

/* One part of the file each. */
void load_survey(struct loader *l);
void load_placeholder(struct loader *l, const struct ini_section *section);
void load_scale(struct loader *l, const struct ini_section *section);
void load_domain(struct loader *l, const struct ini_section *section);
void load_construct(struct loader *l, const struct ini_section *section);
void load_question(struct loader *l, const struct ini_section *section);
/* Pages and the `relevant` of everything; after all fields are known. */
void load_pages(struct loader *l);
void load_relevants(struct loader *l);
/* Warns of pages, constructs and questions whose condition no answers can fulfil; for an instrument without errors. */
void load_check_reach(struct loader *l);
/* Warns of scales, domains and placeholders that nothing uses. */
void load_check_unused(struct loader *l);

/* Parses code: "label" | code: "label"; calls `each` for every entry. */
void load_each_choice(struct arena *arena, const char *list,
                      void (*each)(void *context, const char *code, const char *label), void *context);

/* Fills in one language; `ini` is the translation's file. */
void load_translation(struct loader *l, size_t language, const struct ini *ini);
/* Checks the texts of all languages: placeholders, markup. Fills the coverage counts. */
void load_check_texts(struct loader *l);

#endif
