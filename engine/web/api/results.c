/* What a closed wave says: published figures, reports as files, answers for analysis. The same disclosure as everywhere
 * (aggregate/results.h): nothing here decides what may be told. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/results_table.h"
#include "base/file.h"
#include "web/api/call.h"
#include "web/api/operations.h"
#include "web/workspace/jobs.h"
#include "web/workspace/see.h"

enum { FILE_MOST = 256 << 20 };

/* Organisations, not rows: figures of one stay together. */
static const struct api_field results_query[] = {
    {.name = "limit", .type = API_INTEGER, .least = 1, .most = API_LIMIT_MOST},
    {.name = "cursor", .type = API_TEXT, .most = 1000},
};

static bool open_results(struct api_call *c, struct wave *w, struct results **out) {
    static const char *const problems[] = {[SEE_OPEN] = "wave_is_open",
                                           [SEE_BEING_CLOSED] = "wave_being_closed",
                                           [SEE_DESTROYED] = "wave_destroyed",
                                           [SEE_UNREADABLE] = "wave_unreadable"};
    enum see_why why;
    if (!api_wave(c, w))
        return false;
    const enum result result = see_find(c->desk, w, out, &why);
    if (result != RESULT_OK)
        api_problem(c, result == RESULT_INPUT ? 409 : 503, result == RESULT_INPUT ? problems[why] : "busy");
    return result == RESULT_OK;
}

static bool find_organisation(struct api_call *c, const struct results *results, size_t *index) {
    if (see_organisation(results, desk_parameter(c->desk, "organisation"), index))
        return true;
    api_problem(c, 404, "not_found");
    return false;
}

/* {"items": rows, "next": ...} */
static void answer(struct api_call *c, struct results *results, size_t from, size_t to, const char *next) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    enum result result = out ? results_write_json_part(results, from, to, out, c->desk->findings) : RESULT_MACHINE;
    if (out && fclose(out) != 0)
        result = RESULT_MACHINE;
    if (result == RESULT_OK) {
        api_open(c);
        json_key(&c->out, "items");
        json_raw(&c->out, (struct str){text, size});
        api_put(c, "next", next);
        api_close(c);
        api_tag(c, buf_view(&c->request->reply.body));
    } else {
        api_problem(c, 503, "busy");
    }
    free(text);
}

static const char *cursor_of(struct api_call *c, const char *code) {
    const size_t n = strlen(code);
    char *hex = arena_alloc(c->arena, 2 * n + 1);
    return sodium_bin2hex(hex, 2 * n + 1, (const unsigned char *)code, n);
}

/* Where the page begins: 0 is all organisations together, i + 1 the one with the index i; SIZE_MAX when the cursor is
 * none of ours. */
static size_t begin_of(struct api_call *c, const struct organisation_head *heads, size_t n) {
    const char *cursor = api_asked(c, "cursor");
    if (!*cursor)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (strcmp(cursor, cursor_of(c, heads[i].code)) == 0)
            return i + 1;
    return SIZE_MAX;
}

static void list_all(struct api_call *c) {
    struct wave w;
    struct results *results;
    const struct organisation_head *heads;
    long limit = API_LIMIT;
    if (!open_results(c, &w, &results))
        return;
    const size_t n = results_organisations(results, &heads), from = begin_of(c, heads, n);
    if (*api_asked(c, "limit"))
        (void)str_to_long(str_of(api_asked(c, "limit")), &limit);
    if (from == SIZE_MAX) {
        desk_wrong(c->desk, "cursor", "api_cursor", NULL, NULL);
        api_problem(c, 400, "query");
    } else {
        const size_t to = n + 1 - from > (size_t)limit ? from + (size_t)limit : n + 1;
        answer(c, results, from, to, to <= n ? cursor_of(c, heads[to - 1].code) : NULL);
    }
    results_close(results);
}

static void show_one(struct api_call *c) {
    struct wave w;
    struct results *results;
    size_t index;
    if (!open_results(c, &w, &results))
        return;
    if (find_organisation(c, results, &index))
        answer(c, results, index + 1, index + 2, NULL);
    results_close(results);
}

/* Files are made as in the workspace, one after the other on a thread of their own, and belong to the account. */

/* A file with every answer is there for tokens that may have them, and for no other, whoever made it. */
static bool find_job(struct api_call *c, const char *id, struct job_status *s) {
    struct jobs *jobs = c->request->web->jobs;
    if (jobs && jobs_look(jobs, c->arena, c->desk->account.id, id, s) &&
        (c->token.scopes & (s->answers ? SCOPE_DATA : SCOPE_RESULTS | SCOPE_DATA)))
        return true;
    api_problem(c, 404, "not_found");
    return false;
}

static void answer_job(struct api_call *c, const char *id) {
    static const char *const states[] = {
        [JOB_WAITING] = "waiting", [JOB_RUNNING] = "running", [JOB_DONE] = "done", [JOB_FAILED] = "failed"};
    struct job_status s;
    if (!find_job(c, id, &s))
        return;
    api_open(c);
    api_put(c, "id", id);
    api_put(c, "state", states[s.state]);
    api_put_number(c, "done", (long)s.done);
    api_put_number(c, "total", (long)s.total);
    api_put(c, "name", s.name);
    api_put(c, "href", api_path(c, "jobs", id, NULL));
    api_put(c, "file", s.state == JOB_DONE ? api_path(c, "jobs", id, "file", NULL) : NULL);
    api_close(c);
}

