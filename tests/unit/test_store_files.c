/* rooms: store base
 * The database's files on a bad day: whichever call of opening, copying, checking, putting back or cleaning fails, it
 * is said, what was there is still there, and doing it again succeeds. */
#include "store_fixture.h"
#include "trouble.h"

#include "base/embedded.h"
#include "base/file.h"
#include "store/accounts.h"
#include "store/care.h"
#include "store/counts.h"
#include "store/engines.h"
#include "store/mailings.h"
#include "store/sqlite/sqlite.h"

enum { EVERYTHING = TROUBLE_DATABASE | TROUBLE_FILES | TROUBLE_THREADS };

static int begin(void **state) {
    trouble_over(); /* of a test that failed */
    return open_place(state);
}

static const char *beside(struct place_on_disk *p, const char *name) {
    return arena_printf(p->arena, "%s/%s", p->folder, name);
}

static bool has_assessment(struct store *s, struct arena *arena, const char *name) {
    struct assessment a;
    return store_find_assessment(s, arena, name, &a) == RESULT_OK;
}

static void by_hand(const char *path, const char *sql) {
    sqlite3 *db;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void open_with_trouble(const char *url) {
    bool met = true;
    for (int n = 1; met; n++) {
        struct store *s;
        trouble_at(EVERYTHING, n, 1);
        const enum result result = store_open(&s, url, NULL);
        met = trouble_over();
        assert_true(met || result == RESULT_OK);
        if (result != RESULT_OK)
            assert_null(s);
        store_close(s);
    }
}

static void an_opening_that_fails_can_be_repeated(void **state) {
    struct place_on_disk *p = *state;
    struct store *s;
    add_assessment(p, "kept");
    store_close(p->store);
    p->store = NULL;
    open_with_trouble(p->url);
    open_with_trouble(arena_printf(p->arena, "sqlite:%s/new/folder/r.db", p->folder));
    assert_int_equal(store_open(&s, "sqlite:", NULL), RESULT_INPUT);
    assert_int_equal(store_open(&s, "postgres:x", NULL), RESULT_INPUT);
    assert_false(store_exists("postgres:x"));
    assert_int_equal(store_open(&s, p->url, NULL), RESULT_OK);
    assert_true(has_assessment(s, p->arena, "kept"));
    store_close(s);
    store_close(NULL);
}

static void a_path_without_a_folder_is_in_this_one(void **state) {
    struct place_on_disk *p = *state;
    struct store *s;
    char here[4096];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(p->folder), 0);
    assert_int_equal(store_open(&s, "sqlite:bare.db", NULL), RESULT_OK);
    assert_string_equal(store_folder(s), ".");
    store_close(s);
    assert_int_equal(chdir(here), 0);
}

static void of_two_programs_one_has_the_database(void **state) {
    struct place_on_disk *p = *state;
    struct store *s;
    struct findings *f = findings_new();
    assert_int_equal(store_open(&s, p->url, f), RESULT_INPUT);
    assert_true(findings_have(f, "store_in_use", 0));
    findings_free(f);
}

static void only_a_database_of_ours_that_is_not_newer_is_opened(void **state) {
    struct place_on_disk *p = *state;
    struct store *s;
    struct findings *f = findings_new();
    struct kept kept;
    const char *path = beside(p, "other.db"), *url = arena_printf(p->arena, "sqlite:%s", path);
    by_hand(path, "CREATE TABLE t (x)");
    assert_int_equal(store_open(&s, url, f), RESULT_INPUT);
    assert_int_equal(store_check_copy(path, p->arena, &kept, f), RESULT_INPUT);
    assert_true(findings_have(f, "store_foreign", 0));
    by_hand(path, "PRAGMA application_id = 0x52444e53");
    assert_int_equal(store_check_copy(path, p->arena, &kept, f), RESULT_INPUT); /* without a version */
    by_hand(path, "PRAGMA user_version = 900");
    assert_int_equal(store_open(&s, url, f), RESULT_INPUT);
    assert_int_equal(store_check_copy(path, p->arena, &kept, f), RESULT_INPUT);
    assert_true(findings_have(f, "store_newer", 0));
    findings_free(f);
}

/* What the newest migration has made; a test that forgets one of its tables finds that the update cannot be done. */
#define DROP_NEWEST "DROP TABLE hook_message; DROP TABLE hook; DROP TABLE api_reply; DROP TABLE api_token"

/* Every call of an update failing: the old database is still there, with its copy or without. */
static void an_update_that_fails_can_be_repeated(void **state) {
    struct place_on_disk *p = *state;
    bool met = true;
    const int newest = database_newest();
    for (int n = 1; met; n++) {
        struct store *s;
        const char *path = beside(p, arena_printf(p->arena, "old%d.db", n));
        const char *url = arena_printf(p->arena, "sqlite:%s", path);
        assert_int_equal(store_open(&s, url, NULL), RESULT_OK);
        store_close(s);
        by_hand(path, arena_printf(p->arena, "PRAGMA user_version = %d; " DROP_NEWEST, newest - 1));
        trouble_at(EVERYTHING, n, 1);
        const enum result result = store_open(&s, url, NULL);
        met = trouble_over();
        assert_true(met || result == RESULT_OK);
        store_close(s);
        assert_int_equal(store_open(&s, url, NULL), RESULT_OK);
        store_close(s);
    }
}

static const char *of_the_form_before(struct place_on_disk *p, const char *name) {
    struct store *s;
    const char *path = beside(p, name);
    assert_int_equal(store_open(&s, arena_printf(p->arena, "sqlite:%s", path), NULL), RESULT_OK);
    store_close(s);
    by_hand(path, arena_printf(p->arena, "PRAGMA user_version = %d; " DROP_NEWEST, database_newest() - 1));
    return path;
}

