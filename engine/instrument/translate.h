/* A translation as a file to work on: every text with its original above it, what was translated before in its place.
 *
 *   ; en: "Leaders here make time for this."
 *   item.lead1 = "Les responsables prennent du temps pour cela."
 *
 * An empty value is a missing one: the original is shown and the coverage says so. The comment tells, when the file is
 * brought up to date, whether the original has changed since; then the old one stands above the new one, marked "was",
 * until the translator deletes that line. Texts that are not there any more move to the end as comments. Comments of
 * the translator's own stay where they are. For instruments and for the interface's texts alike. */
#ifndef READINESS_INSTRUMENT_TRANSLATE_H
#define READINESS_INSTRUMENT_TRANSLATE_H

#include "base/arena.h"
#include "base/finding.h"
#include "base/result.h"
#include "base/str.h"
#include "instrument/instrument.h"

struct translatable { /* a text in the language it was written in */
    const char *section, *key, *original;
};

struct translation {
    const char *from, *to;      /* language tags: of the originals, of this file */
    const char *heading;        /* lines of comment for a new file, each beginning with ";" */
    const char *unused_heading; /* the same for what is not used any more */
    const char *old_name;       /* of the older translation, for findings */
    struct str old;             /* its text; p == NULL: there is none */
    const char *free_section;   /* in it each language may have keys of its own; NULL: in none */
    bool is_instrument;         /* says its own language in [survey]; `choices` lines stand for choice.CODE */
};

struct translation_counts {
    size_t texts, missing, changed, unused; /* `changed`: the original is another than the one translated */
};

/* Writes the file. The texts of a section follow one another in `list`. RESULT_INPUT, with findings, when the older
 * translation cannot be read; nothing is written then. */
enum result translation_write(struct buf *out, struct arena *arena, const struct translation *t,
                              const struct translatable *list, size_t n, struct translation_counts *counts,
                              struct findings *findings) MUST_CHECK;

/* All texts of an instrument, in the order of its file. In the arena. */
struct translatable *translatable_of(struct arena *arena, const struct instrument *instrument, size_t *n);

#endif
