/* rooms: instrument base
 * length: 600
 *
 * A condition, and behind a line "%%" answers as they are stored. What cannot be parsed has a finding; what can be
 * parsed is true or false for any answers, "not" turns it round, "and" and "or" with itself leave it, and every
 * reference stands inside the text. */
#include "fuzz.h"

#include "instrument/expression.h"
#include "instrument/loader.h"

static const char survey[] =
    "[survey]\nschema = 1\nname = t\nversion = 1\ntitle = T\n"
    "[scale.s]\n-1 = a\n0 = b\n1 = c\nna = \"n\"\n[construct.c]\nlabel = C\nlevel = team\nscale = s\nitem.c1 = One\n"
    "[question.role]\ntype = choice\nlabel = R\nchoices = manager: M | front: F | other: O\n"
    "[question.tools]\ntype = choices\nlabel = T\nchoices = a: A | b: B | c: C\n"
    "[question.years]\ntype = number\nlabel = Y\n[question.since]\ntype = date\nlabel = S\n"
    "[question.words]\ntype = text\nlabel = W\n";
static const char *const names[] = {"c1", "role", "tools", "years", "since", "words"};
enum { NAMES = sizeof names / sizeof names[0] };

static struct texts *texts;
static const struct instrument *instrument;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    texts = fuzz_texts();
    const struct instrument_file file = {"", {survey, sizeof survey - 1}};
    PROMISE(instrument_parse(&instrument, "t.ini", &file, 1, NULL) == RESULT_OK);
    PROMISE(instrument->n_fields == NAMES);
    return 0;
}

static const struct expression *parse(struct arena *arena, const char *format, struct str text) {
    struct buf b = BUF_INIT;
    for (const char *p = format; *p; p++)
        if (*p == '*')
            buf_str(&b, text);
        else
            buf_char(&b, *p);
    const struct expression *e =
        expression_parse(arena, (struct str){arena_copy(arena, b.p, b.n), b.n}, (struct place){0}, names, NAMES, NULL);
    buf_free(&b);
    return e;
}

static void check_reference(void *context, const struct reference *reference) {
    const struct str *text = context;
    PROMISE(reference->field >= 0 && reference->field < NAMES);
    PROMISE(reference->name_at >= 0 && (size_t)reference->name_at < text->n);
    PROMISE(reference->literal_at >= 0 && (size_t)reference->literal_at <= text->n);
    PROMISE(reference->literal.n <= text->n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct str rest = fuzz_bytes(data, size), text = fuzz_part(&rest);
    if (!utf8_valid(text)) /* no file with such a text comes that far */
        return 0;
    struct arena *arena = arena_new();
    struct findings *findings = findings_new();
    struct answers *answers = answers_new(arena, instrument);
    const struct expression *e = expression_parse(arena, text, (struct place){"t.ini", 7, 12}, names, NAMES, findings);
    PROMISE((e == NULL) == (findings_count(findings, SEVERITY_ERROR) > 0));
    fuzz_check_findings(findings, texts);
    (void)answers_read_json(answers, rest, arena);
    if (e) {
        const bool holds = expression_holds(e, answers);
        const struct expression *not = parse(arena, "not (*)", text), *both = parse(arena, "(*) and (*)", text),
                                *either = parse(arena, "(*) or (*)", text);
        PROMISE(!not || expression_holds(not, answers) != holds);
        PROMISE(!both || expression_holds(both, answers) == holds);
        PROMISE(!either || expression_holds(either, answers) == holds);
        expression_each_comparison(e, check_reference, &text);
    }
    findings_free(findings);
    arena_free(arena);
    return 0;
}
