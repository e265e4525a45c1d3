/* Rosters: tables of organisations or people, understood row by row before anything is written.
 *
 * The command line and the workspace share this: a table is read (base/csv.h), its columns are found by their headings
 * (config/columns.ini, English and French) or named by hand, every row is held against what is stored and becomes new,
 * updated, unchanged or an error with findings by row and column; then the rows without errors can be applied. The same
 * table twice changes nothing the second time. */
#ifndef READINESS_COLLECT_ROSTER_H
#define READINESS_COLLECT_ROSTER_H

#include "base/arena.h"
#include "base/csv.h"
#include "base/finding.h"
#include "base/result.h"
#include "instrument/instrument.h"
#include "store/store.h"

enum { ROSTER_FILE_MAX = 5 << 20, ROSTER_ROWS_MAX = 50000, ROSTER_ORGANISATIONS_MAX = 5000, ROSTER_FIELDS_MAX = 6 };

enum roster_kind { ROSTER_ORGANISATIONS, ROSTER_PEOPLE };
enum { ORGANISATION_CODE, ORGANISATION_NAME, ORGANISATION_PARENT, ORGANISATION_HEADCOUNT, ORGANISATION_LANGUAGE };
enum { PERSON_EMAIL, PERSON_ORGANISATION, PERSON_NAME, PERSON_GIVEN_NAME, PERSON_UNIT, PERSON_LANGUAGE };

struct roster_field {
    const char *name; /* "code", "headcount": the key in config/columns.ini */
    bool required;    /* there must be a column for it */
};
/* The key of a field's name in the texts, "column.email": how findings about it call it ({column}). */
const char *roster_field_text(struct arena *arena, enum roster_kind kind, size_t field);
/* The fields of a kind in the order of the enums above; returns their number (at most ROSTER_FIELDS_MAX). */
size_t roster_fields(enum roster_kind kind, const struct roster_field **out);

enum roster_state { ROSTER_NEW, ROSTER_UPDATED, ROSTER_UNCHANGED, ROSTER_ERROR, ROSTER_STATES };

struct roster_row {
    int line; /* in the file */
    enum roster_state state;
    bool code_made; /* an organisation's: from its name, because none stood in the file */
    union {
        struct organisation organisation;
        struct person person;
    };
};

struct roster_preview {
    enum roster_kind kind;
    const struct csv *csv;
    int columns[ROSTER_FIELDS_MAX]; /* per field the index of its column, or -1 */
    bool complete;                  /* all required columns are there, and not too many rows; else rows is empty */
    bool too_long;                  /* too many rows */
    size_t n_rows;
    struct roster_row *rows; /* parallel to csv->rows */
    size_t counts[ROSTER_STATES];
};

/* Understands a table for this assessment. `columns` (may be NULL) names columns by hand, per field: an index, or -1
 * for none. An absent column leaves what is stored as it is; an empty cell empties it. Organisations without a code
 * keep the one they have in the store, found by their name, or get one made from it that no other has. Parents and
 * people's organisations may be written as code or as name. RESULT_OK with *out also when rows have errors
 * (counts[ROSTER_ERROR]) or columns are missing (complete is false); RESULT_MACHINE when the store cannot be read.
 * Everything in *out lies in the arena. */
enum result roster_understand(struct roster_preview **out, struct arena *arena, struct store *store,
                              struct id assessment, enum roster_kind kind, const struct csv *csv, const int *columns,
                              struct findings *findings) MUST_CHECK;
/* Says, as warnings, which rows name a language that the instrument does not have: their people are asked in its own.
 */
void roster_check_languages(const struct roster_preview *preview, struct arena *arena,
                            const struct instrument *instrument, struct findings *findings);
/* Writes what is new and updated; rows with errors are left out. */
enum result roster_apply(struct store *store, struct id assessment, const struct roster_preview *preview) MUST_CHECK;

/* A code made from a name, of lower-case letters, digits and dashes: "Hôpital du Sacré-Cœur" becomes
 * hopital-du-sacre-coeur. "" for a name without any of them, as in Greek. In the arena. */
const char *roster_make_code(struct arena *arena, const char *name);

/* The same checks for a single organisation or person that is typed into a form: the code of the finding that applies
 * to the field, or NULL when it is good. */
const char *roster_check_organisation(const struct organisation *o, size_t field);
const char *roster_check_person(const struct person *p, size_t field);

#endif
