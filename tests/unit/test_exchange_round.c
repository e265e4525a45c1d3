/* rooms: exchange instrument base */
/* What goes out comes back: every instrument that ships, through XLSForm and REDCap and back, is the same instrument
 * but for what the file cannot hold, as the classification of changes sees it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <sodium.h>
#include <string.h>

#include "base/file.h"
#include "exchange/condition.h"
#include "exchange/exchange.h"
#include "instrument/compare.h"
#include "instrument/loader.h"

typedef enum result exporter(struct str *out, struct arena *arena, const struct instrument *instrument,
                             struct findings *list);

struct trip {
    struct arena *arena;
    struct texts *texts;
    const struct instrument *was, *is;
    struct comparison comparison;
};

static void travel(struct trip *t, const char *path, exporter *export, const char *file) {
    struct findings *list = findings_new(), *findings = findings_new();
    struct exchange_source source = {.file = file, .texts = t->texts};
    struct exchange_made made;
    assert_int_equal(instrument_load(&t->was, path, findings), RESULT_OK);
    assert_int_equal(export(&source.bytes, t->arena, t->was, list), RESULT_OK);
    source.name = t->was->name;
    source.language = t->was->languages[0];
    assert_int_equal(exchange_import(&made, t->arena, &source, list, findings), RESULT_OK);
    assert_int_equal(instrument_parse(&t->is, made.name, made.files, made.n_files, findings), RESULT_OK);
    t->comparison = instrument_compare(t->arena, t->was, t->is);
    findings_free(list);
    findings_free(findings);
}

static void arrive(struct trip *t) {
    instrument_release(t->was);
    instrument_release(t->is);
}

/* Calls `judge` for every instrument that ships; how many there were. */
static size_t each(exporter *export, const char *file, void (*judge)(struct trip *t, const char *path)) {
    static const char *const patterns[] = {"surveys/*.ini", "surveys/examples/*.ini"};
    struct trip t = {.arena = arena_new()};
    struct findings *findings = findings_new();
    size_t n = 0;
    assert_true(sodium_init() >= 0);
    assert_int_equal(texts_load(&t.texts, NULL, findings), RESULT_OK);
    for (int p = 0; p < 2; p++) {
        glob_t found;
        assert_int_equal(glob(patterns[p], 0, NULL, &found), 0);
        for (size_t i = 0; i < found.gl_pathc; i++) {
            if (instrument_is_translation(found.gl_pathv[i]))
                continue;
            travel(&t, found.gl_pathv[i], export, file);
            judge(&t, found.gl_pathv[i]);
            arrive(&t);
            n++;
        }
        globfree(&found);
    }
    findings_free(findings);
    texts_free(t.texts);
    arena_free(t.arena);
    return n;
}

static void fail_on(const char *path, const struct difference *d) {
    fail_msg("%s: %s %s: %s / %s", path, d->code, d->subject, d->was, d->is);
}

/* A condition as both sides would write it: which quotes stand round a code says nothing. */
static const char *respelt(struct arena *arena, const char *text) {
    const char *rest;
    struct buf out = BUF_INIT;
    const struct condition *c = condition_parse(arena, str_of(text), DIALECT_XLSFORM, &rest);
    if (c)
        condition_write(&out, c);
    const char *made = c ? arena_copy(arena, out.p, out.n) : text;
    buf_free(&out);
    return made;
}

static bool is_only_spelling(const struct difference *d) {
    struct arena *arena = arena_new();
    const bool same = strcmp(d->code, "other_changed") == 0 || /* quotes, order of keys */
                      (strcmp(d->code, "relevant_changed") == 0 && d->was[0] && d->is[0] &&
                       strcmp(respelt(arena, d->was), respelt(arena, d->is)) == 0);
    arena_free(arena);
    return same;
}

static void is_the_same(struct trip *t, const char *path) {
    for (size_t i = 0; i < t->comparison.n; i++)
        if (!is_only_spelling(&t->comparison.list[i]))
            fail_on(path, &t->comparison.list[i]);
    assert_int_equal(t->is->n_pages, t->was->n_pages);
    assert_string_equal(t->is->version, t->was->version);
    assert_string_equal(t->is->citation, t->was->citation);
    assert_int_equal(t->is->minutes, t->was->minutes);
}

/* One language, no condition and no second line of a page. A page's condition stands with what it asks instead. */
static void is_the_same_but_for_pages_and_languages(struct trip *t, const char *path) {
    for (size_t i = 0; i < t->comparison.n; i++) {
        const struct difference *d = &t->comparison.list[i];
        const bool language = strcmp(d->code, "language_removed") == 0 || strcmp(d->code, "other_changed") == 0;
        bool page = false;
        for (size_t p = 0; p < t->was->n_pages; p++) {
            page = page || strcmp(t->was->pages[p].name, d->subject) == 0;
            if (strcmp(d->code, "relevant_changed") == 0 && t->was->pages[p].relevant)
                page = true;
        }
        if (!language && !page)
            fail_on(path, d);
    }
}

static void every_instrument_that_ships_comes_back_whole_from_xlsform(void **state) {
    (void)state;
    assert_true(each(exchange_export_xlsform, "form.xlsx", is_the_same) >= 10);
}

static void every_instrument_that_ships_comes_back_from_redcap_but_for_what_it_cannot_hold(void **state) {
    (void)state;
    assert_true(each(exchange_export_redcap, "form.csv", is_the_same_but_for_pages_and_languages) >= 10);
}

static void the_same_instrument_makes_the_same_bytes(void **state) {
    (void)state;
    struct arena *arena = arena_new();
    struct findings *findings = findings_new();
    const struct instrument *instrument;
    struct str one, other;
    assert_true(sodium_init() >= 0);
    assert_int_equal(instrument_load(&instrument, "surveys/examples/relevant.ini", findings), RESULT_OK);
    assert_int_equal(exchange_export_xlsform(&one, arena, instrument, findings), RESULT_OK);
    assert_int_equal(exchange_export_xlsform(&other, arena, instrument, findings), RESULT_OK);
    assert_true(str_equal(one, other));
    instrument_release(instrument);
    findings_free(findings);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_instrument_that_ships_comes_back_whole_from_xlsform),
        cmocka_unit_test(every_instrument_that_ships_comes_back_from_redcap_but_for_what_it_cannot_hold),
        cmocka_unit_test(the_same_instrument_makes_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
