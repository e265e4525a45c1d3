/* rooms: collect instrument store base
 * What is kept no longer than promised, and not a day less. */
#include "store_fixture.h"

#include "base/file.h"
#include "collect/keys.h"
#include "collect/retention.h"
#include "store/accounts.h"

struct fixture {
    struct place_on_disk *p;
    const char *keys;
    struct collect *collect;
    struct assessment a;
    struct wave wave;
};

static bool nothing_more(void *context, struct aggregate *out) {
    (void)context;
    (void)out;
    return false;
}

static void close_wave(struct fixture *f, const char *day) {
    struct response r = {.id = id_new(), .organisation = "north", .unit = "", .answers = str_of("{}")};
    assert_int_equal(store_empty_wave(f->p->store, f->wave.id, 0, &r, 1, NULL, 0, day), RESULT_OK);
    assert_int_equal(store_mark_closed(f->p->store, f->wave.id), RESULT_OK);
}

static void count_results(struct fixture *f) {
    struct aggregate_source source = {.n_responses = 1, .version = 1};
    assert_int_equal(store_put_aggregates(f->p->store, f->wave.id, &source, nothing_more, NULL), RESULT_OK);
}

static struct fixture *begin(void **state) {
    struct place_on_disk *p = *state;
    struct fixture *f = arena_alloc(p->arena, sizeof *f);
    f->p = p;
    f->keys = arena_printf(p->arena, "%s/keys", p->folder);
    assert_int_equal(collect_new(&f->collect, p->store, f->keys, NULL), RESULT_OK);
    f->a = add_assessment(p, "north");
    f->a.roster_days = 10;
    f->a.response_days = 20;
    assert_int_equal(store_change_assessment(p->store, &f->a, NULL, 0), RESULT_OK);
    f->wave = add_wave(p, &f->a, "1", 3);
    return f;
}

static void end_on(struct fixture *f, const char *today) {
    struct day day;
    snprintf(day.text, sizeof day.text, "%s", today);
    assert_int_equal(collect_end_periods(f->collect, day, NULL), RESULT_OK);
}

static size_t people(struct fixture *f) {
    struct person *list;
    size_t n;
    assert_int_equal(store_list_people(f->p->store, f->p->arena, f->a.id, &list, &n), RESULT_OK);
    return n;
}

static int responses(struct fixture *f) {
    size_t n = 0;
    assert_int_equal(store_each_response(f->p->store, f->wave.id, NULL, count_one_response, &n), RESULT_OK);
    return (int)n;
}

static size_t audits(struct fixture *f) {
    struct audit *list;
    size_t n;
    assert_int_equal(store_list_audit(f->p->store, f->p->arena, NULL, 100, &list, &n), RESULT_OK);
    return n;
}

static void nothing_goes_while_a_wave_is_open(void **state) {
    struct fixture *f = begin(state);
    end_on(f, "2099-01-01");
    assert_int_equal(people(f), 3);
    assert_int_equal(audits(f), 0);
    collect_free(f->collect);
}

static void a_roster_goes_when_its_days_are_over(void **state) {
    struct fixture *f = begin(state);
    close_wave(f, "2027-02-01");
    count_results(f);
    end_on(f, "2027-02-11");
    assert_int_equal(people(f), 3);
    end_on(f, "2027-02-12");
    assert_int_equal(people(f), 0);
    assert_int_equal(responses(f), 1);
    assert_int_equal(audits(f), 1);
    end_on(f, "2027-02-13"); /* once */
    assert_int_equal(audits(f), 1);
    collect_free(f->collect);
}

static void responses_go_later_but_never_before_they_are_counted(void **state) {
    struct fixture *f = begin(state);
    close_wave(f, "2027-02-01");
    end_on(f, "2027-03-01");
    assert_int_equal(responses(f), 1);
    count_results(f);
    end_on(f, "2027-02-21");
    assert_int_equal(responses(f), 1);
    end_on(f, "2027-02-22");
    assert_int_equal(responses(f), 0);
    struct aggregate_source source;
    assert_int_equal(store_get_aggregate_source(f->p->store, f->wave.id, &source), RESULT_OK);
    collect_free(f->collect);
}

static void without_a_period_everything_is_kept(void **state) {
    struct fixture *f = begin(state);
    f->a.roster_days = f->a.response_days = 0;
    assert_int_equal(store_change_assessment(f->p->store, &f->a, NULL, 0), RESULT_OK);
    close_wave(f, "2027-02-01");
    count_results(f);
    end_on(f, "2099-01-01");
    assert_int_equal(people(f), 3);
    assert_int_equal(responses(f), 1);
    collect_free(f->collect);
}

static void a_deleted_assessment_goes_with_its_keys_after_thirty_days(void **state) {
    struct fixture *f = begin(state);
    struct wave_key key;
    struct assessment *list;
    uint8_t pseudonym[16];
    size_t n;
    struct day deleted = {"2027-03-01"};
    assert_int_equal(key_make(f->keys, f->wave.id, &key, NULL), RESULT_OK);
    assert_int_equal(key_pseudonym(f->keys, f->a.id, id_new(), pseudonym, NULL), RESULT_OK);
    assert_int_equal(store_set_assessment_state(f->p->store, f->a.id, ASSESSMENT_DELETED, deleted), RESULT_OK);
    end_on(f, "2027-03-31");
    assert_int_equal(key_read(f->keys, f->wave.id, &key, NULL), RESULT_OK);
    assert_int_equal(store_list_assessments(f->p->store, f->p->arena, &list, &n), RESULT_OK);
    assert_int_equal(n, 1);
    end_on(f, "2027-04-01");
    assert_int_equal(store_list_assessments(f->p->store, f->p->arena, &list, &n), RESULT_OK);
    assert_int_equal(n, 0);
    assert_int_equal(key_read(f->keys, f->wave.id, &key, NULL), RESULT_INPUT);
    char command[160];
    snprintf(command, sizeof command, "test -z \"$(ls %s)\"", f->keys);
    assert_int_equal(system(command), 0);
    collect_free(f->collect);
}

#define HERE(test) cmocka_unit_test_setup_teardown(test, open_place, close_place)

int main(void) {
    const struct CMUnitTest tests[] = {
        HERE(nothing_goes_while_a_wave_is_open),
        HERE(a_roster_goes_when_its_days_are_over),
        HERE(responses_go_later_but_never_before_they_are_counted),
        HERE(without_a_period_everything_is_kept),
        HERE(a_deleted_assessment_goes_with_its_keys_after_thirty_days),
    };
    return run_on_both(tests);
}
