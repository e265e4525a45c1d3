/* `readiness preview`: the form of one file as it is on disk at this moment. Whoever writes it saves, reloads the page,
 * and sees what has become of it; a file with mistakes shows them instead. */
#include <string.h>

#include "base/file.h"
#include "instrument/library.h"
#include "web/respondent/interview.h"
#include "web/respondent/respondent.h"
#include "web/routes.h"

static void write_finding(struct screen *s, const struct finding *f) {
    struct buf sentence = BUF_INIT;
    finding_sentence(&sentence, f, s->texts, s->words);
    html_markup(&s->html, "<li><strong>");
    html_text(&s->html, texts_get(s->texts, s->words,
                                  f->severity == SEVERITY_ERROR     ? "severity.error"
                                  : f->severity == SEVERITY_WARNING ? "severity.warning"
                                                                    : "severity.note"));
    if (f->place.file && f->place.line > 0)
        html_text(&s->html, arena_printf(s->request->arena, " %s:%d", file_name(f->place.file), f->place.line));
    html_markup(&s->html, "</strong> ");
    html_text(&s->html, arena_copy(s->request->arena, sentence.p, sentence.n));
    html_markup(&s->html, "</li>");
    buf_free(&sentence);
}

static void show_mistakes(struct request *r, const struct findings *findings) {
    struct screen s;
    screen_init(&s, r, screen_language(r));
    screen_open(&s, 200, screen_words(&s, "preview.broken.title"), NULL);
    screen_heading(&s, "preview.broken.title");
    screen_paragraph(&s, "preview.broken.explain");
    html_markup(&s.html, "<ul");
    screen_words_language(&s);
    html_end(&s.html);
    for (size_t i = 0; i < findings_total(findings); i++)
        write_finding(&s, findings_at(findings, i));
    html_markup(&s.html, "</ul>");
    screen_close_main(&s);
    screen_close(&s);
}

const struct instrument *preview_take(struct request *r) {
    const struct web *web = r->web;
    if (!web->preview_file)
        return instrument_hold(web->preview);
    const struct instrument *now = NULL;
    struct findings *findings = findings_new();
    if (library_load(web->library, &now, web->preview_file, LIBRARY_LOOK, findings) != RESULT_OK) {
        findings_sort(findings);
        show_mistakes(r, findings);
        now = NULL;
    }
    findings_free(findings);
    return now;
}

void start_show_preview(struct request *r) {
    const bool organisation = strcmp(r->route->path, "/preview/organisation") == 0;
    struct interview *iv = interview_preview(r, organisation ? AUDIENCE_ORGANISATION : AUDIENCE_STAFF);
    if (!iv)
        return;
    if (iv->page >= 0) {
        start_show_for(iv, false);
    } else if (!organisation && interview_field_count(iv->sitting.instrument, AUDIENCE_ORGANISATION) > 0) {
        r->reply.status = 303; /* an instrument for organisations alone */
        r->reply.location = "/preview/organisation";
    } else {
        unknown_show(r);
    }
}
