/* rooms: exchange instrument base
 * length: 16000
 * short: 2000
 *
 * A workbook's own bytes: the zip around the parts, which have a target of their own, xlsx. Any bytes become sheets
 * within the limits, or a refusal with its reason; one in eight goes on to become an instrument (import.h). */
#include "import.h"

#include "exchange/sheets.h"

static struct texts *texts;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    texts = fuzz_texts();
    return 0;
}

static void check_sheet(const struct sheet *sheet) {
    PROMISE(utf8_valid(str_of(sheet->name)) && utf8_valid(str_of(sheet->place)));
    PROMISE(sheet->n <= SHEET_ROWS_MAX);
    for (size_t i = 0; i < sheet->n; i++) {
        const struct sheet_row *row = &sheet->rows[i];
        PROMISE(row->number > (i ? sheet->rows[i - 1].number : 0));
        PROMISE(row->n <= SHEET_COLUMNS_MAX);
        for (size_t k = 0; k < row->n; k++)
            PROMISE(strlen(row->cells[k]) <= SHEET_CELL_BYTES && utf8_valid(str_of(row->cells[k])));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct findings *list = findings_new(), *findings = findings_new();
    struct sheets *sheets = NULL;
    const enum result result = sheets_read_xlsx(&sheets, arena, "form.xlsx", fuzz_bytes(data, size), list, findings);
    PROMISE(result == RESULT_OK || result == RESULT_INPUT);
    PROMISE((result == RESULT_OK) == (findings_count(findings, SEVERITY_ERROR) == 0));
    PROMISE(result != RESULT_OK || sheets->n <= SHEETS_MAX);
    for (size_t i = 0; result == RESULT_OK && i < sheets->n; i++)
        check_sheet(&sheets->list[i]);
    if (fuzz_chosen(data, size, 8)) {
        fuzz_check_findings(list, texts);
        fuzz_check_findings(findings, texts);
        fuzz_import(texts, "form.xlsx", fuzz_bytes(data, size));
    }
    findings_free(list);
    findings_free(findings);
    arena_free(arena);
    return 0;
}
