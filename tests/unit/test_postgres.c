/* rooms: store base
 * What PostgreSQL alone could give away, and what happens when its server, or a connection to it, goes. */
#include "store_fixture.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/embedded.h"
#include "store/accounts.h"
#include "store/engines.h"
#include "store/mailings.h"
#include "store/programs.h"

enum { PEOPLE = 40, ANSWERS = 20 };

/* A wave in which every other person has answered, each in a group of its own. */
static struct wave answered_wave(struct place_on_disk *p, struct assessment *a) {
    struct invitation *list;
    size_t n;
    *a = add_assessment(p, "north");
    struct wave w = add_wave(p, a, "1", PEOPLE);
    assert_int_equal(store_list_invitations(p->store, p->arena, w.id, &list, &n), RESULT_OK);
    for (size_t i = 0; i < ANSWERS; i++)
        answer(p, &w, list[2 * i].id);
    return w;
}

static int compare_ids(const void *a, const void *b) {
    return memcmp(a, b, sizeof(struct id));
}

static void close_wave(struct place_on_disk *p, const struct wave *w) {
    struct response responses[ANSWERS];
    struct id ids[ANSWERS];
    size_t n = 0;
    assert_int_equal(store_each_ballot(p->store, w->id, count_one_ballot, &n), RESULT_OK);
    assert_int_equal(n, ANSWERS);
    for (size_t i = 0; i < n; i++)
        ids[i] = id_new();
    qsort(ids, n, sizeof *ids, compare_ids);
    for (size_t i = 0; i < n; i++)
        responses[i] = (struct response){.id = ids[i], .organisation = "north", .unit = "", .answers = str_of("{}")};
    assert_int_equal(store_empty_wave(p->store, w->id, n, responses, n, NULL, 0, "2027-02-01"), RESULT_OK);
}

static void closing_leaves_one_transaction_number_on_all_that_answering_touched(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a;
    struct wave w = answered_wave(p, &a);
    /* While it is open the numbers tell the order of answering: the test would notice. */
    assert_int_equal(read_number(p->store, "SELECT count(DISTINCT xmin::text) FROM ticket"), ANSWERS + 1);
    close_wave(p, &w);
    assert_int_equal(store_scrub(p->store), RESULT_OK);
    assert_int_equal(store_mark_closed(p->store, w.id), RESULT_OK);
    assert_int_equal(read_number(p->store, "SELECT count(*) FROM response"), ANSWERS);
    assert_int_equal(read_number(p->store, "SELECT count(DISTINCT x) FROM (SELECT xmin::text AS x FROM ticket UNION ALL"
                                           " SELECT xmin::text FROM response UNION ALL SELECT xmin::text FROM invited"
                                           " UNION ALL SELECT xmin::text FROM day_count) r"),
                     1);
    assert_int_equal(read_number(p->store, "SELECT count(*) FROM ballot"), 0);
}

static void where_a_row_lies_says_no_more_than_its_key(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a;
    struct wave w = answered_wave(p, &a);
    static const char in_order[] =
        "SELECT count(*) FROM (SELECT ctid, row_number() OVER (PARTITION BY wave ORDER BY ctid) AS place,"
        " row_number() OVER (PARTITION BY wave ORDER BY hash) AS rank FROM ticket) t WHERE place <> rank";
    assert_true(read_number(p->store, in_order) > 0);
    /* as the server reads a large table: from its first row to its last */
    change_behind(p->folder, arena_printf(p->arena, "ALTER DATABASE t%d SET enable_indexscan = off", server.databases));
    change_behind(p->folder,
                  arena_printf(p->arena, "ALTER DATABASE t%d SET enable_bitmapscan = off", server.databases));
    reopen(p);
    close_wave(p, &w);
    assert_true(read_number(p->store, in_order) > 0);
    assert_int_equal(store_scrub(p->store), RESULT_OK);
    assert_int_equal(read_number(p->store, in_order), 0);
    assert_int_equal(read_number(p->store, "SELECT count(*) FROM (SELECT row_number() OVER (ORDER BY ctid) AS place,"
                                           " row_number() OVER (ORDER BY wave, organisation, id) AS rank FROM response)"
                                           " r WHERE place <> rank"),
                     0);
    /* another wave, not yet answered: tickets do not lie as the invitations do, which name people */
    (void)add_wave(p, &a, "2", PEOPLE);
    assert_int_equal(read_number(p->store, in_order), 0);
}

