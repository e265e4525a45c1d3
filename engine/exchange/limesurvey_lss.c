/* LimeSurvey's .lss: the tables of its database as XML. In newer files the texts stand in tables of their own
 * (..._l10ns), in older ones a question has a row for each language. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "exchange/limesurvey.h"
#include "exchange/sheets.h"
#include "exchange/xml.h"

enum { ROW_FIELDS_MAX = 200, ROWS_MAX = 20000 };

struct lss_row {
    int line;
    size_t n;
    const char **names, **values;
};

struct lss_table {
    const char *name;
    size_t n, capacity;
    struct lss_row *rows;
};

static const char *const table_names[] = {"groups",
                                          "group_l10ns",
                                          "questions",
                                          "subquestions",
                                          "question_l10ns",
                                          "answers",
                                          "answer_l10ns",
                                          "surveys",
                                          "surveys_languagesettings",
                                          "question_attributes",
                                          "conditions",
                                          "defaultvalues",
                                          "defaultvalue_l10ns"};
enum {
    GROUPS,
    GROUP_TEXTS,
    QUESTIONS,
    SUBQUESTIONS,
    QUESTION_TEXTS,
    ANSWERS,
    ANSWER_TEXTS,
    SURVEYS,
    SURVEY_TEXTS,
    ATTRIBUTES,
    CONDITIONS,
    DEFAULTS,
    DEFAULT_TEXTS,
    TABLES
};

struct other_table { /* quotas, assessments, themes, ...: named, not read */
    const char *name;
    int line;
    size_t n;
};

struct lss {
    struct draft *d;
    struct lime *lime;
    struct xml_reader *xml;
    struct lss_table tables[TABLES];
    size_t n_others, others_capacity;
    struct other_table *others;
    char other[64]; /* the name of the table at hand, if it is one of those */
    bool other_new; /* none of its rows was counted yet */
    int depth;
    struct lss_table *table; /* the one at hand */
    bool in_rows, in_row, is_survey, too_many;
    const char *field; /* of the row at hand */
    const char *names[ROW_FIELDS_MAX], *values[ROW_FIELDS_MAX];
    size_t n_fields, n_rows;
    struct buf text;
    int line;
};

/* --- XML into rows -------------------------------------------------------------------------------------------------*/

static void on_begin(void *context, const char *name, const char **attributes) {
    struct lss *x = context;
    (void)attributes;
    x->depth++;
    buf_clear(&x->text);
    if (x->depth == 2) {
        x->table = NULL;
        for (int i = 0; i < TABLES; i++)
            if (strcasecmp(name, table_names[i]) == 0)
                x->table = &x->tables[i];
        x->is_survey = x->is_survey || x->table;
        snprintf(x->other, sizeof x->other, "%s", name);
        x->other_new = true;
    } else if (x->depth == 3) {
        x->in_rows = strcasecmp(name, "rows") == 0;
    } else if (x->depth == 4 && x->in_rows) {
        x->in_row = true;
        x->n_fields = 0;
        x->line = xml_line(x->xml);
    } else if (x->depth == 5 && x->in_row) {
        x->field = arena_string(x->d->arena, name);
    }
}

static void count_other(struct lss *x) {
    struct arena *a = x->d->arena;
    for (size_t i = 0; i < x->n_fields; i++) {
        if (strcasecmp(x->names[i], "name") == 0 && x->values[i][0]) { /* a quota, an assessment */
            draft_lost(x->d, ((struct place){x->d->file, x->line, 0}), "exchange.class", "class", x->other, "name",
                       x->values[i]);
            return;
        }
    }
    if (x->other_new) {
        x->others = arena_grow(a, x->others, x->n_others, &x->others_capacity, sizeof *x->others);
        const struct str name = utf8_cut(str_of(x->other), 60);
        x->others[x->n_others++] = (struct other_table){arena_copy(a, name.p, name.n), x->line, 0};
    }
    x->other_new = false;
    x->others[x->n_others - 1].n++;
}

