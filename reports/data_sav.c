/* Rows for SPSS, through ReadStat. Values are numbers with labels; an answer that is no value ("does not apply") is a
 * user-missing code below the scale, so that it stays apart from a blank, which is system-missing. */
#include <readstat.h>
#include <string.h>

#include "reports/data_inner.h"

/* Bytes that SPSS keeps of a variable's and of a value's label; the codebook has them whole. */
enum { VARIABLE_LABEL_MAX = 250, VALUE_LABEL_MAX = 120, FILE_LABEL_MAX = 60, STRING_MAX = 32767, MISSING_SINGLE = 3 };

struct sav {
    const struct data_plan *plan;
    FILE *out;
    readstat_writer_t *writer;
    readstat_label_set_t **scale_sets; /* per scale of the instrument */
    readstat_label_set_t *chosen;
    readstat_variable_t **variables;
    size_t n_sets, done;
    bool good;
};

/* The longest beginning of at most `most` bytes that ends between two characters, on one line. */
static const char *cut_label(const struct data_plan *plan, const char *text, size_t most) {
    struct buf b = BUF_INIT;
    size_t n = strlen(text), at = n;
    if (n > most)
        for (at = most - strlen("…"); at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80;)
            at--;
    for (size_t i = 0; i < at; i++)
        buf_char(&b, (unsigned char)text[i] < ' ' ? ' ' : text[i]);
    buf_text(&b, at < n ? "…" : "");
    const char *out = arena_copy(plan->arena, b.p, b.n);
    buf_free(&b);
    return out;
}

static ssize_t write_bytes(const void *data, size_t n, void *context) {
    struct sav *s = context;
    return fwrite(data, 1, n, s->out) == n ? (ssize_t)n : -1;
}

static readstat_label_set_t *add_set(struct sav *s) {
    return readstat_add_label_set(s->writer, READSTAT_TYPE_DOUBLE,
                                  arena_printf(s->plan->arena, "labels%zu", s->n_sets++));
}

static void label_value(struct sav *s, readstat_label_set_t *set, int code, const char *label) {
    readstat_label_double_value(set, code, cut_label(s->plan, label, VALUE_LABEL_MAX));
}

/* Made at its first item, and shared by all that follow. */
static readstat_label_set_t *scale_set(struct sav *s, const struct scale *scale) {
    const struct words *w = &s->plan->words;
    size_t at = (size_t)(scale - w->instrument->scales);
    readstat_label_set_t *set = s->scale_sets[at];
    if (set)
        return set;
    set = s->scale_sets[at] = add_set(s);
    for (size_t i = scale->n_not_applicable; i-- > 0;)
        label_value(s, set, data_missing_code(scale, i), words_text(w, &scale->not_applicable[i].label));
    for (size_t i = 0; i < scale->n_points; i++)
        label_value(s, set, scale->points[i].code, words_text(w, &scale->points[i].label));
    return set;
}

static readstat_label_set_t *question_set(struct sav *s, const struct question *q) {
    readstat_label_set_t *set = add_set(s);
    for (size_t i = 0; i < q->n_choices; i++)
        label_value(s, set, data_choice_code(q, i), words_text(&s->plan->words, &q->choices[i].label));
    return set;
}

/* SPSS takes three single codes for missing, or a range. */
static void set_missing(struct sav *s, readstat_variable_t *v, const struct scale *scale) {
    size_t n = scale->n_not_applicable;
    readstat_error_t error = READSTAT_OK;
    if (n > MISSING_SINGLE)
        error =
            readstat_variable_add_missing_double_range(v, data_missing_code(scale, n - 1), data_missing_code(scale, 0));
    for (size_t i = 0; n <= MISSING_SINGLE && i < n && error == READSTAT_OK; i++)
        error = readstat_variable_add_missing_double_value(v, data_missing_code(scale, i));
    s->good = s->good && error == READSTAT_OK;
}

static readstat_variable_t *add_string(struct sav *s, const struct data_variable *v) {
    const char *const *labels;
    size_t n = microdata_labels(s->plan->microdata, v->column->at, &labels), width = 1;
    for (size_t i = 0; i < n; i++)
        width = strlen(labels[i]) > width ? strlen(labels[i]) : width;
    width = width > STRING_MAX ? STRING_MAX : width;
    readstat_variable_t *variable = readstat_add_variable(s->writer, v->name, READSTAT_TYPE_STRING, width);
    readstat_variable_set_format(variable, arena_printf(s->plan->arena, "A%zu", width));
    readstat_variable_set_display_width(variable, width < 8 ? 8 : width > 40 ? 40 : (int)width);
    return variable;
}

