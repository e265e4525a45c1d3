/* An instrument as an XLSForm workbook. What XLSForm has no column for stands in columns "readiness::...", which its
 * other readers pass over and ours understands. */
#include <math.h>
#include <string.h>

#include "exchange/export.h"

struct xlsform {
    struct exporting e;
    struct table *survey, *choices, *settings;
    bool soft, outside; /* the instrument has soft requirements; answers outside scales */
};

static const char *language_title(struct xlsform *x, const char *column, size_t language) {
    const char *tag = x->e.instrument->languages[language];
    const char *name = strcmp(tag, "en") == 0 ? "English" : strcmp(tag, "fr") == 0 ? "French" : tag;
    return arena_printf(x->e.arena, "%s::%s (%s)", column, name, tag);
}

static void put_texts(struct xlsform *x, struct table *t, const char *column, const struct text *text) {
    for (size_t i = 0; i < x->e.instrument->n_languages; i++)
        table_put(t, language_title(x, column, i), export_text(text, i));
}

static void put_own(struct xlsform *x, const char *key, const char *value) {
    table_put(x->survey, arena_printf(x->e.arena, "readiness::%s", key), value);
}

/* A row of the survey; `kind` is what only our own reader needs to know. */
static void begin_row(struct xlsform *x, const char *type, const char *name, const char *kind) {
    table_row(x->survey);
    table_put(x->survey, "type", type);
    table_put(x->survey, "name", name);
    put_own(x, "kind", kind);
}

static void put_condition(struct xlsform *x, const char *kind, const char *name) {
    const struct condition *c = export_condition(&x->e, kind, name);
    struct buf out = BUF_INIT;
    if (c) {
        condition_write_xlsform(&out, c);
        table_put(x->survey, "relevant", out.p);
    }
    buf_free(&out);
}

static void put_required(struct xlsform *x, enum required required) {
    table_put(x->survey, "required", required == REQUIRED_YES ? "yes" : "");
    put_own(x, "required", required == REQUIRED_SOFT ? "soft" : "");
    x->soft = x->soft || required == REQUIRED_SOFT;
}

/* A name for a row that is not a question: different from all of those. */
static const char *row_name(struct xlsform *x, const char *head, const char *tail) {
    const char *name = arena_printf(x->e.arena, "%s_%s", head, tail);
    while (instrument_field(x->e.instrument, name) >= 0 || instrument_construct(x->e.instrument, name) >= 0)
        name = arena_printf(x->e.arena, "%s_", name);
    return name;
}

/* Rows that nobody sees: texts that other programs have no place for. */
static void put_unseen(struct xlsform *x, const char *kind, const char *name, const struct text *text,
                       const struct text *second) {
    begin_row(x, "note", row_name(x, kind, name), kind);
    put_own(x, "name", name);
    put_texts(x, x->survey, "label", text);
    if (second)
        put_texts(x, x->survey, "hint", second);
    table_put(x->survey, "relevant", "false()");
}

static void put_paragraphs(struct xlsform *x, const char *kind, const struct text *texts, size_t n) {
    for (size_t i = 0; i < n; i++) {
        begin_row(x, "note", row_name(x, kind, arena_printf(x->e.arena, "%zu", i + 1)), kind);
        put_texts(x, x->survey, "label", &texts[i]);
    }
}

/* A constant that texts may repeat as ${name}: that works in XLSForm, too. */
static void put_placeholder(struct xlsform *x, const struct placeholder *p) {
    const char *text = text_in(&p->value, 0), *quote = strchr(text, '\'') ? "\"" : "'";
    begin_row(x, "calculate", p->name, "placeholder");
    put_texts(x, x->survey, "label", &p->value);
    table_put(x->survey, "calculation", arena_printf(x->e.arena, "%s%s%s", quote, text, quote));
}

static void put_choice(struct xlsform *x, const char *list, const char *name, const struct text *label,
                       const char *side) {
    table_row(x->choices);
    table_put(x->choices, "list_name", list);
    table_put(x->choices, "name", name);
    put_texts(x, x->choices, "label", label);
    table_put(x->choices, "readiness::side", side);
}