/* An update that was cut short left a copy: of something else, or from before an even older form. */
static void a_copy_from_before_an_earlier_update_is_kept(void **state) {
    struct place_on_disk *p = *state;
    struct store *s;
    const int newest = database_newest();
    const char *path = of_the_form_before(p, "a.db"), *copy = arena_printf(p->arena, "%s.before-%d", path, newest);
    assert_int_equal(file_write(copy, str_of("This is no database, but a text."), 0600, NULL), RESULT_OK);
    assert_int_equal(store_open(&s, arena_printf(p->arena, "sqlite:%s", path), NULL), RESULT_OK);
    store_close(s);
    path = of_the_form_before(p, "b.db");
    copy = arena_printf(p->arena, "%s.before-%d", path, newest);
    by_hand(copy, arena_printf(p->arena, "CREATE TABLE older (x); PRAGMA user_version = %d", newest - 2));
    assert_int_equal(store_open(&s, arena_printf(p->arena, "sqlite:%s", path), NULL), RESULT_OK);
    store_close(s);
    by_hand(copy, "DROP TABLE older"); /* which is still there */
    assert_true(file_exists(arena_printf(p->arena, "%s-from-%d", copy, newest - 1)));
}

static void a_copy_is_whole_or_not_there(void **state) {
    struct place_on_disk *p = *state;
    struct findings *f = findings_new();
    struct kept kept;
    bool met = true;
    add_assessment(p, "kept");
    for (int n = 1; met; n++) {
        const char *path = beside(p, arena_printf(p->arena, "copy%d", n));
        trouble_at(EVERYTHING, n, 1);
        const enum result result = store_copy(p->store, path, NULL);
        met = trouble_over();
        assert_true(met || result == RESULT_OK);
        if (result == RESULT_OK || file_exists(path))
            assert_int_equal(store_check_copy(path, p->arena, &kept, NULL), RESULT_OK);
        else
            assert_int_equal(store_copy(p->store, path, NULL), RESULT_OK);
        assert_int_equal(store_copy(p->store, path, f), RESULT_INPUT); /* nobody's place is taken */
    }
    assert_true(findings_have(f, "file_exists_already", 0));
    /* one that is being written is left alone */
    const char *part = beside(p, "busy.part");
    const int fd = open(part, O_RDWR | O_CREAT, 0600);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(store_copy(p->store, beside(p, "busy"), f), RESULT_MACHINE);
    assert_true(file_exists(part));
    close(fd);
    findings_free(f);
}

static void only_a_file_that_is_a_database_by_itself_is_a_copy(void **state) {
    struct place_on_disk *p = *state;
    struct findings *f = findings_new();
    struct kept kept;
    assert_int_equal(store_check_copy(beside(p, "nothing"), p->arena, &kept, f), RESULT_INPUT);
    assert_true(findings_have(f, "file_missing", 0));
    assert_false(findings_have(f, "file_unreadable", 0));
    assert_int_equal(store_check_copy(p->folder, p->arena, &kept, f), RESULT_INPUT);
    assert_true(findings_have(f, "file_unreadable", 0));
    assert_int_equal(store_check_copy(arena_printf(p->arena, "%s/in-a-file", p->path), p->arena, &kept, f),
                     RESULT_INPUT);
    assert_int_equal(file_write(beside(p, "text?#%"), str_of("This is no database, but a text."), 0600, NULL),
                     RESULT_OK);
    assert_int_equal(store_check_copy(beside(p, "text?#%"), p->arena, &kept, f), RESULT_INPUT);
    assert_true(findings_have(f, "copy_no_database", 0));
    assert_int_equal(store_copy(p->store, beside(p, "good"), NULL), RESULT_OK);
    assert_int_equal(file_write(beside(p, "good-wal"), str_of(""), 0600, NULL), RESULT_OK);
    assert_int_equal(store_check_copy(beside(p, "good"), p->arena, &kept, f), RESULT_OK);
    assert_int_equal(file_write(beside(p, "good-wal"), str_of("journal"), 0600, NULL), RESULT_OK);
    assert_int_equal(store_check_copy(beside(p, "good"), p->arena, &kept, f), RESULT_INPUT);
    assert_true(findings_have(f, "copy_with_journal", 0));
    findings_free(f);
}

/* With every call failing: the database is the old one or the new one, never none, and the old one is set aside. */
static void a_database_is_put_back_whole_or_not_at_all(void **state) {
    struct place_on_disk *p = *state;
    const char *copy = beside(p, "copy"), *aside;
    int paused;
    add_assessment(p, "before");
    assert_int_equal(store_copy(p->store, copy, NULL), RESULT_OK);
    add_assessment(p, "since");
    store_close(p->store);
    p->store = NULL;
    assert_true(store_exists(p->url));
    assert_int_equal(store_restore("postgres:x", copy, p->arena, &aside, &paused, NULL), RESULT_INPUT);
    bool met = true;
    for (int n = 1; met; n++) {
        struct store *s;
        trouble_at(EVERYTHING, n, 1);
        const enum result result = store_restore(p->url, copy, p->arena, &aside, &paused, NULL);
        met = trouble_over();
        assert_true(met || result == RESULT_OK);
        if (!store_exists(p->url)) /* set aside, and the new one not yet in its place */
            assert_non_null(aside);
        else
            assert_int_equal(store_open(&s, p->url, NULL), RESULT_OK);
        if (store_exists(p->url)) {
            assert_true(has_assessment(s, p->arena, "before"));
            store_close(s);
        }
        assert_int_equal(store_restore(p->url, copy, p->arena, &aside, &paused, NULL), RESULT_OK);
        assert_non_null(aside);
    }
    assert_int_equal(store_open(&p->store, p->url, NULL), RESULT_OK);
    assert_false(has_assessment(p->store, p->arena, "since"));
    /* what is put back into an empty place sets nothing aside */
    assert_int_equal(
        store_restore(arena_printf(p->arena, "sqlite:%s/empty.db", p->folder), copy, p->arena, &aside, &paused, NULL),
        RESULT_OK);
    assert_null(aside);
}

static void put(const char *path, const char *text) {
    assert_int_equal(file_write(path, str_of(text), 0600, NULL), RESULT_OK);
}

/* A broken database with a journal, and something in the way, so that nobody can open it and tidy up behind it: a copy
 * is put back while two calls in a row fail, from the n-th on. Was there an n-th? */
