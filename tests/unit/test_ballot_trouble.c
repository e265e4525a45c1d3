/* rooms: collect instrument store base
 * Links, ballots, drafts and keys on a bad day: what was mistyped, damaged or is somebody else's opens nothing;
 * whatever call fails while people answer or a wave is closed, it is said, and doing it again comes to the same end. */
#include "store_fixture.h"
#include "trouble.h"

#include <sys/stat.h>

#include "base/file.h"
#include "collect/ballot.h"
#include "collect/coarsen.h"
#include "collect/inside.h"
#include "collect/safekeeping.h"
#include "instrument/loader.h"

static const char questions[] =
    "[survey]\nschema = 1\nname = small\nversion = 1\ntitle = Small\nlanguage = en\nlicence = CC-BY-4.0\n"
    "[scale.agree]\n1 = No\n2 = Yes\nna = \"Does not apply\"\nneither_of_them = \"Neither\"\n"
    "[construct.lead]\nlabel = Leaders\nlevel = organisation\nanswered_by = both\nscale = agree\n"
    "item.lead1 = \"Leaders make time.\"\n"
    "[question.obstacle]\ntype = text\nlabel = \"What stands in the way?\"\nrows = 3\ncomment = yes\n"
    "[question.role]\ntype = choice\nlabel = \"Role\"\nchoices = a: \"A\" | bb: \"B\"\n";

enum { PEOPLE = 5 };

struct room {
    struct place_on_disk *p;
    struct arena *arena;
    const char *keys;
    const struct instrument *instrument;
    struct collect *c;
    struct assessment a;
};

static const struct instrument *read_instrument(const char *text) {
    const struct instrument *instrument;
    const struct instrument_file file = {"", str_of(text)};
    struct findings *findings = findings_new();
    const enum result result = instrument_parse(&instrument, "small", &file, 1, findings);
    for (size_t i = 0; result != RESULT_OK && i < findings_total(findings); i++)
        print_error("line %d: %s\n", findings_at(findings, i)->place.line, findings_at(findings, i)->code);
    findings_free(findings);
    assert_int_equal(result, RESULT_OK);
    return instrument;
}

static int open_room(void **state) {
    void *place;
    trouble_over(); /* of a test that failed */
    if (open_place(&place) != 0)
        return -1;
    struct room *r = mem_alloc(sizeof *r);
    r->p = place;
    r->arena = r->p->arena;
    r->keys = arena_printf(r->arena, "%s/keys", r->p->folder);
    r->instrument = read_instrument(questions);
    *state = r;
    if (collect_new(&r->c, r->p->store, r->keys, NULL) != RESULT_OK)
        return -1;
    r->a = (struct assessment){.id = id_new(),
                               .name = "x",
                               .title = "X",
                               .instrument = "small",
                               .mode = MODE_CONFIDENTIAL,
                               .min_group = PEOPLE,
                               .min_comments = PEOPLE};
    const struct organisation list[] = {{"all", "All", "", "", -1}, {"north", "North", "all", "", -1}};
    struct person people[PEOPLE];
    for (int i = 0; i < PEOPLE; i++)
        people[i] = (struct person){.id = id_new(),
                                    .email = arena_printf(r->arena, "p%d@x.example", i),
                                    .name = "",
                                    .organisation = "north",
                                    .unit = i % 2 ? "day" : "night",
                                    .language = ""};
    return store_add_assessment(r->p->store, &r->a, NULL, 0) == RESULT_OK &&
                   store_put_organisations(r->p->store, r->a.id, list, 2) == RESULT_OK &&
                   store_put_people(r->p->store, r->a.id, people, PEOPLE) == RESULT_OK
               ? 0
               : -1;
}

static int close_room(void **state) {
    struct room *r = *state;
    void *place = r->p;
    collect_free(r->c);
    instrument_release(r->instrument);
    free(r);
    return close_place(&place);
}

struct opened {
    struct wave wave;
    struct link *links;
    size_t n;
};

static struct opened open_wave(struct room *r) {
    static const struct new_wave request = {.open_links = OPEN_LINKS_ALL};
    struct opened o;
    assert_int_equal(collect_open_wave(r->c, &r->a, r->instrument, &request, &o.wave, r->arena, NULL), RESULT_OK);
    assert_int_equal(collect_links(r->c, &o.wave, r->arena, &o.links, &o.n, NULL), RESULT_OK);
    return o;
}

static const char *token_of(const struct opened *o, enum invitation_kind kind, size_t nth) {
    for (size_t i = 0; i < o->n; i++)
        if (o->links[i].invitation.kind == kind && nth-- == 0)
            return o->links[i].token;
    fail_msg("no such link");
    return NULL;
}

static void note_cast(void *context, enum cast_outcome outcome) {
    enum cast_outcome *out = context;
    *out = outcome;
}

static struct answers *some_answers(struct room *r) {
    struct answers *answers = answers_new(r->arena, r->instrument);
    assert_true(answers_read_json(answers, str_of("{\"lead1\":2,\"obstacle\":\"No time\"}"), r->arena));
    return answers;
}

/* What the writer notes is there once it has done something else after it. */
static void settle(struct room *r) {
    assert_int_equal(store_drop_old_drafts(r->p->store, (struct day){"2000-01-01"}), RESULT_OK);
}

static void answer_link(struct room *r, const char *token) {
    struct sitting s;
    enum cast_outcome outcome = CAST_FAILED;
    assert_int_equal(collect_find(r->c, r->arena, token, &s), RESULT_OK);
    assert_int_equal(s.state, SITTING_OPEN);
    collect_cast(r->c, &s, some_answers(r), NULL, note_cast, &outcome);
    settle(r);
    assert_int_equal(outcome, CAST_STORED);
    sitting_end(&s);
}

