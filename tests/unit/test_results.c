/* rooms: aggregate store instrument */
/* From stored responses to disclosed figures, through a real database. */
#include "aggregate/results_table.h"
#include "base/csv.h"
#include "world.h"

enum { LEAD1, LEAD2, BUR1, BUR2, MON1, MON2 };
enum { LEAD, BURDEN, MONEY };

static bool no_rows(void *context, struct aggregate *out) {
    (void)context;
    (void)out;
    return false;
}

/* Ten persons. lead1: 5 5 4 4 4 3 3 2 and two not applicable; lead2 (reversed): 1 in eight, blank in two; bur1 is
 * turned. */
static void add_ten(struct world *w) {
    static const char *const answers[] = {
        "{\"lead1\":5,\"lead2\":1,\"bur1\":5}",     "{\"lead1\":5,\"lead2\":1,\"bur1\":5}",
        "{\"lead1\":4,\"lead2\":1,\"bur1\":4}",     "{\"lead1\":4,\"lead2\":1,\"bur1\":4}",
        "{\"lead1\":4,\"lead2\":1,\"bur1\":2}",     "{\"lead1\":3,\"lead2\":1,\"bur1\":2}",
        "{\"lead1\":3,\"lead2\":1,\"bur1\":1}",     "{\"lead1\":2,\"lead2\":2,\"bur1\":1}",
        "{\"lead1\":\"na\",\"bur1\":3,\"bur2\":5}", "{\"lead1\":\"unsure\",\"lead2\":2,\"bur1\":3,\"bur2\":5}",
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        add_response(w, "ten", "", answers[i]);
    }
}

static void figures_are_those_worked_out_by_hand(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_organisation(w, "ten", 16, 10);
    add_ten(w);
    store_world(w);
    struct results *r = open_results(w);
    const struct organisation_results *o = read_organisation(w, r, "ten");
    const struct group_results *whole = &o->groups[0];
    assert_value(o->invited, 16);
    assert_value(o->answered, 10);
    assert_value(o->rate, .625);
    assert_value(whole->n, 10);
    const struct figures *lead1 = &whole->items[LEAD1];
    /* Eight answers are between the minimum and twice the minimum: mean and shares only. */
    assert_value(lead1->of[STAT_N], 8);
    assert_value(lead1->of[STAT_MEAN], 3.75);
    assert_value(lead1->of[STAT_FAVOURABLE], 5. / 8);
    assert_value(lead1->of[STAT_NEUTRAL], 2. / 8);
    assert_value(lead1->of[STAT_UNFAVOURABLE], 1. / 8);
    assert_withheld(lead1->of[STAT_SD]);
    assert_withheld(lead1->of[STAT_NOT_APPLICABLE]);
    assert_withheld(lead1->counts[0]);
    assert_withheld(lead1->counts[6]);
    assert_int_equal(lead1->call, CALL_MIXED);
    /* Reversed: 1 counts as 5, 2 as 4; the favourable side is turned with it. */
    const struct figures *lead2 = &whole->items[LEAD2];
    assert_value(lead2->of[STAT_N], 9);
    assert_withheld(lead2->of[STAT_MEAN]); /* the last of two items, of which three persons skipped one */
    assert_value(lead2->of[STAT_FAVOURABLE], 1);
    assert_int_equal(lead2->call, CALL_STRONG_ENABLER);
    /* Turned towards enabler: 5 5 4 4 2 2 1 1 3 3 become 1 1 2 2 4 4 5 5 3 3. All ten answered. Two answered bur2, and
     * bur1's mean with that of the construct would tell on them: only the shares are told (results_veil.c). */
    const struct figures *bur1 = &whole->items[BUR1];
    assert_value(bur1->of[STAT_N], 10);
    assert_withheld(bur1->of[STAT_MEAN]);
    assert_withheld(bur1->of[STAT_SD]);
    assert_withheld(bur1->of[STAT_CI_LOW]);
    assert_withheld(bur1->of[STAT_AD]);
    assert_withheld(bur1->counts[0]);
    assert_value(bur1->of[STAT_FAVOURABLE], .4);
    assert_int_equal(bur1->call, CALL_BARRIER);
    assert_withheld(whole->items[BUR2].of[STAT_N]);
    assert_withheld(whole->items[BUR2].of[STAT_MEAN]);
    assert_int_equal(whole->items[BUR2].call, CALL_NONE);
    /* Leaders: (5+5)/2 twice, (4+5)/2 three times, (3+5)/2 twice, (2+4)/2, the ninth none, the tenth lead2 alone: 4. */
    const struct figures *lead = &whole->constructs[LEAD];
    assert_value(lead->of[STAT_N], 9);
    assert_value(lead->of[STAT_MEAN], (2 * 5 + 3 * 4.5 + 2 * 4 + 3 + 4) / 9);
    assert_value(lead->of[STAT_FAVOURABLE], (5. / 8 + 1) / 2);
    assert_withheld(lead->of[STAT_SD]);
    assert_withheld(lead->of[STAT_RWGJ]);
    assert_int_equal(lead->call, CALL_ENABLER);
    /* Burden: bur1 for eight, (3+1)/2 for the two with bur2; its shares are those of bur1, the item that is told. */
    const struct figures *burden = &whole->constructs[BURDEN];
    assert_value(burden->of[STAT_N], 10);
    assert_value(burden->of[STAT_MEAN], (1 + 1 + 2 + 2 + 4 + 4 + 5 + 5 + 2 + 2) / 10.);
    assert_value(burden->of[STAT_FAVOURABLE], .4);
    assert_value(burden->of[STAT_RWGJ], 0); /* item variance 20/9 above 2 */
    assert_value(burden->of[STAT_AD], 1.2);
    assert_int_equal(burden->of[STAT_RWGJ_CHANCE].state, CELL_VALUE);
    assert_true(fabs(burden->of[STAT_RWGJ_CHANCE].value - .5056) < .004);
    assert_none(burden->of[STAT_ICC1]);
    /* Money is the organisation's own matter. */
    assert_none(whole->constructs[MONEY].of[STAT_N]);
    assert_none(whole->constructs[MONEY].of[STAT_MEAN]);
    assert_null(whole->items[MON1].counts);
    /* Domain at the level of the organisation: mean of both constructs, person by person. One has a score on one alone.
     */
    const struct figures *inner = &whole->domains[LEVEL_ORGANISATION];
    assert_value(inner->of[STAT_N], 10);
    assert_withheld(inner->of[STAT_MEAN]);
    assert_value(inner->of[STAT_FAVOURABLE], ((5. / 8 + 1) / 2 + .4) / 2);
    assert_none(whole->domains[LEVEL_TEAM].of[STAT_N]);
    results_close(r);
    world_free(w);
}

