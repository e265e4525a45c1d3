#include "cli/explain.h"

#include <string.h>

#include "base/embedded.h"
#include "base/ini.h"
#include "base/json.h"
#include "base/nearest.h"

/* A file of the repository that is built in; its mistakes would be ours, and a test would have found them. */
static const struct ini *built_in(struct cli *cli, const char *path) {
    struct ini *ini = NULL;
    (void)!ini_parse(&ini, cli->arena, path, embedded_find(path), NULL);
    return ini;
}

/* A variant that only adds "did you mean" is explained with its code. */
static const char *without_hint(struct cli *cli, const char *code) {
    static const char hint[] = ".meant";
    const size_t n = strlen(code), m = sizeof hint - 1;
    return n > m && strcmp(code + n - m, hint) == 0 ? arena_copy(cli->arena, code, n - m) : code;
}

/* The example with quotes and line ends in place; "" when there is none. */
static const char *example(struct cli *cli, const struct ini *examples, const char *section, const char *code) {
    static const char *const names[] = {"q", "n"}, *const values[] = {"\"", "\n"};
    const struct ini_key *key = ini_find(examples, section, code);
    struct buf b = BUF_INIT;
    texts_substitute(&b, key ? key->value : "", names, values, 2);
    const char *text = arena_copy(cli->arena, b.p ? b.p : "", b.n);
    buf_free(&b);
    return text;
}

static void print_example(struct cli *cli, const char *key, const char *text) {
    struct str rest = str_of(text), line;
    fprintf(cli->out, "\n%s\n", texts_get(cli->texts, cli->language, key));
    while (str_split(&rest, '\n', &line))
        fprintf(cli->out, "    %.*s\n", (int)line.n, line.p);
}

static void write_json(struct cli *cli, const char *const *pairs) {
    struct buf b = BUF_INIT;
    struct json_writer w = {.out = &b};
    json_open(&w, '{');
    for (; pairs[0]; pairs += 2) {
        json_key(&w, pairs[0]);
        json_text(&w, pairs[1]);
    }
    json_close(&w, '}');
    fprintf(cli->out, "%s\n", b.p);
    buf_free(&b);
}

static enum result unknown(struct cli *cli, const char *code) {
    const struct ini *known = built_in(cli, "config/texts/en/explain.ini");
    const struct ini_section *section = ini_find_section(known, "explain");
    const char **codes = arena_array(cli->arena, section->n_keys, sizeof *codes);
    for (size_t i = 0; i < section->n_keys; i++)
        codes[i] = section->keys[i].name;
    const char *near = nearest_name(code, codes, section->n_keys);
    finding_add(cli->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0},
                near ? "explain_unknown_near" : "explain_unknown", "value", code, "near", near ? near : "", NULL);
    findings_write_text(cli->findings, cli->texts, cli->language, cli->err);
    return RESULT_INPUT;
}

enum result explain_finding(struct cli *cli, const char *code) {
    const char *base = without_hint(cli, code), *key = arena_printf(cli->arena, "explain.%s", base);
    const char *why = texts_get(cli->texts, cli->language, key);
    if (why == key)
        return unknown(cli, code);
    const char *message = texts_get(cli->texts, cli->language, arena_printf(cli->arena, "finding.%s", base));
    const struct ini *examples = built_in(cli, "config/examples.ini");
    const char *wrong = example(cli, examples, "wrong", base), *right = example(cli, examples, "right", base);
    if (cli_format_is(cli, "json")) {
        write_json(cli, (const char *const[]){"code", base, "message", message, "why", why, "wrong", wrong, "right",
                                              right, NULL});
        return RESULT_OK;
    }
    fprintf(cli->out, "%s: %s\n\n%s\n", base, message, why);
    if (wrong[0]) {
        print_example(cli, "said.explain_wrong", wrong);
        print_example(cli, "said.explain_right", right);
    }
    return RESULT_OK;
}
