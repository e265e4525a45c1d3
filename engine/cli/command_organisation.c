/* organisation import and list. */
#include "cli/cli.h"
#include "collect/roster.h"

enum result run_organisation_import(struct cli *cli) {
    return cli_import_roster(cli, ROSTER_ORGANISATIONS, "said.organisation_imported");
}

enum result run_organisation_list(struct cli *cli) {
    static const char *const columns[] = {"code", "name", "parent", "headcount", "language"};
    struct assessment a;
    struct organisation *list;
    size_t n;
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result != RESULT_OK)
        return result;
    if (store_list_organisations(cli->store, cli->arena, a.id, &list, &n) != RESULT_OK)
        return cli_trouble(cli);
    const char *const **rows = arena_array(cli->arena, n + 1, sizeof *rows);
    for (size_t i = 0; i < n; i++) {
        const char **row = arena_array(cli->arena, 5, sizeof *row);
        row[0] = list[i].code;
        row[1] = list[i].name;
        row[2] = list[i].parent;
        row[3] = list[i].headcount >= 0 ? arena_printf(cli->arena, "%d", list[i].headcount) : "";
        row[4] = list[i].language;
        rows[i] = row;
    }
    cli_table(cli, columns, 5, rows, n);
    return RESULT_OK;
}
