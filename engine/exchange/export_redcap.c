/* An instrument as a REDCap data dictionary. It has one language; what it has no column for stands in the annotation,
 * "readiness: key=value ...", and is listed where it does not fit there either. */
#include <math.h>
#include <string.h>

#include "exchange/export.h"

struct redcap {
    struct exporting e;
    struct table *t;
    struct buf annotation; /* of the row at hand */
    bool hidden;
    const char *form;
    const char *page, *header; /* to be written with the next row; NULL: said already */
    const struct condition *shared;
};

static const char *const titles[] = {"Variable / Field Name",
                                     "Form Name",
                                     "Section Header",
                                     "Field Type",
                                     "Field Label",
                                     "Choices, Calculations, OR Slider Labels",
                                     "Field Note",
                                     "Text Validation Type OR Show Slider Number",
                                     "Text Validation Min",
                                     "Text Validation Max",
                                     "Identifier?",
                                     "Branching Logic (Show field only if...)",
                                     "Required Field?",
                                     "Custom Alignment",
                                     "Question Number (surveys only)",
                                     "Matrix Group Name",
                                     "Matrix Ranking?",
                                     "Field Annotation",
                                     NULL};

/* Placeholders are fields here, which texts repeat as [name]. */
static const char *piped(struct redcap *x, const char *text) {
    struct buf out = BUF_INIT;
    for (const char *p = text; *p; p++) {
        const char *end = strncmp(p, "${", 2) == 0 ? strchr(p, '}') : NULL;
        if (end) {
            buf_printf(&out, "[%.*s]", (int)(end - p - 2), p + 2);
            p = end;
        } else {
            buf_char(&out, *p);
        }
    }
    const char *made = arena_copy(x->e.arena, out.p, out.n);
    buf_free(&out);
    return made;
}

/* A cell that a spreadsheet would take for a formula begins with a blank: REDCap passes over it, and an apostrophe
 * would become a part of the code. */
static void put(struct redcap *x, size_t column, const char *value) {
    const bool formula = value && value[0] && strchr("=+-@", value[0]);
    table_put(x->t, titles[column], formula ? arena_printf(x->e.arena, " %s", value) : value);
}

static const char *text_here(struct redcap *x, const struct text *text) {
    return piped(x, text_in(text, 0));
}

static void own(struct redcap *x, const char *key, const char *value) {
    if (value && value[0])
        buf_printf(&x->annotation, "%s%s=%s", x->annotation.n ? " " : "readiness: ", key, value);
}

static void begin_row(struct redcap *x, const char *name, const char *type, const char *label) {
    table_row(x->t);
    put(x, 0, name);
    put(x, 1, x->form);
    put(x, 3, type);
    put(x, 4, label);
    buf_clear(&x->annotation);
    x->hidden = false;
    if (x->page) {
        own(x, "page", x->page);
        put(x, 2, x->header);
        x->page = NULL;
    }
}

static void end_row(struct redcap *x) {
    if (x->hidden)
        buf_printf(&x->annotation, "%s@HIDDEN", x->annotation.n ? " " : "");
    put(x, 17, x->annotation.p);
}

/* --- Conditions ----------------------------------------------------------------------------------------------------*/

static const struct question *question_named(const struct redcap *x, const char *name) {
    const int field = instrument_field(x->e.instrument, name);
    return field >= 0 ? x->e.instrument->fields[field].question : NULL;
}

/* A question with several choices equals one of them when this one is ticked and no other. */
static const struct condition *only_this(struct redcap *x, const struct question *q, const char *code, bool negated) {
    struct arena *a = x->e.arena;
    const struct condition *all = NULL;
    for (size_t i = 0; i < q->n_choices; i++) {
        const bool ticked = (strcmp(q->choices[i].code, code) == 0) != negated;
        const struct condition *one = condition_compare(a, CONDITION_SELECTED, q->name, q->choices[i].code);
        if (!ticked)
            one = condition_make(a, CONDITION_NOT, one, NULL);
        all = !all ? one : condition_make(a, negated ? CONDITION_OR : CONDITION_AND, all, one);
    }
    return all;
}

static enum condition_kind opposite(enum condition_kind kind) {
    static const enum condition_kind others[] = {
        [CONDITION_AND] = CONDITION_OR,        [CONDITION_OR] = CONDITION_AND,
        [CONDITION_EQUAL] = CONDITION_UNEQUAL, [CONDITION_UNEQUAL] = CONDITION_EQUAL,
        [CONDITION_LESS] = CONDITION_AT_LEAST, [CONDITION_AT_MOST] = CONDITION_MORE,
        [CONDITION_MORE] = CONDITION_AT_MOST,  [CONDITION_AT_LEAST] = CONDITION_LESS,
    };
    return others[kind];
}

