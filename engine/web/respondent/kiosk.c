/* A shared device: an open link that clears itself. No answer is kept in the browser, they travel in the page, and the
 * browser returns to the start by itself, after the thank-you and when a page was left alone. The return is asked for
 * by a header (Refresh), which every browser follows without a script.
 *
 * A browser can still be led back to an earlier page and asked to send it anew, answers and all. So a cookie names the
 * sitting that goes on, and what belongs to another one is not shown. Each sitting has a random part of its own, and
 * between two sittings the cookie is the same on every device: nothing leads from one person to the next. Where no
 * cookies are kept, all goes on without one. */
#include <string.h>

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
        r->kiosk_part = ""; /* somebody's draft, from before: no sitting of this kind goes on */
    r->cookie = NULL;
    r->cookie_part = "";
}

/* What the browser is to keep: which sitting goes on, or with "" that none does. */
static void tell(struct request *r, const char *part) {
    r->reply.cookie = arena_printf(r->arena, "%0*d%s%s", SITTING_SECRET_SIZE, 0, *part ? "-" : "", part);
}

static const char *own_part(const struct interview *iv) {
    const char *dot = strchr(iv->sitting.token, '.');
    return dot ? dot + 1 : "";
}

void kiosk_begin(struct interview *iv) {
    tell(iv->request, own_part(iv));
}

bool kiosk_is_another(const struct interview *iv) {
    const char *goes_on = iv->request->kiosk_part;
    return iv->kiosk && goes_on && (!*goes_on || strcmp(goes_on, own_part(iv)) != 0);
}

void kiosk_end(struct interview *iv) {
    if (iv->request->method == METHOD_GET || !kiosk_is_another(iv))
        tell(iv->request, "");
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
