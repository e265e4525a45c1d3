/* rooms: aggregate store instrument */
/* The waves of an assessment beside each other: what each told, and why a figure cannot be compared. */
#include "world.h"

enum { LEAD, BURDEN, MONEY };

/* Persons whose score of `burden` is the digit: both items alike, turned. */
static void add_scores(struct world *w, const char *organisation, const char *scores) {
    for (const char *p = scores; *p; p++) {
        int x = 6 - (*p - '0');
        add_response(w, organisation, "", arena_printf(w->arena, "{\"bur1\":%d,\"bur2\":%d}", x, x));
    }
}

static void store_next_wave(struct world *w, const char *instrument, bool readable) {
    struct instrument_file file = {"", str_of(instrument)};
    const struct instrument *parsed = NULL;
    assert_int_equal(instrument_parse(&parsed, "small", &file, 1, w->findings), RESULT_OK);
    qsort(w->responses, w->n_responses, sizeof *w->responses, by_organisation);
    w->wave.id = id_new();
    w->wave.number = 0;
    w->wave.label = arena_printf(w->arena, "after %s", w->wave.label);
    memcpy(w->wave.instrument_hash, parsed->hash, sizeof w->wave.instrument_hash);
    const struct wave_file pinned = {"", readable ? file.text : str_of("[survey]\n")};
    assert_int_equal(store_import_wave(w->store, &w->wave, &pinned, 1, w->responses, w->n_responses, NULL, 0, NULL, 0),
                     RESULT_OK);
    instrument_release(parsed);
    w->n_responses = 0;
}

static char *replaced(struct world *w, const char *what, const char *with) {
    const char *at = strstr(small_instrument, what);
    assert_non_null(at);
    return arena_printf(w->arena, "%.*s%s%s", (int)(at - small_instrument), small_instrument, with, at + strlen(what));
}

static const struct wave_history *history_of(struct world *w, struct results *r, const char *code) {
    const struct organisation_head *heads;
    size_t n = results_organisations(r, &heads), index = RESULTS_ALL;
    for (size_t i = 0; code[0] && i < n; i++) {
        index = strcmp(heads[i].code, code) == 0 ? i : index;
    }
    struct wave_history *h;
    assert_int_equal(results_history(r, w->arena, index, &h), RESULT_OK);
    return h;
}

static const struct wave_point *point_of(const struct world *w, const struct wave_history *h, size_t wave,
                                         size_t construct) {
    return &h->points[wave * w->instrument->n_constructs + construct];
}

static void assert_empty(const struct wave_point *p, enum comparison why) {
    assert_int_equal(p->why, why);
    assert_none(p->n);
    assert_none(p->mean);
    assert_none(p->low);
    assert_none(p->high);
    assert_none(p->favourable);
    assert_int_equal(p->call, CALL_NONE);
}

