/* From argv to a command with its arguments and options; help and usage from the table. */
#include <string.h>

#include "base/nearest.h"
#include "cli/cli.h"

static const char *command_name(struct cli *cli, const struct command *c) {
    return c->verb[0] ? arena_printf(cli->arena, "%s %s", c->noun, c->verb) : c->noun;
}

/* The key of a command's texts: wave_recovery_sheet. */
static const char *command_key(struct cli *cli, const struct command *c) {
    char *key = arena_printf(cli->arena, "%s%s%s", c->noun, c->verb[0] ? "_" : "", c->verb);
    for (char *p = key; *p; p++)
        if (*p == '-')
            *p = '_';
    return key;
}

static const char *text(struct cli *cli, const char *section, const char *name) {
    return texts_get(cli->texts, cli->language, arena_printf(cli->arena, "%s.%s", section, name));
}

static void print_usage(struct cli *cli, const struct command *c, FILE *out) {
    fprintf(out, "readiness %s", command_name(cli, c));
    if (c->arguments[0])
        fprintf(out, " %s", c->arguments);
    for (size_t i = 0; i < OPTIONS_MAX && c->options[i].name; i++) {
        const struct option *o = &c->options[i];
        fprintf(out, o->required ? " --%s%s%s" : " [--%s%s%s]", o->name, o->argument ? " " : "",
                o->argument ? o->argument : "");
    }
    fputc('\n', out);
}

static void print_help(struct cli *cli, const struct command *c) {
    const char *key = command_key(cli, c);
    fprintf(cli->out, "%s\n\n  ", text(cli, "command", key));
    print_usage(cli, c, cli->out);
    if (c->options[0].name)
        fprintf(cli->out, "\n");
    for (size_t i = 0; i < OPTIONS_MAX && c->options[i].name; i++) {
        const struct option *o = &c->options[i];
        const char *label =
            arena_printf(cli->arena, "--%s%s%s", o->name, o->argument ? " " : "", o->argument ? o->argument : "");
        fprintf(cli->out, "  %-28s %s\n", label, text(cli, "option", o->name));
    }
    fprintf(cli->out, "\n%s\n  %s\n", text(cli, "cli", "example"), text(cli, "example", key));
}

static void print_overview(struct cli *cli, FILE *out) {
    fprintf(out, "%s\n\n", text(cli, "cli", "overview"));
    for (size_t i = 0; i < n_commands; i++)
        fprintf(out, "  %-24s %s\n", command_name(cli, &commands[i]),
                text(cli, "command", command_key(cli, &commands[i])));
    fprintf(out, "\n%s\n", text(cli, "cli", "overview_more"));
}

static enum result usage(struct cli *cli, const char *key, const char *value, const char *near) {
    fprintf(cli->err, "readiness: %s\n",
            texts_fill(cli->texts, cli->arena, cli->language, key, "value", value, "near", near, NULL));
    if (cli->command)
        print_usage(cli, cli->command, cli->err);
    return RESULT_USAGE;
}

static const struct command *find_command(const char *noun, const char *verb, int *words) {
    for (size_t i = 0; i < n_commands; i++) {
        if (strcmp(commands[i].noun, noun) != 0)
            continue;
        *words = commands[i].verb[0] ? 2 : 1;
        if (!commands[i].verb[0] || (verb && strcmp(commands[i].verb, verb) == 0))
            return &commands[i];
    }
    return NULL;
}

static enum result no_such_command(struct cli *cli, const char *noun, const char *verb) {
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; i < n_commands && n < 64; i++)
        names[n++] = command_name(cli, &commands[i]);
    const char *typed = verb ? arena_printf(cli->arena, "%s %s", noun, verb) : noun;
    const char *near = nearest_name(typed, names, n);
    if (!near)
        near = nearest_name(noun, names, n);
    fprintf(cli->err, "readiness: %s\n",
            texts_fill(cli->texts, cli->arena, cli->language, near ? "cli.no_command_near" : "cli.no_command", "value",
                       typed, "near", near, NULL));
    return RESULT_USAGE;
}

