/* What a mail looks like before it is sent: as a real recipient gets it, with the links masked; as an example where
 * there are no people yet; as a test to oneself. */
#include <string.h>

#include "web/workspace/mail_page.h"
#include "web/workspace/setup.h"

static const struct person *find_person(const struct person *people, size_t n, struct id id) {
    for (size_t i = 0; i < n; i++)
        if (id_equal(people[i].id, id))
            return &people[i];
    return NULL;
}

/* Were they sent an invitation of this wave before, which was not refused? */
static bool was_invited(struct desk *d, const struct wave *wave, struct id person) {
    struct person_mail *mails;
    size_t n;
    bool found = false;
    if (store_list_person_mails(d->store, d->arena, person, &mails, &n) != RESULT_OK)
        return false;
    for (size_t i = 0; i < n; i++)
        found = found || (mails[i].kind == MAILING_INVITATIONS && mails[i].state != DELIVERY_WAITING &&
                          mails[i].state != DELIVERY_REFUSED && strcmp(mails[i].wave, wave->label) == 0);
    return found;
}

static bool has_language(const struct samples *s, const char *language) {
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->languages[i], language) == 0)
            return true;
    return false;
}

static void add_choice(struct samples *s, const char *code) {
    for (size_t i = 0; i < s->n_choices; i++)
        if (strcmp(s->choices[i]->code, code) == 0)
            return;
    for (size_t i = 0; i < s->n_organisations; i++)
        if (strcmp(s->organisations[i].code, code) == 0)
            s->choices[s->n_choices++] = &s->organisations[i];
}

struct search {
    struct link *links;
    size_t n;
    const struct person *people;
    size_t n_people;
    bool only_new; /* a mailing of invitations that still has somebody to go to */
};

/* Takes the first recipient of each language; `links` come in the order of organisations and addresses. */
static void choose(struct desk *d, const struct wave *wave, const struct search *look, struct samples *s) {
    const char *own = s->sitting.instrument->languages[0];
    for (size_t i = 0; i < look->n; i++) {
        const struct invitation *v = &look->links[i].invitation;
        const char *language = *v->language ? v->language : own;
        if (v->kind != INVITATION_PERSONAL || !*v->email)
            continue;
        add_choice(s, v->organisation);
        if (s->n == SAMPLES_MAX || has_language(s, language) ||
            (*s->organisation && strcmp(s->organisation, v->organisation) != 0))
            continue;
        const struct person *p = find_person(look->people, look->n_people, v->person);
        if (!p || p->contact != CONTACT_GOOD || (look->only_new && was_invited(d, wave, v->person)))
            continue;
        s->languages[s->n] = arena_string(d->arena, language);
        s->of[s->n++] = &look->links[i];
    }
}

/* The wave's instrument, through anybody's link. */
static bool sit_down(struct desk *d, const struct search *look, struct samples *s) {
    for (size_t i = 0; i < look->n; i++)
        if (look->links[i].invitation.kind == INVITATION_PERSONAL)
            return collect_find(d->collect, d->arena, look->links[i].token, &s->sitting) == RESULT_OK &&
                   s->sitting.instrument;
    return false;
}

bool mail_sample_find(struct desk *d, const struct wave *wave, const struct draft_mailing *m, struct samples *s) {
    struct search look = {.n = 0};
    struct person *people;
    int left = 0;
    *s = (struct samples){.organisation = desk_posted(d, "organisation", 100)};
    if (!reach_links(d, wave, &look.links, &look.n) || !reach_organisations(d, &s->organisations, &s->n_organisations))
        return false;
    s->choices = arena_array(d->arena, s->n_organisations + 1, sizeof(struct organisation *));
    if (store_list_people(d->store, d->arena, d->assessment.id, &people, &look.n_people) != RESULT_OK ||
        !mail_page_count(d, wave, m, &left) || !sit_down(d, &look, s)) {
        desk_refuse(d, 503);
        return false;
    }
    look.people = people;
    look.only_new = m->mailing.kind == MAILING_INVITATIONS && left > 0;
    choose(d, wave, &look, s);
    if (s->n == 0 && look.only_new) { /* of that organisation everybody was invited */
        look.only_new = false;
        choose(d, wave, &look, s);
    }
    if (s->n == 0) {
        sitting_end(&s->sitting);
        desk_refuse(d, 409);
        return false;
    }
    return true;
}

static void show_line(struct desk *d, const char *key, const char *text) {
    struct html *h = &d->screen.html;
    html_markup(h, "<div><dt>");
    desk_say(d, key);
    html_markup(h, "</dt><dd>");
    html_text(h, text);
    html_markup(h, "</dd></div>");
}

/* As it stands in a mailbox. There is no other form of it: mails are plain text, with nothing to load or to click but
 * the links in it. */
