/* Pages, and the `relevant` of pages, constructs and questions. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/nearest.h"
#include "base/str.h"
#include "instrument/expression.h"
#include "instrument/load.h"

static const char *block_name(const struct block *block) {
    return block->construct ? block->construct->name : block->question->name;
}

/* All blocks in file order, with the lines of their sections. */
static size_t all_blocks(struct loader *l, struct block **blocks, int **lines) {
    const struct instrument *to = l->to;
    size_t n = to->n_constructs + to->n_questions, construct = 0, question = 0;
    *blocks = arena_array(l->arena, n, sizeof **blocks);
    *lines = arena_array(l->arena, n, sizeof **lines);
    for (size_t i = 0; i < n; i++) {
        bool is_construct = question == to->n_questions ||
                            (construct < to->n_constructs &&
                             l->construct_sections[construct]->line < l->question_sections[question]->line);
        if (is_construct) {
            (*lines)[i] = l->construct_sections[construct]->line;
            (*blocks)[i].construct = &to->constructs[construct++];
        } else {
            (*lines)[i] = l->question_sections[question]->line;
            (*blocks)[i].question = &to->questions[question++];
        }
    }
    return n;
}

/* Without [page.*], every block is a page of its own. */
static void make_pages(struct loader *l, struct block *blocks, size_t n) {
    const char **none = arena_array(l->arena, l->to->n_languages, sizeof *none);
    l->pages = arena_array(l->arena, n, sizeof *l->pages);
    for (size_t i = 0; i < n; i++) {
        l->pages[i] = (struct page){
            .name = block_name(&blocks[i]), .label = {none}, .hint = {none}, .n_blocks = 1, .blocks = &blocks[i]};
    }
    l->to->n_pages = n;
}

struct asking {
    struct loader *l;
    size_t n;
    struct block *blocks;
    const char **names;
    int *asked_at; /* the line of the page's ask, 0 when not asked yet */
};

static void ask_one(struct asking *a, const struct ini_key *key, struct page *page, struct block *list,
                    const char *name) {
    for (size_t i = 0; i < a->n; i++) {
        if (strcmp(a->names[i], name) != 0) {
            continue;
        }
        if (a->asked_at[i]) {
            load_error(a->l, key->line, "page.twice", "name", name, "line",
                       arena_printf(a->l->arena, "%d", a->asked_at[i]));
            return;
        }
        a->asked_at[i] = key->line;
        list[page->n_blocks++] = a->blocks[i];
        return;
    }
    load_unknown(a->l, key->line, "page.unknown", name, "page", page->name, a->names, a->n);
}

static void load_page(struct asking *a, const struct ini_section *section, struct page *page) {
    struct loader *l = a->l;
    load_check_keys(l, section, SECTION_PAGE);
    page->name = arena_string(l->arena, section_own_name(section));
    if (!name_is_legal(page->name)) {
        load_error(l, section->line, "name.illegal", "name", page->name);
    }
    page->label = load_text(l, section, SECTION_PAGE, "label");
    page->hint = load_text(l, section, SECTION_PAGE, "hint");
    const struct ini_key *key = load_key(l, section, SECTION_PAGE, "ask");
    const char **parts;
    size_t n = 0;
    if (!key) {
        return;
    }
    (void)load_list(l, key, &n, &parts);
    struct block *list = arena_array(l->arena, n, sizeof *list);
    page->blocks = list;
    for (size_t i = 0; i < n; i++) {
        ask_one(a, key, page, list, parts[i]);
    }
}

void load_pages(struct loader *l) {
    struct asking a = {.l = l};
    int *lines;
    a.n = all_blocks(l, &a.blocks, &lines);
    if (l->to->n_pages == 0) {
        make_pages(l, a.blocks, a.n);
        return;
    }
    a.names = arena_array(l->arena, a.n + 1, sizeof *a.names);
    a.asked_at = arena_array(l->arena, a.n + 1, sizeof *a.asked_at);
    for (size_t i = 0; i < a.n; i++) {
        a.names[i] = block_name(&a.blocks[i]);
    }
    for (size_t i = 0; i < l->to->n_pages; i++) {
        load_page(&a, l->page_sections[i], &l->pages[i]);
    }
    for (size_t i = 0; i < a.n; i++) {
        if (!a.asked_at[i]) {
            load_error(l, lines[i], "page.missing", "name", a.names[i]);
        }
    }
}

struct relevance { /* one expression being checked against what it refers to */
    struct loader *l;
    const struct ini_key *key;
    const int *field_page;
    int page; /* of the expression's owner; -1: on no page */
    enum audience audience;
};

/* A mistake at the name or at the value of one comparison. */
static void wrong(struct relevance *r, enum severity severity, int at, const char *code, const char *name,
                  const char *value) {
    r->l->errors += severity == SEVERITY_ERROR;
    finding_add(r->l->findings, severity, load_place(r->l, r->key, at), code, "name", name, "value", value, NULL);
}

