/* rooms: reports aggregate instrument store base
 * Lists and matrices of strategies, and what is offered for barriers. */
#include "instrument_fixture.h"

#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "base/texts.h"
#include "instrument/strategies.h"
#include "reports/strategies.h"

struct folder {
    struct arena *arena;
    struct findings *findings;
    struct strategies *strategies;
    const char *path;
    size_t n_files;
    const char *files[300];
};

static int open_folder(void **state) {
    struct folder *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->arena = arena_new();
    f->findings = findings_new();
    char path[] = "/tmp/strategies-XXXXXX";
    assert_non_null(mkdtemp(path));
    f->path = arena_string(f->arena, path);
    *state = f;
    return 0;
}

static int close_folder(void **state) {
    struct folder *f = *state;
    for (size_t i = 0; i < f->n_files; i++)
        unlink(f->files[i]);
    assert_int_equal(rmdir(f->path), 0);
    strategies_free(f->strategies);
    findings_free(f->findings);
    arena_free(f->arena);
    free(f);
    return 0;
}

static void put(struct folder *f, const char *name, const char *text) {
    const char *path = arena_printf(f->arena, "%s/%s", f->path, name);
    f->files[f->n_files++] = path;
    assert_int_equal(file_write(path, str_of(text), 0600, NULL), RESULT_OK);
}

static enum result load(struct folder *f) {
    return strategies_load(&f->strategies, f->path, f->findings);
}

/* Is there exactly one finding with this code, and does it stand there? */
static void expect(const struct folder *f, const char *code, int line, int column) {
    size_t hits = 0;
    for (size_t i = 0; i < findings_total(f->findings); i++) {
        const struct finding *found = findings_at(f->findings, i);
        if (strcmp(found->code, code) == 0 && found->place.line == line && found->place.column == column)
            hits++;
    }
    if (hits != 1) {
        for (size_t i = 0; i < findings_total(f->findings); i++)
            print_message("%s:%d:%d %s\n", findings_at(f->findings, i)->place.file,
                          findings_at(f->findings, i)->place.line, findings_at(f->findings, i)->place.column,
                          findings_at(f->findings, i)->code);
        fail_msg("%s at %d:%d: %zu", code, line, column, hits);
    }
}

#define LIST "[list]\ntitle = \"Ours\"\n"
#define ONE LIST "[strategy.1]\nlabel = \"First\"\n"
#define COLUMN_NAMES "construct,strategy,percent,n,source,licence\n"

static void the_built_in_list_has_73_names_in_nine_clusters_in_two_languages(void **state) {
    struct folder *f = *state;
    static const size_t sizes[] = {10, 4, 4, 17, 11, 5, 5, 9, 8};
    assert_int_equal(strategies_load(&f->strategies, NULL, f->findings), RESULT_OK);
    assert_int_equal(findings_total(f->findings), 0);
    const char *const *codes;
    assert_int_equal(strategies_codes(f->strategies, &codes), 73);
    const char *cluster = "";
    size_t n = 0, cluster_n = 0;
    for (size_t i = 0; i < 73; i++) {
        const struct strategy *en = strategies_find(f->strategies, f->arena, codes[i], "en");
        const struct strategy *fr = strategies_find(f->strategies, f->arena, codes[i], "fr-CA");
        assert_string_equal(codes[i], arena_printf(f->arena, "eric.%zu", i + 1));
        assert_int_equal(en->order, i);
        assert_string_not_equal(en->label, fr->label);
        assert_string_not_equal(en->cluster, fr->cluster);
        if (strcmp(cluster, en->cluster) != 0 && i > 0)
            assert_int_equal(n, sizes[cluster_n++]);
        n = strcmp(cluster, en->cluster) != 0 ? 1 : n + 1;
        cluster = en->cluster;
        assert_non_null(strstr(en->list->citation, "Powell"));
        assert_non_null(strstr(fr->list->kind, "traduction"));
    }
    assert_int_equal(n, sizes[cluster_n]);
    assert_int_equal(cluster_n, 8);
    assert_string_equal(strategies_find(f->strategies, f->arena, "eric.33", "de")->label,
                        "Use advisory boards and workgroups");
    assert_null(strategies_find(f->strategies, f->arena, "eric.74", "en"));
}

