/* rooms: store base
 * Several engines on one database: each is a store of its own here, as in a process of its own. What is true with one
 * writer is true with many. */
#include "store_fixture.h"

#include <pthread.h>
#include <stdatomic.h>

#include "store/care.h"
#include "store/engines.h"
#include "store/mailings.h"

enum { ENGINES = 3 };

static void open_engines(struct place_on_disk *p, struct store *engines[ENGINES]) {
    engines[0] = p->store;
    for (size_t i = 1; i < ENGINES; i++)
        assert_int_equal(store_open(&engines[i], p->url, NULL), RESULT_OK);
}

static void close_engines(struct store *engines[ENGINES]) {
    for (size_t i = 1; i < ENGINES; i++)
        store_close(engines[i]);
}

static enum cast_outcome cast_at(struct store *s, const struct wave *w, struct id invitation) {
    struct cast c = {.wave = w->id, .kind = INVITATION_PERSONAL, .organisation = "north", .content = {"x", 1}};
    ticket_of(invitation, c.ticket);
    memcpy(c.key, c.ticket, 32);
    return store_cast_wait(s, &c);
}

struct racer {
    struct store *store;
    const struct wave *wave;
    const struct invitation *list;
    size_t n;
    atomic_int *stored, *already, *closed, *other;
    useconds_t pause; /* between two */
};

/* Everybody sends every ballot, each to another engine first. */
static void *race(void *argument) {
    struct racer *r = argument;
    for (size_t i = 0; i < r->n; i++) {
        const enum cast_outcome outcome = cast_at(r->store, r->wave, r->list[i].id);
        atomic_fetch_add(outcome == CAST_STORED    ? r->stored
                         : outcome == CAST_ALREADY ? r->already
                         : outcome == CAST_CLOSED  ? r->closed
                                                   : r->other,
                         1);
        usleep(r->pause);
    }
    return NULL;
}

