/* XLSForm: one question, or the rows of one matrix. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "exchange/read_xlsform.h"

enum { APPEARANCES_MAX = 100 }; /* words told apart */
enum { RUN_MAX = 200 };         /* items of one matrix */

/* Columns with a meaning that has no place here, row by row; the others that we know. */
static const char *const unused[] = {"constraint_message",
                                     "required_message",
                                     "default",
                                     "read_only",
                                     "choice_filter",
                                     "trigger",
                                     "image",
                                     "audio",
                                     "video",
                                     "guidance_hint",
                                     "big-image",
                                     "intent",
                                     "autoplay",
                                     "accuracythreshold",
                                     "calculation",
                                     "repeat_count",
                                     "save_to"};
static const char *const used[] = {"type",      "name",       "label",      "hint",       "required",
                                   "relevant",  "appearance", "constraint", "parameters", "rows",
                                   "list_name", "value",      "disabled"};

static bool is_among(const char *key, const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(key, list[i]) == 0)
            return true;
    return false;
}

/* Words of the column "appearance" that change nothing here. */
static void count_appearances(struct form *f, const struct sheet_row *row) {
    static const char *const known[] = {"likert",     "list-nolabel", "label",     "table-list",
                                        "field-list", "multiline",    "multiline,"};
    struct str rest = str_of(form_cell(&f->survey, row, "appearance")), word;
    while (rest.p && str_split(&rest, ' ', &word)) {
        size_t i = 0;
        const char *said = arena_copy(f->d->arena, word.p, word.n);
        if (word.n == 0 || is_among(said, known, sizeof known / sizeof *known))
            continue;
        while (i < f->n_appearances && i < APPEARANCES_MAX && strcmp(f->appearances[i].word, said) != 0)
            i++;
        said = i < APPEARANCES_MAX ? said : "…"; /* there are about fifty in the whole of XLSForm */
        if (i == f->n_appearances) {
            f->appearances = arena_grow(f->d->arena, f->appearances, f->n_appearances++, &f->appearances_capacity,
                                        sizeof *f->appearances);
            f->appearances[i] = (struct form_appearance){said, 0, form_place(&f->survey, row, "appearance")};
        }
        f->appearances[i].n++;
    }
}

void form_list_appearances(struct form *f) {
    for (size_t i = 0; i < f->n_appearances; i++)
        draft_lost(f->d, f->appearances[i].place, "exchange.appearance", "value", f->appearances[i].word, "n",
                   arena_printf(f->d->arena, "%zu", f->appearances[i].n));
}

void form_list_cell(struct form *f, const struct sheet_row *row, const char *name, const char *key) {
    if (form_cell(&f->survey, row, key)[0])
        draft_lost(f->d, form_place(&f->survey, row, key), "exchange.column", "name", name, "column", key, "value",
                   form_cell(&f->survey, row, key));
}

void form_list_unused(struct form *f, const struct sheet_row *row, const char *name) {
    count_appearances(f, row);
    if (form_type_of(f->d->arena, form_cell(&f->survey, row, "type")).kind != FORM_TEXT)
        form_list_cell(f, row, name, "rows");
    for (size_t i = 0; i < f->survey.n_columns; i++) {
        const struct form_column *column = &f->survey.columns[i];
        if (!sheet_cell(row, (int)i)[0] || !is_among(column->key, unused, sizeof unused / sizeof *unused))
            continue;
        draft_lost(f->d, ((struct place){f->survey.place, row->number, (int)i + 1}), "exchange.column", "name", name,
                   "column", column->title, "value", sheet_cell(row, (int)i));
    }
}

void form_list_unknown_columns(struct form *f) {
    for (size_t i = 0; i < f->survey.n_columns; i++) {
        const struct form_column *column = &f->survey.columns[i];
        if (!column->key[0] || is_among(column->key, unused, sizeof unused / sizeof *unused) ||
            is_among(column->key, used, sizeof used / sizeof *used) || strncmp(column->key, "readiness::", 11) == 0)
            continue;
        draft_lost(f->d, ((struct place){f->survey.place, f->survey.head_row, (int)i + 1}), "exchange.column_extra",
                   "column", column->title);
    }
}

