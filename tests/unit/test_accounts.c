/* rooms: store base
 * Accounts, sessions, links, shares, grants, the audit log; and what is changed, removed or kept of assessments. */
#include "store_fixture.h"

#include "store/accounts.h"

static struct account add_account(struct place_on_disk *p, const char *email, enum role role) {
    struct account a = {.id = id_new(),
                        .email = email,
                        .name = "N",
                        .role = role,
                        .language = "",
                        .timezone = "",
                        .password = "hash-1",
                        .created = 1000};
    assert_int_equal(store_add_account(p->store, &a), RESULT_OK);
    return a;
}

static void an_address_is_taken_whatever_its_case(void **state) {
    struct place_on_disk *p = *state;
    struct account a = add_account(p, "claire@example.org", ROLE_PRACTITIONER), found;
    struct account again = a;
    again.id = id_new();
    again.email = "CLAIRE@example.org";
    assert_int_equal(store_add_account(p->store, &again), RESULT_INPUT);
    assert_int_equal(store_find_account(p->store, p->arena, "Claire@Example.org", &found), RESULT_OK);
    assert_true(id_equal(found.id, a.id));
    assert_string_equal(found.email, "claire@example.org");
    assert_int_equal(found.role, ROLE_PRACTITIONER);
    assert_int_equal(found.created, 1000);
    assert_int_equal(store_find_account(p->store, p->arena, "nobody@example.org", &found), RESULT_INPUT);
    assert_int_equal(store_get_account(p->store, p->arena, id_new(), &found), RESULT_INPUT);
}

static void put_session(struct place_on_disk *p, struct id account, int number, int64_t created) {
    struct session s = {.account = account, .created = created, .seen = created, .signed_in = created};
    memset(s.hash, number, sizeof s.hash);
    assert_int_equal(store_put_session(p->store, &s, 3), RESULT_OK);
}

static enum result find_session(struct place_on_disk *p, int number, int64_t now) {
    uint8_t hash[32];
    struct session s;
    struct account a;
    memset(hash, number, sizeof hash);
    return store_find_session(p->store, p->arena, hash, now, 1800, 43200, &s, &a);
}

static void a_session_ends_when_it_is_idle_too_old_or_signed_out(void **state) {
    struct place_on_disk *p = *state;
    struct account a = add_account(p, "a@example.org", ROLE_PRACTITIONER);
    uint8_t hash[32];
    memset(hash, 1, sizeof hash);
    put_session(p, a.id, 1, 10000);
    assert_int_equal(find_session(p, 1, 10000 + 1800), RESULT_OK);
    assert_int_equal(find_session(p, 1, 10000 + 1801), RESULT_INPUT);
    for (int64_t t = 10000; t < 10000 + 43200; t += 1000)
        assert_int_equal(store_touch_session(p->store, hash, t, false), RESULT_OK);
    assert_int_equal(find_session(p, 1, 10000 + 43200), RESULT_OK);
    assert_int_equal(store_touch_session(p->store, hash, 10000 + 43200, false), RESULT_OK);
    assert_int_equal(find_session(p, 1, 10000 + 43201), RESULT_INPUT);
    assert_int_equal(store_drop_session(p->store, hash), RESULT_OK);
    assert_int_equal(find_session(p, 1, 10000), RESULT_INPUT);
    assert_int_equal(store_touch_session(p->store, hash, 10000, false), RESULT_INPUT);
}

static void a_session_is_seen_at_most_once_a_minute_but_proofs_count_at_once(void **state) {
    struct place_on_disk *p = *state;
    struct account a = add_account(p, "a@example.org", ROLE_PRACTITIONER), found;
    struct session s;
    uint8_t hash[32];
    memset(hash, 1, sizeof hash);
    put_session(p, a.id, 1, 10000);
    assert_int_equal(store_touch_session(p->store, hash, 10059, false), RESULT_OK);
    assert_int_equal(store_find_session(p->store, p->arena, hash, 10059, 1800, 43200, &s, &found), RESULT_OK);
    assert_int_equal(s.seen, 10000);
    assert_int_equal(store_touch_session(p->store, hash, 10060, false), RESULT_OK);
    assert_int_equal(store_touch_session(p->store, hash, 10070, true), RESULT_OK);
    assert_int_equal(store_find_session(p->store, p->arena, hash, 10070, 1800, 43200, &s, &found), RESULT_OK);
    assert_int_equal(s.seen, 10070);
    assert_int_equal(s.signed_in, 10070);
    assert_int_equal(s.created, 10000);
    assert_string_equal(found.email, "a@example.org");
}

