/* The data workbook: Data (as many sheets as the rows need), Codebook, About. Written row by row; what is not yet in
 * the file waits on disk. */
#include <stdlib.h>
#include <string.h>

#include "reports/book.h"
#include "reports/data_inner.h"

struct harmless { /* the labels of a key column, and the same as a cell may hold them */
    size_t n;
    const char *const *labels;
    const char **safe;
};

struct data_sheet {
    const struct data_plan *plan;
    struct book *book;
    struct sheet *sheet; /* the current one */
    size_t sheet_rows, row, done;
    struct harmless *harmless; /* per label */
    struct buf text;
};

static void check(struct book *book, lxw_error error) {
    if (error != LXW_NO_ERROR)
        book->failed = true;
}

static struct harmless *make_harmless(const struct data_plan *plan, struct book *book) {
    struct harmless *list = arena_array(plan->arena, plan->n_columns + 1, sizeof *list);
    for (size_t c = 0; c < plan->n_columns; c++) {
        if (!plan->columns[c].key)
            continue;
        struct harmless *h = &list[plan->columns[c].at];
        h->n = microdata_labels(plan->microdata, plan->columns[c].at, &h->labels);
        h->safe = arena_array(plan->arena, h->n + 1, sizeof *h->safe);
        for (size_t i = 0; i < h->n; i++)
            h->safe[i] = safe_text(book, h->labels[i], 32767);
    }
    return list;
}

static int by_name(const void *a, const void *b) {
    return strcmp(a, *(const char *const *)b);
}

static const char *safe_label(const struct harmless *h, const char *label) {
    const char *const *found = bsearch(label, h->labels, h->n, sizeof *h->labels, by_name);
    return found ? h->safe[found - h->labels] : "";
}

static double name_width(const struct data_sheet *d, const struct data_variable *v) {
    size_t widest = utf8_length(str_of(v->name)) + 3; /* room for the filter's arrow */
    for (size_t i = 0; v->column->key && i < d->harmless[v->column->at].n; i++) {
        size_t n = utf8_length(str_of(d->harmless[v->column->at].labels[i])) + 1;
        widest = n > widest ? n : widest;
    }
    return widest < 8 ? 8 : widest > 40 ? 40 : (double)widest;
}

/* A sheet's head, which stays in sight. The next sheet of the same name becomes "Data 2". */
static void begin_sheet(struct data_sheet *d) {
    const struct data_plan *plan = d->plan;
    size_t left = microdata_rows(plan->microdata) - d->done;
    size_t rows = left < d->sheet_rows ? left : d->sheet_rows;
    d->sheet = book_sheet(d->book, word(&plan->words, "data.sheet"));
    for (size_t i = 0; i < plan->n_variables; i++) {
        sheet_width(d->sheet, i, i, name_width(d, &plan->variables[i]));
        put_text(d->sheet, 0, i, plan->variables[i].name, (struct style){.bold = 1, .line_below = 2});
    }
    worksheet_freeze_panes(d->sheet->page, 1, 0);
    if (rows > 0)
        worksheet_autofilter(d->sheet->page, 0, 0, (lxw_row_t)rows, (lxw_col_t)plan->n_variables - 1);
    worksheet_repeat_rows(d->sheet->page, 0, 0);
    sheet_print(d->sheet, true, 0, 0);
    d->row = 1;
}

static void put_plain(struct data_sheet *d, size_t column, const char *text) {
    if (text[0])
        check(d->book, worksheet_write_string(d->sheet->page, (lxw_row_t)d->row, (lxw_col_t)column, text, NULL));
}

static void put_whole(struct data_sheet *d, size_t column, long number) {
    check(d->book, worksheet_write_number(d->sheet->page, (lxw_row_t)d->row, (lxw_col_t)column, (double)number, NULL));
}

static void put_code(struct data_sheet *d, size_t column, const char *code) {
    long number;
    if (str_to_long(str_of(code), &number) && number > -1000000000 && number < 1000000000)
        put_whole(d, column, number);
    else
        put_plain(d, column, code);
}

