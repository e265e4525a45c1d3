/* Who did what in the workspace, the newest first; kept for twelve months. Never an answer, a link or a respondent. */
#include <string.h>

#include "web/workspace/desk.h"
#include "web/workspace/workspace.h"

enum { MOST = 500, OBJECT_MAX = 120 };

/* An act without words in the texts is shown as it was written. */
static const char *act_words(struct desk *d, const char *act) {
    const char *key = arena_printf(d->arena, "audit.%s", act);
    const char *words = texts_get(d->screen.texts, d->screen.words, key);
    return strcmp(words, key) == 0 ? act : words;
}

static void write_row(struct desk *d, const struct audit *a) {
    desk_row_open(d);
    desk_cell(d, desk_time(d, a->time));
    desk_cell(d, *a->account ? a->account : desk_words(d, "audit_command_line"));
    desk_cell(d, act_words(d, a->act));
    desk_cell(d, a->object);
    desk_row_close(d);
}

void audit_show(struct desk *d) {
    const char *about = desk_asked(d, "about", OBJECT_MAX);
    struct audit *lines;
    size_t n;
    if (store_list_audit(d->store, d->arena, *about ? about : NULL, MOST, &lines, &n) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    desk_open(d, 200, desk_words(d, "audit_title"), TAB_NONE);
    desk_paragraph(d, "audit_explain");
    if (*about) {
        html_markup(&d->screen.html, "<p>");
        desk_text(d, desk_fill(d, "audit_about", "object", about, NULL));
        html_markup(&d->screen.html, " ");
        desk_link(d, "/audit", desk_words(d, "audit_all"));
        html_markup(&d->screen.html, "</p>");
    }
    if (n == 0) {
        desk_empty(d, "audit_empty", NULL, NULL);
        desk_close(d);
        return;
    }
    desk_table_open(d, "audit_caption");
    desk_table_head(d, "audit_time", false);
    desk_table_head(d, "audit_who", false);
    desk_table_head(d, "audit_act", false);
    desk_table_head(d, "audit_object", false);
    for (size_t i = 0; i < n; i++)
        write_row(d, &lines[i]);
    desk_table_close(d);
    desk_close(d);
}
