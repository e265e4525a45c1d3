/* Closing a wave: final, so the page says what it does and asks for the wave's name. */
#include <string.h>

#include "aggregate/results.h"
#include "collect/collect.h"
#include "mail/hooks.h"
#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

enum { LABEL_MAX = 200 };

/* For a wave whose key was taken away: the figures of the sheet. */
static void write_sheet_field(struct desk *d, const struct wave *w) {
    if (!collect_is_locked(d->collect, w))
        return;
    desk_notice(d, "setup_close_locked");
    setup_sheet_field(d, "setup_close_locked_hint");
}

static void show(struct desk *d, int status, const struct wave *w) {
    struct html *h = &d->screen.html;
    struct wave_counts counts;
    if (store_count_answers(d->store, d->arena, w, &counts) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    setup_open(d, status, desk_fill(d, "setup_close_title", "wave", w->label, NULL), TAB_WAVES);
    setup_facts_open(d);
    setup_fact(d, "setup_answered", setup_answered(d, &counts));
    setup_fact(d, "setup_last_day", setup_until(d, w));
    setup_facts_close(d);
    if (counts.answered < 0)
        desk_notice(d, "setup_close_too_few");
    html_markup(h, "<ul><li>");
    desk_say(d, "setup_close_final");
    html_markup(h, "</li><li>");
    desk_say(d, "setup_close_keys");
    html_markup(h, "</li><li>");
    desk_text(d, desk_fill(d, "setup_close_small", "k", desk_number(d, w->min_group, 0), NULL));
    html_markup(h, "</li><li>");
    desk_say(d, "setup_close_then");
    html_markup(h, "</li></ul>");
    desk_form_open(d, setup_path(d, "waves", arena_printf(d->arena, "%d", w->number), "close"), false);
    write_sheet_field(d, w);
    setup_field(d, "label", desk_fill(d, "setup_close_label", "wave", w->label, NULL), NULL, "", LABEL_MAX, NULL);
    setup_buttons_open(d);
    desk_button_danger(d, "setup_close_do", NULL, NULL);
    setup_cancel(d, setup_path(d, "waves"));
    setup_buttons_close(d);
    desk_form_close(d);
    desk_close(d);
}

void wave_close_show(struct desk *d) {
    struct wave w;
    if (setup_open_wave(d, &w))
        show(d, 200, &w);
}

/* The published groups are decided now, once, so that the first report does not have to wait for it. */
static enum result make_results(struct desk *d, const struct wave *closed) {
    struct wave w;
    struct results *results;
    if (store_get_wave(d->store, d->arena, closed->id, &w) != RESULT_OK)
        return RESULT_MACHINE;
    const enum result result = results_open(&results, d->store, &d->assessment, &w, d->findings);
    if (result == RESULT_OK)
        results_close(results);
    return result;
}

enum result setup_close_wave(struct desk *d, const struct wave *w, const char *sheet, struct closing *out) {
    const enum result result = collect_close_wave(d->collect, w, sheet[0] ? sheet : NULL, out, d->findings);
    if (result != RESULT_OK)
        return result;
    desk_audit_inside(d, "wave_closed", w->label, NULL);
    if (!out->cleaning)
        (void)!make_results(d, w); /* else they are made when the first report asks for them */
    hooks_tell_closed(d->store, &d->assessment, w);
    return RESULT_OK;
}

void wave_close_handle(struct desk *d) {
    struct wave w;
    struct closing closing = {0};
    if (!setup_open_wave(d, &w))
        return;
    if (strcmp(desk_posted(d, "label", LABEL_MAX), w.label) != 0) {
        desk_wrong(d, "label", "setup_close_not_confirmed", "wave", w.label);
        show(d, SETUP_WRONG, &w);
        return;
    }
    const enum result result = setup_close_wave(d, &w, desk_posted(d, "sheet", SHEET_MAX), &closing);
    if (result == RESULT_MACHINE) {
        desk_refuse(d, 503);
        return;
    }
    if (result != RESULT_OK) {
        show(d, SETUP_WRONG, &w);
        return;
    }
    if (closing.cleaning) { /* goes on by itself; the results are made when the first report asks for them */
        desk_redirect(d, setup_path(d, "waves"), "setup_wave_cleaning", NULL);
        return;
    }
    desk_redirect(d, setup_path(d, closing.responses ? "reports" : "waves"),
                  closing.responses ? "setup_wave_closed" : "setup_wave_destroyed",
                  desk_number(d, (double)closing.responses, 0));
}