static void the_oldest_sessions_end_when_there_are_too_many(void **state) {
    struct place_on_disk *p = *state;
    struct account a = add_account(p, "a@example.org", ROLE_PRACTITIONER);
    struct account b = add_account(p, "b@example.org", ROLE_PRACTITIONER);
    put_session(p, b.id, 9, 1);
    for (int i = 1; i <= 5; i++)
        put_session(p, a.id, i, 100 + i);
    for (int i = 1; i <= 5; i++)
        assert_int_equal(find_session(p, i, 110), i <= 2 ? RESULT_INPUT : RESULT_OK);
    assert_int_equal(find_session(p, 9, 110), RESULT_OK);
    put_session(p, a.id, 6, 50); /* a clock that went backwards does not end the newest */
    assert_int_equal(find_session(p, 6, 110), RESULT_OK);
}

static void what_changes_a_proof_ends_the_other_sessions(void **state) {
    struct place_on_disk *p = *state;
    struct account a = add_account(p, "a@example.org", ROLE_PRACTITIONER);
    uint8_t keep[32];
    memset(keep, 2, sizeof keep);
    put_session(p, a.id, 1, 100);
    put_session(p, a.id, 2, 100);
    a.name = "Another";
    assert_int_equal(store_change_account(p->store, &a, NULL), RESULT_OK);
    assert_int_equal(find_session(p, 1, 100), RESULT_OK);
    a.password = "hash-2";
    assert_int_equal(store_change_account(p->store, &a, keep), RESULT_OK);
    assert_int_equal(find_session(p, 1, 100), RESULT_INPUT);
    assert_int_equal(find_session(p, 2, 100), RESULT_OK);
    put_session(p, a.id, 3, 100);
    a.has_totp = true;
    a.totp[0] = 7;
    assert_int_equal(store_change_account(p->store, &a, keep), RESULT_OK);
    assert_int_equal(find_session(p, 3, 100), RESULT_INPUT);
    a.disabled = true;
    assert_int_equal(store_change_account(p->store, &a, NULL), RESULT_OK);
    assert_int_equal(find_session(p, 2, 100), RESULT_INPUT);
    put_session(p, a.id, 4, 100);
    assert_int_equal(find_session(p, 4, 100), RESULT_INPUT);
    a.id = id_new();
    assert_int_equal(store_change_account(p->store, &a, NULL), RESULT_INPUT);
}

static void a_code_counts_once_and_a_new_factor_starts_anew(void **state) {
    struct place_on_disk *p = *state;
    struct account a = add_account(p, "a@example.org", ROLE_PRACTITIONER);
    assert_int_equal(store_use_totp_step(p->store, a.id, 100), RESULT_OK);
    assert_int_equal(store_use_totp_step(p->store, a.id, 100), RESULT_INPUT);
    assert_int_equal(store_use_totp_step(p->store, a.id, 99), RESULT_INPUT);
    assert_int_equal(store_use_totp_step(p->store, a.id, 101), RESULT_OK);
    a.totp[0] = 1;
    a.has_totp = true;
    assert_int_equal(store_change_account(p->store, &a, NULL), RESULT_OK);
    assert_int_equal(store_use_totp_step(p->store, a.id, 101), RESULT_OK);
}

static void a_recovery_code_works_once(void **state) {
    struct place_on_disk *p = *state;
    struct account a = add_account(p, "a@example.org", ROLE_PRACTITIONER);
    uint8_t codes[3][32] = {{1}, {2}, {3}};
    size_t n;
    assert_int_equal(store_put_recovery_codes(p->store, a.id, (const uint8_t(*)[32])codes, 3), RESULT_OK);
    assert_int_equal(store_use_recovery_code(p->store, a.id, codes[1]), RESULT_OK);
    assert_int_equal(store_use_recovery_code(p->store, a.id, codes[1]), RESULT_INPUT);
    assert_int_equal(store_use_recovery_code(p->store, id_new(), codes[0]), RESULT_INPUT);
    assert_int_equal(store_count_recovery_codes(p->store, a.id, &n), RESULT_OK);
    assert_int_equal(n, 2);
    assert_int_equal(store_put_recovery_codes(p->store, a.id, (const uint8_t(*)[32])codes, 1), RESULT_OK);
    assert_int_equal(store_use_recovery_code(p->store, a.id, codes[2]), RESULT_INPUT);
}

