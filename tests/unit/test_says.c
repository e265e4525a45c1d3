/* rooms: reports aggregate instrument store base
 * Words for numbers: which sentence a figure deserves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "reports/says.h"

static const char *said(enum subject subject, struct evidence e) {
    return says_rule(subject, &e)->name;
}

#define EVIDENCE(...) evidence_with((struct evidence){__VA_ARGS__}, evidence_none())
/* What is named in `some`, and nothing else: a figure that is left out is not told. */
static struct evidence evidence_with(struct evidence some, struct evidence none) {
#define TAKE(field)                                                                                                    \
    if (some.field != 0)                                                                                               \
    none.field = some.field
    TAKE(rate);
    TAKE(call);
    TAKE(favourable);
    TAKE(enabler_share);
    TAKE(barrier_share);
    TAKE(agreement);
    TAKE(earlier);
    TAKE(why);
    TAKE(change);
    TAKE(change_low);
    TAKE(change_high);
    TAKE(worth);
    TAKE(mean);
    TAKE(others_low);
    TAKE(others_high);
    TAKE(rated);
    TAKE(staff_withheld);
    TAKE(staff);
    TAKE(own);
    TAKE(p);
    TAKE(icc2);
    TAKE(alpha);
#undef TAKE
    return none;
}

static void what_is_not_told_is_not_talked_about(void **state) {
    (void)state;
    const struct evidence nothing = evidence_none();
    assert_string_equal(said(SUBJECT_RESPONSE, nothing), "response.unknown");
    assert_string_equal(said(SUBJECT_SHARE, nothing), "share.unknown");
    assert_string_equal(said(SUBJECT_AGREEMENT, nothing), "agreement.unknown");
    assert_string_equal(said(SUBJECT_CHANGE, nothing), "change.first");
    assert_string_equal(said(SUBJECT_OTHERS, nothing), "others.unknown");
    assert_string_equal(said(SUBJECT_OWN, nothing), "own.missing");
    assert_string_equal(said(SUBJECT_RELIABILITY, nothing), "reliability.unknown");
    assert_string_equal(said(SUBJECT_CONSISTENCY, nothing), "consistency.unknown");
    assert_string_equal(said(SUBJECT_CHANGE, EVIDENCE(.earlier = true, .worth = 0.5)), "change.not_told");
    assert_string_equal(said(SUBJECT_CHANGE, EVIDENCE(.earlier = true, .change = 2, .worth = 0.5)),
                        "change.no_interval");
}

static void a_change_inside_its_interval_is_no_clear_change(void **state) {
    (void)state;
    assert_string_equal(said(SUBJECT_CHANGE, EVIDENCE(.earlier = true, .change = 0.6, .change_low = -0.1,
                                                      .change_high = 1.3, .worth = 0.5)),
                        "change.inside");
    assert_string_equal(said(SUBJECT_CHANGE, EVIDENCE(.earlier = true, .change = 0.6, .change_low = 0.1,
                                                      .change_high = 1.1, .worth = 0.5)),
                        "change.much_better");
    assert_string_equal(said(SUBJECT_CHANGE, EVIDENCE(.earlier = true, .change = 0.3, .change_low = 0.1,
                                                      .change_high = 0.5, .worth = 0.5)),
                        "change.better");
    assert_string_equal(said(SUBJECT_CHANGE, EVIDENCE(.earlier = true, .change = -0.6, .change_low = -1.1,
                                                      .change_high = -0.1, .worth = 0.5)),
                        "change.much_worse");
    assert_string_equal(said(SUBJECT_CHANGE, EVIDENCE(.earlier = true, .change = -0.3, .change_low = -0.5,
                                                      .change_high = -0.1, .worth = 0.5)),
                        "change.worse");
}