static bool put_back_in_trouble(struct place_on_disk *p, const char *copy, int n) {
    const char *path = beside(p, "broken.db"), *journal = beside(p, "broken.db-wal"), *aside;
    int paused;
    const char *in_the_way = beside(p, "broken.db-shm"), *url = arena_printf(p->arena, "sqlite:%s", path);
    struct store *s;
    put(path, "This is no database, but a text.");
    put(journal, "Nor is this a journal.");
    assert_int_equal(mkdir(in_the_way, 0700), 0);
    trouble_at(TROUBLE_FILES, n, 2); /* a second name is refused, and then another one too */
    (void)!store_restore(url, copy, p->arena, &aside, &paused, NULL);
    const bool met = trouble_over();
    if (!met) {
        assert_true(file_exists(arena_printf(p->arena, "%s-wal", aside)));
        assert_false(file_exists(journal));
    }
    assert_int_equal(rmdir(in_the_way), 0);
    assert_int_equal(store_restore(url, copy, p->arena, &aside, &paused, NULL), RESULT_OK);
    assert_int_equal(store_open(&s, url, NULL), RESULT_OK);
    assert_true(has_assessment(s, p->arena, "kept"));
    store_close(s);
    return met;
}

/* What is broken is set aside with its journal, so that nothing of it is lost or taken for the new one's. */
static void a_journal_follows_its_broken_database(void **state) {
    struct place_on_disk *p = *state;
    const char *copy = beside(p, "copy"), *path = beside(p, "broken.db"), *journal = beside(p, "broken.db-wal"), *aside;
    int paused;
    const char *url = arena_printf(p->arena, "sqlite:%s", path);
    struct store *s;
    add_assessment(p, "kept");
    assert_int_equal(store_copy(p->store, copy, NULL), RESULT_OK);
    for (int n = 1; put_back_in_trouble(p, copy, n);)
        n++;
    trouble.no_links = true;
    for (int n = 1; put_back_in_trouble(p, copy, n);)
        n++;
    trouble.no_links = false;
    assert_int_equal(unlink(path), 0);
    assert_false(store_exists(url));
    put(path, "");
    assert_false(store_exists(url));
    put(journal, "Of one that is gone.");
    assert_int_equal(store_restore(url, copy, p->arena, &aside, &paused, NULL), RESULT_OK);
    assert_null(aside);
    assert_int_equal(store_open(&s, url, NULL), RESULT_OK);
    assert_true(has_assessment(s, p->arena, "kept"));
    store_close(s);
}

static void copies_of_ours_are_listed_with_their_day_and_dropped_when_it_is_over(void **state) {
    struct place_on_disk *p = *state;
    static const char *const names[] = {"r.db.aside-2026-01-01",
                                        "r.db.aside-2026-99-99",
                                        "r.db.before-2",
                                        "r.db.fresh.part",
                                        "r.db.aside-2026-01-01-wal",
                                        "r.db-else",
                                        "other"};
    struct kept_copy *list;
    size_t n;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(file_write(beside(p, names[i]), str_of("x"), 0600, NULL), RESULT_OK);
    assert_int_equal(mkdir(beside(p, "r.db.before-folder"), 0700), 0);
    assert_int_equal(store_list_copies(p->store, p->arena, &list, &n), RESULT_OK);
    assert_int_equal(n, 5);
    for (int k = 1; k < 9; k++) {
        trouble_at(TROUBLE_FILES, k, 1);
        const enum result result = store_list_copies(p->store, p->arena, &list, &n);
        assert_true(trouble_over() ? n < 5 || result == RESULT_OK : n == 5);
    }
    int refused = 0;
    for (int k = 1; k < 30; k++) {
        trouble_at(TROUBLE_FILES, k, 1);
        refused += store_drop_copies(p->store, (struct day){"2026-02-01"}) != RESULT_OK;
        trouble_over();
        assert_int_equal(file_write(beside(p, names[0]), str_of("x"), 0600, NULL), RESULT_OK);
    }
    assert_true(refused > 3); /* each step of removing a file */
    assert_int_equal(store_drop_copies(p->store, (struct day){"2026-02-01"}), RESULT_OK);
    assert_false(file_exists(beside(p, names[0])));
    assert_true(file_exists(beside(p, names[1]))); /* no day of the calendar: by its own date */
    assert_true(file_exists(beside(p, names[2])));
    trouble_at(TROUBLE_FILES, 1, 1);
    sqlite_drop_update_copies(p->store); /* says so in the log */
    assert_true(trouble_over());
    sqlite_drop_update_copies(p->store);
    assert_false(file_exists(beside(p, names[2])));
    assert_true(file_exists(beside(p, names[1])));
    assert_true(file_exists(beside(p, "other")));
}

/* A row that belongs nowhere, in every table that the check looks at. */
static void whatever_does_not_belong_together_is_found(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 6);
    struct kept kept;
    struct findings *f = findings_new();
    (void)w;
    assert_int_equal(store_check(p->store, p->arena, &kept, f), RESULT_INPUT); /* the fixture pins no instrument */
    assert_true(findings_have(f, "check_instrument_missing", 0));
    assert_int_equal(kept.n_open, 1);
    by_hand(p->path,
            "PRAGMA foreign_keys = OFF;"
            "INSERT INTO published (wave, organisation, groups, hash) SELECT id, 'a', '[]', zeroblob(32) FROM wave;"
            "INSERT INTO published (wave, organisation, groups, hash) SELECT id, 'b', '[]', zeroblob(3) FROM wave;"
            "INSERT INTO person (assessment, id, email, name, organisation, unit, language)"
            " VALUES (zeroblob(16), randomblob(16), 'x@x.example', '', '', '', ''),"
            " (zeroblob(16), randomblob(16), 'y@x.example', '', '', '', '');"
            "UPDATE invited SET answered = 4");
    assert_int_equal(store_check(p->store, p->arena, &kept, f), RESULT_INPUT);
    assert_true(findings_have(f, "check_published", 0));
    assert_true(findings_have(f, "check_reference", 0));
    assert_true(findings_have(f, "check_answered", 0));
    findings_free(f);
}

