/* What serve, preview and demo share: options from the settings, signals, waiting. */
#ifndef READINESS_CLI_SERVING_H
#define READINESS_CLI_SERVING_H

#include <signal.h>

#include "cli/cli.h"
#include "web/server.h"

struct server_options serving_options(struct cli *cli);
/* Before any thread is started: SIGINT and SIGTERM are waited for, not caught. */
void serving_block_signals(sigset_t *signals);
/* Until one comes; meanwhile removes what is kept no longer, once an hour. The signal. */
int serving_wait(struct cli *cli, const sigset_t *signals);

/* Reads the settings again, for SIGHUP: a running server takes over those that are marked so in the table, says in the
 * log which others wait for the next start, and goes on as before when the file is not in order (cli/reload.c). */
struct control;
void serving_reload(struct cli *cli, struct server *server, struct control *control);

#endif
