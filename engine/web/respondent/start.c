/* The start page: what is asked, how long it takes, until when, and who can see it. Opening it changes nothing, however
 * often a mail scanner does; its button posts. */
#include <math.h>
#include <string.h>

#include "web/respondent/interview.h"
#include "web/respondent/respondent.h"
#include "web/routes.h"

/* The file's minutes are for its longer form; the shorter one takes its share. */
static int minutes_for(const struct instrument *instrument, enum audience audience) {
    const size_t staff = interview_field_count(instrument, AUDIENCE_STAFF);
    const size_t organisation = interview_field_count(instrument, AUDIENCE_ORGANISATION);
    const size_t longest = staff > organisation ? staff : organisation;
    const size_t own = audience == AUDIENCE_STAFF ? staff : organisation;
    if (longest == 0 || instrument->minutes <= 0)
        return instrument->minutes;
    return (int)ceil((double)instrument->minutes * (double)own / (double)longest);
}

static void write_line(struct interview *iv, const char *text) {
    html_markup(&iv->screen.html, "<li>");
    html_text(&iv->screen.html, text);
    html_markup(&iv->screen.html, "</li>");
}

static void write_facts(struct interview *iv) {
    struct screen *s = &iv->screen;
    struct arena *arena = iv->request->arena;
    const int minutes = minutes_for(iv->sitting.instrument, iv->sitting.audience);
    html_markup(&s->html, "<ul class=facts");
    screen_words_language(s);
    html_end(&s->html);
    if (minutes > 0)
        write_line(iv, texts_count(s->texts, arena, s->words, "web.start.minutes", minutes, NULL));
    write_line(iv, texts_count(s->texts, arena, s->words, iv->kiosk ? "web.kiosk.pages" : "web.start.pages",
                               interview_page_total(iv, -1), NULL));
    if (iv->sitting.wave.until && *iv->sitting.wave.until)
        write_line(iv, texts_fill(s->texts, arena, s->words, "web.start.until", "date",
                                  screen_date(s, iv->sitting.wave.until), NULL));
    write_line(iv, screen_words(s, "start.open"));
    html_markup(&s->html, "</ul>");
}

static void write_button(struct interview *iv, const char *step, const char *class, const char *key) {
    struct html *h = &iv->screen.html;
    html_markup(h, "<button name=.s");
    html_attribute(h, "value", step);
    if (class)
        html_attribute(h, "class", class);
    screen_words_language(&iv->screen);
    html_end(h);
    screen_say(&iv->screen, key);
    html_markup(h, "</button>");
}

static void write_form(struct interview *iv, bool has_draft) {
    struct html *h = &iv->screen.html;
    interview_open_form(iv, false);
    interview_hide(iv);
    if (has_draft)
        screen_paragraph(&iv->screen, "start.draft");
    html_markup(h, "<div class=buttons>");
    if (has_draft) {
        write_button(iv, "continue", NULL, "button.continue");
        write_button(iv, "afresh", "second", "button.afresh");
    } else {
        write_button(iv, "start", NULL, "button.start");
    }
    html_markup(h, "</div></form>");
}

/* For another device; folded away, since most people never need it. */
static void write_resume(struct interview *iv) {
    struct screen *s = &iv->screen;
    struct html *h = &s->html;
    html_markup(h, "<details");
    screen_words_language(s);
    html_markup(h, "><summary>");
    screen_say(s, "resume.summary");
    html_markup(h, "</summary><form method=post action=/resume>");
    interview_hide(iv);
    html_markup(h, "<p><label for=C>");
    screen_say(s, "resume.code");
    html_markup(h, "</label><input id=C name=.c class=code dir=ltr autocomplete=off autocapitalize=characters"
                   " spellcheck=false maxlength=40></p><button class=second>");
    screen_say(s, "button.continue");
    html_markup(h, "</button></form></details>");
}

