/* The command line: tables of commands and options, one file per command.
 *
 * A command is a row of the table in cli/commands.c. Help is made from that table and from
 * config/texts/<language>/cli.ini
 * ([command] and [option]), so that it cannot drift. A command gets a `struct cli` with everything it may use; it
 * prints to cli->out, adds findings, and returns the exit status. Commands may also run inside a serving process, on
 * behalf of a client (cli/control.h): so no globals, no exit, no standard streams. */
#ifndef READINESS_CLI_H
#define READINESS_CLI_H

#include <stdio.h>

#include "base/arena.h"
#include "base/finding.h"
#include "base/result.h"
#include "base/texts.h"
#include "cli/settings.h"
#include "collect/collect.h"
#include "collect/roster.h"
#include "instrument/strategies.h"
#include "store/store.h"

enum { OPTIONS_MAX = 12, ARGUMENTS_MAX = 64 };

struct option {
    const char *name;     /* without the dashes; its text is [option] <name> */
    const char *argument; /* NULL for a switch; else the word in the help: "FILE" */
    bool required;
};

struct cli;

enum store_need {
    STORE_NONE = false,
    STORE_OPEN = true, /* opened before, made if there is none; may be a serving process's */
    STORE_IF_THERE,    /* the same, but a command without arguments runs also when there is none or it cannot be opened:
                          what is wrong then is in its findings. With arguments it is about a file: none is opened */
};

struct command {
    const char *noun, *verb; /* verb "" where there is none */
    const char *arguments;   /* for the help: "NAME FILE.csv"; ... allows more; [X] is optional */
    int least, most;         /* number of arguments */
    struct option options[OPTIONS_MAX];
    enum store_need needs_store; /* always with --against */
    bool only_here;              /* never runs inside a serving process (serve itself, demo) */
    enum result (*run)(struct cli *cli);
};

struct cli {
    FILE *in, *out, *err;
    bool terminal;      /* progress may be shown on err */
    const char *folder; /* where relative paths of the call begin; NULL: here */
    struct arena *arena;
    struct findings *findings;
    const struct texts *texts;
    const char *language;
    const struct settings *settings;
    const char *config;            /* the settings file that was named, NULL: the usual one */
    struct store *store;           /* with needs_store */
    struct collect *collect;       /* with needs_store */
    struct strategies *strategies; /* what can be done about a barrier (cli_strategies); NULL until asked for */
    struct mailer *mailer;         /* the serving process's; NULL when there is none, or mail is not set up */
    int client;                    /* the socket of whom the command is run for, -1: nobody else */
    const struct command *command;
    const char *arguments[ARGUMENTS_MAX];
    size_t n_arguments;
    const char *values[OPTIONS_MAX]; /* parallel to command->options; a switch that is set has "" */
};

extern const struct command commands[];
extern const size_t n_commands;

/* The whole program: parses, opens, runs, shows the findings. */
int cli_main(int argc, char **argv);

/* Finds the command and fills command, arguments and values; RESULT_USAGE with a sentence on err, or help on out (then
 * *helped). */
enum result cli_parse(struct cli *cli, int argc, char *const *argv, bool *helped) MUST_CHECK;
/* Runs the parsed command against an open store (or none) and shows its findings. */
enum result cli_run(struct cli *cli) MUST_CHECK;

/* error, warning, info, debug. */
void cli_set_log_level(const char *name);

/* The value of an option, NULL when not given. */
const char *cli_option(const struct cli *cli, const char *name);
/* A path as given, seen from where the call was made. */
const char *cli_path(const struct cli *cli, const char *path);
/* The same path from the root on, for people: who reads it may stand elsewhere than the server. */
const char *cli_full_path(const struct cli *cli, const char *path);
/* Prints the text "cli.<key>" with its pairs filled in, and a line end, to out. */
#define cli_say(cli, ...)                                                                                              \
    fprintf((cli)->out, "%s\n", texts_fill((cli)->texts, (cli)->arena, (cli)->language, __VA_ARGS__, NULL))
/* Adds an error finding without a place and returns RESULT_INPUT. */
enum result cli_refuse(struct cli *cli, const char *code, const char *name, const char *value);
/* The database answered with trouble: adds the finding, returns RESULT_MACHINE. */
enum result cli_trouble(struct cli *cli);

/* What many commands begin with; each adds a finding when there is no such thing. */
enum result cli_assessment(struct cli *cli, const char *name, struct assessment *out) MUST_CHECK;
/* The same also when it is deleted, but not gone yet. */
enum result cli_any_assessment(struct cli *cli, const char *name, struct assessment *out) MUST_CHECK;
/* Notes in the audit log what was done from the command line, to an assessment, to something inside it
 * ("north/Baseline"; `part` may be NULL), or to an account's address. Never a respondent. */
