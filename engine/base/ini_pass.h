/* The first pass over INI text, for base/ini.c only: everything that iniparser would lose, fold or misread silently is
 * found here, with its line. */
#ifndef READINESS_BASE_INI_PASS_H
#define READINESS_BASE_INI_PASS_H

#include "base/arena.h"
#include "base/finding.h"
#include "base/ini.h"

/* Reads `text` into sections and keys as iniparser should see them. Adds a finding for every mistake and counts them in
 * `*errors`; what could be read stands in the result all the same. NULL when nothing could be read (UTF-16, too large).
 */
struct ini *ini_first_pass(struct arena *arena, const char *file, struct str text, struct findings *findings,
                           size_t *errors);

/* `text` without the three bytes of a UTF-8 byte order mark. */
struct str ini_without_bom(struct str text);

#endif
