/* rooms: exchange instrument base
 * length: 16000
 * short: 2000
 *
 * A workbook's own bytes: the zip around the parts. The parts have a target of their own, xlsx; see import.h. */
#include "import.h"

static struct texts *texts;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    texts = fuzz_texts();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_import(texts, "form.xlsx", fuzz_bytes(data, size));
    return 0;
}