static void answer_all(struct room *r, const struct opened *o) {
    for (size_t i = 0; i < PEOPLE; i++)
        answer_link(r, token_of(o, INVITATION_PERSONAL, i));
}

static struct wave now(struct room *r, const struct opened *o) {
    struct wave wave;
    assert_int_equal(store_get_wave(r->p->store, r->arena, o->wave.id, &wave), RESULT_OK);
    return wave;
}

static bool count_response(void *context, const struct response *response) {
    ++*(size_t *)context;
    return response->organisation[0] != 0;
}

static size_t responses_of(struct room *r, const struct opened *o) {
    size_t n = 0;
    assert_int_equal(store_each_response(r->p->store, o->wave.id, NULL, count_response, &n), RESULT_OK);
    return n;
}

/* A server that starts again finishes what was begun. */
static void start_again(struct room *r) {
    collect_free(r->c);
    reopen(r->p);
    assert_int_equal(collect_new(&r->c, r->p->store, r->keys, NULL), RESULT_OK);
    assert_int_equal(store_scrub(r->p->store), RESULT_OK); /* so that the writer does nothing by itself meanwhile */
}

/* Cleaning tries again by itself. */
static void wait_until_closed(struct room *r, const struct opened *o) {
    for (int tries = 0; tries < 100 && now(r, o).state != WAVE_CLOSED; tries++)
        usleep(100000);
    assert_int_equal(now(r, o).state, WAVE_CLOSED);
}

static void close_with_trouble(struct room *r, int kinds) {
    for (int n = 1;; n++) {
        struct closing closing;
        struct opened o = open_wave(r);
        answer_all(r, &o);
        start_again(r);
        trouble_at(kinds, n, 1);
        const enum result result = collect_close_wave(r->c, &o.wave, NULL, &closing, NULL);
        const bool met = trouble_over();
        struct wave wave = now(r, &o);
        if (result != RESULT_OK && wave.state == WAVE_OPEN)
            assert_int_equal(responses_of(r, &o), 0);
        if (result != RESULT_OK && wave.state != WAVE_CLOSED)
            assert_int_equal(collect_close_wave(r->c, &wave, NULL, &closing, NULL), RESULT_OK);
        start_again(r);
        wait_until_closed(r, &o);
        assert_int_equal(responses_of(r, &o), PEOPLE);
        assert_int_equal(collect_check_key(r->keys, &(struct kept_wave){.id = o.wave.id}, &(bool){false}, NULL),
                         RESULT_INPUT);
        if (!met) {
            assert_int_equal(result, RESULT_OK);
            return;
        }
    }
}

static void a_closing_that_was_cut_short_by_the_database_is_finished_with_every_answer(void **state) {
    close_with_trouble(*state, TROUBLE_DATABASE);
}

static void a_closing_that_was_cut_short_by_the_disk_is_finished_with_every_answer(void **state) {
    close_with_trouble(*state, TROUBLE_FILES);
}

struct between {
    struct collect *others; /* of another program */
    struct room *r;
    struct opened *o;
    struct cast cast;
    enum cast_outcome outcome;
    bool close;
};

static void come_between(void *context) {
    struct between *b = context;
    struct closing closing;
    if (!b->close)
        b->outcome = store_cast_wait(b->r->p->store, &b->cast);
    else if (collect_close_wave(b->others, &b->o->wave, NULL, &closing, NULL) == RESULT_OK)
        b->outcome = CAST_STORED;
}

static struct cast late_ballot(struct room *r, const struct opened *o, struct str sealed) {
    struct sitting s;
    struct cast cast = {.wave = o->wave.id, .kind = INVITATION_OPEN, .organisation = "north", .content = sealed};
    assert_int_equal(collect_find(r->c, r->arena, token_of(o, INVITATION_OPEN, 0), &s), RESULT_OK);
    sitting_begin(&s);
    sitting_begin(&s); /* once is enough */
    memcpy(cast.ticket, s.ticket.hash, 32);
    token_hash(s.token, cast.key);
    sitting_end(&s);
    return cast;
}

static struct str sealed_text(struct room *r, const struct opened *o, const char *text) {
    return ballot_seal(r->arena, o->wave.public_key, str_of(text), BALLOT_ROOM_LEAST);
}

static void come_between_everywhere(struct room *r, bool close) {
    struct between b = {.r = r, .close = close};
    assert_int_equal(collect_new(&b.others, r->p->store, r->keys, NULL), RESULT_OK);
    bool met = true;
    for (int n = 1; met; n++) {
        struct closing closing;
        struct opened o = open_wave(r);
        answer_all(r, &o);
        b.o = &o;
        b.outcome = CAST_FAILED;
        b.cast = late_ballot(r, &o, sealed_text(r, &o, "north\n\n\n{\"lead1\":1}"));
        trouble_between(TROUBLE_DATABASE, n, come_between, &b);
        const enum result result = collect_close_wave(r->c, &o.wave, NULL, &closing, NULL);
        met = trouble_over();
        assert_true(result == RESULT_OK || (close && met && result == RESULT_INPUT));
        wait_until_closed(r, &o);
        assert_int_equal(responses_of(r, &o), PEOPLE + (!close && b.outcome == CAST_STORED));
    }
    collect_free(b.others);
}

static void who_answers_while_a_wave_is_closed_is_counted_or_told_that_it_is_too_late(void **state) {
    come_between_everywhere(*state, false);
}

static void of_two_who_close_a_wave_one_does(void **state) {
    come_between_everywhere(*state, true);
}

