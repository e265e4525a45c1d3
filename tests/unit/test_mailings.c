/* rooms: store base
 * A mailing writes to each of its people exactly once, and its tables do not say who has answered. */
#include "store_fixture.h"

#include <pthread.h>

#include "base/clock.h"
#include "store/engines.h"
#include "store/mailings.h"

static struct mailing mailing_of(const struct wave *w, enum mailing_kind kind) {
    return (struct mailing){
        .id = id_new(), .wave = w->id, .kind = kind, .per_minute = 60, .subject = "", .body = "", .started = 1000};
}

static struct mailing get(struct place_on_disk *p, struct id id) {
    struct mailing m;
    assert_int_equal(store_get_mailing(p->store, p->arena, id, &m), RESULT_OK);
    return m;
}

static enum result claim(struct place_on_disk *p, struct id mailing, struct id invitation, bool only_if_fresh,
                         bool *wanted) {
    uint8_t hash[32];
    ticket_of(invitation, hash);
    assert_int_equal(store_hold(p->store, WORK_MAIL, 60), RESULT_OK);
    return store_claim_delivery(p->store, mailing, invitation, hash, only_if_fresh, wanted);
}

/* Sends everything that waits; returns how many were really sent. */
static int send_all(struct place_on_disk *p, struct id mailing, bool only_if_fresh) {
    struct invitation v;
    int sent = 0;
    while (store_next_delivery(p->store, p->arena, mailing, &v) == RESULT_OK) {
        bool wanted;
        assert_int_equal(claim(p, mailing, v.id, only_if_fresh, &wanted), RESULT_OK);
        if (!wanted)
            continue;
        assert_int_equal(store_end_delivery(p->store, mailing, v.id, DELIVERY_DONE, "250 thanks", 0), RESULT_OK);
        sent++;
    }
    return sent;
}

static void a_second_click_starts_nothing(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 5);
    struct mailing m = mailing_of(&w, MAILING_INVITATIONS), again = mailing_of(&w, MAILING_INVITATIONS);
    assert_int_equal(store_start_mailing(p->store, &m), RESULT_OK);
    assert_int_equal(store_start_mailing(p->store, &again), RESULT_INPUT);
    assert_int_equal(store_set_mailing_state(p->store, m.id, MAILING_PAUSED), RESULT_OK);
    assert_int_equal(store_start_mailing(p->store, &again), RESULT_INPUT);
    assert_int_equal(store_set_mailing_state(p->store, m.id, MAILING_RUNNING), RESULT_OK);
    assert_int_equal(send_all(p, m.id, false), 5);
    assert_int_equal(store_set_mailing_state(p->store, m.id, MAILING_DONE), RESULT_OK);
    assert_int_equal(store_set_mailing_state(p->store, m.id, MAILING_RUNNING), RESULT_INPUT);
    assert_int_equal(store_start_mailing(p->store, &again), RESULT_INPUT); /* everybody was invited */
    struct mailing reminders = mailing_of(&w, MAILING_REMINDERS);
    assert_int_equal(store_start_mailing(p->store, &reminders), RESULT_OK);
    assert_int_equal(get(p, reminders.id).waiting, 5);
}

static void only_those_are_written_to_who_can_be(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 6);
    struct person person, named;
    int found;
    assert_int_equal(store_set_contact(p->store, a.id, "P0@north.example", CONTACT_OPTED_OUT, &found), RESULT_OK);
    assert_int_equal(found, 1);
    assert_int_equal(store_set_contact(p->store, a.id, "p1@north.example", CONTACT_BOUNCED, &found), RESULT_OK);
    assert_int_equal(store_set_contact(p->store, a.id, "nobody@north.example", CONTACT_BOUNCED, &found), RESULT_OK);
    assert_int_equal(found, 0);
    assert_int_equal(store_find_person(p->store, p->arena, a.id, "p2@north.example", &person), RESULT_OK);
    assert_int_equal(store_remove_person(p->store, a.id, person.id), RESULT_OK);
    assert_int_equal(store_find_person(p->store, p->arena, a.id, "p0@north.example", &named), RESULT_OK);
    assert_int_equal(named.contact, CONTACT_OPTED_OUT);
    assert_int_equal(store_put_people(p->store, a.id, &named, 1), RESULT_OK); /* imported again */
    struct mailing m = mailing_of(&w, MAILING_INVITATIONS);
    assert_int_equal(store_start_mailing(p->store, &m), RESULT_OK);
    assert_int_equal(get(p, m.id).waiting, 3);
    /* one more opts out by the link while the mailing runs, one is removed */
    struct invitation v;
    bool wanted;
    assert_int_equal(store_next_delivery(p->store, p->arena, m.id, &v), RESULT_OK);
    assert_int_equal(store_opt_out(p->store, w.id, v.id), RESULT_OK);
    assert_int_equal(store_opt_out(p->store, w.id, id_new()), RESULT_INPUT);
    assert_int_equal(claim(p, m.id, v.id, false, &wanted), RESULT_OK);
    assert_false(wanted);
    assert_int_equal(store_next_delivery(p->store, p->arena, m.id, &v), RESULT_OK);
    assert_int_equal(store_remove_person(p->store, a.id, v.person), RESULT_OK);
    assert_int_equal(claim(p, m.id, v.id, false, &wanted), RESULT_INPUT);
    assert_int_equal(send_all(p, m.id, false), 1);
}

