/* One organisation: added, changed, removed. */
#include <string.h>

#include "collect/roster.h"
#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

enum { NAME_MAX = 200, CODE_MAX = 40, LANGUAGE_MAX = 15 };

struct all {
    struct organisation *list;
    size_t n;
};

static bool read_all(struct desk *d, struct all *all) {
    if (store_list_organisations(d->store, d->arena, d->assessment.id, &all->list, &all->n) == RESULT_OK) {
        setup_sort_organisations(all->list, all->n);
        return true;
    }
    desk_refuse(d, 503);
    return false;
}

static const struct organisation *find(const struct all *all, const char *code) {
    for (size_t i = 0; i < all->n; i++)
        if (strcmp(all->list[i].code, code) == 0)
            return &all->list[i];
    return NULL;
}

/* The organisation of the path; NULL with a page written when there is none. */
static const struct organisation *find_asked(struct desk *d, struct all *all) {
    if (!read_all(d, all))
        return NULL;
    const struct organisation *o = find(all, desk_parameter(d, "code"));
    if (!o)
        desk_refuse(d, 404);
    return o;
}

static void write_parent(struct desk *d, const struct all *all, const struct organisation *o) {
    const char **values = arena_array(d->arena, all->n + 1, sizeof *values);
    const char **texts = arena_array(d->arena, all->n + 1, sizeof *texts);
    size_t n = 0;
    values[n] = "";
    texts[n++] = desk_words(d, "setup_parent_none");
    for (size_t i = 0; i < all->n; i++) {
        if (strcmp(all->list[i].code, o->code) == 0)
            continue;
        values[n] = all->list[i].code;
        texts[n++] = all->list[i].name;
    }
    if (n > 1)
        desk_field_choice(d, "parent", "setup_parent", "setup_parent_hint", values, texts, n, o->parent);
}

static void write_fields(struct desk *d, const struct all *all, const struct organisation *o, bool is_new) {
    desk_field_text(d, "name", "setup_name", NULL, o->name, NAME_MAX);
    if (is_new)
        desk_field_text(d, "code", "setup_code", "setup_code_hint", o->code, CODE_MAX);
    write_parent(d, all, o);
    desk_field_text(d, "headcount", "setup_headcount", "setup_headcount_hint",
                    o->headcount >= 0 ? arena_printf(d->arena, "%d", o->headcount) : "", 10);
    setup_field_language(d, "language", o->language);
}

/* Is `code` among the ancestors of `of`, or the same? */
static bool is_above(const struct all *all, const char *code, const char *of) {
    for (size_t steps = 0; of[0] && steps <= all->n; steps++) {
        if (strcmp(code, of) == 0)
            return true;
        const struct organisation *o = find(all, of);
        of = o ? o->parent : "";
    }
    return false;
}

static void check_field(struct desk *d, const struct organisation *o, size_t field, const char *name,
                        const char *value) {
    const char *code = roster_check_organisation(o, field);
    if (!code)
        return;
    if (strcmp(code, "name_not_accepted") == 0)
        code = "setup_name_not_accepted";
    const struct place nowhere = {NULL, 0, 0};
    finding_add(d->findings, SEVERITY_ERROR, nowhere, code, "field", name, "value", value, "column",
                desk_words(d, arena_printf(d->arena, "setup_%s", name)), NULL);
}

static bool is_same(const struct organisation *a, const struct organisation *b) {
    return strcmp(a->code, b->code) == 0 && strcmp(a->name, b->name) == 0 && strcmp(a->parent, b->parent) == 0 &&
           strcmp(a->language, b->language) == 0 && a->headcount == b->headcount;
}

/* A code from the name that no other organisation has. The same form sent twice makes the same code twice. */
static const char *make_code(struct desk *d, const struct all *all, const struct organisation *o) {
    const char *made = roster_make_code(d->arena, o->name), *base = made[0] ? made : "organisation";
    struct organisation candidate = *o;
    candidate.code = base;
    for (int suffix = 2; suffix < 1000; suffix++) {
        const struct organisation *there = find(all, candidate.code);
        const char *problem = roster_check_organisation(&candidate, ORGANISATION_CODE);
        if (!problem && (!there || is_same(there, &candidate)))
            break;
        candidate.code = arena_printf(d->arena, "%s-%d", base, suffix);
    }
    return candidate.code;
}

/* What was posted; what is wrong is said. */
static struct organisation take_fields(struct desk *d, const struct all *all, const char *code) {
    const char *headcount = desk_posted(d, "headcount", 10);
    long n = -1;
    struct organisation o = {.code = code ? code : desk_posted(d, "code", CODE_MAX),
                             .name = desk_posted(d, "name", NAME_MAX),
                             .parent = desk_posted(d, "parent", CODE_MAX),
                             .language = desk_posted(d, "language", LANGUAGE_MAX),
                             .headcount = -1};
    if (desk_has_errors(d))
        return o;
    if (headcount[0])
        o.headcount = str_to_long(str_of(headcount), &n) && n >= 0 && n <= 10000000 ? (int)n : -2;
    if (!o.code[0])
        o.code = make_code(d, all, &o);
    check_field(d, &o, ORGANISATION_NAME, "name", o.name);
    if (!code && o.name[0])
        check_field(d, &o, ORGANISATION_CODE, "code", o.code);
    check_field(d, &o, ORGANISATION_HEADCOUNT, "headcount", headcount);
    check_field(d, &o, ORGANISATION_LANGUAGE, "language", o.language);
    const struct organisation *there = code ? NULL : find(all, o.code);
    if (there && !is_same(there, &o))
        desk_wrong(d, "code", "setup_code_taken", "value", o.code);
    const struct organisation *parent = o.parent[0] ? find(all, o.parent) : NULL;
    if (o.parent[0] && !parent)
        desk_wrong(d, "parent", "parent_unknown", "value", o.parent);
    else if (parent && is_above(all, o.code, o.parent))
        desk_wrong(d, "parent", "setup_parent_circle", "name", parent->name);
    return o;
}

