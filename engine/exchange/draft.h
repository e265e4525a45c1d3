/* The draft: an instrument on its way from another system's file to ours. Readers fill it in the order of their file;
 * draft_finish makes names legal, scales of lists and conditions of theirs, and draft_write writes it down. For
 * engine/exchange only. Everything lies in one arena. */
#ifndef READINESS_EXCHANGE_DRAFT_H
#define READINESS_EXCHANGE_DRAFT_H

#include <math.h>

#include "exchange/condition.h"
#include "exchange/exchange.h"
#include "instrument/keys.h"

enum { DRAFT_LANGUAGES_MAX = 24, DRAFT_BLOCKS_MAX = 4000, DRAFT_TEXT_MAX = 850 };

struct draft_text { /* NULL where a language has none; [0] is the instrument's own */
    const char *in[DRAFT_LANGUAGES_MAX];
};

struct draft_option {
    const char *code; /* as its own file has it */
    const char *name; /* as a choice here */
    bool outside;     /* not a point of the scale */
    long point;
    const char *outside_name;
    struct draft_text label;
    int row;
    int side; /* +1 favourable, -1 unfavourable, 0 not said or neither */
};

struct draft_list { /* choices that any number of questions may share */
    const char *code, *name;
    struct place place;
    size_t n, capacity;
    struct draft_option *options;
    bool rating;     /* some construct uses it as a scale */
    bool choices;    /* some question uses it as choices */
    bool says_sides; /* the options' sides are said */
    bool lettered;   /* as a scale its codes are not what they were */
    bool asked;      /* some question names it, in files where lists stand apart */
};

struct draft_item {
    const char *source, *name;
    struct place place;
    struct draft_text text;
    bool reverse;
    const struct condition *relevant;
};

enum draft_kind { DRAFT_CONSTRUCT, DRAFT_CHOICE, DRAFT_CHOICES, DRAFT_TEXT, DRAFT_NUMBER, DRAFT_DATE, DRAFT_NOTE };

struct draft_block {
    enum draft_kind kind;
    const char *source, *name;
    struct place place;
    struct draft_text label, hint;
    struct draft_list *list; /* of constructs and choices */
    size_t n_items, items_capacity;
    struct draft_item *items;
    enum required required;
    const struct condition *relevant;
    int page; /* index; -1: on none */
    int rows;
    double minimum, maximum; /* -INFINITY, INFINITY: none */
    bool comment, group;
    /* What only our own files say; NULL: not said. */
    const char *level, *answered_by, *higher, *min_answered, *domain, *strategies, *determinants;
    const char *relevant_here; /* after draft_finish: the condition in our words, NULL for none */
};

struct draft_page {
    const char *source, *name;
    struct place place;
    struct draft_text label, hint;
    const struct condition *relevant;
    const char *relevant_here;
};

struct draft_named { /* placeholders and domains */
    const char *name;
    struct draft_text text, second; /* a placeholder's default; a domain's label and framework */
};

/* A name by which conditions look at one option of a question with several ("Q1_SQ001" of LimeSurvey), or at a
 * question under a second name. */
struct draft_alias {
    const char *name;
    const char *source; /* of the question */
    const char *option; /* code, NULL: the question itself */
};

/* From names to numbers, quickly: files that nobody has to trust may hold tens of thousands. */
struct draft_index {
    size_t n, slots; /* slots is a power of two, or 0 */
    const char **names;
    int *values;
};

struct draft {
    struct arena *arena;
    struct findings *list;
    const struct texts *texts;
    const char *file, *reader;
    const char *language; /* of texts that do not say theirs; NULL: not said */
    enum dialect dialect;
    size_t n_languages;
    const char *languages[DRAFT_LANGUAGES_MAX];
    const char *name, *version, *minutes, *citation, *licence, *enabler_share, *barrier_share;
    struct draft_text title, status;
    size_t n_welcome, n_thanks;
    struct draft_text welcome[20], thanks[20];
    size_t n_placeholders, n_domains;
    struct draft_named placeholders[64], domains[64];
    size_t n_lists, lists_capacity;
    struct draft_list **lists;
    size_t n_pages, pages_capacity;
    struct draft_page *pages;
    size_t n_blocks, blocks_capacity;
    struct draft_block *blocks;
    size_t n_aliases, aliases_capacity;
    struct draft_alias *aliases;
    size_t n_sources, sources_capacity; /* names that texts may refer to */
    const char **sources;
    size_t n_gone, gone_capacity; /* names of what was left out, for better words about conditions */
    const char **gone;
    struct draft_index found; /* of resolve.c: names of questions and items, to what it knows of them */
    size_t n_quotes;          /* straight quotation marks that were turned */
    const char *strange;      /* what was said last to be a language, and is none; NULL */
    bool full;                /* more blocks than an instrument may have; said once */
};

