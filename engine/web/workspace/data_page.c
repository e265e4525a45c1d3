/* Data: every answer of a closed wave as a file for analysis. For those who work with the assessment, after they have
 * proved anew who they are; never for viewers or whoever holds a link, who see one organisation's figures. */
#include <stdio.h>
#include <stdlib.h>

#include "aggregate/results_table.h"
#include "base/file.h"
#include "base/log.h"
#include "mail/hooks.h"
#include "reports/data.h"
#include "web/workspace/jobs.h"
#include "web/workspace/see.h"
#include "web/workspace/setup.h"

enum { PATIENCE = 1500 }; /* milliseconds, as for reports */

struct making {
    struct store *store;
    const struct texts *texts;
    struct id assessment, wave;
    const char *language;
    enum data_form form;
    bool figures;
};

static void note(const struct wave *wave, const struct data_written *written) {
    char rows[24], number[16];
    (void)snprintf(rows, sizeof rows, "%zu", written->rows);
    (void)snprintf(number, sizeof number, "%d", wave->number);
    log_event(LOG_INFO, "data_written", LOG_WAVE, number, LOG_COUNT, rows, -1);
}

/* The published figures, as `readiness results --format json` writes them. */
static enum result write_figures(struct results *results, const char *path, struct findings *findings) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    enum result result = out ? results_write_json(results, out, findings) : RESULT_MACHINE;
    if (out && fclose(out) != 0)
        result = RESULT_MACHINE;
    if (result == RESULT_OK)
        result = file_write(path, (struct str){text, size}, 0600, findings);
    free(text);
    return result;
}

static enum result make(void *context, const char *path, job_progress *progress, void *progress_context) {
    const struct making *m = context;
    struct arena *arena = arena_new();
    struct findings *findings = findings_new();
    struct data_written written = {0};
    struct assessment a;
    struct wave wave;
    struct results *results;
    enum result result = store_get_assessment(m->store, arena, m->assessment, &a);
    if (result == RESULT_OK)
        result = store_get_wave(m->store, arena, m->wave, &wave);
    if (result == RESULT_OK)
        result = results_open(&results, m->store, &a, &wave, findings);
    if (result == RESULT_OK) {
        const struct report_request request = {.results = results,
                                               .texts = m->texts,
                                               .language = m->language,
                                               .path = path,
                                               .progress = progress,
                                               .context = progress_context};
        result = m->figures                 ? write_figures(results, path, findings)
                 : m->form == DATA_WORKBOOK ? report_data(&request, m->form, 0, &written, findings)
                                            : report_data_bundle(&request, m->form, &written, findings);
        results_close(results);
    }
    if (result == RESULT_OK && !m->figures)
        note(&wave, &written);
    findings_free(findings);
    arena_free(arena);
    return result;
}

static const char *page_path(struct desk *d, const struct wave *wave) {
    return desk_path(d, "assessments", d->assessment.name, "data", arena_printf(d->arena, "%d", wave->number), NULL);
}

static bool note_first(void *context, const struct response *r) {
    *(bool *)context = r != NULL;
    return false;
}

bool see_has_answers(struct desk *d, const struct wave *wave) {
    bool there = false;
    return store_each_response(d->store, wave->id, NULL, note_first, &there) == RESULT_OK && there;
}

static void write_buttons(struct desk *d, const struct wave *wave, const char *language) {
    desk_paragraph(d, "data_care");
    desk_form_open(d, page_path(d, wave), false);
    desk_hidden(d, "report", language);
    setup_buttons_open(d);
    desk_button(d, "data_make_workbook", "make", "workbook");
    desk_button_second(d, "data_make_csv", "make", "csv");
    desk_button_second(d, "data_make_sav", "make", "sav");
    setup_buttons_close(d);
    desk_form_close(d);
}

void data_show(struct desk *d) {
    struct wave wave;
    struct results *results;
    if (!setup_wave(d, &wave) || !see_open(d, &wave, TAB_REPORTS, &results))
        return;
    const struct words w = see_words(d, results);
    desk_open(d, 200, desk_words(d, "data_title"), TAB_REPORTS);
    desk_paragraph(d, "data_what");
    if (see_has_answers(d, &wave))
        write_buttons(d, &wave, w.language);
    else
        desk_paragraph(d, "data_gone");
    desk_close(d);
    results_close(results);
}

static const char *file_name_of(struct desk *d, struct arena *arena, const struct wave *wave, enum data_form form) {
    static const char *const endings[] = {[DATA_WORKBOOK] = ".xlsx", [DATA_CSV] = "-csv.zip", [DATA_SPSS] = "-sav.zip"};
    return arena_printf(arena, "%s-%d-data%s", d->assessment.name, wave->number, endings[form]);
}

static void tell_ready(void *context, struct id owner, const char *id, const char *name) {
    const struct making *m = context;
    hooks_tell_ready(m->store, owner, id, name);
}

bool see_add_data_job(struct desk *d, const struct wave *wave, const char *language, enum data_form form, bool figures,
                      char id[JOB_ID_LENGTH + 1]) {
    struct arena *arena = arena_new(); /* the job's */
    struct making *m = arena_alloc(arena, sizeof *m);
    *m = (struct making){.store = d->store,
                         .texts = d->screen.texts,
                         .assessment = d->assessment.id,
                         .wave = wave->id,
                         .language = arena_string(arena, language),
                         .form = form,
                         .figures = figures};
    const struct job_order order = {
        .owner = d->account.id,
        .title = arena_string(arena, desk_words(d, "data_title")),
        .name = figures ? arena_printf(arena, "%s-%d-figures.json", d->assessment.name, wave->number)
                        : file_name_of(d, arena, wave, form),
        .type = figures                 ? "application/json"
                : form == DATA_WORKBOOK ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                                        : "application/zip",
        .back = arena_string(arena, page_path(d, wave)),
        .answers = !figures,
        .work = make,
        .ready = tell_ready,
        .context = m,
    };
    struct jobs *jobs = d->request->web->jobs;
    if (!jobs)
        arena_free(arena);
    if (!jobs || !jobs_add(jobs, arena, &order, id))
        return false;
    desk_audit(d, "data_written", arena_printf(d->arena, "%s/%s", d->assessment.name, see_wave_name(d, wave)));
    return true;
}

static void begin_job(struct desk *d, const struct wave *wave, const char *language, enum data_form form) {
    char id[JOB_ID_LENGTH + 1];
    if (!see_add_data_job(d, wave, language, form, false, id)) {
        desk_refuse(d, 503);
        return;
    }
    jobs_wait(d->request->web->jobs, d->account.id, id, PATIENCE);
    desk_redirect(d, desk_path(d, "jobs", id, NULL), NULL, NULL);
}

void data_handle(struct desk *d) {
    struct wave wave;
    struct results *results;
    if (!setup_wave(d, &wave) || !see_open(d, &wave, TAB_REPORTS, &results))
        return;
    results_close(results);
    if (!see_has_answers(d, &wave)) {
        desk_refuse(d, 409);
        return;
    }
    const char *language = desk_posted(d, "report", 35);
    begin_job(d, &wave, texts_has_language(d->screen.texts, language) ? language : d->screen.words,
              desk_posted_is(d, "make", "csv")   ? DATA_CSV
              : desk_posted_is(d, "make", "sav") ? DATA_SPSS
                                                 : DATA_WORKBOOK);
}
