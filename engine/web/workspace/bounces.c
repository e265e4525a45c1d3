/* Mails that came back: whatever is pasted or uploaded here (a returned mail, a mailbox, a list) is searched for
 * addresses of the roster, and nobody writes to those any more. Somebody who opted out stays opted out. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/encoding.h"
#include "web/workspace/mail_page.h"
#include "web/workspace/reach_pages.h"

enum { PASTED_MAX = 200000, SHOWN_MAX = 200 };

/* What the text holds: of the roster, those whose state changed and those who were marked before; and others. */
struct bounces {
    const char **marked, **before, **strangers;
    size_t n, n_before, n_strangers;
};

/* Reading */

static bool in_address(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c && strchr("@.!#$%&'*+-/=?^_`{|}~", c));
}

static bool begins_any(const char *line, const char *const *names, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strncasecmp(line, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* What a mail program wrote, as it was meant: lines that "=" broke are whole again, and the heads that hold numbers of
 * messages, which look like addresses, are gone. A zero byte stands in what is not a text, or between the letters of
 * UTF-16 that does not say so. */
static const char *clean(struct desk *d, struct str text) {
    static const char *const numbers[] = {
        "message-id:", "references:", "in-reply-to:", "content-id:", "x-original-message-id:"};
    char *out = arena_alloc(d->arena, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i])
            out[n++] = text.p[i];
    out[n] = '\0';
    char *to = out;
    bool skipping = false;
    for (const char *line = out; *line;) {
        const size_t length = strcspn(line, "\n"), whole = length + (line[length] == '\n');
        const size_t seen = length && line[length - 1] == '\r' ? length - 1 : length;
        skipping = (skipping && (*line == ' ' || *line == '\t')) ||
                   begins_any(line, numbers, sizeof numbers / sizeof *numbers);
        const bool soft = seen && line[seen - 1] == '=' && whole > length;
        const size_t kept = skipping ? 0 : soft ? seen - 1 : whole;
        memmove(to, line, kept);
        to += kept;
        line += whole;
    }
    *to = '\0';
    return out;
}

/* The next thing in the text that looks like an address: quotes and brackets, and points at its ends, are not part of
 * it. */
static const char *next_address(struct desk *d, const char **at) {
    const char *p = *at;
    while (*p) {
        while (*p && !in_address(*p))
            p++;
        const char *begin = p;
        bool has_sign = false;
        for (; in_address(*p); p++)
            has_sign = has_sign || *p == '@';
        const char *end = p;
        while (begin < end && strchr(".'=", *begin))
            begin++;
        while (end > begin && strchr(".'=", end[-1]))
            end--;
        if (!has_sign || (size_t)(end - begin) > ADDRESS_MAX)
            continue;
        const char *found = arena_copy(d->arena, begin, (size_t)(end - begin));
        if (address_good(found)) {
            *at = p;
            return found;
        }
    }
    *at = p;
    return NULL;
}

static int by_address(const void *a, const void *b) {
    return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

/* All addresses of the text, each once, in their order. */
static const char **find_addresses(struct desk *d, const char *text, size_t *n) {
    const char **list = NULL, *found;
    size_t capacity = 0, kept = 0;
    *n = 0;
    while ((found = next_address(d, &text))) {
        list = arena_grow(d->arena, list, *n, &capacity, sizeof *list);
        list[(*n)++] = found;
    }
    if (*n)
        qsort(list, *n, sizeof *list, by_address);
    for (size_t i = 0; i < *n; i++)
        if (!kept || strcasecmp(list[kept - 1], list[i]) != 0)
            list[kept++] = list[i];
    *n = kept;
    return list;
}

static int by_email(const void *a, const void *b) {
    return strcasecmp(((const struct person *)a)->email, ((const struct person *)b)->email);
}

/* Gives every address of the text that is on the roster and now in state `from` the state `to`. */
static enum result change(struct desk *d, const char *text, enum contact from, enum contact to, struct bounces *b) {
    struct person *people;
    size_t n, n_found;
    if (store_list_people(d->store, d->arena, d->assessment.id, &people, &n) != RESULT_OK)
        return RESULT_MACHINE;
    if (n)
        qsort(people, n, sizeof *people, by_email);
    const char **found = find_addresses(d, text, &n_found);
    *b = (struct bounces){.marked = arena_array(d->arena, n_found + 1, sizeof *b->marked),
                          .before = arena_array(d->arena, n_found + 1, sizeof *b->before),
                          .strangers = arena_array(d->arena, n_found + 1, sizeof *b->strangers)};
    for (size_t i = 0; i < n_found; i++) {
        const struct person key = {.email = found[i]};
        const struct person *p = n ? bsearch(&key, people, n, sizeof *people, by_email) : NULL;
        int changed;
        if (!p)
            b->strangers[b->n_strangers++] = found[i];
        else if (p->contact != from)
            b->before[b->n_before++] = p->email;
        else if (store_set_contact(d->store, d->assessment.id, p->email, to, &changed) == RESULT_MACHINE)
            return RESULT_MACHINE;
        else
            b->marked[b->n++] = p->email;
    }
    return RESULT_OK;
}

/* The pages */

static void write_form(struct desk *d) {
    desk_paragraph(d, "bounces_explain");
    desk_form_open(d, reach_path(d, "bounces", NULL), true);
    desk_field_file(d, "file", "bounces_file", "bounces_file_hint", ".eml,.mbox,.txt,.csv,message/rfc822,text/plain");
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

/* A sentence with a list under it; nothing where there is none. */
static void write_list(struct desk *d, const char *key, const char *const *list, size_t n) {
    struct html *h = &d->screen.html;
    if (n == 0)
        return;
    write_sentence(d, key, n);
    html_markup(h, "<ul>");
    for (size_t i = 0; i < n && i < SHOWN_MAX; i++) {
        html_markup(h, "<li>");
        html_text(h, list[i]);
        html_markup(h, "</li>");
    }
    html_markup(h, "</ul>");
    if (n > SHOWN_MAX)
        write_sentence(d, "bounces_cut", n - SHOWN_MAX);
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
    write_list(d, "bounces_these", b->marked, b->n);
    if (b->n) {
        for (size_t i = 0; i < b->n; i++)
            buf_printf(&list, "%s\n", b->marked[i]);
        desk_form_open(d, reach_path(d, "bounces", NULL), false);
        desk_hidden(d, "pasted", arena_copy(d->arena, list.p, list.n));
        desk_button_second(d, "bounces_undo", "step", "undo");
        desk_form_close(d);
    }
    write_list(d, "bounces_before", b->before, b->n_before);
    write_list(d, "bounces_strangers", b->strangers, b->n_strangers);
    html_markup(h, "<p>");
    desk_link(d, reach_path(d, "bounces", NULL), desk_words(d, "bounces_more"));
    html_markup(h, "</p>");
    desk_close(d);
    buf_free(&list);
}

void bounces_handle(struct desk *d) {
    struct bounces b;
    const bool undo = desk_posted_is(d, "step", "undo");
    const char *pasted = desk_posted(d, "pasted", PASTED_MAX), *file;
    const struct str bytes = desk_uploaded(d, "file", &file);
    if (!*pasted && bytes.n == 0 && !desk_has_errors(d))
        desk_wrong(d, "pasted", "bounces_nothing", NULL, NULL);
    if (desk_has_errors(d)) {
        bounces_show(d);
        return;
    }
    const char *uploaded = bytes.n ? clean(d, encoding_decode(d->arena, bytes).text) : "";
    const char *text = arena_printf(d->arena, "%s\n%s", clean(d, str_of(pasted)), uploaded);
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