static void put_answer(struct data_sheet *d, size_t column, const struct microdata_column *c,
                       const struct answer *answer) {
    const struct scale *scale = data_scale(d->plan, c);
    if (answer->state == ANSWER_NONE)
        return;
    if (scale && answer->state == ANSWER_CODE) {
        put_whole(d, column, answer->code);
    } else if (scale) {
        put_plain(d, column, scale->not_applicable[answer->code].name);
    } else if (answer->state == ANSWER_CODE) {
        put_code(d, column, c->field->question->choices[answer->code].code);
    } else {
        const struct question *q = c->field->question;
        buf_clear(&d->text);
        for (size_t i = 0; i < q->n_choices; i++)
            if (answer->set >> i & 1)
                buf_printf(&d->text, "%s%s", d->text.n ? " " : "", q->choices[i].code);
        put_code(d, column, d->text.p);
    }
}

static bool each_row(void *context, const struct microdata_row *row) {
    struct data_sheet *d = context;
    if (d->row > d->sheet_rows)
        begin_sheet(d);
    for (size_t i = 0; i < d->plan->n_variables; i++) {
        const struct microdata_column *c = d->plan->variables[i].column;
        if (!c->key)
            put_answer(d, i, c, &row->answers[c->at]);
        else if (c->field)
            put_code(d, i, row->labels[c->at]);
        else if (row->labels[c->at][0])
            put_plain(d, i, safe_label(&d->harmless[c->at], row->labels[c->at]));
    }
    d->row++;
    data_tell(d->plan, ++d->done);
    return !d->book->failed;
}

static double row_height(const struct sheet *s, const char *const *cells, size_t n) {
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        double h = text_height(cells[i], sheet_span(s, i, i) * 0.93, 9);
        most = h > most ? h : most;
    }
    return most + 5;
}

static void write_codebook(const struct data_plan *plan, struct book *book) {
    static const double widths[CODEBOOK_COLUMNS] = {15, 15, 44, 14, 34, 24, 11, 14, 26, 13, 30, 10, 40};
    struct sheet *s = book_sheet(book, word(&plan->words, "sheet.codebook"));
    struct style cell = {.size = 9, .wrap = 1, .top = 1, .line_below = 1};
    struct codebook_row *rows;
    size_t n = codebook_rows(plan, &rows);
    for (size_t c = 0; c < CODEBOOK_COLUMNS; c++) {
        sheet_width(s, c, c, widths[c]);
        put_head(s, 0, c, codebook_head(plan, (enum codebook_column)c), 'l');
    }
    sheet_height(s, 0, 30);
    for (size_t r = 0; r < n; r++) {
        for (size_t c = 0; c < CODEBOOK_COLUMNS; c++)
            put_text(s, r + 1, c, rows[r].cells[c], cell);
        sheet_height(s, r + 1, row_height(s, rows[r].cells, CODEBOOK_COLUMNS));
    }
    worksheet_freeze_panes(s->page, 1, 1);
    worksheet_repeat_rows(s->page, 0, 0);
    if (n > 0)
        worksheet_autofilter(s->page, 0, 0, (lxw_row_t)n, CODEBOOK_COLUMNS - 1);
    sheet_print(s, true, 1, 0);
}

struct about {
    const struct data_plan *plan;
    struct sheet *sheet;
    size_t row;
};

static void tell(struct about *a, const char *key, const char *value) {
    const char *cells[] = {word(&a->plan->words, key), value};
    put_text(a->sheet, a->row, 0, cells[0], (struct style){.bold = 1, .wrap = 1, .top = 1, .line_below = 1});
    put_text(a->sheet, a->row, 1, value, (struct style){.wrap = 1, .top = 1, .align = 'l', .line_below = 1});
    sheet_height(a->sheet, a->row++, row_height(a->sheet, cells, 2) + 2);
}

/* "1,200 rows in 2 sheets, 1,000 to a sheet" when there is more than one. */
static const char *rows_told(const struct data_plan *plan, size_t sheet_rows) {
    size_t rows = microdata_rows(plan->microdata);
    const char *n = words_whole(&plan->words, rows);
    if (plan->sheets < 2)
        return n;
    return WORDS(&plan->words, "data.rows_sheets", "rows", n, "sheets", words_whole(&plan->words, plan->sheets), "most",
                 words_whole(&plan->words, sheet_rows), NULL);
}