static void what_cannot_be_compared_says_why(void **state) {
    (void)state;
    static const struct {
        enum comparison why;
        const char *name;
    } cases[] = {{COMPARISON_NOT_THERE, "change.not_there"},       {COMPARISON_NOT_ASKED, "change.not_asked"},
                 {COMPARISON_OTHER_ITEMS, "change.other_items"},   {COMPARISON_OTHER_SCALE, "change.other_scale"},
                 {COMPARISON_OTHER_PEOPLE, "change.other_people"}, {COMPARISON_UNREADABLE, "change.unreadable"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(said(SUBJECT_CHANGE, EVIDENCE(.earlier = true, .why = cases[i].why)), cases[i].name);
}

static void a_call_says_whether_the_share_or_the_mean_made_it(void **state) {
    (void)state;
    static const struct {
        enum call call;
        double favourable;
        const char *name;
    } cases[] = {{CALL_STRONG_ENABLER, 0.95, "share.strong_enabler"},
                 {CALL_ENABLER, 0.75, "share.enabler"},
                 {CALL_ENABLER, 0.7, "share.enabler_mean"},
                 {CALL_MIXED, 0.6, "share.mixed"},
                 {CALL_BARRIER, 0.5, "share.barrier"},
                 {CALL_BARRIER, 0.6, "share.barrier_mean"},
                 {CALL_STRONG_BARRIER, 0.2, "share.strong_barrier"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(said(SUBJECT_SHARE, EVIDENCE(.call = cases[i].call, .favourable = cases[i].favourable,
                                                         .enabler_share = 0.75, .barrier_share = 0.5)),
                            cases[i].name);
}

static void the_marks_are_where_the_words_change(void **state) {
    (void)state;
    assert_string_equal(said(SUBJECT_RESPONSE, EVIDENCE(.rate = 0.75)), "response.most");
    assert_string_equal(said(SUBJECT_RESPONSE, EVIDENCE(.rate = 0.74)), "response.many");
    assert_string_equal(said(SUBJECT_RESPONSE, EVIDENCE(.rate = 0.59)), "response.few");
    assert_string_equal(said(SUBJECT_CONSISTENCY, EVIDENCE(.alpha = 0.8)), "consistency.well");
    assert_string_equal(said(SUBJECT_CONSISTENCY, EVIDENCE(.alpha = 0.7)), "consistency.enough");
    assert_string_equal(said(SUBJECT_CONSISTENCY, EVIDENCE(.alpha = -0.2)), "consistency.weak");
    assert_string_equal(said(SUBJECT_RELIABILITY, EVIDENCE(.p = 0.05, .icc2 = 0.9)), "reliability.alike");
    assert_string_equal(said(SUBJECT_RELIABILITY, EVIDENCE(.p = 0.04, .icc2 = 0.7)), "reliability.good");
    assert_string_equal(said(SUBJECT_RELIABILITY, EVIDENCE(.p = 0.04, .icc2 = 0.6)), "reliability.weak");
    assert_string_equal(said(SUBJECT_OTHERS, EVIDENCE(.mean = 2, .others_low = 3, .others_high = 4)), "others.below");
    assert_string_equal(said(SUBJECT_OTHERS, EVIDENCE(.mean = 3, .others_low = 3, .others_high = 4)), "others.between");
    assert_string_equal(said(SUBJECT_OTHERS, EVIDENCE(.mean = 5, .others_low = 3, .others_high = 4)), "others.above");
    assert_string_equal(said(SUBJECT_AGREEMENT, EVIDENCE(.agreement = AGREEMENT_GOOD)), "agreement.good");
    assert_string_equal(said(SUBJECT_AGREEMENT, EVIDENCE(.agreement = AGREEMENT_UNCERTAIN)), "agreement.uncertain");
    assert_string_equal(said(SUBJECT_AGREEMENT, EVIDENCE(.agreement = AGREEMENT_POOR)), "agreement.poor");
    const struct evidence rated = EVIDENCE(.rated = true, .own = 3, .worth = 0.5);
    assert_string_equal(said(SUBJECT_OWN, rated), "own.no_staff");
    assert_string_equal(said(SUBJECT_OWN, EVIDENCE(.rated = true, .own = 3, .staff_withheld = true)), "own.withheld");
    assert_string_equal(said(SUBJECT_OWN, EVIDENCE(.rated = true, .own = 3, .staff = 2.5, .worth = 0.5)),
                        "own.organisation");
    assert_string_equal(said(SUBJECT_OWN, EVIDENCE(.rated = true, .own = 3, .staff = 3.5, .worth = 0.5)), "own.staff");
    assert_string_equal(said(SUBJECT_OWN, EVIDENCE(.rated = true, .own = 3, .staff = 3.4, .worth = 0.5)), "own.close");
}

/* A rule without its words would show its key to a client. */
static void every_rule_has_its_words_in_every_language(void **state) {
    (void)state;
    struct texts *texts;
    struct arena *arena = arena_new();
    assert_int_equal(texts_load(&texts, NULL, NULL), RESULT_OK);
    static const char *const languages[] = {"en", "fr"}, *const sections[] = {"says", "when"};
    for (size_t i = 0; i < n_says_rules * 4; i++) {
        const char *name = says_rules[i / 4].name;
        const char *key = arena_printf(arena, "%s.%s", sections[i % 2], name);
        assert_string_not_equal(texts_get(texts, languages[i / 2 % 2], key), key);
        assert_string_not_equal(texts_get(texts, languages[i / 2 % 2], key), "");
        const char *subject = says_subject_key(says_rules[i / 4].subject);
        assert_string_not_equal(texts_get(texts, languages[i / 2 % 2], subject), subject);
    }
    arena_free(arena);
    texts_free(texts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_told_is_not_talked_about),
        cmocka_unit_test(a_change_inside_its_interval_is_no_clear_change),
        cmocka_unit_test(what_cannot_be_compared_says_why),
        cmocka_unit_test(a_call_says_whether_the_share_or_the_mean_made_it),
        cmocka_unit_test(the_marks_are_where_the_words_change),
        cmocka_unit_test(every_rule_has_its_words_in_every_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
