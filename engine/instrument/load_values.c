#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/str.h"
#include "instrument/load.h"

const char *section_own_name(const struct ini_section *section) {
    const char *dot = strchr(section->name, '.');
    return dot ? dot + 1 : "";
}

/* The rule a part of the loader relies on; a key that is not in the table is a mistake in the loader. */
static const struct key_rule *rule_of(enum section_kind kind, const char *key) {
    const struct key_rule *rule = key_rule_find(kind, key);
    if (!rule) {
        __builtin_trap();
    }
    return rule;
}

const struct ini_key *load_key(struct loader *l, const struct ini_section *section, enum section_kind kind,
                               const char *key) {
    for (size_t i = 0; i < section->n_keys; i++) {
        const struct ini_key *k = &section->keys[i];
        if (strcmp(k->name, key) != 0) {
            continue;
        }
        if (k->value[0] == '\0') {
            load_error(l, k->line, "key.empty", "key", key, "section", section->name);
            return NULL;
        }
        return k;
    }
    const struct key_rule *rule = rule_of(kind, key);
    if (rule->required) {
        load_error(l, section->line, "key.missing", "section", section->name, "key", key, "example", rule->example);
    }
    return NULL;
}

struct text load_text_as(struct loader *l, const char *section, const char *key, const char *value, int line) {
    size_t n = l->to->n_languages;
    l->texts = arena_grow(l->arena, l->texts, l->n_texts, &l->texts_capacity, sizeof *l->texts);
    struct registered *r = &l->texts[l->n_texts++];
    r->section = arena_string(l->arena, section);
    r->key = arena_string(l->arena, key);
    r->in = arena_array(l->arena, n, sizeof *r->in);
    r->lines = arena_array(l->arena, n, sizeof *r->lines);
    r->in[0] = arena_string(l->arena, value);
    r->lines[0] = line;
    return (struct text){r->in};
}

/* A comment behind an unquoted text is a part of the text that its author would miss. */
static void refuse_comment(struct loader *l, const struct ini_key *key) {
    if (key->comment) {
        char sign[2] = {key->comment, 0};
        load_error(l, key->line, "ini.text_lost", "sign", sign);
    }
}

struct text load_text(struct loader *l, const struct ini_section *section, enum section_kind kind, const char *key) {
    const struct ini_key *k = load_key(l, section, kind, key);
    if (!k) {
        return (struct text){arena_array(l->arena, l->to->n_languages, sizeof(const char *))};
    }
    refuse_comment(l, k);
    return load_text_as(l, section->name, key, k->value, k->line);
}

const char *load_plain(struct loader *l, const struct ini_section *section, enum section_kind kind, const char *key) {
    const struct key_rule *rule = rule_of(kind, key);
    const struct ini_key *k = load_key(l, section, kind, key);
    if (!k) {
        return rule->fallback ? rule->fallback : "";
    }
    if (rule->kind == VALUE_PLAIN) {
        refuse_comment(l, k);
    }
    return arena_string(l->arena, k->value);
}

/* Splits "a|b|c" into the arena. */
static size_t split_words(struct loader *l, const char *words, const char ***list) {
    struct str rest = str_of(words), part;
    size_t n = 0;
    *list = arena_array(l->arena, strlen(words) / 2 + 1, sizeof **list);
    while (rest.p && str_split(&rest, '|', &part)) {
        (*list)[n++] = arena_copy(l->arena, part.p, part.n);
    }
    return n;
}

static int word_index(const char *const *words, size_t n, const char *word) {
    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i], word) == 0) {
            return (int)i;
        }
    }
    return -1;
}

int load_word(struct loader *l, const struct ini_section *section, enum section_kind kind, const char *key) {
    const struct key_rule *rule = rule_of(kind, key);
    const char **words;
    size_t n = split_words(l, rule->words, &words);
    int fallback = rule->fallback ? word_index(words, n, rule->fallback) : 0;
    const struct ini_key *k = load_key(l, section, kind, key);
    if (!k) {
        return fallback;
    }
    int index = word_index(words, n, k->value);
    if (index >= 0) {
        return index;
    }
    struct buf allowed = BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        buf_printf(&allowed, "%s%s", i ? ", " : "", words[i]);
    }
    const char *meant = nearest_name(k->value, words, n);
    load_error(l, k->line, meant ? "value.word.meant" : "value.word", "key", key, "value", k->value, "allowed",
               allowed.p, "meant", meant ? meant : "");
    buf_free(&allowed);
    return fallback;
}

static void write_number(char *into, size_t size, double x) {
    snprintf(into, size, "%g", x);
}

double load_number(struct loader *l, const struct ini_section *section, enum section_kind kind, const char *key,
                   double missing) {
    const struct key_rule *rule = rule_of(kind, key);
    double x;
    long whole;
    if (rule->fallback && !str_to_double(str_of(rule->fallback), &missing)) {
        __builtin_trap();
    }
    const struct ini_key *k = load_key(l, section, kind, key);
    if (!k) {
        return missing;
    }
    bool is_whole = str_to_long(str_of(k->value), &whole);
    if (rule->kind == VALUE_INTEGER ? !is_whole : !str_to_double(str_of(k->value), &x)) {
        load_error(l, k->line, rule->kind == VALUE_INTEGER ? "value.integer" : "value.number", "key", key, "value",
                   k->value);
        return missing;
    }
    if (rule->kind == VALUE_INTEGER) {
        x = (double)whole;
    }
    if (x < rule->low || x > rule->high) {
        char low[32], high[32];
        write_number(low, sizeof low, rule->low);
        write_number(high, sizeof high, rule->high);
        load_error(l, k->line, strcmp(low, high) == 0 ? "value.only" : "value.range", "key", key, "value", k->value,
                   "low", low, "high", high);
        return missing;
    }
    return x;
}

