/* A database in a temporary folder, for the tests of the store's subjects. */
#ifndef READINESS_TESTS_STORE_FIXTURE_H
#define READINESS_TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "both_stores.h"

struct place_on_disk {
    char folder[64], path[128], url[256];
    struct store *store;
    struct arena *arena;
};

static inline int open_place(void **state) {
    struct place_on_disk *p = mem_alloc(sizeof *p);
    strcpy(p->folder, "/tmp/readiness-store-XXXXXX");
    if (sodium_init() < 0 || !mkdtemp(p->folder))
        return -1;
    snprintf(p->path, sizeof p->path, "%s/r.db", p->folder);
    if (!new_database(p->url, sizeof p->url, p->folder))
        return -1;
    p->arena = arena_new();
    *state = p;
    return store_open(&p->store, p->url, NULL) == RESULT_OK ? 0 : -1;
}

static inline int close_place(void **state) {
    struct place_on_disk *p = *state;
    char command[128];
    store_close(p->store);
    arena_free(p->arena);
    drop_database();
    snprintf(command, sizeof command, "rm -rf %s", p->folder);
    int status = system(command);
    free(p);
    return status;
}

static inline void reopen(struct place_on_disk *p) {
    store_close(p->store);
    assert_int_equal(store_open(&p->store, p->url, NULL), RESULT_OK);
}

/* For store_each_ballot and store_each_response: the context is a size_t. */
static inline bool count_one_ballot(void *context, struct str sealed) {
    (void)sealed;
    ++*(size_t *)context;
    return true;
}
static inline bool count_one_response(void *context, const struct response *r) {
    (void)r;
    ++*(size_t *)context;
    return true;
}

static inline struct assessment add_assessment(struct place_on_disk *p, const char *name) {
    struct assessment a = {
        .id = id_new(), .name = name, .title = "A", .instrument = "x.ini", .min_group = 5, .min_comments = 10};
    assert_int_equal(store_add_assessment(p->store, &a, NULL, 0), RESULT_OK);
    struct organisation list[] = {{"north", "North", "", "", -1}, {"south", "South", "", "", -1}};
    assert_int_equal(store_put_organisations(p->store, a.id, list, 2), RESULT_OK);
    return a;
}

/* People pN@north.example, with an invitation and a ticket each; the ticket's hash begins with the number. */
static inline struct wave add_wave(struct place_on_disk *p, const struct assessment *a, const char *label, size_t n) {
    struct person *people = arena_array(p->arena, n + 1, sizeof *people);
    struct invitation *invitations = arena_array(p->arena, n + 1, sizeof *invitations);
    struct ticket *tickets = arena_array(p->arena, n + 1, sizeof *tickets);
    for (size_t i = 0; i < n; i++) {
        people[i] = (struct person){.id = id_new(),
                                    .email = arena_printf(p->arena, "p%zu@north.example", i),
                                    .name = "",
                                    .organisation = "north",
                                    .unit = "",
                                    .language = ""};
    }
    assert_int_equal(store_put_people(p->store, a->id, people, n), RESULT_OK);
    for (size_t i = 0; i < n; i++) {
        struct person found;
        assert_int_equal(store_find_person(p->store, p->arena, a->id, people[i].email, &found), RESULT_OK);
        invitations[i] = (struct invitation){.id = id_new(),
                                             .kind = INVITATION_PERSONAL,
                                             .organisation = "north",
                                             .unit = "",
                                             .language = "",
                                             .person = found.id};
        tickets[i] = (struct ticket){.kind = INVITATION_PERSONAL, .organisation = "north", .unit = "", .language = ""};
        memcpy(tickets[i].hash, invitations[i].id.bytes, 16); /* so that a test finds it again */
    }
    struct wave w = {.id = id_new(),
                     .assessment = a->id,
                     .label = label,
                     .opened = "2027-01-01",
                     .until = "",
                     .closed = "",
                     .min_group = 5,
                     .min_comments = 10};
    struct invited invited = {"north", (int)n, 0, false};
    assert_int_equal(store_open_wave(p->store, &w, NULL, 0, invitations, tickets, n, n, &invited, 1), RESULT_OK);
    return w;
}

static inline void ticket_of(struct id invitation, uint8_t hash[32]) {
    memset(hash, 0, 32);
    memcpy(hash, invitation.bytes, 16);
}

static inline void answer(struct place_on_disk *p, const struct wave *w, struct id invitation) {
    struct cast c = {.wave = w->id, .kind = INVITATION_PERSONAL, .organisation = "north", .content = {"x", 1}};
    ticket_of(invitation, c.ticket);
    memcpy(c.key, c.ticket, 32);
    assert_int_equal(store_cast_wait(p->store, &c), CAST_STORED);
}

#endif
