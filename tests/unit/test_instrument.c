/* rooms: instrument base
 * What a good instrument file becomes. */
#include "instrument_fixture.h"

#include <dirent.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ini.h"
#include "base/texts.h"
#include "instrument/keys.h"

static const struct instrument *complete(struct fixture *x) {
    load_file(x, "tests/data/instruments/complete.ini");
    assert_int_equal(findings_total(x->findings), 0);
    return x->instrument;
}

static const struct question *question_named(const struct instrument *in, const char *name) {
    for (size_t i = 0; i < in->n_questions; i++) {
        if (strcmp(in->questions[i].name, name) == 0) {
            return &in->questions[i];
        }
    }
    fail_msg("no question %s", name);
    return NULL;
}

static void the_survey_section_is_read(void **state) {
    const struct instrument *in = complete(*state);
    assert_string_equal(in->name, "complete");
    assert_string_equal(in->version, "1.2");
    assert_string_equal(text_in(&in->title, 0), "Ready for ${innovation}?");
    assert_string_equal(text_in(&in->status, 0), "Written for tests.");
    assert_string_equal(in->citation, "The Test Authors (2027). Complete.");
    assert_string_equal(in->licence, "CC-BY-4.0");
    assert_int_equal(in->minutes, 12);
    assert_true(in->enabler_share == 0.8 && in->barrier_share == 0.4);
    assert_int_equal(in->n_welcome, 2);
    assert_non_null(strstr(text_in(&in->welcome[0], 0), "Thank you for helping us")); /* by number, not by place */
    assert_string_equal(text_in(&in->welcome[1], 0), "Your answers are anonymous.");
    assert_int_equal(in->n_thanks, 1);
    assert_int_equal(in->n_files, 2);
    assert_string_equal(in->files[0].language, "");
    assert_string_equal(in->files[1].language, "fr");
    assert_true(strncmp(in->files[1].text.p, "[survey]", 8) == 0);
}

static void defaults_stand_where_the_file_says_nothing(void **state) {
    struct fixture *x = *state;
    load_texts(x,
               HEAD "[construct.c]\nlabel = C\nlevel = team\nscale = agree5\nitem.c1 = \"One.\"\n"
                    "[question.q]\ntype = text\nlabel = Q\n[question.n]\ntype = number\nlabel = N\n",
               NULL);
    const struct instrument *in = x->instrument;
    assert_non_null(in);
    assert_string_equal(in->languages[0], "en");
    assert_int_equal(in->minutes, 10);
    assert_true(in->enabler_share == 0.75 && in->barrier_share == 0.5);
    assert_string_equal(in->citation, "");
    const struct construct *c = &in->constructs[0];
    assert_int_equal(c->answered_by, AUDIENCE_STAFF);
    assert_false(c->higher_is_barrier);
    assert_true(c->min_answered == 0.5);
    assert_int_equal(c->required, REQUIRED_NO);
    assert_int_equal(c->n_strategies, 0);
    assert_null(c->domain);
    assert_null(c->relevant);
    assert_true(text_is_empty(&c->hint));
    assert_string_equal(text_in(&c->hint, 0), "");
    assert_int_equal(in->questions[0].rows, 1);
    assert_int_equal(in->questions[0].answered_by, AUDIENCE_STAFF);
    assert_true(isinf(in->questions[1].minimum) && in->questions[1].minimum < 0);
    assert_true(isinf(in->questions[1].maximum) && in->questions[1].maximum > 0);
}