static void write_welcome(struct interview *iv) {
    const struct instrument *instrument = iv->sitting.instrument;
    struct html *h = &iv->screen.html;
    html_markup(h, "<h1");
    interview_text_language(iv, &instrument->title);
    html_end(h);
    interview_say(iv, &instrument->title);
    html_markup(h, "</h1>");
    if (iv->sitting.organisation_name && *iv->sitting.organisation_name) {
        html_markup(h, "<p class=organisation>");
        html_text(h, iv->sitting.organisation_name);
        html_markup(h, "</p>");
    }
    if (iv->sitting.audience == AUDIENCE_ORGANISATION)
        screen_paragraph(&iv->screen, "start.organisation");
    for (size_t i = 0; i < instrument->n_welcome; i++) {
        html_markup(h, "<p");
        interview_text_language(iv, &instrument->welcome[i]);
        html_end(h);
        interview_say(iv, &instrument->welcome[i]);
        html_markup(h, "</p>");
    }
}

static void write_audience_link(struct interview *iv, const char *path, enum audience audience, const char *key) {
    struct html *h = &iv->screen.html;
    if (interview_field_count(iv->sitting.instrument, audience) == 0)
        return;
    html_markup(h, "<a");
    html_attribute(h, "href", path);
    if (iv->sitting.audience == audience)
        html_markup(h, " aria-current=page");
    screen_words_language(&iv->screen);
    html_end(h);
    screen_say(&iv->screen, key);
    html_markup(h, "</a> ");
}

/* A preview shows both forms of the instrument. */
static void write_audience_links(struct interview *iv) {
    html_markup(&iv->screen.html, "<nav class=languages");
    html_attribute(&iv->screen.html, "aria-label", screen_words(&iv->screen, "preview.forms"));
    html_end(&iv->screen.html);
    write_audience_link(iv, interview_preview_path(iv, AUDIENCE_STAFF), AUDIENCE_STAFF, "preview.staff");
    write_audience_link(iv, interview_preview_path(iv, AUDIENCE_ORGANISATION), AUDIENCE_ORGANISATION,
                        "preview.organisation");
    html_markup(&iv->screen.html, "</nav>");
}

static void write_language_links(struct interview *iv) {
    const struct instrument *instrument = iv->sitting.instrument;
    const bool preview = iv->request->web->preview != NULL;
    const char *token = iv->link ? iv->link : iv->sitting.token;
    const char *path = interview_preview_path(iv, iv->sitting.audience);
    screen_language_links(&iv->screen, preview ? path : "/s/", preview ? "" : token, instrument->languages,
                          instrument->n_languages);
}

void start_show_for(struct interview *iv, bool has_draft) {
    struct screen *s = &iv->screen;
    struct html *h = &s->html;
    interview_open(iv, 200, interview_text(iv, &iv->sitting.instrument->title));
    if (iv->request->web->preview)
        write_audience_links(iv);
    write_language_links(iv);
    write_welcome(iv);
    write_facts(iv);
    html_markup(h, "<h2");
    screen_words_language(s);
    html_end(h);
    screen_say(s, "promise.title");
    html_markup(h, "</h2>");
    promise_write(iv);
    write_form(iv, has_draft);
    if (!iv->request->web->preview && !iv->kiosk)
        write_resume(iv);
    if (iv->kiosk)
        kiosk_end(iv);
    if (iv->kiosk && iv->request->language) /* the next person may want another language */
        kiosk_return(iv, KIOSK_IDLE);
    screen_close_main(s);
    if (*iv->sitting.instrument->citation) {
        html_markup(h, "<p");
        if (iv->language > 0)
            screen_other_language(s, iv->sitting.instrument->languages[0]);
        html_end(h);
        html_text(h, iv->sitting.instrument->citation);
        html_markup(h, "</p>");
    }
    screen_close(s);
}

void start_show(struct request *r) {
    struct interview *iv = interview_find(r, str_of(r->parameter));
    if (!iv)
        return;
    const bool has_draft = interview_come_back(iv);
    if (iv->sitting.past_deadline && !has_draft)
        closed_show(r, &iv->sitting);
    else
        start_show_for(iv, has_draft);
}
