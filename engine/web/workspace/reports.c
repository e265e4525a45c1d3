/* Reports: the waves of an assessment; what came out over all organisations; and one organisation's report. Only of
 * waves that are closed: before that there is nothing to see for anybody. */
#include <string.h>

#include "web/workspace/see.h"
#include "web/workspace/setup.h"

static enum desk_tab tab_of(const struct desk *d) {
    return d->account.role == ROLE_VIEWER ? TAB_NONE : TAB_REPORTS;
}

static const char *wave_path(struct desk *d, const struct wave *wave) {
    return desk_path(d, "assessments", d->assessment.name, "reports", arena_printf(d->arena, "%d", wave->number), NULL);
}

static const char *organisation_path(struct desk *d, const struct wave *wave, const char *code) {
    return desk_path(d, "assessments", d->assessment.name, "reports", arena_printf(d->arena, "%d", wave->number), code,
                     NULL);
}

static void write_wave(struct desk *d, const struct wave *wave, bool destroyed) {
    struct html *h = &d->screen.html;
    desk_row_open(d);
    desk_cell_open(d);
    if (wave->state == WAVE_CLOSED && !destroyed)
        desk_link(d, wave_path(d, wave), see_wave_name(d, wave));
    else
        html_text(h, see_wave_name(d, wave));
    desk_cell_close(d);
    desk_cell(d, *wave->opened ? desk_day(d, wave->opened) : "");
    desk_cell(d, *wave->closed ? desk_day(d, wave->closed) : "");
    desk_cell(d, desk_words(d, destroyed                    ? "see_destroyed"
                               : wave->state == WAVE_CLOSED ? "see_closed"
                               : wave->state == WAVE_OPEN   ? "see_open"
                                                            : "see_closing"));
    desk_row_close(d);
}

