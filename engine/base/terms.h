/* The field's words: texts name them, {term.barrier}, and a deployment may call them otherwise (config/terms.ini).
 *
 *   {term.barrier}            the singular; {term.barrier.FORM} another form: many, a, the, ... (term_forms)
 *   {Term.barrier.many}       the same with a capital
 *   {term.barrier:fort|forte} the first or second word, as the term is masculine or feminine
 *
 * A form that the words themselves do not give is made by the language's grammar: English a and an; French articles
 * with gender and elision, contracted with de and à; the Arabic article, ل before it, the dual and what is counted from
 * 11 on (two, accusative: in Arabic only). In any other language it is the singular, or the plural for a form of many,
 * so its terms should give the forms that its texts use. All this happens once, while texts are loaded.
 *
 * The terms themselves, with their default words, are in config/texts/LANGUAGE/terms.ini. */
#ifndef READINESS_BASE_TERMS_H
#define READINESS_BASE_TERMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

extern const char *const term_forms[]; /* "one", "many", "gender", "elision", "a", ... */
extern const size_t n_term_forms;

/* The word under "term.NAME.FORM" in the language, or NULL. */
typedef const char *term_find(const void *context, const char *language, const char *key);

/* The text with its terms replaced, in the arena; `text` itself when there is none in it. A term that nobody knows
 * stays as it is, so that it is seen. */
const char *terms_resolve(struct arena *arena, const char *text, const char *language, term_find *find,
                          const void *context);

#endif
