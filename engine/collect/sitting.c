/* A sitting: from what stood in a link to the form in front of a person, its drafts, and the cast ballot. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "collect/ballot.h"
#include "collect/inside.h"

enum { SITTING_PART = TOKEN_LENGTH, DRAFT_DAYS = 14 };

/* Splits TOKEN or TOKEN.PART and normalises both; false when it can be no token. */
static bool parse_token(const char *typed, char token[TOKEN_LENGTH + 1], char part[TOKEN_LENGTH + 1]) {
    const char *dot = strchr(typed, '.');
    size_t n = dot ? (size_t)(dot - typed) : strlen(typed);
    part[0] = '\0';
    return token_normalise(typed, n, token) &&
           (!dot || (token_normalise(dot + 1, strlen(dot + 1), part) && strlen(part) == SITTING_PART));
}

/* The key under which this sitting's ballot lies. */
static void ballot_key(const struct sitting *s, uint8_t key[32]) {
    if (s->kind == INVITATION_OPEN)
        token_hash(s->token, key);
    else
        memcpy(key, s->ticket.hash, 32);
}

static enum result find_state(struct collect *c, const struct found_ticket *found, bool begun, struct sitting *out) {
    uint8_t key[32];
    bool answered = found->state == TICKET_SPENT;
    enum result result = RESULT_OK;
    if (found->wave.state != WAVE_OPEN || found->state == TICKET_CLOSED) {
        out->state = SITTING_CLOSED;
        return RESULT_OK;
    }
    if (out->kind == INVITATION_ORGANISATION) {
        result = store_has_organisation_answer(c->store, found->wave.id, out->organisation, &answered);
    } else if (out->kind == INVITATION_OPEN && begun) {
        ballot_key(out, key);
        result = store_has_ballot(c->store, found->wave.id, key, &answered);
    }
    out->state = answered ? SITTING_ANSWERED : SITTING_OPEN;
    return result;
}

static void fill_from_wave(struct sitting *out, const struct known_wave *w, const struct found_ticket *found) {
    const struct organisation *organisation = known_organisation(w, found->ticket.organisation);
    out->wave = found->wave;
    out->ticket = found->ticket;
    out->kind = found->ticket.kind;
    out->audience = out->kind == INVITATION_ORGANISATION ? AUDIENCE_ORGANISATION : AUDIENCE_STAFF;
    out->organisation = found->ticket.organisation;
    out->organisation_name = organisation ? organisation->name : found->ticket.organisation;
    out->unit = found->ticket.unit;
    out->language = found->ticket.language;
    out->past_deadline =
        found->wave.until[0] && strcmp(clock_local_day(clock_now(), found->wave.timezone).text, found->wave.until) > 0;
    out->title = w->assessment.title;
    out->placeholders = w->placeholders;
    out->n_placeholders = w->n_placeholders;
    out->instrument = instrument_hold(w->instrument);
}

enum result collect_find(struct collect *c, struct arena *arena, const char *token_or_code, struct sitting *out) {
    char token[TOKEN_LENGTH + 1], part[TOKEN_LENGTH + 1];
    uint8_t hash[32];
    struct found_ticket found;
    *out = (struct sitting){.state = SITTING_UNKNOWN};
    if (!parse_token(token_or_code, token, part))
        return RESULT_OK;
    token_hash(token, hash);
    enum result result = store_find_ticket(c->store, arena, hash, &found);
    if (result != RESULT_OK)
        return result == RESULT_INPUT ? RESULT_OK : result;
    if (part[0] && found.ticket.kind != INVITATION_OPEN)
        return RESULT_OK;
    const struct known_wave *w = collect_know(c, &found.wave);
    if (!w)
        return RESULT_MACHINE;
    fill_from_wave(out, w, &found);
    strcpy(out->token, token);
    if (part[0]) {
        strcat(out->token, ".");
        strcat(out->token, part);
    }
    return find_state(c, &found, part[0] != '\0', out);
}

void sitting_begin(struct sitting *s) {
    if (s->kind != INVITATION_OPEN || strchr(s->token, '.'))
        return;
    size_t n = strlen(s->token);
    s->token[n] = '.';
    token_random(s->token + n + 1, SITTING_PART);
}