void reports_show(struct desk *d) {
    struct wave *waves;
    size_t n;
    bool open = false;
    if (store_list_waves(d->store, d->arena, d->assessment.id, &waves, &n) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    bool *destroyed = arena_array(d->arena, n + 1, sizeof *destroyed);
    for (size_t i = 0; i < n; i++) {
        open = open || waves[i].state != WAVE_CLOSED;
        if (store_is_destroyed(d->store, &waves[i], &destroyed[i]) != RESULT_OK) {
            desk_refuse(d, 503);
            return;
        }
    }
    desk_open(d, 200, desk_words(d, "see_title"), TAB_REPORTS);
    if (n == 0) {
        desk_empty(d, "see_no_waves", setup_path(d, "waves"), "see_to_waves");
        desk_close(d);
        return;
    }
    if (open)
        desk_paragraph(d, "see_not_before_close");
    desk_table_open(d, "see_waves");
    desk_table_head(d, "see_wave", false);
    desk_table_head(d, "see_from", false);
    desk_table_head(d, "see_to", false);
    desk_table_head(d, "see_state", false);
    for (size_t i = n; i-- > 0;)
        write_wave(d, &waves[i], destroyed[i]);
    desk_table_close(d);
    if (!open && destroyed[n - 1]) {
        html_markup(&d->screen.html, "<p>");
        desk_link_button(d, setup_path(d, "waves", "open"), "see_destroyed_next");
        html_markup(&d->screen.html, "</p>");
    }
    desk_close(d);
}

/* What can be taken away, and the other languages; none of it is printed. */
static void write_tools(struct desk *d, const struct words *w, const char *path, bool all) {
    struct html *h = &d->screen.html;
    html_markup(h, "<div class=see-tools>");
    desk_form_open(d, path, false);
    desk_hidden(d, "report", w->language);
    setup_buttons_open(d);
    desk_button(d, "see_make_workbook", "make", "workbook");
    desk_button_second(d, "see_make_page", "make", "page");
    if (all) {
        desk_button_second(d, "see_make_profiles", "make", "profiles");
        desk_button_second(d, "see_make_bundle", "make", "bundle");
    }
    setup_buttons_close(d);
    desk_form_close(d);
    if (all)
        desk_link(d, desk_path(d, "assessments", d->assessment.name, "data", desk_parameter(d, "wave"), NULL),
                  desk_words(d, "data_title"));
    see_languages(d, w, path);
    html_markup(h, "</div>");
}

static void open_text(struct desk *d, const struct words *w) {
    struct html *h = &d->screen.html;
    html_markup(h, "<div");
    if (strcmp(w->language, d->screen.words) != 0)
        screen_other_language(&d->screen, w->language);
    html_end(h);
}

struct linking {
    struct desk *d;
    const struct wave *wave;
    const struct organisation_head *heads;
};

static const char *link_to(void *context, size_t organisation) {
    const struct linking *l = context;
    return organisation_path(l->d, l->wave, l->heads[organisation].code);
}

void reports_show_wave(struct desk *d) {
    struct wave wave;
    struct results *results;
    struct all_view view;
    if (!setup_wave(d, &wave) || !see_open(d, &wave, TAB_REPORTS, &results))
        return;
    const struct words w = see_words(d, results);
    if (all_view_read(&view, results, d->arena, NULL, NULL, 0) != RESULT_OK) {
        desk_refuse(d, 503);
    } else {
        struct linking linking = {d, &wave, view.heads};
        desk_style(d, "report.css");
        desk_open(d, 200, word(&w, "overview.all"), TAB_REPORTS);
        write_tools(d, &w, wave_path(d, &wave), true);
        open_text(d, &w);
        report_write_all(&d->screen.html, &w, &view, (struct report_links){link_to, &linking});
        html_markup(&d->screen.html, "</div>");
        desk_close(d);
    }
    results_close(results);
}

static void write_way_back(struct desk *d, const struct wave *wave) {
    html_markup(&d->screen.html, "<p class=see-tools>");
    if (d->account.role == ROLE_VIEWER)
        desk_link(d, "/shared", desk_words(d, "see_to_shared"));
    else
        desk_link(d, wave_path(d, wave), desk_words(d, "see_to_all"));
    html_markup(&d->screen.html, "</p>");
}

void reports_show_organisation(struct desk *d) {
    const char *code = desk_parameter(d, "organisation");
    struct wave wave;
    struct results *results;
    struct organisation_view view;
    size_t index;
    if (!setup_wave(d, &wave) || !see_open(d, &wave, tab_of(d), &results))
        return;
    const struct words w = see_words(d, results);
    if (!see_organisation(results, code, &index)) {
        desk_refuse(d, 404);
    } else if (organisation_view_read(&view, results, d->arena, index) != RESULT_OK) {
        desk_refuse(d, 503);
    } else {
        desk_style(d, "report.css");
        desk_open(d, 200, view.results->name, tab_of(d));
        write_way_back(d, &wave);
        write_tools(d, &w, organisation_path(d, &wave, code), false);
        open_text(d, &w);
        report_write_organisation(&d->screen.html, &w, &view);
        html_markup(&d->screen.html, "</div>");
        desk_close(d);
    }
    results_close(results);
}

/* The language that the button's form carries, if there are words in it. */
static const char *posted_language(struct desk *d) {
    const char *language = desk_posted(d, "report", 35);
    return texts_has_language(d->screen.texts, language) ? language : d->screen.words;
}

void reports_handle_wave(struct desk *d) {
    struct wave wave;
    struct results *results;
    if (!setup_wave(d, &wave) || !see_open(d, &wave, TAB_REPORTS, &results))
        return;
    results_close(results);
    see_begin_job(d, &wave, NULL, NULL, posted_language(d),
                  desk_posted_is(d, "make", "bundle")     ? SEE_BUNDLE
                  : desk_posted_is(d, "make", "page")     ? SEE_PAGE
                  : desk_posted_is(d, "make", "profiles") ? SEE_PROFILES
                                                          : SEE_WORKBOOK,
                  wave_path(d, &wave));
}

void reports_handle_organisation(struct desk *d) {
    const char *code = desk_parameter(d, "organisation");
    struct wave wave;
    struct results *results;
    const struct organisation_head *heads;
    size_t index;
    if (!setup_wave(d, &wave) || !see_open(d, &wave, tab_of(d), &results))
        return;
    const bool found = see_organisation(results, code, &index);
    (void)results_organisations(results, &heads);
    const char *name = found ? arena_string(d->arena, heads[index].name) : NULL;
    results_close(results);
    if (!found)
        desk_refuse(d, 404);
    else
        see_begin_job(d, &wave, code, name, posted_language(d),
                      desk_posted_is(d, "make", "page") ? SEE_PAGE : SEE_WORKBOOK, organisation_path(d, &wave, code));
}
