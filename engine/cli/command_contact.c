/* people contact: who cannot or does not want to be written to, by address or from any text that has addresses in it,
 * as the bounces in a mailbox. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/file.h"
#include "cli/cli.h"
#include "store/mailings.h"

enum { TEXT_MAX = 20 << 20 };

static enum result read_contact(struct cli *cli, enum contact *out) {
    static const char *const names[] = {
        [CONTACT_GOOD] = "good", [CONTACT_OPTED_OUT] = "opted-out", [CONTACT_BOUNCED] = "bounced"};
    int given = 0;
    for (int i = 0; i < 3; i++)
        if (cli_option(cli, names[i])) {
            *out = (enum contact)i;
            given++;
        }
    return given == 1 ? RESULT_OK : cli_refuse(cli, "contact_which", "value", cli->arguments[1]);
}

static bool in_local_part(char c) {
    return isalnum((unsigned char)c) || (c && strchr(".!#$%&'*+/=?^_`{|}~-", c));
}

static bool in_domain(char c) {
    return isalnum((unsigned char)c) || c == '.' || c == '-';
}

struct addresses {
    const char **list;
    size_t n, capacity;
};

static void add_address(struct arena *arena, struct addresses *a, struct str found) {
    while (found.n && strchr("'.", found.p[0]))
        found = (struct str){found.p + 1, found.n - 1};
    while (found.n && strchr(".-", found.p[found.n - 1]))
        found.n--;
    if (found.n > ADDRESS_MAX)
        return;
    const char *address = arena_copy(arena, found.p, found.n);
    if (!address_good(address))
        return;
    for (size_t i = 0; i < a->n; i++)
        if (strcasecmp(a->list[i], address) == 0)
            return;
    a->list = arena_grow(arena, a->list, a->n, &a->capacity, sizeof *a->list);
    a->list[a->n++] = address;
}

static void find_addresses(struct arena *arena, struct addresses *a, struct str text) {
    for (size_t at = 0; at < text.n; at++) {
        size_t from = at, to = at + 1;
        if (text.p[at] != '@')
            continue;
        while (from > 0 && at - from < ADDRESS_MAX && in_local_part(text.p[from - 1]))
            from--;
        while (to < text.n && to - at < ADDRESS_MAX && in_domain(text.p[to]))
            to++;
        add_address(arena, a, (struct str){text.p + from, to - from});
    }
}

static enum result read_addresses(struct cli *cli, struct addresses *out) {
    const char *argument = cli->arguments[1];
    struct str text;
    if (strcmp(argument, "-") == 0) {
        struct buf b = BUF_INIT;
        char part[4096];
        for (size_t n; b.n < TEXT_MAX && (n = fread(part, 1, sizeof part, cli->in)) > 0;)
            buf_bytes(&b, part, n);
        find_addresses(cli->arena, out, buf_view(&b));
        buf_free(&b);
        return RESULT_OK;
    }
    if (strchr(argument, '@') && !file_exists(cli_path(cli, argument))) {
        find_addresses(cli->arena, out, str_of(argument));
        return out->n == 1 ? RESULT_OK : cli_refuse(cli, "mail_address_not_accepted", "value", argument);
    }
    enum result result = file_read(&text, cli->arena, cli_path(cli, argument), TEXT_MAX, cli->findings);
    if (result == RESULT_OK)
        find_addresses(cli->arena, out, text);
    return result;
}

enum result run_people_contact(struct cli *cli) {
    struct assessment a;
    struct addresses addresses = {.n = 0};
    enum contact contact = CONTACT_GOOD;
    int people = 0;
    enum result result = read_contact(cli, &contact);
    if (result == RESULT_OK)
        result = cli_assessment(cli, cli->arguments[0], &a);
    if (result == RESULT_OK)
        result = read_addresses(cli, &addresses);
    if (result != RESULT_OK)
        return result;
    for (size_t i = 0; i < addresses.n; i++) {
        int found;
        if (store_set_contact(cli->store, a.id, addresses.list[i], contact, &found) != RESULT_OK)
            return cli_trouble(cli);
        people += found;
    }
    cli_audit(cli, "contact_changed", a.name, NULL);
    cli_say(cli, "said.contact_set", "n", arena_printf(cli->arena, "%d", people), "addresses",
            arena_printf(cli->arena, "%zu", addresses.n));
    return people ? RESULT_OK : cli_refuse(cli, "contact_nobody", "value", cli->arguments[1]);
}
