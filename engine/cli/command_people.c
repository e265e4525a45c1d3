/* people import. */
#include "cli/cli.h"
#include "collect/roster.h"

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