/* Ten who answered everything: bur1 as above, bur2 always 2 (turned: 4), lead1 3, lead2 1 (turned: 5). */
static void add_complete_ten(struct world *w, const char *organisation) {
    static const int bur1[] = {5, 5, 4, 4, 2, 2, 1, 1, 3, 3};
    for (size_t i = 0; i < 10; i++) {
        add_response(w, organisation, "",
                     arena_printf(w->arena, "{\"lead1\":3,\"lead2\":1,\"bur1\":%d,\"bur2\":2}", bur1[i]));
    }
}

static void details_are_those_worked_out_by_hand(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_organisation(w, "ten", 16, 10);
    add_complete_ten(w, "ten");
    store_world(w);
    struct results *r = open_results(w);
    const struct group_results *whole = &read_organisation(w, r, "ten")->groups[0];
    const struct figures *item = &whole->items[BUR1];
    assert_value(item->of[STAT_MEAN], 3);
    assert_value(item->of[STAT_SD], sqrt(20. / 9));
    assert_value(item->of[STAT_AD], 1.2);
    assert_value(item->of[STAT_CI_LOW], 3 - 2.2621571627409915 * sqrt(20. / 9 / 10));
    assert_value(item->of[STAT_CI_HIGH], 3 + 2.2621571627409915 * sqrt(20. / 9 / 10));
    assert_value(item->of[STAT_NOT_APPLICABLE], 0);
    for (size_t point = 0; point < 5; point++) {
        assert_value(item->counts[point], 2); /* raw codes */
    }
    assert_value(item->counts[5], 0);
    assert_value(whole->items[BUR2].of[STAT_MEAN], 4);
    assert_value(whole->constructs[BURDEN].of[STAT_MEAN], 3.5);
    assert_value(whole->constructs[BURDEN].of[STAT_AD], .6);
    assert_value(whole->domains[LEVEL_ORGANISATION].of[STAT_MEAN], (4 + 3.5) / 2);
    results_close(r);
    world_free(w);
}

