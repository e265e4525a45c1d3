/* The program around a command: texts, settings, store, findings. And what many commands begin with. */
#include "cli/cli.h"
#include "cli/control.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/csv.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "store/accounts.h"
#include "store/care.h"
#include "store/engines.h"

enum result cli_refuse(struct cli *cli, const char *code, const char *name, const char *value) {
    finding_add(cli->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, code, name, value, NULL);
    return RESULT_INPUT;
}

enum result cli_trouble(struct cli *cli) {
    if (findings_total(cli->findings) == 0)
        finding_add(cli->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "store_trouble", NULL);
    return RESULT_MACHINE;
}

const char *cli_path(const struct cli *cli, const char *path) {
    return path[0] == '/' || !cli->folder ? path : arena_printf(cli->arena, "%s/%s", cli->folder, path);
}

const char *cli_full_path(const struct cli *cli, const char *path) {
    char *real = realpath(path, NULL);
    const char *shown = real ? arena_string(cli->arena, real) : path;
    free(real);
    return shown;
}

bool cli_format_is(const struct cli *cli, const char *format) {
    const char *given = cli_option(cli, "format");
    return strcmp(given ? given : "text", format) == 0;
}

const char *cli_instrument_path(const struct cli *cli, const char *instrument) {
    size_t n = strlen(instrument);
    struct stat st;
    if (stat(cli_path(cli, instrument), &st) == 0 && S_ISREG(st.st_mode))
        return cli_path(cli, instrument);
    if (instrument[0] == '.' || strchr(instrument, '/') || (n > 4 && strcmp(instrument + n - 4, ".ini") == 0))
        return cli_path(cli, instrument);
    return arena_printf(cli->arena, "%s/%s.ini", cli->settings->surveys, instrument);
}

const struct strategies *cli_strategies(struct cli *cli) {
    if (!cli->strategies)
        (void)!strategies_load(&cli->strategies, cli->settings->strategies, cli->findings);
    return cli->strategies;
}

enum result cli_any_assessment(struct cli *cli, const char *name, struct assessment *out) {
    enum result result = store_find_assessment(cli->store, cli->arena, name, out);
    if (result == RESULT_INPUT)
        return cli_refuse(cli, "assessment_unknown", "name", name);
    return result == RESULT_OK ? RESULT_OK : cli_trouble(cli);
}

enum result cli_assessment(struct cli *cli, const char *name, struct assessment *out) {
    enum result result = cli_any_assessment(cli, name, out);
    if (result == RESULT_OK && out->state == ASSESSMENT_DELETED)
        return cli_refuse(cli, "assessment_is_deleted", "name", name);
    return result;
}

void cli_audit(struct cli *cli, const char *act, const char *object, const char *part) {
    struct audit a = {.time = clock_now(),
                      .account = "",
                      .act = act,
                      .object = part ? arena_printf(cli->arena, "%s/%s", object, part) : object};
    if (store_add_audit(cli->store, &a) != RESULT_OK)
        log_event(LOG_ERROR, "audit_not_written", LOG_REASON, act, -1);
}

bool cli_confirmed(struct cli *cli, const char *key, const char *expected) {
    char typed[512];
    if (cli_option(cli, "yes"))
        return true;
    cli_say(cli, key, "name", expected, "email", expected, "label", expected);
    fflush(cli->out);
    return fgets(typed, sizeof typed, cli->in) && str_is(str_trim(str_of(typed)), expected);
}

enum result cli_wave(struct cli *cli, const struct assessment *a, int state, struct wave *out) {
    struct wave *waves;
    size_t n;
    const char *label = cli_option(cli, "wave");
    if (store_list_waves(cli->store, cli->arena, a->id, &waves, &n) != RESULT_OK)
        return cli_trouble(cli);
    for (size_t i = n; i-- > 0;)
        if (label ? strcmp(waves[i].label, label) == 0 : state < 0 || (int)waves[i].state == state) {
            *out = waves[i];
            return RESULT_OK;
        }
    if (label)
        return cli_refuse(cli, "wave_unknown", "value", label);
    return cli_refuse(cli, state == WAVE_CLOSED ? "no_closed_wave" : "no_open_wave", "value", a->name);
}

bool cli_left(const struct cli *cli) {
    struct pollfd client = {cli->client, POLLIN | POLLHUP, 0};
    return cli->client >= 0 && poll(&client, 1, 0) > 0;
}

void cli_progress(struct cli *cli, const char *key, size_t done, size_t total) {
    if (!cli->terminal)
        return;
    fprintf(cli->err, "\r%s %zu/%zu%s", texts_get(cli->texts, cli->language, key), done, total,
            done == total ? "\n" : "");
    fflush(cli->err);
}