static readstat_variable_t *add_number(struct sav *s, const struct data_variable *v) {
    const struct scale *scale = data_scale(s->plan, v->column);
    readstat_variable_t *variable = readstat_add_variable(s->writer, v->name, READSTAT_TYPE_DOUBLE, 0);
    readstat_variable_set_format(variable, "F8.0");
    readstat_variable_set_display_width(variable, 8);
    if (scale) {
        readstat_variable_set_label_set(variable, scale_set(s, scale));
        set_missing(s, variable, scale);
    } else if (v->choice == SIZE_MAX) {
        readstat_variable_set_label_set(variable, question_set(s, v->column->field->question));
    } else {
        readstat_variable_set_label_set(variable, s->chosen);
    }
    return variable;
}

static const char *variable_label(const struct data_plan *plan, const struct data_variable *v) {
    const struct words *w = &plan->words;
    const struct field *f = v->column->field;
    if (!f)
        return word(w, v->column->at ? "data.unit" : "data.organisation");
    const char *text = words_text(w, f->item ? &f->item->text : &f->question->label);
    return v->choice == SIZE_MAX
               ? text
               : arena_printf(plan->arena, "%s: %s", words_text(w, &f->question->choices[v->choice].label), text);
}

static void add_variables(struct sav *s) {
    const struct data_plan *plan = s->plan;
    s->chosen = add_set(s);
    label_value(s, s->chosen, 0, word(&plan->words, "data.not_chosen"));
    label_value(s, s->chosen, 1, word(&plan->words, "data.chosen"));
    for (size_t i = 0; i < plan->n_variables; i++) {
        const struct data_variable *v = &plan->variables[i];
        bool rating = v->column->field && v->column->field->item;
        s->variables[i] = v->column->field ? add_number(s, v) : add_string(s, v);
        readstat_variable_set_label(s->variables[i], cut_label(plan, variable_label(plan, v), VARIABLE_LABEL_MAX));
        readstat_variable_set_measure(s->variables[i], rating ? READSTAT_MEASURE_ORDINAL : READSTAT_MEASURE_NOMINAL);
    }
}

/* The number of a grouping question's label. */
static int label_code(const struct question *q, const char *label) {
    for (size_t i = 0; i < q->n_choices; i++)
        if (strcmp(q->choices[i].code, label) == 0)
            return data_choice_code(q, i);
    return 0;
}

/* Sets *code; false when there is none. */
static bool number_of(const struct data_plan *plan, const struct data_variable *v, const struct microdata_row *row,
                      int *code) {
    const struct microdata_column *c = v->column;
    if (c->key) {
        *code = label_code(c->field->question, row->labels[c->at]);
        return row->labels[c->at][0] != '\0';
    }
    const struct answer *a = &row->answers[c->at];
    const struct scale *scale = data_scale(plan, c);
    *code = a->code;
    if (a->state == ANSWER_NOT_APPLICABLE)
        *code = data_missing_code(scale, (size_t)a->code);
    else if (a->state == ANSWER_SET)
        *code = (int)(a->set >> v->choice & 1);
    else if (a->state == ANSWER_CODE && !scale)
        *code = data_choice_code(c->field->question, (size_t)a->code);
    return a->state != ANSWER_NONE;
}

static bool each_row(void *context, const struct microdata_row *row) {
    struct sav *s = context;
    readstat_error_t error = readstat_begin_row(s->writer);
    for (size_t i = 0; i < s->plan->n_variables && error == READSTAT_OK; i++) {
        const struct data_variable *v = &s->plan->variables[i];
        int code;
        if (!v->column->field)
            error = readstat_insert_string_value(s->writer, s->variables[i], row->labels[v->column->at]);
        else if (number_of(s->plan, v, row, &code))
            error = readstat_insert_double_value(s->writer, s->variables[i], code);
        else
            error = readstat_insert_missing_value(s->writer, s->variables[i]);
    }
    if (error == READSTAT_OK)
        error = readstat_end_row(s->writer);
    data_tell(s->plan, ++s->done);
    s->good = error == READSTAT_OK;
    return s->good;
}

bool data_write_spss(const struct data_plan *plan, FILE *out) {
    struct sav s = {.plan = plan, .out = out, .writer = readstat_writer_init(), .good = true};
    size_t rows = microdata_rows(plan->microdata);
    s.scale_sets = arena_array(plan->arena, plan->words.instrument->n_scales + 1, sizeof(readstat_label_set_t *));
    s.variables = arena_array(plan->arena, plan->n_variables + 1, sizeof(readstat_variable_t *));
    readstat_set_data_writer(s.writer, write_bytes);
    readstat_writer_set_compression(s.writer, READSTAT_COMPRESS_ROWS);
    const char *title = results_assessment(plan->request->results)->title;
    s.good = readstat_writer_set_file_label(s.writer, cut_label(plan, title, FILE_LABEL_MAX)) == READSTAT_OK;
    add_variables(&s);
    s.good = s.good && readstat_begin_writing_sav(s.writer, &s, (long)rows) == READSTAT_OK;
    s.good = s.good && microdata_each(plan->microdata, each_row, &s) == RESULT_OK && s.good && s.done == rows;
    s.good = s.good && readstat_end_writing(s.writer) == READSTAT_OK;
    readstat_writer_free(s.writer);
    return s.good;
}
