/* The words of screens, mails, reports and findings: config/texts/<language>/<room>.ini, built into the program, and
 * more (or other) files from a folder named in the settings. Immutable once loaded; shared by all threads. */
#ifndef READINESS_BASE_TEXTS_H
#define READINESS_BASE_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/finding.h"
#include "base/result.h"
#include "base/str.h"

struct texts;

/* Loads the built-in texts, then the folder's (may be NULL), whose entries win; then puts the field's words into them
 * (base/terms.h): the built-in ones, or a deployment's own from the file `terms` (may be NULL). */
enum result texts_load_with(struct texts **out, const char *folder, const char *terms,
                            struct findings *findings) MUST_CHECK;
/* The same with the built-in words. */
enum result texts_load(struct texts **out, const char *folder, struct findings *findings) MUST_CHECK;
/* A text from elsewhere (a mail) with the field's words put in, in the arena. */
const char *texts_with_terms(const struct texts *t, struct arena *arena, const char *language, const char *text);
void texts_free(struct texts *t);

/* Languages that have any text, in order: "en" first. */
size_t texts_languages(const struct texts *t, const char *const **languages);
bool texts_has_language(const struct texts *t, const char *language);

/* The text of "section.key" in the language, else in English, else the key itself (so a hole is seen, and a test finds
 * it). Never NULL. */
const char *texts_get(const struct texts *t, const char *language, const char *key);
/* The same, or NULL when that very language has no such text. */
const char *texts_own(const struct texts *t, const char *language, const char *key);

/* The text with {name} replaced; after `key` come pairs of const char * (name, value), then NULL. In the arena. */
const char *texts_fill(const struct texts *t, struct arena *arena, const char *language, const char *key, ...)
    __attribute__((sentinel));
/* The text "key.one" or "key.other" as the language's plural rule for `n` asks, with {n} and the pairs replaced. */
const char *texts_count(const struct texts *t, struct arena *arena, const char *language, const char *key, long n, ...)
    __attribute__((sentinel));

/* The forms that texts_count asks a language for: "one" and "other", "other" alone, or more. */
size_t texts_plural_forms(const char *language, const char *const **forms);

/* Replaces {name} in `text` by the values; unknown names stay as they are. */
void texts_substitute(struct buf *out, const char *text, const char *const *names, const char *const *values, size_t n);

/* Is the language written from right to left (ar, he, fa, ur, ...; by its primary subtag)? */
bool language_is_rtl(const char *language);
/* The language's own name from its texts ("Français"), else its tag. */
const char *texts_language_name(const struct texts *t, const char *language);
/* A number for people: thousands apart and decimals as the language has them ("1,200.5", "1 200,5" with a narrow
 * no-break space); for pages, mails and comments on sheets, never for data or the value of a field. */
const char *texts_number(struct arena *arena, const char *language, double x, int decimals);

#endif