static void keep_row(struct lss *x) {
    struct arena *a = x->d->arena;
    if (!x->table) {
        count_other(x);
        return;
    }
    if (x->n_rows++ == ROWS_MAX) {
        x->too_many = true;
        xml_stop(x->xml);
        return;
    }
    struct lss_row row = {x->line, x->n_fields, arena_array(a, x->n_fields + 1, sizeof *row.names),
                          arena_array(a, x->n_fields + 1, sizeof *row.values)};
    memcpy(row.names, x->names, x->n_fields * sizeof *row.names);
    memcpy(row.values, x->values, x->n_fields * sizeof *row.values);
    x->table->rows = arena_grow(a, x->table->rows, x->table->n, &x->table->capacity, sizeof *x->table->rows);
    x->table->rows[x->table->n++] = row;
}

static void on_end(void *context, const char *name) {
    struct lss *x = context;
    (void)name;
    if (x->depth == 5 && x->in_row && x->field && x->n_fields < ROW_FIELDS_MAX) {
        const struct str value = str_trim(buf_view(&x->text));
        x->names[x->n_fields] = x->field;
        x->values[x->n_fields++] = arena_copy(x->d->arena, value.p, value.n);
        x->field = NULL;
    } else if (x->depth == 4 && x->in_row) {
        keep_row(x);
        x->in_row = false;
    } else if (x->depth == 3) {
        x->in_rows = false;
    }
    x->depth--;
}

static void on_text(void *context, const char *p, size_t n) {
    struct lss *x = context;
    if (x->field && x->text.n + n <= SHEET_CELL_BYTES)
        buf_bytes(&x->text, p, n);
}

/* --- Rows into the tree --------------------------------------------------------------------------------------------*/

static const char *get(const struct lss_row *row, const char *name) {
    for (size_t i = 0; i < row->n; i++)
        if (strcasecmp(row->names[i], name) == 0)
            return row->values[i];
    return "";
}

static long id_of(const struct lss_row *row, const char *name) {
    long id;
    return str_to_long(str_of(get(row, name)), &id) ? id : -1;
}

static struct place place_of(const struct lss *x, const struct lss_row *row) {
    return (struct place){x->d->file, row->line, 0};
}

static struct lime_group *group_of(struct lss *x, long id) {
    for (size_t i = 0; i < x->lime->n_groups; i++)
        if (x->lime->groups[i].id == id)
            return &x->lime->groups[i];
    return NULL;
}

static struct lime_question *question_of(struct lss *x, long id) {
    for (size_t i = 0; i < x->lime->n_questions; i++)
        if (x->lime->questions[i].id == id)
            return &x->lime->questions[i];
    return NULL;
}

static struct lime_part *part_of(struct lss *x, long id, bool answer) {
    for (size_t i = 0; i < x->lime->n_questions; i++) {
        struct lime_question *q = &x->lime->questions[i];
        struct lime_part *parts = answer ? q->answers : q->subs;
        for (size_t k = 0; k < (answer ? q->n_answers : q->n_subs); k++)
            if (parts[k].id == id)
                return &parts[k];
    }
    return NULL;
}

/* A text of an older file's row, or of a row of a table of texts. */
static void take_text(struct lss *x, struct draft_text *text, const struct lss_row *row, const char *field) {
    const char *language = get(row, "language");
    lime_text(x->d, text, language[0] ? language : x->d->languages[0], get(row, field));
}

static void find_languages(struct lss *x) {
    const struct lss_table *surveys = &x->tables[SURVEYS];
    const char *base = surveys->n ? get(&surveys->rows[0], "language") : "";
    const char *others = surveys->n ? get(&surveys->rows[0], "additional_languages") : "";
    if (!base[0] && x->tables[SURVEY_TEXTS].n)
        base = get(&x->tables[SURVEY_TEXTS].rows[0], "surveyls_language");
    const char *tag = base[0] ? draft_language_tag(x->d->arena, base) : x->d->language;
    (void)draft_language(x->d, tag ? tag : "en");
    struct str rest = str_of(others), part;
    while (rest.n > 0 && str_split(&rest, ' ', &part)) {
        const char *other = part.n ? draft_language_tag(x->d->arena, arena_copy(x->d->arena, part.p, part.n)) : NULL;
        if (other)
            (void)draft_language(x->d, other);
    }
}

/* The names of a row's fields that have no place here. */
static void list_fields(struct lss *x, const struct lss_row *row, const char *const *ours) {
    for (size_t k = 0; k < row->n; k++) {
        bool known = false;
        for (size_t i = 0; ours[i]; i++)
            known = known || strcasecmp(row->names[k], ours[i]) == 0;
        if (!known)
            lime_setting(x->lime, row->names[k], row->values[k], place_of(x, row));
    }
}

