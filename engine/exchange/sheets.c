/* Sheets from texts with separators; what both kinds share. */
#include "exchange/sheets.h"

#include <string.h>

#include "base/encoding.h"
#include "exchange/sheets_inside.h"

const char *sheet_cell(const struct sheet_row *row, int column) {
    return column >= 0 && (size_t)column < row->n ? row->cells[column] : "";
}

struct sheet_row *sheet_row_new(struct arena *arena, struct sheet *sheet, int number) {
    sheet->rows = arena_grow(arena, sheet->rows, sheet->n, &sheet->capacity, sizeof *sheet->rows);
    struct sheet_row *row = &sheet->rows[sheet->n++];
    *row = (struct sheet_row){.number = number};
    return row;
}

struct splitter {
    struct arena *arena;
    struct str text;
    size_t at;
    int line;
    char separator;
    bool open_quote;
    struct buf cell;
};

/* The separator that the first lines have most of: tab, comma, semicolon, or the bar of Markdown at a line's begin. */
static char find_separator(struct str text) {
    static const char candidates[] = "\t,;";
    size_t counts[3] = {0}, lines = 0;
    bool quoted = false;
    const struct str head = str_trim((struct str){text.p, text.n < 200 ? text.n : 200});
    if (head.n > 0 && head.p[0] == '|')
        return '|';
    for (size_t i = 0; i < text.n && lines < 5; i++) {
        const char c = text.p[i];
        if (c == '"')
            quoted = !quoted;
        if (c == '\n' && !quoted)
            lines++;
        const char *at = quoted || !c ? NULL : strchr(candidates, c);
        if (at)
            counts[at - candidates]++;
    }
    size_t best = 0;
    for (size_t i = 1; i < 3; i++)
        if (counts[i] > counts[best])
            best = i;
    return counts[best] ? candidates[best] : ',';
}

/* One cell into s->cell; returns what ended it: the separator, a line feed, or 0 at the end. */
static char split_cell(struct splitter *s) {
    bool quoted = false;
    buf_clear(&s->cell);
    while (s->at < s->text.n) {
        const char c = s->text.p[s->at++];
        s->line += c == '\n';
        if (quoted) {
            if (c != '"')
                buf_char(&s->cell, c);
            else if (s->at < s->text.n && s->text.p[s->at] == '"')
                buf_char(&s->cell, s->text.p[s->at++]);
            else
                quoted = false;
        } else if (c == '"' && s->separator != '|' && str_trim(buf_view(&s->cell)).n == 0) {
            buf_clear(&s->cell);
            quoted = true;
        } else if (c == s->separator || c == '\n') {
            return c;
        } else {
            buf_char(&s->cell, c);
        }
    }
    s->open_quote = quoted;
    return '\0';
}

/* |---|:--:|, the line below the head of a Markdown table. */
static bool is_rule(const struct sheet_row *row) {
    for (size_t i = 0; i < row->n; i++)
        if (row->cells[i][strspn(row->cells[i], "-: ")])
            return false;
    return true;
}

/* The cells of the next row; those of Markdown without the bars at both ends. */
static void split_row(struct splitter *s, struct sheet_row *row) {
    size_t capacity = 0;
    char end;
    do {
        end = split_cell(s);
        const struct str cell = str_trim(buf_view(&s->cell));
        row->cells = arena_grow(s->arena, row->cells, row->n, &capacity, sizeof *row->cells);
        row->cells[row->n++] = arena_copy(s->arena, cell.p, cell.n);
    } while (end == s->separator && row->n <= SHEET_COLUMNS_MAX);
    if (s->separator == '|' && row->n > 1) {
        row->cells++;
        row->n--;
    }
    while (row->n > 0 && !row->cells[row->n - 1][0])
        row->n--;
}

static enum result refuse(struct findings *findings, const char *file, int line, const char *code, const char *name,
                          const char *value) {
    finding_add(findings, SEVERITY_ERROR, (struct place){file, line, 0}, code, name, value, NULL);
    return RESULT_INPUT;
}

