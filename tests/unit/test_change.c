/* rooms: aggregate store instrument */
/* What became of a construct from one wave to the next, and the reliability of an organisation's mean: two imported
 * waves, read as anybody reads them. Expected values are numpy's and scipy's, worked out apart. */
#include "aggregate/results_table.h"
#include "world.h"

enum { LEAD, BURDEN, MONEY };

/* Persons whose score of `burden` is the digit: both items alike, turned. */
static void add_scores(struct world *w, const char *organisation, const char *scores) {
    for (const char *p = scores; *p; p++) {
        int x = 6 - (*p - '0');
        add_response(w, organisation, "", arena_printf(w->arena, "{\"bur1\":%d,\"bur2\":%d}", x, x));
    }
}

/* Another wave of the same assessment, with the answers added since, by this instrument. */
static void store_next_wave(struct world *w, const char *instrument) {
    struct instrument_file file = {"", str_of(instrument)};
    const struct instrument *parsed = NULL;
    assert_int_equal(instrument_parse(&parsed, "small", &file, 1, w->findings), RESULT_OK);
    qsort(w->responses, w->n_responses, sizeof *w->responses, by_organisation);
    w->wave.id = id_new();
    w->wave.number = 0;
    w->wave.label = "2";
    memcpy(w->wave.instrument_hash, parsed->hash, sizeof w->wave.instrument_hash);
    const struct wave_file pinned = {"", file.text};
    assert_int_equal(store_import_wave(w->store, &w->wave, &pinned, 1, w->responses, w->n_responses, NULL, 0, NULL, 0),
                     RESULT_OK);
    instrument_release(parsed);
}

static void store_first_wave(struct world *w) {
    add_scores(w, "ten", "1223334452");
    add_scores(w, "six", "233455");
    add_scores(w, "grown", "2344");
    add_scores(w, "gone", "23455");
    store_world(w);
    w->n_responses = 0;
}

static void add_second_wave(struct world *w) {
    add_scores(w, "ten", "344555425345");
    add_scores(w, "six", "544435");
    add_scores(w, "grown", "1234554321");
    add_scores(w, "late", "44532451");
}

static const struct figures *construct_of(struct world *w, struct results *r, const char *code, size_t construct) {
    return &(code[0] ? read_organisation(w, r, code) : read_overall(w, r))->groups[0].constructs[construct];
}

static void assert_no_change(const struct figures *f) {
    for (int s = STAT_CHANGE; s <= STAT_G; s++) {
        assert_none(f->of[s]);
    }
}

static void assert_change_withheld(const struct figures *f) {
    for (int s = STAT_CHANGE; s <= STAT_G; s++) {
        assert_withheld(f->of[s]);
    }
}

static void a_change_is_told_with_its_interval_and_size(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    store_first_wave(w);
    add_second_wave(w);
    store_next_wave(w, small_instrument);
    struct results *r = open_results(w);
    const struct figures *ten = construct_of(w, r, "ten", BURDEN);
    assert_value(ten->of[STAT_CHANGE], 1.1833333333333331);
    assert_value(ten->of[STAT_CHANGE_LOW], .1828194626526145);
    assert_value(ten->of[STAT_CHANGE_HIGH], 2.183847204014052);
    assert_value(ten->of[STAT_G], 1.0432012720490043);
    const struct figures *all = construct_of(w, r, "", BURDEN);
    assert_value(all->of[STAT_N], 36);
    assert_value(all->of[STAT_CHANGE], .33333333333333304);
    assert_value(all->of[STAT_CHANGE_LOW], -.35797080036378409);
    assert_value(all->of[STAT_CHANGE_HIGH], 1.02463746703045011);
    assert_value(all->of[STAT_G], .26190493374762436);
    struct organisation_results *o;
    assert_int_equal(results_overview(r, w->arena, 0, &o), RESULT_OK);
    assert_int_equal(o->groups[0].constructs[BURDEN].of[STAT_CHANGE].state,
                     construct_of(w, r, o->code, BURDEN)->of[STAT_CHANGE].state);
    assert_no_change(construct_of(w, r, "ten", MONEY)); /* staff are not asked */
    results_close(r);
    world_free(w);
}

static void a_change_tells_no_more_than_both_waves(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    store_first_wave(w);
    add_second_wave(w);
    store_next_wave(w, small_instrument);
    struct results *r = open_results(w);
    /* Six and six: the means are told, the deviations are not. */
    const struct figures *six = construct_of(w, r, "six", BURDEN);
    assert_value(six->of[STAT_CHANGE], 25. / 6 - 22. / 6);
    assert_withheld(six->of[STAT_CHANGE_LOW]);
    assert_withheld(six->of[STAT_CHANGE_HIGH]);
    assert_withheld(six->of[STAT_G]);
    /* Four before, ten now: the change would tell the mean of four. */
    const struct figures *grown = construct_of(w, r, "grown", BURDEN);
    assert_value(grown->of[STAT_MEAN], 3);
    assert_change_withheld(grown);
    assert_no_change(construct_of(w, r, "late", BURDEN)); /* was not there */
    results_close(r);
    /* A minimum that was raised since holds for both waves. */
    w->assessment.min_group = 7;
    r = open_results(w);
    assert_change_withheld(construct_of(w, r, "six", BURDEN));
    assert_withheld(construct_of(w, r, "ten", BURDEN)->of[STAT_G]);
    results_close(r);
    world_free(w);
}

