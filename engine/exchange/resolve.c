/* Conditions in our words: names and codes as they are called here, what our expressions have no word for said
 * otherwise or listed; and pages divided where a condition would look at its own page. */
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "exchange/draft.h"

enum { WRITTEN_MAX = 900 };

struct resolving {
    struct draft *d;
    const char *subject; /* whose condition it is */
    struct place place;
    const char *code; /* why it cannot be said; NULL while it can */
    const char *name, *what;
    int latest; /* the largest index of a block that it looks at */
};

struct target {
    int block; /* -1: there is none */
    const struct draft_item *item;
    const char *option; /* the name stands for one choice of several */
};

static const struct condition *resolve(struct resolving *r, const struct condition *c);

static const struct condition *cannot(struct resolving *r, const char *code, const char *name, const char *what) {
    if (!r->code) {
        r->code = code;
        r->name = name;
        r->what = what ? what : "";
    }
    return NULL;
}

/* What a name stands for: a number that holds block and item. */
enum { ITEMS_OF_A_BLOCK = 1 << 15 };

static void index_names(struct draft *d) {
    for (size_t i = 0; i < d->n_blocks && i < INT_MAX / ITEMS_OF_A_BLOCK; i++) {
        const struct draft_block *block = &d->blocks[i];
        const int at = (int)i * ITEMS_OF_A_BLOCK;
        for (size_t k = 0; k < block->n_items && k + 1 < ITEMS_OF_A_BLOCK; k++)
            draft_index_put(d->arena, &d->found, block->items[k].source, at + (int)k + 1);
        if (block->kind != DRAFT_CONSTRUCT && block->kind != DRAFT_NOTE)
            draft_index_put(d->arena, &d->found, block->source, at);
    }
}

static struct target find_block(const struct draft *d, const char *name) {
    const int found = draft_index_get(&d->found, name);
    if (found < 0)
        return (struct target){-1, NULL, NULL};
    const struct draft_block *block = &d->blocks[found / ITEMS_OF_A_BLOCK];
    const int item = found % ITEMS_OF_A_BLOCK - 1;
    return (struct target){found / ITEMS_OF_A_BLOCK, item < 0 ? NULL : &block->items[item], NULL};
}

/* Other systems do not always tell capital from small letters. */
static struct target find_in_any_case(const struct draft *d, const char *name) {
    for (size_t i = 0; i < d->found.slots; i++)
        if (d->found.names[i] && strcasecmp(d->found.names[i], name) == 0)
            return find_block(d, d->found.names[i]);
    return (struct target){-1, NULL, NULL};
}

static struct target find_target(const struct draft *d, const char *name) {
    struct target target = find_block(d, name);
    for (size_t i = 0; target.block < 0 && i < d->n_aliases; i++) {
        if (strcmp(d->aliases[i].name, name) == 0) {
            target = find_block(d, d->aliases[i].source);
            target.option = d->aliases[i].option;
        }
    }
    return target.block < 0 ? find_in_any_case(d, name) : target;
}

static bool same_number(const char *a, const char *b) {
    double x, y;
    return str_to_double(str_of(a), &x) && str_to_double(str_of(b), &y) && !(x < y) && !(x > y);
}

static const struct draft_option *find_option(const struct draft_list *list, const char *code) {
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->options[i].code, code) == 0)
            return &list->options[i];
    for (size_t i = 0; i < list->n; i++)
        if (same_number(list->options[i].code, code) || strcasecmp(list->options[i].code, code) == 0)
            return &list->options[i];
    return NULL;
}

/* The code of an option as it is written here. */
static const char *code_here(struct resolving *r, const struct draft_block *block, const struct draft_option *option) {
    if (block->kind != DRAFT_CONSTRUCT)
        return option->name;
    return option->outside ? option->outside_name : arena_printf(r->d->arena, "%ld", option->point);
}

static const struct condition *either(struct resolving *r, const struct condition *a, const struct condition *b) {
    return a ? condition_make(r->d->arena, CONDITION_OR, a, b) : b;
}

/* One of the options that `fits`: a = 1 or a = 2. NULL when none does. */
static const struct condition *one_of(struct resolving *r, const struct draft_block *block, const char *name,
                                      enum condition_kind kind, double limit) {
    const enum condition_kind leaf = block->kind == DRAFT_CHOICES ? CONDITION_SELECTED : CONDITION_EQUAL;
    const struct condition *all = NULL;
    for (size_t i = 0; i < block->list->n; i++) {
        const struct draft_option *option = &block->list->options[i];
        double x = 0;
        const bool number = str_to_double(str_of(option->code), &x);
        const bool fits = kind == CONDITION_ANSWERED  ? true
                          : !number                   ? false
                          : kind == CONDITION_LESS    ? x < limit
                          : kind == CONDITION_AT_MOST ? x <= limit
                          : kind == CONDITION_MORE    ? x > limit
                                                      : x >= limit;
        if (fits)
            all = either(r, all, condition_compare(r->d->arena, leaf, name, code_here(r, block, option)));
    }
    return all;
}

