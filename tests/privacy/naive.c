/* What many survey engines do, in the place of what ours does, for the program `readiness-naive`, which is built for
 * one test only: the attacks of attacker.py must succeed on it (test_linkage.py), or they would prove nothing about the
 * real one. Answers lie in the database in clear and as long as they are; closing keeps their order and the same id for
 * an answer and its comment; nothing is scrubbed. Never part of the product. The linker puts each __wrap_ in the place
 * of the function it is named after. */
#include <string.h>

#include "collect/ballot.h"
#include "collect/inside.h"

struct str __wrap_ballot_seal(struct arena *arena, const uint8_t public_key[32], struct str content, size_t room);
bool __wrap_ballot_open(struct arena *arena, const uint8_t public_key[32], const uint8_t secret_key[32],
                        struct str sealed, struct str *content);
struct str __wrap_draft_seal(struct arena *arena, const uint8_t key[32], struct str content, size_t room);
bool __wrap_draft_open(struct arena *arena, const uint8_t key[32], struct str sealed, struct str *content);
void __real_split_answers(struct arena *arena, const struct answers *answers, const char *organisation,
                          struct response *response, struct comment_list *comments);
void __wrap_split_answers(struct arena *arena, const struct answers *answers, const char *organisation,
                          struct response *response, struct comment_list *comments);
enum result __wrap_store_scrub(struct store *s);

struct str __wrap_ballot_seal(struct arena *arena, const uint8_t public_key[32], struct str content, size_t room) {
    (void)public_key;
    (void)room;
    return (struct str){arena_copy(arena, content.p, content.n), content.n};
}

bool __wrap_ballot_open(struct arena *arena, const uint8_t public_key[32], const uint8_t secret_key[32],
                        struct str sealed, struct str *content) {
    (void)public_key;
    (void)secret_key;
    *content = (struct str){arena_copy(arena, sealed.p, sealed.n), sealed.n};
    return true;
}

struct str __wrap_draft_seal(struct arena *arena, const uint8_t key[32], struct str content, size_t room) {
    return __wrap_ballot_seal(arena, key, content, room);
}

bool __wrap_draft_open(struct arena *arena, const uint8_t key[32], struct str sealed, struct str *content) {
    return __wrap_ballot_open(arena, key, key, sealed, content);
}

/* Numbered as they come, and the comments after their answer. */
void __wrap_split_answers(struct arena *arena, const struct answers *answers, const char *organisation,
                          struct response *response, struct comment_list *comments) {
    static uint32_t number;
    const size_t before = comments->n;
    struct id id = {{0}};
    number++;
    for (int i = 0; i < 4; i++)
        id.bytes[i] = (uint8_t)(number >> (24 - 8 * i));
    __real_split_answers(arena, answers, organisation, response, comments);
    response->id = id;
    for (size_t i = before; i < comments->n; i++)
        comments->list[i].id = id;
}

enum result __wrap_store_scrub(struct store *s) {
    (void)s;
    return RESULT_OK;
}