static const char *const texts_of_ours[] = {"surveyls_survey_id",
                                            "surveyls_language",
                                            "surveyls_title",
                                            "surveyls_endtext",
                                            "surveyls_description",
                                            "surveyls_welcometext",
                                            NULL};
static const char *const settings_of_ours[] = {"sid", "language", "additional_languages", NULL};

static void take_survey(struct lss *x) {
    const struct lss_table *texts = &x->tables[SURVEY_TEXTS];
    for (size_t i = 0; i < texts->n; i++) {
        const struct lss_row *row = &texts->rows[i];
        const char *language = get(row, "surveyls_language");
        for (int k = 0; k < 4 && i == 0; k++)
            x->lime->places[k] = place_of(x, row);
        lime_text(x->d, &x->lime->title, language, get(row, "surveyls_title"));
        lime_text(x->d, &x->lime->description, language, get(row, "surveyls_description"));
        lime_text(x->d, &x->lime->welcome, language, get(row, "surveyls_welcometext"));
        lime_text(x->d, &x->lime->end, language, get(row, "surveyls_endtext"));
        list_fields(x, row, texts_of_ours);
    }
    if (x->tables[SURVEYS].n > 0)
        list_fields(x, &x->tables[SURVEYS].rows[0], settings_of_ours);
}

static void take_groups(struct lss *x) {
    const struct lss_table *groups = &x->tables[GROUPS], *texts = &x->tables[GROUP_TEXTS];
    for (size_t i = 0; i < groups->n; i++) {
        const struct lss_row *row = &groups->rows[i];
        struct lime_group *g = group_of(x, id_of(row, "gid"));
        if (!g) {
            g = lime_group_new(x->lime, place_of(x, row));
            g->id = id_of(row, "gid");
            g->order = atoi(get(row, "group_order"));
            g->relevance = get(row, "grelevance");
        }
        take_text(x, &g->text, row, "group_name");
        take_text(x, &g->help, row, "description");
    }
    for (size_t i = 0; i < texts->n; i++) {
        struct lime_group *g = group_of(x, id_of(&texts->rows[i], "gid"));
        if (g) {
            take_text(x, &g->text, &texts->rows[i], "group_name");
            take_text(x, &g->help, &texts->rows[i], "description");
        } else {
            draft_lost(x->d, place_of(x, &texts->rows[i]), "exchange.part_alone", "name",
                       get(&texts->rows[i], "group_name"), "language", "");
        }
    }
}

static void take_questions(struct lss *x) {
    const struct lss_table *questions = &x->tables[QUESTIONS];
    for (size_t i = 0; i < questions->n; i++) {
        const struct lss_row *row = &questions->rows[i];
        const long id = id_of(row, "qid"), parent = id_of(row, "parent_qid");
        if (parent > 0)
            continue;
        struct lime_question *q = question_of(x, id);
        if (!q) {
            q = lime_question_new(x->lime, get(row, "title"), place_of(x, row));
            q->id = id;
            q->type = get(row, "type");
            q->relevance = get(row, "relevance");
            q->mandatory = get(row, "mandatory");
            q->other = get(row, "other");
            q->validation = get(row, "preg");
            q->order = atoi(get(row, "question_order"));
            q->group = -1;
            for (size_t g = 0; g < x->lime->n_groups; g++)
                if (x->lime->groups[g].id == id_of(row, "gid"))
                    q->group = (int)g;
        }
        take_text(x, &q->text, row, "question");
        take_text(x, &q->help, row, "help");
    }
}

/* Sub-questions stand in a table of their own, in some files also among the questions. */
static void take_subquestions(struct lss *x, const struct lss_table *table) {
    for (size_t i = 0; i < table->n; i++) {
        const struct lss_row *row = &table->rows[i];
        const long id = id_of(row, "qid"), parent = id_of(row, "parent_qid");
        struct lime_question *q = parent > 0 ? question_of(x, parent) : NULL;
        if (parent > 0 && !q)
            draft_lost(x->d, place_of(x, row), "exchange.part_alone", "name", get(row, "title"), "language", "");
        if (!q)
            continue;
        const int scale = atoi(get(row, "scale_id")) == 1;
        struct lime_part *part = lime_part_find(q, false, get(row, "title"), scale);
        if (!part) {
            part = lime_part_new(x->lime, q, false, get(row, "title"), place_of(x, row));
            part->id = id;
            part->scale = scale;
            part->order = atoi(get(row, "question_order"));
            part->relevance = get(row, "relevance");
        }
        take_text(x, &part->text, row, "question");
    }
}

