/* Making a file of a report: on the job thread, from the store, long after the request that asked for it is gone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/moment.h"
#include "mail/hooks.h"
#include "reports/reports.h"
#include "web/workspace/jobs.h"
#include "web/workspace/see.h"

enum {
    PATIENCE = 1500, /* milliseconds: most are made by then, and nobody needs to see a page that waits */
    WORKBOOK_MOST = 64 << 20
};

struct making {
    struct store *store;
    const struct texts *texts;
    const struct strategies *strategies;
    struct id assessment, wave;
    const char *organisation; /* NULL: all */
    const char *language;
    enum see_file file;
};

static enum result write_page(const struct making *m, struct results *results, struct arena *arena, size_t index,
                              const char *path, job_progress *progress, void *context, struct findings *findings) {
    struct words w = words_about(arena, m->texts, m->language, results);
    const struct organisation_head *heads;
    struct buf out = BUF_INIT;
    struct organisation_view one;
    struct all_view all;
    const size_t total = results_organisations(results, &heads) + 1;
    w.strategies = m->strategies;
    enum result result = m->organisation ? organisation_view_read(&one, results, arena, index)
                                         : all_view_read(&all, results, arena, progress, context, total);
    if (result == RESULT_OK && m->organisation)
        report_write_organisation_file(&out, &w, &one);
    else if (result == RESULT_OK)
        report_write_all_file(&out, &w, &all);
    if (result == RESULT_OK)
        result = file_write(path, buf_view(&out), 0600, findings);
    buf_free(&out);
    return result;
}

static enum result write_file(const struct making *m, struct results *results, struct arena *arena, const char *path,
                              job_progress *progress, void *context, struct findings *findings) {
    const struct report_request request = {.results = results,
                                           .texts = m->texts,
                                           .strategies = m->strategies,
                                           .language = m->language,
                                           .path = path,
                                           .progress = progress,
                                           .profiles = m->file == SEE_PROFILES,
                                           .context = context};
    size_t index = 0;
    if (m->organisation && !see_organisation(results, m->organisation, &index))
        return RESULT_INPUT;
    if (m->file == SEE_BUNDLE)
        return report_bundle(&request, findings);
    if (m->file == SEE_PAGE)
        return write_page(m, results, arena, index, path, progress, context, findings);
    return m->organisation ? report_organisation(&request, index, findings) : report_all(&request, findings);
}

static enum result make(void *context, const char *path, job_progress *progress, void *progress_context) {
    const struct making *m = context;
    struct arena *arena = arena_new();
    struct findings *findings = findings_new();
    struct assessment a;
    struct wave wave;
    struct results *results;
    enum result result = store_get_assessment(m->store, arena, m->assessment, &a);
    if (result == RESULT_OK)
        result = store_get_wave(m->store, arena, m->wave, &wave);
    if (result == RESULT_OK)
        result = results_open(&results, m->store, &a, &wave, findings);
    if (result == RESULT_OK) {
        result = write_file(m, results, arena, path, progress, progress_context, findings);
        results_close(results);
    }
    findings_free(findings);
    arena_free(arena);
    return result;
}

#define WORKBOOK_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
static const char *const endings[] = {
    [SEE_WORKBOOK] = ".xlsx", [SEE_PROFILES] = "-profiles.xlsx", [SEE_PAGE] = ".html", [SEE_BUNDLE] = ".zip"};
static const char *const types[] = {[SEE_WORKBOOK] = WORKBOOK_TYPE,
                                    [SEE_PROFILES] = WORKBOOK_TYPE,
                                    [SEE_PAGE] = "text/html; charset=utf-8",
                                    [SEE_BUNDLE] = "application/zip"};

/* "falls-Baseline-northgate.xlsx": what stands in it comes from people, so only plain characters are kept. */
static const char *file_name_of(struct arena *arena, const char *assessment, const char *wave, const char *organisation,
                                enum see_file file) {
    char *name = arena_printf(arena, "%s-%s%s%s%s", assessment, wave, organisation ? "-" : "",
                              organisation ? organisation : "", endings[file]);
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    for (char *c = name; *c; c++)
        if (!strchr(plain, *c))
            *c = '-';
    return name;
}

static void tell_ready(void *context, struct id owner, const char *id, const char *name) {
    const struct making *m = context;
    hooks_tell_ready(m->store, owner, id, name);
}

bool see_add_job(struct desk *d, const struct wave *wave, const char *organisation, const char *organisation_name,
                 const char *language, enum see_file file, const char *back, char id[JOB_ID_LENGTH + 1]) {
    struct arena *arena = arena_new(); /* the job's */
    struct making *m = arena_alloc(arena, sizeof *m);
    *m = (struct making){.store = d->store,
                         .texts = d->screen.texts,
                         .strategies = d->request->web->strategies,
                         .assessment = d->assessment.id,
                         .wave = wave->id,
                         .organisation = arena_string(arena, organisation),
                         .language = arena_string(arena, language),
                         .file = file};
    const struct job_order order = {
        .owner = d->account.id,
        .title = arena_string(arena, organisation ? organisation_name
                                                  : desk_words(d, file == SEE_BUNDLE ? "see_bundle" : "see_all")),
        .name = file_name_of(arena, d->assessment.name, see_wave_name(d, wave), organisation, file),
        .type = types[file],
        .back = arena_string(arena, back),
        .work = make,
        .ready = tell_ready,
        .context = m,
    };
    struct jobs *jobs = d->request->web->jobs;
    if (!jobs)
        arena_free(arena);
    if (!jobs || !jobs_add(jobs, arena, &order, id))
        return false;
    desk_audit(d, "report_written",
               arena_printf(d->arena, "%s/%s%s%s", d->assessment.name, see_wave_name(d, wave), organisation ? "/" : "",
                            organisation ? organisation : ""));
    return true;
}

void see_begin_job(struct desk *d, const struct wave *wave, const char *organisation, const char *organisation_name,
                   const char *language, enum see_file file, const char *back) {
    char id[JOB_ID_LENGTH + 1];
    if (!see_add_job(d, wave, organisation, organisation_name, language, file, back, id)) {
        desk_refuse(d, 503);
        return;
    }
    jobs_wait(d->request->web->jobs, d->account.id, id, PATIENCE);
    desk_redirect(d, desk_path(d, "jobs", id, NULL), NULL, NULL);
}

void see_download_workbook(struct desk *d, const struct wave *wave, struct results *results, size_t organisation,
                           const char *language) {
    const struct organisation_head *heads;
    struct str content = {NULL, 0};
    char folder[MOMENT_ROOM];
    (void)results_organisations(results, &heads);
    if (!moment_begin(folder)) {
        desk_refuse(d, 503);
        return;
    }
    const struct report_request request = {.results = results,
                                           .texts = d->screen.texts,
                                           .strategies = d->request->web->strategies,
                                           .language = language,
                                           .path = arena_printf(d->arena, "%s/report.xlsx", folder)};
    enum result result = report_organisation(&request, organisation, d->findings);
    if (result == RESULT_OK)
        result = file_read(&content, d->arena, request.path, WORKBOOK_MOST, d->findings);
    (void)moment_end(folder);
    if (result == RESULT_OK)
        desk_download(
            d,
            file_name_of(d->arena, d->assessment.name, see_wave_name(d, wave), heads[organisation].code, SEE_WORKBOOK),
            types[SEE_WORKBOOK], content);
    else
        desk_refuse(d, 503);
}
