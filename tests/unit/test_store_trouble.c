/* rooms: store base
 * Every call of the store on every bad day: whichever single call to the database fails, the store says so, nothing of
 * what was asked is half done, and the same call succeeds as soon as the trouble is over. */
#include "store_fixture.h"
#include "trouble.h"

#include <semaphore.h>

#include "store/accounts.h"
#include "store/care.h"
#include "store/counts.h"
#include "store/engines.h"
#include "store/mailings.h"
#include "store/programs.h"

/* What the acts below are about. They follow each other, each standing on what the earlier ones have left. */
struct life {
    struct place_on_disk *place;
    struct store *s;
    struct arena *arena;
    struct assessment assessment;
    struct wave wave, earlier, emptied;
    struct id person, invitations[3], mailing, grant, account, token, hook;
    struct hook_message message;
    uint8_t hash[32], session[32];
};

static const char nothing[] = "";

static void key_of(uint8_t key[32], int i) {
    memset(key, 'k' + i, 32);
}

static enum result nothing_wrong(enum cast_outcome outcome) {
    return outcome == CAST_FAILED ? RESULT_MACHINE : outcome == CAST_STORED ? RESULT_OK : RESULT_INPUT;
}

static enum result adds_assessment(struct life *l) {
    static const struct placeholder_value values[] = {{"programme", "", "Rounds"}, {"programme", "fr", "Visites"}};
    l->assessment.name = "north";
    l->assessment.title = "North";
    l->assessment.instrument = "x.ini";
    l->assessment.min_group = l->assessment.min_comments = 5;
    return store_add_assessment(l->s, &l->assessment, values, 2);
}

static enum result changes_assessment(struct life *l) {
    static const struct placeholder_value value = {"programme", "", "Rounds, again"};
    struct assessment a = l->assessment;
    a.title = "North again";
    return store_change_assessment(l->s, &a, &value, 1);
}

static enum result archives_assessment(struct life *l) {
    return store_set_assessment_state(l->s, l->assessment.id, ASSESSMENT_ARCHIVED, (struct day){"2027-01-01"});
}

static enum result puts_organisations(struct life *l) {
    const struct organisation list[] = {{"house-a", "House A", "", "", -1}, {"house-b", "House B", "house-a", "", 4}};
    return store_put_organisations(l->s, l->assessment.id, list, 2);
}

static enum result puts_people(struct life *l) {
    const struct person list[] = {
        {.id = l->person, .email = "a@x.example", .name = "A", .organisation = "house-a", .unit = "", .language = ""},
        {.id = l->account, .email = "b@x.example", .name = "B", .organisation = "house-a", .unit = "", .language = ""}};
    return store_put_people(l->s, l->assessment.id, list, 2);
}

static enum result opens_wave(struct life *l) {
    static const struct wave_file files[] = {{"", {"[survey]", 8}}, {"fr", {"[survey]", 8}}};
    static const struct invited invited[] = {{"house-a", 3, 0, false}, {"house-b", 0, 0, false}};
    struct invitation invitations[3];
    struct ticket tickets[3];
    for (int i = 0; i < 3; i++) {
        invitations[i] = (struct invitation){.id = l->invitations[i],
                                             .kind = i == 2 ? INVITATION_ORGANISATION : INVITATION_PERSONAL,
                                             .organisation = "house-a",
                                             .unit = nothing,
                                             .language = nothing,
                                             .person = i == 0 ? l->person : l->account};
        tickets[i] = (struct ticket){.kind = invitations[i].kind,
                                     .organisation = "house-a",
                                     .unit = nothing,
                                     .language = nothing,
                                     .has_pseudonym = i == 0};
        key_of(tickets[i].hash, i);
    }
    l->wave.assessment = l->assessment.id;
    l->wave.label = "First";
    l->wave.opened = "2027-01-01";
    l->wave.until = l->wave.closed = nothing;
    l->wave.min_group = l->wave.min_comments = 5;
    return store_open_wave(l->s, &l->wave, files, 2, invitations, tickets, 3, 3, invited, 2);
}

static enum result extends_wave(struct life *l) {
    return store_extend_wave(l->s, l->wave.id, "2027-02-01");
}

static enum result adopts_files(struct life *l) {
    static const struct wave_file files[] = {{"", {"[survey] ", 9}}, {"fr", {"[survey] ", 9}}};
    uint8_t hash[32] = {1};
    return store_adopt_files(l->s, l->wave.id, l->wave.instrument_hash, hash, files, 2, "2027-01-02");
}