static void a_link_works_once_in_time_and_only_the_newest(void **state) {
    struct place_on_disk *p = *state;
    struct account a = add_account(p, "a@example.org", ROLE_PRACTITIONER);
    uint8_t old[32] = {1}, hash[32] = {2};
    struct id found;
    assert_int_equal(store_put_account_link(p->store, old, a.id, 5000), RESULT_OK);
    assert_int_equal(store_put_account_link(p->store, hash, a.id, 5000), RESULT_OK);
    assert_int_equal(store_find_account_link(p->store, old, 100, true, &found), RESULT_INPUT);
    assert_int_equal(store_find_account_link(p->store, hash, 100, false, &found), RESULT_OK);
    assert_true(id_equal(found, a.id));
    assert_int_equal(store_find_account_link(p->store, hash, 5000, true, &found), RESULT_INPUT);
    assert_int_equal(store_find_account_link(p->store, hash, 4999, true, &found), RESULT_OK);
    assert_int_equal(store_find_account_link(p->store, hash, 100, false, &found), RESULT_INPUT);
    assert_int_equal(store_put_account_link(p->store, hash, a.id, 5000), RESULT_OK);
    a.disabled = true;
    assert_int_equal(store_change_account(p->store, &a, NULL), RESULT_OK);
    assert_int_equal(store_find_account_link(p->store, hash, 100, true, &found), RESULT_INPUT);
}

static bool may_work(struct place_on_disk *p, struct id assessment, const struct account *a) {
    bool may = false;
    enum result result = store_may_work(p->store, assessment, a, &may);
    return result == RESULT_OK && may;
}

static void an_assessment_is_for_its_owner_those_it_is_shared_with_and_administrators(void **state) {
    struct place_on_disk *p = *state;
    struct account owner = add_account(p, "o@example.org", ROLE_PRACTITIONER);
    struct account other = add_account(p, "p@example.org", ROLE_PRACTITIONER);
    struct account viewer = add_account(p, "v@example.org", ROLE_VIEWER);
    struct account chief = add_account(p, "c@example.org", ROLE_ADMINISTRATOR);
    struct assessment a = add_assessment(p, "north");
    struct id *shares;
    size_t n;
    assert_false(may_work(p, a.id, &owner));
    a.owner = owner.id;
    assert_int_equal(store_change_assessment(p->store, &a, NULL, 0), RESULT_OK);
    assert_true(may_work(p, a.id, &owner));
    assert_true(may_work(p, a.id, &chief));
    assert_false(may_work(p, a.id, &other));
    assert_int_equal(store_share_assessment(p->store, a.id, other.id, true), RESULT_OK);
    assert_int_equal(store_share_assessment(p->store, a.id, other.id, true), RESULT_OK);
    assert_int_equal(store_share_assessment(p->store, a.id, viewer.id, true), RESULT_OK);
    assert_true(may_work(p, a.id, &other));
    assert_false(may_work(p, a.id, &viewer));
    assert_int_equal(store_list_shares(p->store, p->arena, a.id, &shares, &n), RESULT_OK);
    assert_int_equal(n, 2);
    assert_int_equal(store_share_assessment(p->store, a.id, other.id, false), RESULT_OK);
    assert_false(may_work(p, a.id, &other));
    assert_false(may_work(p, id_new(), &chief));
    chief.disabled = true;
    assert_false(may_work(p, a.id, &chief));
}

