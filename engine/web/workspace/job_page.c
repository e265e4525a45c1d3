/* Something that is being made for this person: how far it is, and then the file. Where script is allowed, watch.js
 * looks again by itself; without, a link does. */
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "web/workspace/jobs.h"
#include "web/workspace/see_pages.h"

enum { FILE_MOST = 256 << 20, LOOK_SECONDS = 2 };

static bool find(struct desk *d, struct job_status *out) {
    struct jobs *jobs = d->request->web->jobs;
    if (jobs && jobs_look(jobs, d->arena, d->account.id, desk_parameter(d, "job"), out))
        return true;
    desk_refuse(d, 404);
    return false;
}

static const char *state_name(const struct job_status *s) {
    static const char *const names[] = {
        [JOB_WAITING] = "waiting", [JOB_RUNNING] = "running", [JOB_DONE] = "done", [JOB_FAILED] = "failed"};
    return names[s->state];
}

static const char *number(struct desk *d, size_t n) {
    return arena_printf(d->arena, "%zu", n);
}

/* "3 of 9 steps", or how many come first. */
static const char *progress_words(struct desk *d, const struct job_status *s) {
    if (s->state == JOB_WAITING && s->before > 0)
        return texts_count(d->screen.texts, d->arena, d->screen.words, "work.see_job_before", (long)s->before, NULL);
    if (s->total == 0)
        return desk_words(d, "see_job_begins");
    return desk_fill(d, "see_job_steps", "done", number(d, s->done), "total", number(d, s->total), NULL);
}

static void write_under_way(struct desk *d, const struct job_status *s) {
    struct html *h = &d->screen.html;
    const char *path = desk_path(d, "jobs", desk_parameter(d, "job"), NULL);
    html_markup(h, "<div id=watch role=status");
    html_attribute(h, "data-watch-source", desk_path(d, "jobs", desk_parameter(d, "job"), "progress", NULL));
    html_attribute(h, "data-watch-shape", state_name(s));
    html_attribute_number(h, "data-watch-seconds", LOOK_SECONDS);
    html_markup(h, "><p><progress data-watch=bar");
    html_attribute(h, "aria-label", s->title);
    html_attribute(h, "max", number(d, s->total ? s->total : 1));
    html_attribute(h, "value", number(d, s->done));
    html_markup(h, "></progress></p><p data-watch=progress>");
    html_text(h, progress_words(d, s));
    html_markup(h, "</p></div><noscript><p>");
    desk_link(d, path, desk_words(d, "see_job_look"));
    html_markup(h, "</p></noscript>");
}

void job_show(struct desk *d) {
    struct job_status s;
    struct html *h = &d->screen.html;
    if (!find(d, &s))
        return;
    if (s.state == JOB_WAITING || s.state == JOB_RUNNING)
        desk_script(d, "watch.js");
    desk_open(d, 200, s.title, TAB_NONE);
    if (s.state == JOB_DONE) {
        desk_paragraph(d, "see_job_done");
        html_markup(h, "<p><a class=button");
        html_attribute(h, "href", desk_path(d, "jobs", desk_parameter(d, "job"), "file", NULL));
        html_end(h);
        html_text(h, desk_fill(d, "see_job_download", "file", s.name, NULL));
        html_markup(h, "</a></p>");
    } else if (s.state == JOB_FAILED) {
        desk_paragraph(d, "see_job_failed");
    } else {
        desk_paragraph(d, "see_job_under_way");
        write_under_way(d, &s);
    }
    html_markup(h, "<p>");
    desk_link(d, s.back, desk_words(d, "see_job_back"));
    html_markup(h, "</p>");
    desk_close(d);
}

static void tell_text(struct json_writer *j, const char *key, const char *text) {
    json_key(j, key);
    json_text(j, text);
}

void job_tell(struct desk *d) {
    struct job_status s;
    if (!find(d, &s))
        return;
    struct json_writer j = {&d->request->reply.body, false};
    json_open(&j, '{');
    tell_text(&j, "shape", state_name(&s));
    json_key(&j, "texts");
    json_open(&j, '{');
    tell_text(&j, "progress", progress_words(d, &s));
    json_close(&j, '}');
    json_key(&j, "attributes");
    json_open(&j, '{');
    json_key(&j, "bar");
    json_open(&j, '{');
    tell_text(&j, "max", number(d, s.total ? s.total : 1));
    tell_text(&j, "value", number(d, s.done));
    json_close(&j, '}');
    json_close(&j, '}');
    json_close(&j, '}');
    d->request->reply.status = 200;
    d->request->reply.type = "application/json";
}

void job_download(struct desk *d) {
    struct job_status s;
    struct str content;
    if (!find(d, &s))
        return;
    if (s.state != JOB_DONE)
        desk_refuse(d, 409);
    else if (file_read(&content, d->arena, s.path, FILE_MOST, NULL) != RESULT_OK)
        desk_refuse(d, 404); /* its hour ended just now */
    else
        desk_download(d, s.name, s.type, content);
}
