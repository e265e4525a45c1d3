/* What serve, preview and demo share: options from the settings, signals, waiting. */
#ifndef READINESS_CLI_SERVING_H
#define READINESS_CLI_SERVING_H

#include <signal.h>

#include "cli/cli.h"
#include "web/server.h"

struct server_options serving_options(struct cli *cli);
/* Before any thread is started: SIGINT and SIGTERM are waited for, not caught. */
void serving_block_signals(sigset_t *signals);
/* Until one comes; meanwhile removes old drafts. */
void serving_wait(struct cli *cli, const sigset_t *signals);

#endif
