/* Codebook: every item and question with its code, for those who work with the data. */
#include "reports/sheets.h"

enum { CODE, TEXT, ANSWERS, CONSTRUCT, LEVEL, WHO, REVERSED, LAST = REVERSED };

static const char *scale_words(struct book *book, const struct scale *scale) {
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < scale->n_points; i++)
        buf_printf(&b, "%s%d = %s", i ? "\n" : "", scale->points[i].code,
                   words_text(book->words, &scale->points[i].label));
    for (size_t i = 0; i < scale->n_not_applicable; i++)
        buf_printf(&b, "\n%s = %s", scale->not_applicable[i].name,
                   words_text(book->words, &scale->not_applicable[i].label));
    const char *out = arena_copy(book->arena, b.p, b.n);
    buf_free(&b);
    return out;
}

static const char *question_words(struct book *book, const struct question *question) {
    static const char *const keys[] = {[QUESTION_CHOICE] = "codebook.choice", [QUESTION_CHOICES] = "codebook.choices",
                                       [QUESTION_TEXT] = "codebook.text",     [QUESTION_NUMBER] = "codebook.number",
                                       [QUESTION_DATE] = "codebook.date",     [QUESTION_NOTE] = "codebook.text"};
    struct buf b = BUF_INIT;
    buf_text(&b, word(book->words, keys[question->type]));
    for (size_t i = 0; i < question->n_choices; i++)
        buf_printf(&b, "\n%s = %s", question->choices[i].code, words_text(book->words, &question->choices[i].label));
    const char *out = arena_copy(book->arena, b.p, b.n);
    buf_free(&b);
    return out;
}

/* The same scale is written out once, at its first item. */
static const char *answer_words(struct book *book, const struct field *field, const struct scale **last) {
    if (!field->item)
        return question_words(book, field->question);
    const struct construct *construct = &book->instrument->constructs[field->item->construct];
    if (construct->scale == *last)
        return WORDS(book->words, "codebook.same_scale", "scale", construct->scale->name, NULL);
    *last = construct->scale;
    return arena_printf(book->arena, "%s\n%s",
                        WORDS(book->words, "codebook.scale", "scale", construct->scale->name, NULL),
                        scale_words(book, construct->scale));
}

static void put_field(struct sheet *s, size_t row, const struct field *field, const struct scale **last) {
    struct book *book = s->book;
    const struct construct *construct = field->item ? &book->instrument->constructs[field->item->construct] : NULL;
    struct style cell = {.size = 9, .wrap = 1, .top = 1, .line_below = 1}, code = cell;
    code.bold = 1;
    const char *text = words_text(book->words, field->item ? &field->item->text : &field->question->label);
    const char *answers = answer_words(book, field, last);
    const char *belongs = "";
    if (construct)
        belongs = arena_printf(book->arena, "%s\n%s", words_text(book->words, &construct->label),
                               words_reading(book->words, construct));
    else if (field->question->group || field->question->comment)
        belongs = word(book->words, field->question->group ? "codebook.breakdown" : "codebook.comment");
    put_text(s, row, CODE, field->name, code);
    put_text(s, row, TEXT, text, cell);
    put_text(s, row, ANSWERS, answers, cell);
    put_text(s, row, CONSTRUCT, belongs, cell);
    put_text(s, row, LEVEL, construct ? words_level(book->words, construct->level) : "", cell);
    put_text(s, row, WHO, words_audience(book->words, field->audience), cell);
    put_text(s, row, REVERSED, field->item && field->item->reverse ? word(book->words, "codebook.yes") : "", cell);
    const struct {
        const char *text;
        size_t column;
    } heights[] = {
        {text, TEXT}, {answers, ANSWERS}, {belongs, CONSTRUCT}, {words_audience(book->words, field->audience), WHO}};
    double most = 0;
    for (size_t i = 0; i < sizeof heights / sizeof *heights; i++) {
        double h = text_height(heights[i].text, sheet_span(s, heights[i].column, heights[i].column) * 0.93, 9);
        most = h > most ? h : most;
    }
    sheet_height(s, row, most + 6);
}

void sheet_codebook(struct book *book) {
    struct sheet *s = book_sheet(book, word(book->words, "sheet.codebook"));
    static const double widths[] = {15, 48, 34, 32, 13, 15, 11};
    static const char *const heads[] = {"codebook.code",  "codebook.wording", "codebook.answers", "profile.construct",
                                        "codebook.level", "codebook.who",     "codebook.reversed"};
    for (size_t i = CODE; i <= LAST; i++)
        sheet_width(s, i, i, widths[i]);
    size_t head = put_heading(s, word(book->words, "codebook.title"), word(book->words, "codebook.how"), LAST);
    for (size_t i = CODE; i <= LAST; i++)
        put_head(s, head, i, word(book->words, heads[i]), 'l');
    sheet_height(s, head, 28);
    const struct scale *last = NULL;
    size_t row = head + 1;
    for (size_t i = 0; i < book->instrument->n_fields; i++)
        put_field(s, row++, &book->instrument->fields[i], &last);
    worksheet_freeze_panes(s->page, (lxw_row_t)head + 1, 1);
    worksheet_repeat_rows(s->page, (lxw_row_t)head, (lxw_row_t)head);
    if (row > head + 1)
        worksheet_autofilter(s->page, (lxw_row_t)head, CODE, (lxw_row_t)row - 1, LAST);
    sheet_print(s, true, 1, 0);
}
