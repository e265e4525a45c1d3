/* The REDCap data dictionary: one row a field; forms and section headers are pages, matrix groups are constructs. */
#include "exchange/read_redcap.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* --- Choices -------------------------------------------------------------------------------------------------------*/

static void add_choice(struct dictionary *t, struct draft_list *list, const char *code, const char *label,
                       const struct sheet_row *row) {
    struct draft_option *option = draft_option_new(t->d, list, code, row->number);
    option->label.in[0] = draft_plain(t->d, label, code, dictionary_place(t, row, COLUMN_CHOICES));
}

/* "1, Yes | 0, No"; the same text is the same list, unless our own export names another (`exact`). */
static struct draft_list *list_of(struct dictionary *t, const struct sheet_row *row, const char *name, bool exact) {
    const char *text = dictionary_cell(t, row, COLUMN_CHOICES);
    for (size_t i = 0; i < t->n_lists; i++)
        if (strcmp(t->list_texts[i], text) == 0 && (!exact || strcmp(t->lists[i]->code, name) == 0))
            return t->lists[i];
    struct draft_list *list = draft_list_new(t->d, name, dictionary_place(t, row, COLUMN_CHOICES));
    t->list_texts = arena_grow(t->d->arena, t->list_texts, t->n_lists, &t->texts_capacity, sizeof *t->list_texts);
    t->lists = arena_grow(t->d->arena, t->lists, t->n_lists, &t->lists_capacity, sizeof(struct draft_list *));
    t->list_texts[t->n_lists] = text;
    t->lists[t->n_lists++] = list;
    struct str rest = str_of(text), part;
    const char between = strchr(text, '|') ? '|' : '\n'; /* old files have each choice on a line of its own */
    while (rest.n > 0 && str_split(&rest, between, &part)) {
        part = str_trim(part);
        if (part.n == 0)
            continue;
        const char *comma = memchr(part.p, ',', part.n);
        const struct str code = str_trim((struct str){part.p, comma ? (size_t)(comma - part.p) : part.n});
        const struct str label =
            comma ? str_trim((struct str){comma + 1, (size_t)(part.p + part.n - comma - 1)}) : code;
        add_choice(t, list, arena_copy(t->d->arena, code.p, code.n), arena_copy(t->d->arena, label.p, label.n), row);
    }
    return list;
}

/* The two words of a yes/no or true/false field, in a list that all of them share. */
static struct draft_list *two_words(struct dictionary *t, const struct sheet_row *row, bool truth) {
    const char *code = truth ? "truefalse" : "yesno";
    struct draft_list *list = draft_list_find(t->d, code);
    if (list)
        return list;
    list = draft_list_new(t->d, code, dictionary_place(t, row, COLUMN_FIELD_TYPE));
    draft_option_new(t->d, list, "1", row->number)->label = draft_words(t->d, truth ? "exchange.true" : "exchange.yes");
    draft_option_new(t->d, list, "0", row->number)->label = draft_words(t->d, truth ? "exchange.false" : "exchange.no");
    return list;
}

/* --- Rows ----------------------------------------------------------------------------------------------------------*/

static struct draft_text text_of(struct dictionary *t, const struct sheet_row *row, enum dictionary_column column) {
    struct draft_text text = {{0}};
    text.in[0] = draft_plain(t->d, dictionary_cell(t, row, column), dictionary_cell(t, row, COLUMN_FIELD_NAME),
                             dictionary_place(t, row, column));
    return text;
}

/* "staff_climate" for people: "Staff climate". */
static const char *spoken(struct draft *d, const char *name) {
    char *text = arena_string(d->arena, name);
    for (char *p = text; *p; p++)
        if (*p == '_')
            *p = ' ';
    text[0] = (char)toupper((unsigned char)text[0]);
    return text;
}

