/* rooms: collect instrument store base
 * Tokens, codes, sealing, coarsening: the ballot box by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/ballot.h"
#include "collect/coarsen.h"
#include "collect/inside.h"
#include "collect/keys.h"

static int start(void **state) {
    (void)state;
    return sodium_init() < 0 ? -1 : 0;
}

static struct wave_key some_key(uint8_t first) {
    struct wave_key key;
    memset(&key, 7, sizeof key);
    key.token_key[0] = first;
    crypto_scalarmult_base(key.public_key, key.secret_key);
    return key;
}

static void a_reminder_derives_the_same_link_again(void **state) {
    (void)state;
    struct wave_key key = some_key(1), other = some_key(2);
    struct id id = {{1, 2, 3}};
    char a[TOKEN_LENGTH + 1], b[TOKEN_LENGTH + 1], c[TOKEN_LENGTH + 1], d[TOKEN_LENGTH + 1];
    key_token(&key, id, 0, a);
    key_token(&key, id, 0, b);
    key_token(&key, id, 1, c);
    key_token(&other, id, 0, d);
    assert_string_equal(a, b);
    assert_string_not_equal(a, c);
    assert_string_not_equal(a, d);
    assert_int_equal(strlen(a), 26);
}

static void ten_thousand_tokens_and_codes_are_all_different_and_well_formed(void **state) {
    (void)state;
    enum { N = 10000 };
    struct wave_key key = some_key(1);
    char(*seen)[TOKEN_LENGTH + 1] = mem_array(2 * N, TOKEN_LENGTH + 1);
    for (int i = 0; i < N; i++) {
        char normal[TOKEN_LENGTH + 1];
        struct id id = {{(uint8_t)i, (uint8_t)(i >> 8)}};
        key_token(&key, id, 0, seen[2 * i]);
        key_code(&key, id, 0, seen[2 * i + 1]);
        assert_true(token_normalise(seen[2 * i + 1], strlen(seen[2 * i + 1]), normal));
        assert_string_equal(normal, seen[2 * i + 1]);
    }
    qsort(seen, 2 * N, sizeof *seen, (int (*)(const void *, const void *))strcmp);
    for (int i = 1; i < 2 * N; i++)
        assert_string_not_equal(seen[i - 1], seen[i]);
    free(seen);
}

static void a_mistyped_code_is_noticed(void **state) {
    (void)state;
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXY";
    struct wave_key key = some_key(3);
    char code[CODE_LENGTH + 1], typed[CODE_LENGTH + 1], out[TOKEN_LENGTH + 1];
    key_code(&key, (struct id){{9}}, 0, code);
    for (int i = 0; i < CODE_LENGTH; i++) {
        for (size_t c = 0; c < sizeof alphabet - 1; c++) { /* every single wrong character */
            strcpy(typed, code);
            typed[i] = alphabet[c];
            assert_int_equal(token_normalise(typed, CODE_LENGTH, out), alphabet[c] == code[i]);
        }
        if (i && code[i] != code[i - 1]) { /* every swap of neighbours */
            strcpy(typed, code);
            typed[i] = code[i - 1];
            typed[i - 1] = code[i];
            assert_false(token_normalise(typed, CODE_LENGTH, out));
        }
    }
}

static void look_alikes_and_lower_case_are_understood(void **state) {
    (void)state;
    char out[TOKEN_LENGTH + 1], all[TOKEN_LENGTH + 1];
    assert_true(token_normalise("oOiIlL0123456789ABCDEFGHJK", 26, out));
    assert_true(token_normalise("00111-10 1234-56789abc defghjk", 30, all));
    assert_string_equal(out, all);
    assert_false(token_normalise("", 0, out));
    assert_false(token_normalise("ABCDEFGHJKMNPQRSTVWXYZ012!", 26, out));
    assert_false(token_normalise("ABCDEFGHJKMNPQRSTVWXYZ01234567", 30, out));
}

