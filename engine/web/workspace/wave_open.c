/* Opening a wave: what it is called, its last day, who gets an open link; and what is fixed from then on. */
#include <string.h>

#include "base/clock.h"
#include "collect/collect.h"
#include "collect/plan.h"
#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

enum { LABEL_MAX = 60, NAMES_SHOWN = 12 };

static const char *const link_values[] = {"where-no-people", "all", "none"};

static void write_frozen(struct desk *d, const struct setup_state *s, const struct instrument *i) {
    struct html *h = &d->screen.html;
    desk_section(d, "setup_open_frozen");
    desk_paragraph(d, "setup_open_frozen_explain");
    setup_facts_open(d);
    if (i)
        setup_fact(d, "setup_instrument",
                   desk_fill(d, "setup_instrument_version", "title", setup_instrument_title(d, i), "version",
                             i->version, NULL));
    setup_fact(d, "setup_mode_short",
               desk_words(d, d->assessment.mode == MODE_ANONYMOUS ? "setup_anonymous" : "setup_confidential"));
    setup_fact(d, "setup_min_group_short", desk_number(d, d->assessment.min_group, 0));
    setup_fact(d, "setup_organisations", desk_number(d, (double)s->organisations, 0));
    setup_fact(d, "setup_people", desk_number(d, (double)s->people, 0));
    setup_facts_close(d);
    html_markup(h, "<p>");
    desk_link(d, setup_path(d, "settings"), desk_words(d, "setup_open_change"));
    html_markup(h, "</p>");
}

struct few {
    const char *names; /* of organisations where too few can answer, "" when there are none */
    long all;          /* in all, when that is too few; else -1 */
};

static const char *few_names(struct desk *d, const char *const *names, size_t n) {
    struct buf out = BUF_INIT;
    for (size_t i = 0; i < n && i < NAMES_SHOWN; i++)
        buf_printf(&out, "%s%s", i ? ", " : "", names[i]);
    const char *list = arena_copy(d->arena, out.p, out.n);
    buf_free(&out);
    return n <= NAMES_SHOWN ? list
                            : desk_fill(d, "setup_few_and_more", "names", list, "n",
                                        desk_number(d, (double)(n - NAMES_SHOWN), 0), NULL);
}

static enum result find_few(struct desk *d, const struct instrument *instrument, struct few *out) {
    struct plan_few few;
    const enum result result = plan_find_few(d->store, d->arena, &d->assessment, instrument, &few);
    if (result == RESULT_OK)
        *out = (struct few){few_names(d, few.names, few.n), few.all};
    return result;
}

static void write_few(struct desk *d, const struct few *few) {
    struct html *h = &d->screen.html;
    const char *k = desk_number(d, d->assessment.min_group, 0);
    if (!few->names[0] && few->all < 0)
        return;
    desk_section(d, "setup_few_title");
    html_markup(h, "<div class=notice>");
    if (few->names[0])
        setup_paragraph(d, desk_fill(d, "setup_few_organisations", "k", k, "names", few->names, NULL));
    if (few->all >= 0)
        setup_paragraph(d, desk_fill(d, "setup_few_all", "k", k, "n", desk_number(d, (double)few->all, 0), NULL));
    html_markup(h, "<p>");
    desk_link(d, setup_path(d, "people"), desk_words(d, "setup_few_people"));
    html_markup(h, "</p></div>");
    desk_field_check(d, "few", "setup_few_confirm", NULL, false);
}