static void scales_keep_codes_labels_sides_and_answers_outside(void **state) {
    const struct instrument *in = complete(*state);
    const struct scale *agree = &in->scales[0], *influence = &in->scales[1];
    assert_int_equal(agree->n_points, 5);
    assert_int_equal(agree->low, 1);
    assert_int_equal(agree->high, 5);
    assert_string_equal(text_in(&agree->points[4].label, 0), "Strongly agree");
    assert_true(agree->points[3].favourable && agree->points[1].unfavourable);
    assert_false(agree->points[2].favourable || agree->points[2].unfavourable);
    assert_int_equal(agree->n_not_applicable, 2);
    assert_string_equal(agree->not_applicable[1].name, "unsure");
    assert_string_equal(text_in(&agree->not_applicable[1].label, 0), "I don't know");
    assert_int_equal(influence->low, -2);
    assert_int_equal(influence->high, 2);
    assert_int_equal(influence->points[0].code, -2);
    assert_true(influence->points[4].favourable && influence->points[3].favourable);
    assert_true(influence->points[0].unfavourable && !influence->points[2].unfavourable);
}

static void constructs_hold_their_items_in_file_order(void **state) {
    const struct instrument *in = complete(*state);
    const struct construct *c = &in->constructs[0];
    assert_int_equal(in->n_constructs, 2);
    assert_string_equal(c->name, "leadership");
    assert_string_equal(text_in(&c->label, 0), "Leadership engagement");
    assert_ptr_equal(c->domain, &in->domains[0]);
    assert_string_equal(text_in(&c->domain->framework, 0), "CFIR 2022: Inner Setting");
    assert_int_equal(c->level, LEVEL_ORGANISATION);
    assert_int_equal(c->answered_by, AUDIENCE_BOTH);
    assert_int_equal(c->required, REQUIRED_SOFT);
    assert_true(c->min_answered == 0.75);
    assert_int_equal(c->n_strategies, 3);
    assert_string_equal(c->strategies[2], "ours.lunch");
    assert_int_equal(c->first_item, 0);
    assert_int_equal(c->n_items, 3);
    assert_string_equal(in->items[2].name, "lead3");
    assert_true(in->items[2].reverse);
    assert_false(in->items[1].reverse);
    assert_true(in->constructs[1].higher_is_barrier);
    assert_int_equal(in->constructs[1].first_item, 3);
    assert_int_equal(in->items[3].construct, 1);
    assert_int_equal(instrument_construct(in, "complexity"), 1);
    assert_int_equal(instrument_construct(in, "none"), -1);
    assert_string_equal(level_names[c->level], "organisation");
}

static void questions_of_every_type_are_read(void **state) {
    const struct instrument *in = complete(*state);
    const struct question *role = question_named(in, "role"), *tools = question_named(in, "tools");
    assert_int_equal(role->type, QUESTION_CHOICE);
    assert_int_equal(role->n_choices, 3);
    assert_string_equal(role->choices[0].code, "manager");
    assert_string_equal(text_in(&role->choices[0].label, 0), "Manager or supervisor");
    assert_string_equal(text_in(&role->choices[2].label, 0), "Support staff");
    assert_true(role->group);
    assert_int_equal(role->required, REQUIRED_SOFT);
    assert_int_equal(tools->type, QUESTION_CHOICES);
    assert_string_equal(text_in(&tools->choices[0].label, 0), "A spreadsheet; or two");
    assert_non_null(tools->relevant);
    assert_true(question_named(in, "years")->maximum == 60);
    assert_int_equal(question_named(in, "since")->type, QUESTION_DATE);
    const struct question *note = question_named(in, "explained"), *obstacle = question_named(in, "obstacle");
    assert_int_equal(note->type, QUESTION_NOTE);
    assert_true(note->field == SIZE_MAX);
    assert_true(obstacle->comment);
    assert_int_equal(obstacle->rows, 4);
    assert_int_equal(obstacle->answered_by, AUDIENCE_BOTH);
}