static void what_cannot_be_read_of_a_ballot_is_destroyed_and_the_others_are_kept(void **state) {
    struct room *r = *state;
    struct opened o = open_wave(r);
    struct closing closing;
    char key_of_nobody[129];
    memset(key_of_nobody, 'a', 128);
    key_of_nobody[128] = '\0';
    answer_all(r, &o);
    const struct str bad[] = {
        str_of("not sealed at all, but long enough to be taken for something that might be a sealed ballot"),
        sealed_text(r, &o, "no line end"),
        sealed_text(r, &o, "north\nno second"),
        sealed_text(r, &o, "north\n\nzz\n{}"),
        sealed_text(r, &o, "north\n\nabcd\n{}"),
        sealed_text(r, &o, "north\n\nno answers"),
        sealed_text(r, &o, "north\n\n\nno object")};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct cast cast = late_ballot(r, &o, bad[i]);
        assert_int_equal(store_cast_wait(r->p->store, &cast), CAST_STORED);
    }
    const char *stranger = arena_printf(r->arena, "north\n\n%s\n{}", key_of_nobody);
    struct cast cast = late_ballot(r, &o, sealed_text(r, &o, stranger)); /* whose pseudonym opens for nobody */
    assert_int_equal(store_cast_wait(r->p->store, &cast), CAST_STORED);
    assert_int_equal(collect_close_wave(r->c, &o.wave, NULL, &closing, NULL), RESULT_OK);
    assert_int_equal(closing.responses, PEOPLE + 1);
    assert_int_equal(closing.destroyed, sizeof bad / sizeof *bad);

    o = open_wave(r); /* nothing but such ballots */
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cast = late_ballot(r, &o, bad[i]);
        assert_int_equal(store_cast_wait(r->p->store, &cast), CAST_STORED);
    }
    assert_int_equal(collect_close_wave(r->c, &o.wave, NULL, &closing, NULL), RESULT_OK);
    assert_int_equal(closing.responses, 0);
    assert_int_equal(now(r, &o).state, WAVE_CLOSED);
    struct wave again = now(r, &o);
    assert_int_equal(collect_close_wave(r->c, &again, NULL, &closing, NULL), RESULT_INPUT);

    struct ballot_content content;
    assert_false(ballot_read(r->arena, (struct str){NULL, 0}, &content));
}

static void answers_of_an_organisation_that_is_not_in_the_list_count_for_none(void **state) {
    struct room *r = *state;
    struct opened o = open_wave(r);
    struct closing closing;
    answer_all(r, &o);
    struct cast cast = late_ballot(r, &o, sealed_text(r, &o, "nowhere\n\n\n{}"));
    assert_int_equal(store_cast_wait(r->p->store, &cast), CAST_STORED);
    assert_int_equal(collect_close_wave(r->c, &o.wave, NULL, &closing, NULL), RESULT_OK);
    assert_int_equal(closing.responses, PEOPLE);
    assert_int_equal(closing.destroyed, 1);
}

/* Sealed as a ballot is, but with a padding of one's own. */
static bool opens(struct room *r, const uint8_t *padded, size_t n) {
    uint8_t public_key[32], secret_key[32];
    struct str content;
    crypto_box_keypair(public_key, secret_key);
    uint8_t *sealed = arena_alloc(r->arena, n + crypto_box_SEALBYTES);
    crypto_box_seal(sealed, padded, n, public_key);
    return ballot_open(r->arena, public_key, secret_key, (struct str){(char *)sealed, n + crypto_box_SEALBYTES},
                       &content);
}

static void damaged_padding_opens_nothing(void **state) {
    struct room *r = *state;
    const uint8_t plain[] = {1, 0, 0, 0, 'x'}, short_head[] = {1, 0, 0}, too_long[] = {9, 0, 0, 0, 'x'};
    const uint8_t packed_long[] = {9, 0, 0, 0x80, 1, 0, 0, 0}, packed_short[] = {2, 0, 0, 0x80, 1, 0, 0, 0, 'x', 'y'};
    const uint8_t packed_huge[] = {2, 0, 0, 0x80, 0, 0, 0, 1, 'x', 'y'}, packed_headless[] = {0, 0, 0, 0x80, 1};
    /* "x", packed, that says to be two long */
    const uint8_t packed_lies[] = {9, 0, 0, 0x80, 2, 0, 0, 0, 0x78, 0x9c, 0xab, 0x00, 0x00, 0x00, 0x79, 0x00, 0x79};
    const uint8_t key[32] = {1};
    struct str content;
    assert_true(opens(r, plain, sizeof plain));
    assert_false(opens(r, plain, 0));
    assert_false(opens(r, short_head, sizeof short_head));
    assert_false(opens(r, too_long, sizeof too_long));
    assert_false(opens(r, packed_long, sizeof packed_long));
    assert_false(opens(r, packed_short, sizeof packed_short));
    assert_false(opens(r, packed_huge, sizeof packed_huge));
    assert_false(opens(r, packed_headless, sizeof packed_headless));
    assert_false(opens(r, packed_lies, sizeof packed_lies));
    assert_false(draft_open(r->arena, key, str_of("short"), &content));
    uint8_t sealed[crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + sizeof too_long] = {1};
    crypto_secretbox_easy(sealed + crypto_secretbox_NONCEBYTES, too_long, sizeof too_long, sealed, key);
    assert_false(draft_open(r->arena, key, (struct str){(char *)sealed, sizeof sealed}, &content));
}

static void what_is_too_long_is_not_sealed(void **state) {
    struct room *r = *state;
    const size_t n = 200 * 1000;
    uint8_t key[32] = {1};
    char *noise = arena_alloc(r->arena, n);
    randombytes_buf(noise, n); /* nothing packs it */
    assert_int_equal(ballot_seal(r->arena, key, (struct str){noise, n}, BALLOT_ROOM_MOST).n, 0);
    assert_int_equal(draft_seal(r->arena, key, (struct str){noise, n}, BALLOT_ROOM_MOST).n, 0);
}

