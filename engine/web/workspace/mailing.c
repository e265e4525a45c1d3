/* One mailing: how far it is, what was refused and why; pause, go on, end. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "web/workspace/mail_page.h"
#include "web/workspace/reach_pages.h"

enum { REFRESH_SECONDS = 5 };

struct progress {
    struct mailing m;
    struct wave wave;
    int retries;
    const char *retry_sentence;
    const char *trouble; /* what keeps the mailer from sending, "" when nothing does */
};

/* The mailing of the path, if it is one of this assessment's; else the page that says so. */
static bool find(struct desk *d, struct progress *p) {
    if (!mailing_find(d, &p->m, &p->wave))
        return false;
    struct mailer *mailer = d->request->web->mailer;
    p->trouble = mailer && p->m.state == MAILING_RUNNING ? mailer_trouble(mailer, d->arena) : "";
    if (store_count_retries(d->store, d->arena, p->m.id, &p->retries, &p->retry_sentence) != RESULT_OK) {
        desk_refuse(d, 503);
        return false;
    }
    return true;
}

static int total_of(const struct mailing *m) {
    return m->waiting + m->accepted + m->spared + m->refused + m->unknown;
}

/* Words: the page and the data for the script say the same */

static const char *number(struct desk *d, int n) {
    return desk_number(d, n, 0);
}

static const char *state_words(struct desk *d, const struct progress *p) {
    const struct mailing *m = &p->m;
    const char *done = number(d, total_of(m) - m->waiting), *total = number(d, total_of(m));
    const char *key = "mailing_state_running";
    if (m->state == MAILING_PAUSED)
        key = m->reason == PAUSE_ASKED ? "mailing_state_paused" : "mailing_state_paused_itself";
    else if (m->state == MAILING_DONE)
        key = m->waiting ? "mailing_state_ended" : "mailing_state_done";
    else if (*p->trouble || mailing_only_retries(m))
        key = "mailing_state_trouble";
    return desk_fill(d, key, "done", done, "total", total, NULL);
}

/* Why the server itself paused it. */
static const char *reason_words(struct desk *d, const struct progress *p) {
    switch (p->m.reason) {
    case PAUSE_DEADLINE:
        return desk_fill(d, "mailing_why_deadline", "date", desk_day(d, p->wave.until), NULL);
    case PAUSE_KEY:
        return desk_words(d, "mailing_why_key");
    case PAUSE_BARRED:
        return desk_fill(d, "mailing_why_barred", "sentence", mail_page_sentence(d, p->m.sentence), NULL);
    case PAUSE_ASKED:
        break;
    }
    return "";
}

/* Of a mailing that names nobody neither the moment nor the sentence is known here. */
static const char *retry_words(struct desk *d, const struct progress *p) {
    const char *sentence = mail_page_sentence(d, p->retry_sentence);
    if (!*sentence)
        return desk_words(d, "mailing_retry_unsaid");
    if (p->m.next_try <= clock_now())
        return desk_fill(d, "mailing_retry", "sentence", sentence, NULL);
    return desk_fill(d, "mailing_retry_at", "sentence", sentence, "time", desk_time(d, p->m.next_try), NULL);
}

static const char *trouble_words(struct desk *d, const struct progress *p) {
    if (p->m.state == MAILING_PAUSED)
        return reason_words(d, p);
    if (p->m.state == MAILING_DONE)
        return "";
    if (*p->trouble)
        return desk_fill(d, "mailing_trouble", "sentence", mail_page_sentence(d, p->trouble), NULL);
    return p->retries ? retry_words(d, p) : "";
}

struct count {
    const char *name, *key;
    int n;
};

static void count_all(const struct progress *p, struct count counts[5]) {
    const bool spared = mailing_tells_spared(&p->m, p->wave.min_group);
    counts[0] = (struct count){"done", spared ? "mailing_accepted" : "mailing_done",
                               p->m.accepted + (spared ? 0 : p->m.spared)};
    const bool ended = p->m.state == MAILING_DONE; /* then nothing is sent or tried again any more */
    counts[1] = (struct count){"waiting", ended ? "mailing_not_sent" : "mailing_waiting",
                               p->m.waiting - (ended ? 0 : p->retries)};
    counts[2] = (struct count){"retries", "mailing_retries", ended ? 0 : p->retries};
    counts[3] = (struct count){"refused", "mailing_refused", p->m.refused};
    counts[4] = (struct count){"unknown", "mailing_unknown", p->m.unknown};
}

static const char *bar_width(struct desk *d, const struct progress *p) {
    const int total = total_of(&p->m);
    return arena_printf(d->arena, "%d", total ? 1000 * (total - p->m.waiting) / total : 1000);
}

/* The page is built anew when the state changes: other buttons, the list of problems. */
static const char *shape(struct desk *d, const struct progress *p) {
    return arena_printf(d->arena, "%d.%d.%d", (int)p->m.state, p->m.refused, p->m.unknown);
}

/* The page */

static void write_place(struct desk *d, const char *name, const char *text) {
    struct html *h = &d->screen.html;
    html_markup(h, "<span");
    html_attribute(h, "data-watch", name);
    html_end(h);
    html_text(h, text);
    html_markup(h, "</span>");
}

static void write_progress(struct desk *d, const struct progress *p) {
    struct html *h = &d->screen.html;
    html_markup(h, "<p class=reach-total role=status><strong>");
    write_place(d, "state", state_words(d, p));
    html_markup(h,
                "</strong></p><svg class=reach-bar viewBox=\"0 0 1000 24\" preserveAspectRatio=none aria-hidden=true>"
                "<rect class=reach-bar-all width=1000 height=24 /><rect class=reach-bar-done height=24 data-watch=bar");
    html_attribute(h, "width", bar_width(d, p));
    html_markup(h, " /></svg><p class=reach-trouble>");
    write_place(d, "trouble", trouble_words(d, p));
    html_markup(h, "</p>");
}