static const char *own(struct form *f, const struct sheet_row *row, const char *key) {
    return form_cell(&f->survey, row, arena_printf(f->d->arena, "readiness::%s", key));
}

static struct place place_of(struct form *f, const struct sheet_row *row) {
    return (struct place){f->survey.place, row->number, 0};
}

static enum required required_of(struct form *f, const struct sheet_row *row) {
    const char *cell = form_cell(&f->survey, row, "required");
    if (strcmp(own(f, row, "required"), "soft") == 0)
        return REQUIRED_SOFT;
    if (draft_says_yes(cell))
        return REQUIRED_YES;
    if (cell[0] && strcasecmp(cell, "no") != 0 && strcasecmp(cell, "false") != 0 && strcmp(cell, "false()") != 0 &&
        strcmp(cell, "0") != 0 && strcasecmp(cell, "n") != 0)
        draft_lost(f->d, form_place(&f->survey, row, "required"), "exchange.required", "name",
                   form_cell(&f->survey, row, "name"), "value", cell);
    return REQUIRED_NO;
}

/* ". >= 0 and . <= 120" are the limits of a number; anything else is listed. */
static void read_constraint(struct form *f, const struct sheet_row *row, struct draft_block *block) {
    const char *cell = form_cell(&f->survey, row, "constraint");
    const char *p = cell;
    double low = block->minimum, high = block->maximum;
    bool good = block->kind == DRAFT_NUMBER && cell[0];
    while (good) {
        p += strspn(p, " ");
        good = *p++ == '.';
        p += good ? strspn(p, " ") : 0;
        const bool at_least = good && strncmp(p, ">=", 2) == 0, at_most = good && strncmp(p, "<=", 2) == 0;
        char *end = NULL;
        const double x = at_least || at_most ? strtod(p + 2, &end) : 0;
        good = end && end > p + 2 && isfinite(x);
        if (!good)
            break;
        if (at_least)
            low = x > low ? x : low;
        else
            high = x < high ? x : high;
        p = end + strspn(end, " ");
        if (!*p)
            break;
        good = strncmp(p, "and ", 4) == 0;
        p += good ? 4 : 0;
    }
    if (good && low <= high) {
        block->minimum = low;
        block->maximum = high;
    } else if (cell[0]) {
        draft_lost(f->d, form_place(&f->survey, row, "constraint"), "exchange.column", "name", block->source, "column",
                   "constraint", "value", cell);
    }
}

/* "start=0 end=10 step=1" of a range; other parameters are listed. */
static void read_parameters(struct form *f, const struct sheet_row *row, struct draft_block *block, bool range) {
    const char *cell = form_cell(&f->survey, row, "parameters");
    const char *start = strstr(cell, "start="), *end = strstr(cell, "end=");
    if (range) {
        block->minimum = start ? strtod(start + 6, NULL) : 1;
        block->maximum = end ? strtod(end + 4, NULL) : 10;
        if (!(block->minimum > -1e15 && block->maximum < 1e15 && block->minimum <= block->maximum)) {
            block->minimum = -INFINITY;
            block->maximum = INFINITY;
        }
    }
    struct str rest = str_of(cell), word;
    bool all = range; /* nothing but start and end */
    while (rest.p && str_split(&rest, ' ', &word))
        all = all && (word.n == 0 || (word.n > 6 && memcmp(word.p, "start=", 6) == 0) ||
                      (word.n > 4 && memcmp(word.p, "end=", 4) == 0));
    if (cell[0] && !all)
        draft_lost(f->d, form_place(&f->survey, row, "parameters"), "exchange.column", "name", block->source, "column",
                   "parameters", "value", cell);
}

