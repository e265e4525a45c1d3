/* What the files of the rosters share. */
#ifndef READINESS_COLLECT_ROSTER_INSIDE_H
#define READINESS_COLLECT_ROSTER_INSIDE_H

#include "base/ini.h"
#include "base/str.h"
#include "collect/roster.h"

/* A sorted list of keys with the positions they stand for. */
struct roster_index {
    size_t n;
    struct roster_entry {
        const char *key;
        size_t at;
    } * entries;
};

/* One understanding under way. */
struct roster_work {
    struct arena *arena;
    struct findings *findings;
    struct roster_preview *preview;
    const struct ini *words; /* config/columns.ini */
};

/* Lower case, without accents, blanks and punctuation: how headings and names are compared. */
const char *roster_fold(struct arena *arena, struct str s);
void roster_index_add(struct arena *arena, struct roster_index *index, size_t *capacity, const char *key, size_t at);
void roster_index_sort(struct roster_index *index);
/* The first position of the key, SIZE_MAX when there is none; *twice (may be NULL): there is more than one. */
size_t roster_index_find(const struct roster_index *index, const char *key, bool *twice);

/* The row's cell for a field, or "" when there is no such column. */
const char *roster_cell(const struct roster_work *w, size_t row, size_t field);
/* An error finding at the row's cell; makes the row an error. `more`: one more pair, may be NULL. */
void roster_wrong(struct roster_work *w, size_t row, size_t field, const char *code, const char *value,
                  const char *more_name, const char *more);
/* A language as a tag: "FR" is fr, "Français" is fr; what is not understood is returned as it stands. */
const char *roster_language(const struct roster_work *w, const char *typed);
bool roster_is_language(const char *s);
/* A text on one line of at most `max` characters without control characters? */
bool roster_is_text(const char *s, size_t max);

enum result roster_understand_organisations(struct roster_work *w, struct store *store,
                                            struct id assessment) MUST_CHECK;
enum result roster_understand_people(struct roster_work *w, struct store *store, struct id assessment) MUST_CHECK;

#endif