static void a_grant_is_for_one_organisation_and_expires(void **state) {
    struct place_on_disk *p = *state;
    struct account viewer = add_account(p, "v@example.org", ROLE_VIEWER);
    struct assessment a = add_assessment(p, "north");
    struct grant by_account = {.id = id_new(),
                               .assessment = a.id,
                               .organisation = "north",
                               .has_account = true,
                               .account = viewer.id,
                               .remark = "their director"};
    struct grant by_link = {
        .id = id_new(), .assessment = a.id, .organisation = "south", .hash = {7}, .expires = 500, .remark = ""};
    struct grant nowhere = {
        .id = id_new(), .assessment = a.id, .organisation = "west", .hash = {8}, .expires = 500, .remark = ""};
    struct grant *list, found;
    size_t n;
    assert_int_equal(store_add_grant(p->store, &by_account), RESULT_OK);
    assert_int_equal(store_add_grant(p->store, &by_link), RESULT_OK);
    assert_int_equal(store_add_grant(p->store, &nowhere), RESULT_INPUT);
    assert_int_equal(store_list_grants(p->store, p->arena, a.id, &list, &n), RESULT_OK);
    assert_int_equal(n, 2);
    assert_int_equal(store_list_grants_of(p->store, p->arena, viewer.id, 1000000, &list, &n), RESULT_OK);
    assert_int_equal(n, 1);
    assert_string_equal(list[0].organisation, "north");
    assert_string_equal(list[0].remark, "their director");
    assert_true(list[0].has_account);
    assert_int_equal(store_find_grant(p->store, p->arena, by_link.hash, 499, &found), RESULT_OK);
    assert_string_equal(found.organisation, "south");
    assert_false(found.has_account);
    assert_int_equal(store_find_grant(p->store, p->arena, by_link.hash, 500, &found), RESULT_INPUT);
    struct day today = {"2027-01-01"};
    assert_int_equal(store_set_assessment_state(p->store, a.id, ASSESSMENT_DELETED, today), RESULT_OK);
    assert_int_equal(store_find_grant(p->store, p->arena, by_link.hash, 499, &found), RESULT_INPUT);
    assert_int_equal(store_list_grants_of(p->store, p->arena, viewer.id, 0, &list, &n), RESULT_OK);
    assert_int_equal(n, 0);
    assert_int_equal(store_drop_grant(p->store, by_link.id), RESULT_OK);
    assert_int_equal(store_drop_grant(p->store, by_link.id), RESULT_INPUT);
    by_account.id = id_new();
    by_account.remark = "once more";
    assert_int_equal(store_add_grant(p->store, &by_account), RESULT_OK);
    assert_int_equal(store_list_grants(p->store, p->arena, a.id, &list, &n), RESULT_OK);
    assert_int_equal(n, 1);
    assert_string_equal(list[0].remark, "once more");
    assert_true(id_equal(list[0].id, by_account.id));
}

static void the_audit_log_lists_the_newest_first_of_one_assessment_or_of_all(void **state) {
    struct place_on_disk *p = *state;
    struct audit acts[] = {{100, "", "assessment_made", "north", 0},
                           {100, "a@example.org", "wave_opened", "north/Baseline", 0},
                           {100, "a@example.org", "wave_opened", "north2/Baseline", 0},
                           {200, "a@example.org", "signed_in", "a@example.org", 0}};
    struct audit *list;
    size_t n;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(store_add_audit(p->store, &acts[i]), RESULT_OK);
    assert_int_equal(store_list_audit(p->store, p->arena, NULL, 100, &list, &n), RESULT_OK);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(list[i].object, acts[3 - i].object);
    assert_int_equal(store_list_audit(p->store, p->arena, "north", 100, &list, &n), RESULT_OK);
    assert_int_equal(n, 2);
    assert_string_equal(list[0].act, "wave_opened");
    assert_int_equal(store_list_audit(p->store, p->arena, NULL, 1, &list, &n), RESULT_OK);
    assert_int_equal(n, 1);
    assert_int_equal(store_drop_old_audit(p->store, 200), RESULT_OK);
    assert_int_equal(store_list_audit(p->store, p->arena, NULL, 100, &list, &n), RESULT_OK);
    assert_int_equal(n, 1);
}

