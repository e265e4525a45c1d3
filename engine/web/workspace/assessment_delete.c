/* Deleting an assessment: on its own page, naming what will be lost, asking for its name; it can be taken back for a
 * while. */
#include <string.h>

#include "collect/retention.h"
#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

enum { TITLE_MAX = 200 };

static void show(struct desk *d, int status) {
    struct html *h = &d->screen.html;
    struct setup_state s;
    if (!setup_read(d, &d->assessment, &s))
        return;
    const char *until = desk_day(d, clock_add_days(clock_today(), GRACE_DAYS).text);
    setup_open(d, status, desk_words(d, "setup_delete"), TAB_SETTINGS);
    desk_paragraph(d, "setup_delete_explain");
    html_markup(h, "<ul><li>");
    desk_text(d, texts_count(d->screen.texts, d->arena, d->screen.words, "work.setup_delete_organisations",
                             (long)s.organisations, NULL));
    html_markup(h, "</li><li>");
    desk_text(
        d, texts_count(d->screen.texts, d->arena, d->screen.words, "work.setup_delete_people", (long)s.people, NULL));
    html_markup(h, "</li><li>");
    desk_text(
        d, texts_count(d->screen.texts, d->arena, d->screen.words, "work.setup_delete_waves", (long)s.n_waves, NULL));
    html_markup(h, "</li></ul>");
    setup_paragraph(d, desk_fill(d, "setup_delete_grace", "until", until, NULL));
    if (s.open)
        desk_notice(d, "setup_delete_open_wave");
    desk_form_open(d, setup_path(d, "settings", "delete"), false);
    setup_field(d, "title", desk_fill(d, "setup_delete_title", "title", d->assessment.title, NULL), NULL, "", TITLE_MAX,
                NULL);
    setup_buttons_open(d);
    desk_button_danger(d, "setup_delete_do", NULL, NULL);
    setup_cancel(d, setup_path(d, "settings"));
    setup_buttons_close(d);
    desk_form_close(d);
    desk_close(d);
}

void settings_show_delete(struct desk *d) {
    show(d, 200);
}

void settings_delete(struct desk *d) {
    const char *typed = desk_posted(d, "title", TITLE_MAX);
    if (strcmp(typed, d->assessment.title) != 0) {
        desk_wrong(d, "title", "setup_delete_not_confirmed", "title", d->assessment.title);
        show(d, SETUP_WRONG);
        return;
    }
    if (store_set_assessment_state(d->store, d->assessment.id, ASSESSMENT_DELETED, clock_today()) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    desk_audit(d, "assessment_deleted", d->assessment.name);
    desk_redirect(d, "/work", "setup_deleted", desk_day(d, clock_add_days(clock_today(), GRACE_DAYS).text));
}
