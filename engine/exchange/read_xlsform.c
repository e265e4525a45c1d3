/* XLSForm: the rows of the survey sheet in order, groups as pages or as constructs. */
#include <string.h>
#include <strings.h>

#include "exchange/read_xlsform.h"

/* --- Languages, settings, lists ------------------------------------------------------------------------------------*/

static void note_languages(struct draft *d, const struct form_table *t) {
    for (size_t i = 0; i < t->n_columns; i++) {
        const struct form_column *column = &t->columns[i];
        const struct place place = {t->place, t->head_row, (int)i + 1};
        if (column->unknown)
            draft_lost(d, place, "exchange.language_unknown", "column", column->title);
        else if (column->language && draft_language(d, column->language) < 0)
            draft_lost(d, place, "exchange.languages", "n", arena_printf(d->arena, "%d", DRAFT_LANGUAGES_MAX));
    }
}

/* The language of texts without one comes first. */
static void find_languages(struct form *f) {
    struct draft *d = f->d;
    const struct sheet_row *settings = f->settings.n_rows ? &f->settings.rows[0] : NULL;
    const char *said = settings ? form_cell(&f->settings, settings, "default_language") : "";
    const char *own = said[0] && strcmp(said, "default") != 0 ? draft_language_tag(d->arena, said) : NULL;
    bool bare = false;
    const char *first = NULL;
    for (size_t i = 0; i < f->survey.n_columns; i++) {
        const struct form_column *column = &f->survey.columns[i];
        const bool label = strcmp(column->key, "label") == 0;
        bare = bare || (label && !column->language && !column->unknown);
        if (label && column->language && !first)
            first = column->language;
    }
    if (!own && bare && !d->language)
        draft_noted(d, ((struct place){d->file, 0, 0}), "exchange.language_guess", "language", "en");
    if (!own)
        own = d->language ? d->language : bare || !first ? "en" : first;
    (void)draft_language(d, own);
    note_languages(d, &f->survey);
    note_languages(d, &f->choices);
}

/* Settings that are not among ours, and rows below the first, which nobody reads. */
static void list_settings(struct form *f) {
    static const char *const ours[] = {"form_title", "form_id", "version", "default_language"};
    for (size_t r = 0; r < f->settings.n_rows; r++) {
        const struct sheet_row *row = &f->settings.rows[r];
        for (size_t i = 0; i < f->settings.n_columns; i++) {
            const struct form_column *column = &f->settings.columns[i];
            bool known = strncmp(column->key, "readiness::", 11) == 0;
            for (size_t k = 0; k < sizeof ours / sizeof *ours; k++)
                known = known || strcmp(column->key, ours[k]) == 0;
            if (sheet_cell(row, (int)i)[0] && (r > 0 || !known || column->unknown))
                draft_lost(f->d, ((struct place){f->settings.place, row->number, (int)i + 1}), "exchange.setting",
                           "key", column->title, "value", sheet_cell(row, (int)i));
        }
    }
}

static void read_settings(struct form *f) {
    struct draft *d = f->d;
    if (f->settings.n_rows == 0)
        return;
    const struct sheet_row *row = &f->settings.rows[0];
    const struct place place = {f->settings.place, row->number, 0};
    d->title = form_text(d, &f->settings, row, "form_title", "form_title");
    d->name = form_cell(&f->settings, row, "form_id");
    d->version = form_cell(&f->settings, row, "version");
    d->minutes = draft_value(d, SECTION_SURVEY, "minutes", form_cell(&f->settings, row, "readiness::minutes"), place);
    d->enabler_share = draft_value(d, SECTION_SURVEY, "enabler_share",
                                   form_cell(&f->settings, row, "readiness::enabler_share"), place);
    d->barrier_share = draft_value(d, SECTION_SURVEY, "barrier_share",
                                   form_cell(&f->settings, row, "readiness::barrier_share"), place);
    d->citation = draft_plain(d, form_cell(&f->settings, row, "readiness::citation"), "citation", place);
    d->licence = draft_plain(d, form_cell(&f->settings, row, "readiness::licence"), "licence", place);
    list_settings(f);
}

