#include "reports/view.h"

#include <stdlib.h>

#include "base/letters.h"

enum result organisation_view_read(struct organisation_view *view, struct results *results, struct arena *arena,
                                   size_t index) {
    struct organisation_results *o;
    enum result result = results_organisation(results, arena, index, &o);
    if (result != RESULT_OK)
        return result;
    *view = (struct organisation_view){index, o, outline_of(arena, results_instrument(results), AUDIENCE_STAFF), NULL};
    return results_history(results, arena, index, &view->history);
}

struct named {
    struct organisation_head head;
    size_t index;
};

static int by_name(const void *a, const void *b) {
    const struct named *x = a, *y = b;
    const int order = letters_compare(x->head.name, y->head.name);
    return order != 0 ? order : x->index < y->index ? -1 : x->index > y->index;
}

/* Only how they are shown: results are asked for by the index they have there. */
static void order_heads(struct all_view *view, const struct organisation_head *heads, struct arena *arena) {
    struct named *list = arena_array(arena, view->n + 1, sizeof *list);
    struct organisation_head *ordered = arena_array(arena, view->n + 1, sizeof *ordered);
    size_t *index = arena_array(arena, view->n + 1, sizeof *index);
    for (size_t i = 0; i < view->n; i++)
        list[i] = (struct named){heads[i], i};
    if (view->n)
        qsort(list, view->n, sizeof *list, by_name);
    for (size_t i = 0; i < view->n; i++) {
        ordered[i] = list[i].head;
        index[i] = list[i].index;
    }
    view->heads = ordered;
    view->index = index;
}

enum result all_view_read(struct all_view *view, struct results *results, struct arena *arena,
                          void (*progress)(void *context, size_t done, size_t total), void *context, size_t total) {
    const struct organisation_head *heads;
    view->n = results_organisations(results, &heads);
    order_heads(view, heads, arena);
    view->each = arena_array(arena, view->n + 1, sizeof *view->each);
    view->staff = outline_of(arena, results_instrument(results), AUDIENCE_STAFF);
    for (size_t i = 0; i < view->n; i++) {
        enum result result = results_overview(results, arena, view->index[i], &view->each[i]);
        if (result != RESULT_OK)
            return result;
        if (progress)
            progress(context, i + 1, total);
    }
    struct organisation_results *overall;
    enum result result = results_overall(results, arena, &overall);
    if (result != RESULT_OK)
        return result;
    view->overall = overall;
    return results_history(results, arena, RESULTS_ALL, &view->history);
}

struct organisation_view view_of_all(const struct all_view *view) {
    return (struct organisation_view){RESULTS_ALL, view->overall, view->staff, view->history};
}

static int by_mean(const void *a, const void *b) {
    const struct ranked *x = a, *y = b;
    double p = x->figures->of[STAT_MEAN].value, q = y->figures->of[STAT_MEAN].value;
    if (p != q)
        return p < q ? 1 : -1;
    return x->organisation < y->organisation ? -1 : x->organisation > y->organisation;
}

size_t ranking_of(const struct all_view *view, size_t construct, struct ranked *list) {
    size_t n = 0;
    for (size_t i = 0; i < view->n; i++) {
        const struct figures *f = &view->each[i]->groups[0].constructs[construct];
        if (cell_shown(f->of[STAT_MEAN]))
            list[n++] = (struct ranked){f, view->heads[i].name, i};
    }
    qsort(list, n, sizeof *list, by_mean);
    return n;
}

struct common common_calls(const struct all_view *view, size_t construct, bool enablers) {
    struct common common = {0, 0};
    for (size_t i = 0; i < view->n; i++) {
        enum call call = view->each[i]->groups[0].constructs[construct].call;
        common.shown += call != CALL_NONE;
        common.hits += enablers ? call >= CALL_ENABLER : call == CALL_BARRIER || call == CALL_STRONG_BARRIER;
    }
    return common;
}

size_t withheld_of_all(const struct all_view *view) {
    size_t cells = 0;
    for (size_t i = 0; i < view->n; i++)
        cells += results_withheld(view->each[i]).cells_withheld;
    return cells;
}
