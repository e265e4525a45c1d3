/* What the files of collect share. */
#ifndef READINESS_COLLECT_INSIDE_H
#define READINESS_COLLECT_INSIDE_H

#include <pthread.h>

#include "collect/collect.h"
#include "collect/keys.h"

/* What seldom changes while a wave is open, kept so that a page needs one look-up in the store: its instrument, known
 * to be the one by its hash, and its assessment's titles and names, looked at again now and then. */
struct known_wave {
    struct known_wave *next;
    struct arena *arena;
    struct id id;
    uint8_t hash[32]; /* of its instrument, as the wave told it: another one after the wave took over other words */
    const struct instrument *instrument;
    struct assessment assessment;
    struct placeholder_value *placeholders;
    size_t n_placeholders;
    struct organisation *organisations; /* by code */
    size_t n_organisations;
    uint8_t print[32]; /* of the assessment's part */
    int64_t looked;    /* clock_monotonic; guarded by the collect's mutex */
};

struct collect {
    struct store *store;
    char *keys;
    pthread_mutex_t
        mutex; /* guards `waves`; a known wave never changes but for `looked`, and lives as long as the collect */
    struct known_wave *waves;
};

/* The wave's pinned instrument and its assessment; NULL when they cannot be read. */
const struct known_wave *collect_know(struct collect *c, const struct wave *wave);
/* The organisation with this code, or NULL. */
const struct organisation *known_organisation(const struct known_wave *w, const char *code);
/* The instrument's files as a wave pins them. */
struct wave_file *pinned_files(struct arena *arena, const struct instrument *instrument);

/* What a ballot holds, in clear. */
struct ballot_content {
    const char *organisation, *unit;
    bool has_pseudonym;
    uint8_t pseudonym[64]; /* still sealed, as in the ticket */
    struct str answers;    /* JSON */
};
struct str ballot_write(struct arena *arena, const struct ticket *ticket, const struct answers *answers);
bool ballot_read(struct arena *arena, struct str content, struct ballot_content *out);

/* Splits answers into the response (JSON without texts) and comments, each with fresh random ids; comments are appended
 * to the growing list. */
struct comment_list {
    struct comment *list;
    size_t n, capacity;
};
void split_answers(struct arena *arena, const struct answers *answers, const char *organisation,
                   struct response *response, struct comment_list *comments);
/* Into the order of organisation, (question,) id. */
void order_responses(struct response *list, size_t n);
void order_comments(struct comment *list, size_t n);

/* A wave's label is one line of 1 to 60 characters. */
bool wave_label_good(const char *label);

/* The key off a recovery sheet, as typed, with or without the sentence above the figures; false with the finding
 * "recovery_wrong" when it is not this wave's (collect/sheet.c). */
bool sheet_read(const struct wave *wave, const char *typed, struct wave_key *key, struct findings *findings);

/* Finishes a wave whose answers are out: scrubs, destroys the key, marks it closed. */
enum result finish_closing(struct collect *c, struct id wave, struct findings *findings) MUST_CHECK;

#endif