static void show_message(struct desk *d, const struct mail_message *message, const char *language) {
    struct html *h = &d->screen.html;
    const struct mail_settings *settings = d->request->web->mail_tools->settings;
    const char *tag = *message->language ? message->language : language;
    html_markup(h, "<h3>");
    html_text(h, texts_language_name(d->screen.texts, language));
    html_markup(h, "</h3><section class=reach-mail><dl class=reach-envelope>");
    show_line(d, "send_from",
              *settings->from_name ? arena_printf(d->arena, "%s <%s>", settings->from_name, settings->from)
                                   : settings->from);
    show_line(d, "send_to",
              *message->to_name ? arena_printf(d->arena, "%s <%s>", message->to_name, message->to) : message->to);
    html_markup(h, "</dl><div");
    html_attribute(h, "lang", tag);
    html_attribute(h, "dir", language_is_rtl(tag) ? "rtl" : "ltr");
    html_markup(h, "><h4>");
    html_text(h, message->subject);
    html_markup(h, "</h4><pre>");
    html_text(h, message->body);
    html_markup(h, "</pre></div></section>");
}

void mail_sample_show(struct desk *d, const struct draft_mailing *m, const struct samples *s) {
    desk_section(d, "send_text");
    desk_paragraph(d, "send_text_explain");
    if (mailing_names_nobody(&m->mailing))
        desk_paragraph(d, "send_text_whoever");
    for (size_t i = 0; i < s->n; i++) {
        struct mail_message message;
        if (mailer_write_masked(d->request->web->mail_tools, d->arena, &m->mailing, s->of[i], &message) == RESULT_OK)
            show_message(d, &message, s->languages[i]);
    }
}

/* May people choose this language in this assessment? */
static bool is_offered(const struct assessment *a, const char *language) {
    const size_t n = strlen(language);
    for (const char *at = a->languages ? a->languages : ""; *at;) {
        const size_t length = strcspn(at, ", ");
        if (length == n && strncmp(at, language, n) == 0)
            return true;
        at += length + strspn(at + length, ", ");
    }
    return !a->languages || !*a->languages;
}

void mail_sample_example(struct desk *d, const struct wave *wave) {
    const struct instrument *instrument = setup_load_instrument(d);
    struct organisation *organisations;
    size_t n;
    if (!instrument ||
        store_list_organisations(d->store, d->arena, d->assessment.id, &organisations, &n) != RESULT_OK) {
        instrument_release(instrument);
        return;
    }
    const struct organisation none = {
        .code = "", .name = desk_words(d, "send_example_organisation"), .parent = "", .language = ""};
    const struct mailing invitations = {.kind = MAILING_INVITATIONS, .subject = "", .body = ""};
    desk_section(d, "send_example");
    desk_paragraph(d, "send_example_explain");
    for (size_t i = 0; i < instrument->n_languages && i < SAMPLES_MAX; i++) {
        const struct mail_sample sample = {.assessment = &d->assessment,
                                           .instrument = instrument,
                                           .organisation = n ? &organisations[0] : &none,
                                           .wave = wave,
                                           .language = instrument->languages[i],
                                           .to = desk_words(d, "send_example_address")};
        struct mail_message message;
        if (is_offered(&d->assessment, instrument->languages[i]) &&
            mailer_write_sample(d->request->web->mail_tools, d->arena, &invitations, &sample, &message) == RESULT_OK)
            show_message(d, &message, instrument->languages[i]);
    }
    instrument_release(instrument);
}

/* The same to oneself, for a made-up person: nobody else's link goes out. */
static enum result write_test(struct desk *d, const struct wave *wave, const struct draft_mailing *m,
                              const struct samples *s, size_t which, struct mail_message *out) {
    const char *code = s->of[which]->invitation.organisation;
    const struct organisation *o = reach_organisation(s->organisations, s->n_organisations, code);
    const struct organisation plain = {.code = code, .name = code, .parent = "", .language = "", .headcount = -1};
    const struct mail_sample sample = {.assessment = &d->assessment,
                                       .instrument = s->sitting.instrument,
                                       .organisation = o ? o : &plain,
                                       .wave = wave,
                                       .language = s->languages[which],
                                       .to = d->account.email,
                                       .test = true};
    return mailer_write_sample(d->request->web->mail_tools, d->arena, &m->mailing, &sample, out);
}

/* The sample in the language of the account, if people are written to in it, else the first. */
static size_t own_sample(struct desk *d, const struct samples *s) {
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->languages[i], d->screen.language) == 0)
            return i;
    return 0;
}

bool mail_page_test(struct desk *d, const struct wave *wave, const struct draft_mailing *m) {
    const struct mail_settings *settings = d->request->web->mail_tools->settings;
    struct samples s;
    struct mail_message message;
    const char *sentence = "";
    if (!mail_sample_find(d, wave, m, &s)) /* has written its own page; the preview writes over it */
        return false;
    enum mail_outcome outcome = MAIL_NO_SERVER;
    if (write_test(d, wave, m, &s, own_sample(d, &s), &message) == RESULT_OK) {
        struct mail_sender *sender = mail_sender_new(settings);
        outcome = mail_send(sender, d->arena, &message, &sentence);
        mail_sender_free(sender);
    }
    sitting_end(&s.sitting);
    if (outcome == MAIL_ACCEPTED)
        desk_audit(d, "test_mail_sent", arena_printf(d->arena, "%s/%s", d->assessment.name, wave->label));
    else
        finding_add(d->findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "send_test_failed", "sentence",
                    mail_page_sentence(d, sentence), NULL);
    return outcome == MAIL_ACCEPTED;
}
