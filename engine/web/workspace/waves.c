/* The waves of an assessment, and what can be done with each. */
#include <string.h>

#include "collect/collect.h"
#include "collect/wordings.h"
#include "web/workspace/differences.h"
#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

static const char *number_of(struct desk *d, const struct wave *w) {
    return arena_printf(d->arena, "%d", w->number);
}

static void write_open_links(struct desk *d, const struct wave *w, bool locked) {
    struct html *h = &d->screen.html;
    html_markup(h, "<ul class=acts><li>");
    desk_link(d, setup_path(d, "waves", number_of(d, w), "extend"), desk_words(d, "setup_wave_extend"));
    html_markup(h, "</li><li>");
    if (!locked) {
        desk_link(d, setup_path(d, "waves", number_of(d, w), "sheet"), desk_words(d, "setup_wave_sheet"));
        html_markup(h, "</li><li>");
    }
    desk_link(d, setup_path(d, "waves", number_of(d, w), "close"), desk_words(d, "setup_wave_close"));
    html_markup(h, "</li></ul>");
}

/* The days on which it took over other words of its instrument. */
static void write_adoptions(struct desk *d, const struct wording *list, size_t n) {
    struct buf out = BUF_INIT;
    for (size_t i = 0; i < n; i++)
        buf_printf(&out, "%s%s", i ? ", " : "", desk_day(d, list[i].until));
    if (n)
        setup_fact(d, "setup_wave_adopted_on", arena_copy(d->arena, out.p, out.n));
    buf_free(&out);
}

/* And what people had read until then. */
static void write_wordings(struct desk *d, const struct wording *list, size_t n) {
    struct html *h = &d->screen.html;
    for (size_t i = 0; i < n; i++) {
        html_markup(h, "<details><summary>");
        html_text(h, desk_fill(d, "setup_wave_wording_until", "day", desk_day(d, list[i].until), NULL));
        html_markup(h, "</summary>");
        if (list[i].change.n)
            differences_write(d, &list[i].change);
        else
            desk_paragraph(d, "setup_wave_wording_lost");
        html_markup(h, "</details>");
    }
}

/* One wave: few enough for a card each, which a phone can show whole. */
static bool write_card(struct desk *d, const struct wave *w) {
    static const char *const states[] = {"setup_wave_open", "setup_wave_emptied", "setup_wave_closed"};
    struct html *h = &d->screen.html;
    struct wave_counts counts;
    struct wording *wordings;
    size_t n_wordings;
    const bool locked = collect_is_locked(d->collect, w);
    bool destroyed;
    if (collect_list_wordings(d->store, d->arena, w->id, &wordings, &n_wordings) != RESULT_OK ||
        store_count_answers(d->store, d->arena, w, &counts) != RESULT_OK ||
        store_is_destroyed(d->store, w, &destroyed) != RESULT_OK)
        return false;
    html_open(h, "li");
    html_attribute(h, "class", w->state == WAVE_OPEN ? "card now" : "card");
    html_markup(h, "><h2>");
    html_text(h, w->label);
    html_markup(h, "</h2>");
    setup_facts_open(d);
    setup_fact(d, "setup_wave_state",
               desk_words(d, w->imported ? "setup_wave_imported"
                             : destroyed ? "setup_wave_is_destroyed"
                                         : states[w->state]));
    setup_fact(d, "setup_answered", setup_answered(d, &counts));
    if (w->opened[0])
        setup_fact(d, "setup_wave_opened", desk_day(d, w->opened));
    if (w->state == WAVE_OPEN || w->until[0])
        setup_fact(d, "setup_last_day", setup_until(d, w));
    if (w->closed[0])
        setup_fact(d, "setup_wave_closed_on", desk_day(d, w->closed));
    if (locked)
        setup_fact(d, "setup_wave_key", desk_words(d, "setup_wave_locked_short"));
    write_adoptions(d, wordings, n_wordings);
    setup_facts_close(d);
    write_wordings(d, wordings, n_wordings);
    if (w->state == WAVE_OPEN) {
        write_open_links(d, w, locked);
    } else if (w->state == WAVE_CLOSED && !destroyed) {
        html_markup(h, "<p class=acts>");
        desk_link(d, setup_path(d, "reports"), desk_words(d, "setup_wave_reports"));
        html_markup(h, "</p>");
    }
    html_markup(h, "</li>");
    return true;
}

void waves_show(struct desk *d) {
    struct setup_state s;
    if (!setup_read(d, &d->assessment, &s))
        return;
    setup_open(d, 200, desk_words(d, "setup_waves"), TAB_WAVES);
    if (!s.n_waves) {
        desk_empty(d, s.organisations ? "setup_waves_empty" : "setup_waves_need_organisations",
                   s.organisations ? setup_path(d, "waves", "open") : setup_path(d, "organisations", "import"),
                   s.organisations ? "setup_wave_open_first" : "setup_next_organisations");
        desk_close(d);
        return;
    }
    if (!s.open) {
        html_markup(&d->screen.html, "<p>");
        desk_link_button(d, setup_path(d, "waves", "open"), "setup_wave_open_another");
        html_markup(&d->screen.html, "</p>");
    }
    bool good = true;
    html_markup(&d->screen.html, "<ul class=cards>");
    for (size_t i = s.n_waves; good && i > 0; i--)
        good = write_card(d, &s.waves[i - 1]);
    html_markup(&d->screen.html, "</ul>");
    if (good)
        desk_close(d);
    else
        desk_refuse(d, 503);
}
