/* serve and preview: run until SIGINT or SIGTERM. */
#include "cli/serving.h"

#include <signal.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/control.h"
#include "cli/mailing.h"
#include "collect/retention.h"
#include "instrument/loader.h"

enum { DRAFT_DAYS = 14, HOUSEKEEPING_SECONDS = 3600 };

/* What is wrong with lists and matrices is said at once, not when the server ends. */
static const struct strategies *load_strategies(struct cli *cli) {
    struct findings *own = cli->findings;
    cli->findings = findings_new();
    const struct strategies *strategies = cli_strategies(cli);
    findings_write_text(cli->findings, cli->texts, cli->language, cli->err);
    findings_free(cli->findings);
    cli->findings = own;
    return strategies;
}

struct server_options serving_options(struct cli *cli) {
    const struct settings *s = cli->settings;
    const char *listen = cli_option(cli, "listen");
    return (struct server_options){.listen = listen ? listen : s->listen,
                                   .public_url = s->public_url[0] ? s->public_url : NULL,
                                   .threads = s->threads,
                                   .connection_limit = s->connection_limit,
                                   .idle_seconds = s->idle_seconds,
                                   .total_seconds = s->total_seconds,
                                   .texts = cli->texts,
                                   .collect = cli->collect,
                                   .store = cli->store,
                                   .surveys = s->surveys,
                                   .strategies = load_strategies(cli),
                                   .db = s->db,
                                   .keys = s->keys,
                                   .mailer = cli->mailer,
                                   .mails_per_minute = s->mails_per_minute};
}

void serving_block_signals(sigset_t *signals) {
    sigemptyset(signals);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

void serving_wait(struct cli *cli, const sigset_t *signals) {
    struct timespec hour = {HOUSEKEEPING_SECONDS, 0};
    do {
        struct day before = clock_add_days(clock_today(), -DRAFT_DAYS);
        if (cli->store && store_drop_old_drafts(cli->store, before) != RESULT_OK)
            log_event(LOG_WARNING, "housekeeping_failed", LOG_REASON, "drafts", -1);
        if (cli->collect && collect_end_periods(cli->collect, clock_today(), NULL) != RESULT_OK)
            log_event(LOG_WARNING, "housekeeping_failed", LOG_REASON, "retention", -1);
    } while (sigtimedwait(signals, NULL, &hour) < 0); /* also when interrupted: housekeeping is cheap */
}

static enum result serve_until_signal(struct cli *cli, const struct server_options *options, const char *key) {
    sigset_t signals;
    struct server *server;
    serving_block_signals(&signals);
    enum result result = server_start(&server, options, cli->findings);
    if (result != RESULT_OK)
        return result;
    if (cli->mailer)
        result = mailer_start(cli->mailer, options->public_url ? NULL : server_url(server));
    if (result == RESULT_OK) {
        struct control *control = cli->store ? control_start(cli) : NULL;
        cli_say(cli, key, "url", server_url(server));
        fflush(cli->out);
        serving_wait(cli, &signals);
        if (cli->mailer)
            mailer_stop(cli->mailer);
        control_stop(control);
    }
    server_stop(server);
    return result;
}

enum result run_serve(struct cli *cli) {
    struct mail_desk desk = {.own = NULL};
    enum result result = RESULT_OK;
    if (cli->settings->mail.server[0]) {
        result = cli_mail_open(cli, &desk);
        cli->mailer = result == RESULT_OK ? mailer_new(&desk.tools) : NULL;
    }
    struct server_options options = serving_options(cli);
    if (result == RESULT_OK)
        result = serve_until_signal(cli, &options, "said.serve_started");
    mailer_free(cli->mailer);
    cli_mail_close(&desk);
    return result;
}

enum result run_preview(struct cli *cli) {
    const struct instrument *instrument = NULL;
    enum result result = instrument_load(&instrument, cli_instrument_path(cli, cli->arguments[0]), cli->findings);
    if (result != RESULT_OK)
        return result;
    struct server_options options = serving_options(cli);
    options.preview = true;
    options.preview_instrument = instrument;
    options.collect = NULL;
    result = serve_until_signal(cli, &options, "said.preview_started");
    instrument_release(instrument);
    return result;
}
