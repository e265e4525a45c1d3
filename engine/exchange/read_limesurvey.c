/* From LimeSurvey's tree to a draft: arrays are constructs, lists are choices, groups are pages. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "exchange/limesurvey.h"

enum { SETTINGS_BYTES = 8000 }; /* names of settings: no survey has as many */

struct lime_group *lime_group_new(struct lime *l, struct place place) {
    l->groups = arena_grow(l->d->arena, l->groups, l->n_groups, &l->groups_capacity, sizeof *l->groups);
    struct lime_group *g = &l->groups[l->n_groups++];
    *g = (struct lime_group){.relevance = "", .place = place, .id = -1};
    return g;
}

struct lime_question *lime_question_new(struct lime *l, const char *code, struct place place) {
    l->questions = arena_grow(l->d->arena, l->questions, l->n_questions, &l->questions_capacity, sizeof *l->questions);
    struct lime_question *q = &l->questions[l->n_questions++];
    *q = (struct lime_question){.code = code,
                                .type = "",
                                .relevance = "",
                                .mandatory = "",
                                .other = "",
                                .validation = "",
                                .fallback = "",
                                .minimum = "",
                                .maximum = "",
                                .group = -1,
                                .id = -1,
                                .place = place,
                                .attributes = BUF_INIT};
    return q;
}

struct lime_part *lime_part_new(struct lime *l, struct lime_question *q, bool answer, const char *code,
                                struct place place) {
    struct lime_part **parts = answer ? &q->answers : &q->subs;
    size_t *n = answer ? &q->n_answers : &q->n_subs;
    *parts = arena_grow(l->d->arena, *parts, *n, answer ? &q->answers_capacity : &q->subs_capacity, sizeof **parts);
    (*parts)[*n] =
        (struct lime_part){.code = code, .relevance = "", .score = "", .fallback = "", .id = -1, .place = place};
    return &(*parts)[(*n)++];
}

struct lime_part *lime_part_find(struct lime_question *q, bool answer, const char *code, int scale) {
    struct lime_part *parts = answer ? q->answers : q->subs;
    for (size_t i = 0; i < (answer ? q->n_answers : q->n_subs); i++)
        if (parts[i].scale == scale && strcmp(parts[i].code, code) == 0)
            return &parts[i];
    return NULL;
}

void lime_text(struct draft *d, struct draft_text *text, const char *language, const char *value) {
    const char *tag = draft_language_tag(d->arena, language);
    const int index = tag ? draft_language(d, tag) : d->n_languages > 0 ? -1 : 0;
    if (index >= 0 && value[0])
        text->in[index] = value;
    else if (value[0] && (!d->strange || strcmp(d->strange, language) != 0)) {
        d->strange = arena_string(d->arena, language);
        draft_lost(d, ((struct place){d->file, 0, 0}), "exchange.language_strange", "language", language);
    }
}

/* Is the word in the list? */
static bool has_word(const struct buf *list, const char *word) {
    struct str rest = buf_view(list), part;
    while (rest.n > 0 && str_split(&rest, ',', &part))
        if (str_is(str_trim(part), word))
            return true;
    return false;
}

void lime_setting(struct lime *l, const char *name, const char *value, struct place place) {
    static const char *const off[] = {"", "N", "0", "I", "-1", "inherit"};
    for (size_t i = 0; i < sizeof off / sizeof *off; i++)
        if (strcmp(value, off[i]) == 0)
            return;
    if (l->settings.n == 0)
        l->first_setting = place;
    if (l->settings_full)
        return;
    l->settings_full = l->settings.n + strlen(name) > SETTINGS_BYTES;
    if (l->settings_full)
        buf_text(&l->settings, ", …");
    else if (!has_word(&l->settings, name))
        buf_printf(&l->settings, "%s%s", l->settings.n ? ", " : "", name);
}

void lime_attribute(struct lime *l, struct lime_question *q, const char *name, const char *value,
                    const char *language) {
    const struct str begin = utf8_cut(str_of(value), 60);
    if (value[0] == '\0' || (strcmp(value, "0") == 0 && strncmp(name, "min_num", 7) != 0))
        return;
    if (strcasecmp(name, "hidden") == 0)
        q->hidden = true;
    else if (strcasecmp(name, "other_replace_text") == 0)
        lime_text(l->d, &q->other_text, language, value);
    else if (strcasecmp(name, "min_num_value_n") == 0 && q->type[0] == 'N')
        q->minimum = value;
    else if (strcasecmp(name, "max_num_value_n") == 0 && q->type[0] == 'N')
        q->maximum = value;
    else
        buf_printf(&q->attributes, "%s%s=%.*s", q->attributes.n ? ", " : "", name, (int)begin.n, begin.p);
}

