/* Moving the last day of an open wave. */
#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

static void show(struct desk *d, int status, const struct wave *w) {
    setup_open(d, status, desk_fill(d, "setup_extend_title", "wave", w->label, NULL), TAB_WAVES);
    setup_facts_open(d);
    setup_fact(d, "setup_last_day_now", setup_until(d, w));
    setup_facts_close(d);
    desk_form_open(d, setup_path(d, "waves", arena_printf(d->arena, "%d", w->number), "extend"), false);
    desk_field_day(d, "until", "setup_last_day_new", "setup_last_day_hint", w->until);
    setup_buttons_open(d);
    desk_button(d, "setup_extend_do", NULL, NULL);
    setup_cancel(d, setup_path(d, "waves"));
    setup_buttons_close(d);
    desk_form_close(d);
    desk_close(d);
}

void wave_extend_show(struct desk *d) {
    struct wave w;
    if (setup_open_wave(d, &w))
        show(d, 200, &w);
}

void wave_extend_handle(struct desk *d) {
    struct wave w;
    if (!setup_open_wave(d, &w))
        return;
    const char *until = desk_posted(d, "until", 10);
    setup_check_until(d, until, w.timezone);
    if (desk_has_errors(d)) {
        show(d, SETUP_WRONG, &w);
    } else if (store_extend_wave(d->store, w.id, until) != RESULT_OK) {
        desk_refuse(d, 503);
    } else {
        desk_audit_inside(d, "wave_extended", w.label, NULL);
        desk_redirect(d, setup_path(d, "waves"), "setup_wave_extended", desk_day(d, until));
    }
}
