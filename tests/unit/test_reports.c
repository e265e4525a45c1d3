/* rooms: reports aggregate instrument store base
 * Workbooks from a small wave, read back with tests/workbook/check_workbook.py as a stranger would open them. */
#include "world.h"

#include <glob.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file.h"
#include "instrument/strategies.h"
#include "reports/reports.h"

static struct texts *texts;

static int load_texts(void **state) {
    (void)state;
    return texts_load(&texts, NULL, NULL) == RESULT_OK ? 0 : -1;
}

static int free_texts(void **state) {
    (void)state;
    texts_free(texts);
    return 0;
}

static const char *file_in(struct world *w, const char *name) {
    return arena_printf(w->arena, "%s/%s", w->folder, name);
}

enum { WORDS_MAX = 40 };

static const char french_sheets[] =
    "Synthèse|Profil|Énoncés|Personnel et organisation|Groupes|Évolution|Stratégies|Plan d’action|Commentaires|"
    "Méthode|Dictionnaire des codes";

/* Runs the checker over one workbook with more words (ended by NULL); its exit status. */
static int check_workbook(const char *path, const char *const *more) {
    const char *words[WORDS_MAX] = {"/usr/bin/python3", "tests/workbook/check_workbook.py", path};
    size_t n = 3;
    for (size_t i = 0; more && more[i]; i++) {
        assert_true(n < WORDS_MAX - 1);
        words[n++] = more[i];
    }
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const char *const environment[] = {"PATH=/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE=1", NULL};
        execve(words[0], (char *const *)words, (char *const *)environment);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void answer(struct world *w, const char *organisation, int i) {
    static const char *const roles[] = {"boss", "staff", "staff", "other", "staff"};
    add_response(w, organisation, i % 2 ? "North" : "South",
                 arena_printf(w->arena, "{\"lead1\":%d,\"lead2\":%d,\"bur1\":%d,\"bur2\":%s,\"role\":\"%s\"}",
                              3 + i % 3, 1 + i % 4, 2 + i % 4, i % 7 == 0 ? "\"na\"" : "4", roles[i % 5]));
}

/* Two organisations that may be shown, one of three people, one that nobody answered. */
static struct world *ordinary_world(void) {
    struct world *w = world_new(small_instrument);
    add_organisation(w, "alpha", 40, 30);
    add_organisation(w, "beta", 20, 12);
    add_organisation(w, "gone", 9, 0);
    add_organisation(w, "tiny", 4, 3);
    for (int i = 0; i < 30; i++) {
        answer(w, "alpha", i);
    }
    for (int i = 0; i < 12; i++) {
        answer(w, "beta", i + 3);
        add_comment(w, "beta", arena_printf(w->arena, "There is never time, says number %d.", i));
    }
    for (int i = 0; i < 3; i++) {
        answer(w, "tiny", i);
        add_comment(w, "tiny", "A secret of the small one");
    }
    store_world(w);
    return w;
}

static size_t index_of(struct results *r, const char *code) {
    const struct organisation_head *heads;
    size_t n = results_organisations(r, &heads);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(heads[i].code, code) == 0) {
            return i;
        }
    }
    fail_msg("no organisation %s", code);
    return 0;
}

static const char *write_organisation(struct world *w, struct results *r, const char *code, const char *language,
                                      const char *name) {
    struct report_request request = {.results = r, .texts = texts, .language = language, .path = file_in(w, name)};
    assert_int_equal(report_organisation(&request, index_of(r, code), w->findings), RESULT_OK);
    return request.path;
}

static void a_workbook_opens_for_a_stranger_in_both_languages(void **state) {
    (void)state;
    struct world *w = ordinary_world();
    struct results *r = open_results(w);
    const char *path = write_organisation(w, r, "alpha", "en", "a.xlsx");
    const char *english[] = {
        "--sheets",
        "Summary|Profile|Items|Staff and organisation|Groups|Change|Strategies|Action plan|Comments|Method|Codebook",
        "--has",
        "The alpha",
        "--has",
        "Codebook",
        "--has",
        "Leaders make time.",
        NULL};
    assert_int_equal(check_workbook(path, english), 0);
    unlink(path);
    path = write_organisation(w, r, "alpha", "fr", "a.xlsx");
    const char *french[] = {"--sheets", french_sheets, "--has", "Les leviers les plus forts", NULL};
    assert_int_equal(check_workbook(path, french), 0);
    unlink(path);
    results_close(r);
    world_free(w);
}

