/* What backup, verify, restore and doctor share. */
#ifndef READINESS_CLI_CARE_H
#define READINESS_CLI_CARE_H

#include "cli/cli.h"
#include "store/care.h"

/* Checks the key of every open wave; *good of them are. `missing_code` NULL: a key that is not there is a fault as any
 * other; else only a warning with this code. Faults are RESULT_INPUT. */
enum result cli_check_keys(const char *keys, const struct kept *kept, const char *missing_code, size_t *good,
                           struct findings *findings) MUST_CHECK;

#endif
