/* token add, list, revoke: what lets other programs in. */
#include <sodium.h>
#include <string.h>

#include "access/tokens.h"
#include "cli/cli.h"

static enum result find_account(struct cli *cli, struct account *out) {
    const enum result result = store_find_account(cli->store, cli->arena, cli->arguments[0], out);
    if (result == RESULT_INPUT)
        return cli_refuse(cli, "user_unknown", "email", cli->arguments[0]);
    if (result == RESULT_OK && out->disabled)
        return cli_refuse(cli, "user_is_disabled", "email", out->email);
    return result == RESULT_OK ? RESULT_OK : cli_trouble(cli);
}

enum result run_token_add(struct cli *cli) {
    struct account a;
    const char *days = cli_option(cli, "days");
    struct api_token token = {.name = cli_option(cli, "for")};
    long n = TOKEN_DAYS;
    char text[TOKEN_LENGTH + 1];
    enum result result = find_account(cli, &a);
    if (result != RESULT_OK)
        return result;
    token.scopes = scopes_read(cli->arena, str_of(cli_option(cli, "scopes")), cli->findings);
    if (days && !str_to_long(str_of(days), &n))
        n = 0; /* out of range, which is said */
    if (!token.scopes)
        return RESULT_INPUT;
    result = token_make(cli->store, &a, &token, n, clock_now(), NULL, text, cli->findings);
    if (result != RESULT_OK)
        return result == RESULT_MACHINE ? cli_trouble(cli) : result;
    cli_audit(cli, "token_made", a.email, NULL);
    cli_say(cli, "said.token_added", "email", a.email, "until", clock_day(token.expires).text);
    fprintf(cli->out, "%s\n", text);
    sodium_memzero(text, sizeof text);
    return RESULT_OK;
}

static const char *hex_of(struct cli *cli, struct id id) {
    char *hex = arena_alloc(cli->arena, 2 * sizeof id.bytes + 1);
    return sodium_bin2hex(hex, 2 * sizeof id.bytes + 1, id.bytes, sizeof id.bytes);
}

static const char *const *row_of(struct cli *cli, const struct api_token *t, const struct account *owner,
                                 size_t columns) {
    const char **row = arena_array(cli->arena, columns, sizeof *row);
    row[0] = hex_of(cli, t->id);
    row[1] = owner->email;
    row[2] = t->name;
    row[3] = scopes_write(cli->arena, t->scopes & scopes_of(owner->role));
    row[4] = owner->disabled ? "disabled" : t->expires <= clock_now() ? "expired" : "active";
    row[5] = arena_string(cli->arena, clock_day(t->expires).text);
    row[6] = t->used;
    return row;
}

enum result run_token_list(struct cli *cli) {
    enum { COLUMNS = 7 };
    static const char *const header[COLUMNS] = {"id", "email", "name", "scopes", "state", "expires", "used"};
    struct account a;
    struct api_token *list;
    size_t n;
    const bool all = cli->n_arguments == 0;
    const enum result found = all ? RESULT_OK : store_find_account(cli->store, cli->arena, cli->arguments[0], &a);
    if (found == RESULT_INPUT)
        return cli_refuse(cli, "user_unknown", "email", cli->arguments[0]);
    if (found != RESULT_OK || store_list_tokens(cli->store, cli->arena, all ? NULL : &a.id, &list, &n) != RESULT_OK)
        return cli_trouble(cli);
    const char *const **rows = arena_array(cli->arena, n + 1, sizeof *rows);
    for (size_t i = 0; i < n; i++) {
        if (store_get_account(cli->store, cli->arena, list[i].account, &a) != RESULT_OK)
            return cli_trouble(cli);
        rows[i] = row_of(cli, &list[i], &a, COLUMNS);
    }
    cli_table(cli, header, COLUMNS, rows, n);
    return RESULT_OK;
}

enum result run_token_revoke(struct cli *cli) {
    struct api_token *list;
    struct account a;
    size_t n;
    if (store_list_tokens(cli->store, cli->arena, NULL, &list, &n) != RESULT_OK)
        return cli_trouble(cli);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(hex_of(cli, list[i].id), cli->arguments[0]) != 0)
            continue;
        if (store_get_account(cli->store, cli->arena, list[i].account, &a) != RESULT_OK ||
            store_drop_token(cli->store, list[i].id) != RESULT_OK)
            return cli_trouble(cli);
        cli_audit(cli, "token_revoked", a.email, NULL);
        cli_say(cli, "said.token_revoked", "name", list[i].name);
        return RESULT_OK;
    }
    return cli_refuse(cli, "token_unknown", "value", cli->arguments[0]);
}
