/* Taking the key that opens a wave's answers away from the server. Whoever does it shows that the recovery sheet is at
 * hand: without the sheet the answers would be lost. */
#include "collect/collect.h"
#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

enum { SHEET_ROWS = 4 }; /* three lines of figures */

void setup_sheet_field(struct desk *d, const char *hint_key) {
    desk_field_area(d, "sheet", "setup_lock_figures", hint_key, "", SHEET_ROWS);
}

static void show(struct desk *d, int status, const struct wave *w) {
    static const char *const points[] = {"setup_lock_why", "setup_lock_then", "setup_lock_lost", "setup_lock_copies"};
    struct html *h = &d->screen.html;
    setup_open(d, status, desk_words(d, "setup_lock_title"), TAB_WAVES);
    html_markup(h, "<ul>");
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        html_markup(h, "<li>");
        desk_say(d, points[i]);
        html_markup(h, "</li>");
    }
    html_markup(h, "</ul>");
    desk_form_open(d, setup_path(d, "waves", arena_printf(d->arena, "%d", w->number), "lock"), false);
    setup_sheet_field(d, "setup_lock_figures_hint");
    setup_buttons_open(d);
    desk_button_danger(d, "setup_lock_do", NULL, NULL);
    setup_cancel(d, setup_path(d, "waves"));
    setup_buttons_close(d);
    desk_form_close(d);
    desk_close(d);
}

void wave_lock_show(struct desk *d) {
    struct wave w;
    if (!setup_open_wave(d, &w))
        return;
    if (collect_is_locked(d->collect, &w))
        desk_redirect(d, setup_path(d, "waves"), NULL, NULL);
    else
        show(d, 200, &w);
}

void wave_lock_handle(struct desk *d) {
    struct wave w;
    if (!setup_open_wave(d, &w))
        return;
    const enum result result = collect_lock_wave(d->collect, &w, desk_posted(d, "sheet", SHEET_MAX), d->findings);
    if (result == RESULT_MACHINE) {
        desk_refuse(d, 503);
    } else if (result != RESULT_OK) {
        show(d, SETUP_WRONG, &w);
    } else {
        desk_audit_inside(d, "wave_locked", w.label, NULL);
        desk_redirect(d, setup_path(d, "waves"), "setup_wave_locked", w.label);
    }
}
