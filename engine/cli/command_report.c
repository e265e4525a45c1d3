/* report: workbooks, or pages when the file's name ends in .html. --organisation CODE, --each (a folder with one
 * workbook for each organisation), --all (over all of them), --data (every answer, for analysis). */
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/nearest.h"
#include "cli/data.h"
#include "reports/reports.h"
#include "web/report/report.h"

static enum result find_organisation(struct cli *cli, const struct results *results, const char *code, size_t *index) {
    const struct organisation_head *heads;
    size_t n = results_organisations(results, &heads);
    const char **codes = arena_array(cli->arena, n + 1, sizeof *codes);
    for (size_t i = 0; i < n; i++) {
        codes[i] = heads[i].code;
        if (strcmp(heads[i].code, code) == 0) {
            *index = i;
            return RESULT_OK;
        }
    }
    const char *near = nearest_name(code, codes, n);
    finding_add(cli->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0},
                near ? "organisation_unknown_near" : "organisation_unknown", "organisation", code, "near", near, NULL);
    return RESULT_INPUT;
}

static void show_progress(void *context, size_t done, size_t total) {
    cli_progress(context, "said.report_progress", done, total);
}

static enum result write_each(struct cli *cli, struct report_request *request, const char *folder) {
    const struct organisation_head *heads;
    size_t n = results_organisations(request->results, &heads);
    enum result result = file_make_folder(folder, 0755, cli->findings);
    for (size_t i = 0; result == RESULT_OK && i < n; i++) {
        request->path = arena_printf(cli->arena, "%s/%s.xlsx", folder, heads[i].code);
        result = report_organisation(request, i, cli->findings);
        show_progress(cli, i + 1, n);
    }
    return result;
}

static bool is_page(const char *path) {
    const char *point = strrchr(file_name(path), '.');
    return point && (strcasecmp(point, ".html") == 0 || strcasecmp(point, ".htm") == 0);
}

/* A page that stands alone. `all`: over all organisations; else of the one. */
static enum result write_page(struct cli *cli, const struct report_request *request, bool all, size_t organisation) {
    struct words w = words_about(cli->arena, cli->texts, request->language, request->results);
    struct buf page = BUF_INIT;
    enum result result;
    w.strategies = request->strategies;
    if (all) {
        struct all_view view;
        result = all_view_read(&view, request->results, cli->arena, request->progress, request->context,
                               results_organisations(request->results, &(const struct organisation_head *){NULL}));
        if (result == RESULT_OK)
            report_write_all_file(&page, &w, &view);
    } else {
        struct organisation_view view;
        result = organisation_view_read(&view, request->results, cli->arena, organisation);
        if (result == RESULT_OK)
            report_write_organisation_file(&page, &w, &view);
    }
    if (result == RESULT_OK)
        result = file_write(request->path, buf_view(&page), 0644, cli->findings);
    buf_free(&page);
    return result;
}

enum result report_check_language(struct cli *cli, const struct instrument *instrument, const char *language) {
    const char *const *own;
    size_t n = texts_languages(cli->texts, &own);
    if (instrument_language(instrument, language) >= 0 || texts_has_language(cli->texts, language))
        return RESULT_OK;
    struct buf known = BUF_INIT;
    for (size_t i = 0; i < n; i++)
        buf_printf(&known, "%s%s", i ? ", " : "", own[i]);
    for (size_t i = 0; i < instrument->n_languages; i++)
        if (!texts_has_language(cli->texts, instrument->languages[i]))
            buf_printf(&known, ", %s", instrument->languages[i]);
    finding_add(cli->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "report_language", "language", language,
                "known", arena_copy(cli->arena, known.p, known.n), NULL);
    buf_free(&known);
    return RESULT_INPUT;
}