static void the_audit_log_is_turned_page_by_page(void **state) {
    struct place_on_disk *p = *state;
    static const int64_t times[] = {100, 100, 100, 200, 300};
    struct audit *list;
    size_t n;
    for (size_t i = 0; i < 5; i++) {
        const struct audit a = {times[i], "", "wave_opened", i == 3 ? "south" : "north/B", 0};
        assert_int_equal(store_add_audit(p->store, &a), RESULT_OK);
    }
    assert_int_equal(store_list_audit(p->store, p->arena, NULL, 2, &list, &n), RESULT_OK);
    assert_int_equal(n, 2);
    assert_int_equal(list[1].time, 200);
    assert_int_equal(store_list_audit_from(p->store, p->arena, NULL, list[1].time, list[1].number, false, 2, &list, &n),
                     RESULT_OK);
    assert_int_equal(n, 2); /* of one second, the first one is still to come */
    assert_int_equal(list[0].number, 3);
    assert_int_equal(list[1].number, 2);
    assert_int_equal(store_list_audit_from(p->store, p->arena, "north", 100, 1, true, 3, &list, &n), RESULT_OK);
    assert_int_equal(n, 3); /* the nearest, the newest of them first */
    assert_int_equal(list[0].time, 300);
    assert_int_equal(list[2].number, 2);
    assert_int_equal(store_list_audit_from(p->store, p->arena, NULL, 300, 1, true, 3, &list, &n), RESULT_OK);
    assert_int_equal(n, 0);
}

static void what_can_be_repeated_at_will_is_told_once_an_hour(void **state) {
    struct place_on_disk *p = *state;
    struct audit failed = {10000, "", "sign_in_failed", "a@example.org", 0}, *list;
    size_t n;
    for (int i = 0; i < 3; i++, failed.time += 1000)
        assert_int_equal(store_add_audit_once(p->store, &failed, failed.time - 3600), RESULT_OK);
    failed.object = "b@example.org";
    assert_int_equal(store_add_audit_once(p->store, &failed, failed.time - 3600), RESULT_OK);
    failed = (struct audit){13601, "", "sign_in_failed", "a@example.org", 0};
    assert_int_equal(store_add_audit_once(p->store, &failed, failed.time - 3600), RESULT_OK);
    assert_int_equal(store_list_audit(p->store, p->arena, NULL, 100, &list, &n), RESULT_OK);
    assert_int_equal(n, 3);
}

static void what_people_were_promised_stays_once_a_wave_was_opened(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north"), changed;
    struct placeholder_value value = {"innovation", "", "the falls programme"}, *values;
    size_t n;
    a.mode = MODE_CONFIDENTIAL;
    a.min_group = 4;
    a.instrument = "y.ini";
    assert_int_equal(store_change_assessment(p->store, &a, &value, 1), RESULT_OK);
    (void)add_wave(p, &a, "1", 3);
    changed = a;
    changed.mode = MODE_ANONYMOUS;
    assert_int_equal(store_change_assessment(p->store, &changed, &value, 1), RESULT_INPUT);
    changed = a;
    changed.min_group = 3;
    assert_int_equal(store_change_assessment(p->store, &changed, NULL, 0), RESULT_INPUT);
    changed = a;
    changed.min_comments = 9;
    assert_int_equal(store_change_assessment(p->store, &changed, NULL, 0), RESULT_INPUT);
    changed = a;
    changed.instrument = "z.ini";
    assert_int_equal(store_change_assessment(p->store, &changed, NULL, 0), RESULT_INPUT);
    assert_int_equal(store_list_placeholders(p->store, p->arena, a.id, &values, &n), RESULT_OK);
    assert_int_equal(n, 1);
    changed = a;
    changed.title = "Another";
    changed.languages = "en,fr";
    changed.timezone = "America/Toronto";
    changed.min_group = 6;
    changed.min_comments = 12;
    changed.roster_days = 90;
    changed.response_days = 400;
    assert_int_equal(store_change_assessment(p->store, &changed, NULL, 0), RESULT_OK);
    assert_int_equal(store_get_assessment(p->store, p->arena, a.id, &a), RESULT_OK);
    assert_string_equal(a.title, "Another");
    assert_string_equal(a.languages, "en,fr");
    assert_string_equal(a.timezone, "America/Toronto");
    assert_int_equal(a.min_group, 6);
    assert_int_equal(a.min_comments, 12);
    assert_int_equal(a.roster_days, 90);
    assert_int_equal(a.response_days, 400);
    assert_int_equal(store_list_placeholders(p->store, p->arena, a.id, &values, &n), RESULT_OK);
    assert_int_equal(n, 0);
    changed.id = id_new();
    assert_int_equal(store_change_assessment(p->store, &changed, NULL, 0), RESULT_INPUT);
}

