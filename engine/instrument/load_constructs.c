#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/str.h"
#include "instrument/load.h"
#include "instrument/strategies.h"

static const struct domain *find_domain(struct loader *l, const struct ini_section *section) {
    const struct ini_key *key = load_key(l, section, SECTION_CONSTRUCT, "domain");
    const char **names = arena_array(l->arena, l->to->n_domains + 1, sizeof *names);
    for (size_t i = 0; key && i < l->to->n_domains; i++) {
        names[i] = l->domains[i].name;
        if (strcmp(names[i], key->value) == 0) {
            return &l->domains[i];
        }
    }
    if (key) {
        load_unknown(l, key->line, "construct.domain", key->value, "construct", section_own_name(section), names,
                     l->to->n_domains);
    }
    return NULL;
}

static const struct scale *find_scale(struct loader *l, const struct ini_section *section) {
    const struct ini_key *key = load_key(l, section, SECTION_CONSTRUCT, "scale");
    const char **names = arena_array(l->arena, l->to->n_scales + 1, sizeof *names);
    for (size_t i = 0; key && i < l->to->n_scales; i++) {
        names[i] = l->scales[i].name;
        if (strcmp(names[i], key->value) == 0) {
            return &l->scales[i];
        }
    }
    if (key) {
        load_unknown(l, key->line, "construct.scale", key->value, "construct", section_own_name(section), names,
                     l->to->n_scales);
    }
    return NULL;
}

enum { ERIC_STRATEGIES = 73 }; /* Powell et al. 2015, numbered as in Waltz et al. 2015 */

/* LIST.NAME, as in eric.33 or ours.peer_visits; the numbers of the ERIC list are checked. */
static bool is_strategy(const char *name) {
    const char *dot = strchr(name, '.');
    long number;
    if (!dot || dot - name > 26) {
        return false;
    }
    char list[32];
    snprintf(list, sizeof list, "%.*s", (int)(dot - name), name);
    if (!name_is_legal(list) || !code_is_legal(dot + 1)) {
        return false;
    }
    return strcmp(list, "eric") != 0 ||
           (str_to_long(str_of(dot + 1), &number) && number >= 1 && number <= ERIC_STRATEGIES);
}

static void load_strategies(struct loader *l, const struct ini_section *section, struct construct *construct) {
    const struct ini_key *key = load_key(l, section, SECTION_CONSTRUCT, "strategies");
    if (!key) {
        return;
    }
    const char **parts;
    size_t n = 0;
    (void)load_list(l, key, &n, &parts);
    for (size_t i = 0; i < n; i++) {
        if (!is_strategy(parts[i])) {
            load_error(l, key->line, "construct.strategy", "strategy", parts[i], "construct", construct->name);
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(parts[i], parts[j]) == 0) {
                load_warning(l, key->line, "construct.strategy_twice", "strategy", parts[i]);
            }
        }
    }
    construct->n_strategies = n;
    construct->strategies = parts;
}

static void load_determinants(struct loader *l, const struct ini_section *section, struct construct *construct) {
    const struct ini_key *key = load_key(l, section, SECTION_CONSTRUCT, "determinants");
    const char **parts = arena_array(l->arena, 1, sizeof *parts);
    size_t n = 1;
    parts[0] = construct->name;
    if (key) {
        (void)load_list(l, key, &n, &parts);
    }
    for (size_t i = 0; i < n; i++) {
        if (key && !determinant_is_legal(parts[i])) {
            load_error(l, key->line, "construct.determinant", "determinant", parts[i], "construct", construct->name);
        }
    }
    construct->n_determinants = n;
    construct->determinants = parts;
}

/* "reverse" of an item that this construct does not have. */
static void check_reverse(struct loader *l, const struct ini_section *section, const struct ini_key *key) {
    const char *name = key->name + strlen("item.");
    size_t n = (size_t)(strrchr(name, '.') - name);
    const char *item = arena_copy(l->arena, name, n);
    const char **names = arena_array(l->arena, section->n_keys, sizeof *names);
    size_t n_names = 0;
    for (size_t i = 0; i < section->n_keys; i++) {
        const char *other = section->keys[i].name;
        if (strncmp(other, "item.", 5) == 0 && !strchr(other + 5, '.')) {
            names[n_names++] = other + 5;
            if (strcmp(other + 5, item) == 0) {
                return;
            }
        }
    }
    load_unknown(l, key->line, "item.reverse_alone", item, "construct", section_own_name(section), names, n_names);
}

