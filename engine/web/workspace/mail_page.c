#include "web/workspace/mail_page.h"

#include <sodium.h>
#include <string.h>

#include "mail/templates.h"

enum { LANGUAGES_MAX = 12 };

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
    if (store_count_reach(d->store, wave->id, &reach) != RESULT_OK)
        return false;
    *n = reach.reachable;
    if (m->mailing.kind == MAILING_INVITATIONS)
        *n = reach.reachable - reach.invited;
    else if (!m->mailing.everyone && reach.personal < wave->min_group)
        *n = -1;
    else if (!m->mailing.everyone)
        return store_count_unanswered(d->store, wave->id, n) == RESULT_OK;
    return true;
}

/* What a sample is made of: a personal link for each language that people were invited in. */
struct samples {
    struct link *of[LANGUAGES_MAX];
    size_t n;
    struct organisation *organisations;
    size_t n_organisations;
    struct sitting sitting; /* for the wave's instrument */
};

static bool has_language(const struct samples *s, const char *language) {
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->of[i]->invitation.language, language) == 0)
            return true;
    return false;
}

/* Nobody's language and the instrument's own are the same. */
static void merge_languages(struct samples *s) {
    const char *own = s->sitting.instrument->languages[0];
    size_t n = 0;
    const bool both = has_language(s, "") && has_language(s, own);
    for (size_t i = 0; i < s->n; i++)
        if (!both || *s->of[i]->invitation.language)
            s->of[n++] = s->of[i];
    s->n = n;
}

static bool find_samples(struct desk *d, const struct wave *wave, struct samples *s) {
    struct link *links;
    size_t n;
    *s = (struct samples){.n = 0};
    if (!reach_links(d, wave, &links, &n) || !reach_organisations(d, &s->organisations, &s->n_organisations))
        return false;
    for (size_t i = 0; i < n && s->n < LANGUAGES_MAX; i++)
        if (links[i].invitation.kind == INVITATION_PERSONAL && !has_language(s, links[i].invitation.language))
            s->of[s->n++] = &links[i];
    if (s->n == 0 || collect_find(d->collect, d->arena, s->of[0]->token, &s->sitting) != RESULT_OK ||
        !s->sitting.instrument) {
        desk_refuse(d, 503);
        return false;
    }
    merge_languages(s);
    return true;
}

static enum result write_sample(struct desk *d, const struct wave *wave, const struct draft_mailing *m,
                                const struct samples *s, const struct link *link, bool test, struct mail_message *out) {
    const struct organisation *o =
        reach_organisation(s->organisations, s->n_organisations, link->invitation.organisation);
    const struct organisation plain = {.code = link->invitation.organisation,
                                       .name = link->invitation.organisation,
                                       .parent = "",
                                       .language = "",
                                       .headcount = -1};
    const struct mail_sample sample = {.assessment = &d->assessment,
                                       .instrument = s->sitting.instrument,
                                       .organisation = o ? o : &plain,
                                       .wave = wave,
                                       .language = link->invitation.language,
                                       .to = d->account.email,
                                       .test = test};
    return mailer_write_sample(d->request->web->mail_tools, d->arena, &m->mailing, &sample, out);
}

static void show_message(struct desk *d, const struct mail_message *message, const char *language) {
    struct html *h = &d->screen.html;
    const char *tag = *message->language ? message->language : language;
    html_markup(h, "<section class=reach-mail");
    html_attribute(h, "lang", tag);
    html_attribute(h, "dir", language_is_rtl(tag) ? "rtl" : "ltr");
    html_markup(h, "><h3>");
    html_text(h, message->subject);
    html_markup(h, "</h3><pre>");
    html_text(h, message->body);
    html_markup(h, "</pre></section>");
}

/* The form goes on with what was typed. */
static void write_hidden(struct desk *d, const struct draft_mailing *m) {
    struct id id;
    const char *posted = desk_posted(d, "mailing", 32);
    desk_hidden(d, "kind", m->kind);
    desk_hidden(d, "subject", m->mailing.subject);
    desk_hidden(d, "body", m->mailing.body);
    desk_hidden(d, "per_minute", arena_printf(d->arena, "%d", m->mailing.per_minute));
    desk_hidden(d, "mailing", mail_page_parse_id(posted, &id) ? posted : mail_page_id(d, id_new()));
}

static void write_summary(struct desk *d, const struct draft_mailing *m, int n) {
    struct html *h = &d->screen.html;
    const bool unanswered = m->mailing.kind == MAILING_REMINDERS && !m->mailing.everyone;
    const char *count = unanswered ? "work.send_count_unanswered" : "work.send_count";
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

static void write_messages(struct desk *d, const struct wave *wave, const struct draft_mailing *m,
                           const struct samples *s) {
    struct html *h = &d->screen.html;
    desk_section(d, "send_text");
    desk_paragraph(d, *m->mailing.body || *m->mailing.subject ? "send_text_own" : "send_text_explain");
    for (size_t i = 0; i < s->n; i++) {
        struct mail_message message;
        const char *language = s->of[i]->invitation.language;
        if (!*language)
            language = s->sitting.instrument->languages[0];
        if (write_sample(d, wave, m, s, s->of[i], false, &message) != RESULT_OK)
            continue;
        html_markup(h, "<p class=hint>");
        html_text(h, texts_language_name(d->screen.texts, language));
        html_markup(h, "</p>");
        show_message(d, &message, language);
    }
}

void mail_page_preview(struct desk *d, const struct wave *wave, const struct draft_mailing *m, const char *notice_key) {
    struct samples s;
    int n;
    if (!find_samples(d, wave, &s))
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
    write_buttons(d, m, n);
    write_messages(d, wave, m, &s);
    desk_close(d);
    sitting_end(&s.sitting);
}

/* The sample in the language of the account, if people are written to in it, else in the first. */
static const struct link *own_sample(struct desk *d, const struct samples *s) {
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->of[i]->invitation.language, d->screen.language) == 0)
            return s->of[i];
    return s->of[0];
}

bool mail_page_test(struct desk *d, const struct wave *wave, const struct draft_mailing *m) {
    const struct mail_settings *settings = d->request->web->mail_tools->settings;
    struct samples s;
    struct mail_message message;
    const char *sentence = "";
    if (!find_samples(d, wave, &s)) /* has written its own page; the preview writes over it */
        return false;
    enum mail_outcome outcome = MAIL_NO_SERVER;
    if (write_sample(d, wave, m, &s, own_sample(d, &s), true, &message) == RESULT_OK) {
        struct mail_sender *sender = mail_sender_new(settings);
        outcome = mail_send(sender, d->arena, &message, &sentence);
        mail_sender_free(sender);
    }
    sitting_end(&s.sitting);
    if (outcome == MAIL_ACCEPTED)
        desk_audit(d, "test_mail_sent", arena_printf(d->arena, "%s/%s", d->assessment.name, wave->label));
    else
        finding_add(d->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "send_test_failed", "sentence", sentence,
                    NULL);
    return outcome == MAIL_ACCEPTED;
}
