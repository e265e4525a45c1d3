/* rooms: instrument base
 * What a changed instrument file means for what was already asked. */
#include "instrument_fixture.h"

#include <sys/resource.h>

#include "instrument/compare.h"

static const char base[] = HEAD
    "[scale.days]\n0 = none\n1 = one\n2 = two\n"
    "[domain.inner]\nlabel = \"Inner\"\n"
    "[construct.lead]\nlabel = \"Leading\"\nlevel = organisation\nanswered_by = both\ndomain = inner\n"
    "scale = agree5\nitem.lead1 = \"Leaders help.\"\nitem.lead2 = \"Leaders hinder.\"\n"
    "item.lead2.reverse = yes\n"
    "[construct.skill]\nlabel = \"Skill\"\nlevel = individual\nscale = agree5\n"
    "item.skill1 = \"I can do it.\"\nitem.skill2 = \"I know how.\"\n"
    "[question.role]\ntype = choice\nlabel = \"Role?\"\ngroup = yes\nchoice.boss = \"Boss\"\nchoice.staff = \"Staff\"\n"
    "[question.why]\ntype = text\nlabel = \"Why?\"\nrelevant = \"${role} = boss\"\n"
    "[question.hello]\ntype = note\nlabel = \"Hello.\"\n";
static const char french[] = "[survey]\nlanguage = fr\ntitle = \"Essai\"\n[construct.lead]\nlabel = \"Diriger\"\n";

/* `text` with the first `was` replaced by `is`. */
static const char *edited(struct fixture *x, const char *text, const char *was, const char *is) {
    const char *at = strstr(text, was);
    assert_non_null(at);
    return arena_printf(x->arena, "%.*s%s%s", (int)(at - text), text, is, at + strlen(was));
}

static struct comparison compare(struct fixture *x, const char *before, const char *before_french, const char *after,
                                 const char *after_french) {
    load_texts(x, before, before_french);
    const struct instrument *was = x->instrument;
    assert_non_null(was);
    x->instrument = NULL;
    load_texts(x, after, after_french);
    if (!x->instrument) {
        print_findings(x);
    }
    assert_non_null(x->instrument);
    struct comparison c = instrument_compare(x->arena, was, x->instrument);
    for (size_t i = 0; i < c.n; i++) { /* the older instrument goes now; what is looked at later is copied */
        c.list[i].subject = arena_string(x->arena, c.list[i].subject);
        c.list[i].was = arena_string(x->arena, c.list[i].was);
        c.list[i].is = arena_string(x->arena, c.list[i].is);
    }
    instrument_release(was);
    return c;
}

static const struct difference *found(const struct comparison *c, const char *code, const char *subject) {
    for (size_t i = 0; i < c->n; i++) {
        if (strcmp(c->list[i].code, code) == 0 && strcmp(c->list[i].subject, subject) == 0) {
            return &c->list[i];
        }
    }
    return NULL;
}

/* One edit, and what it must be taken for. */
static void expect(struct fixture *x, const char *was, const char *is, enum change change, const char *code,
                   const char *subject) {
    start_again(x);
    struct comparison c = compare(x, base, NULL, edited(x, base, was, is), NULL);
    const struct difference *d = found(&c, code, subject);
    if (!d || d->change != change || c.change != change) {
        for (size_t i = 0; i < c.n; i++) {
            print_message("%d %s %s\n", (int)c.list[i].change, c.list[i].code, c.list[i].subject);
        }
        fail_msg("%s instead of %s: expected %s of %s", is, was, code, subject);
    }
}

static void the_same_content_is_no_change_however_it_is_laid_out(void **state) {
    struct fixture *x = *state;
    struct comparison c =
        compare(x, base, NULL, edited(x, base, "[domain.inner]", "# a remark\n\n[domain.inner]"), NULL);
    assert_int_equal(c.change, CHANGE_NONE);
    assert_int_equal(c.n, 0);
}

