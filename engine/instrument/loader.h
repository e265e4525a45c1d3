/* From INI text to `struct instrument`, with every mistake said at once. The only maker of instruments. */
#ifndef READINESS_INSTRUMENT_LOADER_H
#define READINESS_INSTRUMENT_LOADER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/finding.h"
#include "base/result.h"
#include "instrument/instrument.h"

/* Loads surveys/NAME.ini and its translations NAME.<language>.ini beside it. RESULT_INPUT when there is an error
 * finding: then *out is NULL. Warnings do not fail. The caller owns one reference of *out. */
enum result instrument_load(const struct instrument **out, const char *path, struct findings *findings) MUST_CHECK;

/* The files that instrument_load reads for a path: itself, then its translations, by language. In the arena. */
const char **instrument_list_files(struct arena *arena, const char *path, size_t *n);

/* The same from texts in memory (a wave's pinned files): files[0].language is "". `name` is used in findings. */
enum result instrument_parse(const struct instrument **out, const char *name, const struct instrument_file *files,
                             size_t n_files, struct findings *findings) MUST_CHECK;

/* A language tag as it stands in a file's name: "fr", "fr-ca", "zh-Hant". */
bool language_is_tag(struct str s);

/* Is this the translation NAME.<language>.ini of a NAME.ini beside it? Who lists a folder of instruments leaves those
 * out. */
bool instrument_is_translation(const char *path);

#endif