/* "name=value" for the list. */
static const char *setting(struct lss *x, const char *name, const char *value) {
    const struct str begin = utf8_cut(str_of(value), 60);
    return arena_printf(x->d->arena, "%s=%.*s", name, (int)begin.n, begin.p);
}

static void list_alone(struct lss *x, const struct lss_row *row, const char *name) {
    draft_lost(x->d, place_of(x, row), "exchange.part_alone", "name", name, "language", "");
}

static void take_question_texts(struct lss *x) {
    const struct lss_table *texts = &x->tables[QUESTION_TEXTS];
    for (size_t i = 0; i < texts->n; i++) {
        const struct lss_row *row = &texts->rows[i];
        struct lime_question *q = question_of(x, id_of(row, "qid"));
        struct lime_part *part = q ? NULL : part_of(x, id_of(row, "qid"), false);
        if (q) {
            take_text(x, &q->text, row, "question");
            take_text(x, &q->help, row, "help");
        } else if (part) {
            take_text(x, &part->text, row, "question");
        } else {
            list_alone(x, row, get(row, "question"));
        }
        if ((q || part) && get(row, "script")[0])
            draft_lost(x->d, place_of(x, row), "exchange.attributes", "name", q ? q->code : part->code, "what",
                       setting(x, "script", get(row, "script")));
    }
}

/* What stands in a field before anybody answers, and for which question. */
static void list_defaults(struct lss *x) {
    const struct lss_table *defaults = &x->tables[DEFAULTS], *texts = &x->tables[DEFAULT_TEXTS];
    for (size_t i = 0; i < defaults->n; i++) {
        const struct lss_row *row = &defaults->rows[i];
        const struct lime_question *q = question_of(x, id_of(row, "qid"));
        const char *value = get(row, "defaultvalue"); /* of older files */
        for (size_t k = 0; k < texts->n && !value[0]; k++)
            if (id_of(&texts->rows[k], "dvid") == id_of(row, "dvid"))
                value = get(&texts->rows[k], "defaultvalue");
        draft_lost(x->d, place_of(x, row), "exchange.column", "name", q ? q->code : "", "column", "default", "value",
                   value);
    }
}

static void take_answers(struct lss *x) {
    const struct lss_table *answers = &x->tables[ANSWERS], *texts = &x->tables[ANSWER_TEXTS];
    for (size_t i = 0; i < answers->n; i++) {
        const struct lss_row *row = &answers->rows[i];
        struct lime_question *q = question_of(x, id_of(row, "qid"));
        if (!q) {
            draft_lost(x->d, place_of(x, row), "exchange.part_alone", "name", get(row, "code"), "language", "");
            continue;
        }
        const int scale = atoi(get(row, "scale_id")) == 1;
        struct lime_part *part = lime_part_find(q, true, get(row, "code"), scale);
        if (!part) {
            part = lime_part_new(x->lime, q, true, get(row, "code"), place_of(x, row));
            part->id = id_of(row, "aid");
            part->scale = scale;
            part->order = atoi(get(row, "sortorder"));
            part->score = get(row, "assessment_value");
        }
        take_text(x, &part->text, row, "answer");
    }
    for (size_t i = 0; i < texts->n; i++) {
        struct lime_part *part = part_of(x, id_of(&texts->rows[i], "aid"), true);
        if (part)
            take_text(x, &part->text, &texts->rows[i], "answer");
        else
            list_alone(x, &texts->rows[i], get(&texts->rows[i], "answer"));
    }
}

