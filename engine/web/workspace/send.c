/* Writing to people: what is to be sent, and what was sent before. Nothing is sent from here without a preview, and the
 * preview carries the mailing's id, so that a second click finds the first one's mailing. */
#include <string.h>

#include "base/clock.h"
#include "web/workspace/mail_page.h"
#include "web/workspace/reach_pages.h"

static bool under_way(const struct mailing *m) {
    return m->state != MAILING_DONE && !mailing_only_retries(m);
}

/* What must be in the settings before anything can be sent. */
static bool mail_works(struct desk *d, struct findings *why) {
    const struct mailer_tools *tools = d->request->web->mail_tools;
    return tools && mail_check(tools->settings, why) == RESULT_OK;
}

static void show_not_set_up(struct desk *d, struct findings *why) {
    struct html *h = &d->screen.html;
    reach_open(d, "send_title", TAB_SEND);
    reach_write_ways(d, "send");
    html_markup(h, "<div class=empty>");
    desk_paragraph(d, "send_not_set_up");
    desk_paragraph(d, "send_not_set_up_operator");
    html_markup(h, "<pre class=reach-settings dir=ltr>[mail]\nserver    = \"smtp://mail.example.org:587\"\n"
                   "security  = \"starttls\"\nuser      = \"...\"\npassword  = \"...\"\n"
                   "from      = \"survey@example.org\"\nfrom_name = \"...\"</pre>");
    for (size_t i = 0; i < findings_total(why); i++)
        finding_add(d->findings, SEVERITY_NOTE, (struct place){NULL, 0, 0}, findings_at(why, i)->code, NULL);
    desk_findings(d);
    desk_paragraph(d, "send_not_set_up_meanwhile");
    html_markup(h, "<p>");
    desk_link_button(d, reach_path(d, "links", NULL), "send_to_links");
    html_markup(h, "</p></div>");
    desk_close(d);
}

static void write_count(struct desk *d, const char *key, int n) {
    struct html *h = &d->screen.html;
    if (n <= 0)
        return;
    html_markup(h, "<li>");
    html_text(h,
              texts_count(d->screen.texts, d->arena, d->screen.words, arena_printf(d->arena, "work.%s", key), n, NULL));
    html_markup(h, "</li>");
}

/* Who can be reached at all: counts, so that nobody wonders where the others are. */
static void write_reach(struct desk *d, const struct reach *r) {
    struct html *h = &d->screen.html;
    html_markup(h, "<ul class=reach-counts>");
    write_count(d, "send_reachable", r->reachable);
    write_count(d, "send_invited", r->invited);
    write_count(d, "send_waiting", r->waiting);
    write_count(d, "send_no_address", r->no_address);
    write_count(d, "send_opted_out", r->opted_out);
    write_count(d, "send_bounced", r->bounced);
    html_markup(h, "</ul>");
}

static void write_standard(struct desk *d, const char *kind, const char *title_key) {
    struct html *h = &d->screen.html;
    const char *subject, *body;
    mail_standard_text(d->request->web->mail_tools->templates, d->arena, d->screen.language, kind, &subject, &body);
    html_markup(h, "<details><summary>");
    desk_say(d, title_key);
    html_markup(h, "</summary><div class=reach-mail><p><strong>");
    html_text(h, subject);
    html_markup(h, "</strong></p><pre>");
    html_text(h, body);
    html_markup(h, "</pre></div></details>");
}