/* Nor is it known of it that everything but prose fits: it is tried. */
static void a_long_instrument_gets_no_more_than_the_most_room(void **state) {
    struct room *r = *state;
    struct buf text = BUF_INIT;
    buf_text(&text, questions);
    for (int i = 0; i < 60; i++)
        buf_printf(&text, "[question.text%d]\ntype = text\nlabel = \"Text %d\"\nrows = 3\n", i, i);
    const struct instrument *instrument = read_instrument(text.p);
    const struct sitting s = {.instrument = instrument, .ticket = {.organisation = "north", .unit = ""}};
    assert_int_equal(ballot_room(instrument), BALLOT_ROOM_MOST);
    assert_true(collect_fits(r->arena, &s, answers_new(r->arena, instrument)));
    instrument_release(instrument);
    buf_free(&text);
}

/* Of a sitting's draft or resume note, as collect/sitting.c derives it: another version may have written other content.
 */
static void draft_bytes(const struct sitting *s, const char *secret, const char *purpose, uint8_t out[32]) {
    crypto_generichash_state state;
    crypto_generichash_init(&state, (const uint8_t *)secret, SITTING_SECRET_SIZE, 32);
    crypto_generichash_update(&state, (const uint8_t *)purpose, strlen(purpose));
    crypto_generichash_update(&state, (const uint8_t *)s->token, strlen(s->token));
    crypto_generichash_final(&state, out, 32);
}

static void put_draft(struct room *r, const struct sitting *s, const uint8_t id[32], const uint8_t key[32],
                      const char *text) {
    const struct str sealed = draft_seal(r->arena, key, str_of(text), BALLOT_ROOM_LEAST);
    assert_int_equal(store_put_draft_wait(r->p->store, s->wave.id, id, sealed, clock_today()), RESULT_OK);
}

static void note_result(void *context, enum result result) {
    enum result *out = context;
    *out = result;
}

static void a_draft_that_cannot_be_read_is_as_if_there_were_none(void **state) {
    struct room *r = *state;
    struct opened o = open_wave(r);
    struct sitting s;
    char secret[SITTING_SECRET_SIZE + 1];
    uint8_t id[32], key[32], other[32] = {1};
    int page = 7;
    enum result result = RESULT_MACHINE;
    struct answers *answers = some_answers(r);
    sitting_new_secret(secret);
    assert_int_equal(collect_find(r->c, r->arena, token_of(&o, INVITATION_PERSONAL, 0), &s), RESULT_OK);
    assert_int_equal(collect_load_draft(r->c, &s, r->arena, secret, answers, &page), RESULT_OK);
    assert_int_equal(page, 7);
    draft_bytes(&s, secret, "draft", id);
    draft_bytes(&s, secret, "draft key", key);
    static const char *const strange[] = {"no line end", "x\n{}", "3\nno object", ""};
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        put_draft(r, &s, id, key, strange[i]);
        assert_int_equal(collect_load_draft(r->c, &s, r->arena, secret, answers, &page), RESULT_OK);
        assert_int_equal(page, 7);
    }
    put_draft(r, &s, id, other, "3\n{}");
    assert_int_equal(collect_load_draft(r->c, &s, r->arena, secret, answers, &page), RESULT_OK);
    assert_int_equal(page, 7);
    collect_save_draft(r->c, &s, secret, answers, 3, note_result, &result);
    settle(r);
    assert_int_equal(result, RESULT_OK);
    assert_int_equal(collect_load_draft(r->c, &s, r->arena, secret, answers, &page), RESULT_OK);
    assert_int_equal(page, 3);

    static const char *const no_secrets[] = {NULL, "", "0123", "0123456789ABCDEF0123456789ABCDEF"};
    page = 7;
    for (size_t i = 0; i < sizeof no_secrets / sizeof *no_secrets; i++) {
        char code[RESUME_CODE_SIZE + 1];
        collect_save_draft(r->c, &s, no_secrets[i], answers, 3, note_result, &result);
        assert_int_equal(result, RESULT_INPUT);
        assert_int_equal(collect_load_draft(r->c, &s, r->arena, no_secrets[i], answers, &page), RESULT_OK);
        assert_int_equal(page, 7);
        assert_int_equal(collect_make_resume_code(r->c, &s, no_secrets[i], code), RESULT_INPUT);
    }
    sitting_end(&s);
}

static void what_does_not_fit_is_neither_kept_nor_cast(void **state) {
    struct room *r = *state;
    struct opened o = open_wave(r);
    struct sitting s;
    char secret[SITTING_SECRET_SIZE + 1];
    enum result result = RESULT_OK;
    enum cast_outcome outcome = CAST_STORED;
    const size_t n = 100 * 1000;
    char *noise = arena_alloc(r->arena, n);
    for (size_t i = 0; i < n; i++)
        noise[i] = (char)('!' + randombytes_uniform(90));
    struct answers *answers = answers_new(r->arena, r->instrument);
    for (size_t i = 0; i < r->instrument->n_fields; i++)
        if (strcmp(r->instrument->fields[i].name, "obstacle") == 0)
            answers->of[i] = (struct answer){.state = ANSWER_TEXT, .text = {noise, n}};
    sitting_new_secret(secret);
    assert_int_equal(collect_find(r->c, r->arena, token_of(&o, INVITATION_PERSONAL, 0), &s), RESULT_OK);
    assert_false(collect_fits(r->arena, &s, answers));
    collect_save_draft(r->c, &s, secret, answers, 1, note_result, &result);
    assert_int_equal(result, RESULT_INPUT);
    collect_cast(r->c, &s, answers, secret, note_cast, &outcome);
    assert_int_equal(outcome, CAST_FAILED);
    sitting_end(&s);
    assert_int_equal(collect_find(r->c, r->arena, token_of(&o, INVITATION_ORGANISATION, 0), &s), RESULT_OK);
    assert_true(collect_fits(r->arena, &s, answers)); /* the agreed rating is kept in clear */
    sitting_end(&s);
}

