/* rooms: base
 * The field's words: forms, articles, agreement, and a deployment's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/embedded.h"
#include "base/finding.h"
#include "base/ini.h"
#include "base/terms.h"
#include "base/texts.h"

struct word {
    const char *key, *text;
};

struct made {
    struct arena *arena;
    struct word words[8];
};

static const char *find(const void *context, const char *language, const char *key) {
    const struct made *m = context;
    (void)language;
    for (size_t i = 0; i < 8 && m->words[i].key; i++)
        if (strcmp(m->words[i].key, key) == 0)
            return m->words[i].text;
    return NULL;
}

/* `text` as people read it, with these words. */
static void reads(struct made *m, const char *language, const char *text, const char *expected) {
    assert_string_equal(terms_resolve(m->arena, text, language, find, m), expected);
}

static int setup(void **state) {
    struct made *m = calloc(1, sizeof *m);
    *state = m;
    if (m)
        m->arena = arena_new();
    return m ? 0 : -1;
}

static int teardown(void **state) {
    struct made *m = *state;
    arena_free(m->arena);
    free(m);
    return 0;
}

static void give(struct made *m, const char *one, const char *many, const char *gender) {
    m->words[0] = (struct word){"term.x.one", one};
    m->words[1] = (struct word){"term.x.many", many};
    m->words[2] = (struct word){"term.x.gender", gender};
}

static void english_has_a_before_consonants_and_an_before_vowels(void **state) {
    struct made *m = *state;
    give(m, "barrier", "barriers", "m");
    reads(m, "en", "{Term.x.a}, {term.x}, {term.x.many}.", "A barrier, barrier, barriers.");
    give(m, "obstacle", "obstacles", "m");
    reads(m, "en-GB", "{term.x.a} and {term.x.a}", "an obstacle and an obstacle");
    m->words[3] = (struct word){"term.x.a", "a hour"};
    reads(m, "en", "{term.x.a}", "a hour"); /* what is given wins */
}

static void french_articles_follow_gender_and_the_first_letter(void **state) {
    struct made *m = *state;
    static const char all[] = "{term.x.a}, {term.x.the}, {term.x.of}, {term.x.of_a}, {term.x.of_the}, {term.x.to_the}, "
                              "{term.x.this}, {term.x.no}, {term.x.its}";
    static const char many[] = "{term.x.the_many}, {term.x.of_many}, {term.x.of_the_many}, {term.x.to_the_many}";
    give(m, "frein", "freins", "m");
    reads(m, "fr", all,
          "un frein, le frein, de frein, d’un frein, du frein, au frein, ce frein, aucun frein, son frein");
    reads(m, "fr", many, "les freins, de freins, des freins, aux freins");
    give(m, "barrière", "barrières", "f");
    reads(
        m, "fr", all,
        "une barrière, la barrière, de barrière, d’une barrière, de la barrière, à la barrière, cette barrière, aucune "
        "barrière, sa barrière");
    give(m, "obstacle", "obstacles", "m");
    reads(m, "fr-CA", all,
          "un obstacle, l’obstacle, d’obstacle, d’un obstacle, de l’obstacle, à l’obstacle, cet obstacle, aucun "
          "obstacle, "
          "son obstacle");
    reads(m, "fr", many, "les obstacles, d’obstacles, des obstacles, aux obstacles");
    give(m, "équipe", "équipes", "f");
    reads(m, "fr", all,
          "une équipe, l’équipe, d’équipe, d’une équipe, de l’équipe, à l’équipe, cette équipe, aucune équipe, son "
          "équipe");
}

static void an_aspirated_h_is_not_elided(void **state) {
    struct made *m = *state;
    give(m, "hôpital", "hôpitaux", "m");
    reads(m, "fr", "{Term.x.the}, {term.x.this}", "L’hôpital, cet hôpital");
    give(m, "handicap", "handicaps", "m");
    m->words[3] = (struct word){"term.x.elision", "no"};
    reads(m, "fr", "{term.x.the}, {term.x.of_many}, {term.x.this}", "le handicap, de handicaps, ce handicap");
}