static void an_organisation_goes_only_when_nothing_hangs_on_it(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct organisation more[] = {{"parent", "P", "", "", -1}, {"child", "C", "parent", "", -1}}, *list;
    size_t n;
    assert_int_equal(store_put_organisations(p->store, a.id, more, 2), RESULT_OK);
    (void)add_wave(p, &a, "1", 2);
    assert_int_equal(store_remove_organisation(p->store, a.id, "north"), RESULT_INPUT);
    assert_int_equal(store_remove_organisation(p->store, a.id, "parent"), RESULT_INPUT);
    assert_int_equal(store_remove_organisation(p->store, a.id, "nowhere"), RESULT_INPUT);
    assert_int_equal(store_remove_organisation(p->store, a.id, "child"), RESULT_OK);
    assert_int_equal(store_remove_organisation(p->store, a.id, "parent"), RESULT_OK);
    assert_int_equal(store_list_organisations(p->store, p->arena, a.id, &list, &n), RESULT_OK);
    assert_int_equal(n, 2);
}

static void a_removed_person_leaves_no_trace_and_a_ticket_that_works(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 3);
    struct person person;
    struct invitation *list;
    size_t n, named = 0;
    assert_int_equal(store_find_person(p->store, p->arena, a.id, "P1@north.example", &person), RESULT_OK);
    assert_true(count_on_disk(p->folder, "p1@north.example") > 0);
    assert_int_equal(store_remove_person(p->store, a.id, person.id), RESULT_OK);
    assert_int_equal(store_remove_person(p->store, a.id, person.id), RESULT_INPUT);
    assert_int_equal(store_scrub(p->store), RESULT_OK);
    assert_int_equal(count_on_disk(p->folder, "p1@north.example"), 0);
    assert_true(count_on_disk(p->folder, "p2@north.example") > 0);
    assert_int_equal(store_list_invitations(p->store, p->arena, w.id, &list, &n), RESULT_OK);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        named += list[i].email[0] != '\0';
        assert_false(id_equal(list[i].person, person.id));
        answer(p, &w, list[i].id);
    }
    assert_int_equal(named, 2);
}

static void rosters_go_when_no_wave_is_open_and_responses_when_they_are_counted(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 3);
    struct person *people;
    struct response r = {.id = id_new(), .organisation = "north", .unit = "", .answers = str_of("{}")};
    size_t n;
    assert_int_equal(store_drop_rosters(p->store, a.id), RESULT_INPUT);
    assert_int_equal(store_drop_responses(p->store, w.id), RESULT_INPUT);
    assert_int_equal(store_empty_wave(p->store, w.id, 0, &r, 1, NULL, 0, "2027-02-01"), RESULT_OK);
    assert_int_equal(store_mark_closed(p->store, w.id), RESULT_OK);
    assert_int_equal(store_drop_responses(p->store, w.id), RESULT_INPUT);
    assert_int_equal(store_drop_rosters(p->store, a.id), RESULT_OK);
    assert_int_equal(store_list_people(p->store, p->arena, a.id, &people, &n), RESULT_OK);
    assert_int_equal(n, 0);
}

static bool nothing_more(void *context, struct aggregate *out) {
    (void)context;
    (void)out;
    return false;
}

static void responses_go_and_what_they_were_counted_into_stays(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 3);
    struct response r = {.id = id_new(), .organisation = "north", .unit = "", .answers = str_of("{}")};
    struct aggregate_source source = {.n_responses = 1, .version = 1}, kept;
    size_t n = 0;
    assert_int_equal(store_empty_wave(p->store, w.id, 0, &r, 1, NULL, 0, "2027-02-01"), RESULT_OK);
    assert_int_equal(store_mark_closed(p->store, w.id), RESULT_OK);
    assert_int_equal(store_put_aggregates(p->store, w.id, &source, nothing_more, NULL), RESULT_OK);
    assert_int_equal(store_drop_responses(p->store, w.id), RESULT_OK);
    assert_int_equal(store_each_response(p->store, w.id, NULL, count_one_response, &n), RESULT_OK);
    assert_int_equal(n, 0);
    assert_int_equal(store_get_aggregate_source(p->store, w.id, &kept), RESULT_OK);
    assert_int_equal(kept.n_responses, 1);
}