bool load_list(struct loader *l, const struct ini_key *key, size_t *n, const char ***parts) {
    struct str rest = str_of(key->value), part;
    bool whole = true;
    *n = 0;
    *parts = arena_array(l->arena, strlen(key->value) + 1, sizeof **parts);
    while (rest.p && str_split(&rest, ',', &part)) {
        part = str_trim(part);
        if (part.n == 0) {
            whole = false;
            continue;
        }
        (*parts)[(*n)++] = arena_copy(l->arena, part.p, part.n);
    }
    if (!whole) {
        load_error(l, key->line, "value.list", "key", key->name, "value", key->value);
    }
    return whole;
}

struct place load_place(const struct loader *l, const struct ini_key *key, int at) {
    return (struct place){l->files[0], key->line, key->column ? key->column + at : 0};
}

enum { LISTED_MAX = 12 }; /* names in a message */

void load_unknown_at(struct loader *l, struct place place, const char *code, const char *word, const char *name,
                     const char *value, const char *const *candidates, size_t n) {
    const char *meant = nearest_name(word, candidates, n);
    char with_hint[64];
    snprintf(with_hint, sizeof with_hint, "%s.meant", code);
    l->errors++;
    struct buf all = BUF_INIT;
    for (size_t i = 0; i < n && i < LISTED_MAX; i++) {
        buf_printf(&all, "%s%s", i ? ", " : "", candidates[i]);
    }
    if (n > LISTED_MAX) {
        buf_printf(&all, ", …");
    }
    finding_add(l->findings, SEVERITY_ERROR, place, meant ? with_hint : code, "word", word, name, value, "meant",
                meant ? meant : "", "all", all.n ? all.p : "", NULL);
    buf_free(&all);
}

void load_unknown(struct loader *l, int line, const char *code, const char *word, const char *name, const char *value,
                  const char *const *candidates, size_t n) {
    load_unknown_at(l, (struct place){l->files[0], line, 0}, code, word, name, value, candidates, n);
}

/* In a construct, a key of its own may be an item whose author left out “item.”, or an item's reverse. */
static const char *item_key(struct loader *l, const struct ini_key *key) {
    static const char *const words[] = {"reverse", "reversed"};
    if (nearest_name(key->name, words, 2))
        return "item.NAME.reverse";
    for (size_t i = 0; i < n_key_rules; i++)
        if (strcmp(key_rules[i].key, key->name) == 0)
            return NULL; /* it belongs to another kind of section */
    return strchr(key->value, ' ') && name_is_legal(key->name) ? arena_printf(l->arena, "item.%s", key->name) : NULL;
}

/* The key that was probably meant: the same key with its nearest head or tail ("itm.lead1", "item.lead1.revers"), or
 * the nearest of the plain ones. NULL if none is near. */
static const char *nearest_key(struct loader *l, enum section_kind kind, const struct ini_key *k) {
    const char *plain[64], *key = k->name;
    size_t n = 0;
    for (size_t i = 0; i < n_key_rules && n < 60; i++) {
        if (key_rules[i].section == kind && !strpbrk(key_rules[i].key, "NCP")) {
            plain[n++] = key_rules[i].key;
        }
    }
    const char *dot = strchr(key, '.');
    static const char *const heads[] = {"item", "choice", "welcome", "thanks"};
    if (!dot) {
        if (kind == SECTION_SURVEY) {
            plain[n++] = "welcome.1";
            plain[n++] = "thanks.1";
        }
        const char *near = nearest_name(key, plain, n);
        return near || kind != SECTION_CONSTRUCT ? near : item_key(l, k);
    }
    const char *head = nearest_name(arena_copy(l->arena, key, (size_t)(dot - key)), heads, 4);
    const char *last = strrchr(key, '.');
    if (last != dot) {
        static const char *const tails[] = {"reverse"};
        const char *tail = nearest_name(last + 1, tails, 1);
        return tail && head ? arena_printf(l->arena, "%s%.*s.%s", head, (int)(last - dot), dot, tail) : NULL;
    }
    const char *right = head ? arena_printf(l->arena, "%s%s", head, dot) : NULL;
    return right && key_rule_find(kind, right) ? right : NULL;
}

void load_check_keys(struct loader *l, const struct ini_section *section, enum section_kind kind) {
    for (size_t i = 0; i < section->n_keys; i++) {
        const struct ini_key *k = &section->keys[i];
        if (key_rule_find(kind, k->name)) {
            continue;
        }
        const char *meant = nearest_key(l, kind, k);
        load_warning(l, k->line, meant ? "key.unknown.meant" : "key.unknown", "key", k->name, "section", section->name,
                     "meant", meant ? meant : "");
    }
}

bool load_claim_name(struct loader *l, const char *name, int line) {
    if (name[0] == '\0') { /* the section without a name has been refused */
        return false;
    }
    if (!name_is_legal(name)) {
        load_error(l, line, "name.illegal", "name", name);
        return false;
    }
    if (name_is_reserved(name)) {
        load_error(l, line, "name.reserved", "name", name);
        return false;
    }
    for (size_t i = 0; i < l->n_names; i++) {
        if (strcmp(l->names[i].name, name) == 0) {
            load_error(l, line, "name.taken", "name", name, "line", arena_printf(l->arena, "%d", l->names[i].line));
            return false;
        }
    }
    l->names[l->n_names++] = (struct known_name){name, line};
    return true;
}