static void fewer_than_the_minimum_show_nothing(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_organisation(w, "ten", 16, 10);
    add_organisation(w, "four", 4, 4);
    add_ten(w);
    for (int i = 0; i < 4; i++) {
        add_response(w, "four", "", "{\"lead1\":1,\"lead2\":5}");
    }
    store_world(w);
    struct results *r = open_results(w);
    const struct organisation_results *o = read_organisation(w, r, "four");
    assert_value(o->invited, 4);
    assert_withheld(o->answered);
    assert_withheld(o->rate);
    assert_withheld(o->groups[0].n);
    assert_withheld(o->groups[0].items[LEAD1].of[STAT_N]);
    assert_withheld(o->groups[0].constructs[LEAD].of[STAT_MEAN]);
    assert_int_equal(o->groups[0].constructs[LEAD].call, CALL_NONE);
    assert_true(results_withheld(o).cells_withheld > 0);
    /* And whoever subtracts the other organisation from all together finds nobody. */
    const struct organisation_results *all = read_overall(w, r);
    assert_value(all->groups[0].n, 10);
    assert_value(all->answered, 10);
    assert_value(all->invited, 16);
    assert_value(all->groups[0].items[LEAD1].of[STAT_MEAN], 3.75);
    assert_value(all->groups[0].constructs[BURDEN].of[STAT_N], 10);
    results_close(r);
    world_free(w);
}

static void small_organisations_count_together_when_they_are_enough(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_organisation(w, "ten", 16, 10);
    add_organisation(w, "four", 4, 4);
    add_ten(w);
    for (int i = 0; i < 4; i++) {
        add_response(w, "four", "", "{\"lead1\":1,\"lead2\":5,\"bur1\":2,\"bur2\":2}");
    }
    add_response(w, "", "", "{\"lead1\":2,\"lead2\":5}"); /* lost its organisation */
    store_world(w);
    struct results *r = open_results(w);
    const struct organisation_results *all = read_overall(w, r);
    assert_value(all->groups[0].n, 15);
    assert_value(all->groups[0].items[LEAD1].of[STAT_N], 13);
    assert_value(all->groups[0].items[LEAD1].of[STAT_MEAN], (8 * 3.75 + 4 * 1 + 2) / 13);
    assert_value(all->groups[0].items[LEAD1].of[STAT_NOT_APPLICABLE], 2);
    assert_value(all->groups[0].items[LEAD1].counts[5], 1);
    /* Only four of them answered bur1. */
    assert_value(all->groups[0].items[BUR1].of[STAT_N], 10);
    results_close(r);
    world_free(w);
}

static void a_unanimous_group_under_twice_the_minimum_is_withheld(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_organisation(w, "nine", 9, 9);
    for (int i = 0; i < 9; i++) {
        add_response(w, "nine", "", i % 2 ? "{\"lead1\":1,\"lead2\":5}" : "{\"lead1\":1,\"lead2\":4}");
    }
    store_world(w);
    struct results *r = open_results(w);
    const struct organisation_results *o = read_organisation(w, r, "nine");
    assert_value(o->groups[0].n, 9);
    assert_withheld(o->groups[0].items[LEAD1].of[STAT_MEAN]);
    assert_withheld(o->groups[0].items[LEAD1].of[STAT_N]);
    assert_int_equal(o->groups[0].items[LEAD2].of[STAT_MEAN].state, CELL_VALUE);
    results_close(r);
    world_free(w);
}

/* Unit north 12 (6 of them staff), unit south 10 (8 staff), nobody without a unit; bosses: 8. */
static void add_units(struct world *w) {
    char json[96];
    for (int i = 0; i < 22; i++) {
        const char *role = (i < 6 || (i >= 12 && i < 20)) ? "staff" : "boss";
        snprintf(json, sizeof json, "{\"lead1\":%d,\"lead2\":%d,\"role\":\"%s\",\"site\":\"%s\"}", 1 + i % 5,
                 1 + (i + 2) % 4, role, i == 3 ? "west" : "east");
        add_response(w, "units", i < 12 ? "north" : "south", json);
    }
}