static void answer_new_job(struct api_call *c, bool added, const char *id) {
    if (!added) { /* so many are waiting already */
        api_problem(c, 429, "often");
        return;
    }
    answer_job(c, arena_string(c->arena, id));
    c->request->reply.location = api_path(c, "jobs", id, NULL);
}

/* The language that was asked for, if there are words in it; else the instrument's first. */
static bool language_of(struct api_call *c, const struct results *results, const char **out) {
    const char *asked = api_text(c, "language");
    const struct instrument *instrument = results_instrument(results);
    const bool known = texts_has_language(c->desk->screen.texts, asked) || instrument_language(instrument, asked) >= 0;
    if (*asked && !known) {
        desk_wrong(c->desk, "language", "api_language", "value", asked);
        api_problem(c, 422, "input");
        return false;
    }
    *out = arena_string(c->arena, *asked ? asked : instrument->languages[0]);
    return true;
}

static enum see_file file_of(const char *format) {
    return strcmp(format, "html") == 0       ? SEE_PAGE
           : strcmp(format, "profiles") == 0 ? SEE_PROFILES
           : strcmp(format, "bundle") == 0   ? SEE_BUNDLE
                                             : SEE_WORKBOOK;
}

static void make_report(struct api_call *c, bool of_one) {
    struct wave w;
    struct results *results;
    const struct organisation_head *heads;
    const char *language;
    size_t index = 0;
    char id[JOB_ID_LENGTH + 1];
    if (!open_results(c, &w, &results))
        return;
    (void)results_organisations(results, &heads);
    if ((!of_one || find_organisation(c, results, &index)) && language_of(c, results, &language)) {
        const bool added =
            see_add_job(c->desk, &w, of_one ? heads[index].code : NULL, of_one ? heads[index].name : NULL, language,
                        file_of(api_text(c, "format")), "/work", id);
        answer_new_job(c, added, id);
    }
    results_close(results);
}

static void make_report_of_all(struct api_call *c) {
    make_report(c, false);
}

static void make_report_of_one(struct api_call *c) {
    make_report(c, true);
}

static void make_export(struct api_call *c) {
    struct wave w;
    struct results *results;
    const char *language, *format = api_text(c, "format");
    const bool figures = strcmp(format, "json") == 0;
    char id[JOB_ID_LENGTH + 1];
    if (!open_results(c, &w, &results))
        return;
    if (!figures && !see_has_answers(c->desk, &w)) {
        api_problem(c, 409, "answers_gone");
    } else if (language_of(c, results, &language)) {
        const bool added = see_add_data_job(c->desk, &w, language,
                                            strcmp(format, "csv") == 0   ? DATA_CSV
                                            : strcmp(format, "sav") == 0 ? DATA_SPSS
                                                                         : DATA_WORKBOOK,
                                            figures, id);
        answer_new_job(c, added, id);
    }
    results_close(results);
}

static void show_job(struct api_call *c) {
    answer_job(c, desk_parameter(c->desk, "job"));
}

static void get_file(struct api_call *c) {
    struct job_status s;
    struct str content;
    if (!find_job(c, desk_parameter(c->desk, "job"), &s))
        return;
    if (s.state != JOB_DONE)
        api_problem(c, 409, "job_not_done");
    else if (file_read(&content, c->arena, s.path, FILE_MOST, NULL) != RESULT_OK)
        api_problem(c, 404, "not_found"); /* its hour ended just now */
    else
        api_download(c, s.name, s.type, content);
}

const struct api_operation api_results_list = {.id = "results_list",
                                               .scope = SCOPE_RESULTS,
                                               .call = list_all,
                                               .status = 200,
                                               .answer = "Results",
                                               .tagged = true,
                                               .conflicts = true,
                                               .query = results_query,
                                               .n_query = 2};
const struct api_operation api_results_of = {.id = "results_of",
                                             .scope = SCOPE_RESULTS,
                                             .call = show_one,
                                             .status = 200,
                                             .answer = "Results",
                                             .tagged = true,
                                             .conflicts = true};
const struct api_operation api_reports_make = {.id = "reports_make",
                                               .scope = SCOPE_RESULTS,
                                               .call = make_report_of_all,
                                               .body = "NewReportOfAll",
                                               .status = 202,
                                               .answer = "Job"};
const struct api_operation api_reports_of = {.id = "reports_of",
                                             .scope = SCOPE_RESULTS,
                                             .call = make_report_of_one,
                                             .body = "NewReport",
                                             .status = 202,
                                             .answer = "Job"};
const struct api_operation api_exports_make = {.id = "exports_make",
                                               .scope = SCOPE_DATA,
                                               .call = make_export,
                                               .body = "NewExport",
                                               .status = 202,
                                               .answer = "Job"};
const struct api_operation api_jobs_show = {
    .id = "jobs_show", .scope = SCOPE_RESULTS | SCOPE_DATA, .call = show_job, .status = 200, .answer = "Job"};
const struct api_operation api_jobs_file = {.id = "jobs_file",
                                            .scope = SCOPE_RESULTS | SCOPE_DATA,
                                            .call = get_file,
                                            .status = 200,
                                            .file = true,
                                            .conflicts = true};