static void a_code_for_another_device_opens_one_sitting_and_only_as_it_was_made(void **state) {
    struct room *r = *state;
    struct opened o = open_wave(r);
    struct sitting s, other;
    char secret[SITTING_SECRET_SIZE + 1], found[SITTING_SECRET_SIZE + 1], code[RESUME_CODE_SIZE + 1];
    sitting_new_secret(secret);
    assert_int_equal(collect_find(r->c, r->arena, token_of(&o, INVITATION_OPEN, 0), &s), RESULT_OK);
    other = s;
    sitting_begin(&s);
    assert_int_equal(collect_make_resume_code(r->c, &s, secret, code), RESULT_OK);
    char typed[40];
    size_t n = 0;
    for (const char *c = code; *c; c++) /* as people type */
        typed[n++] = *c == '0' ? 'o' : *c == '1' ? 'l' : *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    typed[n] = '\0';
    assert_int_equal(collect_resume(r->c, &other, arena_printf(r->arena, " %s", typed), found), RESULT_OK);
    assert_string_equal(found, secret);
    assert_string_equal(other.token, s.token);
    static const char *const none[] = {"", "ABCDE", "ABCDE-FGHJK-MNPQR", "OIL00-0000O", "{}{}{}{}{}"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(collect_resume(r->c, &other, none[i], found), RESULT_INPUT);

    /* A note of another form opens nothing. */
    static const char *const strange[] = {"one line", "short\ntoken",
                                          "0123456789abcdef0123456789abcdef\n"
                                          "a token that is longer than any token could ever be, by far and by more"};
    uint8_t salt[crypto_pwhash_SALTBYTES], out[64];
    const char *plain = "ABCDEFGHJK";
    crypto_generichash(salt, sizeof salt, (const uint8_t *)s.token, (size_t)(strchr(s.token, '.') - s.token), NULL, 0);
    assert_int_equal(crypto_pwhash(out, sizeof out, plain, strlen(plain), salt, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                   crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13),
                     0);
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        put_draft(r, &s, out, out + 32, strange[i]);
        assert_int_equal(collect_resume(r->c, &other, plain, found), RESULT_INPUT);
    }
    put_draft(r, &s, out, out, "sealed with another key");
    assert_int_equal(collect_resume(r->c, &other, plain, found), RESULT_INPUT);

    trouble_at(TROUBLE_MEMORY, 1, 1);
    assert_int_equal(collect_make_resume_code(r->c, &s, secret, code), RESULT_MACHINE);
    trouble_at(TROUBLE_MEMORY, 1, 1);
    assert_int_equal(collect_resume(r->c, &other, plain, found), RESULT_MACHINE);
    assert_true(trouble_over());
    sitting_end(&s);
}

static void a_link_that_is_none_leads_nowhere(void **state) {
    struct room *r = *state;
    struct opened o = open_wave(r);
    struct sitting s;
    const char *personal = token_of(&o, INVITATION_PERSONAL, 0), *open_link = token_of(&o, INVITATION_OPEN, 0);
    const char *part = "0123456789ABCDEFGHJKMNPQRS";
    const char *none[] = {"",
                          "{",
                          "not a token",
                          "0123456789ABCDEFGHJKMNPQRSTVWXYZ0123456789",
                          "ABCDEFGHJKMNU",
                          "ABCDEFGHJKMNZ",
                          "ABCDEZGHJKMNP",
                          part,
                          arena_printf(r->arena, "%s.%s", personal, part),
                          arena_printf(r->arena, "%s.", open_link),
                          arena_printf(r->arena, "%s.short", open_link),
                          arena_printf(r->arena, "%s.{", open_link),
                          arena_printf(r->arena, "%s.%s", open_link, o.links[0].code)};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_int_equal(collect_find(r->c, r->arena, none[i], &s), RESULT_OK);
        assert_int_equal(s.state, SITTING_UNKNOWN);
    }
    for (size_t i = 0; i < o.n; i++)
        if (o.links[i].code[0]) {
            assert_int_equal(
                collect_find(r->c, r->arena, arena_printf(r->arena, "%s.%s", open_link, o.links[i].code), &s),
                RESULT_OK);
            assert_int_equal(s.state, SITTING_UNKNOWN); /* a part is no code */
        }
    char normal[TOKEN_LENGTH + 1];
    assert_false(token_normalise("AB\0CD", 5, normal));
    assert_int_equal(collect_find(r->c, r->arena, arena_printf(r->arena, "%s.%s", open_link, part), &s), RESULT_OK);
    assert_int_equal(s.state, SITTING_OPEN);
    sitting_end(&s);
}

static void an_opt_out_link_with_a_slip_is_none(void **state) {
    (void)state;
    char out[STOP_LENGTH + 1], typed[STOP_LENGTH + 1];
    struct id id;
    memset(typed, 'a', STOP_LENGTH);
    typed[STOP_LENGTH] = '\0';
    assert_true(stop_normalise(typed, out, &id));
    assert_int_equal(out[0], 'A');
    for (const char *slip = "u{!-"; *slip; slip++) {
        typed[3] = *slip;
        assert_false(stop_normalise(typed, out, &id));
    }
    assert_false(stop_normalise("A", out, &id));
}