/* A backup from the first version of the program, which had no audit log. */
static void a_copy_of_the_first_form_is_checked_too(void **state) {
    struct place_on_disk *p = *state;
    struct kept kept;
    const char *path = beside(p, "first");
    for (size_t i = 0; i < embedded_count; i++)
        if (strncmp(embedded_files[i].path, "engine/store/sqlite/001-", 24) == 0)
            by_hand(path, embedded_files[i].begin);
    by_hand(path, "PRAGMA application_id = 0x52444e53; PRAGMA user_version = 1");
    assert_int_equal(store_check_copy(path, p->arena, &kept, NULL), RESULT_OK);
    assert_int_equal(kept.version, 1);
}

static void of_a_thousand_faults_fifty_are_named_and_the_rest_counted(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct kept kept;
    struct findings *f = findings_new();
    add_wave(p, &a, "1", 1);
    by_hand(
        p->path,
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 80)"
        " INSERT INTO wave (id, assessment, number, label, state, opened, until, closed, mode, min_group,"
        "  min_comments, imported, instrument_hash, public_key, timezone)"
        " SELECT randomblob(16), w.assessment, i, 'w' || i, 2, opened, until, closed, mode, min_group, min_comments,"
        "  imported, instrument_hash, public_key, timezone FROM wave w, n");
    assert_int_equal(store_check(p->store, p->arena, &kept, f), RESULT_INPUT);
    assert_true(findings_have(f, "check_more", 0));
    findings_free(f);
}

static void a_damaged_file_is_called_damaged(void **state) {
    struct place_on_disk *p = *state;
    struct kept kept;
    struct findings *f = findings_new();
    const char *copy = beside(p, "copy");
    add_assessment(p, "north");
    assert_int_equal(store_copy(p->store, copy, NULL), RESULT_OK);
    int fd = open(copy, O_RDWR);
    char page[4096];
    memset(page, 0x5a, sizeof page);
    for (off_t at = 4096 * 3; at < 4096 * 60; at += 4096 * 4)
        assert_int_equal(pwrite(fd, page, sizeof page, at), sizeof page);
    close(fd);
    assert_int_equal(store_check_copy(copy, p->arena, &kept, f), RESULT_INPUT);
    assert_true(findings_have(f, "check_damaged", 0));
    findings_free(f);
}

static bool library_does_not_overwrite;

int sqlite3_compileoption_used(const char *option) {
    return !library_does_not_overwrite && REAL(sqlite3_compileoption_used)(option);
}

static void what_is_not_as_it_should_be_is_described(void **state) {
    struct place_on_disk *p = *state;
    struct store_condition condition;
    assert_int_equal(store_scrub(p->store), RESULT_OK);
    add_assessment(p, "north"); /* is in the journal, and nothing brings it into the database now */
    assert_int_equal(store_describe(p->store, p->arena, &condition), RESULT_OK);
    assert_true(condition.overwrites && condition.bytes > 0);
    library_does_not_overwrite = true;
    assert_int_equal(store_describe(p->store, p->arena, &condition), RESULT_OK);
    library_does_not_overwrite = false;
    assert_false(condition.overwrites);
    const char *journal = arena_printf(p->arena, "%s-wal", p->path), *away = beside(p, "away");
    const int64_t before = condition.bytes;
    assert_int_equal(rename(journal, away), 0);
    assert_int_equal(store_describe(p->store, p->arena, &condition), RESULT_OK);
    assert_int_equal(rename(away, journal), 0);
    assert_true(condition.bytes < before);
}

static void the_store_says_whether_it_is_well_and_tries_again_by_itself(void **state) {
    struct place_on_disk *p = *state;
    int64_t free_bytes;
    struct store_condition condition;
    assert_true(store_is_well(p->store, &free_bytes));
    assert_true(free_bytes > 0);
    assert_int_equal(store_describe(p->store, p->arena, &condition), RESULT_OK);
    assert_true(condition.journal && condition.waits_for_disk && condition.bytes > 0);
    bool met = true;
    for (int n = 1; met; n++) {
        reopen(p);
        assert_int_equal(store_scrub(p->store), RESULT_OK); /* nothing else is done meanwhile */
        trouble_at(EVERYTHING, n, 1);
        (void)!store_describe(p->store, p->arena, &condition);
        met = trouble_over();
        if (!met)
            assert_true(condition.journal && condition.waits_for_disk && condition.bytes > 0 &&
                        condition.free_bytes > 0);
    }
    reopen(p);
    assert_int_equal(store_scrub(p->store), RESULT_OK);
    trouble_at(TROUBLE_DATABASE, 1, 1000);
    assert_false(store_is_well(p->store, &free_bytes)); /* no connection */
    trouble_over();
    assert_true(store_is_well(p->store, &free_bytes));
    trouble_at(TROUBLE_DATABASE, 1, 1000);
    assert_false(store_is_well(p->store, &free_bytes)); /* cannot be read */
    assert_int_equal(store_drop_old_drafts(p->store, (struct day){"2000-01-01"}), RESULT_MACHINE);
    trouble_over();
    assert_false(store_is_well(p->store, &free_bytes)); /* the last change failed; another is tried */
    for (int tries = 0; tries < 100 && !store_is_well(p->store, &free_bytes); tries++)
        usleep(20000);
    assert_true(store_is_well(p->store, &free_bytes));
}

static bool stop(void *context, struct str sealed) {
    ++*(int *)context;
    return sealed.n == 0;
}

static void whoever_reads_may_stop_at_any_row(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 3);
    struct invitation *list;
    size_t n;
    int seen = 0;
    assert_int_equal(store_list_invitations(p->store, p->arena, w.id, &list, &n), RESULT_OK);
    for (size_t i = 0; i < n; i++)
        answer(p, &w, list[i].id);
    assert_int_equal(store_each_ballot(p->store, w.id, stop, &seen), RESULT_OK);
    assert_int_equal(seen, 1);
}