static void groups_are_told_as_far_as_their_classes_allow(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_organisation(w, "units", 30, 22);
    add_units(w);
    store_world(w);
    struct results *r = open_results(w);
    const struct organisation_results *o = read_organisation(w, r, "units");
    assert_int_equal(o->n_groups, 1 + 2 + 3 + 2);
    assert_string_equal(o->groups[1].question, "unit");
    assert_string_equal(o->groups[1].value, "north");
    assert_string_equal(o->groups[3].question, "role");
    assert_value(group_of(o, "unit", "north")->n, 12);
    assert_value(group_of(o, "unit", "south")->n, 10);
    /* South has two bosses: no role may be told beside the units; sites differ in one person. */
    assert_withheld(group_of(o, "role", "staff")->n);
    assert_withheld(group_of(o, "role", "staff")->items[LEAD1].of[STAT_MEAN]);
    assert_withheld(group_of(o, "role", "boss")->n);
    assert_withheld(group_of(o, "role", "other")->n);
    assert_withheld(group_of(o, "site", "east")->n);
    assert_withheld(group_of(o, "site", "west")->n);
    double sum = 0;
    for (int i = 0; i < 12; i++) {
        sum += 1 + i % 5;
    }
    assert_value(group_of(o, "unit", "north")->items[LEAD1].of[STAT_MEAN], sum / 12);
    assert_int_equal(group_of(o, "unit", "north")->items[LEAD1].of[STAT_SD].state, CELL_VALUE);
    assert_true(results_withheld(o).groups_dropped >= 5);
    /* Together, the role may be pooled: north 6 and 6, south 8 and 2, so 8 persons at stake. */
    const struct organisation_results *all = read_overall(w, r);
    assert_value(group_of(all, "role", "staff")->n, 14);
    assert_value(group_of(all, "role", "boss")->n, 8);
    assert_withheld(group_of(all, "role", "other")->n);
    assert_withheld(group_of(all, "site", "east")->n);
    assert_none(group_of(all, "role", "staff")->constructs[LEAD].of[STAT_ALPHA]);
    assert_int_equal(all->n_groups, 1 + 3 + 2);
    results_close(r);
    world_free(w);
}

static void many_units_are_told_as_far_as_the_rule_reaches(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_organisation(w, "large", 400, 350);
    for (int i = 0; i < 350; i++) {
        add_response(w, "large", arena_printf(w->arena, "u%02d", i % 70),
                     arena_printf(w->arena, "{\"lead1\":%d}", 1 + i / 70));
    }
    store_world(w);
    struct results *r = open_results(w);
    const struct organisation_results *o = read_organisation(w, r, "large");
    size_t told = 0;
    for (size_t g = 1; g < o->n_groups; g++) {
        told += o->groups[g].items[LEAD1].of[STAT_MEAN].state == CELL_VALUE;
    }
    assert_int_equal(o->n_groups, 1 + 70 + 3 + 2);
    assert_int_equal(told, DISCLOSE_GROUPS_MAX);
    results_close(r);
    world_free(w);
}

static void results_are_made_once_and_again_when_the_program_changed(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_organisation(w, "ten", 16, 10);
    add_ten(w);
    store_world(w);
    results_close(open_results(w));
    struct aggregate_source source;
    assert_int_equal(store_get_aggregate_source(w->store, w->wave.id, &source), RESULT_OK);
    assert_int_equal(source.n_responses, 10);
    /* Somebody else's rows under this version stay ... */
    assert_int_equal(store_put_aggregates(w->store, w->wave.id, &source, no_rows, NULL), RESULT_OK);
    struct results *r = open_results(w);
    assert_withheld(read_organisation(w, r, "ten")->groups[0].n);
    results_close(r);
    /* ... and those of another version are made again. */
    source.version--;
    assert_int_equal(store_put_aggregates(w->store, w->wave.id, &source, no_rows, NULL), RESULT_OK);
    r = open_results(w);
    assert_value(read_organisation(w, r, "ten")->groups[0].n, 10);
    results_close(r);
    world_free(w);
}

static void what_was_decided_once_is_kept(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_organisation(w, "units", 30, 22);
    add_units(w);
    store_world(w);
    /* Somebody decided before that only the south may be told. */
    const struct published decided[] = {
        {"", str_of("{\"response\":[\"\"]}")},
        {"units", str_of("{\"response\":[\"\",\"unit=south\"],\"item.lead1\":[\"\"]}")}};
    assert_int_equal(store_put_published(w->store, w->wave.id, decided, 2), RESULT_OK);
    struct results *r = open_results(w);
    const struct organisation_results *o = read_organisation(w, r, "units");
    assert_withheld(group_of(o, "unit", "north")->n);
    assert_value(group_of(o, "unit", "south")->n, 10);
    assert_withheld(group_of(o, "unit", "south")->items[LEAD1].of[STAT_MEAN]);
    assert_int_equal(group_of(o, "unit", "south")->items[LEAD2].of[STAT_MEAN].state, CELL_VALUE);
    const struct organisation_results *all = read_overall(w, r);
    assert_withheld(group_of(all, "role", "staff")->n);
    results_close(r);
    world_free(w);
}