static void put_scale(struct xlsform *x, const struct scale *scale) {
    for (size_t i = 0; i < scale->n_points; i++) {
        const struct scale_point *p = &scale->points[i];
        put_choice(x, scale->name, arena_printf(x->e.arena, "%d", p->code), &p->label,
                   p->favourable     ? "favourable"
                   : p->unfavourable ? "unfavourable"
                                     : "neither");
    }
    for (size_t i = 0; i < scale->n_not_applicable; i++)
        put_choice(x, scale->name, scale->not_applicable[i].name, &scale->not_applicable[i].label, "");
    x->outside = x->outside || scale->n_not_applicable > 0;
}

static void put_construct(struct xlsform *x, const struct construct *c) {
    const struct instrument *in = x->e.instrument;
    begin_row(x, "begin_group", c->name, "construct");
    put_texts(x, x->survey, "label", &c->label);
    put_texts(x, x->survey, "hint", &c->hint);
    put_condition(x, "construct", c->name);
    put_own(x, "level", level_names[c->level]);
    put_own(x, "answered_by", export_audience(c->answered_by));
    put_own(x, "higher", c->higher_is_barrier ? "barrier" : "");
    put_own(x, "domain", c->domain ? c->domain->name : "");
    put_own(x, "min_answered", fabs(c->min_answered - 0.5) > 1e-12 ? export_number(&x->e, c->min_answered) : "");
    put_own(x, "strategies", export_join(&x->e, c->strategies, c->n_strategies, ", "));
    if (export_has_determinants(c))
        put_own(x, "determinants", export_join(&x->e, c->determinants, c->n_determinants, ", "));
    for (size_t i = 0; i < c->n_items; i++) {
        const struct item *item = &in->items[c->first_item + i];
        begin_row(x, arena_printf(x->e.arena, "select_one %s", c->scale->name), item->name, "");
        put_texts(x, x->survey, "label", &item->text);
        table_put(x->survey, "appearance", "likert");
        put_required(x, c->required);
        put_own(x, "reverse", item->reverse ? "yes" : "");
    }
    begin_row(x, "end_group", c->name, "");
}

static const char *list_name(struct xlsform *x, const struct question *q) {
    for (size_t i = 0; i < x->e.instrument->n_scales; i++)
        if (strcmp(x->e.instrument->scales[i].name, q->name) == 0)
            return arena_printf(x->e.arena, "%s_choices", q->name);
    return q->name;
}

static const char *type_of(struct xlsform *x, const struct question *q) {
    switch (q->type) {
    case QUESTION_CHOICE:
        return arena_printf(x->e.arena, "select_one %s", list_name(x, q));
    case QUESTION_CHOICES:
        return arena_printf(x->e.arena, "select_multiple %s", list_name(x, q));
    case QUESTION_NUMBER:
        return "decimal";
    case QUESTION_DATE:
        return "date";
    case QUESTION_NOTE:
        return "note";
    default:
        return "text";
    }
}

static void put_limits(struct xlsform *x, const struct question *q) {
    const bool low = q->minimum > -INFINITY, high = q->maximum < INFINITY;
    if (low || high)
        table_put(x->survey, "constraint",
                  arena_printf(x->e.arena, "%s%s%s%s%s", low ? ". >= " : "",
                               low ? export_number(&x->e, q->minimum) : "", low && high ? " and " : "",
                               high ? ". <= " : "", high ? export_number(&x->e, q->maximum) : ""));
}

static void put_question(struct xlsform *x, const struct question *q) {
    begin_row(x, type_of(x, q), q->name, q->type == QUESTION_CHOICE ? "question" : "");
    put_texts(x, x->survey, "label", &q->label);
    put_texts(x, x->survey, "hint", &q->hint);
    put_condition(x, "question", q->name);
    put_required(x, q->required);
    put_limits(x, q);
    put_own(x, "answered_by", export_audience(q->answered_by));
    put_own(x, "group", q->group ? "yes" : "");
    put_own(x, "comment", q->comment ? "yes" : "");
    if (q->type == QUESTION_TEXT && q->rows > 1) {
        table_put(x->survey, "appearance", "multiline");
        put_own(x, "rows", arena_printf(x->e.arena, "%d", q->rows));
    }
    for (size_t i = 0; i < q->n_choices; i++)
        put_choice(x, list_name(x, q), q->choices[i].code, &q->choices[i].label, "");
}

