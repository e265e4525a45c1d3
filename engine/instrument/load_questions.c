#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "instrument/load.h"

enum { CHOICES_MAX = 64 };

/* The end of the entry that begins at `p`: the next | outside double quotes, or the end. */
static const char *entry_end(const char *p) {
    bool inside = false;
    for (; *p && (inside || *p != '|'); p++) {
        inside = inside != (*p == '"');
    }
    return p;
}

void load_each_choice(struct arena *arena, const char *list,
                      void (*each)(void *context, const char *code, const char *label), void *context) {
    for (const char *p = list; *p || p != list;) {
        const char *end = entry_end(p);
        struct str entry = str_trim((struct str){p, (size_t)(end - p)});
        const char *colon = memchr(entry.p, ':', entry.n);
        struct str code = {entry.p, colon ? (size_t)(colon - entry.p) : entry.n}, label = str_of("");
        if (colon) {
            label = str_trim((struct str){colon + 1, (size_t)(entry.p + entry.n - colon - 1)});
        }
        if (label.n >= 2 && label.p[0] == '"' && label.p[label.n - 1] == '"') {
            label = (struct str){label.p + 1, label.n - 2};
        }
        code = str_trim(code);
        each(context, arena_copy(arena, code.p, code.n), arena_copy(arena, label.p, label.n));
        if (*end == '\0') {
            break;
        }
        p = end + 1; /* what stands behind a last | is an entry, too: an empty one */
    }
}

struct choices_context {
    struct loader *l;
    const struct ini_section *section;
    const struct ini_key *key;
    struct question *question;
    struct choice *list;
};

static void load_choice(void *context, const char *code, const char *label) {
    struct choices_context *c = context;
    struct loader *l = c->l;
    int line = c->key->line;
    if (!code_is_legal(code)) {
        load_error(l, line, "choice.code", "code", code, "question", c->question->name);
        return;
    }
    if (label[0] == '\0') {
        load_error(l, line, "choice.label", "code", code, "question", c->question->name);
    }
    for (size_t i = 0; i < c->question->n_choices; i++) {
        if (strcmp(c->list[i].code, code) == 0) {
            load_error(l, line, "choice.twice", "code", code, "question", c->question->name);
            return;
        }
    }
    if (c->question->n_choices == CHOICES_MAX) {
        load_error(l, line, "choice.too_many", "question", c->question->name);
        return;
    }
    const char *key = arena_printf(l->arena, "choice.%s", code);
    c->list[c->question->n_choices++] = (struct choice){.code = arena_string(l->arena, code),
                                                        .label = load_text_as(l, c->section->name, key, label, line)};
}

/* Typographic quotes protect nothing, and people would see them: what stands right behind a colon outside straight
 * quotes. */
static void refuse_typographic(struct loader *l, const struct ini_key *key, const struct question *question) {
    static const char *const marks[] = {"“", "”", "„", "‟", "«", "＂"};
    bool inside = false;
    for (const char *p = key->value; *p; p++) {
        inside = inside != (*p == '"');
        if (inside || *p != ':') {
            continue;
        }
        const char *text = p + 1 + strspn(p + 1, " \t");
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
            if (strncmp(text, marks[i], strlen(marks[i])) == 0) {
                load_error(l, key->line, "choice.quotes", "question", question->name);
                return;
            }
        }
    }
}

/* `choices = a: "..." | b: "..."` and `choice.a = "..."`, in file order. */
static void load_choices(struct loader *l, const struct ini_section *section, struct question *question) {
    bool takes = question->type == QUESTION_CHOICE || question->type == QUESTION_CHOICES;
    struct choices_context c = {.l = l, .section = section, .question = question};
    c.list = arena_array(l->arena, CHOICES_MAX, sizeof *c.list);
    const size_t errors = l->errors;
    question->choices = c.list;
    for (size_t i = 0; takes && i < section->n_keys; i++) {
        c.key = &section->keys[i];
        if (strcmp(c.key->name, "choices") == 0) {
            refuse_typographic(l, c.key, question);
            load_each_choice(l->arena, c.key->value, load_choice, &c);
        } else if (strncmp(c.key->name, "choice.", 7) == 0 && key_rule_find(SECTION_QUESTION, c.key->name)) {
            load_choice(&c, c.key->name + 7, c.key->value);
        }
    }
    if (takes && question->n_choices < 2 && l->errors == errors) {
        load_error(l, section->line, "question.choices", "question", question->name);
    }
}