static size_t count_rows(struct world *w, bool (*each)(void *, const struct aggregate *)) {
    size_t n = 0;
    assert_int_equal(store_each_aggregate(w->store, w->wave.id, NULL, NULL, NULL, each, &n), RESULT_OK);
    return n;
}

static bool count_small(void *context, const struct aggregate *a) {
    size_t *n = context;
    *n += a->n >= 0 && a->n < 5;
    *n += a->n < 10 && a->counts.n > 2;
    *n += a->n < 10 && memmem(a->statistics.p, a->statistics.n, "\"sd\"", 4) != NULL;
    return true;
}

static void the_tables_keep_nothing_about_fewer(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_organisation(w, "units", 30, 22);
    add_organisation(w, "ten", 16, 10);
    add_organisation(w, "four", 4, 4);
    add_units(w);
    add_ten(w);
    for (int i = 0; i < 4; i++) {
        add_response(w, "four", "", "{\"lead1\":1,\"lead2\":5,\"role\":\"boss\"}");
    }
    store_world(w);
    results_close(open_results(w));
    assert_int_equal(count_rows(w, count_small), 0);
    world_free(w);
}

static void a_raised_minimum_hides_what_was_told(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_organisation(w, "ten", 16, 10);
    add_organisation(w, "more", 16, 10);
    add_ten(w);
    add_complete_ten(w, "more");
    store_world(w);
    results_close(open_results(w));
    w->assessment.min_group = 10;
    struct results *r = open_results(w);
    const struct organisation_results *o = read_organisation(w, r, "ten");
    assert_withheld(o->groups[0].items[LEAD1].of[STAT_N]); /* 8 answers */
    o = read_organisation(w, r, "more");
    assert_value(o->groups[0].items[BUR1].of[STAT_MEAN], 3);
    assert_withheld(o->groups[0].items[BUR1].of[STAT_SD]); /* from 20 now */
    assert_withheld(o->groups[0].items[BUR1].counts[0]);
    results_close(r);
    world_free(w);
}

static void comments_come_from_twice_the_minimum_on(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_organisation(w, "units", 30, 22);
    add_organisation(w, "ten", 16, 10);
    add_units(w);
    add_ten(w);
    for (int i = 0; i < 10; i++) {
        add_comment(w, "units", arena_printf(w->arena, "comment %d", i));
    }
    for (int i = 0; i < 9; i++) {
        add_comment(w, "ten", "too few");
    }
    store_world(w);
    struct results *r = open_results(w);
    const struct organisation_results *units = read_organisation(w, r, "units"), *ten = read_organisation(w, r, "ten");
    assert_int_equal(units->n_comment_lists, 1);
    assert_false(units->comments[0].withheld);
    assert_int_equal(units->comments[0].n, 10);
    unsigned seen = 0;
    for (size_t i = 0; i < 10; i++) {
        seen |= 1u << (units->comments[0].texts[i][strlen("comment ")] - '0');
    }
    assert_int_equal(seen, 0x3ff);
    assert_int_equal(ten->n_comment_lists, 1);
    assert_true(ten->comments[0].withheld);
    assert_int_equal(ten->comments[0].n, 0);
    assert_null(ten->comments[0].texts);
    results_close(r);
    world_free(w);
}

static void an_open_wave_has_no_results(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_organisation(w, "ten", 16, 10);
    add_ten(w);
    store_world(w);
    w->wave.state = WAVE_OPEN;
    struct results *r = (struct results *)w;
    assert_int_equal(results_open(&r, w->store, &w->assessment, &w->wave, w->findings), RESULT_INPUT);
    assert_null(r);
    assert_true(findings_have(w->findings, "results_wave_open", 0));
    world_free(w);
}

