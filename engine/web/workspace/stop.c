/* The link in every mail with which a person says that they want no more of them. Opening it changes nothing, however
 * often a mail scanner does; its button does, and so does the one-click request of a mail program (RFC 8058). */
#include <string.h>

#include "store/mailings.h"
#include "web/respondent/interview.h"
#include "web/respondent/respondent.h"
#include "web/workspace/reach.h"
#include "web/workspace/reach_pages.h"

static void open_page(struct request *r, struct screen *s, int status, const char *title_key) {
    screen_init(s, r, screen_language(r));
    screen_open(s, status, reach_words(s, title_key), NULL);
    html_markup(&s->html, "<h1>");
    html_text(&s->html, reach_words(s, title_key));
    html_markup(&s->html, "</h1>");
}

static void write_paragraph(struct screen *s, const char *key) {
    html_markup(&s->html, "<p>");
    html_text(&s->html, reach_words(s, key));
    html_markup(&s->html, "</p>");
}

static void close_page(struct screen *s) {
    screen_close_main(s);
    screen_close(s);
}

/* Says nothing about the link: whether it is good comes out when the button is pressed. */
void stop_show(struct request *r) {
    const char *const *languages;
    const size_t n = texts_languages(r->web->texts, &languages);
    struct screen s;
    screen_init(&s, r, screen_language(r));
    screen_open(&s, 200, reach_words(&s, "stop_title"), NULL);
    screen_language_links(&s, "/stop/", r->parameter, languages, n);
    html_markup(&s.html, "<h1>");
    html_text(&s.html, reach_words(&s, "stop_title"));
    html_markup(&s.html, "</h1>");
    write_paragraph(&s, "stop_explain");
    html_markup(&s.html, "<form method=post");
    html_path(&s.html, "action", "/stop/", r->parameter);
    html_markup(&s.html, "><div class=buttons><button>");
    html_text(&s.html, reach_words(&s, "stop_button"));
    html_markup(&s.html, "</button></div></form>");
    close_page(&s);
}

static enum result opt_out(struct request *r) {
    struct wave wave;
    struct id invitation;
    const enum result result = collect_find_stop(r->web->collect, r->arena, r->parameter, &wave, &invitation);
    return result == RESULT_OK ? store_opt_out(r->web->store, wave.id, invitation) : result;
}

static void go_on(struct request *r, int outcome) {
    struct screen s;
    if (outcome != RESULT_OK && outcome != RESULT_INPUT) {
        notice_show_refusal(r, 503);
        return;
    }
    const bool often = outcome == RESULT_INPUT && request_count_miss(r);
    if (often) {
        notice_show_refusal(r, 429);
        return;
    }
    open_page(r, &s, outcome == RESULT_OK ? 200 : 404, outcome == RESULT_OK ? "stop_done" : "stop_unknown");
    write_paragraph(&s, outcome == RESULT_OK ? "stop_done_explain" : "stop_unknown_explain");
    close_page(&s);
}

void stop_handle(struct request *r) {
    if (request_missed_too_often(r))
        notice_show_refusal(r, 429);
    else if (!request_work(r, opt_out, go_on))
        notice_show_refusal(r, 503);
}