/* A new form or a section header begins a page; in our own export the annotation says where one begins. */
static void turn_page(struct dictionary *t, const struct sheet_row *row) {
    struct draft *d = t->d;
    const char *form = dictionary_cell(t, row, COLUMN_FORM_NAME),
               *header = dictionary_cell(t, row, COLUMN_SECTION_HEADER);
    const char *own = dictionary_own(t, row, "page");
    const bool same = d->n_pages > 0 && strcmp(form, t->form) == 0;
    if (!own[0] && same && !header[0])
        return;
    const char *name = own[0] ? own : form[0] ? form : "page";
    draft_page_new(d, name, dictionary_place(t, row, header[0] ? COLUMN_SECTION_HEADER : COLUMN_FORM_NAME));
    struct draft_page *page = &d->pages[d->n_pages - 1];
    if (header[0])
        page->label = text_of(t, row, COLUMN_SECTION_HEADER);
    else if (form[0] && !own[0])
        page->label.in[0] = draft_plain(d, spoken(d, form), form, page->place);
    t->form = form;
}

static void list_leftovers(struct dictionary *t, const struct sheet_row *row) {
    struct draft *d = t->d;
    const char *name = dictionary_cell(t, row, COLUMN_FIELD_NAME),
               *annotation = dictionary_cell(t, row, COLUMN_ANNOTATION);
    if (draft_says_yes(dictionary_cell(t, row, COLUMN_IDENTIFIER)))
        draft_lost(d, dictionary_place(t, row, COLUMN_IDENTIFIER), "exchange.identifier", "name", name);
    if (draft_says_yes(dictionary_cell(t, row, COLUMN_MATRIX_RANKING)))
        draft_lost(d, dictionary_place(t, row, COLUMN_MATRIX_RANKING), "exchange.ranking", "name", name);
    if (strstr(annotation, "@HIDDEN") && !strstr(annotation, "readiness:"))
        draft_lost(d, dictionary_place(t, row, COLUMN_ANNOTATION), "exchange.hidden", "name", name, "value",
                   annotation);
    else if (annotation[0] && !strstr(annotation, "readiness:"))
        draft_lost(d, dictionary_place(t, row, COLUMN_ANNOTATION), "exchange.annotation", "name", name, "value",
                   annotation);
    const char *number = dictionary_cell(t, row, COLUMN_QUESTION_NUMBER);
    if (number[0])
        draft_lost(d, dictionary_place(t, row, COLUMN_QUESTION_NUMBER), "exchange.question_number", "name", name,
                   "value", number);
    if (dictionary_cell(t, row, COLUMN_ALIGNMENT)[0] && !t->alignment_listed)
        draft_lost(d, dictionary_place(t, row, COLUMN_ALIGNMENT), "exchange.alignment");
    t->alignment_listed = t->alignment_listed || dictionary_cell(t, row, COLUMN_ALIGNMENT)[0];
}

static bool is_type(struct dictionary *t, const struct sheet_row *row, const char *types) {
    struct str rest = str_of(types), type;
    const char *own = dictionary_cell(t, row, COLUMN_FIELD_TYPE);
    while (rest.p && str_split(&rest, '|', &type))
        if (type.n == strlen(own) && strncasecmp(own, type.p, type.n) == 0)
            return true;
    return false;
}

/* Cells of columns that mean nothing for a field of this type, or nothing here ("autocomplete" of a dropdown). */
static void list_unused(struct dictionary *t, const struct sheet_row *row, bool in_matrix) {
    static const struct {
        enum dictionary_column column;
        const char *types; /* that read it */
    } columns[] = {{COLUMN_CHOICES, "dropdown|radio|checkbox|slider"},
                   {COLUMN_VALIDATION, "text|slider"},
                   {COLUMN_VALIDATION_MIN, "text|slider"},
                   {COLUMN_VALIDATION_MAX, "text|slider"}};
    const char *name = dictionary_cell(t, row, COLUMN_FIELD_NAME),
               *group = dictionary_cell(t, row, COLUMN_MATRIX_GROUP);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        const char *value = dictionary_cell(t, row, columns[i].column);
        if (value[0] && !is_type(t, row, columns[i].types))
            draft_lost(t->d, dictionary_place(t, row, columns[i].column), "exchange.column", "name", name, "column",
                       dictionary_titles[columns[i].column][1], "value", value);
    }
    if (group[0] && !in_matrix)
        draft_noted(t->d, dictionary_place(t, row, COLUMN_MATRIX_GROUP), "exchange.matrix_alone", "name", name, "group",
                    group);
}

