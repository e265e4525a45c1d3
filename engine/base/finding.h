/* Findings: what is wrong, where, and what would be right, for the person who can act on it.
 *
 * A finding is a code with named values; the sentence stands in config/texts/<language>/, section [finding], under the
 * code, with {name} where a value goes: finding_add(f, SEVERITY_ERROR, place, "scale_unknown", "construct",
 * "leadership", "scale", "agre5", NULL) and `scale_unknown = "construct "{construct}" names the scale ..."`. Everything
 * is copied. All findings of a run are collected and shown together; nobody stops at the first. */
#ifndef READINESS_BASE_FINDING_H
#define READINESS_BASE_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct texts;

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE };

/* Where: a file with line (or row of a table) and column, both from 1; 0 or NULL where there is none. */
struct place {
    const char *file;
    int line;
    int column;
};

#define FINDING_ARGS 6

struct finding {
    enum severity severity;
    struct place place;
    const char *code;
    const char *names[FINDING_ARGS];
    const char *values[FINDING_ARGS];
    size_t n_args;
};

struct findings;
struct buf;

struct findings *findings_new(void);
void findings_free(struct findings *f);
/* Adds one finding; after `code` come pairs of const char * (name, value), then NULL. `f` may be NULL: nothing happens.
 */
void finding_add(struct findings *f, enum severity severity, struct place place, const char *code, ...)
    __attribute__((sentinel));
/* Adds copies of all findings of `from`, behind those of `f`; `f` may be NULL. */
void findings_add_all(struct findings *f, const struct findings *from);
size_t findings_count(const struct findings *f, enum severity severity);
size_t findings_total(const struct findings *f);
const struct finding *findings_at(const struct findings *f, size_t i);
/* Sorts by file, line, column; stable. */
void findings_sort(struct findings *f);
/* Is there a finding with this code (at this line, if line is not 0)? For tests and callers that react to one. */
bool findings_have(const struct findings *f, const char *code, int line);
/* The sentence alone, in `language`. A pair whose name ends in "_text" has the key of a text as its value and stands
 * for {name without it}: "column_text", "column.email" fills {column} with what the reader calls that column. */
void finding_sentence(struct buf *out, const struct finding *f, const struct texts *texts, const char *language);
/* One line each, "file:line: error: sentence", in `language`. */
void findings_write_text(const struct findings *f, const struct texts *texts, const char *language, FILE *out);
/* The same with the code in brackets behind each sentence, for whoever may ask what it means. */
void findings_write_coded(const struct findings *f, const struct texts *texts, const char *language, FILE *out);
/* One JSON array of {severity, file, line, column, code, message}. */
void findings_write_json(const struct findings *f, const struct texts *texts, const char *language, FILE *out);

#endif
