/* A table of organisations or people: uploaded or pasted, shown as it was understood, then applied.
 *
 * Nothing is kept on the server between the steps: the preview's form carries the table itself, as UTF-8 text, and the
 * columns that were named by hand, and the last step understands it anew. So what is applied is what was shown, unless
 * the assessment changed in between, and then it is right for what is there now. */
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/encoding.h"
#include "collect/roster.h"
#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

enum { ROWS_SHOWN = 100, ERRORS_SHOWN = 200, SAMPLE_MAX = 40 };

struct import {
    enum roster_kind kind;
    const char *file;     /* its name, "" when pasted */
    struct str bytes;     /* as they came: so that rows with damage are named */
    struct str text;      /* decoded: so that it can be carried on */
    const char *encoding; /* "" when pasted */
    bool by_hand;
    int columns[ROSTER_FIELDS_MAX];
    struct csv *csv; /* NULL when there is no table to look at */
    struct roster_preview *preview;
};

static const char *page_of(enum roster_kind kind) {
    return kind == ROSTER_PEOPLE ? "people" : "organisations";
}

static const char *column_name(struct desk *d, const char *field) {
    return arena_printf(d->arena, "column.%s", field);
}

static const char *field_words(struct desk *d, const char *field) {
    return desk_words(d, arena_printf(d->arena, "setup_%s", field));
}

static int by_line(const void *a, const void *b) {
    const struct finding *const *x = a, *const *y = b;
    if ((*x)->place.line != (*y)->place.line)
        return (*x)->place.line < (*y)->place.line ? -1 : 1;
    return ((*x)->place.column > (*y)->place.column) - ((*x)->place.column < (*y)->place.column);
}

/* What is wrong, or only to be known, by row. */
static void write_remarks(struct desk *d, enum severity severity) {
    struct html *h = &d->screen.html;
    const bool errors = severity == SEVERITY_ERROR;
    const size_t total = findings_total(d->findings);
    const struct finding **list = arena_array(d->arena, total + 1, sizeof *list);
    size_t n = 0;
    for (size_t f = 0; f < total; f++) {
        const struct finding *finding = findings_at(d->findings, f);
        if (finding->severity == severity && finding->place.line > 0)
            list[n++] = finding;
    }
    if (!n)
        return;
    qsort(list, n, sizeof *list, by_line);
    if (errors)
        html_markup(h, "<div id=findings tabindex=-1>");
    else
        html_markup(h, "<div id=remarks>");
    desk_section(d, errors ? "setup_errors" : "setup_warnings");
    desk_table_open(d, errors ? "setup_errors_table" : "setup_warnings_table");
    desk_table_head(d, "setup_row", true);
    desk_table_head(d, errors ? "setup_error" : "setup_warning", false);
    for (size_t f = 0; f < n && f < ERRORS_SHOWN; f++) {
        desk_row_open(d);
        desk_cell_number(d, arena_printf(d->arena, "%d", list[f]->place.line));
        desk_cell(d, desk_sentence(d, list[f]));
        desk_row_close(d);
    }
    desk_table_close(d);
    if (n > ERRORS_SHOWN)
        setup_paragraph(d, desk_fill(d, "setup_errors_more", "n", desk_number(d, (double)(n - ERRORS_SHOWN), 0), NULL));
    html_markup(h, "</div>");
}

/* The first step */

static void show_start(struct desk *d, int status, enum roster_kind kind) {
    struct html *h = &d->screen.html;
    const bool people = kind == ROSTER_PEOPLE;
    setup_open(d, status, desk_words(d, people ? "setup_import_people" : "setup_import_organisations"),
               people ? TAB_PEOPLE : TAB_ORGANISATIONS);
    write_remarks(d, SEVERITY_ERROR);
    desk_paragraph(d, people ? "setup_import_people_explain" : "setup_import_organisations_explain");
    html_markup(h, "<details><summary>");
    desk_say(d, "setup_import_example");
    html_markup(h, "</summary><pre>");
    desk_say(d, people ? "setup_import_people_example1" : "setup_import_organisations_example1");
    html_markup(h, "\n");
    desk_say(d, people ? "setup_import_people_example2" : "setup_import_organisations_example2");
    html_markup(h, "\n");
    desk_say(d, people ? "setup_import_people_example3" : "setup_import_organisations_example3");
    html_markup(h, "</pre></details>");
    desk_form_open(d, setup_path(d, page_of(kind), "import"), true);
    desk_field_file(d, "file", "setup_import_file", "setup_import_file_hint", ".csv,.txt,.tsv");
    desk_field_area(d, "pasted", "setup_import_pasted", "setup_import_pasted_hint", "", 6);
    setup_buttons_open(d);
    desk_button(d, "setup_import_look", NULL, NULL);
    setup_cancel(d, setup_path(d, page_of(kind)));
    setup_buttons_close(d);
    desk_form_close(d);
    desk_close(d);
}

