/* SIGHUP: the settings are read again. */
#include <stdio.h>

#include "base/log.h"
#include "cli/control.h"
#include "cli/serving.h"

/* The sentence is for a terminal (readiness doctor); the log has its name and the line. */
static void log_findings(const struct findings *findings) {
    for (size_t i = 0; i < findings_total(findings); i++) {
        const struct finding *f = findings_at(findings, i);
        char line[12];
        snprintf(line, sizeof line, "%d", f->place.line);
        log_event(LOG_ERROR, "settings_refused", LOG_REASON, f->code, LOG_LINE, line, -1);
    }
}

static void log_waiting(void *context, const char *setting) {
    ++*(size_t *)context;
    log_event(LOG_WARNING, "setting_waits_for_restart", LOG_REASON, setting, -1);
}

void serving_reload(struct cli *cli, struct server *server, struct control *control) {
    /* in the process's own arena: whoever still uses the ones of before may go on doing so */
    struct settings *read = arena_alloc(cli->arena, sizeof *read), *now = arena_alloc(cli->arena, sizeof *now);
    struct findings *findings = findings_new();
    size_t waiting = 0;
    if (settings_load(read, cli->arena, cli->config, findings) != RESULT_OK) {
        log_findings(findings);
    } else {
        *now = *cli->settings;
        read->db = cli->settings->db; /* --db may have named another */
        settings_take_over(now, read, log_waiting, &waiting);
        cli->settings = now;
        control_use(control, now);
        server_change(server, now->total_seconds, now->mails_per_minute);
        cli_set_log_level(now->log);
        log_event(LOG_INFO, "settings_reloaded", -1);
    }
    findings_free(findings);
}
