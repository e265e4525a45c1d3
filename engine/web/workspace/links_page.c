/* The links of the open wave. Open and organisation links stand on the page; personal links, each of which is like a
 * ballot paper, are only in the list that is downloaded. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/file.h"
#include "base/moment.h"
#include "reports/reports.h"
#include "web/workspace/qr.h"
#include "web/workspace/reach.h"
#include "web/workspace/reach_pages.h"

enum { LIST_COLUMNS = 10, LIST_FILE_MAX = 64 << 20 };

/* The page */

static size_t count_kind(const struct link *links, size_t n, enum invitation_kind kind) {
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += links[i].invitation.kind == kind;
    return found;
}

static const char *organisation_name(const struct organisation *list, size_t n, const char *code) {
    const struct organisation *o = reach_organisation(list, n, code);
    return o && *o->name ? o->name : code;
}

static void write_qr(struct desk *d, const struct link *link, const char *name) {
    struct html *h = &d->screen.html;
    html_markup(h, "<details class=reach-qr><summary>");
    desk_say(d, "links_qr");
    html_markup(h, "<span class=unseen> ");
    html_text(h, name);
    html_markup(h, "</span></summary>");
    qr_write(h, d->arena, reach_url(d, link->token), desk_fill(d, "links_qr_title", "organisation", name, NULL), NULL);
    html_markup(h, "</details>");
}

/* Poster and shared computer exist for open links only: an organisation gives its own rating once. */
static void write_uses(struct desk *d, const struct link *link) {
    struct html *h = &d->screen.html;
    html_markup(h, "<p class=reach-uses>");
    desk_link(d, reach_path(d, "poster", link->invitation.organisation), desk_words(d, "links_poster"));
    html_markup(h, " ");
    desk_link(d, arena_printf(d->arena, "/s/%s?kiosk=1", link->token), desk_words(d, "links_kiosk"));
    html_markup(h, "</p>");
}

static void write_link_row(struct desk *d, const struct link *link, const char *name) {
    struct html *h = &d->screen.html;
    desk_row_open(d);
    desk_cell(d, name);
    desk_cell_open(d);
    html_markup(h, "<code class=reach-code dir=ltr>");
    html_text(h, link->code);
    html_markup(h, "</code>");
    desk_cell_close(d);
    desk_cell_open(d);
    html_markup(h, "<code class=reach-link dir=ltr>");
    html_text(h, reach_url(d, link->token));
    html_markup(h, "</code>");
    if (link->invitation.kind == INVITATION_OPEN)
        write_uses(d, link);
    write_qr(d, link, name);
    desk_cell_close(d);
    desk_row_close(d);
}

static void write_links(struct desk *d, const struct link *links, size_t n, enum invitation_kind kind,
                        const struct organisation *organisations, size_t n_organisations) {
    desk_table_open(d, kind == INVITATION_OPEN ? "links_open_table" : "links_organisation_table");
    desk_table_head(d, "links_organisation", false);
    desk_table_head(d, "links_code", false);
    desk_table_head(d, "links_link", false);
    for (size_t i = 0; i < n; i++)
        if (links[i].invitation.kind == kind)
            write_link_row(d, &links[i],
                           organisation_name(organisations, n_organisations, links[i].invitation.organisation));
    desk_table_close(d);
}

static void write_personal(struct desk *d, size_t n) {
    desk_section(d, "links_personal");
    html_markup(&d->screen.html, "<p>");
    desk_text(d, texts_count(d->screen.texts, d->arena, d->screen.words, "work.links_personal_count", (long)n, NULL));
    html_markup(&d->screen.html, "</p>");
    if (n)
        desk_paragraph(d, "links_ballot");
}

static void write_downloads(struct desk *d) {
    struct html *h = &d->screen.html;
    desk_section(d, "links_download");
    desk_paragraph(d, "links_download_explain");
    html_markup(h, "<div class=buttons>");
    desk_link_button(d, reach_path(d, "links.xlsx", NULL), "links_download_xlsx");
    desk_link(d, reach_path(d, "links.csv", NULL), desk_words(d, "links_download_csv"));
    html_markup(h, "</div>");
}

void links_show(struct desk *d) {
    struct wave wave;
    struct link *links;
    struct organisation *organisations;
    size_t n, n_organisations;
    if (!reach_find_wave(d, &wave)) {
        if (!reach_failed(d))
            reach_show_no_wave(d, "links_title", TAB_SEND);
        return;
    }
    if (!reach_links(d, &wave, &links, &n) || !reach_organisations(d, &organisations, &n_organisations))
        return;
    reach_sort_links(d, links, n, organisations, n_organisations);
    reach_open(d, "links_title", TAB_SEND);
    reach_write_ways(d, "links");
    write_downloads(d);
    write_personal(d, count_kind(links, n, INVITATION_PERSONAL));
    desk_section(d, "links_open");
    if (count_kind(links, n, INVITATION_OPEN)) {
        desk_paragraph(d, "links_open_explain");
        html_markup(&d->screen.html, "<p>");
        desk_link(d, reach_path(d, "poster", NULL), desk_words(d, "links_all_posters"));
        html_markup(&d->screen.html, "</p>");
        write_links(d, links, n, INVITATION_OPEN, organisations, n_organisations);
    } else {
        desk_paragraph(d, "links_open_none");
    }
    if (count_kind(links, n, INVITATION_ORGANISATION)) {
        desk_section(d, "links_organisations");
        desk_paragraph(d, "links_organisations_explain");
        write_links(d, links, n, INVITATION_ORGANISATION, organisations, n_organisations);
    }
    desk_close(d);
}