/* What is added to the tables must be added to the list in cleaning.c, but for what never changes. */
static void cleaning_writes_every_table_anew(void **state) {
    struct place_on_disk *p = *state;
    struct buf names = BUF_INIT;
    const int64_t last = read_number(p->store, "SELECT max(relfilenode::bigint) FROM pg_class");
    assert_true(last > 0);
    assert_int_equal(store_scrub(p->store), RESULT_OK);
    const char *sql =
        arena_printf(p->arena,
                     "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relname NOT IN ('form', 'turn')"
                     " AND relnamespace = current_schema()::regnamespace AND relfilenode::bigint <= %lld",
                     (long long)last);
    read_rows(p->store, sql, &names);
    assert_string_equal(names.p ? names.p : "", "");
    buf_free(&names);
}

static void a_mailing_that_ended_tells_no_pace(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a;
    struct wave w = answered_wave(p, &a);
    const struct mailing m = {.id = id_new(),
                              .wave = w.id,
                              .kind = MAILING_REMINDERS,
                              .per_minute = 1,
                              .subject = "",
                              .body = "",
                              .started = 1};
    struct invitation v;
    size_t sent = 0;
    assert_int_equal(store_start_mailing(p->store, &m), RESULT_OK);
    while (store_next_delivery(p->store, p->arena, m.id, &v) == RESULT_OK) {
        uint8_t ticket[32];
        bool wanted;
        ticket_of(v.id, ticket);
        assert_int_equal(store_hold(p->store, WORK_MAIL, 60), RESULT_OK);
        assert_int_equal(store_claim_delivery(p->store, m.id, v.id, ticket, true, &wanted), RESULT_OK);
        if (wanted)
            assert_int_equal(store_end_delivery(p->store, m.id, v.id, DELIVERY_DONE, "", 1), RESULT_OK);
        sent += wanted;
    }
    assert_int_equal(sent, PEOPLE - ANSWERS);
    static const char numbers[] = "SELECT count(DISTINCT xmin::text) FROM delivery";
    assert_int_equal(read_number(p->store, numbers), PEOPLE);
    assert_int_equal(store_set_mailing_state(p->store, m.id, MAILING_DONE), RESULT_OK);
    assert_int_equal(read_number(p->store, numbers), 1);
}

static void statistics_of_the_server_keep_no_values_of_people(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a;
    struct wave w = answered_wave(p, &a);
    (void)w;
    const struct account whose = {.id = id_new(), .email = "claire@north.example", .name = "", .password = ""};
    assert_int_equal(store_add_account(p->store, &whose), RESULT_OK);
    const struct hook hook = {.id = id_new(), .account = whose.id, .url = "https://x.example/"};
    assert_int_equal(store_add_hook(p->store, &hook, 1), RESULT_OK);
    change_behind(p->folder, "ANALYZE");
    assert_true(read_number(p->store, "SELECT count(*) FROM pg_stats WHERE schemaname = current_schema()") > 0);
    assert_int_equal(read_number(p->store,
                                 "SELECT count(*) FROM pg_stats WHERE schemaname = current_schema()"
                                 " AND attname IN ('email', 'sealed', 'content', 'answers', 'text', 'pseudonym',"
                                 " 'password', 'totp', 'person', 'remark', 'secret', 'body', 'url')"
                                 " AND tablename NOT IN ('wave_file', 'wave_file_before')"),
                     0);
    assert_int_equal(count_on_disk(p->folder, "p7@north.example") > 0, 1); /* the table itself */
    struct person found;
    assert_int_equal(store_find_person(p->store, p->arena, a.id, "P7@north.EXAMPLE", &found), RESULT_OK);
    assert_int_equal(store_remove_person(p->store, a.id, found.id), RESULT_OK);
    assert_int_equal(store_scrub(p->store), RESULT_OK);
    assert_int_equal(count_on_disk(p->folder, "p7@north.example"), 0);
}

