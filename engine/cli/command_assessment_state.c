/* assessment archive, restore, delete. */
#include "cli/cli.h"
#include "collect/retention.h"

static enum result set_state(struct cli *cli, const struct assessment *a, enum assessment_state state,
                             const char *act) {
    if (store_set_assessment_state(cli->store, a->id, state, clock_today()) != RESULT_OK)
        return cli_trouble(cli);
    cli_audit(cli, act, a->name, NULL);
    return RESULT_OK;
}

enum result run_assessment_archive(struct cli *cli) {
    struct assessment a;
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result == RESULT_OK)
        result = set_state(cli, &a, ASSESSMENT_ARCHIVED, "assessment_archived");
    if (result == RESULT_OK)
        cli_say(cli, "said.assessment_archived", "name", a.name);
    return result;
}

enum result run_assessment_restore(struct cli *cli) {
    struct assessment a;
    enum result result = cli_any_assessment(cli, cli->arguments[0], &a);
    if (result == RESULT_OK && a.state == ASSESSMENT_ACTIVE)
        return cli_refuse(cli, "assessment_not_deleted", "name", a.name);
    if (result == RESULT_OK)
        result = set_state(cli, &a, ASSESSMENT_ACTIVE, "assessment_restored");
    if (result == RESULT_OK)
        cli_say(cli, "said.assessment_restored", "name", a.name);
    return result;
}

enum result run_assessment_delete(struct cli *cli) {
    struct assessment a;
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result != RESULT_OK)
        return result;
    if (!cli_confirmed(cli, "said.assessment_delete_confirm", a.name))
        return cli_refuse(cli, "assessment_not_confirmed", "name", a.name);
    result = set_state(cli, &a, ASSESSMENT_DELETED, "assessment_deleted");
    if (result == RESULT_OK)
        cli_say(cli, "said.assessment_deleted", "name", a.name, "until",
                clock_add_days(clock_today(), GRACE_DAYS).text);
    return result;
}
