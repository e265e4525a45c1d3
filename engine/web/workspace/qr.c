#include "web/workspace/qr.h"

#include <qrencode.h>
#include <string.h>

enum { QUIET_ZONE = 4 /* modules on each side, as ISO/IEC 18004 asks for */ };

/* All dark modules as one path: each run of a row is a rectangle of height 1. */
static void draw(struct buf *path, const QRcode *code) {
    for (int y = 0; y < code->width; y++) {
        const unsigned char *row = code->data + (size_t)y * (size_t)code->width;
        for (int x = 0, end; x < code->width; x = end + 1) {
            end = x;
            while (end < code->width && row[end] & 1)
                end++;
            if (end > x)
                buf_printf(path, "M%d %dh%dv1h-%dz", x + QUIET_ZONE, y + QUIET_ZONE, end - x, end - x);
        }
    }
}

bool qr_write(struct html *h, struct arena *arena, const char *text, const char *title, const char *description) {
    QRcode *code = QRcode_encodeData((int)strlen(text), (const unsigned char *)text, 0, QR_ECLEVEL_M);
    if (!code)
        return false;
    struct buf path = BUF_INIT;
    draw(&path, code);
    html_markup(h, "<svg class=qr role=img xmlns=\"http://www.w3.org/2000/svg\" shape-rendering=crispEdges");
    html_attribute(h, "viewBox",
                   arena_printf(arena, "0 0 %d %d", code->width + 2 * QUIET_ZONE, code->width + 2 * QUIET_ZONE));
    html_markup(h, "><title>");
    html_text(h, title);
    html_markup(h, "</title>");
    if (description) {
        html_markup(h, "<desc>");
        html_text(h, description);
        html_markup(h, "</desc>");
    }
    html_markup(h, "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><path fill=\"#000\"");
    html_attribute_str(h, "d", buf_view(&path));
    html_markup(h, "/></svg>");
    buf_free(&path);
    QRcode_free(code);
    return true;
}