/* What came in: a file, a pasted text, or the table that the preview carried. False when nothing did. */
static bool take_table(struct desk *d, struct import *i) {
    const char *file = "";
    struct str carried;
    const struct str bytes = desk_uploaded(d, "file", &file);
    if (bytes.n) {
        const struct decoded decoded = encoding_decode(d->arena, bytes);
        i->file = file;
        i->encoding = decoded.encoding;
        i->bytes = bytes;
        i->text = decoded.text;
        return true;
    }
    i->file = i->encoding = "";
    if (form_get(&d->request->form, "table", ROSTER_FILE_MAX, &carried) == FIELD_VALID && carried.n) {
        i->file = desk_posted(d, "name", 200);
        i->encoding = desk_posted(d, "encoding", 20);
        i->bytes = i->text = carried;
        return true;
    }
    if (form_get(&d->request->form, "pasted", ROSTER_FILE_MAX, &carried) == FIELD_VALID && str_trim(carried).n) {
        i->bytes = i->text = carried;
        return true;
    }
    return false;
}

/* Columns named by hand: field "column.email" has the column's number, from 0, or "" for none. */
static void take_columns(struct desk *d, struct import *i) {
    const struct roster_field *fields;
    const size_t n = roster_fields(i->kind, &fields);
    i->by_hand = desk_posted_is(d, "by_hand", "yes");
    for (size_t f = 0; f < ROSTER_FIELDS_MAX; f++)
        i->columns[f] = -1;
    for (size_t f = 0; i->by_hand && f < n; f++) {
        long column = -1;
        if (str_to_long(str_of(desk_posted(d, column_name(d, fields[f].name), 9)), &column) && column >= 0 &&
            column < 1000)
            i->columns[f] = (int)column;
    }
}

/* The preview */

static void carry_table(struct desk *d, const struct import *i) {
    desk_hidden(d, "table", arena_copy(d->arena, i->text.p, i->text.n));
    desk_hidden(d, "name", i->file);
    desk_hidden(d, "encoding", i->encoding);
}

static void carry(struct desk *d, const struct import *i) {
    const struct roster_field *fields;
    const size_t n = roster_fields(i->kind, &fields);
    carry_table(d, i);
    if (!i->by_hand)
        return;
    desk_hidden(d, "by_hand", "yes");
    for (size_t f = 0; f < n; f++)
        if (i->columns[f] >= 0)
            desk_hidden(d, column_name(d, fields[f].name), arena_printf(d->arena, "%d", i->columns[f]));
}

static const char *heading_words(struct desk *d, const struct csv *csv, size_t column) {
    return csv->titles[column][0] ? csv->titles[column]
                                  : desk_fill(d, "setup_column", "n", arena_printf(d->arena, "%zu", column + 1), NULL);
}

/* "Courriel (anna@example.org)": the heading, and what stands under it. */
static const char *column_words(struct desk *d, const struct csv *csv, size_t column) {
    const char *sample = csv->n_rows ? csv_cell(&csv->rows[0], (int)column) : "";
    const struct str cut = utf8_cut(str_of(sample), SAMPLE_MAX);
    const char *heading = heading_words(d, csv, column);
    return cut.n ? arena_printf(d->arena, "%s (%.*s)", heading, (int)cut.n, cut.p) : heading;
}

static void write_column_choice(struct desk *d, const struct import *i, const struct roster_field *field, int chosen) {
    struct html *h = &d->screen.html;
    const char *name = column_name(d, field->name), *label = field_words(d, field->name);
    const size_t n = i->csv->header.n_cells < 200 ? i->csv->header.n_cells : 200;
    if (field->required)
        label = arena_printf(d->arena, "%s %s", label, desk_words(d, "setup_required"));
    desk_frame_open(d, name, label, NULL);
    html_markup(h, "<select");
    desk_frame_control(d, name);
    html_markup(h, "><option value=\"\">");
    desk_say(d, "setup_column_none");
    html_markup(h, "</option>");
    for (size_t c = 0; c < n; c++) {
        html_open(h, "option");
        html_attribute_number(h, "value", (long)c);
        if ((int)c == chosen)
            html_markup(h, " selected");
        html_end(h);
        desk_text(d, column_words(d, i->csv, c));
        html_markup(h, "</option>");
    }
    html_markup(h, "</select>");
    desk_frame_close(d);
}

