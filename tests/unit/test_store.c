/* rooms: store base
 * The store keeps its promises by itself: once, whole, durable, and without residue. */
#include "both_stores.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "store/store.h"

struct fixture {
    char folder[64], url[256];
    struct store *store;
    struct arena *arena;
    struct assessment assessment;
    struct wave wave;
};

static const char canary[] = "canary-answer-in-clear-7421";

static void open_store(struct fixture *f) {
    assert_int_equal(store_open(&f->store, f->url, NULL), RESULT_OK);
}

static struct ticket ticket_number(int n) {
    struct ticket t = {.kind = INVITATION_PERSONAL, .organisation = "north", .unit = "", .language = ""};
    t.hash[0] = (uint8_t)n;
    t.hash[1] = (uint8_t)(n >> 8);
    t.hash[31] = 1;
    return t;
}

static int set_up(void **state) {
    struct fixture *f = mem_alloc(sizeof *f);
    strcpy(f->folder, "/tmp/readiness-store-XXXXXX");
    if (sodium_init() < 0 || !mkdtemp(f->folder))
        return -1;
    if (!new_database(f->url, sizeof f->url, f->folder))
        return -1;
    f->arena = arena_new();
    open_store(f);
    f->assessment = (struct assessment){
        .id = id_new(), .name = "a", .title = "A", .instrument = "x.ini", .min_group = 5, .min_comments = 10};
    struct wave wave = {.id = id_new(),
                        .assessment = f->assessment.id,
                        .label = "one",
                        .opened = "2027-01-01",
                        .until = "",
                        .closed = "",
                        .min_group = 5,
                        .min_comments = 10};
    struct ticket tickets[100];
    for (int i = 0; i < 100; i++)
        tickets[i] = ticket_number(i);
    struct invited invited = {"north", 100, 0, false};
    f->wave = wave;
    if (store_add_assessment(f->store, &f->assessment, NULL, 0) != RESULT_OK ||
        store_open_wave(f->store, &f->wave, NULL, 0, NULL, tickets, 0, 100, &invited, 1) != RESULT_OK)
        return -1;
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    char command[128];
    store_close(f->store);
    arena_free(f->arena);
    drop_database();
    snprintf(command, sizeof command, "rm -rf %s", f->folder);
    int status = system(command);
    free(f);
    return status;
}

static struct cast cast_of(const struct fixture *f, int n) {
    struct ticket t = ticket_number(n);
    struct cast c = {.wave = f->wave.id,
                     .kind = INVITATION_PERSONAL,
                     .organisation = "north",
                     .content = {canary, sizeof canary - 1}};
    memcpy(c.ticket, t.hash, 32);
    memcpy(c.key, t.hash, 32);
    return c;
}

static void a_ballot_is_cast_exactly_once(void **state) {
    struct fixture *f = *state;
    struct cast c = cast_of(f, 1);
    struct found_ticket found;
    assert_int_equal(store_cast_wait(f->store, &c), CAST_STORED);
    assert_int_equal(store_cast_wait(f->store, &c), CAST_ALREADY);
    assert_int_equal(store_find_ticket(f->store, f->arena, c.ticket, &found), RESULT_OK);
    assert_int_equal(found.state, TICKET_SPENT);
    struct ticket other = ticket_number(2);
    assert_int_equal(store_find_ticket(f->store, f->arena, other.hash, &found), RESULT_OK);
    assert_int_equal(found.state, TICKET_FRESH);
}

static void an_unknown_ticket_casts_nothing(void **state) {
    struct fixture *f = *state;
    struct cast c = cast_of(f, 5000);
    assert_int_equal(store_cast_wait(f->store, &c), CAST_UNKNOWN);
}

struct racer {
    struct fixture *f;
    int stored[100], already[100];
};

