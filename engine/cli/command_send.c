/* send: invitations or reminders to everybody of the open wave who can be written to. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/mailing.h"
#include "store/counts.h"

static enum result read_kind(struct cli *cli, enum mailing_kind *kind) {
    const char *word = cli->arguments[1];
    *kind = strcmp(word, "reminders") == 0 ? MAILING_REMINDERS : MAILING_INVITATIONS;
    if (*kind == MAILING_INVITATIONS && strcmp(word, "invitations") != 0)
        return cli_refuse(cli, "send_what", "value", word);
    if (*kind == MAILING_INVITATIONS && cli_option(cli, "everyone"))
        return cli_refuse(cli, "send_everyone_what", "value", word);
    return RESULT_OK;
}

static enum result read_pace(struct cli *cli, int *per_minute) {
    const char *given = cli_option(cli, "per-minute");
    const long most = cli->settings->mails_per_minute;
    long n = most;
    if (given && (!str_to_long(str_of(given), &n) || n < 1 || n > most)) {
        finding_add(cli->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "send_pace", "value", given, "most",
                    arena_printf(cli->arena, "%ld", most), NULL);
        return RESULT_INPUT;
    }
    *per_minute = (int)n;
    return RESULT_OK;
}

/* Was this person invited by mail to this wave before? */
static enum result invited_before(struct cli *cli, const struct wave *wave, struct id person, bool *out) {
    struct person_mail *mails;
    size_t n;
    *out = false;
    if (store_list_person_mails(cli->store, cli->arena, person, &mails, &n) != RESULT_OK)
        return cli_trouble(cli);
    for (size_t i = 0; i < n; i++)
        if (mails[i].kind == MAILING_INVITATIONS && mails[i].state != DELIVERY_WAITING &&
            mails[i].state != DELIVERY_REFUSED && strcmp(mails[i].wave, wave->label) == 0)
            *out = true;
    return RESULT_OK;
}

static int by_id(const void *a, const void *b) {
    const struct person *one = a, *other = b;
    return memcmp(one->id.bytes, other->id.bytes, sizeof one->id.bytes);
}

/* `people` in the order of their ids. */
static const struct person *person_of(const struct person *people, size_t n, struct id id) {
    const struct person key = {.id = id};
    return n ? bsearch(&key, people, n, sizeof *people, by_id) : NULL;
}

struct head_count {
    size_t would, unwanted, invited; /* get a mail now; opted out or bounced; personal invitations */
    bool told;                       /* may `would` be told? */
};

/* Who has not answered is counted as everywhere, not by whom we may write to: else two counts, with one address marked
 * as bounced in between, would tell whether that person has answered. */
static enum result count_unanswered(struct cli *cli, const struct wave *wave, struct head_count *out) {
    struct wave_counts counts;
    if (store_count_answers(cli->store, cli->arena, wave, &counts) != RESULT_OK)
        return cli_trouble(cli);
    out->told = counts.everybody && counts.unanswered >= 0;
    out->would = out->told ? (size_t)counts.unanswered : 0;
    return RESULT_OK;
}

static enum result count(struct cli *cli, const struct wave *wave, const struct mailing *m, struct head_count *out) {
    struct invitation *invitations;
    struct person *people;
    size_t n, n_people;
    *out = (struct head_count){.told = true};
    if (store_list_invitations(cli->store, cli->arena, wave->id, &invitations, &n) != RESULT_OK ||
        store_list_people(cli->store, cli->arena, wave->assessment, &people, &n_people) != RESULT_OK)
        return cli_trouble(cli);
    if (n_people)
        qsort(people, n_people, sizeof *people, by_id);
    for (size_t i = 0; i < n; i++) {
        bool before = false;
        if (invitations[i].kind != INVITATION_PERSONAL)
            continue;
        const struct person *p = person_of(people, n_people, invitations[i].person);
        out->invited++;
        if (!p || p->contact != CONTACT_GOOD) {
            out->unwanted++;
            continue;
        }
        if (m->kind == MAILING_INVITATIONS && invited_before(cli, wave, p->id, &before) != RESULT_OK)
            return RESULT_MACHINE;
        out->would += !before;
    }
    return mailing_names_nobody(m) ? count_unanswered(cli, wave, out) : RESULT_OK;
}

