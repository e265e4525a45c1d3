/* The recovery sheet: an open wave's key, to be printed and put into a safe. Without its key a wave's answers are lost.
 */
#include "base/clock.h"
#include "collect/collect.h"
#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

void wave_sheet_show(struct desk *d) {
    struct html *h = &d->screen.html;
    struct wave w;
    const char *sheet;
    if (!setup_wave(d, &w))
        return;
    if (w.state != WAVE_OPEN) {
        desk_redirect(d, setup_path(d, "waves"), NULL, NULL);
        return;
    }
    if (collect_recovery_sheet(d->collect, &w, d->arena, &sheet, d->findings) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    desk_audit(d, "recovery_sheet_shown", d->assessment.name);
    desk_style(d, "setup.css");
    desk_open_bare(d, desk_words(d, "setup_sheet_title"), d->screen.words);
    html_markup(h, "<p class=screen-only>");
    desk_link(d, setup_path(d, "waves"), desk_words(d, "setup_back_to_waves"));
    html_markup(h, "</p><h1>");
    desk_say(d, "setup_sheet_title");
    html_markup(h, "</h1>");
    setup_facts_open(d);
    setup_fact(d, "setup_assessment", d->assessment.title);
    setup_fact(d, "setup_wave", w.label);
    setup_fact(d, "setup_wave_opened", desk_day(d, w.opened));
    setup_facts_close(d);
    desk_paragraph(d, "setup_sheet_explain");
    html_markup(h, "<pre class=key dir=ltr>");
    html_text(h, sheet);
    html_markup(h, "</pre>");
    desk_paragraph(d, "setup_sheet_use");
    desk_paragraph(d, "setup_sheet_destroy");
    desk_close_bare(d);
}
