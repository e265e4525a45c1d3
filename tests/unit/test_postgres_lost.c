/* rooms: store base
 * The connection to the server is lost right before any one of the calls that a wave's life needs, from its assessment
 * to its results: nobody notices, and everything is there once. */
#include "store_fixture.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "store/accounts.h"
#include "store/counts.h"

static atomic_int left; /* calls until the one before which the connection is cut; 0 or less: none is */
static atomic_int calls;

static void count_call(PGconn *connection) {
    atomic_fetch_add(&calls, 1);
    if (atomic_fetch_sub(&left, 1) == 1)
        shutdown(PQsocket(connection), SHUT_RDWR);
}

#define REAL(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

PGresult *PQexec(PGconn *connection, const char *sql) {
    count_call(connection);
    return REAL(PQexec)(connection, sql);
}

PGresult *PQprepare(PGconn *connection, const char *name, const char *sql, int n, const Oid *types) {
    count_call(connection);
    return REAL(PQprepare)(connection, name, sql, n, types);
}

int PQsendQueryPrepared(PGconn *connection, const char *name, int n, const char *const *values, const int *lengths,
                        const int *formats, int format) {
    count_call(connection);
    return REAL(PQsendQueryPrepared)(connection, name, n, values, lengths, formats, format);
}

static bool give_two(void *context, struct aggregate *out) {
    static const char *const names[] = {"a", "b"};
    int *at = context;
    if (*at == 2)
        return false;
    *out = (struct aggregate){.organisation = "north",
                              .group = "",
                              .kind = "item",
                              .name = names[(*at)++],
                              .n = 3,
                              .counts = str_of("{\"1\":3}"),
                              .statistics = str_of("{}")};
    return true;
}

static bool count_aggregate(void *context, const struct aggregate *a) {
    (void)a;
    ++*(int *)context;
    return true;
}

static void cast_and_draft(struct place_on_disk *p, const struct wave *w) {
    struct invitation *list;
    size_t n;
    const uint8_t key[32] = {7};
    struct str draft;
    assert_int_equal(store_list_invitations(p->store, p->arena, w->id, &list, &n), RESULT_OK);
    assert_int_equal(n, 5);
    assert_int_equal(store_put_draft_wait(p->store, w->id, key, str_of("sealed"), clock_today()), RESULT_OK);
    assert_int_equal(store_find_draft(p->store, p->arena, w->id, key, &draft), RESULT_OK);
    for (size_t i = 0; i < 3; i++) {
        struct found_ticket found;
        answer(p, w, list[i].id);
        uint8_t ticket[32];
        ticket_of(list[i].id, ticket);
        assert_int_equal(store_find_ticket(p->store, p->arena, ticket, &found), RESULT_OK);
        assert_int_equal(found.state, TICKET_SPENT);
    }
}

/* What `next` gave cannot be given again by the store; by whoever makes it, it can. */
static void put_aggregates(struct place_on_disk *p, const struct wave *w) {
    const struct aggregate_source source = {.n_responses = 3, .version = 1};
    int at = 0, found = 0;
    if (store_put_aggregates(p->store, w->id, &source, give_two, &at) != RESULT_OK) {
        at = 0;
        assert_int_equal(store_put_aggregates(p->store, w->id, &source, give_two, &at), RESULT_OK);
    }
    assert_int_equal(store_each_aggregate(p->store, w->id, NULL, NULL, NULL, count_aggregate, &found), RESULT_OK);
    assert_int_equal(found, 2);
}

static void close_it(struct place_on_disk *p, const struct wave *w) {
    struct response responses[3];
    size_t n = 0;
    assert_int_equal(store_each_ballot(p->store, w->id, count_one_ballot, &n), RESULT_OK);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < 3; i++)
        responses[i] = (struct response){.id = id_new(), .organisation = "north", .unit = "", .answers = str_of("{}")};
    assert_int_equal(store_empty_wave(p->store, w->id, 3, responses, 3, NULL, 0, "2027-02-01"), RESULT_OK);
    n = 0;
    assert_int_equal(store_each_response(p->store, w->id, NULL, count_one_response, &n), RESULT_OK);
    assert_int_equal(n, 3);
}