static enum result imports_wave(struct life *l) {
    static const struct wave_file file = {"", {"[survey]", 8}};
    static const struct invited invited = {"house-a", 0, 1, false};
    const struct response responses[] = {
        {id_new(), "house-a", nothing, false, {0}, {"{}", 2}},
        {id_new(), "house-b", nothing, true, {0}, {"{}", 2}},
    };
    const struct comment comments[] = {{id_new(), "house-a", "q", {"Fine", 4}}, {id_new(), "house-b", "q", {"No", 2}}};
    l->earlier.assessment = l->assessment.id;
    l->earlier.label = "Earlier";
    l->earlier.opened = l->earlier.until = l->earlier.closed = "2026-01-01";
    l->earlier.state = WAVE_CLOSED;
    l->earlier.imported = true;
    l->earlier.min_group = l->earlier.min_comments = 5;
    return store_import_wave(l->s, &l->earlier, &file, 1, responses, 2, comments, 2, &invited, 1);
}

static enum result casts(struct life *l) {
    struct cast c = {
        .wave = l->wave.id, .kind = INVITATION_PERSONAL, .organisation = "house-a", .content = {"sealed", 6}};
    key_of(c.ticket, 0);
    key_of(c.key, 0);
    key_of(c.draft, 8);
    return nothing_wrong(store_cast_wait(l->s, &c));
}

static enum result casts_again(struct life *l) {
    const enum result result = casts(l);
    return result == RESULT_INPUT ? RESULT_OK : result;
}

static enum result casts_agreed_rating(struct life *l) {
    struct cast c = {
        .wave = l->wave.id, .kind = INVITATION_ORGANISATION, .organisation = "house-a", .content = {"{}", 2}};
    key_of(c.ticket, 2);
    return nothing_wrong(store_cast_wait(l->s, &c));
}

static enum result draft_result;

static void note_draft(void *context, enum result result) {
    draft_result = result;
    sem_post(context);
}

static enum result puts_draft(struct life *l) {
    uint8_t key[32];
    sem_t over;
    key_of(key, 9);
    sem_init(&over, 0, 0);
    store_put_draft(l->s, l->wave.id, key, str_of("half"), (struct day){"2027-01-01"}, note_draft, &over);
    sem_wait(&over); /* until it was noted */
    sem_destroy(&over);
    return draft_result;
}

static enum result removes_draft(struct life *l) {
    uint8_t key[32];
    key_of(key, 9);
    return store_put_draft_wait(l->s, l->wave.id, key, (struct str){NULL, 0}, (struct day){"2027-01-01"});
}

static enum result drops_old_drafts(struct life *l) {
    return store_drop_old_drafts(l->s, (struct day){"2027-03-01"});
}

static enum result adds_account(struct life *l) {
    const struct account a = {.id = l->account, .email = "p@x.example", .role = ROLE_PRACTITIONER, .created = 1};
    return store_add_account(l->s, &a);
}

static enum result changes_account(struct life *l) {
    const struct account a = {
        .id = l->account, .email = "p@x.example", .name = "P", .role = ROLE_PRACTITIONER, .password = "$argon2id$"};
    return store_change_account(l->s, &a, NULL);
}

static enum result uses_totp_step(struct life *l) {
    return store_use_totp_step(l->s, l->account, 77);
}

static enum result puts_recovery_codes(struct life *l) {
    uint8_t hashes[3][32] = {{1}, {2}, {3}};
    return store_put_recovery_codes(l->s, l->account, (const uint8_t(*)[32])hashes, 3);
}

static enum result uses_recovery_code(struct life *l) {
    const uint8_t hash[32] = {2};
    return store_use_recovery_code(l->s, l->account, hash);
}

static enum result puts_account_link(struct life *l) {
    return store_put_account_link(l->s, l->hash, l->account, 1000);
}

static enum result finds_account_link(struct life *l) {
    struct id whose;
    return store_find_account_link(l->s, l->hash, 10, false, &whose);
}

static enum result uses_account_link(struct life *l) {
    struct id whose;
    return store_find_account_link(l->s, l->hash, 10, true, &whose);
}

static enum result puts_session(struct life *l) {
    struct session t = {.account = l->account, .created = 10, .seen = 10, .signed_in = 10};
    memcpy(t.hash, l->session, 32);
    return store_put_session(l->s, &t, 1);
}

