/* Translations, and what is checked in the texts of every language. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "base/str.h"
#include "instrument/load.h"

struct translating {
    struct loader *l;
    size_t language;
    const char *file;
    const struct ini_section *section;
    const struct ini_key *key;
};

static void warn(struct translating *t, int line, const char *code, const char *meant) {
    char with_hint[64];
    snprintf(with_hint, sizeof with_hint, "%s.meant", code);
    finding_add(t->l->findings, SEVERITY_WARNING, (struct place){t->file, line, 0}, meant ? with_hint : code, "key",
                t->key ? t->key->name : "", "section", t->section->name, "meant", meant ? meant : "", NULL);
}

static struct registered *find_text(struct loader *l, const char *section, const char *key) {
    for (size_t i = 0; i < l->n_texts; i++) {
        if (strcmp(l->texts[i].key, key) == 0 && strcmp(l->texts[i].section, section) == 0) {
            return &l->texts[i];
        }
    }
    return NULL;
}

static void translate(struct translating *t, struct registered *r, const char *value) {
    if (value[0] == '\0') {
        return; /* an empty text is a missing one */
    }
    r->in[t->language] = arena_string(t->l->arena, value);
    r->lines[t->language] = t->key->line;
}

static void translate_choice(void *context, const char *code, const char *label) {
    struct translating *t = context;
    const char *key = arena_printf(t->l->arena, "choice.%s", code);
    struct registered *r = find_text(t->l, t->section->name, key);
    if (r) {
        translate(t, r, label);
        return;
    }
    const char **codes = arena_array(t->l->arena, t->l->n_texts + 1, sizeof *codes);
    size_t n = 0;
    for (size_t i = 0; i < t->l->n_texts; i++) {
        if (strcmp(t->l->texts[i].section, t->section->name) == 0 && strncmp(t->l->texts[i].key, "choice.", 7) == 0) {
            codes[n++] = t->l->texts[i].key + 7;
        }
    }
    const char *meant = nearest_name(code, codes, n);
    finding_add(t->l->findings, SEVERITY_WARNING, (struct place){t->file, t->key->line, 0},
                meant ? "translation.choice.meant" : "translation.choice", "code", code, "section", t->section->name,
                "meant", meant ? meant : "", NULL);
}

/* The text of this section that was probably meant. Behind a common beginning ("item.", "choice.") only the rest is
 * compared, or every short name would look near. */
static const char *nearest_text(struct translating *t) {
    const char **keys = arena_array(t->l->arena, t->l->n_texts + 1, sizeof *keys);
    const char *dot = strchr(t->key->name, '.');
    size_t head = dot ? (size_t)(dot - t->key->name) + 1 : 0, n = 0;
    for (size_t i = 0; i < t->l->n_texts; i++) {
        const struct registered *r = &t->l->texts[i];
        if (strcmp(r->section, t->section->name) == 0 && strncmp(r->key, t->key->name, head) == 0) {
            keys[n++] = r->key + head;
        }
    }
    const char *tail = nearest_name(t->key->name + head, keys, n);
    return tail ? arena_printf(t->l->arena, "%.*s%s", (int)head, t->key->name, tail) : NULL;
}

/* A key that is no text of the instrument: one of its other keys, or unknown. */
static void report_key(struct translating *t) {
    if (ini_find(t->l->ini, t->section->name, t->key->name)) {
        warn(t, t->key->line, "translation.not_text", NULL);
    } else {
        warn(t, t->key->line, "translation.key", nearest_text(t));
    }
}

/* The few keys that say which file this is. */
static bool is_heading(struct translating *t) {
    if (strcmp(t->section->name, "survey") != 0) {
        return false;
    }
    if (strcmp(t->key->name, "language") == 0) {
        const char *language = t->l->to->languages[t->language];
        if (strcasecmp(t->key->value, language) != 0) {
            t->l->errors++;
            finding_add(t->l->findings, SEVERITY_ERROR, (struct place){t->file, t->key->line, 0},
                        "translation.language", "value", t->key->value, "language", language, NULL);
        }
        return true;
    }
    return strcmp(t->key->name, "schema") == 0 || strcmp(t->key->name, "name") == 0;
}

static void translate_section(struct translating *t) {
    for (size_t i = 0; i < t->section->n_keys; i++) {
        t->key = &t->section->keys[i];
        struct registered *r = find_text(t->l, t->section->name, t->key->name);
        if (r) {
            if (t->key->comment) {
                char sign[2] = {t->key->comment, 0};
                t->l->errors++;
                finding_add(t->l->findings, SEVERITY_ERROR, (struct place){t->file, t->key->line, 0}, "ini.text_lost",
                            "sign", sign, NULL);
            }
            translate(t, r, t->key->value);
        } else if (strcmp(t->key->name, "choices") == 0 && strncmp(t->section->name, "question.", 9) == 0) {
            load_each_choice(t->l->arena, t->key->value, translate_choice, t);
        } else if (!is_heading(t)) {
            report_key(t);
        }
    }
}

