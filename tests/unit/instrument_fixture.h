/* Instruments and findings for tests: one text in, an instrument or its findings out. */
#ifndef READINESS_TESTS_INSTRUMENT_FIXTURE_H
#define READINESS_TESTS_INSTRUMENT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/finding.h"
#include "instrument/answers.h"
#include "instrument/instrument.h"
#include "instrument/loader.h"

struct fixture {
    struct arena *arena;
    struct findings *findings;
    const struct instrument *instrument;
    enum result result;
};

static inline int setup(void **state) {
    struct fixture *x = calloc(1, sizeof *x);
    *state = x;
    if (x) {
        x->arena = arena_new();
        x->findings = findings_new();
    }
    return x ? 0 : -1;
}

static inline int teardown(void **state) {
    struct fixture *x = *state;
    instrument_release(x->instrument);
    findings_free(x->findings);
    arena_free(x->arena);
    free(x);
    return 0;
}

static inline void print_findings(const struct fixture *x) {
    for (size_t i = 0; i < findings_total(x->findings); i++) {
        const struct finding *f = findings_at(x->findings, i);
        print_message("%s:%d: %s\n", f->place.file, f->place.line, f->code);
    }
}

static inline void start_again(struct fixture *x) {
    instrument_release(x->instrument);
    x->instrument = NULL;
    findings_free(x->findings);
    x->findings = findings_new();
}

/* Loads a text with one translation (NULL: none). */
static inline void load_texts(struct fixture *x, const char *text, const char *french) {
    struct instrument_file files[] = {{"", str_of(text)}, {"fr", str_of(french)}};
    start_again(x);
    x->result = instrument_parse(&x->instrument, "test.ini", files, french ? 2 : 1, x->findings);
}

static inline void load_file(struct fixture *x, const char *path) {
    start_again(x);
    x->result = instrument_load(&x->instrument, path, x->findings);
    if (x->result != RESULT_OK) {
        print_findings(x);
    }
    assert_int_equal(x->result, RESULT_OK);
    assert_non_null(x->instrument);
}

#define HEAD                                                                                                           \
    "[survey]\nschema = 1\nname = test\nversion = 1\ntitle = \"Test\"\n"           /* lines 1-5 */                     \
    "[scale.agree5]\n1 = a\n2 = b\n3 = c\n4 = d\n5 = e\nna = \"Not applicable\"\n" /* lines 6-12 */

#define PROMISE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