/* What every kind of question has. */
static struct draft_block *begin_question(struct form *f, const struct sheet_row *row, enum draft_kind kind) {
    struct draft *d = f->d;
    const struct place place = place_of(f, row);
    const char *name = form_cell(&f->survey, row, "name");
    const char *first = own(f, row, "name");
    form_turn_page(f, f->depth, place);
    struct draft_block *block = draft_block_new(d, kind, first[0] ? first : name, place);
    if (!block)
        return NULL;
    block->label = form_text(d, &f->survey, row, "label", name);
    block->hint = form_text(d, &f->survey, row, "hint", name);
    block->required = kind == DRAFT_NOTE ? REQUIRED_NO : required_of(f, row);
    if (kind == DRAFT_NOTE && required_of(f, row) != REQUIRED_NO)
        form_list_cell(f, row, name, "required");
    block->relevant =
        draft_condition(d, form_cell(&f->survey, row, "relevant"), name, form_place(&f->survey, row, "relevant"));
    block->answered_by = draft_value(d, SECTION_QUESTION, "answered_by", own(f, row, "answered_by"), place);
    block->group = draft_says_yes(own(f, row, "group"));
    block->comment = draft_says_yes(own(f, row, "comment"));
    if (!name[0] && kind != DRAFT_NOTE)
        draft_lost(d, place, "exchange.no_name", "value", form_cell(&f->survey, row, "type"));
    form_list_unused(f, row, name);
    return block;
}

/* The list with "other" behind it, and a text that is asked for it. */
static void add_other(struct form *f, const struct sheet_row *row, struct draft_block *block) {
    struct draft *d = f->d;
    struct draft_list *list = arena_alloc(d->arena, sizeof *list);
    *list = (struct draft_list){.code = block->list->code, .place = block->list->place};
    bool there = false;
    for (size_t i = 0; i < block->list->n; i++) {
        *draft_option_new(d, list, "", 0) = block->list->options[i];
        there = there || strcmp(block->list->options[i].code, "other") == 0;
    }
    if (!there)
        draft_option_new(d, list, "other", row->number)->label = draft_words(d, "exchange.other");
    d->lists = arena_grow(d->arena, d->lists, d->n_lists, &d->lists_capacity, sizeof *d->lists);
    d->lists[d->n_lists++] = list;
    block->list = list;
    const char *name = block->source;
    struct draft_block *text = draft_block_new(d, DRAFT_TEXT, arena_printf(d->arena, "%s_other", name), block->place);
    if (!text)
        return;
    text->label = draft_words(d, "exchange.other_which");
    text->relevant = condition_compare(d->arena, CONDITION_SELECTED, name, "other");
    draft_noted(d, text->place, "exchange.or_other", "name", name, "new", text->source);
}

static struct draft_list *list_of(struct form *f, const struct sheet_row *row, const char *code) {
    struct draft_list *list = draft_list_find(f->d, code);
    if (!list) {
        draft_lost(f->d, place_of(f, row), "exchange.list_missing", "name", form_cell(&f->survey, row, "name"), "list",
                   code);
        list = draft_list_new(f->d, code, place_of(f, row));
    }
    list->asked = true;
    return list;
}

/* --- Matrices ------------------------------------------------------------------------------------------------------*/

static bool appears_as_rating(struct form *f, const struct sheet_row *row) {
    const char *appearance = form_cell(&f->survey, row, "appearance");
    return strcasestr(appearance, "likert") || strcasestr(appearance, "list-nolabel");
}

static bool appears_as_head(struct form *f, const struct sheet_row *row) {
    const char *appearance = form_cell(&f->survey, row, "appearance");
    return strcasecmp(appearance, "label") == 0;
}