/* Each of the calls of somebody who answers. */
static void whichever_call_fails_while_people_answer_it_is_said(void **state) {
    struct room *r = *state;
    struct opened o = open_wave(r);
    const char *part = "0123456789ABCDEFGHJKMNPQRS";
    const char *tokens[] = {token_of(&o, INVITATION_PERSONAL, 0), token_of(&o, INVITATION_ORGANISATION, 0),
                            arena_printf(r->arena, "%s.%s", token_of(&o, INVITATION_OPEN, 0), part)};
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        bool met = true;
        for (int n = 1; met; n++) {
            struct sitting s;
            start_again(r); /* which knows no wave yet */
            trouble_at(TROUBLE_DATABASE, n, 1);
            const enum result result = collect_find(r->c, r->arena, tokens[i], &s);
            met = trouble_over();
            assert_int_equal(result, met ? RESULT_MACHINE : RESULT_OK);
            sitting_end(&s);
        }
    }
    struct sitting s;
    struct answers *answers = some_answers(r);
    char secret[SITTING_SECRET_SIZE + 1], found[SITTING_SECRET_SIZE + 1], code[RESUME_CODE_SIZE + 1];
    int page = 7;
    sitting_new_secret(secret);
    assert_int_equal(collect_find(r->c, r->arena, tokens[2], &s), RESULT_OK);
    trouble_at(TROUBLE_DATABASE, 1, 1);
    assert_int_equal(collect_load_draft(r->c, &s, r->arena, secret, answers, &page), RESULT_MACHINE);
    trouble_at(TROUBLE_DATABASE, 1, 1);
    assert_int_equal(collect_resume(r->c, &s, "ABCDEFGHJK", found), RESULT_MACHINE);
    trouble_at(TROUBLE_DATABASE, 1, 1);
    assert_int_equal(collect_make_resume_code(r->c, &s, secret, code), RESULT_MACHINE);
    trouble_over();
    sitting_end(&s);
}

