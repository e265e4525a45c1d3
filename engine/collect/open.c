/* Opening a wave: keys, tokens, tickets, and the links that are derived from them. */
#include <stdlib.h>
#include <string.h>

#include "collect/ballot.h"
#include "collect/coarsen.h"
#include "collect/inside.h"

struct opening {
    struct collect *c;
    struct arena *arena;
    const struct assessment *assessment;
    const struct instrument *instrument;
    struct wave *wave;
    struct wave_key key;
    struct organisation *organisations; /* ordered by code */
    struct person *people;              /* ordered by organisation */
    size_t n_organisations, n_people;
    struct cell *cells; /* one per run of people of the same organisation and unit */
    size_t *cell_of;    /* the index in cells of each person */
    struct invitation *invitations;
    struct ticket *tickets;
    size_t n_invitations, n_tickets;
    struct invited *invited;
};

static bool asks(const struct instrument *instrument, enum audience audience) {
    for (size_t i = 0; i < instrument->n_pages; i++)
        if (page_is_for(&instrument->pages[i], audience))
            return true;
    return false;
}

static enum result refuse(struct findings *findings, const char *code, const char *value) {
    finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, code, "value", value, NULL);
    return RESULT_INPUT;
}

static enum result check_request(const struct opening *o, const struct new_wave *request, struct findings *findings) {
    struct wave *waves;
    size_t n;
    if (store_list_waves(o->c->store, o->arena, o->assessment->id, &waves, &n) != RESULT_OK)
        return RESULT_MACHINE;
    enum result result = RESULT_OK;
    for (size_t i = 0; i < n; i++) {
        if (waves[i].state == WAVE_OPEN)
            result = refuse(findings, "wave_still_open", waves[i].label);
        else if (strcmp(waves[i].label, o->wave->label) == 0)
            result = refuse(findings, "wave_label_taken", waves[i].label);
    }
    if (!wave_label_good(o->wave->label))
        result = refuse(findings, "wave_label_not_accepted", "");
    if (request->until && !clock_is_day(request->until))
        result = refuse(findings, "day_not_understood", request->until);
    else if (request->until && strcmp(request->until, clock_local_day(clock_now(), o->wave->timezone).text) < 0)
        result = refuse(findings, "day_is_past", request->until);
    if (!clock_timezone_good(o->wave->timezone))
        result = refuse(findings, "timezone_unknown", o->wave->timezone);
    if (o->n_organisations == 0)
        result = refuse(findings, "no_organisations", o->assessment->name);
    return result;
}

/* Small units are given up before a single answer exists. People come ordered by organisation and unit. */
static void coarsen_people(struct opening *o) {
    size_t n = 0;
    o->cells = arena_array(o->arena, o->n_people + 1, sizeof *o->cells);
    o->cell_of = arena_array(o->arena, o->n_people + 1, sizeof *o->cell_of);
    for (size_t i = 0; i < o->n_people; i++) {
        const struct person *p = &o->people[i];
        if (n == 0 || strcmp(o->cells[n - 1].organisation, p->organisation) != 0 ||
            strcmp(o->cells[n - 1].unit, p->unit) != 0)
            o->cells[n++] = (struct cell){.organisation = p->organisation, .unit = p->unit};
        o->cells[n - 1].n++;
        o->cell_of[i] = n - 1;
    }
    coarsen_units(o->cells, n, (size_t)o->wave->min_group);
}

static void add_ticket(struct opening *o, const char *token, const struct invitation *v, const uint8_t *pseudonym) {
    struct ticket *t = &o->tickets[o->n_tickets++];
    *t = (struct ticket){.kind = v->kind, .organisation = v->organisation, .unit = v->unit, .language = v->language};
    token_hash(token, t->hash);
    if (pseudonym) {
        t->has_pseudonym = true;
        pseudonym_seal(o->key.public_key, pseudonym, t->pseudonym);
    }
}

static void add_invitation(struct opening *o, struct invitation v, const uint8_t *pseudonym) {
    char token[TOKEN_LENGTH + 1], code[CODE_LENGTH + 1];
    v.id = id_new();
    key_token(&o->key, v.id, v.generation, token);
    add_ticket(o, token, &v, pseudonym);
    if (v.kind != INVITATION_PERSONAL) {
        key_code(&o->key, v.id, v.generation, code);
        add_ticket(o, code, &v, NULL);
    }
    o->invitations[o->n_invitations++] = v;
}

static int by_code(const void *key, const void *element) {
    return strcmp(key, ((const struct organisation *)element)->code);
}

static struct organisation *organisation_of(const struct opening *o, const char *code) {
    return o->n_organisations ? bsearch(code, o->organisations, o->n_organisations, sizeof *o->organisations, by_code)
                              : NULL;
}

static const char *language_of(const struct opening *o, const struct person *p) {
    const struct organisation *organisation = p->language[0] ? NULL : organisation_of(o, p->organisation);
    return organisation ? organisation->language : p->language;
}

static enum result invite_people(struct opening *o, struct findings *findings) {
    if (!asks(o->instrument, AUDIENCE_STAFF))
        return RESULT_OK;
    for (size_t i = 0; i < o->n_people; i++) {
        const struct person *p = &o->people[i];
        uint8_t pseudonym[16];
        bool linked = o->wave->mode == MODE_CONFIDENTIAL;
        if (linked && key_pseudonym(o->c->keys, o->assessment->id, p->id, pseudonym, findings) != RESULT_OK)
            return RESULT_MACHINE;
        add_invitation(o,
                       (struct invitation){.kind = INVITATION_PERSONAL,
                                           .organisation = p->organisation,
                                           .unit = o->cells[o->cell_of[i]].unit,
                                           .language = language_of(o, p),
                                           .person = p->id},
                       linked ? pseudonym : NULL);
    }
    return RESULT_OK;
}

