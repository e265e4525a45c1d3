/* mail test, list, pause, resume. */
#include <string.h>

#include "base/address.h"
#include "base/clock.h"
#include "cli/mailing.h"

static const char *number(struct cli *cli, int n) {
    return arena_printf(cli->arena, "%d", n);
}

/* The newest open wave; false when there is none. */
static enum result find_open_wave(struct cli *cli, const struct assessment *a, struct wave *out, bool *found) {
    struct wave *waves;
    size_t n;
    *found = false;
    if (store_list_waves(cli->store, cli->arena, a->id, &waves, &n) != RESULT_OK)
        return cli_trouble(cli);
    for (size_t i = 0; i < n; i++)
        if (waves[i].state == WAVE_OPEN) {
            *out = waves[i];
            *found = true;
        }
    return RESULT_OK;
}

static enum result send_test(struct cli *cli, const struct mail_desk *desk, const struct mail_message *message,
                             const char *wave) {
    const char *sentence;
    struct mail_sender *sender = mail_sender_new(desk->tools.settings);
    enum mail_outcome outcome = mail_send(sender, cli->arena, message, &sentence);
    mail_sender_free(sender);
    if (outcome != MAIL_ACCEPTED) {
        (void)cli_refuse(cli, "mail_test_failed", "sentence", mail_words(cli->texts, cli->language, sentence));
        return RESULT_MACHINE;
    }
    cli_audit(cli, "test_mail_sent", cli->arguments[0], wave);
    cli_say(cli, "said.mail_test_sent", "email", message->to, "subject", message->subject);
    return RESULT_OK;
}

enum result run_mail_test(struct cli *cli) {
    struct assessment a;
    struct wave wave;
    struct mail_desk desk;
    struct mail_message message;
    struct mailing m = {
        .kind = cli_option(cli, "reminder") ? MAILING_REMINDERS : MAILING_INVITATIONS, .subject = "", .body = ""};
    const char *to = cli->arguments[1], *language = cli_option(cli, "language");
    bool open;
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result == RESULT_OK && !address_good(to))
        result = cli_refuse(cli, "mail_address_not_accepted", "value", to);
    if (result == RESULT_OK)
        result = find_open_wave(cli, &a, &wave, &open);
    if (result == RESULT_OK)
        result = cli_mail_open(cli, &desk);
    if (result != RESULT_OK)
        return result;
    result = cli_mail_sample(cli, &desk, &a, open ? &wave : NULL, &m, language ? language : "", to, &message);
    if (result == RESULT_OK)
        result = send_test(cli, &desk, &message, open ? wave.label : NULL);
    cli_mail_close(&desk);
    return result;
}

/* The mailings of all waves of an assessment, newest wave first. */
static enum result collect_rows(struct cli *cli, const struct assessment *a, const char *const ***rows,
                                size_t *n_rows) {
    enum { COLUMNS = 9 };
    static const char *const kinds[] = {"invitations", "reminders"}, *const states[] = {"running", "paused", "done"};
    struct wave *waves;
    struct mailing *list;
    size_t n_waves, n, capacity = 0;
    *rows = NULL;
    *n_rows = 0;
    if (store_list_waves(cli->store, cli->arena, a->id, &waves, &n_waves) != RESULT_OK)
        return cli_trouble(cli);
    for (size_t w = n_waves; w-- > 0;) {
        if (store_list_mailings(cli->store, cli->arena, waves[w].id, &list, &n) != RESULT_OK)
            return cli_trouble(cli);
        for (size_t i = 0; i < n; i++) {
            const struct mailing *m = &list[i];
            const bool spared = mailing_tells_spared(m, waves[w].min_group);
            const char *const row[COLUMNS] = {waves[w].label,
                                              arena_string(cli->arena, clock_day(m->started).text),
                                              kinds[m->kind],
                                              states[m->state],
                                              number(cli, m->waiting),
                                              number(cli, m->accepted + (spared ? 0 : m->spared)),
                                              spared ? number(cli, m->spared) : "",
                                              number(cli, m->refused),
                                              number(cli, m->unknown)};
            *rows = arena_grow(cli->arena, (void *)*rows, *n_rows, &capacity, sizeof **rows);
            (*rows)[(*n_rows)++] = (const char *const *)arena_copy(cli->arena, row, sizeof row);
        }
    }
    return RESULT_OK;
}

