#include "web/respondent/screen.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "instrument/instrument.h"

/* The primary subtag: "fr" of "fr-CA". */
static size_t primary_length(const char *language) {
    return strcspn(language, "-_");
}

static bool same_primary(const char *a, const char *b) {
    const size_t n = primary_length(a);
    return n == primary_length(b) && strncasecmp(a, b, n) == 0;
}

static const char *find_words(const struct texts *texts, struct arena *arena, const char *language) {
    if (texts_has_language(texts, language))
        return language;
    const char *primary = arena_copy(arena, language, primary_length(language));
    return texts_has_language(texts, primary) ? primary : "en";
}

void screen_init(struct screen *s, struct request *r, const char *language) {
    s->html = (struct html){&r->reply.body};
    s->request = r;
    s->texts = r->web->texts;
    s->language = language;
    s->query = NULL;
    s->words = find_words(s->texts, r->arena, language);
    s->fell_back = !same_primary(s->words, language);
}

/* One range of the header, "fr-CH;q=0.9", in two parts. */
static double range_quality(struct str range, struct str *tag) {
    struct str rest = range;
    double quality = 1;
    if (!str_split(&rest, ';', tag))
        return 0;
    *tag = str_trim(*tag);
    rest = str_trim(rest);
    if (rest.n > 2 && rest.p[0] == 'q' && rest.p[1] == '=' &&
        !str_to_double(str_trim((struct str){rest.p + 2, rest.n - 2}), &quality))
        quality = 0;
    return quality;
}

static bool tag_fits(struct str tag, const char *language) {
    const size_t n = strlen(language);
    if (tag.n == n && strncasecmp(tag.p, language, n) == 0)
        return true;
    size_t primary = 0;
    while (primary < tag.n && tag.p[primary] != '-')
        primary++;
    return primary == primary_length(language) && strncasecmp(tag.p, language, primary) == 0;
}

const char *language_negotiate(const char *header, const char *const *languages, size_t n) {
    struct str rest = str_of(header), range, tag;
    const char *best = NULL;
    double best_quality = 0;
    for (int ranges = 0; ranges < 20 && str_split(&rest, ',', &range); ranges++) {
        const double quality = range_quality(range, &tag);
        if (quality <= best_quality)
            continue;
        for (size_t i = 0; i < n; i++)
            if (tag_fits(tag, languages[i])) {
                best = languages[i];
                best_quality = quality;
                break;
            }
    }
    return best;
}

const char *screen_language_of(const struct request *r, const char *const *languages, size_t n) {
    for (size_t i = 0; r->language && i < n; i++)
        if (strcmp(r->language, languages[i]) == 0)
            return languages[i];
    const char *asked = r->accept_language ? language_negotiate(r->accept_language, languages, n) : NULL;
    return asked ? asked : "en";
}

const char *screen_language(const struct request *r) {
    const char *const *languages;
    const size_t n = texts_languages(r->web->texts, &languages);
    return screen_language_of(r, languages, n);
}

const char *screen_words(const struct screen *s, const char *key) {
    static const char room[] = "web."; /* by hand: a page says a dozen */
    const size_t n = strlen(key);
    char *whole = arena_alloc(s->request->arena, sizeof room + n);
    memcpy(whole, room, sizeof room - 1);
    memcpy(whole + sizeof room - 1, key, n + 1);
    return texts_get(s->texts, s->words, whole);
}

void screen_say(struct screen *s, const char *key) {
    html_text(&s->html, screen_words(s, key));
}

void screen_other_language(struct screen *s, const char *language) {
    html_attribute(&s->html, "lang", language);
    if (language_is_rtl(language) != language_is_rtl(s->language))
        html_attribute(&s->html, "dir", language_is_rtl(language) ? "rtl" : "ltr");
}

void screen_words_language(struct screen *s) {
    if (s->fell_back)
        screen_other_language(s, s->words);
}

void screen_paragraph_text(struct screen *s, const char *text) {
    html_open(&s->html, "p");
    screen_words_language(s);
    html_end(&s->html);
    html_text(&s->html, text);
    html_close(&s->html, "p");
}

