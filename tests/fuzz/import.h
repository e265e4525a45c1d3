/* What the targets for the importers share: any bytes become an instrument that passes the check, or a refusal with its
 * reason; nothing is left over from either; what was lost is said in sentences; what was taken can be written as a file
 * of another system. */
#ifndef READINESS_TESTS_FUZZ_IMPORT_H
#define READINESS_TESTS_FUZZ_IMPORT_H

#include "fuzz.h"

#include "exchange/exchange.h"
#include "instrument/loader.h"

static inline void fuzz_import(const struct texts *texts, const char *file, struct str bytes) {
    struct arena *arena = arena_new();
    struct findings *list = findings_new(), *findings = findings_new();
    const struct exchange_source source = {.file = file, .bytes = bytes, .texts = texts};
    struct exchange_made made;
    const enum result result = exchange_import(&made, arena, &source, list, findings);
    PROMISE(result == RESULT_OK || result == RESULT_INPUT);
    PROMISE((result == RESULT_OK) == (findings_count(findings, SEVERITY_ERROR) == 0));
    PROMISE((result == RESULT_OK) == (made.n_files > 0));
    PROMISE(findings_count(list, SEVERITY_ERROR) == 0);
    const uint8_t *data = (const uint8_t *)bytes.p;
    if (fuzz_chosen(data, bytes.n, 8)) {
        fuzz_check_findings(list, texts);
        fuzz_check_findings(findings, texts);
    }
    if (result == RESULT_OK && fuzz_chosen(data, bytes.n, 4)) { /* the import has read its own files back already */
        const struct instrument *instrument = NULL;
        struct str out;
        PROMISE(instrument_parse(&instrument, "form.ini", made.files, made.n_files, NULL) == RESULT_OK);
        PROMISE(exchange_export_redcap(&out, arena, instrument, list) == RESULT_OK);
        PROMISE(utf8_valid(out));
        fuzz_check_findings(list, texts);
        instrument_release(instrument);
    }
    findings_free(list);
    findings_free(findings);
    arena_free(arena);
}

#endif
