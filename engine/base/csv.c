#include "base/csv.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/encoding.h"
#include "base/file.h"

/* Of comma, semicolon and tab, the one that the first line has most of, outside quotes. */
static char find_separator(struct str text) {
    static const char candidates[] = ",;\t";
    size_t counts[3] = {0};
    bool quoted = false;
    for (size_t i = 0; i < text.n && (quoted || text.p[i] != '\n'); i++) {
        if (text.p[i] == '"')
            quoted = !quoted;
        const char *at = quoted || !text.p[i] ? NULL : strchr(candidates, text.p[i]);
        if (at)
            counts[at - candidates]++;
    }
    size_t best = 0;
    for (size_t i = 1; i < 3; i++)
        if (counts[i] > counts[best])
            best = i;
    return candidates[best];
}

/* A first line "sep=;", as some programs write it for Excel: the separator, and the text goes on behind that line. */
static char take_named_separator(struct str *text) {
    struct str rest = *text, line;
    if (!str_split(&rest, '\n', &line))
        return '\0';
    line = str_trim(line);
    if (line.n != 5 || strncmp(line.p, "sep=", 4) != 0 || !line.p[4] || !strchr(",;\t", line.p[4]))
        return '\0';
    *text = rest.p ? rest : str_of("");
    return line.p[4];
}

struct reader {
    struct arena *arena;
    struct str text;
    size_t at;
    int line;
    char separator;
    bool open_quote; /* the text ended inside quotes */
    struct buf cell;
};

/* Reads one cell into r->cell; returns the character that ended it: separator, '\n', or '\0' at the end of the text. */
static char read_cell(struct reader *r) {
    buf_clear(&r->cell);
    bool quoted = false;
    while (r->at < r->text.n) {
        char c = r->text.p[r->at++];
        if (c == '\n')
            r->line++;
        if (quoted) {
            if (c != '"')
                buf_char(&r->cell, c);
            else if (r->at < r->text.n && r->text.p[r->at] == '"')
                buf_char(&r->cell, r->text.p[r->at++]);
            else
                quoted = false;
        } else if (c == '"' && str_trim(buf_view(&r->cell)).n == 0) {
            buf_clear(&r->cell);
            quoted = true;
        } else if (c == r->separator || c == '\n') {
            return c;
        } else {
            buf_char(&r->cell, c);
        }
    }
    r->open_quote = quoted;
    return '\0';
}

/* Reads one row; false at the end of the text. */
static bool read_row(struct reader *r, struct csv_row *row) {
    if (r->at >= r->text.n)
        return false;
    *row = (struct csv_row){.line = r->line};
    size_t capacity = 0;
    char end;
    do {
        end = read_cell(r);
        struct str trimmed = str_trim(buf_view(&r->cell));
        row->cells = arena_grow(r->arena, row->cells, row->n_cells, &capacity, sizeof *row->cells);
        row->cells[row->n_cells++] = arena_copy(r->arena, trimmed.p, trimmed.n);
    } while (end == r->separator);
    return true;
}

static bool is_empty(const struct csv_row *row) {
    for (size_t i = 0; i < row->n_cells; i++)
        if (row->cells[i][0])
            return false;
    return true;
}

static void lower_header(struct arena *arena, struct csv *csv) {
    struct csv_row *header = &csv->header;
    csv->titles = arena_array(arena, header->n_cells, sizeof *csv->titles);
    memcpy(csv->titles, header->cells, header->n_cells * sizeof *csv->titles);
    for (size_t i = 0; i < header->n_cells; i++) {
        char *name = arena_string(arena, header->cells[i]);
        for (char *p = name; *p; p++)
            *p = (char)tolower((unsigned char)*p);
        header->cells[i] = name;
    }
}

static enum result check_rows(struct csv *csv, struct arena *arena, struct findings *findings) {
    enum result result = csv->header.damaged ? RESULT_INPUT : RESULT_OK;
    for (size_t i = 0; i < csv->n_rows; i++) {
        struct csv_row *row = &csv->rows[i];
        while (row->n_cells > csv->header.n_cells && !row->cells[row->n_cells - 1][0])
            row->n_cells--; /* trailing separators, as spreadsheets leave them */
        if (row->damaged)
            result = RESULT_INPUT;
        if (row->n_cells <= csv->header.n_cells)
            continue;
        finding_add(findings, SEVERITY_ERROR, (struct place){csv->file, row->line, 0}, "csv_too_many_cells", "cells",
                    arena_printf(arena, "%zu", row->n_cells), "columns",
                    arena_printf(arena, "%zu", csv->header.n_cells), NULL);
        result = RESULT_INPUT;
    }
    return result;
}

