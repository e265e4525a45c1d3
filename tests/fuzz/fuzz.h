/* What the fuzz targets share. A target is one file, fuzz_NAME.c: the engine hands LLVMFuzzerTestOneInput bytes without
 * end, sanitizers watch every step, and PROMISE ends the run where the answer is not what the room promises.
 *
 * In a target's first comment, "rooms:" names the libraries to link with, "seeds:" files of the repository to begin
 * with (besides tests/fuzz/corpus/NAME), "length:" the most bytes of an input, "short:" the most bytes of nearly all
 * inputs of a long run (script/fuzz --executions). tests/fuzz/dictionary/NAME.dict has words of the language. */
#ifndef READINESS_TESTS_FUZZ_H
#define READINESS_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/finding.h"
#include "base/str.h"
#include "base/texts.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PROMISE(condition)                                                                                             \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #condition);                            \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* The harness' own loops are no reason to keep an input. */
#ifdef __clang__
#define FUZZ_UNSEEN __attribute__((no_sanitize("coverage")))
#else
#define FUZZ_UNSEEN
#endif

static inline struct str fuzz_bytes(const uint8_t *data, size_t size) {
    return (struct str){(const char *)data, size};
}

/* Takes the bytes before a line "%%" off: an input of several texts. All the rest when there is no such line. */
static inline struct str fuzz_part(struct str *rest) {
    static const char mark[] = "\n%%\n";
    const char *at = rest->n ? memmem(rest->p, rest->n, mark, sizeof mark - 1) : NULL;
    struct str part = *rest;
    if (!at) {
        *rest = (struct str){NULL, 0};
        return part;
    }
    part.n = (size_t)(at - part.p) + 1;
    *rest = (struct str){at + sizeof mark - 1, rest->n - part.n - sizeof mark + 2};
    return part;
}

/* The built-in texts, loaded once for the whole run. */
static inline struct texts *fuzz_texts(void) {
    struct texts *texts = NULL;
    PROMISE(texts_load(&texts, NULL, NULL) == RESULT_OK);
    return texts;
}

/* Is this input one of those, one in `of`, for which a slow check is made? Its bytes alone decide, so that an input
 * that was kept shows the same again. */
FUZZ_UNSEEN static inline bool fuzz_chosen(const uint8_t *data, size_t size, unsigned of) {
    uint32_t sum = 2166136261u ^ (uint32_t)size;
    for (size_t i = 0; i < size; i += 1 + size / 64)
        sum = (sum ^ data[i]) * 16777619u;
    return (sum ^ sum >> 15) % of == 0;
}

/* Every finding has a sentence in both languages, and all its sentences are text. */
static inline void fuzz_check_findings(const struct findings *findings, const struct texts *texts) {
    static const char *const languages[] = {"en", "fr"};
    for (size_t i = 0; i < findings_total(findings); i++) {
        const struct finding *f = findings_at(findings, i);
        char key[160];
        snprintf(key, sizeof key, "finding.%s", f->code);
        for (size_t k = 0; k < 2; k++) {
            struct buf sentence = BUF_INIT;
            PROMISE(texts_own(texts, languages[k], key));
            finding_sentence(&sentence, f, texts, languages[k]);
            PROMISE(sentence.n > 0);
            PROMISE(utf8_valid(buf_view(&sentence)));
            buf_free(&sentence);
        }
        PROMISE(f->place.line >= 0 && f->place.column >= 0);
    }
}

#endif
