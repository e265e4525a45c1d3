/* Who did what in the workspace, the newest first, a hundred on a page; kept for twelve months. Never an answer, a link
 * or a respondent. */
#include <stdlib.h>
#include <string.h>

#include "web/workspace/desk.h"
#include "web/workspace/workspace.h"

enum { ON_A_PAGE = 100, OBJECT_MAX = 300, KEY_MAX = 40 };

struct shown {
    const char *about; /* one object and what is inside it; "": all */
    struct audit *lines;
    size_t n;
    bool has_older, has_newer;
};

/* An act without words in the texts is shown as it was written. */
static const char *act_words(struct desk *d, const char *act) {
    const char *key = arena_printf(d->arena, "audit.%s", act);
    const char *words = texts_get(d->screen.texts, d->screen.words, key);
    return strcmp(words, key) == 0 ? act : words;
}

/* "1798621200-3": where a page ends, in an address. */
static bool read_key(struct desk *d, const char *name, int64_t *time, long *number) {
    const struct str text = str_of(desk_asked(d, name, KEY_MAX));
    struct str rest = text, part;
    long seconds;
    if (!str_split(&rest, '-', &part) || !str_to_long(part, &seconds) || !str_to_long(rest, number))
        return false;
    *time = seconds;
    return true;
}

/* One line more than the page holds says whether there is another page. */
static enum result read_newer(struct desk *d, struct shown *s, int64_t time, long number) {
    const char *about = *s->about ? s->about : NULL;
    const enum result result =
        store_list_audit_from(d->store, d->arena, about, time, number, true, ON_A_PAGE + 1, &s->lines, &s->n);
    if (result != RESULT_OK || s->n <= ON_A_PAGE)
        return result;
    s->lines++;
    s->n--;
    s->has_newer = s->has_older = true;
    return RESULT_OK;
}

static enum result read_lines(struct desk *d, struct shown *s) {
    const char *about = *s->about ? s->about : NULL;
    int64_t time = INT64_MAX;
    long number = 0;
    if (read_key(d, "after", &time, &number)) {
        const enum result result = read_newer(d, s, time, number);
        if (result != RESULT_OK || s->has_newer)
            return result;
        time = INT64_MAX; /* what is left fits on the first page */
    } else {
        s->has_newer = read_key(d, "before", &time, &number);
    }
    const enum result result =
        store_list_audit_from(d->store, d->arena, about, time, number, false, ON_A_PAGE + 1, &s->lines, &s->n);
    s->has_older = s->n > ON_A_PAGE;
    s->n -= s->has_older;
    return result;
}

/* Leads to all about the assessment (or the account) that it names first. */
static void write_object(struct desk *d, const struct shown *s, const char *object) {
    struct html *h = &d->screen.html;
    const char *first = arena_copy(d->arena, object, strcspn(object, "/"));
    desk_cell_open(d);
    if (*first && strcmp(first, s->about) != 0) {
        html_markup(h, "<a");
        html_path(h, "href", "/audit?about=", first);
        html_end(h);
        desk_text(d, object);
        html_markup(h, "</a>");
    } else {
        desk_text(d, object);
    }
    desk_cell_close(d);
}

static const char *who(struct desk *d, const struct audit *a) {
    if (strcmp(a->account, AUDIT_SERVER) == 0)
        return desk_words(d, "audit_server");
    if (*a->account)
        return a->account;
    return desk_words(d, strcmp(a->act, "sign_in_failed") == 0 ? "audit_nobody" : "audit_command_line");
}

static void write_table(struct desk *d, const struct shown *s) {
    desk_table_open(d, "audit_caption");
    desk_table_head(d, "audit_time", false);
    desk_table_head(d, "audit_who", false);
    desk_table_head(d, "audit_act", false);
    desk_table_head(d, "audit_object", false);
    for (size_t i = 0; i < s->n; i++) {
        desk_row_open(d);
        desk_cell(d, desk_time(d, s->lines[i].time));
        desk_cell(d, who(d, &s->lines[i]));
        desk_cell(d, act_words(d, s->lines[i].act));
        write_object(d, s, s->lines[i].object);
        desk_row_close(d);
    }
    desk_table_close(d);
}

static void write_turn(struct desk *d, const struct shown *s, const char *name, const struct audit *at,
                       const char *key) {
    html_markup(&d->screen.html, "<p>");
    desk_link(d,
              arena_printf(d->arena, "/audit?%s=%lld-%ld%s%s", name, (long long)at->time, at->number,
                           *s->about ? "&about=" : "", desk_path(d, s->about, NULL) + 1),
              desk_words(d, key));
    html_markup(&d->screen.html, "</p>");
}

void audit_show(struct desk *d) {
    struct shown s = {.about = desk_asked(d, "about", OBJECT_MAX)};
    if (read_lines(d, &s) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    desk_open(d, 200, desk_words(d, "audit_title"), TAB_NONE);
    desk_paragraph(d, "audit_explain");
    if (*s.about) {
        html_markup(&d->screen.html, "<p>");
        desk_text(d, desk_fill(d, "audit_about", "object", s.about, NULL));
        html_markup(&d->screen.html, " ");
        desk_link(d, "/audit", desk_words(d, "audit_all"));
        html_markup(&d->screen.html, "</p>");
    }
    if (s.n == 0)
        desk_empty(d, "audit_empty", NULL, NULL);
    else
        write_table(d, &s);
    if (s.has_newer && s.n)
        write_turn(d, &s, "after", &s.lines[0], "audit_newer");
    if (s.has_older)
        write_turn(d, &s, "before", &s.lines[s.n - 1], "audit_older");
    desk_close(d);
}
