/* rooms: aggregate store instrument */
/* The change of persons who answered twice, in confidential mode: told from the persons' own differences where that
 * tells on nobody, from the means otherwise, never both. Expected values are those of R's t.test(paired = TRUE). */
#include "aggregate/results_inner.h"
#include "world.h"

enum { LEAD, BURDEN };

/* A person of that number whose score of `burden` is the digit: both items alike, turned. */
static void add_member(struct world *w, const char *organisation, const char *unit, int number, int score) {
    int x = 6 - score;
    add_response(w, organisation, unit, arena_printf(w->arena, "{\"bur1\":%d,\"bur2\":%d}", x, x));
    struct response *r = &w->responses[w->n_responses - 1];
    r->has_pseudonym = number > 0;
    r->pseudonym[0] = (uint8_t)number;
    r->pseudonym[15] = (uint8_t)(number >> 8);
}

/* Persons `first`, `first` + 1, ... with these scores; 0: whoever cannot be recognised. */
static void add_members(struct world *w, const char *organisation, const char *unit, int first, const char *scores) {
    for (int i = 0; scores[i]; i++) {
        add_member(w, organisation, unit, first ? first + i : 0, scores[i] - '0');
    }
}

static struct world *linked_world(void) {
    struct world *w = world_new(small_instrument);
    w->assessment.mode = MODE_CONFIDENTIAL;
    return w;
}

static void begin_next_wave(struct world *w) {
    w->n_responses = 0;
}

static const struct cell *burden_of(struct world *w, struct results *r, const char *code) {
    return (code[0] ? read_organisation(w, r, code) : read_overall(w, r))->groups[0].constructs[BURDEN].of;
}

/* Is the change that of pairs? If not, it is that of the means. */
static bool paired(const struct cell *of, double difference_of_means) {
    if (of[STAT_CHANGE_PAIRS].state == CELL_VALUE) {
        return true;
    }
    assert_none(of[STAT_CHANGE_PAIRS]);
    assert_value(of[STAT_CHANGE], difference_of_means);
    return false;
}

/* Twelve who all answer twice; ten who do, beside six and seven who do not. */
static struct world *two_waves(void) {
    struct world *w = linked_world();
    add_members(w, "all", "", 1, "122333445221");
    add_members(w, "some", "", 101, "1223334452");
    add_members(w, "some", "", 201, "12345");
    add_members(w, "some", "", 0, "5");
    store_world(w);
    begin_next_wave(w);
    add_members(w, "all", "", 1, "334342554333");
    add_members(w, "some", "", 101, "2344255434");
    add_members(w, "some", "", 301, "1234512");
    store_next_world(w);
    return w;
}

static void a_change_of_persons_is_that_of_their_own_differences(void **state) {
    (void)state;
    struct world *w = two_waves();
    struct results *r = open_results(w);
    const struct cell *all = burden_of(w, r, "all");
    assert_value(all[STAT_CHANGE_PAIRS], 12);
    assert_value(all[STAT_CHANGE], 0.83333333333333337);
    assert_value(all[STAT_CHANGE_LOW], 0.17899322194531878);
    assert_value(all[STAT_CHANGE_HIGH], 1.487673444721348);
    assert_none(all[STAT_G]);
    const struct cell *some = burden_of(w, r, "some");
    assert_value(some[STAT_CHANGE_PAIRS], 10);
    assert_value(some[STAT_CHANGE], .7);
    assert_value(some[STAT_CHANGE_LOW], -0.2567852189616105);
    assert_value(some[STAT_CHANGE_HIGH], 1.6567852189616106);
    const struct cell *together = burden_of(w, r, "");
    assert_value(together[STAT_CHANGE_PAIRS], 22);
    assert_value(together[STAT_CHANGE], 0.77272727272727271);
    assert_value(together[STAT_CHANGE_LOW], 0.26200992600606282);
    assert_value(together[STAT_CHANGE_HIGH], 1.2834446194484825);
    assert_none(read_organisation(w, r, "all")->groups[0].constructs[LEAD].of[STAT_CHANGE_PAIRS]);
    results_close(r);
    world_free(w);
}

static void the_change_stays_when_the_responses_are_deleted(void **state) {
    (void)state;
    struct world *w = two_waves();
    results_close(open_results(w));
    struct wave *waves;
    size_t n;
    assert_int_equal(store_list_waves(w->store, w->arena, w->assessment.id, &waves, &n), RESULT_OK);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(store_drop_responses(w->store, waves[i].id), RESULT_OK);
    }
    struct results *r = open_results(w);
    assert_value(burden_of(w, r, "some")[STAT_CHANGE_PAIRS], 10);
    assert_value(burden_of(w, r, "some")[STAT_CHANGE_LOW], -0.2567852189616105);
    results_close(r);
    world_free(w);
}