static void load_item(struct loader *l, const struct ini_section *section, const struct ini_key *key) {
    struct instrument *to = l->to;
    const char *name = arena_string(l->arena, key->name + strlen("item."));
    if (!load_claim_name(l, name, key->line)) {
        return;
    }
    char reverse[128];
    snprintf(reverse, sizeof reverse, "%s.reverse", key->name);
    struct item *item = &l->items[to->n_items++];
    *item = (struct item){
        .name = name,
        .text = load_text(l, section, SECTION_CONSTRUCT, key->name),
        .reverse = load_word(l, section, SECTION_CONSTRUCT, reverse) == 1,
        .construct = to->n_constructs,
        .field = to->n_fields,
    };
    size_t n = strlen(name);
    if (!item->reverse && n > 2 && strcmp(name + n - 2, "_r") == 0) {
        load_warning(l, key->line, "item.looks_reversed", "item", name);
    }
    l->fields[to->n_fields++] =
        (struct field){.name = name, .item = item, .audience = l->constructs[to->n_constructs].answered_by};
}

static void load_items(struct loader *l, const struct ini_section *section, struct construct *construct) {
    construct->first_item = l->to->n_items;
    size_t seen = 0;
    for (size_t i = 0; i < section->n_keys; i++) {
        const struct ini_key *key = &section->keys[i];
        const struct key_rule *rule = key_rule_find(SECTION_CONSTRUCT, key->name);
        if (rule && strcmp(rule->key, "item.NAME") == 0) {
            seen++;
            load_item(l, section, key);
        } else if (rule && strcmp(rule->key, "item.NAME.reverse") == 0) {
            check_reverse(l, section, key);
        }
    }
    construct->n_items = l->to->n_items - construct->first_item;
    if (seen == 0) {
        load_error(l, section->line, "construct.empty", "construct", construct->name);
    }
}

void load_construct(struct loader *l, const struct ini_section *section) {
    struct construct *construct = &l->constructs[l->to->n_constructs];
    l->construct_sections[l->to->n_constructs] = section;
    load_check_keys(l, section, SECTION_CONSTRUCT);
    construct->name = arena_string(l->arena, section_own_name(section));
    (void)load_claim_name(l, construct->name, section->line);
    construct->label = load_text(l, section, SECTION_CONSTRUCT, "label");
    construct->hint = load_text(l, section, SECTION_CONSTRUCT, "hint");
    construct->domain = find_domain(l, section);
    construct->level = (enum level)load_word(l, section, SECTION_CONSTRUCT, "level");
    construct->answered_by = (enum audience)(1 + load_word(l, section, SECTION_CONSTRUCT, "answered_by"));
    construct->scale = find_scale(l, section);
    construct->higher_is_barrier = load_word(l, section, SECTION_CONSTRUCT, "higher") == 1;
    construct->min_answered = load_number(l, section, SECTION_CONSTRUCT, "min_answered", 0);
    construct->required = (enum required)load_word(l, section, SECTION_CONSTRUCT, "required");
    load_strategies(l, section, construct);
    load_determinants(l, section, construct);
    load_items(l, section, construct);
    l->to->n_constructs++;
}

/* A misspelt reference leaves the thing that was meant unused: one message is enough. */
static bool has_unresolved(const struct loader *l, const char *key) {
    for (size_t i = 0; i < l->to->n_constructs; i++) {
        bool resolved = strcmp(key, "scale") == 0 ? l->constructs[i].scale != NULL : l->constructs[i].domain != NULL;
        if (!resolved && ini_find(l->ini, l->construct_sections[i]->name, key)) {
            return true;
        }
    }
    return false;
}

void load_check_unused(struct loader *l) {
    const struct instrument *to = l->to;
    bool scales = !has_unresolved(l, "scale"), domains = !has_unresolved(l, "domain");
    for (size_t i = 0; scales && i < to->n_scales; i++) {
        bool used = false;
        for (size_t k = 0; k < to->n_constructs; k++) {
            used = used || to->constructs[k].scale == &to->scales[i];
        }
        if (!used) {
            load_warning(l, l->scale_sections[i]->line, "scale.unused", "scale", to->scales[i].name);
        }
    }
    for (size_t i = 0; domains && i < to->n_domains; i++) {
        bool used = false;
        for (size_t k = 0; k < to->n_constructs; k++) {
            used = used || to->constructs[k].domain == &to->domains[i];
        }
        if (!used) {
            load_warning(l, l->domain_sections[i]->line, "domain.unused", "domain", to->domains[i].name);
        }
    }
}
