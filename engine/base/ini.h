/* INI text as sections and keys with line numbers, the only door to iniparser.
 *
 * iniparser 4.1 reads the values, but it folds names, lets later duplicates win, cuts unquoted values at ; and #,
 * limits lines and knows no line numbers. So a first pass of our own checks the text and maps section and key to line;
 * then iniparser reads it; then both results are compared. Every finding of the file comes in one run. Used by the
 * instrument loader, the interface texts, the terms and the settings. Safe from several threads (iniparser's global
 * error callback is used under a lock). */
#ifndef READINESS_BASE_INI_H
#define READINESS_BASE_INI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/finding.h"
#include "base/result.h"
#include "base/str.h"

struct ini_key {
    const char *name;
    const char *value; /* never NULL; quotes taken off */
    int line;          /* of the key, from 1 */
    int column;        /* of the value's first character, behind its quote, from 1; 0 when lines were joined */
    bool quoted;
    char comment; /* ';' or '#' when an unquoted value was followed by a comment: for a text that is a mistake */
};

struct ini_section {
    const char *name;
    int line;
    size_t n_keys;
    struct ini_key *keys; /* in file order */
};

struct ini {
    const char *file; /* the name to use in findings */
    size_t n_sections;
    struct ini_section *sections; /* in file order */
};

/* Limits: 1 MiB a file, 1,000 bytes a line (continuations included), 10,000 sections and keys (iniparser's list is
 * quadratic). */
enum { INI_FILE_MAX = 1 << 20, INI_LINE_MAX = 1000, INI_KEYS_MAX = 10000 };

/* Parses `text`, named `file` in findings, into `arena`. Adds every finding; RESULT_INPUT if one is an error (*out is
 * then still set to what could be read, so that checks above can go on and report more; it is NULL only if nothing
 * could). */
enum result ini_parse(struct ini **out, struct arena *arena, const char *file, struct str text,
                      struct findings *findings) MUST_CHECK;
/* The same for a file on disk: must be a regular file of at most INI_FILE_MAX bytes. `*text` (may be NULL) receives the
 * file's exact bytes, in the arena. */
enum result ini_read(struct ini **out, struct arena *arena, const char *path, struct str *text,
                     struct findings *findings) MUST_CHECK;
/* Text that ini_parse has accepted before, taken apart again: needs nothing but memory, so that it cannot fail. */
const struct ini *ini_parse_known(struct arena *arena, struct str text);
const struct ini_section *ini_find_section(const struct ini *ini, const char *section);
/* The key, or NULL. */
const struct ini_key *ini_find(const struct ini *ini, const char *section, const char *key);

#endif