static void what_was_settled_about_pairs_is_kept(void **state) {
    (void)state;
    struct world *w = two_waves();
    results_close(open_results(w));
    /* Another program makes the aggregates again: the same is told. */
    struct aggregate_source source;
    assert_int_equal(store_get_aggregate_source(w->store, w->wave.id, &source), RESULT_OK);
    source.version = 0;
    assert_int_equal(results_make(w->store, &w->wave, w->instrument, &source), RESULT_OK);
    struct results *r = open_results(w);
    assert_value(burden_of(w, r, "some")[STAT_CHANGE_PAIRS], 10);
    assert_value(burden_of(w, r, "")[STAT_CHANGE_LOW], 0.26200992600606282);
    results_close(r);
    world_free(w);
}

/* What a wave decided before this was thought of tells no changes of persons. */
static void an_older_decision_is_not_paired(void **state) {
    (void)state;
    struct world *w = two_waves();
    const struct str groups = str_of("{\"response\":[\"\"]}");
    const struct published old[] = {{"", groups}, {"all", groups}, {"some", groups}};
    assert_int_equal(store_put_published(w->store, w->wave.id, old, 3), RESULT_OK);
    struct results *r = open_results(w);
    assert_none(burden_of(w, r, "all")[STAT_CHANGE_PAIRS]);
    assert_int_equal(burden_of(w, r, "all")[STAT_G].state, CELL_VALUE);
    results_close(r);
    world_free(w);
}

static void anonymous_waves_are_never_paired(void **state) {
    (void)state;
    for (int wave = 0; wave < 2; wave++) {
        struct world *w = linked_world();
        w->assessment.mode = wave == 0 ? MODE_ANONYMOUS : MODE_CONFIDENTIAL;
        add_members(w, "all", "", 1, "122333445221");
        store_world(w);
        begin_next_wave(w);
        add_members(w, "all", "", 1, "334342554333");
        w->wave.mode = wave == 1 ? MODE_ANONYMOUS : MODE_CONFIDENTIAL;
        store_next_world(w);
        struct results *r = open_results(w);
        assert_false(paired(burden_of(w, r, "all"), 10. / 12));
        results_close(r);
        world_free(w);
    }
}

struct scene { /* one organisation in two waves */
    const char *what;
    const char *scores[2]; /* of persons 1, 2, ... */
    const char *others[2]; /* of persons who cannot be recognised */
    bool is_paired, interval;
};

static double mean_of_digits(const char *a, const char *b) {
    double sum = 0, n = 0;
    for (int part = 0; part < 2; part++) {
        for (const char *p = part ? b : a; *p; p++, n++) {
            sum += *p - '0';
        }
    }
    return sum / n;
}

static void pairs_are_told_where_no_part_is_small(void **state) {
    (void)state;
    static const struct scene scenes[] = {
        {"everybody twice", {"1234512345", "2345123415"}, {"", ""}, true, true},
        {"five and five others in either", {"12345", "23414"}, {"12345", "54321"}, true, false},
        {"four pairs", {"1234", "2345"}, {"12345", "54321"}, false, false},
        {"four new", {"1234512345", "2345123415"}, {"", "1234"}, false, false},
        {"one who left", {"1234512345", "2345123415"}, {"3", ""}, false, false},
        {"five new", {"1234512345", "2345123415"}, {"", "12345"}, true, true},
        {"five new of one mind", {"1234512345", "2345123415"}, {"", "33333"}, false, false},
        {"nine pairs", {"123451234", "234512341"}, {"", ""}, true, false},
        {"nine with one difference", {"123412341", "234523452"}, {"", ""}, false, false},
        {"ten with one difference", {"1234123412", "2345234523"}, {"", ""}, true, false},
    };
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
        const struct scene *s = &scenes[i];
        struct world *w = linked_world();
        add_members(w, "x", "", 1, s->scores[0]);
        add_members(w, "x", "", 0, s->others[0]);
        store_world(w);
        begin_next_wave(w);
        add_members(w, "x", "", 1, s->scores[1]);
        add_members(w, "x", "", 0, s->others[1]);
        store_next_world(w);
        struct results *r = open_results(w);
        const struct cell *of = burden_of(w, r, "x");
        double means = mean_of_digits(s->scores[1], s->others[1]) - mean_of_digits(s->scores[0], s->others[0]);
        if (paired(of, means) != s->is_paired ||
            (of[STAT_CHANGE_LOW].state == CELL_VALUE && of[STAT_G].state == CELL_NONE) != s->interval) {
            fail_msg("%s: pairs %d, interval %d", s->what, (int)of[STAT_CHANGE_PAIRS].state,
                     (int)of[STAT_CHANGE_LOW].state);
        }
        if (s->is_paired) {
            double own = mean_of_digits(s->scores[1], "") - mean_of_digits(s->scores[0], "");
            assert_value(of[STAT_CHANGE], own);
        }
        results_close(r);
        world_free(w);
    }
}