/* The raw texts of all languages as ours. */
static struct draft_text plain(struct draft *d, const struct draft_text *raw, const char *subject, struct place place) {
    struct draft_text text = {{0}};
    for (size_t i = 0; i < d->n_languages; i++)
        if (raw->in[i])
            text.in[i] = draft_plain(d, raw->in[i], subject, place);
    return text;
}

struct making { /* one question on its way */
    struct lime *l;
    struct draft *d;
    const struct lime_question *q;
    const struct condition *relevant;
    enum required required;
    struct draft_text label, hint;
};

static const char *joined(struct making *m, const char *tail) {
    return arena_printf(m->d->arena, "%s_%s", m->q->code, tail);
}

static struct draft_block *new_block(struct making *m, enum draft_kind kind, const char *source) {
    struct draft_block *block = draft_block_new(m->d, kind, source, m->q->place);
    if (!block)
        return NULL;
    block->label = m->label;
    block->hint = m->hint;
    block->relevant = m->relevant;
    block->required = kind == DRAFT_NOTE ? REQUIRED_NO : m->required;
    return block;
}

/* --- Lists ---------------------------------------------------------------------------------------------------------*/

static bool same_text(const struct draft_text *a, const struct draft_text *b) {
    for (size_t i = 0; i < DRAFT_LANGUAGES_MAX; i++)
        if ((a->in[i] || b->in[i]) && (!a->in[i] || !b->in[i] || strcmp(a->in[i], b->in[i]) != 0))
            return false;
    return true;
}

/* Questions with the very same answers share one list. */
static struct draft_list *shared(struct draft *d, struct draft_list *list) {
    for (size_t i = 0; i + 1 < d->n_lists; i++) {
        const struct draft_list *other = d->lists[i];
        bool same = other->n == list->n;
        for (size_t k = 0; same && k < list->n; k++)
            same = strcmp(other->options[k].code, list->options[k].code) == 0 &&
                   same_text(&other->options[k].label, &list->options[k].label);
        if (same) {
            d->n_lists--;
            return d->lists[i];
        }
    }
    return list;
}

static void list_scores(struct making *m, const struct lime_part *answer) {
    if (answer->score[0] && strcmp(answer->score, "0") != 0)
        draft_lost(m->d, answer->place, "exchange.score", "name", m->q->code, "code", answer->code, "value",
                   answer->score);
}

static void list_fallback(struct making *m, const struct lime_part *sub) {
    if (sub->fallback[0])
        draft_lost(m->d, sub->place, "exchange.column", "name", joined(m, sub->code), "column", "default", "value",
                   sub->fallback);
}

static struct draft_list *list_of_parts(struct making *m, bool answers, int scale) {
    struct draft_list *list = draft_list_new(m->d, scale ? joined(m, "2") : m->q->code, m->q->place);
    const struct lime_part *parts = answers ? m->q->answers : m->q->subs;
    for (size_t i = 0; i < (answers ? m->q->n_answers : m->q->n_subs); i++) {
        if (parts[i].scale != scale)
            continue;
        if (!answers)
            list_fallback(m, &parts[i]);
        struct draft_option *option = draft_option_new(m->d, list, parts[i].code, parts[i].place.line);
        option->label = plain(m->d, &parts[i].text, parts[i].code, parts[i].place);
        if (answers)
            list_scores(m, &parts[i]);
    }
    return list;
}

/* The answers that LimeSurvey gives by itself: code and the key of its words; "" for a number. */
struct fixed {
    const char *code, *words;
};
static const struct fixed yes_no[] = {{"Y", "exchange.yes"}, {"N", "exchange.no"}, {NULL, NULL}};
static const struct fixed no_to_yes[] = {
    {"N", "exchange.no"}, {"U", "exchange.uncertain"}, {"Y", "exchange.yes"}, {NULL, NULL}};
static const struct fixed less_to_more[] = {
    {"D", "exchange.decrease"}, {"S", "exchange.same"}, {"I", "exchange.increase"}, {NULL, NULL}};
