/* rooms: instrument base
 * seeds: surveys/?*.ini surveys/examples/?*.ini tests/data/instruments/?*.ini tests/data/broken/?*.ini
 * length: 24000
 * short: 700
 *
 * The instrument file, with a translation behind a line "%%". Whatever the bytes: there is an instrument or an error,
 * never both and never neither; each finding has its sentence and stands inside the file; and what was accepted is
 * accepted again from the text that a wave pins. */
#include "fuzz.h"

#include "instrument/loader.h"

static struct texts *texts;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    texts = fuzz_texts();
    return 0;
}

FUZZ_UNSEEN static int lines_of(struct str text) {
    int lines = 1;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n' || text.p[i] == '\r';
    return lines;
}

static void check_places(const struct findings *findings, const struct instrument_file *files) {
    const int most[2] = {lines_of(files[0].text), lines_of(files[1].text)};
    for (size_t i = 0; i < findings_total(findings); i++) {
        const int line = findings_at(findings, i)->place.line;
        PROMISE(line <= most[0] || line <= most[1]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct str rest = fuzz_bytes(data, size);
    struct instrument_file files[2] = {{"", {NULL, 0}}, {"fr", {NULL, 0}}};
    files[0].text = fuzz_part(&rest);
    files[1].text = rest;
    const struct instrument *instrument = NULL, *again = NULL;
    struct findings *findings = findings_new();
    const enum result result = instrument_parse(&instrument, "fuzz.ini", files, rest.n ? 2 : 1, findings);
    PROMISE((result == RESULT_OK) == (instrument != NULL));
    PROMISE((result == RESULT_OK) == (findings_count(findings, SEVERITY_ERROR) == 0));
    if (fuzz_chosen(data, size, 8))
        fuzz_check_findings(findings, texts);
    check_places(findings, files);
    if (instrument && fuzz_chosen(data, size, 4)) {
        PROMISE(instrument_parse(&again, "fuzz.ini", instrument->files, rest.n ? 2 : 1, NULL) == RESULT_OK);
        PROMISE(again->n_fields == instrument->n_fields && again->n_pages == instrument->n_pages);
    }
    instrument_release(again);
    instrument_release(instrument);
    findings_free(findings);
    return 0;
}
