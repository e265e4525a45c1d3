/* The instrument's file has changed while a wave is open: what that means, and taking over what are only other words.
 */
#include <sodium.h>

#include "collect/collect.h"
#include "web/workspace/differences.h"
#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

/* What the wave is pinned to, and the file now; `now` is NULL when it has errors or is gone. References. */
struct pair {
    const struct instrument *was, *now;
    struct comparison c;
};

static struct pair take_pair(struct desk *d, const struct wave *w, const struct instrument *now) {
    struct pair p = {collect_instrument(d->collect, w), now, {CHANGE_NONE, 0, NULL}};
    if (p.was && p.now)
        p.c = instrument_compare(d->arena, p.was, p.now);
    return p;
}

static void release(struct pair *p) {
    instrument_release(p->was);
    instrument_release(p->now);
}

static const char *path_of(struct desk *d, const struct wave *w) {
    return setup_path(d, "waves", arena_printf(d->arena, "%d", w->number), "adopt");
}

void wave_adopt_write_notice(struct desk *d, const struct wave *w) {
    static const char *const keys[] = {NULL, "setup_adopt_wording", "setup_adopt_additive", "setup_adopt_breaking"};
    struct html *h = &d->screen.html;
    struct pair p = take_pair(d, w, setup_load_instrument(d));
    if (!p.now) {
        desk_notice(d, "setup_adopt_lost");
    } else if (p.was && p.c.n > 0) {
        const bool words = comparison_is_words_only(&p.c);
        html_markup(h, "<div class=notice><p>");
        desk_say(d, words || p.c.change != CHANGE_WORDING ? keys[p.c.change] : "setup_adopt_shape");
        html_markup(h, " ");
        desk_link(d, path_of(d, w), desk_words(d, words ? "setup_adopt_link" : "setup_adopt_link_look"));
        html_markup(h, "</p></div>");
    }
    release(&p);
}

/* The file that was looked at: what is taken over is what was shown. */
static const char *print_of(struct desk *d, const struct instrument *now) {
    char hex[2 * sizeof now->hash + 1];
    return setup_print(d, sodium_bin2hex(hex, sizeof hex, now->hash, sizeof now->hash), NULL);
}

static void write_form(struct desk *d, const struct wave *w, const struct pair *p) {
    struct html *h = &d->screen.html;
    html_markup(h, "<ul><li>");
    desk_say(d, "setup_adopt_next_page");
    html_markup(h, "</li><li>");
    desk_say(d, "setup_adopt_answers_stay");
    html_markup(h, "</li><li>");
    desk_say(d, "setup_adopt_recorded");
    html_markup(h, "</li></ul>");
    desk_form_open(d, path_of(d, w), false);
    setup_hide_began(d, print_of(d, p->now));
    setup_buttons_open(d);
    desk_button(d, "setup_adopt_do", NULL, NULL);
    setup_cancel(d, setup_path(d, "waves"));
    setup_buttons_close(d);
    desk_form_close(d);
}

static void show(struct desk *d, int status, const struct wave *w, const struct pair *p) {
    const bool words = comparison_is_words_only(&p->c);
    setup_open(d, status, desk_fill(d, "setup_adopt_title", "wave", w->label, NULL), TAB_WAVES);
    if (!p->now) {
        desk_empty(d, "setup_adopt_lost", "/instruments", "setup_adopt_to_instruments");
    } else if (p->c.n == 0) {
        desk_empty(d, "setup_adopt_same", setup_path(d, "waves"), "setup_back_to_waves");
    } else {
        html_markup(&d->screen.html, "<p>");
        differences_write_meaning(d, p->c.change);
        html_markup(&d->screen.html, "</p>");
        desk_section(d, "setup_adopt_differences");
        differences_write(d, &p->c);
        if (words) {
            desk_section(d, "setup_adopt_section");
            write_form(d, w, p);
        } else {
            desk_paragraph(d, p->c.change == CHANGE_WORDING ? "setup_adopt_shape" : "setup_adopt_not");
        }
    }
    desk_close(d);
}

void wave_adopt_show(struct desk *d) {
    struct wave w;
    if (!setup_open_wave(d, &w))
        return;
    struct pair p = take_pair(d, &w, setup_load_instrument(d));
    if (p.was)
        show(d, 200, &w, &p);
    else
        desk_refuse(d, 503);
    release(&p);
}

void wave_adopt_handle(struct desk *d) {
    struct wave w;
    if (!setup_open_wave(d, &w))
        return;
    struct pair p = take_pair(d, &w, setup_pin_instrument(d));
    enum result result = RESULT_INPUT;
    if (!p.was)
        result = RESULT_MACHINE;
    else if (p.now && setup_take_began(d, print_of(d, p.now)))
        result = collect_adopt(d->collect, &w, p.now, d->arena, d->findings);
    if (result == RESULT_OK) {
        desk_audit_inside(d, "wave_adopted", w.label, NULL);
        desk_redirect(d, setup_path(d, "waves"), "setup_wave_adopted", w.label);
    } else if (result == RESULT_INPUT) {
        show(d, SETUP_WRONG, &w, &p);
    } else {
        desk_refuse(d, 503);
    }
    release(&p);
}
