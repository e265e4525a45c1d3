#include "exchange/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/csv.h"
#include "base/file.h"

struct table *table_new(struct arena *arena, const char *name, const char *const *columns) {
    struct table *t = arena_alloc(arena, sizeof *t);
    t->name = name;
    t->arena = arena;
    while (columns[t->n_columns]) {
        t->columns[t->n_columns] = columns[t->n_columns];
        t->n_columns++;
    }
    return t;
}

void table_row(struct table *t) {
    t->rows = arena_grow(t->arena, t->rows, t->n_rows, &t->capacity, sizeof *t->rows);
    t->rows[t->n_rows++] = arena_array(t->arena, TABLE_COLUMNS_MAX, sizeof **t->rows);
}

void table_put(struct table *t, const char *column, const char *value) {
    size_t i = 0;
    if (!value || !value[0])
        return;
    while (i < t->n_columns && strcmp(t->columns[i], column) != 0)
        i++;
    if (i == TABLE_COLUMNS_MAX)
        return; /* more languages than an instrument of ours could be read back with */
    if (i == t->n_columns)
        t->columns[t->n_columns++] = arena_string(t->arena, column);
    t->rows[t->n_rows - 1][i] = arena_string(t->arena, value);
}

bool table_uses(const struct table *t, size_t column) {
    for (size_t r = 0; r < t->n_rows; r++)
        if (t->rows[r][column])
            return true;
    return false;
}

struct str table_csv(const struct table *t) {
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (!out)
        abort();
    struct csv_writer w = {.out = out};
    for (size_t c = 0; c < t->n_columns; c++)
        csv_text(&w, t->columns[c]);
    csv_end(&w);
    for (size_t r = 0; r < t->n_rows; r++) {
        for (size_t c = 0; c < t->n_columns; c++)
            csv_text(&w, t->rows[r][c] ? t->rows[r][c] : "");
        csv_end(&w);
    }
    fclose(out);
    const struct str made = {arena_copy(t->arena, text, n), n};
    free(text);
    return made;
}

/* Excel would read _x0041_ as a letter: the underscore is escaped as Excel itself does. */
static const char *for_excel(struct arena *arena, const char *text) {
    struct buf out = BUF_INIT;
    for (const char *p = text; *p; p++) {
        const bool escape = p[0] == '_' && p[1] == 'x' && strspn(p + 2, "0123456789abcdefABCDEF") >= 4 && p[6] == '_';
        buf_text(&out, escape ? "_x005F" : "");
        buf_char(&out, *p);
    }
    const char *made = arena_copy(arena, out.p, out.n);
    buf_free(&out);
    return made;
}

static bool write_sheet(lxw_workbook *book, const struct table *t, lxw_format *head, lxw_format *body) {
    lxw_worksheet *sheet = workbook_add_worksheet(book, t->name);
    bool good = sheet != NULL;
    lxw_col_t column = 0;
    for (size_t c = 0; good && c < t->n_columns; c++) {
        const bool texts = strncmp(t->columns[c], "label", 5) == 0 || strncmp(t->columns[c], "hint", 4) == 0;
        good = worksheet_write_string(sheet, 0, column, t->columns[c], head) == LXW_NO_ERROR;
        worksheet_set_column(sheet, column, column, texts ? 50 : 16, NULL);
        for (size_t r = 0; good && r < t->n_rows; r++)
            if (t->rows[r][c])
                good = worksheet_write_string(sheet, (lxw_row_t)r + 1, column, for_excel(t->arena, t->rows[r][c]),
                                              body) == LXW_NO_ERROR;
        column++;
    }
    if (good)
        worksheet_freeze_panes(sheet, 1, 0);
    return good;
}

/* The library writes files only: it gets one that is nowhere but in memory. */
enum result table_workbook(struct str *out, struct arena *arena, struct table *const *tables, size_t n) {
    const int fd = memfd_create("workbook", MFD_CLOEXEC);
    lxw_workbook *book = NULL;
    bool good = fd >= 0;
    if (good) {
        lxw_workbook_options options = {.constant_memory = LXW_FALSE};
        book = workbook_new_opt(arena_printf(arena, "/proc/self/fd/%d", fd), &options);
        good = book != NULL;
    }
    if (good) {
        lxw_doc_properties properties = {.created = 1262304000}; /* the same bytes each time */
        workbook_set_properties(book, &properties);
        lxw_format *head = workbook_add_format(book), *body = workbook_add_format(book);
        format_set_bold(head);
        format_set_text_wrap(body);
        for (size_t i = 0; good && i < n; i++)
            good = write_sheet(book, tables[i], head, body);
        good = workbook_close(book) == LXW_NO_ERROR && good;
    }
    const off_t size = good ? lseek(fd, 0, SEEK_END) : 0;
    char *bytes = good && size > 0 ? arena_alloc(arena, (size_t)size + 1) : NULL;
    for (off_t at = 0; bytes && at < size;) {
        const ssize_t got = pread(fd, bytes + at, (size_t)(size - at), at);
        if (got <= 0)
            bytes = NULL;
        at += got;
    }
    if (fd >= 0)
        close(fd);
    *out = (struct str){bytes, bytes ? (size_t)size : 0};
    return bytes ? RESULT_OK : RESULT_MACHINE;
}