static bool is_medium(const struct form_column *column) {
    static const char *const keys[] = {"image", "audio", "video", "big-image"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(column->key, keys[i]) == 0)
            return true;
    return false;
}

/* Columns by which choices are filtered, and the like. */
static void list_unknown_of_choices(struct form *f) {
    static const char *const ours[] = {"", "list_name", "name", "value", "label", "readiness::side"};
    for (size_t i = 0; i < f->choices.n_columns; i++) {
        const struct form_column *column = &f->choices.columns[i];
        bool known = is_medium(column);
        for (size_t k = 0; k < sizeof ours / sizeof *ours; k++)
            known = known || strcmp(column->key, ours[k]) == 0;
        if (!known)
            draft_lost(f->d, ((struct place){f->choices.place, f->choices.head_row, (int)i + 1}),
                       "exchange.column_extra", "column", column->title);
    }
}

static void list_media(struct form *f, const struct sheet_row *row, const char *name) {
    for (size_t i = 0; i < f->choices.n_columns; i++)
        if (is_medium(&f->choices.columns[i]) && sheet_cell(row, (int)i)[0])
            draft_lost(f->d, ((struct place){f->choices.place, row->number, (int)i + 1}), "exchange.column", "name",
                       name, "column", f->choices.columns[i].title, "value", sheet_cell(row, (int)i));
}

static void read_choices(struct form *f) {
    struct draft *d = f->d;
    list_unknown_of_choices(f);
    for (size_t i = 0; i < f->choices.n_rows; i++) {
        const struct sheet_row *row = &f->choices.rows[i];
        const char *code = form_cell(&f->choices, row, "list_name"), *name = form_cell(&f->choices, row, "name");
        const char *side = form_cell(&f->choices, row, "readiness::side");
        if (!name[0])
            name = form_cell(&f->choices, row, "value");
        if (!code[0] && !name[0])
            continue;
        if (!code[0] || !name[0]) {
            draft_lost(d, ((struct place){f->choices.place, row->number, 0}), "exchange.choice_incomplete", "name",
                       name, "list", code);
            continue;
        }
        struct draft_list *list = draft_list_find(d, code);
        if (!list)
            list = draft_list_new(d, code, (struct place){f->choices.place, row->number, 0});
        struct draft_option *option = draft_option_new(d, list, name, row->number);
        option->label = form_text(d, &f->choices, row, "label", name);
        option->side = strcmp(side, "favourable") == 0 ? 1 : strcmp(side, "unfavourable") == 0 ? -1 : 0;
        list->says_sides = list->says_sides || side[0];
        list_media(f, row, name);
    }
}

/* --- Groups --------------------------------------------------------------------------------------------------------*/

static bool has_word(const char *text, const char *word) {
    return strcasestr(text, word) != NULL;
}