static void every_wave_says_what_its_own_report_says(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_scores(w, "ten", "1223334452");
    add_scores(w, "few", "1234");
    add_scores(w, "six", "233455");
    store_world(w);
    w->n_responses = 0;
    const struct wave first = w->wave;
    add_scores(w, "ten", "344555425345");
    add_scores(w, "few", "12345");
    store_next_wave(w, small_instrument, true);
    add_scores(w, "ten", "12345");
    add_scores(w, "late", "33333333332");
    store_next_wave(w, small_instrument, true);
    struct results *r = open_results(w);
    const struct wave_history *h = history_of(w, r, "ten");
    assert_int_equal(h->n_waves, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(h->waves[i]->number, i + 1);
        assert_int_equal(point_of(w, h, i, BURDEN)->why, COMPARISON_MEANS_THE_SAME);
        assert_empty(point_of(w, h, i, MONEY), COMPARISON_NOT_ASKED);
    }
    assert_value(point_of(w, h, 0, BURDEN)->n, 10);
    assert_value(point_of(w, h, 0, BURDEN)->mean, 2.9);
    assert_value(point_of(w, h, 1, BURDEN)->n, 12);
    assert_value(point_of(w, h, 2, BURDEN)->mean, 3);
    assert_value(point_of(w, h, 2, BURDEN)->favourable, .4);
    assert_int_equal(point_of(w, h, 2, BURDEN)->call, CALL_BARRIER);
    assert_withheld(point_of(w, h, 2, BURDEN)->low);
    assert_withheld(point_of(w, h, 0, LEAD)->mean); /* asked, and nobody answered */
    /* As the first wave's own report. */
    w->wave = first;
    struct results *then = open_results(w);
    const struct figures *own = &read_organisation(w, then, "ten")->groups[0].constructs[BURDEN];
    assert_int_equal(own->of[STAT_CI_LOW].state, point_of(w, h, 0, BURDEN)->low.state);
    assert_int_equal(own->call, point_of(w, h, 0, BURDEN)->call);
    const struct wave_history *only = history_of(w, then, "ten");
    assert_int_equal(only->n_waves, 1); /* later waves are not its business */
    results_close(then);
    const struct wave_history *late = history_of(w, r, "late");
    assert_empty(point_of(w, late, 0, BURDEN), COMPARISON_NOT_THERE);
    assert_empty(point_of(w, late, 1, LEAD), COMPARISON_NOT_THERE);
    assert_value(point_of(w, late, 2, BURDEN)->n, 11);
    const struct wave_history *all = history_of(w, r, "");
    assert_value(point_of(w, all, 0, BURDEN)->n, 16); /* without the four */
    assert_value(point_of(w, all, 1, BURDEN)->n, 17);
    assert_value(point_of(w, all, 2, BURDEN)->n, 16);
    results_close(r);
    world_free(w);
}

static void what_is_withheld_there_is_withheld_here(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_scores(w, "grown", "1234");
    add_scores(w, "ten", "1223334452");
    store_world(w);
    w->n_responses = 0;
    add_scores(w, "grown", "1234512345");
    store_next_wave(w, small_instrument, true);
    struct results *r = open_results(w);
    const struct wave_history *h = history_of(w, r, "grown");
    assert_int_equal(point_of(w, h, 0, BURDEN)->why, COMPARISON_MEANS_THE_SAME);
    assert_withheld(point_of(w, h, 0, BURDEN)->n);
    assert_withheld(point_of(w, h, 0, BURDEN)->mean);
    assert_withheld(point_of(w, h, 0, BURDEN)->favourable);
    assert_value(point_of(w, h, 1, BURDEN)->mean, 3);
    results_close(r);
    /* A minimum raised since holds for all waves. */
    w->assessment.min_group = 11;
    r = open_results(w);
    h = history_of(w, r, "");
    assert_withheld(point_of(w, h, 0, BURDEN)->mean);
    assert_withheld(point_of(w, h, 1, BURDEN)->mean);
    results_close(r);
    world_free(w);
}

