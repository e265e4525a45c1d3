/* rooms: base
 * seeds: tests/data/?*.csv tests/data/strategies/?*.csv tests/data/exchange/?*.csv
 * length: 8000
 * short: 1000
 *
 * A table as office programs write it. Every cell is UTF-8 and trimmed, rows stand in the order of the file, and what
 * was read, written and read again is the same: no cell becomes a formula, none is lost. */
#include "fuzz.h"

#include "base/csv.h"

static struct texts *texts;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    texts = fuzz_texts();
    return 0;
}

static void check_row(const struct csv_row *row, int after) {
    PROMISE(row->line > after);
    for (size_t i = 0; i < row->n_cells; i++) {
        const struct str cell = str_of(row->cells[i]);
        PROMISE(utf8_valid(cell));
        PROMISE(str_equal(str_trim(cell), cell));
    }
}

static void write_row(struct csv_writer *w, const struct csv_row *row) {
    for (size_t i = 0; i < row->n_cells; i++)
        csv_text(w, row->cells[i]);
    csv_end(w);
}

/* The apostrophe that the writer puts before what a spreadsheet would take for a formula is not the reader's to remove.
 */
static bool is_same(const char *was, const char *is) {
    return strcmp(was, is) == 0 || (*is == '\'' && strcmp(was, is + 1) == 0);
}

static void check_round(struct arena *arena, const struct csv *csv) {
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    PROMISE(out);
    struct csv_writer w = {.out = out};
    struct csv *again;
    write_row(&w, &csv->header);
    for (size_t i = 0; i < csv->n_rows; i++)
        write_row(&w, &csv->rows[i]);
    fclose(out);
    /* the separator is said, since one column has none to find it by */
    const char *whole = arena_printf(arena, "sep=,\r\n%.*s", (int)n, text);
    free(text);
    PROMISE(csv_parse(&again, arena, "again.csv", str_of(whole), NULL) == RESULT_OK);
    PROMISE(again->n_rows == csv->n_rows);
    for (size_t i = 0; i < csv->n_rows; i++)
        for (size_t k = 0; k < csv->rows[i].n_cells; k++)
            PROMISE(is_same(csv->rows[i].cells[k], csv_cell(&again->rows[i], (int)k)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct findings *findings = findings_new();
    struct csv *csv = NULL;
    const enum result result = csv_parse(&csv, arena, "fuzz.csv", fuzz_bytes(data, size), findings);
    PROMISE((result == RESULT_OK) == (findings_count(findings, SEVERITY_ERROR) == 0));
    PROMISE(result != RESULT_OK || csv);
    fuzz_check_findings(findings, texts);
    if (csv) {
        check_row(&csv->header, 0);
        for (size_t i = 0, line = (size_t)csv->header.line; i < csv->n_rows; line = (size_t)csv->rows[i++].line)
            check_row(&csv->rows[i], (int)line);
        PROMISE(strcmp(csv_cell(&csv->header, -1), "") == 0);
        if (result == RESULT_OK)
            check_round(arena, csv);
    }
    findings_free(findings);
    arena_free(arena);
    return 0;
}
