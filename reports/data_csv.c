/* Rows as CSV: codes as given, words only where the answer is a word. */
#include <string.h>

#include "base/csv.h"
#include "reports/data_inner.h"

struct writing {
    const struct data_plan *plan;
    struct csv_writer csv;
    struct buf text;
    size_t done;
};

/* A code that is a whole number is written as one: an apostrophe before "-1" would change it. */
static void write_code(struct csv_writer *csv, const char *code) {
    long number;
    if (str_to_long(str_of(code), &number))
        csv_integer(csv, number);
    else
        csv_text(csv, code);
}

static void write_set(struct writing *w, const struct question *q, uint64_t set) {
    buf_clear(&w->text);
    for (size_t i = 0; i < q->n_choices; i++)
        if (set >> i & 1)
            buf_printf(&w->text, "%s%s", w->text.n ? " " : "", q->choices[i].code);
    write_code(&w->csv, w->text.p);
}

static void write_answer(struct writing *w, const struct microdata_column *column, const struct answer *answer) {
    const struct scale *scale = data_scale(w->plan, column);
    if (answer->state == ANSWER_NONE)
        csv_text(&w->csv, "");
    else if (scale && answer->state == ANSWER_CODE)
        csv_integer(&w->csv, answer->code);
    else if (scale)
        csv_text(&w->csv, scale->not_applicable[answer->code].name);
    else if (answer->state == ANSWER_CODE)
        write_code(&w->csv, column->field->question->choices[answer->code].code);
    else
        write_set(w, column->field->question, answer->set);
}

static bool each_row(void *context, const struct microdata_row *row) {
    struct writing *w = context;
    for (size_t i = 0; i < w->plan->n_variables; i++) {
        const struct microdata_column *column = w->plan->variables[i].column;
        if (!column->key)
            write_answer(w, column, &row->answers[column->at]);
        else if (column->field)
            write_code(&w->csv, row->labels[column->at]);
        else
            csv_text(&w->csv, row->labels[column->at]);
    }
    csv_end(&w->csv);
    data_tell(w->plan, ++w->done);
    return !ferror(w->csv.out);
}

bool data_write_csv(const struct data_plan *plan, FILE *out) {
    struct writing w = {.plan = plan, .csv = {.out = out}, .text = BUF_INIT};
    fputs("\xEF\xBB\xBF", out);
    for (size_t i = 0; i < plan->n_variables; i++)
        csv_text(&w.csv, plan->variables[i].name);
    csv_end(&w.csv);
    bool good = microdata_each(plan->microdata, each_row, &w) == RESULT_OK;
    buf_free(&w.text);
    return good && w.done == microdata_rows(plan->microdata);
}