static enum result finds_session(struct life *l) {
    struct session t;
    struct account a;
    return store_find_session(l->s, l->arena, l->session, 20, 3600, 7200, &t, &a);
}

static enum result touches_session(struct life *l) {
    return store_touch_session(l->s, l->session, 2000, true);
}

static enum result drops_session(struct life *l) {
    return store_drop_session(l->s, l->session);
}

static enum result drops_sessions_of(struct life *l) {
    return store_drop_sessions_of(l->s, l->account);
}

static enum result adds_token(struct life *l) {
    struct api_token t = {
        .id = l->token, .account = l->account, .name = "dashboard", .scopes = 1, .created = 10, .expires = 1000};
    memcpy(t.hash, l->hash, 32);
    return store_add_token(l->s, &t, 2);
}

static enum result finds_token(struct life *l) {
    struct api_token t;
    struct account a;
    return store_find_token(l->s, l->arena, l->hash, 10, &t, &a);
}

static enum result lists_tokens(struct life *l) {
    struct api_token *list;
    size_t n;
    return store_list_tokens(l->s, l->arena, NULL, &list, &n);
}

static enum result touches_token(struct life *l) {
    return store_touch_token(l->s, l->token, (struct day){"2027-01-01"});
}

static enum result drops_token(struct life *l) {
    return store_drop_token(l->s, l->token);
}

static enum result drops_tokens_of(struct life *l) {
    return store_drop_tokens_of(l->s, l->account);
}

static enum result begins_reply(struct life *l) {
    struct kept_reply kept;
    return store_begin_reply(l->s, l->arena, l->hash, l->hash, 10, 1, &kept);
}

static enum result finds_reply(struct life *l) {
    const enum result result = begins_reply(l);
    return result == RESULT_INPUT ? RESULT_OK : result;
}

static enum result keeps_reply(struct life *l) {
    return store_keep_reply(l->s, l->hash, 201, "/x", "{}");
}

static enum result forgets_reply(struct life *l) {
    return store_keep_reply(l->s, l->hash, 0, NULL, NULL);
}

static enum result adds_hook(struct life *l) {
    const struct hook h = {.id = l->hook, .account = l->account, .url = "https://x.example/", .created = 10};
    return store_add_hook(l->s, &h, 1);
}

static enum result lists_hooks(struct life *l) {
    struct hook *list;
    size_t n;
    return store_list_hooks(l->s, l->arena, NULL, &list, &n);
}

static enum result adds_hook_message(struct life *l) {
    const struct hook_message m = {.id = id_new(), .event = "wave.closed", .body = "{}", .hook = {.id = l->hook}};
    return store_add_hook_message(l->s, &m, 10);
}

static enum result next_hook_message(struct life *l) {
    return store_next_hook_message(l->s, l->arena, 100, &l->message);
}

static enum result puts_off_hook_message(struct life *l) {
    return store_end_hook_message(l->s, &l->message, 50, "status_500");
}

static enum result ends_hook_message(struct life *l) {
    return store_end_hook_message(l->s, &l->message, 0, "");
}

static enum result drops_hook(struct life *l) {
    return store_drop_hook(l->s, l->account, l->hook);
}

static enum result shares(struct life *l) {
    return store_share_assessment(l->s, l->assessment.id, l->account, true);
}

static enum result unshares(struct life *l) {
    return store_share_assessment(l->s, l->assessment.id, l->account, false);
}

static enum result adds_grant(struct life *l) {
    struct grant g = {.id = l->grant, .assessment = l->assessment.id, .organisation = "house-a", .expires = 1000};
    memcpy(g.hash, l->hash, 32);
    return store_add_grant(l->s, &g);
}

static enum result adds_grant_of_account(struct life *l) {
    struct grant g = {.id = l->mailing,
                      .assessment = l->assessment.id,
                      .organisation = "house-a",
                      .has_account = true,
                      .account = l->account};
    return store_add_grant(l->s, &g);
}

static enum result drops_grant(struct life *l) {
    return store_drop_grant(l->s, l->grant);
}

static enum result adds_audit(struct life *l) {
    return store_add_audit(l->s, &(struct audit){.time = 5, .account = "p@x.example", .act = "a", .object = "north"});
}

