/* The settings of an assessment: what may still be changed, how long data is kept, putting it away. */
#include <string.h>

#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

enum { DAYS_MOST = 36500 };

static bool read_form(struct desk *d, struct setup_form *form) {
    struct wave *waves;
    size_t n_waves;
    *form = (struct setup_form){.assessment = d->assessment};
    if (store_list_placeholders(d->store, d->arena, d->assessment.id, &form->values, &form->n_values) != RESULT_OK ||
        store_list_waves(d->store, d->arena, d->assessment.id, &waves, &n_waves) != RESULT_OK) {
        desk_refuse(d, 503);
        return false;
    }
    form->may_choose_mode = n_waves == 0;
    form->instrument = setup_load_instrument(d);
    return true;
}

static void write_away(struct desk *d) {
    struct html *h = &d->screen.html;
    const enum assessment_state state = d->assessment.state;
    desk_section(d, "setup_away");
    if (state != ASSESSMENT_ACTIVE) {
        desk_paragraph(d, state == ASSESSMENT_ARCHIVED ? "setup_is_archived" : "setup_is_deleted");
        desk_form_open(d, setup_path(d, "settings", "restore"), false);
        desk_button(d, "setup_restore", NULL, NULL);
        desk_form_close(d);
    } else {
        desk_paragraph(d, "setup_archive_explain");
        desk_form_open(d, setup_path(d, "settings", "archive"), false);
        desk_button_second(d, "setup_archive", NULL, NULL);
        desk_form_close(d);
    }
    if (state != ASSESSMENT_DELETED) {
        html_markup(h, "<p>");
        desk_link(d, setup_path(d, "settings", "delete"), desk_words(d, "setup_delete"));
        html_markup(h, "</p>");
    }
}

static void show(struct desk *d, int status, const struct setup_form *form) {
    struct html *h = &d->screen.html;
    setup_open(d, status, desk_words(d, "setup_settings"), TAB_SETTINGS);
    if (!form->instrument)
        desk_notice(d, "setup_instrument_lost_explain");
    if (d->assessment.state == ASSESSMENT_ACTIVE) {
        html_markup(h, "<p>");
        desk_link(d, setup_path(d, "settings", "sharing"), desk_words(d, "setup_sharing"));
        html_markup(h, "</p>");
        desk_form_open(d, setup_path(d, "settings"), false);
        setup_write_fields(d, form);
        desk_field_number(d, "roster_days", "setup_roster_days", "setup_roster_days_hint",
                          arena_printf(d->arena, "%d", form->assessment.roster_days), 0, DAYS_MOST);
        desk_field_number(d, "response_days", "setup_response_days", "setup_response_days_hint",
                          arena_printf(d->arena, "%d", form->assessment.response_days), 0, DAYS_MOST);
        setup_buttons_open(d);
        desk_button(d, "setup_save", NULL, NULL);
        setup_buttons_close(d);
        desk_form_close(d);
    }
    write_away(d);
    desk_close(d);
}

void settings_show(struct desk *d) {
    struct setup_form form;
    if (!read_form(d, &form))
        return;
    show(d, 200, &form);
    instrument_release(form.instrument);
}

static int take_days(struct desk *d, const char *name) {
    const char *typed = desk_posted(d, name, 10);
    long n = 0;
    if (typed[0] && (!str_to_long(str_of(typed), &n) || n < 0 || n > DAYS_MOST))
        desk_wrong(d, name, "setup_days_range", "value", typed);
    return (int)n;
}

void settings_handle(struct desk *d) {
    struct setup_form form;
    if (!read_form(d, &form))
        return;
    setup_take_fields(d, &form);
    form.assessment.roster_days = take_days(d, "roster_days");
    form.assessment.response_days = take_days(d, "response_days");
    if (desk_has_errors(d)) {
        show(d, SETUP_WRONG, &form);
        instrument_release(form.instrument);
        return;
    }
    instrument_release(form.instrument);
    const enum result result = store_change_assessment(d->store, &form.assessment, form.values, form.n_values);
    if (result == RESULT_INPUT) { /* a wave was opened meanwhile */
        desk_refuse(d, 409);
    } else if (result != RESULT_OK) {
        desk_refuse(d, 503);
    } else {
        desk_audit(d, "assessment_changed", d->assessment.name);
        desk_redirect(d, setup_path(d, "settings"), "setup_saved", NULL);
    }
}

static void set_state(struct desk *d, enum assessment_state state, const char *act, const char *path,
                      const char *said) {
    if (store_set_assessment_state(d->store, d->assessment.id, state, clock_today()) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    desk_audit(d, act, d->assessment.name);
    desk_redirect(d, path, said, NULL);
}

void settings_archive(struct desk *d) {
    set_state(d, ASSESSMENT_ARCHIVED, "assessment_archived", "/work", "setup_archived");
}

void settings_restore(struct desk *d) {
    set_state(d, ASSESSMENT_ACTIVE, "assessment_restored", desk_path(d, "assessments", d->assessment.name, NULL),
              "setup_restored");
}
