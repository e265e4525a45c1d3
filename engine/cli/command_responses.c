/* responses import: answers collected elsewhere. */
#include "aggregate/results.h"
#include "cli/cli.h"
#include "instrument/loader.h"

enum result run_responses_import(struct cli *cli) {
    struct assessment a;
    struct wave wave;
    struct import_outcome outcome = {0};
    const struct instrument *instrument = NULL;
    const char *skip = cli_option(cli, "skip-bad");
    struct import_options options = {.label = cli_option(cli, "label"),
                                     .create_organisations = cli_option(cli, "create-organisations") != NULL,
                                     .skip_bad_to = skip ? cli_path(cli, skip) : NULL};
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result != RESULT_OK)
        return result;
    result = instrument_load(&instrument, a.instrument, cli->findings);
    if (result != RESULT_OK)
        return result;
    result = collect_import(cli->collect, &a, instrument, cli_path(cli, cli->arguments[1]), &options, &wave, &outcome,
                            cli->arena, cli->findings);
    instrument_release(instrument);
    if (result != RESULT_OK)
        return result == RESULT_MACHINE ? cli_trouble(cli) : result;
    cli_audit(cli, "responses_imported", a.name, wave.label);
    cli_say(cli, "said.responses_imported", "n", arena_printf(cli->arena, "%zu", outcome.imported), "rows",
            arena_printf(cli->arena, "%zu", outcome.rows), "label", wave.label);
    if (outcome.skipped)
        cli_say(cli, "said.responses_skipped", "n", arena_printf(cli->arena, "%zu", outcome.skipped), "file", skip);
    if (outcome.organisations_made)
        cli_say(cli, "said.responses_made", "n", arena_printf(cli->arena, "%zu", outcome.organisations_made));
    struct results *results;
    result = results_open(&results, cli->store, &a, &wave, cli->findings);
    if (result == RESULT_OK)
        results_close(results);
    return result;
}