struct sender {
    struct place_on_disk *place;
    struct id mailing;
    int sent[64], claimed;
    struct id *invitations;
};

static void *send_in_parallel(void *argument) {
    struct sender *s = argument;
    for (;;) {
        struct arena *arena = arena_new();
        struct invitation v;
        enum result result = store_next_delivery(s->place->store, arena, s->mailing, &v);
        bool wanted = false;
        if (result == RESULT_OK && claim(s->place, s->mailing, v.id, true, &wanted) == RESULT_OK && wanted) {
            for (int i = 0; i < 64; i++)
                s->sent[i] += id_equal(s->invitations[i], v.id);
            (void)!store_end_delivery(s->place->store, s->mailing, v.id, DELIVERY_DONE, "", 0);
        }
        arena_free(arena);
        if (result != RESULT_OK)
            return NULL;
    }
}

static void eight_senders_write_to_each_person_exactly_once(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 64);
    struct mailing m = mailing_of(&w, MAILING_INVITATIONS);
    struct invitation *list;
    struct id ids[64];
    size_t n;
    assert_int_equal(store_list_invitations(p->store, p->arena, w.id, &list, &n), RESULT_OK);
    assert_int_equal(n, 64);
    for (int i = 0; i < 64; i++)
        ids[i] = list[i].id;
    assert_int_equal(store_start_mailing(p->store, &m), RESULT_OK);
    pthread_t threads[8];
    struct sender senders[8];
    memset(senders, 0, sizeof senders);
    for (int t = 0; t < 8; t++) {
        senders[t].place = p;
        senders[t].mailing = m.id;
        senders[t].invitations = ids;
        assert_int_equal(pthread_create(&threads[t], NULL, send_in_parallel, &senders[t]), 0);
    }
    for (int t = 0; t < 8; t++)
        pthread_join(threads[t], NULL);
    for (int i = 0; i < 64; i++) {
        int sent = 0;
        for (int t = 0; t < 8; t++)
            sent += senders[t].sent[i];
        assert_int_equal(sent, 1);
    }
    assert_int_equal(get(p, m.id).accepted, 64);
    assert_int_equal(get(p, m.id).waiting, 0);
}

static void a_claim_of_a_process_that_died_is_unknown_and_never_sent_again(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 4);
    struct mailing m = mailing_of(&w, MAILING_INVITATIONS), more = mailing_of(&w, MAILING_INVITATIONS);
    struct delivery_problem *problems;
    struct mailing *running;
    struct invitation v;
    bool wanted;
    size_t n;
    assert_int_equal(store_start_mailing(p->store, &m), RESULT_OK);
    assert_int_equal(store_next_delivery(p->store, p->arena, m.id, &v), RESULT_OK);
    assert_int_equal(claim(p, m.id, v.id, true, &wanted), RESULT_OK);
    assert_true(wanted);
    reopen(p);
    assert_int_equal(store_hold(p->store, WORK_MAIL, 60), RESULT_OK);
    assert_int_equal(store_list_mailings_in(p->store, p->arena, MAILING_RUNNING, &running, &n), RESULT_OK);
    assert_int_equal(n, 1);
    assert_int_equal(running[0].unknown, 1);
    assert_int_equal(running[0].waiting, 3);
    assert_int_equal(store_end_delivery(p->store, m.id, v.id, DELIVERY_DONE, "", 0), RESULT_INPUT);
    assert_int_equal(send_all(p, m.id, true), 3);
    assert_int_equal(store_list_delivery_problems(p->store, p->arena, m.id, &problems, &n), RESULT_OK);
    assert_int_equal(n, 1);
    assert_int_equal(problems[0].state, DELIVERY_UNKNOWN);
    assert_string_equal(problems[0].email, v.email);
    assert_int_equal(store_set_mailing_state(p->store, m.id, MAILING_DONE), RESULT_OK);
    assert_int_equal(store_start_mailing(p->store, &more), RESULT_INPUT);
}