static void fields_are_what_holds_answers_in_file_order(void **state) {
    const struct instrument *in = complete(*state);
    static const char *const names[] = {"lead1", "lead2", "lead3", "role",    "tools",
                                        "years", "since", "hard",  "obstacle"};
    assert_int_equal(in->n_fields, 9);
    for (size_t i = 0; i < 9; i++) {
        const struct field *f = &in->fields[i];
        assert_string_equal(f->name, names[i]);
        assert_true((f->item != NULL) != (f->question != NULL));
        assert_int_equal(f->item ? f->item->field : f->question->field, i);
        assert_int_equal(instrument_field(in, names[i]), (int)i);
    }
    assert_int_equal(in->fields[0].audience, AUDIENCE_BOTH);
    assert_int_equal(in->fields[4].audience, AUDIENCE_STAFF);
    assert_int_equal(instrument_field(in, "explained"), -1);
}

static void pages_follow_the_file_or_are_made_one_a_block(void **state) {
    struct fixture *x = *state;
    const struct instrument *in = complete(x);
    assert_int_equal(in->n_pages, 4);
    assert_string_equal(in->pages[3].name, "rest");
    assert_int_equal(in->pages[3].n_blocks, 3);
    assert_string_equal(in->pages[3].blocks[0].question->name, "explained");
    assert_string_equal(in->pages[3].blocks[1].construct->name, "complexity");
    assert_non_null(in->pages[3].relevant);
    assert_string_equal(text_in(&in->pages[0].hint, 0), "These questions help us to see who answered.");
    assert_true(text_is_empty(&in->pages[1].label));
    assert_false(page_is_for(&in->pages[1], AUDIENCE_ORGANISATION));
    assert_true(page_is_for(&in->pages[3], AUDIENCE_ORGANISATION));
    assert_false(block_is_for(&in->pages[3].blocks[1], AUDIENCE_ORGANISATION));

    load_file(x, "surveys/examples/organisation-answers.ini");
    in = x->instrument;
    assert_int_equal(in->n_pages, 4);
    assert_string_equal(in->pages[1].name, "direction");
    assert_ptr_equal(in->pages[1].blocks[0].construct, &in->constructs[1]);
    assert_ptr_equal(in->pages[3].blocks[0].question, &in->questions[0]);
    assert_true(text_is_empty(&in->pages[1].label));
    assert_true(page_is_for(&in->pages[0], AUDIENCE_STAFF) && !page_is_for(&in->pages[0], AUDIENCE_ORGANISATION));
}

static void a_missing_translation_falls_back_item_by_item(void **state) {
    const struct instrument *in = complete(*state);
    assert_int_equal(in->n_languages, 2);
    assert_string_equal(in->languages[0], "en");
    assert_string_equal(in->languages[1], "fr");
    assert_string_equal(text_in(&in->items[0].text, 1), "Ici, la direction prend du temps pour ${innovation}.");
    assert_string_equal(text_in(&in->items[1].text, 1), "Leaders here clear obstacles out of the way.");
    assert_null(in->items[1].text.in[1]);
    assert_string_equal(text_in(&in->scales[0].points[0].label, 1), "Pas du tout d’accord");
    const struct question *role = question_named(in, "role");
    assert_string_equal(text_in(&role->choices[0].label, 1), "Cadre ou responsable"); /* from its choices line */
    assert_string_equal(text_in(&role->choices[2].label, 1), "Support staff");
    assert_string_equal(text_in(&question_named(in, "tools")->choices[0].label, 1), "Un tableur ; ou deux");
    assert_string_equal(text_in(&in->welcome[1], 1), "Your answers are anonymous.");
}

static void coverage_is_the_share_of_texts_that_are_translated(void **state) {
    struct fixture *x = *state;
    load_texts(x,
               "[survey]\nschema = 1\nname = t\nversion = 1\ntitle = T\n[question.q]\ntype = choice\nlabel = Q\n"
               "choices = a: A | b: B\n",
               "[survey]\ntitle = \"Le T\"\n[question.q]\nchoices = a: \"Le A\" | b: \"\"\n");
    assert_int_equal(x->result, RESULT_OK);
    assert_true(instrument_coverage(x->instrument, 0) == 1);
    assert_true(instrument_coverage(x->instrument, 1) == 0.5); /* title and a, of title, label, a and b */
    assert_true(instrument_coverage(x->instrument, 2) == 0);
    load_file(x, "surveys/implementation-readiness.ini");
    assert_true(instrument_coverage(x->instrument, 1) == 1);
}

