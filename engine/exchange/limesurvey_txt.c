/* LimeSurvey's tab-separated structure: read by the heads of its columns, because there are three generations of them.
 * Rows belong together by their order; the base language comes first, then the same rows in each other language. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "exchange/limesurvey.h"
#include "exchange/sheets.h"

enum lime_column {
    L_CLASS,
    L_TYPE,
    L_NAME,
    L_RELEVANCE,
    L_TEXT,
    L_HELP,
    L_LANGUAGE,
    L_VALIDATION,
    L_MANDATORY,
    L_OTHER,
    L_DEFAULT,
    L_SCORE,
    L_KNOWN,
    /* known, and of no interest */
    L_ID = L_KNOWN,
    L_RELATED,
    L_ENCRYPTED,
    L_SAME_DEFAULT,
    L_SAME_SCRIPT,
    L_COLUMNS
};

static const char *const heads[L_COLUMNS] = {[L_CLASS] = "class",
                                             [L_TYPE] = "type/scale",
                                             [L_NAME] = "name",
                                             [L_RELEVANCE] = "relevance",
                                             [L_TEXT] = "text",
                                             [L_HELP] = "help",
                                             [L_LANGUAGE] = "language",
                                             [L_VALIDATION] = "validation",
                                             [L_MANDATORY] = "mandatory",
                                             [L_OTHER] = "other",
                                             [L_DEFAULT] = "default",
                                             [L_SCORE] = "assessment_value",
                                             [L_ID] = "id",
                                             [L_RELATED] = "related_id",
                                             [L_ENCRYPTED] = "encrypted",
                                             [L_SAME_DEFAULT] = "same_default",
                                             [L_SAME_SCRIPT] = "same_script"};

struct reading {
    struct draft *d;
    struct lime *lime;
    const struct sheet *sheet;
    size_t first;
    int columns[L_COLUMNS];
    const char *base;     /* language */
    const char *language; /* of the rows at hand */
    int group;            /* index of the last group in the language at hand */
    int question;         /* index, -1: none yet */
};

static const char *cell(const struct reading *r, const struct sheet_row *row, enum lime_column column) {
    return sheet_cell(row, r->columns[column]);
}

static bool find_head(struct reading *r, struct findings *findings) {
    static const enum lime_column needed[] = {L_NAME, L_TEXT, L_TYPE};
    for (size_t i = 0; i < r->sheet->n; i++) {
        const struct sheet_row *row = &r->sheet->rows[i];
        for (int c = 0; c < L_COLUMNS; c++) {
            r->columns[c] = -1;
            for (size_t k = 0; k < row->n; k++)
                if (strcasecmp(row->cells[k], heads[c]) == 0)
                    r->columns[c] = (int)k;
        }
        if (r->columns[L_CLASS] < 0)
            continue;
        r->first = i + 1;
        for (size_t k = 0; k < sizeof needed / sizeof *needed; k++) {
            if (r->columns[needed[k]] >= 0)
                continue;
            finding_add(findings, SEVERITY_ERROR, (struct place){r->sheet->place, row->number, 0},
                        "exchange.column_missing", "column", heads[needed[k]], NULL);
            return false;
        }
        return true;
    }
    return false;
}

/* The base language is a setting; without it, that of the first row that has one. */
static void find_languages(struct reading *r) {
    const char *others = "";
    r->base = NULL;
    for (size_t i = r->first; i < r->sheet->n; i++) {
        const struct sheet_row *row = &r->sheet->rows[i];
        const bool setting = strcasecmp(cell(r, row, L_CLASS), "S") == 0;
        if (setting && strcasecmp(cell(r, row, L_NAME), "language") == 0)
            r->base = cell(r, row, L_TEXT);
        if (setting && strcasecmp(cell(r, row, L_NAME), "additional_languages") == 0)
            others = cell(r, row, L_TEXT);
    }
    for (size_t i = r->first; i < r->sheet->n && (!r->base || !r->base[0]); i++)
        r->base = cell(r, &r->sheet->rows[i], L_LANGUAGE);
    if (!r->base || !r->base[0])
        r->base = r->d->language ? r->d->language : "en";
    const char *tag = draft_language_tag(r->d->arena, r->base);
    (void)draft_language(r->d, tag ? tag : "en");
    struct str rest = str_of(others), part;
    while (rest.n > 0 && str_split(&rest, ' ', &part)) {
        const char *other = part.n ? draft_language_tag(r->d->arena, arena_copy(r->d->arena, part.p, part.n)) : NULL;
        if (other)
            (void)draft_language(r->d, other);
    }
}