static void begin_group(struct form *f, const struct sheet_row *row) {
    struct draft *d = f->d;
    if (f->depth == FORM_DEPTH_MAX) {
        f->too_deep++;
        return;
    }
    struct form_group *g = &f->groups[f->depth++];
    *g = (struct form_group){.row = row, .serial = ++f->n_groups, .name = form_cell(&f->survey, row, "name")};
    g->place = (struct place){f->survey.place, row->number, 0};
    g->kind = form_cell(&f->survey, row, "readiness::kind");
    g->label = form_text(d, &f->survey, row, "label", g->name);
    g->hint = form_text(d, &f->survey, row, "hint", g->name);
    g->relevant = draft_condition(d, form_cell(&f->survey, row, "relevant"), g->name, g->place);
    const char *appearance = form_cell(&f->survey, row, "appearance");
    g->is_table = has_word(appearance, "table-list") || strcmp(g->kind, "construct") == 0;
    static const char *const keys[] = {"required", "constraint", "parameters"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        form_list_cell(f, row, g->name, keys[i]);
    form_list_unused(f, row, g->name);
}

static void end_group(struct form *f, const struct sheet_row *row) {
    if (f->too_deep > 0)
        f->too_deep--;
    else if (f->depth > 0)
        f->depth--;
    else
        draft_lost(f->d, ((struct place){f->survey.place, row->number, 0}), "exchange.end_alone", "name",
                   form_cell(&f->survey, row, "name"));
}

/* The headings of all groups around: "Outer – Inner". */
static struct draft_text chain_of_labels(struct form *f, size_t depth) {
    struct draft_text text = {{0}};
    for (size_t i = 0; i < depth; i++) {
        for (size_t k = 0; k < DRAFT_LANGUAGES_MAX; k++) {
            const char *own = f->groups[i].label.in[k];
            if (own)
                text.in[k] = text.in[k] ? arena_printf(f->d->arena, "%s – %s", text.in[k], own) : own;
        }
    }
    return text;
}

void form_turn_page(struct form *f, size_t depth, struct place place) {
    struct draft *d = f->d;
    const int serial = depth > 0 ? f->groups[depth - 1].serial : f->outside;
    if (f->page_serial == serial && d->n_pages > 0)
        return;
    const struct form_group *g = depth > 0 ? &f->groups[depth - 1] : NULL;
    const char *name = g ? form_cell(&f->survey, g->row, "readiness::name") : "";
    draft_page_new(d, name[0] ? name : g ? g->name : "page", g ? g->place : place);
    struct draft_page *page = &d->pages[d->n_pages - 1];
    f->page_serial = serial;
    if (!g)
        return;
    if (depth > 1 && !draft_text_is_empty(&f->groups[depth - 2].label))
        draft_noted(d, g->place, "exchange.groups_nested", "name", g->name, "outer", f->groups[depth - 2].name);
    page->label = chain_of_labels(f, depth);
    page->hint = g->hint;
    for (size_t i = 0; i < depth; i++)
        page->relevant = condition_both(d->arena, page->relevant, f->groups[i].relevant);
}

/* --- The whole -----------------------------------------------------------------------------------------------------*/

/* Where no page has a heading or a condition, there are no pages: every question has its own. */
static void drop_plain_pages(struct draft *d) {
    for (size_t i = 0; i < d->n_pages; i++)
        if (!draft_text_is_empty(&d->pages[i].label) || !draft_text_is_empty(&d->pages[i].hint) ||
            d->pages[i].relevant || strcmp(d->pages[i].source, "page") != 0)
            return;
    d->n_pages = 0;
    for (size_t i = 0; i < d->n_blocks; i++)
        d->blocks[i].page = -1;
}

/* Names that texts may refer to; and placeholders, which are calculations of a constant text. */
static void note_names(struct form *f) {
    struct draft *d = f->d;
    f->types = arena_array(d->arena, f->survey.n_rows + 1, sizeof *f->types);
    for (size_t i = 0; i < f->survey.n_rows; i++) {
        const struct sheet_row *row = &f->survey.rows[i];
        f->types[i] = form_type_of(d->arena, form_cell(&f->survey, row, "type"));
        if (draft_says_yes(form_cell(&f->survey, row, "disabled")) && f->types[i].kind < FORM_BEGIN_GROUP)
            f->types[i].kind = FORM_DISABLED;
        const char *name = form_cell(&f->survey, row, "name");
        const char *value = form_cell(&f->survey, row, "calculation");
        const size_t n = strlen(value);
        draft_source(d, name);
        if (f->types[i].kind != FORM_CALCULATE || n < 3 || (value[0] != '\'' && value[0] != '"') ||
            memchr(value + 1, value[0], n - 1) != value + n - 1 || !name_is_legal(name) ||
            d->n_placeholders == sizeof d->placeholders / sizeof *d->placeholders)
            continue;
        struct draft_named *p = &d->placeholders[d->n_placeholders++];
        p->name = arena_string(d->arena, name);
        if (strcmp(form_cell(&f->survey, row, "readiness::kind"), "placeholder") == 0)
            p->text = form_text(d, &f->survey, row, "label", name);
        if (!p->text.in[0])
            p->text.in[0] = draft_plain(d, arena_copy(d->arena, value + 1, n - 2), name,
                                        (struct place){f->survey.place, row->number, 0});
        if (!p->text.in[0])
            d->n_placeholders--;
    }
}

static void read_rows(struct form *f) {
    struct draft *d = f->d;
    int repeats = 0;
    for (f->at = 0; f->at < f->survey.n_rows && !d->full; f->at++) {
        const struct sheet_row *row = &f->survey.rows[f->at];
        const char *cell = form_cell(&f->survey, row, "type"), *name = form_cell(&f->survey, row, "name");
        const struct form_type type = f->types[f->at];
        const struct place place = {f->survey.place, row->number, 0};
        repeats += type.kind == FORM_BEGIN_REPEAT;
        if (repeats > 0 && type.kind != FORM_COMMENT && type.kind != FORM_END_REPEAT && type.kind != FORM_END_GROUP)
            draft_leave_out(d, name, place, "exchange.repeat", cell);
        repeats -= type.kind == FORM_END_REPEAT && repeats > 0;
        if (repeats > 0 || type.kind == FORM_END_REPEAT)
            continue;
        if (type.kind == FORM_BEGIN_GROUP)
            begin_group(f, row);
        else if (type.kind == FORM_END_GROUP)
            end_group(f, row);
        else if (type.kind == FORM_DISABLED)
            form_leave_out_disabled(f, row);
        else if (type.kind == FORM_COMMENT && !cell[0] && (name[0] || form_has_text(&f->survey, row, "label")))
            draft_lost(d, place, "exchange.no_type", "name", name);
        else if (type.kind != FORM_COMMENT)
            form_read_question(f, row, &type);
    }
    if (f->depth > 0)
        draft_lost(d, f->groups[f->depth - 1].place, "exchange.group_open", "name", f->groups[f->depth - 1].name);
}

/* Our own kinds of rows, which other tools pass over: the first and last page's paragraphs, the status, domains. */
bool form_read_own(struct form *f, const struct sheet_row *row, const char *kind) {
    struct draft *d = f->d;
    const struct place place = {f->survey.place, row->number, 0};
    const char *name = form_cell(&f->survey, row, "readiness::name");
    if (strcmp(kind, "welcome") == 0 || strcmp(kind, "thanks") == 0) {
        const struct draft_text text = form_text(d, &f->survey, row, "label", kind);
        draft_paragraph(d, kind[0] == 't', &text, place);
        return true;
    }
    if (strcmp(kind, "status") == 0) {
        d->status = form_text(d, &f->survey, row, "label", kind);
        return true;
    }
    if (strcmp(kind, "title") == 0) {
        d->title = form_text(d, &f->survey, row, "label", kind);
        return true;
    }
    if (strcmp(kind, "domain") == 0 && name_is_legal(name) && d->n_domains < sizeof d->domains / sizeof *d->domains) {
        d->domains[d->n_domains++] = (struct draft_named){.name = arena_string(d->arena, name),
                                                          .text = form_text(d, &f->survey, row, "label", name),
                                                          .second = form_text(d, &f->survey, row, "hint", name)};
        return true;
    }
    return false;
}

/* Lists that nobody asks with: those made on the way have no row of their own. */
static void list_unused_lists(struct form *f, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!f->d->lists[i]->asked)
            draft_lost(f->d, f->d->lists[i]->place, "exchange.list_unused", "list", f->d->lists[i]->code, "n",
                       arena_printf(f->d->arena, "%zu", f->d->lists[i]->n));
}

enum result read_xlsform(struct draft *d, const struct sheets *sheets, struct findings *findings) {
    struct form *f = arena_alloc(d->arena, sizeof *f);
    f->d = d;
    d->dialect = DIALECT_XLSFORM;
    if (!form_open(d, sheets, &f->survey, &f->choices, &f->settings, findings))
        return RESULT_INPUT;
    find_languages(f);
    note_names(f);
    form_list_unknown_columns(f);
    read_settings(f);
    read_choices(f);
    const size_t n_lists = d->n_lists;
    read_rows(f);
    form_list_appearances(f);
    list_unused_lists(f, n_lists);
    drop_plain_pages(d);
    return RESULT_OK;
}