/* Would the comparison of ratings say the same of the codes here as of those there? */
static bool order_is_kept(const struct draft_list *list, const char *literal) {
    const struct draft_option *option = find_option(list, literal);
    if (list->lettered || !option || option->outside)
        return false;
    for (size_t i = 0; i < list->n; i++) {
        double x;
        if (list->options[i].outside && str_to_double(str_of(list->options[i].code), &x))
            return false;
    }
    return true;
}

static const struct condition *resolve_order(struct resolving *r, const struct condition *c,
                                             const struct draft_block *block, const char *name) {
    double limit;
    if (!str_to_double(str_of(c->literal), &limit) || block->kind == DRAFT_CHOICES)
        return cannot(r, "exchange.condition_order", c->name, c->literal);
    if (block->kind == DRAFT_CONSTRUCT && order_is_kept(block->list, c->literal))
        return condition_compare(r->d->arena, c->kind, name, code_here(r, block, find_option(block->list, c->literal)));
    const struct condition *any = one_of(r, block, name, c->kind, limit);
    return any ? any : cannot(r, "exchange.condition_code", c->name, c->literal);
}

static const struct condition *resolve_codes(struct resolving *r, const struct condition *c,
                                             const struct draft_block *block, const char *name) {
    if (c->kind == CONDITION_ANSWERED)
        return one_of(r, block, name, CONDITION_ANSWERED, 0);
    if (c->kind != CONDITION_SELECTED && c->kind != CONDITION_EQUAL && c->kind != CONDITION_UNEQUAL)
        return resolve_order(r, c, block, name);
    const struct draft_option *option = find_option(block->list, c->literal);
    if (!option)
        return cannot(r, "exchange.condition_code", c->name, c->literal);
    return condition_compare(r->d->arena, c->kind, name, code_here(r, block, option));
}

/* Numbers and dates; an answer there is one that is at or below some value or above it. */
static const struct condition *resolve_value(struct resolving *r, const struct condition *c,
                                             const struct draft_block *block, const char *name) {
    struct arena *a = r->d->arena;
    double x;
    if (c->kind == CONDITION_ANSWERED) {
        const char *middle = block->kind == DRAFT_DATE ? "2000-01-01" : "0";
        return condition_make(a, CONDITION_OR, condition_compare(a, CONDITION_AT_LEAST, name, middle),
                              condition_compare(a, CONDITION_LESS, name, middle));
    }
    const bool good = block->kind == DRAFT_DATE ? clock_is_day(c->literal) : str_to_double(str_of(c->literal), &x);
    if (!good || c->kind == CONDITION_SELECTED)
        return cannot(r, "exchange.condition_value", c->name, c->literal);
    return condition_compare(a, c->kind, name, c->literal);
}

static const struct condition *resolve_text(struct resolving *r, const struct condition *c, const char *name) {
    if (c->kind == CONDITION_ANSWERED)
        return cannot(r, "exchange.condition_text", c->name, "");
    if ((c->kind != CONDITION_EQUAL && c->kind != CONDITION_UNEQUAL) || strpbrk(c->literal, "'\"\n\t") ||
        utf8_has_control(str_of(c->literal)) || strlen(c->literal) > 200)
        return cannot(r, "exchange.condition_order", c->name, c->literal);
    return condition_compare(r->d->arena, c->kind, name, c->literal);
}

/* LimeSurvey asks for each choice of several apart: Q1_a == "Y". */
static const struct condition *resolve_option(struct resolving *r, const struct condition *c, struct target target) {
    const struct draft_block *block = &r->d->blocks[target.block];
    const struct draft_option *option = block->list ? find_option(block->list, target.option) : NULL;
    const bool yes = c->literal && (strcasecmp(c->literal, "Y") == 0 || strcmp(c->literal, "1") == 0);
    if (!option || (c->kind != CONDITION_ANSWERED && (!yes || c->kind > CONDITION_UNEQUAL)))
        return cannot(r, "exchange.condition_code", c->name, c->literal);
    const struct condition *ticked = condition_compare(
        r->d->arena, block->kind == DRAFT_CHOICES ? CONDITION_SELECTED : CONDITION_EQUAL, block->name, option->name);
    return c->kind == CONDITION_UNEQUAL ? condition_make(r->d->arena, CONDITION_NOT, ticked, NULL) : ticked;
}

