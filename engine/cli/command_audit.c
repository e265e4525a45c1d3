/* audit: who did what. */
#include "cli/cli.h"
#include "store/accounts.h"

/* "2027-01-31 14:05:09", UTC. */
static const char *time_text(struct cli *cli, int64_t t) {
    int s = (int)(t % 86400);
    return arena_printf(cli->arena, "%s %02d:%02d:%02d", clock_day(t).text, s / 3600, s / 60 % 60, s % 60);
}

enum result run_audit(struct cli *cli) {
    enum { COLUMNS = 4 };
    static const char *const header[COLUMNS] = {"time", "account", "act", "object"};
    const char *most = cli_option(cli, "most");
    long rows_most = 100;
    struct audit *list;
    size_t n;
    if (most && (!str_to_long(str_of(most), &rows_most) || rows_most < 1 || rows_most > 100000))
        return cli_refuse(cli, "most_range", "value", most);
    if (store_list_audit(cli->store, cli->arena, cli->n_arguments ? cli->arguments[0] : NULL, (size_t)rows_most, &list,
                         &n) != RESULT_OK)
        return cli_trouble(cli);
    bool people = cli_format_is(cli, "text");
    const char *const **rows = arena_array(cli->arena, n + 1, sizeof *rows);
    for (size_t i = 0; i < n; i++) {
        const char **row = arena_array(cli->arena, COLUMNS, sizeof *row);
        row[0] = time_text(cli, list[i].time);
        row[1] = list[i].account;
        row[2] = people ? texts_get(cli->texts, cli->language, arena_printf(cli->arena, "audit.%s", list[i].act))
                        : list[i].act;
        row[3] = list[i].object;
        rows[i] = row;
    }
    cli_table(cli, header, COLUMNS, rows, n);
    return RESULT_OK;
}