/* A row of notes to oneself: nothing in it is meant for anybody who answers. */
static bool is_remark(struct form *f, size_t at) {
    const struct sheet_row *row = &f->survey.rows[at];
    return f->types[at].kind == FORM_COMMENT && !form_cell(&f->survey, row, "type")[0] &&
           !form_cell(&f->survey, row, "name")[0] && !form_has_text(&f->survey, row, "label");
}

/* The number of rows from f->at on that ask with the same list, one after the other, with what stands between them;
 * `asking` is how many of them ask. */
static size_t length_of_run(struct form *f, const char *list, bool *rating, size_t *asking) {
    size_t n = 0;
    *asking = 0;
    for (size_t i = f->at; i < f->survey.n_rows && *asking < RUN_MAX; i++) {
        const struct sheet_row *row = &f->survey.rows[i];
        const struct form_type type = f->types[i];
        if (type.kind == FORM_DISABLED || is_remark(f, i))
            continue;
        if (type.kind != FORM_SELECT_ONE || type.or_other || strcmp(type.list, list) != 0 ||
            strcmp(own(f, row, "kind"), "question") == 0)
            break;
        *rating = *rating || appears_as_rating(f, row);
        ++*asking;
        n = i - f->at + 1;
    }
    return n;
}

/* Three points at least, all numbers: a list that many questions in a row share is a scale. */
static bool looks_like_scale(const struct draft_list *list) {
    size_t numbers = 0;
    long x;
    for (size_t i = 0; i < list->n; i++)
        numbers += str_to_long(str_of(list->options[i].code), &x);
    return numbers >= 3;
}

/* Is the group around nothing but this run? */
static bool fills_group(struct form *f, size_t n) {
    const struct form_group *g = &f->groups[f->depth - 1];
    const size_t end = f->at + n;
    return g->row + 1 == &f->survey.rows[f->at] && end < f->survey.n_rows && f->types[end].kind == FORM_END_GROUP;
}

static void read_construct_keys(struct form *f, const struct sheet_row *row, struct draft_block *block) {
    struct draft *d = f->d;
    const struct place place = block->place;
    block->level = draft_value(d, SECTION_CONSTRUCT, "level", own(f, row, "level"), place);
    block->answered_by = draft_value(d, SECTION_CONSTRUCT, "answered_by", own(f, row, "answered_by"), place);
    block->higher = draft_value(d, SECTION_CONSTRUCT, "higher", own(f, row, "higher"), place);
    block->min_answered = draft_value(d, SECTION_CONSTRUCT, "min_answered", own(f, row, "min_answered"), place);
    block->strategies = draft_value(d, SECTION_CONSTRUCT, "strategies", own(f, row, "strategies"), place);
    block->determinants = draft_value(d, SECTION_CONSTRUCT, "determinants", own(f, row, "determinants"), place);
    const char *domain = own(f, row, "domain");
    for (size_t i = 0; i < d->n_domains; i++)
        if (strcmp(d->domains[i].name, domain) == 0)
            block->domain = d->domains[i].name;
    if (domain[0] && !block->domain)
        draft_lost(d, place, "exchange.value", "key", "domain", "value", domain);
}

static void read_item(struct form *f, const struct sheet_row *row, struct draft_block *block, enum required *required,
                      bool *mixed) {
    struct draft *d = f->d;
    const char *name = form_cell(&f->survey, row, "name");
    const enum required own_required = required_of(f, row);
    struct draft_item *item = draft_item_new(d, block, name, place_of(f, row));
    item->text = form_text(d, &f->survey, row, "label", name);
    item->reverse = draft_says_yes(own(f, row, "reverse"));
    item->relevant =
        draft_condition(d, form_cell(&f->survey, row, "relevant"), name, form_place(&f->survey, row, "relevant"));
    *mixed = *mixed || (block->n_items > 1 && own_required != *required);
    *required = own_required > *required ? own_required : *required;
    for (size_t i = 0; i < f->survey.n_columns; i++)
        if (strcmp(f->survey.columns[i].key, "hint") == 0 && sheet_cell(row, (int)i)[0])
            draft_lost(d, ((struct place){f->survey.place, row->number, (int)i + 1}), "exchange.column", "name", name,
                       "column", f->survey.columns[i].title, "value", sheet_cell(row, (int)i));
    form_list_cell(f, row, name, "constraint");
    form_list_cell(f, row, name, "parameters");
    form_list_unused(f, row, name);
}