/* At or above something, or below it: that a number was given at all. */
static bool says_answered(const struct condition *c) {
    return c->kind == CONDITION_OR && c->left->kind == CONDITION_AT_LEAST && c->right->kind == CONDITION_LESS &&
           strcmp(c->left->name, c->right->name) == 0 && strcmp(c->left->literal, c->right->literal) == 0;
}

/* The same without "not" before anything but a tick or an answer, because REDCap has no such word: an order that does
 * not hold is its opposite, or there is no answer. */
static const struct condition *spelt_out(struct redcap *x, const struct condition *c, bool negated) {
    struct arena *a = x->e.arena;
    const struct question *q = c->name ? question_named(x, c->name) : NULL;
    const bool several = q && q->type == QUESTION_CHOICES;
    const struct condition *leaf = c;
    if (says_answered(c)) {
        leaf = condition_compare(a, CONDITION_ANSWERED, c->left->name, NULL);
        return negated ? condition_make(a, CONDITION_NOT, leaf, NULL) : leaf;
    }
    switch (c->kind) {
    case CONDITION_AND:
    case CONDITION_OR:
        return condition_make(a, negated ? opposite(c->kind) : c->kind, spelt_out(x, c->left, negated),
                              spelt_out(x, c->right, negated));
    case CONDITION_NOT:
        return spelt_out(x, c->left, !negated);
    case CONDITION_SELECTED:
        if (!several)
            return condition_compare(a, negated ? CONDITION_UNEQUAL : CONDITION_EQUAL, c->name, c->literal);
        return negated ? condition_make(a, CONDITION_NOT, leaf, NULL) : leaf;
    case CONDITION_EQUAL:
    case CONDITION_UNEQUAL:
        if (several)
            return only_this(x, q, c->literal, (c->kind == CONDITION_UNEQUAL) != negated);
        return negated ? condition_compare(a, opposite(c->kind), c->name, c->literal) : c;
    default:
        if (!negated)
            return c;
        leaf = condition_make(a, CONDITION_NOT, condition_compare(a, CONDITION_ANSWERED, c->name, NULL), NULL);
        return condition_make(a, CONDITION_OR, condition_compare(a, opposite(c->kind), c->name, c->literal), leaf);
    }
}

static void put_condition(struct redcap *x, const struct condition *c) {
    struct buf out = BUF_INIT;
    c = condition_both(x->e.arena, x->shared, c);
    if (c) {
        condition_write_redcap(&out, spelt_out(x, c, false));
        put(x, 11, out.p);
    }
    buf_free(&out);
}

/* --- Rows ----------------------------------------------------------------------------------------------------------*/

static const char *row_name(struct redcap *x, const char *head, const char *tail) {
    const char *name = arena_printf(x->e.arena, "%s_%s", head, tail);
    while (instrument_field(x->e.instrument, name) >= 0 || instrument_construct(x->e.instrument, name) >= 0)
        name = arena_printf(x->e.arena, "%s_", name);
    return name;
}

static void put_unseen(struct redcap *x, const char *kind, const char *name, const char *label, const char *note) {
    begin_row(x, row_name(x, kind, name), "descriptive", label);
    put(x, 6, note);
    own(x, "kind", kind);
    own(x, "name", name);
    x->hidden = true;
}

static void put_paragraphs(struct redcap *x, const char *kind, const struct text *texts, size_t n) {
    for (size_t i = 0; i < n; i++) {
        begin_row(x, row_name(x, kind, arena_printf(x->e.arena, "%zu", i + 1)), "descriptive", text_here(x, &texts[i]));
        own(x, "kind", kind);
        end_row(x);
    }
}

