/* The codebook of a data file: what each column means, which values it can have, and what was taken out and why. */
#include <string.h>

#include "base/csv.h"
#include "reports/data_inner.h"

const char *codebook_head(const struct data_plan *plan, enum codebook_column column) {
    static const char *const keys[CODEBOOK_COLUMNS] = {[CODEBOOK_NAME] = "data.head_name",
                                                       [CODEBOOK_FIELD] = "data.head_field",
                                                       [CODEBOOK_TEXT] = "data.head_text",
                                                       [CODEBOOK_KIND] = "data.head_kind",
                                                       [CODEBOOK_VALUES] = "data.head_values",
                                                       [CODEBOOK_MISSING] = "data.head_missing",
                                                       [CODEBOOK_MEASURE] = "data.head_measure",
                                                       [CODEBOOK_CONSTRUCT] = "data.head_construct",
                                                       [CODEBOOK_CONSTRUCT_TEXT] = "data.head_about",
                                                       [CODEBOOK_LEVEL] = "data.head_level",
                                                       [CODEBOOK_DIRECTION] = "data.head_direction",
                                                       [CODEBOOK_REVERSED] = "data.head_reversed",
                                                       [CODEBOOK_NOTE] = "data.head_note"};
    return word(&plan->words, keys[column]);
}

static const char *take(const struct data_plan *plan, struct buf *b) {
    const char *out = arena_copy(plan->arena, b->p, b->n);
    buf_free(b);
    return out;
}

static const char *scale_values(const struct data_plan *plan, const struct scale *scale) {
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < scale->n_points; i++)
        buf_printf(&b, "%s%d = %s", i ? "; " : "", scale->points[i].code,
                   words_text(&plan->words, &scale->points[i].label));
    return take(plan, &b);
}

/* Answers that are no value: named in the file, numbers in SPSS. */
static const char *scale_missing(const struct data_plan *plan, const struct scale *scale) {
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < scale->n_not_applicable; i++) {
        const struct not_applicable *na = &scale->not_applicable[i];
        buf_text(&b, i ? "; " : "");
        if (plan->form == DATA_SPSS)
            buf_printf(&b, "%d = %s: %s", data_missing_code(scale, i), na->name, words_text(&plan->words, &na->label));
        else
            buf_printf(&b, "%s = %s", na->name, words_text(&plan->words, &na->label));
    }
    return take(plan, &b);
}

static const char *choice_values(const struct data_plan *plan, const struct question *q, size_t choice) {
    struct buf b = BUF_INIT;
    if (choice != SIZE_MAX) {
        buf_printf(&b, "0 = %s; 1 = %s", word(&plan->words, "data.not_chosen"), word(&plan->words, "data.chosen"));
        return take(plan, &b);
    }
    for (size_t i = 0; i < q->n_choices; i++) {
        const char *label = words_text(&plan->words, &q->choices[i].label);
        buf_text(&b, i ? "; " : "");
        if (plan->form == DATA_SPSS)
            buf_printf(&b, "%d = %s: %s", data_choice_code(q, i), q->choices[i].code, label);
        else
            buf_printf(&b, "%s = %s", q->choices[i].code, label);
    }
    return take(plan, &b);
}

static const char *kind_word(const struct data_plan *plan, const struct field *field) {
    static const char *const keys[] = {[QUESTION_CHOICE] = "codebook.choice", [QUESTION_CHOICES] = "codebook.choices",
                                       [QUESTION_TEXT] = "codebook.text",     [QUESTION_NUMBER] = "codebook.number",
                                       [QUESTION_DATE] = "codebook.date",     [QUESTION_NOTE] = "codebook.text"};
    return word(&plan->words, field->item ? "data.rating" : keys[field->question->type]);
}

static void describe_item(const struct data_plan *plan, const struct item *item, struct codebook_row *row) {
    const struct words *w = &plan->words;
    const struct construct *c = &w->instrument->constructs[item->construct];
    row->cells[CODEBOOK_VALUES] = scale_values(plan, c->scale);
    row->cells[CODEBOOK_MISSING] = scale_missing(plan, c->scale);
    row->cells[CODEBOOK_MEASURE] = word(w, "data.ordinal");
    row->cells[CODEBOOK_CONSTRUCT] = c->name;
    row->cells[CODEBOOK_CONSTRUCT_TEXT] = words_text(w, &c->label);
    row->cells[CODEBOOK_LEVEL] = words_level(w, c->level);
    row->cells[CODEBOOK_DIRECTION] = words_reading(w, c);
    row->cells[CODEBOOK_REVERSED] = item->reverse ? word(w, "data.reversed") : "";
}