/* The form that names columns by hand: open when some are missing, else folded away. */
static void write_columns_form(struct desk *d, const struct import *i) {
    const struct roster_field *fields;
    const size_t n = roster_fields(i->kind, &fields);
    desk_form_open(d, setup_path(d, page_of(i->kind), "import"), true);
    carry_table(d, i);
    desk_hidden(d, "by_hand", "yes");
    for (size_t f = 0; f < n; f++)
        write_column_choice(d, i, &fields[f], i->preview->columns[f]);
    setup_buttons_open(d);
    if (i->preview->complete)
        desk_button_second(d, "setup_columns_do", NULL, NULL);
    else
        desk_button(d, "setup_columns_do", NULL, NULL);
    setup_buttons_close(d);
    desk_form_close(d);
}

static const char *state_words(struct desk *d, enum roster_state state) {
    static const char *const keys[] = {"setup_row_new", "setup_row_updated", "setup_row_unchanged", "setup_row_error"};
    return desk_words(d, keys[state]);
}

/* What would be stored, or, of a row with errors, what stands in the file. */
static const char *cell_of(struct desk *d, const struct import *i, size_t row, size_t field) {
    const struct roster_row *r = &i->preview->rows[row];
    if (r->state == ROSTER_ERROR)
        return csv_cell(&i->csv->rows[row], i->preview->columns[field]);
    if (i->kind == ROSTER_PEOPLE) {
        const struct person *p = &r->person;
        const char *const cells[] = {p->email, p->organisation, p->name, "", p->unit, p->language};
        return cells[field];
    }
    const struct organisation *o = &r->organisation;
    const char *const cells[] = {o->code, o->name, o->parent, o->headcount >= 0 ? desk_number(d, o->headcount, 0) : "",
                                 o->language};
    return cells[field];
}

static bool is_number(const struct import *i, size_t field) {
    return i->kind == ROSTER_ORGANISATIONS && field == ORGANISATION_HEADCOUNT;
}

static void write_row(struct desk *d, const struct import *i, size_t row, size_t n_fields) {
    struct html *h = &d->screen.html;
    const struct roster_row *r = &i->preview->rows[row];
    desk_row_open(d);
    desk_cell_number(d, arena_printf(d->arena, "%d", r->line));
    desk_cell_open(d);
    if (r->state == ROSTER_ERROR)
        html_markup(h, "<strong>");
    desk_text(d, state_words(d, r->state));
    if (r->state == ROSTER_ERROR)
        html_markup(h, "</strong>");
    desk_cell_close(d);
    for (size_t f = 0; f < n_fields; f++) {
        if (i->kind == ROSTER_PEOPLE && f == PERSON_GIVEN_NAME)
            continue; /* part of the name */
        if (is_number(i, f))
            desk_cell_number_open(d);
        else
            desk_cell_open(d);
        desk_text(d, cell_of(d, i, row, f));
        if (i->kind == ROSTER_ORGANISATIONS && f == ORGANISATION_CODE && r->code_made) {
            html_markup(h, " <small>");
            desk_say(d, "setup_code_made");
            html_markup(h, "</small>");
        }
        desk_cell_close(d);
    }
    desk_row_close(d);
}

/* Rows with errors first, then those that change something, as far as one can look at them. */
static void write_rows(struct desk *d, const struct import *i) {
    static const enum roster_state order[] = {ROSTER_ERROR, ROSTER_NEW, ROSTER_UPDATED, ROSTER_UNCHANGED};
    const struct roster_field *fields;
    const size_t n = roster_fields(i->kind, &fields);
    const struct roster_preview *p = i->preview;
    size_t shown = 0;
    if (!p->n_rows)
        return;
    desk_table_open(d, "setup_rows_table");
    desk_table_head(d, "setup_row", true);
    desk_table_head(d, "setup_row_state", false);
    for (size_t f = 0; f < n; f++)
        if (i->kind != ROSTER_PEOPLE || f != PERSON_GIVEN_NAME)
            desk_table_head(d, arena_printf(d->arena, "setup_%s", fields[f].name), is_number(i, f));
    for (size_t s = 0; s < sizeof order / sizeof *order; s++)
        for (size_t row = 0; row < p->n_rows && shown < ROWS_SHOWN; row++)
            if (p->rows[row].state == order[s]) {
                write_row(d, i, row, n);
                shown++;
            }
    desk_table_close(d);
    if (shown < p->n_rows)
        setup_paragraph(d, desk_fill(d, "setup_rows_more", "n", desk_number(d, (double)(p->n_rows - shown), 0), NULL));
}

