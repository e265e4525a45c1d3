/* One matrix: which share of experts chose which strategy for which barrier, from a CSV. */
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/nearest.h"
#include "instrument/strategies_inside.h"

enum { CONSTRUCT, STRATEGY, PERCENT, ASKED, SOURCE, LICENCE, COLUMNS, NEEDED = LICENCE };
static const char *const columns[COLUMNS] = {"construct", "strategy", "percent", "n", "source", "licence"};

struct reading {
    struct strategies *s;
    struct arena *scratch;
    struct findings *findings;
    const struct csv *csv;
    int at[COLUMNS];
    bool good;
};

/* What is wrong with one cell; `near` is what was probably meant, or NULL. */
static void say(struct reading *r, const struct csv_row *row, int column, const char *code, const char *value,
                const char *near) {
    r->good = false;
    if (near)
        code = arena_printf(r->scratch, "%s.meant", code);
    finding_add(r->findings, SEVERITY_ERROR, (struct place){r->csv->file, row->line, r->at[column] + 1}, code, "column",
                columns[column], "value", value, "meant", near ? near : "", NULL);
}

static bool find_columns(struct reading *r) {
    for (int i = 0; i < COLUMNS; i++) {
        r->at[i] = csv_column(r->csv, columns[i]);
        if (r->at[i] >= 0 || i == LICENCE)
            continue;
        const char *near = nearest_name(columns[i], r->csv->header.cells, r->csv->header.n_cells);
        /* a header that is itself one of ours is there for its own sake */
        for (int k = 0; near && k < COLUMNS; k++)
            if (strcmp(near, columns[k]) == 0)
                near = NULL;
        r->good = false;
        finding_add(r->findings, SEVERITY_ERROR, (struct place){r->csv->file, r->csv->header.line, 0},
                    near ? "strategies.column.meant" : "strategies.column", "column", columns[i], "meant",
                    near ? near : "", NULL);
    }
    return r->good;
}

/* "45,5" as spreadsheets write it where the comma is the decimal mark. */
static bool read_percent(struct reading *r, const char *text, double *out) {
    char *copy = arena_string(r->scratch, text), *comma = strchr(copy, ',');
    if (comma && !strchr(copy, '.'))
        *comma = '.';
    return str_to_double(str_of(copy), out) && *out >= 0 && *out <= 100;
}

static void read_row(struct reading *r, const struct csv_row *row, struct strategy_cell *cell) {
    const char *text[COLUMNS];
    long n;
    for (int i = 0; i < COLUMNS; i++)
        text[i] = csv_cell(row, r->at[i]);
    *cell = (struct strategy_cell){.order = strategies_order(r->s, text[STRATEGY])};
    if (!determinant_is_legal(text[CONSTRUCT]))
        say(r, row, CONSTRUCT, "strategies.construct", text[CONSTRUCT], NULL);
    if (cell->order == SIZE_MAX)
        say(r, row, STRATEGY, "strategies.unknown", text[STRATEGY],
            nearest_name(text[STRATEGY], r->s->codes, r->s->n_codes));
    if (!read_percent(r, text[PERCENT], &cell->percent))
        say(r, row, PERCENT, "strategies.percent", text[PERCENT], NULL);
    if (!str_to_long(str_of(text[ASKED]), &n) || n < 1 || n > 1000000)
        say(r, row, ASKED, "strategies.n", text[ASKED], NULL);
    else
        cell->n = (size_t)n;
    if (!*text[SOURCE])
        say(r, row, SOURCE, "strategies.source", "", NULL);
    cell->determinant = arena_string(r->s->arena, text[CONSTRUCT]);
    cell->strategy = cell->order == SIZE_MAX ? "" : r->s->codes[cell->order];
    cell->source = arena_string(r->s->arena, text[SOURCE]);
    cell->licence = arena_string(r->s->arena, text[LICENCE]);
}

struct seen {
    const struct strategy_cell *cell;
    const struct csv_row *row;
};

static int same_first(const void *a, const void *b) {
    const struct seen *x = a, *y = b;
    int d = strcmp(x->cell->determinant, y->cell->determinant);
    d = d ? d : strcmp(x->cell->strategy, y->cell->strategy);
    d = d ? d : strcmp(x->cell->source, y->cell->source);
    return d ? d : (x->row->line > y->row->line) - (x->row->line < y->row->line);
}

/* The same construct, strategy and source twice: which of them would count? */
static void find_twins(struct reading *r, const struct strategy_cell *cells) {
    struct seen *seen = arena_array(r->scratch, r->csv->n_rows + 1, sizeof *seen);
    for (size_t i = 0; i < r->csv->n_rows; i++)
        seen[i] = (struct seen){&cells[i], &r->csv->rows[i]};
    qsort(seen, r->csv->n_rows, sizeof *seen, same_first);
    for (size_t i = 1; i < r->csv->n_rows; i++) {
        const struct strategy_cell *a = seen[i - 1].cell, *b = seen[i].cell;
        if (!*b->strategy || strcmp(a->determinant, b->determinant) != 0 || strcmp(a->strategy, b->strategy) != 0 ||
            strcmp(a->source, b->source) != 0)
            continue;
        r->good = false;
        finding_add(r->findings, SEVERITY_ERROR, (struct place){r->csv->file, seen[i].row->line, r->at[STRATEGY] + 1},
                    "strategies.twice", "construct", b->determinant, "strategy", b->strategy, "row",
                    arena_printf(r->scratch, "%d", seen[i - 1].row->line), NULL);
    }
}

bool matrix_read(struct strategies *s, const struct strategy_file *file, struct findings *findings) {
    struct arena *scratch = arena_new();
    struct csv *csv;
    struct reading r = {.s = s, .scratch = scratch, .findings = findings};
    r.good = csv_parse(&csv, scratch, file->path, file->text, findings) == RESULT_OK;
    r.csv = csv;
    if (csv && find_columns(&r)) {
        struct strategy_cell *cells = arena_array(scratch, csv->n_rows + 1, sizeof *cells);
        for (size_t i = 0; i < csv->n_rows; i++)
            read_row(&r, &csv->rows[i], &cells[i]);
        find_twins(&r, cells);
        if (s->n_cells + csv->n_rows > STRATEGY_CELLS_MAX) {
            r.good = false;
            finding_add(findings, SEVERITY_ERROR, (struct place){csv->file, 0, 0}, "strategies.too_many", "most",
                        arena_printf(scratch, "%d", STRATEGY_CELLS_MAX), NULL);
        }
        for (size_t i = 0; r.good && i < csv->n_rows; i++) {
            s->cells = arena_grow(s->arena, s->cells, s->n_cells, &s->cells_capacity, sizeof *s->cells);
            s->cells[s->n_cells++] = cells[i];
        }
    }
    arena_free(scratch);
    return csv && r.good;
}
