/* results: every published statistic, for programs. */
#include <stdlib.h>

#include "aggregate/results_table.h"
#include "base/file.h"
#include "cli/cli.h"

static enum result write_results(struct cli *cli, struct results *results, FILE *out) {
    return cli_format_is(cli, "json") ? results_write_json(results, out, cli->findings)
                                      : results_write_csv(results, out, cli->findings);
}

enum result run_results(struct cli *cli) {
    struct assessment a;
    struct wave wave;
    struct results *results;
    const char *path = cli_option(cli, "out");
    char *text = NULL;
    size_t size = 0;
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result == RESULT_OK)
        result = cli_wave(cli, &a, WAVE_CLOSED, &wave);
    if (result == RESULT_OK)
        result = results_open(&results, cli->store, &a, &wave, cli->findings);
    if (result != RESULT_OK)
        return result;
    if (!path) {
        result = write_results(cli, results, cli->out);
    } else {
        FILE *out = open_memstream(&text, &size);
        result = out ? write_results(cli, results, out) : RESULT_MACHINE;
        if (out && fclose(out) == 0 && result == RESULT_OK)
            result = file_write(cli_path(cli, path), (struct str){text, size}, 0644, cli->findings);
        free(text);
    }
    results_close(results);
    if (result == RESULT_OK)
        cli_audit(cli, "results_written", a.name, wave.label);
    return result == RESULT_MACHINE ? cli_trouble(cli) : result;
}
