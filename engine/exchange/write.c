/* A finished draft as an INI file, and the translations beside it. */
#include <string.h>

#include "base/file.h"
#include "exchange/draft.h"

struct writing {
    struct draft *d;
    struct buf out;
    size_t language; /* 0: the instrument itself */
    const char *section;
    bool section_written;
};

static void begin_section(struct writing *w, const char *section) {
    w->section = section;
    w->section_written = false;
    if (w->language == 0) {
        buf_printf(&w->out, "%s[%s]\n", w->out.n ? "\n" : "", section);
        w->section_written = true;
    }
}

/* Translations hold texts only, and sections only where there are some. */
static void put(struct writing *w, const char *key, const char *value, bool quoted) {
    if (!w->section_written)
        buf_printf(&w->out, "%s[%s]\n", w->out.n ? "\n" : "", w->section);
    w->section_written = true;
    buf_printf(&w->out, quoted ? "%s = \"%s\"\n" : "%s = %s\n", key, value);
}

static void put_plain(struct writing *w, const char *key, const char *value) {
    if (w->language == 0 && value && value[0])
        put(w, key, value, false);
}

static void put_quoted(struct writing *w, const char *key, const char *value) {
    if (w->language == 0 && value && value[0])
        put(w, key, value, true);
}

static void put_text(struct writing *w, const char *key, const struct draft_text *text) {
    const char *value = text->in[w->language];
    if (value && value[0])
        put(w, key, value, true);
}

/* A line for the author, in the reader's language. */
static void remark(struct writing *w, const char *key) {
    if (w->language == 0 && w->d->texts)
        buf_printf(&w->out, "; check: %s\n",
                   texts_with_terms(w->d->texts, w->d->arena, w->d->reader, texts_get(w->d->texts, w->d->reader, key)));
}

static const char *key_of(struct writing *w, const char *head, const char *name) {
    return arena_printf(w->d->arena, "%s.%s", head, name);
}

static void write_paragraphs(struct writing *w, const char *head, const struct draft_text *texts, size_t n) {
    for (size_t i = 0; i < n; i++)
        put_text(w, arena_printf(w->d->arena, "%s.%zu", head, i + 1), &texts[i]);
}

/* The file's name for a comment, which is one line and must not end in a backslash. */
static const char *file_words(const struct draft *d) {
    const struct str name = utf8_cut(str_of(file_name(d->file)), 100);
    char *words = arena_copy(d->arena, name.p, utf8_valid(name) ? name.n : 0);
    for (char *p = words; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7F || *p == '\\')
            *p = '?';
    return words;
}

static void write_survey(struct writing *w) {
    const struct draft *d = w->d;
    if (w->language == 0 && d->texts)
        buf_printf(&w->out, "; %s\n",
                   texts_fill(d->texts, d->arena, d->reader, "exchange.made_from", "file", file_words(d), NULL));
    begin_section(w, "survey");
    put_plain(w, "schema", "1");
    put_plain(w, "name", d->name);
    put_quoted(w, "version", d->version);
    put(w, "language", d->languages[w->language], false);
    put_text(w, "title", &d->title);
    put_plain(w, "minutes", d->minutes);
    write_paragraphs(w, "welcome", d->welcome, d->n_welcome);
    write_paragraphs(w, "thanks", d->thanks, d->n_thanks);
    put_quoted(w, "citation", d->citation);
    put_quoted(w, "licence", d->licence);
    put_text(w, "status", &d->status);
    put_plain(w, "enabler_share", d->enabler_share);
    put_plain(w, "barrier_share", d->barrier_share);
}

static void write_side(struct writing *w, const struct draft_list *list, const char *key, int side) {
    struct buf codes = BUF_INIT;
    for (size_t i = 0; i < list->n; i++)
        if (!list->options[i].outside && list->options[i].side == side)
            buf_printf(&codes, "%s%ld", codes.n ? ", " : "", list->options[i].point);
    put_plain(w, key, codes.p);
    buf_free(&codes);
}

/* Points in the order of their codes, then what stands outside. */
static void write_scale(struct writing *w, const struct draft_list *list) {
    begin_section(w, key_of(w, "scale", list->name));
    for (long done = 0, last = -100000; done < (long)draft_points(list); done++) {
        const struct draft_option *next = NULL;
        for (size_t i = 0; i < list->n; i++)
            if (!list->options[i].outside && list->options[i].point > last &&
                (!next || list->options[i].point < next->point))
                next = &list->options[i];
        if (!next)
            break;
        last = next->point;
        put_text(w, arena_printf(w->d->arena, "%ld", last), &next->label);
    }
    for (size_t i = 0; i < list->n; i++)
        if (list->options[i].outside)
            put_text(w, list->options[i].outside_name, &list->options[i].label);
    if (list->says_sides) {
        write_side(w, list, "favourable", 1);
        write_side(w, list, "unfavourable", -1);
    }
}

static const char *required_word(enum required required) {
    return required == REQUIRED_YES ? "yes" : required == REQUIRED_SOFT ? "soft" : NULL;
}