static void a_language_is_found_by_its_tag_or_its_beginning(void **state) {
    const struct instrument *in = complete(*state);
    assert_int_equal(instrument_language(in, "fr"), 1);
    assert_int_equal(instrument_language(in, "fr-CA"), 1);
    assert_int_equal(instrument_language(in, "FR-ca"), 1);
    assert_int_equal(instrument_language(in, "en-GB-x-old"), 0);
    assert_int_equal(instrument_language(in, "de"), -1);
    assert_int_equal(instrument_language(in, "f"), -1);
    assert_int_equal(instrument_language(in, ""), -1);
    assert_int_equal(instrument_language(in, NULL), -1);
}

static void placeholders_are_filled_by_the_assessment_or_the_default(void **state) {
    const struct instrument *in = complete(*state);
    static const char *const names[] = {"innovation"};
    static const char *const values[] = {"the ${x} checklist"};
    struct buf b = BUF_INIT;
    instrument_fill(&b, in, 0, "Ready for ${innovation}? ${innovation}!", NULL, NULL, 0);
    assert_string_equal(b.p, "Ready for the new practice? the new practice!");
    buf_clear(&b);
    instrument_fill(&b, in, 1, text_in(&in->title, 1), NULL, NULL, 0);
    assert_string_equal(b.p, "Prêts pour la nouvelle pratique ?");
    buf_clear(&b);
    instrument_fill(&b, in, 1, "${innovation} ${other} ${", names, values, 1); /* what is filled in is not read again */
    assert_string_equal(b.p, "the ${x} checklist ${other} ${");
    buf_free(&b);
}

static char *hash_of(struct fixture *x, const char *text, const char *french) {
    load_texts(x, text, french);
    assert_int_equal(x->result, RESULT_OK);
    return arena_copy(x->arena, x->instrument->hash, sizeof x->instrument->hash);
}

static void the_hash_follows_the_content_and_not_its_layout(void **state) {
    struct fixture *x = *state;
    const char *tail = "[construct.c]\nlabel = C\nlevel = team\nscale = agree5\nitem.c1 = \"One.\"\n";
    const char *plain = arena_printf(x->arena, "%s%s", HEAD, tail);
    const char *hash = hash_of(x, plain, NULL);
    const char *spaced = arena_printf(
        x->arena, "\xEF\xBB\xBF; a comment\r\n%s\n\n%s", HEAD,
        "[ construct.c ]\r\n  label=\"C\"\nlevel = team ; why\nscale\t= agree5\n# more\nitem.c1 = \"One.\"\n");
    assert_memory_equal(hash, hash_of(x, spaced, NULL), 32);
    const char *wording = arena_printf(x->arena, "%s%s", HEAD,
                                       "[construct.c]\nlabel = C\nlevel = team\nscale = agree5\nitem.c1 = \"Two.\"\n");
    assert_memory_not_equal(hash, hash_of(x, wording, NULL), 32);
    const char *french = hash_of(x, plain, "[construct.c]\nlabel = \"Le C\"\n");
    assert_memory_not_equal(hash, french, 32);
    assert_memory_equal(french, hash_of(x, plain, "; traduction\n[construct.c]\nlabel =   Le C\n"), 32);
    assert_memory_not_equal(french, hash_of(x, plain, "[construct.c]\nlabel = \"Un C\"\n"), 32);
}

static void pinned_texts_make_the_same_instrument(void **state) {
    struct fixture *x = *state;
    const struct instrument *in = instrument_hold(complete(x)), *again = NULL;
    assert_int_equal(instrument_parse(&again, "pinned", in->files, in->n_files, x->findings), RESULT_OK);
    assert_memory_equal(in->hash, again->hash, sizeof in->hash);
    assert_int_equal(again->n_fields, in->n_fields);
    instrument_release(in);
    instrument_release(again);
}

