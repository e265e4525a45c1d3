/* Files of the repository that are built into the program: texts, style sheets, SQL. Made by cmake/embed.cmake. */
#ifndef READINESS_BASE_EMBEDDED_H
#define READINESS_BASE_EMBEDDED_H

#include <stddef.h>

#include "base/str.h"

struct embedded_file {
    const char *path; /* in the repository: "config/texts/en/pages.ini" */
    const char *begin;
    const char *end;
};

extern const struct embedded_file embedded_files[];
extern const size_t embedded_count;

/* The file's bytes, or an empty view with p == NULL. */
struct str embedded_find(const char *path);

/* Nobody reads the file any more, for the time being: its pages leave the memory, and come back from the program's own
 * file when somebody does. */
void embedded_leave(const struct embedded_file *f);

#endif
