/* Conditions that no answers can fulfil: a page, construct or question that nobody would ever meet.
 *
 * For each condition, every combination of the answers that could matter to it is tried against the instrument itself:
 * of a rating all its codes, of a choice the codes that are named and one other, of a number or date the values that
 * are named, their neighbours and what lies between them. Answers that such a combination would hide are dropped first,
 * as they are when a form is sent. Where there are too many combinations, nothing is said. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "instrument/answers.h"
#include "instrument/expression.h"
#include "instrument/load.h"

enum {
    COMBINATIONS_MAX = 4096,
    FIELDS_MAX = 12,
    LITERALS_MAX = 24,
    CANDIDATES_MAX = 64,
    TICKS_MAX = 5 /* boxes whose 2^n combinations are tried */
};
/* Fields and blocks looked at in all trials of one file, so that no file takes long. */
static const size_t work_max = 20000000;

struct mattering { /* a field that the condition depends on, with the answers to try */
    size_t field;
    size_t n_literals, n;
    struct str literals[LITERALS_MAX];
    struct answer candidates[CANDIDATES_MAX];
};

struct reaching {
    struct loader *l;
    struct arena *arena; /* of one condition */
    size_t n;
    struct mattering fields[FIELDS_MAX];
    bool too_many;
    size_t work;
};

static const struct expression *block_relevant(const struct block *block) {
    return block->construct ? block->construct->relevant : block->question->relevant;
}

static void note_literal(void *context, int field, struct str literal) {
    struct reaching *r = context;
    size_t i = 0;
    while (i < r->n && r->fields[i].field != (size_t)field) {
        i++;
    }
    if (i == FIELDS_MAX) {
        r->too_many = true;
        return;
    }
    struct mattering *m = &r->fields[i];
    if (i == r->n) {
        *m = (struct mattering){.field = (size_t)field};
        r->n++;
    }
    for (size_t k = 0; k < m->n_literals; k++) {
        if (str_equal(m->literals[k], literal)) {
            return;
        }
    }
    if (m->n_literals == LITERALS_MAX) {
        r->too_many = true;
    } else {
        m->literals[m->n_literals++] = literal;
    }
}

/* The block that asks a field, and its page. */
static const struct block *block_of(const struct instrument *to, size_t field, const struct page **page) {
    const struct field *f = &to->fields[field];
    const struct construct *construct = f->item ? &to->constructs[f->item->construct] : NULL;
    for (size_t p = 0; p < to->n_pages; p++) {
        for (size_t b = 0; b < to->pages[p].n_blocks; b++) {
            const struct block *block = &to->pages[p].blocks[b];
            if (construct ? block->construct == construct : block->question == f->question) {
                *page = &to->pages[p];
                return block;
            }
        }
    }
    return NULL;
}

/* The fields of both conditions, and those that decide whether these fields are asked. The list grows while it is
 * walked. */
static void collect_fields(struct reaching *r, const struct expression *first, const struct expression *second) {
    r->n = 0;
    r->too_many = false;
    expression_each_reference(first, note_literal, r);
    expression_each_reference(second, note_literal, r);
    for (size_t i = 0; i < r->n && !r->too_many; i++) {
        const struct page *page;
        const struct block *block = block_of(r->l->to, r->fields[i].field, &page);
        if (block) {
            expression_each_reference(page->relevant, note_literal, r);
            expression_each_reference(block_relevant(block), note_literal, r);
        }
    }
}

/* Adds an answer as a person would type it, when the field takes it. */
static void try_typed(struct reaching *r, struct mattering *m, const char *typed) {
    struct answers *one = answers_new(r->arena, r->l->to);
    if (!answer_set(r->arena, one, m->field, str_of(typed)) || one->of[m->field].state == ANSWER_NONE) {
        return;
    }
    if (m->n == CANDIDATES_MAX) {
        r->too_many = true;
        return;
    }
    m->candidates[m->n++] = one->of[m->field];
}

static void try_rating(struct reaching *r, struct mattering *m, const struct scale *scale) {
    for (size_t i = 0; i < scale->n_points; i++) {
        try_typed(r, m, arena_printf(r->arena, "%d", scale->points[i].code));
    }
    for (size_t i = 0; i < scale->n_not_applicable; i++) {
        try_typed(r, m, scale->not_applicable[i].name);
    }
}

