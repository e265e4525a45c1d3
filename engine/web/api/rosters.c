/* Organisations and people: lists, tables that come in, a person who goes. A table of rows as JSON is the same table as
 * a CSV file: it is understood by the same function, so it has the same findings; a row's number is its place in the
 * list, from 1. */
#include <string.h>

#include "collect/held.h"
#include "collect/roster.h"
#include "web/api/call.h"
#include "web/api/operations.h"
#include "web/workspace/setup.h"

static const struct api_field table_query[] = {{.name = "dry_run", .type = API_BOOL}};

/* Organisations */

static const char *code_of(const struct api_call *c, const void *list, size_t i) {
    (void)c;
    return ((const struct organisation *)list)[i].code;
}

static void write_organisation(struct api_call *c, const void *list, size_t i) {
    const struct organisation *o = &((const struct organisation *)list)[i];
    api_put(c, "code", o->code);
    api_put(c, "name", o->name);
    api_put_or_null(c, "parent", o->parent);
    api_put_count(c, "headcount", o->headcount);
    api_put_or_null(c, "language", o->language);
}

/* What the whole list is known by, whichever page of it is asked for. */
static struct str content_of(struct api_call *c, const struct organisation *list, size_t n) {
    struct buf out = BUF_INIT;
    for (size_t i = 0; i < n; i++)
        buf_printf(&out, "%s\n%s\n%s\n%s\n%d\n", list[i].code, list[i].name, list[i].parent, list[i].language,
                   list[i].headcount);
    const struct str content = {arena_copy(c->arena, out.p, out.n), out.n};
    buf_free(&out);
    return content;
}

static void list_organisations(struct api_call *c) {
    struct organisation *list;
    size_t n;
    if (store_list_organisations(c->store, c->arena, c->desk->assessment.id, &list, &n) != RESULT_OK)
        api_problem(c, 503, "busy");
    else if (api_list(c, n, code_of, write_organisation, list))
        api_tag(c, content_of(c, list, n));
}

/* Tables */

static bool is_used(const struct json_node *rows, const char *name) {
    for (const struct json_node *row = rows->first; row; row = row->next)
        if (json_tree_member(row, name))
            return true;
    return false;
}

static const char *cell_of(const struct json_node *row, const char *name) {
    const struct json_node *m = json_tree_member(row, name);
    return m && (m->kind == TREE_TEXT || m->kind == TREE_NUMBER) ? m->text.p : "";
}

/* The rows as a table that was read: a member that no row has is a column that is not there. */
static struct csv *table_of(struct api_call *c, enum roster_kind kind) {
    const struct json_node *rows = json_tree_member(c->body, "rows");
    const struct roster_field *fields;
    const size_t n = roster_fields(kind, &fields);
    struct csv *csv = arena_alloc(c->arena, sizeof *csv);
    const char **names = arena_array(c->arena, n, sizeof *names);
    size_t used = 0;
    int line = 0;
    for (size_t f = 0; f < n; f++)
        if (fields[f].required || is_used(rows, fields[f].name))
            names[used++] = fields[f].name;
    *csv = (struct csv){
        .encoding = "UTF-8", .separator = ',', .header = {.n_cells = used, .cells = names}, .titles = names};
    csv->rows = arena_array(c->arena, rows->n + 1, sizeof *csv->rows);
    for (const struct json_node *row = rows->first; row; row = row->next) {
        const char **cells = arena_array(c->arena, used + 1, sizeof *cells);
        for (size_t f = 0; f < used; f++)
            cells[f] = arena_string(c->arena, cell_of(row, names[f]));
        line++;
        csv->rows[csv->n_rows++] = (struct csv_row){.line = line, .n_cells = used, .cells = cells};
    }
    return csv;
}

static struct csv *take_table(struct api_call *c, enum roster_kind kind) {
    struct csv *csv = NULL;
    if (c->body)
        return table_of(c, kind);
    if (c->request->body.n > ROSTER_FILE_MAX)
        desk_wrong(c->desk, "", "file_too_large", "limit", arena_printf(c->arena, "%d", ROSTER_FILE_MAX / 1024));
    else
        (void)!csv_parse(&csv, c->arena, "", c->request->body, c->desk->findings); /* what is wrong is in these */
    return csv;
}

static void answer(struct api_call *c, const struct roster_preview *p, bool applied) {
    api_open(c);
    api_put_number(c, "rows", (long)p->n_rows);
    api_put_number(c, "new", (long)p->counts[ROSTER_NEW]);
    api_put_number(c, "updated", (long)p->counts[ROSTER_UPDATED]);
    api_put_number(c, "unchanged", (long)p->counts[ROSTER_UNCHANGED]);
    api_put_bool(c, "applied", applied);
    api_close(c);
}

