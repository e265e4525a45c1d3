#include "access/tokens.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "access/links.h"
#include "base/random.h"

const char *const scope_names[SCOPES] = {"read", "manage", "people", "waves", "links", "results", "data"};
static const char prefix[] = "readiness_";
static const struct place nowhere = {NULL, 0, 0};

unsigned scopes_read(struct arena *arena, struct str list, struct findings *findings) {
    unsigned scopes = 0;
    bool good = true;
    for (size_t i = 0; i < list.n;) {
        size_t n = 0;
        while (i + n < list.n && list.p[i + n] != ',' && list.p[i + n] != ' ')
            n++;
        const struct str name = {list.p + i, n};
        bool known = n == 0;
        for (int s = 0; s < SCOPES; s++)
            if (n && str_is(name, scope_names[s])) {
                scopes |= 1u << s;
                known = true;
            }
        if (!known)
            finding_add(findings, SEVERITY_ERROR, nowhere, "scope_unknown", "value", arena_copy(arena, name.p, name.n),
                        "field", "scopes", NULL);
        good = good && known;
        i += n + 1;
    }
    if (good && !scopes)
        finding_add(findings, SEVERITY_ERROR, nowhere, "scope_none", "field", "scopes", NULL);
    return good ? scopes : 0;
}

const char *scopes_write(struct arena *arena, unsigned scopes) {
    const char *list = "";
    for (int s = 0; s < SCOPES; s++)
        if (scopes & 1u << s)
            list = arena_printf(arena, "%s%s%s", list, *list ? "," : "", scope_names[s]);
    return list;
}

unsigned scopes_of(enum role role) {
    return role == ROLE_VIEWER ? SCOPE_RESULTS : (1u << SCOPES) - 1;
}

void token_write(const uint8_t secret[16], char text[TOKEN_LENGTH + 1], uint8_t hash[32]) {
    memcpy(text, prefix, TOKEN_PREFIX_LENGTH);
    access_token_make(secret, text + TOKEN_PREFIX_LENGTH, hash);
}

bool token_hash_of(const char *text, uint8_t hash[32]) {
    return strncmp(text, prefix, TOKEN_PREFIX_LENGTH) == 0 && access_token_hash(text + TOKEN_PREFIX_LENGTH, hash);
}

/* False, always. */
static bool refuse(struct findings *findings, const char *code, const char *field, const char *value) {
    finding_add(findings, SEVERITY_ERROR, nowhere, code, "field", field, "value", value, NULL);
    return false;
}

static bool is_allowed(const struct account *account, const struct api_token *t, long days, struct findings *findings) {
    const struct str name = str_of(t->name);
    bool good = true;
    char most[12];
    snprintf(most, sizeof most, "%d", TOKEN_DAYS_MOST);
    if (!name.n || !utf8_valid(name) || utf8_length(name) > TOKEN_NAME_MAX || utf8_has_control(name) ||
        strpbrk(t->name, "\n\t"))
        good = refuse(findings, "token_name_wrong", "name", t->name);
    if (days < 1 || days > TOKEN_DAYS_MOST)
        good = refuse(findings, "token_days_range", "days", most);
    for (int s = 0; s < SCOPES; s++)
        if (t->scopes & 1u << s & ~scopes_of(account->role))
            good = refuse(findings, "token_scope_role", "scopes", scope_names[s]);
    return good;
}

enum result token_make(struct store *s, const struct account *account, struct api_token *t, long days, int64_t now,
                       const uint8_t *secret, char text[TOKEN_LENGTH + 1], struct findings *findings) {
    uint8_t own[16];
    struct api_token there;
    struct account owner;
    if (!is_allowed(account, t, days, findings))
        return RESULT_INPUT;
    if (!secret)
        random_bytes(own, sizeof own);
    token_write(secret ? secret : own, text, t->hash);
    sodium_memzero(own, sizeof own);
    t->id = id_new();
    t->account = account->id;
    t->created = now;
    t->expires = now + days * 86400;
    enum result result = store_add_token(s, t, TOKENS_MAX);
    if (result != RESULT_INPUT)
        return result;
    struct arena *arena = arena_new();
    result = store_find_token(s, arena, t->hash, now, &there, &owner); /* the same form, sent twice */
    if (result == RESULT_OK)
        t->id = there.id;
    arena_free(arena);
    if (result == RESULT_INPUT)
        (void)refuse(findings, "token_too_many", "name", "");
    return result;
}