static void put_survey(struct redcap *x) {
    const struct instrument *in = x->e.instrument;
    begin_row(x, "record_id", "text", "Record ID");
    end_row(x);
    for (size_t i = 0; i < in->n_placeholders; i++) {
        begin_row(x, in->placeholders[i].name, "text", text_in(&in->placeholders[i].value, 0));
        own(x, "kind", "placeholder");
        end_row(x);
        buf_printf(&x->annotation, " @HIDDEN @DEFAULT='%s'", text_in(&in->placeholders[i].value, 0));
        put(x, 17, x->annotation.p);
    }
    put_unseen(x, "title", in->name, text_here(x, &in->title), "");
    own(x, "version", in->version);
    own(x, "language", in->languages[0]);
    own(x, "minutes", arena_printf(x->e.arena, "%d", in->minutes));
    if (fabs(in->enabler_share - 0.75) > 1e-12)
        own(x, "enabler_share", export_number(&x->e, in->enabler_share));
    if (fabs(in->barrier_share - 0.5) > 1e-12)
        own(x, "barrier_share", export_number(&x->e, in->barrier_share));
    end_row(x);
    static const char *const kinds[] = {"status", "citation", "licence"};
    const char *values[] = {text_here(x, &in->status), in->citation, in->licence};
    for (int i = 0; i < 3; i++) {
        if (!values[i][0])
            continue;
        put_unseen(x, kinds[i], "form", values[i], "");
        end_row(x);
    }
    for (size_t i = 0; i < in->n_domains; i++) {
        put_unseen(x, "domain", in->domains[i].name, text_here(x, &in->domains[i].label),
                   text_here(x, &in->domains[i].framework));
        end_row(x);
    }
}

/* "1, Yes | 0, No"; a bar inside a label would divide it. */
static void add_choice(struct redcap *x, struct buf *out, const char *code, const char *label) {
    char *text = arena_string(x->e.arena, label);
    bool bar = false;
    for (char *p = text; *p; p++) {
        bar = bar || *p == '|';
        if (*p == '|')
            *p = '/';
    }
    if (bar)
        finding_add(x->e.list, SEVERITY_WARNING, (struct place){NULL, 0, 0}, "exchange.out_bar", "code", code, NULL);
    buf_printf(out, "%s%s, %s", out->n ? " | " : "", code, text);
}

static void put_required(struct redcap *x, enum required required) {
    put(x, 12, required == REQUIRED_YES ? "y" : "");
    own(x, "required", required == REQUIRED_SOFT ? "soft" : "");
}

static void put_construct_head(struct redcap *x, const struct construct *c, const struct condition *condition) {
    begin_row(x, c->name, "descriptive", text_here(x, &c->label));
    put(x, 6, text_here(x, &c->hint));
    own(x, "kind", "construct");
    own(x, "name", c->name);
    own(x, "level", level_names[c->level]);
    own(x, "answered_by", export_audience(c->answered_by));
    own(x, "higher", c->higher_is_barrier ? "barrier" : "");
    own(x, "domain", c->domain ? c->domain->name : "");
    own(x, "min_answered", fabs(c->min_answered - 0.5) > 1e-12 ? export_number(&x->e, c->min_answered) : "");
    own(x, "strategies", export_join(&x->e, c->strategies, c->n_strategies, ","));
    if (export_has_determinants(c))
        own(x, "determinants", export_join(&x->e, c->determinants, c->n_determinants, ","));
    own(x, "scale", c->scale->name);
    own(x, "favourable", export_side(&x->e, c->scale, true));
    own(x, "unfavourable", export_side(&x->e, c->scale, false));
    put_condition(x, condition);
    end_row(x);
}

static void put_construct(struct redcap *x, const struct construct *c) {
    const struct instrument *in = x->e.instrument;
    const struct condition *condition = export_condition(&x->e, "construct", c->name);
    struct buf choices = BUF_INIT;
    put_construct_head(x, c, condition);
    for (size_t i = 0; i < c->scale->n_points; i++)
        add_choice(x, &choices, arena_printf(x->e.arena, "%d", c->scale->points[i].code),
                   text_here(x, &c->scale->points[i].label));
    for (size_t i = 0; i < c->scale->n_not_applicable; i++)
        add_choice(x, &choices, c->scale->not_applicable[i].name, text_here(x, &c->scale->not_applicable[i].label));
    for (size_t i = 0; i < c->n_items; i++) {
        const struct item *item = &in->items[c->first_item + i];
        begin_row(x, item->name, "radio", text_here(x, &item->text));
        put(x, 5, choices.p);
        put(x, 15, c->name);
        put_required(x, c->required);
        own(x, "reverse", item->reverse ? "yes" : "");
        put_condition(x, condition);
        end_row(x);
    }
    buf_free(&choices);
}

