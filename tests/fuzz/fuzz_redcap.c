/* rooms: exchange instrument base
 * seeds: tests/data/exchange/redcap-*.csv
 * length: 8000
 * short: 450
 *
 * A REDCap data dictionary; see import.h. */
#include "import.h"

static struct texts *texts;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    texts = fuzz_texts();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_import(texts, "form.csv", fuzz_bytes(data, size));
    return 0;
}
