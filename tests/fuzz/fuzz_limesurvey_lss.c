/* rooms: exchange instrument base
 * seeds: tests/data/exchange/limesurvey-*.lss
 * length: 16000
 * short: 900
 *
 * LimeSurvey's structure as XML, old and new; see import.h. */
#include "import.h"

static struct texts *texts;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    texts = fuzz_texts();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_import(texts, "form.lss", fuzz_bytes(data, size));
    return 0;
}