static void a_folder_that_is_not_there_leaves_what_is_built_in(void **state) {
    struct folder *f = *state;
    assert_int_equal(strategies_load(&f->strategies, "/nowhere/at/all", f->findings), RESULT_OK);
    assert_int_equal(findings_total(f->findings), 0);
    assert_non_null(strategies_find(f->strategies, f->arena, "eric.1", "en"));
}

static void a_folder_adds_lists_translations_and_takes_the_place_of_a_list(void **state) {
    struct folder *f = *state;
    put(f, "ours.ini",
        LIST "language = en\n[cluster.a]\nlabel = \"People\"\n[strategy.lunch]\nlabel = \"Lunch\"\ncluster = a\n"
             "[strategy.tea]\nlabel = \"Tea\"\n");
    put(f, "ours.de.ini", "[list]\ntitle = \"Unsere\"\n[strategy.lunch]\nlabel = \"Mittagessen\"\n");
    put(f, "eric.de.ini", "[strategy.1]\nlabel = \"Bereitschaft einschätzen\"\n");
    put(f, "notes.txt", "nothing of ours");
    assert_int_equal(load(f), RESULT_OK);
    assert_int_equal(findings_total(f->findings), 0);
    const struct strategy *s = strategies_find(f->strategies, f->arena, "ours.lunch", "de");
    assert_string_equal(s->label, "Mittagessen");
    assert_string_equal(s->cluster, "People");
    assert_string_equal(s->list->title, "Unsere");
    assert_int_equal(s->order, 73);
    assert_string_equal(strategies_find(f->strategies, f->arena, "ours.tea", "de")->cluster, "");
    assert_string_equal(strategies_find(f->strategies, f->arena, "eric.1", "de")->label, "Bereitschaft einschätzen");
    assert_string_equal(strategies_find(f->strategies, f->arena, "eric.2", "fr")->list->name, "eric");
    strategies_free(f->strategies);
    put(f, "eric.ini", ONE);
    put(f, "eric.de.ini", "[strategy.1]\nlabel = \"Erstens\"\n");
    assert_int_equal(load(f), RESULT_OK);
    assert_int_equal(findings_total(f->findings), 0); /* the built-in French has gone with its list */
    assert_string_equal(strategies_find(f->strategies, f->arena, "eric.1", "fr")->label, "First");
    assert_null(strategies_find(f->strategies, f->arena, "eric.2", "fr"));
}

static void everything_wrong_with_a_list_is_said_at_once(void **state) {
    struct folder *f = *state;
    put(f, "ours.ini",
        "[list]\nlanguage = en\ntitel = \"x\"\n[cluster.people]\nlabel = \"A\"\n[strategi.1]\nlabel = "
        "\"x\"\n[strategy.2]\n"
        "cluster = peple\n[strategy]\nlabel = \"y\"\n[strategy._x]\nlabel = \"z\"\n");
    put(f, "empty.ini", LIST);
    put(f, "no.ini", "[strategy.1]\nlabel = \"x\"\n");
    put(f, "Not A Name.ini", ONE);
    put(f, "lost.fr.ini", ONE);
    put(f, "good.ini", ONE);
    put(f, "good.fr.ini", "[strategy.9]\nlabel = \"neuf\"\n");
    assert_int_equal(load(f), RESULT_INPUT);
    expect(f, "strategies.key_missing", 1, 0);   /* title */
    expect(f, "strategies.key.meant", 3, 0);     /* titel */
    expect(f, "strategies.section.meant", 6, 0); /* strategi */
    expect(f, "strategies.key_missing", 8, 0);   /* label */
    expect(f, "strategies.cluster.meant", 9, 0);
    expect(f, "strategies.section_name", 10, 0);
    expect(f, "strategies.section_name", 12, 0);
    expect(f, "strategies.empty", 0, 0);
    expect(f, "strategies.no_head", 0, 0);
    expect(f, "strategies.not_in_list", 1, 0); /* a warning: the list stays */
    size_t names = 0;
    for (size_t i = 0; i < findings_total(f->findings); i++)
        names += strcmp(findings_at(f->findings, i)->code, "strategies.file_name") == 0;
    assert_int_equal(names, 2);
    assert_null(strategies_find(f->strategies, f->arena, "ours.2", "en"));
    assert_string_equal(strategies_find(f->strategies, f->arena, "good.1", "fr")->label, "First");
    assert_non_null(strategies_find(f->strategies, f->arena, "eric.1", "en"));
}