static enum result adds_audit_once(struct life *l) {
    return store_add_audit_once(l->s, &(struct audit){.time = 9, .act = "b"}, 1);
}

static enum result drops_old_audit(struct life *l) {
    return store_drop_old_audit(l->s, 6);
}

static enum result starts_mailing(struct life *l) {
    return store_start_mailing(l->s, &(struct mailing){.id = l->mailing,
                                                       .wave = l->wave.id,
                                                       .everyone = true,
                                                       .kind = MAILING_REMINDERS,
                                                       .per_minute = 60,
                                                       .started = 5});
}

static enum result claims_delivery(struct life *l) {
    uint8_t ticket[32];
    bool wanted;
    key_of(ticket, 1);
    return store_claim_delivery(l->s, l->mailing, l->invitations[1], ticket, true, &wanted);
}

static enum result ends_delivery(struct life *l) {
    return store_end_delivery(l->s, l->mailing, l->invitations[1], DELIVERY_REFUSED, NULL, 7);
}

static enum result forgets_claims(struct life *l) {
    return store_hold(l->s, WORK_MAIL, 60);
}

static enum result pauses_mailing(struct life *l) {
    return store_pause_mailing(l->s, l->mailing, PAUSE_BARRED, "No");
}

static enum result ends_mailing(struct life *l) {
    return store_set_mailing_state(l->s, l->mailing, MAILING_DONE);
}

static enum result sets_contact(struct life *l) {
    int found;
    return store_set_contact(l->s, l->assessment.id, "a@x.example", CONTACT_BOUNCED, &found);
}

static enum result opts_out(struct life *l) {
    return store_opt_out(l->s, l->wave.id, l->invitations[1]);
}

static enum result empties_wave(struct life *l) {
    const struct response response = {l->grant, "house-a", nothing, false, {0}, {"{}", 2}};
    const struct comment comment = {l->grant, "house-a", "q", {"Fine", 4}};
    return store_empty_wave(l->s, l->wave.id, 1, &response, 1, &comment, 1, "2027-02-01");
}

static enum result marks_closed(struct life *l) {
    return store_mark_closed(l->s, l->wave.id);
}

static bool next_aggregate(void *context, struct aggregate *out) {
    int *i = context;
    static const char *const names[] = {"", "one", "two"};
    *out =
        (struct aggregate){nothing, nothing, *i ? "item" : "response", names[*i % 3], 3, {"{\"1\":3}", 7}, {"{}", 2}};
    return (*i)++ < 3;
}

static enum result puts_aggregates(struct life *l) {
    const struct aggregate_source source = {1, {1}, 1};
    int i = 0;
    return store_put_aggregates(l->s, l->wave.id, &source, next_aggregate, &i);
}

static enum result puts_published(struct life *l) {
    const struct published list[] = {{"", {"[]", 2}}, {"house-a", {"[]", 2}}};
    return store_put_published(l->s, l->wave.id, list, 2);
}

static enum result settles(struct life *l) {
    int paused;
    return store_settle(l->s, &paused);
}

static enum result drops_responses(struct life *l) {
    return store_drop_responses(l->s, l->wave.id);
}

static enum result removes_person(struct life *l) {
    return store_remove_person(l->s, l->assessment.id, l->person);
}

static enum result drops_rosters(struct life *l) {
    return store_drop_rosters(l->s, l->assessment.id);
}

static enum result adds_organisation_of_no_wave(struct life *l) {
    const struct organisation o = {"house-c", "House C", "", "", -1};
    return store_put_organisations(l->s, l->assessment.id, &o, 1);
}

static enum result removes_organisation(struct life *l) {
    return store_remove_organisation(l->s, l->assessment.id, "house-c");
}

static enum result deletes_assessment(struct life *l) {
    return store_set_assessment_state(l->s, l->assessment.id, ASSESSMENT_DELETED, (struct day){"2027-01-01"});
}

static enum result deletes_for_good(struct life *l) {
    return store_delete_assessments(l->s, (struct day){"2028-01-01"});
}

/* Reading. */

static enum result finds_assessment(struct life *l) {
    struct assessment a;
    return store_find_assessment(l->s, l->arena, "north", &a);
}

static enum result gets_assessment(struct life *l) {
    struct assessment a;
    return store_get_assessment(l->s, l->arena, l->assessment.id, &a);
}

#define LISTS(name, type, call)                                                                                        \
    static enum result name(struct life *l) {                                                                          \
        type *out;                                                                                                     \
        size_t n;                                                                                                      \
        return call;                                                                                                   \
    }