static void take_leftovers(struct lss *x) {
    const struct lss_table *attributes = &x->tables[ATTRIBUTES], *conditions = &x->tables[CONDITIONS];
    for (size_t i = 0; i < attributes->n; i++) {
        const struct lss_row *row = &attributes->rows[i];
        const char *language = get(row, "language");
        struct lime_question *q = question_of(x, id_of(row, "qid"));
        const struct lime_part *part = q ? NULL : part_of(x, id_of(row, "qid"), false);
        if (q)
            lime_attribute(x->lime, q, get(row, "attribute"), get(row, "value"),
                           language[0] ? language : x->d->languages[0]);
        else if (part && get(row, "value")[0])
            draft_lost(x->d, place_of(x, row), "exchange.attributes", "name", part->code, "what",
                       setting(x, get(row, "attribute"), get(row, "value")));
    }
    for (size_t i = 0; i < conditions->n; i++) { /* of before 1.92; newer ones stand in the relevance, too */
        const struct lss_row *row = &conditions->rows[i];
        const struct lime_question *q = question_of(x, id_of(row, "qid"));
        if (q && (!q->relevance[0] || strcmp(q->relevance, "1") == 0))
            draft_lost(x->d, place_of(x, row), "exchange.condition_old", "name", q->code, "value", get(row, "value"));
    }
    for (size_t i = 0; i < x->n_others; i++)
        if (x->others[i].n > 0)
            draft_lost(x->d, ((struct place){x->d->file, x->others[i].line, 0}), "exchange.table", "name",
                       x->others[i].name, "n", arena_printf(x->d->arena, "%zu", x->others[i].n));
    list_defaults(x);
}

/* --- Order ---------------------------------------------------------------------------------------------------------*/

static int by_part(const void *a, const void *b) {
    const struct lime_part *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return (x->place.line > y->place.line) - (x->place.line < y->place.line);
}

static void sort_parts(struct lime_part *parts, size_t n) {
    if (n > 1)
        qsort(parts, n, sizeof *parts, by_part);
}

static int by_question(const void *a, const void *b) {
    const struct lime_question *x = a, *y = b;
    const int keys[][2] = {
        {x->group_order, y->group_order}, {x->group, y->group}, {x->order, y->order}, {x->place.line, y->place.line}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i][0] != keys[i][1])
            return keys[i][0] < keys[i][1] ? -1 : 1;
    return 0;
}

/* Groups by their order, questions by their group's and their own. */
static void sort_all(struct lime *l) {
    for (size_t i = 0; i < l->n_questions; i++)
        l->questions[i].group_order = l->questions[i].group < 0 ? INT_MAX : l->groups[l->questions[i].group].order;
    if (l->n_questions > 1)
        qsort(l->questions, l->n_questions, sizeof *l->questions, by_question);
    for (size_t i = 0; i < l->n_questions; i++) {
        sort_parts(l->questions[i].subs, l->questions[i].n_subs);
        sort_parts(l->questions[i].answers, l->questions[i].n_answers);
    }
}

static enum result read_tables(struct lss *x, struct str bytes, struct findings *findings) {
    const struct xml_handler handler = {x, on_begin, on_end, on_text};
    x->xml = xml_new(&handler);
    enum result result = RESULT_OK;
    for (size_t at = 0; at <= bytes.n && result == RESULT_OK; at += 1 << 16) {
        const size_t left = bytes.n - at, n = left < 1 << 16 ? left : 1 << 16;
        result = xml_feed(x->xml, (struct str){bytes.p + at, n}, n == left, x->d->file, findings);
        if (n == left)
            break;
    }
    xml_free(x->xml);
    buf_free(&x->text);
    if (x->too_many)
        finding_add(findings, SEVERITY_ERROR, (struct place){x->d->file, x->line, 0}, "exchange.rows", "limit",
                    arena_printf(x->d->arena, "%d", ROWS_MAX), NULL);
    return result;
}

enum result read_limesurvey_lss(struct draft *d, struct str bytes, struct findings *findings) {
    struct lss *x = arena_alloc(d->arena, sizeof *x);
    x->d = d;
    x->text = (struct buf)BUF_INIT;
    x->lime = arena_alloc(d->arena, sizeof *x->lime);
    *x->lime = (struct lime){.d = d, .settings = BUF_INIT};
    d->dialect = DIALECT_LIMESURVEY;
    const enum result result = read_tables(x, bytes, findings);
    if (result != RESULT_OK)
        return result;
    if (!x->is_survey) {
        finding_add(findings, SEVERITY_ERROR, (struct place){d->file, 0, 0}, "exchange.unknown_xml", NULL);
        return RESULT_INPUT;
    }
    find_languages(x);
    take_survey(x);
    take_groups(x);
    take_questions(x);
    take_subquestions(x, &x->tables[QUESTIONS]);
    take_subquestions(x, &x->tables[SUBQUESTIONS]);
    take_question_texts(x);
    take_answers(x);
    take_leftovers(x);
    sort_all(x->lime);
    lime_draft(x->lime);
    return RESULT_OK;
}
