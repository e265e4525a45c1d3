/* What differs between what a wave began with and its instrument's file now, in words. */
#include "web/workspace/differences.h"

enum { DIFFERENCES_SHOWN = 30, SHOWN_OF_TEXT = 160 };

static const char *shortened(struct desk *d, const char *text) {
    const struct str whole = str_of(text), cut = utf8_cut(whole, SHOWN_OF_TEXT);
    return cut.n == whole.n ? text : arena_printf(d->arena, "%.*s…", (int)cut.n, cut.p);
}

static const char *change_key(struct desk *d, const char *prefix, enum change change) {
    static const char *const names[] = {"none", "wording", "additive", "breaking"};
    return arena_printf(d->arena, "%s_%s", prefix, names[change]);
}

static void write_difference(struct desk *d, const struct difference *x) {
    struct html *h = &d->screen.html;
    html_markup(h, "<li><b>");
    desk_say(d, change_key(d, "see_change", x->change));
    html_markup(h, "</b> ");
    html_text(h, desk_fill(d, arena_printf(d->arena, "see_diff_%s", x->code), "subject", x->subject, "was",
                           shortened(d, x->was), "is", shortened(d, x->is), NULL));
    html_markup(h, "</li>");
}

void differences_write_meaning(struct desk *d, enum change change) {
    desk_say(d, change_key(d, "see_means", change));
}

void differences_write(struct desk *d, const struct comparison *c) {
    struct html *h = &d->screen.html;
    html_markup(h, "<ul>");
    for (size_t i = 0; i < c->n && i < DIFFERENCES_SHOWN; i++)
        write_difference(d, &c->list[i]);
    html_markup(h, "</ul>");
    if (c->n > DIFFERENCES_SHOWN)
        desk_paragraph(d, "see_differences_more");
}
