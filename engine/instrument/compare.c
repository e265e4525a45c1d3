#include "instrument/compare.h"

#include <string.h>

#include "base/ini.h"
#include "instrument/same.h"

struct comparing {
    struct arena *arena;
    const struct instrument *was, *is;
    const struct ini *was_ini, *is_ini; /* for what the instrument keeps in another form: conditions */
    struct comparison *out;
    size_t capacity;
};

static void add(struct comparing *c, enum change change, const char *code, const char *subject, const char *was,
                const char *is) {
    struct comparison *out = c->out;
    out->list = arena_grow(c->arena, out->list, out->n, &c->capacity, sizeof *out->list);
    out->list[out->n++] = (struct difference){change, code, subject, was ? was : "", is ? is : ""};
    if (change > out->change)
        out->change = change;
}

static bool same(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Texts: another wording in a language that both have. A text that a translation lacked before is an addition of the
 * translation's own, counted once for the language in compare_languages. */
static void compare_text(struct comparing *c, const char *subject, const struct text *was, const struct text *is) {
    for (size_t i = 0; i < c->was->n_languages; i++) {
        const int j = instrument_language(c->is, c->was->languages[i]);
        if (j < 0 || !same(c->is->languages[j], c->was->languages[i]))
            continue;
        const char *before = was->in[i], *now = is->in[(size_t)j];
        if (before && !same(before, now))
            add(c, CHANGE_WORDING, "text_changed", subject, before, now ? now : "");
    }
}

static void compare_texts(struct comparing *c, const char *subject, const struct text *was, size_t n_was,
                          const struct text *is, size_t n_is) {
    if (n_was != n_is) {
        add(c, CHANGE_WORDING, "text_changed", subject, NULL, NULL);
        return;
    }
    for (size_t i = 0; i < n_was; i++)
        compare_text(c, subject, &was[i], &is[i]);
}

static void compare_languages(struct comparing *c) {
    for (size_t i = 0; i < c->was->n_languages; i++) {
        const int j = instrument_language(c->is, c->was->languages[i]);
        if (j < 0)
            add(c, CHANGE_WORDING, "language_removed", c->was->languages[i], NULL, NULL);
        else if (instrument_coverage(c->is, (size_t)j) > instrument_coverage(c->was, i))
            add(c, CHANGE_ADDITIVE, "language_completed", c->was->languages[i], NULL, NULL);
    }
    for (size_t i = 0; i < c->is->n_languages; i++)
        if (instrument_language(c->was, c->is->languages[i]) < 0)
            add(c, CHANGE_ADDITIVE, "language_added", c->is->languages[i], NULL, NULL);
}

/* Conditions, as they stand in the file: who is asked. */
static void compare_relevant(struct comparing *c, const char *kind, const char *name) {
    const char *section = arena_printf(c->arena, "%s.%s", kind, name);
    const struct ini_key *was = c->was_ini ? ini_find(c->was_ini, section, "relevant") : NULL;
    const struct ini_key *is = c->is_ini ? ini_find(c->is_ini, section, "relevant") : NULL;
    const char *before = was ? was->value : "", *now = is ? is->value : "";
    if (!same(before, now))
        add(c, CHANGE_BREAKING, "relevant_changed", name, before, now);
}

static const struct scale *scale_named(const struct instrument *in, const char *name) {
    for (size_t i = 0; i < in->n_scales; i++)
        if (strcmp(in->scales[i].name, name) == 0)
            return &in->scales[i];
    return NULL;
}

static const struct not_applicable *not_applicable_named(const struct scale *scale, const char *name) {
    for (size_t i = 0; i < scale->n_not_applicable; i++)
        if (strcmp(scale->not_applicable[i].name, name) == 0)
            return &scale->not_applicable[i];
    return NULL;
}

static void compare_not_applicable(struct comparing *c, const struct scale *was, const struct scale *is) {
    for (size_t i = 0; i < was->n_not_applicable; i++) {
        const struct not_applicable *now = not_applicable_named(is, was->not_applicable[i].name);
        if (!now)
            add(c, CHANGE_BREAKING, "choice_removed", was->name, was->not_applicable[i].name, NULL);
        else
            compare_text(c, was->name, &was->not_applicable[i].label, &now->label);
    }
    for (size_t i = 0; i < is->n_not_applicable; i++)
        if (!not_applicable_named(was, is->not_applicable[i].name))
            add(c, CHANGE_ADDITIVE, "choice_added", was->name, NULL, is->not_applicable[i].name);
}

/* Scales by name; what construct uses which scale is looked at with the construct. */
static void compare_scales(struct comparing *c) {
    for (size_t i = 0; i < c->was->n_scales; i++) {
        const struct scale *was = &c->was->scales[i], *is = scale_named(c->is, was->name);
        if (!is)
            continue;
        if (!scale_has_same_points(was, is)) {
            add(c, CHANGE_BREAKING, "scale_changed", was->name, NULL, NULL);
            continue;
        }
        for (size_t p = 0; p < was->n_points; p++)
            compare_text(c, was->name, &was->points[p].label, &is->points[p].label);
        compare_not_applicable(c, was, is);
    }
}

static const char *answered_by(enum audience audience) {
    return audience == AUDIENCE_STAFF ? "staff" : audience == AUDIENCE_ORGANISATION ? "organisation" : "both";
}

static const char *domain_name(const struct construct *construct) {
    return construct->domain ? construct->domain->name : "";
}

/* Who is asked besides those of before: what they answered stays comparable. */
static enum change change_of_audience(enum audience is) {
    return is == AUDIENCE_BOTH ? CHANGE_ADDITIVE : CHANGE_BREAKING;
}

/* What decides how a construct's score is made and what it is about. */
static void compare_making(struct comparing *c, const struct construct *was, const struct construct *is) {
    const char *name = was->name;
    if (was->level != is->level)
        add(c, CHANGE_BREAKING, "level_changed", name, level_names[was->level], level_names[is->level]);
    if (was->answered_by != is->answered_by)
        add(c, change_of_audience(is->answered_by), "answered_by_changed", name, answered_by(was->answered_by),
            answered_by(is->answered_by));
    if (scale_is_another(was->scale, is->scale))
        add(c, CHANGE_BREAKING, "scale_changed", name, was->scale->name, is->scale->name);
    if (was->higher_is_barrier != is->higher_is_barrier)
        add(c, CHANGE_BREAKING, "turned", name, NULL, NULL);
    if (was->min_answered < is->min_answered || was->min_answered > is->min_answered)
        add(c, CHANGE_BREAKING, "min_answered_changed", name, NULL, NULL);
    if (!same(domain_name(was), domain_name(is)))
        add(c, CHANGE_BREAKING, "domain_changed", name, domain_name(was), domain_name(is));
    if (was->required != is->required)
        add(c, CHANGE_ADDITIVE, "required_changed", name, NULL, NULL);
}

static void compare_constructs(struct comparing *c) {
    for (size_t i = 0; i < c->was->n_constructs; i++) {
        const struct construct *was = &c->was->constructs[i];
        const int j = instrument_construct(c->is, was->name);
        if (j < 0) {
            add(c, CHANGE_BREAKING, "construct_removed", was->name, text_in(&was->label, 0), NULL);
            continue;
        }
        const struct construct *is = &c->is->constructs[j];
        compare_making(c, was, is);
        compare_relevant(c, "construct", was->name);
        compare_text(c, was->name, &was->label, &is->label);
        compare_text(c, was->name, &was->hint, &is->hint);
    }
    for (size_t i = 0; i < c->is->n_constructs; i++)
        if (instrument_construct(c->was, c->is->constructs[i].name) < 0)
            add(c, CHANGE_ADDITIVE, "construct_added", c->is->constructs[i].name, NULL,
                text_in(&c->is->constructs[i].label, 0));
}

static const struct item *item_named(const struct instrument *in, const char *name) {
    const int field = instrument_field(in, name);
    return field < 0 ? NULL : in->fields[field].item;
}

/* An item of `in` with this text whose name `other` does not know; NULL: none. */
static const struct item *item_worded(const struct instrument *in, const struct instrument *other, const char *text) {
    for (size_t i = 0; i < in->n_items; i++)
        if (!item_named(other, in->items[i].name) && same(text_in(&in->items[i].text, 0), text))
            return &in->items[i];
    return NULL;
}

static void compare_item(struct comparing *c, const struct item *was, const struct item *is) {
    if (was->reverse != is->reverse)
        add(c, CHANGE_BREAKING, "reverse_changed", was->name, NULL, NULL);
    if (!same(c->was->constructs[was->construct].name, c->is->constructs[is->construct].name))
        add(c, CHANGE_BREAKING, "item_moved", was->name, c->was->constructs[was->construct].name,
            c->is->constructs[is->construct].name);
    compare_text(c, was->name, &was->text, &is->text);
}

static void compare_items(struct comparing *c) {
    for (size_t i = 0; i < c->was->n_items; i++) {
        const struct item *was = &c->was->items[i], *is = item_named(c->is, was->name);
        const char *text = text_in(&was->text, 0);
        const struct item *renamed = is ? NULL : item_worded(c->is, c->was, text);
        if (is)
            compare_item(c, was, is);
        else if (renamed)
            add(c, CHANGE_BREAKING, "item_renamed", was->name, was->name, renamed->name);
        else
            add(c, CHANGE_BREAKING, "item_removed", was->name, text, NULL);
    }
    for (size_t i = 0; i < c->is->n_items; i++) {
        const struct item *is = &c->is->items[i];
        const char *text = text_in(&is->text, 0);
        if (!item_named(c->was, is->name) && !item_worded(c->was, c->is, text))
            add(c, CHANGE_ADDITIVE, "item_added", is->name, NULL, text);
    }
}

static const struct question *question_named(const struct instrument *in, const char *name) {
    for (size_t i = 0; i < in->n_questions; i++)
        if (strcmp(in->questions[i].name, name) == 0)
            return &in->questions[i];
    return NULL;
}

static const struct choice *choice_coded(const struct question *question, const char *code) {
    for (size_t i = 0; i < question->n_choices; i++)
        if (strcmp(question->choices[i].code, code) == 0)
            return &question->choices[i];
    return NULL;
}

static void compare_choices(struct comparing *c, const struct question *was, const struct question *is) {
    for (size_t i = 0; i < was->n_choices; i++) {
        const struct choice *now = choice_coded(is, was->choices[i].code);
        if (!now)
            add(c, CHANGE_BREAKING, "choice_removed", was->name, was->choices[i].code, NULL);
        else
            compare_text(c, was->name, &was->choices[i].label, &now->label);
    }
    for (size_t i = 0; i < is->n_choices; i++)
        if (!choice_coded(was, is->choices[i].code))
            add(c, CHANGE_ADDITIVE, "choice_added", was->name, NULL, is->choices[i].code);
}

static bool same_number(double a, double b) {
    return !(a < b) && !(a > b);
}

/* What was answered stays comparable, but it is no matter of words: what is let through, and what reports tell. */
static void compare_handling(struct comparing *c, const struct question *was, const struct question *is) {
    if (was->required != is->required)
        add(c, CHANGE_ADDITIVE, "required_changed", was->name, NULL, NULL);
    if (was->group != is->group)
        add(c, CHANGE_ADDITIVE, "group_changed", was->name, NULL, NULL);
    if (was->comment != is->comment)
        add(c, CHANGE_ADDITIVE, "comment_changed", was->name, NULL, NULL);
    if (!same_number(was->minimum, is->minimum) || !same_number(was->maximum, is->maximum))
        add(c, CHANGE_ADDITIVE, "limits_changed", was->name, NULL, NULL);
}

/* A note holds no answer: adding or removing one is a matter of words. */
static void compare_question(struct comparing *c, const struct question *was, const struct question *is) {
    if (was->type != is->type)
        add(c, CHANGE_BREAKING, "type_changed", was->name, NULL, NULL);
    if (was->type != QUESTION_NOTE && was->answered_by != is->answered_by)
        add(c, change_of_audience(is->answered_by), "answered_by_changed", was->name, answered_by(was->answered_by),
            answered_by(is->answered_by));
    if (was->type != QUESTION_NOTE)
        compare_relevant(c, "question", was->name);
    compare_handling(c, was, is);
    compare_choices(c, was, is);
    compare_text(c, was->name, &was->label, &is->label);
    compare_text(c, was->name, &was->hint, &is->hint);
}

static void compare_questions(struct comparing *c) {
    for (size_t i = 0; i < c->was->n_questions; i++) {
        const struct question *was = &c->was->questions[i], *is = question_named(c->is, was->name);
        if (is)
            compare_question(c, was, is);
        else
            add(c, was->type == QUESTION_NOTE ? CHANGE_WORDING : CHANGE_BREAKING, "question_removed", was->name,
                text_in(&was->label, 0), NULL);
    }
    for (size_t i = 0; i < c->is->n_questions; i++) {
        const struct question *is = &c->is->questions[i];
        if (!question_named(c->was, is->name))
            add(c, is->type == QUESTION_NOTE ? CHANGE_WORDING : CHANGE_ADDITIVE, "question_added", is->name, NULL,
                text_in(&is->label, 0));
    }
}

static const char *block_name(const struct block *block) {
    return block->construct ? block->construct->name : block->question->name;
}

static bool same_blocks(const struct page *a, const struct page *b) {
    if (!same(a->name, b->name) || a->n_blocks != b->n_blocks)
        return false;
    for (size_t i = 0; i < a->n_blocks; i++) {
        const struct block *x = &a->blocks[i], *y = &b->blocks[i];
        if (!x->construct != !y->construct || !same(block_name(x), block_name(y)))
            return false;
    }
    return true;
}

/* The condition of the page on which a block stands; NULL when there is no such block. */
static const char *page_condition(struct comparing *c, const struct instrument *in, const struct ini *ini,
                                  const char *block) {
    for (size_t p = 0; p < in->n_pages; p++)
        for (size_t b = 0; b < in->pages[p].n_blocks; b++) {
            if (!same(block_name(&in->pages[p].blocks[b]), block))
                continue;
            const char *section = arena_printf(c->arena, "page.%s", in->pages[p].name);
            const struct ini_key *key = ini ? ini_find(ini, section, "relevant") : NULL;
            return key ? key->value : "";
        }
    return NULL;
}

/* On other pages, what was asked may be asked of other people. Notes hold no answer. */
static void compare_moved(struct comparing *c) {
    for (size_t p = 0; p < c->was->n_pages; p++)
        for (size_t b = 0; b < c->was->pages[p].n_blocks; b++) {
            const struct block *block = &c->was->pages[p].blocks[b];
            if (!block->construct && block->question->type == QUESTION_NOTE)
                continue;
            const char *name = block_name(block), *was = page_condition(c, c->was, c->was_ini, name);
            const char *is = page_condition(c, c->is, c->is_ini, name);
            if (is && !same(was, is))
                add(c, CHANGE_BREAKING, "relevant_changed", name, was, is);
        }
}

/* Without additions or removals: is the same put on the same pages in the same order? */
static void compare_pages(struct comparing *c) {
    bool equal = c->was->n_pages == c->is->n_pages;
    for (size_t i = 0; equal && i < c->was->n_pages; i++)
        equal = same_blocks(&c->was->pages[i], &c->is->pages[i]);
    if (!equal) {
        add(c, CHANGE_WORDING, "pages_changed", "", NULL, NULL);
        compare_moved(c);
        return;
    }
    for (size_t i = 0; i < c->was->n_pages; i++) {
        compare_relevant(c, "page", c->was->pages[i].name);
        compare_text(c, c->was->pages[i].name, &c->was->pages[i].label, &c->is->pages[i].label);
        compare_text(c, c->was->pages[i].name, &c->was->pages[i].hint, &c->is->pages[i].hint);
    }
}

static void compare_survey(struct comparing *c) {
    const struct instrument *was = c->was, *is = c->is;
    if (!same(was->name, is->name))
        add(c, CHANGE_WORDING, "name_changed", "", was->name, is->name);
    if (was->enabler_share < is->enabler_share || was->enabler_share > is->enabler_share ||
        was->barrier_share < is->barrier_share || was->barrier_share > is->barrier_share)
        add(c, CHANGE_BREAKING, "calls_changed", "", NULL, NULL);
    compare_text(c, was->name, &was->title, &is->title);
    compare_texts(c, was->name, was->welcome, was->n_welcome, is->welcome, is->n_welcome);
    compare_texts(c, was->name, was->thanks, was->n_thanks, is->thanks, is->n_thanks);
}

/* Heaviest first; within a weight the order stays. */
static void sort(struct comparison *out) {
    for (size_t i = 1; i < out->n; i++) {
        const struct difference d = out->list[i];
        size_t at = i;
        for (; at > 0 && out->list[at - 1].change < d.change; at--)
            out->list[at] = out->list[at - 1];
        out->list[at] = d;
    }
}

static const struct ini *parse(struct arena *arena, const struct instrument *in) {
    return in->n_files > 0 ? ini_parse_known(arena, in->files[0].text) : NULL;
}

struct comparison instrument_compare(struct arena *arena, const struct instrument *was, const struct instrument *is) {
    struct comparison out = {CHANGE_NONE, 0, NULL};
    if (memcmp(was->hash, is->hash, sizeof was->hash) == 0)
        return out;
    struct comparing c = {arena, was, is, parse(arena, was), parse(arena, is), &out, 0};
    compare_survey(&c);
    compare_scales(&c);
    compare_constructs(&c);
    compare_items(&c);
    compare_questions(&c);
    compare_pages(&c);
    compare_languages(&c);
    if (out.n == 0) /* a version, a citation, a strategy: nothing that is asked or counted */
        add(&c, CHANGE_WORDING, "other_changed", "", NULL, NULL);
    sort(&out);
    return out;
}

bool comparison_is_words_only(const struct comparison *c) {
    for (size_t i = 0; i < c->n; i++)
        if (!same(c->list[i].code, "text_changed") && !same(c->list[i].code, "other_changed"))
            return false;
    return c->n > 0;
}