static void the_profile_holds_the_numbers_of_the_results(void **state) {
    (void)state;
    struct world *w = ordinary_world();
    struct results *r = open_results(w);
    struct organisation_results *o = read_organisation(w, r, "alpha");
    const char *path = write_organisation(w, r, "alpha", "en", "a.xlsx");
    const char *words[WORDS_MAX] = {0};
    size_t n = 0;
    static const enum statistic wanted[] = {STAT_MEAN, STAT_FAVOURABLE, STAT_AD};
    for (size_t c = 0; c < 2; c++) {
        for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
            struct cell cell = o->groups[0].constructs[c].of[wanted[i]];
            assert_int_equal(cell.state, CELL_VALUE);
            words[n++] = "--number";
            words[n++] = "Profile";
            words[n++] = arena_printf(w->arena, "%.12f", cell.value);
        }
    }
    assert_int_equal(check_workbook(path, words), 0);
    const char *wrong[] = {"--number", "Profile", "3.14159", NULL};
    assert_int_equal(check_workbook(path, wrong), 1); /* the checker can say no */
    unlink(path);
    results_close(r);
    world_free(w);
}

static void an_organisation_of_three_shows_no_number(void **state) {
    (void)state;
    struct world *w = ordinary_world();
    struct results *r = open_results(w);
    const char *path = write_organisation(w, r, "tiny", "en", "t.xlsx");
    const char *words[] = {"--no-numbers", "Profile",      "--no-numbers", "Items",     "--no-numbers",
                           "Groups",       "--no-numbers", "Comments",     "--lacks",   "A secret of",
                           "--has",        "fewer than 5", "--has",        "not shown", NULL};
    assert_int_equal(check_workbook(path, words), 0);
    unlink(path);
    path = write_organisation(w, r, "gone", "fr", "g.xlsx");
    const char *nobody[] = {"--no-numbers", "Profil", NULL};
    assert_int_equal(check_workbook(path, nobody), 0);
    unlink(path);
    results_close(r);
    world_free(w);
}

static void text_from_anybody_stays_harmless_text(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    add_organisation(w, "evil", 30, 20);
    w->organisations[0].name = "A/B:[x]*?' =1+1 & <b>Société</b> «x», and then some more of it";
    char *large = arena_alloc(w->arena, 40001);
    for (size_t i = 0; i < 40000; i++) {
        large[i] = i % 11 == 10 ? ' ' : (char)('a' + i % 26);
    }
    const char *comments[] = {"=cmd|'/c calc'!A0",  "{=1+1}",          "@SUM(A1)", "+1",       "_x0041_ is not A",
                              "\x01\x02 bell \x07", "\xff\xfe broken", large,      "nan\nand", "🎉 ]]> <c>&amp;"};
    for (int i = 0; i < 20; i++) {
        answer(w, "evil", i);
        add_comment(w, "evil", comments[i % 10]);
    }
    store_world(w);
    struct results *r = open_results(w);
    const char *path = write_organisation(w, r, "evil", "en", "e.xlsx");
    const char *words[] = {"--has", "=cmd|'/c calc'!A0",      "--has", "🎉 ]]> <c>&amp;",
                           "--has", w->organisations[0].name, NULL};
    assert_int_equal(check_workbook(path, words), 0);
    unlink(path);
    results_close(r);
    world_free(w);
}

static void the_workbook_over_all_names_every_organisation(void **state) {
    (void)state;
    struct world *w = ordinary_world();
    struct results *r = open_results(w);
    struct report_request request = {.results = r, .texts = texts, .language = "en", .path = file_in(w, "all.xlsx")};
    assert_int_equal(report_all(&request, w->findings), RESULT_OK);
    const char *words[] = {"--sheets", "Overview|Response|Ranking|Common barriers|Change|Reliability|Method|Codebook",
                           "--has",    "The alpha",
                           "--has",    "The tiny",
                           "--number", "Response",
                           "0.75",     "--has",
                           "Leaders",  NULL};
    assert_int_equal(check_workbook(request.path, words), 0);
    unlink(request.path);
    results_close(r);
    world_free(w);
}

static const char plan_still[] = "The action plan can be used all the same.";