/* Behind the table, for people: whom the mailings did not reach. */
static enum result list_problems(struct cli *cli, const struct assessment *a) {
    struct wave *waves;
    struct mailing *list;
    size_t n_waves, n;
    if (store_list_waves(cli->store, cli->arena, a->id, &waves, &n_waves) != RESULT_OK)
        return cli_trouble(cli);
    enum result result = RESULT_OK;
    for (size_t w = n_waves; result == RESULT_OK && w-- > 0;) {
        if (store_list_mailings(cli->store, cli->arena, waves[w].id, &list, &n) != RESULT_OK)
            return cli_trouble(cli);
        for (size_t i = 0; result == RESULT_OK && i < n; i++)
            result = cli_mail_problems(cli, list[i].id);
    }
    return result;
}

enum result run_mail_list(struct cli *cli) {
    static const char *const header[] = {"wave",     "started", "kind",    "state",  "waiting",
                                         "accepted", "spared",  "refused", "unknown"};
    struct assessment a;
    const char *const **rows;
    size_t n;
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result == RESULT_OK)
        result = collect_rows(cli, &a, &rows, &n);
    if (result == RESULT_OK)
        cli_table(cli, header, sizeof header / sizeof *header, rows, n);
    if (result == RESULT_OK && cli_format_is(cli, "text"))
        result = list_problems(cli, &a);
    return result;
}

/* The mailing of the open wave that is not done. */
static enum result find_mailing(struct cli *cli, struct wave *wave, struct mailing *out) {
    struct assessment a;
    struct mailing *list;
    size_t n;
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result == RESULT_OK)
        result = cli_wave(cli, &a, WAVE_OPEN, wave);
    if (result != RESULT_OK)
        return result;
    if (store_list_mailings(cli->store, cli->arena, wave->id, &list, &n) != RESULT_OK)
        return cli_trouble(cli);
    for (size_t i = 0; i < n; i++)
        if (list[i].state != MAILING_DONE) {
            *out = list[i];
            return RESULT_OK;
        }
    return cli_refuse(cli, "mailing_none", "value", wave->label);
}

enum result run_mail_pause(struct cli *cli) {
    struct mailing m = {.waiting = 0};
    struct wave wave;
    enum result result = find_mailing(cli, &wave, &m);
    if (result != RESULT_OK)
        return result;
    if (store_set_mailing_state(cli->store, m.id, MAILING_PAUSED) != RESULT_OK)
        return cli_trouble(cli);
    cli_audit(cli, "mailing_paused", cli->arguments[0], wave.label);
    cli_say(cli, "said.mail_paused", "n", number(cli, m.waiting));
    return RESULT_OK;
}

enum result run_mail_resume(struct cli *cli) {
    struct mailing m = {.waiting = 0};
    struct mail_desk desk;
    struct wave wave;
    enum result result = find_mailing(cli, &wave, &m);
    if (result == RESULT_OK)
        result = cli_mail_open(cli, &desk);
    if (result != RESULT_OK)
        return result;
    if (store_set_mailing_state(cli->store, m.id, MAILING_RUNNING) == RESULT_OK) {
        cli_audit(cli, "mailing_resumed", cli->arguments[0], wave.label);
        cli_say(cli, "said.send_started", "n", number(cli, m.waiting), "per_minute", number(cli, m.per_minute));
        fflush(cli->out);
        result = cli_mail_send(cli, &desk, m.id);
    } else {
        result = cli_trouble(cli);
    }
    cli_mail_close(&desk);
    return result;
}