static void write_counts(struct desk *d, const struct progress *p) {
    struct html *h = &d->screen.html;
    struct count counts[5];
    count_all(p, counts);
    html_markup(h, "<dl class=reach-figures>");
    for (size_t i = 0; i < 5; i++) {
        html_markup(h, "<div><dt>");
        desk_say(d, counts[i].key);
        html_markup(h, "</dt><dd>");
        write_place(d, counts[i].name, number(d, counts[i].n));
        html_markup(h, "</dd></div>");
    }
    if (mailing_tells_spared(&p->m, p->wave.min_group)) {
        html_markup(h, "<div><dt>");
        desk_say(d, "mailing_spared");
        html_markup(h, "</dt><dd>");
        html_text(h, number(d, p->m.spared));
        html_markup(h, "</dd></div>");
    }
    html_markup(h, "</dl>");
}

static void write_buttons(struct desk *d, const struct progress *p) {
    struct html *h = &d->screen.html;
    if (p->m.state == MAILING_DONE)
        return;
    if (p->m.state == MAILING_PAUSED)
        desk_paragraph(d, "mailing_end_explain");
    desk_form_open(d, reach_path(d, "send", mail_page_id(d, p->m.id)), false);
    html_markup(h, "<div class=buttons>");
    if (p->m.state == MAILING_RUNNING) {
        desk_button(d, "mailing_pause", "step", "pause");
    } else {
        desk_button(d, "mailing_resume", "step", "resume");
        desk_button_second(d, "mailing_end", "step", "end");
    }
    html_markup(h, "</div>");
    desk_form_close(d);
}

static void write_facts(struct desk *d, const struct progress *p) {
    struct html *h = &d->screen.html;
    html_markup(h, "<p>");
    desk_text(d, desk_fill(d, "mailing_facts", "kind", mail_page_kind(d, &p->m), "label", p->wave.label, "time",
                           desk_time(d, p->m.started), NULL));
    html_markup(h, "</p>");
}

void mailing_show(struct desk *d) {
    struct progress p;
    struct html *h = &d->screen.html;
    if (!find(d, &p))
        return;
    if (p.m.state == MAILING_RUNNING) {
        desk_script(d, "watch.js");
        desk_refresh(d, REFRESH_SECONDS);
    }
    reach_open(d, "mailing_title", TAB_SEND);
    write_facts(d, &p);
    html_markup(h, "<div");
    if (p.m.state == MAILING_RUNNING) {
        html_markup(h, " id=watch");
        html_attribute(
            h, "data-watch-source",
            desk_path(d, "assessments", d->assessment.name, "send", mail_page_id(d, p.m.id), "progress", NULL));
        html_attribute(h, "data-watch-shape", shape(d, &p));
        html_attribute_number(h, "data-watch-seconds", REFRESH_SECONDS);
    }
    html_end(h);
    write_progress(d, &p);
    write_counts(d, &p);
    html_markup(h, "</div>");
    write_buttons(d, &p);
    mailing_write_people(d, &p.m);
    html_markup(h, "<p class=reach-back>");
    desk_link(d, reach_path(d, "send", NULL), desk_words(d, "mailing_back"));
    html_markup(h, "</p>");
    desk_close(d);
}

static void tell_text(struct json_writer *j, const char *name, const char *text) {
    json_key(j, name);
    json_text(j, text);
}

void mailing_tell(struct desk *d) {
    struct progress p;
    struct count counts[5];
    if (!find(d, &p))
        return;
    struct json_writer j = {&d->request->reply.body, false};
    count_all(&p, counts);
    json_open(&j, '{');
    tell_text(&j, "shape", shape(d, &p));
    json_key(&j, "texts");
    json_open(&j, '{');
    tell_text(&j, "state", state_words(d, &p));
    tell_text(&j, "trouble", trouble_words(d, &p));
    for (size_t i = 0; i < 5; i++)
        tell_text(&j, counts[i].name, number(d, counts[i].n));
    json_close(&j, '}');
    json_key(&j, "attributes");
    json_open(&j, '{');
    json_key(&j, "bar");
    json_open(&j, '{');
    tell_text(&j, "width", bar_width(d, &p));
    json_close(&j, '}');
    json_close(&j, '}');
    json_close(&j, '}');
    d->request->reply.status = 200;
    d->request->reply.type = "application/json";
}

void mailing_handle(struct desk *d) {
    struct progress p;
    if (!find(d, &p))
        return;
    const bool pause = desk_posted_is(d, "step", "pause"), end = desk_posted_is(d, "step", "end");
    const enum mailing_state state = pause ? MAILING_PAUSED : end ? MAILING_DONE : MAILING_RUNNING;
    const char *act = pause ? "mailing_paused" : end ? "mailing_ended" : "mailing_resumed";
    if (!pause && !end && !desk_posted_is(d, "step", "resume")) {
        desk_refuse(d, 400);
        return;
    }
    /* RESULT_INPUT: it was done meanwhile, which the page then shows */
    const enum result result = store_set_mailing_state(d->store, p.m.id, state);
    if (result == RESULT_MACHINE) {
        desk_refuse(d, 503);
        return;
    }
    if (result == RESULT_OK) {
        desk_audit(d, end ? "mailing_stopped" : act, arena_printf(d->arena, "%s/%s", d->assessment.name, p.wave.label));
        mailer_wake(d->request->web->mailer);
    }
    desk_redirect(d, reach_path(d, "send", mail_page_id(d, p.m.id)), result == RESULT_OK ? act : NULL, NULL);
}