/* draft.c: filling it. */
struct draft *draft_new(struct arena *arena, const struct exchange_source *source, struct findings *list);
/* The index of a language by its tag, added if there is room; -1 when there is none. */
int draft_language(struct draft *d, const char *tag);
/* A language's tag from what people write: "French (fr)", "fr", "French", "Français"; NULL when it is none we know. */
const char *draft_language_tag(struct arena *arena, const char *written);
struct draft_list *draft_list_new(struct draft *d, const char *code, struct place place);
struct draft_list *draft_list_find(struct draft *d, const char *code);
struct draft_option *draft_option_new(struct draft *d, struct draft_list *list, const char *code, int row);
/* NULL when the draft is full. The pointer is good until the next one is made. */
struct draft_block *draft_block_new(struct draft *d, enum draft_kind kind, const char *source, struct place place);
struct draft_item *draft_item_new(struct draft *d, struct draft_block *block, const char *source, struct place place);
int draft_page_new(struct draft *d, const char *source, struct place place);
void draft_alias(struct draft *d, const char *name, const char *source, const char *option);
void draft_source(struct draft *d, const char *name);
/* Leaves a question out, with the reason: a finding `code` with {what}. */
void draft_leave_out(struct draft *d, const char *source, struct place place, const char *code, const char *what);
/* A name that is left out on purpose: only conditions need to know. */
void draft_leave_out_quietly(struct draft *d, const char *source);
/* Lines of the list: not carried over; carried over in another form. */
#define draft_lost(d, place, ...) finding_add((d)->list, SEVERITY_WARNING, (place), __VA_ARGS__, NULL)
#define draft_noted(d, place, ...) finding_add((d)->list, SEVERITY_NOTE, (place), __VA_ARGS__, NULL)
bool draft_text_is_empty(const struct draft_text *text);
/* A word of ours ("yes", "no", ...) in every language of the draft that has it; notes once a language has not. */
struct draft_text draft_words(struct draft *d, const char *key);
/* Parses a condition of the draft's dialect; what cannot be understood is listed and gives NULL. */
const struct condition *draft_condition(struct draft *d, const char *text, const char *subject, struct place place);
bool draft_says_yes(const char *cell); /* yes, y, true, true(), 1, *, x */

/* plain.c: texts as people wrote them for other systems into our plain ones, in the draft's dialect: HTML and Markdown
 * off, pipes and expressions off, quotes typographic, one line. NULL for an empty text. `subject` names whose text. */
const char *draft_plain(struct draft *d, const char *text, const char *subject, struct place place);

/* names.c. The first value put under a name stays. */
void draft_index_put(struct arena *arena, struct draft_index *index, const char *name, int value);
int draft_index_get(const struct draft_index *index, const char *name); /* -1: not there */

/* A legal name like `wanted`, different from all taken ones; NULL is "q". */
struct draft_names {
    struct draft_index taken;
    bool reserved; /* words that items and questions may not be called by will do: pages, scales, domains */
};
const char *draft_name(struct draft *d, struct draft_names *names, const char *wanted, const char *otherwise);
/* The beginning of a legal name from any text: without accents, in small letters; "" when nothing is left. */
const char *draft_letters(struct arena *arena, const char *text);

/* finish.c: once the whole file is read. */
void draft_finish(struct draft *d);
/* points.c: a scale's codes and the choices' names for every list. */
void draft_make_codes(struct draft *d);
/* How many points a list has as a scale. */
size_t draft_points(const struct draft_list *list);
/* reshape.c: what our format cannot hold as it is becomes something it can: items with conditions of their own, lists
 * that are too long, texts that are too long. */
void draft_reshape(struct draft *d);
/* A text in pieces that fit into lines of ours; the same number of pieces in every language. In the arena. */
struct draft_text *draft_pieces(struct draft *d, const struct draft_text *text, size_t *n);
/* resolve.c: conditions in our words, and pages such that every condition looks back. */
void draft_resolve_conditions(struct draft *d);
/* A new page that begins with this block; what stood behind it moves there, too. */
void draft_divide_page(struct draft *d, size_t from);
/* A value for a key of our own format, as a table of the loader's says it may be; anything else is listed, NULL. */
const char *draft_value(struct draft *d, enum section_kind section, const char *key, const char *value,
                        struct place place);
/* Takes away, and lists, translations of a text that may be missing and is missing in the instrument's own language:
 * nobody would ever see them. */
void draft_drop_alone(struct draft *d, struct draft_text *text, const char *subject, struct place place);
/* Adds a paragraph to the first or last page's texts, in pieces if it is long. */
void draft_paragraph(struct draft *d, bool thanks, const struct draft_text *text, struct place place);

/* write.c */
const struct instrument_file *draft_write(struct draft *d, size_t *n);

/* One reader per kind: fills the draft; RESULT_INPUT with an error in `findings` when the file is not to be read. */
struct sheets;
enum result read_xlsform(struct draft *d, const struct sheets *sheets, struct findings *findings) MUST_CHECK;
enum result read_redcap(struct draft *d, const struct sheets *sheets, struct findings *findings) MUST_CHECK;
enum result read_limesurvey_txt(struct draft *d, const struct sheets *sheets, struct findings *findings) MUST_CHECK;
enum result read_limesurvey_lss(struct draft *d, struct str bytes, struct findings *findings) MUST_CHECK;

#endif