/* A wave is emptied while another program is in the middle of reading its tickets. */
static sqlite3_stmt *emptied_while_somebody_reads(struct place_on_disk *p, struct id wave) {
    sqlite3 *db;
    sqlite3_stmt *q;
    assert_int_equal(store_empty_wave(p->store, wave, 0, NULL, 0, NULL, 0, "2027-02-01"), RESULT_OK);
    assert_int_equal(sqlite3_open_v2(p->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT * FROM ticket", -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    assert_int_equal(store_scrub(p->store), RESULT_OK);
    return q;
}

/* That program ends. */
static void stop_reading(sqlite3_stmt *q) {
    sqlite3 *db = sqlite3_db_handle(q);
    sqlite3_finalize(q);
    sqlite3_close(db);
}

/* Somebody else reads on: cleaning waits, and the wave is closed as soon as it is done. */
static void while_somebody_reads_the_cleaning_waits(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 1), now;
    sqlite3_stmt *q = emptied_while_somebody_reads(p, w.id);
    assert_int_equal(store_mark_closed(p->store, id_new()), RESULT_INPUT);
    assert_int_equal(store_mark_closed(p->store, w.id), RESULT_OK);
    assert_int_equal(store_get_wave(p->store, p->arena, w.id, &now), RESULT_OK);
    assert_int_equal(now.state, WAVE_EMPTIED);
    bool met = true;
    for (int n = 1; met; n++) { /* the same under trouble */
        trouble_at(TROUBLE_DATABASE, n, 1);
        const enum result result = store_mark_closed(p->store, id_new());
        met = trouble_over();
        assert_true(result == RESULT_INPUT || (met && result == RESULT_MACHINE));
    }
    stop_reading(q);
    for (int tries = 0; tries < 200 && now.state != WAVE_CLOSED; tries++) {
        usleep(50000);
        assert_int_equal(store_get_wave(p->store, p->arena, w.id, &now), RESULT_OK);
    }
    assert_int_equal(now.state, WAVE_CLOSED);
}

/* The same, and the store is closed meanwhile: the next one to open it has it to do. */
static void what_is_to_be_cleaned_when_the_store_closes_is_left_to_the_next(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 1), now;
    sqlite3_stmt *q = emptied_while_somebody_reads(p, w.id);
    assert_int_equal(store_mark_closed(p->store, w.id), RESULT_OK);
    sqlite3_reset(q);
    for (int n = 1; n < 8; n++) { /* nobody reads any more, but something else is the matter each time */
        trouble_at(TROUBLE_DATABASE, n, 1);
        assert_int_equal(store_scrub(p->store), RESULT_OK);
        trouble_over();
    }
    by_hand(p->path, "UPDATE wave SET state = 1");
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    assert_int_equal(store_scrub(p->store), RESULT_OK);
    assert_int_equal(store_mark_closed(p->store, w.id), RESULT_OK);
    store_close(p->store);
    stop_reading(q);
    assert_int_equal(store_open(&p->store, p->url, NULL), RESULT_OK);
    assert_int_equal(store_get_wave(p->store, p->arena, w.id, &now), RESULT_OK);
    assert_int_equal(now.state, WAVE_EMPTIED);
    for (int n = 1; n < 8; n++) { /* a cleaning that fails is tried again */
        trouble_at(TROUBLE_DATABASE, n, 1);
        assert_int_equal(store_scrub(p->store), RESULT_OK);
        trouble_over();
    }
    assert_int_equal(store_scrub(p->store), RESULT_OK);
    assert_int_equal(store_mark_closed(p->store, w.id), RESULT_OK);
}

static void a_connection_keeps_so_many_statements_and_no_more(void **state) {
    struct place_on_disk *p = *state;
    struct database *db;
    static char texts[STATEMENTS_MAX + 1][16];
    assert_int_equal(sqlite_open(&db, p->path, false, NULL), RESULT_OK);
    for (int i = 0; i < STATEMENTS_MAX; i++) {
        snprintf(texts[i], sizeof texts[i], "SELECT %d", i);
        assert_non_null(database_statement(db, texts[i]));
    }
    strcpy(texts[STATEMENTS_MAX], "SELECT 1");
    assert_null(database_statement(db, texts[STATEMENTS_MAX]));
    assert_non_null(database_statement(db, texts[0]));
    database_close(db);
}

/* The disk is full, say: SQLite itself undoes the whole group. */
static enum result undo_everything(struct store *s, struct database *db, void *argument) {
    (void)s;
    (void)argument;
    return database_run(db, "ROLLBACK");
}

static enum result fail_after_writing(struct store *s, struct database *db, void *argument) {
    (void)s;
    *(int *)argument = 1;
    (void)database_run(db, "DELETE FROM assessment");
    trouble_at(TROUBLE_DATABASE, 1, 1); /* undoing it fails too */
    return RESULT_INPUT;
}

struct queued {
    struct job job;
    atomic_bool *hold;
    atomic_int *order;
    int at;
};

static enum result wait_while_held(struct store *s, struct database *db, void *argument) {
    struct queued *q = argument;
    (void)s;
    (void)db;
    while (*q->hold)
        usleep(1000);
    q->at = ++*q->order;
    return RESULT_OK;
}

static void note_queued(struct job *job, enum result result) {
    struct queued *q = job->argument;
    q->at = result == RESULT_OK ? q->at : -1;
}

/* Those that change rows are committed together, up to one that must run by itself, and so on. */
static void what_must_run_alone_does_in_its_turn(void **state) {
    struct place_on_disk *p = *state;
    atomic_bool hold = true, go = false;
    atomic_int order = 0;
    struct queued list[5];
    for (int i = 0; i < 5; i++) {
        list[i] = (struct queued){.hold = i == 0 ? &hold : &go, .order = &order};
        list[i].job =
            (struct job){.run = wait_while_held, .done = note_queued, .argument = &list[i], .alone = i == 2 || i == 3};
        store_submit(p->store, &list[i].job);
    }
    hold = false;
    assert_int_equal(store_drop_old_drafts(p->store, (struct day){"2000-01-01"}), RESULT_OK);
    for (int i = 0; i < 5; i++)
        assert_int_equal(list[i].at, i + 1);
}

