/* backup: a copy of the database, while it is used; and, apart from it, one of the keys. */
#include <string.h>

#include "base/file.h"
#include "cli/care.h"
#include "collect/safekeeping.h"

/* Keys beside what they open would be one find for whoever finds them. */
static enum result check_place(struct cli *cli, const char *file, const char *keys) {
    if (!keys)
        return RESULT_OK;
    if (file_is_inside(keys, store_folder(cli->store)) || file_is_inside(keys, file_folder(cli->arena, file)))
        return cli_refuse(cli, "keys_beside_data", "value", keys);
    if (file_is_inside(keys, cli->settings->keys))
        return cli_refuse(cli, "keys_onto_themselves", "value", keys);
    return RESULT_OK;
}

static enum result copy_keys(struct cli *cli, const struct kept *kept, const char *to) {
    struct keys_wanted wanted = {.waves = kept->open, .n_waves = kept->n_open};
    struct assessment *list;
    size_t copied = 0;
    if (store_list_assessments(cli->store, cli->arena, &list, &wanted.n_assessments) != RESULT_OK)
        return cli_trouble(cli);
    wanted.assessments = list;
    const enum result result = collect_copy_keys(cli->settings->keys, to, &wanted, &copied, cli->findings);
    cli_audit(cli, "keys_copied", "", NULL);
    cli_say(cli, "said.backup_keys_copied", "n", arena_printf(cli->arena, "%zu", copied), "keys", to);
    return result;
}

static void tell_waves(struct cli *cli, const struct kept *kept) {
    for (size_t i = 0; i < kept->n_open; i++)
        cli_say(cli, "said.backup_open_wave", "name", kept->open[i].assessment, "label", kept->open[i].label);
}

enum result run_backup(struct cli *cli) {
    const char *file = cli_path(cli, cli->arguments[0]);
    const char *keys = cli_option(cli, "keys") ? cli_path(cli, cli_option(cli, "keys")) : NULL;
    struct kept kept;
    enum result result = check_place(cli, file, keys);
    if (result == RESULT_OK)
        result = store_copy(cli->store, file, cli->findings);
    if (result != RESULT_OK)
        return result;
    cli_audit(cli, "backup_made", "", NULL);
    const enum result checked = store_check_copy(file, cli->arena, &kept, cli->findings);
    cli_say(cli, "said.backup_written", "file", file, "assessments", arena_printf(cli->arena, "%zu", kept.assessments),
            "waves", arena_printf(cli->arena, "%zu", kept.waves));
    if (checked != RESULT_OK)
        return checked;
    if (keys)
        result = copy_keys(cli, &kept, keys);
    else
        cli_say(cli, kept.n_open ? "said.backup_no_keys" : "said.backup_needs_no_keys", "keys",
                cli_full_path(cli, cli->settings->keys), "file", cli->arguments[0]);
    tell_waves(cli, &kept);
    cli_say(cli, "said.backup_destroy");
    return result;
}