static void other_words_are_wording(void **state) {
    struct fixture *x = *state;
    expect(x, "\"Leaders help.\"", "\"Leaders here help.\"", CHANGE_WORDING, "text_changed", "lead1");
    expect(x, "label = \"Skill\"", "label = \"Skills\"", CHANGE_WORDING, "text_changed", "skill");
    expect(x, "3 = c\n", "3 = \"so so\"\n", CHANGE_WORDING, "text_changed", "agree5");
    expect(x, "na = \"Not applicable\"", "na = \"Not for me\"", CHANGE_WORDING, "text_changed", "agree5");
    expect(x, "choice.boss = \"Boss\"", "choice.boss = \"Manager\"", CHANGE_WORDING, "text_changed", "role");
    expect(x, "title = \"Test\"", "title = \"Trial\"", CHANGE_WORDING, "text_changed", "test");
    expect(x, "[question.hello]\ntype = note\nlabel = \"Hello.\"\n", "", CHANGE_WORDING, "question_removed", "hello");
    expect(x, "version = 1", "version = 2", CHANGE_WORDING, "other_changed", "");
}

static void the_old_and_the_new_words_are_told(void **state) {
    struct fixture *x = *state;
    struct comparison c = compare(x, base, NULL, edited(x, base, "\"Leaders help.\"", "\"Leaders aid.\""), NULL);
    const struct difference *d = found(&c, "text_changed", "lead1");
    assert_non_null(d);
    assert_string_equal(d->was, "Leaders help.");
    assert_string_equal(d->is, "Leaders aid.");
}

static void something_more_is_additive(void **state) {
    struct fixture *x = *state;
    expect(x, "level = individual\n", "level = individual\nanswered_by = both\n", CHANGE_ADDITIVE,
           "answered_by_changed", "skill");
    expect(x, "item.skill1", "item.skill3 = \"I dare.\"\nitem.skill1", CHANGE_ADDITIVE, "item_added", "skill3");
    expect(x, "[question.role]",
           "[construct.new]\nlabel = N\nlevel = team\nscale = days\nitem.new1 = \"New.\"\n[question.role]",
           CHANGE_ADDITIVE, "construct_added", "new");
    expect(x, "[question.why]", "[question.when]\ntype = date\nlabel = \"When?\"\n[question.why]", CHANGE_ADDITIVE,
           "question_added", "when");
    expect(x, "choice.staff", "choice.other = \"Other\"\nchoice.staff", CHANGE_ADDITIVE, "choice_added", "role");
    expect(x, "na = \"Not", "unsure = \"I do not know\"\nna = \"Not", CHANGE_ADDITIVE, "choice_added", "agree5");
}

static void a_translation_more_or_fuller_is_additive(void **state) {
    struct fixture *x = *state;
    struct comparison c = compare(x, base, NULL, base, french);
    assert_int_equal(c.change, CHANGE_ADDITIVE);
    assert_non_null(found(&c, "language_added", "fr"));
    start_again(x);
    c = compare(x, base, french, base,
                arena_printf(x->arena, "%s[construct.skill]\nlabel = \"Savoir-faire\"\n", french));
    assert_int_equal(c.change, CHANGE_ADDITIVE);
    assert_non_null(found(&c, "language_completed", "fr"));
    start_again(x);
    c = compare(x, base, french, base, edited(x, french, "Diriger", "Mener"));
    assert_int_equal(c.change, CHANGE_WORDING);
    assert_string_equal(found(&c, "text_changed", "lead")->is, "Mener");
    start_again(x);
    c = compare(x, base, french, base, NULL);
    assert_int_equal(c.change, CHANGE_WORDING);
    assert_non_null(found(&c, "language_removed", "fr"));
}

static void what_changes_the_meaning_of_scores_breaks(void **state) {
    struct fixture *x = *state;
    expect(x, "level = individual", "level = team", CHANGE_BREAKING, "level_changed", "skill");
    expect(x, "answered_by = both", "answered_by = staff", CHANGE_BREAKING, "answered_by_changed", "lead");
    expect(x, "level = individual\n", "level = individual\nanswered_by = organisation\n", CHANGE_BREAKING,
           "answered_by_changed", "skill");
    expect(x, "5 = e\n", "5 = e\n6 = f\n", CHANGE_BREAKING, "scale_changed", "agree5");
    expect(x, "[scale.agree5]\n", "[scale.agree5]\nfavourable = 5\n", CHANGE_BREAKING, "scale_changed", "agree5");
    expect(x, "level = individual\nscale = agree5", "level = individual\nscale = days", CHANGE_BREAKING,
           "scale_changed", "skill");
    expect(x, "item.lead2.reverse = yes\n", "", CHANGE_BREAKING, "reverse_changed", "lead2");
    expect(x, "level = individual\n", "level = individual\nhigher = barrier\n", CHANGE_BREAKING, "turned", "skill");
    expect(x, "level = individual\n", "level = individual\nmin_answered = 1\n", CHANGE_BREAKING, "min_answered_changed",
           "skill");
    expect(x, "domain = inner\n", "", CHANGE_BREAKING, "domain_changed", "lead");
    expect(x, "title = \"Test\"\n", "title = \"Test\"\nenabler_share = 0.6\n", CHANGE_BREAKING, "calls_changed", "");
    expect(x, "${role} = boss", "${role} != boss", CHANGE_BREAKING, "relevant_changed", "why");
    expect(x, "type = text", "type = number", CHANGE_BREAKING, "type_changed", "why");
}

