/* Rosters of people: an address each, once, in an organisation that is there. */
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/address.h"
#include "base/nearest.h"
#include "collect/roster_inside.h"

const char *roster_check_person(const struct person *p, size_t field) {
    switch (field) {
    case PERSON_EMAIL:
        return address_good(p->email) ? NULL : "email_not_accepted";
    case PERSON_NAME:
        return roster_is_text(p->name, 200) ? NULL : "name_not_accepted";
    case PERSON_UNIT:
        return roster_is_text(p->unit, 100) ? NULL : "name_not_accepted";
    case PERSON_LANGUAGE:
        return roster_is_language(p->language) ? NULL : "language_not_accepted";
    default:
        return NULL;
    }
}

struct known {
    struct organisation *organisations;
    size_t n_organisations;
    const char **codes;
    struct roster_index by_code, by_name; /* folded */
    struct person *people;
    size_t n_people;
    struct roster_index addresses; /* lower case */
};

static const char *lower(struct arena *arena, const char *s) {
    char *out = arena_string(arena, s);
    for (char *p = out; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    return out;
}

static enum result read_known(struct roster_work *w, struct store *store, struct id assessment, struct known *k) {
    size_t codes = 0, names = 0, addresses = 0;
    if (store_list_organisations(store, w->arena, assessment, &k->organisations, &k->n_organisations) != RESULT_OK ||
        store_list_people(store, w->arena, assessment, &k->people, &k->n_people) != RESULT_OK)
        return RESULT_MACHINE;
    k->codes = arena_array(w->arena, k->n_organisations + 1, sizeof *k->codes);
    for (size_t i = 0; i < k->n_organisations; i++) {
        k->codes[i] = k->organisations[i].code;
        roster_index_add(w->arena, &k->by_code, &codes, lower(w->arena, k->codes[i]), i);
        roster_index_add(w->arena, &k->by_name, &names, roster_fold(w->arena, str_of(k->organisations[i].name)), i);
    }
    for (size_t i = 0; i < k->n_people; i++)
        roster_index_add(w->arena, &k->addresses, &addresses, lower(w->arena, k->people[i].email), i);
    roster_index_sort(&k->by_code);
    roster_index_sort(&k->by_name);
    roster_index_sort(&k->addresses);
    return RESULT_OK;
}

/* By code, by code whatever its case, or by a name that only one organisation has. */
static const char *find_organisation(const struct roster_work *w, const struct known *k, const char *typed) {
    bool twice = false;
    for (size_t i = 0; i < k->n_organisations; i++)
        if (strcmp(k->codes[i], typed) == 0)
            return k->codes[i];
    size_t at = roster_index_find(&k->by_code, lower(w->arena, typed), &twice);
    if (at == SIZE_MAX)
        at = roster_index_find(&k->by_name, roster_fold(w->arena, str_of(typed)), &twice);
    return at == SIZE_MAX || twice ? NULL : k->codes[at];
}

static void read_row(struct roster_work *w, size_t row) {
    const char *name = roster_cell(w, row, PERSON_NAME), *given = roster_cell(w, row, PERSON_GIVEN_NAME);
    w->preview->rows[row].person =
        (struct person){.id = id_new(),
                        .email = roster_cell(w, row, PERSON_EMAIL),
                        .name = given[0] && name[0] ? arena_printf(w->arena, "%s %s", given, name)
                                : given[0]          ? given
                                                    : name,
                        .organisation = roster_cell(w, row, PERSON_ORGANISATION),
                        .unit = roster_cell(w, row, PERSON_UNIT),
                        .language = roster_language(w, roster_cell(w, row, PERSON_LANGUAGE))};
}

static void check_row(struct roster_work *w, const struct known *k, size_t row) {
    struct person *p = &w->preview->rows[row].person;
    for (size_t field = 0; field <= PERSON_LANGUAGE; field++) {
        const char *code = roster_check_person(p, field);
        if (field == PERSON_EMAIL && !p->email[0])
            code = "cell_empty";
        if (code)
            roster_wrong(w, row, field, code, roster_cell(w, row, field), NULL, NULL);
    }
    const char *organisation = find_organisation(w, k, p->organisation);
    if (organisation) {
        p->organisation = organisation;
        return;
    }
    const struct roster_preview *preview = w->preview;
    const struct place place = {preview->csv->file, preview->rows[row].line, preview->columns[PERSON_ORGANISATION] + 1};
    const char *near = p->organisation[0] ? nearest_name(p->organisation, k->codes, k->n_organisations) : NULL;
    finding_add(w->findings, SEVERITY_ERROR, place,
                !p->organisation[0] ? "organisation_empty"
                : near              ? "organisation_unknown_near"
                                    : "organisation_unknown",
                "organisation", p->organisation, "near", near, NULL);
    w->preview->rows[row].state = ROSTER_ERROR;
}

static void check_once(struct roster_work *w) {
    struct roster_preview *p = w->preview;
    struct roster_index addresses = {0};
    size_t capacity = 0;
    for (size_t i = 0; i < p->n_rows; i++)
        roster_index_add(w->arena, &addresses, &capacity, lower(w->arena, p->rows[i].person.email), i);
    roster_index_sort(&addresses);
    for (size_t i = 0; i < p->n_rows; i++) {
        const char *email = p->rows[i].person.email;
        const size_t first = roster_index_find(&addresses, lower(w->arena, email), NULL);
        if (email[0] && first < i)
            roster_wrong(w, i, PERSON_EMAIL, "email_twice", email, "first",
                         arena_printf(w->arena, "%d", p->rows[first].line));
    }
}

/* What has no column stays as it is stored. */
static void keep_stored(const struct roster_preview *p, struct person *person, const struct person *stored) {
    person->id = stored->id;
    person->contact = stored->contact;
    if (p->columns[PERSON_NAME] < 0 && p->columns[PERSON_GIVEN_NAME] < 0)
        person->name = stored->name;
    if (p->columns[PERSON_UNIT] < 0)
        person->unit = stored->unit;
    if (p->columns[PERSON_LANGUAGE] < 0)
        person->language = stored->language;
}

static bool is_same(const struct person *a, const struct person *b) {
    return strcmp(a->name, b->name) == 0 && strcmp(a->organisation, b->organisation) == 0 &&
           strcmp(a->unit, b->unit) == 0 && strcmp(a->language, b->language) == 0;
}

enum result roster_understand_people(struct roster_work *w, struct store *store, struct id assessment) {
    struct roster_preview *p = w->preview;
    struct known k = {0};
    if (read_known(w, store, assessment, &k) != RESULT_OK)
        return RESULT_MACHINE;
    for (size_t i = 0; i < p->n_rows; i++) {
        read_row(w, i);
        check_row(w, &k, i);
    }
    check_once(w);
    for (size_t i = 0; i < p->n_rows; i++) {
        struct roster_row *r = &p->rows[i];
        const size_t at = roster_index_find(&k.addresses, lower(w->arena, r->person.email), NULL);
        if (r->state == ROSTER_ERROR || at == SIZE_MAX)
            continue;
        keep_stored(p, &r->person, &k.people[at]);
        r->state = is_same(&r->person, &k.people[at]) ? ROSTER_UNCHANGED : ROSTER_UPDATED;
    }
    return RESULT_OK;
}