static void print_aligned(struct cli *cli, const char *const *header, size_t n_columns, const char *const *const *rows,
                          size_t n_rows) {
    size_t *widths = arena_array(cli->arena, n_columns, sizeof *widths);
    for (size_t c = 0; c < n_columns; c++) {
        widths[c] = utf8_length(str_of(header[c]));
        for (size_t r = 0; r < n_rows; r++) {
            size_t n = utf8_length(str_of(rows[r][c]));
            widths[c] = n > widths[c] ? n : widths[c];
        }
    }
    for (size_t r = 0; r <= n_rows; r++)
        for (size_t c = 0; c < n_columns; c++) {
            const char *cell = r ? rows[r - 1][c] : header[c];
            size_t space = c + 1 < n_columns ? widths[c] - utf8_length(str_of(cell)) + 2 : 0;
            fprintf(cli->out, "%s%*s%s", cell, (int)space, "", c + 1 < n_columns ? "" : "\n");
        }
}

static void print_json(struct cli *cli, const char *const *header, size_t n_columns, const char *const *const *rows,
                       size_t n_rows) {
    struct buf b = BUF_INIT;
    struct json_writer w = {.out = &b};
    json_open(&w, '[');
    for (size_t r = 0; r < n_rows; r++) {
        json_open(&w, '{');
        for (size_t c = 0; c < n_columns; c++) {
            json_key(&w, header[c]);
            json_text(&w, rows[r][c]);
        }
        json_close(&w, '}');
    }
    json_close(&w, ']');
    fprintf(cli->out, "%s\n", b.p);
    buf_free(&b);
}

void cli_table(struct cli *cli, const char *const *header, size_t n_columns, const char *const *const *rows,
               size_t n_rows) {
    if (cli_format_is(cli, "json")) {
        print_json(cli, header, n_columns, rows, n_rows);
    } else if (cli_format_is(cli, "csv")) {
        struct csv_writer w = {.out = cli->out};
        for (size_t r = 0; r <= n_rows; r++) {
            for (size_t c = 0; c < n_columns; c++)
                csv_text(&w, r ? rows[r - 1][c] : header[c]);
            csv_end(&w);
        }
    } else {
        print_aligned(cli, header, n_columns, rows, n_rows);
    }
}

/* What was to be shown may not have arrived: the disk is full, or whoever read it is gone. */
static enum result finish_output(struct cli *cli, enum result result) {
    const bool arrived = fflush(cli->out) == 0 && !ferror(cli->out);
    if (arrived || errno == EPIPE)
        return result;
    finding_add(cli->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "output_not_written", NULL);
    return RESULT_MACHINE;
}

enum result cli_run(struct cli *cli) {
    enum result result = finish_output(cli, cli->command->run(cli));
    if (result == RESULT_MACHINE && findings_total(cli->findings) == 0) /* a sentence for whoever has said none */
        finding_add(cli->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "machine_trouble", NULL);
    findings_sort(cli->findings);
    if (!cli->command->options[0].name || strcmp(cli->command->noun, "check") != 0 || result == RESULT_MACHINE)
        findings_write_text(cli->findings, cli->texts, cli->language, cli->err); /* else check has shown its own */
    return result;
}

static const char *language_from_environment(struct arena *arena) {
    const char *lang = getenv("LC_ALL");
    if (!lang || !*lang)
        lang = getenv("LC_MESSAGES");
    if (!lang || !*lang)
        lang = getenv("LANG");
    return lang && strncmp(lang, "fr", 2) == 0 ? "fr" : arena_string(arena, "en");
}

void cli_set_log_level(const char *name) {
    static const char *const names[] = {"error", "warning", "info", "debug"};
    for (int i = 0; i < 4; i++)
        if (strcmp(names[i], name) == 0)
            log_set_level((enum log_level)i);
}

/* Takes --config and --db, which come before or behind everything else, out of argv. */
static int take_globals(int argc, char **argv, const char **config, const char **db) {
    int kept = 0;
    for (int i = 0; i < argc; i++) {
        const char **into = strncmp(argv[i], "--config", 8) == 0 ? config
                            : strncmp(argv[i], "--db", 4) == 0   ? db
                                                                 : NULL;
        size_t n = into == config ? 8 : 4;
        if (into && argv[i][n] == '=')
            *into = argv[i] + n + 1;
        else if (into && argv[i][n] == '\0' && i + 1 < argc)
            *into = argv[++i];
        else
            argv[kept++] = argv[i];
    }
    return kept;
}