static void what_is_gone_or_called_otherwise_breaks(void **state) {
    struct fixture *x = *state;
    expect(x, "item.skill2 = \"I know how.\"\n", "", CHANGE_BREAKING, "item_removed", "skill2");
    expect(x, "item.skill2 =", "item.skillful =", CHANGE_BREAKING, "item_renamed", "skill2");
    expect(x, "[construct.skill]", "[construct.skills]", CHANGE_BREAKING, "construct_removed", "skill");
    expect(x, "choice.staff = \"Staff\"\n", "choice.else = \"Staff\"\n", CHANGE_BREAKING, "choice_removed", "role");
    expect(x, "na = \"Not applicable\"\n", "", CHANGE_BREAKING, "choice_removed", "agree5");
    expect(x, "[question.why]", "[question.wherefore]", CHANGE_BREAKING, "question_removed", "why");
}

static void a_renamed_item_is_not_taken_for_a_new_one(void **state) {
    struct fixture *x = *state;
    struct comparison c = compare(x, base, NULL, edited(x, base, "item.skill2 =", "item.skillful ="), NULL);
    const struct difference *d = found(&c, "item_renamed", "skill2");
    assert_non_null(d);
    assert_string_equal(d->is, "skillful");
    assert_null(found(&c, "item_added", "skillful"));
    assert_null(found(&c, "item_removed", "skill2"));
}

static void an_item_in_another_construct_breaks(void **state) {
    struct fixture *x = *state;
    const char *moved = edited(x, base, "item.skill2 = \"I know how.\"\n", "");
    moved = edited(x, moved, "item.lead1", "item.skill2 = \"I know how.\"\nitem.lead1");
    struct comparison c = compare(x, base, NULL, moved, NULL);
    const struct difference *d = found(&c, "item_moved", "skill2");
    assert_int_equal(c.change, CHANGE_BREAKING);
    assert_non_null(d);
    assert_string_equal(d->was, "skill");
    assert_string_equal(d->is, "lead");
}

static void what_is_handled_in_another_way_is_more_than_words(void **state) {
    struct fixture *x = *state;
    expect(x, "group = yes\n", "", CHANGE_ADDITIVE, "group_changed", "role");
    expect(x, "group = yes\n", "group = yes\nrequired = yes\n", CHANGE_ADDITIVE, "required_changed", "role");
    expect(x, "level = individual\n", "level = individual\nrequired = yes\n", CHANGE_ADDITIVE, "required_changed",
           "skill");
    expect(x, "type = text\n", "type = text\ncomment = yes\n", CHANGE_ADDITIVE, "comment_changed", "why");
}

static void another_scale_with_the_same_codes_breaks_unless_it_reads_the_same(void **state) {
    struct fixture *x = *state;
    const char *often = "[scale.often]\n0 = never\n1 = sometimes\n2 = always\n[domain.inner]";
    const char *before = edited(x, base, "level = individual\nscale = agree5", "level = individual\nscale = days");
    const char *after = edited(x, edited(x, before, "scale = days", "scale = often"), "[domain.inner]", often);
    struct comparison c = compare(x, before, NULL, after, NULL);
    assert_int_equal(c.change, CHANGE_BREAKING);
    assert_non_null(found(&c, "scale_changed", "skill"));
    start_again(x);
    after = edited(x, edited(x, edited(x, after, "never", "none"), "sometimes", "one"), "always", "two");
    c = compare(x, before, NULL, after, NULL);
    assert_int_equal(c.change, CHANGE_WORDING);
}