static bool is_base(const struct reading *r, const char *language) {
    return !language[0] || strcasecmp(language, r->base) == 0;
}

static void read_survey_text(struct reading *r, const struct sheet_row *row, struct place place) {
    static const char *const names[] = {"surveyls_title", "surveyls_description", "surveyls_welcometext",
                                        "surveyls_endtext"};
    struct draft_text *texts[] = {&r->lime->title, &r->lime->description, &r->lime->welcome, &r->lime->end};
    const char *language = cell(r, row, L_LANGUAGE);
    for (int i = 0; i < 4; i++) {
        if (strcasecmp(cell(r, row, L_NAME), names[i]) == 0) {
            if (!r->lime->places[i].line)
                r->lime->places[i] = place;
            lime_text(r->d, texts[i], language[0] ? language : r->base, cell(r, row, L_TEXT));
            return;
        }
    }
    lime_setting(r->lime, cell(r, row, L_NAME), cell(r, row, L_TEXT), place);
}

static void read_group(struct reading *r, const struct sheet_row *row, struct place place, const char *language) {
    struct lime_group *g = NULL;
    r->group++;
    r->question = -1;
    if (is_base(r, language)) {
        g = lime_group_new(r->lime, place);
        g->relevance = cell(r, row, L_RELEVANCE);
    } else if ((size_t)r->group < r->lime->n_groups) {
        g = &r->lime->groups[r->group];
    }
    if (!g) {
        draft_lost(r->d, place, "exchange.translation_alone", "name", cell(r, row, L_NAME), "language", language);
        return;
    }
    lime_text(r->d, &g->text, language, cell(r, row, L_NAME));
    lime_text(r->d, &g->help, language, cell(r, row, L_TEXT));
}

/* Which of the columns behind the known ones are set; of a translation only what is text. */
static void read_attributes(struct reading *r, const struct sheet_row *row, struct lime_question *q,
                            const char *language) {
    const struct sheet_row *head = &r->sheet->rows[r->first - 1];
    for (size_t k = 0; k < row->n && k < head->n; k++) {
        bool known = head->cells[k][0] == '\0' || row->cells[k][0] == '\0';
        for (int c = 0; c < L_COLUMNS; c++)
            known = known || r->columns[c] == (int)k;
        if (!known && (is_base(r, language) || strcasecmp(head->cells[k], "other_replace_text") == 0))
            lime_attribute(r->lime, q, head->cells[k], row->cells[k], language);
    }
}

static int find_question(const struct lime *l, const char *code) {
    for (size_t i = 0; i < l->n_questions; i++)
        if (strcmp(l->questions[i].code, code) == 0)
            return (int)i;
    return -1;
}

static void read_question(struct reading *r, const struct sheet_row *row, struct place place, const char *language) {
    const char *code = cell(r, row, L_NAME);
    if (is_base(r, language)) {
        struct lime_question *q = lime_question_new(r->lime, code, place);
        q->group = r->group;
        q->type = cell(r, row, L_TYPE);
        q->relevance = cell(r, row, L_RELEVANCE);
        q->mandatory = cell(r, row, L_MANDATORY);
        q->other = cell(r, row, L_OTHER);
        q->validation = cell(r, row, L_VALIDATION);
        q->fallback = cell(r, row, L_DEFAULT);
        r->question = (int)r->lime->n_questions - 1;
    } else {
        r->question = find_question(r->lime, code);
    }
    if (r->question < 0) {
        draft_lost(r->d, place, "exchange.translation_alone", "name", code, "language", language);
        return;
    }
    struct lime_question *q = &r->lime->questions[r->question];
    read_attributes(r, row, q, language);
    lime_text(r->d, &q->text, language, cell(r, row, L_TEXT));
    lime_text(r->d, &q->help, language, cell(r, row, L_HELP));
}