static void adjectives_agree_and_capitals_know_accents(void **state) {
    struct made *m = *state;
    give(m, "équipe", "équipes", "f");
    reads(m, "fr", "{Term.x} {term.x:entier|entière}", "Équipe entière");
    give(m, "œuvre", "œuvres", "f");
    reads(m, "fr", "{Term.x}", "Œuvre");
    give(m, "service", "services", "m");
    reads(m, "fr", "{term.x:Tous|Toutes} {term.x.the_many}", "Tous les services");
    m->words[2].key = NULL;
    reads(m, "fr", "{term.x:Tous|Toutes}", "Tous"); /* without a gender: the first */
}

static void another_language_has_the_forms_that_are_given_or_the_bare_word(void **state) {
    struct made *m = *state;
    give(m, "Hürde", "Hürden", "f");
    m->words[3] = (struct word){"term.x.the", "die Hürde"};
    reads(m, "de", "{term.x.the}, {term.x.a}, {term.x.of_the_many}", "die Hürde, Hürde, Hürden");
}

static void in_arabic(struct made *m, const char *one, const char *many, const char *gender) {
    memset(m->words, 0, sizeof m->words);
    m->words[0] = (struct word){"term.x.one", one};
    m->words[1] = (struct word){"term.x.many", many};
    m->words[2] = (struct word){"term.x.gender", gender};
}

static void arabic_has_its_article_its_dual_and_what_is_counted(void **state) {
    static const char all[] = "{term.x.the}، {term.x.to_the}، {term.x.this}، {term.x.the_many}، {term.x.to_the_many}، "
                              "{term.x.two}، {term.x.accusative}، {term.x.a}، {term.x.of_the}";
    struct made *m = *state;
    in_arabic(m, "مؤسسة", "مؤسسات", "f");
    reads(m, "ar", all, "المؤسسة، للمؤسسة، هذه المؤسسة، المؤسسات، للمؤسسات، مؤسستان، مؤسسةً، مؤسسة، المؤسسة");
    in_arabic(m, "عامل مساعد", "عوامل مساعدة", "m");
    reads(m, "ar", all,
          "العامل المساعد، للعامل المساعد، هذا العامل المساعد، العوامل المساعدة، للعوامل المساعدة، عاملان مساعدان، "
          "عاملاً مساعداً، عامل "
          "مساعد، العامل المساعد");
    in_arabic(m, "لجنة", "لجان", "f"); /* of three ل two are written */
    reads(m, "ar", "{term.x.the} {term.x.to_the} و{term.x.to_the_many}", "اللجنة للجنة وللجان");
    in_arabic(m, "مستشفى", "مستشفيات", "m");
    reads(m, "ar", "{term.x.accusative} {term.x.two} ب{term.x.the}", "مستشفى مستشفيان بالمستشفى");
    in_arabic(m, "وسيط المعرفة", "وسطاء المعرفة", "m"); /* definite by its last word */
    reads(m, "ar", "{term.x.the} {term.x.to_the_many} {term.x:كله|كلها}", "وسيط المعرفة لوسطاء المعرفة كله");
}

static void what_nobody_knows_stays_as_it_is(void **state) {
    struct made *m = *state;
    give(m, "frein", "freins", "m");
    reads(m, "fr", "{term.y} {term.} {term.y:a|b} {term.x:a} {organisation} {term.x",
          "{term.y} {term.} {term.y:a|b} "
          "{term.x:a} {organisation} {term.x");
    static const char plain[] = "nothing to replace {here}";
    assert_ptr_equal(terms_resolve(m->arena, plain, "en", find, m), plain);
}