/* Takes one option (argv[*i], and the next word if it has a value). */
static enum result take_option(struct cli *cli, int argc, char *const *argv, int *i) {
    const char *name = argv[*i] + 2;
    const char *equals = strchr(name, '=');
    size_t n = equals ? (size_t)(equals - name) : strlen(name);
    const char *names[OPTIONS_MAX];
    size_t known = 0;
    for (; known < OPTIONS_MAX && cli->command->options[known].name; known++) {
        const struct option *o = &cli->command->options[known];
        names[known] = o->name;
        if (strlen(o->name) != n || strncmp(o->name, name, n) != 0)
            continue;
        if (!o->argument && equals)
            return usage(cli, "cli.option_is_switch", o->name, NULL);
        if (o->argument && !equals && *i + 1 >= argc)
            return usage(cli, "cli.option_needs_value", o->name, NULL);
        cli->values[known] = !o->argument ? "" : equals ? equals + 1 : argv[++*i];
        return RESULT_OK;
    }
    const char *typed = arena_copy(cli->arena, name, n);
    const char *near = nearest_name(typed, names, known);
    return usage(cli, near ? "cli.no_option_near" : "cli.no_option", typed, near);
}

/* Is `value` one of the words in "text|json|csv"? */
static bool is_among(const char *value, const char *words) {
    struct str rest = str_of(words), word;
    while (str_split(&rest, '|', &word))
        if (str_is(word, value))
            return true;
    return false;
}

static enum result check_complete(struct cli *cli) {
    const struct command *c = cli->command;
    if ((int)cli->n_arguments < c->least)
        return usage(cli, "cli.too_few_arguments", c->arguments, NULL);
    if ((int)cli->n_arguments > c->most)
        return usage(cli, "cli.too_many_arguments", cli->arguments[c->most], NULL);
    for (size_t i = 0; i < OPTIONS_MAX && c->options[i].name; i++)
        if (c->options[i].required && !cli->values[i])
            return usage(cli, "cli.option_required", c->options[i].name, NULL);
    for (size_t i = 0; i < OPTIONS_MAX && c->options[i].name; i++)
        if (strcmp(c->options[i].name, "format") == 0 && cli->values[i] &&
            !is_among(cli->values[i], c->options[i].argument))
            return usage(cli, "cli.format_unknown", cli->values[i], c->options[i].argument);
    return RESULT_OK;
}

enum result cli_parse(struct cli *cli, int argc, char *const *argv, bool *helped) {
    *helped = true;
    if (argc < 1 || strcmp(argv[0], "help") == 0 || strcmp(argv[0], "--help") == 0) {
        print_overview(cli, argc < 1 ? cli->err : cli->out);
        return argc < 1 ? RESULT_USAGE : RESULT_OK;
    }
    if (strcmp(argv[0], "--version") == 0) {
        fprintf(cli->out, "readiness %s\n", READINESS_VERSION);
        return RESULT_OK;
    }
    int words = 1;
    const char *verb = argc > 1 && argv[1][0] != '-' ? argv[1] : NULL;
    cli->command = find_command(argv[0], verb, &words);
    if (!cli->command)
        return no_such_command(cli, argv[0], verb);
    for (int i = words; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_help(cli, cli->command);
            return RESULT_OK;
        }
    }
    for (int i = words; i < argc; i++) {
        enum result result = RESULT_OK;
        if (strncmp(argv[i], "--", 2) == 0)
            result = take_option(cli, argc, argv, &i);
        else if (cli->n_arguments < ARGUMENTS_MAX)
            cli->arguments[cli->n_arguments++] = argv[i];
        else
            result = usage(cli, "cli.too_many_arguments", argv[i], NULL);
        if (result != RESULT_OK)
            return result;
    }
    *helped = false;
    return check_complete(cli);
}

const char *cli_option(const struct cli *cli, const char *name) {
    for (size_t i = 0; i < OPTIONS_MAX && cli->command->options[i].name; i++)
        if (strcmp(cli->command->options[i].name, name) == 0)
            return cli->values[i];
    return NULL;
}
