/* The front door: for whoever has a code from a poster or a sheet of paper instead of a link. */
#include <string.h>

#include "web/respondent/interview.h"
#include "web/respondent/respondent.h"

enum { CODE_TYPED_MAX = 60, CODE_BYTES_MAX = 240 };

static void write_problem(struct screen *s, const char *key) {
    struct html *h = &s->html;
    html_markup(h, "<p class=problem id=E");
    screen_words_language(s);
    html_end(h);
    screen_say(s, key);
    html_markup(h, "</p>");
}

static void write_code_form(struct screen *s, const char *typed, const char *error_key) {
    struct html *h = &s->html;
    html_markup(h, "<form method=post action=/code>");
    if (error_key)
        html_markup(h, "<div class=\"question wrong\">");
    else
        html_markup(h, "<div class=question>");
    html_markup(h, "<label for=C");
    screen_words_language(s);
    html_end(h);
    screen_say(s, "home.code");
    html_markup(h, "</label><p class=hint id=H");
    screen_words_language(s);
    html_end(h);
    screen_say(s, "home.code_hint");
    html_markup(h, "</p>");
    if (error_key)
        write_problem(s, error_key);
    html_markup(h,
                "<input id=C name=.c class=code dir=ltr autocomplete=off autocapitalize=characters spellcheck=false");
    html_attribute_number(h, "maxlength", CODE_TYPED_MAX);
    if (error_key)
        html_markup(h, " aria-invalid=true autofocus aria-describedby=\"H E\"");
    else
        html_markup(h, " aria-describedby=H");
    html_attribute(h, "value", typed);
    html_markup(h, "></div><div class=buttons><button");
    screen_words_language(s);
    html_end(h);
    screen_say(s, "button.go_on");
    html_markup(h, "</button></div></form>");
}

static void write_foot(struct screen *s) {
    struct html *h = &s->html;
    html_markup(h, "<p");
    screen_words_language(s);
    html_markup(h, "><a href=/resume>");
    screen_say(s, "home.resume");
    html_markup(h, "</a></p><p");
    screen_words_language(s);
    html_markup(h, "><a href=/privacy>");
    screen_say(s, "privacy.link");
    html_markup(h, "</a></p>");
}

static void show(struct request *r, int status, const char *typed, const char *error_key, const char *explain_key) {
    struct screen s;
    const char *const *languages;
    const size_t n = texts_languages(r->web->texts, &languages);
    screen_init(&s, r, screen_language(r));
    const char *title = screen_words(&s, "home.title");
    if (error_key)
        title = texts_fill(s.texts, r->arena, s.words, "web.problems.page_title", "title", title, NULL);
    screen_open(&s, status, title, NULL);
    screen_language_links(&s, "/", "", languages, n);
    screen_heading(&s, "home.title");
    screen_paragraph(&s, explain_key);
    write_code_form(&s, typed, error_key);
    screen_close_main(&s);
    write_foot(&s);
    screen_close(&s);
}

static void redirect(struct request *r, const char *path) {
    r->reply.status = 303;
    r->reply.location = path;
}

void home_show(struct request *r) {
    if (r->web->preview)
        redirect(r, "/preview");
    else
        show(r, 200, "", NULL, "home.explain");
}

void home_show_without_link(struct request *r) {
    if (r->web->preview)
        redirect(r, "/preview");
    else
        show(r, 200, "", NULL, "home.open_again");
}

/* Only what codes consist of goes into the address; the rest is how people write them. */
static const char *code_only(struct request *r, struct str typed) {
    char *code = arena_alloc(r->arena, typed.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < typed.n; i++) {
        const char c = typed.p[i];
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-')
            code[n++] = c;
        else if (c != ' ' && c != '\t' && c != '\n')
            return NULL;
    }
    return n ? code : NULL;
}

static bool exists(struct request *r, const char *code) {
    struct sitting sitting;
    memset(&sitting, 0, sizeof sitting);
    if (!code || strlen(code) >= SITTING_TOKEN_MAX ||
        collect_find(r->web->collect, r->arena, code, &sitting) != RESULT_OK)
        return false;
    const bool known = sitting.state != SITTING_UNKNOWN;
    sitting_end(&sitting);
    return known;
}

void code_handle(struct request *r) {
    struct str typed;
    if (form_get(&r->form, FIELD_CODE, CODE_BYTES_MAX, &typed) != FIELD_VALID || str_trim(typed).n == 0) {
        show(r, 200, "", "home.code_missing", "home.explain");
        return;
    }
    const char *code = code_only(r, typed);
    if (exists(r, code))
        redirect(r, arena_printf(r->arena, "/s/%s", code));
    else if (request_count_miss(r))
        notice_show_refusal(r, 429);
    else
        show(r, 404, arena_copy(r->arena, typed.p, typed.n), "home.code_unknown", "home.explain");
}
