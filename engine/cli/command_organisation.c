/* organisation import and list. */
#include <string.h>

#include "cli/roster.h"

static const char *const columns[] = {"code", "name", "parent", "headcount", "language"};

/* Codes go into reports, exports and file names: letters, digits, - _ and point. */
static bool is_code(const char *s) {
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
    return n > 0 && n <= 40 && s[n] == '\0';
}

static bool is_language(const char *s) {
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789");
    return s[n] == '\0' && (n == 0 || (n >= 2 && n <= 15));
}

static bool check_row(struct cli *cli, const struct csv *csv, size_t row, struct organisation *out) {
    const struct csv_row *cells = &csv->rows[row];
    const char *headcount = csv_cell(cells, csv_column(csv, "headcount"));
    size_t before = findings_total(cli->findings);
    long n = -1;
    *out = (struct organisation){.code = csv_cell(cells, csv_column(csv, "code")),
                                 .name = csv_cell(cells, csv_column(csv, "name")),
                                 .parent = csv_cell(cells, csv_column(csv, "parent")),
                                 .language = csv_cell(cells, csv_column(csv, "language"))};
    if (!is_code(out->code))
        roster_wrong(cli, csv, row, "code", "code_not_accepted", out->code);
    if (!out->name[0] || !roster_text(out->name, 200))
        roster_wrong(cli, csv, row, "name", "name_not_accepted", out->name);
    if (headcount[0] && (!str_to_long(str_of(headcount), &n) || n < 0 || n > 10000000))
        roster_wrong(cli, csv, row, "headcount", "headcount_not_accepted", headcount);
    if (!is_language(out->language))
        roster_wrong(cli, csv, row, "language", "language_not_accepted", out->language);
    out->headcount = (int)n;
    return findings_total(cli->findings) == before;
}

static bool has_code(const struct organisation *list, size_t n, const char *code) {
    for (size_t i = 0; i < n; i++)
        if (list[i].code && strcmp(list[i].code, code) == 0)
            return true;
    return false;
}

/* Codes once each, parents known (from this file or before), nobody their own ancestor in one step. */
static bool check_list(struct cli *cli, const struct csv *csv, const struct organisation *list,
                       const struct organisation *before, size_t n_before) {
    size_t errors = findings_total(cli->findings);
    for (size_t i = 0; i < csv->n_rows; i++) {
        const char *parent = list[i].parent;
        if (list[i].code[0] && has_code(list, i, list[i].code))
            roster_wrong(cli, csv, i, "code", "code_twice", list[i].code);
        if (parent[0] && (strcmp(parent, list[i].code) == 0 ||
                          (!has_code(list, csv->n_rows, parent) && !has_code(before, n_before, parent))))
            roster_wrong(cli, csv, i, "parent", "parent_unknown", parent);
    }
    return findings_total(cli->findings) == errors;
}

enum result run_organisation_import(struct cli *cli) {
    struct assessment a;
    struct csv *csv;
    struct organisation *before;
    size_t n_before;
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result != RESULT_OK)
        return result;
    result = roster_read(cli, cli->arguments[1], columns, 5, 2, &csv);
    if (!csv)
        return result;
    if (store_list_organisations(cli->store, cli->arena, a.id, &before, &n_before) != RESULT_OK)
        return cli_trouble(cli);
    struct organisation *list = arena_array(cli->arena, csv->n_rows + 1, sizeof *list);
    for (size_t i = 0; i < csv->n_rows; i++)
        if (!check_row(cli, csv, i, &list[i]))
            result = RESULT_INPUT;
    if (!check_list(cli, csv, list, before, n_before))
        result = RESULT_INPUT;
    if (result != RESULT_OK)
        return result;
    if (store_put_organisations(cli->store, a.id, list, csv->n_rows) != RESULT_OK)
        return cli_trouble(cli);
    cli_say(cli, "said.organisation_imported", "n", arena_printf(cli->arena, "%zu", csv->n_rows));
    return RESULT_OK;
}

enum result run_organisation_list(struct cli *cli) {
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
