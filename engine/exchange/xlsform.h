/* The sheets of an XLSForm as tables with known columns. For read_xlsform*.c only. */
#ifndef READINESS_EXCHANGE_XLSFORM_H
#define READINESS_EXCHANGE_XLSFORM_H

#include "exchange/draft.h"
#include "exchange/sheets.h"

enum { FORM_COLUMNS_MAX = SHEET_COLUMNS_MAX };

struct form_column {
    const char *key;      /* in small letters with underscores; of texts without the language: "label" */
    const char *title;    /* as it stands in the file */
    const char *language; /* the tag; NULL: the column does not name one */
    bool unknown;         /* names a language that we know no tag of */
};

struct form_table {
    const char *place; /* of its rows in messages */
    int head_row;
    size_t n_columns;
    struct form_column *columns;
    size_t n_rows;
    const struct sheet_row *rows; /* below the head */
};

/* The three tables of the file; a missing one has no columns. False when there is no survey. */
bool form_open(struct draft *d, const struct sheets *sheets, struct form_table *survey, struct form_table *choices,
               struct form_table *settings, struct findings *findings);
/* A cell of a column without language; "" when there is none. */
const char *form_cell(const struct form_table *t, const struct sheet_row *row, const char *key);
/* The texts of a column in all languages, plain. `subject` names whose they are. */
struct draft_text form_text(struct draft *d, const struct form_table *t, const struct sheet_row *row, const char *key,
                            const char *subject);
/* Is there anything in the column, in any language? */
bool form_has_text(const struct form_table *t, const struct sheet_row *row, const char *key);
struct place form_place(const struct form_table *t, const struct sheet_row *row, const char *key);

/* xlsform_types.c */
enum form_kind {
    FORM_SELECT_ONE,
    FORM_SELECT_MULTIPLE,
    FORM_TEXT,
    FORM_NUMBER,
    FORM_RANGE,
    FORM_DATE,
    FORM_NOTE,
    FORM_ACKNOWLEDGE,
    FORM_CALCULATE,
    FORM_BEGIN_GROUP,
    FORM_END_GROUP,
    FORM_BEGIN_REPEAT,
    FORM_END_REPEAT,
    FORM_METADATA,    /* nothing that anybody is asked */
    FORM_UNSUPPORTED, /* a question that we cannot ask */
    FORM_DISABLED,    /* a question that is switched off */
    FORM_COMMENT,     /* an empty row, a divider */
};

struct form_type {
    enum form_kind kind;
    const char *list; /* of selects */
    bool or_other;
    bool whole; /* numbers: integers only */
};

struct form_type form_type_of(struct arena *arena, const char *cell);

#endif
