/* routes: the server's route table, as it is in the program. */
#include "cli/cli.h"
#include "web/api/operation.h"
#include "web/routes.h"

enum result run_routes(struct cli *cli) {
    enum { COLUMNS = 7 };
    static const char *const header[COLUMNS] = {"method", "path", "access", "forgery", "again", "upload", "scope"};
    if (cli_option(cli, "openapi")) {
        struct buf out = BUF_INIT;
        api_write_document(&out, cli->texts, cli->arena, cli->language, NULL);
        fputs(out.p, cli->out);
        buf_free(&out);
        return RESULT_OK;
    }
    const char *const **rows = arena_array(cli->arena, routes_count + 1, sizeof *rows);
    for (size_t i = 0; i < routes_count; i++) {
        const struct route *r = &routes[i];
        const char **row = arena_array(cli->arena, COLUMNS, sizeof *row);
        row[0] = route_method_name(r->method);
        row[1] = r->path;
        row[2] = route_access_name(r->access);
        row[3] = route_csrf_name(r->csrf);
        row[4] = r->again ? "yes" : "no";
        row[5] = r->upload > 0 ? "yes" : "no";
        row[6] = r->api ? scopes_write(cli->arena, r->api->scope) : "";
        rows[i] = row;
    }
    cli_table(cli, header, COLUMNS, rows, routes_count);
    return RESULT_OK;
}