/* A unit that is told splits the pairs: three of them are in it. */
static void a_told_unit_may_leave_too_few_pairs(void **state) {
    (void)state;
    for (int wave = 0; wave < 2; wave++) {
        struct world *w = linked_world();
        add_members(w, "x", wave == 0 ? "north" : "", 1, "123");
        add_members(w, "x", "", 4, "1234512");
        add_members(w, "x", wave == 0 ? "north" : "", 0, "543215");
        add_members(w, "x", "", 0, "12345");
        store_world(w);
        begin_next_wave(w);
        add_members(w, "x", wave == 1 ? "north" : "", 1, "234");
        add_members(w, "x", "", 4, "2345121");
        add_members(w, "x", wave == 1 ? "north" : "", 0, "543215");
        add_members(w, "x", "", 0, "12345");
        store_next_world(w);
        struct results *r = open_results(w);
        assert_none(burden_of(w, r, "x")[STAT_CHANGE_PAIRS]);
        results_close(r);
        world_free(w);
    }
}

static void whoever_moved_or_comes_twice_is_not_paired(void **state) {
    (void)state;
    struct world *w = linked_world();
    add_members(w, "x", "", 1, "1234512345");
    add_members(w, "x", "", 101, "12345");
    add_members(w, "y", "", 201, "12345");
    store_world(w);
    begin_next_wave(w);
    add_members(w, "x", "", 1, "2345123414");
    add_members(w, "x", "", 201, "55555"); /* from the other organisation */
    add_members(w, "x", "", 101, "51234");
    add_members(w, "x", "", 101, "45123"); /* the same pseudonyms */
    add_members(w, "y", "", 301, "12345");
    store_next_world(w);
    struct results *r = open_results(w);
    assert_value(burden_of(w, r, "x")[STAT_CHANGE_PAIRS], 10);
    assert_value(burden_of(w, r, "x")[STAT_CHANGE], -.1);
    results_close(r);
    world_free(w);
}

/* Ten answered the first and second wave, ten the second and third; three of them all. Either group could be told
 * alone; with both the three would stand alone in the second. */
static void the_pairs_of_the_wave_before_count(void **state) {
    (void)state;
    for (int common = 0; common <= 5; common++) {
        struct world *w = linked_world();
        add_members(w, "x", "", 1, "1234512345");
        add_members(w, "x", "", 0, "123451");
        store_world(w);
        begin_next_wave(w);
        add_members(w, "x", "", 1, "2345123415");
        add_members(w, "x", "", 11, "1234512345");
        add_members(w, "x", "", 0, "123451");
        store_next_world(w);
        begin_next_wave(w);
        add_members(w, "x", "", 11 - common, "3451234512");
        add_members(w, "x", "", 0, "1234512");
        store_next_world(w);
        struct results *r = open_results(w); /* makes those before */
        bool told = burden_of(w, r, "x")[STAT_CHANGE_PAIRS].state == CELL_VALUE;
        if (told != (common == 0 || common == 5)) {
            fail_msg("%d in all three: %d", common, told);
        }
        struct wave *waves;
        size_t n;
        assert_int_equal(store_list_waves(w->store, w->arena, w->assessment.id, &waves, &n), RESULT_OK);
        results_close(r);
        w->wave = waves[1].number == 2 ? waves[1] : waves[n - 2];
        r = open_results(w);
        assert_value(burden_of(w, r, "x")[STAT_CHANGE_PAIRS], 10);
        results_close(r);
        world_free(w);
    }
}

static void a_raised_minimum_holds_for_pairs(void **state) {
    (void)state;
    struct world *w = two_waves();
    results_close(open_results(w));
    w->assessment.min_group = 6;
    struct results *r = open_results(w);
    assert_value(burden_of(w, r, "some")[STAT_CHANGE_PAIRS], 10);
    assert_withheld(burden_of(w, r, "some")[STAT_CHANGE_LOW]);
    results_close(r);
    w->assessment.min_group = 11;
    r = open_results(w);
    assert_none(burden_of(w, r, "some")[STAT_CHANGE_PAIRS]);
    assert_int_equal(burden_of(w, r, "some")[STAT_CHANGE].state, CELL_VALUE);
    results_close(r);
    world_free(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_of_persons_is_that_of_their_own_differences),
        cmocka_unit_test(the_change_stays_when_the_responses_are_deleted),
        cmocka_unit_test(what_was_settled_about_pairs_is_kept),
        cmocka_unit_test(an_older_decision_is_not_paired),
        cmocka_unit_test(anonymous_waves_are_never_paired),
        cmocka_unit_test(pairs_are_told_where_no_part_is_small),
        cmocka_unit_test(a_told_unit_may_leave_too_few_pairs),
        cmocka_unit_test(whoever_moved_or_comes_twice_is_not_paired),
        cmocka_unit_test(the_pairs_of_the_wave_before_count),
        cmocka_unit_test(a_raised_minimum_holds_for_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