/* One bad row refuses everything, and all of them are said, as on the command line. */
static void import(struct api_call *c, enum roster_kind kind) {
    struct roster_preview *preview;
    const bool dry = strcmp(api_asked(c, "dry_run"), "true") == 0;
    const struct csv *csv = take_table(c, kind);
    if (!csv) {
        api_problem(c, 422, "input");
        return;
    }
    if (roster_understand(&preview, c->arena, c->store, c->desk->assessment.id, kind, csv, NULL, c->desk->findings) !=
        RESULT_OK) {
        api_problem(c, 503, "busy");
        return;
    }
    if (!preview->complete || preview->counts[ROSTER_ERROR] > 0 || desk_has_errors(c->desk)) {
        api_problem(c, 422, "input");
        return;
    }
    if (!dry && roster_apply(c->store, c->desk->assessment.id, preview) != RESULT_OK) {
        api_problem(c, 503, "busy");
        return;
    }
    if (!dry)
        desk_audit(c->desk, kind == ROSTER_PEOPLE ? "people_imported" : "organisations_imported",
                   c->desk->assessment.name);
    answer(c, preview, !dry);
}

static void put_organisations(struct api_call *c) {
    struct organisation *list;
    size_t n;
    if (store_list_organisations(c->store, c->arena, c->desk->assessment.id, &list, &n) != RESULT_OK)
        api_problem(c, 503, "busy");
    else if (api_matches(c, content_of(c, list, n)))
        import(c, ROSTER_ORGANISATIONS);
}

/* People */

static const char *id_of(const struct api_call *c, const void *list, size_t i) {
    return api_hex(c, ((const struct person *)list)[i].id);
}

static void write_person(struct api_call *c, const void *list, size_t i) {
    const struct person *p = &((const struct person *)list)[i];
    api_put(c, "id", api_hex(c, p->id));
    api_put(c, "email", p->email);
    api_put_or_null(c, "name", p->name);
    api_put(c, "organisation", p->organisation);
    api_put_or_null(c, "unit", p->unit);
    api_put_or_null(c, "language", p->language);
    api_put(c, "contact", contact_names[p->contact]);
}

static void list_people(struct api_call *c) {
    struct person *list;
    size_t n;
    if (store_list_people(c->store, c->arena, c->desk->assessment.id, &list, &n) != RESULT_OK)
        api_problem(c, 503, "busy");
    else
        (void)api_list(c, n, id_of, write_person, list);
}

static void import_people(struct api_call *c) {
    import(c, ROSTER_PEOPLE);
}

static void remove_person(struct api_call *c) {
    struct person *list;
    struct id id;
    size_t n;
    const struct person *found = NULL;
    if (store_list_people(c->store, c->arena, c->desk->assessment.id, &list, &n) != RESULT_OK) {
        api_problem(c, 503, "busy");
        return;
    }
    const bool is_id = api_read_id(desk_parameter(c->desk, "person"), &id);
    for (size_t i = 0; is_id && i < n; i++)
        if (id_equal(list[i].id, id))
            found = &list[i];
    if (!found) {
        api_problem(c, 404, "not_found");
    } else if (store_remove_person(c->store, c->desk->assessment.id, id) != RESULT_OK ||
               store_scrub(c->store) != RESULT_OK) {
        api_problem(c, 503, "busy");
    } else {
        desk_audit_inside(c->desk, "person_deleted", found->organisation, NULL);
        c->request->reply.status = c->operation->status;
        c->request->reply.type = "application/json";
    }
}

const struct api_operation api_organisations_list = {.id = "organisations_list",
                                                     .scope = SCOPE_READ,
                                                     .call = list_organisations,
                                                     .status = 200,
                                                     .answer = "Organisation",
                                                     .list = true,
                                                     .tagged = true};
const struct api_operation api_organisations_put = {.id = "organisations_put",
                                                    .scope = SCOPE_MANAGE,
                                                    .call = put_organisations,
                                                    .body = "OrganisationTable",
                                                    .table = true,
                                                    .status = 200,
                                                    .answer = "Imported",
                                                    .tagged = true,
                                                    .query = table_query,
                                                    .n_query = 1};
const struct api_operation api_people_list = {
    .id = "people_list", .scope = SCOPE_PEOPLE, .call = list_people, .status = 200, .answer = "Person", .list = true};
const struct api_operation api_people_import = {.id = "people_import",
                                                .scope = SCOPE_PEOPLE,
                                                .call = import_people,
                                                .body = "PersonTable",
                                                .table = true,
                                                .status = 200,
                                                .answer = "Imported",
                                                .query = table_query,
                                                .n_query = 1};
const struct api_operation api_people_delete = {
    .id = "people_delete", .scope = SCOPE_PEOPLE, .call = remove_person, .status = 204};