/* The row of a matrix that only shows the answers' labels. */
static void read_head(struct form *f, const struct sheet_row *row, struct draft_block *block) {
    const struct draft_text label = form_text(f->d, &f->survey, row, "label", block->source);
    if (draft_text_is_empty(&block->label))
        block->label = label;
    else
        form_list_cell(f, row, form_cell(&f->survey, row, "name"), "label");
    form_list_cell(f, row, form_cell(&f->survey, row, "name"), "relevant");
    form_list_unused(f, row, form_cell(&f->survey, row, "name"));
}

static void read_matrix(struct form *f, const char *code, size_t n) {
    struct draft *d = f->d;
    const struct sheet_row *first = &f->survey.rows[f->at];
    const bool whole = f->depth > 0 && (fills_group(f, n) || f->groups[f->depth - 1].is_table);
    const struct form_group *g = whole ? &f->groups[f->depth - 1] : NULL;
    const char *called = g ? own(f, g->row, "name") : "";
    enum required required = REQUIRED_NO;
    bool mixed = false;
    form_turn_page(f, g ? f->depth - 1 : f->depth, place_of(f, first));
    const char *name = called[0] ? called
                       : g       ? g->name
                                 : arena_printf(d->arena, "%s_set", form_cell(&f->survey, first, "name"));
    struct draft_block *block = draft_block_new(d, DRAFT_CONSTRUCT, name, g ? g->place : place_of(f, first));
    if (!block)
        return;
    block->list = list_of(f, first, code);
    if (g) {
        block->label = g->label;
        block->hint = g->hint;
        block->relevant = g->relevant;
        read_construct_keys(f, g->row, block);
    }
    for (size_t i = f->at; i < f->at + n; i++) {
        const struct sheet_row *row = &f->survey.rows[i];
        if (f->types[i].kind == FORM_DISABLED)
            form_leave_out_disabled(f, row);
        if (f->types[i].kind != FORM_SELECT_ONE)
            continue;
        if (appears_as_head(f, row))
            read_head(f, row, block);
        else
            read_item(f, row, block, &required, &mixed);
    }
    block->required = required;
    if (mixed)
        draft_lost(d, block->place, "exchange.required_mixed", "name", name);
    if (!g || strcmp(g->kind, "construct") != 0)
        draft_noted(d, block->place, "exchange.construct", "name", name, "n",
                    arena_printf(d->arena, "%zu", block->n_items), "list", code);
    f->at += n - 1;
}

static bool read_select_as_matrix(struct form *f, const struct sheet_row *row, const struct form_type *type) {
    bool rating = f->depth > 0 && f->groups[f->depth - 1].is_table;
    if (type->kind != FORM_SELECT_ONE || type->or_other || strcmp(own(f, row, "kind"), "question") == 0)
        return false;
    size_t asking;
    const size_t n = length_of_run(f, type->list, &rating, &asking);
    const struct draft_list *list = draft_list_find(f->d, type->list);
    if (!list || (!rating && (asking < 2 || !looks_like_scale(list))))
        return false;
    read_matrix(f, type->list, n);
    return true;
}

/* --- One question --------------------------------------------------------------------------------------------------*/

static void leave_out(struct form *f, const struct sheet_row *row, const char *code) {
    draft_leave_out(f->d, form_cell(&f->survey, row, "name"), place_of(f, row), code,
                    form_cell(&f->survey, row, "type"));
}

void form_leave_out_disabled(struct form *f, const struct sheet_row *row) {
    leave_out(f, row, "exchange.disabled");
}