/* Columns that nobody uses, one after the other; "" when there are none. */
static const char *ignored_columns(struct desk *d, const struct import *i) {
    const struct roster_field *fields;
    const size_t n = roster_fields(i->kind, &fields);
    struct buf names = BUF_INIT;
    for (size_t c = 0; c < i->csv->header.n_cells; c++) {
        bool used = i->csv->titles[c][0] == '\0';
        for (size_t f = 0; f < n; f++)
            used = used || i->preview->columns[f] == (int)c;
        if (!used)
            buf_printf(&names, "%s%s", names.n ? ", " : "", i->csv->titles[c]);
    }
    const char *list = arena_copy(d->arena, names.p, names.n);
    buf_free(&names);
    return list;
}

/* Which column became which field, which are not there, and which are not used. */
static void write_columns(struct desk *d, const struct import *i) {
    const struct roster_field *fields;
    const size_t n = roster_fields(i->kind, &fields);
    const char *ignored = ignored_columns(d, i);
    desk_section(d, "setup_columns_found");
    setup_facts_open(d);
    for (size_t f = 0; f < n; f++) {
        const int column = i->preview->columns[f];
        setup_fact(d, arena_printf(d->arena, "setup_%s", fields[f].name),
                   column >= 0
                       ? desk_fill(d, "setup_column_from", "column", heading_words(d, i->csv, (size_t)column), NULL)
                       : desk_words(d, "setup_column_none"));
    }
    if (ignored[0])
        setup_fact(d, "setup_columns_ignored", ignored);
    setup_facts_close(d);
}

static const char *separator_words(struct desk *d, char separator) {
    return desk_words(d, separator == ';' ? "setup_semicolon" : separator == '\t' ? "setup_tab" : "setup_comma");
}

/* Codes that will be stored without having stood in the file. */
static size_t made_codes(const struct roster_preview *p) {
    size_t n = 0;
    for (size_t row = 0; row < p->n_rows; row++)
        n += p->rows[row].code_made && p->rows[row].state == ROSTER_NEW;
    return n;
}

static void write_summary(struct desk *d, const struct import *i) {
    const struct roster_preview *p = i->preview;
    setup_facts_open(d);
    if (i->file[0])
        setup_fact(d, "setup_import_file", i->file);
    if (i->encoding[0])
        setup_fact(d, "setup_encoding", i->encoding);
    setup_fact(d, "setup_separator", separator_words(d, i->csv->separator));
    if (p->complete) {
        setup_fact(d, "setup_rows_new", desk_number(d, (double)p->counts[ROSTER_NEW], 0));
        setup_fact(d, "setup_rows_updated", desk_number(d, (double)p->counts[ROSTER_UPDATED], 0));
        setup_fact(d, "setup_rows_unchanged", desk_number(d, (double)p->counts[ROSTER_UNCHANGED], 0));
        setup_fact(d, "setup_rows_errors", desk_number(d, (double)p->counts[ROSTER_ERROR], 0));
        if (made_codes(p))
            setup_fact(d, "setup_codes_made", desk_number(d, (double)made_codes(p), 0));
    }
    setup_facts_close(d);
}

/* The button that writes: everything, or, second and with its number, the rows without errors. */
static void write_apply(struct desk *d, const struct import *i) {
    const struct roster_preview *p = i->preview;
    const size_t n = p->counts[ROSTER_NEW] + p->counts[ROSTER_UPDATED];
    if (!n) {
        desk_notice(d, !p->n_rows                ? "setup_no_rows"
                       : p->counts[ROSTER_ERROR] ? "setup_nothing_good"
                                                 : "setup_nothing_new");
        html_markup(&d->screen.html, "<p>");
        desk_link_button(d, setup_path(d, page_of(i->kind), "import"), "setup_import_again");
        html_markup(&d->screen.html, "</p>");
        return;
    }
    if (p->counts[ROSTER_ERROR])
        setup_paragraph(d, texts_count(d->screen.texts, d->arena, d->screen.words, "work.setup_apply_some_explain",
                                       (long)p->counts[ROSTER_ERROR], NULL));
    desk_form_open(d, setup_path(d, page_of(i->kind), "import"), true);
    carry(d, i);
    setup_buttons_open(d);
    if (p->counts[ROSTER_ERROR])
        desk_button_second(d, "setup_apply_some", "apply", "yes");
    else
        desk_button(d, i->kind == ROSTER_PEOPLE ? "setup_apply_people" : "setup_apply_organisations", "apply", "yes");
    desk_link(d, setup_path(d, page_of(i->kind), "import"), desk_words(d, "setup_import_again"));
    setup_buttons_close(d);
    desk_form_close(d);
}