/* The organisation's agreed rating needs an open wave, in which its ballot is cast. */
static void an_organisations_own_rating_is_never_withheld(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_organisation(w, "small", 3, 0);
    assert_int_equal(store_add_assessment(w->store, &w->assessment, NULL, 0), RESULT_OK);
    assert_int_equal(store_put_organisations(w->store, w->assessment.id, w->organisations, 1), RESULT_OK);
    w->wave = (struct wave){.id = id_new(),
                            .assessment = w->assessment.id,
                            .label = "1",
                            .state = WAVE_OPEN,
                            .opened = "2027-01-01",
                            .until = "",
                            .closed = "",
                            .min_group = 5,
                            .min_comments = 10};
    memcpy(w->wave.instrument_hash, w->instrument->hash, sizeof w->wave.instrument_hash);
    const struct wave_file pinned = {w->file.language, w->file.text};
    const struct ticket ticket = {
        .hash = {7}, .kind = INVITATION_ORGANISATION, .organisation = "small", .unit = "", .language = ""};
    const struct invitation invitation = {.id = id_new(),
                                          .kind = INVITATION_ORGANISATION,
                                          .organisation = "small",
                                          .unit = "",
                                          .language = "",
                                          .email = "",
                                          .name = ""};
    assert_int_equal(store_open_wave(w->store, &w->wave, &pinned, 1, &invitation, &ticket, 1, 1, w->invited, 1),
                     RESULT_OK);
    struct cast cast = {.wave = w->wave.id,
                        .kind = INVITATION_ORGANISATION,
                        .ticket = {7},
                        .organisation = "small",
                        .content = str_of("{\"lead1\":4,\"lead2\":1,\"bur1\":5,\"mon1\":2}")};
    assert_int_equal(store_cast_wait(w->store, &cast), CAST_STORED);
    assert_int_equal(store_empty_wave(w->store, w->wave.id, 0, NULL, 0, NULL, 0, "2027-01-31"), RESULT_OK);
    assert_int_equal(store_mark_closed(w->store, w->wave.id), RESULT_OK);
    assert_int_equal(store_get_wave(w->store, w->arena, w->wave.id, &w->wave), RESULT_OK);
    struct results *r = open_results(w);
    const struct organisation_results *o = read_organisation(w, r, "small");
    assert_true(o->has_answer);
    assert_value(o->answer.items[LEAD1], 4);
    assert_value(o->answer.items[LEAD2], 5);
    assert_value(o->answer.constructs[LEAD], 4.5);
    assert_none(o->answer.items[BUR1]); /* was not asked */
    assert_value(o->answer.constructs[MONEY], 2);
    assert_none(o->answer.items[MON2]);
    assert_withheld(o->groups[0].n);
    struct buf text = BUF_INIT;
    assert_string_equal(results_text(r, w->arena, &w->instrument->title, 0), "Small: the new practice");
    buf_free(&text);
    results_close(r);
    world_free(w);
}

static void a_benchmark_needs_five_others_and_no_giant(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    const char *const codes[] = {"a", "b", "c", "d", "e", "f"};
    for (int o = 0; o < 6; o++) {
        add_organisation(w, codes[o], 20, 10);
        for (int i = 0; i < 10; i++) {
            char json[64];
            /* Means of lead1 differ: 1.5, 2.0, ... 4.0; burden is answered by five organisations only. */
            snprintf(json, sizeof json, "{\"lead1\":%d,\"lead2\":3%s}", 1 + (o + i % 2) / 2 + (i % 2 && !(o % 2)),
                     o < 5 ? i % 2 ? ",\"bur1\":1" : ",\"bur1\":2" : "");
            add_response(w, codes[o], "", json);
        }
    }
    store_world(w);
    struct results *r = open_results(w);
    double means[6];
    for (int o = 0; o < 6; o++) {
        struct cell mean = read_organisation(w, r, codes[o])->groups[0].constructs[LEAD].of[STAT_MEAN];
        assert_int_equal(mean.state, CELL_VALUE);
        means[o] = mean.value;
    }
    /* The first is left out: of five the quartiles are the second, third and fourth in order. */
    struct benchmark b = results_benchmark(r, 0, LEAD);
    assert_int_equal(b.organisations, 5);
    for (size_t i = 2; i < 6; i++) {
        assert_true(means[i] >= means[i - 1] - 1e-9);
    }
    assert_value(b.low, means[2]);
    assert_value(b.median, means[3]);
    assert_value(b.high, means[4]);
    assert_none(results_benchmark(r, 0, BURDEN).median);
    assert_int_equal(results_benchmark(r, 0, BURDEN).organisations, 4);
    assert_int_equal(results_benchmark(r, 5, BURDEN).median.state, CELL_VALUE);
    struct organisation_results *overview;
    assert_int_equal(results_overview(r, w->arena, 3, &overview), RESULT_OK);
    assert_int_equal(overview->n_groups, 1);
    assert_value(overview->groups[0].constructs[LEAD].of[STAT_MEAN], means[3]);
    assert_value(overview->rate, .5);
    assert_null(overview->groups[0].items);
    results_close(r);
    world_free(w);
}

