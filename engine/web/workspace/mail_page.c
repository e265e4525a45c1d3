#include "web/workspace/mail_page.h"

#include <sodium.h>
#include <string.h>

#include "mail/templates.h"
#include "store/counts.h"

const char *mail_page_id(struct desk *d, struct id id) {
    char *text = arena_alloc(d->arena, 2 * sizeof id.bytes + 1);
    return sodium_bin2hex(text, 2 * sizeof id.bytes + 1, id.bytes, sizeof id.bytes);
}

bool mail_page_parse_id(const char *text, struct id *out) {
    size_t n = 0;
    return strlen(text) == 2 * sizeof out->bytes && strspn(text, "0123456789abcdef") == 2 * sizeof out->bytes &&
           sodium_hex2bin(out->bytes, sizeof out->bytes, text, 2 * sizeof out->bytes, NULL, &n, NULL) == 0 &&
           n == sizeof out->bytes;
}

const char *mail_page_kind(struct desk *d, const struct mailing *m) {
    return desk_words(d, m->kind == MAILING_INVITATIONS ? "send_kind_invitations"
                         : m->everyone                  ? "send_kind_everyone"
                                                        : "send_kind_reminders");
}

const char *mail_page_sentence(struct desk *d, const char *sentence) {
    return mail_words(d->screen.texts, d->screen.words, sentence);
}

/* Findings about an own text are findings about its field. */
static void check_text(struct desk *d, const char *field, const char *subject, const char *body) {
    struct findings *found = findings_new();
    if (mail_check_text(subject, body, found) != RESULT_OK)
        for (size_t i = 0; i < findings_total(found); i++) {
            const struct finding *f = findings_at(found, i);
            const char *names[3] = {NULL}, *values[3] = {NULL};
            for (size_t k = 0; k < f->n_args && k < 3; k++) {
                names[k] = f->names[k];
                values[k] = f->values[k];
            }
            finding_add(d->findings, f->severity, (struct place){NULL, 0, 0}, f->code, "field", field, names[0],
                        values[0], names[1], values[1], names[2], values[2], NULL);
        }
    findings_free(found);
}

void mail_page_read(struct desk *d, const struct wave *wave, struct draft_mailing *out) {
    const int most = d->request->web->mails_per_minute;
    long per_minute = 0;
    *out = (struct draft_mailing){.kind = desk_posted(d, "kind", 20)};
    struct mailing *m = &out->mailing;
    m->wave = wave->id;
    if (!mail_page_parse_id(desk_posted(d, "mailing", 32), &m->id))
        m->id = id_new();
    m->everyone = strcmp(out->kind, "everyone") == 0;
    m->kind = strcmp(out->kind, "invitations") == 0 ? MAILING_INVITATIONS : MAILING_REMINDERS;
    if (m->kind == MAILING_REMINDERS && !m->everyone && strcmp(out->kind, "reminders") != 0)
        desk_wrong(d, "kind", "send_kind_missing", NULL, NULL);
    m->subject = desk_posted(d, "subject", MAIL_SUBJECT_MAX);
    m->body = desk_posted(d, "body", MAIL_BODY_MAX);
    check_text(d, "subject", m->subject, "");
    check_text(d, "body", "", m->body);
    if (form_get_number(&d->request->form, "per_minute", 1, most, &per_minute) != FIELD_VALID)
        desk_wrong(d, "per_minute", "send_per_minute_wrong", "most", arena_printf(d->arena, "%d", most));
    m->per_minute = (int)per_minute;
}

bool mail_page_count(struct desk *d, const struct wave *wave, const struct draft_mailing *m, int *n) {
    struct reach reach;
    struct wave_counts counts;
    if (store_count_reach(d->store, wave->id, &reach) != RESULT_OK ||
        store_count_answers(d->store, d->arena, wave, &counts) != RESULT_OK)
        return false;
    if (mailing_names_nobody(&m->mailing))
        *n = counts.everybody ? counts.unanswered : -1;
    else
        *n = reach.reachable - reach.waiting - (m->mailing.kind == MAILING_INVITATIONS ? reach.invited : 0);
    return true;
}

/* A reminder to people who never got what it reminds of. Whoever has refused addresses or waits in another mailing is
 * counted only where this one goes to them (store_start_mailing). */
