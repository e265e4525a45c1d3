/* The organisations of an assessment. */
#include <stdlib.h>
#include <string.h>

#include "base/letters.h"
#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

struct row {
    struct organisation o;
    int people;
};

static int by_name(const void *a, const void *b) {
    const struct row *x = a, *y = b;
    const int order = letters_compare(x->o.name, y->o.name);
    return order != 0 ? order : strcmp(x->o.code, y->o.code);
}

static int by_code(const void *a, const void *b) {
    return letters_compare(((const struct row *)a)->o.code, ((const struct row *)b)->o.code);
}

static int by_parent(const void *a, const void *b) {
    const int order = letters_compare(((const struct row *)a)->o.parent, ((const struct row *)b)->o.parent);
    return order != 0 ? order : by_name(a, b);
}

static int by_people(const void *a, const void *b) {
    const int order = ((const struct row *)a)->people - ((const struct row *)b)->people;
    return order != 0 ? order : by_name(a, b);
}

static int by_headcount(const void *a, const void *b) {
    const int order = ((const struct row *)a)->o.headcount - ((const struct row *)b)->o.headcount;
    return order != 0 ? order : by_name(a, b);
}

static void sort(struct desk *d, struct row *rows, size_t n) {
    bool down;
    const char *column = desk_sorting(d, "name", &down);
    qsort(rows, n, sizeof *rows,
          strcmp(column, "code") == 0        ? by_code
          : strcmp(column, "parent") == 0    ? by_parent
          : strcmp(column, "people") == 0    ? by_people
          : strcmp(column, "headcount") == 0 ? by_headcount
                                             : by_name);
    for (size_t i = 0; down && i < n / 2; i++) {
        const struct row swapped = rows[i];
        rows[i] = rows[n - 1 - i];
        rows[n - 1 - i] = swapped;
    }
}

static void write_table(struct desk *d, const struct row *rows, size_t n) {
    desk_table_open(d, "setup_organisations_table");
    desk_table_head_sort(d, "setup_name", false, "name");
    desk_table_head_sort(d, "setup_code", false, "code");
    desk_table_head_sort(d, "setup_parent", false, "parent");
    desk_table_head(d, "setup_language", false);
    desk_table_head_sort(d, "setup_headcount", true, "headcount");
    desk_table_head_sort(d, "setup_people", true, "people");
    for (size_t i = 0; i < n; i++) {
        const struct organisation *o = &rows[i].o;
        desk_row_open(d);
        desk_cell_open(d);
        desk_link(d, setup_path(d, "organisations", o->code), o->name);
        desk_cell_close(d);
        desk_cell(d, o->code);
        desk_cell(d, o->parent);
        desk_cell(d, o->language[0] ? texts_language_name(d->screen.texts, o->language) : "");
        desk_cell_number(d, o->headcount >= 0 ? desk_number(d, o->headcount, 0) : "");
        desk_cell_number(d, desk_number(d, rows[i].people, 0));
        desk_row_close(d);
    }
    desk_table_close(d);
}

/* People come ordered by organisation, organisations are few: one pass over both. */
static void count_people(struct row *rows, size_t n, const struct person *people, size_t n_people) {
    size_t at = 0;
    for (size_t p = 0; p < n_people && n; p++) {
        for (size_t tries = 0; tries < n && strcmp(rows[at].o.code, people[p].organisation) != 0; tries++)
            at = (at + 1) % n;
        rows[at].people += strcmp(rows[at].o.code, people[p].organisation) == 0;
    }
}

void organisations_show(struct desk *d) {
    struct organisation *list;
    struct person *people;
    size_t n, n_people;
    if (store_list_organisations(d->store, d->arena, d->assessment.id, &list, &n) != RESULT_OK ||
        store_list_people(d->store, d->arena, d->assessment.id, &people, &n_people) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    struct row *rows = arena_array(d->arena, n + 1, sizeof *rows);
    for (size_t i = 0; i < n; i++)
        rows[i].o = list[i];
    count_people(rows, n, people, n_people);
    setup_open(d, 200, desk_words(d, "setup_organisations"), TAB_ORGANISATIONS);
    if (n) {
        setup_buttons_open(d);
        desk_link_button(d, setup_path(d, "organisations", "import"), "setup_import");
        desk_link(d, setup_path(d, "organisations", "add"), desk_words(d, "setup_organisation_add"));
        setup_buttons_close(d);
        sort(d, rows, n);
        write_table(d, rows, n);
    } else {
        desk_empty(d, "setup_organisations_empty", setup_path(d, "organisations", "import"), "setup_import");
        html_markup(&d->screen.html, "<p>");
        desk_link(d, setup_path(d, "organisations", "add"), desk_words(d, "setup_organisation_add"));
        html_markup(&d->screen.html, "</p>");
    }
    desk_close(d);
}
