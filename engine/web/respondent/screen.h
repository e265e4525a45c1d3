/* The frame around every page, and the interface's words in it.
 *
 * A page has one language, that of <html lang>. Where the interface's texts lack it, English stands in, and every
 * element with such words says so in its own lang attribute; the same goes for texts of an instrument that fell back.
 */
#ifndef READINESS_WEB_SCREEN_H
#define READINESS_WEB_SCREEN_H

#include <stdbool.h>

#include "base/texts.h"
#include "web/html.h"
#include "web/server/request.h"

struct screen {
    struct html html;
    struct request *request;
    const struct texts *texts;
    const char *language; /* of the page */
    const char *words;    /* of the interface's texts: the page's, or "en" */
    bool fell_back;
    const char *query; /* what links to the same page in other languages keep, "&name=value"; NULL for nothing */
};

/* A screen that writes the request's reply, in this language. */
void screen_init(struct screen *s, struct request *r, const char *language);
/* The language for pages without an instrument: ?lang=, what the browser asks for, English. */
const char *screen_language(const struct request *r);
/* The same, of these languages. */
const char *screen_language_of(const struct request *r, const char *const *languages, size_t n);
/* The best of `n` languages for an Accept-Language header, or NULL when none of them is asked for. */
const char *language_negotiate(const char *header, const char *const *languages, size_t n);

/* Everything up to and with <main>. `title` comes before the survey's name in the browser's title; `survey` stands in
 * the page's head and may be NULL. */
void screen_open(struct screen *s, int status, const char *title, const char *survey);
/* The end of <main>; what follows until screen_close is the page's foot. */
void screen_close_main(struct screen *s);
void screen_close(struct screen *s);

/* The interface's words. `key` without its section "web". */
const char *screen_words(const struct screen *s, const char *key);
void screen_say(struct screen *s, const char *key);
/* The lang attribute for an element that holds such words; nothing when they are in the page's language. */
void screen_words_language(struct screen *s);
/* The lang and dir attributes for another language than the page's. */
void screen_other_language(struct screen *s, const char *language);
/* Whole elements with words of the interface. */
void screen_paragraph(struct screen *s, const char *key);
void screen_paragraph_text(struct screen *s, const char *text); /* already filled in, in the words' language */
void screen_heading(struct screen *s, const char *key);
/* Links to the same page in other languages. */
void screen_language_links(struct screen *s, const char *path, const char *segment, const char *const *languages,
                           size_t n);

/* "31 January 2027" for "2027-01-31", in the words' language. */
const char *screen_date(struct screen *s, const char *day);

#endif