static void put_type(struct redcap *x, const struct question *q) {
    struct buf choices = BUF_INIT;
    for (size_t i = 0; i < q->n_choices; i++)
        add_choice(x, &choices, q->choices[i].code, text_here(x, &q->choices[i].label));
    put(x, 5, choices.p);
    buf_free(&choices);
    if (q->type == QUESTION_DATE)
        put(x, 7, "date_ymd");
    if (q->type == QUESTION_NUMBER) {
        put(x, 7, "number");
        put(x, 8, q->minimum > -INFINITY ? export_number(&x->e, q->minimum) : "");
        put(x, 9, q->maximum < INFINITY ? export_number(&x->e, q->maximum) : "");
    }
}

static void put_question(struct redcap *x, const struct question *q) {
    static const char *const types[] = {
        [QUESTION_CHOICE] = "radio", [QUESTION_CHOICES] = "checkbox", [QUESTION_TEXT] = "text",
        [QUESTION_NUMBER] = "text",  [QUESTION_DATE] = "text",        [QUESTION_NOTE] = "descriptive"};
    begin_row(x, q->name, q->type == QUESTION_TEXT && q->rows > 1 ? "notes" : types[q->type], text_here(x, &q->label));
    put(x, 6, text_here(x, &q->hint));
    put_type(x, q);
    put_required(x, q->required);
    if (q->type == QUESTION_CHOICE)
        own(x, "kind", "question");
    own(x, "answered_by", export_audience(q->answered_by));
    own(x, "group", q->group ? "yes" : "");
    own(x, "comment", q->comment ? "yes" : "");
    if (q->type == QUESTION_TEXT && q->rows > 1)
        own(x, "rows", arena_printf(x->e.arena, "%d", q->rows));
    put_condition(x, export_condition(&x->e, "question", q->name));
    end_row(x);
}

static void put_page(struct redcap *x, const struct page *page, bool own_pages) {
    x->page = page->name;
    x->header = text_here(x, &page->label);
    x->shared = own_pages ? export_condition(&x->e, "page", page->name) : NULL;
    if (x->shared)
        finding_add(x->e.list, SEVERITY_WARNING, (struct place){NULL, 0, 0}, "exchange.out_page_condition", "name",
                    page->name, NULL);
    if (!text_is_empty(&page->hint))
        finding_add(x->e.list, SEVERITY_WARNING, (struct place){NULL, 0, 0}, "exchange.out_page_hint", "name",
                    page->name, "text", text_in(&page->hint, 0), NULL);
    for (size_t i = 0; i < page->n_blocks; i++) {
        if (page->blocks[i].construct)
            put_construct(x, page->blocks[i].construct);
        else
            put_question(x, page->blocks[i].question);
    }
    x->shared = NULL;
}

/* Form names are as all names there: small letters, digits, underscores. */
static const char *form_name(struct redcap *x) {
    char *name = arena_string(x->e.arena, x->e.instrument->name);
    for (char *p = name; *p; p++)
        if (*p == '-')
            *p = '_';
    return name;
}

static void list_what_is_lost(struct redcap *x) {
    const struct instrument *in = x->e.instrument;
    for (size_t i = 1; i < in->n_languages; i++)
        finding_add(x->e.list, SEVERITY_WARNING, (struct place){NULL, 0, 0}, "exchange.out_language", "language",
                    in->languages[i], NULL);
    if (in->n_constructs > 0)
        finding_add(x->e.list, SEVERITY_NOTE, (struct place){NULL, 0, 0}, "exchange.out_annotations", NULL);
    if (in->n_placeholders > 0)
        finding_add(x->e.list, SEVERITY_NOTE, (struct place){NULL, 0, 0}, "exchange.out_fields", NULL);
}

enum result exchange_export_redcap(struct str *out, struct arena *arena, const struct instrument *in,
                                   struct findings *list) {
    struct redcap x = {.annotation = BUF_INIT};
    *out = (struct str){NULL, 0};
    if (!export_begin(&x.e, arena, in, list))
        return RESULT_MACHINE;
    x.t = table_new(arena, "dictionary", titles);
    x.form = form_name(&x);
    put_survey(&x);
    put_paragraphs(&x, "welcome", in->welcome, in->n_welcome);
    for (size_t i = 0; i < in->n_pages; i++)
        put_page(&x, &in->pages[i], export_has_pages(&x.e));
    put_paragraphs(&x, "thanks", in->thanks, in->n_thanks);
    list_what_is_lost(&x);
    buf_free(&x.annotation);
    *out = table_csv(x.t);
    return RESULT_OK;
}