static const struct fixed gender[] = {{"F", "exchange.female"}, {"M", "exchange.male"}, {NULL, NULL}};

static struct draft_list *list_of_words(struct making *m, const struct fixed *words) {
    struct draft_list *list = draft_list_new(m->d, m->q->code, m->q->place);
    for (; words->code; words++)
        draft_option_new(m->d, list, words->code, m->q->place.line)->label = draft_words(m->d, words->words);
    return list;
}

static struct draft_list *list_of_numbers(struct making *m, int high) {
    struct draft_list *list = draft_list_new(m->d, m->q->code, m->q->place);
    for (int i = 1; i <= high; i++) {
        const char *code = arena_printf(m->d->arena, "%d", i);
        struct draft_option *option = draft_option_new(m->d, list, code, m->q->place.line);
        for (size_t k = 0; k < m->d->n_languages; k++)
            option->label.in[k] = code;
    }
    return list;
}

/* --- Kinds of questions --------------------------------------------------------------------------------------------*/

static const struct condition *sub_condition(struct making *m, const struct lime_part *sub) {
    return draft_condition(m->d, sub->relevance, joined(m, sub->code), sub->place);
}

/* An array is a construct; its rows are the items. */
static void make_array(struct making *m, struct draft_list *list, const char *source, const char *tail) {
    struct draft_block *block = new_block(m, DRAFT_CONSTRUCT, source);
    if (!block)
        return;
    block->list = list;
    for (size_t i = 0; i < m->q->n_subs; i++) {
        const struct lime_part *sub = &m->q->subs[i];
        if (sub->scale != 0)
            continue;
        const char *name = arena_printf(m->d->arena, "%s%s", joined(m, sub->code), tail);
        struct draft_item *item = draft_item_new(m->d, block, name, sub->place);
        item->text = plain(m->d, &sub->text, name, sub->place);
        item->relevant = sub_condition(m, sub);
        if (!tail[0] || strcmp(tail, "_0") == 0)
            list_fallback(m, sub);
    }
    if (block->n_items > 0) {
        draft_noted(m->d, block->place, "exchange.construct", "name", source, "n",
                    arena_printf(m->d->arena, "%zu", block->n_items), "list", list->code);
        return;
    }
    m->d->n_blocks--;
    draft_leave_out(m->d, source, m->q->place, "exchange.array_empty", m->q->type);
}

/* Other, with a text to say which. */
static void add_other(struct making *m, struct draft_block *block) {
    if ((m->q->other[0] | 0x20) != 'y')
        return;
    struct draft_list *own = draft_list_new(m->d, block->list->code, block->list->place);
    for (size_t i = 0; i < block->list->n; i++)
        *draft_option_new(m->d, own, "", 0) = block->list->options[i];
    const struct draft_text said = plain(m->d, &m->q->other_text, m->q->code, m->q->place);
    draft_option_new(m->d, own, "-oth-", m->q->place.line)->label =
        draft_text_is_empty(&said) ? draft_words(m->d, "exchange.other") : said;
    block->list = own;
    const char *name = joined(m, "other");
    const struct condition *chosen = condition_compare(m->d->arena, CONDITION_SELECTED, m->q->code, "-oth-");
    struct draft_block *text = draft_block_new(m->d, DRAFT_TEXT, name, m->q->place);
    if (!text)
        return;
    text->label = draft_words(m->d, "exchange.other_which");
    text->relevant = chosen;
    draft_noted(m->d, text->place, "exchange.or_other", "name", m->q->code, "new", name);
}

static void make_choice(struct making *m, enum draft_kind kind, struct draft_list *list) {
    struct draft_block *block = new_block(m, kind, m->q->code);
    if (!block)
        return;
    block->list = list;
    for (size_t i = 0; kind == DRAFT_CHOICES && i < m->q->n_subs; i++) {
        const struct lime_part *sub = &m->q->subs[i];
        draft_alias(m->d, joined(m, sub->code), m->q->code, sub->code);
        if (sub->relevance[0] && strcmp(sub->relevance, "1") != 0)
            draft_lost(m->d, sub->place, "exchange.choice_condition", "name", joined(m, sub->code), "text",
                       sub->relevance);
    }
    add_other(m, block);
}

