/* readiness manual, readiness completion: a manual page (man 1) and a bash completion, made from the table of commands
 * and the same words as --help, so that neither can say anything else. The package installs what these print. */
#include <string.h>

#include "cli/cli.h"

static const char *word(struct cli *cli, const char *section, const char *name) {
    return texts_get(cli->texts, cli->language, arena_printf(cli->arena, "%s.%s", section, name));
}

static const char *command_key(struct cli *cli, const struct command *c) {
    char *key = arena_printf(cli->arena, "%s%s%s", c->noun, c->verb[0] ? "_" : "", c->verb);
    for (char *p = key; *p; p++)
        *p = (char)(*p == '-' ? '_' : *p);
    return key;
}

/* Text as troff wants it: its own marks are said by name, and no line begins with a dot or an apostrophe. */
static void roff(struct cli *cli, const char *text) {
    if (*text == '.' || *text == '\'')
        fputs("\\&", cli->out);
    for (; *text; text++)
        switch (*text) {
        case '\\':
            fputs("\\e", cli->out);
            break;
        case '-':
            fputs("\\-", cli->out);
            break;
        case '\n':
            fputs("\n.br\n", cli->out);
            break;
        default:
            fputc(*text, cli->out);
        }
}

static void heading(struct cli *cli, const char *kind, const char *text) {
    fprintf(cli->out, ".%s \"", kind);
    roff(cli, text);
    fputs("\"\n", cli->out);
}

static void paragraph(struct cli *cli, const char *text) {
    fputs(".PP\n", cli->out);
    roff(cli, text);
    fputc('\n', cli->out);
}

static void write_usage(struct cli *cli, const struct command *c) {
    fprintf(cli->out, ".PP\n\\fBreadiness %s%s%s\\fR", c->noun, c->verb[0] ? " " : "", c->verb);
    if (c->arguments[0]) {
        fputc(' ', cli->out);
        roff(cli, c->arguments);
    }
    for (size_t i = 0; i < OPTIONS_MAX && c->options[i].name; i++) {
        const struct option *o = &c->options[i];
        fputs(o->required ? " " : " [", cli->out);
        roff(cli,
             arena_printf(cli->arena, "--%s%s%s", o->name, o->argument ? " " : "", o->argument ? o->argument : ""));
        fputs(o->required ? "" : "]", cli->out);
    }
    fputc('\n', cli->out);
}

static void write_command(struct cli *cli, const struct command *c) {
    const char *key = command_key(cli, c);
    heading(cli, "SS", arena_printf(cli->arena, "%s%s%s", c->noun, c->verb[0] ? " " : "", c->verb));
    paragraph(cli, word(cli, "command", key));
    write_usage(cli, c);
    for (size_t i = 0; i < OPTIONS_MAX && c->options[i].name; i++) {
        const struct option *o = &c->options[i];
        fputs(".TP\n\\fB", cli->out);
        roff(cli, arena_printf(cli->arena, "--%s", o->name));
        fputs("\\fR", cli->out);
        if (o->argument) {
            fputs(" \\fI", cli->out);
            roff(cli, o->argument);
            fputs("\\fR", cli->out);
        }
        fputc('\n', cli->out);
        roff(cli, word(cli, "option", o->name));
        fputc('\n', cli->out);
    }
    fputs(".PP\n.nf\n", cli->out);
    roff(cli, word(cli, "example", key));
    fputs("\n.fi\n", cli->out);
}

enum result run_manual(struct cli *cli) {
    static const char *const parts[] = {"description", "files", "environment", "status"};
    fprintf(cli->out, ".TH READINESS 1 \"\" \"readiness " READINESS_VERSION "\"\n");
    heading(cli, "SH", word(cli, "manual", "name"));
    fputs("readiness \\- ", cli->out);
    roff(cli, word(cli, "manual", "name.text"));
    fputc('\n', cli->out);
    heading(cli, "SH", word(cli, "manual", "synopsis"));
    paragraph(cli, "readiness [--config FILE] [--db sqlite:FILE|postgresql://HOST/DATABASE] NOUN [VERB] ...");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        heading(cli, "SH", word(cli, "manual", parts[i]));
        paragraph(cli, word(cli, "manual", arena_printf(cli->arena, "%s.text", parts[i])));
    }
    heading(cli, "SH", word(cli, "manual", "commands"));
    for (size_t i = 0; i < n_commands; i++)
        write_command(cli, &commands[i]);
    return RESULT_OK;
}

/* The verbs of a noun, or the options of a command, as one word list for compgen. */
static void write_verbs(struct cli *cli, const char *noun) {
    for (size_t i = 0; i < n_commands; i++)
        if (strcmp(commands[i].noun, noun) == 0 && commands[i].verb[0])
            fprintf(cli->out, " %s", commands[i].verb);
}

static bool is_first_of_noun(size_t command) {
    for (size_t i = 0; i < command; i++)
        if (strcmp(commands[i].noun, commands[command].noun) == 0)
            return false;
    return true;
}

enum result run_completion(struct cli *cli) {
    fputs(
        "_readiness() {\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words=\n"
        "    [[ $COMP_CWORD -gt 2 || ${COMP_WORDS[2]} != -* && $COMP_CWORD -gt 1 ]] && command+=\" ${COMP_WORDS[2]}\"\n"
        "    if [[ $COMP_CWORD -eq 1 ]]; then\n        words=\"help --version",
        cli->out);
    for (size_t i = 0; i < n_commands; i++)
        if (is_first_of_noun(i))
            fprintf(cli->out, " %s", commands[i].noun);
    fputs("\"\n    elif [[ $COMP_CWORD -eq 2 && $word != -* ]]; then\n        case ${COMP_WORDS[1]} in\n", cli->out);
    for (size_t i = 0; i < n_commands; i++)
        if (is_first_of_noun(i) && commands[i].verb[0]) {
            fprintf(cli->out, "        %s) words=\"", commands[i].noun);
            write_verbs(cli, commands[i].noun);
            fputs("\" ;;\n", cli->out);
        }
    fputs("        esac\n    fi\n    if [[ $word == -* ]]; then\n        case $command in\n", cli->out);
    for (size_t i = 0; i < n_commands; i++) {
        const struct command *c = &commands[i];
        fprintf(cli->out, "        \"%s%s%s\"*) words=\"--config --db --help", c->noun, c->verb[0] ? " " : "", c->verb);
        for (size_t k = 0; k < OPTIONS_MAX && c->options[k].name; k++)
            fprintf(cli->out, " --%s", c->options[k].name);
        fputs("\" ;;\n", cli->out);
    }
    fputs("        esac\n    fi\n"
          "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
          "    [[ ${#COMPREPLY[@]} -eq 0 && $word != -* ]] && mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
          "}\ncomplete -F _readiness readiness\n",
          cli->out);
    return RESULT_OK;
}