static void *race(void *argument) {
    struct racer *r = argument;
    for (int i = 0; i < 100; i++) {
        struct cast c = cast_of(r->f, i);
        enum cast_outcome o = store_cast_wait(r->f->store, &c);
        r->stored[i] += o == CAST_STORED;
        r->already[i] += o == CAST_ALREADY;
    }
    return NULL;
}

static void eight_racers_for_a_hundred_tickets_store_a_hundred_ballots(void **state) {
    struct fixture *f = *state;
    pthread_t threads[8];
    struct racer racers[8];
    memset(racers, 0, sizeof racers);
    for (int t = 0; t < 8; t++) {
        racers[t].f = f;
        assert_int_equal(pthread_create(&threads[t], NULL, race, &racers[t]), 0);
    }
    for (int t = 0; t < 8; t++)
        pthread_join(threads[t], NULL);
    for (int i = 0; i < 100; i++) {
        int stored = 0, already = 0;
        for (int t = 0; t < 8; t++) {
            stored += racers[t].stored[i];
            already += racers[t].already[i];
        }
        assert_int_equal(stored, 1);
        assert_int_equal(already, 7);
    }
    struct invited *invited;
    size_t n;
    assert_int_equal(store_list_invited(f->store, f->arena, f->wave.id, &invited, &n), RESULT_OK);
    assert_int_equal(n, 1);
    assert_int_equal(invited[0].answered, 100);
}

static void what_was_acknowledged_is_there_after_a_restart(void **state) {
    struct fixture *f = *state;
    struct cast c = cast_of(f, 7);
    bool there = false;
    assert_int_equal(store_cast_wait(f->store, &c), CAST_STORED);
    store_close(f->store);
    open_store(f);
    assert_int_equal(store_has_ballot(f->store, f->wave.id, c.key, &there), RESULT_OK);
    assert_true(there);
}

static void a_second_process_is_refused_with_a_sentence(void **state) {
    struct fixture *f = *state;
    struct store *second;
    struct findings *findings = findings_new();
    /* a database server's is for several: test_postgres_engines.c */
    const enum result result =
        server.used ? store_open_alone(&second, f->url, findings) : store_open(&second, f->url, findings);
    assert_int_equal(result, RESULT_INPUT);
    assert_true(findings_have(findings, "store_in_use", 0));
    findings_free(findings);
}

static void change_closed(struct fixture *f, const char *sql) {
    store_close(f->store);
    f->store = NULL;
    change_behind(f->folder, sql);
}

static void a_newer_or_foreign_database_is_refused_untouched(void **state) {
    struct fixture *f = *state;
    struct findings *findings = findings_new();
    struct store *s;
    change_closed(f, server.used ? "UPDATE form SET version = 99" : "PRAGMA user_version = 99");
    assert_int_equal(store_open(&s, f->url, findings), RESULT_INPUT);
    assert_true(findings_have(findings, "store_newer", 0));
    change_closed(f, server.used ? "DROP TABLE form" : "PRAGMA user_version = 1; PRAGMA application_id = 7");
    assert_int_equal(store_open(&s, f->url, findings), RESULT_INPUT);
    assert_true(findings_have(findings, "store_foreign", 0));
    findings_free(findings);
}

static bool collect_one(void *context, struct str sealed) {
    assert_int_equal(sealed.n, sizeof canary - 1);
    ++*(int *)context;
    return true;
}

/* Is the canary anywhere in the database's files? */
static bool residue(const struct fixture *f) {
    return count_on_disk(f->folder, canary) > 0;
}

