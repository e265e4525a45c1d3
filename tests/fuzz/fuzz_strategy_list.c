/* rooms: instrument base
 * seeds: config/strategies/?*.ini
 * length: 24000
 * short: 1200
 *
 * A list of strategies, with a translation behind a line "%%". It is good exactly when nothing in it is an error; then
 * each strategy has a code, a label, and a cluster that exists or none. */
#include "fuzz.h"

#include "instrument/strategies_inside.h"

static struct texts *texts;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    texts = fuzz_texts();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct str rest = fuzz_bytes(data, size);
    const struct strategy_file file = {"own.ini", "own.ini", fuzz_part(&rest)};
    const struct strategy_file translation = {"own.fr.ini", "own.fr.ini", rest};
    struct arena *arena = arena_new();
    struct findings *findings = findings_new();
    struct list list = {.name = NULL};
    bool good = false;
    list_read(&list, arena, &file, &translation, rest.n ? 1 : 0, findings, &good);
    PROMISE(good == (findings_count(findings, SEVERITY_ERROR) == 0));
    if (fuzz_chosen(data, size, 8))
        fuzz_check_findings(findings, texts);
    for (size_t i = 0; good && i < list.n; i++) {
        PROMISE(strncmp(list.strategies[i].code, "own.", 4) == 0);
        PROMISE(list.strategies[i].label && list.strategies[i].label[0]);
        PROMISE(list.strategies[i].cluster == SIZE_MAX || list.strategies[i].cluster < list.n_clusters);
    }
    findings_free(findings);
    arena_free(arena);
    return 0;
}
