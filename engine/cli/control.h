/* One process has the database; commands given meanwhile are run by it. A serving process listens on a socket of the
 * database's folder (mode 0600: the same user only); a command that finds the database in use sends its words, its
 * folder and its output streams there, and gets the exit status back. */
#ifndef READINESS_CLI_CONTROL_H
#define READINESS_CLI_CONTROL_H

#include <stdbool.h>

#include "cli/cli.h"

struct control;

/* The serving side: answers until stopped, on threads of its own. `cli` is the server's. NULL when the socket cannot be
 * made (the server then serves without it). Stopping waits for the commands under way. */
struct control *control_start(const struct cli *cli);
void control_stop(struct control *control);
/* Commands that are asked for from now on run with these settings. */
void control_use(struct control *control, const struct settings *settings);

/* The asking side. False when nobody answers there. */
bool control_ask(const char *db, int argc, char *const *argv, enum result *result);

#endif
