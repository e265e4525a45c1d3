#include "cli/cli.h"
#include "instrument/loader.h"

/* readiness check FILE...: all findings of instrument files; exit 1 when one is an error. */
enum result run_check(struct cli *cli) {
    enum result result = RESULT_OK;
    for (size_t i = 0; i < cli->n_arguments; i++) {
        const struct instrument *instrument = NULL;
        enum result one = instrument_load(&instrument, cli_instrument_path(cli, cli->arguments[i]), cli->findings);
        if (one != RESULT_OK)
            result = one;
        else if (cli_format_is(cli, "text")) {
            cli_say(cli, "said.check_good", "file", cli->arguments[i], "constructs",
                    arena_printf(cli->arena, "%zu", instrument->n_constructs), "items",
                    arena_printf(cli->arena, "%zu", instrument->n_items), "questions",
                    arena_printf(cli->arena, "%zu", instrument->n_questions));
            for (size_t l = 1; l < instrument->n_languages; l++)
                cli_say(cli, "said.check_coverage", "language", instrument->languages[l], "percent",
                        arena_printf(cli->arena, "%.0f", 100 * instrument_coverage(instrument, l)));
        }
        instrument_release(instrument);
    }
    findings_sort(cli->findings);
    if (cli_format_is(cli, "json"))
        findings_write_json(cli->findings, cli->texts, cli->language, cli->out);
    else
        findings_write_text(cli->findings, cli->texts, cli->language, cli->err);
    return result;
}