/* When an organisation was taken away behind the program's back, its links show its code. */
static void a_link_of_an_organisation_that_is_gone_still_opens(void **state) {
    struct room *r = *state;
    struct opened o = open_wave(r);
    struct sitting s;
    sqlite3 *db;
    assert_int_equal(sqlite3_open_v2(r->p->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DELETE FROM organisation WHERE code = 'north'", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(collect_find(r->c, r->arena, token_of(&o, INVITATION_PERSONAL, 0), &s), RESULT_OK);
    assert_string_equal(s.organisation_name, "north");
    sitting_end(&s);
}

static void a_ticket_that_was_closed_opens_no_form(void **state) {
    struct room *r = *state;
    struct opened o = open_wave(r);
    struct sitting s;
    sqlite3 *db;
    assert_int_equal(sqlite3_open_v2(r->p->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    char *close = sqlite3_mprintf("UPDATE ticket SET state = %d", TICKET_CLOSED);
    assert_int_equal(sqlite3_exec(db, close, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_free(close);
    sqlite3_close(db);
    assert_int_equal(collect_find(r->c, r->arena, token_of(&o, INVITATION_PERSONAL, 0), &s), RESULT_OK);
    assert_int_equal(s.state, SITTING_CLOSED);
    sitting_end(&s);
}

static const char *only_key(struct room *r, const char *kind, struct id id) {
    char hex[33];
    sodium_bin2hex(hex, sizeof hex, id.bytes, sizeof id.bytes);
    return arena_printf(r->arena, "%s/%s-%s.key", r->keys, kind, hex);
}

static void put_file(const char *path, const char *bytes, size_t n) {
    assert_int_equal(file_write(path, (struct str){bytes, n}, 0600, NULL), RESULT_OK);
}

static void a_key_that_is_damaged_or_somebody_elses_is_told_apart(void **state) {
    struct room *r = *state;
    const struct kept_wave wave = {.id = id_new(), .assessment = "x", .label = "1"};
    const char *path = only_key(r, "wave", wave.id);
    struct wave_key key;
    struct findings *f = findings_new();
    char bytes[100] = {1};
    bool locked;
    bytes[40] = 1;
    put_file(path, bytes, 63);
    assert_int_equal(key_read(r->keys, wave.id, &key, f), RESULT_INPUT);
    assert_int_equal(collect_check_key(r->keys, &wave, &locked, f), RESULT_INPUT);
    put_file(path, bytes, 65);
    assert_int_equal(key_read(r->keys, wave.id, &key, f), RESULT_INPUT);
    put_file(path, bytes, 64); /* whole, but of another wave */
    assert_int_equal(collect_check_key(r->keys, &wave, &locked, f), RESULT_INPUT);
    assert_true(findings_have(f, "key_unreadable", 0));
    assert_true(findings_have(f, "key_of_another", 0));
    const struct opened o = open_wave(r);
    struct kept_wave open = {.id = o.wave.id, .assessment = "x", .label = "1"};
    memcpy(open.public_key, o.wave.public_key, sizeof open.public_key);
    assert_int_equal(collect_check_key(r->keys, &open, &locked, f), RESULT_OK);
    assert_int_equal(chmod(only_key(r, "wave", open.id), 0640), 0);
    assert_int_equal(collect_check_key(r->keys, &open, &locked, f), RESULT_INPUT);
    assert_true(findings_have(f, "key_for_others", 0));
    findings_free(f);
}

static void pseudonyms_need_the_whole_panel_key(void **state) {
    struct room *r = *state;
    const struct id assessment = id_new(), person = id_new();
    uint8_t first[16], again[16];
    char bytes[40] = {1};
    assert_int_equal(key_pseudonym(r->keys, assessment, person, first, NULL), RESULT_OK);
    assert_int_equal(key_pseudonym(r->keys, assessment, person, again, NULL), RESULT_OK);
    assert_memory_equal(first, again, sizeof first);
    put_file(only_key(r, "panel", assessment), bytes, 31);
    assert_int_equal(key_pseudonym(r->keys, assessment, person, again, NULL), RESULT_MACHINE);
    put_file(only_key(r, "panel", assessment), bytes, 33);
    assert_int_equal(key_pseudonym(r->keys, assessment, person, again, NULL), RESULT_MACHINE);
    trouble_at(TROUBLE_FILES, 1, 1000);
    assert_int_equal(key_pseudonym(r->keys, id_new(), person, again, NULL), RESULT_MACHINE);
    trouble_over();
}

static void a_copy_of_keys_never_takes_the_place_of_another_key(void **state) {
    struct room *r = *state;
    const char *to = arena_printf(r->arena, "%s/safe", r->p->folder);
    const struct kept_wave waves[] = {{.id = id_new(), .assessment = "x", .label = "1"},
                                      {.id = id_new(), .assessment = "x", .label = "2"}};
    const struct assessment assessments[] = {{.id = id_new()}, {.id = id_new()}};
    const struct keys_wanted wanted = {waves, 2, assessments, 2};
    const char *name = strrchr(only_key(r, "wave", waves[0].id), '/');
    char bytes[64] = {1}, other[64] = {2};
    size_t copied;
    assert_int_equal(collect_copy_keys(r->keys, to, &wanted, &copied, NULL), RESULT_INPUT); /* none is there */
    assert_int_equal(copied, 0);
    put_file(only_key(r, "wave", waves[0].id), bytes, 64);
    put_file(only_key(r, "wave", waves[1].id), bytes, 64);
    put_file(only_key(r, "panel", assessments[0].id), bytes, 32);
    assert_int_equal(collect_copy_keys(r->keys, to, &wanted, &copied, NULL), RESULT_OK);
    assert_int_equal(copied, 3);
    assert_int_equal(collect_copy_keys(r->keys, to, &wanted, &copied, NULL), RESULT_OK);
    put_file(only_key(r, "wave", waves[0].id), other, 64);
    assert_int_equal(collect_copy_keys(r->keys, to, &wanted, &copied, NULL), RESULT_INPUT);
    assert_int_equal(copied, 2);
    put_file(only_key(r, "wave", waves[0].id), bytes, 63);
    assert_int_equal(collect_copy_keys(r->keys, to, &wanted, &copied, NULL), RESULT_INPUT);
    struct str kept;
    assert_int_equal(file_read(&kept, r->arena, arena_printf(r->arena, "%s%s", to, name), 64, NULL), RESULT_OK);
    assert_memory_equal(kept.p, bytes, 64);
    put_file(only_key(r, "wave", waves[0].id), bytes, 64);
    bool met = true;
    for (int n = 1; met; n++) {
        assert_int_equal(unlink(arena_printf(r->arena, "%s%s", to, name)), 0);
        trouble_at(TROUBLE_FILES, n, 1);
        const enum result result = collect_copy_keys(r->keys, to, &wanted, &copied, NULL);
        met = trouble_over();
        assert_true(met || result == RESULT_OK);
        assert_int_equal(collect_copy_keys(r->keys, to, &wanted, &copied, NULL), RESULT_OK);
    }
}

static void a_recovery_sheet_is_taken_only_whole_and_for_its_wave(void **state) {
    struct room *r = *state;
    struct opened o = open_wave(r);
    const char *sheet;
    struct closing closing;
    struct wave other = o.wave;
    assert_int_equal(collect_recovery_sheet(r->c, &o.wave, r->arena, &sheet, NULL), RESULT_OK);
    assert_int_equal(unlink(only_key(r, "wave", o.wave.id)), 0);
    const char *none;
    assert_int_equal(collect_recovery_sheet(r->c, &o.wave, r->arena, &none, NULL), RESULT_INPUT);
    assert_int_equal(collect_close_wave(r->c, &o.wave, NULL, &closing, NULL), RESULT_INPUT);
    char *slip = arena_string(r->arena, sheet);
    slip[0] = slip[0] == 'A' ? 'B' : 'A';
    const char *wrong[] = {
        "", "zz", "AB", slip, arena_printf(r->arena, "%s AB", sheet), arena_printf(r->arena, "%s!", sheet)};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(collect_recover(r->c, &o.wave, wrong[i], NULL), RESULT_INPUT);
    other.public_key[0] ^= 1; /* a sheet of a wave with this number but another key */
    assert_int_equal(collect_recover(r->c, &other, sheet, NULL), RESULT_INPUT);
    assert_int_equal(collect_recover(r->c, &o.wave, sheet, NULL), RESULT_OK);
    assert_int_equal(collect_close_wave(r->c, &o.wave, NULL, &closing, NULL), RESULT_OK);
}

static void a_locked_wave_is_opened_by_its_sheet_alone(void **state) {
    struct room *r = *state;
    const struct opened o = open_wave(r);
    const char *path = only_key(r, "wave", o.wave.id), *sheet, *again;
    struct kept_wave kept = {.id = o.wave.id, .assessment = "x", .label = "1"};
    struct findings *f = findings_new();
    struct closing closing;
    struct link *links;
    struct stat st;
    size_t n;
    bool locked;
    memcpy(kept.public_key, o.wave.public_key, sizeof kept.public_key);
    answer_all(r, &o);
    assert_int_equal(collect_recovery_sheet(r->c, &o.wave, r->arena, &sheet, NULL), RESULT_OK);
    assert_int_equal(collect_lock_wave(r->c, &o.wave, "no sheet", f), RESULT_INPUT);
    assert_true(findings_have(f, "recovery_wrong", 0));
    assert_false(collect_is_locked(r->c, &o.wave));
    for (int i = 0; i < 2; i++)
        assert_int_equal(collect_lock_wave(r->c, &o.wave, sheet, NULL), RESULT_OK);
    assert_true(collect_is_locked(r->c, &o.wave));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 32);
    assert_int_equal(collect_check_key(r->keys, &kept, &locked, f), RESULT_OK);
    assert_true(locked);
    assert_int_equal(collect_links(r->c, &o.wave, r->arena, &links, &n, f), RESULT_OK);
    assert_true(n > 0);
    assert_int_equal(collect_recovery_sheet(r->c, &o.wave, r->arena, &again, f), RESULT_INPUT);
    assert_true(findings_have(f, "key_taken", 0));
    assert_int_equal(collect_close_wave(r->c, &o.wave, NULL, &closing, NULL), RESULT_INPUT);
    assert_int_equal(collect_close_wave(r->c, &o.wave, "no sheet", &closing, NULL), RESULT_INPUT);
    assert_int_equal(responses_of(r, &o), 0);
    assert_int_equal(unlink(path), 0); /* lost, and made good without what opens ballots */
    assert_int_equal(collect_lock_wave(r->c, &o.wave, sheet, NULL), RESULT_OK);
    assert_true(collect_is_locked(r->c, &o.wave));
    sheet = arena_printf(r->arena, "A sentence.\r\n\r\n%s\n", sheet);
    assert_int_equal(collect_close_wave(r->c, &o.wave, sheet, &closing, f), RESULT_OK);
    assert_int_equal(responses_of(r, &o), PEOPLE);
    findings_free(f);
}

static void locking_that_is_cut_short_has_locked(void **state) {
    struct room *r = *state;
    const struct opened o = open_wave(r);
    const char *path = only_key(r, "wave", o.wave.id), *sheet;
    char bytes[64] = {1};
    assert_int_equal(collect_recovery_sheet(r->c, &o.wave, r->arena, &sheet, NULL), RESULT_OK);
    put_file(path, bytes, 64); /* overwritten with noughts, and not cut off */
    assert_true(collect_is_locked(r->c, &o.wave));
    assert_int_equal(collect_recover(r->c, &o.wave, sheet, NULL), RESULT_OK);
    assert_false(collect_is_locked(r->c, &o.wave));
    assert_int_equal(file_destroy_from(path, 32, NULL), RESULT_OK);
    assert_true(collect_is_locked(r->c, &o.wave));
    assert_int_equal(file_destroy_from(r->keys, 32, NULL), RESULT_MACHINE); /* a folder */
}

static const char *no_parent(void *context, const char *organisation) {
    (void)context;
    (void)organisation;
    return NULL;
}

static void units_of_the_same_size_are_given_up_by_name_and_each_organisation_by_itself(void **state) {
    (void)state;
    struct cell up[] = {{"a", "x", 4, false}, {"a", "y", 4, false}, {"a", "z", 6, false}};
    struct cell down[] = {{"a", "y", 4, false}, {"a", "x", 4, false}, {"a", "z", 6, false}};
    coarsen_units(up, 3, 5);
    coarsen_units(down, 3, 5);
    assert_string_equal(up[0].unit, "");
    assert_string_equal(up[1].unit, "");
    assert_string_equal(up[2].unit, "z");
    assert_string_equal(down[2].unit, "z");
    struct cell two[] = {{"a", "x", 5, false}, {"b", "x", 6, false}, {"a", "y", 7, false}, {"c", "x", 8, false}};
    coarsen_organisations(two, 4, 5, no_parent, NULL);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(two[i].unit, i == 2 ? "y" : "x");
}

static const char *parent_p(void *context, const char *organisation) {
    (void)context;
    return strcmp(organisation, "small") == 0 ? "p" : NULL;
}

static void a_unit_given_up_for_those_who_joined_stays_in_organisations_with_one_of_the_same_name(void **state) {
    (void)state;
    struct cell cells[] = {
        {"p", "nursing", 6, false}, {"q", "nursing", 7, false}, {"q", "", 5, false}, {"small", "", 3, false}};
    coarsen_organisations(cells, 4, 5, parent_p, NULL);
    assert_string_equal(cells[3].organisation, "p");
    assert_string_equal(cells[0].unit, "");
    assert_string_equal(cells[1].unit, "nursing");
    for (size_t i = 0; i < 4; i++)
        assert_false(cells[i].destroyed);
}

int main(void) {
#define HERE(test) cmocka_unit_test_setup_teardown(test, open_room, close_room)
    const struct CMUnitTest tests[] = {
        HERE(a_closing_that_was_cut_short_by_the_database_is_finished_with_every_answer),
        HERE(a_closing_that_was_cut_short_by_the_disk_is_finished_with_every_answer),
        HERE(who_answers_while_a_wave_is_closed_is_counted_or_told_that_it_is_too_late),
        HERE(of_two_who_close_a_wave_one_does),
        HERE(what_cannot_be_read_of_a_ballot_is_destroyed_and_the_others_are_kept),
        HERE(answers_of_an_organisation_that_is_not_in_the_list_count_for_none),
        HERE(damaged_padding_opens_nothing),
        HERE(what_is_too_long_is_not_sealed),
        HERE(a_long_instrument_gets_no_more_than_the_most_room),
        HERE(a_draft_that_cannot_be_read_is_as_if_there_were_none),
        HERE(what_does_not_fit_is_neither_kept_nor_cast),
        HERE(a_code_for_another_device_opens_one_sitting_and_only_as_it_was_made),
        HERE(a_link_that_is_none_leads_nowhere),
        HERE(an_opt_out_link_with_a_slip_is_none),
        HERE(whichever_call_fails_while_people_answer_it_is_said),
        HERE(a_link_of_an_organisation_that_is_gone_still_opens),
        HERE(a_ticket_that_was_closed_opens_no_form),
        HERE(a_key_that_is_damaged_or_somebody_elses_is_told_apart),
        HERE(a_locked_wave_is_opened_by_its_sheet_alone),
        HERE(locking_that_is_cut_short_has_locked),
        HERE(pseudonyms_need_the_whole_panel_key),
        HERE(a_copy_of_keys_never_takes_the_place_of_another_key),
        HERE(a_recovery_sheet_is_taken_only_whole_and_for_its_wave),
        HERE(units_of_the_same_size_are_given_up_by_name_and_each_organisation_by_itself),
        HERE(a_unit_given_up_for_those_who_joined_stays_in_organisations_with_one_of_the_same_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