void sitting_end(struct sitting *s) {
    instrument_release(s->instrument);
    s->instrument = NULL;
}

void sitting_new_secret(char secret[SITTING_SECRET_SIZE + 1]) {
    uint8_t bytes[SITTING_SECRET_SIZE / 2];
    random_bytes(bytes, sizeof bytes);
    sodium_bin2hex(secret, SITTING_SECRET_SIZE + 1, bytes, sizeof bytes);
}

static bool is_secret(const char *secret) {
    return secret && strlen(secret) == SITTING_SECRET_SIZE && strspn(secret, "0123456789abcdef") == SITTING_SECRET_SIZE;
}

/* 32 bytes from the browser's secret and the token, for one purpose: without either, nothing. */
static void draft_bytes(const struct sitting *s, const char *secret, const char *purpose, uint8_t out[32]) {
    crypto_generichash_state state;
    crypto_generichash_init(&state, (const uint8_t *)secret, SITTING_SECRET_SIZE, 32);
    crypto_generichash_update(&state, (const uint8_t *)purpose, strlen(purpose));
    crypto_generichash_update(&state, (const uint8_t *)s->token, strlen(s->token));
    crypto_generichash_final(&state, out, 32);
}

void collect_save_draft(struct collect *c, const struct sitting *s, const char *secret, const struct answers *answers,
                        int page, void (*done)(void *context, enum result result), void *context) {
    uint8_t id[32], key[32];
    if (!is_secret(secret)) {
        done(context, RESULT_INPUT);
        return;
    }
    struct arena *arena = arena_new();
    struct buf content = BUF_INIT;
    buf_printf(&content, "%d\n", page);
    answers_write_json(&content, answers, true);
    draft_bytes(s, secret, "draft", id);
    draft_bytes(s, secret, "draft key", key);
    struct str sealed = draft_seal(arena, key, buf_view(&content), ballot_room(s->instrument));
    sodium_memzero(content.p, content.n);
    buf_free(&content);
    if (sealed.n) /* an empty one would remove the draft */
        store_put_draft(c->store, s->wave.id, id, sealed, clock_today(), done, context);
    else
        done(context, RESULT_INPUT);
    arena_free(arena);
}

static struct str take_line(struct str *rest) {
    struct str line = {NULL, 0};
    (void)str_split(rest, '\n', &line);
    return line;
}

enum result collect_load_draft(struct collect *c, const struct sitting *s, struct arena *arena, const char *secret,
                               struct answers *answers, int *page) {
    uint8_t id[32], key[32];
    struct str sealed, content;
    if (!is_secret(secret))
        return RESULT_OK;
    draft_bytes(s, secret, "draft", id);
    enum result result = store_find_draft(c->store, arena, s->wave.id, id, &sealed);
    if (result != RESULT_OK)
        return result == RESULT_INPUT ? RESULT_OK : result;
    draft_bytes(s, secret, "draft key", key);
    long number;
    if (draft_open(arena, key, sealed, &content) && str_to_long(take_line(&content), &number) &&
        answers_read_json(answers, content, arena))
        *page = (int)number;
    return RESULT_OK;
}

/* The link without the sitting's own part: what another device has. */
static struct str link_part(const struct sitting *s) {
    const char *dot = strchr(s->token, '.');
    return dot ? (struct str){s->token, (size_t)(dot - s->token)} : str_of(s->token);
}