/* The section that was probably meant: of the same kind with a name that is near, else whatever is near as a whole. */
static const char *nearest_section(struct loader *l, const char *section) {
    const char **sections = arena_array(l->arena, l->ini->n_sections + 1, sizeof *sections);
    const char *dot = strchr(section, '.');
    const size_t head = dot ? (size_t)(dot - section) + 1 : 0;
    size_t n = 0;
    for (size_t i = 0; head && i < l->ini->n_sections; i++) {
        if (strncmp(l->ini->sections[i].name, section, head) == 0) {
            sections[n++] = l->ini->sections[i].name + head;
        }
    }
    const char *name = head ? nearest_name(section + head, sections, n) : NULL;
    if (name || n > 0) {
        return name ? arena_printf(l->arena, "%.*s%s", (int)head, section, name) : NULL;
    }
    for (size_t i = 0; i < l->ini->n_sections; i++) {
        sections[i] = l->ini->sections[i].name;
    }
    return nearest_name(section, sections, l->ini->n_sections);
}

void load_translation(struct loader *l, size_t language, const struct ini *ini) {
    struct translating t = {.l = l, .language = language, .file = l->files[language]};
    for (size_t i = 0; i < ini->n_sections; i++) {
        t.section = &ini->sections[i];
        t.key = NULL;
        if (ini_find_section(l->ini, t.section->name)) {
            translate_section(&t);
        } else {
            warn(&t, t.section->line, "translation.section", nearest_section(l, t.section->name));
        }
    }
}

struct checking {
    struct loader *l;
    struct place place;
    bool *used; /* one per placeholder */
};

static void check_placeholder(struct checking *c, struct str name) {
    const struct instrument *to = c->l->to;
    const char **names = arena_array(c->l->arena, to->n_placeholders + 1, sizeof *names);
    for (size_t i = 0; i < to->n_placeholders; i++) {
        names[i] = to->placeholders[i].name;
        if (str_is(name, names[i])) {
            c->used[i] = true;
            return;
        }
    }
    const char *word = arena_copy(c->l->arena, name.p, name.n);
    const char *meant = nearest_name(word, names, to->n_placeholders);
    c->l->errors++;
    finding_add(c->l->findings, SEVERITY_ERROR, c->place,
                meant                                   ? "text.placeholder.meant"
                : instrument_field(c->l->to, word) >= 0 ? "text.placeholder_answer"
                                                        : "text.placeholder",
                "name", word, "meant", meant ? meant : "", NULL);
}

static void check_text(struct checking *c, const char *text) {
    for (const char *begin = strstr(text, "${"); begin; begin = strstr(begin + 2, "${")) {
        const char *end = strchr(begin, '}');
        if (!end) {
            c->l->errors++;
            finding_add(c->l->findings, SEVERITY_ERROR, c->place, "text.placeholder_open", "text",
                        arena_string(c->l->arena, begin), NULL);
            break;
        }
        check_placeholder(c, (struct str){begin + 2, (size_t)(end - begin - 2)});
    }
    for (const char *p = strchr(text, '<'); p; p = strchr(p + 1, '<')) {
        if ((p[1] >= 'a' && p[1] <= 'z') || p[1] == '/') {
            finding_add(c->l->findings, SEVERITY_WARNING, c->place, "text.markup", NULL);
            break;
        }
    }
}

static void warn_of_unused(struct loader *l, const bool *used) {
    for (size_t i = 0; i < l->to->n_placeholders; i++) {
        const char *section = arena_printf(l->arena, "placeholder.%s", l->placeholders[i].name);
        const struct ini_section *s = ini_find_section(l->ini, section);
        if (!used[i]) {
            load_warning(l, s ? s->line : 0, "placeholder.unused", "name", l->placeholders[i].name);
        }
    }
}

void load_check_texts(struct loader *l) {
    size_t *own = arena_array(l->arena, l->to->n_languages, sizeof *own);
    struct checking c = {.l = l, .used = arena_array(l->arena, l->to->n_placeholders + 1, sizeof(bool))};
    for (size_t i = 0; i < l->n_texts; i++) {
        for (size_t k = 0; k < l->to->n_languages; k++) {
            if (!l->texts[i].in[k]) {
                continue;
            }
            own[k]++;
            c.place = (struct place){l->files[k], l->texts[i].lines[k], 0};
            check_text(&c, l->texts[i].in[k]);
        }
    }
    warn_of_unused(l, c.used);
    l->made->n_texts = l->n_texts;
    l->made->texts = l->texts;
    l->made->own = own;
}