static void closing_leaves_no_residue_and_tickets_forget(void **state) {
    struct fixture *f = *state;
    int ballots = 0;
    for (int i = 0; i < 20; i++) {
        struct cast c = cast_of(f, i);
        assert_int_equal(store_cast_wait(f->store, &c), CAST_STORED);
    }
    assert_true(residue(f)); /* the search can find it */
    assert_int_equal(store_each_ballot(f->store, f->wave.id, collect_one, &ballots), RESULT_OK);
    assert_int_equal(ballots, 20);
    assert_int_equal(store_empty_wave(f->store, f->wave.id, 19, NULL, 0, NULL, 0, "2027-02-01"), RESULT_INPUT);
    struct response r = {.id = id_new(), .organisation = "north", .unit = "", .answers = {"{}", 2}};
    assert_int_equal(store_empty_wave(f->store, f->wave.id, 20, &r, 1, NULL, 0, "2027-02-01"), RESULT_OK);
    assert_int_equal(store_scrub(f->store), RESULT_OK);
    assert_false(residue(f));
    struct found_ticket spent, fresh;
    struct ticket a = ticket_number(1), b = ticket_number(90);
    assert_int_equal(store_find_ticket(f->store, f->arena, a.hash, &spent), RESULT_OK);
    assert_int_equal(store_find_ticket(f->store, f->arena, b.hash, &fresh), RESULT_OK);
    assert_int_equal(spent.state, TICKET_CLOSED);
    assert_int_equal(fresh.state, TICKET_CLOSED);
    struct cast late = cast_of(f, 95);
    assert_int_equal(store_cast_wait(f->store, &late), CAST_CLOSED);
    assert_int_equal(store_mark_closed(f->store, f->wave.id), RESULT_OK);
    assert_int_equal(store_mark_closed(f->store, f->wave.id), RESULT_INPUT);
}

static void a_draft_is_replaced_removed_and_never_outlives_its_wave(void **state) {
    struct fixture *f = *state;
    uint8_t key[32] = {9};
    struct str found;
    struct day day = {"2027-01-02"};
    assert_int_equal(store_put_draft_wait(f->store, f->wave.id, key, str_of("one"), day), RESULT_OK);
    assert_int_equal(store_put_draft_wait(f->store, f->wave.id, key, str_of("two"), day), RESULT_OK);
    assert_int_equal(store_find_draft(f->store, f->arena, f->wave.id, key, &found), RESULT_OK);
    assert_true(str_is(found, "two"));
    assert_int_equal(store_drop_old_drafts(f->store, (struct day){"2027-01-02"}), RESULT_OK);
    assert_int_equal(store_find_draft(f->store, f->arena, f->wave.id, key, &found), RESULT_OK);
    assert_int_equal(store_drop_old_drafts(f->store, (struct day){"2027-01-03"}), RESULT_OK);
    assert_int_equal(store_find_draft(f->store, f->arena, f->wave.id, key, &found), RESULT_INPUT);
    assert_int_equal(store_empty_wave(f->store, f->wave.id, 0, NULL, 0, NULL, 0, "2027-02-01"), RESULT_OK);
    assert_int_equal(store_put_draft_wait(f->store, f->wave.id, key, str_of("late"), day), RESULT_OK);
    assert_int_equal(store_find_draft(f->store, f->arena, f->wave.id, key, &found), RESULT_INPUT);
}

static void the_same_person_twice_is_one_person(void **state) {
    struct fixture *f = *state;
    struct organisation o = {"north", "North", "", "", -1};
    struct person first = {id_new(), "staff@north.example", "", "north", "", "", CONTACT_GOOD};
    struct person again = {id_new(), "STAFF@north.example", "", "north", "Ward", "fr", CONTACT_GOOD};
    struct person *list;
    size_t n;
    assert_int_equal(store_put_organisations(f->store, f->assessment.id, &o, 1), RESULT_OK);
    assert_int_equal(store_put_people(f->store, f->assessment.id, &first, 1), RESULT_OK);
    assert_int_equal(store_put_people(f->store, f->assessment.id, &again, 1), RESULT_OK);
    assert_int_equal(store_list_people(f->store, f->arena, f->assessment.id, &list, &n), RESULT_OK);
    assert_int_equal(n, 1);
    assert_true(id_equal(list[0].id, first.id));
    assert_string_equal(list[0].unit, "Ward");
}