static void write_construct(struct writing *w, const struct draft_block *block) {
    begin_section(w, key_of(w, "construct", block->name));
    if (!block->level)
        remark(w, "exchange.remark_construct");
    put_text(w, "label", &block->label);
    put_text(w, "hint", &block->hint);
    put_plain(w, "domain", block->domain);
    put_plain(w, "level", block->level ? block->level : "individual");
    put_plain(w, "answered_by", block->answered_by ? block->answered_by : block->level ? NULL : "staff");
    put_plain(w, "scale", block->list->name);
    put_plain(w, "higher", block->higher);
    put_plain(w, "min_answered", block->min_answered);
    put_plain(w, "required", required_word(block->required));
    put_plain(w, "strategies", block->strategies);
    put_plain(w, "determinants", block->determinants);
    put_quoted(w, "relevant", block->relevant_here);
    for (size_t i = 0; i < block->n_items; i++) {
        const struct draft_item *item = &block->items[i];
        const char *key = key_of(w, "item", item->name);
        const size_t n = strlen(item->source);
        if (!block->level && !item->reverse && n > 1 && item->source[n - 1] == 'R')
            remark(w, "exchange.remark_reverse");
        put_text(w, key, &item->text);
        if (item->reverse)
            put_plain(w, arena_printf(w->d->arena, "%s.reverse", key), "yes");
    }
}

static void write_number(struct writing *w, const char *key, double x) {
    struct buf out = BUF_INIT;
    if (x > -INFINITY && x < INFINITY) {
        buf_number(&out, x);
        put_plain(w, key, out.p);
    }
    buf_free(&out);
}

static void write_question(struct writing *w, const struct draft_block *block) {
    static const char *const types[] = {"", "choice", "choices", "text", "number", "date", "note"};
    begin_section(w, key_of(w, "question", block->name));
    put_plain(w, "type", types[block->kind]);
    put_text(w, "label", &block->label);
    put_text(w, "hint", &block->hint);
    put_plain(w, "answered_by", block->answered_by);
    for (size_t i = 0; block->list && i < block->list->n; i++)
        put_text(w, key_of(w, "choice", block->list->options[i].name), &block->list->options[i].label);
    if (block->kind == DRAFT_CHOICE && block->group)
        put_plain(w, "group", "yes");
    if (block->kind == DRAFT_TEXT) {
        put_plain(w, "comment", block->comment ? "yes" : NULL);
        put_plain(w, "rows", block->rows > 1 ? arena_printf(w->d->arena, "%d", block->rows) : NULL);
    }
    if (block->kind != DRAFT_NOTE)
        put_plain(w, "required", required_word(block->required));
    if (block->kind == DRAFT_NUMBER) {
        write_number(w, "minimum", block->minimum);
        write_number(w, "maximum", block->maximum);
    }
    put_quoted(w, "relevant", block->relevant_here);
}

/* The blocks of a page; a page that asks more than fits into a line is cut in two. */
static void write_page(struct writing *w, int index) {
    const struct draft_page *page = &w->d->pages[index];
    struct buf ask = BUF_INIT;
    for (size_t i = 0; i < w->d->n_blocks; i++)
        if (w->d->blocks[i].page == index)
            buf_printf(&ask, "%s%s", ask.n ? ", " : "", w->d->blocks[i].name);
    begin_section(w, key_of(w, "page", page->name));
    put_text(w, "label", &page->label);
    put_text(w, "hint", &page->hint);
    put_plain(w, "ask", ask.p);
    put_quoted(w, "relevant", page->relevant_here);
    buf_free(&ask);
}

static void write_all(struct writing *w) {
    struct draft *d = w->d;
    write_survey(w);
    for (size_t i = 0; i < d->n_placeholders; i++) {
        begin_section(w, key_of(w, "placeholder", d->placeholders[i].name));
        put_text(w, "default", &d->placeholders[i].text);
    }
    for (size_t i = 0; i < d->n_lists; i++)
        if (d->lists[i]->rating)
            write_scale(w, d->lists[i]);
    for (size_t i = 0; i < d->n_domains; i++) {
        begin_section(w, key_of(w, "domain", d->domains[i].name));
        put_text(w, "label", &d->domains[i].text);
        put_text(w, "framework", &d->domains[i].second);
    }
    for (size_t i = 0; i < d->n_blocks; i++) {
        if (d->blocks[i].kind == DRAFT_CONSTRUCT)
            write_construct(w, &d->blocks[i]);
        else
            write_question(w, &d->blocks[i]);
    }
    for (size_t i = 0; i < d->n_pages; i++)
        write_page(w, (int)i);
}

const struct instrument_file *draft_write(struct draft *d, size_t *n) {
    struct instrument_file *files = arena_array(d->arena, d->n_languages, sizeof *files);
    for (size_t i = 0; i < d->n_languages; i++) {
        struct writing w = {.d = d, .out = BUF_INIT, .language = i};
        write_all(&w);
        files[i].language = i == 0 ? "" : d->languages[i];
        files[i].text = (struct str){arena_copy(d->arena, w.out.p, w.out.n), w.out.n};
        buf_free(&w.out);
    }
    *n = d->n_languages;
    return files;
}