static bool is_named(const struct mattering *m, const char *code) {
    for (size_t i = 0; i < m->n_literals; i++) {
        if (str_is(m->literals[i], code)) {
            return true;
        }
    }
    return false;
}

static const char *unnamed_choice(const struct mattering *m, const struct question *q) {
    for (size_t i = 0; i < q->n_choices; i++) {
        if (!is_named(m, q->choices[i].code)) {
            return q->choices[i].code;
        }
    }
    return NULL;
}

static void try_choice(struct reaching *r, struct mattering *m, const struct question *q) {
    const char *other = unnamed_choice(m, q);
    for (size_t i = 0; i < q->n_choices; i++) {
        if (is_named(m, q->choices[i].code) || q->choices[i].code == other) {
            try_typed(r, m, q->choices[i].code);
        }
    }
}

/* Every set of the boxes that are named and one other. */
static void try_choices(struct reaching *r, struct mattering *m, const struct question *q) {
    const char *boxes[TICKS_MAX + 1], *other = unnamed_choice(m, q);
    size_t n = 0;
    for (size_t i = 0; i < q->n_choices; i++) {
        if (!is_named(m, q->choices[i].code) && q->choices[i].code != other) {
            continue;
        }
        if (n == TICKS_MAX) {
            r->too_many = true;
            return;
        }
        boxes[n++] = q->choices[i].code;
    }
    for (unsigned set = 1; set < 1u << n; set++) {
        const char *typed = "";
        for (size_t i = 0; i < n; i++) {
            typed = set >> i & 1 ? arena_printf(r->arena, "%s %s", typed, boxes[i]) : typed;
        }
        try_typed(r, m, typed);
    }
}