static enum required required_of(struct dictionary *t, const struct sheet_row *row) {
    if (strcmp(dictionary_own(t, row, "required"), "soft") == 0)
        return REQUIRED_SOFT;
    return draft_says_yes(dictionary_cell(t, row, COLUMN_REQUIRED)) ? REQUIRED_YES : REQUIRED_NO;
}

static const struct condition *condition_of(struct dictionary *t, const struct sheet_row *row) {
    return draft_condition(t->d, dictionary_cell(t, row, COLUMN_BRANCHING), dictionary_cell(t, row, COLUMN_FIELD_NAME),
                           dictionary_place(t, row, COLUMN_BRANCHING));
}

static struct draft_block *begin_question(struct dictionary *t, const struct sheet_row *row, enum draft_kind kind) {
    struct draft_block *block = draft_block_new(t->d, kind, dictionary_cell(t, row, COLUMN_FIELD_NAME),
                                                dictionary_place(t, row, COLUMN_FIELD_NAME));
    if (!block)
        return NULL;
    block->label = text_of(t, row, COLUMN_FIELD_LABEL);
    block->hint = text_of(t, row, COLUMN_FIELD_NOTE);
    block->required = kind == DRAFT_NOTE ? REQUIRED_NO : required_of(t, row);
    block->relevant = condition_of(t, row);
    block->answered_by =
        draft_value(t->d, SECTION_QUESTION, "answered_by", dictionary_own(t, row, "answered_by"), block->place);
    block->group = draft_says_yes(dictionary_own(t, row, "group"));
    block->comment = draft_says_yes(dictionary_own(t, row, "comment"));
    list_leftovers(t, row);
    list_unused(t, row, false);
    return block;
}

static bool begins(const char *text, const char *with) {
    return strncasecmp(text, with, strlen(with)) == 0;
}

static void read_limits(struct dictionary *t, const struct sheet_row *row, struct draft_block *block) {
    static const enum dictionary_column columns[] = {COLUMN_VALIDATION_MIN, COLUMN_VALIDATION_MAX};
    for (int i = 0; i < 2; i++) {
        const char *cell = dictionary_cell(t, row, columns[i]);
        double x;
        if (!cell[0])
            continue;
        if (block->kind == DRAFT_NUMBER && str_to_double(str_of(cell), &x))
            *(i ? &block->maximum : &block->minimum) = x;
        else
            draft_lost(t->d, dictionary_place(t, row, columns[i]), "exchange.limit", "name", block->source, "value",
                       cell);
    }
    if (block->minimum > block->maximum) {
        draft_lost(t->d, dictionary_place(t, row, COLUMN_VALIDATION_MIN), "exchange.limit", "name", block->source,
                   "value", dictionary_cell(t, row, COLUMN_VALIDATION_MIN));
        block->minimum = -INFINITY;
    }
}

static void read_text(struct dictionary *t, const struct sheet_row *row) {
    const char *validation = dictionary_cell(t, row, COLUMN_VALIDATION);
    const bool number = begins(validation, "integer") || begins(validation, "number") || begins(validation, "int");
    const bool date = begins(validation, "date_");
    struct draft_block *block = begin_question(t, row, number ? DRAFT_NUMBER : date ? DRAFT_DATE : DRAFT_TEXT);
    long rows;
    if (!block)
        return;
    read_limits(t, row, block);
    if (str_to_long(str_of(dictionary_own(t, row, "rows")), &rows) && rows >= 1 && rows <= 20)
        block->rows = (int)rows;
    if (begins(validation, "int"))
        draft_noted(t->d, block->place, "exchange.whole", "name", block->source);
    else if (validation[0] && !number && !date)
        draft_lost(t->d, dictionary_place(t, row, COLUMN_VALIDATION), "exchange.validation", "name", block->source,
                   "value", validation);
}

