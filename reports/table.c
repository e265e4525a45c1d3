/* A plain table of texts, as mail merge reads it: the head in the first row, nothing above it. */
#include "reports/book.h"

enum result report_table(const char *path, const char *title, const char *const *header, size_t n_columns,
                         const char *const *const *rows, size_t n_rows, struct findings *findings) {
    struct book book;
    if (n_columns > BOOK_COLUMNS || n_rows > 1048575) {
        finding_add(findings, SEVERITY_ERROR, (struct place){.file = path}, "workbook_too_large", "path", path, NULL);
        return RESULT_INPUT;
    }
    enum result result = book_open(&book, NULL, path, title, "", findings);
    if (result != RESULT_OK)
        return result;
    struct sheet *s = book_sheet(&book, title);
    for (size_t c = 0; c < n_columns; c++) {
        size_t widest = utf8_length(str_of(header[c]));
        put_text(s, 0, c, header[c], (struct style){.bold = 1, .line_below = 2});
        for (size_t r = 0; r < n_rows; r++) {
            size_t length = rows[r][c] ? utf8_length(str_of(rows[r][c])) : 0;
            widest = length > widest ? length : widest;
        }
        sheet_width(s, c, c, widest < 8 ? 10 : widest > 60 ? 62 : (double)widest + 3);
    }
    for (size_t r = 0; r < n_rows; r++)
        for (size_t c = 0; c < n_columns; c++)
            put_text(s, r + 1, c, rows[r][c], (struct style){0});
    worksheet_freeze_panes(s->page, 1, 0);
    if (n_rows && n_columns)
        worksheet_autofilter(s->page, 0, 0, (lxw_row_t)n_rows, (lxw_col_t)n_columns - 1);
    worksheet_repeat_rows(s->page, 0, 0);
    sheet_print(s, true, 1, 0);
    return book_close(&book);
}