static void a_reversed_item_is_mirrored_in_scoring_only(void **state) {
    const struct instrument *in = complete(*state);
    const struct item *plain = &in->items[0], *reversed = &in->items[2], *hard = &in->items[3];
    assert_int_equal(item_scored(in, plain, 4), 4);
    assert_int_equal(item_scored(in, reversed, 4), 2);
    assert_int_equal(item_side(in, plain, 4), 1);
    assert_int_equal(item_side(in, plain, 3), 0);
    assert_int_equal(item_side(in, plain, 2), -1);
    assert_int_equal(item_side(in, reversed, 5), -1);
    assert_int_equal(item_side(in, reversed, 1), 1);
    assert_int_equal(item_scored(in, hard, 2), -2); /* higher is a barrier: turned */
    assert_int_equal(item_scored(in, hard, 0), 0);
    assert_int_equal(item_side(in, hard, 2), -1);
    assert_int_equal(item_side(in, hard, -1), 1);
}

static void a_reversed_item_of_a_barrier_is_turned_twice(void **state) {
    struct fixture *x = *state;
    load_file(x, "surveys/examples/reverse.ini");
    const struct item *load2 = &x->instrument->items[3];
    assert_string_equal(load2->name, "loa2");
    assert_int_equal(item_scored(x->instrument, load2, 4), 4);
    assert_int_equal(item_side(x->instrument, load2, 4), 1);
    assert_int_equal(item_side(x->instrument, load2, 1), -1);
}

static void *hold_and_release(void *instrument) {
    for (int i = 0; i < 10000; i++) {
        instrument_release(instrument_hold(instrument));
    }
    return NULL;
}

static void an_instrument_lives_as_long_as_it_is_held(void **state) {
    const struct instrument *in = complete(*state);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, hold_and_release, (void *)in), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_string_equal(in->name, "complete");
    instrument_release(NULL);
}

static void translations_are_told_from_instruments(void **state) {
    (void)state;
    assert_true(instrument_is_translation("surveys/implementation-readiness.fr.ini"));
    assert_false(instrument_is_translation("surveys/implementation-readiness.ini"));
    assert_false(instrument_is_translation("surveys/nothing.fr.ini")); /* no instrument beside it */
    assert_false(instrument_is_translation("surveys/README.md"));
}

/* Each shipped file loads without a single finding and is wholly French; the one that shows the fallback excepted. */
static void every_shipped_instrument_is_flawless(void **state) {
    struct fixture *x = *state;
    static const char *const folders[] = {"surveys", "surveys/examples"};
    size_t n = 0;
    for (size_t i = 0; i < 2; i++) {
        DIR *dir = opendir(folders[i]);
        assert_non_null(dir);
        for (struct dirent *e; (e = readdir(dir));) {
            const char *path = arena_printf(x->arena, "%s/%s", folders[i], e->d_name);
            if (!strstr(e->d_name, ".ini") || instrument_is_translation(path)) {
                continue;
            }
            load_file(x, path);
            if (findings_total(x->findings)) {
                print_findings(x);
            }
            assert_int_equal(findings_total(x->findings), 0);
            assert_string_equal(arena_printf(x->arena, "%s.ini", x->instrument->name), e->d_name);
            assert_string_equal(x->instrument->licence, "CC-BY-4.0");
            int french = instrument_language(x->instrument, "fr");
            assert_true(french > 0);
            assert_true(instrument_coverage(x->instrument, (size_t)french) == 1 ||
                        strcmp(e->d_name, "translation.ini") == 0);
            n++;
        }
        closedir(dir);
    }
    assert_true(n >= 11);
}