static void all_ballots_of_a_wave_have_one_size_and_open_only_with_the_key(void **state) {
    (void)state;
    struct wave_key key = some_key(1), wrong = some_key(1);
    struct arena *arena = arena_new();
    struct str content;
    wrong.secret_key[5] ^= 8;
    crypto_scalarmult_base(wrong.public_key, wrong.secret_key);
    static const size_t lengths[] = {0, 1, 600, 4092, 4093, 16380, 200000};
    char *text = arena_alloc(arena, 2 << 20);
    memset(text, 'x', 2 << 20);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct str plain = {text, lengths[i]};
        struct str sealed = ballot_seal(arena, key.public_key, plain, BALLOT_ROOM_LEAST);
        assert_int_equal(sealed.n, BALLOT_ROOM_LEAST + 48);
        assert_true(ballot_open(arena, key.public_key, key.secret_key, sealed, &content));
        assert_true(str_equal(content, plain));
        assert_false(ballot_open(arena, wrong.public_key, wrong.secret_key, sealed, &content));
        ((char *)(uintptr_t)sealed.p)[sealed.n / 2] ^= 1;
        assert_false(ballot_open(arena, key.public_key, key.secret_key, sealed, &content));
    }
    assert_int_equal(ballot_seal(arena, key.public_key, (struct str){text, 2 << 20}, BALLOT_ROOM_LEAST).n, 0);
    randombytes_buf(text, 5000); /* nothing that packing could make smaller */
    assert_false(ballot_fits(arena, (struct str){text, 5000}, BALLOT_ROOM_LEAST));
    assert_true(ballot_fits(arena, (struct str){text, 4092}, BALLOT_ROOM_LEAST));
    arena_free(arena);
}

/* One item more each time, so that some instrument comes close to filling every room; the longest of everything. */
static void all_but_prose_always_has_room(void **state) {
    (void)state;
    enum { MOST_ITEMS = 2000, UNIT = 400, CODE = 40 };
    char unit[UNIT + 1] = "", code[CODE + 1] = "";
    memset(unit, 'u', UNIT);
    memset(code, 'c', CODE);
    const struct not_applicable na = {.name = "does_not_apply_to_us"};
    const struct scale scale = {.n_not_applicable = 1, .not_applicable = &na};
    const struct construct construct = {.scale = &scale};
    const struct item item = {.construct = 0};
    const struct ticket ticket = {.organisation = code, .unit = unit, .has_pseudonym = true};
    struct field *fields = mem_array(MOST_ITEMS, sizeof *fields);
    struct answer *of = mem_array(MOST_ITEMS, sizeof *of);
    struct instrument instrument = {.constructs = &construct, .fields = fields};
    const struct answers answers = {&instrument, of};
    size_t least = SIZE_MAX;
    while (instrument.n_fields < MOST_ITEMS && ballot_room(&instrument) < BALLOT_ROOM_MOST) {
        struct arena *arena = arena_new();
        fields[instrument.n_fields] = (struct field){.name = "leadership12", .item = &item};
        of[instrument.n_fields++].state = ANSWER_NOT_APPLICABLE;
        const size_t room = ballot_room(&instrument), used = ballot_write(arena, &ticket, &answers).n + 4;
        assert_true(used <= room);
        least = room - used < least ? room - used : least;
        arena_free(arena);
    }
    assert_int_equal(ballot_room(&instrument), BALLOT_ROOM_MOST);
    assert_true(least < 100); /* some came close */
    free(fields);
    free(of);
}

static void a_ballot_of_a_version_without_packing_is_still_read(void **state) {
    (void)state;
    struct wave_key key = some_key(1);
    struct arena *arena = arena_new();
    struct str content;
    uint8_t padded[4096] = {5, 0, 0, 0, 'h', 'e', 'l', 'l', 'o'}, sealed[4096 + 48];
    crypto_box_seal(sealed, padded, sizeof padded, key.public_key);
    assert_true(
        ballot_open(arena, key.public_key, key.secret_key, (struct str){(char *)sealed, sizeof sealed}, &content));
    assert_true(str_is(content, "hello"));
    arena_free(arena);
}

