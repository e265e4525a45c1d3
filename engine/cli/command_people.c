/* people import. */
#include "cli/cli.h"
#include "collect/roster.h"
#include "instrument/loader.h"

/* The file of the instrument may be gone or have errors: then nobody knows its languages. */
static void check_languages(struct cli *cli, const struct assessment *a, const struct roster_preview *preview) {
    const struct instrument *instrument = NULL;
    struct findings *unused = findings_new();
    if (preview->complete && instrument_load(&instrument, a->instrument, unused) == RESULT_OK)
        roster_check_languages(preview, cli->arena, instrument, cli->findings);
    instrument_release(instrument);
    findings_free(unused);
}

enum result cli_import_roster(struct cli *cli, enum roster_kind kind, const char *said) {
    struct assessment a;
    struct csv *csv;
    struct roster_preview *preview;
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result != RESULT_OK)
        return result;
    result = csv_read(&csv, cli->arena, cli_path(cli, cli->arguments[1]), cli->findings);
    if (!csv)
        return result;
    if (roster_understand(&preview, cli->arena, cli->store, a.id, kind, csv, NULL, cli->findings) != RESULT_OK)
        return cli_trouble(cli);
    check_languages(cli, &a, preview);
    if (result != RESULT_OK || !preview->complete || preview->counts[ROSTER_ERROR] > 0)
        return RESULT_INPUT; /* one bad row refuses everything; the findings name them all */
    if (roster_apply(cli->store, a.id, preview) != RESULT_OK)
        return cli_trouble(cli);
    cli_audit(cli, kind == ROSTER_PEOPLE ? "people_imported" : "organisations_imported", a.name, NULL);
    cli_say(cli, said, "n", arena_printf(cli->arena, "%zu", preview->n_rows), "new",
            arena_printf(cli->arena, "%zu", preview->counts[ROSTER_NEW]), "updated",
            arena_printf(cli->arena, "%zu", preview->counts[ROSTER_UPDATED]));
    return RESULT_OK;
}

enum result run_people_import(struct cli *cli) {
    return cli_import_roster(cli, ROSTER_PEOPLE, "said.people_imported");
}
