/* rooms: aggregate store instrument */
/* From raw codes to scores. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "aggregate/score.h"
#include "instrument/loader.h"

static const char text[] =
    "[survey]\nschema = 1\nname = scores\nversion = 1\ntitle = Scores\nlanguage = en\nlicence = CC-BY-4.0\n"
    "[scale.zero]\n0 = Never\n1 = Seldom\n2 = Often\n3 = Always\nna = \"Does not apply\"\nfavourable = 2, 3\n"
    "unfavourable = 0, 1\n"
    "[construct.help]\nlabel = Help\nlevel = team\nanswered_by = staff\nscale = zero\n"
    "item.h1 = \"They help.\"\nitem.h2 = \"They hinder.\"\nitem.h2.reverse = yes\nitem.h3 = \"They listen.\"\n"
    "[construct.load]\nlabel = Load\nlevel = team\nanswered_by = staff\nscale = zero\nhigher = barrier\n"
    "min_answered = 0.6666666667\n"
    "item.l1 = \"It is much.\"\nitem.l2 = \"It is little.\"\nitem.l2.reverse = yes\nitem.l3 = \"It grows.\"\n";

struct form {
    struct arena *arena;
    const struct instrument *instrument;
};

static int load(void **state) {
    static struct form f;
    const struct instrument_file file = {"", {text, sizeof text - 1}};
    struct findings *findings = findings_new();
    enum result result = instrument_parse(&f.instrument, "scores", &file, 1, findings);
    findings_free(findings);
    f.arena = arena_new();
    *state = &f;
    return result == RESULT_OK ? 0 : -1;
}

static int unload(void **state) {
    struct form *f = *state;
    instrument_release(f->instrument);
    arena_free(f->arena);
    return 0;
}

static struct answers *answered(struct form *f, const char *json) {
    struct answers *a = answers_new(f->arena, f->instrument);
    assert_true(answers_read_json(a, str_of(json), f->arena));
    return a;
}

static double item(struct form *f, const char *json, size_t index) {
    return score_item(answered(f, json), &f->instrument->items[index]);
}

static double construct(struct form *f, const char *json, size_t index) {
    return score_construct(answered(f, json), &f->instrument->constructs[index]);
}

static void an_item_is_scored_as_given(void **state) {
    assert_true(item(*state, "{\"h1\":0}", 0) == 0);
    assert_true(item(*state, "{\"h1\":3}", 0) == 3);
}

static void a_reversed_item_is_mirrored(void **state) {
    assert_true(item(*state, "{\"h2\":0}", 1) == 3);
    assert_true(item(*state, "{\"h2\":2}", 1) == 1);
}

static void a_barrier_is_turned_and_a_reversed_one_twice(void **state) {
    assert_true(item(*state, "{\"l1\":3}", 3) == 0);
    assert_true(item(*state, "{\"l2\":3}", 4) == 3);
}

static void blank_and_not_applicable_are_missing(void **state) {
    assert_true(isnan(item(*state, "{}", 0)));
    assert_true(isnan(item(*state, "{\"h1\":\"na\"}", 0)));
}

static void a_construct_is_the_mean_of_what_was_answered(void **state) {
    assert_true(construct(*state, "{\"h1\":3,\"h2\":0,\"h3\":0}", 0) == 2);
    assert_true(construct(*state, "{\"h1\":3,\"h2\":1,\"h3\":\"na\"}", 0) == 2.5);
}

static void a_construct_needs_its_share_of_items(void **state) {
    assert_true(isnan(construct(*state, "{\"h1\":3}", 0))); /* one of three is under half */
    assert_true(isnan(construct(*state, "{}", 0)));
    assert_true(isnan(construct(*state, "{\"l1\":3}", 1)));
    assert_true(construct(*state, "{\"l1\":3,\"l3\":3}", 1) == 0); /* two thirds, though the share is rounded up */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_is_scored_as_given),
        cmocka_unit_test(a_reversed_item_is_mirrored),
        cmocka_unit_test(a_barrier_is_turned_and_a_reversed_one_twice),
        cmocka_unit_test(blank_and_not_applicable_are_missing),
        cmocka_unit_test(a_construct_is_the_mean_of_what_was_answered),
        cmocka_unit_test(a_construct_needs_its_share_of_items),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
