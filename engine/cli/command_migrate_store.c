/* migrate-store: the whole installation from one database into another, of whichever kind. Keys stay where they are. */
#include "cli/care.h"
#include "store/accounts.h"

static enum result open_both(struct cli *cli, struct store **from, struct store **to) {
    enum result result = store_open_alone(from, cli->arguments[0], cli->findings);
    return result == RESULT_OK ? store_open_alone(to, cli->arguments[1], cli->findings) : result;
}

enum result run_migrate_store(struct cli *cli) {
    struct store *from = NULL, *to = NULL;
    struct kept kept = {.day = ""};
    size_t tables = 0, rows = 0;
    enum result result = RESULT_OK;
    if (!store_exists(cli->arguments[0])) /* opening would make one */
        result = cli_refuse(cli, "store_missing", "value", store_address(cli->arena, cli->arguments[0]));
    if (result == RESULT_OK)
        result = open_both(cli, &from, &to);
    if (result == RESULT_OK)
        result = store_transfer(from, to, &tables, &rows, cli->findings);
    if (result == RESULT_OK)
        result = store_check(to, cli->arena, &kept, cli->findings);
    store_close(from);
    store_close(to);
    if (result != RESULT_OK)
        return result;
    cli_say(cli, "said.migrate_store_done", "tables", arena_printf(cli->arena, "%zu", tables), "rows",
            arena_printf(cli->arena, "%zu", rows), "from", store_address(cli->arena, cli->arguments[0]), "to",
            store_address(cli->arena, cli->arguments[1]));
    return RESULT_OK;
}
