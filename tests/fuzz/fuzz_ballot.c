/* rooms: collect instrument base
 * length: 2000
 *
 * What comes out of a sealed ballot, a line "%%" before it when it is to be sealed and opened first. What is read is
 * written again to the same ballot, whatever the answers are; a sealed one opens to the very bytes; and no damaged
 * one does. */
#include "fuzz.h"

#include <sodium.h>

#include "collect/ballot.h"
#include "collect/inside.h"
#include "instrument/loader.h"

static const char survey[] =
    "[survey]\nschema = 1\nname = t\nversion = 1\ntitle = T\n"
    "[scale.s]\n1 = a\n2 = b\n3 = c\nna = \"n\"\n[construct.c]\nlabel = C\nlevel = team\nscale = s\nitem.c1 = One\n"
    "item.c2 = Two\n[question.role]\ntype = choice\nlabel = R\nchoices = manager: M | front: F | other: O\n"
    "[question.tools]\ntype = choices\nlabel = T\nchoices = a: A | b: B | c: C\n"
    "[question.years]\ntype = number\nlabel = Y\n[question.since]\ntype = date\nlabel = S\n"
    "[question.words]\ntype = text\nlabel = W\n";

static const struct instrument *instrument;
static uint8_t public_key[32], secret_key[32];

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    const struct instrument_file file = {"", {survey, sizeof survey - 1}};
    PROMISE(sodium_init() >= 0);
    PROMISE(instrument_parse(&instrument, "t.ini", &file, 1, NULL) == RESULT_OK);
    return crypto_box_keypair(public_key, secret_key);
}

static struct str write_again(struct arena *arena, struct str content, bool *good) {
    struct ballot_content read;
    *good = ballot_read(arena, content, &read);
    if (!*good)
        return content;
    struct answers *answers = answers_new(arena, instrument);
    struct ticket ticket = {.organisation = read.organisation, .unit = read.unit, .has_pseudonym = read.has_pseudonym};
    memcpy(ticket.pseudonym, read.pseudonym, sizeof ticket.pseudonym);
    (void)answers_read_json(answers, read.answers, arena);
    answers_drop_hidden(answers, AUDIENCE_STAFF);
    struct response response = {0};
    struct comment_list comments = {0};
    split_answers(arena, answers, read.organisation, &response, &comments);
    PROMISE(comments.n <= instrument->n_fields);
    return ballot_write(arena, &ticket, answers);
}

static void check_seal(struct arena *arena, struct str content) {
    struct str opened = {NULL, 0};
    const size_t room = ballot_room(instrument);
    struct str sealed = ballot_seal(arena, public_key, content, room);
    PROMISE((sealed.n > 0) == ballot_fits(arena, content, room));
    if (!sealed.n)
        return;
    PROMISE(sealed.n == room + crypto_box_SEALBYTES);
    PROMISE(ballot_open(arena, public_key, secret_key, sealed, &opened));
    PROMISE(str_equal(opened, content));
    char *damaged = arena_copy(arena, sealed.p, sealed.n);
    damaged[content.n * 7919 % sealed.n] ^= 1;
    PROMISE(!ballot_open(arena, public_key, secret_key, (struct str){damaged, sealed.n}, &opened));
    PROMISE(!ballot_open(arena, public_key, secret_key, content, &opened));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct str content = fuzz_bytes(data, size);
    struct arena *arena = arena_new();
    bool good;
    if (size > 3 && memcmp(data, "%%\n", 3) == 0)
        check_seal(arena, (struct str){content.p + 3, content.n - 3});
    struct str first = write_again(arena, content, &good);
    if (good) {
        struct str second = write_again(arena, first, &good);
        PROMISE(good && str_equal(first, second));
    }
    arena_free(arena);
    return 0;
}