/* Place and key of the note that a resume code opens. A code has 50 bits, so the hash is a slow one. */
static enum result resume_bytes(const struct sitting *s, const char *code, uint8_t id[32], uint8_t key[32]) {
    uint8_t salt[crypto_pwhash_SALTBYTES], out[64];
    struct str link = link_part(s);
    crypto_generichash(salt, sizeof salt, (const uint8_t *)link.p, link.n, NULL, 0);
    if (crypto_pwhash(out, sizeof out, code, strlen(code), salt, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                      crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return RESULT_MACHINE;
    memcpy(id, out, 32);
    memcpy(key, out + 32, 32);
    sodium_memzero(out, sizeof out);
    return RESULT_OK;
}

enum result collect_make_resume_code(struct collect *c, const struct sitting *s, const char *secret,
                                     char code[RESUME_CODE_SIZE + 1]) {
    char plain[11];
    uint8_t id[32], key[32];
    if (!is_secret(secret))
        return RESULT_INPUT;
    code_random(plain, 10);
    if (resume_bytes(s, plain, id, key) != RESULT_OK)
        return RESULT_MACHINE;
    struct arena *arena = arena_new();
    const char *note = arena_printf(arena, "%s\n%s", secret, s->token);
    struct str sealed = draft_seal(arena, key, str_of(note), ballot_room(s->instrument));
    enum result result = store_put_draft_wait(c->store, s->wave.id, id, sealed, clock_today());
    arena_free(arena);
    memcpy(code, plain, 5);
    code[5] = '-';
    memcpy(code + 6, plain + 5, 6);
    return result;
}

/* Ten characters, however they were typed; false when it cannot be a code. */
static bool plain_code(const char *typed, char out[11]) {
    size_t n = 0;
    for (; *typed; typed++) {
        char c = *typed;
        if (c == '-' || c == ' ')
            continue;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (n == 10)
            return false;
        out[n++] = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
    }
    out[n] = '\0';
    return n == 10;
}

enum result collect_resume(struct collect *c, struct sitting *s, const char *code,
                           char secret[SITTING_SECRET_SIZE + 1]) {
    char plain[11];
    uint8_t id[32], key[32];
    struct str sealed, note = {NULL, 0}, first = {NULL, 0};
    if (!plain_code(code, plain))
        return RESULT_INPUT;
    if (resume_bytes(s, plain, id, key) != RESULT_OK)
        return RESULT_MACHINE;
    struct arena *arena = arena_new();
    enum result result = store_find_draft(c->store, arena, s->wave.id, id, &sealed);
    if (result == RESULT_OK && draft_open(arena, key, sealed, &note))
        first = take_line(&note);
    if (first.n == SITTING_SECRET_SIZE && note.n < sizeof s->token) {
        memcpy(secret, first.p, first.n);
        secret[first.n] = '\0';
        memcpy(s->token, note.p, note.n);
        s->token[note.n] = '\0';
    } else if (result == RESULT_OK) {
        result = RESULT_INPUT;
    }
    arena_free(arena);
    return result;
}

static bool has_prose(const struct answers *answers) {
    for (size_t i = 0; i < answers->instrument->n_fields; i++) {
        const struct question *q = answers->instrument->fields[i].question;
        if (q && q->type == QUESTION_TEXT && answers->of[i].state == ANSWER_TEXT)
            return true;
    }
    return false;
}

bool collect_fits(struct arena *arena, const struct sitting *s, const struct answers *answers) {
    const size_t room = ballot_room(s->instrument);
    if (s->kind == INVITATION_ORGANISATION || (room < BALLOT_ROOM_MOST && !has_prose(answers)))
        return true; /* for all but prose there is room for the longest answer */
    return ballot_fits(arena, ballot_write(arena, &s->ticket, answers), room);
}

void collect_cast(struct collect *c, const struct sitting *s, struct answers *answers, const char *secret,
                  void (*done)(void *context, enum cast_outcome outcome), void *context) {
    struct arena *arena = arena_new();
    struct cast cast = {.wave = s->wave.id, .kind = s->kind, .organisation = s->organisation};
    answers_drop_hidden(answers, s->audience);
    memcpy(cast.ticket, s->ticket.hash, 32);
    ballot_key(s, cast.key);
    if (is_secret(secret))
        draft_bytes(s, secret, "draft", cast.draft);
    struct buf json = BUF_INIT;
    if (s->kind == INVITATION_ORGANISATION) {
        answers_write_json(&json, answers, true);
        cast.content = buf_view(&json);
    } else {
        cast.content = ballot_seal(arena, s->wave.public_key, ballot_write(arena, &s->ticket, answers),
                                   ballot_room(s->instrument));
    }
    if (cast.content.n)
        store_cast(c->store, &cast, done, context);
    else
        done(context, CAST_FAILED);
    buf_free(&json);
    arena_free(arena);
}
