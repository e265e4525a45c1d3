/* The list of assessments: where a practitioner's work begins. */
#include <string.h>

#include "base/clock.h"
#include "collect/retention.h"
#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

struct listed {
    struct assessment a;
    struct setup_state s;
};

static const char *state_words(struct desk *d, const struct listed *l) {
    if (l->s.open)
        return l->s.open->until[0] ? desk_fill(d, "setup_state_open_until", "wave", l->s.open->label, "day",
                                               desk_day(d, l->s.open->until), NULL)
                                   : desk_fill(d, "setup_state_open", "wave", l->s.open->label, NULL);
    if (l->s.last)
        return desk_fill(d, l->s.is_destroyed ? "setup_state_destroyed" : "setup_state_closed", "wave",
                         l->s.last->label, NULL);
    return desk_words(d, "setup_state_new");
}

static void write_answered(struct desk *d, const struct setup_state *s) {
    struct html *h = &d->screen.html;
    const char *remark = s->has_counts ? setup_answered_remark(d, &s->counts) : NULL;
    desk_cell_number_open(d);
    html_text(h, s->has_counts ? setup_answered_short(d, &s->counts) : desk_words(d, "setup_none"));
    if (remark) {
        html_markup(h, "<br><small>");
        html_text(h, remark);
        html_markup(h, "</small>");
    }
    desk_cell_close(d);
}

static void write_table(struct desk *d, const struct listed *list, size_t n) {
    desk_table_open(d, "setup_list_table");
    desk_table_head(d, "setup_list_title", false);
    desk_table_head(d, "setup_list_state", false);
    desk_table_head(d, "setup_list_organisations", true);
    desk_table_head(d, "setup_list_people", true);
    desk_table_head(d, "setup_list_answered", true);
    for (size_t i = 0; i < n; i++) {
        desk_row_open(d);
        desk_cell_open(d);
        desk_link(d, desk_path(d, "assessments", list[i].a.name, NULL), list[i].a.title);
        desk_cell_close(d);
        desk_cell(d, state_words(d, &list[i]));
        desk_cell_number(d, desk_number(d, (double)list[i].s.organisations, 0));
        desk_cell_number(d, desk_number(d, (double)list[i].s.people, 0));
        write_answered(d, &list[i].s);
        desk_row_close(d);
    }
    desk_table_close(d);
}

static void write_aside(struct desk *d, const char *heading_key, const struct listed *list, size_t n,
                        enum assessment_state state) {
    struct html *h = &d->screen.html;
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += list[i].a.state == state;
    if (!found)
        return;
    desk_section(d, heading_key);
    html_markup(h, "<ul>");
    for (size_t i = 0; i < n; i++) {
        if (list[i].a.state != state)
            continue;
        html_markup(h, "<li>");
        desk_link(d, desk_path(d, "assessments", list[i].a.name, "settings", NULL), list[i].a.title);
        if (state == ASSESSMENT_DELETED && clock_is_day(list[i].a.deleted)) {
            struct day day = {{0}};
            memcpy(day.text, list[i].a.deleted, sizeof day.text);
            html_markup(h, " – ");
            desk_text(d,
                      desk_fill(d, "setup_removed_on", "day", desk_day(d, clock_add_days(day, GRACE_DAYS).text), NULL));
        }
        html_markup(h, "</li>");
    }
    html_markup(h, "</ul>");
}

/* The assessments that this person may work with; false when the store failed. */
static bool read_list(struct desk *d, struct listed **out, size_t *n) {
    struct assessment *all;
    size_t n_all;
    *n = 0;
    if (store_list_assessments(d->store, d->arena, &all, &n_all) != RESULT_OK)
        return false;
    *out = arena_array(d->arena, n_all + 1, sizeof **out);
    for (size_t i = 0; i < n_all; i++) {
        bool may = false;
        if (store_may_work(d->store, all[i].id, &d->account, &may) != RESULT_OK)
            return false;
        if (may)
            (*out)[(*n)++].a = all[i];
    }
    return true;
}

void assessments_show(struct desk *d) {
    struct listed *all;
    size_t n;
    if (!read_list(d, &all, &n)) {
        desk_refuse(d, 503);
        return;
    }
    struct listed *active = arena_array(d->arena, n + 1, sizeof *active);
    size_t n_active = 0;
    for (size_t i = 0; i < n; i++) {
        if (all[i].a.state != ASSESSMENT_ACTIVE)
            continue;
        if (!setup_read(d, &all[i].a, &all[i].s))
            return;
        active[n_active++] = all[i];
    }
    setup_open(d, 200, desk_words(d, "setup_list"), TAB_NONE);
    if (n_active == 0) {
        desk_empty(d, "setup_list_empty", "/assessments/new", "setup_new");
    } else {
        html_markup(&d->screen.html, "<p>");
        desk_link_button(d, "/assessments/new", "setup_new");
        html_markup(&d->screen.html, "</p>");
        write_table(d, active, n_active);
    }
    write_aside(d, "setup_archived", all, n, ASSESSMENT_ARCHIVED);
    write_aside(d, "setup_deleted", all, n, ASSESSMENT_DELETED);
    desk_close(d);
}
