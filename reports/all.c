/* The practitioner's workbook over all organisations: which sheets, in which order. */
#include "reports/sheets.h"

static void tell(const struct report_request *request, size_t done, size_t total) {
    if (request->progress)
        request->progress(request->context, done, total);
}

enum result report_all(const struct report_request *request, struct findings *findings) {
    static void (*const sheets[])(struct book *, const struct all_view *) = {
        sheet_overview, sheet_response, sheet_ranking, sheet_common, sheet_reliability, sheet_method_all};
    const size_t n = sizeof sheets / sizeof *sheets;
    const struct organisation_head *heads;
    const size_t organisations = results_organisations(request->results, &heads), total = organisations + n + 1;
    struct arena *arena = arena_new();
    struct all_view view = {0};
    struct book book;
    const char *title = results_assessment(request->results)->title;
    enum result result = all_view_read(&view, request->results, arena, request->progress, request->context, total);
    if (result == RESULT_OK)
        result = book_open(&book, request, request->path, title, results_wave(request->results)->closed, findings);
    if (result == RESULT_OK) {
        book.owner = word(book.words, "overview.all");
        for (size_t i = 0; i < n; i++) {
            sheets[i](&book, &view);
            tell(request, organisations + i + 1, total);
        }
        sheet_codebook(&book);
        result = book_close(&book);
        tell(request, total, total);
    }
    arena_free(arena);
    return result;
}