static void a_refusal_keeps_the_servers_sentence_and_a_passing_trouble_is_tried_last(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 3);
    struct mailing m = mailing_of(&w, MAILING_INVITATIONS), more = mailing_of(&w, MAILING_INVITATIONS);
    struct delivery_problem *problems;
    struct person_mail *mails;
    struct invitation first, v;
    bool wanted;
    size_t n;
    assert_int_equal(store_start_mailing(p->store, &m), RESULT_OK);
    assert_int_equal(store_next_delivery(p->store, p->arena, m.id, &first), RESULT_OK);
    assert_int_equal(claim(p, m.id, first.id, true, &wanted), RESULT_OK);
    assert_int_equal(store_end_delivery(p->store, m.id, first.id, DELIVERY_WAITING, "451 later", 0), RESULT_OK);
    assert_int_equal(store_next_delivery(p->store, p->arena, m.id, &v), RESULT_OK);
    assert_false(id_equal(first.id, v.id));
    assert_int_equal(claim(p, m.id, v.id, true, &wanted), RESULT_OK);
    assert_int_equal(store_end_delivery(p->store, m.id, v.id, DELIVERY_REFUSED, "550 no such user", 0), RESULT_OK);
    assert_int_equal(store_list_delivery_problems(p->store, p->arena, m.id, &problems, &n), RESULT_OK);
    assert_int_equal(n, 1);
    assert_string_equal(problems[0].sentence, "550 no such user");
    assert_int_equal(send_all(p, m.id, true), 2);
    struct mailing done = get(p, m.id);
    assert_int_equal(done.accepted, 2);
    assert_int_equal(done.refused, 1);
    assert_int_equal(store_list_person_mails(p->store, p->arena, v.person, &mails, &n), RESULT_OK);
    assert_int_equal(n, 1);
    assert_int_equal(mails[0].state, DELIVERY_REFUSED);
    assert_string_equal(mails[0].wave, "1");
    assert_int_equal(store_set_mailing_state(p->store, m.id, MAILING_DONE), RESULT_OK);
    assert_int_equal(store_start_mailing(p->store, &more), RESULT_OK); /* who was refused may be invited anew */
    assert_int_equal(get(p, more.id).waiting, 1);
}

static void a_paused_mailing_and_a_closed_wave_send_nothing(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 2);
    struct mailing m = mailing_of(&w, MAILING_INVITATIONS), late = mailing_of(&w, MAILING_REMINDERS);
    struct invitation v;
    bool wanted = true;
    assert_int_equal(store_start_mailing(p->store, &m), RESULT_OK);
    assert_int_equal(store_next_delivery(p->store, p->arena, m.id, &v), RESULT_OK);
    assert_int_equal(store_set_mailing_state(p->store, m.id, MAILING_PAUSED), RESULT_OK);
    assert_int_equal(claim(p, m.id, v.id, true, &wanted), RESULT_INPUT);
    assert_false(wanted);
    assert_int_equal(store_set_mailing_state(p->store, m.id, MAILING_RUNNING), RESULT_OK);
    assert_int_equal(store_empty_wave(p->store, w.id, 0, NULL, 0, NULL, 0, "2027-02-01"), RESULT_OK);
    assert_int_equal(claim(p, m.id, v.id, true, &wanted), RESULT_INPUT);
    assert_int_equal(store_next_delivery(p->store, p->arena, m.id, &v), RESULT_INPUT);
    assert_int_equal(store_set_mailing_state(p->store, m.id, MAILING_DONE), RESULT_OK);
    assert_int_equal(store_start_mailing(p->store, &late), RESULT_INPUT);
}

