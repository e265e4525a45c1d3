/* rooms: store base
 * A database of an older version comes up at the newest with everything kept, and a copy of before beside it. */
#include "store_fixture.h"

#include <sqlite3.h>

#include "base/embedded.h"
#include "base/file.h"
#include "store/accounts.h"
#include "store/mailings.h"

static int open_empty_folder(void **state) {
    struct place_on_disk *p = mem_alloc(sizeof *p);
    strcpy(p->folder, "/tmp/readiness-migrate-XXXXXX");
    if (sodium_init() < 0 || !mkdtemp(p->folder))
        return -1;
    snprintf(p->path, sizeof p->path, "%s/r.db", p->folder);
    snprintf(p->url, sizeof p->url, "sqlite:%s", p->path);
    p->arena = arena_new();
    *state = p;
    return 0;
}

static void run(sqlite3 *db, const char *sql) {
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s", message);
}

static int number(const char *path, const char *sql) {
    sqlite3 *db;
    sqlite3_stmt *q;
    int n = -1;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
        n = sqlite3_column_int(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
    return n;
}

/* A database as the first version made it, with an open wave in use. */
static void make_first_version(struct place_on_disk *p) {
    sqlite3 *db;
    struct str schema = embedded_find("engine/store/sqlite/001-first.sql");
    assert_non_null(schema.p);
    assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
    run(db, schema.p);
    run(db,
        "PRAGMA application_id = 1380208211; PRAGMA user_version = 1; PRAGMA journal_mode = WAL;"
        "INSERT INTO assessment VALUES (x'00112233445566778899aabbccddeeff', 'north', 'North', 'x.ini', 1, 7, 14);"
        "INSERT INTO placeholder VALUES (x'00112233445566778899aabbccddeeff', 'innovation', '', 'falls');"
        "INSERT INTO organisation VALUES (x'00112233445566778899aabbccddeeff', 'n1', 'N1', '', 'fr', 12);"
        "INSERT INTO person VALUES (x'00112233445566778899aabbccddeeff', x'0a112233445566778899aabbccddeeff',"
        " 'A@n1.example', 'A', 'n1', '', '');"
        "INSERT INTO wave VALUES (x'01112233445566778899aabbccddeeff', x'00112233445566778899aabbccddeeff', 1,"
        " 'Baseline', 0, '2027-01-01', '2027-01-31', '', 1, 7, 14, 0, zeroblob(32), zeroblob(32));"
        "INSERT INTO invitation VALUES (x'01112233445566778899aabbccddeeff', x'02112233445566778899aabbccddeeff', 1,"
        " 'n1', '', '', x'0a112233445566778899aabbccddeeff', 0);"
        "INSERT INTO ticket VALUES (x'01112233445566778899aabbccddeeff', zeroblob(32), 1, 'n1', '', '', NULL, 1);"
        "INSERT INTO ballot VALUES (x'01112233445566778899aabbccddeeff', zeroblob(32), x'ff');"
        "INSERT INTO invited VALUES (x'01112233445566778899aabbccddeeff', 'n1', 1, 1, 0);");
    sqlite3_close(db);
}

static int newest_version(void) {
    int newest = 0, version;
    for (size_t i = 0; i < embedded_count; i++)
        if (sscanf(embedded_files[i].path, "engine/store/sqlite/%3d-", &version) == 1 && version > newest)
            newest = version;
    return newest;
}

static void the_first_version_comes_up_at_the_newest_with_everything_kept(void **state) {
    struct place_on_disk *p = *state;
    make_first_version(p);
    assert_int_equal(store_open(&p->store, p->url, NULL), RESULT_OK);
    struct assessment a;
    struct wave *waves;
    struct person person;
    struct invitation *invitations;
    struct invited *invited;
    struct placeholder_value *values;
    struct found_ticket ticket;
    uint8_t hash[32] = {0};
    size_t n;
    bool cast;
    assert_int_equal(store_find_assessment(p->store, p->arena, "north", &a), RESULT_OK);
    assert_int_equal(a.mode, MODE_CONFIDENTIAL);
    assert_int_equal(a.min_group, 7);
    assert_int_equal(a.state, ASSESSMENT_ACTIVE);
    assert_string_equal(a.timezone, "UTC");
    assert_string_equal(a.languages, "");
    assert_string_equal(a.deleted, "");
    assert_int_equal(a.roster_days + a.response_days, 0);
    struct id nobody = {{0}};
    assert_true(id_equal(a.owner, nobody));
    assert_int_equal(store_list_placeholders(p->store, p->arena, a.id, &values, &n), RESULT_OK);
    assert_int_equal(n, 1);
    assert_int_equal(store_find_person(p->store, p->arena, a.id, "a@N1.example", &person), RESULT_OK);
    assert_int_equal(person.contact, CONTACT_GOOD);
    assert_int_equal(store_list_waves(p->store, p->arena, a.id, &waves, &n), RESULT_OK);
    assert_int_equal(n, 1);
    assert_string_equal(waves[0].until, "2027-01-31");
    assert_string_equal(waves[0].timezone, "UTC");
    assert_int_equal(store_list_invitations(p->store, p->arena, waves[0].id, &invitations, &n), RESULT_OK);
    assert_string_equal(invitations[0].email, "A@n1.example");
    assert_int_equal(store_list_invited(p->store, p->arena, waves[0].id, &invited, &n), RESULT_OK);
    assert_int_equal(invited[0].answered, 1);
    assert_int_equal(store_find_ticket(p->store, p->arena, hash, &ticket), RESULT_OK);
    assert_int_equal(ticket.state, TICKET_SPENT);
    assert_int_equal(store_has_ballot(p->store, waves[0].id, hash, &cast), RESULT_OK);
    assert_true(cast);
    struct mailing m = {.id = id_new(), .wave = waves[0].id, .kind = MAILING_REMINDERS, .per_minute = 1};
    assert_int_equal(store_start_mailing(p->store, &m), RESULT_OK); /* the new tables are there */
    assert_int_equal(number(p->path, "PRAGMA user_version"), newest_version());
    assert_int_equal(number(p->path, "PRAGMA application_id"), 1380208211);
    assert_int_equal(number(p->path, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    const char *copy = arena_printf(p->arena, "%s.before-%d", p->path, newest_version());
    assert_true(file_exists(copy));
    assert_int_equal(number(copy, "PRAGMA user_version"), 1);
    assert_int_equal(number(copy, "SELECT count(*) FROM ballot"), 1);
    assert_int_equal(number(copy, "SELECT count(*) FROM sqlite_schema WHERE name = 'account'"), 0);
}

static void an_upgraded_database_has_the_same_form_as_a_new_one(void **state) {
    struct place_on_disk *p = *state;
    struct store *fresh;
    make_first_version(p);
    assert_int_equal(store_open(&p->store, p->url, NULL), RESULT_OK);
    const char *other = arena_printf(p->arena, "%s/new.d/r.db", p->folder);
    assert_int_equal(store_open(&fresh, arena_printf(p->arena, "sqlite:%s", other), NULL), RESULT_OK);
    store_close(fresh);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
    run(db, arena_printf(p->arena, "ATTACH '%s' AS fresh", other));
    sqlite3_stmt *q;
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT count(*) FROM (SELECT name, sql FROM main.sqlite_schema EXCEPT"
                                        " SELECT name, sql FROM fresh.sqlite_schema)",
                                        -1, &q, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(q, 0), 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
}

static void a_newer_database_is_refused_untouched(void **state) {
    struct place_on_disk *p = *state;
    sqlite3 *db;
    make_first_version(p);
    assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
    run(db, "PRAGMA user_version = 999");
    sqlite3_close(db);
    struct findings *findings = findings_new();
    assert_int_equal(store_open(&p->store, p->url, findings), RESULT_INPUT);
    assert_true(findings_have(findings, "store_newer", 0));
    findings_free(findings);
    assert_int_equal(number(p->path, "PRAGMA user_version"), 999);
    assert_int_equal(number(p->path, "SELECT count(*) FROM sqlite_schema WHERE name = 'account'"), 0);
}

#define HERE(test) cmocka_unit_test_setup_teardown(test, open_empty_folder, close_place)

int main(void) {
    const struct CMUnitTest tests[] = {
        HERE(the_first_version_comes_up_at_the_newest_with_everything_kept),
        HERE(an_upgraded_database_has_the_same_form_as_a_new_one),
        HERE(a_newer_database_is_refused_untouched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