static void a_reason_is_given_where_nothing_can_be_compared(void **state) {
    (void)state;
    static const struct {
        const char *what, *with;
        enum comparison why;
    } edits[] = {
        {"favourable = 4, 5", "favourable = 5", COMPARISON_OTHER_SCALE},
        {"5 = Always\n", "5 = Always\n6 = \"Beyond always\"\n", COMPARISON_OTHER_SCALE},
        {"higher = barrier\n", "", COMPARISON_OTHER_SCALE},
        {"level = organisation\nanswered_by = staff", "level = team\nanswered_by = staff", COMPARISON_OTHER_SCALE},
        {"item.bur2 = \"It tires me.\"\n", "", COMPARISON_OTHER_ITEMS},
        {"item.bur2 = \"It tires me.\"\n", "item.bur3 = \"It bores me.\"\n", COMPARISON_OTHER_ITEMS},
        {"item.bur2 = \"It tires me.\"\n", "item.bur2 = \"It tires me.\"\nitem.bur2.reverse = yes\n",
         COMPARISON_OTHER_ITEMS},
        {"answered_by = staff\nscale = agree5\n", "answered_by = staff\nscale = agree5\nmin_answered = 1\n",
         COMPARISON_OTHER_ITEMS},
        {"construct.burden", "construct.load", COMPARISON_NOT_ASKED},
        {"answered_by = staff\nscale = agree5\nhigher", "answered_by = organisation\nscale = agree5\nhigher",
         COMPARISON_NOT_ASKED},
        {"It tires me.", "It makes me tired.", COMPARISON_MEANS_THE_SAME},
        {"scale = agree5\nhigher", "scale = agree5\nrelevant = \"${lead1} = 5\"\nhigher", COMPARISON_OTHER_PEOPLE},
        {"rows = 3\ncomment = yes\n",
         "rows = 3\ncomment = yes\n[page.a]\nask = lead, money, role, site\n[page.b]\nask = burden, obstacle\n"
         "relevant = \"${role} = boss\"\n",
         COMPARISON_OTHER_PEOPLE},
        {"rows = 3\ncomment = yes\n",
         "rows = 3\ncomment = yes\n[page.a]\nask = lead, money, role, site\n[page.b]\nask = burden, obstacle\n",
         COMPARISON_MEANS_THE_SAME},
        {"answered_by = staff\nscale = agree5\nhigher", "answered_by = both\nscale = agree5\nhigher",
         COMPARISON_MEANS_THE_SAME},
        {"scale = agree5\nhigher = barrier\nitem.bur1 = \"It costs me time.\"\nitem.bur2 = \"It tires me.\"\n",
         "scale = much5\nhigher = barrier\nitem.bur1 = \"It costs me time.\"\nitem.bur2 = \"It tires me.\"\n"
         "[scale.much5]\n1 = Not\n2 = Little\n3 = Some\n4 = Much\n5 = All\nfavourable = 4, 5\nunfavourable = 1, 2\n",
         COMPARISON_OTHER_SCALE},
    };
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        struct world *w = world_new(small_instrument);
        add_scores(w, "ten", "1223334452");
        store_world(w);
        w->n_responses = 0;
        add_scores(w, "ten", "1223334452");
        store_next_wave(w, replaced(w, edits[i].what, edits[i].with), true);
        add_scores(w, "ten", "1223334452");
        store_next_wave(w, small_instrument, true);
        struct results *r = open_results(w);
        const struct wave_history *h = history_of(w, r, i % 2 ? "ten" : "");
        assert_value(point_of(w, h, 0, BURDEN)->mean, 2.9); /* the wave before the changed one can be compared */
        if (point_of(w, h, 1, BURDEN)->why != edits[i].why) {
            fail_msg("\"%s\": reason %d", edits[i].with, (int)point_of(w, h, 1, BURDEN)->why);
        }
        if (edits[i].why != COMPARISON_MEANS_THE_SAME) {
            assert_empty(point_of(w, h, 1, BURDEN), edits[i].why);
        }
        results_close(r);
        world_free(w);
    }
}

static void a_wave_that_cannot_be_read_says_so(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_scores(w, "ten", "1223334452");
    store_world(w);
    w->n_responses = 0;
    add_scores(w, "ten", "1223334452");
    store_next_wave(w, small_instrument, false);
    add_scores(w, "ten", "1223334452");
    store_next_wave(w, small_instrument, true);
    struct results *r = open_results(w);
    const struct wave_history *h = history_of(w, r, "ten");
    assert_value(point_of(w, h, 0, BURDEN)->mean, 2.9);
    assert_empty(point_of(w, h, 1, BURDEN), COMPARISON_UNREADABLE);
    assert_none(read_organisation(w, r, "ten")->groups[0].constructs[BURDEN].of[STAT_CHANGE]);
    results_close(r);
    world_free(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wave_says_what_its_own_report_says),
        cmocka_unit_test(what_is_withheld_there_is_withheld_here),
        cmocka_unit_test(a_reason_is_given_where_nothing_can_be_compared),
        cmocka_unit_test(a_wave_that_cannot_be_read_says_so),
    };
    return run_on_both(tests);
}