static void read_slider(struct dictionary *t, const struct sheet_row *row) {
    struct draft_block *block = begin_question(t, row, DRAFT_NUMBER);
    if (!block)
        return;
    block->minimum = 0;
    block->maximum = 100;
    read_limits(t, row, block);
    const char *labels = dictionary_cell(t, row, COLUMN_CHOICES);
    if (labels[0] && draft_text_is_empty(&block->hint))
        block->hint = text_of(t, row, COLUMN_CHOICES);
    else if (labels[0])
        draft_lost(t->d, dictionary_place(t, row, COLUMN_CHOICES), "exchange.slider", "name", block->source, "value",
                   labels);
    const char *shown = dictionary_cell(t, row, COLUMN_VALIDATION);
    if (shown[0] && strcasecmp(shown, "number") != 0)
        draft_lost(t->d, dictionary_place(t, row, COLUMN_VALIDATION), "exchange.validation", "name", block->source,
                   "value", shown);
    draft_noted(t->d, block->place, "exchange.slider_number", "name", block->source);
}

static void read_question(struct dictionary *t, const struct sheet_row *row) {
    const char *type = dictionary_cell(t, row, COLUMN_FIELD_TYPE), *name = dictionary_cell(t, row, COLUMN_FIELD_NAME);
    struct draft_block *block = NULL;
    if (strcasecmp(type, "text") == 0) {
        read_text(t, row);
    } else if (strcasecmp(type, "notes") == 0) {
        long rows;
        block = begin_question(t, row, DRAFT_TEXT);
        if (block)
            block->rows =
                str_to_long(str_of(dictionary_own(t, row, "rows")), &rows) && rows >= 1 && rows <= 20 ? (int)rows : 4;
    } else if (strcasecmp(type, "radio") == 0 || strcasecmp(type, "dropdown") == 0) {
        block = begin_question(t, row, DRAFT_CHOICE);
        if (block)
            block->list = list_of(t, row, name, false);
    } else if (strcasecmp(type, "checkbox") == 0) {
        block = begin_question(t, row, DRAFT_CHOICES);
        if (block)
            block->list = list_of(t, row, name, false);
    } else if (strcasecmp(type, "yesno") == 0 || strcasecmp(type, "truefalse") == 0) {
        block = begin_question(t, row, DRAFT_CHOICE);
        if (block)
            block->list = two_words(t, row, (type[0] | 0x20) == 't');
    } else if (strcasecmp(type, "slider") == 0) {
        read_slider(t, row);
    } else if (strcasecmp(type, "descriptive") == 0) {
        (void)begin_question(t, row, DRAFT_NOTE);
    } else if (strcasecmp(type, "calc") == 0) {
        draft_leave_out(t->d, name, dictionary_place(t, row, COLUMN_FIELD_TYPE), "exchange.calculation",
                        dictionary_cell(t, row, COLUMN_CHOICES));
    } else {
        draft_leave_out(t->d, name, dictionary_place(t, row, COLUMN_FIELD_TYPE), "exchange.type", type);
    }
}

/* --- Matrices ------------------------------------------------------------------------------------------------------*/

static bool is_choice(struct dictionary *t, const struct sheet_row *row) {
    const char *type = dictionary_cell(t, row, COLUMN_FIELD_TYPE);
    return strcasecmp(type, "radio") == 0 || strcasecmp(type, "dropdown") == 0;
}

/* Three numbered choices at least, or it is no scale by its looks. */
static bool looks_like_scale(struct dictionary *t, const struct sheet_row *row) {
    struct str rest = str_of(dictionary_cell(t, row, COLUMN_CHOICES)), part;
    size_t numbers = 0;
    long x;
    while (rest.n > 0 && str_split(&rest, '|', &part)) {
        const char *comma = memchr(part.p, ',', part.n);
        numbers += comma && str_to_long(str_trim((struct str){part.p, (size_t)(comma - part.p)}), &x);
    }
    return numbers >= 3;
}