static const char *leadership_instrument(struct arena *arena, const struct csv *answers) {
    const char *text = "[survey]\nschema = 1\nname = leadership\nversion = 1\ntitle = Leadership\nlanguage = en\n"
                       "licence = CC-BY-4.0\n"
                       "[scale.agree5]\n1 = One\n2 = Two\n3 = Three\n4 = Four\n5 = Five\nfavourable = 4, 5\n"
                       "unfavourable = 1, 2\n"
                       "[construct.leadership]\nlabel = Leadership\nlevel = organisation\nanswered_by = staff\n"
                       "scale = agree5\n";
    for (size_t i = 1; i < answers->header.n_cells; i++) {
        text = arena_printf(arena, "%sitem.%s = \"Item %zu\"\n", text, answers->header.cells[i], i);
    }
    return text;
}

static struct world *leadership_world(void) {
    struct arena *scratch = arena_new();
    struct csv *answers;
    assert_int_equal(csv_read(&answers, scratch, "tests/data/leadership/answers.csv", NULL), RESULT_OK);
    struct world *w = world_new(leadership_instrument(scratch, answers));
    w->file.text = str_of(arena_string(w->arena, w->file.text.p));
    for (size_t i = 0; i < answers->n_rows; i++) {
        struct buf json = BUF_INIT;
        for (size_t c = 1; c < answers->header.n_cells; c++) {
            buf_printf(&json, "%c\"%s\":%s", c == 1 ? '{' : ',', answers->header.cells[c], answers->rows[i].cells[c]);
        }
        buf_char(&json, '}');
        add_response(w, arena_string(w->arena, answers->rows[i].cells[0]), "", json.p);
        buf_free(&json);
    }
    arena_free(scratch);
    store_world(w);
    return w;
}

/* The value of a row of the written table, as text. */
static const char *row_value(const struct csv *table, const char *organisation, const char *statistic) {
    for (size_t i = 0; i < table->n_rows; i++) {
        const char **cells = table->rows[i].cells;
        if (strcmp(cells[0], organisation) == 0 && strcmp(cells[2], "construct") == 0 &&
            strcmp(cells[4], statistic) == 0) {
            return cells[5];
        }
    }
    fail_msg("no row %s %s", organisation, statistic);
    return "";
}

static void real_answers_give_the_published_figures(void **state) {
    (void)state;
    static const struct {
        const char *level, *theirs, *ours;
        double tolerance;
    } figures[] = {{"group", "mean", "mean", 1e-9},
                   {"group", "sd", "sd", 1e-9},
                   {"group", "rwgj_uniform", "rwgj", 1e-9},
                   {"group", "adm_mean", "ad", 1e-9},
                   {"overall", "mean", "mean", 1e-9},
                   {"overall", "sd", "sd", 1e-9},
                   {"overall", "alpha_listwise", "alpha", 1e-9},
                   {"overall", "F", "f", 1e-9},
                   {"overall", "p_F", "p", 1e-6},
                   {"overall", "ICC1_n0", "icc1", 1e-9},
                   {"overall", "ICC2", "icc2", 1e-9},
                   {"overall", "omega_ml_std", "omega", 1e-4}};
    struct world *w = leadership_world();
    struct results *r = open_results(w);
    const char *path = getenv("READINESS_TEST_TABLE"); /* to look at, or to compare with another program */
    path = path ? path : arena_printf(w->arena, "%s/results.csv", w->folder);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(results_write_csv(r, out, w->findings), RESULT_OK);
    fclose(out);
    struct csv *table, *expected;
    assert_int_equal(csv_read(&table, w->arena, path, NULL), RESULT_OK);
    assert_int_equal(csv_read(&expected, w->arena, "tests/data/leadership/expected.csv", NULL), RESULT_OK);
    size_t compared = 0, withheld = 0;
    for (size_t i = 0; i < expected->n_rows; i++) {
        const struct csv_row *row = &expected->rows[i];
        for (size_t f = 0; f < sizeof figures / sizeof *figures; f++) {
            if (strcmp(csv_cell(row, 0), figures[f].level) || strcmp(csv_cell(row, 3), figures[f].theirs)) {
                continue;
            }
            const char *got = row_value(table, csv_cell(row, 2), figures[f].ours);
            /* One organisation has fewer than ten answers. */
            if (atoi(csv_cell(row, 5)) < 10 && strcmp(figures[f].ours, "mean")) {
                assert_string_equal(got, "withheld");
                withheld++;
                continue;
            }
            double want = atof(csv_cell(row, 4));
            if (!(fabs(atof(got) - want) <= figures[f].tolerance * fabs(want))) {
                fail_msg("%s %s: got %s, want %.17g", csv_cell(row, 2), figures[f].ours, got, want);
            }
            compared++;
        }
    }
    assert_int_equal(compared, 99 * 4 + 8 - 3);
    assert_int_equal(withheld, 3);
    unlink(arena_printf(w->arena, "%s/results.csv", w->folder));
    results_close(r);
    world_free(w);
}