/* Keys that mean something for some types of question only. */
static void check_type_keys(struct loader *l, const struct ini_section *section, const struct question *question) {
    enum { CHOICE = 1 << QUESTION_CHOICE, CHOICES = 1 << QUESTION_CHOICES, TEXT = 1 << QUESTION_TEXT };
    enum { NUMBER = 1 << QUESTION_NUMBER, DATE = 1 << QUESTION_DATE };
    static const struct {
        const char *key;
        unsigned types;
        const char *types_written;
    } rules[] = {
        {"choices", CHOICE | CHOICES, "choice, choices"},
        {"group", CHOICE, "choice"},
        {"comment", TEXT, "text"},
        {"rows", TEXT, "text"},
        {"minimum", NUMBER, "number"},
        {"maximum", NUMBER, "number"},
        {"required", CHOICE | CHOICES | TEXT | NUMBER | DATE, "choice, choices, text, number, date"},
    };
    for (size_t i = 0; i < section->n_keys; i++) {
        const char *key = section->keys[i].name;
        const char *head = strncmp(key, "choice.", 7) == 0 ? "choices" : key;
        for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
            if (strcmp(rules[k].key, head) == 0 && !(rules[k].types >> question->type & 1)) {
                load_error(l, section->keys[i].line, "question.key_type", "key", key, "types", rules[k].types_written,
                           "question", question->name);
            }
        }
    }
}

static bool has_key(const struct ini_section *section, const char *key) {
    for (size_t i = 0; i < section->n_keys; i++) {
        if (strcmp(section->keys[i].name, key) == 0 && section->keys[i].value[0]) {
            return true;
        }
    }
    return false;
}

void load_question(struct loader *l, const struct ini_section *section) {
    struct instrument *to = l->to;
    struct question *q = &l->questions[to->n_questions];
    l->question_sections[to->n_questions] = section;
    load_check_keys(l, section, SECTION_QUESTION);
    q->name = arena_string(l->arena, section_own_name(section));
    (void)load_claim_name(l, q->name, section->line);
    size_t errors = l->errors;
    q->type = (enum question_type)load_word(l, section, SECTION_QUESTION, "type");
    bool type_known = l->errors == errors && has_key(section, "type");
    q->label = load_text(l, section, SECTION_QUESTION, "label");
    q->hint = load_text(l, section, SECTION_QUESTION, "hint");
    q->answered_by = (enum audience)(1 + load_word(l, section, SECTION_QUESTION, "answered_by"));
    q->group = load_word(l, section, SECTION_QUESTION, "group") == 1;
    q->comment = load_word(l, section, SECTION_QUESTION, "comment") == 1;
    q->required = (enum required)load_word(l, section, SECTION_QUESTION, "required");
    q->rows = (int)load_number(l, section, SECTION_QUESTION, "rows", 1);
    q->minimum = load_number(l, section, SECTION_QUESTION, "minimum", -INFINITY);
    q->maximum = load_number(l, section, SECTION_QUESTION, "maximum", INFINITY);
    if (q->minimum > q->maximum) {
        load_error(l, section->line, "question.limits", "question", q->name);
    }
    if (type_known) { /* else every message about choices and types would be a guess */
        load_choices(l, section, q);
        check_type_keys(l, section, q);
    }
    q->field = SIZE_MAX;
    if (q->type != QUESTION_NOTE) {
        q->field = to->n_fields;
        l->fields[to->n_fields++] = (struct field){.name = q->name, .question = q, .audience = q->answered_by};
    }
    to->n_questions++;
}