static void the_tables_that_touch_answers_have_no_time_address_or_row_number(void **state) {
    struct fixture *f = *state;
    int tables = 0;
    struct database *db = store_reader(f->store);
    struct statement *q = database_statement(
        db, server.used ? "SELECT t.table_name, string_agg(c.column_name || ' ' || c.data_type, ', ')"
                          " FROM information_schema.tables t JOIN information_schema.columns c"
                          " ON c.table_name = t.table_name AND c.table_schema = t.table_schema"
                          " WHERE t.table_schema = current_schema() AND t.table_type = 'BASE TABLE' GROUP BY 1"
                        : "SELECT name, sql FROM sqlite_schema WHERE type = 'table'");
    while (statement_step(q) == STEP_ROW) {
        const char *name = column_text(f->arena, q, 0), *sql = column_text(f->arena, q, 1);
        tables++;
        assert_true(server.used || strstr(sql, "STRICT, WITHOUT ROWID"));
        bool near_answers = strcmp(name, "ticket") == 0 || strcmp(name, "ballot") == 0 ||
                            strcmp(name, "response") == 0 || strcmp(name, "comment") == 0;
        static const char *const telling[] = {"day", "time", "date ", "person", "address", "agent"};
        for (size_t i = 0; near_answers && i < sizeof telling / sizeof *telling; i++)
            assert_null(strstr(sql, telling[i]));
    }
    store_reader_done(f->store, db);
    assert_true(tables >= 16);
    if (!server.used)
        return;
    assert_int_equal(read_number(f->store, "SELECT count(*) FROM pg_class WHERE relkind = 'S'"), 0);
    assert_int_equal(read_number(f->store, "SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                                           " WHERE c.relname IN ('ticket', 'ballot', 'draft', 'response', 'comment',"
                                           " 'invited', 'day_count', 'organisation_answer')"),
                     0);
}

struct named_rows {
    size_t at, n;
};

/* Three groups: of each the response and two hundred items. */
static bool next_aggregate(void *context, struct aggregate *out) {
    static char names[200][8];
    struct named_rows *r = context;
    size_t in_group = r->at % 201;
    if (r->at == r->n)
        return false;
    *out = (struct aggregate){.organisation = "north",
                              .group = (const char *[]){"", "role=a", "role=b"}[r->at / 201],
                              .kind = in_group < 200 ? "item" : "response",
                              .name = "",
                              .n = (int)in_group,
                              .counts = str_of("{}"),
                              .statistics = str_of(in_group % 2 ? "{\"mean\":2.5}" : "{}")};
    if (in_group < 200) {
        snprintf(names[in_group], sizeof names[0], "i%03zu", in_group);
        out->name = names[in_group];
        out->counts = str_of(in_group % 3 ? "{\"1\":4,\"}\":2}" : "{}");
    }
    r->at++;
    return true;
}

static bool same_aggregate(void *context, const struct aggregate *a) {
    struct aggregate wanted;
    assert_true(next_aggregate(context, &wanted));
    assert_string_equal(a->organisation, wanted.organisation);
    assert_string_equal(a->group, wanted.group);
    assert_string_equal(a->kind, wanted.kind);
    assert_string_equal(a->name, wanted.name);
    assert_int_equal(a->n, wanted.n);
    assert_true(str_equal(a->counts, wanted.counts) && str_equal(a->statistics, wanted.statistics));
    return true;
}

static enum result read_aggregates(struct fixture *f) {
    struct named_rows r = {.n = 603};
    enum result result = store_each_aggregate(f->store, f->wave.id, NULL, NULL, NULL, same_aggregate, &r);
    assert_true(result != RESULT_OK || r.at == r.n);
    return result;
}

static void aggregates_come_back_as_they_went_from_old_rows_too(void **state) {
    struct fixture *f = *state;
    struct aggregate_source source = {.n_responses = 1, .version = 1};
    struct named_rows r = {.n = 603};
    assert_int_equal(store_put_aggregates(f->store, f->wave.id, &source, next_aggregate, &r), RESULT_OK);
    assert_int_equal(read_aggregates(f), RESULT_OK);
    /* An earlier program wrote longer names inside the shared rows. */
    change_closed(f, "UPDATE aggregate SET statistics = replace(replace(statistics, '\"c\":', '\"counts\":'),"
                     " '\"s\":', '\"statistics\":') WHERE counts = ''");
    assert_int_equal(store_open(&f->store, f->url, NULL), RESULT_OK);
    assert_int_equal(read_aggregates(f), RESULT_OK);
    /* An older one gave each its own row. */
    change_closed(f, server.used
                         ? "CREATE TABLE old AS SELECT a.wave, a.organisation, a.grouping, a.kind, e.key AS name,"
                           " (e.value ->> 'n')::integer AS n, coalesce((e.value -> 'counts')::text, '{}') AS c,"
                           " coalesce((e.value -> 'statistics')::text, '{}') AS s"
                           " FROM aggregate a, json_each(a.statistics::json) e WHERE a.counts = '';"
                           "DELETE FROM aggregate WHERE counts = ''; INSERT INTO aggregate SELECT * FROM old;"
                           "DROP TABLE old"
                         : "CREATE TABLE old AS SELECT a.wave, a.organisation, a.grouping, a.kind, e.key AS name,"
                           " e.value ->> 'n' AS n, coalesce(e.value -> 'counts', '{}') AS counts,"
                           " coalesce(e.value -> 'statistics', '{}') AS statistics"
                           " FROM aggregate a, json_each(a.statistics) e WHERE a.counts = '';"
                           "DELETE FROM aggregate WHERE counts = ''; INSERT INTO aggregate SELECT * FROM old;"
                           "DROP TABLE old");
    assert_int_equal(store_open(&f->store, f->url, NULL), RESULT_OK);
    assert_int_equal(read_aggregates(f), RESULT_OK);
    /* A broken row is not taken for one that says nothing. */
    r.at = 0;
    assert_int_equal(store_put_aggregates(f->store, f->wave.id, &source, next_aggregate, &r), RESULT_OK);
    change_closed(f, "UPDATE aggregate SET statistics = substr(statistics, 1, 200) WHERE counts = ''");
    assert_int_equal(store_open(&f->store, f->url, NULL), RESULT_OK);
    assert_int_equal(read_aggregates(f), RESULT_MACHINE);
}

/* A file would take anything as text; a server does not, and that is no trouble. */
static void what_is_no_text_is_not_found(void **state) {
    struct fixture *f = *state;
    struct assessment found;
    static const char *const names[] = {"\xff", "a\xc3(", "\xed\xa0\x80"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(store_find_assessment(f->store, f->arena, names[i], &found), RESULT_INPUT);
        assert_int_equal(store_find_assessment(f->store, f->arena, "a", &found), RESULT_OK);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_ballot_is_cast_exactly_once),
        TEST(what_is_no_text_is_not_found),
        TEST(an_unknown_ticket_casts_nothing),
        TEST(eight_racers_for_a_hundred_tickets_store_a_hundred_ballots),
        TEST(what_was_acknowledged_is_there_after_a_restart),
        TEST(a_second_process_is_refused_with_a_sentence),
        TEST(a_newer_or_foreign_database_is_refused_untouched),
        TEST(closing_leaves_no_residue_and_tickets_forget),
        TEST(a_draft_is_replaced_removed_and_never_outlives_its_wave),
        TEST(the_same_person_twice_is_one_person),
        TEST(the_tables_that_touch_answers_have_no_time_address_or_row_number),
        TEST(aggregates_come_back_as_they_went_from_old_rows_too),
    };
    return run_on_both(tests);
}
