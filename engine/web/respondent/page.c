/* A page of the form: heading, blocks, buttons. */
#include <stdlib.h>

#include "web/respondent/block.h"
#include "web/respondent/check.h"

enum { QUOTED_MAX = 70 }; /* characters of an item in the summary of problems */

/* The text of the item or question. */
static const struct text *label_of(const struct field *field) {
    return field->item ? &field->item->text : &field->question->label;
}

static const char *quoted(struct interview *iv, const char *text) {
    const struct str cut = utf8_cut(str_of(text), QUOTED_MAX);
    const char *end = text[cut.n] ? "…" : "";
    return arena_printf(iv->request->arena, "%.*s%s", (int)cut.n, cut.p, end);
}

/* A summary that has the focus when the page opens, with a link to each field. */
static void write_summary(struct interview *iv, const struct problems *p) {
    struct html *h = &iv->screen.html;
    html_markup(h, "<div class=\"problems");
    if (!p->insists)
        html_markup(h, " soft");
    html_markup(h, "\" role=group tabindex=-1 autofocus aria-labelledby=P");
    screen_words_language(&iv->screen);
    html_markup(h, "><h2 id=P>");
    screen_say(&iv->screen, p->insists ? "problems.title" : "open.title");
    html_markup(h, "</h2>");
    if (!p->insists)
        screen_paragraph(&iv->screen, "open.explain");
    html_markup(h, "<ul>");
    for (size_t i = 0; i < p->n; i++) {
        const struct field *field = &iv->sitting.instrument->fields[p->list[i].field];
        html_markup(h, "<li><a");
        html_path(h, "href", "#", field->name);
        html_end(h);
        html_text(h, p->list[i].sentence);
        html_markup(h, "</a>: <q");
        interview_text_language(iv, label_of(field));
        html_end(h);
        html_text(h, quoted(iv, interview_text(iv, label_of(field))));
        html_markup(h, "</q></li>");
    }
    html_markup(h, "</ul></div>");
}

static void write_notice(struct interview *iv, const char *key) {
    struct html *h = &iv->screen.html;
    html_markup(h, "<div class=notice role=status");
    screen_words_language(&iv->screen);
    html_markup(h, "><p>");
    screen_say(&iv->screen, key);
    html_markup(h, "</p></div>");
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

/* Forward stands first, because it is what the Enter key presses. */
static void write_buttons(struct interview *iv) {
    struct html *h = &iv->screen.html;
    const bool last = interview_next_page(iv, iv->page) < 0;
    html_markup(h, "<div class=buttons>");
    write_button(iv, last ? "submit" : "next", NULL, last ? "button.send" : "button.next");
    if (interview_previous_page(iv, iv->page) >= 0)
        write_button(iv, "back", "second", "button.back");
    if (!iv->request->web->preview && !iv->kiosk)
        write_button(iv, "save", "quiet", "button.save");
    html_markup(h, "</div>");
}

static bool shown(const struct interview *iv, const struct block *block) {
    return block_is_shown(block, iv->answers, iv->sitting.audience);
}

/* Which blocks this page shows, so that a box left empty can be told from one that was never there. */
static const char *list_blocks(struct interview *iv, const struct page *page) {
    struct buf list = BUF_INIT;
    for (size_t b = 0; b < page->n_blocks; b++)
        if (shown(iv, &page->blocks[b]))
            buf_printf(&list, "%s%zu", list.n ? "," : "", b);
    const char *copy = arena_copy(iv->request->arena, list.p, list.n);
    buf_free(&list);
    return copy;
}

static void write_hidden(struct interview *iv, const struct page *page) {
    interview_hide(iv);
    interview_hide_value(iv, FIELD_PAGE, arena_printf(iv->request->arena, "%d", iv->page));
    interview_hide_value(iv, FIELD_BLOCKS, list_blocks(iv, page));
    if (*iv->asked)
        interview_hide_value(iv, FIELD_ASKED, iv->asked);
    interview_hide_answers(iv, iv->page, false);
}

static const struct block *first_block(const struct interview *iv, const struct page *page) {
    for (size_t b = 0; b < page->n_blocks; b++)
        if (shown(iv, &page->blocks[b]))
            return &page->blocks[b];
    return &page->blocks[0];
}

/* The page's own label, or that of its first block. */
static const struct text *heading_of(const struct interview *iv, const struct page *page) {
    const struct block *first = first_block(iv, page);
    if (!text_is_empty(&page->label))
        return &page->label;
    return first->construct ? &first->construct->label : &first->question->label;
}

static size_t count_shown(const struct interview *iv, const struct page *page) {
    size_t n = 0;
    for (size_t b = 0; b < page->n_blocks; b++)
        n += shown(iv, &page->blocks[b]);
    return n;
}

/* A question that heads its page has the heading inside its own legend or label. */
static void write_heading(struct interview *iv, const struct page *page) {
    struct html *h = &iv->screen.html;
    const struct text *heading = heading_of(iv, page);
    if (!text_is_empty(&page->label) || first_block(iv, page)->construct) {
        html_markup(h, "<h1");
        interview_text_language(iv, heading);
        html_end(h);
        interview_say(iv, heading);
        html_markup(h, "</h1>");
    }
    if (!text_is_empty(&page->hint))
        block_write_hint(iv, &page->hint, NULL);
}

static void write_blocks(struct interview *iv, const struct page *page, const struct problems *p) {
    enum block_place place = count_shown(iv, page) > 1 ? BLOCK_OF_SEVERAL : BLOCK_ALONE;
    const struct block *heading = text_is_empty(&page->label) ? first_block(iv, page) : NULL;
    for (size_t b = 0; b < page->n_blocks; b++)
        if (shown(iv, &page->blocks[b]))
            block_write(iv, &page->blocks[b], &page->blocks[b] == heading ? BLOCK_IS_PAGE : place, p);
}

static const char *title_of(struct interview *iv, const struct page *page, const struct problems *p) {
    const char *heading = interview_text(iv, heading_of(iv, page));
    if (!p || p->n == 0)
        return heading;
    return texts_fill(iv->screen.texts, iv->request->arena, iv->screen.words,
                      p->insists ? "web.problems.page_title" : "web.open.page_title", "title", heading, NULL);
}

static void write_page(struct interview *iv, const struct problems *p, const char *notice) {
    struct screen *s = &iv->screen;
    struct html *h = &s->html;
    struct arena *arena = iv->request->arena;
    const struct page *page = &iv->sitting.instrument->pages[iv->page];
    interview_open(iv, 200, title_of(iv, page, p));
    if (iv->kiosk)
        kiosk_write_way_out(iv);
    if (p && p->n > 0)
        write_summary(iv, p);
    if (notice)
        write_notice(iv, notice);
    html_markup(h, "<p class=where");
    screen_words_language(s);
    html_end(h);
    html_text(h, texts_fill(s->texts, arena, s->words, "web.page_of", "page",
                            arena_printf(arena, "%d", interview_page_number(iv, iv->page)), "pages",
                            arena_printf(arena, "%d", interview_page_total(iv, iv->page)), NULL));
    html_markup(h, "</p>");
    interview_open_form(iv, true);
    write_hidden(iv, page);
    write_heading(iv, page);
    write_blocks(iv, page, p);
    write_buttons(iv);
    html_markup(h, "</form>");
    interview_close(iv);
}

void page_show(struct interview *iv) {
    write_page(iv, NULL, iv->again ? "again" : NULL);
}

void page_show_problems(struct interview *iv, const struct problems *p) {
    write_page(iv, p, NULL);
}

void page_show_notice(struct interview *iv, const char *key) {
    write_page(iv, NULL, key);
}
