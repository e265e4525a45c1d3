/* readiness instrument import and export: from and to the files of other systems, each with the list of what did not
 * come along. */
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "cli/cli.h"
#include "exchange/exchange.h"
#include "instrument/loader.h"

static bool ends_in(const char *path, const char *ending) {
    const size_t n = strlen(path), m = strlen(ending);
    return n > m && strcasecmp(path + n - m, ending) == 0;
}

/* "surveys/x.ini" for the instrument, "surveys/x.fr.ini" for a translation. */
static const char *file_of(struct cli *cli, const char *out, const char *language) {
    if (!language[0])
        return out;
    return arena_printf(cli->arena, "%.*s.%s.ini", (int)(strlen(out) - 4), out, language);
}

/* Nothing is written over unless one says so. */
static enum result check_one(struct cli *cli, const char *file) {
    if (cli_option(cli, "replace") || !file_exists(cli_path(cli, file)))
        return RESULT_OK;
    return cli_refuse(cli, "exchange.file_exists", "value", file);
}

static enum result check_free(struct cli *cli, const struct exchange_made *made, const char *out) {
    enum result result = RESULT_OK;
    for (size_t i = 0; i < made->n_files && result == RESULT_OK; i++)
        result = check_one(cli, file_of(cli, out, made->files[i].language));
    return result;
}

static enum result write_files(struct cli *cli, const struct exchange_made *made, const char *out) {
    enum result result = check_free(cli, made, out);
    for (size_t i = made->n_files;
         i-- > 0 && result == RESULT_OK;) { /* the instrument itself last: then all is there */
        const char *file = file_of(cli, out, made->files[i].language);
        result = file_write(cli_path(cli, file), made->files[i].text, 0644, cli->findings);
    }
    for (size_t i = 0; i < made->n_files && result == RESULT_OK && !cli_format_is(cli, "json"); i++)
        cli_say(cli, "said.instrument_written", "file", file_of(cli, out, made->files[i].language));
    return result;
}

static const char *count_of(struct cli *cli, size_t n) {
    return arena_printf(cli->arena, "%zu", n);
}

/* What did not come along, or not as it was. */
static void show_list(struct cli *cli, const struct findings *list) {
    if (cli_format_is(cli, "json")) {
        findings_write_json(list, cli->texts, cli->language, cli->out);
        return;
    }
    findings_write_text(list, cli->texts, cli->language, cli->out);
    if (findings_total(list) == 0)
        cli_say(cli, "said.instrument_whole");
    else
        cli_say(cli, "said.instrument_list", "lost", count_of(cli, findings_count(list, SEVERITY_WARNING)), "noted",
                count_of(cli, findings_count(list, SEVERITY_NOTE)));
}

static enum result import_bytes(struct cli *cli, struct str bytes, const char *out) {
    struct findings *list = findings_new();
    const char *base = file_name(out);
    const struct exchange_source source = {
        .file = cli->arguments[0],
        .bytes = bytes,
        .name = cli_option(cli, "name") ? cli_option(cli, "name")
                                        : arena_copy(cli->arena, base, strlen(base) - strlen(".ini")),
        .language = cli_option(cli, "language"),
        .texts = cli->texts,
        .reader = cli->language,
    };
    struct exchange_made made;
    enum result result = exchange_import(&made, cli->arena, &source, list, cli->findings);
    if (result == RESULT_OK || findings_total(list) > 0)
        show_list(cli, list);
    if (result == RESULT_OK)
        result = write_files(cli, &made, out);
    findings_free(list);
    return result;
}

enum result run_instrument_import(struct cli *cli) {
    const char *out = cli_option(cli, "out");
    struct str bytes;
    if (!ends_in(out, ".ini"))
        return cli_refuse(cli, "exchange.out_not_ini", "value", out);
    enum result result = check_one(cli, out);
    if (result == RESULT_OK)
        result = file_read(&bytes, cli->arena, cli_path(cli, cli->arguments[0]), EXCHANGE_FILE_MAX, cli->findings);
    return result == RESULT_OK ? import_bytes(cli, bytes, out) : result;
}

static enum result export_instrument(struct cli *cli, const struct instrument *instrument, const char *out,
                                     bool redcap) {
    struct findings *list = findings_new();
    struct str bytes;
    enum result result = redcap ? exchange_export_redcap(&bytes, cli->arena, instrument, list)
                                : exchange_export_xlsform(&bytes, cli->arena, instrument, list);
    if (result == RESULT_OK)
        result = file_write(cli_path(cli, out), bytes, 0644, cli->findings);
    if (result == RESULT_OK) {
        show_list(cli, list);
        cli_say(cli, "said.instrument_written", "file", out);
    }
    findings_free(list);
    return result;
}

enum result run_instrument_export(struct cli *cli) {
    const char *out = cli_option(cli, "out"), *format = cli_option(cli, "format");
    const bool redcap = strcmp(format, "redcap") == 0;
    const struct instrument *instrument = NULL;
    if (!ends_in(out, redcap ? ".csv" : ".xlsx"))
        return cli_refuse(cli, redcap ? "exchange.out_not_csv" : "exchange.out_not_xlsx", "value", out);
    enum result result = check_one(cli, out);
    if (result == RESULT_OK)
        result = instrument_load(&instrument, cli_instrument_path(cli, cli->arguments[0]), cli->findings);
    if (result == RESULT_OK)
        result = export_instrument(cli, instrument, out, redcap);
    if (instrument)
        instrument_release(instrument);
    return result;
}
