/* The last steps from a draft to an instrument: names, codes, pages, conditions. */
#include <string.h>

#include "exchange/draft.h"

static void note_name(struct draft *d, struct place place, const char *was, const char *is) {
    if (was[0] && strcmp(was, is) != 0)
        draft_noted(d, place, "exchange.renamed", "name", was, "new", is);
}

static void name_blocks(struct draft *d) {
    struct draft_names names = {0};
    for (size_t i = 0; i < d->n_blocks; i++) { /* items and questions first: answers are stored under their names */
        struct draft_block *block = &d->blocks[i];
        for (size_t k = 0; k < block->n_items; k++) {
            struct draft_item *item = &block->items[k];
            item->name = draft_name(d, &names, item->source, "item");
            note_name(d, item->place, item->source, item->name);
        }
        if (block->kind == DRAFT_CONSTRUCT || block->kind == DRAFT_NOTE)
            continue;
        block->name = draft_name(d, &names, block->source, "q");
        note_name(d, block->place, block->source, block->name);
    }
    for (size_t i = 0; i < d->n_blocks; i++) {
        struct draft_block *block = &d->blocks[i];
        if (block->name)
            continue;
        block->name = draft_name(d, &names, block->source, block->kind == DRAFT_NOTE ? "note" : "construct");
        note_name(d, block->place, block->source, block->name);
    }
}

static void name_the_rest(struct draft *d) {
    struct draft_names scales = {.reserved = true}, pages = {.reserved = true};
    for (size_t i = 0; i < d->n_lists; i++) {
        bool used = false;
        for (size_t k = 0; k < d->n_blocks; k++)
            used = used || (d->blocks[k].kind == DRAFT_CONSTRUCT && d->blocks[k].list == d->lists[i]);
        d->lists[i]->rating = used;
        if (!used)
            continue;
        d->lists[i]->name = draft_name(d, &scales, d->lists[i]->code, "scale");
        if (d->dialect == DIALECT_XLSFORM) /* elsewhere lists have no names of their own */
            note_name(d, d->lists[i]->place, d->lists[i]->code, d->lists[i]->name);
    }
    for (size_t i = 0; i < d->n_pages; i++)
        d->pages[i].name = draft_name(d, &pages, d->pages[i].source, "page");
}

/* Where there are pages, everything is on one: what stood before the first gets a page without a heading. */
static void give_pages(struct draft *d) {
    if (d->n_pages == 0 || d->n_blocks == 0 || d->blocks[0].page >= 0)
        return;
    draft_page_new(d, "", d->blocks[0].place);
    for (size_t i = d->n_pages - 1; i > 0; i--)
        d->pages[i] = d->pages[i - 1];
    d->pages[0] = (struct draft_page){.source = "start", .place = d->blocks[0].place};
    for (size_t i = 0; i < d->n_blocks; i++)
        d->blocks[i].page++;
}

/* Pages on which nothing is asked are no pages; their headings are listed. */
static void drop_empty_pages(struct draft *d) {
    size_t kept = 0;
    int *now = arena_array(d->arena, d->n_pages + 1, sizeof *now);
    for (size_t p = 0; p < d->n_pages; p++) {
        bool used = false;
        for (size_t i = 0; i < d->n_blocks; i++)
            used = used || d->blocks[i].page == (int)p;
        if (used) {
            now[p] = (int)kept;
            d->pages[kept++] = d->pages[p];
        } else if (!draft_text_is_empty(&d->pages[p].label)) {
            draft_lost(d, d->pages[p].place, "exchange.page_empty", "name", d->pages[p].source);
        }
    }
    d->n_pages = kept;
    for (size_t i = 0; i < d->n_blocks; i++)
        if (d->blocks[i].page >= 0)
            d->blocks[i].page = now[d->blocks[i].page];
}

/* A page's list of blocks is one line of the file. */
static void bound_pages(struct draft *d) {
    size_t bytes = 0;
    for (size_t i = 0; i < d->n_blocks && d->n_pages > 0; i++) {
        const size_t n = strlen(d->blocks[i].name) + 2;
        bytes = i > 0 && d->blocks[i].page == d->blocks[i - 1].page ? bytes + n : n;
        if (bytes <= DRAFT_TEXT_MAX)
            continue;
        draft_noted(d, d->blocks[i].place, "exchange.page_long", "name", d->pages[d->blocks[i].page].source);
        draft_divide_page(d, i);
        bytes = n;
    }
}

/* The author has to say what no other system's file says. */
static void list_guesses(struct draft *d) {
    for (size_t i = 0; i < d->n_blocks; i++) {
        const struct draft_block *block = &d->blocks[i];
        if (block->kind != DRAFT_CONSTRUCT)
            continue;
        if (!block->level)
            draft_noted(d, block->place, "exchange.guess", "name", block->name);
        for (size_t k = 0; k < block->n_items; k++) {
            const char *source = block->items[k].source;
            const size_t n = strlen(source);
            if (n > 1 && source[n - 1] == 'R' && !block->items[k].reverse && !block->level)
                draft_noted(d, block->items[k].place, "exchange.guess_reverse", "name", source);
        }
    }
}

void draft_finish(struct draft *d) {
    if (d->n_languages == 0)
        (void)draft_language(d, "en");
    draft_make_codes(d);
    draft_reshape(d);
    name_blocks(d);
    give_pages(d);
    drop_empty_pages(d);
    bound_pages(d);
    draft_resolve_conditions(d);
    name_the_rest(d);
    list_guesses(d);
    if (d->n_quotes > 0)
        draft_noted(d, ((struct place){d->file, 0, 0}), "exchange.quotes", "n",
                    arena_printf(d->arena, "%zu", d->n_quotes));
}
