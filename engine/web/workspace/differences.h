/* What differs between what a wave began with and its instrument's file now, in words. */
#ifndef READINESS_WEB_DIFFERENCES_H
#define READINESS_WEB_DIFFERENCES_H

#include "instrument/compare.h"
#include "web/workspace/desk.h"

/* A sentence on what a change of this weight means for the next wave. */
void differences_write_meaning(struct desk *d, enum change change);
/* The list, heaviest first; a long one is cut, which is said. */
void differences_write(struct desk *d, const struct comparison *c);

#endif
