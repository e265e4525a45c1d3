/* What a serving process tells the other engines of its database about itself. */
#ifndef READINESS_CLI_PRESENCE_H
#define READINESS_CLI_PRESENCE_H

#include "cli/cli.h"

struct presence {
    bool told;
    uint8_t instruments[32]; /* as told */
};
/* Who we are and which instruments we have: when it was not told yet, and when the instruments have changed, which the
 * log says too. Nothing without a store, or where nobody else can have the database. */
void presence_tell(struct cli *cli, struct presence *p);

#endif
