/* A preview of every page in every language, at the width of a phone and wide: the very pages that people will see,
 * with the file as it is on disk at this moment. Nothing is stored. The pages stand in frames, which only this page may
 * have and only these pages allow. */
#include <string.h>

#include "web/respondent/interview.h"
#include "web/respondent/respondent.h"
#include "web/workspace/shelf.h"

static const struct {
    enum audience audience;
    const char *name, *key;
} forms[] = {{AUDIENCE_STAFF, "staff", "see_form_staff"},
             {AUDIENCE_ORGANISATION, "organisation", "see_form_organisation"}};

/* What to look at: 0 is the start page, then the instrument's pages. */
struct look {
    const struct instrument *instrument;
    const char *base; /* "/instruments/NAME/preview" */
    size_t form, language, page;
};

static bool has_form(const struct instrument *instrument, size_t form) {
    return interview_field_count(instrument, forms[form].audience) > 0;
}

static bool page_exists(const struct look *l, size_t page) {
    return page == 0 ||
           (page <= l->instrument->n_pages && page_is_for(&l->instrument->pages[page - 1], forms[l->form].audience));
}

static struct look asked_for(struct desk *d, const struct shelved *s) {
    struct look l = {s->file.instrument, desk_path(d, "instruments", s->file.name, "preview", NULL), 0, 0, 0};
    const char *language = desk_asked(d, "in", 35);
    const int index = instrument_language(l.instrument, *language ? language : d->screen.words);
    long page = 0;
    l.language = index < 0 ? 0 : (size_t)index;
    l.form = strcmp(desk_asked(d, "form", 20), forms[1].name) == 0;
    if (!has_form(l.instrument, l.form))
        l.form = !l.form;
    if (str_to_long(str_of(desk_asked(d, "page", 6)), &page) && page > 0 && page_exists(&l, (size_t)page))
        l.page = (size_t)page;
    return l;
}

static void write_choice(struct desk *d, struct look l, bool chosen, const char *text, const char *language) {
    struct html *h = &d->screen.html;
    html_markup(h, "<li><a");
    html_attribute(h, "href",
                   arena_printf(d->arena, "%s?form=%s&in=%s&page=%zu", l.base, forms[l.form].name,
                                l.instrument->languages[l.language], l.page));
    if (chosen)
        html_markup(h, " aria-current=true");
    if (language && strcmp(language, d->screen.words) != 0)
        screen_other_language(&d->screen, language);
    html_end(h);
    html_text(h, text);
    html_markup(h, "</a></li>");
}

static void open_choices(struct desk *d, const char *key) {
    struct html *h = &d->screen.html;
    html_markup(h, "<nav class=choices");
    html_attribute(h, "aria-label", desk_words(d, key));
    html_markup(h, "><b>");
    desk_say(d, key);
    html_markup(h, "</b><ul>");
}

/* A page's name: its own heading, else that of what stands on it. */
static const char *page_title(struct desk *d, const struct look *l, size_t page) {
    if (page == 0)
        return desk_words(d, "see_page_start");
    const struct page *p = &l->instrument->pages[page - 1];
    const struct text *text = &p->label;
    for (size_t i = 0; i < p->n_blocks && text_is_empty(text); i++)
        text = p->blocks[i].construct ? &p->blocks[i].construct->label : &p->blocks[i].question->label;
    struct buf out = BUF_INIT;
    instrument_fill(&out, l->instrument, l->language, text_in(text, l->language), NULL, NULL, 0);
    const struct str cut = utf8_cut(buf_view(&out), 60);
    const char *title = arena_printf(d->arena, "%zu. %.*s%s", page, (int)cut.n, cut.p, cut.n < out.n ? "…" : "");
    buf_free(&out);
    return title;
}

static void write_choices(struct desk *d, const struct look *l) {
    struct html *h = &d->screen.html;
    const char *language = l->instrument->languages[l->language];
    open_choices(d, "see_forms");
    for (size_t i = 0; i < 2; i++)
        if (has_form(l->instrument, i))
            write_choice(d, (struct look){l->instrument, l->base, i, l->language, 0}, i == l->form,
                         desk_words(d, forms[i].key), NULL);
    html_markup(h, "</ul></nav>");
    open_choices(d, "see_instrument_languages");
    for (size_t i = 0; i < l->instrument->n_languages; i++)
        write_choice(d, (struct look){l->instrument, l->base, l->form, i, l->page}, i == l->language,
                     texts_language_name(d->screen.texts, l->instrument->languages[i]), l->instrument->languages[i]);
    html_markup(h, "</ul></nav>");
    open_choices(d, "see_pages");
    for (size_t i = 0; i <= l->instrument->n_pages; i++)
        if (page_exists(l, i))
            write_choice(d, (struct look){l->instrument, l->base, l->form, l->language, i}, i == l->page,
                         page_title(d, l, i), i ? language : NULL);
    html_markup(h, "</ul></nav>");
}

