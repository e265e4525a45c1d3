/* people import. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "cli/roster.h"

static const char *const columns[] = {"email", "organisation", "name", "unit", "language"};

/* An address as people have them: something@something.something, printable ASCII without blanks, commas, brackets or
 * control characters. What is rarer is refused with a sentence rather than mailed to a wrong place. */
static bool is_address(const char *s) {
    const char *at = strrchr(s, '@');
    size_t n = strlen(s);
    if (!at || at == s || strchr(s, '@') != at || n > 254 || at - s > 64)
        return false;
    for (const char *p = s; *p; p++)
        if (!isgraph((unsigned char)*p) || strchr("<>()[],;:\\\"", *p))
            return false;
    const char *dot = strchr(at, '.');
    return dot && dot > at + 1 && s[n - 1] != '.' && !strstr(at, "..");
}

static bool has_organisation(struct cli *cli, const struct csv *csv, size_t row, const char *code,
                             const char *const *codes, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(codes[i], code) == 0)
            return true;
    const char *near = nearest_name(code, codes, n);
    finding_add(cli->findings, SEVERITY_ERROR,
                (struct place){csv->file, csv->rows[row].line, csv_column(csv, "organisation") + 1},
                near ? "organisation_unknown_near" : "organisation_unknown", "organisation", code, "near", near, NULL);
    return false;
}

static bool check_row(struct cli *cli, const struct csv *csv, size_t row, const char *const *codes, size_t n_codes,
                      struct person *out) {
    const struct csv_row *cells = &csv->rows[row];
    size_t before = findings_total(cli->findings);
    *out = (struct person){.id = id_new(),
                           .email = csv_cell(cells, csv_column(csv, "email")),
                           .name = csv_cell(cells, csv_column(csv, "name")),
                           .organisation = csv_cell(cells, csv_column(csv, "organisation")),
                           .unit = csv_cell(cells, csv_column(csv, "unit")),
                           .language = csv_cell(cells, csv_column(csv, "language"))};
    if (!is_address(out->email))
        roster_wrong(cli, csv, row, "email", "email_not_accepted", out->email);
    if (!roster_text(out->name, 200))
        roster_wrong(cli, csv, row, "name", "name_not_accepted", out->name);
    if (!roster_text(out->unit, 100))
        roster_wrong(cli, csv, row, "unit", "name_not_accepted", out->unit);
    if (!roster_text(out->language, 15))
        roster_wrong(cli, csv, row, "language", "language_not_accepted", out->language);
    (void)!has_organisation(cli, csv, row, out->organisation, codes, n_codes);
    return findings_total(cli->findings) == before;
}

static bool check_once(struct cli *cli, const struct csv *csv, const struct person *list) {
    bool good = true;
    for (size_t i = 0; i < csv->n_rows; i++)
        for (size_t j = 0; j < i; j++)
            if (strcasecmp(list[i].email, list[j].email) == 0) {
                roster_wrong(cli, csv, i, "email", "email_twice", list[i].email);
                good = false;
                break;
            }
    return good;
}

enum result run_people_import(struct cli *cli) {
    struct assessment a;
    struct csv *csv;
    struct organisation *organisations;
    size_t n;
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result != RESULT_OK)
        return result;
    result = roster_read(cli, cli->arguments[1], columns, 5, 2, &csv);
    if (!csv)
        return result;
    if (store_list_organisations(cli->store, cli->arena, a.id, &organisations, &n) != RESULT_OK)
        return cli_trouble(cli);
    const char **codes = arena_array(cli->arena, n + 1, sizeof *codes);
    for (size_t i = 0; i < n; i++)
        codes[i] = organisations[i].code;
    struct person *list = arena_array(cli->arena, csv->n_rows + 1, sizeof *list);
    for (size_t i = 0; i < csv->n_rows; i++)
        if (!check_row(cli, csv, i, codes, n, &list[i]))
            result = RESULT_INPUT;
    if (!check_once(cli, csv, list))
        result = RESULT_INPUT;
    if (result != RESULT_OK)
        return result;
    if (store_put_people(cli->store, a.id, list, csv->n_rows) != RESULT_OK)
        return cli_trouble(cli);
    cli_say(cli, "said.people_imported", "n", arena_printf(cli->arena, "%zu", csv->n_rows));
    return RESULT_OK;
}
