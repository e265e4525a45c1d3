/* What goes in and out, member by member. In answers every member is there; a null says that it is not known, not told
 * or does not apply. */
#include <string.h>

#include "collect/held.h"
#include "web/api/operation.h"

static const char *const modes[] = {"anonymous", "confidential", NULL};
static const char *const states[] = {"active", "archived", "deleted", NULL};
static const char *const wave_states[] = {"open", "emptied", "closed", "destroyed", NULL};
static const char *const open_links[] = {"where-no-people", "all", "none", NULL};
static const char *const kinds[] = {"personal", "open", "organisation", NULL};
static const char *const job_states[] = {"waiting", "running", "done", "failed", NULL};
static const char *const severities[] = {"error", "warning", "note", NULL};
static const char *const report_formats[] = {"xlsx", "html", NULL};
static const char *const all_formats[] = {"xlsx", "profiles", "html", "bundle", NULL};
static const char *const export_formats[] = {"csv", "sav", "xlsx", "json", NULL};

#define TEXT(n) .name = (n), .type = API_TEXT
#define MUST .required = true
#define MAY .nullable = true
#define MOST(n) .most = (n)

enum { TABLE_ROWS = 50000 };

static const struct api_field assessment[] = {
    {TEXT("name"), MUST},
    {TEXT("title"), MUST},
    {TEXT("instrument"), MUST},
    {TEXT("mode"), MUST, .values = modes},
    {.name = "minimum", .type = API_INTEGER, MUST, .least = 3, MOST(20)},
    {TEXT("timezone"), MUST},
    {TEXT("state"), MUST, .values = states},
};
static const struct api_field placeholder[] = {
    {TEXT("name"), MUST, .least = 1, MOST(60)}, {TEXT("language"), MOST(35)}, {TEXT("value"), MUST, MOST(300)}};
static const struct api_field new_assessment[] = {
    {TEXT("name"), MUST, .least = 1, MOST(40)},
    {TEXT("title"), MUST, .least = 1, MOST(200)},
    {TEXT("instrument"), MUST, .least = 1, MOST(100)},
    {TEXT("mode"), .values = modes},
    {.name = "minimum", .type = API_INTEGER, .least = 5, MOST(20)},
    {TEXT("timezone"), MOST(60)},
    {.name = "values", .type = API_LIST, .of = "Placeholder", MOST(64)},
};
static const struct api_field organisation[] = {
    {TEXT("code"), MUST},          {TEXT("name"), MUST},
    {TEXT("parent"), MUST, MAY},   {.name = "headcount", .type = API_INTEGER, MUST, MAY},
    {TEXT("language"), MUST, MAY},
};
static const struct api_field organisation_row[] = {
    {TEXT("code"), MAY, MOST(1000)},    {TEXT("name"), MUST, MOST(1000)},
    {TEXT("parent"), MAY, MOST(1000)},  {.name = "headcount", .type = API_INTEGER, MAY, MOST(10000000)},
    {TEXT("language"), MAY, MOST(100)},
};
static const struct api_field organisation_table[] = {
    {.name = "rows", .type = API_LIST, MUST, .of = "OrganisationRow", MOST(TABLE_ROWS)}};
static const struct api_field person[] = {
    {TEXT("id"), MUST},
    {TEXT("email"), MUST},
    {TEXT("name"), MUST, MAY},
    {TEXT("organisation"), MUST},
    {TEXT("unit"), MUST, MAY},
    {TEXT("language"), MUST, MAY},
    {TEXT("contact"), MUST, .values = contact_names},
};
static const struct api_field person_row[] = {
    {TEXT("email"), MUST, MOST(1000)},     {TEXT("organisation"), MUST, MOST(1000)}, {TEXT("name"), MAY, MOST(1000)},
    {TEXT("given_name"), MAY, MOST(1000)}, {TEXT("unit"), MAY, MOST(1000)},          {TEXT("language"), MAY, MOST(100)},
};
static const struct api_field person_table[] = {
    {.name = "rows", .type = API_LIST, MUST, .of = "PersonRow", MOST(TABLE_ROWS)}};
