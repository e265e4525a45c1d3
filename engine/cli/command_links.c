/* links: who gets which link, as a spreadsheet for mail merge. */
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/file.h"
#include "cli/cli.h"
#include "reports/reports.h"

enum { COLUMNS = 8 };

static const char *public_url(const struct cli *cli) {
    const struct settings *s = cli->settings;
    return s->public_url[0] ? s->public_url : arena_printf(cli->arena, "http://%s", s->listen);
}

static const char *const *link_row(struct cli *cli, const struct link *l) {
    static const char *const kinds[] = {"", "personal", "open", "organisation"};
    const char **row = arena_array(cli->arena, COLUMNS, sizeof *row);
    row[0] = kinds[l->invitation.kind];
    row[1] = l->invitation.organisation;
    row[2] = l->invitation.unit;
    row[3] = l->invitation.name;
    row[4] = l->invitation.email;
    row[5] = l->invitation.language;
    row[6] = arena_printf(cli->arena, "%s/s/%s", public_url(cli), l->token);
    row[7] = l->code;
    return row;
}

static enum result write_csv(struct cli *cli, const char *path, const char *const *header,
                             const char *const *const *rows, size_t n) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return RESULT_MACHINE;
    struct csv_writer w = {.out = out};
    fputs("\xEF\xBB\xBF", out); /* so that Excel reads it as UTF-8 */
    for (size_t r = 0; r <= n; r++) {
        for (size_t c = 0; c < COLUMNS; c++)
            csv_text(&w, r ? rows[r - 1][c] : header[c]);
        csv_end(&w);
    }
    enum result result = RESULT_MACHINE;
    if (fclose(out) == 0)
        result = file_write(path, (struct str){text, size}, 0600, cli->findings);
    free(text);
    return result;
}

enum result run_links(struct cli *cli) {
    static const char *const header[COLUMNS] = {"kind",  "organisation", "unit", "name",
                                                "email", "language",     "link", "code"};
    struct assessment a;
    struct wave wave;
    struct link *links;
    size_t n;
    const char *out = cli_option(cli, "out"), *dot = strrchr(out, '.'), *path = cli_path(cli, out);
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result == RESULT_OK)
        result = cli_wave(cli, &a, WAVE_OPEN, &wave);
    if (result != RESULT_OK)
        return result;
    bool csv = dot && strcmp(dot, ".csv") == 0;
    if (!csv && !(dot && strcmp(dot, ".xlsx") == 0))
        return cli_refuse(cli, "out_not_csv_or_xlsx", "value", out);
    result = collect_links(cli->collect, &wave, cli->arena, &links, &n, cli->findings);
    if (result != RESULT_OK)
        return result == RESULT_MACHINE ? cli_trouble(cli) : result;
    const char *const **rows = arena_array(cli->arena, n + 1, sizeof *rows);
    for (size_t i = 0; i < n; i++)
        rows[i] = link_row(cli, &links[i]);
    result = csv ? write_csv(cli, path, header, rows, n)
                 : report_table(path, wave.label, header, COLUMNS, rows, n, cli->findings);
    if (result == RESULT_OK)
        cli_audit(cli, "links_written", a.name, wave.label);
    if (result == RESULT_OK)
        cli_say(cli, "said.links_written", "n", arena_printf(cli->arena, "%zu", n), "file", out);
    return result;
}