/* How many people each organisation has, in the order of the organisations. */
static int *count_people(const struct opening *o) {
    int *people = arena_array(o->arena, o->n_organisations + 1, sizeof *people);
    for (size_t i = 0; i < o->n_people; i++) {
        const struct organisation *organisation = organisation_of(o, o->people[i].organisation);
        if (organisation)
            people[organisation - o->organisations]++;
    }
    return people;
}

static void invite_organisations(struct opening *o, enum open_links open_links) {
    bool staff = asks(o->instrument, AUDIENCE_STAFF), agreed = asks(o->instrument, AUDIENCE_ORGANISATION);
    const int *people = count_people(o);
    for (size_t i = 0; i < o->n_organisations; i++) {
        const struct organisation *org = &o->organisations[i];
        int known = org->headcount > people[i] ? org->headcount : people[i];
        struct invitation v = {.organisation = org->code, .unit = "", .language = org->language};
        o->invited[i] = (struct invited){.organisation = org->code, .invited = staff ? known : 0};
        if (staff && (open_links == OPEN_LINKS_ALL || (open_links == OPEN_LINKS_WHERE_NO_PEOPLE && people[i] == 0))) {
            v.kind = INVITATION_OPEN;
            add_invitation(o, v, NULL);
        }
        if (agreed) {
            v.kind = INVITATION_ORGANISATION;
            add_invitation(o, v, NULL);
        }
    }
}

static enum result fill(struct opening *o, const struct new_wave *request, struct findings *findings) {
    if (store_list_organisations(o->c->store, o->arena, o->assessment->id, &o->organisations, &o->n_organisations) !=
            RESULT_OK ||
        store_list_people(o->c->store, o->arena, o->assessment->id, &o->people, &o->n_people) != RESULT_OK)
        return RESULT_MACHINE;
    enum result result = check_request(o, request, findings);
    if (result != RESULT_OK)
        return result;
    if (key_make(o->c->keys, o->wave->id, &o->key, findings) != RESULT_OK)
        return RESULT_MACHINE;
    memcpy(o->wave->public_key, o->key.public_key, sizeof o->wave->public_key);
    size_t most = o->n_people + 2 * o->n_organisations;
    o->invitations = arena_array(o->arena, most + 1, sizeof *o->invitations);
    o->tickets = arena_array(o->arena, 2 * most + 1, sizeof *o->tickets);
    o->invited = arena_array(o->arena, o->n_organisations + 1, sizeof *o->invited);
    coarsen_people(o);
    result = invite_people(o, findings);
    invite_organisations(o, request->open_links);
    return result;
}

enum result collect_open_wave(struct collect *c, const struct assessment *a, const struct instrument *instrument,
                              const struct new_wave *request, struct wave *out, struct arena *arena,
                              struct findings *findings) {
    struct wave *waves;
    size_t n;
    const char *zone = request->timezone ? request->timezone : a->timezone && a->timezone[0] ? a->timezone : "UTC";
    if (store_list_waves(c->store, arena, a->id, &waves, &n) != RESULT_OK)
        return RESULT_MACHINE;
    *out =
        (struct wave){.id = id_new(),
                      .assessment = a->id,
                      .label = request->label ? arena_string(arena, request->label) : arena_printf(arena, "%zu", n + 1),
                      .timezone = arena_string(arena, zone),
                      .opened = arena_string(arena, clock_local_day(clock_now(), zone).text),
                      .until = request->until ? arena_string(arena, request->until) : "",
                      .closed = "",
                      .mode = a->mode,
                      .min_group = a->min_group,
                      .min_comments = a->min_comments};
    memcpy(out->instrument_hash, instrument->hash, sizeof out->instrument_hash);
    struct opening o = {.c = c, .arena = arena, .assessment = a, .instrument = instrument, .wave = out};
    enum result result = fill(&o, request, findings);
    if (result != RESULT_OK) {
        (void)!key_destroy(c->keys, out->id, NULL);
        return result;
    }
    /* After a commit that failed, the wave may all the same be there when the machine comes back; so its key stays. */
    return store_open_wave(c->store, out, pinned_files(arena, instrument), instrument->n_files, o.invitations,
                           o.tickets, o.n_invitations, o.n_tickets, o.invited, o.n_organisations);
}

/* ABCD-EFGH-JKLM-N */
static void group_code(const char *code, char out[20]) {
    size_t at = 0;
    for (size_t i = 0; code[i]; i++) {
        if (i && i % 4 == 0)
            out[at++] = '-';
        out[at++] = code[i];
    }
    out[at] = '\0';
}

enum result collect_links(struct collect *c, const struct wave *wave, struct arena *arena, struct link **out, size_t *n,
                          struct findings *findings) {
    struct wave_key key;
    struct invitation *invitations;
    if (wave->state != WAVE_OPEN)
        return refuse(findings, "wave_not_open", wave->label);
    if (key_read(c->keys, wave->id, &key, findings) != RESULT_OK)
        return RESULT_MACHINE;
    if (store_list_invitations(c->store, arena, wave->id, &invitations, n) != RESULT_OK)
        return RESULT_MACHINE;
    struct link *links = arena_array(arena, *n + 1, sizeof *links);
    for (size_t i = 0; i < *n; i++) {
        char code[CODE_LENGTH + 1];
        links[i].invitation = invitations[i];
        key_token(&key, invitations[i].id, invitations[i].generation, links[i].token);
        if (invitations[i].kind == INVITATION_PERSONAL)
            continue;
        key_code(&key, invitations[i].id, invitations[i].generation, code);
        group_code(code, links[i].code);
    }
    *out = links;
    return RESULT_OK;
}