/* All rows of the tables that stay, as one text; ids in the place of their rank, since they are random. */
static const char *dump(struct place_on_disk *p, const char *sql) {
    struct buf b = BUF_INIT;
    read_rows(p->store, sql, &b);
    const char *text = arena_copy(p->arena, b.p, b.n);
    buf_free(&b);
    return text;
}

static void a_spared_delivery_looks_like_a_sent_one(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 10);
    struct mailing m = mailing_of(&w, MAILING_REMINDERS);
    struct invitation *list;
    size_t n;
    assert_int_equal(store_list_invitations(p->store, p->arena, w.id, &list, &n), RESULT_OK);
    for (int i = 0; i < 4; i++)
        answer(p, &w, list[i * 2].id);
    assert_int_equal(store_start_mailing(p->store, &m), RESULT_OK);
    assert_int_equal(get(p, m.id).waiting, 10); /* how many waited does not tell either */
    assert_int_equal(send_all(p, m.id, true), 6);
    assert_string_equal(dump(p, "SELECT DISTINCT state, attempts, sentence FROM delivery"), "2 1 \n");
    assert_string_equal(dump(p, "SELECT spared FROM mailing"), "0\n"); /* not while it runs */
    assert_int_equal(get(p, m.id).spared, 4);
    assert_int_equal(get(p, m.id).accepted, 6);
    assert_int_equal(store_set_mailing_state(p->store, m.id, MAILING_DONE), RESULT_OK);
    reopen(p);
    assert_int_equal(get(p, m.id).spared, 4);
    assert_int_equal(get(p, m.id).accepted, 6);
}

static void how_many_were_spared_survives_an_orderly_end(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 3);
    struct mailing m = mailing_of(&w, MAILING_REMINDERS);
    struct invitation v;
    bool wanted;
    assert_int_equal(store_start_mailing(p->store, &m), RESULT_OK);
    assert_int_equal(store_next_delivery(p->store, p->arena, m.id, &v), RESULT_OK);
    answer(p, &w, v.id);
    assert_int_equal(claim(p, m.id, v.id, true, &wanted), RESULT_OK);
    assert_false(wanted);
    reopen(p);
    assert_int_equal(get(p, m.id).spared, 1);
    assert_int_equal(send_all(p, m.id, true), 2);
}

static void reminding_everyone_asks_no_ticket(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 4);
    struct mailing m = mailing_of(&w, MAILING_REMINDERS);
    struct invitation *list;
    size_t n;
    m.everyone = true;
    assert_int_equal(store_list_invitations(p->store, p->arena, w.id, &list, &n), RESULT_OK);
    answer(p, &w, list[0].id);
    assert_int_equal(store_start_mailing(p->store, &m), RESULT_OK);
    assert_true(get(p, m.id).everyone);
    assert_int_equal(send_all(p, m.id, false), 4);
    assert_int_equal(get(p, m.id).spared, 0);
}

static void an_invitation_that_an_answer_made_needless_looks_like_an_accepted_one(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 6);
    struct mailing m = mailing_of(&w, MAILING_INVITATIONS);
    struct invitation v;
    bool wanted;
    assert_int_equal(store_start_mailing(p->store, &m), RESULT_OK);
    for (int i = 0; store_next_delivery(p->store, p->arena, m.id, &v) == RESULT_OK; i++) {
        if (i % 2)
            answer(p, &w, v.id);
        assert_int_equal(claim(p, m.id, v.id, true, &wanted), RESULT_OK);
        assert_int_equal(wanted, i % 2 == 0);
        if (wanted)
            assert_int_equal(store_end_delivery(p->store, m.id, v.id, DELIVERY_DONE, "250 thanks", clock_now()),
                             RESULT_OK);
    }
    assert_string_equal(dump(p, "SELECT DISTINCT state, attempts, sentence, moment % 60, moment > 0 FROM delivery"),
                        "2 1  0 1\n");
    assert_int_equal(get(p, m.id).accepted, 6);
    assert_int_equal(get(p, m.id).spared, 0);
    assert_int_equal(store_set_mailing_state(p->store, m.id, MAILING_DONE), RESULT_OK);
    assert_string_equal(dump(p, "SELECT spared FROM mailing"), "0\n");
}

