/* rooms: instrument base
 * seeds: tests/data/strategies/?*.csv
 * length: 8000
 * short: 1200
 *
 * A matrix of strategies. It is taken whole or not at all: each row is about a legal determinant and a strategy that
 * exists, with a percent from 0 to 100. */
#include "fuzz.h"

#include "instrument/strategies_inside.h"

static struct texts *texts;
static struct strategies *strategies;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    texts = fuzz_texts();
    PROMISE(strategies_load(&strategies, NULL, NULL) == RESULT_OK);
    PROMISE(strategies->n_codes > 0);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct strategies s = *strategies;
    struct findings *findings = findings_new();
    const struct strategy_file file = {"own.csv", "own.csv", fuzz_bytes(data, size)};
    s.arena = arena_new();
    s.n_cells = s.cells_capacity = 0;
    s.cells = NULL;
    const bool good = matrix_read(&s, &file, findings);
    PROMISE(good == (findings_count(findings, SEVERITY_ERROR) == 0));
    PROMISE(good || s.n_cells == 0);
    if (fuzz_chosen(data, size, 8))
        fuzz_check_findings(findings, texts);
    for (size_t i = 0; i < s.n_cells; i++) {
        PROMISE(determinant_is_legal(s.cells[i].determinant));
        PROMISE(strategies_order(&s, s.cells[i].strategy) == s.cells[i].order);
        PROMISE(s.cells[i].percent >= 0 && s.cells[i].percent <= 100);
    }
    findings_free(findings);
    arena_free(s.arena);
    return 0;
}