/* How many rows from `from` on belong to one matrix; 0 when it is none. */
static size_t length_of_matrix(struct dictionary *t, size_t from) {
    const struct sheet_row *first = &t->sheet->rows[from];
    const char *group = dictionary_cell(t, first, COLUMN_MATRIX_GROUP),
               *choices = dictionary_cell(t, first, COLUMN_CHOICES);
    size_t n = 1;
    if (strcasecmp(dictionary_cell(t, first, COLUMN_FIELD_TYPE), "radio") != 0 ||
        strcmp(dictionary_own(t, first, "kind"), "question") == 0)
        return 0;
    while (from + n < t->sheet->n) {
        const struct sheet_row *row = &t->sheet->rows[from + n];
        if (!is_choice(t, row) || dictionary_cell(t, row, COLUMN_SECTION_HEADER)[0] ||
            strcmp(dictionary_cell(t, row, COLUMN_MATRIX_GROUP), group) != 0 ||
            strcmp(dictionary_cell(t, row, COLUMN_CHOICES), choices) != 0 ||
            strcmp(dictionary_cell(t, row, COLUMN_FORM_NAME), dictionary_cell(t, first, COLUMN_FORM_NAME)) != 0 ||
            strcmp(dictionary_own(t, row, "kind"), "question") == 0)
            break;
        n++;
    }
    return group[0] ? n : n >= 2 && looks_like_scale(t, first) ? n : 0;
}

/* What our own export says of the construct in the row before. */
static void read_head(struct dictionary *t, struct draft_block *block) {
    struct draft *d = t->d;
    const struct sheet_row *head = t->head;
    static const char *const keys[] = {"level", "answered_by", "higher", "min_answered", "strategies", "determinants"};
    const char **values[] = {&block->level,        &block->answered_by, &block->higher,
                             &block->min_answered, &block->strategies,  &block->determinants};
    block->label = text_of(t, head, COLUMN_FIELD_LABEL);
    block->hint = text_of(t, head, COLUMN_FIELD_NOTE);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        *values[i] = draft_value(d, SECTION_CONSTRUCT, keys[i], dictionary_own(t, head, keys[i]), block->place);
    const char *domain = dictionary_own(t, head, "domain");
    for (size_t i = 0; i < d->n_domains; i++)
        if (strcmp(d->domains[i].name, domain) == 0)
            block->domain = d->domains[i].name;
}

/* "favourable=4,5" of our own export. */
static void read_sides(struct dictionary *t, struct draft_list *list) {
    static const char *const keys[] = {"favourable", "unfavourable"};
    for (int i = 0; i < 2; i++) {
        struct str rest = str_of(dictionary_own(t, t->head, keys[i])), part;
        while (rest.n > 0 && str_split(&rest, ',', &part)) {
            for (size_t k = 0; k < list->n; k++) {
                if (str_is(part, list->options[k].code)) {
                    list->options[k].side = i == 0 ? 1 : -1;
                    list->says_sides = true;
                }
            }
        }
    }
}

