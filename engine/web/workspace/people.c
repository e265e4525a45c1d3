/* The people of an assessment: a list that is searched and leafed through, for thousands. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/letters.h"
#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

enum { PAGE_SIZE = 50, SORT_MAX = 40 };

struct row {
    const struct person *person;
    const char *organisation; /* its name */
};

static const char *organisation_name(const struct organisation *list, size_t n, const char *code) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].code, code) == 0)
            return list[i].name;
    return code;
}

static const char *contact_words(struct desk *d, enum contact contact) {
    return contact == CONTACT_OPTED_OUT ? desk_words(d, "setup_contact_opted_out")
           : contact == CONTACT_BOUNCED ? desk_words(d, "setup_contact_bounced")
                                        : "";
}

static void write_search(struct desk *d, const char *sought) {
    struct html *h = &d->screen.html;
    html_markup(h, "<form method=get role=search class=search");
    html_attribute(h, "action", setup_path(d, "people"));
    html_markup(h, "><label for=q>");
    desk_say(d, "setup_search");
    html_markup(h, "</label><input id=q name=q type=search maxlength=100");
    html_attribute(h, "value", sought);
    html_markup(h, "><button class=second>");
    desk_say(d, "setup_search_do");
    html_markup(h, "</button></form>");
}

/* Addresses of the pages before and after: the search and the order are kept. */
static void write_page_link(struct desk *d, const char *sought, long page, const char *key) {
    html_markup(&d->screen.html, " ");
    desk_link(d,
              desk_query(d, "q", sought, "sort", desk_asked(d, "sort", SORT_MAX), "page",
                         arena_printf(d->arena, "%ld", page), NULL),
              desk_words(d, key));
}

static void write_leafing(struct desk *d, const char *sought, long page, size_t found) {
    struct html *h = &d->screen.html;
    const long pages = (long)((found + PAGE_SIZE - 1) / PAGE_SIZE);
    if (pages <= 1)
        return;
    html_markup(h, "<nav class=pages");
    html_attribute(h, "aria-label", desk_words(d, "setup_pages"));
    html_end(h);
    desk_text(d, desk_fill(d, "setup_page_of", "n", desk_number(d, (double)page, 0), "of",
                           desk_number(d, (double)pages, 0), NULL));
    if (page > 1)
        write_page_link(d, sought, page - 1, "setup_page_before");
    if (page < pages)
        write_page_link(d, sought, page + 1, "setup_page_after");
    html_markup(h, "</nav>");
}

static void write_table(struct desk *d, const struct row *rows, size_t n) {
    struct html *h = &d->screen.html;
    desk_table_open(d, "setup_people_table");
    desk_table_head_sort(d, "setup_email", false, "email");
    desk_table_head_sort(d, "setup_name", false, "name");
    desk_table_head_sort(d, "setup_organisation", false, "organisation");
    desk_table_head_sort(d, "setup_unit", false, "unit");
    desk_table_head_sort(d, "setup_language", false, "language");
    for (size_t i = 0; i < n; i++) {
        const struct person *p = rows[i].person;
        desk_row_open(d);
        desk_cell_open(d);
        desk_link(d, setup_path(d, "people", setup_hex(d, p->id)), p->email);
        if (p->contact != CONTACT_GOOD) {
            html_markup(h, "<br><small>");
            desk_text(d, contact_words(d, p->contact));
            html_markup(h, "</small>");
        }
        desk_cell_close(d);
        desk_cell(d, p->name);
        desk_cell(d, rows[i].organisation);
        desk_cell(d, p->unit);
        desk_cell(d, p->language[0] ? texts_language_name(d->screen.texts, p->language) : "");
        desk_row_close(d);
    }
    desk_table_close(d);
}

static int by_email(const void *a, const void *b) {
    return letters_compare(((const struct row *)a)->person->email, ((const struct row *)b)->person->email);
}

static int by_organisation(const void *a, const void *b) {
    const int order = letters_compare(((const struct row *)a)->organisation, ((const struct row *)b)->organisation);
    return order != 0 ? order : by_email(a, b);
}

static int by_name(const void *a, const void *b) {
    const int order = letters_compare(((const struct row *)a)->person->name, ((const struct row *)b)->person->name);
    return order != 0 ? order : by_email(a, b);
}

static int by_unit(const void *a, const void *b) {
    const int order = letters_compare(((const struct row *)a)->person->unit, ((const struct row *)b)->person->unit);
    return order != 0 ? order : by_organisation(a, b);
}

