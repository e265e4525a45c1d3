/* Style sheets and scripts as they go over the wire, each under a name made of its content. */
#ifndef READINESS_WEB_STYLE_H
#define READINESS_WEB_STYLE_H

#include "base/arena.h"
#include "web/server/request.h"

/* All built-in files of engine/web/assets/: style sheets squeezed, scripts as they are. In the arena. */
const struct asset *style_make_assets(struct arena *arena, size_t *n);

/* The text without comments, line ends and blanks that mean nothing in CSS; exposed for the test. */
struct str style_squeeze(struct arena *arena, struct str css);

#endif