/* What the program loads, against the files' own words: every term in them is one that is known. */
static void no_text_keeps_a_term_unresolved(void **state) {
    struct made *m = *state;
    struct texts *texts;
    assert_int_equal(texts_load(&texts, NULL, NULL), RESULT_OK);
    size_t seen = 0;
    for (size_t i = 0; i < embedded_count; i++) {
        char language[16] = "";
        struct ini *ini;
        if (sscanf(embedded_files[i].path, "config/texts/%15[a-z]/", language) != 1 &&
            sscanf(embedded_files[i].path, "config/mail/%15[a-z].ini", language) != 1)
            continue;
        struct str text = {embedded_files[i].begin, (size_t)(embedded_files[i].end - embedded_files[i].begin)};
        assert_int_equal(ini_parse(&ini, m->arena, embedded_files[i].path, text, NULL), RESULT_OK);
        for (size_t s = 0; s < ini->n_sections; s++)
            for (size_t k = 0; k < ini->sections[s].n_keys; k++) {
                const char *value = ini->sections[s].keys[k].value;
                seen += strstr(value, "erm.") != NULL;
                if (strstr(texts_with_terms(texts, m->arena, language, value), "{term.") ||
                    strstr(texts_with_terms(texts, m->arena, language, value), "{Term."))
                    fail_msg("%s: %s", embedded_files[i].path, value);
            }
    }
    assert_true(seen > 300);
    texts_free(texts);
}

static enum result load_own(struct texts **texts, const char *content, struct findings *findings) {
    char path[] = "/tmp/readiness-terms-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    close(fd);
    enum result result = texts_load_with(texts, NULL, path, findings);
    unlink(path);
    return result;
}

static void a_deployments_words_replace_all_forms_of_the_built_in_ones(void **state) {
    struct texts *texts;
    struct findings *findings = findings_new();
    struct made *m = *state;
    assert_int_equal(load_own(&texts, "[fr.practitioner]\none = \"guide\"\nmany = \"guides\"\ngender = m\n", findings),
                     RESULT_OK);
    assert_int_equal(findings_total(findings), 0);
    assert_string_equal(texts_with_terms(texts, m->arena, "fr", "{Term.practitioner.of_the}"), "Du guide");
    assert_string_equal(texts_with_terms(texts, m->arena, "en", "{term.practitioner}"), "practitioner");
    texts_free(texts);
    findings_free(findings);
}

static void a_wrong_file_of_terms_is_said_with_lines(void **state) {
    (void)state;
    struct texts *texts;
    struct findings *findings = findings_new();
    assert_int_equal(load_own(&texts,
                              "[en.barier]\none = \"a\"\nmany = \"b\"\n[xx.barrier]\none = \"a\"\nmany = \"b\"\n"
                              "[fr.barrier]\none = \"a\"\nmani = \"b\"\n[fr.enabler]\none = \"a\"\nmany = \"b\"\n"
                              "gender = f\nelision = maybe\n",
                              findings),
                     RESULT_INPUT);
    assert_true(findings_have(findings, "terms.term.meant", 1));
    assert_true(findings_have(findings, "terms.language", 4));
    assert_true(findings_have(findings, "terms.missing", 7));
    assert_true(findings_have(findings, "terms.gender", 7));
    assert_true(findings_have(findings, "terms.form.meant", 9));
    assert_true(findings_have(findings, "terms.value", 14));
    assert_int_equal(findings_total(findings), 6);
    texts_free(texts);
    findings_free(findings);
}

#define PROMISE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        PROMISE(english_has_a_before_consonants_and_an_before_vowels),
        PROMISE(french_articles_follow_gender_and_the_first_letter),
        PROMISE(an_aspirated_h_is_not_elided),
        PROMISE(adjectives_agree_and_capitals_know_accents),
        PROMISE(another_language_has_the_forms_that_are_given_or_the_bare_word),
        PROMISE(arabic_has_its_article_its_dual_and_what_is_counted),
        PROMISE(what_nobody_knows_stays_as_it_is),
        PROMISE(no_text_keeps_a_term_unresolved),
        PROMISE(a_deployments_words_replace_all_forms_of_the_built_in_ones),
        PROMISE(a_wrong_file_of_terms_is_said_with_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