/* By a process that serves the database here. */
static bool is_done_elsewhere(struct cli *cli, int argc, char *const *argv, enum result *result) {
    if (cli->command->only_here)
        return false;
    const enum asked asked = control_ask(cli->settings->db, argc, argv, result);
    if (asked == ASKED_LOST) {
        finding_add(cli->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "command_lost", NULL);
        findings_write_text(cli->findings, cli->texts, cli->language, cli->err);
    }
    return asked != ASKED_NOBODY;
}

/* Opens the database and runs the command; or, when another process serves this database here, lets that one run it.
 * Where several may have it open, a command can as well run beside those that serve it elsewhere. */
static enum result run_with_store(struct cli *cli, int argc, char *const *argv) {
    struct findings *opening = findings_new();
    enum result result;
    if (store_is_shared(cli->settings->db) && is_done_elsewhere(cli, argc, argv, &result)) {
        findings_free(opening);
        return result;
    }
    result = store_open(&cli->store, cli->settings->db, opening);
    enum result elsewhere;
    if (result == RESULT_INPUT && findings_have(opening, "store_in_use", 0) &&
        is_done_elsewhere(cli, argc, argv, &elsewhere)) {
        findings_free(opening);
        return elsewhere;
    }
    const bool anyway = result != RESULT_OK && cli->command->needs_store == STORE_IF_THERE;
    if (anyway)
        findings_add_all(cli->findings, opening);
    else if (result != RESULT_OK)
        findings_write_text(opening, cli->texts, cli->language, cli->err);
    findings_free(opening);
    if (result != RESULT_OK)
        return anyway ? cli_run(cli) : result;
    result = collect_new(&cli->collect, cli->store, cli->settings->keys, cli->findings);
    if (result == RESULT_OK)
        result = cli_run(cli);
    else if (result == RESULT_MACHINE)
        result = cli_trouble(cli);
    if (result != RESULT_OK && !cli->collect)
        findings_write_text(cli->findings, cli->texts, cli->language, cli->err);
    collect_free(cli->collect);
    store_close(cli->store);
    return result;
}

/* An assessment named by --against is in the database, also for a command that can do without one. */
static bool needs_store(const struct cli *cli) {
    if (cli->command->needs_store == STORE_IF_THERE)
        return cli->n_arguments == 0 && store_exists(cli->settings->db);
    return cli->command->needs_store || cli_option(cli, "against");
}

/* What is in memory, keys and answers among it, must not get into a file when the program dies. One byte rather than
 * none: the kernel takes that to mean that no program may have it either. */
static void forbid_core_dumps(void) {
    const struct rlimit one = {1, 1}, none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &one) != 0)
        (void)setrlimit(RLIMIT_CORE, &none);
}

static enum result start(struct cli *cli, int argc, char **argv) {
    const char *config = NULL, *db = NULL;
    struct settings *settings = arena_alloc(cli->arena, sizeof *settings);
    struct texts *texts = NULL;
    argc = take_globals(argc, argv, &config, &db);
    enum result result = settings_load(settings, cli->arena, config, cli->findings);
    if (db)
        settings->db = db;
    enum result loaded = texts_load_with(&texts, settings->texts[0] ? settings->texts : NULL,
                                         settings->terms[0] ? settings->terms : NULL, cli->findings);
    cli->texts = texts;
    cli->settings = settings;
    cli->config = config;
    cli->language = settings->language[0] ? settings->language : language_from_environment(cli->arena);
    cli_set_log_level(settings->log);
    bool helped = false;
    if (result != RESULT_OK || loaded != RESULT_OK) {
        findings_sort(cli->findings);
        findings_write_text(cli->findings, texts, cli->language, cli->err);
        result = RESULT_INPUT;
    } else {
        result = cli_parse(cli, argc, argv, &helped);
        if (result == RESULT_OK && !helped)
            result = needs_store(cli) ? run_with_store(cli, argc, argv) : cli_run(cli);
    }
    texts_free(texts);
    return result;
}

int cli_main(int argc, char **argv) {
    if (sodium_init() < 0)
        return RESULT_MACHINE;
    forbid_core_dumps();
    struct cli cli = {.in = stdin, .out = stdout, .err = stderr, .terminal = isatty(STDERR_FILENO), .client = -1};
    cli.arena = arena_new();
    cli.findings = findings_new();
    enum result result = start(&cli, argc - 1, argv + 1);
    strategies_free(cli.strategies);
    findings_free(cli.findings);
    arena_free(cli.arena);
    return (int)result;
}
