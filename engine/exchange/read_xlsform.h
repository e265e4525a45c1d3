/* What the two files of the XLSForm reader share. For read_xlsform*.c only. */
#ifndef READINESS_EXCHANGE_READ_XLSFORM_H
#define READINESS_EXCHANGE_READ_XLSFORM_H

#include "exchange/xlsform.h"

enum { FORM_DEPTH_MAX = 20 };

struct form_group {
    const struct sheet_row *row;
    const char *name, *kind;
    struct place place;
    struct draft_text label, hint;
    const struct condition *relevant;
    bool is_table; /* its selects are rows of one matrix */
    int serial;
};

struct form_appearance { /* a word of the column that has no effect here */
    const char *word;
    size_t n; /* rows */
    struct place place;
};

struct form {
    struct draft *d;
    struct form_table survey, choices, settings;
    struct form_type *types; /* of the survey's rows */
    size_t at;               /* the row at hand */
    size_t depth;
    struct form_group groups[FORM_DEPTH_MAX];
    int too_deep, n_groups;
    int page_serial; /* of the group that the last page was made for */
    int outside;     /* the serial of rows outside all groups: 0 */
    size_t n_appearances, appearances_capacity;
    struct form_appearance *appearances;
};

/* Makes the page of the group at this depth, unless it is the one at hand. */
void form_turn_page(struct form *f, size_t depth, struct place place);
bool form_read_own(struct form *f, const struct sheet_row *row, const char *kind);
/* Reads the question at f->at; rows of a matrix all at once, then f->at is the last of them. */
void form_read_question(struct form *f, const struct sheet_row *row, const struct form_type *type);
/* Lists cells of columns that we know of and have no place for; columns that we do not know; words about how a question
 * looks, each once, at the end. */
void form_list_unused(struct form *f, const struct sheet_row *row, const char *name);
void form_list_cell(struct form *f, const struct sheet_row *row, const char *name, const char *key);
void form_list_unknown_columns(struct form *f);
void form_list_appearances(struct form *f);
void form_leave_out_disabled(struct form *f, const struct sheet_row *row);

#endif
