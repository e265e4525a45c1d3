/* A shared device: an open link that clears itself. Nothing is kept in the browser, the answers travel in the page, and
 * the browser returns to the start by itself, after the thank-you and when a page was left alone. The return is asked
 * for by a header (Refresh), which every browser follows without a script. */
#include "base/clock.h"
#include "web/respondent/interview.h"

enum { SLACK = 30 /* seconds from the moment a page is made until it is read */ };

static bool asks(const struct request *r) {
    struct str value;
    long made;
    if (r->method == METHOD_GET)
        return form_get(&r->query, "kiosk", 8, &value) == FIELD_VALID && str_is(value, "1");
    return form_get_number(&r->form, FIELD_KIOSK, 0, 1L << 40, &made) == FIELD_VALID;
}

void kiosk_find(struct interview *iv) {
    struct request *r = iv->request;
    iv->kiosk = iv->link && asks(r);
    if (!iv->kiosk)
        return;
    iv->screen.query = "&kiosk=1";
    if (r->cookie)
        r->reply.cookie = ""; /* somebody else's, from before */
    r->cookie = NULL;
    r->cookie_part = "";
}

bool kiosk_is_over(const struct interview *iv) {
    long made = 0;
    return iv->kiosk && form_get_number(&iv->request->form, FIELD_KIOSK, 0, 1L << 40, &made) == FIELD_VALID &&
           clock_now() - made > KIOSK_IDLE + SLACK;
}

const char *kiosk_path(struct interview *iv) {
    return arena_printf(iv->request->arena, "/s/%s?kiosk=1", iv->link);
}

void kiosk_return(struct interview *iv, int seconds) {
    struct request *r = iv->request;
    r->reply.refresh = arena_printf(r->arena, "%d; url=%s", seconds, kiosk_path(iv));
}

void kiosk_leave(struct interview *iv) {
    iv->request->reply.status = 303;
    iv->request->reply.location = kiosk_path(iv);
}

void kiosk_write_way_out(struct interview *iv) {
    struct html *h = &iv->screen.html;
    kiosk_return(iv, KIOSK_IDLE);
    html_markup(h, "<div class=kiosk");
    screen_words_language(&iv->screen);
    html_markup(h, "><p>");
    screen_say(&iv->screen, "kiosk.explain");
    html_markup(h, "</p><a class=\"button second\"");
    html_attribute(h, "href", kiosk_path(iv));
    html_end(h);
    screen_say(&iv->screen, "kiosk.again");
    html_markup(h, "</a></div>");
}
