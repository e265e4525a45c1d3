/* A new assessment: first the instrument is chosen, because the rest of the form depends on it. */
#include <string.h>

#include "collect/roster.h"
#include "web/workspace/gate.h"
#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

static void write_card(struct desk *d, const struct setup_instrument *i) {
    struct html *h = &d->screen.html;
    html_markup(h, "<li class=card><h2>");
    desk_link(d, arena_printf(d->arena, "/assessments/new?instrument=%s", i->name),
              setup_instrument_title(d, i->instrument));
    html_markup(h, "</h2><p>");
    desk_text(d, desk_fill(d, "setup_instrument_facts", "items", desk_number(d, (double)i->instrument->n_items, 0),
                           "minutes", desk_number(d, i->instrument->minutes, 0), "languages",
                           setup_coverage(d, i->instrument), NULL));
    html_markup(h, "</p><p class=hint>");
    desk_text(d, desk_fill(d, "setup_instrument_file", "file", i->name, "version", i->instrument->version, NULL));
    html_markup(h, " ");
    desk_link(d, desk_path(d, "instruments", i->name, NULL), desk_words(d, "setup_instrument_look"));
    html_markup(h, "</p></li>");
}

static void show_choice(struct desk *d) {
    struct html *h = &d->screen.html;
    struct setup_instrument *list;
    const size_t n = setup_shelf(d, &list);
    size_t good = 0;
    for (size_t i = 0; i < n; i++)
        good += list[i].instrument != NULL;
    setup_open(d, 200, desk_words(d, "setup_choose_title"), TAB_NONE);
    if (good) {
        desk_paragraph(d, "setup_choose_explain");
        html_markup(h, "<ul class=cards>");
        for (size_t i = 0; i < n; i++)
            if (list[i].instrument)
                write_card(d, &list[i]);
        html_markup(h, "</ul>");
    } else {
        desk_empty(d, "setup_choose_empty", "/instruments", "setup_to_instruments");
    }
    if (good < n) {
        html_markup(h, "<p>");
        desk_link(d, "/instruments", desk_words(d, "setup_choose_broken"));
        html_markup(h, "</p>");
    }
    desk_close(d);
    setup_release(list, n);
}

static void show_form(struct desk *d, int status, const struct setup_form *form, const char *name) {
    struct html *h = &d->screen.html;
    setup_open(d, status, desk_words(d, "setup_new"), TAB_NONE);
    html_markup(h, "<p>");
    desk_text(d, desk_fill(d, "setup_new_with", "instrument", setup_instrument_title(d, form->instrument), NULL));
    html_markup(h, " ");
    desk_link(d, "/assessments/new", desk_words(d, "setup_choose_other"));
    html_markup(h, "</p>");
    desk_form_open(d, "/assessments/new", false);
    desk_hidden(d, "instrument", name);
    gate_hide_once(d);
    setup_write_fields(d, form);
    setup_buttons_open(d);
    desk_button(d, "setup_new_do", NULL, NULL);
    setup_cancel(d, "/work");
    setup_buttons_close(d);
    desk_form_close(d);
    desk_close(d);
}

static struct setup_form empty_form(struct desk *d, const struct setup_instrument *i) {
    return (struct setup_form){.instrument = i->instrument,
                               .may_choose_mode = true,
                               .assessment = {.id = id_new(),
                                              .title = "",
                                              .instrument = i->path,
                                              .min_group = 5,
                                              .min_comments = 10,
                                              .owner = d->account.id,
                                              .deleted = "",
                                              .timezone = d->account.timezone[0] ? d->account.timezone : "UTC",
                                              .languages = ""}};
}

void assessment_new_show(struct desk *d) {
    struct setup_instrument chosen = {0};
    const char *name = desk_asked(d, "instrument", 100);
    if (!name[0] || !setup_find_instrument(d, name, &chosen)) {
        show_choice(d);
        return;
    }
    const struct setup_form form = empty_form(d, &chosen);
    show_form(d, 200, &form, chosen.name);
    setup_release(&chosen, 1);
}

/* Was this form sent before? Then the assessment that it made has the id. One that was deleted since is another matter.
 */
static bool is_made(struct desk *d, struct setup_form *form) {
    struct assessment there;
    if (store_get_assessment(d->store, d->arena, form->assessment.id, &there) != RESULT_OK)
        return false;
    if (there.state == ASSESSMENT_DELETED) {
        form->assessment.id = id_new();
        return false;
    }
    form->assessment.name = there.name;
    return true;
}

/* A short name for addresses, the command line and file names, made from the title, that no other assessment has. The
 * store refuses a name or an id that is taken: *again when it is this form's own. */
static enum result add(struct desk *d, struct setup_form *form, bool *again) {
    const char *base = roster_make_code(d->arena, form->assessment.title);
    if (!base[0] || strcmp(base, "new") == 0)
        base = "assessment";
    uint8_t made[ONCE_SIZE];
    gate_once(d, made);
    memcpy(form->assessment.id.bytes, made, sizeof form->assessment.id.bytes);
    enum result result = RESULT_INPUT;
    for (int i = 1; result == RESULT_INPUT && i < 1000; i++) {
        *again = is_made(d, form);
        if (*again)
            return RESULT_OK;
        form->assessment.name = i == 1 ? base : arena_printf(d->arena, "%s-%d", base, i);
        result = store_add_assessment(d->store, &form->assessment, form->values, form->n_values);
    }
    return result;
}

void assessment_new_handle(struct desk *d) {
    struct setup_instrument chosen = {0};
    if (!setup_find_instrument(d, desk_posted(d, "instrument", 100), &chosen)) {
        desk_redirect(d, "/assessments/new", NULL, NULL);
        return;
    }
    struct setup_form form = empty_form(d, &chosen);
    bool again = false;
    setup_take_fields(d, &form);
    if (desk_has_errors(d)) {
        show_form(d, SETUP_WRONG, &form, chosen.name);
    } else if (add(d, &form, &again) != RESULT_OK) {
        desk_refuse(d, 503);
    } else {
        if (!again)
            desk_audit(d, "assessment_made", form.assessment.name);
        desk_redirect(d, desk_path(d, "assessments", form.assessment.name, NULL), "setup_made", NULL);
    }
    setup_release(&chosen, 1);
}
