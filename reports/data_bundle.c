/* A data file and its codebook in one .zip, for those who can take away only one file at a time. */
#include <stdio.h>
#include <zip.h>

#include "reports/data_inner.h"

static bool add(zip_t *zip, const char *path, const char *name) {
    zip_source_t *source = zip_source_file(zip, path, 0, -1);
    const zip_int64_t index = source ? zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8) : -1;
    if (source && index < 0)
        zip_source_free(source);
    return index >= 0;
}

static bool pack(const char *path, const char *data, const char *codebook, const char *data_name) {
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
    bool good = zip && add(zip, data, data_name) && add(zip, codebook, "codebook.csv");
    if (good && zip_close(zip) == 0) /* reads the two, and puts the whole in its place */
        return true;
    if (zip)
        zip_discard(zip);
    return false;
}

enum result report_data_bundle(const struct report_request *request, enum data_form form, struct data_written *written,
                               struct findings *findings) {
    struct arena *arena = arena_new();
    struct report_request one = *request;
    const char *ending = form == DATA_SPSS ? "sav" : form == DATA_CSV ? "csv" : "xlsx";
    one.path = arena_printf(arena, "%s.part.%s", request->path, ending);
    const char *codebook = data_codebook_path(arena, one.path);
    enum result result = report_data(&one, form, 0, written, findings);
    if (result == RESULT_OK && !pack(request->path, one.path, codebook, arena_printf(arena, "data.%s", ending))) {
        finding_add(findings, SEVERITY_ERROR, (struct place){.file = request->path}, "data_not_written", "path",
                    request->path, NULL);
        result = RESULT_MACHINE;
    }
    (void)remove(one.path);
    (void)remove(codebook);
    arena_free(arena);
    return result;
}