/* Counts, and one mail as a made-up person would get it. Never a name: with reminders that would tell who has answered.
 */
static enum result dry_run(struct cli *cli, const struct mail_desk *desk, const struct assessment *a,
                           const struct wave *wave, const struct mailing *m) {
    struct head_count heads;
    struct mail_message sample;
    enum result result = count(cli, wave, m, &heads);
    if (result == RESULT_OK)
        result = cli_mail_sample(cli, desk, a, wave, m, "", "", &sample);
    if (result != RESULT_OK)
        return result;
    size_t minutes = (heads.would + (size_t)m->per_minute - 1) / (size_t)m->per_minute;
    cli_say(cli,
            !heads.told               ? "said.send_dry_hidden"
            : mailing_names_nobody(m) ? "said.send_dry_unanswered"
                                      : "said.send_dry",
            "n", arena_printf(cli->arena, "%zu", heads.would), "invited",
            arena_printf(cli->arena, "%zu", heads.invited), "unwanted", arena_printf(cli->arena, "%zu", heads.unwanted),
            "minutes", arena_printf(cli->arena, "%zu", minutes));
    fprintf(cli->out, "\n%s\n\n%s", sample.subject, sample.body);
    return RESULT_OK;
}

static enum result not_started(struct cli *cli, const struct wave *wave) {
    struct mailing *list;
    size_t n;
    if (store_list_mailings(cli->store, cli->arena, wave->id, &list, &n) != RESULT_OK)
        return cli_trouble(cli);
    for (size_t i = 0; i < n; i++)
        if (list[i].state != MAILING_DONE && !mailing_only_retries(&list[i]))
            return cli_refuse(cli, list[i].state == MAILING_RUNNING ? "mailing_running" : "mailing_stands", "n",
                              arena_printf(cli->arena, "%d", list[i].waiting));
    return cli_refuse(cli, "mailing_nobody", "value", wave->label);
}

static enum result start(struct cli *cli, const struct mail_desk *desk, const struct assessment *a,
                         const struct wave *wave, const struct mailing *m) {
    struct mailing started;
    enum result result = store_start_mailing(cli->store, m);
    if (result != RESULT_OK)
        return result == RESULT_INPUT ? not_started(cli, wave) : cli_trouble(cli);
    if (store_get_mailing(cli->store, cli->arena, m->id, &started) != RESULT_OK)
        return cli_trouble(cli);
    cli_audit(cli, "mailing_started", a->name, wave->label);
    cli_say(cli, "said.send_started", "n", arena_printf(cli->arena, "%d", started.waiting), "per_minute",
            arena_printf(cli->arena, "%d", m->per_minute));
    fflush(cli->out);
    return cli_mail_send(cli, desk, m->id);
}

enum result run_send(struct cli *cli) {
    struct assessment a;
    struct wave wave;
    struct mail_desk desk;
    struct mailing m = {.id = id_new(),
                        .everyone = cli_option(cli, "everyone") != NULL,
                        .subject = "",
                        .body = "",
                        .started = clock_now()};
    enum result result = read_kind(cli, &m.kind);
    if (result == RESULT_OK)
        result = read_pace(cli, &m.per_minute);
    if (result == RESULT_OK)
        result = cli_assessment(cli, cli->arguments[0], &a);
    if (result == RESULT_OK)
        result = cli_wave(cli, &a, WAVE_OPEN, &wave);
    if (result != RESULT_OK)
        return result;
    m.wave = wave.id;
    if (wave.until[0] && strcmp(clock_local_day(clock_now(), wave.timezone).text, wave.until) > 0)
        return cli_refuse(cli, "send_after_deadline", "value", wave.until);
    result = cli_mail_open(cli, &desk);
    if (result != RESULT_OK)
        return result;
    if (!cli->settings->public_url[0])
        finding_add(cli->findings, SEVERITY_WARNING, (struct place){NULL, 0, 0}, "mail_links_local", "url",
                    desk.tools.public_url, NULL);
    result = cli_option(cli, "dry-run") ? dry_run(cli, &desk, &a, &wave, &m) : start(cli, &desk, &a, &wave, &m);
    cli_mail_close(&desk);
    return result;
}
