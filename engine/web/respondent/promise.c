/* The privacy promise, made of what really applies to this wave: the same mode and minima that the rest of the program
 * branches on. */
#include "web/respondent/interview.h"

static void write_line(struct interview *iv, const char *text) {
    html_markup(&iv->screen.html, "<li>");
    html_text(&iv->screen.html, text);
    html_markup(&iv->screen.html, "</li>");
}

static void write_key(struct interview *iv, const char *key) {
    write_line(iv, screen_words(&iv->screen, key));
}

static void write_number(struct interview *iv, const char *key, int n) {
    struct arena *arena = iv->request->arena;
    write_line(iv, texts_fill(iv->screen.texts, arena, iv->screen.words, key, "n", arena_printf(arena, "%d", n), NULL));
}

static void write_organisation(struct interview *iv) {
    const char *name = iv->sitting.organisation_name;
    if (!name || !*name)
        name = iv->sitting.organisation && *iv->sitting.organisation ? iv->sitting.organisation
                                                                     : screen_words(&iv->screen, "promise.yours");
    write_line(iv, texts_fill(iv->screen.texts, iv->request->arena, iv->screen.words, "web.promise.organisation.open",
                              "organisation", name, NULL));
    write_key(iv, "promise.organisation.apart");
}

static void write_staff(struct interview *iv) {
    const struct wave *wave = &iv->sitting.wave;
    if (wave->mode == MODE_ANONYMOUS) {
        write_key(iv, "promise.anonymous.nobody");
        write_key(iv, "promise.anonymous.kept");
    } else {
        write_key(iv, "promise.confidential.code");
        write_key(iv, "promise.confidential.kept");
    }
    write_number(iv, "web.promise.group", wave->min_group);
    if (interview_has_texts(iv))
        write_number(iv, "web.promise.comments", wave->min_comments);
}

void promise_write(struct interview *iv) {
    struct html *h = &iv->screen.html;
    html_markup(h, "<ul");
    screen_words_language(&iv->screen);
    html_end(h);
    if (iv->sitting.audience == AUDIENCE_ORGANISATION)
        write_organisation(iv);
    else
        write_staff(iv);
    if (!iv->request->web->preview)
        write_key(iv, iv->kiosk ? "kiosk.promise" : "promise.draft");
    html_markup(h, "</ul>");
}