static void a_ballot_that_is_sent_to_every_engine_counts_once(void **state) {
    enum { MANY = 200 };
    struct place_on_disk *p = *state;
    struct store *engines[ENGINES];
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", MANY);
    struct invitation *list;
    size_t n;
    atomic_int stored = 0, already = 0, closed = 0, other = 0;
    pthread_t threads[2 * ENGINES];
    struct racer racers[2 * ENGINES];
    open_engines(p, engines);
    assert_int_equal(store_list_invitations(p->store, p->arena, w.id, &list, &n), RESULT_OK);
    for (size_t i = 0; i < 2 * ENGINES; i++) {
        racers[i] = (struct racer){engines[i % ENGINES], &w, list, n, &stored, &already, &closed, &other, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < 2 * ENGINES; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(stored, MANY);
    assert_int_equal(already, (2 * ENGINES - 1) * MANY);
    assert_int_equal(closed + other, 0);
    assert_int_equal(read_number(p->store, "SELECT count(*) FROM ballot"), MANY);
    assert_int_equal(read_number(p->store, "SELECT sum(answered) FROM invited"), MANY);
    assert_int_equal(read_number(p->store, "SELECT sum(n) FROM day_count"), MANY);
    close_engines(engines);
}

/* As collect does it: what came in between reading and storing is read again. */
static enum result close_at(struct store *s, struct arena *arena, const struct wave *w) {
    for (;;) {
        size_t n = 0;
        struct wave now;
        assert_int_equal(store_each_ballot(s, w->id, count_one_ballot, &n), RESULT_OK);
        struct response *responses = arena_array(arena, n + 1, sizeof *responses);
        for (size_t i = 0; i < n; i++)
            responses[i] =
                (struct response){.id = id_new(), .organisation = "north", .unit = "", .answers = str_of("{}")};
        const enum result result = store_empty_wave(s, w->id, n, responses, n, NULL, 0, "2027-02-01");
        if (result != RESULT_INPUT)
            return result;
        assert_int_equal(store_get_wave(s, arena, w->id, &now), RESULT_OK);
        if (now.state != WAVE_OPEN)
            return RESULT_INPUT;
    }
}

struct closer {
    struct store *store;
    const struct wave *wave;
    enum result result;
};

static void *close_one(void *argument) {
    struct closer *c = argument;
    struct arena *arena = arena_new();
    usleep(200000);
    c->result = close_at(c->store, arena, c->wave);
    arena_free(arena);
    return NULL;
}

static void a_ballot_is_cast_before_another_engine_closes_or_not_at_all(void **state) {
    enum { MANY = 300 };
    struct place_on_disk *p = *state;
    struct store *engines[ENGINES];
    struct invitation *list;
    size_t n, kept = 0;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", MANY);
    atomic_int stored = 0, already = 0, closed = 0, other = 0;
    pthread_t threads[ENGINES], closing[ENGINES];
    struct racer racers[ENGINES];
    struct closer closers[ENGINES];
    int did = 0;
    open_engines(p, engines);
    assert_int_equal(store_list_invitations(p->store, p->arena, w.id, &list, &n), RESULT_OK);
    for (size_t i = 0; i < ENGINES; i++) {
        racers[i] = (struct racer){engines[i], &w,   list + i * n / ENGINES, n / ENGINES, &stored, &already, &closed,
                                   &other,     10000};
        closers[i] = (struct closer){engines[i], &w, RESULT_MACHINE};
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
        assert_int_equal(pthread_create(&closing[i], NULL, close_one, &closers[i]), 0);
    }
    for (size_t i = 0; i < ENGINES; i++) {
        pthread_join(threads[i], NULL);
        pthread_join(closing[i], NULL);
        assert_true(closers[i].result == RESULT_OK || closers[i].result == RESULT_INPUT);
        did += closers[i].result == RESULT_OK;
    }
    assert_int_equal(did, 1); /* of those who closed it at once */
    assert_true(stored > 0 && closed > 0);
    assert_int_equal(already + other, 0);
    assert_int_equal(stored + closed, MANY);
    assert_int_equal(store_each_response(p->store, w.id, NULL, count_one_response, &kept), RESULT_OK);
    assert_int_equal(kept, stored);
    assert_int_equal(read_number(p->store, "SELECT count(*) FROM ballot"), 0);
    print_message("%d answers before the wave closed, %d after\n", stored, closed);
    close_engines(engines);
}

static void *scrub_and_mark(void *argument) {
    struct closer *c = argument;
    c->result = store_scrub(c->store);
    if (c->result == RESULT_OK)
        c->result = store_mark_closed(c->store, c->wave->id);
    return NULL;
}

static void engines_that_clean_at_once_all_come_to_an_end(void **state) {
    struct place_on_disk *p = *state;
    struct store *engines[ENGINES];
    struct assessment a = add_assessment(p, "north");
    open_engines(p, engines);
    for (int round = 0; round < 5; round++) {
        struct wave w = add_wave(p, &a, arena_printf(p->arena, "%d", round), 5), now;
        struct closer closers[ENGINES];
        pthread_t threads[ENGINES];
        assert_int_equal(close_at(p->store, p->arena, &w), RESULT_OK);
        for (size_t i = 0; i < ENGINES; i++) {
            closers[i] = (struct closer){engines[i], &w, RESULT_MACHINE};
            assert_int_equal(pthread_create(&threads[i], NULL, scrub_and_mark, &closers[i]), 0);
        }
        for (size_t i = 0; i < ENGINES; i++) {
            pthread_join(threads[i], NULL);
            assert_true(closers[i].result == RESULT_OK ||
                        closers[i].result == RESULT_INPUT); /* another has marked it */
        }
        for (int tries = 0; tries < 400; tries++) {
            assert_int_equal(store_get_wave(p->store, p->arena, w.id, &now), RESULT_OK);
            if (now.state == WAVE_CLOSED)
                break;
            usleep(50000);
        }
        assert_int_equal(now.state, WAVE_CLOSED);
    }
    close_engines(engines);
}

static void whoever_wants_the_database_alone_is_refused_while_an_engine_lives(void **state) {
    struct place_on_disk *p = *state;
    struct findings *findings = findings_new();
    struct store *other;
    const char *aside;
    int paused;
    char copy[128];
    snprintf(copy, sizeof copy, "%s/copy", p->folder);
    struct assessment a = add_assessment(p, "north");
    assert_int_equal(store_copy(p->store, copy, NULL), RESULT_OK);
    assert_int_equal(store_restore(p->url, copy, p->arena, &aside, &paused, findings), RESULT_INPUT);
    assert_true(findings_have(findings, "store_in_use", 0));
    assert_int_equal(store_open_alone(&other, p->url, findings), RESULT_INPUT);
    /* also after its connection was lost, without anything to write since */
    change_behind(p->folder, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                             " WHERE application_name = 'readiness' AND datname = current_database()");
    assert_int_equal(store_get_assessment(p->store, p->arena, a.id, &a), RESULT_OK);
    struct assessment b = add_assessment(p, "south");
    assert_int_equal(store_open_alone(&other, p->url, findings), RESULT_INPUT);
    store_close(p->store);
    assert_int_equal(store_restore(p->url, copy, p->arena, &aside, &paused, findings), RESULT_OK);
    assert_int_equal(store_open_alone(&p->store, p->url, NULL), RESULT_OK);
    assert_int_equal(store_get_assessment(p->store, p->arena, a.id, &a), RESULT_OK);
    assert_int_equal(store_get_assessment(p->store, p->arena, b.id, &b), RESULT_INPUT);
    struct findings *refused = findings_new();
    assert_int_equal(store_open(&other, p->url, refused), RESULT_INPUT); /* and the other way round */
    assert_true(findings_have(refused, "store_in_use", 0));
    findings_free(refused);
    findings_free(findings);
}

static void the_form_is_not_changed_under_engines_that_know_the_old_one(void **state) {
    struct place_on_disk *p = *state;
    struct findings *findings = findings_new();
    struct store *newer;
    change_behind(p->folder, "UPDATE form SET version = version - 1");
    assert_int_equal(store_open(&newer, p->url, findings), RESULT_INPUT);
    assert_true(findings_have(findings, "store_in_use_older", 0));
    findings_free(findings);
    change_behind(p->folder, "UPDATE form SET version = version + 1");
}

struct starter {
    const char *url;
    struct store *store;
    enum result result;
};

static void *start_one(void *argument) {
    struct starter *s = argument;
    s->result = store_open(&s->store, s->url, NULL);
    return NULL;
}

static void engines_that_start_at_once_on_an_empty_database_all_start(void **state) {
    struct place_on_disk *p = *state;
    struct starter starting[ENGINES];
    pthread_t threads[ENGINES];
    store_close(p->store);
    change_behind(p->folder, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    for (size_t i = 0; i < ENGINES; i++) {
        starting[i] = (struct starter){.url = p->url};
        assert_int_equal(pthread_create(&threads[i], NULL, start_one, &starting[i]), 0);
    }
    for (size_t i = 0; i < ENGINES; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(starting[i].result, RESULT_OK);
    }
    p->store = starting[0].store;
    (void)add_assessment(p, "north");
    for (size_t i = 1; i < ENGINES; i++)
        store_close(starting[i].store);
}

static void an_engine_that_was_away_while_the_form_changed_writes_no_more(void **state) {
    struct place_on_disk *p = *state;
    struct assessment b = {
        .id = id_new(), .name = "b", .title = "B", .instrument = "x.ini", .min_group = 5, .min_comments = 10};
    (void)add_assessment(p, "north");
    change_behind(p->folder, "UPDATE form SET version = version + 1");
    change_behind(p->folder, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                             " WHERE application_name = 'readiness' AND datname = current_database()");
    assert_int_equal(store_add_assessment(p->store, &b, NULL, 0), RESULT_MACHINE);
    change_behind(p->folder, "UPDATE form SET version = version - 1");
    assert_int_equal(store_add_assessment(p->store, &b, NULL, 0), RESULT_OK);
}

static void a_work_is_one_engines_until_it_lets_go_or_its_time_is_over(void **state) {
    struct place_on_disk *p = *state;
    struct store *engines[ENGINES];
    open_engines(p, engines);
    assert_int_equal(store_hold(engines[0], WORK_MAIL, 60), RESULT_OK);
    assert_int_equal(store_hold(engines[1], WORK_MAIL, 60), RESULT_INPUT);
    assert_int_equal(store_hold(engines[1], WORK_HOOKS, 60), RESULT_OK); /* another work is another matter */
    assert_int_equal(store_hold(engines[0], WORK_MAIL, 60), RESULT_OK);
    assert_int_equal(store_let_go(engines[1], WORK_MAIL), RESULT_OK); /* it is not theirs */
    assert_int_equal(store_hold(engines[2], WORK_MAIL, 60), RESULT_INPUT);
    assert_int_equal(store_let_go(engines[0], WORK_MAIL), RESULT_OK);
    assert_int_equal(store_hold(engines[2], WORK_MAIL, 1), RESULT_OK);
    usleep(1100000);
    assert_int_equal(store_hold(engines[1], WORK_MAIL, 60), RESULT_OK);
    store_close(engines[1]);
    assert_int_equal(store_hold(engines[2], WORK_MAIL, 60), RESULT_OK);
    store_close(engines[2]);
}

/* An engine is held up in the middle of a mail; another takes over. */
static void a_claim_whose_engine_lost_the_work_is_unknown_and_nobody_is_written_to_twice(void **state) {
    struct place_on_disk *p = *state;
    struct store *engines[ENGINES];
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 3);
    struct mailing m = {.id = id_new(), .wave = w.id, .per_minute = 60, .subject = "", .body = "", .started = 1000};
    struct invitation *list;
    uint8_t ticket[32];
    bool wanted;
    size_t n;
    open_engines(p, engines);
    assert_int_equal(store_start_mailing(p->store, &m), RESULT_OK);
    assert_int_equal(store_list_invitations(p->store, p->arena, w.id, &list, &n), RESULT_OK);
    assert_int_equal(store_hold(engines[0], WORK_MAIL, 1), RESULT_OK);
    ticket_of(list[0].id, ticket);
    assert_int_equal(store_claim_delivery(engines[0], m.id, list[0].id, ticket, true, &wanted), RESULT_OK);
    usleep(1100000);
    ticket_of(list[1].id, ticket);
    assert_int_equal(store_claim_delivery(engines[0], m.id, list[1].id, ticket, true, &wanted), RESULT_INPUT);
    assert_int_equal(store_hold(engines[1], WORK_MAIL, 60), RESULT_OK);
    assert_int_equal(store_get_mailing(engines[1], p->arena, m.id, &m), RESULT_OK);
    assert_int_equal(m.unknown, 1);
    assert_int_equal(m.waiting, 2);
    assert_int_equal(store_claim_delivery(engines[0], m.id, list[1].id, ticket, true, &wanted), RESULT_INPUT);
    assert_int_equal(store_claim_delivery(engines[1], m.id, list[1].id, ticket, true, &wanted), RESULT_OK);
    ticket_of(list[0].id, ticket);
    assert_int_equal(store_claim_delivery(engines[1], m.id, list[0].id, ticket, true, &wanted), RESULT_INPUT);
    close_engines(engines);
}

static void engines_know_of_each_other(void **state) {
    struct place_on_disk *p = *state;
    struct store *engines[ENGINES];
    struct engine *list;
    size_t n;
    open_engines(p, engines);
    assert_int_equal(store_list_engines(p->store, p->arena, &list, &n), RESULT_OK);
    assert_int_equal(n, 0); /* commands are no engines */
    for (size_t i = 0; i < ENGINES; i++) {
        struct engine card = {.name = arena_printf(p->arena, "engine %zu", i), .version = "1.0", .instruments = {7}};
        card.instruments[0] = (uint8_t)(7 + i);
        assert_int_equal(store_present(engines[i], &card), RESULT_OK);
    }
    change_behind(p->folder, "UPDATE engine SET seen = seen - 3600 WHERE name = 'engine 2'");
    assert_int_equal(store_list_engines(engines[1], p->arena, &list, &n), RESULT_OK);
    assert_int_equal(n, ENGINES);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(list[i].name, arena_printf(p->arena, "engine %zu", i));
        assert_string_equal(list[i].version, "1.0");
        assert_int_equal(list[i].instruments[0], 7 + i);
        assert_int_equal(list[i].own, i == 1);
        assert_int_equal(list[i].here, i != 2);
        assert_int_equal(list[i].seen % 60, 0);
    }
    close_engines(engines);
    assert_int_equal(store_list_engines(p->store, p->arena, &list, &n), RESULT_OK);
    assert_int_equal(n, 1);
    change_behind(p->folder,
                  "INSERT INTO engine (id, mark, serving, name, seen) VALUES (decode(md5('x'), 'hex'), '', 1,"
                  " 'of last week', 1000)");
    reopen(p);
    assert_int_equal(read_number(p->store, "SELECT count(*) FROM engine"), 1);
}

struct held_up {
    struct store *store;
    struct assessment assessment;
    atomic_int *overtaken;
    int runs;
    enum result result;
};

/* In the middle of its group, until another engine has written. */
static enum result stand_still(struct store *s, struct database *db, void *argument) {
    struct held_up *h = argument;
    (void)s;
    h->runs++;
    struct statement *q = database_statement(db, "UPDATE assessment SET title = 'held up' WHERE id = ?");
    statement_bind(q, "d", &h->assessment.id);
    const enum result result = statement_finish(q, NULL);
    for (int tries = 0; tries < 600 && !*h->overtaken; tries++)
        usleep(100000);
    return result;
}

static void *hold_up(void *argument) {
    struct held_up *h = argument;
    h->result = store_write(h->store, stand_still, h);
    return NULL;
}

static void an_engine_that_is_held_up_in_its_turn_loses_it_and_does_its_work_again(void **state) {
    struct place_on_disk *p = *state;
    struct store *engines[ENGINES];
    atomic_int overtaken = 0;
    pthread_t thread;
    struct held_up h = {.store = p->store, .assessment = add_assessment(p, "north"), .overtaken = &overtaken};
    struct assessment b = {
        .id = id_new(), .name = "b", .title = "B", .instrument = "x.ini", .min_group = 5, .min_comments = 10};
    open_engines(p, engines);
    assert_int_equal(pthread_create(&thread, NULL, hold_up, &h), 0);
    usleep(300000);
    assert_int_equal(store_add_assessment(engines[1], &b, NULL, 0),
                     RESULT_OK); /* waits until the server takes it back */
    overtaken = 1;
    pthread_join(thread, NULL);
    assert_int_equal(h.result, RESULT_OK);
    assert_int_equal(h.runs, 2);
    assert_int_equal(read_number(p->store, "SELECT count(*) FROM assessment WHERE title = 'held up'"), 1);
    close_engines(engines);
}

/* Taken for dead by another while its COMMIT was on the way: it cannot know, and does not do it again. */
static void a_group_whose_mark_was_removed_is_not_run_again(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    change_behind(p->folder, "DELETE FROM engine");
    change_behind(p->folder, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                             " WHERE application_name = 'readiness' AND datname = current_database()");
    struct placeholder_value value = {"programme", "", "Rounds"};
    assert_int_equal(store_change_assessment(p->store, &a, &value, 1), RESULT_MACHINE);
    assert_int_equal(store_change_assessment(p->store, &a, &value, 1), RESULT_OK);
}

int main(void) {
#define HERE(name) cmocka_unit_test_setup_teardown(name, open_place, close_place)
    const struct CMUnitTest tests[] = {
        HERE(a_ballot_that_is_sent_to_every_engine_counts_once),
        HERE(a_ballot_is_cast_before_another_engine_closes_or_not_at_all),
        HERE(engines_that_clean_at_once_all_come_to_an_end),
        HERE(whoever_wants_the_database_alone_is_refused_while_an_engine_lives),
        HERE(the_form_is_not_changed_under_engines_that_know_the_old_one),
        HERE(engines_that_start_at_once_on_an_empty_database_all_start),
        HERE(an_engine_that_was_away_while_the_form_changed_writes_no_more),
        HERE(a_work_is_one_engines_until_it_lets_go_or_its_time_is_over),
        HERE(a_claim_whose_engine_lost_the_work_is_unknown_and_nobody_is_written_to_twice),
        HERE(engines_know_of_each_other),
        HERE(an_engine_that_is_held_up_in_its_turn_loses_it_and_does_its_work_again),
        HERE(a_group_whose_mark_was_removed_is_not_run_again),
    };
    return run_on_postgres(tests);
}
