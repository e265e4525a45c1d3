#include "web/workspace/see.h"

#include <string.h>

#include "store/counts.h"

static void show_refusal(struct desk *d, enum desk_tab tab, const char *key) {
    desk_open(d, 409, desk_words(d, "see_none_title"), d->account.role == ROLE_VIEWER ? TAB_NONE : tab);
    desk_paragraph(d, key);
    desk_close(d);
}

/* There are no results of it and there will be none; who can open another wave is led there. */
static void show_destroyed(struct desk *d, const struct wave *wave, enum desk_tab tab) {
    struct html *h = &d->screen.html;
    const bool works = d->signed_in && d->account.role != ROLE_VIEWER && tab != TAB_NONE;
    desk_open(d, 409, desk_words(d, "see_none_title"), works ? tab : TAB_NONE);
    html_markup(h, "<p>");
    desk_text(d, desk_fill(d, "see_destroyed_explain", "wave", see_wave_name(d, wave), "k",
                           desk_number(d, wave->min_group, 0), NULL));
    html_markup(h, "</p>");
    if (works) {
        html_markup(h, "<p>");
        desk_link_button(d, desk_path(d, "assessments", d->assessment.name, "waves", "open", NULL),
                         "see_destroyed_next");
        html_markup(h, "</p>");
    }
    desk_close(d);
}

enum result see_find(struct desk *d, const struct wave *wave, struct results **out, enum see_why *why) {
    bool destroyed;
    *why = wave->state == WAVE_OPEN ? SEE_OPEN : SEE_BEING_CLOSED;
    if (wave->state != WAVE_CLOSED)
        return RESULT_INPUT;
    if (store_is_destroyed(d->store, wave, &destroyed) != RESULT_OK)
        return RESULT_MACHINE;
    *why = destroyed ? SEE_DESTROYED : SEE_UNREADABLE;
    if (destroyed)
        return RESULT_INPUT;
    struct findings *findings = findings_new();
    const enum result result = results_open(out, d->store, &d->assessment, wave, findings);
    findings_free(findings);
    return result;
}

bool see_open(struct desk *d, const struct wave *wave, enum desk_tab tab, struct results **out) {
    static const char *const keys[] = {[SEE_OPEN] = "see_not_before_close",
                                       [SEE_BEING_CLOSED] = "see_being_closed",
                                       [SEE_UNREADABLE] = "see_unreadable"};
    enum see_why why;
    const enum result result = see_find(d, wave, out, &why);
    if (result == RESULT_MACHINE)
        desk_refuse(d, 503);
    else if (result != RESULT_OK && why == SEE_DESTROYED)
        show_destroyed(d, wave, tab);
    else if (result != RESULT_OK)
        show_refusal(d, tab, keys[why]);
    return result == RESULT_OK;
}

struct words see_words(struct desk *d, struct results *results) {
    const struct instrument *instrument = results_instrument(results);
    const char *asked = desk_asked(d, "report", 35), *own = instrument->languages[0];
    if (*asked && texts_has_language(d->screen.texts, asked))
        own = asked;
    else if (instrument_language(instrument, d->screen.words) >= 0 || !texts_has_language(d->screen.texts, own))
        own = d->screen.words;
    struct words words = words_about(d->arena, d->screen.texts, own, results);
    words.strategies = d->request->web->strategies;
    return words;
}

bool see_organisation(const struct results *results, const char *code, size_t *index) {
    const struct organisation_head *heads;
    const size_t n = results_organisations(results, &heads);
    for (size_t i = 0; i < n; i++)
        if (strcmp(heads[i].code, code) == 0) {
            *index = i;
            return true;
        }
    return false;
}

const char *see_wave_name(struct desk *d, const struct wave *wave) {
    if (*wave->label)
        return wave->label;
    return desk_fill(d, "see_wave_number", "n", arena_printf(d->arena, "%d", wave->number), NULL);
}

static bool can_be_shown(struct desk *d, const struct words *w, const char *language) {
    return texts_has_language(d->screen.texts, language) && instrument_language(w->instrument, language) >= 0;
}

void see_languages(struct desk *d, const struct words *w, const char *path) {
    struct html *h = &d->screen.html;
    const char *const *languages;
    const size_t n = texts_languages(d->screen.texts, &languages);
    size_t others = 0;
    for (size_t i = 0; i < n; i++)
        others += strcmp(languages[i], w->language) != 0 && can_be_shown(d, w, languages[i]);
    if (others == 0)
        return;
    html_markup(h, "<nav class=languages");
    html_attribute(h, "aria-label", desk_words(d, "see_languages"));
    html_end(h);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(languages[i], w->language) == 0 || !can_be_shown(d, w, languages[i]))
            continue;
        html_markup(h, "<a");
        html_attribute(h, "href", arena_printf(d->arena, "%s?report=%s", path, languages[i]));
        screen_other_language(&d->screen, languages[i]);
        html_attribute(h, "hreflang", languages[i]);
        html_end(h);
        html_text(h, texts_language_name(d->screen.texts, languages[i]));
        html_markup(h, "</a> ");
    }
    html_markup(h, "</nav>");
}