static void write_form(struct desk *d, const struct reach *r) {
    static const char *const values[] = {"invitations", "reminders", "everyone"};
    const char *const texts[] = {desk_words(d, "send_kind_invitations"), desk_words(d, "send_kind_reminders"),
                                 desk_words(d, "send_kind_everyone")};
    const int most = d->request->web->mails_per_minute;
    desk_form_open(d, reach_path(d, "send", NULL), false);
    desk_field_choice(d, "kind", "send_kind", "send_kind_hint", values, texts, 3,
                      r->invited + r->waiting + r->refused < r->reachable ? "invitations" : "reminders");
    html_markup(&d->screen.html, "<details");
    if (desk_has_errors(d) || *desk_posted(d, "subject", MAIL_SUBJECT_MAX) || *desk_posted(d, "body", MAIL_BODY_MAX))
        html_markup(&d->screen.html, " open");
    html_markup(&d->screen.html, "><summary>");
    desk_say(d, "send_own");
    html_markup(&d->screen.html, "</summary>");
    desk_paragraph(d, "send_own_explain");
    desk_field_text(d, "subject", "send_subject", "send_subject_hint", "", MAIL_SUBJECT_MAX);
    desk_field_area(d, "body", "send_body", "send_body_hint", "", 14);
    write_standard(d, "invitation", "send_standard_invitation");
    write_standard(d, "reminder", "send_standard_reminder");
    html_markup(&d->screen.html, "</details>");
    desk_field_number(d, "per_minute", "send_per_minute", "send_per_minute_hint", arena_printf(d->arena, "%d", most), 1,
                      most);
    html_markup(&d->screen.html, "<div class=buttons>");
    desk_button(d, "send_preview", "step", "preview");
    html_markup(&d->screen.html, "</div>");
    desk_form_close(d);
}

static void write_before(struct desk *d, const struct mailing *list, size_t n) {
    if (n == 0)
        return;
    desk_section(d, "send_before");
    desk_table_open(d, "send_before_table");
    desk_table_head(d, "send_started", false);
    desk_table_head(d, "send_what", false);
    desk_table_head(d, "mailing_done", true);
    desk_table_head(d, "mailing_refused", true);
    desk_table_head(d, "mailing_unknown", true);
    for (size_t i = 0; i < n; i++) {
        desk_row_open(d);
        desk_cell_open(d);
        desk_link(d, reach_path(d, "send", mail_page_id(d, list[i].id)), desk_time(d, list[i].started));
        desk_cell_close(d);
        desk_cell(d, mail_page_kind(d, &list[i]));
        desk_cell_number(d, desk_number(d, list[i].accepted + list[i].spared, 0));
        desk_cell_number(d, desk_number(d, list[i].refused, 0));
        desk_cell_number(d, desk_number(d, list[i].unknown, 0));
        desk_row_close(d);
    }
    desk_table_close(d);
}

/* Mailings that only wait for the next try of what was put off: another may begin. */
static void write_retrying(struct desk *d, const struct mailing *list, size_t n) {
    struct html *h = &d->screen.html;
    for (size_t i = 0; i < n; i++) {
        const struct mailing *m = &list[i];
        if (!mailing_only_retries(m))
            continue;
        html_markup(h, "<div class=notice><p>");
        html_text(h, texts_count(d->screen.texts, d->arena, d->screen.words,
                                 m->next_try > clock_now() ? "work.send_retrying_at" : "work.send_retrying",
                                 m->retrying, "time", m->next_try ? desk_time(d, m->next_try) : "", NULL));
        html_markup(h, "</p><p>");
        desk_link(d, reach_path(d, "send", mail_page_id(d, m->id)), desk_words(d, "send_to_mailing"));
        html_markup(h, "</p></div>");
    }
}

/* A mailing under way takes the form's place: there is one at a time. */
static void write_under_way(struct desk *d, const struct mailing *m) {
    struct html *h = &d->screen.html;
    html_markup(h, "<div class=notice><p>");
    desk_say(d, m->state == MAILING_PAUSED ? "send_paused" : "send_running");
    html_markup(h, "</p><p>");
    desk_link_button(d, reach_path(d, "send", mail_page_id(d, m->id)), "send_to_mailing");
    html_markup(h, "</p></div>");
}