static void read_matrix(struct dictionary *t, size_t from, size_t n) {
    struct draft *d = t->d;
    const struct sheet_row *first = &t->sheet->rows[from];
    const char *group = dictionary_cell(t, first, COLUMN_MATRIX_GROUP),
               *name = dictionary_cell(t, first, COLUMN_FIELD_NAME);
    const char *called = t->head ? dictionary_own(t, t->head, "name") : "";
    const char *scale = t->head ? dictionary_own(t, t->head, "scale") : "";
    struct draft_block *block = draft_block_new(d, DRAFT_CONSTRUCT,
                                                called[0]  ? called
                                                : group[0] ? group
                                                           : arena_printf(d->arena, "%s_set", name),
                                                dictionary_place(t, first, COLUMN_MATRIX_GROUP));
    enum required required = REQUIRED_NO;
    bool mixed = false;
    if (!block)
        return;
    block->list = list_of(t, first, scale[0] ? scale : group[0] ? group : name, scale[0] != '\0');
    if (t->head) {
        read_head(t, block);
        read_sides(t, block->list);
    } else {
        block->label = text_of(t, first, COLUMN_SECTION_HEADER);
        draft_noted(d, block->place, "exchange.construct", "name", block->source, "n", arena_printf(d->arena, "%zu", n),
                    "list", block->list->code);
    }
    for (size_t i = from; i < from + n; i++) {
        const struct sheet_row *row = &t->sheet->rows[i];
        struct draft_item *item = draft_item_new(d, block, dictionary_cell(t, row, COLUMN_FIELD_NAME),
                                                 dictionary_place(t, row, COLUMN_FIELD_NAME));
        item->text = text_of(t, row, COLUMN_FIELD_LABEL);
        item->reverse = draft_says_yes(dictionary_own(t, row, "reverse"));
        item->relevant = condition_of(t, row);
        const enum required own = required_of(t, row);
        mixed = mixed || (i > from && own != required);
        required = own > required ? own : required;
        if (dictionary_cell(t, row, COLUMN_FIELD_NOTE)[0])
            draft_lost(d, dictionary_place(t, row, COLUMN_FIELD_NOTE), "exchange.column", "name", item->source,
                       "column", "field_note", "value", dictionary_cell(t, row, COLUMN_FIELD_NOTE));
        list_leftovers(t, row);
        list_unused(t, row, true);
    }
    block->required = required;
    if (mixed)
        draft_lost(d, block->place, "exchange.required_mixed", "name", block->source);
    t->head = NULL;
}

/* --- The whole -----------------------------------------------------------------------------------------------------*/

/* Rows that only our own export writes; `kind` says what they are. */
static bool read_own(struct dictionary *t, const struct sheet_row *row) {
    struct draft *d = t->d;
    const char *kind = dictionary_own(t, row, "kind"), *name = dictionary_own(t, row, "name");
    const struct place place = dictionary_place(t, row, COLUMN_FIELD_NAME);
    if (strcmp(kind, "placeholder") == 0)
        return true;
    if (!kind[0] || strcmp(kind, "question") == 0)
        return false;
    const struct draft_text label = text_of(t, row, COLUMN_FIELD_LABEL);
    if (strcmp(kind, "title") == 0)
        d->title = label;
    else if (strcmp(kind, "status") == 0)
        d->status = label;
    else if (strcmp(kind, "citation") == 0)
        d->citation = label.in[0];
    else if (strcmp(kind, "licence") == 0)
        d->licence = label.in[0];
    else if (strcmp(kind, "welcome") == 0 || strcmp(kind, "thanks") == 0)
        draft_paragraph(d, kind[0] == 't', &label, place);
    else if (strcmp(kind, "construct") == 0)
        t->head = row;
    else if (strcmp(kind, "domain") == 0 && name_is_legal(name) &&
             d->n_domains < sizeof d->domains / sizeof *d->domains)
        d->domains[d->n_domains++] =
            (struct draft_named){arena_string(d->arena, name), label, text_of(t, row, COLUMN_FIELD_NOTE)};
    else
        return false;
    if (kind[0] == 't' && kind[1] == 'i') {
        d->version = dictionary_own(t, row, "version");
        d->name = name;
        d->minutes = draft_value(d, SECTION_SURVEY, "minutes", dictionary_own(t, row, "minutes"), place);
        d->enabler_share =
            draft_value(d, SECTION_SURVEY, "enabler_share", dictionary_own(t, row, "enabler_share"), place);
        d->barrier_share =
            draft_value(d, SECTION_SURVEY, "barrier_share", dictionary_own(t, row, "barrier_share"), place);
    }
    return true;
}

/* The names that texts may refer to, and our placeholders. */
static void note_names(struct dictionary *t) {
    struct draft *d = t->d;
    for (size_t i = t->first; i < t->sheet->n; i++) {
        const struct sheet_row *row = &t->sheet->rows[i];
        const char *name = dictionary_cell(t, row, COLUMN_FIELD_NAME), *kind = dictionary_own(t, row, "kind");
        if (strcmp(kind, "placeholder") != 0) {
            draft_source(d, name);
        } else if (name_is_legal(name) && d->n_placeholders < sizeof d->placeholders / sizeof *d->placeholders) {
            struct draft_named *p = &d->placeholders[d->n_placeholders++];
            p->name = name;
            p->text = text_of(t, row, COLUMN_FIELD_LABEL);
        }
    }
}

