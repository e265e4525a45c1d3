/* What the pages about reaching people share: links, posters, mailings, watching. For these pages, and the overview,
 * which says with their words that a wave is over. */
#ifndef READINESS_WEB_REACH_H
#define READINESS_WEB_REACH_H

#include "store/mailings.h"
#include "web/workspace/desk.h"

/* The assessment's open wave. False when there is none, or when the store failed, which then has been said (503): see
 * reach_failed. */
bool reach_find_wave(struct desk *d, struct wave *out);
/* Has its last day passed? Then nobody can answer, unless it is moved. */
bool reach_is_over(const struct wave *w);
/* Says so, with the ways on: moving the last day, closing. */
void reach_write_over(struct desk *d, const struct wave *w);
/* Has a page been written already, because something failed? */
bool reach_failed(const struct desk *d);

/* desk_open with the style of these pages. */
void reach_open(struct desk *d, const char *title_key, enum desk_tab tab);

/* The frame of a page that has nothing to show without an open wave: says so, and how to begin. */
void reach_show_no_wave(struct desk *d, const char *title_key, enum desk_tab tab);

/* All links of the wave; false when that failed, with the page written. */
bool reach_links(struct desk *d, const struct wave *wave, struct link **out, size_t *n);
/* The organisations by code; false when that failed, with the page written. */
bool reach_organisations(struct desk *d, struct organisation **out, size_t *n);
/* Into the order in which people look for them: kind, name of the organisation, unit, address. */
void reach_sort_links(struct desk *d, struct link *links, size_t n, const struct organisation *organisations,
                      size_t n_organisations);
const struct organisation *reach_organisation(const struct organisation *list, size_t n, const char *code);

/* The ways of reaching people, as a second row of tabs: "send", "links", "bounces". */
void reach_write_ways(struct desk *d, const char *here);

/* "https://survey.example.org/s/TOKEN" */
const char *reach_url(struct desk *d, const char *token);
/* "survey.example.org": what one types into a browser to come to the field for the code. */
const char *reach_short_address(struct desk *d);
/* "/assessments/north/send" and so on; `more` may be NULL. */
const char *reach_path(struct desk *d, const char *page, const char *more);

/* A sentence of section "work" in another language than the account's: that of an organisation. */
const char *reach_words(const struct screen *s, const char *key);

/* What the assessment calls its innovation in a language, with its article; NULL when it has no name
 * there. */
const char *reach_innovation(struct arena *arena, const struct sitting *sitting, const char *language);
/* Who is behind the survey: the name in the mails' From, else the person who is signed in. */
const char *reach_sender(struct desk *d);

/* Minutes for the form of one audience: the file's minutes are for its longer form, the shorter one takes its share. */
int reach_minutes(const struct instrument *instrument, enum audience audience);

#endif