static void clean_it(struct place_on_disk *p, const struct wave *w) {
    struct wave found = *w;
    assert_int_equal(store_scrub(p->store), RESULT_OK);
    assert_int_equal(store_mark_closed(p->store, w->id), RESULT_OK);
    for (int tries = 0; tries < 200 && found.state != WAVE_CLOSED; tries++) {
        assert_int_equal(store_get_wave(p->store, p->arena, w->id, &found), RESULT_OK);
        usleep(found.state == WAVE_CLOSED ? 0 : 50000);
    }
    assert_int_equal(found.state, WAVE_CLOSED);
}

static void look_at_it(struct place_on_disk *p, const struct wave *w) {
    struct wave_counts counts;
    struct wave_file *files;
    struct kept kept;
    size_t n;
    assert_int_equal(store_list_wave_files(p->store, p->arena, w->id, &files, &n), RESULT_OK);
    assert_int_equal(store_count_answers(p->store, p->arena, w, &counts), RESULT_OK);
    struct store_condition condition;
    assert_int_equal(store_describe(p->store, p->arena, &condition), RESULT_OK);
    if (store_check(p->store, p->arena, &kept, NULL) == RESULT_MACHINE) /* the moment it was to be about is gone */
        (void)!store_check(p->store, p->arena, &kept, NULL);
    assert_true(kept.waves > 0);
}

static void live(struct place_on_disk *p, int number) {
    const char *name = arena_printf(p->arena, "life %d", number);
    struct assessment a = add_assessment(p, name);
    struct wave w = add_wave(p, &a, "1", 5);
    struct assessment *list;
    size_t n, found = 0;
    cast_and_draft(p, &w);
    close_it(p, &w);
    put_aggregates(p, &w);
    look_at_it(p, &w);
    assert_int_equal(store_list_assessments(p->store, p->arena, &list, &n), RESULT_OK);
    for (size_t i = 0; i < n; i++)
        found += strcmp(list[i].name, name) == 0;
    assert_int_equal(found, 1);
}

static void a_connection_lost_before_any_call_is_made_good(void **state) {
    struct place_on_disk *p = *state;
    live(p, -1); /* what is prepared once is prepared */
    calls = 0;
    live(p, 0);
    const int all = calls;
    assert_true(all > 100);
    for (int i = 1; i <= all; i++) {
        left = i;
        live(p, i);
        assert_true(left <= 0);
        left = 0;
    }
    print_message("%d calls, each lost once\n", all);
    assert_int_equal(read_number(p->store, "SELECT count(*) FROM ballot"), 0);
    assert_int_equal(read_number(p->store, "SELECT count(*) FROM response"), 3 * (all + 2));
    assert_int_equal(read_number(p->store, "SELECT sum(answered) FROM invited"), 3 * (all + 2));
    assert_int_equal(read_number(p->store, "SELECT sum(n) FROM day_count"), 3 * (all + 2));
    assert_int_equal(read_number(p->store, "SELECT count(*) FROM ticket WHERE state <> 2"), 0);
}

static void a_cleaning_that_is_cut_short_is_done_later(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    static const int cut[] = {1, 3, 9, 20, 35};
    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
        struct wave w = add_wave(p, &a, arena_printf(p->arena, "%zu", i), 5);
        cast_and_draft(p, &w);
        close_it(p, &w);
        left = cut[i];
        clean_it(p, &w);
        left = 0;
    }
}

int main(void) {
#define HERE(name) cmocka_unit_test_setup_teardown(name, open_place, close_place)
    const struct CMUnitTest tests[] = {
        HERE(a_connection_lost_before_any_call_is_made_good),
        HERE(a_cleaning_that_is_cut_short_is_done_later),
    };
    return run_on_postgres(tests);
}
