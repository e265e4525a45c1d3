/* The recovery sheet: an open wave's key, to be printed and put into a safe. Without its key a wave's answers are lost.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "collect/collect.h"
#include "store/care.h"
#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

/* A path as it is from anywhere: behind a scheme ("sqlite:") or without one. */
static const char *whole_path(struct desk *d, const char *path) {
    const char *colon = strchr(path, ':');
    const char *rest = colon ? colon + 1 : path;
    char *whole = strncmp(path, "postgresql:", 11) == 0 ? NULL : realpath(rest, NULL);
    const char *text =
        whole ? arena_printf(d->arena, "%.*s%s", (int)(rest - path), path, whole) : arena_string(d->arena, path);
    free(whole);
    return text;
}

/* As one word of a shell's command line. */
static const char *quoted(struct desk *d, const char *word) {
    struct buf out = BUF_INIT;
    if (*word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:-") == strlen(word))
        return word;
    buf_char(&out, '\'');
    for (const char *c = word; *c; c++)
        buf_bytes(&out, *c == '\'' ? "'\\''" : c, *c == '\'' ? 4 : 1);
    buf_char(&out, '\'');
    const char *text = arena_copy(d->arena, out.p, out.n);
    buf_free(&out);
    return text;
}

/* All that is needed to use this sheet without looking anything up. */
static void write_command(struct desk *d, const struct wave *w) {
    struct html *h = &d->screen.html;
    const struct web *web = d->request->web;
    html_markup(h, "<pre dir=ltr class=command>");
    html_text(h, arena_printf(d->arena, "READINESS_DATA_KEYS=%s readiness --db %s wave recover %s sheet.txt --wave %s",
                              quoted(d, whole_path(d, web->keys)),
                              quoted(d, whole_path(d, store_address(d->arena, web->db))), quoted(d, d->assessment.name),
                              quoted(d, w->label)));
    html_markup(h, "</pre>");
}

/* Not on paper. */
static void write_way_to_lock(struct desk *d, const struct wave *w) {
    struct html *h = &d->screen.html;
    html_markup(h, "<div class=screen-only><h2>");
    desk_say(d, "setup_lock_title");
    html_markup(h, "</h2>");
    desk_paragraph(d, "setup_lock_why");
    html_markup(h, "<p>");
    desk_link(d, setup_path(d, "waves", arena_printf(d->arena, "%d", w->number), "lock"), desk_words(d, "setup_lock"));
    html_markup(h, "</p></div>");
}

void wave_sheet_show(struct desk *d) {
    struct html *h = &d->screen.html;
    struct wave w;
    const char *sheet;
    if (!setup_wave(d, &w))
        return;
    if (w.state != WAVE_OPEN || collect_is_locked(d->collect, &w)) {
        desk_redirect(d, setup_path(d, "waves"), NULL, NULL);
        return;
    }
    if (collect_recovery_sheet(d->collect, &w, d->arena, &sheet, d->findings) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    desk_audit_inside(d, "recovery_sheet_shown", w.label, NULL);
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
    write_command(d, &w);
    desk_paragraph(d, "setup_sheet_destroy");
    write_way_to_lock(d, &w);
    desk_close_bare(d);
}