static const char *losses_told(const struct data_plan *plan) {
    const struct microdata_loss *losses;
    size_t n = microdata_losses(plan->microdata, &losses);
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < n; i++)
        if (losses[i].rows > 0)
            buf_printf(&b, "%s%s: %s", b.n ? "\n" : "", plan->columns[losses[i].column].name,
                       data_count(plan, losses[i].rows));
    const char *told = b.n ? arena_copy(plan->arena, b.p, b.n) : word(&plan->words, "data.nothing_lost");
    buf_free(&b);
    return told;
}

static void write_about(const struct data_plan *plan, struct book *book, size_t sheet_rows) {
    const struct words *w = &plan->words;
    struct about a = {plan, book_sheet(book, word(w, "data.about")), 0};
    const char *k = words_whole(w, microdata_minimum(plan->microdata));
    sheet_width(a.sheet, 0, 0, 28);
    sheet_width(a.sheet, 1, 1, 92);
    worksheet_gridlines(a.sheet->page, LXW_HIDE_ALL_GRIDLINES);
    a.row = put_heading(a.sheet, results_assessment(plan->request->results)->title, NULL, 1);
    tell(&a, "data.about_wave", words_wave(w));
    tell(&a, "data.about_instrument",
         arena_printf(plan->arena, "%s, %s", words_text(w, &w->instrument->title), w->instrument->version));
    tell(&a, "data.about_hash", words_hash(w));
    tell(&a, "data.about_rows", rows_told(plan, sheet_rows));
    tell(&a, "data.about_columns", words_whole(w, plan->n_variables));
    tell(&a, "data.about_filters", word(w, "data.no_filters"));
    tell(&a, "data.about_order", word(w, "data.order"));
    tell(&a, "data.about_coarsened", WORDS(w, "data.why", "k", k, NULL));
    tell(&a, "data.about_lost", losses_told(plan));
    tell(&a, "data.about_left_out",
         microdata_left_out(plan->microdata) ? WORDS(w, "data.left_out", "fewer", words_fewer(w), NULL)
                                             : word(w, "data.none_left_out"));
    tell(&a, "data.about_excluded", word(w, "data.excluded"));
    tell(&a, "data.about_codes", word(w, "data.codes"));
    tell(&a, "data.about_care", word(w, "data.care"));
    sheet_print(a.sheet, false, 1, 0);
}

static enum result check_columns(const struct data_plan *plan, struct findings *findings) {
    if (plan->n_variables <= DATA_SHEET_COLUMNS)
        return RESULT_OK;
    finding_add(findings, SEVERITY_ERROR, (struct place){.file = plan->request->path}, "data_columns", "columns",
                words_whole(&plan->words, plan->n_variables), NULL);
    return RESULT_INPUT;
}

enum result data_write_workbook(struct data_plan *plan, size_t sheet_rows, struct findings *findings) {
    struct book book;
    const struct report_request *request = plan->request;
    size_t rows = microdata_rows(plan->microdata);
    enum result result = check_columns(plan, findings);
    if (result == RESULT_OK)
        result = book_open_large(&book, request, request->path, results_assessment(request->results)->title,
                                 results_wave(request->results)->closed, findings);
    if (result != RESULT_OK)
        return result;
    book.owner = word(&plan->words, "data.sheet");
    plan->sheets = rows ? (rows + sheet_rows - 1) / sheet_rows : 1;
    struct data_sheet d = {.plan = plan, .book = &book, .sheet_rows = sheet_rows, .text = BUF_INIT};
    d.harmless = make_harmless(plan, &book);
    begin_sheet(&d);
    if (microdata_each(plan->microdata, each_row, &d) != RESULT_OK || d.done != rows)
        book.failed = true;
    buf_free(&d.text);
    write_codebook(plan, &book);
    write_about(plan, &book, sheet_rows);
    return book_close(&book);
}
