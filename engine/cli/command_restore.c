/* restore: a backup takes the place of the database, which is kept beside it. */
#include "cli/care.h"
#include "collect/safekeeping.h"
#include "store/accounts.h"

/* From a folder of copies to where the program looks for them; only those that the restored waves need. */
static enum result put_keys_back(struct cli *cli, const struct kept *kept, const char *from) {
    struct keys_wanted wanted = {.waves = kept->open, .n_waves = kept->n_open};
    struct assessment *list;
    size_t copied = 0;
    if (store_list_assessments(cli->store, cli->arena, &list, &wanted.n_assessments) != RESULT_OK)
        return cli_trouble(cli);
    wanted.assessments = list;
    struct findings *own = findings_new(); /* a key that is not there either is told by the check that follows */
    const enum result result = collect_copy_keys(from, cli->settings->keys, &wanted, &copied, own);
    if (result == RESULT_MACHINE)
        findings_add_all(cli->findings, own);
    findings_free(own);
    cli_say(cli, "said.restore_keys", "n", arena_printf(cli->arena, "%zu", copied), "keys", cli->settings->keys);
    return result == RESULT_MACHINE ? result : RESULT_OK;
}

/* The database is there again: what must not go on where it stopped, the keys, and the check. */
static enum result settle(struct cli *cli, struct kept *kept, int already, struct keys_found *found) {
    const char *from = cli_option(cli, "keys");
    int paused = 0;
    enum result result = store_settle(cli->store, &paused);
    cli_audit(cli, "database_restored", "", NULL);
    if (result == RESULT_OK)
        result = store_check(cli->store, cli->arena, kept, cli->findings);
    if (result == RESULT_OK && from)
        result = put_keys_back(cli, kept, cli_path(cli, from));
    if (result == RESULT_OK)
        result = cli_check_keys(cli->settings->keys, kept, "restored_key_missing", found, cli->findings);
    if (paused + already)
        cli_say(cli, "said.restore_paused", "n", arena_printf(cli->arena, "%d", paused + already));
    return result;
}

enum result run_restore(struct cli *cli) {
    const char *file = cli_path(cli, cli->arguments[0]), *aside;
    struct kept kept = {.day = ""};
    struct keys_found found = {0};
    int paused = 0;
    enum result result = store_restore(cli->settings->db, file, cli->arena, &aside, &paused, cli->findings);
    if (aside)
        cli_say(cli, "said.restore_aside", "file", cli_full_path(cli, aside), "days",
                arena_printf(cli->arena, "%d", COPY_DAYS));
    if (result == RESULT_OK)
        result = store_open(&cli->store, cli->settings->db, cli->findings); /* brings an older one up to date */
    if (result != RESULT_OK)
        return result;
    result = settle(cli, &kept, paused, &found);
    store_close(cli->store);
    cli->store = NULL;
    if (result != RESULT_OK)
        return result == RESULT_MACHINE ? cli_trouble(cli) : result;
    cli_say(cli, "said.restore_done", "file", file, "day", kept.day[0] ? kept.day : "-");
    cli_say_keys(cli, &kept, &found);
    return RESULT_OK;
}
