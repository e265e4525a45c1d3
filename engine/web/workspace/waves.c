/* The waves of an assessment, and what can be done with each. */
#include <string.h>

#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

static const char *number_of(struct desk *d, const struct wave *w) {
    return arena_printf(d->arena, "%d", w->number);
}

static void write_open_links(struct desk *d, const struct wave *w) {
    struct html *h = &d->screen.html;
    html_markup(h, "<ul class=acts><li>");
    desk_link(d, setup_path(d, "waves", number_of(d, w), "extend"), desk_words(d, "setup_wave_extend"));
    html_markup(h, "</li><li>");
    desk_link(d, setup_path(d, "waves", number_of(d, w), "sheet"), desk_words(d, "setup_wave_sheet"));
    html_markup(h, "</li><li>");
    desk_link(d, setup_path(d, "waves", number_of(d, w), "close"), desk_words(d, "setup_wave_close"));
    html_markup(h, "</li></ul>");
}

static bool write_row(struct desk *d, const struct wave *w) {
    static const char *const states[] = {"setup_wave_open", "setup_wave_emptied", "setup_wave_closed"};
    int invited, answered;
    if (!setup_count(d, w, &invited, &answered))
        return false;
    desk_row_open(d);
    desk_cell(d, w->label);
    desk_cell(d, desk_words(d, w->imported ? "setup_wave_imported" : states[w->state]));
    desk_cell(d, w->opened[0] ? desk_day(d, w->opened) : "");
    desk_cell(d, w->state == WAVE_OPEN ? setup_until(d, w) : w->until[0] ? desk_day(d, w->until) : "");
    desk_cell(d, w->closed[0] ? desk_day(d, w->closed) : "");
    desk_cell_number(d, setup_answered(d, answered, invited));
    desk_cell_open(d);
    if (w->state == WAVE_OPEN)
        write_open_links(d, w);
    else if (w->state == WAVE_CLOSED)
        desk_link(d, setup_path(d, "reports"), desk_words(d, "setup_wave_reports"));
    desk_cell_close(d);
    desk_row_close(d);
    return true;
}

void waves_show(struct desk *d) {
    struct setup_state s;
    if (!setup_read(d, &d->assessment, &s))
        return;
    desk_open(d, 200, desk_words(d, "setup_waves"), TAB_WAVES);
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
    desk_table_open(d, "setup_waves_table");
    desk_table_head(d, "setup_wave", false);
    desk_table_head(d, "setup_wave_state", false);
    desk_table_head(d, "setup_wave_opened", false);
    desk_table_head(d, "setup_last_day", false);
    desk_table_head(d, "setup_wave_closed_on", false);
    desk_table_head(d, "setup_answered", true);
    desk_table_head(d, "setup_wave_acts", false);
    bool good = true;
    for (size_t i = s.n_waves; good && i > 0; i--)
        good = write_row(d, &s.waves[i - 1]);
    desk_table_close(d);
    if (good)
        desk_close(d);
    else
        desk_refuse(d, 503);
}