static void everything_wrong_with_a_matrix_is_said_by_row_and_column(void **state) {
    struct folder *f = *state;
    put(f, "bad.csv",
        COLUMN_NAMES "complexity,eric.15,40,25,Somebody,CC0\n"
                     "Complexity!,eric.7x,101,0,,\n"
                     "complexity,erik.15,-1,many,Somebody,\n"
                     "complexity,eric.15,41,25,Somebody,\n"
                     "complexity,eric.15,41,25,Somebody else,\n"
                     "complexity,eric.16,,25,Somebody,\n");
    put(f, "short.csv", "construct,strategie,percent,n\nx,eric.1,1,1\n");
    put(f, "good.csv", "n;source;construct;strategy;percent\n25;Ours;cost;eric.57;45,5\n25;Ours;cost;eric.58;12.25\n");
    assert_int_equal(load(f), RESULT_INPUT);
    expect(f, "strategies.construct", 3, 1);
    expect(f, "strategies.unknown.meant", 3, 2);
    expect(f, "strategies.percent", 3, 3);
    expect(f, "strategies.n", 3, 4);
    expect(f, "strategies.source", 3, 5);
    expect(f, "strategies.unknown.meant", 4, 2);
    expect(f, "strategies.percent", 4, 3);
    expect(f, "strategies.n", 4, 4);
    expect(f, "strategies.twice", 5, 2); /* row 6 is another source's */
    expect(f, "strategies.percent", 7, 3);
    expect(f, "strategies.column.meant", 1, 0);
    expect(f, "strategies.column", 1, 0);
    size_t n;
    strategies_about(f->strategies, "complexity", &n);
    assert_int_equal(n, 0); /* left out whole, its good row too */
    const struct strategy_cell *const *cells = strategies_about(f->strategies, "cost", &n);
    assert_int_equal(n, 2);
    assert_float_equal(cells[0]->percent, 45.5, 0);
    assert_float_equal(cells[1]->percent, 12.25, 0);
    assert_int_equal(cells[0]->n, 25);
    assert_string_equal(cells[0]->strategy, "eric.57");
    assert_string_equal(cells[0]->licence, "");
}

