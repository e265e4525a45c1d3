/* Pages for what leads nowhere: unknown and closed links, and requests that are refused. They say what to do next, and
 * nothing that only a finder of links could use: an unknown and a malformed link get the same page. */
#include "web/respondent/interview.h"
#include "web/respondent/respondent.h"

/* Everything that was sent, to be sent again by a button. */
static void write_again(struct screen *s, const struct form *form) {
    struct html *h = &s->html;
    html_markup(h, "<form method=post action=/s>");
    for (size_t i = 0; i < form->n; i++) {
        html_markup(h, "<input type=hidden");
        html_attribute_str(h, "name", form->fields[i].name);
        html_attribute_str(h, "value", form->fields[i].value);
        html_end(h);
    }
    html_markup(h, "<div class=buttons><button");
    screen_words_language(s);
    html_end(h);
    screen_say(s, "button.retry");
    html_markup(h, "</button></div></form>");
}

static void show(struct request *r, const char *language, int status, const char *name, const char *explanation,
                 const struct form *sent) {
    struct screen s;
    buf_clear(&r->reply.body);
    screen_init(&s, r, language);
    screen_open(&s, status, screen_words(&s, arena_printf(r->arena, "notice.%s.title", name)), NULL);
    screen_heading(&s, arena_printf(r->arena, "notice.%s.title", name));
    screen_paragraph_text(&s, explanation ? explanation
                                          : screen_words(&s, arena_printf(r->arena, "notice.%s.explain", name)));
    if (sent && sent->n > 0)
        write_again(&s, sent);
    screen_close_main(&s);
    html_markup(&s.html, "<p><a href=/");
    screen_words_language(&s);
    html_end(&s.html);
    screen_say(&s, "home.link");
    html_markup(&s.html, "</a></p>");
    screen_close(&s);
}

void notice_show_refusal(struct request *r, int status) {
    const char *name = status == 404   ? "unknown"
                       : status == 413 ? "large"
                       : status == 429 ? "often"
                       : status == 403 ? "foreign"
                       : status == 405 ? "method"
                       : status < 500  ? "malformed"
                       : status == 503 ? "busy"
                                       : "failed";
    show(r, screen_language(r), status, name, NULL, NULL);
}

void notice_show_busy(struct request *r) {
    show(r, screen_language(r), 503, "busy", NULL, r->method == METHOD_POST ? &r->form : NULL);
}

void unknown_show(struct request *r) {
    notice_show_refusal(r, request_count_miss(r) ? 429 : 404);
}

void closed_show(struct request *r, const struct sitting *sitting) {
    struct screen s;
    const char *language =
        sitting->language && *sitting->language && !r->language ? sitting->language : screen_language(r);
    screen_init(&s, r, language);
    const char *closed = sitting->wave.closed && *sitting->wave.closed ? sitting->wave.closed : sitting->wave.until;
    const char *explanation = closed && *closed ? texts_fill(s.texts, r->arena, s.words, "web.notice.closed.since",
                                                             "date", screen_date(&s, closed), NULL)
                                                : NULL;
    show(r, language, 410, "closed", explanation, NULL);
}