static void show_preview(struct desk *d, const struct import *i) {
    struct html *h = &d->screen.html;
    const struct roster_preview *p = i->preview;
    setup_open(d, desk_has_errors(d) ? SETUP_WRONG : 200, desk_words(d, "setup_preview"),
               i->kind == ROSTER_PEOPLE ? TAB_PEOPLE : TAB_ORGANISATIONS);
    write_summary(d, i);
    write_remarks(d, SEVERITY_ERROR);
    if (p->too_long) {
        desk_paragraph(d, "setup_too_long");
        html_markup(h, "<p>");
        desk_link_button(d, setup_path(d, page_of(i->kind), "import"), "setup_import_again");
        html_markup(h, "</p>");
        desk_close(d);
        return;
    }
    if (!p->complete) {
        desk_section(d, "setup_columns");
        desk_paragraph(d, "setup_columns_explain");
        write_columns_form(d, i);
        desk_close(d);
        return;
    }
    write_remarks(d, SEVERITY_WARNING);
    write_columns(d, i);
    write_apply(d, i);
    write_rows(d, i);
    html_markup(h, "<details><summary>");
    desk_say(d, "setup_columns_change");
    html_markup(h, "</summary>");
    write_columns_form(d, i);
    html_markup(h, "</details>");
    desk_close(d);
}

static void apply(struct desk *d, const struct import *i) {
    const struct roster_preview *p = i->preview;
    const size_t n = p->counts[ROSTER_NEW] + p->counts[ROSTER_UPDATED];
    if (roster_apply(d->store, d->assessment.id, p) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    desk_audit(d, i->kind == ROSTER_PEOPLE ? "people_imported" : "organisations_imported", d->assessment.name);
    struct setup_state s;
    if (!setup_read(d, &d->assessment, &s))
        return;
    const bool later = s.open && p->counts[ROSTER_NEW];
    desk_redirect(d, setup_path(d, page_of(i->kind)),
                  i->kind != ROSTER_PEOPLE ? "setup_organisations_imported"
                  : later                  ? "setup_people_imported_later"
                                           : "setup_people_imported",
                  desk_number(d, (double)n, 0));
}

static void handle(struct desk *d, enum roster_kind kind) {
    struct import i = {.kind = kind};
    if (!take_table(d, &i)) {
        const char *file;
        (void)desk_uploaded(d, "file", &file);
        if (*file)
            desk_wrong(d, "file", "setup_file_empty", "name", file);
        else
            desk_wrong(d, "file", "setup_import_nothing", NULL, NULL);
        show_start(d, SETUP_WRONG, kind);
        return;
    }
    if (i.text.n > ROSTER_FILE_MAX || i.bytes.n > ROSTER_FILE_MAX) {
        desk_wrong(d, "file", "file_too_large", "limit", arena_printf(d->arena, "%d", ROSTER_FILE_MAX / 1024));
        show_start(d, SETUP_WRONG, kind);
        return;
    }
    take_columns(d, &i);
    (void)!csv_parse(&i.csv, d->arena, i.file, i.bytes, d->findings); /* what is wrong is in the findings */
    if (!i.csv) {
        show_start(d, SETUP_WRONG, kind);
        return;
    }
    if (roster_understand(&i.preview, d->arena, d->store, d->assessment.id, kind, i.csv, i.by_hand ? i.columns : NULL,
                          d->findings) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    const struct instrument *instrument = i.preview->complete ? setup_load_instrument(d) : NULL;
    if (instrument)
        roster_check_languages(i.preview, d->arena, instrument, d->findings);
    instrument_release(instrument);
    if (desk_posted_is(d, "apply", "yes") && i.preview->complete)
        apply(d, &i);
    else
        show_preview(d, &i);
}

void organisations_import_show(struct desk *d) {
    show_start(d, 200, ROSTER_ORGANISATIONS);
}

void organisations_import_handle(struct desk *d) {
    handle(d, ROSTER_ORGANISATIONS);
}

void people_import_show(struct desk *d) {
    show_start(d, 200, ROSTER_PEOPLE);
}

void people_import_handle(struct desk *d) {
    handle(d, ROSTER_PEOPLE);
}
