/* The columns of a REDCap data dictionary, for reading and for writing. */
#ifndef READINESS_EXCHANGE_READ_REDCAP_H
#define READINESS_EXCHANGE_READ_REDCAP_H

#include "exchange/draft.h"
#include "exchange/sheets.h"

enum dictionary_column {
    COLUMN_FIELD_NAME,
    COLUMN_FORM_NAME,
    COLUMN_SECTION_HEADER,
    COLUMN_FIELD_TYPE,
    COLUMN_FIELD_LABEL,
    COLUMN_CHOICES,
    COLUMN_FIELD_NOTE,
    COLUMN_VALIDATION,
    COLUMN_VALIDATION_MIN,
    COLUMN_VALIDATION_MAX,
    COLUMN_IDENTIFIER,
    COLUMN_BRANCHING,
    COLUMN_REQUIRED,
    COLUMN_ALIGNMENT,
    COLUMN_QUESTION_NUMBER,
    COLUMN_MATRIX_GROUP,
    COLUMN_MATRIX_RANKING,
    COLUMN_ANNOTATION, /* older files end before it */
    DICTIONARY_COLUMNS
};

struct dictionary {
    struct draft *d;
    const struct sheet *sheet;
    size_t first; /* the first row below the heads */
    int columns[DICTIONARY_COLUMNS];
    const char *form;             /* of the row before */
    const struct sheet_row *head; /* of the construct to come, in our own export */
    bool alignment_listed;
    size_t n_lists, texts_capacity, lists_capacity;
    const char **list_texts; /* the cells that the lists were made of */
    struct draft_list **lists;
};

/* Of the file and of the API, in small letters. */
extern const char *const dictionary_titles[DICTIONARY_COLUMNS][2];
/* Finds the row that holds the heads; false when a column without which nothing can be read is missing. */
bool dictionary_find_head(struct dictionary *t, struct findings *findings);
const char *dictionary_cell(const struct dictionary *t, const struct sheet_row *row, enum dictionary_column column);
struct place dictionary_place(const struct dictionary *t, const struct sheet_row *row, enum dictionary_column column);
/* What our own export says in the annotation; "" when it says nothing. */
const char *dictionary_own(struct dictionary *t, const struct sheet_row *row, const char *key);

#endif