static void show(struct desk *d, int status, const struct setup_state *s) {
    const struct instrument *i = setup_load_instrument(d);
    struct few few;
    if (find_few(d, i, &few) != RESULT_OK) {
        instrument_release(i);
        desk_refuse(d, 503);
        return;
    }
    const char *const texts[] = {desk_words(d, "setup_links_where_no_people"), desk_words(d, "setup_links_all"),
                                 desk_words(d, "setup_links_none")};
    if (!i)
        desk_wrong(d, "", "setup_instrument_broken", NULL, NULL);
    setup_open(d, status, desk_words(d, "setup_open_title"), TAB_WAVES);
    desk_form_open(d, setup_path(d, "waves", "open"), false);
    desk_field_text(d, "label", "setup_label", "setup_label_hint", s->n_waves ? "" : desk_words(d, "setup_label_first"),
                    LABEL_MAX);
    desk_field_day(d, "until", "setup_last_day", "setup_last_day_hint", "");
    setup_field_timezone(d, "timezone", d->assessment.timezone);
    desk_field_choice(d, "open_links", "setup_links", "setup_links_hint", link_values, texts, 3, link_values[0]);
    write_frozen(d, s, i);
    write_few(d, &few);
    setup_buttons_open(d);
    desk_button(d, "setup_open_do", NULL, NULL);
    setup_cancel(d, setup_path(d, "waves"));
    setup_buttons_close(d);
    desk_form_close(d);
    desk_close(d);
    instrument_release(i);
}

/* True when a wave can be opened now; else a page is written. */
static bool may_open(struct desk *d, struct setup_state *s) {
    if (!setup_read(d, &d->assessment, s))
        return false;
    if (s->organisations && !s->open && d->assessment.state == ASSESSMENT_ACTIVE)
        return true;
    setup_open(d, 409, desk_words(d, "setup_open_title"), TAB_WAVES);
    if (d->assessment.state != ASSESSMENT_ACTIVE)
        desk_empty(d, "setup_open_not_active", setup_path(d, "settings"), "setup_to_settings");
    else if (s->open)
        desk_empty(d, "setup_open_still", setup_path(d, "waves"), "setup_to_waves");
    else
        desk_empty(d, "setup_waves_need_organisations", setup_path(d, "organisations", "import"),
                   "setup_next_organisations");
    desk_close(d);
    return false;
}

void wave_open_show(struct desk *d) {
    struct setup_state s;
    if (may_open(d, &s))
        show(d, 200, &s);
}

static void take(struct desk *d, const struct setup_state *s, struct new_wave *request) {
    const char *links = desk_posted(d, "open_links", 40);
    *request = (struct new_wave){.label = desk_posted(d, "label", LABEL_MAX),
                                 .until = desk_posted(d, "until", 10),
                                 .timezone = desk_posted(d, "timezone", 60)};
    const char *problem = plan_check_label(request->label, s->waves, s->n_waves);
    if (problem)
        desk_wrong(d, "label", problem, "value", request->label);
    if (!request->timezone[0])
        request->timezone = "UTC";
    if (!clock_timezone_good(request->timezone))
        desk_wrong(d, "timezone", "setup_timezone_unknown", "value", request->timezone);
    else if (request->until[0])
        setup_check_until(d, request->until, request->timezone);
    if (!request->until[0])
        request->until = NULL;
    size_t known = 3;
    for (size_t i = 0; i < 3; i++)
        if (strcmp(links, link_values[i]) == 0)
            known = i;
    if (known == 3)
        desk_wrong(d, "open_links", "setup_choose", NULL, NULL);
    else
        request->open_links = (enum open_links)known;
}

void wave_open_handle(struct desk *d) {
    struct setup_state s;
    struct new_wave request;
    struct wave wave;
    if (!may_open(d, &s))
        return;
    take(d, &s, &request);
    if (desk_has_errors(d)) {
        show(d, SETUP_WRONG, &s);
        return;
    }
    const struct instrument *i = setup_pin_instrument(d);
    struct few few = {"", -1};
    enum result result = find_few(d, i, &few);
    if (result == RESULT_OK && (few.names[0] || few.all >= 0) && !desk_posted_is(d, "few", "yes"))
        desk_wrong(d, "few", "setup_few_not_confirmed", NULL, NULL);
    if (result == RESULT_OK)
        result = !i || desk_has_errors(d)
                     ? RESULT_INPUT
                     : collect_open_wave(d->collect, &d->assessment, i, &request, &wave, d->arena, d->findings);
    instrument_release(i);
    if (result == RESULT_MACHINE) {
        desk_refuse(d, 503);
    } else if (result != RESULT_OK) {
        show(d, SETUP_WRONG, &s);
    } else {
        desk_audit_inside(d, "wave_opened", wave.label, NULL);
        desk_redirect(d, desk_path(d, "assessments", d->assessment.name, NULL), "setup_wave_opened", wave.label);
    }
}