static const struct condition *resolve_leaf(struct resolving *r, const struct condition *c) {
    struct draft *d = r->d;
    const struct target target = find_target(d, c->name);
    if (target.block < 0) {
        for (size_t i = 0; i < d->n_gone; i++)
            if (strcmp(d->gone[i], c->name) == 0)
                return cannot(r, "exchange.condition_gone", c->name, NULL);
        return cannot(r, "exchange.condition_unknown", c->name, NULL);
    }
    const struct draft_block *block = &d->blocks[target.block];
    const char *name = target.item ? target.item->name : block->name;
    if (target.block > r->latest)
        r->latest = target.block;
    if (target.option)
        return resolve_option(r, c, target);
    switch (block->kind) {
    case DRAFT_CONSTRUCT:
    case DRAFT_CHOICE:
    case DRAFT_CHOICES:
        return resolve_codes(r, c, block, name);
    case DRAFT_NUMBER:
    case DRAFT_DATE:
        return resolve_value(r, c, block, name);
    default:
        return resolve_text(r, c, name);
    }
}

static const struct condition *resolve(struct resolving *r, const struct condition *c) {
    const struct condition *left, *right;
    switch (c->kind) {
    case CONDITION_AND:
    case CONDITION_OR:
        left = resolve(r, c->left);
        right = left ? resolve(r, c->right) : NULL;
        return right ? condition_make(r->d->arena, c->kind, left, right) : NULL;
    case CONDITION_NOT:
        left = resolve(r, c->left);
        return left ? condition_make(r->d->arena, CONDITION_NOT, left, NULL) : NULL;
    case CONDITION_ALWAYS:
    case CONDITION_NEVER:
        return cannot(r, "exchange.condition_never", "", NULL);
    default:
        return resolve_leaf(r, c);
    }
}

static const char *written(struct resolving *r, const struct condition *c) {
    struct buf out = BUF_INIT;
    condition_write(&out, c);
    const char *text = arena_copy(r->d->arena, out.p, out.n);
    const size_t n = out.n;
    buf_free(&out);
    if (n <= WRITTEN_MAX)
        return text;
    cannot(r, "exchange.condition_long", "", NULL);
    return NULL;
}

static void list_unsaid(struct resolving *r, const struct condition *c) {
    struct buf out = BUF_INIT;
    condition_write(&out, c);
    const struct str begin = utf8_cut(buf_view(&out), 200);
    draft_lost(r->d, r->place, r->code, "name", r->subject, "question", r->name, "what", r->what, "text",
               arena_copy(r->d->arena, begin.p, begin.n));
    buf_free(&out);
}

void draft_divide_page(struct draft *d, size_t from) {
    const int page = d->blocks[from].page;
    const struct draft_page was = d->pages[page];
    draft_page_new(d, was.source, d->blocks[from].place);
    for (size_t i = d->n_pages - 1; i > (size_t)page + 1; i--)
        d->pages[i] = d->pages[i - 1];
    d->pages[page + 1] = was;
    d->pages[page + 1].place = d->blocks[from].place;
    for (size_t i = from; i < d->n_blocks; i++)
        d->blocks[i].page++;
}

static void resolve_block(struct draft *d, size_t index) {
    struct draft_block *block = &d->blocks[index];
    struct resolving r = {.d = d, .subject = block->source, .place = block->place, .latest = -1};
    if (!block->relevant)
        return;
    const struct condition *here = resolve(&r, block->relevant);
    if (here && r.latest >= (int)index)
        cannot(&r, "exchange.condition_later", d->blocks[r.latest].source, NULL);
    block->relevant_here = here && !r.code ? written(&r, here) : NULL;
    if (r.code) {
        list_unsaid(&r, block->relevant);
        block->relevant_here = NULL;
        return;
    }
    if (block->page >= 0 && r.latest >= 0 && d->blocks[r.latest].page == block->page) {
        draft_noted(d, block->place, "exchange.page_divided", "name", block->source, "page",
                    d->pages[block->page].source);
        draft_divide_page(d, index);
    }
}

static void resolve_page(struct draft *d, size_t index) {
    struct draft_page *page = &d->pages[index];
    struct resolving r = {.d = d, .subject = page->source, .place = page->place, .latest = -1};
    if (!page->relevant)
        return;
    const struct condition *here = resolve(&r, page->relevant);
    if (here && r.latest >= 0 && d->blocks[r.latest].page >= (int)index)
        cannot(&r, "exchange.condition_later", d->blocks[r.latest].source, NULL);
    page->relevant_here = here && !r.code ? written(&r, here) : NULL;
    if (r.code) {
        list_unsaid(&r, page->relevant);
        page->relevant_here = NULL;
    }
}

void draft_resolve_conditions(struct draft *d) {
    index_names(d);
    for (size_t i = 0; i < d->n_blocks; i++)
        resolve_block(d, i);
    for (size_t i = 0; i < d->n_pages; i++)
        resolve_page(d, i);
}
