/* The people of an assessment: a list that is searched and leafed through, for thousands. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

enum { PAGE_SIZE = 50, SEARCH_MAX = 100 };

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

/* Addresses of the pages before and after, the search kept. */
static void write_page_link(struct desk *d, const char *sought, long page, const char *key) {
    struct html *h = &d->screen.html;
    html_markup(h, " <a href=\"");
    html_markup(h, "?q=");
    for (const char *c = sought; *c; c++) {
        static const char digits[] = "0123456789ABCDEF";
        const char escape[4] = {'%', digits[(unsigned char)*c >> 4], digits[(unsigned char)*c & 15], 0};
        html_text(h, escape);
    }
    html_markup(h, "&amp;page=");
    html_text(h, arena_printf(d->arena, "%ld", page));
    html_markup(h, "\">");
    desk_say(d, key);
    html_markup(h, "</a>");
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

static void write_table(struct desk *d, const struct person *const *list, size_t n, const struct organisation *orgs,
                        size_t n_orgs) {
    struct html *h = &d->screen.html;
    desk_table_open(d, "setup_people_table");
    desk_table_head(d, "setup_email", false);
    desk_table_head(d, "setup_name", false);
    desk_table_head(d, "setup_organisation", false);
    desk_table_head(d, "setup_unit", false);
    desk_table_head(d, "setup_language", false);
    for (size_t i = 0; i < n; i++) {
        const struct person *p = list[i];
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
        desk_cell(d, organisation_name(orgs, n_orgs, p->organisation));
        desk_cell(d, p->unit);
        desk_cell(d, p->language[0] ? texts_language_name(d->screen.texts, p->language) : "");
        desk_row_close(d);
    }
    desk_table_close(d);
}

/* Everybody in whose e-mail address, name, unit or organisation the text is found, whatever the case. */
static size_t search(struct desk *d, const struct person *people, size_t n, const struct organisation *orgs,
                     size_t n_orgs, const char *sought, const struct person ***out) {
    const struct person **found = arena_array(d->arena, n + 1, sizeof *found);
    size_t n_found = 0;
    for (size_t i = 0; i < n; i++) {
        const struct person *p = &people[i];
        if (!sought[0] || strcasestr(p->email, sought) || strcasestr(p->name, sought) || strcasestr(p->unit, sought) ||
            strcasestr(p->organisation, sought) || strcasestr(organisation_name(orgs, n_orgs, p->organisation), sought))
            found[n_found++] = p;
    }
    *out = found;
    return n_found;
}

static void write_list(struct desk *d, const struct person *people, size_t n, const struct organisation *orgs,
                       size_t n_orgs) {
    const char *sought = desk_asked(d, "q", SEARCH_MAX);
    const struct person **found;
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
    if (shown)
        write_table(d, found + first, shown, orgs, n_orgs);
    write_leafing(d, sought, page, n_found);
}

void people_show(struct desk *d) {
    struct organisation *organisations;
    struct person *people;
    size_t n_organisations, n;
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