/* The list */

struct list {
    const char *header[LIST_COLUMNS];
    const char *const **rows;
    size_t n;
    const char *name; /* of the file, without its ending */
    const char *wave; /* whose links they are */
};

/* May this person be written to? For whoever merges mails elsewhere. */
static const char *contact_words(struct desk *d, const struct person *people, size_t n, struct id person) {
    for (size_t i = 0; i < n; i++)
        if (id_equal(people[i].id, person))
            return people[i].contact == CONTACT_OPTED_OUT ? desk_words(d, "links_contact_opted_out")
                   : people[i].contact == CONTACT_BOUNCED ? desk_words(d, "links_contact_bounced")
                                                          : "";
    return "";
}

static const char *kind_words(struct desk *d, enum invitation_kind kind) {
    return desk_words(d, kind == INVITATION_PERSONAL ? "links_kind_personal"
                         : kind == INVITATION_OPEN   ? "links_kind_open"
                                                     : "links_kind_organisation");
}

static void write_header(struct desk *d, struct list *list) {
    static const char *const keys[LIST_COLUMNS] = {
        "links_column_kind", "links_column_code_of", "links_column_organisation", "links_column_unit",
        "links_column_name", "links_column_email",   "links_column_language",     "links_column_link",
        "links_column_code", "links_column_contact"};
    for (size_t i = 0; i < LIST_COLUMNS; i++)
        list->header[i] = desk_words(d, keys[i]);
}

/* Everything that a letter or a mail needs; false when it failed, with the page written. */
static bool make_list(struct desk *d, struct list *list) {
    struct wave wave;
    struct link *links;
    struct organisation *organisations;
    struct person *people;
    size_t n, n_organisations, n_people;
    if (!reach_find_wave(d, &wave)) {
        if (!reach_failed(d))
            desk_refuse(d, 404);
        return false;
    }
    if (!reach_links(d, &wave, &links, &n) || !reach_organisations(d, &organisations, &n_organisations))
        return false;
    reach_sort_links(d, links, n, organisations, n_organisations);
    if (store_list_people(d->store, d->arena, d->assessment.id, &people, &n_people) != RESULT_OK) {
        desk_refuse(d, 503);
        return false;
    }
    write_header(d, list);
    list->rows = arena_array(d->arena, n + 1, sizeof *list->rows);
    list->n = n;
    list->wave = wave.label;
    list->name = arena_printf(d->arena, "%s-%s", d->assessment.name, wave.label);
    for (size_t i = 0; i < n; i++) {
        const struct invitation *v = &links[i].invitation;
        const char **row = arena_array(d->arena, LIST_COLUMNS, sizeof *row);
        const bool personal = v->kind == INVITATION_PERSONAL;
        row[0] = kind_words(d, v->kind);
        row[1] = v->organisation;
        row[2] = organisation_name(organisations, n_organisations, v->organisation);
        row[3] = v->unit;
        row[4] = v->name;
        row[5] = v->email;
        row[6] = v->language;
        row[7] = reach_url(d, links[i].token);
        row[8] = links[i].code;
        row[9] = personal ? contact_words(d, people, n_people, v->person) : "";
        list->rows[i] = row;
    }
    return true;
}

static void audit_download(struct desk *d, const struct list *list) {
    desk_audit_inside(d, "links_written", list->wave, NULL);
}

void links_download_csv(struct desk *d) {
    struct list list;
    char *text = NULL;
    size_t size = 0;
    if (!make_list(d, &list))
        return;
    FILE *out = open_memstream(&text, &size);
    if (!out) {
        desk_refuse(d, 503);
        return;
    }
    struct csv_writer w = {.out = out};
    fputs("\xEF\xBB\xBF", out); /* so that Excel reads it as UTF-8 */
    for (size_t r = 0; r <= list.n; r++) {
        for (size_t c = 0; c < LIST_COLUMNS; c++)
            csv_text(&w, r ? list.rows[r - 1][c] : list.header[c]);
        csv_end(&w);
    }
    const bool whole = fclose(out) == 0;
    const struct str content = {whole ? arena_copy(d->arena, text, size) : "", size};
    free(text);
    if (!whole) {
        desk_refuse(d, 503);
        return;
    }
    audit_download(d, &list);
    desk_download(d, arena_printf(d->arena, "%s.csv", list.name), "text/csv; charset=utf-8", content);
}

void links_download_workbook(struct desk *d) {
    struct list list;
    struct str content = {NULL, 0};
    char folder[MOMENT_ROOM];
    if (!make_list(d, &list))
        return;
    if (!moment_begin(folder)) { /* links are kept nowhere */
        desk_refuse(d, 503);
        return;
    }
    const char *path = arena_printf(d->arena, "%s/links.xlsx", folder);
    enum result result =
        report_table(path, desk_words(d, "links_sheet"), list.header, LIST_COLUMNS, list.rows, list.n, d->findings);
    if (result == RESULT_OK)
        result = file_read(&content, d->arena, path, LIST_FILE_MAX, d->findings);
    if (!moment_end(folder))
        result = RESULT_MACHINE;
    if (result != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    audit_download(d, &list);
    desk_download(d, arena_printf(d->arena, "%s.xlsx", list.name),
                  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", content);
}