static int by_size(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void try_number(struct reaching *r, struct mattering *m, const struct question *q) {
    double named[LITERALS_MAX + 2];
    size_t n = 0;
    for (size_t i = 0; i < m->n_literals; i++) {
        n += str_to_double(m->literals[i], &named[n]);
    }
    if (q->minimum > -1e300) {
        named[n++] = q->minimum;
    }
    if (q->maximum < 1e300) {
        named[n++] = q->maximum;
    }
    qsort(named, n, sizeof *named, by_size);
    for (size_t i = 0; i < n; i++) {
        const double before = i == 0 ? named[i] - 1 : (named[i - 1] + named[i]) / 2;
        try_typed(r, m, arena_printf(r->arena, "%.15g", before));
        try_typed(r, m, arena_printf(r->arena, "%.15g", named[i]));
    }
    try_typed(r, m, arena_printf(r->arena, "%.15g", n ? named[n - 1] + 1 : 0));
}

static void try_date(struct reaching *r, struct mattering *m) {
    for (size_t i = 0; i < m->n_literals; i++) {
        struct day day = {{0}};
        if (m->literals[i].n != sizeof day.text - 1) {
            continue;
        }
        memcpy(day.text, m->literals[i].p, m->literals[i].n);
        if (!clock_is_day(day.text)) {
            continue;
        }
        for (int away = -1; away <= 1; away++) {
            try_typed(r, m, arena_string(r->arena, clock_add_days(day, away).text));
        }
    }
}

static void try_text(struct reaching *r, struct mattering *m) {
    size_t longest = 0;
    for (size_t i = 0; i < m->n_literals; i++) {
        longest = m->literals[i].n > longest ? m->literals[i].n : longest;
        try_typed(r, m, arena_copy(r->arena, m->literals[i].p, m->literals[i].n));
    }
    char *other = arena_alloc(r->arena, longest + 2); /* longer than all of them, so equal to none */
    memset(other, 'x', longest + 1);
    try_typed(r, m, other);
}

static void find_candidates(struct reaching *r, struct mattering *m) {
    const struct field *field = &r->l->to->fields[m->field];
    m->n = 1; /* candidates[0]: no answer */
    if (field->item) {
        try_rating(r, m, r->l->to->constructs[field->item->construct].scale);
        return;
    }
    switch (field->question->type) {
    case QUESTION_CHOICE:
        try_choice(r, m, field->question);
        break;
    case QUESTION_CHOICES:
        try_choices(r, m, field->question);
        break;
    case QUESTION_NUMBER:
        try_number(r, m, field->question);
        break;
    case QUESTION_DATE:
        try_date(r, m);
        break;
    default:
        try_text(r, m);
    }
}

static bool is_met(const struct page *page, const struct block *block, const struct answers *answers,
                   enum audience audience) {
    if (!block) {
        return page_is_shown(page, answers, audience);
    }
    return expression_holds(page->relevant, answers) && block_is_shown(block, answers, audience);
}

/* Can the page (or the block on it) be met by this audience? True also when that cannot be found out. */
static bool can_be_met(struct reaching *r, const struct page *page, const struct block *block, enum audience audience) {
    const struct instrument *to = r->l->to;
    size_t combinations = 1, at[FIELDS_MAX] = {0};
    for (size_t i = 0; i < r->n; i++) {
        combinations *= r->fields[i].n;
        if (combinations > COMBINATIONS_MAX) {
            return true;
        }
    }
    struct answers *answers = answers_new(r->arena, to);
    for (size_t c = 0; c < combinations; c++) {
        r->work += to->n_fields + to->n_constructs + to->n_questions;
        if (r->work > work_max) {
            return true;
        }
        memset(answers->of, 0, to->n_fields * sizeof *answers->of);
        for (size_t i = 0; i < r->n; i++) {
            answers->of[r->fields[i].field] = r->fields[i].candidates[at[i]];
        }
        answers_drop_hidden(answers, audience);
        if (is_met(page, block, answers, audience)) {
            return true;
        }
        for (size_t i = 0; i < r->n && ++at[i] == r->fields[i].n; i++) {
            at[i] = 0;
        }
    }
    return false;
}

/* Is there an audience of the page or block that can meet it? */
static bool can_be_reached(struct reaching *r, const struct page *page, const struct block *block) {
    bool reached = false;
    r->arena = arena_new();
    for (size_t i = 0; i < r->n && !r->too_many; i++) {
        find_candidates(r, &r->fields[i]);
    }
    reached = r->too_many;
    for (unsigned audience = AUDIENCE_STAFF; audience <= AUDIENCE_ORGANISATION && !reached; audience++) {
        if (block ? block_is_for(block, (enum audience)audience) : page_is_for(page, (enum audience)audience)) {
            reached = can_be_met(r, page, block, (enum audience)audience);
        }
    }
    arena_free(r->arena);
    return reached;
}

static int line_of_relevant(const struct loader *l, const char *kind, const char *name) {
    const char *section = arena_printf(l->arena, "%s.%s", kind, name);
    const struct ini_key *key = ini_find(l->ini, section, "relevant");
    const struct ini_section *s = ini_find_section(l->ini, section);
    return key ? key->line : s ? s->line : 0;
}

static void check_block(struct reaching *r, const struct page *page, const struct block *block) {
    collect_fields(r, page->relevant, block_relevant(block));
    if (!block_relevant(block) || can_be_reached(r, page, block)) {
        return;
    }
    const char *kind = block->construct ? "construct" : "question";
    const char *name = block->construct ? block->construct->name : block->question->name;
    load_warning(r->l, line_of_relevant(r->l, kind, name), "relevant.never_asked", "name", name);
}

/* Of a page whose blocks all have conditions of their own, the blocks are spoken of. */
static bool is_never_shown(struct reaching *r, const struct page *page) {
    bool has_free_block = false;
    for (size_t b = 0; b < page->n_blocks; b++) {
        has_free_block = has_free_block || !block_relevant(&page->blocks[b]);
    }
    if (!page->relevant || !has_free_block) {
        return false;
    }
    collect_fields(r, page->relevant, NULL);
    return !can_be_reached(r, page, NULL);
}

void load_check_reach(struct loader *l) {
    struct reaching *r = arena_alloc(l->arena, sizeof *r);
    r->l = l;
    for (size_t p = 0; p < l->to->n_pages && r->work <= work_max; p++) {
        const struct page *page = &l->to->pages[p];
        if (is_never_shown(r, page)) {
            load_warning(l, line_of_relevant(l, "page", page->name), "relevant.never_shown", "page", page->name);
            continue;
        }
        for (size_t b = 0; b < page->n_blocks; b++) {
            check_block(r, page, &page->blocks[b]);
        }
    }
}