/* A heading that is also the name of the only block below it is said once. */
static void drop_double_headings(struct draft *d) {
    for (size_t p = 0; p < d->n_pages; p++) {
        const struct draft_block *only = NULL;
        size_t n = 0;
        for (size_t i = 0; i < d->n_blocks; i++) {
            if (d->blocks[i].page == (int)p) {
                only = &d->blocks[i];
                n++;
            }
        }
        if (n == 1 && only->kind == DRAFT_CONSTRUCT && only->label.in[0] && d->pages[p].label.in[0] &&
            strcmp(only->label.in[0], d->pages[p].label.in[0]) == 0)
            d->pages[p].label = (struct draft_text){{0}};
    }
}

/* No column says it; our own export does. */
static void find_language(struct dictionary *t) {
    struct draft *d = t->d;
    const char *tag = d->language;
    for (size_t i = t->first; i < t->sheet->n && !tag; i++)
        if (strcmp(dictionary_own(t, &t->sheet->rows[i], "kind"), "title") == 0)
            tag = draft_language_tag(d->arena, dictionary_own(t, &t->sheet->rows[i], "language"));
    if (!tag)
        draft_noted(d, ((struct place){d->file, 0, 0}), "exchange.language_guess", "language", "en");
    (void)draft_language(d, tag ? tag : "en");
}

/* The first field holds the record's number, whatever it is called; dictionaries of a single form have none. */
static void list_record_id(struct dictionary *t, const struct sheet_row *row) {
    const char *name = dictionary_cell(t, row, COLUMN_FIELD_NAME);
    const bool number = strstr(name, "id") || strstr(name, "record") || strstr(name, "number");
    if (number)
        draft_noted(t->d, dictionary_place(t, row, COLUMN_FIELD_NAME), "exchange.record_id", "name", name);
    else
        draft_lost(t->d, dictionary_place(t, row, COLUMN_FIELD_NAME), "exchange.first_field", "name", name);
    draft_leave_out_quietly(t->d, name);
}

enum result read_redcap(struct draft *d, const struct sheets *sheets, struct findings *findings) {
    struct dictionary *t = arena_alloc(d->arena, sizeof *t);
    t->d = d;
    t->sheet = &sheets->list[0];
    t->form = "";
    d->dialect = DIALECT_REDCAP;
    if (!dictionary_find_head(t, findings))
        return RESULT_INPUT;
    find_language(t);
    note_names(t);
    for (size_t i = t->first; i < t->sheet->n && !d->full; i++) {
        const struct sheet_row *row = &t->sheet->rows[i];
        const char *name = dictionary_cell(t, row, COLUMN_FIELD_NAME);
        if (!name[0]) {
            draft_lost(d, dictionary_place(t, row, COLUMN_FIELD_NAME), "exchange.no_name", "value",
                       dictionary_cell(t, row, COLUMN_FIELD_TYPE));
            continue;
        }
        if (i == t->first && strcasecmp(dictionary_cell(t, row, COLUMN_FIELD_TYPE), "text") == 0) {
            list_record_id(t, row);
            continue;
        }
        const bool head = strcmp(dictionary_own(t, row, "kind"), "construct") == 0;
        if (!dictionary_own(t, row, "kind")[0] || head || strcmp(dictionary_own(t, row, "kind"), "question") == 0)
            turn_page(t, row);
        if (read_own(t, row))
            continue;
        const size_t n = length_of_matrix(t, i);
        if (n > 0)
            read_matrix(t, i, n);
        else
            read_question(t, row);
        i += n > 0 ? n - 1 : 0;
    }
    drop_double_headings(d);
    return RESULT_OK;
}