/* The sentence of the sheet Strategies, whose plan can be used whatever is offered. */
static void expect_no_offer(struct world *w, struct results *r, const struct strategies *strategies, const char *code,
                            const char *sentence) {
    struct report_request request = {
        .results = r, .texts = texts, .strategies = strategies, .language = "en", .path = file_in(w, "s.xlsx")};
    assert_int_equal(report_organisation(&request, index_of(r, code), w->findings), RESULT_OK);
    const char *words[] = {"--has", arena_printf(w->arena, "%s %s", sentence, plan_still), "--has", "By when", NULL};
    assert_int_equal(check_workbook(request.path, words), 0);
    unlink(request.path);
}

static void where_nothing_can_be_offered_the_sheet_says_why(void **state) {
    (void)state;
    struct world *w = ordinary_world();
    struct results *r = open_results(w);
    struct strategies *strategies;
    assert_int_equal(strategies_load(&strategies, NULL, w->findings), RESULT_OK);
    expect_no_offer(w, r, NULL, "alpha", texts_get(texts, "en", "strategies.no_lists"));
    expect_no_offer(w, r, strategies, "alpha", texts_get(texts, "en", "strategies.no_match"));
    expect_no_offer(w, r, strategies, "tiny", texts_get(texts, "en", "strategies.nothing"));
    strategies_free(strategies);
    results_close(r);
    world_free(w);
}

static void the_same_wave_gives_the_same_bytes(void **state) {
    (void)state;
    struct world *w = ordinary_world();
    struct results *r = open_results(w);
    struct str first, second;
    const char *path = write_organisation(w, r, "alpha", "fr", "a.xlsx");
    assert_int_equal(file_read(&first, w->arena, path, 4u << 20, w->findings), RESULT_OK);
    write_organisation(w, r, "alpha", "fr", "a.xlsx");
    assert_int_equal(file_read(&second, w->arena, path, 4u << 20, w->findings), RESULT_OK);
    assert_true(str_equal(first, second));
    unlink(path);
    results_close(r);
    world_free(w);
}

static void a_workbook_that_cannot_be_written_is_said_and_leaves_nothing(void **state) {
    (void)state;
    struct world *w = ordinary_world();
    struct results *r = open_results(w);
    struct report_request request = {
        .results = r, .texts = texts, .language = "en", .path = file_in(w, "missing/a.xlsx")};
    assert_int_equal(report_organisation(&request, index_of(r, "alpha"), w->findings), RESULT_MACHINE);
    assert_true(findings_have(w->findings, "workbook_not_written", 0));
    /* a folder stands where the file should go: the new file cannot take its place, and no half of it stays */
    request.path = file_in(w, "folder");
    assert_int_equal(mkdir(request.path, 0700), 0);
    assert_int_equal(report_organisation(&request, index_of(r, "alpha"), w->findings), RESULT_MACHINE);
    assert_int_equal(rmdir(request.path), 0);
    glob_t left;
    assert_int_equal(glob(file_in(w, "folder.*"), 0, NULL, &left), GLOB_NOMATCH);
    results_close(r);
    world_free(w);
}

static void a_table_of_links_keeps_every_text(void **state) {
    (void)state;
    struct world *w = world_new(small_instrument);
    const char *const header[] = {"name", "link"};
    const char *const first[] = {"=Anna", "https://example.org/t/abc"};
    const char *const second[] = {"Bo", "0012"};
    const char *const *const rows[] = {first, second};
    const char *path = file_in(w, "links.xlsx");
    assert_int_equal(report_table(path, "Links: [all]", header, 2, rows, 2, w->findings), RESULT_OK);
    const char *words[] = {"--sheets", "Links   all",  "--has",       "=Anna", "--has",
                           "0012",     "--no-numbers", "Links   all", NULL};
    assert_int_equal(check_workbook(path, words), 0);
    unlink(path);
    world_free(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_workbook_opens_for_a_stranger_in_both_languages),
        cmocka_unit_test(the_profile_holds_the_numbers_of_the_results),
        cmocka_unit_test(an_organisation_of_three_shows_no_number),
        cmocka_unit_test(text_from_anybody_stays_harmless_text),
        cmocka_unit_test(the_workbook_over_all_names_every_organisation),
        cmocka_unit_test(where_nothing_can_be_offered_the_sheet_says_why),
        cmocka_unit_test(the_same_wave_gives_the_same_bytes),
        cmocka_unit_test(a_workbook_that_cannot_be_written_is_said_and_leaves_nothing),
        cmocka_unit_test(a_table_of_links_keeps_every_text),
    };
    return cmocka_run_group_tests_name("reports", tests, load_texts, free_texts);
}
