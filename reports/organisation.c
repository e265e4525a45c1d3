/* One organisation's workbook: which sheets, in which order. */
#include "reports/sheets.h"

enum result report_organisation(const struct report_request *request, size_t organisation, struct findings *findings) {
    static void (*const sheets[])(struct book *, const struct organisation_view *) = {
        sheet_summary, sheet_profile,    sheet_items,  sheet_own,      sheet_groups,
        sheet_change,  sheet_strategies, sheet_action, sheet_comments, sheet_method};
    const size_t n = sizeof sheets / sizeof *sheets, total = n + 2; /* the codebook and the file itself */
    struct arena *arena = arena_new();
    struct organisation_view view;
    struct book book;
    enum result result = organisation_view_read(&view, request->results, arena, organisation);
    if (result == RESULT_OK) {
        const char *title =
            arena_printf(arena, "%s, %s", view.results->name, results_assessment(request->results)->title);
        result = book_open(&book, request, request->path, title, results_wave(request->results)->closed, findings);
    }
    if (result == RESULT_OK) {
        book.owner = view.results->name;
        for (size_t i = 0; i < n; i++) {
            sheets[i](&book, &view);
            if (request->progress)
                request->progress(request->context, i + 1, total);
        }
        sheet_codebook(&book);
        result = book_close(&book);
        if (request->progress)
            request->progress(request->context, total, total);
    }
    arena_free(arena);
    return result;
}