static void show(struct desk *d, const struct wave *wave) {
    struct mailing *list;
    struct reach reach;
    size_t n;
    if (store_list_mailings(d->store, d->arena, wave->id, &list, &n) != RESULT_OK ||
        store_count_reach(d->store, wave->id, &reach) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    const struct mailing *now = NULL;
    for (size_t i = 0; i < n && !now; i++)
        now = under_way(&list[i]) ? &list[i] : NULL;
    reach_open(d, "send_title", TAB_SEND);
    reach_write_ways(d, "send");
    const bool over = reach_is_over(wave);
    if (over)
        reach_write_over(d, wave);
    if (now)
        write_under_way(d, now);
    write_retrying(d, list, n);
    if (reach.personal == 0) {
        desk_empty(d, "send_no_people", reach_path(d, "links", NULL), "send_to_links");
        mail_sample_example(d, wave);
    } else {
        write_reach(d, &reach);
        if (reach.reachable == 0)
            desk_empty(d, "send_nobody", reach_path(d, "people", NULL), "send_to_people");
        else if (!now && !over)
            write_form(d, &reach);
    }
    write_before(d, list, n);
    desk_close(d);
}

/* Before a wave is open there is nobody to write to, but what will be written can be seen. */
static void show_no_wave(struct desk *d) {
    reach_open(d, "send_title", TAB_SEND);
    desk_empty(d, "reach_no_wave", reach_path(d, "waves", NULL), "reach_to_waves");
    mail_sample_example(d, NULL);
    desk_close(d);
}

/* The open wave, if there is one and mail is set up; else the page that says what is missing. */
static bool ready(struct desk *d, struct wave *wave) {
    struct findings *why = findings_new();
    bool good = mail_works(d, why);
    if (!good) {
        show_not_set_up(d, why);
    } else if (!reach_find_wave(d, wave)) {
        if (!reach_failed(d))
            show_no_wave(d);
        good = false;
    }
    findings_free(why);
    return good;
}

void send_show(struct desk *d) {
    struct wave wave;
    if (ready(d, &wave))
        show(d, &wave);
}

static void go_to(struct desk *d, struct id mailing, const char *said) {
    desk_redirect(d, reach_path(d, "send", mail_page_id(d, mailing)), said, NULL);
}

/* The mailing that an earlier click began, if it is this wave's. */
static bool began_before(struct desk *d, const struct wave *wave, struct id id) {
    struct mailing m;
    return store_get_mailing(d->store, d->arena, id, &m) == RESULT_OK && id_equal(m.wave, wave->id);
}

/* Another mailing of the wave that is under way. */
static bool find_under_way(struct desk *d, const struct wave *wave, struct id *out) {
    struct mailing *list;
    size_t n;
    if (store_list_mailings(d->store, d->arena, wave->id, &list, &n) != RESULT_OK)
        return false;
    for (size_t i = 0; i < n; i++)
        if (under_way(&list[i])) {
            *out = list[i].id;
            return true;
        }
    return false;
}

static void start(struct desk *d, const struct wave *wave, struct draft_mailing *m) {
    struct id other;
    if (!mail_page_parse_id(desk_posted(d, "mailing", 32), &m->mailing.id)) {
        desk_refuse(d, 400);
        return;
    }
    if (began_before(d, wave, m->mailing.id)) {
        go_to(d, m->mailing.id, NULL);
        return;
    }
    m->mailing.started = clock_now();
    if (store_start_mailing(d->store, &m->mailing) == RESULT_OK) {
        desk_audit(d, "mailing_started", arena_printf(d->arena, "%s/%s", d->assessment.name, wave->label));
        mailer_wake(d->request->web->mailer);
        go_to(d, m->mailing.id, "mailing_started");
    } else if (began_before(d, wave, m->mailing.id)) {
        go_to(d, m->mailing.id, NULL);
    } else if (find_under_way(d, wave, &other)) {
        go_to(d, other, "mailing_other");
    } else {
        desk_wrong(d, "kind", "send_nobody_left", NULL, NULL);
        show(d, wave);
    }
}

void send_handle(struct desk *d) {
    struct wave wave;
    struct draft_mailing m;
    if (!ready(d, &wave))
        return;
    if (reach_is_over(&wave)) { /* nobody could answer: the page says what to do */
        show(d, &wave);
        return;
    }
    mail_page_read(d, &wave, &m);
    if (desk_has_errors(d) || desk_posted_is(d, "step", "change"))
        show(d, &wave);
    else if (desk_posted_is(d, "step", "start"))
        start(d, &wave, &m);
    else if (desk_posted_is(d, "step", "test"))
        mail_page_preview(d, &wave, &m, mail_page_test(d, &wave, &m) ? "send_test_sent" : NULL);
    else
        mail_page_preview(d, &wave, &m, NULL);
}