void cli_audit(struct cli *cli, const char *act, const char *object, const char *part);
/* Asks (the text `key`, with {name} and {email}) and reads a line: is it `expected`? With --yes nothing is asked. */
bool cli_confirmed(struct cli *cli, const char *key, const char *expected);
/* The wave named by --wave, else the newest one in `state` (-1: any). */
enum result cli_wave(struct cli *cli, const struct assessment *a, int state, struct wave *out) MUST_CHECK;
/* Reads the second argument as a roster of the assessment named by the first and applies it when every row is good;
 * `said` is the key of what is said then, with {n}, {new} and {updated}. */
enum result cli_import_roster(struct cli *cli, enum roster_kind kind, const char *said) MUST_CHECK;
/* The lists and matrices of strategies, read when first asked for; what is wrong with them is a finding, and the others
 * are there all the same. */
const struct strategies *cli_strategies(struct cli *cli);
/* The instrument's file: a file as given, else a name in the surveys folder. */
const char *cli_instrument_path(const struct cli *cli, const char *instrument);

/* Has the person for whom a serving process runs this command gone away? Then nobody waits for its progress. */
bool cli_left(const struct cli *cli);

/* Progress on a terminal: "label 17/40". */
void cli_progress(struct cli *cli, const char *key, size_t done, size_t total);

/* --format: "text" (default), "json", "csv". */
bool cli_format_is(const struct cli *cli, const char *format);
/* Rows for people (aligned), as CSV or as JSON, by --format. */
void cli_table(struct cli *cli, const char *const *header, size_t n_columns, const char *const *const *rows,
               size_t n_rows);

enum result run_check(struct cli *cli);
enum result run_preview(struct cli *cli);
enum result run_serve(struct cli *cli);
enum result run_demo(struct cli *cli);
enum result run_instrument_import(struct cli *cli);
enum result run_instrument_export(struct cli *cli);
enum result run_assessment_new(struct cli *cli);
enum result run_assessment_list(struct cli *cli);
enum result run_assessment_show(struct cli *cli);
enum result run_assessment_archive(struct cli *cli);
enum result run_assessment_restore(struct cli *cli);
enum result run_assessment_delete(struct cli *cli);
enum result run_user_add(struct cli *cli);
enum result run_user_list(struct cli *cli);
enum result run_user_disable(struct cli *cli);
enum result run_user_enable(struct cli *cli);
enum result run_user_reset(struct cli *cli);
enum result run_token_add(struct cli *cli);
enum result run_token_list(struct cli *cli);
enum result run_token_revoke(struct cli *cli);
enum result run_people_export(struct cli *cli);
enum result run_people_delete(struct cli *cli);
enum result run_audit(struct cli *cli);
enum result run_backup(struct cli *cli);
enum result run_verify(struct cli *cli);
enum result run_restore(struct cli *cli);
enum result run_migrate_store(struct cli *cli);
enum result run_doctor(struct cli *cli);
enum result run_instrument_translate(struct cli *cli);
enum result run_instrument_reference(struct cli *cli);
enum result run_texts_translate(struct cli *cli);
enum result run_routes(struct cli *cli);
enum result run_manual(struct cli *cli);
enum result run_completion(struct cli *cli);
enum result run_organisation_import(struct cli *cli);
enum result run_organisation_list(struct cli *cli);
enum result run_people_import(struct cli *cli);
enum result run_wave_open(struct cli *cli);
enum result run_wave_close(struct cli *cli);
enum result run_wave_adopt(struct cli *cli);
enum result run_wave_wordings(struct cli *cli);
enum result run_wave_extend(struct cli *cli);
enum result run_wave_list(struct cli *cli);
enum result run_wave_recovery_sheet(struct cli *cli);
enum result run_wave_recover(struct cli *cli);
enum result run_wave_lock(struct cli *cli);
enum result run_links(struct cli *cli);
enum result run_responses_import(struct cli *cli);
enum result run_results(struct cli *cli);
enum result run_report(struct cli *cli);
enum result run_export(struct cli *cli);
enum result run_send(struct cli *cli);
enum result run_mail_test(struct cli *cli);
enum result run_mail_list(struct cli *cli);
enum result run_mail_pause(struct cli *cli);
enum result run_mail_resume(struct cli *cli);
enum result run_people_contact(struct cli *cli);

#endif
