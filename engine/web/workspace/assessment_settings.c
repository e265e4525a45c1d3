/* The settings of an assessment: what may still be changed, how long data is kept, putting it away. */
#include <string.h>

#include "base/clock.h"
#include "collect/retention.h"
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

/* What the form began from. */
static const char *print_of(struct desk *d, const struct setup_form *form) {
    const struct assessment *a = &form->assessment;
    const char *values = "";
    for (size_t i = 0; i < form->n_values; i++)
        values = setup_print(d, values, form->values[i].name, form->values[i].language, form->values[i].value, NULL);
    return setup_print(d, a->title, a->languages, a->timezone ? a->timezone : "", values,
                       arena_printf(d->arena, "%d %d %d %d %d", (int)a->mode, a->min_group, a->min_comments,
                                    a->roster_days, a->response_days),
                       NULL);
}

static const char *days_words(struct desk *d, int days) {
    return days ? desk_fill(d, "setup_kept_days", "n", desk_number(d, days, 0), NULL)
                : desk_words(d, "setup_kept_for_good");
}

/* Beside what was typed: what somebody else has saved meanwhile. */
static void write_stored(struct desk *d, const struct setup_form *stored) {
    const struct assessment *a = &stored->assessment;
    desk_section(d, "setup_stored_now");
    setup_facts_open(d);
    setup_fact(d, "setup_title", a->title);
    for (size_t i = 0; i < stored->n_values; i++)
        setup_fact_text(d,
                        desk_fill(d, "setup_placeholder", "name", stored->values[i].name, "language",
                                  texts_language_name(d->screen.texts, stored->values[i].language), NULL),
                        stored->values[i].value);
    setup_fact(d, "setup_mode_short",
               desk_words(d, a->mode == MODE_ANONYMOUS ? "setup_anonymous" : "setup_confidential"));
    setup_fact(d, "setup_min_group_short", desk_number(d, a->min_group, 0));
    if (a->languages[0])
        setup_fact(d, "setup_languages", a->languages);
    setup_fact(d, "setup_timezone", a->timezone && *a->timezone ? a->timezone : "UTC");
    setup_fact(d, "setup_roster_days", days_words(d, a->roster_days));
    setup_fact(d, "setup_response_days", days_words(d, a->response_days));
    setup_facts_close(d);
}

/* What the chosen days would end at once, and the box that says that this is meant. */
static void write_ending(struct desk *d, const struct ending *ending) {
    struct html *h = &d->screen.html;
    struct buf waves = BUF_INIT;
    for (size_t i = 0; i < ending->n_waves; i++)
        buf_printf(&waves, "%s%s", i ? ", " : "", ending->waves[i]);
    const char *names = arena_copy(d->arena, waves.p, waves.n);
    buf_free(&waves);
    html_markup(h, "<div class=notice><p>");
    desk_say(d, "setup_ending_title");
    html_markup(h, "</p><ul>");
    if (ending->people) {
        html_markup(h, "<li>");
        desk_text(d, texts_count(d->screen.texts, d->arena, d->screen.words, "work.setup_ending_people",
                                 (long)ending->people, NULL));
        html_markup(h, "</li>");
    }
    if (ending->responses) {
        html_markup(h, "<li>");
        desk_text(d, texts_count(d->screen.texts, d->arena, d->screen.words, "work.setup_ending_responses",
                                 (long)ending->responses, "waves", names, NULL));
        html_markup(h, "</li>");
    }
    html_markup(h, "</ul></div>");
    desk_field_check(d, "ending", "setup_ending_confirm", NULL, false);
}

/* What stands beside the form when it comes back: both may be NULL. */
struct beside {
    const struct setup_form *stored; /* changed by somebody else meanwhile */
    const struct ending *ending;     /* would go at once */
};

static void show(struct desk *d, int status, const struct setup_form *form, const char *print, struct beside beside) {
    struct html *h = &d->screen.html;
    setup_open(d, status, desk_words(d, "setup_settings"), TAB_SETTINGS);
    if (!form->instrument)
        desk_notice(d, "setup_instrument_lost_explain");
    if (d->assessment.state == ASSESSMENT_ACTIVE) {
        html_markup(h, "<p>");
        desk_link(d, setup_path(d, "settings", "sharing"), desk_words(d, "setup_sharing"));
        html_markup(h, "</p>");
        if (beside.stored)
            write_stored(d, beside.stored);
        desk_form_open(d, setup_path(d, "settings"), false);
        setup_hide_began(d, print);
        setup_write_fields(d, form);
        desk_field_number(d, "roster_days", "setup_roster_days", "setup_roster_days_hint",
                          arena_printf(d->arena, "%d", form->assessment.roster_days), 0, DAYS_MOST);
        desk_field_number(d, "response_days", "setup_response_days", "setup_response_days_hint",
                          arena_printf(d->arena, "%d", form->assessment.response_days), 0, DAYS_MOST);
        if (beside.ending)
            write_ending(d, beside.ending);
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
    show(d, 200, &form, print_of(d, &form), (struct beside){NULL, NULL});
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
    struct ending ending;
    struct beside beside = {NULL, NULL};
    if (!read_form(d, &form))
        return;
    const struct setup_form stored = form;
    const char *print = print_of(d, &stored);
    setup_take_fields(d, &form);
    form.assessment.roster_days = take_days(d, "roster_days");
    form.assessment.response_days = take_days(d, "response_days");
    const bool is_same = !desk_has_errors(d) && strcmp(print, print_of(d, &form)) == 0;
    if (!is_same && !setup_take_began(d, print))
        beside.stored = &stored;
    if (collect_foresee_end(d->collect, &form.assessment, clock_today(), d->arena, &ending) != RESULT_OK) {
        instrument_release(form.instrument);
        desk_refuse(d, 503);
        return;
    }
    if (ending.people || ending.responses) {
        beside.ending = &ending;
        if (!desk_posted_is(d, "ending", "yes"))
            desk_wrong(d, "ending", "setup_ending_not_confirmed", NULL, NULL);
    }
    if (desk_has_errors(d)) {
        show(d, SETUP_WRONG, &form, print, beside);
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
    if (d->assessment.state == state) { /* a second click */
        desk_redirect(d, path, said, NULL);
        return;
    }
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
