/* serve and preview: run until SIGINT or SIGTERM. */
#include "cli/serving.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/moment.h"
#include "cli/control.h"
#include "cli/mailing.h"
#include "cli/presence.h"
#include "collect/retention.h"
#include "instrument/loader.h"
#include "store/care.h"
#include "store/engines.h"

enum { DRAFT_DAYS = 14, HOUSEKEEPING_SECONDS = 3600, HOUSEKEEPING_LEASE = 600 };
/* Everything has ended by then; what has not can be ended at any moment (a mail of which the server has not heard the
 * outcome, a report that somebody waits for, a command of another terminal). */
enum { STOP_SECONDS = 20 };

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
                                   .trusted_proxies = s->trusted_proxies,
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
                                   .hooks_allowed = s->hooks.allowed,
                                   .mailer = cli->mailer,
                                   .mails_per_minute = s->mails_per_minute};
}

void serving_block_signals(sigset_t *signals) {
    sigemptyset(signals);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is a full disk: said, not died of */
}

/* What one engine at a time does for all. */
static void keep_house_of_all(struct cli *cli, struct day today) {
    if (store_hold(cli->store, WORK_HOUSE, HOUSEKEEPING_LEASE) != RESULT_OK)
        return;
    if (store_drop_old_drafts(cli->store, clock_add_days(today, -DRAFT_DAYS)) != RESULT_OK)
        log_event(LOG_WARNING, "housekeeping_failed", LOG_REASON, "drafts", -1);
    if (cli->collect && collect_finish_waves(cli->collect, NULL) != RESULT_OK)
        log_event(LOG_WARNING, "housekeeping_failed", LOG_REASON, "cleaning", -1);
    if (cli->collect && collect_end_periods(cli->collect, today, NULL) != RESULT_OK)
        log_event(LOG_WARNING, "housekeeping_failed", LOG_REASON, "retention", -1);
    if (store_let_go(cli->store, WORK_HOUSE) != RESULT_OK)
        log_event(LOG_WARNING, "housekeeping_failed", LOG_REASON, "lease", -1);
}

static void keep_house(struct cli *cli) {
    const struct day today = clock_today();
    int64_t free_bytes;
    if (cli->store)
        keep_house_of_all(cli, today);
    if (cli->collect)
        collect_look_for_keys(cli->collect);
    if (cli->store && store_drop_copies(cli->store, clock_add_days(today, -COPY_DAYS)) != RESULT_OK)
        log_event(LOG_WARNING, "housekeeping_failed", LOG_REASON, "copies", -1);
    if (cli->store && (!store_is_well(cli->store, &free_bytes) || (free_bytes >= 0 && free_bytes < FREE_LITTLE)))
        log_event(LOG_WARNING, "database_in_danger", LOG_REASON, free_bytes < FREE_LITTLE ? "disk" : "database", -1);
    moment_sweep();
    log_event(LOG_DEBUG, "housekeeping_done", -1);
}

int serving_wait(struct cli *cli, const sigset_t *signals) {
    const struct timespec minute = {60, 0};
    struct presence presence = {.told = false};
    int64_t next = clock_monotonic();
    int signal_number;
    do { /* also when interrupted: it is cheap */
        presence_tell(cli, &presence);
        if (clock_monotonic() < next)
            continue;
        keep_house(cli);
        next = clock_monotonic() + HOUSEKEEPING_SECONDS * 1000LL;
        presence.told = false; /* again with the next minute, should another have taken us for dead */
    } while ((signal_number = sigtimedwait(signals, NULL, &minute)) < 0);
    return signal_number;
}

/* Ends the process when stopping takes longer than whoever asked for it waits. All that was acknowledged is on disk. */
static void *end_at_last(void *context) {
    const struct timespec end = {STOP_SECONDS, 0};
    (void)context;
    nanosleep(&end, NULL);
    log_event(LOG_WARNING, "stopped", LOG_REASON, "time_is_over", -1);
    _exit(RESULT_OK);
}

static void limit_stop(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, end_at_last, NULL) == 0)
        pthread_detach(thread);
}

/* From a terminal, the signal means that the terminal was closed. */
static void take_reload_signal(struct cli *cli, sigset_t *signals) {
    if (cli->terminal)
        return;
    sigaddset(signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
}

static enum result serve_until_signal(struct cli *cli, const struct server_options *options, const char *key) {
    sigset_t signals;
    struct server *server;
    serving_block_signals(&signals);
    take_reload_signal(cli, &signals);
    int lock = -1;
    enum result result = cli->store ? control_claim(cli, &lock) : RESULT_OK;
    if (result == RESULT_OK)
        result = server_start(&server, options, cli->findings);
    if (result != RESULT_OK) {
        if (lock >= 0)
            close(lock);
        return result;
    }
    if (cli->mailer)
        result = mailer_start(cli->mailer, options->public_url ? NULL : server_url(server));
    if (result == RESULT_OK) {
        struct control *control = cli->store ? control_start(cli) : NULL;
        struct hooks *hooks = cli->store ? hooks_start(cli->store, &cli->settings->hooks) : NULL;
        cli_say(cli, key, "url", server_url(server));
        fflush(cli->out);
        while (serving_wait(cli, &signals) == SIGHUP)
            serving_reload(cli, server, control);
        limit_stop();
        server_refuse(server);
        if (cli->mailer)
            mailer_stop(cli->mailer);
        hooks_stop(hooks);
        control_stop(control);
    }
    server_stop(server);
    if (lock >= 0)
        close(lock);
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

/* Is anything of the instrument for these people? */
static bool has_form(const struct instrument *instrument, enum audience audience) {
    for (size_t i = 0; i < instrument->n_pages; i++)
        if (page_is_for(&instrument->pages[i], audience))
            return true;
    return false;
}

/* Only addresses behind which there is a form. */
static const char *preview_started(const struct instrument *instrument) {
    return !has_form(instrument, AUDIENCE_ORGANISATION) ? "said.preview_started_staff"
           : !has_form(instrument, AUDIENCE_STAFF)      ? "said.preview_started_organisation"
                                                        : "said.preview_started";
}

enum result run_preview(struct cli *cli) {
    const struct instrument *instrument = NULL;
    const char *path = cli_instrument_path(cli, cli->arguments[0]);
    struct findings *found = findings_new();
    enum result result = instrument_load(&instrument, path, found);
    findings_write_coded(found, cli->texts, cli->language, cli->err); /* also warnings are said now, not at the end */
    findings_free(found);
    if (result != RESULT_OK)
        return result;
    char *whole = realpath(path, NULL);
    struct server_options options = serving_options(cli);
    options.preview = true;
    options.preview_instrument = instrument;
    options.preview_file = whole ? whole : path;
    options.collect = NULL;
    log_set_level(LOG_WARNING); /* who writes an instrument does not read a server's log */
    result = serve_until_signal(cli, &options, preview_started(instrument));
    free(whole);
    instrument_release(instrument);
    return result;
}
