/* readiness instrument reference: the page on instrument files (docs/instruments.md), made from the loader's own table
 * of keys and the words of config/texts, section [reference]; so it cannot say anything else than the loader does. */
#include <string.h>

#include "cli/cli.h"
#include "instrument/keys.h"

static const char *word(struct cli *cli, const char *key) {
    return texts_get(cli->texts, cli->language, arena_printf(cli->arena, "reference.%s", key));
}

/* The key under which a rule's meaning stands: "construct.item.name". */
static const char *meaning(struct cli *cli, const struct key_rule *rule) {
    char *key = arena_printf(cli->arena, "%s.%s", section_names[rule->section], rule->key);
    for (char *p = key; *p; p++)
        *p = (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
    return word(cli, key);
}

/* Text for a cell of a table: a bar would end it. */
static const char *cell(struct cli *cli, const char *text) {
    struct buf b = BUF_INIT;
    for (; *text; text++) {
        if (*text == '|')
            buf_char(&b, '\\');
        buf_char(&b, *text);
    }
    const char *copy = arena_copy(cli->arena, b.p, b.n);
    buf_free(&b);
    return copy;
}

static const char *words_of(struct cli *cli, const char *words) {
    struct buf b = BUF_INIT;
    struct str rest = str_of(words), part;
    while (str_split(&rest, '|', &part))
        buf_printf(&b, "%s`%.*s`", b.n ? ", " : "", (int)part.n, part.p);
    const char *copy = arena_copy(cli->arena, b.p, b.n);
    buf_free(&b);
    return copy;
}

static const char *values(struct cli *cli, const struct key_rule *rule) {
    static const char *const kinds[] = {
        [VALUE_TEXT] = "kind.text",     [VALUE_PLAIN] = "kind.plain",     [VALUE_NAME] = "kind.name",
        [VALUE_NAMES] = "kind.names",   [VALUE_INTEGER] = "kind.integer", [VALUE_INTEGERS] = "kind.integers",
        [VALUE_NUMBER] = "kind.number", [VALUE_CHOICES] = "kind.choices", [VALUE_EXPRESSION] = "kind.expression"};
    if (rule->kind == VALUE_WORD)
        return words_of(cli, rule->words);
    const char *kind = word(cli, kinds[rule->kind]);
    const bool limited = (rule->kind == VALUE_INTEGER || rule->kind == VALUE_NUMBER) && rule->high < 1e14;
    if (!limited)
        return kind;
    return arena_printf(cli->arena, "%s, %s", kind,
                        texts_fill(cli->texts, cli->arena, cli->language, "reference.kind.limits", "low",
                                   arena_printf(cli->arena, "%g", rule->low), "high",
                                   arena_printf(cli->arena, "%g", rule->high), NULL));
}

static const char *missing(struct cli *cli, const struct key_rule *rule) {
    if (rule->required)
        return word(cli, "page.needed");
    return rule->fallback && rule->fallback[0] ? arena_printf(cli->arena, "`%s`", rule->fallback)
                                               : word(cli, "page.nothing");
}

/* The key as it may stand in a file: "item.lead1" for item.NAME. */
static const char *as_written(struct cli *cli, const struct key_rule *rule) {
    static const char *const shown[][2] = {
        {"POINT", "5"}, {"item.NAME", "item.lead1"}, {"NAME", "unsure"}, {"CODE", "manager"}, {"N", "1"}};
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        const char *at = strstr(rule->key, shown[i][0]);
        if (at)
            return arena_printf(cli->arena, "%.*s%s%s", (int)(at - rule->key), rule->key, shown[i][1],
                                at + strlen(shown[i][0]));
    }
    return rule->key;
}

static void write_section(struct cli *cli, enum section_kind kind) {
    static const char *const names[SECTION_KINDS] = {"",      ".innovation", ".agree5", ".inner", ".leadership",
                                                     ".role", ".you"};
    const char *name = section_names[kind];
    fprintf(cli->out, "\n## [%s%s]\n\n%s\n\n| %s | %s | %s | %s |\n|---|---|---|---|\n", name,
            names[kind][0] ? ".NAME" : "", word(cli, name), word(cli, "page.key"), word(cli, "page.meaning"),
            word(cli, "page.values"), word(cli, "page.default"));
    for (size_t i = 0; i < n_key_rules; i++)
        if (key_rules[i].section == kind)
            fprintf(cli->out, "| `%s` | %s | %s | %s |\n", key_rules[i].key, cell(cli, meaning(cli, &key_rules[i])),
                    cell(cli, values(cli, &key_rules[i])), missing(cli, &key_rules[i]));
    fprintf(cli->out, "\n%s\n\n```ini\n[%s%s]\n", word(cli, "page.whole"), name, names[kind]);
    for (size_t i = 0; i < n_key_rules; i++)
        if (key_rules[i].section == kind)
            fprintf(cli->out, "%s = %s\n", as_written(cli, &key_rules[i]), key_rules[i].example);
    fprintf(cli->out, "```\n");
}

/* "HEAD", then its paragraphs "HEAD.1", "HEAD.2", ... with `mark` before each. */
static void write_part(struct cli *cli, const char *head, const char *mark) {
    fprintf(cli->out, "\n## %s\n", word(cli, head));
    for (int i = 1;; i++) {
        const char *key = arena_printf(cli->arena, "reference.%s.%d", head, i);
        const char *text = texts_get(cli->texts, cli->language, key);
        if (text == key)
            return;
        fprintf(cli->out, "%s%s%s\n", mark[0] && i > 1 ? "" : "\n", mark, text);
    }
}

enum result run_instrument_reference(struct cli *cli) {
    fprintf(cli->out, "# %s\n\n%s\n\n%s\n", word(cli, "page.title"), word(cli, "page.file"), word(cli, "page.made"));
    write_part(cli, "page.rules", "- ");
    for (int kind = 0; kind < SECTION_KINDS; kind++)
        write_section(cli, (enum section_kind)kind);
    fprintf(cli->out, "\n%s\n", word(cli, "page.names"));
    write_part(cli, "page.condition", "");
    write_part(cli, "page.translation", "");
    return RESULT_OK;
}