static void make_comment(struct making *m) {
    const char *name = joined(m, "comment");
    struct draft_block *text = draft_block_new(m->d, DRAFT_TEXT, name, m->q->place);
    if (!text)
        return;
    text->label = draft_words(m->d, "exchange.comment");
    text->relevant = m->relevant;
    text->rows = 3;
    draft_noted(m->d, text->place, "exchange.comment_field", "name", m->q->code, "new", name);
}

/* Several short texts or numbers: one question for each. */
static void make_several(struct making *m, enum draft_kind kind) {
    for (size_t i = 0; i < m->q->n_subs; i++) {
        const struct lime_part *sub = &m->q->subs[i];
        const char *name = joined(m, sub->code);
        struct draft_block *block = new_block(m, kind, name);
        if (!block)
            return;
        const struct draft_text own = plain(m->d, &sub->text, name, sub->place);
        list_fallback(m, sub);
        block->place = sub->place;
        for (size_t k = 0; k < m->d->n_languages; k++)
            if (own.in[k] && block->label.in[k])
                block->label.in[k] = arena_printf(m->d->arena, "%s – %s", block->label.in[k], own.in[k]);
            else if (own.in[k])
                block->label.in[k] = own.in[k];
        block->relevant = condition_both(m->d->arena, m->relevant, sub_condition(m, sub));
    }
    draft_noted(m->d, m->q->place, "exchange.several", "name", m->q->code, "n",
                arena_printf(m->d->arena, "%zu", m->q->n_subs));
}

static void make_text(struct making *m, int rows) {
    struct draft_block *block = new_block(m, DRAFT_TEXT, m->q->code);
    if (block)
        block->rows = rows;
}

/* A question beside two scales: two constructs with the same items. */
static void make_dual(struct making *m) {
    struct draft_list *first = shared(m->d, list_of_parts(m, true, 0)),
                      *second = shared(m->d, list_of_parts(m, true, 1));
    make_array(m, first, joined(m, "0"), "_0");
    make_array(m, second, joined(m, "1"), "_1");
}

static void make_number(struct making *m) {
    const char *limits[] = {m->q->minimum, m->q->maximum};
    struct draft_block *block = new_block(m, DRAFT_NUMBER, m->q->code);
    if (!block)
        return;
    for (int i = 0; i < 2; i++) {
        double x;
        if (limits[i][0] && str_to_double(str_of(limits[i]), &x) && x >= block->minimum)
            *(i ? &block->maximum : &block->minimum) = x;
        else if (limits[i][0])
            draft_lost(m->d, m->q->place, "exchange.limit", "name", m->q->code, "value", limits[i]);
    }
}

static void make_by_type(struct making *m) {
    const char type = m->q->type[0];
    switch (type) {
    case 'F':
    case 'H':
        make_array(m, shared(m->d, list_of_parts(m, true, 0)), m->q->code, "");
        break;
    case 'A':
    case 'B':
        make_array(m, shared(m->d, list_of_numbers(m, type == 'A' ? 5 : 10)), m->q->code, "");
        break;
    case 'C':
    case 'E':
        make_array(m, shared(m->d, list_of_words(m, type == 'C' ? no_to_yes : less_to_more)), m->q->code, "");
        break;
    case '1':
        make_dual(m);
        break;
    case 'L':
    case '!':
        make_choice(m, DRAFT_CHOICE, list_of_parts(m, true, 0));
        break;
    case 'O':
        make_choice(m, DRAFT_CHOICE, list_of_parts(m, true, 0));
        make_comment(m);
        break;
    case '5':
        make_choice(m, DRAFT_CHOICE, shared(m->d, list_of_numbers(m, 5)));
        break;
    case 'Y':
        make_choice(m, DRAFT_CHOICE, shared(m->d, list_of_words(m, yes_no)));
        break;
    case 'G':
        make_choice(m, DRAFT_CHOICE, shared(m->d, list_of_words(m, gender)));
        break;
    case 'M':
        make_choice(m, DRAFT_CHOICES, list_of_parts(m, false, 0));
        break;
    case 'P':
        make_choice(m, DRAFT_CHOICES, list_of_parts(m, false, 0));
        draft_lost(m->d, m->q->place, "exchange.comments_each", "name", m->q->code);
        break;
    case 'N':
        make_number(m);
        break;
    case 'K':
        make_several(m, DRAFT_NUMBER);
        break;
    case 'Q':
        make_several(m, DRAFT_TEXT);
        break;
    case 'S':
    case 'T':
    case 'U':
        make_text(m, type == 'S' ? 1 : type == 'T' ? 4 : 10);
        break;
    case 'D':
        (void)new_block(m, DRAFT_DATE, m->q->code);
        break;
    case 'X':
        (void)new_block(m, DRAFT_NOTE, m->q->code);
        break;
    default:
        break;
    }
}