static void the_flagship_is_as_large_as_it_says(void **state) {
    struct fixture *x = *state;
    load_file(x, "surveys/implementation-readiness.ini");
    const struct instrument *in = x->instrument;
    size_t staff = 0, organisation = 0, reversed = 0, both = 0, levels[LEVEL_COUNT] = {0};
    for (size_t i = 0; i < in->n_items; i++) {
        enum audience audience = in->fields[in->items[i].field].audience;
        staff += (audience & AUDIENCE_STAFF) != 0;
        organisation += (audience & AUDIENCE_ORGANISATION) != 0;
        reversed += in->items[i].reverse;
    }
    for (size_t i = 0; i < in->n_constructs; i++) {
        both += in->constructs[i].answered_by == AUDIENCE_BOTH;
        levels[in->constructs[i].level]++;
        assert_true(in->constructs[i].n_strategies > 0);
        assert_non_null(in->constructs[i].domain);
    }
    assert_in_range(staff, 36, 44);
    assert_in_range(organisation, 13, 17);
    assert_in_range(reversed * 100 / in->n_items, 10, 20);
    assert_int_equal(both, 4);
    assert_true(levels[LEVEL_INDIVIDUAL] && levels[LEVEL_TEAM] && levels[LEVEL_ORGANISATION] && levels[LEVEL_SYSTEM]);
    assert_string_equal(text_in(&in->status, 0), "Written for this project; not yet validated.");
    load_file(x, "surveys/readiness-pulse.ini");
    assert_in_range(x->instrument->n_items, 5, 12);
}

/* What stands in both the flagship and the pulse has the same name and the same words, in both languages. */
static void the_pulse_asks_in_the_words_of_the_flagship(void **state) {
    struct fixture *x = *state;
    load_file(x, "surveys/implementation-readiness.ini");
    const struct instrument *flagship = instrument_hold(x->instrument);
    load_file(x, "surveys/readiness-pulse.ini");
    size_t shared = 0;
    for (size_t i = 0; i < x->instrument->n_items; i++) {
        const struct item *item = &x->instrument->items[i];
        int field = instrument_field(flagship, item->name);
        if (field >= 0) {
            shared++;
            assert_string_equal(text_in(&item->text, 0), text_in(&flagship->fields[field].item->text, 0));
            assert_string_equal(
                text_in(&item->text, (size_t)instrument_language(x->instrument, "fr")),
                text_in(&flagship->fields[field].item->text, (size_t)instrument_language(flagship, "fr")));
            assert_int_equal(item->reverse, flagship->fields[field].item->reverse);
        }
    }
    assert_int_equal(shared, 8);
    instrument_release(flagship);
}

static void the_key_table_finds_every_key_and_has_an_example_that_fits(void **state) {
    (void)state;
    assert_string_equal(key_rule_find(SECTION_CONSTRUCT, "item.lead1")->key, "item.NAME");
    assert_string_equal(key_rule_find(SECTION_CONSTRUCT, "item.lead1.reverse")->key, "item.NAME.reverse");
    assert_string_equal(key_rule_find(SECTION_SCALE, "-2")->key, "POINT");
    assert_string_equal(key_rule_find(SECTION_SCALE, "na")->key, "NAME");
    assert_string_equal(key_rule_find(SECTION_SCALE, "favourable")->key, "favourable");
    assert_string_equal(key_rule_find(SECTION_SURVEY, "welcome.12")->key, "welcome.N");
    assert_null(key_rule_find(SECTION_SURVEY, "welcome"));
    assert_null(key_rule_find(SECTION_SURVEY, "welcome.0"));
    assert_null(key_rule_find(SECTION_SURVEY, "welcome.x"));
    assert_null(key_rule_find(SECTION_CONSTRUCT, "item"));
    assert_null(key_rule_find(SECTION_CONSTRUCT, "item."));
    assert_null(key_rule_find(SECTION_CONSTRUCT, "item.lead1.other"));
    assert_null(key_rule_find(SECTION_PAGE, "scale"));
    for (size_t i = 0; i < n_key_rules; i++) {
        assert_non_null(key_rules[i].example);
        assert_true((key_rules[i].kind == VALUE_WORD) == (key_rules[i].words != NULL));
        if (key_rules[i].words) {
            assert_non_null(strstr(key_rules[i].words, key_rules[i].example));
        }
    }
}

