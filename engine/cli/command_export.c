/* export: a wave's data for analysis (csv, sav), or its published figures (json), each with a codebook beside it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "aggregate/results_table.h"
#include "base/file.h"
#include "base/log.h"
#include "cli/data.h"

static const char *whole(struct cli *cli, size_t n) {
    return arena_printf(cli->arena, "%zu", n);
}

static void say_written(struct cli *cli, const struct report_request *request, const struct data_written *w) {
    cli_say(cli, "said.data_written", "file", cli_option(cli, "out"), "rows", whole(cli, w->rows), "columns",
            whole(cli, w->variables), "k", whole(cli, w->minimum));
    if (w->sheets > 1)
        cli_say(cli, "said.data_sheets", "sheets", whole(cli, w->sheets));
    if (w->left_out > 0)
        cli_say(cli, "said.data_left_out", "k", whole(cli, w->minimum));
    log_event(LOG_INFO, "data_written", LOG_WAVE, results_wave(request->results)->label, LOG_COUNT, whole(cli, w->rows),
              -1);
}

static void say_codebook(struct cli *cli) {
    cli_say(cli, "said.data_codebook", "file", data_codebook_path(cli->arena, cli_option(cli, "out")));
}

static void audit(struct cli *cli, const struct report_request *request) {
    cli_audit(cli, "data_written", results_assessment(request->results)->name, results_wave(request->results)->label);
}

static void show_rows(void *context, size_t done, size_t total) {
    cli_progress(context, "said.data_progress", done, total);
}

enum result data_write(struct cli *cli, const struct report_request *request, enum data_form form) {
    struct report_request own = *request;
    struct data_written written;
    own.progress = show_rows;
    own.context = cli;
    enum result result = report_data(&own, form, 0, &written, cli->findings);
    if (result != RESULT_OK)
        return result;
    audit(cli, &own);
    say_written(cli, &own, &written);
    if (form != DATA_WORKBOOK)
        say_codebook(cli);
    return RESULT_OK;
}

/* The same as `results --format json`. */
static enum result write_figures(struct cli *cli, const struct report_request *request) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    enum result result = out ? results_write_json(request->results, out, cli->findings) : RESULT_MACHINE;
    if (out && fclose(out) != 0)
        result = RESULT_MACHINE;
    if (result == RESULT_OK)
        result = report_data_codebook(request, cli->findings);
    if (result == RESULT_OK)
        result = file_write(request->path, (struct str){text, size}, 0644, cli->findings);
    free(text);
    if (result != RESULT_OK)
        return result;
    audit(cli, request);
    cli_say(cli, "said.report_written", "file", cli_option(cli, "out"));
    say_codebook(cli);
    return RESULT_OK;
}

/* The ending says what the file is, and must not say something else than --format. */
static enum result check_out(struct cli *cli) {
    const char *out = cli_option(cli, "out"), *path = cli_path(cli, out), *point = strrchr(file_name(path), '.');
    const char *format = cli_option(cli, "format");
    size_t n = (size_t)(file_name(path) - path);
    struct stat st;
    if (!point || strcasecmp(point + 1, format) != 0) {
        finding_add(cli->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "export_ending", "value", out, "format",
                    format, NULL);
        return RESULT_INPUT;
    }
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return cli_refuse(cli, "report_onto_folder", "value", out);
    if (n > 0 && (stat(arena_copy(cli->arena, path, n), &st) != 0 || !S_ISDIR(st.st_mode)))
        return cli_refuse(cli, "report_folder_missing", "value", out);
    return RESULT_OK;
}

static enum result write_export(struct cli *cli, struct results *results) {
    const char *language = cli_option(cli, "language");
    const struct report_request request = {.results = results,
                                           .texts = cli->texts,
                                           .language = language ? language : results_instrument(results)->languages[0],
                                           .path = cli_path(cli, cli_option(cli, "out"))};
    enum result result = report_check_language(cli, results_instrument(results), request.language);
    if (result != RESULT_OK)
        return result;
    if (cli_format_is(cli, "json"))
        return write_figures(cli, &request);
    return data_write(cli, &request, cli_format_is(cli, "sav") ? DATA_SPSS : DATA_CSV);
}

enum result run_export(struct cli *cli) {
    struct assessment a;
    struct wave wave;
    struct results *results;
    enum result result = check_out(cli);
    if (result == RESULT_OK)
        result = cli_assessment(cli, cli->arguments[0], &a);
    if (result == RESULT_OK)
        result = cli_wave(cli, &a, WAVE_CLOSED, &wave);
    if (result == RESULT_OK)
        result = results_open(&results, cli->store, &a, &wave, cli->findings);
    if (result != RESULT_OK)
        return result;
    result = write_export(cli, results);
    results_close(results);
    return result == RESULT_MACHINE ? cli_trouble(cli) : result;
}