static enum result split_all(struct splitter *s, struct sheet *sheet, struct findings *findings) {
    const char *limit = NULL, *code = NULL;
    int begin = 1;
    while (s->at < s->text.n && !code) {
        struct sheet_row row = {.number = begin = s->line};
        split_row(s, &row);
        bool empty = row.n == 0 || (s->separator == '|' && is_rule(&row));
        for (size_t i = 0; i < row.n; i++) {
            if (strlen(row.cells[i]) > SHEET_CELL_BYTES) {
                code = "exchange.cell_long";
                limit = arena_printf(s->arena, "%d", SHEET_CELL_MAX);
            }
        }
        if (row.n > SHEET_COLUMNS_MAX || sheet->n >= SHEET_ROWS_MAX) {
            const bool columns = row.n > SHEET_COLUMNS_MAX;
            code = columns ? "exchange.columns" : "exchange.rows";
            limit = arena_printf(s->arena, "%d", columns ? SHEET_COLUMNS_MAX : SHEET_ROWS_MAX);
        }
        if (!empty)
            *sheet_row_new(s->arena, sheet, row.number) = row;
    }
    if (code)
        return refuse(findings, sheet->place, begin, code, "limit", limit);
    return s->open_quote ? refuse(findings, sheet->place, begin, "exchange.quote_open", NULL, NULL) : RESULT_OK;
}

/* Lines that end in CR alone, as old programs on a Macintosh save them. */
static struct str with_line_feeds(struct arena *arena, struct str text) {
    size_t returns = 0, feeds = 0;
    for (size_t i = 0; i < text.n; i++) {
        returns += text.p[i] == '\r' && !(i + 1 < text.n && text.p[i + 1] == '\n');
        feeds += text.p[i] == '\n'; /* inside of cells */
    }
    if (returns <= feeds)
        return text;
    char *lines = arena_copy(arena, text.p, text.n);
    for (size_t i = 0; i < text.n; i++)
        if (lines[i] == '\r')
            lines[i] = '\n';
    return (struct str){lines, text.n};
}

enum result sheets_read_text(struct sheets **out, struct arena *arena, const char *file, struct str bytes,
                             struct findings *list, struct findings *findings) {
    const struct decoded decoded = encoding_decode(arena, bytes);
    struct sheets *sheets = arena_alloc(arena, sizeof *sheets);
    struct splitter s = {.arena = arena, .text = decoded.text, .line = 1, .cell = BUF_INIT};
    *out = NULL;
    if (s.text.n > 0 && memchr(s.text.p, '\0', s.text.n))
        return refuse(findings, file, 0, "exchange.binary", NULL, NULL);
    for (size_t i = 0; i < decoded.n_damaged; i++)
        finding_add(list, SEVERITY_WARNING, (struct place){file, decoded.damaged[i], 0}, "exchange.damaged", "encoding",
                    decoded.encoding, NULL);
    s.text = with_line_feeds(arena, s.text);
    if (s.text.n >= 6 && memcmp(s.text.p, "sep=", 4) == 0) { /* a line for Excel */
        const char *end = memchr(s.text.p, '\n', s.text.n);
        s.at = end ? (size_t)(end - s.text.p) + 1 : s.text.n;
        s.line = 2;
    }
    s.separator = find_separator((struct str){s.text.p + s.at, s.text.n - s.at});
    sheets->file = file;
    sheets->n = 1;
    sheets->list = arena_array(arena, 1, sizeof *sheets->list);
    sheets->list[0] = (struct sheet){.name = "", .place = file};
    const enum result result = split_all(&s, &sheets->list[0], findings);
    buf_free(&s.cell);
    if (result != RESULT_OK)
        return result;
    if (sheets->list[0].n == 0)
        return refuse(findings, file, 0, "exchange.empty", NULL, NULL);
    *out = sheets;
    return RESULT_OK;
}