static void warn_uninvited(struct desk *d, const struct wave *wave, const struct mailing *m) {
    struct reach r;
    if (m->kind != MAILING_REMINDERS || store_count_reach(d->store, wave->id, &r) != RESULT_OK)
        return;
    const int n = r.reachable - r.invited - r.waiting - (mailing_names_nobody(m) ? r.refused : 0);
    if (n <= 0)
        return;
    html_markup(&d->screen.html, "<div class=notice><p>");
    html_text(&d->screen.html,
              texts_count(d->screen.texts, d->arena, d->screen.words, "work.send_warn_uninvited", n, NULL));
    html_markup(&d->screen.html, "</p></div>");
}

/* The form goes on with what was typed. */
static void write_hidden(struct desk *d, const struct draft_mailing *m) {
    desk_hidden(d, "kind", m->kind);
    desk_hidden(d, "subject", m->mailing.subject);
    desk_hidden(d, "body", m->mailing.body);
    desk_hidden(d, "per_minute", arena_printf(d->arena, "%d", m->mailing.per_minute));
    desk_hidden(d, "mailing", mail_page_id(d, m->mailing.id));
}

static void write_summary(struct desk *d, const struct draft_mailing *m, int n) {
    struct html *h = &d->screen.html;
    const char *count = mailing_names_nobody(&m->mailing) ? "work.send_count_unanswered" : "work.send_count";
    html_markup(h, "<p><strong>");
    html_text(h, mail_page_kind(d, &m->mailing));
    html_markup(h, "</strong></p><p>");
    if (n <= 0)
        desk_say(d, n == 0 ? "send_count_none" : "send_count_hidden");
    else
        html_text(h, texts_count(d->screen.texts, d->arena, d->screen.words, count, n, NULL));
    html_markup(h, " ");
    html_text(h,
              texts_count(d->screen.texts, d->arena, d->screen.words, "work.send_pace", m->mailing.per_minute, NULL));
    html_markup(h, "</p>");
    if (m->mailing.kind == MAILING_REMINDERS)
        desk_paragraph(d, m->mailing.everyone ? "send_explain_everyone" : "send_explain_reminders");
    else
        desk_paragraph(d, "send_explain_invitations");
}

static void write_buttons(struct desk *d, const struct draft_mailing *m, int n) {
    struct html *h = &d->screen.html;
    desk_form_open(d, reach_path(d, "send", NULL), false);
    write_hidden(d, m);
    html_markup(h, "<div class=buttons>");
    if (n != 0)
        desk_button(d, "send_start", "step", "start");
    desk_button_second(d, "send_test", "step", "test");
    desk_button_second(d, "send_change", "step", "change");
    html_markup(h, "</div>");
    desk_form_close(d);
}

/* Another organisation's people may be written to in other languages, and its name stands in the mail. */
static void write_choice(struct desk *d, const struct draft_mailing *m, const struct samples *s) {
    const char **values = arena_array(d->arena, s->n_choices + 1, sizeof *values);
    const char **texts = arena_array(d->arena, s->n_choices + 1, sizeof *texts);
    if (s->n_choices < 2)
        return;
    values[0] = "";
    texts[0] = desk_words(d, "send_sample_any");
    for (size_t i = 0; i < s->n_choices; i++) {
        values[i + 1] = s->choices[i]->code;
        texts[i + 1] = *s->choices[i]->name ? s->choices[i]->name : s->choices[i]->code;
    }
    desk_form_open(d, reach_path(d, "send", NULL), false);
    write_hidden(d, m);
    desk_field_choice(d, "organisation", "send_sample_of", NULL, values, texts, s->n_choices + 1, s->organisation);
    html_markup(&d->screen.html, "<div class=buttons>");
    desk_button_second(d, "send_sample_show", "step", "preview");
    html_markup(&d->screen.html, "</div>");
    desk_form_close(d);
}

void mail_page_preview(struct desk *d, const struct wave *wave, const struct draft_mailing *m, const char *notice_key) {
    struct samples s;
    int n;
    if (!mail_sample_find(d, wave, m, &s))
        return;
    if (!mail_page_count(d, wave, m, &n)) {
        sitting_end(&s.sitting);
        desk_refuse(d, 503);
        return;
    }
    reach_open(d, "send_preview_title", TAB_SEND);
    if (notice_key) {
        html_markup(&d->screen.html, "<div class=notice role=status><p>");
        desk_text(d, desk_fill(d, notice_key, "email", d->account.email, NULL));
        html_markup(&d->screen.html, "</p></div>");
    }
    write_summary(d, m, n);
    warn_uninvited(d, wave, &m->mailing);
    write_buttons(d, m, n);
    mail_sample_show(d, m, &s);
    write_choice(d, m, &s);
    desk_close(d);
    sitting_end(&s.sitting);
}