static void put(struct desk *d, const struct organisation *o, const char *act) {
    if (store_put_organisations(d->store, d->assessment.id, o, 1) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    desk_audit_inside(d, act, o->code, NULL);
    desk_redirect(d, setup_path(d, "organisations"), "setup_organisation_saved", o->name);
}

static void show_new(struct desk *d, int status, const struct all *all, const struct organisation *o) {
    setup_open(d, status, desk_words(d, "setup_organisation_add"), TAB_ORGANISATIONS);
    desk_form_open(d, setup_path(d, "organisations", "add"), false);
    write_fields(d, all, o, true);
    setup_buttons_open(d);
    desk_button(d, "setup_add", NULL, NULL);
    setup_cancel(d, setup_path(d, "organisations"));
    setup_buttons_close(d);
    desk_form_close(d);
    desk_close(d);
}

void organisation_show_new(struct desk *d) {
    const struct organisation empty = {"", "", "", "", -1};
    struct all all;
    if (read_all(d, &all))
        show_new(d, 200, &all, &empty);
}

void organisation_add(struct desk *d) {
    struct all all;
    if (!read_all(d, &all))
        return;
    const struct organisation o = take_fields(d, &all, NULL);
    if (desk_has_errors(d))
        show_new(d, SETUP_WRONG, &all, &o);
    else if (find(&all, o.code)) /* a second click: it is there, just so */
        desk_redirect(d, setup_path(d, "organisations"), "setup_organisation_saved", o.name);
    else
        put(d, &o, "organisation_added");
}

static const char *print_of(struct desk *d, const struct organisation *o) {
    return setup_print(d, o->code, o->name, o->parent, o->language, arena_printf(d->arena, "%d", o->headcount), NULL);
}

/* Beside what was typed: what somebody else has saved meanwhile. */
static void write_stored(struct desk *d, const struct all *all, const struct organisation *o) {
    const struct organisation *parent = find(all, o->parent);
    desk_section(d, "setup_stored_now");
    setup_facts_open(d);
    setup_fact(d, "setup_name", o->name);
    setup_fact(d, "setup_parent", parent ? parent->name : desk_words(d, "setup_parent_none"));
    setup_fact(d, "setup_headcount", o->headcount >= 0 ? desk_number(d, o->headcount, 0) : desk_words(d, "setup_none"));
    setup_fact(d, "setup_language",
               *o->language ? texts_language_name(d->screen.texts, o->language) : desk_words(d, "setup_language_any"));
    setup_facts_close(d);
}

static void show(struct desk *d, int status, const struct all *all, const struct organisation *o, bool changed) {
    setup_open(d, status, o->name, TAB_ORGANISATIONS);
    setup_facts_open(d);
    setup_fact(d, "setup_code", o->code);
    setup_facts_close(d);
    if (changed)
        write_stored(d, all, o);
    desk_form_open(d, setup_path(d, "organisations", o->code), false);
    setup_hide_began(d, print_of(d, o));
    write_fields(d, all, o, false);
    setup_buttons_open(d);
    desk_button(d, "setup_save", NULL, NULL);
    setup_cancel(d, setup_path(d, "organisations"));
    setup_buttons_close(d);
    desk_form_close(d);
    desk_section(d, "setup_organisation_remove");
    desk_paragraph(d, "setup_organisation_remove_explain");
    desk_form_open(d, setup_path(d, "organisations", o->code, "remove"), false);
    desk_button_danger(d, "setup_organisation_remove", NULL, NULL);
    desk_form_close(d);
    desk_close(d);
}

void organisation_show(struct desk *d) {
    struct all all;
    const struct organisation *o = find_asked(d, &all);
    if (o)
        show(d, 200, &all, o, false);
}

void organisation_handle(struct desk *d) {
    struct all all;
    const struct organisation *old = find_asked(d, &all);
    if (!old)
        return;
    const struct organisation o = take_fields(d, &all, old->code);
    const bool changed = !is_same(old, &o) && !setup_take_began(d, print_of(d, old));
    if (desk_has_errors(d))
        show(d, SETUP_WRONG, &all, old, changed);
    else
        put(d, &o, "organisation_changed");
}

void organisation_remove(struct desk *d) {
    struct all all;
    const struct organisation *o = find_asked(d, &all);
    if (!o)
        return;
    const enum result result = store_remove_organisation(d->store, d->assessment.id, o->code);
    if (result == RESULT_INPUT) {
        desk_wrong(d, "", "setup_organisation_needed", "name", o->name);
        show(d, 409, &all, o, false);
    } else if (result != RESULT_OK) {
        desk_refuse(d, 503);
    } else {
        desk_audit_inside(d, "organisation_removed", o->code, NULL);
        desk_redirect(d, setup_path(d, "organisations"), "setup_organisation_removed", o->name);
    }
}
