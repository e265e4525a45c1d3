/* Sending the answers in. "Thank you" is said after they are on disk, never before. */
#include "web/respondent/interview.h"

static void cast(void *context, enum cast_outcome outcome) {
    wait_end(context, (int)outcome);
}

static void go_on_cast(struct request *r, int outcome) {
    struct interview *iv = r->state;
    switch (outcome) {
    case CAST_STORED:
    case CAST_ALREADY: /* a double click, a refresh, a lost reply: the same thank-you */
        if (!iv->kiosk)
            r->reply.cookie = "";
        thanks_show(r, iv, true);
        break;
    case CAST_CLOSED:
        closed_show(r, &iv->sitting);
        break;
    case CAST_UNKNOWN:
        unknown_show(r);
        break;
    default: /* failed, or the server is being stopped: the answers may or may not be stored; trying again is safe */
        trouble_show(iv);
    }
}

void send_answers(struct interview *iv) {
    struct request *r = iv->request;
    if (!r->web->collect) {
        thanks_show(r, iv, true);
        return;
    }
    struct wait *wait = request_wait(r, go_on_cast);
    collect_cast(r->web->collect, &iv->sitting, iv->answers, iv->secret, cast, wait);
}

void trouble_show(struct interview *iv) {
    struct screen *s = &iv->screen;
    struct html *h = &s->html;
    interview_open(iv, 503, screen_words(s, "trouble.page_title"));
    if (iv->kiosk)
        kiosk_write_way_out(iv);
    screen_heading(s, "trouble.title");
    screen_paragraph(s, "trouble.explain");
    interview_open_form(iv, false);
    interview_hide(iv);
    interview_hide_value(iv, FIELD_PAGE, arena_printf(iv->request->arena, "%d", iv->page));
    interview_hide_value(iv, FIELD_ASKED, iv->asked);
    interview_hide_answers(iv, -1, true);
    html_markup(h, "<div class=buttons><button name=.s value=submit");
    screen_words_language(s);
    html_end(h);
    screen_say(s, "button.retry");
    html_markup(h, "</button></div></form>");
    interview_close(iv);
}