static int by_language(const void *a, const void *b) {
    const int order = strcmp(((const struct row *)a)->person->language, ((const struct row *)b)->person->language);
    return order != 0 ? order : by_email(a, b);
}

static void sort(struct desk *d, struct row *rows, size_t n) {
    bool down;
    const char *column = desk_sorting(d, "organisation", &down);
    if (n)
        qsort(rows, n, sizeof *rows,
              strcmp(column, "email") == 0      ? by_email
              : strcmp(column, "name") == 0     ? by_name
              : strcmp(column, "unit") == 0     ? by_unit
              : strcmp(column, "language") == 0 ? by_language
                                                : by_organisation);
    for (size_t i = 0; down && i < n / 2; i++) {
        const struct row swapped = rows[i];
        rows[i] = rows[n - 1 - i];
        rows[n - 1 - i] = swapped;
    }
}

/* Everybody in whose e-mail address, name, unit or organisation the text is found, whatever the case. */
static size_t search(struct desk *d, const struct person *people, size_t n, const struct organisation *orgs,
                     size_t n_orgs, const char *sought, struct row **out) {
    struct row *found = arena_array(d->arena, n + 1, sizeof *found);
    size_t n_found = 0;
    for (size_t i = 0; i < n; i++) {
        const struct person *p = &people[i];
        const char *organisation = organisation_name(orgs, n_orgs, p->organisation);
        if (!sought[0] || strcasestr(p->email, sought) || strcasestr(p->name, sought) || strcasestr(p->unit, sought) ||
            strcasestr(p->organisation, sought) || strcasestr(organisation, sought))
            found[n_found++] = (struct row){p, organisation};
    }
    *out = found;
    return n_found;
}

static void write_list(struct desk *d, const struct person *people, size_t n, const struct organisation *orgs,
                       size_t n_orgs) {
    const char *sought = desk_asked(d, "q", DESK_SEARCH_MAX);
    struct row *found;
    const size_t n_found = search(d, people, n, orgs, n_orgs, sought, &found);
    const long pages = (long)((n_found + PAGE_SIZE - 1) / PAGE_SIZE);
    long page = 1;
    if (!str_to_long(str_of(desk_asked(d, "page", 9)), &page) || page < 1)
        page = 1;
    if (page > pages)
        page = pages > 0 ? pages : 1;
    const size_t first = (size_t)(page - 1) * PAGE_SIZE;
    const size_t shown = n_found - first < PAGE_SIZE ? n_found - first : PAGE_SIZE;
    write_search(d, sought);
    html_markup(&d->screen.html, "<p role=status>");
    desk_text(d, texts_count(d->screen.texts, d->arena, d->screen.words,
                             sought[0] ? "work.setup_people_found" : "work.setup_people_count", (long)n_found, NULL));
    html_markup(&d->screen.html, "</p>");
    sort(d, found, n_found);
    if (shown)
        write_table(d, found + first, shown);
    write_leafing(d, sought, page, n_found);
}

void people_show(struct desk *d) {
    struct organisation *organisations;
    struct person *people;
    struct setup_state s;
    size_t n_organisations, n;
    if (!setup_read(d, &d->assessment, &s))
        return;
    if (store_list_organisations(d->store, d->arena, d->assessment.id, &organisations, &n_organisations) != RESULT_OK ||
        store_list_people(d->store, d->arena, d->assessment.id, &people, &n) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    setup_open(d, 200, desk_words(d, "setup_people"), TAB_PEOPLE);
    if (!n_organisations) {
        desk_empty(d, "setup_people_need_organisations", setup_path(d, "organisations", "import"),
                   "setup_next_organisations");
    } else if (!n) {
        setup_write_gone(d, &s, false);
        desk_empty(d, "setup_people_empty", setup_path(d, "people", "import"), "setup_import");
        html_markup(&d->screen.html, "<p>");
        desk_link(d, setup_path(d, "people", "add"), desk_words(d, "setup_person_add"));
        html_markup(&d->screen.html, "</p>");
    } else {
        setup_buttons_open(d);
        desk_link_button(d, setup_path(d, "people", "import"), "setup_import");
        desk_link(d, setup_path(d, "people", "add"), desk_words(d, "setup_person_add"));
        setup_buttons_close(d);
        write_list(d, people, n, organisations, n_organisations);
    }
    desk_close(d);
}