static void put_page(struct xlsform *x, const struct page *page, bool grouped) {
    const char *name = row_name(x, "page", page->name);
    if (grouped) {
        begin_row(x, "begin_group", name, "page");
        put_own(x, "name", page->name);
        put_texts(x, x->survey, "label", &page->label);
        put_texts(x, x->survey, "hint", &page->hint);
        put_condition(x, "page", page->name);
        table_put(x->survey, "appearance", "field-list");
    }
    for (size_t i = 0; i < page->n_blocks; i++) {
        if (page->blocks[i].construct)
            put_construct(x, page->blocks[i].construct);
        else
            put_question(x, page->blocks[i].question);
    }
    if (grouped)
        begin_row(x, "end_group", name, "");
}

static void put_settings(struct xlsform *x) {
    const struct instrument *in = x->e.instrument;
    struct table *t = x->settings;
    table_row(t);
    table_put(t, "form_title", text_in(&in->title, 0));
    table_put(t, "form_id", in->name);
    table_put(t, "version", in->version);
    table_put(t, "default_language", language_title(x, "", 0) + 2);
    table_put(t, "readiness::minutes", arena_printf(x->e.arena, "%d", in->minutes));
    table_put(t, "readiness::citation", in->citation);
    table_put(t, "readiness::licence", in->licence);
    if (fabs(in->enabler_share - 0.75) > 1e-12)
        table_put(t, "readiness::enabler_share", export_number(&x->e, in->enabler_share));
    if (fabs(in->barrier_share - 0.5) > 1e-12)
        table_put(t, "readiness::barrier_share", export_number(&x->e, in->barrier_share));
}

static void note(struct xlsform *x, const char *code) {
    finding_add(x->e.list, SEVERITY_NOTE, (struct place){NULL, 0, 0}, code, NULL);
}

static void list_what_others_miss(struct xlsform *x) {
    if (x->e.instrument->n_constructs > 0)
        note(x, "exchange.out_constructs");
    if (x->soft)
        note(x, "exchange.out_soft");
    if (x->outside)
        note(x, "exchange.out_outside");
    if (x->e.instrument->n_placeholders > 0)
        note(x, "exchange.out_placeholders");
}

enum result exchange_export_xlsform(struct str *out, struct arena *arena, const struct instrument *in,
                                    struct findings *list) {
    static const char *const survey[] = {"type", "name", NULL}, *const choices[] = {"list_name", "name", NULL};
    static const char *const settings[] = {"form_title", "form_id", "version", "default_language", NULL};
    struct xlsform x = {.soft = false};
    *out = (struct str){NULL, 0};
    if (!export_begin(&x.e, arena, in, list))
        return RESULT_MACHINE;
    x.survey = table_new(arena, "survey", survey);
    x.choices = table_new(arena, "choices", choices);
    x.settings = table_new(arena, "settings", settings);
    put_settings(&x);
    for (size_t i = 0; i < in->n_placeholders; i++)
        put_placeholder(&x, &in->placeholders[i]);
    if (in->n_languages > 1)
        put_unseen(&x, "title", "form", &in->title, NULL);
    if (!text_is_empty(&in->status))
        put_unseen(&x, "status", "form", &in->status, NULL);
    for (size_t i = 0; i < in->n_domains; i++)
        put_unseen(&x, "domain", in->domains[i].name, &in->domains[i].label, &in->domains[i].framework);
    put_paragraphs(&x, "welcome", in->welcome, in->n_welcome);
    for (size_t i = 0; i < in->n_scales; i++)
        put_scale(&x, &in->scales[i]);
    for (size_t i = 0; i < in->n_pages; i++)
        put_page(&x, &in->pages[i], export_has_pages(&x.e));
    put_paragraphs(&x, "thanks", in->thanks, in->n_thanks);
    list_what_others_miss(&x);
    struct table *const tables[] = {x.survey, x.choices, x.settings};
    return table_workbook(out, arena, tables, 3);
}
