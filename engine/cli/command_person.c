/* people export and delete: what is held about one person, and its end. */
#include <string.h>

#include "cli/cli.h"
#include "collect/held.h"

static enum result find_person(struct cli *cli, struct assessment *a, struct person *out) {
    enum result result = cli_assessment(cli, cli->arguments[0], a);
    if (result != RESULT_OK)
        return result;
    result = store_find_person(cli->store, cli->arena, a->id, cli->arguments[1], out);
    if (result == RESULT_INPUT)
        return cli_refuse(cli, "person_unknown", "email", cli->arguments[1]);
    return result == RESULT_OK ? RESULT_OK : cli_trouble(cli);
}

enum result run_people_export(struct cli *cli) {
    struct assessment a;
    struct person p;
    enum result result = find_person(cli, &a, &p);
    if (result != RESULT_OK)
        return result;
    struct buf b = BUF_INIT;
    result = held_about(&b, cli->store, cli->arena, &a, &p);
    if (result == RESULT_OK) {
        fprintf(cli->out, "%s\n", b.p);
        cli_audit(cli, "person_exported", a.name, p.organisation);
    }
    buf_free(&b);
    return result == RESULT_OK ? RESULT_OK : cli_trouble(cli);
}

enum result run_people_delete(struct cli *cli) {
    struct assessment a;
    struct person p;
    enum result result = find_person(cli, &a, &p);
    if (result != RESULT_OK)
        return result;
    if (!cli_confirmed(cli, "said.person_delete_confirm", p.email))
        return cli_refuse(cli, "person_not_confirmed", "email", p.email);
    if (store_remove_person(cli->store, a.id, p.id) != RESULT_OK || store_scrub(cli->store) != RESULT_OK)
        return cli_trouble(cli);
    cli_audit(cli, "person_deleted", a.name, p.organisation);
    cli_say(cli, a.mode == MODE_ANONYMOUS ? "said.person_deleted" : "said.person_deleted_linked", "email", p.email,
            "name", a.name);
    return RESULT_OK;
}