static void both_forms_of_the_table_have_the_same_rows(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_organisation(w, "ten", 16, 10);
    add_organisation(w, "=four", 4, 4); /* would be a formula in a spreadsheet */
    add_ten(w);
    for (int i = 0; i < 4; i++) {
        add_response(w, "=four", "", "{\"lead1\":1}");
    }
    store_world(w);
    struct results *r = open_results(w);
    char *csv = NULL, *json = NULL;
    size_t csv_size = 0, json_size = 0;
    FILE *out = open_memstream(&csv, &csv_size);
    assert_int_equal(results_write_csv(r, out, w->findings), RESULT_OK);
    fclose(out);
    out = open_memstream(&json, &json_size);
    assert_int_equal(results_write_json(r, out, w->findings), RESULT_OK);
    fclose(out);
    size_t lines = 0, objects = 0;
    for (const char *p = csv; *p; p++) {
        lines += *p == '\n';
    }
    for (const char *p = json; *p; p++) {
        objects += *p == '{';
    }
    assert_int_equal(lines - 1, objects);
    assert_non_null(strstr(csv, "ten,,response,responses,rate,0.625,10"));
    assert_non_null(strstr(csv, "\"'=four\",,response,responses,n,withheld,"));
    assert_non_null(strstr(csv, "ten,,item,lead1,mean,3.75,8"));
    assert_non_null(strstr(csv, "ten,role=boss,construct,lead,mean,withheld,"));
    assert_non_null(strstr(csv, "ten,,domain,inner.organisation,mean,"));
    assert_non_null(strstr(csv, ",,construct,burden,icc1,,10")); /* one organisation: not computable */
    assert_null(strstr(csv, "money"));
    assert_non_null(strstr(json, "\"statistic\":\"icc1\",\"value\":null"));
    assert_non_null(strstr(json, "\"value\":\"withheld\",\"n\":null"));
    assert_true(json[0] == '[' && json[json_size - 2] == ']');
    free(csv);
    free(json);
    results_close(r);
    world_free(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_those_worked_out_by_hand),
        cmocka_unit_test(details_are_those_worked_out_by_hand),
        cmocka_unit_test(fewer_than_the_minimum_show_nothing),
        cmocka_unit_test(small_organisations_count_together_when_they_are_enough),
        cmocka_unit_test(a_unanimous_group_under_twice_the_minimum_is_withheld),
        cmocka_unit_test(groups_are_told_as_far_as_their_classes_allow),
        cmocka_unit_test(many_units_are_told_as_far_as_the_rule_reaches),
        cmocka_unit_test(results_are_made_once_and_again_when_the_program_changed),
        cmocka_unit_test(what_was_decided_once_is_kept),
        cmocka_unit_test(the_tables_keep_nothing_about_fewer),
        cmocka_unit_test(a_raised_minimum_hides_what_was_told),
        cmocka_unit_test(comments_come_from_twice_the_minimum_on),
        cmocka_unit_test(an_open_wave_has_no_results),
        cmocka_unit_test(an_organisations_own_rating_is_never_withheld),
        cmocka_unit_test(a_benchmark_needs_five_others_and_no_giant),
        cmocka_unit_test(real_answers_give_the_published_figures),
        cmocka_unit_test(both_forms_of_the_table_have_the_same_rows),
    };
    return run_on_both(tests);
}
