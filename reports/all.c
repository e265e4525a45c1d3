/* The practitioner's workbook over all organisations: which sheets, in which order. */
#include "reports/sheets.h"

static void tell(const struct report_request *request, size_t done, size_t total) {
    if (request->progress)
        request->progress(request->context, done, total);
}

static void sheet_change_all(struct book *book, const struct all_view *view) {
    const struct organisation_view together = view_of_all(view);
    sheet_change(book, &together);
}

/* One sheet after another, so that only one organisation is in memory besides the workbook. */
static enum result put_profiles(struct book *book, const struct report_request *request, const struct all_view *all,
                                size_t done, size_t total) {
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < all->n; i++) {
        struct arena *arena = arena_new();
        struct organisation_view view;
        result = organisation_view_read(&view, request->results, arena, all->index[i]);
        if (result == RESULT_OK)
            sheet_profile_of(book, &view);
        else
            book->failed = true; /* no workbook that lacks some */
        arena_free(arena);
        tell(request, done + i + 1, total);
    }
    return result;
}

enum result report_all(const struct report_request *request, struct findings *findings) {
    static void (*const sheets[])(struct book *, const struct all_view *) = {
        sheet_overview,   sheet_response,    sheet_ranking,   sheet_common,
        sheet_change_all, sheet_reliability, sheet_method_all};
    const size_t n = sizeof sheets / sizeof *sheets;
    const struct organisation_head *heads;
    const size_t organisations = results_organisations(request->results, &heads);
    const size_t total = (request->profiles ? 2 : 1) * organisations + n + 1;
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
        if (request->profiles)
            result = put_profiles(&book, request, &view, organisations + n, total);
        const enum result closed = book_close(&book);
        result = result == RESULT_OK ? closed : result;
        tell(request, total, total);
    }
    arena_free(arena);
    return result;
}