/* A connection of somebody else, which looks at the state of now until it is closed. */
static PGconn *look(void) {
    char where[160];
    snprintf(where, sizeof where, "host=%s user=readiness dbname=t%d", server.folder, server.databases);
    PGconn *connection = PQconnectdb(where);
    PQclear(PQexec(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ"));
    PGresult *answer = PQexec(connection, "SELECT count(*) FROM assessment");
    assert_int_equal(PQresultStatus(answer), PGRES_TUPLES_OK);
    PQclear(answer);
    return connection;
}

static enum wave_state state_of(struct place_on_disk *p, const struct wave *w) {
    struct wave found;
    assert_int_equal(store_get_wave(p->store, p->arena, w->id, &found), RESULT_OK);
    return found.state;
}

static void a_wave_is_closed_only_when_nobody_looks_at_an_old_state_any_more(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a;
    struct wave w = answered_wave(p, &a);
    PGconn *looker = look();
    close_wave(p, &w);
    assert_int_equal(store_scrub(p->store), RESULT_OK);
    assert_int_equal(store_mark_closed(p->store, w.id), RESULT_OK);
    assert_int_equal(state_of(p, &w), WAVE_EMPTIED);
    struct assessment b = add_assessment(p, "south"); /* everything else goes on */
    assert_int_equal(store_get_assessment(p->store, p->arena, b.id, &b), RESULT_OK);
    PQfinish(looker);
    for (int tries = 0; tries < 200 && state_of(p, &w) != WAVE_CLOSED; tries++)
        usleep(50000);
    assert_int_equal(state_of(p, &w), WAVE_CLOSED);
}

static void a_lost_connection_is_made_good_without_anybody_noticing(void **state) {
    struct place_on_disk *p = *state;
    struct invitation *list;
    size_t n;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", PEOPLE);
    for (int i = 0; i < 5; i++) {
        change_behind(p->folder, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                 " WHERE application_name = 'readiness' AND datname = current_database()");
        assert_int_equal(store_list_invitations(p->store, p->arena, w.id, &list, &n), RESULT_OK);
        assert_int_equal(n, PEOPLE);
        answer(p, &w, list[i].id);
    }
    assert_int_equal(read_number(p->store, "SELECT count(*) FROM ballot"), 5);
}

/* Eight people's browsers, each with its own tickets; what was acknowledged is written down. */
struct racer {
    struct place_on_disk *p;
    const struct wave *wave;
    const struct invitation *list;
    size_t from, to;
    atomic_int *stored, *failed, *other;
};

static void *race(void *argument) {
    struct racer *r = argument;
    for (size_t i = r->from; i < r->to; i++) {
        struct cast c = {
            .wave = r->wave->id, .kind = INVITATION_PERSONAL, .organisation = "north", .content = {"x", 1}};
        ticket_of(r->list[i].id, c.ticket);
        memcpy(c.key, c.ticket, 32);
        const enum cast_outcome outcome = store_cast_wait(r->p->store, &c);
        atomic_fetch_add(outcome == CAST_STORED ? r->stored : outcome == CAST_FAILED ? r->failed : r->other, 1);
    }
    return NULL;
}

static void what_was_acknowledged_survives_a_server_that_dies_and_comes_back(void **state) {
    enum { RACERS = 8, MANY = 1600 };
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", MANY);
    struct invitation *list;
    size_t n;
    atomic_int stored = 0, failed = 0, other = 0;
    pthread_t threads[RACERS];
    struct racer racers[RACERS];
    assert_int_equal(store_list_invitations(p->store, p->arena, w.id, &list, &n), RESULT_OK);
    for (size_t i = 0; i < RACERS; i++) {
        racers[i] = (struct racer){p, &w, list, i * MANY / RACERS, (i + 1) * MANY / RACERS, &stored, &failed, &other};
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (int i = 0; i < 3; i++) {
        usleep(300000);
        end_server(SIGQUIT); /* as pg_ctl stop -m immediate */
        assert_true(serve());
    }
    for (size_t i = 0; i < RACERS; i++)
        pthread_join(threads[i], NULL);
    /* nobody hears that an own first answer was there already: what became of each commit is known */
    assert_int_equal(other, 0);
    assert_int_equal(stored + failed, MANY);
    assert_true(stored > 0);
    print_message("%d stored, %d failed\n", stored, failed);
    const int64_t kept = read_number(p->store, "SELECT count(*) FROM ballot");
    assert_true(kept >= stored && kept <= stored + failed);
    assert_int_equal(read_number(p->store, "SELECT sum(answered) FROM invited"), kept);
    assert_int_equal(read_number(p->store, "SELECT count(*) FROM ticket WHERE state = 1"), kept);
    struct kept found;
    struct findings *findings = findings_new();
    (void)!store_check(p->store, p->arena, &found, findings);
    assert_false(findings_have(findings, "check_ballot_lost", 0));
    findings_free(findings);
}

static void wait_until(struct place_on_disk *p, const char *sql) {
    int64_t n = 0;
    for (int tries = 0; tries < 200 && n == 0; tries++) {
        usleep(50000);
        n = read_number(p->store, sql);
    }
    assert_true(n > 0);
}

/* The server has carried out the commit and waits for a standby that is not there, when the connection is cut: whoever
 * sent it hears neither yes nor no. */
static void a_commit_that_nobody_answered_counts_once(void **state) {
    struct place_on_disk *p = *state;
    struct invitation *list;
    size_t n;
    atomic_int stored = 0, failed = 0, other = 0;
    pthread_t thread;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 3);
    assert_int_equal(store_list_invitations(p->store, p->arena, w.id, &list, &n), RESULT_OK);
    struct racer one = {p, &w, list, 0, 1, &stored, &failed, &other};
    assert_true(run_on_server("ALTER SYSTEM SET synchronous_standby_names = 'nobody'"));
    change_behind(p->folder, "SELECT pg_reload_conf()");
    usleep(300000);
    assert_int_equal(pthread_create(&thread, NULL, race, &one), 0);
    wait_until(p,
               "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND datname = current_database()");
    change_behind(p->folder, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
    wait_until(p, "SELECT count(*) FROM ballot");
    assert_true(run_on_server("ALTER SYSTEM RESET synchronous_standby_names"));
    change_behind(p->folder, "SELECT pg_reload_conf()");
    pthread_join(thread, NULL);
    assert_int_equal(stored, 1);
    assert_int_equal(read_number(p->store, "SELECT count(*) FROM ballot"), 1);
    assert_int_equal(read_number(p->store, "SELECT sum(answered) FROM invited"), 1);
    answer(p, &w, list[1].id);
}

static void a_server_that_is_away_is_said_in_a_sentence(void **state) {
    struct place_on_disk *p = *state;
    struct store *s;
    struct findings *findings = findings_new();
    assert_int_equal(store_open(&s, "postgresql:///x?host=/nowhere", findings), RESULT_MACHINE);
    assert_true(findings_have(findings, "store_server_away", 0));
    assert_false(store_exists("postgresql:///x?host=/nowhere"));
    assert_true(store_exists(p->url));
    assert_true(run_on_server("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"));
    char url[256];
    url_on_server(url, sizeof url, "latin");
    assert_int_equal(store_open(&s, url, findings), RESULT_INPUT);
    assert_true(findings_have(findings, "store_server_encoding", 0));
    findings_free(findings);
}

static void both_stores_have_the_same_tables_in_step(void **state) {
    struct place_on_disk *p = *state;
    struct buf here = BUF_INIT, there = BUF_INIT;
    struct store *s;
    char url[128];
    int newest[2] = {0, 0};
    snprintf(url, sizeof url, "sqlite:%s/r.db", p->folder);
    assert_int_equal(store_open(&s, url, NULL), RESULT_OK);
    read_rows(p->store,
              "SELECT c.table_name, c.column_name, CASE c.data_type WHEN 'bytea' THEN 'BLOB' WHEN 'text' THEN"
              " 'TEXT' ELSE 'INTEGER' END, CASE c.is_nullable WHEN 'NO' THEN 1 ELSE 0 END FROM"
              " information_schema.columns c JOIN information_schema.tables t ON t.table_name = c.table_name"
              " AND t.table_schema = c.table_schema WHERE c.table_schema = current_schema()"
              " AND t.table_type = 'BASE TABLE' AND c.table_name NOT IN ('form', 'engine', 'turn', 'lease')"
              " ORDER BY c.table_name::text COLLATE \"C\", c.column_name::text COLLATE \"C\"",
              &here);
    read_rows(s,
              "SELECT m.name, c.name, c.type, c.\"notnull\" FROM sqlite_schema m, pragma_table_info(m.name) c"
              " WHERE m.type = 'table' ORDER BY m.name, c.name",
              &there);
    assert_string_equal(here.p, there.p);
    store_close(s);
    for (size_t i = 0; i < embedded_count; i++) {
        (void)sscanf(embedded_files[i].path, "engine/store/sqlite/%3d-", &newest[0]);
        (void)sscanf(embedded_files[i].path, "engine/store/postgres/%3d-", &newest[1]);
    }
    assert_int_equal(newest[0], newest[1]);
    buf_free(&here);
    buf_free(&there);
}

static const char version_before[] =
    "DROP TABLE hook_message, hook, api_reply, api_token; UPDATE form SET version = %d";

static void a_database_of_the_form_before_is_brought_up_to_date(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north"), found;
    const struct account whose = {.id = id_new(), .email = "claire@north.example", .name = "", .password = ""};
    const struct hook hook = {.id = id_new(), .account = whose.id, .url = "https://x.example/"};
    change_behind(p->folder, arena_printf(p->arena, version_before, database_newest() - 1));
    assert_int_equal(store_add_hook(p->store, &hook, 1), RESULT_MACHINE);
    reopen(p);
    assert_int_equal(read_number(p->store, "SELECT version FROM form"), database_newest());
    assert_int_equal(store_get_assessment(p->store, p->arena, a.id, &found), RESULT_OK);
    assert_int_equal(store_add_account(p->store, &whose), RESULT_OK);
    assert_int_equal(store_add_hook(p->store, &hook, 1), RESULT_OK);
}

static void an_update_that_cannot_be_finished_leaves_the_form_before(void **state) {
    struct place_on_disk *p = *state;
    struct findings *findings = findings_new();
    struct store *s;
    change_behind(p->folder, arena_printf(p->arena, version_before, database_newest() - 1));
    change_behind(p->folder, "CREATE TABLE hook_message (x INTEGER)"); /* the last of what is to be made */
    store_close(p->store);
    assert_int_equal(store_open(&s, p->url, findings), RESULT_MACHINE);
    assert_true(findings_have(findings, "store_not_migrated", 0));
    change_behind(p->folder, "DROP TABLE hook_message");
    assert_int_equal(store_open(&p->store, p->url, findings), RESULT_OK); /* nothing of the first try was in the way */
    findings_free(findings);
}

int main(void) {
#define HERE(name) cmocka_unit_test_setup_teardown(name, open_place, close_place)
    const struct CMUnitTest tests[] = {
        HERE(closing_leaves_one_transaction_number_on_all_that_answering_touched),
        HERE(where_a_row_lies_says_no_more_than_its_key),
        HERE(cleaning_writes_every_table_anew),
        HERE(a_mailing_that_ended_tells_no_pace),
        HERE(statistics_of_the_server_keep_no_values_of_people),
        HERE(a_wave_is_closed_only_when_nobody_looks_at_an_old_state_any_more),
        HERE(a_lost_connection_is_made_good_without_anybody_noticing),
        HERE(what_was_acknowledged_survives_a_server_that_dies_and_comes_back),
        HERE(a_commit_that_nobody_answered_counts_once),
        HERE(a_server_that_is_away_is_said_in_a_sentence),
        HERE(both_stores_have_the_same_tables_in_step),
        HERE(a_database_of_the_form_before_is_brought_up_to_date),
        HERE(an_update_that_cannot_be_finished_leaves_the_form_before),
    };
    return run_on_postgres(tests);
}
