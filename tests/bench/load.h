/* Who visits: what the parts of `load` share. */
#ifndef READINESS_BENCH_LOAD_H
#define READINESS_BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OUT_ROOM = 16384, IN_ROOM = 65536, COOKIE_ROOM = 128 };

struct text { /* grows by hand: all of it is known to be short */
    char *p;
    size_t n, room;
};

void text_add(struct text *t, const char *p, size_t n);
void text_say(struct text *t, const char *s);
/* As a value of a form: %XX for everything that is not a letter, a digit or one of "-._~". */
void text_add_encoded(struct text *t, const char *p, size_t n);

/* A small generator of its own for each run, so that every run answers the same. */
uint32_t chance(uint64_t *state, uint32_t below);

/* What somebody sends who fills in the page's form to /s: its hidden fields as they are, one button of each row by
 * chance, boxes left empty, texts as they stand, and the first button of the form. False when the page has no such
 * form. */
bool form_fill(struct text *body, const char *page, size_t n, uint64_t *state);

#endif