LISTS(lists_assessments, struct assessment, store_list_assessments(l->s, l->arena, &out, &n))
LISTS(lists_placeholders, struct placeholder_value, store_list_placeholders(l->s, l->arena, l->assessment.id, &out, &n))
LISTS(lists_organisations, struct organisation, store_list_organisations(l->s, l->arena, l->assessment.id, &out, &n))
LISTS(lists_people, struct person, store_list_people(l->s, l->arena, l->assessment.id, &out, &n))
LISTS(lists_waves, struct wave, store_list_waves(l->s, l->arena, l->assessment.id, &out, &n))
LISTS(lists_waves_in, struct wave, store_list_waves_in(l->s, l->arena, WAVE_OPEN, &out, &n))
LISTS(lists_wave_files, struct wave_file, store_list_wave_files(l->s, l->arena, l->wave.id, &out, &n))
LISTS(lists_files_before, struct file_before, store_list_files_before(l->s, l->arena, l->wave.id, &out, &n))
LISTS(lists_invitations, struct invitation, store_list_invitations(l->s, l->arena, l->wave.id, &out, &n))
LISTS(lists_invited, struct invited, store_list_invited(l->s, l->arena, l->wave.id, &out, &n))
LISTS(lists_days, struct day_count, store_list_days(l->s, l->arena, l->wave.id, &out, &n))
LISTS(lists_published, struct published, store_list_published(l->s, l->arena, l->wave.id, &out, &n))
LISTS(lists_accounts, struct account, store_list_accounts(l->s, l->arena, &out, &n))
LISTS(lists_shares, struct id, store_list_shares(l->s, l->arena, l->assessment.id, &out, &n))
LISTS(lists_grants, struct grant, store_list_grants(l->s, l->arena, l->assessment.id, &out, &n))
LISTS(lists_grants_of, struct grant, store_list_grants_of(l->s, l->arena, l->account, 10, &out, &n))
LISTS(lists_audit, struct audit, store_list_audit(l->s, l->arena, NULL, 9, &out, &n))
LISTS(lists_audit_from, struct audit, store_list_audit_from(l->s, l->arena, "north", 1, 0, true, 9, &out, &n))
LISTS(lists_mailings, struct mailing, store_list_mailings(l->s, l->arena, l->wave.id, &out, &n))
LISTS(lists_mailings_in, struct mailing, store_list_mailings_in(l->s, l->arena, MAILING_RUNNING, &out, &n))
LISTS(lists_problems, struct delivery_problem, store_list_delivery_problems(l->s, l->arena, l->mailing, &out, &n))
LISTS(lists_deliveries, struct delivery,
      store_list_deliveries(l->s, l->arena, l->mailing, OUTCOME_ANY, NULL, 9, &out, &n))
LISTS(lists_person_mails, struct person_mail, store_list_person_mails(l->s, l->arena, l->person, &out, &n))

static enum result finds_person(struct life *l) {
    struct person p;
    return store_find_person(l->s, l->arena, l->assessment.id, "a@x.example", &p);
}

static enum result gets_wave(struct life *l) {
    struct wave w;
    return store_get_wave(l->s, l->arena, l->wave.id, &w);
}

static enum result finds_ticket(struct life *l) {
    struct found_ticket t;
    uint8_t key[32];
    key_of(key, 0);
    return store_find_ticket(l->s, l->arena, key, &t);
}

static enum result has_ballot(struct life *l) {
    uint8_t key[32];
    bool has;
    key_of(key, 0);
    return store_has_ballot(l->s, l->wave.id, key, &has);
}

static enum result has_organisation_answer(struct life *l) {
    bool has;
    return store_has_organisation_answer(l->s, l->wave.id, "house-a", &has);
}

static enum result finds_draft(struct life *l) {
    struct str content;
    uint8_t key[32];
    key_of(key, 9);
    return store_find_draft(l->s, l->arena, l->wave.id, key, &content);
}

static bool take_ballot(void *context, struct str sealed) {
    ++*(size_t *)context;
    return sealed.n > 0;
}

static enum result reads_ballots(struct life *l) {
    size_t n = 0;
    return store_each_ballot(l->s, l->wave.id, take_ballot, &n);
}

static bool take_response(void *context, const struct response *r) {
    ++*(size_t *)context;
    return r->organisation[0];
}

