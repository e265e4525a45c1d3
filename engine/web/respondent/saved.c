/* "Save and continue later": how to come back on this device, and the code for another one, shown once. */
#include "web/respondent/interview.h"

static enum result make_code(struct request *r) {
    struct interview *iv = r->state;
    return collect_make_resume_code(r->web->collect, &iv->sitting, iv->secret, iv->resume_code);
}

static void write_code(struct interview *iv) {
    struct html *h = &iv->screen.html;
    html_markup(h, "<h2");
    screen_words_language(&iv->screen);
    html_end(h);
    screen_say(&iv->screen, "saved.other_device");
    html_markup(h, "</h2>");
    screen_paragraph(&iv->screen, "saved.code");
    html_markup(h, "<p class=resume dir=ltr translate=no>");
    html_text(h, iv->resume_code);
    html_markup(h, "</p>");
    screen_paragraph(&iv->screen, "saved.code_once");
}

static void show(struct interview *iv, bool saved) {
    struct screen *s = &iv->screen;
    struct html *h = &s->html;
    interview_open(iv, saved ? 200 : 503, screen_words(s, saved ? "saved.title" : "trouble.page_title"));
    screen_heading(s, saved ? "saved.title" : "saved.not");
    screen_paragraph(s, saved ? "saved.this_device" : "saved.not_explain");
    if (saved && iv->made)
        write_code(iv);
    interview_open_form(iv, false);
    interview_hide(iv);
    interview_hide_value(iv, FIELD_PAGE, arena_printf(iv->request->arena, "%d", iv->page));
    interview_hide_value(iv, FIELD_ASKED, iv->asked);
    interview_hide_answers(iv, -1, !saved);
    html_markup(h, "<div class=buttons><button name=.s value=again");
    screen_words_language(s);
    html_end(h);
    screen_say(s, "button.go_on");
    html_markup(h, "</button></div></form>");
    interview_close(iv);
}

static void go_on_made(struct request *r, int outcome) {
    struct interview *iv = r->state;
    iv->made = outcome == RESULT_OK;
    show(iv, true);
}

void saved_show(struct interview *iv) {
    /* without a secret the draft could not be stored; the page then holds everything */
    if (!iv->secret)
        show(iv, false);
    else if (!request_work(iv->request, make_code, go_on_made))
        show(iv, true);
}
