#include "cli/mailing.h"

#include <string.h>
#include <time.h>

#include "instrument/loader.h"

enum { LOOK_AGAIN = 250000000 /* ns */ };

enum result cli_mail_open(struct cli *cli, struct mail_desk *out) {
    const struct settings *s = cli->settings;
    *out = (struct mail_desk){.own = NULL};
    enum result result = mail_check(&s->mail, cli->findings);
    if (result != RESULT_OK)
        return result;
    if (cli->mailer) {
        out->tools = *mailer_tools_of(cli->mailer);
        return RESULT_OK;
    }
    result = templates_load(&out->own, s->mail_texts, cli->findings);
    templates_put_terms(out->own, cli->texts);
    out->tools = (struct mailer_tools){
        .collect = cli->collect,
        .store = cli->store,
        .texts = cli->texts,
        .templates = out->own,
        .settings = &s->mail,
        .public_url = s->public_url[0] ? s->public_url : arena_printf(cli->arena, "http://%s", s->listen),
        .retry_seconds = s->mail_retry_seconds};
    if (result != RESULT_OK)
        cli_mail_close(out);
    return result;
}

void cli_mail_close(struct mail_desk *desk) {
    templates_free(desk->own);
    desk->own = NULL;
}

struct watching {
    struct cli *cli;
    struct mailing last;
    const char *trouble; /* what was said about it already */
};

/* Shows how far it is; false when nobody looks any more. */
static bool show(void *context, const struct mailing *m, const char *trouble) {
    struct watching *w = context;
    const int done = m->accepted + m->spared + m->refused + m->unknown;
    w->last = *m;
    w->last.subject = w->last.body = w->last.sentence = "";
    if (strcmp(trouble, w->trouble) != 0) {
        w->trouble = arena_string(w->cli->arena, trouble);
        if (trouble[0])
            fprintf(w->cli->err, "%s%s\n", w->cli->terminal ? "\n" : "",
                    texts_fill(w->cli->texts, w->cli->arena, w->cli->language, "said.send_trouble", "sentence",
                               mail_words(w->cli->texts, w->cli->language, trouble), NULL));
        fflush(w->cli->err);
    }
    cli_progress(w->cli, "said.send_progress", (size_t)done, (size_t)done + (size_t)m->waiting);
    return !cli_left(w->cli);
}

/* The serving process sends; we look on. */
static enum result look_on(struct watching *w, struct id mailing) {
    struct cli *cli = w->cli;
    enum result result = RESULT_OK;
    mailer_wake(cli->mailer);
    for (bool go_on = true; go_on;) {
        struct arena *arena = arena_new();
        struct mailing m;
        result = store_get_mailing(cli->store, arena, mailing, &m);
        go_on = result == RESULT_OK && show(w, &m, mailer_trouble(cli->mailer, arena)) && m.state == MAILING_RUNNING &&
                !mailer_stopping(cli->mailer);
        arena_free(arena);
        if (go_on)
            nanosleep(&(struct timespec){0, LOOK_AGAIN}, NULL);
    }
    return result;
}

enum result cli_mail_problems(struct cli *cli, struct id mailing) {
    struct delivery_problem *list;
    size_t n;
    if (store_list_delivery_problems(cli->store, cli->arena, mailing, &list, &n) != RESULT_OK)
        return cli_trouble(cli);
    for (size_t i = 0; i < n; i++)
        cli_say(cli, list[i].state == DELIVERY_REFUSED ? "said.send_refused" : "said.send_unknown", "email",
                list[i].email, "sentence", mail_words(cli->texts, cli->language, list[i].sentence));
    return RESULT_OK;
}

static const char *paused_code(const struct watching *w) {
    return w->last.reason == PAUSE_DEADLINE ? "mailing_paused_deadline"
           : w->last.reason == PAUSE_KEY    ? "mailing_paused_key"
           : w->trouble[0]                  ? "mailing_paused_by"
                                            : "mailing_paused";
}

static enum result sum_up(struct cli *cli, const struct watching *w) {
    const struct mailing *m = &w->last;
    struct wave wave;
    if (store_get_wave(cli->store, cli->arena, m->wave, &wave) != RESULT_OK)
        return cli_trouble(cli);
    const bool spared = mailing_tells_spared(m, wave.min_group);
    cli_say(cli, mailing_names_nobody(m) && !spared ? "said.send_done" : "said.send_outcome", "accepted",
            arena_printf(cli->arena, "%d", m->accepted + (spared ? 0 : m->spared)), "refused",
            arena_printf(cli->arena, "%d", m->refused), "unknown", arena_printf(cli->arena, "%d", m->unknown));
    if (spared)
        cli_say(cli, "said.send_spared", "n", arena_printf(cli->arena, "%d", m->spared));
    if (m->kind == MAILING_INVITATIONS)
        cli_say(cli, "said.send_answered");
    enum result result = cli_mail_problems(cli, m->id);
    if (result == RESULT_OK && m->state != MAILING_DONE) {
        finding_add(cli->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0},
                    m->state == MAILING_PAUSED ? paused_code(w) : "mailing_goes_on", "n",
                    arena_printf(cli->arena, "%d", m->waiting), "sentence",
                    mail_words(cli->texts, cli->language, w->trouble), NULL);
        result = RESULT_MACHINE;
    }
    return result;
}

enum result cli_mail_send(struct cli *cli, const struct mail_desk *desk, struct id mailing) {
    struct watching w = {.cli = cli, .trouble = ""};
    enum result result = cli->mailer ? look_on(&w, mailing) : mailer_run_now(&desk->tools, mailing, show, &w);
    if (result == RESULT_OK)
        return sum_up(cli, &w);
    finding_add(cli->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "mailing_cut_short", NULL);
    return RESULT_MACHINE;
}

enum result cli_mail_sample(struct cli *cli, const struct mail_desk *desk, const struct assessment *a,
                            const struct wave *wave, const struct mailing *m, const char *language, const char *to,
                            struct mail_message *out) {
    const struct instrument *instrument = NULL;
    struct organisation *organisations;
    size_t n;
    enum result result = instrument_load(&instrument, cli_instrument_path(cli, a->instrument), cli->findings);
    if (result == RESULT_OK && store_list_organisations(cli->store, cli->arena, a->id, &organisations, &n) != RESULT_OK)
        result = cli_trouble(cli);
    if (result == RESULT_OK) {
        struct organisation none = {.name = texts_get(cli->texts, cli->language, "mail.sample_organisation"),
                                    .language = ""};
        struct mail_sample sample = {.assessment = a,
                                     .instrument = instrument,
                                     .organisation = n ? &organisations[0] : &none,
                                     .wave = wave,
                                     .language = language,
                                     .to = to,
                                     .test = to[0] != '\0'};
        result = mailer_write_sample(&desk->tools, cli->arena, m, &sample, out);
        /* what lies in the instrument must outlive it */
        out->subject = arena_string(cli->arena, out->subject);
        out->body = arena_string(cli->arena, out->body);
        out->language = arena_string(cli->arena, out->language);
    }
    instrument_release(instrument);
    return result;
}