static enum result reads_responses(struct life *l) {
    size_t n = 0;
    return store_each_response(l->s, l->earlier.id, NULL, take_response, &n);
}

static enum result reads_responses_of_one(struct life *l) {
    size_t n = 0;
    return store_each_response(l->s, l->earlier.id, "house-a", take_response, &n);
}

static bool take_comment(void *context, const struct comment *c) {
    ++*(size_t *)context;
    return c->text.n > 0;
}

static enum result reads_comments(struct life *l) {
    size_t n = 0;
    return store_each_comment(l->s, l->earlier.id, NULL, take_comment, &n);
}

static bool take_rating(void *context, const char *organisation, struct str answers) {
    ++*(size_t *)context;
    return organisation[0] && answers.n;
}

static enum result reads_ratings(struct life *l) {
    size_t n = 0;
    return store_each_organisation_answer(l->s, l->wave.id, take_rating, &n);
}

static bool take_aggregate(void *context, const struct aggregate *a) {
    ++*(size_t *)context;
    return a->n > 0;
}

static enum result reads_aggregates(struct life *l) {
    size_t n = 0;
    return store_each_aggregate(l->s, l->wave.id, NULL, NULL, NULL, take_aggregate, &n);
}

static enum result gets_source(struct life *l) {
    struct aggregate_source source;
    return store_get_aggregate_source(l->s, l->wave.id, &source);
}

static enum result gets_account(struct life *l) {
    struct account a;
    return store_get_account(l->s, l->arena, l->account, &a);
}

static enum result finds_account(struct life *l) {
    struct account a;
    return store_find_account(l->s, l->arena, "p@x.example", &a);
}

static enum result counts_recovery_codes(struct life *l) {
    size_t n;
    return store_count_recovery_codes(l->s, l->account, &n);
}

static enum result may_work(struct life *l) {
    const struct account a = {.id = l->account, .role = ROLE_PRACTITIONER};
    bool may;
    return store_may_work(l->s, l->assessment.id, &a, &may);
}

static enum result finds_grant(struct life *l) {
    struct grant g;
    return store_find_grant(l->s, l->arena, l->hash, 10, &g);
}

static enum result finds_audit(struct life *l) {
    struct audit a;
    return store_find_audit(l->s, l->arena, "b", "", &a);
}

static enum result gets_mailing(struct life *l) {
    struct mailing m;
    return store_get_mailing(l->s, l->arena, l->mailing, &m);
}

static enum result next_delivery(struct life *l) {
    struct invitation v;
    return store_next_delivery(l->s, l->arena, l->mailing, &v);
}

static enum result counts_outcomes(struct life *l) {
    int counts[OUTCOMES];
    return store_count_outcomes(l->s, l->mailing, counts);
}

static enum result counts_retries(struct life *l) {
    int n;
    const char *sentence;
    return store_count_retries(l->s, l->arena, l->mailing, &n, &sentence);
}

static enum result counts_reach(struct life *l) {
    struct reach reach;
    return store_count_reach(l->s, l->wave.id, &reach);
}

static enum result counts_answers(struct life *l) {
    struct wave_counts counts;
    return store_count_answers(l->s, l->arena, &l->wave, &counts);
}

/* Of a wave of which nothing was kept. */
static enum result asks_whether_destroyed(struct life *l) {
    const struct wave none = {.id = l->mailing, .state = WAVE_CLOSED};
    bool destroyed;
    return store_is_destroyed(l->s, &none, &destroyed);
}

/* A database that cannot be read through is called damaged, with the library's words. */
static enum result checks(struct life *l) {
    struct kept kept;
    struct findings *findings = findings_new();
    const enum result result = store_check(l->s, l->arena, &kept, findings);
    const bool damaged = findings_have(findings, "check_damaged", 0);
    findings_free(findings);
    return damaged ? RESULT_MACHINE : result;
}

