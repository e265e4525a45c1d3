/* One process of this machine has the database; commands given meanwhile are run by it. A serving process listens on a
 * socket of the database's folder (mode 0600: the same user only); a command that finds the database in use sends its
 * words, its folder and its output streams there, and gets the exit status back. Where several engines share a database
 * each has a folder of its own. */
#ifndef READINESS_CLI_CONTROL_H
#define READINESS_CLI_CONTROL_H

#include <stdbool.h>

#include "cli/cli.h"

struct control;

/* The folder is this process's: RESULT_INPUT with the finding "folder_in_use" when another engine has it. *lock is to
 * be kept open; -1 where the database itself is locked. */
enum result control_claim(const struct cli *cli, int *lock) MUST_CHECK;
/* The serving side: answers until stopped, on threads of its own. `cli` is the server's. NULL when the socket cannot be
 * made (the server then serves without it). Stopping waits for the commands under way. */
struct control *control_start(const struct cli *cli);
void control_stop(struct control *control);
/* Commands that are asked for from now on run with these settings. */
void control_use(struct control *control, const struct settings *settings);

/* The asking side: nobody answers there; it was done, with this result; or whoever did it ended before saying how it
 * went, so that it must not be done again unasked. */
enum asked { ASKED_NOBODY, ASKED_DONE, ASKED_LOST };
enum asked control_ask(const char *db, int argc, char *const *argv, enum result *result);

#endif
