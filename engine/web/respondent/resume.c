/* Going on with a resume code: the link says which form, the code opens what was typed. */
#include <string.h>

#include "web/respondent/interview.h"
#include "web/respondent/respondent.h"

/* From what people paste into "your link or code": the part behind /s/, if there is one. */
static struct str token_in(struct str typed) {
    const struct str trimmed = str_trim(typed);
    const char *found = trimmed.n ? memmem(trimmed.p, trimmed.n, "/s/", 3) : NULL;
    if (!found)
        return trimmed;
    struct str token = {found + 3, trimmed.n - (size_t)(found + 3 - trimmed.p)}, part;
    return str_split(&token, '?', &part) ? part : token;
}

static void write_error(struct screen *s, const char *key) {
    struct html *h = &s->html;
    html_markup(h, "<div class=problems role=group tabindex=-1 autofocus aria-labelledby=P");
    screen_words_language(s);
    html_markup(h, "><h2 id=P>");
    screen_say(s, "problems.title");
    html_markup(h, "</h2><ul><li><a href=\"#C\">");
    screen_say(s, key);
    html_markup(h, "</a></li></ul></div>");
}

static void write_input(struct screen *s, const char *id, const char *key, const char *error_key) {
    struct html *h = &s->html;
    html_markup(h, "<div class=question><label");
    html_attribute(h, "for", id);
    screen_words_language(s);
    html_end(h);
    screen_say(s, key);
    html_markup(h, "</label>");
    if (error_key) {
        html_markup(h, "<p class=problem id=E");
        screen_words_language(s);
        html_end(h);
        screen_say(s, error_key);
        html_markup(h, "</p>");
    }
    html_markup(h, "<input autocomplete=off spellcheck=false dir=ltr maxlength=300");
    html_attribute(h, "id", id);
    html_attribute(h, "name", strcmp(id, "C") == 0 ? FIELD_CODE : FIELD_TOKEN);
    if (error_key)
        html_markup(h, " aria-invalid=true aria-describedby=E");
    html_markup(h, "></div>");
}

/* `iv` is there when the link is known already; then only the code is asked for. */
static void write_page(struct screen *s, struct interview *iv, const char *error_key) {
    struct html *h = &s->html;
    if (error_key)
        write_error(s, error_key);
    screen_heading(s, "resume.title");
    screen_paragraph(s, "resume.explain");
    html_markup(h, "<form method=post action=/resume>");
    if (iv)
        interview_hide(iv);
    else
        write_input(s, "T", "resume.link", NULL);
    write_input(s, "C", "resume.code", error_key);
    html_markup(h, "<div class=buttons><button");
    screen_words_language(s);
    html_end(h);
    screen_say(s, "button.continue");
    html_markup(h, "</button></div></form>");
}

static const char *title_of(struct screen *s, const char *error_key) {
    const char *title = screen_words(s, "resume.title");
    return error_key
               ? texts_fill(s->texts, s->request->arena, s->words, "web.problems.page_title", "title", title, NULL)
               : title;
}

void resume_show_for(struct interview *iv, const char *error_key) {
    interview_open(iv, 200, title_of(&iv->screen, error_key));
    write_page(&iv->screen, iv, error_key);
    interview_close(iv);
}

void resume_show(struct request *r) {
    struct screen s;
    screen_init(&s, r, screen_language(r));
    screen_open(&s, 200, title_of(&s, NULL), NULL);
    write_page(&s, NULL, NULL);
    screen_close_main(&s);
    screen_close(&s);
}

static enum result find_draft(struct request *r) {
    struct interview *iv = r->state;
    return collect_resume(r->web->collect, &iv->sitting, iv->typed_code, iv->found_secret);
}

static void open_draft(struct interview *iv) {
    iv->secret = iv->found_secret;
    if (!interview_load_draft(iv)) {
        resume_show_for(iv, "resume.gone");
        return;
    }
    iv->again = true;
    interview_keep_cookie(iv);
    page_show(iv);
}

static void go_on_found(struct request *r, int outcome) {
    struct interview *iv = r->state;
    if (outcome == RESULT_OK)
        open_draft(iv);
    else if (outcome != RESULT_INPUT)
        notice_show_refusal(r, 503);
    else if (request_count_miss(r))
        notice_show_refusal(r, 429);
    else
        resume_show_for(iv, "resume.wrong");
}

void resume_handle(struct request *r) {
    struct str token, code;
    if (request_missed_too_often(r)) {
        notice_show_refusal(r, 429);
        return;
    }
    if (form_get(&r->form, FIELD_TOKEN, 300, &token) != FIELD_VALID) {
        unknown_show(r);
        return;
    }
    struct interview *iv = interview_find(r, token_in(token));
    if (!iv)
        return;
    if (form_get(&r->form, FIELD_CODE, 40, &code) != FIELD_VALID || str_trim(code).n == 0) {
        resume_show_for(iv, "resume.missing");
        return;
    }
    iv->typed_code = arena_copy(r->arena, code.p, code.n);
    if (!request_work(r, find_draft, go_on_found))
        notice_show_refusal(r, 503);
}