static const struct act {
    const char *name;
    enum result (*go)(struct life *l);
    bool may_succeed; /* though its last call, which only tidies up, failed */
} acts[] = {
#define ACT(name)                                                                                                      \
    { #name, name, false }
    ACT(adds_assessment),
    ACT(finds_assessment),
    ACT(gets_assessment),
    ACT(lists_assessments),
    ACT(changes_assessment),
    ACT(archives_assessment),
    ACT(lists_placeholders),
    ACT(puts_organisations),
    ACT(lists_organisations),
    ACT(puts_people),
    ACT(lists_people),
    ACT(finds_person),
    ACT(opens_wave),
    ACT(adopts_files),
    ACT(lists_files_before),
    ACT(extends_wave),
    ACT(imports_wave),
    ACT(lists_waves),
    ACT(lists_waves_in),
    ACT(gets_wave),
    ACT(lists_wave_files),
    ACT(lists_invitations),
    ACT(lists_invited),
    ACT(finds_ticket),
    ACT(casts),
    ACT(casts_again),
    ACT(casts_agreed_rating),
    ACT(has_ballot),
    ACT(has_organisation_answer),
    ACT(lists_days),
    ACT(counts_answers),
    ACT(puts_draft),
    ACT(finds_draft),
    ACT(removes_draft),
    ACT(drops_old_drafts),
    ACT(adds_account),
    ACT(changes_account),
    ACT(gets_account),
    ACT(finds_account),
    ACT(lists_accounts),
    ACT(uses_totp_step),
    ACT(puts_recovery_codes),
    ACT(uses_recovery_code),
    ACT(counts_recovery_codes),
    ACT(puts_account_link),
    ACT(finds_account_link),
    ACT(uses_account_link),
    ACT(puts_session),
    ACT(finds_session),
    ACT(touches_session),
    ACT(drops_session),
    ACT(drops_sessions_of),
    ACT(adds_token),
    ACT(finds_token),
    ACT(lists_tokens),
    ACT(touches_token),
    ACT(begins_reply),
    ACT(finds_reply),
    ACT(keeps_reply),
    ACT(forgets_reply),
    ACT(adds_hook),
    ACT(lists_hooks),
    ACT(adds_hook_message),
    ACT(next_hook_message),
    ACT(puts_off_hook_message),
    ACT(ends_hook_message),
    ACT(adds_hook_message), /* which goes with its address */
    ACT(drops_hook),
    ACT(drops_token),
    ACT(drops_tokens_of),
    ACT(shares),
    ACT(lists_shares),
    ACT(may_work),
    ACT(unshares),
    ACT(adds_grant),
    ACT(adds_grant_of_account),
    ACT(lists_grants),
    ACT(lists_grants_of),
    ACT(finds_grant),
    ACT(drops_grant),
    ACT(adds_audit),
    ACT(adds_audit_once),
    ACT(lists_audit),
    ACT(lists_audit_from),
    ACT(finds_audit),
    ACT(drops_old_audit),
    ACT(starts_mailing),
    ACT(gets_mailing),
    ACT(lists_mailings),
    ACT(lists_mailings_in),
    ACT(next_delivery),
    ACT(claims_delivery),
    ACT(ends_delivery),
    ACT(forgets_claims),
    ACT(lists_problems),
    ACT(lists_deliveries),
    ACT(counts_outcomes),
    ACT(counts_retries),
    ACT(counts_reach),
    ACT(lists_person_mails),
    ACT(pauses_mailing),
    ACT(ends_mailing),
    ACT(sets_contact),
    ACT(opts_out),
    ACT(reads_ballots),
    ACT(empties_wave),
    ACT(marks_closed),
    ACT(puts_aggregates),
    ACT(reads_aggregates),
    ACT(gets_source),
    ACT(puts_published),
    ACT(puts_published),
    ACT(lists_published),
    ACT(reads_responses),
    ACT(reads_responses_of_one),
    ACT(reads_comments),
    ACT(reads_ratings),
    ACT(asks_whether_destroyed),
    {"checks", checks, true},
    ACT(settles),
    ACT(drops_responses),
    ACT(removes_person),
    ACT(drops_rosters),
    ACT(adds_organisation_of_no_wave),
    ACT(removes_organisation),
    ACT(deletes_assessment),
    ACT(deletes_for_good),
};

/* Everything that is kept, as a hash. */
static void digest(const char *path, uint8_t out[32]) {
    sqlite3 *db;
    sqlite3_stmt *tables, *q;
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, 32);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", -1, &tables, NULL);
    while (sqlite3_step(tables) == SQLITE_ROW) {
        char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", sqlite3_column_text(tables, 0));
        sqlite3_prepare_v2(db, sql, -1, &q, NULL);
        while (sqlite3_step(q) == SQLITE_ROW)
            for (int i = 0; i < sqlite3_column_count(q); i++) {
                const size_t n = (size_t)sqlite3_column_bytes(q, i);
                crypto_generichash_update(&state, (const unsigned char *)&n, sizeof n);
                crypto_generichash_update(&state, sqlite3_column_blob(q, i), n);
            }
        sqlite3_finalize(q);
        sqlite3_free(sql);
    }
    sqlite3_finalize(tables);
    sqlite3_close(db);
    crypto_generichash_final(&state, out, 32);
}

