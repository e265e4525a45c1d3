/* The columns of a REDCap data dictionary: found by their heads, of the file or of the API. */
#include <string.h>
#include <strings.h>

#include "exchange/read_redcap.h"

const char *const dictionary_titles[DICTIONARY_COLUMNS][2] = {
    [COLUMN_FIELD_NAME] = {"variable / field name", "field_name"},
    [COLUMN_FORM_NAME] = {"form name", "form_name"},
    [COLUMN_SECTION_HEADER] = {"section header", "section_header"},
    [COLUMN_FIELD_TYPE] = {"field type", "field_type"},
    [COLUMN_FIELD_LABEL] = {"field label", "field_label"},
    [COLUMN_CHOICES] = {"choices, calculations, or slider labels", "select_choices_or_calculations"},
    [COLUMN_FIELD_NOTE] = {"field note", "field_note"},
    [COLUMN_VALIDATION] = {"text validation type or show slider number", "text_validation_type_or_show_slider_number"},
    [COLUMN_VALIDATION_MIN] = {"text validation min", "text_validation_min"},
    [COLUMN_VALIDATION_MAX] = {"text validation max", "text_validation_max"},
    [COLUMN_IDENTIFIER] = {"identifier?", "identifier"},
    [COLUMN_BRANCHING] = {"branching logic (show field only if...)", "branching_logic"},
    [COLUMN_REQUIRED] = {"required field?", "required_field"},
    [COLUMN_ALIGNMENT] = {"custom alignment", "custom_alignment"},
    [COLUMN_QUESTION_NUMBER] = {"question number (surveys only)", "question_number"},
    [COLUMN_MATRIX_GROUP] = {"matrix group name", "matrix_group_name"},
    [COLUMN_MATRIX_RANKING] = {"matrix ranking?", "matrix_ranking"},
    [COLUMN_ANNOTATION] = {"field annotation", "field_annotation"},
};

const char *dictionary_cell(const struct dictionary *t, const struct sheet_row *row, enum dictionary_column column) {
    return sheet_cell(row, t->columns[column]);
}

struct place dictionary_place(const struct dictionary *t, const struct sheet_row *row, enum dictionary_column column) {
    return (struct place){t->sheet->place, row->number, t->columns[column] + 1};
}

/* "readiness: construct=leadership level=team" in an annotation; "" when it is not said. */
const char *dictionary_own(struct dictionary *t, const struct sheet_row *row, const char *key) {
    const char *p = strstr(dictionary_cell(t, row, COLUMN_ANNOTATION), "readiness:");
    const size_t n = strlen(key);
    for (p = p ? p + strlen("readiness:") : NULL; p && *p;) {
        p += strspn(p, " \t\n");
        const size_t word = strcspn(p, " \t\n");
        if (word > n && strncmp(p, key, n) == 0 && p[n] == '=')
            return arena_copy(t->d->arena, p + n + 1, word - n - 1);
        p += word;
    }
    return "";
}

bool dictionary_find_head(struct dictionary *t, struct findings *findings) {
    static const enum dictionary_column needed[] = {COLUMN_FIELD_NAME, COLUMN_FIELD_TYPE, COLUMN_FIELD_LABEL};
    struct draft *d = t->d;
    for (size_t i = 0; i < t->sheet->n; i++) {
        const struct sheet_row *row = &t->sheet->rows[i];
        for (int c = 0; c < DICTIONARY_COLUMNS; c++) {
            t->columns[c] = -1;
            for (size_t k = 0; k < row->n; k++)
                if (strcasecmp(row->cells[k], dictionary_titles[c][0]) == 0 ||
                    strcasecmp(row->cells[k], dictionary_titles[c][1]) == 0)
                    t->columns[c] = (int)k;
        }
        if (t->columns[COLUMN_FIELD_NAME] < 0)
            continue;
        t->first = i + 1;
        for (size_t k = 0; k < sizeof needed / sizeof *needed; k++) {
            if (t->columns[needed[k]] >= 0)
                continue;
            finding_add(findings, SEVERITY_ERROR, (struct place){t->sheet->place, row->number, 0},
                        "exchange.column_missing", "column", dictionary_titles[needed[k]][1], NULL);
            return false;
        }
        for (size_t k = 0; k < row->n; k++) {
            bool known = row->cells[k][0] == '\0';
            for (int c = 0; c < DICTIONARY_COLUMNS; c++)
                known = known || t->columns[c] == (int)k;
            if (!known)
                draft_lost(d, ((struct place){t->sheet->place, row->number, (int)k + 1}), "exchange.column_extra",
                           "column", row->cells[k]);
        }
        return true;
    }
    return false;
}