static void read_part(struct reading *r, const struct sheet_row *row, struct place place, const char *language,
                      bool answer) {
    const char *code = cell(r, row, L_NAME);
    const int scale = atoi(cell(r, row, L_TYPE)) == 1;
    struct lime_part *part = NULL;
    if (r->question >= 0 && is_base(r, language)) {
        part = lime_part_new(r->lime, &r->lime->questions[r->question], answer, code, place);
        part->scale = scale;
        part->relevance = answer ? "" : cell(r, row, L_RELEVANCE);
        part->score = answer ? cell(r, row, L_SCORE) : "";
        part->fallback = answer ? "" : cell(r, row, L_DEFAULT);
    } else if (r->question >= 0) {
        part = lime_part_find(&r->lime->questions[r->question], answer, code, scale);
    }
    if (part)
        lime_text(r->d, &part->text, language, cell(r, row, L_TEXT));
    else
        draft_lost(r->d, place, is_base(r, language) ? "exchange.part_alone" : "exchange.translation_alone", "name",
                   code, "language", language);
}

static void read_setting(struct reading *r, const struct sheet_row *row, struct place place) {
    static const char *const ours[] = {"language", "additional_languages", "sid"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (strcasecmp(cell(r, row, L_NAME), ours[i]) == 0)
            return;
    lime_setting(r->lime, cell(r, row, L_NAME), cell(r, row, L_TEXT), place);
}

static void read_row(struct reading *r, const struct sheet_row *row) {
    const struct place place = {r->sheet->place, row->number, 0};
    const char *class = cell(r, row, L_CLASS), *language = cell(r, row, L_LANGUAGE);
    const bool structure = strcasecmp(class, "G") == 0 || strcasecmp(class, "Q") == 0 || strcasecmp(class, "SQ") == 0 ||
                           strcasecmp(class, "A") == 0;
    if (structure && (!r->language || strcasecmp(r->language, language) != 0)) {
        r->language = language; /* the next language's rows begin */
        r->group = r->question = -1;
    }
    if (!language[0])
        language = r->base;
    if (strcasecmp(class, "SL") == 0)
        read_survey_text(r, row, place);
    else if (strcasecmp(class, "G") == 0)
        read_group(r, row, place, language);
    else if (strcasecmp(class, "Q") == 0)
        read_question(r, row, place, language);
    else if (strcasecmp(class, "SQ") == 0 || strcasecmp(class, "A") == 0)
        read_part(r, row, place, language, (class[0] | 0x20) == 'a');
    else if (strcasecmp(class, "S") == 0)
        read_setting(r, row, place);
    else if (class[0])
        draft_lost(r->d, place, "exchange.class", "class", class, "name", cell(r, row, L_NAME));
}

enum result read_limesurvey_txt(struct draft *d, const struct sheets *sheets, struct findings *findings) {
    struct reading r = {.d = d, .sheet = &sheets->list[0], .group = -1, .question = -1};
    d->dialect = DIALECT_LIMESURVEY;
    r.lime = arena_alloc(d->arena, sizeof *r.lime);
    *r.lime = (struct lime){.d = d, .settings = BUF_INIT};
    if (!find_head(&r, findings))
        return RESULT_INPUT;
    find_languages(&r);
    for (size_t i = r.first; i < r.sheet->n; i++)
        read_row(&r, &r.sheet->rows[i]);
    lime_draft(r.lime);
    return RESULT_OK;
}
