/* The instrument: what an INI file in surveys/ says, checked and made immutable.
 *
 * A `struct instrument` is made by the loader (instrument/loader.h), reference-counted, and shared by all threads
 * without locks; a changed file makes a new one. Pointers into it live as long as a reference is held. Order is file
 * order. Everybody above may read it; nobody above may change it. */
#ifndef READINESS_INSTRUMENT_H
#define READINESS_INSTRUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* What a rating is about. */
enum level { LEVEL_INDIVIDUAL, LEVEL_TEAM, LEVEL_ORGANISATION, LEVEL_SYSTEM, LEVEL_COUNT };
extern const char *const level_names[LEVEL_COUNT]; /* "individual", ... as in the file */

/* Who gives an answer; `both` in the file is the two together. Also the audience of a form. */
enum audience { AUDIENCE_STAFF = 1, AUDIENCE_ORGANISATION = 2, AUDIENCE_BOTH = 3 };

enum required { REQUIRED_NO, REQUIRED_SOFT, REQUIRED_YES };

/* A text in every language of the instrument: in[i] is NULL where language i has none of its own. */
struct text {
    const char *const *in;
};

struct expression; /* a parsed `relevant` (instrument/expression.h) */

struct scale_point {
    int code;
    struct text label;
    bool favourable, unfavourable; /* as the file says for this scale, before any reversing */
};

struct not_applicable {
    const char *name; /* the code stored: "na", "unsure" */
    struct text label;
};

struct scale {
    const char *name;
    size_t n_points;
    const struct scale_point *points; /* by code, ascending */
    int low, high;                    /* first and last code */
    size_t n_not_applicable;
    const struct not_applicable *not_applicable;
};

struct domain {
    const char *name;
    struct text label, framework;
};

struct item { /* one rating item */
    const char *name;
    struct text text;
    bool reverse;
    size_t construct; /* index */
    size_t field;     /* index into fields */
};

struct construct {
    const char *name;
    struct text label, hint;     /* hint may be empty in every language */
    const struct domain *domain; /* NULL when the file names none */
    enum level level;
    enum audience answered_by;
    const struct scale *scale;
    bool higher_is_barrier;
    double min_answered; /* share of items, 0..1 */
    enum required required;
    size_t n_strategies;
    const char *const *strategies;
    size_t n_determinants; /* what a matrix of strategies calls it: at least one, by default its own name */
    const char *const *determinants;
    size_t first_item, n_items;        /* a run in `items` */
    const struct expression *relevant; /* NULL: always */
};

enum question_type { QUESTION_CHOICE, QUESTION_CHOICES, QUESTION_TEXT, QUESTION_NUMBER, QUESTION_DATE, QUESTION_NOTE };

struct choice {
    const char *code;
    struct text label;
};

struct question {
    const char *name;
    enum question_type type;
    struct text label, hint;
    enum audience answered_by;
    size_t n_choices; /* at most 64 */
    const struct choice *choices;
    bool group;   /* reports may be broken down by it (choice only) */
    bool comment; /* goes to the comments sheet (text only) */
    enum required required;
    int rows;                /* of a text field; 1 is a single line */
    double minimum, maximum; /* of a number; -INFINITY and INFINITY when the file gives none */
    const struct expression *relevant;
    size_t field; /* index into fields; SIZE_MAX for a note */
};

/* Everything that can hold an answer, in file order: what is stored, exported and imported under `name`. */
struct field {
    const char *name;
    const struct item *item; /* exactly one of these two is set */
    const struct question *question;
    enum audience audience;
};

struct block { /* one thing on a page: a construct or a question */
    const struct construct *construct;
    const struct question *question;
};

struct page {
    const char *name;
    struct text label; /* may be empty: then the heading is the only block's own */
    struct text hint;
    size_t n_blocks;
    const struct block *blocks;
    const struct expression *relevant;
};

struct placeholder {
    const char *name;
    struct text value; /* the default */
};

struct instrument_file {  /* the exact text of one file, to be pinned to a wave */
    const char *language; /* "" for the instrument itself */
    struct str text;
};

struct instrument {
    const char *name, *version;
    struct text title, status;
    size_t n_welcome, n_thanks;
    const struct text *welcome, *thanks; /* paragraphs */
    const char *citation, *licence;      /* "" when absent */
    int minutes;
    size_t n_languages;
    const char *const *languages; /* [0] is the instrument's own */
    size_t n_placeholders;
    const struct placeholder *placeholders;
    size_t n_scales;
    const struct scale *scales;
    size_t n_domains;
    const struct domain *domains;
    size_t n_constructs;
    const struct construct *constructs;
    size_t n_items;
    const struct item *items;
    size_t n_questions;
    const struct question *questions;
    size_t n_fields;
    const struct field *fields;
    size_t n_pages;
    const struct page *pages;            /* always filled: without [page.*] one page a block, in file order */
    double enabler_share, barrier_share; /* call thresholds; 0.75 and 0.50 unless the file says otherwise */
    uint8_t hash[32];                    /* BLAKE2b of the normalised content, translations included */
    size_t n_files;
    const struct instrument_file *files;
};

/* Another reference; returns its argument. */
const struct instrument *instrument_hold(const struct instrument *instrument);
/* Gives a reference back; the last one frees everything. NULL is allowed. */
void instrument_release(const struct instrument *instrument);

/* The index of a language ("fr-CA" falls back to "fr"), or -1. */
int instrument_language(const struct instrument *instrument, const char *language);
/* The text in a language (index), else in the instrument's own, else "". */
const char *text_in(const struct text *text, size_t language);
bool text_is_empty(const struct text *text);
/* Pages, blocks for an audience: a page is shown to it if at least one of its blocks is. */
bool block_is_for(const struct block *block, enum audience audience);
bool page_is_for(const struct page *page, enum audience audience);
/* Index of the field with this name, or -1. */
int instrument_field(const struct instrument *instrument, const char *name);
int instrument_construct(const struct instrument *instrument, const char *name);
/* The share of texts of language `i` that are its own, 0..1. */
double instrument_coverage(const struct instrument *instrument, size_t language);
/* `text` with ${name} replaced: by the given values, else by the placeholder's default in that language. In the buf. */
void instrument_fill(struct buf *out, const struct instrument *instrument, size_t language, const char *text,
                     const char *const *names, const char *const *values, size_t n);

/* A scale code as scored: mirrored if the item is reversed (low + high - x), then turned so that higher means enabler
 * if the construct's higher is a barrier. */
int item_scored(const struct instrument *instrument, const struct item *item, int code);
/* Is a raw code of this item on the favourable (+1), unfavourable (-1) side, or between (0), after reversing and
 * turning? */
int item_side(const struct instrument *instrument, const struct item *item, int code);

#endif