/* With connections and statements that nobody has used yet, and nothing to do but what is asked. */
static void begin_anew(struct life *l) {
    reopen(l->place);
    l->s = l->place->store;
    assert_int_equal(store_scrub(l->s), RESULT_OK);
}

static void do_with_trouble(struct life *l, const struct act *act) {
    for (int n = 1;; n++) {
        uint8_t before[32], after[32];
        begin_anew(l);
        digest(l->place->path, before);
        trouble_at(TROUBLE_DATABASE, n, 1);
        const enum result result = act->go(l);
        if (!trouble_over()) {
            if (result != RESULT_OK)
                fail_msg("%s does not succeed without trouble either", act->name);
            return;
        }
        if (result != RESULT_MACHINE && !(act->may_succeed && result == RESULT_OK))
            fail_msg("%s gives %d though call %d failed", act->name, (int)result, n);
        digest(l->place->path, after);
        if (memcmp(before, after, sizeof before) != 0)
            fail_msg("%s is half done after call %d failed", act->name, n);
    }
}

static void begin_life(struct life *l, struct place_on_disk *place) {
    struct id *const ids[] = {&l->assessment.id,  &l->wave.id,        &l->earlier.id, &l->person,
                              &l->mailing,        &l->grant,          &l->account,    &l->invitations[0],
                              &l->invitations[1], &l->invitations[2], &l->token,      &l->hook};
    *l = (struct life){.place = place, .arena = place->arena, .hash = {7}, .session = {8}};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        *ids[i] = id_new();
}

static void whichever_call_fails_it_is_said_and_nothing_is_half_done(void **state) {
    struct life l;
    begin_life(&l, *state);
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        do_with_trouble(&l, &acts[i]);
}

/* Of these, whatever is asked for or is to be changed must be there. */
static const struct act needy[] = {
    ACT(finds_assessment),
    ACT(gets_assessment),
    ACT(changes_assessment),
    ACT(archives_assessment),
    ACT(finds_person),
    ACT(extends_wave),
    ACT(adopts_files),
    ACT(gets_wave),
    ACT(finds_ticket),
    ACT(casts),
    ACT(casts_agreed_rating),
    ACT(finds_draft),
    ACT(changes_account),
    ACT(gets_account),
    ACT(finds_account),
    ACT(uses_totp_step),
    ACT(uses_recovery_code),
    ACT(finds_account_link),
    ACT(uses_account_link),
    ACT(finds_session),
    ACT(touches_session),
    ACT(finds_token),
    ACT(drops_token),
    ACT(next_hook_message),
    ACT(drops_hook),
    ACT(may_work),
    ACT(adds_grant),
    ACT(adds_grant_of_account),
    ACT(finds_grant),
    ACT(drops_grant),
    ACT(finds_audit),
    ACT(starts_mailing),
    ACT(gets_mailing),
    ACT(next_delivery),
    ACT(claims_delivery),
    ACT(ends_delivery),
    ACT(pauses_mailing),
    ACT(ends_mailing),
    ACT(opts_out),
    ACT(empties_wave),
    ACT(marks_closed),
    ACT(gets_source),
    ACT(drops_responses),
    ACT(removes_person),
    ACT(removes_organisation),
    ACT(deletes_assessment),
};

static void what_is_not_there_is_said_not_to_be_there(void **state) {
    struct life l;
    uint8_t before[32], after[32];
    begin_life(&l, *state);
    begin_anew(&l);
    digest(l.place->path, before);
    for (size_t i = 0; i < sizeof needy / sizeof *needy; i++) {
        const enum result result = needy[i].go(&l);
        if (result != RESULT_INPUT)
            fail_msg("%s gives %d where there is nothing", needy[i].name, (int)result);
    }
    digest(l.place->path, after);
    assert_memory_equal(before, after, sizeof before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whichever_call_fails_it_is_said_and_nothing_is_half_done, open_place,
                                        close_place),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_said_not_to_be_there, open_place, close_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