static void read_calculation(struct form *f, const struct sheet_row *row) {
    const char *name = form_cell(&f->survey, row, "name");
    for (size_t i = 0; i < f->d->n_placeholders; i++) {
        if (strcmp(f->d->placeholders[i].name, name) != 0)
            continue;
        if (strcmp(own(f, row, "kind"), "placeholder") != 0)
            draft_noted(f->d, place_of(f, row), "exchange.placeholder", "name", name);
        return;
    }
    draft_leave_out(f->d, name, place_of(f, row), "exchange.calculation", form_cell(&f->survey, row, "calculation"));
}

static void read_choice_question(struct form *f, const struct sheet_row *row, const struct form_type *type) {
    struct draft_block *block = begin_question(f, row, type->kind == FORM_SELECT_ONE ? DRAFT_CHOICE : DRAFT_CHOICES);
    if (!block)
        return;
    block->list = list_of(f, row, type->list);
    read_parameters(f, row, block, false);
    read_constraint(f, row, block);
    if (type->or_other)
        add_other(f, row, block);
}

static void read_acknowledgement(struct form *f, const struct sheet_row *row) {
    struct draft_block *block = begin_question(f, row, DRAFT_CHOICE);
    if (!block)
        return;
    block->list = draft_list_new(f->d, arena_printf(f->d->arena, "%s_ok", block->source), block->place);
    draft_option_new(f->d, block->list, "ok", row->number)->label = draft_words(f->d, "exchange.ok");
    read_parameters(f, row, block, false);
    read_constraint(f, row, block);
}

static void read_plain_question(struct form *f, const struct sheet_row *row, const struct form_type *type) {
    static const enum draft_kind kinds[] = {
        [FORM_TEXT] = DRAFT_TEXT, [FORM_NUMBER] = DRAFT_NUMBER, [FORM_RANGE] = DRAFT_NUMBER,
        [FORM_DATE] = DRAFT_DATE, [FORM_NOTE] = DRAFT_NOTE,
    };
    struct draft_block *block = begin_question(f, row, kinds[type->kind]);
    long rows;
    if (!block)
        return;
    if (type->kind == FORM_TEXT) {
        const char *said = form_cell(&f->survey, row, "rows");
        if (!said[0])
            said = own(f, row, "rows");
        if (said[0] && (!str_to_long(str_of(said), &rows) || rows < 1 || rows > 20))
            form_list_cell(f, row, block->source, "rows");
        if (str_to_long(str_of(said), &rows) && rows >= 1 && rows <= 20)
            block->rows = (int)rows;
        else if (strcasestr(form_cell(&f->survey, row, "appearance"), "multiline"))
            block->rows = 4;
    }
    if (type->kind == FORM_RANGE)
        draft_noted(f->d, block->place, "exchange.slider_number", "name", block->source);
    if (type->whole)
        draft_noted(f->d, block->place, "exchange.whole", "name", block->source);
    read_parameters(f, row, block, type->kind == FORM_RANGE);
    read_constraint(f, row, block);
}

void form_read_question(struct form *f, const struct sheet_row *row, const struct form_type *type) {
    const char *kind = own(f, row, "kind");
    if (kind[0] && type->kind == FORM_NOTE && form_read_own(f, row, kind))
        return;
    switch (type->kind) {
    case FORM_SELECT_ONE:
    case FORM_SELECT_MULTIPLE:
        if (!read_select_as_matrix(f, row, type))
            read_choice_question(f, row, type);
        return;
    case FORM_ACKNOWLEDGE:
        read_acknowledgement(f, row);
        return;
    case FORM_CALCULATE:
        read_calculation(f, row);
        return;
    case FORM_METADATA:
        leave_out(f, row, "exchange.metadata");
        return;
    case FORM_UNSUPPORTED:
        leave_out(f, row, "exchange.type");
        return;
    default:
        read_plain_question(f, row, type);
        return;
    }
}
