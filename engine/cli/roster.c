#include "cli/roster.h"

#include <string.h>

#include "base/nearest.h"

static bool known(const char *const *columns, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(columns[i], name) == 0)
            return true;
    return false;
}

enum result roster_read(struct cli *cli, const char *path, const char *const *columns, size_t n_columns,
                        size_t n_required, struct csv **out) {
    enum result result = csv_read(out, cli->arena, cli_path(cli, path), cli->findings);
    struct csv *csv = *out;
    if (!csv)
        return result;
    for (size_t i = 0; i < n_required; i++)
        if (csv_column(csv, columns[i]) < 0) {
            finding_add(cli->findings, SEVERITY_ERROR, (struct place){csv->file, csv->header.line, 0}, "column_missing",
                        "column", columns[i], NULL);
            result = RESULT_INPUT;
        }
    for (size_t i = 0; i < csv->header.n_cells; i++) {
        const char *name = csv->header.cells[i];
        if (known(columns, n_columns, name))
            continue;
        const char *near = nearest_name(name, columns, n_columns);
        finding_add(cli->findings, SEVERITY_WARNING, (struct place){csv->file, csv->header.line, (int)i + 1},
                    near ? "column_ignored_near" : "column_ignored", "column", name, "near", near, NULL);
    }
    return result;
}

void roster_wrong(struct cli *cli, const struct csv *csv, size_t row, const char *column, const char *code,
                  const char *value) {
    finding_add(cli->findings, SEVERITY_ERROR,
                (struct place){csv->file, csv->rows[row].line, csv_column(csv, column) + 1}, code, "value", value,
                "column", column, NULL);
}

bool roster_text(const char *s, size_t max) {
    return utf8_length(str_of(s)) <= max && !utf8_has_control(str_of(s)) && !strchr(s, '\n');
}