static off_t size_of(const char *path) {
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    return about.st_size;
}

/* A journal of more than 1,000 pages is brought into the database when there is nothing to do, one of more than 8,000
 * in any case. */
static void a_long_journal_is_shortened(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 1);
    const size_t sizes[] = {6 << 20, 40 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const uint8_t key[32] = {(uint8_t)i};
        char *text = mem_alloc(sizes[i]);
        memset(text, 'x', sizes[i]);
        assert_int_equal(
            store_put_draft_wait(p->store, w.id, key, (struct str){text, sizes[i]}, (struct day){"2027-01-01"}),
            RESULT_OK);
        free(text);
        assert_int_equal(store_drop_old_drafts(p->store, (struct day){"2000-01-01"}), RESULT_OK);
        for (int tries = 0; tries < 100 && size_of(p->path) < (off_t)sizes[i]; tries++)
            usleep(20000);
        assert_true(size_of(p->path) > (off_t)sizes[i]);
    }
}

static void what_cannot_be_undone_alone_is_undone_with_its_group(void **state) {
    struct place_on_disk *p = *state;
    int ran = 0;
    add_assessment(p, "kept");
    assert_int_equal(store_write(p->store, undo_everything, NULL), RESULT_MACHINE);
    assert_int_equal(store_write(p->store, fail_after_writing, &ran), RESULT_MACHINE);
    trouble_over();
    assert_int_equal(ran, 1);
    assert_true(has_assessment(p->store, p->arena, "kept"));
    assert_int_equal(store_drop_old_drafts(p->store, (struct day){"2000-01-01"}), RESULT_OK);
}

static void a_mailing_knows_when_it_may_be_told_who_was_spared(void **state) {
    (void)state;
    struct mailing m = {.state = MAILING_RUNNING, .waiting = 2, .retrying = 2};
    assert_true(mailing_only_retries(&m));
    m.retrying = 1;
    assert_false(mailing_only_retries(&m));
    m.waiting = 0;
    assert_false(mailing_only_retries(&m));
    m.state = MAILING_DONE;
    assert_false(mailing_only_retries(&m));
    m.spared = 1;
    assert_true(mailing_tells_spared(&m, 5));
    m.kind = MAILING_REMINDERS;
    assert_false(mailing_tells_spared(&m, 5));
    m.everyone = true;
    assert_true(mailing_tells_spared(&m, 5));
    m.state = MAILING_PAUSED;
    assert_false(mailing_tells_spared(&m, 5));
}

