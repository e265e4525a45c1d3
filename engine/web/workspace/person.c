/* One person of the roster: added, changed, exported, removed. */
#include <string.h>
#include <strings.h>

#include "collect/held.h"
#include "collect/roster.h"
#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

enum { EMAIL_MAX = 254, NAME_MAX = 200, UNIT_MAX = 100, CODE_MAX = 40, LANGUAGE_MAX = 15 };

/* The person of the path; false with a page written when there is none. */
static bool find_asked(struct desk *d, struct person *out) {
    struct person *list;
    struct id id;
    size_t n;
    if (store_list_people(d->store, d->arena, d->assessment.id, &list, &n) != RESULT_OK) {
        desk_refuse(d, 503);
        return false;
    }
    const bool is_id = setup_read_id(desk_parameter(d, "person"), &id);
    for (size_t i = 0; is_id && i < n; i++)
        if (id_equal(list[i].id, id)) {
            *out = list[i];
            return true;
        }
    desk_refuse(d, 404);
    return false;
}

static bool write_organisation(struct desk *d, const char *code) {
    struct organisation *list;
    size_t n;
    if (store_list_organisations(d->store, d->arena, d->assessment.id, &list, &n) != RESULT_OK)
        return false;
    setup_sort_organisations(list, n);
    const char **values = arena_array(d->arena, n + 1, sizeof *values);
    const char **texts = arena_array(d->arena, n + 1, sizeof *texts);
    for (size_t i = 0; i < n; i++) {
        values[i] = list[i].code;
        texts[i] = list[i].name;
    }
    desk_field_choice(d, "organisation", "setup_organisation", NULL, values, texts, n, code);
    return true;
}

static void write_fields(struct desk *d, const struct person *p, bool is_new) {
    if (is_new)
        desk_field_text(d, "email", "setup_email", NULL, p->email, EMAIL_MAX);
    desk_field_text(d, "name", "setup_name", "setup_person_name_hint", p->name, NAME_MAX);
    (void)!write_organisation(d, p->organisation);
    desk_field_text(d, "unit", "setup_unit", "setup_unit_hint", p->unit, UNIT_MAX);
    setup_field_language(d, "language", p->language);
}

static void check_field(struct desk *d, const struct person *p, size_t field, const char *name, const char *value) {
    const char *code = roster_check_person(p, field);
    const struct place nowhere = {NULL, 0, 0};
    if (code && strcmp(code, "name_not_accepted") == 0)
        code = field == PERSON_UNIT ? "setup_unit_not_accepted" : "setup_name_not_accepted";
    if (code)
        finding_add(d->findings, SEVERITY_ERROR, nowhere, code, "field", name, "value", value, "column",
                    desk_words(d, arena_printf(d->arena, "setup_%s", name)), NULL);
}

static bool is_same(const struct person *a, const struct person *b) {
    return strcmp(a->name, b->name) == 0 && strcmp(a->organisation, b->organisation) == 0 &&
           strcmp(a->unit, b->unit) == 0 && strcmp(a->language, b->language) == 0;
}

/* True for a new person who is there already, just so: a second click. */
static bool take_fields(struct desk *d, struct person *p, bool is_new) {
    struct organisation *list;
    size_t n, known = 0;
    struct person other;
    if (is_new)
        p->email = desk_posted(d, "email", EMAIL_MAX);
    p->name = desk_posted(d, "name", NAME_MAX);
    p->organisation = desk_posted(d, "organisation", CODE_MAX);
    p->unit = desk_posted(d, "unit", UNIT_MAX);
    p->language = desk_posted(d, "language", LANGUAGE_MAX);
    if (desk_has_errors(d))
        return false;
    check_field(d, p, PERSON_EMAIL, "email", p->email);
    check_field(d, p, PERSON_NAME, "name", p->name);
    check_field(d, p, PERSON_UNIT, "unit", p->unit);
    check_field(d, p, PERSON_LANGUAGE, "language", p->language);
    if (store_list_organisations(d->store, d->arena, d->assessment.id, &list, &n) != RESULT_OK)
        n = 0;
    for (size_t i = 0; i < n; i++)
        known += strcmp(list[i].code, p->organisation) == 0;
    if (!known)
        desk_wrong(d, "organisation", "setup_choose", NULL, NULL);
    if (!is_new || store_find_person(d->store, d->arena, d->assessment.id, p->email, &other) != RESULT_OK)
        return false;
    if (is_same(&other, p))
        return true;
    desk_wrong(d, "email", "setup_email_taken", "value", p->email);
    return false;
}

/* The open wave, whose people are fixed; NULL when there is none. */
static const struct wave *open_wave(struct desk *d) {
    struct wave *waves;
    size_t n;
    if (store_list_waves(d->store, d->arena, d->assessment.id, &waves, &n) != RESULT_OK)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (waves[i].state == WAVE_OPEN)
            return &waves[i];
    return NULL;
}