void screen_paragraph(struct screen *s, const char *key) {
    screen_paragraph_text(s, screen_words(s, key));
}

void screen_heading(struct screen *s, const char *key) {
    html_open(&s->html, "h1");
    screen_words_language(s);
    html_end(&s->html);
    screen_say(s, key);
    html_close(&s->html, "h1");
}

static void write_head(struct screen *s, const char *title, const char *survey) {
    struct html *h = &s->html;
    html_markup(h, "<!doctype html><html");
    html_attribute(h, "lang", s->language);
    if (language_is_rtl(s->language))
        html_attribute(h, "dir", "rtl");
    html_markup(h, "><head><meta charset=utf-8><title>");
    html_text(h, title);
    if (survey && strcmp(title, survey) != 0) {
        html_markup(h, " – ");
        html_text(h, survey);
    }
    html_markup(h, "</title><meta name=viewport content=\"width=device-width,initial-scale=1\"><link rel=stylesheet");
    html_path(h, "href", "/assets/", s->request->web->style.path + strlen("/assets/"));
    html_markup(h, "></head><body>");
}

void screen_open(struct screen *s, int status, const char *title, const char *survey) {
    struct html *h = &s->html;
    s->request->reply.status = status;
    write_head(s, title, survey);
    if (s->request->web->preview) {
        html_markup(h, "<aside class=preview");
        screen_words_language(s);
        html_end(h);
        screen_say(s, "preview.banner");
        html_markup(h, "</aside>");
    }
    if (survey && strcmp(survey, title) != 0) {
        html_markup(h, "<header><p><span class=clip");
        html_attribute(h, "title", survey);
        html_end(h);
        html_text(h, survey);
        html_markup(h, "</span></p></header>");
    }
    html_markup(h, "<main>");
}

void screen_close_main(struct screen *s) {
    html_markup(&s->html, "</main><footer>");
}

void screen_close(struct screen *s) {
    html_markup(&s->html, "</footer></body></html>");
}

/* "Français": the language's name in itself. */
static const char *language_name(const struct screen *s, const char *language) {
    const char *primary = arena_copy(s->request->arena, language, primary_length(language));
    const char *name = texts_own(s->texts, "en", arena_printf(s->request->arena, "web.name.%s", primary));
    return name && strlen(primary) == strlen(language) ? name : texts_language_name(s->texts, language);
}

static void language_link(struct screen *s, const char *path, const char *segment, const char *language) {
    struct html *h = &s->html;
    const char *query =
        arena_printf(s->request->arena, "%s%s?lang=%s%s", path, segment, language, s->query ? s->query : "");
    html_markup(h, "<a");
    html_attribute(h, "href", query);
    html_attribute(h, "hreflang", language);
    screen_other_language(s, language);
    html_end(h);
    html_text(h, language_name(s, language));
    html_markup(h, "</a> ");
}

void screen_language_links(struct screen *s, const char *path, const char *segment, const char *const *languages,
                           size_t n) {
    struct html *h = &s->html;
    if (n < 2)
        return;
    html_markup(h, "<nav class=languages");
    html_attribute(h, "aria-label", screen_words(s, "language"));
    html_end(h);
    for (size_t i = 0; i < n; i++)
        if (strcmp(languages[i], s->language) != 0)
            language_link(s, path, segment, languages[i]);
    html_markup(h, "</nav>");
}

const char *screen_date(struct screen *s, const char *day) {
    struct arena *arena = s->request->arena;
    if (strlen(day) != 10)
        return day;
    const char *year = arena_copy(arena, day, 4);
    const char *month = screen_words(s, arena_printf(arena, "month.%d", atoi(day + 5)));
    const char *number = arena_printf(arena, "%d", atoi(day + 8));
    if (strcmp(number, "1") == 0)
        number = screen_words(s, "date.first");
    return texts_fill(s->texts, arena, s->words, "web.date.format", "day", number, "month", month, "year", year, NULL);
}
