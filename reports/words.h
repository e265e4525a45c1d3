/* The words of reports: of a workbook and of a page alike. Without any library, so that both can use it.
 *
 * Sentences come from config/texts/<language>/reports.ini, names from the instrument. Everything handed out lies in the
 * arena of the words. */
#ifndef READINESS_REPORTS_WORDS_H
#define READINESS_REPORTS_WORDS_H

#include "aggregate/results.h"
#include "base/arena.h"
#include "base/texts.h"
#include "reports/outline.h"

struct words {
    struct arena *arena;
    const struct texts *texts; /* NULL for a table without words of ours: every word is then "" */
    const char *language;
    struct results *results;
    const struct instrument *instrument;
    const struct strategies *strategies; /* what can be done about a barrier; NULL: nothing is offered */
    size_t instrument_language;          /* index of the report's language, or 0 */
};

/* Words about these results in a language. */
struct words words_about(struct arena *arena, const struct texts *texts, const char *language, struct results *results);

/* The text of a key, and the same with {name} replaced: WORDS(w, "key", "name", value, NULL). */
const char *word(const struct words *w, const char *key);
#define WORDS(w, ...) texts_fill((w)->texts, (w)->arena, (w)->language, __VA_ARGS__)
/* "key.one" or "key.other", with {n}. */
const char *words_count(const struct words *w, const char *key, size_t n);

const char *words_number(const struct words *w, double x, int decimals);
const char *words_whole(const struct words *w, size_t n); /* 1204 as "1204" */
const char *words_percent(const struct words *w, double share);
const char *words_signed(const struct words *w, double x, int decimals); /* never "-0.0" */
const char *words_day(const struct words *w, const char *day);           /* "28 March 2027"; "" for "" */
const char *words_cell(const struct words *w, struct cell cell, int decimals);
const char *words_fewer(const struct words *w); /* "fewer than 5" */
/* In place of a withheld number of persons who answered: "fewer than 5" of one organisation, where that is the only
 * reason; "not shown" of all together, where their number may be kept back for another's sake. */
const char *words_answered_withheld(const struct words *w, const struct organisation_results *o);
const char *words_least_comments(const struct words *w); /* how many must have written one: max(2k, minimum) */

const char *words_call(const struct words *w, enum call call);
const char *words_mark(enum call call); /* ++ + ○ − −− */
const char *words_level(const struct words *w, enum level level);
const char *words_audience(const struct words *w, enum audience audience);
const char *words_reading(const struct words *w, const struct construct *construct);     /* which way it reads */
const char *words_scale_range(const struct words *w, const struct construct *construct); /* "1 to 5" */
const char *words_wave(const struct words *w);                                /* "Baseline, 3 to 28 March 2027" */
const char *words_wave_label(const struct words *w, const struct wave *wave); /* "Baseline", "Wave 2" */
/* Why a wave's figure cannot be set beside this one's; "" where it can. */
const char *words_comparison(const struct words *w, enum comparison why);
/* Names of a group's breakdown and of the group itself, for people. */
const char *words_breakdown(const struct words *w, const struct group_results *group);
const char *words_group(const struct words *w, const struct group_results *group);
/* A text of the instrument in the report's language, placeholders filled, without markup. */
const char *words_text(const struct words *w, const struct text *text);
/* The instrument's fingerprint in hexadecimal. */
const char *words_hash(const struct words *w);

#endif