static enum result write_report(struct cli *cli, struct results *results) {
    const char *code = cli_option(cli, "organisation"), *language = cli_option(cli, "language");
    struct report_request request = {.results = results,
                                     .texts = cli->texts,
                                     .strategies = cli_strategies(cli),
                                     .language = language ? language : results_instrument(results)->languages[0],
                                     .path = cli_path(cli, cli_option(cli, "out")),
                                     .profiles = cli_option(cli, "profiles") != NULL,
                                     .progress = show_progress,
                                     .context = cli};
    size_t index;
    if (report_check_language(cli, results_instrument(results), request.language) != RESULT_OK)
        return RESULT_INPUT;
    if (cli_option(cli, "each")) {
        request.progress = NULL;
        return write_each(cli, &request, request.path);
    }
    if (cli_option(cli, "data"))
        return data_write(cli, &request, DATA_WORKBOOK);
    if (cli_option(cli, "all"))
        return is_page(request.path) ? write_page(cli, &request, true, 0) : report_all(&request, cli->findings);
    enum result result = find_organisation(cli, results, code, &index);
    if (result != RESULT_OK)
        return result;
    return is_page(request.path) ? write_page(cli, &request, false, index)
                                 : report_organisation(&request, index, cli->findings);
}

/* Can --out be written to? One report goes into a file in a folder that is there, and its ending says what it is. */
static enum result check_out(struct cli *cli) {
    const char *out = cli_option(cli, "out"), *path = cli_path(cli, out), *point = strrchr(file_name(path), '.');
    size_t n = (size_t)(file_name(path) - path);
    struct stat st;
    bool there = stat(path, &st) == 0, folder = there && S_ISDIR(st.st_mode);
    if (cli_option(cli, "each"))
        return there && !folder ? cli_refuse(cli, "report_no_folder", "value", out) : RESULT_OK;
    if (folder || n == strlen(path))
        return cli_refuse(cli, "report_onto_folder", "value", out);
    if (cli_option(cli, "data") && !(point && strcasecmp(point, ".xlsx") == 0))
        return cli_refuse(cli, "report_data_ending", "value", out);
    if (!is_page(path) && !(point && strcasecmp(point, ".xlsx") == 0))
        return cli_refuse(cli, "report_ending", "value", out);
    if (n > 0 && (stat(arena_copy(cli->arena, path, n), &st) != 0 || !S_ISDIR(st.st_mode)))
        return cli_refuse(cli, "report_folder_missing", "value", out);
    return RESULT_OK;
}

enum result run_report(struct cli *cli) {
    struct assessment a;
    struct wave wave;
    struct results *results;
    const char *code = cli_option(cli, "organisation");
    int kinds = (cli_option(cli, "organisation") != NULL) + (cli_option(cli, "all") != NULL) +
                (cli_option(cli, "each") != NULL) + (cli_option(cli, "data") != NULL);
    if (kinds != 1)
        return cli_refuse(cli, kinds ? "report_one_kind" : "report_which", "value", "");
    if (cli_option(cli, "profiles") && !cli_option(cli, "all"))
        return cli_refuse(cli, "report_profiles", "value", "");
    enum result result = check_out(cli);
    if (result == RESULT_OK)
        result = cli_assessment(cli, cli->arguments[0], &a);
    if (result == RESULT_OK)
        result = cli_wave(cli, &a, WAVE_CLOSED, &wave);
    if (result == RESULT_OK)
        result = results_open(&results, cli->store, &a, &wave, cli->findings);
    if (result != RESULT_OK)
        return result;
    result = write_report(cli, results);
    results_close(results);
    bool told = cli_option(cli, "data") != NULL; /* by data_write */
    if (result == RESULT_OK && !told)
        cli_audit(cli, "report_written", a.name,
                  code ? arena_printf(cli->arena, "%s/%s", wave.label, code) : wave.label);
    if (result == RESULT_OK && !told)
        cli_say(cli, "said.report_written", "file", cli_option(cli, "out"));
    return result == RESULT_MACHINE ? cli_trouble(cli) : result;
}
