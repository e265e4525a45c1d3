/* Mails that came back: whatever is pasted here is searched for addresses of the roster, and nobody writes to those any
 * more. Somebody who opted out stays opted out. */
#include <string.h>
#include <strings.h>

#include "web/workspace/mail_page.h"
#include "web/workspace/reach_pages.h"

enum { PASTED_MAX = 200000, SHOWN_MAX = 200 };

/* Those who were found and whose state changed, and how many other addresses the text has. */
struct bounces {
    const char **marked;
    size_t n, capacity;
    size_t strangers;
};

static bool in_address(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c && strchr("@.!#$%&'*+-/=?^_`{|}~", c));
}

/* The next thing in the text that looks like an address: quotes and brackets, and points at its ends, are not part of
 * it. */
static const char *next_address(struct desk *d, const char **at) {
    const char *p = *at;
    while (*p) {
        while (*p && !in_address(*p))
            p++;
        const char *begin = p;
        while (in_address(*p))
            p++;
        const char *end = p;
        while (begin < end && strchr(".'=", *begin))
            begin++;
        while (end > begin && strchr(".'=", end[-1]))
            end--;
        const char *found = arena_copy(d->arena, begin, (size_t)(end - begin));
        if (mail_address_good(found)) {
            *at = p;
            return found;
        }
    }
    *at = p;
    return NULL;
}

static const struct person *find_person(const struct person *people, size_t n, const char *email) {
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(people[i].email, email) == 0)
            return &people[i];
    return NULL;
}

static bool has(const struct bounces *b, const char *email) {
    for (size_t i = 0; i < b->n; i++)
        if (strcasecmp(b->marked[i], email) == 0)
            return true;
    return false;
}

/* Gives every address of the text that is on the roster and now in state `from` the state `to`. */
static enum result change(struct desk *d, const char *text, enum contact from, enum contact to, struct bounces *b) {
    struct person *people;
    size_t n;
    const char *address;
    *b = (struct bounces){.n = 0};
    if (store_list_people(d->store, d->arena, d->assessment.id, &people, &n) != RESULT_OK)
        return RESULT_MACHINE;
    while ((address = next_address(d, &text))) {
        const struct person *person = find_person(people, n, address);
        int found;
        b->strangers += !person;
        if (!person || person->contact != from || has(b, person->email))
            continue;
        const enum result result = store_set_contact(d->store, d->assessment.id, person->email, to, &found);
        if (result == RESULT_MACHINE)
            return result;
        b->marked = arena_grow(d->arena, b->marked, b->n, &b->capacity, sizeof *b->marked);
        b->marked[b->n++] = person->email;
    }
    return RESULT_OK;
}

static void write_form(struct desk *d) {
    desk_paragraph(d, "bounces_explain");
    desk_form_open(d, reach_path(d, "bounces", NULL), false);
    desk_field_area(d, "pasted", "bounces_pasted", "bounces_pasted_hint", "", 12);
    html_markup(&d->screen.html, "<div class=buttons>");
    desk_button(d, "bounces_mark", "step", "mark");
    html_markup(&d->screen.html, "</div>");
    desk_form_close(d);
}

void bounces_show(struct desk *d) {
    reach_open(d, "bounces_title", TAB_SEND);
    reach_write_ways(d, "bounces");
    write_form(d);
    desk_close(d);
}

static void write_sentence(struct desk *d, const char *key, size_t n) {
    html_markup(&d->screen.html, "<p>");
    desk_text(d, texts_count(d->screen.texts, d->arena, d->screen.words, arena_printf(d->arena, "work.%s", key),
                             (long)n, NULL));
    html_markup(&d->screen.html, "</p>");
}

/* Whom it was, and the way back. */
static void show_marked(struct desk *d, const struct bounces *b) {
    struct html *h = &d->screen.html;
    struct buf list = BUF_INIT;
    reach_open(d, "bounces_title", TAB_SEND);
    reach_write_ways(d, "bounces");
    html_markup(h, "<div class=notice role=status>");
    write_sentence(d, "bounces_marked", b->n);
    html_markup(h, "</div>");
    if (b->strangers)
        write_sentence(d, "bounces_strangers", b->strangers);
    if (b->n) {
        html_markup(h, "<ul>");
        for (size_t i = 0; i < b->n; i++) {
            buf_printf(&list, "%s\n", b->marked[i]);
            if (i >= SHOWN_MAX)
                continue;
            html_markup(h, "<li>");
            html_text(h, b->marked[i]);
            html_markup(h, "</li>");
        }
        html_markup(h, "</ul>");
        desk_form_open(d, reach_path(d, "bounces", NULL), false);
        desk_hidden(d, "pasted", arena_copy(d->arena, list.p, list.n));
        desk_button_second(d, "bounces_undo", "step", "undo");
        desk_form_close(d);
    }
    html_markup(h, "<p>");
    desk_link(d, reach_path(d, "bounces", NULL), desk_words(d, "bounces_more"));
    html_markup(h, "</p>");
    desk_close(d);
    buf_free(&list);
}

void bounces_handle(struct desk *d) {
    struct bounces b;
    const bool undo = desk_posted_is(d, "step", "undo");
    const char *text = desk_posted(d, "pasted", PASTED_MAX);
    if (!*text && !desk_has_errors(d))
        desk_wrong(d, "pasted", "bounces_nothing", NULL, NULL);
    if (desk_has_errors(d)) {
        bounces_show(d);
        return;
    }
    if (change(d, text, undo ? CONTACT_BOUNCED : CONTACT_GOOD, undo ? CONTACT_GOOD : CONTACT_BOUNCED, &b) !=
        RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    if (b.n)
        desk_audit(d, "contact_changed", d->assessment.name);
    if (undo)
        desk_redirect(d, reach_path(d, "bounces", NULL), "bounces_undone", desk_number(d, (double)b.n, 0));
    else
        show_marked(d, &b);
}