static void small_units_are_given_up_until_everybody_is_hidden(void **state) {
    (void)state;
    struct cell a[] = {{"o", "big", 9, false}, {"o", "mid", 6, false}, {"o", "tiny", 2, false}};
    coarsen_units(a, 3, 5);
    assert_string_equal(a[0].unit, "big");
    assert_string_equal(a[1].unit, ""); /* two people without a unit would stand alone: the next smallest joins them */
    assert_string_equal(a[2].unit, "");
    struct cell b[] = {{"o", "", 7, false}, {"o", "tiny", 2, false}, {"o", "fine", 5, false}};
    coarsen_units(b, 3, 5);
    assert_string_equal(b[1].unit, "");
    assert_string_equal(b[2].unit, "fine");
}

static const char *parent_of(void *context, const char *code) {
    (void)context;
    return strcmp(code, "small") == 0 || strcmp(code, "twin") == 0 ? "network"
           : strcmp(code, "loop") == 0                             ? "loop"
                                                                   : NULL;
}

static void small_organisations_move_up_and_the_last_few_are_destroyed(void **state) {
    (void)state;
    struct cell c[] = {
        {"small", "x", 3, false}, {"twin", "", 2, false}, {"large", "", 8, false}, {"alone", "", 4, false}};
    coarsen_organisations(c, 4, 5, parent_of, NULL);
    assert_string_equal(c[0].organisation, "network"); /* 3 + 2 = 5 people of the network */
    assert_string_equal(c[1].organisation, "network");
    assert_string_equal(c[2].organisation, "large");
    assert_true(c[3].destroyed);
    assert_false(c[0].destroyed || c[1].destroyed || c[2].destroyed);
    struct cell loop[] = {{"loop", "", 2, false}, {"a", "", 3, false}};
    coarsen_organisations(loop, 2, 5, parent_of, NULL);
    assert_string_equal(loop[0].organisation, ""); /* two too small ones together are five: kept, without a label */
    assert_string_equal(loop[1].organisation, "");
    assert_false(loop[0].destroyed);
}

static void coarsening_never_leaves_a_small_cell(void **state) {
    (void)state;
    static const char *const organisations[] = {"a", "b", "small", "twin", "loop"};
    static const char *const units[] = {"", "u", "v", "w"};
    for (uint32_t round = 0; round < 2000; round++) {
        struct cell cells[20];
        size_t n = 0;
        for (size_t o = 0; o < 5; o++)
            for (size_t u = 0; u < 4; u++)
                cells[n++] = (struct cell){organisations[o], units[u], randombytes_uniform(8), false};
        coarsen_organisations(cells, n, 5, parent_of, NULL);
        for (size_t i = 0; i < n; i++) {
            size_t people = 0;
            for (size_t j = 0; j < n; j++)
                if (!cells[j].destroyed && strcmp(cells[i].organisation, cells[j].organisation) == 0 &&
                    strcmp(cells[i].unit, cells[j].unit) == 0)
                    people += cells[j].n;
            assert_true(people == 0 || people >= 5 || cells[i].destroyed);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reminder_derives_the_same_link_again),
        cmocka_unit_test(ten_thousand_tokens_and_codes_are_all_different_and_well_formed),
        cmocka_unit_test(a_mistyped_code_is_noticed),
        cmocka_unit_test(look_alikes_and_lower_case_are_understood),
        cmocka_unit_test(all_ballots_of_a_wave_have_one_size_and_open_only_with_the_key),
        cmocka_unit_test(all_but_prose_always_has_room),
        cmocka_unit_test(a_ballot_of_a_version_without_packing_is_still_read),
        cmocka_unit_test(small_units_are_given_up_until_everybody_is_hidden),
        cmocka_unit_test(small_organisations_move_up_and_the_last_few_are_destroyed),
        cmocka_unit_test(coarsening_never_leaves_a_small_cell),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
