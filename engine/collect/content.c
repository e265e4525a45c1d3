/* What is inside a ballot, and how answers part into a response and comments. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "collect/inside.h"

/* Three lines (organisation, unit, sealed pseudonym or nothing), then the answers' JSON. */
struct str ballot_write(struct arena *arena, const struct ticket *ticket, const struct answers *answers) {
    struct buf b = BUF_INIT;
    char hex[2 * sizeof ticket->pseudonym + 1] = "";
    if (ticket->has_pseudonym)
        sodium_bin2hex(hex, sizeof hex, ticket->pseudonym, sizeof ticket->pseudonym);
    buf_printf(&b, "%s\n%s\n%s\n", ticket->organisation, ticket->unit, hex);
    answers_write_json(&b, answers, true);
    struct str content = {arena_copy(arena, b.p, b.n), b.n};
    sodium_memzero(b.p, b.n);
    buf_free(&b);
    return content;
}

bool ballot_read(struct arena *arena, struct str content, struct ballot_content *out) {
    struct str organisation, unit, hex;
    if (!str_split(&content, '\n', &organisation) || !str_split(&content, '\n', &unit) ||
        !str_split(&content, '\n', &hex) || !content.p)
        return false;
    size_t n = 0;
    *out = (struct ballot_content){.organisation = arena_copy(arena, organisation.p, organisation.n),
                                   .unit = arena_copy(arena, unit.p, unit.n),
                                   .answers = content};
    out->has_pseudonym = hex.n > 0;
    return hex.n == 0 || (sodium_hex2bin(out->pseudonym, sizeof out->pseudonym, hex.p, hex.n, NULL, &n, NULL) == 0 &&
                          n == sizeof out->pseudonym);
}

void split_answers(struct arena *arena, const struct answers *answers, const char *organisation,
                   struct response *response, struct comment_list *comments) {
    const struct instrument *instrument = answers->instrument;
    struct buf b = BUF_INIT;
    answers_write_json(&b, answers, false);
    response->id = id_new();
    response->answers = (struct str){arena_copy(arena, b.p, b.n), b.n};
    buf_free(&b);
    for (size_t i = 0; i < instrument->n_fields; i++) {
        const struct field *field = &instrument->fields[i];
        if (!field->question || field->question->type != QUESTION_TEXT || answers->of[i].state != ANSWER_TEXT)
            continue;
        comments->list = arena_grow(arena, comments->list, comments->n, &comments->capacity, sizeof *comments->list);
        comments->list[comments->n++] =
            (struct comment){id_new(),
                             organisation,
                             arena_string(arena, field->name),
                             {arena_copy(arena, answers->of[i].text.p, answers->of[i].text.n), answers->of[i].text.n}};
    }
}

static int by_organisation_id(const void *a, const void *b) {
    const struct response *x = a, *y = b;
    int order = strcmp(x->organisation, y->organisation);
    return order ? order : memcmp(x->id.bytes, y->id.bytes, sizeof x->id.bytes);
}

void order_responses(struct response *list, size_t n) {
    if (n)
        qsort(list, n, sizeof *list, by_organisation_id);
}

static int by_question_id(const void *a, const void *b) {
    const struct comment *x = a, *y = b;
    int order = strcmp(x->organisation, y->organisation);
    if (!order)
        order = strcmp(x->question, y->question);
    return order ? order : memcmp(x->id.bytes, y->id.bytes, sizeof x->id.bytes);
}

void order_comments(struct comment *list, size_t n) {
    if (n)
        qsort(list, n, sizeof *list, by_question_id);
}