static void write_frame(struct desk *d, const struct look *l, const char *class, const char *key) {
    struct html *h = &d->screen.html;
    html_markup(h, "<figure");
    html_attribute(h, "class", class);
    html_markup(h, "><figcaption>");
    desk_say(d, key);
    html_markup(h, "</figcaption><iframe");
    html_attribute(h, "title", desk_words(d, key));
    html_attribute(h, "src",
                   arena_printf(d->arena, "%s/%s?lang=%s&page=%zu", l->base, forms[l->form].name,
                                l->instrument->languages[l->language], l->page));
    html_markup(h, "></iframe></figure>");
}

void instrument_preview_show(struct desk *d) {
    struct shelved s;
    if (!shelved_find(d, &s))
        return;
    const char *back = desk_path(d, "instruments", s.file.name, NULL);
    if (!s.file.instrument) { /* the instrument's own page says what is wrong */
        desk_redirect(d, back, NULL, NULL);
        shelved_release(&s);
        return;
    }
    const struct look l = asked_for(d, &s);
    d->request->reply.frames = true;
    desk_style(d, "see.css");
    desk_open(d, 200, desk_fill(d, "see_preview_title", "title", setup_instrument_title(d, s.file.instrument), NULL),
              TAB_NONE);
    html_markup(&d->screen.html, "<p>");
    desk_link(d, back, s.file.name);
    html_markup(&d->screen.html, "</p>");
    desk_paragraph(d, "see_preview_how");
    write_choices(d, &l);
    html_markup(&d->screen.html, "<div class=frames>");
    write_frame(d, &l, "phone", "see_on_phone");
    write_frame(d, &l, "desk", "see_on_desktop");
    html_markup(&d->screen.html, "</div>");
    desk_close(d);
    shelved_release(&s);
}

/* From here on the request is answered by the respondent's pages, as if this program served nothing but this preview.
 * The instrument lives as long as the request: the sitting holds it. */
static void become_preview(struct desk *d, const struct shelved *s) {
    struct web *web = arena_alloc(d->arena, sizeof *web);
    *web = *d->request->web;
    web->preview = s->file.instrument;
    web->collect = NULL;
    web->preview_path = desk_path(d, "instruments", s->file.name, "preview", NULL);
    web->preview_token = d->form_token;
    d->request->web = web;
    d->request->reply.framed = true;
}

static bool find_form(struct desk *d, struct shelved *s, size_t *form) {
    *form = strcmp(desk_parameter(d, "form"), forms[1].name) == 0;
    if (strcmp(desk_parameter(d, "form"), forms[*form].name) != 0) {
        desk_refuse(d, 404);
        return false;
    }
    if (!shelved_find(d, s))
        return false;
    if (s->file.instrument && has_form(s->file.instrument, *form))
        return true;
    shelved_release(s);
    desk_refuse(d, 404);
    return false;
}

void instrument_preview_form(struct desk *d) {
    struct shelved s;
    size_t form;
    long page = 0;
    if (!find_form(d, &s, &form))
        return;
    const struct look l = {s.file.instrument, "", form, 0, 0};
    const bool asked = str_to_long(str_of(desk_asked(d, "page", 6)), &page) && page > 0;
    if (asked && !page_exists(&l, (size_t)page)) {
        desk_refuse(d, 404);
    } else {
        become_preview(d, &s);
        struct interview *iv = interview_preview(d->request, forms[form].audience);
        if (asked) {
            iv->page = (int)page - 1;
            page_show(iv);
        } else {
            start_show_for(iv, false);
        }
    }
    shelved_release(&s);
}

void instrument_preview_handle(struct desk *d) {
    struct shelved s;
    size_t form;
    if (!find_form(d, &s, &form))
        return;
    become_preview(d, &s);
    turn_handle(d->request);
    shelved_release(&s);
}