/* Pages put together in another way may ask other people. */
static void a_block_that_moves_under_a_condition_breaks(void **state) {
    struct fixture *x = *state;
    const char *pages = "[page.one]\nask = role, hello\n[page.two]\nask = lead, skill\n[page.three]\n"
                        "relevant = \"${role} = boss\"\nask = why\n";
    const char *before = arena_printf(x->arena, "%s%s", base, pages);
    struct comparison c = compare(x, before, NULL, edited(x, before, "ask = lead, skill", "ask = skill, lead"), NULL);
    assert_int_equal(c.change, CHANGE_WORDING);
    start_again(x);
    const char *moved =
        edited(x, edited(x, before, "ask = lead, skill", "ask = lead"), "ask = why", "ask = why, skill");
    c = compare(x, before, NULL, moved, NULL);
    assert_int_equal(c.change, CHANGE_BREAKING);
    assert_non_null(found(&c, "relevant_changed", "skill"));
    assert_null(found(&c, "relevant_changed", "why"));
}

static bool may_adopt(struct fixture *x, const char *was, const char *is) {
    start_again(x);
    const struct comparison c = compare(x, base, NULL, edited(x, base, was, is), NULL);
    return comparison_is_words_only(&c);
}

static void only_words_may_be_taken_over_by_people_who_are_answering(void **state) {
    struct fixture *x = *state;
    assert_true(may_adopt(x, "\"Leaders help.\"", "\"Leaders here help.\""));
    assert_true(may_adopt(x, "version = 1", "version = 2"));
    assert_false(may_adopt(x, "[domain.inner]", "# a remark\n\n[domain.inner]"));
    assert_false(may_adopt(x, "item.skill1", "item.skill3 = \"I dare.\"\nitem.skill1"));
    assert_false(may_adopt(x, "[question.hello]\ntype = note\nlabel = \"Hello.\"\n", ""));
    start_again(x);
    struct comparison c = compare(x, base, french, base, edited(x, french, "Diriger", "Mener"));
    assert_true(comparison_is_words_only(&c));
    start_again(x);
    c = compare(x, base, french, base, NULL);
    assert_false(comparison_is_words_only(&c));
}

static void the_heaviest_change_comes_first_and_counts(void **state) {
    struct fixture *x = *state;
    const char *after = edited(x, base, "\"Leaders help.\"", "\"Leaders aid.\"");
    after = edited(x, after, "item.skill1", "item.skill3 = \"I dare.\"\nitem.skill1");
    after = edited(x, after, "level = individual", "level = team");
    struct comparison c = compare(x, base, NULL, after, NULL);
    assert_int_equal(c.change, CHANGE_BREAKING);
    assert_int_equal(c.n, 3);
    assert_string_equal(c.list[0].code, "level_changed");
    assert_string_equal(c.list[1].code, "item_added");
    assert_string_equal(c.list[2].code, "text_changed");
}

/* Else another condition would be taken for other words, and taken over by people who are answering. */
static void a_condition_is_compared_also_when_no_file_can_be_opened(void **state) {
    struct fixture *x = *state;
    struct rlimit usual, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    none = (struct rlimit){0, usual.rlim_max};
    load_texts(x, base, NULL);
    const struct instrument *was = x->instrument;
    x->instrument = NULL;
    load_texts(x, edited(x, edited(x, base, "Leaders help.", "Leaders aid."), "= boss\"\n[", "!= boss\"\n["), NULL);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    const struct comparison c = instrument_compare(x->arena, was, x->instrument);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
    assert_non_null(found(&c, "relevant_changed", "why"));
    assert_non_null(found(&c, "text_changed", "lead1"));
    assert_false(comparison_is_words_only(&c));
    instrument_release(was);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        PROMISE(the_same_content_is_no_change_however_it_is_laid_out),
        PROMISE(other_words_are_wording),
        PROMISE(the_old_and_the_new_words_are_told),
        PROMISE(something_more_is_additive),
        PROMISE(a_translation_more_or_fuller_is_additive),
        PROMISE(what_changes_the_meaning_of_scores_breaks),
        PROMISE(what_is_gone_or_called_otherwise_breaks),
        PROMISE(a_renamed_item_is_not_taken_for_a_new_one),
        PROMISE(an_item_in_another_construct_breaks),
        PROMISE(what_is_handled_in_another_way_is_more_than_words),
        PROMISE(another_scale_with_the_same_codes_breaks_unless_it_reads_the_same),
        PROMISE(a_block_that_moves_under_a_condition_breaks),
        PROMISE(only_words_may_be_taken_over_by_people_who_are_answering),
        PROMISE(the_heaviest_change_comes_first_and_counts),
        PROMISE(a_condition_is_compared_also_when_no_file_can_be_opened),
    };
    return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
