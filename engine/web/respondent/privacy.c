/* What this server keeps and what it does not, before anybody has followed a link. What holds for one survey (mode,
 * group sizes) stands on that survey's own pages. */
#include "web/respondent/respondent.h"
#include "web/respondent/screen.h"

static void write_list(struct screen *s, const char *const *keys, size_t n) {
    struct html *h = &s->html;
    html_markup(h, "<ul");
    screen_words_language(s);
    html_end(h);
    for (size_t i = 0; i < n; i++) {
        html_markup(h, "<li>");
        screen_say(s, keys[i]);
        html_markup(h, "</li>");
    }
    html_markup(h, "</ul>");
}

void privacy_show(struct request *r) {
    static const char *const keys[] = {"privacy.link_only", "privacy.sealed", "privacy.addresses",
                                       "privacy.groups",    "privacy.cookie", "privacy.third_parties",
                                       "privacy.modes",     "privacy.limits"};
    struct screen s;
    const char *const *languages;
    const size_t n = texts_languages(r->web->texts, &languages);
    screen_init(&s, r, screen_language(r));
    screen_open(&s, 200, screen_words(&s, "privacy.title"), NULL);
    screen_language_links(&s, "/privacy", "", languages, n);
    screen_heading(&s, "privacy.title");
    screen_paragraph(&s, "privacy.explain");
    write_list(&s, keys, sizeof keys / sizeof keys[0]);
    screen_close_main(&s);
    html_markup(&s.html, "<p");
    screen_words_language(&s);
    html_markup(&s.html, "><a href=/>");
    screen_say(&s, "home.link");
    html_markup(&s.html, "</a></p>");
    screen_close(&s);
}