/* Claims the next delivery and puts it off. */
static struct id put_off(struct place_on_disk *p, struct id mailing, int64_t until) {
    struct invitation v;
    bool wanted;
    assert_int_equal(store_next_delivery(p->store, p->arena, mailing, &v), RESULT_OK);
    assert_int_equal(claim(p, mailing, v.id, true, &wanted), RESULT_OK);
    assert_int_equal(store_end_delivery(p->store, mailing, v.id, DELIVERY_WAITING, "451 later", until), RESULT_OK);
    return v.id;
}

static void a_mailing_that_only_waits_for_retries_stands_in_nobodys_way(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 3);
    struct mailing m = mailing_of(&w, MAILING_INVITATIONS), other = mailing_of(&w, MAILING_REMINDERS);
    struct invitation v;
    struct reach r;
    bool wanted;
    other.everyone = true;
    assert_int_equal(store_start_mailing(p->store, &m), RESULT_OK);
    (void)put_off(p, m.id, 5000);
    assert_int_equal(store_start_mailing(p->store, &other), RESULT_INPUT); /* two were not written to yet */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(store_next_delivery(p->store, p->arena, m.id, &v), RESULT_OK);
        assert_int_equal(claim(p, m.id, v.id, true, &wanted), RESULT_OK);
        assert_int_equal(store_start_mailing(p->store, &other), RESULT_INPUT); /* one is on its way */
        assert_int_equal(store_end_delivery(p->store, m.id, v.id, DELIVERY_DONE, "", 70), RESULT_OK);
    }
    assert_true(mailing_only_retries(&(struct mailing){.waiting = 1, .retrying = 1}));
    assert_int_equal(get(p, m.id).retrying, 1);
    assert_int_equal(get(p, m.id).next_try, 5000);
    assert_int_equal(store_count_reach(p->store, w.id, &r), RESULT_OK);
    assert_int_equal(r.invited, 2);
    assert_int_equal(r.waiting, 1);
    assert_int_equal(store_start_mailing(p->store, &other), RESULT_OK);
    assert_int_equal(get(p, other.id).waiting, 2); /* who waits in the one is not in the other */
}

static void why_the_server_paused_a_mailing_is_kept_until_it_goes_on(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 3);
    struct mailing m = mailing_of(&w, MAILING_INVITATIONS);
    assert_int_equal(store_start_mailing(p->store, &m), RESULT_OK);
    assert_int_equal(store_pause_mailing(p->store, m.id, PAUSE_BARRED, "550 not you"), RESULT_OK);
    reopen(p);
    assert_int_equal(get(p, m.id).state, MAILING_PAUSED);
    assert_int_equal(get(p, m.id).reason, PAUSE_BARRED);
    assert_string_equal(get(p, m.id).sentence, "550 not you");
    assert_int_equal(store_set_mailing_state(p->store, m.id, MAILING_RUNNING), RESULT_OK);
    assert_int_equal(get(p, m.id).reason, PAUSE_ASKED);
    assert_string_equal(get(p, m.id).sentence, "");
    assert_int_equal(store_set_mailing_state(p->store, m.id, MAILING_PAUSED), RESULT_OK);
    assert_int_equal(store_pause_mailing(p->store, m.id, PAUSE_DEADLINE, ""), RESULT_INPUT);
    assert_int_equal(get(p, m.id).reason, PAUSE_ASKED);
}

#define HERE(test) cmocka_unit_test_setup_teardown(test, open_place, close_place)

int main(void) {
    const struct CMUnitTest tests[] = {
        HERE(a_second_click_starts_nothing),
        HERE(only_those_are_written_to_who_can_be),
        HERE(eight_senders_write_to_each_person_exactly_once),
        HERE(a_claim_of_a_process_that_died_is_unknown_and_never_sent_again),
        HERE(a_refusal_keeps_the_servers_sentence_and_a_passing_trouble_is_tried_last),
        HERE(a_paused_mailing_and_a_closed_wave_send_nothing),
        HERE(a_spared_delivery_looks_like_a_sent_one),
        HERE(how_many_were_spared_survives_an_orderly_end),
        HERE(reminding_everyone_asks_no_ticket),
        HERE(an_invitation_that_an_answer_made_needless_looks_like_an_accepted_one),
        HERE(a_mailing_that_only_waits_for_retries_stands_in_nobodys_way),
        HERE(why_the_server_paused_a_mailing_is_kept_until_it_goes_on),
    };
    return run_on_both(tests);
}
