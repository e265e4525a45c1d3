/* What backup, verify, restore and doctor share. */
#ifndef READINESS_CLI_CARE_H
#define READINESS_CLI_CARE_H

#include "cli/cli.h"
#include "store/care.h"

struct keys_found {
    size_t good, locked; /* opened a ballot; cannot, because that half was taken away */
};
/* Checks the key of every open wave. `missing_code` NULL: a key that is not there is a fault as any
 * other; else only a warning with this code. Faults are RESULT_INPUT. */
enum result cli_check_keys(const char *keys, const struct kept *kept, const char *missing_code,
                           struct keys_found *found, struct findings *findings) MUST_CHECK;

/* What verify and restore say of them. */
void cli_say_keys(struct cli *cli, const struct kept *kept, const struct keys_found *found);

#endif
