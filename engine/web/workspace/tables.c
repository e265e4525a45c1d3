/* Tables of the workspace. */
#include <string.h>

#include "web/workspace/desk.h"

/* Rows are laid out as cards on narrow screens, and browsers then forget that this is a table: so every part says in
 * its role what it is. The box around it scrolls where even that is too wide, and by keyboard too, so it has a name and
 * can have the focus. */
void desk_table_open(struct desk *d, const char *caption_key) {
    struct html *h = &d->screen.html;
    d->state.tables++;
    html_markup(h, "<div class=table role=region tabindex=0");
    html_attribute(h, "aria-labelledby", arena_printf(d->arena, "table-%d", d->state.tables));
    html_markup(h, "><table role=table><caption");
    html_attribute(h, "id", arena_printf(d->arena, "table-%d", d->state.tables));
    html_end(h);
    desk_say(d, caption_key);
    html_markup(h, "</caption>");
    d->state.in_head = false;
    d->state.in_body = false;
    d->state.n_heads = 0;
}

static void head_open(struct desk *d, const char *label_key, bool number) {
    struct html *h = &d->screen.html;
    if (!d->state.in_head) {
        html_markup(h, "<thead role=rowgroup><tr role=row");
        html_attribute(h, "data-label", desk_words(d, "setup_sort_by"));
        html_end(h);
    }
    d->state.in_head = true;
    if (d->state.n_heads < DESK_COLUMNS_MAX)
        d->state.heads[d->state.n_heads++] = desk_words(d, label_key);
    html_markup(h, "<th scope=col role=columnheader");
    if (number)
        html_markup(h, " class=number");
}

void desk_table_head(struct desk *d, const char *label_key, bool number) {
    struct html *h = &d->screen.html;
    head_open(d, label_key, number);
    html_end(h);
    desk_say(d, label_key);
    html_markup(h, "</th>");
}

void desk_table_head_sort(struct desk *d, const char *label_key, bool number, const char *column) {
    struct html *h = &d->screen.html;
    bool down;
    const bool sorted = strcmp(desk_sorting(d, "", &down), column) == 0;
    head_open(d, label_key, number);
    if (sorted)
        html_attribute(h, "aria-sort", down ? "descending" : "ascending");
    html_markup(h, "><a");
    html_attribute(h, "href",
                   desk_query(d, "q", desk_asked(d, "q", DESK_SEARCH_MAX), "sort",
                              arena_printf(d->arena, "%s%s", sorted && !down ? "-" : "", column), NULL));
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
        html_markup(&d->screen.html, "<tbody role=rowgroup>");
    d->state.in_body = true;
}

void desk_row_open(struct desk *d) {
    end_head(d);
    d->state.column = 0;
    html_markup(&d->screen.html, "<tr role=row>");
}

void desk_row_close(struct desk *d) {
    html_markup(&d->screen.html, "</tr>");
}

/* A cell that names its row, or one with the head of its column for where that is out of sight. `class` may be NULL. */
static void begin_cell(struct desk *d, const char *class) {
    struct html *h = &d->screen.html;
    const int column = d->state.column++;
    if (column == 0)
        html_markup(h, "<th scope=row role=rowheader");
    else
        html_markup(h, "<td role=cell");
    if (class)
        html_attribute(h, "class", class);
    if (column < d->state.n_heads)
        html_attribute(h, "data-label", d->state.heads[column]);
    html_end(h);
}

static void end_cell(struct desk *d) {
    struct html *h = &d->screen.html;
    if (d->state.column == 1)
        html_markup(h, "</th>");
    else
        html_markup(h, "</td>");
}

/* What a cell holds may be several things: they stay together in one box, beside the head. */
void desk_cell_open(struct desk *d) {
    begin_cell(d, NULL);
    html_markup(&d->screen.html, "<div>");
}

void desk_cell_number_open(struct desk *d) {
    begin_cell(d, "number");
    html_markup(&d->screen.html, "<div>");
}

void desk_cell_close(struct desk *d) {
    html_markup(&d->screen.html, "</div>");
    end_cell(d);
}

void desk_cell(struct desk *d, const char *text) {
    begin_cell(d, NULL);
    html_text(&d->screen.html, text);
    end_cell(d);
}

void desk_cell_number(struct desk *d, const char *text) {
    begin_cell(d, "number");
    html_text(&d->screen.html, text);
    end_cell(d);
}

void desk_table_close(struct desk *d) {
    end_head(d);
    html_markup(&d->screen.html, "</tbody></table></div>");
}