/* --- The whole -----------------------------------------------------------------------------------------------------*/

static void make_question(struct lime *l, struct lime_question *q) {
    struct draft *d = l->d;
    struct making m = {.l = l, .d = d, .q = q};
    if (!q->type[0] || q->type[1] || !strchr("FHABCE1L!O5YGMPNKQSTUDX", q->type[0])) {
        draft_leave_out(d, q->code, q->place, "exchange.type", q->type);
        return;
    }
    m.label = plain(d, &q->text, q->code, q->place);
    m.hint = plain(d, &q->help, q->code, q->place);
    m.relevant = draft_condition(d, q->relevance, q->code, q->place);
    m.required = (q->mandatory[0] | 0x20) == 'y'   ? REQUIRED_YES
                 : (q->mandatory[0] | 0x20) == 's' ? REQUIRED_SOFT
                                                   : REQUIRED_NO;
    if (q->validation[0])
        draft_lost(d, q->place, "exchange.validation", "name", q->code, "value", q->validation);
    if (q->fallback[0])
        draft_lost(d, q->place, "exchange.column", "name", q->code, "column", "default", "value", q->fallback);
    if (q->hidden)
        draft_lost(d, q->place, "exchange.hidden", "name", q->code, "value", "hidden");
    if (q->attributes.n > 0)
        draft_lost(d, q->place, "exchange.attributes", "name", q->code, "what",
                   arena_copy(d->arena, q->attributes.p, q->attributes.n));
    make_by_type(&m);
    if (q->other_text.in[0] && (q->other[0] | 0x20) != 'y')
        draft_lost(d, q->place, "exchange.column", "name", q->code, "column", "other_replace_text", "value",
                   q->other_text.in[0]);
}

static void make_page(struct lime *l, int group) {
    struct draft *d = l->d;
    const struct lime_group *g = group >= 0 ? &l->groups[group] : NULL;
    struct draft_text label = {{0}};
    if (g)
        label = plain(d, &g->text, g->text.in[0] ? g->text.in[0] : "page", g->place);
    const char *name = label.in[0] ? label.in[0] : "page";
    draft_page_new(d, name, g ? g->place : (struct place){d->file, 0, 0});
    if (!g)
        return;
    struct draft_page *page = &d->pages[d->n_pages - 1];
    page->label = label;
    page->hint = plain(d, &g->help, name, g->place);
    page->relevant = draft_condition(d, g->relevance, name, g->place);
}

static void list_empty_groups(struct lime *l) {
    for (size_t g = 0; g < l->n_groups; g++) {
        bool used = false;
        for (size_t i = 0; i < l->n_questions; i++)
            used = used || l->questions[i].group == (int)g;
        if (!used)
            draft_lost(l->d, l->groups[g].place, "exchange.page_empty", "name",
                       l->groups[g].text.in[0] ? l->groups[g].text.in[0] : "");
    }
}

void lime_draft(struct lime *l) {
    struct draft *d = l->d;
    int group = -2;
    d->title = plain(d, &l->title, "title", l->places[0]);
    const struct draft_text description = plain(d, &l->description, "description", l->places[1]);
    const struct draft_text welcome = plain(d, &l->welcome, "welcome", l->places[2]);
    const struct draft_text end = plain(d, &l->end, "thanks", l->places[3]);
    draft_paragraph(d, false, &description, l->places[1]);
    draft_paragraph(d, false, &welcome, l->places[2]);
    draft_paragraph(d, true, &end, l->places[3]);
    if (l->settings.n > 0)
        draft_lost(d, l->first_setting, "exchange.settings", "names", l->settings.p);
    buf_free(&l->settings);
    for (size_t i = 0; i < l->n_questions && !d->full; i++) {
        if (l->questions[i].group != group)
            make_page(l, l->questions[i].group);
        group = l->questions[i].group;
        make_question(l, &l->questions[i]);
    }
    for (size_t i = 0; i < l->n_questions; i++)
        buf_free(&l->questions[i].attributes);
    list_empty_groups(l);
}
