/* Tables of the workspace. */
#include <string.h>

#include "web/workspace/desk.h"

/* The box around a table scrolls on narrow screens, and by keyboard too, so it has a name and can have the focus. */
void desk_table_open(struct desk *d, const char *caption_key) {
    struct html *h = &d->screen.html;
    d->state.tables++;
    html_markup(h, "<div class=table role=region tabindex=0");
    html_attribute(h, "aria-labelledby", arena_printf(d->arena, "table-%d", d->state.tables));
    html_markup(h, "><table><caption");
    html_attribute(h, "id", arena_printf(d->arena, "table-%d", d->state.tables));
    html_end(h);
    desk_say(d, caption_key);
    html_markup(h, "</caption>");
    d->state.in_head = false;
    d->state.in_body = false;
}

static void head_open(struct desk *d, bool number) {
    struct html *h = &d->screen.html;
    if (!d->state.in_head)
        html_markup(h, "<thead><tr>");
    d->state.in_head = true;
    html_markup(h, "<th scope=col");
    if (number)
        html_markup(h, " class=number");
}

void desk_table_head(struct desk *d, const char *label_key, bool number) {
    struct html *h = &d->screen.html;
    head_open(d, number);
    html_end(h);
    desk_say(d, label_key);
    html_markup(h, "</th>");
}

void desk_table_head_sort(struct desk *d, const char *label_key, bool number, const char *column) {
    struct html *h = &d->screen.html;
    bool down;
    const bool sorted = strcmp(desk_sorting(d, "", &down), column) == 0;
    head_open(d, number);
    if (sorted)
        html_attribute(h, "aria-sort", down ? "descending" : "ascending");
    html_markup(h, "><a");
    html_attribute(h, "href", arena_printf(d->arena, "?sort=%s%s", sorted && !down ? "-" : "", column));
    html_end(h);
    desk_say(d, label_key);
    if (sorted)
        html_text(h, down ? " ↓" : " ↑");
    html_markup(h, "</a></th>");
}

const char *desk_sorting(struct desk *d, const char *first, bool *down) {
    const char *asked = desk_asked(d, "sort", 40);
    *down = asked[0] == '-';
    if (!asked[*down])
        return first;
    return asked + *down;
}

static void end_head(struct desk *d) {
    if (d->state.in_head)
        html_markup(&d->screen.html, "</tr></thead>");
    d->state.in_head = false;
    if (!d->state.in_body)
        html_markup(&d->screen.html, "<tbody>");
    d->state.in_body = true;
}

void desk_row_open(struct desk *d) {
    end_head(d);
    d->state.column = 0;
    html_markup(&d->screen.html, "<tr>");
}

void desk_row_close(struct desk *d) {
    html_markup(&d->screen.html, "</tr>");
}

void desk_cell_open(struct desk *d) {
    struct html *h = &d->screen.html;
    if (d->state.column++ == 0)
        html_markup(h, "<th scope=row>");
    else
        html_markup(h, "<td>");
}

void desk_cell_close(struct desk *d) {
    struct html *h = &d->screen.html;
    if (d->state.column == 1)
        html_markup(h, "</th>");
    else
        html_markup(h, "</td>");
}

void desk_cell(struct desk *d, const char *text) {
    desk_cell_open(d);
    html_text(&d->screen.html, text);
    desk_cell_close(d);
}

void desk_cell_number(struct desk *d, const char *text) {
    struct html *h = &d->screen.html;
    d->state.column++;
    html_markup(h, "<td class=number>");
    html_text(h, text);
    html_markup(h, "</td>");
}

void desk_table_close(struct desk *d) {
    end_head(d);
    html_markup(&d->screen.html, "</tbody></table></div>");
}