static void every_key_is_explained_in_english_and_french(void **state) {
    struct fixture *x = *state;
    struct texts *texts;
    assert_int_equal(texts_load(&texts, NULL, x->findings), RESULT_OK);
    for (size_t i = 0; i < n_key_rules; i++) {
        char *key = arena_printf(x->arena, "reference.%s.%s", section_names[key_rules[i].section], key_rules[i].key);
        for (char *p = key; *p; p++) {
            *p = (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
        }
        if (!texts_own(texts, "en", key) || !texts_own(texts, "fr", key)) {
            fail_msg("%s is not explained", key);
        }
    }
    texts_free(texts);
}

/* The two languages have the same sentences with the same values in them (words for terms are grammar). */
static void french_findings_hold_the_same_values_as_english_ones(void **state) {
    struct fixture *x = *state;
    static const char *const files[][2] = {
        {"config/texts/en/instrument.ini", "config/texts/fr/instrument.ini"},
        {"config/texts/en/base.ini", "config/texts/fr/base.ini"},
    };
    for (size_t f = 0; f < 2; f++) {
        struct ini *en, *fr;
        assert_int_equal(ini_read(&en, x->arena, files[f][0], NULL, x->findings), RESULT_OK);
        assert_int_equal(ini_read(&fr, x->arena, files[f][1], NULL, x->findings), RESULT_OK);
        const struct ini_section *finding = ini_find_section(en, "finding");
        for (size_t i = 0; i < finding->n_keys; i++) {
            const struct ini_key *other = ini_find(fr, "finding", finding->keys[i].name);
            if (!other) {
                fail_msg("%s has no %s", files[f][1], finding->keys[i].name);
            }
            for (const char *p = strchr(finding->keys[i].value, '{'); p; p = strchr(p + 1, '{')) {
                const char *name = arena_copy(x->arena, p, strcspn(p, "}") + 1);
                if (strncmp(name, "{term.", 6) != 0 && !strstr(other->value, name)) {
                    fail_msg("%s: %s lacks %s", files[f][1], other->name, name);
                }
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        PROMISE(the_survey_section_is_read),
        PROMISE(defaults_stand_where_the_file_says_nothing),
        PROMISE(scales_keep_codes_labels_sides_and_answers_outside),
        PROMISE(constructs_hold_their_items_in_file_order),
        PROMISE(questions_of_every_type_are_read),
        PROMISE(fields_are_what_holds_answers_in_file_order),
        PROMISE(pages_follow_the_file_or_are_made_one_a_block),
        PROMISE(a_missing_translation_falls_back_item_by_item),
        PROMISE(coverage_is_the_share_of_texts_that_are_translated),
        PROMISE(a_language_is_found_by_its_tag_or_its_beginning),
        PROMISE(placeholders_are_filled_by_the_assessment_or_the_default),
        PROMISE(the_hash_follows_the_content_and_not_its_layout),
        PROMISE(pinned_texts_make_the_same_instrument),
        PROMISE(a_reversed_item_is_mirrored_in_scoring_only),
        PROMISE(a_reversed_item_of_a_barrier_is_turned_twice),
        PROMISE(an_instrument_lives_as_long_as_it_is_held),
        PROMISE(translations_are_told_from_instruments),
        PROMISE(every_shipped_instrument_is_flawless),
        PROMISE(the_flagship_is_as_large_as_it_says),
        PROMISE(the_pulse_asks_in_the_words_of_the_flagship),
        PROMISE(the_key_table_finds_every_key_and_has_an_example_that_fits),
        PROMISE(every_key_is_explained_in_english_and_french),
        PROMISE(french_findings_hold_the_same_values_as_english_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
