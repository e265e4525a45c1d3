/* The end: the answers have arrived, what happens next, and when the results will be told. It never shows an answer. */
#include "web/respondent/interview.h"

static void write_results(struct screen *s, const struct sitting *sitting) {
    const struct wave *wave = &sitting->wave;
    struct arena *arena = s->request->arena;
    if (sitting->audience == AUDIENCE_ORGANISATION)
        screen_paragraph(s, "thanks.organisation");
    else if (wave->until && *wave->until)
        screen_paragraph_text(s, texts_fill(s->texts, arena, s->words, "web.thanks.results_after", "date",
                                            screen_date(s, wave->until), "n",
                                            arena_printf(arena, "%d", wave->min_group), NULL));
    else
        screen_paragraph_text(s, texts_fill(s->texts, arena, s->words, "web.thanks.results", "n",
                                            arena_printf(arena, "%d", wave->min_group), NULL));
}

/* On a shared computer the next person can begin at once; the cookie is gone by then. */
static void write_next_person(struct interview *iv) {
    struct screen *s = &iv->screen;
    struct html *h = &s->html;
    html_markup(h, "<hr>");
    screen_paragraph(s, iv->kiosk ? "kiosk.thanks" : "thanks.shared");
    if (iv->kiosk) {
        kiosk_end(iv);
        kiosk_return(iv, KIOSK_THANKS);
    }
    html_markup(h, "<p><a class=button");
    if (iv->kiosk)
        html_attribute(h, "href", kiosk_path(iv));
    else
        html_path(h, "href", "/s/", iv->link);
    screen_words_language(s);
    html_end(h);
    screen_say(s, "button.next_person");
    html_markup(h, "</a></p>");
}

static void write_author_thanks(struct interview *iv) {
    const struct instrument *instrument = iv->sitting.instrument;
    for (size_t i = 0; i < instrument->n_thanks; i++) {
        html_markup(&iv->screen.html, "<p");
        interview_text_language(iv, &instrument->thanks[i]);
        html_end(&iv->screen.html);
        interview_say(iv, &instrument->thanks[i]);
        html_markup(&iv->screen.html, "</p>");
    }
}

/* The same words whether the answers came a moment ago or last week: a refresh must not frighten anybody. */
static void write_thanks(struct screen *s, bool just_now, bool kiosk) {
    screen_heading(s, "thanks.title");
    if (s->request->web->preview)
        screen_paragraph(s, "thanks.preview");
    else
        screen_paragraph(s, kiosk ? "thanks.arrived_kiosk" : just_now ? "thanks.arrived" : "thanks.already");
}

void thanks_show(struct request *r, struct interview *iv, bool just_now) {
    if (!iv) { /* answered, and the wave's form is gone */
        struct screen s;
        screen_init(&s, r, screen_language(r));
        screen_open(&s, 200, screen_words(&s, "thanks.title"), NULL);
        write_thanks(&s, just_now, false);
        screen_close_main(&s);
        screen_close(&s);
        return;
    }
    struct screen *s = &iv->screen;
    interview_open(iv, 200, screen_words(s, "thanks.title"));
    write_thanks(s, just_now || r->method == METHOD_POST, iv->kiosk);
    write_author_thanks(iv);
    if (!r->web->preview)
        write_results(s, &iv->sitting);
    if (iv->link)
        write_next_person(iv);
    interview_close(iv);
}