static const struct api_field imported[] = {
    {.name = "rows", .type = API_INTEGER, MUST},    {.name = "new", .type = API_INTEGER, MUST},
    {.name = "updated", .type = API_INTEGER, MUST}, {.name = "unchanged", .type = API_INTEGER, MUST},
    {.name = "applied", .type = API_BOOL, MUST},
};
static const struct api_field wave[] = {
    {.name = "number", .type = API_INTEGER, MUST},  {TEXT("label"), MUST},
    {TEXT("state"), MUST, .values = wave_states},   {TEXT("opened"), MUST, MAY, .format = "date"},
    {TEXT("until"), MUST, MAY, .format = "date"},   {TEXT("timezone"), MUST},
    {TEXT("closed"), MUST, MAY, .format = "date"},  {TEXT("mode"), MUST, .values = modes},
    {.name = "minimum", .type = API_INTEGER, MUST}, {.name = "imported", .type = API_BOOL, MUST},
    {.name = "locked", .type = API_BOOL, MUST},
};
static const struct api_field new_wave[] = {
    {TEXT("label"), .least = 1, MOST(60)},     {TEXT("until"), MAY, .format = "date", MOST(10)},
    {TEXT("timezone"), MAY, MOST(60)},         {TEXT("open_links"), .values = open_links},
    {.name = "confirm_few", .type = API_BOOL},
};
static const struct api_field extension[] = {{TEXT("until"), MUST, .format = "date", MOST(10)}};
static const struct api_field closing[] = {{TEXT("label"), MUST, .least = 1, MOST(200)}, {TEXT("sheet"), MOST(400)}};
static const struct api_field counts[] = {
    {.name = "minimum", .type = API_INTEGER, MUST},
    {.name = "everybody", .type = API_BOOL, MUST},
    {.name = "invited", .type = API_INTEGER, MUST, MAY},
    {.name = "answered", .type = API_INTEGER, MUST, MAY},
    {.name = "rate", .type = API_NUMBER, MUST, MAY},
    {.name = "organisations", .type = API_LIST, MUST, .of = "OrganisationCount"},
};
static const struct api_field organisation_count[] = {
    {TEXT("organisation"), MUST},
    {.name = "invited", .type = API_INTEGER, MUST, MAY},
    {.name = "answered", .type = API_INTEGER, MUST, MAY},
    {.name = "rate", .type = API_NUMBER, MUST, MAY},
    {.name = "organisation_answered", .type = API_BOOL, MUST},
};
static const struct api_field link[] = {
    {TEXT("id"), MUST},
    {TEXT("kind"), MUST, .values = kinds},
    {TEXT("organisation"), MUST},
    {TEXT("unit"), MUST, MAY},
    {TEXT("name"), MUST, MAY},
    {TEXT("email"), MUST, MAY},
    {TEXT("language"), MUST, MAY},
    {TEXT("url"), MUST, .format = "uri"},
    {TEXT("code"), MUST, MAY},
};
static const struct api_field result[] = {
    {TEXT("organisation"), MUST},
    {TEXT("group"), MUST},
    {TEXT("kind"), MUST},
    {TEXT("name"), MUST},
    {TEXT("statistic"), MUST},
    {.name = "value", .type = API_CELL, MUST},
    {.name = "n", .type = API_NUMBER, MUST, MAY},
};
static const struct api_field results[] = {{.name = "items", .type = API_LIST, MUST, .of = "Result"},
                                           {TEXT("next"), MUST, MAY}};
static const struct api_field new_report[] = {{TEXT("format"), .values = report_formats}, {TEXT("language"), MOST(35)}};
static const struct api_field new_report_of_all[] = {{TEXT("format"), .values = all_formats},
                                                     {TEXT("language"), MOST(35)}};
static const struct api_field new_export[] = {{TEXT("format"), MUST, .values = export_formats},
                                              {TEXT("language"), MOST(35)}};
static const struct api_field job[] = {
    {TEXT("id"), MUST},
    {TEXT("state"), MUST, .values = job_states},
    {.name = "done", .type = API_INTEGER, MUST},
    {.name = "total", .type = API_INTEGER, MUST},
    {TEXT("name"), MUST},
    {TEXT("href"), MUST, .format = "uri-reference"},
    {TEXT("file"), MUST, MAY, .format = "uri-reference"},
};
static const struct api_field hook[] = {
    {TEXT("id"), MUST},
    {TEXT("url"), MUST, .format = "uri"},
    {TEXT("created"), MUST, .format = "date-time"},
    {TEXT("trouble"), MUST, MAY},
};
static const struct api_field new_hook[] = {{TEXT("url"), MUST, .least = 1, MOST(500), .format = "uri"}};
static const struct api_field made_hook[] = {
    {TEXT("id"), MUST}, {TEXT("url"), MUST, .format = "uri"}, {TEXT("secret"), MUST}};
static const struct api_field problem[] = {
    {TEXT("type"), MUST, .format = "uri"},
    {TEXT("title"), MUST},
    {.name = "status", .type = API_INTEGER, MUST},
    {TEXT("code"), MUST},
    {.name = "findings", .type = API_LIST, MUST, .of = "Finding"},
};
static const struct api_field finding[] = {
    {TEXT("severity"), MUST, .values = severities},
    {TEXT("code"), MUST},
    {TEXT("message"), MUST},
    {.name = "row", .type = API_INTEGER, MUST, MAY},
    {.name = "column", .type = API_INTEGER, MUST, MAY},
    {TEXT("field"), MUST, MAY},
};

#define SCHEMA(name, fields)                                                                                           \
    { name, fields, sizeof(fields) / sizeof *(fields) }

const struct api_schema api_schemas[] = {
    SCHEMA("Assessment", assessment),
    SCHEMA("Placeholder", placeholder),
    SCHEMA("NewAssessment", new_assessment),
    SCHEMA("Organisation", organisation),
    SCHEMA("OrganisationRow", organisation_row),
    SCHEMA("OrganisationTable", organisation_table),
    SCHEMA("Person", person),
    SCHEMA("PersonRow", person_row),
    SCHEMA("PersonTable", person_table),
    SCHEMA("Imported", imported),
    SCHEMA("Wave", wave),
    SCHEMA("NewWave", new_wave),
    SCHEMA("Extension", extension),
    SCHEMA("Closing", closing),
    SCHEMA("Counts", counts),
    SCHEMA("OrganisationCount", organisation_count),
    SCHEMA("Link", link),
    SCHEMA("Result", result),
    SCHEMA("Results", results),
    SCHEMA("NewReport", new_report),
    SCHEMA("NewReportOfAll", new_report_of_all),
    SCHEMA("NewExport", new_export),
    SCHEMA("Job", job),
    SCHEMA("Hook", hook),
    SCHEMA("NewHook", new_hook),
    SCHEMA("MadeHook", made_hook),
    SCHEMA("Problem", problem),
    SCHEMA("Finding", finding),
};
const size_t api_schemas_count = sizeof api_schemas / sizeof *api_schemas;

const struct api_schema *api_schema_find(const char *name) {
    for (size_t i = 0; i < api_schemas_count; i++)
        if (strcmp(api_schemas[i].name, name) == 0)
            return &api_schemas[i];
    return NULL;
}