static int spared_of(struct place_on_disk *p, struct id mailing) {
    sqlite3 *db;
    sqlite3_stmt *q;
    struct mailing m;
    assert_int_equal(store_get_mailing(p->store, p->arena, mailing, &m), RESULT_OK);
    assert_int_equal(m.spared, 0); /* never more than got a mail or were spared, and nobody is in the list yet */
    assert_int_equal(sqlite3_open_v2(p->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_prepare_v2(db, "SELECT spared FROM mailing WHERE id = ?", -1, &q, NULL);
    sqlite3_bind_blob(q, 1, mailing.bytes, sizeof mailing.bytes, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    const int n = sqlite3_column_int(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
    return n;
}

/* Who was spared is counted in memory, so that the database does not tell when somebody answered. */
static void spared_ones_are_counted_by_mailing_and_kept_when_the_store_closes(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct id ids[3];
    for (int i = 0; i < 3; i++) {
        struct wave w = add_wave(p, &a, arena_printf(p->arena, "%d", i), 1);
        const struct mailing m = {
            .id = id_new(), .wave = w.id, .everyone = true, .kind = MAILING_REMINDERS, .per_minute = 60, .started = 5};
        assert_int_equal(store_start_mailing(p->store, &m), RESULT_OK);
        ids[i] = m.id;
        for (int n = 0; n <= i; n++)
            count_spared(p->store, ids[i]);
    }
    count_spared(p->store, ids[0]);
    const int counts[] = {2, 2, 3};
    assert_int_equal(store_set_mailing_state(p->store, ids[0], MAILING_DONE), RESULT_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(spared_of(p, ids[i]), i == 0 ? 2 : 0);
    reopen(p);
    for (int i = 0; i < 3; i++)
        assert_int_equal(spared_of(p, ids[i]), counts[i]);
    bool met = true;
    for (int n = 1; met; n++) { /* when that fails the count is lost, and nothing else */
        const int before = spared_of(p, ids[1]) + spared_of(p, ids[2]);
        assert_int_equal(store_scrub(p->store), RESULT_OK);
        count_spared(p->store, ids[1]);
        count_spared(p->store, ids[2]);
        trouble_at(TROUBLE_DATABASE, n, 1);
        store_close(p->store);
        met = trouble_over();
        assert_int_equal(store_open(&p->store, p->url, NULL), RESULT_OK);
        const int more = spared_of(p, ids[1]) + spared_of(p, ids[2]) - before;
        assert_true(more == 2 || (met && more == 0));
    }
}

/* The claim is made, then it turns out that no mail is needed, then that cannot be noted. */
static void a_claim_that_is_not_needed_is_ended_or_said_to_be_in_trouble(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    enum { N = 30 };
    struct wave w = add_wave(p, &a, "1", N);
    struct invitation *list;
    size_t n;
    const struct mailing m = {
        .id = id_new(), .wave = w.id, .everyone = true, .kind = MAILING_REMINDERS, .per_minute = 60, .started = 5};
    assert_int_equal(store_start_mailing(p->store, &m), RESULT_OK);
    assert_int_equal(store_list_invitations(p->store, p->arena, w.id, &list, &n), RESULT_OK);
    assert_int_equal(store_hold(p->store, WORK_MAIL, 60), RESULT_OK);
    bool met = true;
    size_t i = 0;
    for (; met && i < n; i++) {
        uint8_t hash[32];
        bool wanted = true;
        answer(p, &w, list[i].id);
        ticket_of(list[i].id, hash);
        assert_int_equal(store_scrub(p->store), RESULT_OK);
        trouble_at(TROUBLE_DATABASE, (int)i + 1, 1);
        const enum result result = store_claim_delivery(p->store, m.id, list[i].id, hash, true, &wanted);
        met = trouble_over();
        assert_true(result == RESULT_OK || (met && result == RESULT_MACHINE));
        assert_false(wanted);
    }
    assert_false(met);
}

static bool stop_response(void *context, const struct response *r) {
    ++*(int *)context;
    return r->organisation == NULL;
}

static bool stop_comment(void *context, const struct comment *c) {
    ++*(int *)context;
    return c->question == NULL;
}

static bool stop_rating(void *context, const char *organisation, struct str answers) {
    ++*(int *)context;
    return organisation == NULL || answers.p == NULL;
}

static struct wave import_two(struct place_on_disk *p, const struct assessment *a) {
    const struct response responses[] = {{id_new(), "north", "", false, {0}, {"{}", 2}},
                                         {id_new(), "north", "", false, {0}, {"{}", 2}}};
    const struct comment comments[] = {{id_new(), "north", "q", {"Fine", 4}}, {id_new(), "south", "q", {"No", 2}}};
    const struct invited invited = {"north", 0, 2, false};
    struct wave w = {.id = id_new(),
                     .assessment = a->id,
                     .label = "E",
                     .state = WAVE_CLOSED,
                     .opened = "2026-01-01",
                     .until = "",
                     .closed = "2026-02-01",
                     .imported = true,
                     .min_group = 5,
                     .min_comments = 5,
                     .timezone = ""};
    assert_int_equal(store_import_wave(p->store, &w, NULL, 0, responses, 2, comments, 2, &invited, 1), RESULT_OK);
    return w;
}

static void whoever_reads_a_closed_wave_may_stop_at_any_row(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = import_two(p, &a);
    int seen = 0;
    bool destroyed;
    by_hand(p->path, "INSERT INTO organisation_answer (wave, organisation, answers) SELECT id, 'a', '{}' FROM wave;"
                     "INSERT INTO organisation_answer (wave, organisation, answers) SELECT id, 'b', '{}' FROM wave");
    assert_int_equal(store_each_response(p->store, w.id, NULL, stop_response, &seen), RESULT_OK);
    assert_int_equal(store_each_comment(p->store, w.id, NULL, stop_comment, &seen), RESULT_OK);
    assert_int_equal(store_each_organisation_answer(p->store, w.id, stop_rating, &seen), RESULT_OK);
    assert_int_equal(seen, 3);
    assert_int_equal(store_is_destroyed(p->store, &w, &destroyed), RESULT_OK);
    assert_false(destroyed); /* imported ones never are */
    w.imported = false;
    assert_int_equal(store_is_destroyed(p->store, &w, &destroyed), RESULT_OK);
    assert_false(destroyed);
    by_hand(p->path, "DELETE FROM response");
    assert_int_equal(store_is_destroyed(p->store, &w, &destroyed), RESULT_OK);
    assert_false(destroyed); /* the agreed rating is there */
    by_hand(p->path, "DELETE FROM organisation_answer; INSERT INTO aggregate_source (wave, responses, instrument_hash,"
                     " version) SELECT id, 2, zeroblob(32), 1 FROM wave");
    assert_int_equal(store_is_destroyed(p->store, &w, &destroyed), RESULT_OK);
    assert_false(destroyed); /* its results are */
    by_hand(p->path, "UPDATE aggregate_source SET responses = 0");
    assert_int_equal(store_is_destroyed(p->store, &w, &destroyed), RESULT_OK);
    assert_true(destroyed);
    by_hand(p->path, "DELETE FROM aggregate_source");
    assert_int_equal(store_is_destroyed(p->store, &w, &destroyed), RESULT_OK);
    assert_true(destroyed);
    w.state = WAVE_OPEN;
    assert_int_equal(store_is_destroyed(p->store, &w, &destroyed), RESULT_OK);
    assert_false(destroyed);
}

struct row {
    const char *organisation, *group, *kind, *name;
};

static bool next_row(void *context, struct aggregate *out) {
    static const struct row rows[] = {{"", "", "item", "a"},           {"", "", "item", "b"},
                                      {"", "", "domain", "a"},         {"", "unit=x", "item", "a"},
                                      {"north", "", "item", "a"},      {"north", "unit=x", "item", "a"},
                                      {"south", "unit=x", "item", "a"}};
    int *i = context;
    if (*i == sizeof rows / sizeof *rows)
        return false;
    const struct row *r = &rows[(*i)++];
    *out = (struct aggregate){r->organisation, r->group, r->kind, r->name, 5, {"{\"1\":5}", 7}, {"{\"mean\":1}", 10}};
    return true;
}

struct counting {
    int seen, most;
};

static bool count_row(void *context, const struct aggregate *a) {
    struct counting *c = context;
    return a->name && ++c->seen < c->most;
}

static int rows_of(struct place_on_disk *p, struct id wave, const char *organisation, const char *group,
                   const char *kind, int most) {
    struct counting c = {0, most};
    return store_each_aggregate(p->store, wave, organisation, group, kind, count_row, &c) == RESULT_OK ? c.seen : -1;
}

static void aggregates_are_found_by_organisation_group_and_kind_and_damaged_ones_are_not_passed_on(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = import_two(p, &a);
    const struct aggregate_source source = {2, {0}, 1};
    int i = 0;
    assert_int_equal(store_put_aggregates(p->store, w.id, &source, next_row, &i), RESULT_OK);
    assert_int_equal(rows_of(p, w.id, NULL, NULL, NULL, 99), 7);
    assert_int_equal(rows_of(p, w.id, NULL, NULL, NULL, 2), 2);
    assert_int_equal(rows_of(p, w.id, "", NULL, NULL, 99), 4);
    assert_int_equal(rows_of(p, w.id, NULL, "unit=x", NULL, 99), 3);
    assert_int_equal(rows_of(p, w.id, "north", "unit=x", "item", 99), 1);
    assert_int_equal(rows_of(p, w.id, "north", "unit=x", "domain", 99), 0);
    static const char *const strange[] = {"no object", "{\"a\":5}", "{\"a\":{\"n\":1,\"c\":{},\"s\":{}", "{\"a\":[]}",
                                          "{\"a\":{\"n\":}}"};
    for (size_t k = 0; k < sizeof strange / sizeof *strange; k++) {
        by_hand(p->path, arena_printf(p->arena, "UPDATE aggregate SET statistics = '%s'", strange[k]));
        assert_int_equal(rows_of(p, w.id, "north", "unit=x", NULL, 99), -1);
    }
    /* of another version: what is not known is passed over, in old words or new ones */
    by_hand(p->path,
            "UPDATE aggregate SET statistics = '{\"a\":{\"n\":1,\"n2\":2,\"x\":{},\"counts\":{},\"statistics\":{},"
            "\"y\":\"z\",\"c\":3,\"s\":4}}'");
    assert_int_equal(rows_of(p, w.id, "north", "unit=x", NULL, 99), 1);
}

static void another_second_factor_ends_what_was_proved_with_the_old_one(void **state) {
    struct place_on_disk *p = *state;
    struct account a = {.id = id_new(),
                        .email = "p@x.example",
                        .role = ROLE_PRACTITIONER,
                        .has_totp = true,
                        .totp = {1}},
                   found;
    struct session t = {.hash = {5}, .account = a.id, .created = 10, .seen = 10, .signed_in = 10}, seen;
    assert_int_equal(store_add_account(p->store, &a), RESULT_OK);
    for (int i = 0; i < 3; i++) {
        if (i != 1) /* the one before is there yet */
            assert_int_equal(store_put_session(p->store, &t, 5), RESULT_OK);
        if (i == 2)
            by_hand(p->path, "PRAGMA ignore_check_constraints = ON; UPDATE account SET totp = x'0102'");
        else
            a.totp[0] = (uint8_t)(a.totp[0] + i);
        assert_int_equal(store_change_account(p->store, &a, NULL), RESULT_OK);
        const enum result kept = store_find_session(p->store, p->arena, t.hash, 11, 3600, 7200, &seen, &found);
        assert_int_equal(kept, i == 0 ? RESULT_OK : RESULT_INPUT);
    }
    assert_int_equal(store_put_session(p->store, &t, 5), RESULT_OK);
    static const int64_t ended[] = {3611 + 10, 1, -100000};
    assert_int_equal(store_find_session(p->store, p->arena, t.hash, ended[0], 3600, 7200, &seen, &found), RESULT_INPUT);
    assert_int_equal(store_find_session(p->store, p->arena, t.hash, 3000, 3600, 2000, &seen, &found), RESULT_INPUT);
    assert_int_equal(store_find_session(p->store, p->arena, t.hash, ended[2], 3600, 7200, &seen, &found), RESULT_INPUT);
}

static void note_saved(void *context, enum result result) {
    *(enum result *)context = result;
}

static void an_emptied_draft_is_none(void **state) {
    struct place_on_disk *p = *state;
    struct assessment a = add_assessment(p, "north");
    struct wave w = add_wave(p, &a, "1", 1);
    const uint8_t key[32] = {3};
    enum result result = RESULT_MACHINE;
    struct str content;
    assert_int_equal(store_put_draft_wait(p->store, w.id, key, str_of("half"), (struct day){"2027-01-01"}), RESULT_OK);
    store_put_draft(p->store, w.id, key, (struct str){NULL, 0}, (struct day){"2027-01-01"}, note_saved, &result);
    assert_int_equal(store_drop_old_drafts(p->store, (struct day){"2000-01-01"}), RESULT_OK); /* after it */
    assert_int_equal(result, RESULT_OK);
    assert_int_equal(store_find_draft(p->store, p->arena, w.id, key, &content), RESULT_INPUT);
}

int main(void) {
#define HERE(test) cmocka_unit_test_setup_teardown(test, begin, close_place)
    const struct CMUnitTest tests[] = {
        HERE(an_opening_that_fails_can_be_repeated),
        HERE(a_path_without_a_folder_is_in_this_one),
        HERE(of_two_programs_one_has_the_database),
        HERE(only_a_database_of_ours_that_is_not_newer_is_opened),
        HERE(an_update_that_fails_can_be_repeated),
        HERE(a_copy_from_before_an_earlier_update_is_kept),
        HERE(a_copy_is_whole_or_not_there),
        HERE(only_a_file_that_is_a_database_by_itself_is_a_copy),
        HERE(a_database_is_put_back_whole_or_not_at_all),
        HERE(a_journal_follows_its_broken_database),
        HERE(copies_of_ours_are_listed_with_their_day_and_dropped_when_it_is_over),
        HERE(whatever_does_not_belong_together_is_found),
        HERE(a_copy_of_the_first_form_is_checked_too),
        HERE(of_a_thousand_faults_fifty_are_named_and_the_rest_counted),
        HERE(a_damaged_file_is_called_damaged),
        HERE(what_is_not_as_it_should_be_is_described),
        HERE(the_store_says_whether_it_is_well_and_tries_again_by_itself),
        HERE(whoever_reads_may_stop_at_any_row),
        HERE(while_somebody_reads_the_cleaning_waits),
        HERE(what_is_to_be_cleaned_when_the_store_closes_is_left_to_the_next),
        HERE(a_connection_keeps_so_many_statements_and_no_more),
        HERE(what_must_run_alone_does_in_its_turn),
        HERE(a_long_journal_is_shortened),
        HERE(what_cannot_be_undone_alone_is_undone_with_its_group),
        HERE(a_mailing_knows_when_it_may_be_told_who_was_spared),
        HERE(spared_ones_are_counted_by_mailing_and_kept_when_the_store_closes),
        HERE(a_claim_that_is_not_needed_is_ended_or_said_to_be_in_trouble),
        HERE(whoever_reads_a_closed_wave_may_stop_at_any_row),
        HERE(aggregates_are_found_by_organisation_group_and_kind_and_damaged_ones_are_not_passed_on),
        HERE(another_second_factor_ends_what_was_proved_with_the_old_one),
        HERE(an_emptied_draft_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