static enum result refuse(const char *file, int line, const char *code, struct findings *findings) {
    finding_add(findings, SEVERITY_ERROR, (struct place){file, line, 0}, code, NULL);
    return RESULT_INPUT;
}

/* Marks the row when one of its lines is damaged; `*next` is the first damaged line not yet passed. */
static void mark_damage(struct csv *csv, struct csv_row *row, int end, const struct decoded *decoded, size_t *next,
                        struct findings *findings) {
    for (; *next < decoded->n_damaged && decoded->damaged[*next] < end; ++*next) {
        if (!row->damaged)
            finding_add(findings, SEVERITY_ERROR, (struct place){csv->file, row->line, 0}, "csv_row_not_decoded",
                        "encoding", decoded->encoding, NULL);
        row->damaged = true;
    }
}

/* All rows of the text; the first that is not empty is the header. */
static void read_rows(struct csv *csv, struct reader *r, const struct decoded *decoded, struct findings *findings) {
    size_t capacity = 0, next_damaged = 0;
    struct csv_row row;
    while (read_row(r, &row)) {
        mark_damage(csv, &row, r->at < r->text.n ? r->line : INT_MAX, decoded, &next_damaged, findings);
        if (is_empty(&row))
            continue;
        if (!csv->header.n_cells) {
            csv->header = row;
            continue;
        }
        csv->rows = arena_grow(r->arena, csv->rows, csv->n_rows, &capacity, sizeof *csv->rows);
        csv->rows[csv->n_rows++] = row;
    }
}

enum result csv_parse(struct csv **out, struct arena *arena, const char *file, struct str bytes,
                      struct findings *findings) {
    *out = NULL;
    if (bytes.n >= 4 && memcmp(bytes.p, "PK\3\4", 4) == 0)
        return refuse(file, 0, "csv_workbook", findings);
    const struct decoded decoded = encoding_decode(arena, bytes);
    struct str text = decoded.text;
    if (text.n && memchr(text.p, '\0', text.n))
        return refuse(file, 0, "csv_binary", findings);
    const char separator = take_named_separator(&text);
    struct reader r = {.arena = arena,
                       .text = text,
                       .line = separator ? 2 : 1,
                       .separator = separator ? separator : find_separator(text),
                       .cell = BUF_INIT};
    struct csv *csv = arena_alloc(arena, sizeof *csv);
    csv->file = arena_string(arena, file);
    csv->encoding = decoded.encoding;
    csv->separator = r.separator;
    read_rows(csv, &r, &decoded, findings);
    buf_free(&r.cell);
    if (!csv->header.n_cells)
        return refuse(file, 0, "csv_empty", findings);
    if (r.open_quote)
        return refuse(file, csv->n_rows ? csv->rows[csv->n_rows - 1].line : csv->header.line, "csv_open_quote",
                      findings);
    lower_header(arena, csv);
    *out = csv;
    return check_rows(csv, arena, findings);
}

enum result csv_read(struct csv **out, struct arena *arena, const char *path, struct findings *findings) {
    struct str text;
    *out = NULL;
    enum result result = file_read(&text, arena, path, CSV_FILE_MAX, findings);
    return result == RESULT_OK ? csv_parse(out, arena, path, text, findings) : result;
}

int csv_column(const struct csv *csv, const char *name) {
    for (size_t i = 0; i < csv->header.n_cells; i++)
        if (strcmp(csv->header.cells[i], name) == 0)
            return (int)i;
    return -1;
}

const char *csv_cell(const struct csv_row *row, int column) {
    return column >= 0 && (size_t)column < row->n_cells ? row->cells[column] : "";
}

static void next_cell(struct csv_writer *w) {
    if (w->started)
        fputc(',', w->out);
    w->started = true;
}

void csv_text(struct csv_writer *w, const char *s) {
    next_cell(w);
    bool formula = s[0] && strchr("=+-@\t\r", s[0]);
    if (!formula && !strpbrk(s, ",\";\n\r\t")) {
        fputs(s, w->out);
        return;
    }
    fputc('"', w->out);
    if (formula)
        fputc('\'', w->out);
    for (; *s; s++) {
        if (*s == '"')
            fputc('"', w->out);
        fputc(*s, w->out);
    }
    fputc('"', w->out);
}

void csv_integer(struct csv_writer *w, long long n) {
    next_cell(w);
    fprintf(w->out, "%lld", n);
}

void csv_number(struct csv_writer *w, double x) {
    next_cell(w);
    if (isfinite(x))
        fprintf(w->out, "%.17g", x);
}

void csv_end(struct csv_writer *w) {
    fputs("\r\n", w->out);
    w->started = false;
}