static void a_deleted_assessment_goes_after_its_days_of_grace_and_no_other(void **state) {
    struct place_on_disk *p = *state;
    struct account owner = add_account(p, "o@example.org", ROLE_PRACTITIONER);
    struct assessment gone = add_assessment(p, "gone"), recent = add_assessment(p, "recent"), *list;
    struct assessment kept = add_assessment(p, "kept");
    struct wave w = add_wave(p, &gone, "first-of-gone", 3);
    struct grant g = {.id = id_new(), .assessment = gone.id, .organisation = "north", .hash = {1}, .remark = ""};
    struct invitation *invitations;
    size_t n;
    (void)add_wave(p, &kept, "first-of-kept", 2);
    assert_int_equal(store_add_grant(p->store, &g), RESULT_OK);
    assert_int_equal(store_share_assessment(p->store, gone.id, owner.id, true), RESULT_OK);
    assert_int_equal(store_list_invitations(p->store, p->arena, w.id, &invitations, &n), RESULT_OK);
    answer(p, &w, invitations[0].id);
    struct day early = {"2027-01-01"}, late = {"2027-01-20"}, before = {"2027-01-20"};
    assert_int_equal(store_set_assessment_state(p->store, gone.id, ASSESSMENT_DELETED, early), RESULT_OK);
    assert_int_equal(store_set_assessment_state(p->store, recent.id, ASSESSMENT_DELETED, late), RESULT_OK);
    struct found_ticket found;
    uint8_t hash[32];
    ticket_of(invitations[1].id, hash);
    assert_int_equal(store_find_ticket(p->store, p->arena, hash, &found), RESULT_OK);
    assert_int_equal(found.state, TICKET_CLOSED); /* nobody begins to answer a deleted assessment */
    assert_int_equal(store_delete_assessments(p->store, before), RESULT_OK);
    assert_int_equal(store_scrub(p->store), RESULT_OK);
    assert_int_equal(store_list_assessments(p->store, p->arena, &list, &n), RESULT_OK);
    assert_int_equal(n, 2);
    assert_string_equal(list[0].name, "kept");
    assert_string_equal(list[1].name, "recent");
    assert_string_equal(list[1].deleted, "2027-01-20");
    assert_int_equal(count_on_disk(p->folder, "first-of-gone"), 0);
    assert_true(count_on_disk(p->folder, "first-of-kept") > 0);
    assert_int_equal(store_set_assessment_state(p->store, recent.id, ASSESSMENT_ACTIVE, late), RESULT_OK);
    assert_int_equal(store_get_assessment(p->store, p->arena, recent.id, &recent), RESULT_OK);
    assert_string_equal(recent.deleted, "");
    assert_int_equal(store_set_assessment_state(p->store, gone.id, ASSESSMENT_ACTIVE, late), RESULT_INPUT);
}

#define HERE(test) cmocka_unit_test_setup_teardown(test, open_place, close_place)

int main(void) {
    const struct CMUnitTest tests[] = {
        HERE(an_address_is_taken_whatever_its_case),
        HERE(a_session_ends_when_it_is_idle_too_old_or_signed_out),
        HERE(a_session_is_seen_at_most_once_a_minute_but_proofs_count_at_once),
        HERE(the_oldest_sessions_end_when_there_are_too_many),
        HERE(what_changes_a_proof_ends_the_other_sessions),
        HERE(a_code_counts_once_and_a_new_factor_starts_anew),
        HERE(a_recovery_code_works_once),
        HERE(a_link_works_once_in_time_and_only_the_newest),
        HERE(an_assessment_is_for_its_owner_those_it_is_shared_with_and_administrators),
        HERE(a_grant_is_for_one_organisation_and_expires),
        HERE(the_audit_log_lists_the_newest_first_of_one_assessment_or_of_all),
        HERE(the_audit_log_is_turned_page_by_page),
        HERE(what_can_be_repeated_at_will_is_told_once_an_hour),
        HERE(what_people_were_promised_stays_once_a_wave_was_opened),
        HERE(an_organisation_goes_only_when_nothing_hangs_on_it),
        HERE(a_removed_person_leaves_no_trace_and_a_ticket_that_works),
        HERE(rosters_go_when_no_wave_is_open_and_responses_when_they_are_counted),
        HERE(responses_go_and_what_they_were_counted_into_stays),
        HERE(a_deleted_assessment_goes_after_its_days_of_grace_and_no_other),
    };
    return run_on_both(tests);
}