static void put(struct desk *d, const struct person *p, bool is_new) {
    const struct wave *open = is_new ? open_wave(d) : NULL;
    if (store_put_people(d->store, d->assessment.id, p, 1) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    desk_audit_inside(d, is_new ? "person_added" : "person_changed", p->organisation, NULL);
    desk_redirect(d, setup_path(d, "people"), open ? "setup_person_saved_later" : "setup_person_saved",
                  open ? open->label : NULL);
}

static void show_new(struct desk *d, int status, const struct person *p) {
    const struct wave *open = open_wave(d);
    setup_open(d, status, desk_words(d, "setup_person_add"), TAB_PEOPLE);
    if (open)
        setup_paragraph(d, desk_fill(d, "setup_person_later", "wave", open->label, NULL));
    desk_form_open(d, setup_path(d, "people", "add"), false);
    write_fields(d, p, true);
    setup_buttons_open(d);
    desk_button(d, "setup_add", NULL, NULL);
    setup_cancel(d, setup_path(d, "people"));
    setup_buttons_close(d);
    desk_form_close(d);
    desk_close(d);
}

static struct person nobody(void) {
    return (struct person){.id = id_new(), .email = "", .name = "", .organisation = "", .unit = "", .language = ""};
}

void person_show_new(struct desk *d) {
    const struct person p = nobody();
    show_new(d, 200, &p);
}

void person_add(struct desk *d) {
    struct person p = nobody();
    const bool again = take_fields(d, &p, true);
    if (desk_has_errors(d))
        show_new(d, SETUP_WRONG, &p);
    else if (again)
        desk_redirect(d, setup_path(d, "people"), "setup_person_saved", NULL);
    else
        put(d, &p, true);
}

static const char *print_of(struct desk *d, const struct person *p) {
    return setup_print(d, p->email, p->name, p->organisation, p->unit, p->language, NULL);
}

/* Beside what was typed: what somebody else has saved meanwhile. */
static void write_stored(struct desk *d, const struct person *p) {
    const char *none = desk_words(d, "setup_none");
    desk_section(d, "setup_stored_now");
    setup_facts_open(d);
    setup_fact(d, "setup_name", *p->name ? p->name : none);
    setup_fact(d, "setup_organisation", p->organisation);
    setup_fact(d, "setup_unit", *p->unit ? p->unit : none);
    setup_fact(d, "setup_language",
               *p->language ? texts_language_name(d->screen.texts, p->language) : desk_words(d, "setup_language_any"));
    setup_facts_close(d);
}

static void show(struct desk *d, int status, const struct person *p, bool changed) {
    const char *hex = setup_hex(d, p->id);
    setup_open(d, status, p->name[0] ? p->name : p->email, TAB_PEOPLE);
    setup_facts_open(d);
    setup_fact(d, "setup_email", p->email);
    if (p->contact != CONTACT_GOOD)
        setup_fact(d, "setup_contact",
                   desk_words(d, p->contact == CONTACT_BOUNCED ? "setup_contact_bounced" : "setup_contact_opted_out"));
    setup_facts_close(d);
    if (changed)
        write_stored(d, p);
    desk_form_open(d, setup_path(d, "people", hex), false);
    setup_hide_began(d, print_of(d, p));
    write_fields(d, p, false);
    setup_buttons_open(d);
    desk_button(d, "setup_save", NULL, NULL);
    setup_cancel(d, setup_path(d, "people"));
    setup_buttons_close(d);
    desk_form_close(d);
    desk_section(d, "setup_person_data");
    desk_paragraph(d, "setup_person_data_explain");
    setup_buttons_open(d);
    desk_form_open(d, setup_path(d, "people", hex, "export"), false);
    desk_button_second(d, "setup_person_export", NULL, NULL);
    desk_form_close(d);
    desk_link(d, setup_path(d, "people", hex, "remove"), desk_words(d, "setup_person_remove"));
    setup_buttons_close(d);
    desk_close(d);
}

void person_show(struct desk *d) {
    struct person p;
    if (find_asked(d, &p))
        show(d, 200, &p, false);
}

void person_handle(struct desk *d) {
    struct person old;
    if (!find_asked(d, &old))
        return;
    struct person p = old;
    (void)take_fields(d, &p, false);
    const bool changed = !is_same(&old, &p) && !setup_take_began(d, print_of(d, &old));
    if (desk_has_errors(d))
        show(d, SETUP_WRONG, &old, changed);
    else
        put(d, &p, false);
}

void person_export(struct desk *d) {
    struct person p;
    struct buf out = BUF_INIT;
    if (!find_asked(d, &p))
        return;
    if (held_about(&out, d->store, d->arena, &d->assessment, &p) == RESULT_OK) {
        desk_audit_inside(d, "person_exported", p.organisation, NULL);
        desk_download(d, arena_printf(d->arena, "%s-person.json", d->assessment.name),
                      "application/json; charset=utf-8", (struct str){arena_copy(d->arena, out.p, out.n), out.n});
    } else {
        desk_refuse(d, 503);
    }
    buf_free(&out);
}

void person_show_remove(struct desk *d) {
    struct person p;
    if (!find_asked(d, &p))
        return;
    setup_open(d, 200, desk_words(d, "setup_person_remove"), TAB_PEOPLE);
    setup_facts_open(d);
    setup_fact(d, "setup_email", p.email);
    if (p.name[0])
        setup_fact(d, "setup_name", p.name);
    setup_facts_close(d);
    desk_paragraph(d, "setup_person_remove_explain");
    if (d->assessment.mode == MODE_CONFIDENTIAL)
        desk_paragraph(d, "setup_person_remove_linked");
    desk_form_open(d, setup_path(d, "people", setup_hex(d, p.id), "remove"), false);
    setup_buttons_open(d);
    desk_button_danger(d, "setup_person_remove", NULL, NULL);
    setup_cancel(d, setup_path(d, "people", setup_hex(d, p.id)));
    setup_buttons_close(d);
    desk_form_close(d);
    desk_close(d);
}

void person_remove(struct desk *d) {
    struct person p;
    if (!find_asked(d, &p))
        return;
    if (store_remove_person(d->store, d->assessment.id, p.id) != RESULT_OK || store_scrub(d->store) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    desk_audit_inside(d, "person_deleted", p.organisation, NULL);
    desk_redirect(d, setup_path(d, "people"), "setup_person_removed", NULL);
}