static void without_a_wave_before_there_is_no_change(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    store_first_wave(w);
    const struct wave first = w->wave;
    add_second_wave(w);
    store_next_wave(w, small_instrument);
    w->wave = first;
    struct results *r = open_results(w);
    assert_no_change(construct_of(w, r, "ten", BURDEN));
    assert_no_change(construct_of(w, r, "grown", BURDEN));
    assert_no_change(construct_of(w, r, "", BURDEN));
    results_close(r);
    world_free(w);
}

static char *replaced(struct world *w, const char *what, const char *with) {
    const char *at = strstr(small_instrument, what);
    assert_non_null(at);
    return arena_printf(w->arena, "%.*s%s%s", (int)(at - small_instrument), small_instrument, with, at + strlen(what));
}

static void a_construct_that_means_something_else_has_no_change(void **state) {
    (void)state;
    static const struct {
        const char *what, *with;
        bool comparable;
    } edits[] = {
        {"favourable = 4, 5", "favourable = 5", false},
        {"unfavourable = 1, 2", "unfavourable = 1", false},
        {"5 = Always\n", "5 = Always\n6 = \"Beyond always\"\n", false},
        {"higher = barrier\n", "", false},
        {"level = organisation\nanswered_by = staff", "level = team\nanswered_by = staff", false},
        {"item.bur2 = \"It tires me.\"\n", "", false},
        {"item.bur2 = \"It tires me.\"\n", "item.bur2 = \"It tires me.\"\nitem.bur3 = \"It bores me.\"\n", false},
        {"item.bur2 = \"It tires me.\"\n", "item.bur2 = \"It tires me.\"\nitem.bur2.reverse = yes\n", false},
        {"construct.burden", "construct.load", false},
        {"answered_by = staff\nscale = agree5\n", "answered_by = staff\nscale = agree5\nmin_answered = 1\n", false},
        {"It tires me.", "It makes me tired.", true},
        {"item.bur1 = \"It costs me time.\"\nitem.bur2 = \"It tires me.\"\n",
         "item.bur2 = \"It tires me.\"\nitem.bur1 = \"It costs me time.\"\n", true},
    };
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        struct world *w = world_new(small_instrument);
        store_first_wave(w);
        add_second_wave(w);
        store_next_wave(w, replaced(w, edits[i].what, edits[i].with));
        struct results *r = open_results(w);
        const struct figures *ten = construct_of(w, r, "ten", BURDEN);
        assert_int_equal(ten->of[STAT_MEAN].state, CELL_VALUE);
        if (edits[i].comparable) {
            assert_value(ten->of[STAT_CHANGE], 1.1833333333333331);
        } else if (ten->of[STAT_CHANGE].state != CELL_NONE) {
            fail_msg("a change in spite of \"%s\"", edits[i].with);
        }
        results_close(r);
        world_free(w);
    }
}

static void the_reliability_of_a_mean_follows_its_number_of_answers(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    store_first_wave(w);
    add_second_wave(w);
    add_scores(w, "few", "123");
    store_next_wave(w, small_instrument);
    struct results *r = open_results(w);
    const struct figures *all = construct_of(w, r, "", BURDEN);
    assert_value(all->of[STAT_ICC1], .08728039353478567);
    assert_value(construct_of(w, r, "ten", BURDEN)->of[STAT_ICC2], .5343467660978058);
    assert_value(construct_of(w, r, "six", BURDEN)->of[STAT_ICC2], .3645792563600783);
    assert_withheld(construct_of(w, r, "few", BURDEN)->of[STAT_ICC2]);
    assert_none(construct_of(w, r, "ten", MONEY)->of[STAT_ICC2]);
    results_close(r);
    world_free(w);
}

static void the_table_has_the_change(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    store_first_wave(w);
    add_second_wave(w);
    store_next_wave(w, small_instrument);
    struct results *r = open_results(w);
    char *csv = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&csv, &size);
    assert_int_equal(results_write_csv(r, out, w->findings), RESULT_OK);
    fclose(out);
    assert_non_null(strstr(csv, "\nten,,construct,burden,change,1.18333333333333"));
    assert_non_null(strstr(csv, "\nten,,construct,burden,change_high,2.1838472040140"));
    assert_non_null(strstr(csv, "\nten,,construct,burden,icc2,"));
    assert_non_null(strstr(csv, "\nsix,,construct,burden,g,withheld,\r\n"));
    assert_non_null(strstr(csv, "\nlate,,construct,burden,change,,8\r\n"));
    assert_non_null(strstr(csv, "\n,,construct,burden,change_low,"));
    assert_null(strstr(csv, "role=boss,construct,burden,change"));
    assert_null(strstr(csv, "item,bur1,change"));
    free(csv);
    results_close(r);
    world_free(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_is_told_with_its_interval_and_size),
        cmocka_unit_test(a_change_tells_no_more_than_both_waves),
        cmocka_unit_test(without_a_wave_before_there_is_no_change),
        cmocka_unit_test(a_construct_that_means_something_else_has_no_change),
        cmocka_unit_test(the_reliability_of_a_mean_follows_its_number_of_answers),
        cmocka_unit_test(the_table_has_the_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
