/* QR codes as inline SVG. */
#ifndef READINESS_WEB_QR_H
#define READINESS_WEB_QR_H

#include <stdbool.h>

#include "base/arena.h"
#include "web/html.h"

/* Writes the QR code of `text` (up to some 2,000 bytes), black on white whatever the colours of the page, with its
 * quiet zone, a title and, where not NULL, a description for those who do not see it. The page's style gives it its
 * size, by the class "qr". False, with nothing written, when the text is too long. */
bool qr_write(struct html *h, struct arena *arena, const char *text, const char *title, const char *description);

#endif