static void check_code(struct relevance *r, const struct field *field, const char *literal, int at) {
    const char *codes[96];
    size_t n = 0;
    if (field->item) {
        const struct scale *scale = r->l->to->constructs[field->item->construct].scale;
        for (size_t i = 0; scale && i < scale->n_points && n < 96; i++) {
            codes[n++] = arena_printf(r->l->arena, "%d", scale->points[i].code);
        }
        for (size_t i = 0; scale && i < scale->n_not_applicable && n < 96; i++) {
            codes[n++] = scale->not_applicable[i].name;
        }
    } else {
        for (size_t i = 0; i < field->question->n_choices; i++) {
            codes[n++] = field->question->choices[i].code;
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (strcmp(codes[i], literal) == 0) {
            return;
        }
    }
    if (n > 0) { /* no codes: their own mistake is reported elsewhere */
        load_unknown_at(r->l, load_place(r->l, r->key, at), "relevant.code", literal, "name", field->name, codes, n);
    }
}

static void check_value(struct relevance *r, const struct field *field, const char *text,
                        const struct reference *reference) {
    double x;
    if (field->item || field->question->type == QUESTION_CHOICE || field->question->type == QUESTION_CHOICES) {
        check_code(r, field, text, reference->literal_at);
    } else if (field->question->type == QUESTION_NUMBER && !str_to_double(str_of(text), &x)) {
        wrong(r, SEVERITY_ERROR, reference->literal_at, "relevant.number", field->name, text);
    } else if (field->question->type == QUESTION_DATE && !clock_is_day(text)) {
        wrong(r, SEVERITY_ERROR, reference->literal_at, "relevant.date", field->name, text);
    }
    bool has_order = field->item || field->question->type == QUESTION_NUMBER || field->question->type == QUESTION_DATE;
    if (reference->order && !has_order) {
        wrong(r, SEVERITY_ERROR, reference->name_at, "relevant.order", field->name, text);
    }
}

static void check_reference(void *context, const struct reference *reference) {
    struct relevance *r = context;
    const struct field *field = &r->l->fields[reference->field];
    const char *text = arena_copy(r->l->arena, reference->literal.p, reference->literal.n);
    int page = r->field_page[reference->field];
    if (page >= 0 && r->page >= 0 && page >= r->page) {
        wrong(r, SEVERITY_ERROR, reference->name_at, page == r->page ? "relevant.same_page" : "relevant.later",
              field->name, text);
    }
    if (r->audience & ~(unsigned)field->audience) {
        wrong(r, SEVERITY_WARNING, reference->name_at, "relevant.audience", field->name, text);
    }
    check_value(r, field, text, reference);
}

/* Which page each field is on, -1 for none. */
static int *pages_of_fields(struct loader *l) {
    const struct instrument *to = l->to;
    int *page_of = arena_array(l->arena, to->n_fields + 1, sizeof *page_of);
    for (size_t i = 0; i < to->n_fields; i++) {
        page_of[i] = -1;
    }
    for (size_t p = 0; p < to->n_pages; p++) {
        for (size_t b = 0; b < l->pages[p].n_blocks; b++) {
            const struct block *block = &l->pages[p].blocks[b];
            size_t n_items = block->construct ? block->construct->n_items : 0;
            for (size_t i = 0; i < n_items; i++) {
                page_of[to->items[block->construct->first_item + i].field] = (int)p;
            }
            if (block->question && block->question->field != SIZE_MAX) {
                page_of[block->question->field] = (int)p;
            }
        }
    }
    return page_of;
}

static int page_of_block(const struct loader *l, const struct construct *construct, const struct question *question) {
    for (size_t p = 0; p < l->to->n_pages; p++) {
        for (size_t b = 0; b < l->pages[p].n_blocks; b++) {
            const struct block *block = &l->pages[p].blocks[b];
            if (block->construct == construct && block->question == question) {
                return (int)p;
            }
        }
    }
    return -1;
}

static enum audience audience_of_page(const struct page *page) {
    unsigned audience = 0;
    for (size_t i = 0; i < page->n_blocks; i++) {
        const struct block *block = &page->blocks[i];
        audience |= block->construct ? block->construct->answered_by : block->question->answered_by;
    }
    return (enum audience)audience;
}

static const struct expression *load_relevant(struct relevance *r, const struct ini_section *section,
                                              enum section_kind kind, const char *const *names) {
    struct loader *l = r->l;
    r->key = load_key(l, section, kind, "relevant");
    if (!r->key) {
        return NULL;
    }
    const struct expression *e = expression_parse(l->arena, str_of(r->key->value), load_place(l, r->key, 0), names,
                                                  l->to->n_fields, l->findings);
    if (!e) {
        l->errors++;
    }
    expression_each_comparison(e, check_reference, r);
    return e;
}

void load_relevants(struct loader *l) {
    const struct instrument *to = l->to;
    const char **names = arena_array(l->arena, to->n_fields + 1, sizeof *names);
    for (size_t i = 0; i < to->n_fields; i++) {
        names[i] = l->fields[i].name;
    }
    struct relevance r = {.l = l, .field_page = pages_of_fields(l)};
    for (size_t i = 0; i < to->n_constructs; i++) {
        r.page = page_of_block(l, &l->constructs[i], NULL);
        r.audience = l->constructs[i].answered_by;
        l->constructs[i].relevant = load_relevant(&r, l->construct_sections[i], SECTION_CONSTRUCT, names);
    }
    for (size_t i = 0; i < to->n_questions; i++) {
        r.page = page_of_block(l, NULL, &l->questions[i]);
        r.audience = l->questions[i].answered_by;
        l->questions[i].relevant = load_relevant(&r, l->question_sections[i], SECTION_QUESTION, names);
    }
    for (size_t i = 0; l->page_sections && i < to->n_pages; i++) {
        r.page = (int)i;
        r.audience = audience_of_page(&l->pages[i]);
        l->pages[i].relevant = load_relevant(&r, l->page_sections[i], SECTION_PAGE, names);
    }
}
