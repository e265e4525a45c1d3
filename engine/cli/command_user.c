/* user add, list, disable, enable, reset. */
#include <string.h>

#include "access/links.h"
#include "base/address.h"
#include "cli/cli.h"
#include "store/programs.h"

static const char *const role_names[] = {"viewer", "practitioner", "administrator"};

static enum result find_account(struct cli *cli, struct account *out) {
    enum result result = store_find_account(cli->store, cli->arena, cli->arguments[0], out);
    if (result == RESULT_INPUT)
        return cli_refuse(cli, "user_unknown", "email", cli->arguments[0]);
    return result == RESULT_OK ? RESULT_OK : cli_trouble(cli);
}

/* Makes a link for the password and prints it, the only time that it can be read. */
static enum result print_link(struct cli *cli, const struct account *a, const char *key) {
    const struct settings *s = cli->settings;
    char token[ACCESS_TOKEN_LENGTH + 1];
    int64_t now = clock_now();
    if (welcome_make(cli->store, a->id, now, token) != RESULT_OK)
        return cli_trouble(cli);
    cli_say(cli, key, "email", a->email, "until", clock_day(now + WELCOME_SECONDS).text);
    fprintf(cli->out, "%s%s/welcome/%s\n", s->public_url[0] ? "" : "http://",
            s->public_url[0] ? s->public_url : s->listen, token);
    return RESULT_OK;
}

static enum result read_role(struct cli *cli, enum role *out) {
    const char *given = cli_option(cli, "role");
    if (strcmp(given, "admin") == 0)
        given = role_names[ROLE_ADMINISTRATOR];
    for (int i = 0; i < 3; i++)
        if (strcmp(given, role_names[i]) == 0) {
            *out = (enum role)i;
            return RESULT_OK;
        }
    return cli_refuse(cli, "user_role", "role", given);
}

enum result run_user_add(struct cli *cli) {
    const char *name = cli_option(cli, "name");
    struct account a = {.id = id_new(), .email = cli->arguments[0], .name = name ? name : "", .created = clock_now()};
    enum result result = read_role(cli, &a.role);
    struct str text = str_of(a.name);
    if (!address_good(a.email))
        result = cli_refuse(cli, "user_email", "email", a.email);
    if (!utf8_is_line(text) || utf8_length(text) > 200)
        result = cli_refuse(cli, "user_name_length", "name", a.name);
    if (result != RESULT_OK)
        return result;
    result = store_add_account(cli->store, &a);
    if (result == RESULT_INPUT)
        return cli_refuse(cli, "user_exists", "email", a.email);
    if (result != RESULT_OK)
        return cli_trouble(cli);
    cli_audit(cli, "account_added", a.email, NULL);
    return print_link(cli, &a, "said.user_added");
}

enum result run_user_list(struct cli *cli) {
    enum { COLUMNS = 7 };
    static const char *const header[COLUMNS] = {"email",         "name",  "role",   "password",
                                                "second_factor", "state", "created"};
    struct account *list;
    size_t n;
    if (store_list_accounts(cli->store, cli->arena, &list, &n) != RESULT_OK)
        return cli_trouble(cli);
    const char *const **rows = arena_array(cli->arena, n + 1, sizeof *rows);
    for (size_t i = 0; i < n; i++) {
        const char **row = arena_array(cli->arena, COLUMNS, sizeof *row);
        row[0] = list[i].email;
        row[1] = list[i].name;
        row[2] = role_names[list[i].role];
        row[3] = list[i].password[0] ? "set" : "not_set";
        row[4] = list[i].has_totp ? "on" : "off";
        row[5] = list[i].disabled ? "disabled" : "active";
        row[6] = arena_string(cli->arena, clock_day(list[i].created).text);
        rows[i] = row;
    }
    cli_table(cli, header, COLUMNS, rows, n);
    return RESULT_OK;
}

/* Nobody should lock the last administrator out by mistake. */
static enum result check_not_last(struct cli *cli, const struct account *a) {
    struct account *list;
    size_t n;
    if (a->role != ROLE_ADMINISTRATOR)
        return RESULT_OK;
    if (store_list_accounts(cli->store, cli->arena, &list, &n) != RESULT_OK)
        return cli_trouble(cli);
    for (size_t i = 0; i < n; i++)
        if (list[i].role == ROLE_ADMINISTRATOR && !list[i].disabled && !id_equal(list[i].id, a->id))
            return RESULT_OK;
    return cli_refuse(cli, "user_last_administrator", "email", a->email);
}

static enum result set_disabled(struct cli *cli, bool disabled, const char *act, const char *key) {
    struct account a;
    enum result result = find_account(cli, &a);
    if (result == RESULT_OK && disabled)
        result = check_not_last(cli, &a);
    if (result != RESULT_OK)
        return result;
    a.disabled = disabled;
    if (store_change_account(cli->store, &a, NULL) != RESULT_OK)
        return cli_trouble(cli);
    cli_audit(cli, act, a.email, NULL);
    cli_say(cli, key, "email", a.email);
    return RESULT_OK;
}

enum result run_user_disable(struct cli *cli) {
    return set_disabled(cli, true, "account_disabled", "said.user_disabled");
}

enum result run_user_enable(struct cli *cli) {
    return set_disabled(cli, false, "account_enabled", "said.user_enabled");
}

/* For who has lost the password, the phone, or trust in either: nothing of before opens the account any more. */
enum result run_user_reset(struct cli *cli) {
    struct account a;
    enum result result = find_account(cli, &a);
    if (result != RESULT_OK)
        return result;
    if (a.disabled)
        return cli_refuse(cli, "user_is_disabled", "email", a.email);
    a.password = "";
    a.has_totp = false;
    memset(a.totp, 0, sizeof a.totp);
    if (store_change_account(cli->store, &a, NULL) != RESULT_OK ||
        store_drop_tokens_of(cli->store, a.id) != RESULT_OK ||
        store_put_recovery_codes(cli->store, a.id, NULL, 0) != RESULT_OK ||
        store_drop_sessions_of(cli->store, a.id) != RESULT_OK)
        return cli_trouble(cli);
    cli_audit(cli, "account_reset", a.email, NULL);
    return print_link(cli, &a, "said.user_reset");
}
