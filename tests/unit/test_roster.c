/* Rosters understood before they are written. rooms: collect store base */
#include "both_stores.h"

#include "base/file.h"
#include "base/texts.h"
#include "collect/roster.h"

struct scene {
    char folder[64];
    struct store *store;
    struct arena *arena;
    struct findings *findings;
    struct assessment assessment;
};

static int set_up(void **state) {
    struct scene *s = calloc(1, sizeof *s);
    strcpy(s->folder, "/tmp/readiness-roster-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    s->arena = arena_new();
    s->findings = findings_new();
    char url[256];
    assert_true(new_database(url, sizeof url, s->folder));
    assert_int_equal(store_open(&s->store, url, s->findings), RESULT_OK);
    s->assessment = (struct assessment){
        .id = id_new(), .name = "tale", .title = "A tale", .instrument = "x.ini", .min_group = 5, .min_comments = 10};
    assert_int_equal(store_add_assessment(s->store, &s->assessment, NULL, 0), RESULT_OK);
    const struct organisation list[] = {{"north", "North House", "", "", 12}, {"south", "Maison du Sud", "", "fr", -1}};
    assert_int_equal(store_put_organisations(s->store, s->assessment.id, list, 2), RESULT_OK);
    *state = s;
    return 0;
}

static int tear_down(void **state) {
    struct scene *s = *state;
    store_close(s->store);
    drop_database();
    const char *remove = arena_printf(s->arena, "rm -r %s", s->folder);
    assert_int_equal(system(remove), 0);
    findings_free(s->findings);
    arena_free(s->arena);
    free(s);
    return 0;
}

static struct roster_preview *understand_by_hand(struct scene *s, enum roster_kind kind, const char *text,
                                                 const int *columns) {
    struct csv *csv;
    struct roster_preview *preview;
    (void)!csv_parse(&csv, s->arena, "t.csv", str_of(text), s->findings);
    assert_non_null(csv);
    assert_int_equal(roster_understand(&preview, s->arena, s->store, s->assessment.id, kind, csv, columns, s->findings),
                     RESULT_OK);
    return preview;
}

static struct roster_preview *understand(struct scene *s, enum roster_kind kind, const char *text) {
    return understand_by_hand(s, kind, text, NULL);
}

static void expect_counts(const struct roster_preview *p, size_t new, size_t updated, size_t unchanged, size_t errors) {
    assert_int_equal(p->counts[ROSTER_NEW], new);
    assert_int_equal(p->counts[ROSTER_UPDATED], updated);
    assert_int_equal(p->counts[ROSTER_UNCHANGED], unchanged);
    assert_int_equal(p->counts[ROSTER_ERROR], errors);
}

static void apply(struct scene *s, const struct roster_preview *p) {
    assert_int_equal(roster_apply(s->store, s->assessment.id, p), RESULT_OK);
}

static void headings_are_found_in_english_and_french(void **state) {
    struct scene *s = *state;
    struct roster_preview *p = understand(s, ROSTER_PEOPLE,
                                          "Nom;Prénom;Adresse courriel;Établissement;Unité;Langue de correspondance\n"
                                          "Tremblay;Ève;eve@sud.example;south;Soins;Français\n");
    assert_true(p->complete);
    assert_int_equal(findings_total(s->findings), 0);
    expect_counts(p, 1, 0, 0, 0);
    assert_string_equal(p->rows[0].person.name, "Ève Tremblay");
    assert_string_equal(p->rows[0].person.email, "eve@sud.example");
    assert_string_equal(p->rows[0].person.unit, "Soins");
    assert_string_equal(p->rows[0].person.language, "fr");
    p = understand(s, ROSTER_PEOPLE, "E-Mail,Organization,LANGUAGE\na@b.example,North House,EN\n");
    assert_string_equal(p->rows[0].person.organisation, "north");
    assert_string_equal(p->rows[0].person.language, "en");
    p = understand(s, ROSTER_ORGANISATIONS,
                   "Code de l’établissement\tNom\tEffectif\tRégion\nest\tMaison de l’Est\t1 "
                   "200\tnorth\n");
    assert_string_equal(p->rows[0].organisation.code, "est");
    assert_int_equal(p->rows[0].organisation.headcount, 1200);
    assert_string_equal(p->rows[0].organisation.parent, "north");
}

static void every_row_says_what_it_would_do(void **state) {
    struct scene *s = *state;
    struct roster_preview *p = understand(s, ROSTER_ORGANISATIONS,
                                          "code,name,headcount\nnorth,North House,12\nsouth,Southern House,\n"
                                          "east,East House,3\nbad code,X,\n");
    expect_counts(p, 1, 1, 1, 1);
    assert_int_equal(p->rows[0].state, ROSTER_UNCHANGED);
    assert_int_equal(p->rows[1].state, ROSTER_UPDATED);
    assert_int_equal(p->rows[2].state, ROSTER_NEW);
    assert_int_equal(p->rows[3].state, ROSTER_ERROR);
    assert_true(findings_have(s->findings, "code_not_accepted", 5));
    struct organisation *list;
    size_t n;
    assert_int_equal(store_list_organisations(s->store, s->arena, s->assessment.id, &list, &n), RESULT_OK);
    assert_int_equal(n, 2); /* nothing is written by looking */
    apply(s, p);
    assert_int_equal(store_list_organisations(s->store, s->arena, s->assessment.id, &list, &n), RESULT_OK);
    assert_int_equal(n, 3); /* and rows with errors never are */
}

static void the_same_table_twice_changes_nothing(void **state) {
    struct scene *s = *state;
    static const char people[] = "email,organisation,name\nA@North.example,north,Ann\nb@north.example,North House,Bo\n";
    struct roster_preview *p = understand(s, ROSTER_PEOPLE, people);
    expect_counts(p, 2, 0, 0, 0);
    apply(s, p);
    p = understand(s, ROSTER_PEOPLE, people);
    expect_counts(p, 0, 0, 2, 0);
    p = understand(s, ROSTER_PEOPLE, "email,organisation\na@north.EXAMPLE,south\n");
    expect_counts(p, 0, 1, 0, 0);
    assert_string_equal(p->rows[0].person.name, "Ann"); /* no column: stays as it is */
    apply(s, p);
    struct person *list;
    size_t n;
    assert_int_equal(store_list_people(s->store, s->arena, s->assessment.id, &list, &n), RESULT_OK);
    assert_int_equal(n, 2);
    p = understand(s, ROSTER_PEOPLE, "email,organisation,name\na@north.example,south,\n");
    expect_counts(p, 0, 1, 0, 0);
    assert_string_equal(p->rows[0].person.name, ""); /* an empty cell empties */
}

static void duplicates_and_bad_addresses_are_listed_by_row(void **state) {
    struct scene *s = *state;
    struct roster_preview *p =
        understand(s, ROSTER_PEOPLE,
                   "name,email,organisation\nAnn,a@b.example,north\nAnn again,A@B.example,north\n"
                   "Bo,bo.example,north\nCy,c@c.example,nroth\nDi,d@d.example,\n");
    expect_counts(p, 1, 0, 0, 4);
    assert_true(findings_have(s->findings, "email_twice", 3));
    assert_true(findings_have(s->findings, "email_not_accepted", 4));
    assert_true(findings_have(s->findings, "organisation_unknown_near", 5));
    assert_true(findings_have(s->findings, "organisation_empty", 6));
    for (size_t i = 0; i < findings_total(s->findings); i++) {
        const struct place place = findings_at(s->findings, i)->place;
        assert_int_equal(place.column, place.line <= 4 ? 2 : 3);
    }
}

static void columns_can_be_named_by_hand(void **state) {
    struct scene *s = *state;
    static const char text[] = "who,where,how\nAnn,north,a@b.example\n";
    struct roster_preview *p = understand(s, ROSTER_PEOPLE, text);
    assert_false(p->complete);
    assert_int_equal(p->n_rows, 0);
    assert_true(findings_have(s->findings, "column_missing", 1));
    const int columns[ROSTER_FIELDS_MAX] = {2, 1, 0, -1, -1, -1};
    p = understand_by_hand(s, ROSTER_PEOPLE, text, columns);
    assert_true(p->complete);
    expect_counts(p, 1, 0, 0, 0);
    assert_string_equal(p->rows[0].person.name, "Ann");
    const int nonsense[ROSTER_FIELDS_MAX] = {2, 2, 99, -5, -1, -1};
    p = understand_by_hand(s, ROSTER_PEOPLE, text, nonsense);
    assert_false(p->complete); /* one column cannot be two things */
    assert_int_equal(p->columns[PERSON_NAME], -1);
}

static void organisations_without_codes_get_codes_from_their_names(void **state) {
    struct scene *s = *state;
    static const char text[] =
        "Établissement;Effectif\nHôpital du Nord-Ouest;12\nHôpital du Nord Ouest;3\nnorth house;5\n";
    struct roster_preview *p = understand(s, ROSTER_ORGANISATIONS, text);
    assert_string_equal(p->rows[0].organisation.code, "hopital-du-nord-ouest");
    assert_string_equal(p->rows[1].organisation.code, "hopital-du-nord-ouest-2");
    assert_string_equal(p->rows[2].organisation.code, "north"); /* the stored organisation of that name */
    expect_counts(p, 2, 1, 0, 0);
    apply(s, p);
    p = understand(s, ROSTER_ORGANISATIONS, text);
    expect_counts(p, 0, 0, 3, 0);
}

static void parents_must_be_known_and_nobody_is_their_own_ancestor(void **state) {
    struct scene *s = *state;
    struct roster_preview *p = understand(s, ROSTER_ORGANISATIONS,
                                          "code,name,parent\nnet,Network,\na,A,Network\nb,B,north\nc,C,nobody\nd,D,c\n"
                                          "e,E,f\nf,F,e\ng,G,g\n");
    assert_string_equal(p->rows[1].organisation.parent, "net");
    assert_int_equal(p->rows[2].state, ROSTER_NEW);
    expect_counts(p, 3, 0, 0, 5);
    assert_true(findings_have(s->findings, "parent_unknown", 5));
    assert_true(findings_have(s->findings, "parent_left_out", 6));
    for (int line = 7; line <= 9; line++)
        assert_true(findings_have(s->findings, "parent_circle", line));
}

static void a_row_that_is_left_out_does_not_close_a_circle(void **state) {
    struct scene *s = *state;
    const struct organisation list[] = {{"a", "A", "b", "", -1}, {"b", "B", "", "", -1}};
    assert_int_equal(store_put_organisations(s->store, s->assessment.id, list, 2), RESULT_OK);
    struct roster_preview *p = understand(s, ROSTER_ORGANISATIONS, "code,name,parent,headcount\na,A,,many\nb,B,a,\n");
    expect_counts(p, 0, 0, 0, 2); /* A stays under B as it is stored, so B cannot go under A */
    assert_true(findings_have(s->findings, "headcount_not_accepted", 2));
    assert_true(findings_have(s->findings, "parent_circle", 3));
}

static size_t count_at(const struct findings *f, int line) {
    size_t n = 0;
    for (size_t i = 0; i < findings_total(f); i++)
        n += findings_at(f, i)->place.line == line;
    return n;
}

static void everything_wrong_with_a_row_is_said_at_once(void **state) {
    struct scene *s = *state;
    understand(s, ROSTER_ORGANISATIONS,
               "code,name,parent,headcount,language\nbad code,,nobody,many,!\nx,X,x,many,\nchild,Child,x,-3,\n");
    assert_int_equal(count_at(s->findings, 2), 5);
    assert_true(findings_have(s->findings, "code_not_accepted", 2));
    assert_true(findings_have(s->findings, "cell_empty", 2));
    assert_true(findings_have(s->findings, "parent_unknown", 2));
    assert_true(findings_have(s->findings, "headcount_not_accepted", 2));
    assert_true(findings_have(s->findings, "language_not_accepted", 2));
    assert_true(findings_have(s->findings, "headcount_not_accepted", 3));
    assert_true(findings_have(s->findings, "parent_circle", 3));
    assert_true(findings_have(s->findings, "headcount_not_accepted", 4));
    assert_true(findings_have(s->findings, "parent_left_out", 4));
    understand(s, ROSTER_PEOPLE, "email,organisation,unit,language\n\n\na.b,,,!\na.b,nobody,,\n");
    assert_true(findings_have(s->findings, "email_not_accepted", 4));
    assert_true(findings_have(s->findings, "organisation_empty", 4));
    assert_true(findings_have(s->findings, "language_not_accepted", 4));
    assert_true(findings_have(s->findings, "email_twice", 5));
    assert_true(findings_have(s->findings, "organisation_unknown", 5));
}

static void an_empty_code_is_made_from_the_name(void **state) {
    struct scene *s = *state;
    static const char text[] = "code,name,headcount\n,Sacré-Cœur,1\n,Łódź – Straße,2\nsacre-coeur-2,Taken,3\n"
                               ",Sacré Cœur,4\n,Sacré Cœur,5\n,North House,6\n,Άγιος,7\n,Import,8\n,,9\n";
    struct roster_preview *p = understand(s, ROSTER_ORGANISATIONS, text);
    static const char *const codes[] = {"sacre-coeur",   "lodz-strasse", "sacre-coeur-2", "sacre-coeur-3",
                                        "sacre-coeur-3", "north",        "organisation",  "import-2"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        assert_string_equal(p->rows[i].organisation.code, codes[i]);
        assert_int_equal(p->rows[i].code_made, i != 2 && i != 5);
    }
    expect_counts(p, 6, 1, 0, 2);
    assert_true(findings_have(s->findings, "name_twice", 6));
    assert_int_equal(count_at(s->findings, 10), 1);
    assert_true(findings_have(s->findings, "cell_empty", 10));
    apply(s, p);
    p = understand(s, ROSTER_ORGANISATIONS, text);
    assert_int_equal(p->counts[ROSTER_NEW], 0); /* made codes are found again by the name */
    assert_int_equal(p->counts[ROSTER_UPDATED], 0);
}

static const char *sentence(struct scene *s, const struct texts *texts, const char *language, const char *code) {
    struct buf out = BUF_INIT;
    for (size_t i = 0; i < findings_total(s->findings) && !out.n; i++)
        if (strcmp(findings_at(s->findings, i)->code, code) == 0)
            finding_sentence(&out, findings_at(s->findings, i), texts, language);
    const char *text = arena_copy(s->arena, out.p, out.n);
    buf_free(&out);
    return text;
}

static void columns_are_called_by_their_names_in_the_readers_language(void **state) {
    struct scene *s = *state;
    struct texts *texts;
    assert_int_equal(texts_load(&texts, NULL, s->findings), RESULT_OK);
    understand(s, ROSTER_PEOPLE, "Nom,Adrese courriel\nÈve,a@b.example\n");
    understand(s, ROSTER_ORGANISATIONS, "name,staff\nX,many\n");
    assert_non_null(strstr(sentence(s, texts, "fr", "column_missing"), "adresse électronique"));
    assert_non_null(strstr(sentence(s, texts, "en", "column_missing"), "e-mail address"));
    assert_non_null(strstr(sentence(s, texts, "fr", "headcount_not_accepted"), "effectif"));
    assert_non_null(strstr(sentence(s, texts, "fr", "column_ignored_near"), "Adrese courriel")); /* as it stands */
    assert_non_null(strstr(sentence(s, texts, "fr", "column_ignored_near"), "adresse courriel"));
    texts_free(texts);
}

/* What a sentence calls a column is understood when somebody takes it for the heading. */
static void names_of_columns_are_understood_as_headings(void **state) {
    struct scene *s = *state;
    static const char *const languages[] = {"en", "fr"};
    struct texts *texts;
    assert_int_equal(texts_load(&texts, NULL, s->findings), RESULT_OK);
    for (size_t l = 0; l < 2; l++)
        for (int kind = ROSTER_ORGANISATIONS; kind <= ROSTER_PEOPLE; kind++) {
            const struct roster_field *fields;
            const size_t n = roster_fields((enum roster_kind)kind, &fields);
            struct buf b = BUF_INIT;
            for (size_t f = 0; f < n; f++)
                buf_printf(&b, "%s%s", f ? "," : "",
                           texts_get(texts, languages[l], roster_field_text(s->arena, (enum roster_kind)kind, f)));
            struct roster_preview *p = understand(s, (enum roster_kind)kind, arena_printf(s->arena, "%s\n", b.p));
            for (size_t f = 0; f < n; f++)
                assert_int_equal(p->columns[f], (int)f);
            buf_free(&b);
        }
    texts_free(texts);
}

static void damaged_and_overlong_rows_are_errors(void **state) {
    struct scene *s = *state;
    struct roster_preview *p = understand(s, ROSTER_PEOPLE,
                                          "email;organisation;name\na@b.example;north;\x81\nb@b.example;north;\xC9ve\n"
                                          "c@b.example;north;C;D\n");
    expect_counts(p, 1, 0, 0, 2);
    assert_string_equal(p->rows[1].person.name, "Éve");
    struct buf many = BUF_INIT;
    buf_text(&many, "code,name\n");
    for (int i = 0; i <= ROSTER_ORGANISATIONS_MAX; i++)
        buf_printf(&many, "o%d,O\n", i);
    p = understand(s, ROSTER_ORGANISATIONS, many.p);
    buf_free(&many);
    assert_false(p->complete);
    assert_true(findings_have(s->findings, "roster_too_long", 0));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(headings_are_found_in_english_and_french),
        TEST(every_row_says_what_it_would_do),
        TEST(the_same_table_twice_changes_nothing),
        TEST(duplicates_and_bad_addresses_are_listed_by_row),
        TEST(columns_can_be_named_by_hand),
        TEST(organisations_without_codes_get_codes_from_their_names),
        TEST(parents_must_be_known_and_nobody_is_their_own_ancestor),
        TEST(a_row_that_is_left_out_does_not_close_a_circle),
        TEST(everything_wrong_with_a_row_is_said_at_once),
        TEST(an_empty_code_is_made_from_the_name),
        TEST(columns_are_called_by_their_names_in_the_readers_language),
        TEST(names_of_columns_are_understood_as_headings),
        TEST(damaged_and_overlong_rows_are_errors),
    };
    return run_on_both(tests);
}