/* What was taken away from a key column. */
static const char *key_note(const struct data_plan *plan, const struct microdata_column *column) {
    const struct microdata_loss *losses;
    microdata_losses(plan->microdata, &losses);
    size_t lost = losses[column->at].rows;
    const char *least = words_whole(&plan->words, microdata_minimum(plan->microdata));
    if (lost == 0)
        return WORDS(&plan->words, "data.kept", "k", least, NULL);
    return WORDS(&plan->words, "data.lost", "rows", data_count(plan, lost), "k", least, NULL);
}

static struct codebook_row field_row(const struct data_plan *plan, const struct field *field, const char *name,
                                     size_t choice) {
    struct codebook_row row;
    for (size_t i = 0; i < CODEBOOK_COLUMNS; i++)
        row.cells[i] = "";
    row.cells[CODEBOOK_NAME] = name;
    row.cells[CODEBOOK_FIELD] = field->name;
    row.cells[CODEBOOK_TEXT] = words_text(&plan->words, field->item ? &field->item->text : &field->question->label);
    row.cells[CODEBOOK_KIND] = kind_word(plan, field);
    if (field->item) {
        describe_item(plan, field->item, &row);
    } else if (field->question->n_choices > 0) {
        row.cells[CODEBOOK_VALUES] = choice_values(plan, field->question, choice);
        row.cells[CODEBOOK_MEASURE] = word(&plan->words, "data.nominal");
        if (choice != SIZE_MAX)
            row.cells[CODEBOOK_TEXT] = arena_printf(plan->arena, "%s: %s", row.cells[CODEBOOK_TEXT],
                                                    words_text(&plan->words, &field->question->choices[choice].label));
        else if (field->question->type == QUESTION_CHOICES)
            row.cells[CODEBOOK_NOTE] = word(&plan->words, "data.several");
    }
    return row;
}

static struct codebook_row variable_row(const struct data_plan *plan, const struct data_variable *v) {
    struct codebook_row row;
    if (v->column->field) {
        row = field_row(plan, v->column->field, v->name, v->choice);
    } else {
        for (size_t i = 0; i < CODEBOOK_COLUMNS; i++)
            row.cells[i] = "";
        row.cells[CODEBOOK_NAME] = v->name;
        row.cells[CODEBOOK_TEXT] = word(&plan->words, v->column->at ? "data.unit" : "data.organisation");
        row.cells[CODEBOOK_KIND] = word(&plan->words, "data.key");
        row.cells[CODEBOOK_MEASURE] = word(&plan->words, "data.nominal");
    }
    if (v->column->key)
        row.cells[CODEBOOK_NOTE] = key_note(plan, v->column);
    return row;
}

static bool is_in_file(const struct data_plan *plan, const struct field *field) {
    for (size_t i = 0; i < plan->n_columns; i++)
        if (plan->columns[i].field == field)
            return true;
    return false;
}

size_t codebook_rows(const struct data_plan *plan, struct codebook_row **rows) {
    const struct instrument *in = plan->words.instrument;
    struct codebook_row *list = arena_array(plan->arena, plan->n_variables + in->n_fields + 1, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < plan->n_variables; i++)
        list[n++] = variable_row(plan, &plan->variables[i]);
    for (size_t i = 0; i < in->n_fields; i++) {
        const struct field *f = &in->fields[i];
        if (is_in_file(plan, f))
            continue;
        list[n] = field_row(plan, f, plan->microdata ? "" : f->name, SIZE_MAX);
        if (plan->microdata)
            list[n].cells[CODEBOOK_NOTE] =
                word(&plan->words, f->audience & AUDIENCE_STAFF ? "data.not_in_file" : "data.of_organisation");
        n++;
    }
    *rows = list;
    return n;
}

enum result codebook_write(const struct data_plan *plan, const char *path, struct findings *findings) {
    struct data_file file = data_file_begin(plan->arena, path, findings);
    if (!file.out)
        return RESULT_MACHINE;
    struct csv_writer csv = {.out = file.out};
    struct codebook_row *rows;
    size_t n = codebook_rows(plan, &rows);
    fputs("\xEF\xBB\xBF", file.out);
    for (size_t c = 0; c < CODEBOOK_COLUMNS; c++)
        csv_text(&csv, codebook_head(plan, (enum codebook_column)c));
    csv_end(&csv);
    for (size_t r = 0; r < n; r++) {
        for (size_t c = 0; c < CODEBOOK_COLUMNS; c++)
            csv_text(&csv, rows[r].cells[c]);
        csv_end(&csv);
    }
    return data_file_end(&file, true, findings);
}