static void every_finding_has_words_in_both_languages(void **state) {
    struct folder *f = *state;
    struct texts *texts;
    assert_int_equal(texts_load(&texts, NULL, NULL), RESULT_OK);
    static const char *const codes[] = {
        "file_name",    "too_many", "no_head",      "empty",       "section",    "section.meant",
        "section_name", "key",      "key.meant",    "key_missing", "cluster",    "cluster.meant",
        "not_in_list",  "column",   "column.meant", "construct",   "unknown",    "unknown.meant",
        "percent",      "n",        "source",       "twice",       "not_listed", "not_listed.meant"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        for (size_t l = 0; l < 2; l++)
            assert_non_null(
                texts_own(texts, l ? "fr" : "en", arena_printf(f->arena, "finding.strategies.%s", codes[i])));
    texts_free(texts);
}

static void too_many_files_are_refused(void **state) {
    struct folder *f = *state;
    for (int i = 0; i <= STRATEGY_FILES_MAX; i++)
        put(f, arena_printf(f->arena, "l%d.ini", i), ONE);
    assert_int_equal(load(f), RESULT_INPUT);
    expect(f, "strategies.too_many", 0, 0);
}

/* --- Offers --- */

static const char five[] =
    "[survey]\nschema = 1\nname = five\nversion = 1\ntitle = \"Five\"\n"
    "[scale.s]\n1 = \"No\"\n2 = \"Half\"\n3 = \"Yes\"\nfavourable = 3\nunfavourable = 1\n"
    "[construct.adaptability]\nlabel = \"A\"\nlevel = team\nscale = s\nitem.a = \"a\"\n"
    "[construct.complexity]\nlabel = \"B\"\nlevel = team\nscale = s\nitem.b = \"b\"\n"
    "[construct.needs]\nlabel = \"C\"\nlevel = team\nscale = s\ndeterminants = patient_needs_and_resources\nitem.c = "
    "\"c\"\n"
    "[construct.compatibility]\nlabel = \"D\"\nlevel = team\nscale = s\nitem.d = \"d\"\n"
    "[construct.capability]\nlabel = \"E\"\nlevel = team\nscale = s\ndeterminants = self_efficacy\nitem.e = \"e\"\n"
    "[construct.reflecting]\nlabel = \"F\"\nlevel = team\nscale = s\n"
    "determinants = reflecting_and_evaluating, complexity\nstrategies = eric.45, eric.6, ours.gone\nitem.f = \"f\"\n";

static const struct instrument *parse_five(void) {
    const struct instrument *instrument;
    const struct instrument_file file = {"", str_of(five)};
    assert_int_equal(instrument_parse(&instrument, "five.ini", &file, 1, NULL), RESULT_OK);
    return instrument;
}

static const struct offer *find(const struct offers *offers, const char *code) {
    for (size_t i = 0; i < offers->n; i++)
        if (strcmp(offers->list[i].strategy->code, code) == 0)
            return &offers->list[i];
    return NULL;
}

/* The printed example of the CFIR-ERIC tool: its percentages are rounded, its sums are made of unrounded ones, so that
 * five rounded numbers may add up to 2.5 more or less than the printed sum. */
static void sums_are_those_of_the_printed_example_but_for_its_rounding(void **state) {
    struct folder *f = *state;
    static const struct {
        const char *code;
        double given, printed;
        size_t serves;
    } rows[] = {{"eric.15", 183, 183, 3}, {"eric.16", 125, 125, 3}, {"eric.24", 109, 108, 4}, {"eric.21", 108, 107, 3},
                {"eric.20", 105, 103, 2}, {"eric.28", 82, 83, 2},   {"eric.25", 76, 76, 2},   {"eric.12", 93, 93, 4},
                {"eric.54", 93, 93, 1},   {"eric.14", 62, 61, 1},   {"eric.19", 50, 50, 1}};
    const struct instrument *instrument = parse_five();
    assert_int_equal(strategies_load(&f->strategies, "tests/data/strategies", f->findings), RESULT_OK);
    const size_t barriers[] = {0, 1, 2, 3, 4};
    struct offers offers = offers_for(f->arena, f->strategies, "en", instrument, barriers, 5);
    assert_int_equal(offers.n, sizeof rows / sizeof *rows);
    assert_true(offers.matrix);
    for (size_t i = 0; i < offers.n; i++) {
        const struct offer *offer = find(&offers, rows[i].code);
        assert_non_null(offer);
        assert_float_equal(offer->cumulative, rows[i].given, 1e-12);
        assert_true(fabs(offer->cumulative - rows[i].printed) <= 2.5);
        assert_int_equal(offer->n_reasons, rows[i].serves);
    }
    static const char *const order[] = {"eric.24", "eric.12", "eric.15", "eric.16", "eric.21", "eric.20",
                                        "eric.28", "eric.25", "eric.54", "eric.14", "eric.19"};
    for (size_t i = 0; i < offers.n; i++)
        assert_string_equal(offers.list[i].strategy->code, order[i]);
    assert_int_equal(offer_level(&find(&offers, "eric.15")->reasons[0]), 1); /* 73 % */
    assert_int_equal(offer_level(&find(&offers, "eric.15")->reasons[1]), 2); /* 40 % */
    const struct offer *first = offers_first(&offers, 2);
    assert_string_equal(first->strategy->code, "eric.21"); /* 29 %, and serves two more than eric.54 does */
    instrument_release(instrument);
}

static void a_match_under_20_percent_is_no_offer_unless_the_author_makes_it(void **state) {
    struct folder *f = *state;
    const struct instrument *instrument = parse_five();
    assert_int_equal(strategies_load(&f->strategies, "tests/data/strategies", f->findings), RESULT_OK);
    const size_t barriers[] = {5};
    struct offers offers = offers_for(f->arena, f->strategies, "en", instrument, barriers, 1);
    assert_null(find(&offers, "eric.38")); /* 16 % */
    const struct offer *author = find(&offers, "eric.45");
    assert_true(author->reasons[0].author);
    assert_null(author->reasons[0].cell); /* 12 % */
    assert_float_equal(author->cumulative, 12, 1e-12);
    const struct offer *both = find(&offers, "eric.6");
    assert_true(both->reasons[0].author);
    assert_int_equal(offer_level(&both->reasons[0]), 1);
    /* of two determinants the higher counts, once: eric.20 has 24 and 27 */
    assert_float_equal(find(&offers, "eric.20")->cumulative, 27, 1e-12);
    struct offer_source *sources;
    size_t n = offers_sources(&offers, f->arena, &sources);
    assert_int_equal(n, 3); /* the list, and two matrices */
    assert_string_equal(sources[0].list->name, "eric");
    instrument_release(instrument);
}

static void without_lists_or_barriers_nothing_is_offered(void **state) {
    struct folder *f = *state;
    const struct instrument *instrument = parse_five();
    const size_t barriers[] = {5, 0};
    struct offers offers = offers_for(f->arena, NULL, "en", instrument, barriers, 2);
    assert_int_equal(offers.n, 0);
    assert_int_equal(offers.n_barriers, 2);
    assert_false(offers.lists);
    assert_null(offers_first(&offers, 5));
    assert_int_equal(strategies_load(&f->strategies, NULL, f->findings), RESULT_OK);
    offers = offers_for(f->arena, f->strategies, "en", instrument, barriers, 0);
    assert_int_equal(offers.n, 0);
    assert_true(offers.lists);
    offers = offers_for(f->arena, f->strategies, "fr", instrument, barriers, 2);
    assert_int_equal(offers.n, 2); /* the author's; ours.gone is in no list */
    assert_false(offers.matrix);
    assert_string_equal(offers_first(&offers, 5)->strategy->label,
                        "Concevoir et utiliser des outils de suivi de la qualité");
    instrument_release(instrument);
}

static void a_construct_stands_for_itself_or_for_its_determinants(void **state) {
    (void)state;
    const struct instrument *instrument = parse_five();
    assert_int_equal(instrument->constructs[0].n_determinants, 1);
    assert_string_equal(instrument->constructs[0].determinants[0], "adaptability");
    assert_int_equal(instrument->constructs[5].n_determinants, 2);
    assert_string_equal(instrument->constructs[5].determinants[1], "complexity");
    instrument_release(instrument);
}

int main(void) {
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, open_folder, close_folder)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(the_built_in_list_has_73_names_in_nine_clusters_in_two_languages),
        WITH_FOLDER(a_folder_that_is_not_there_leaves_what_is_built_in),
        WITH_FOLDER(a_folder_adds_lists_translations_and_takes_the_place_of_a_list),
        WITH_FOLDER(everything_wrong_with_a_list_is_said_at_once),
        WITH_FOLDER(everything_wrong_with_a_matrix_is_said_by_row_and_column),
        WITH_FOLDER(every_finding_has_words_in_both_languages),
        WITH_FOLDER(too_many_files_are_refused),
        WITH_FOLDER(sums_are_those_of_the_printed_example_but_for_its_rounding),
        WITH_FOLDER(a_match_under_20_percent_is_no_offer_unless_the_author_makes_it),
        WITH_FOLDER(without_lists_or_barriers_nothing_is_offered),
        cmocka_unit_test(a_construct_stands_for_itself_or_for_its_determinants),
    };
    return cmocka_run_group_tests_name("strategies", tests, NULL, NULL);
}
