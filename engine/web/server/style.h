/* The style sheet as it goes over the wire: without comments and needless blanks, under a name made of its content. */
#ifndef READINESS_WEB_STYLE_H
#define READINESS_WEB_STYLE_H

#include "base/arena.h"
#include "web/server/request.h"

/* From the built-in file; everything lies in the arena. */
struct asset style_make(struct arena *arena);

/* The text without comments, line ends and blanks that mean nothing in CSS; exposed for the test. */
struct str style_squeeze(struct arena *arena, struct str css);

#endif
