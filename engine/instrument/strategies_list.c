/* One list of strategies and its translations, from INI texts. */
#include <string.h>

#include "base/ini.h"
#include "base/nearest.h"
#include "instrument/keys.h"
#include "instrument/strategies_inside.h"

struct reading {
    struct arena *arena;
    struct findings *findings;
    const char *file;
    struct list *list;
    bool good;
};

static const char *const kinds[] = {"list", "cluster", "strategy"};
static const char *const keys_of_list[] = {"title", "language", "citation", "licence", "kind"};
static const char *const keys_of_cluster[] = {"label"};
static const char *const keys_of_strategy[] = {"label", "cluster"};
static const struct {
    const char *const *names;
    size_t n;
} keys[] = {{keys_of_list, 5}, {keys_of_cluster, 1}, {keys_of_strategy, 2}};

static void say(struct reading *r, enum severity severity, int line, const char *code, const char *name,
                const char *value, const char *near) {
    if (severity == SEVERITY_ERROR)
        r->good = false;
    if (near)
        code = arena_printf(r->arena, "%s.meant", code);
    finding_add(r->findings, severity, (struct place){r->file, line, 0}, code, name, value, "meant", near ? near : "",
                NULL);
}

/* 0 to 2 as in `kinds`, -1 for another section. */
static int kind_of(const struct ini_section *section) {
    size_t n = strcspn(section->name, ".");
    for (int i = 0; i < 3; i++)
        if (strlen(kinds[i]) == n && strncmp(kinds[i], section->name, n) == 0)
            return i;
    return -1;
}

/* The number behind the dot; "" for none. */
static const char *number_of(const struct ini_section *section) {
    const char *dot = strchr(section->name, '.');
    return dot ? dot + 1 : "";
}

static const char *value_of(const struct ini_section *section, const char *key) {
    for (size_t i = 0; i < section->n_keys; i++)
        if (strcmp(section->keys[i].name, key) == 0)
            return section->keys[i].value;
    return "";
}

/* The value of a key that must be there. */
static const char *needed(struct reading *r, const struct ini_section *section, const char *key) {
    const char *value = value_of(section, key);
    if (!*value) {
        r->good = false;
        finding_add(r->findings, SEVERITY_ERROR, (struct place){r->file, section->line, 0}, "strategies.key_missing",
                    "key", key, "section", section->name, NULL);
    }
    return arena_string(r->arena, value);
}

/* Sections and keys that mean nothing here; names behind the dot that cannot be one. */
static void check_section(struct reading *r, const struct ini_section *section) {
    int kind = kind_of(section);
    if (kind < 0) {
        const char *head = arena_copy(r->arena, section->name, strcspn(section->name, "."));
        say(r, SEVERITY_ERROR, section->line, "strategies.section", "section", section->name,
            nearest_name(head, kinds, 3));
        return;
    }
    if (kind == 0 ? section->name[strlen("list")] != '\0' : !code_is_legal(number_of(section)))
        say(r, SEVERITY_ERROR, section->line, "strategies.section_name", "section", section->name, NULL);
    for (size_t i = 0; i < section->n_keys; i++) {
        const struct ini_key *key = &section->keys[i];
        bool known = false;
        for (size_t k = 0; k < keys[kind].n; k++)
            known = known || strcmp(key->name, keys[kind].names[k]) == 0;
        if (!known)
            say(r, SEVERITY_WARNING, key->line, "strategies.key", "key", key->name,
                nearest_name(key->name, keys[kind].names, keys[kind].n));
    }
}

static const char **texts(struct reading *r, const char *text) {
    const char **in = arena_array(r->arena, r->list->n_languages, sizeof *in);
    in[0] = text;
    return in;
}

static size_t find_cluster(const struct list *list, const char *number) {
    for (size_t i = 0; i < list->n_clusters; i++)
        if (strcmp(list->clusters[i].number, number) == 0)
            return i;
    return SIZE_MAX;
}

static size_t find_strategy(const struct list *list, const char *number) {
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->strategies[i].code + strlen(list->name) + 1, number) == 0)
            return i;
    return SIZE_MAX;
}

static void read_head(struct reading *r, const struct ini *ini) {
    static const struct ini_section none = {.name = "list"};
    const struct ini_section *section = ini_find_section(ini, "list");
    struct list *list = r->list;
    if (!section)
        say(r, SEVERITY_ERROR, 0, "strategies.no_head", "list", list->name, NULL);
    else
        list->in[0].title = needed(r, section, "title");
    section = section ? section : &none;
    list->languages[0] = *value_of(section, "language") ? arena_string(r->arena, value_of(section, "language")) : "en";
    list->in[0].name = list->name;
    list->in[0].citation = arena_string(r->arena, value_of(section, "citation"));
    list->in[0].licence = arena_string(r->arena, value_of(section, "licence"));
    list->in[0].kind = arena_string(r->arena, value_of(section, "kind"));
}

static void read_strategy(struct reading *r, const struct ini_section *section, const char **numbers) {
    struct list *list = r->list;
    const char *cluster = value_of(section, "cluster");
    struct list_strategy *s = &list->strategies[list->n++];
    s->code = arena_printf(r->arena, "%s.%s", list->name, number_of(section));
    s->label = texts(r, needed(r, section, "label"));
    s->cluster = *cluster ? find_cluster(list, cluster) : SIZE_MAX;
    if (!*cluster || s->cluster != SIZE_MAX)
        return;
    int line = section->line;
    for (size_t i = 0; i < section->n_keys; i++)
        if (strcmp(section->keys[i].name, "cluster") == 0)
            line = section->keys[i].line;
    say(r, SEVERITY_ERROR, line, "strategies.cluster", "cluster", cluster,
        nearest_name(cluster, numbers, list->n_clusters));
}

static void read_own(struct reading *r, const struct ini *ini) {
    struct list *list = r->list;
    list->clusters = arena_array(r->arena, ini->n_sections + 1, sizeof *list->clusters);
    list->strategies = arena_array(r->arena, ini->n_sections + 1, sizeof *list->strategies);
    const char **numbers = arena_array(r->arena, ini->n_sections + 1, sizeof *numbers);
    for (size_t i = 0; i < ini->n_sections; i++)
        check_section(r, &ini->sections[i]);
    read_head(r, ini);
    for (size_t i = 0; i < ini->n_sections; i++)
        if (kind_of(&ini->sections[i]) == 1) {
            numbers[list->n_clusters] = arena_string(r->arena, number_of(&ini->sections[i]));
            list->clusters[list->n_clusters] =
                (struct list_cluster){numbers[list->n_clusters], texts(r, needed(r, &ini->sections[i], "label"))};
            list->n_clusters++;
        }
    for (size_t i = 0; i < ini->n_sections; i++)
        if (kind_of(&ini->sections[i]) == 2)
            read_strategy(r, &ini->sections[i], numbers);
    if (list->n == 0)
        say(r, SEVERITY_ERROR, 0, "strategies.empty", "list", list->name, NULL);
    if (list->n > STRATEGIES_MAX)
        say(r, SEVERITY_ERROR, 0, "strategies.too_many", "most", arena_printf(r->arena, "%d", STRATEGIES_MAX), NULL);
}

/* A section of a translation goes to the section of the same name in the list. */
static void translate_section(struct reading *r, const struct ini_section *section, size_t language) {
    struct list *list = r->list;
    int kind = kind_of(section);
    const char *label = value_of(section, "label");
    size_t i = kind == 1   ? find_cluster(list, number_of(section))
               : kind == 2 ? find_strategy(list, number_of(section))
                           : SIZE_MAX;
    if (kind > 0 && i == SIZE_MAX)
        say(r, SEVERITY_WARNING, section->line, "strategies.not_in_list", "section", section->name, NULL);
    else if (kind == 1 && *label)
        list->clusters[i].label[language] = arena_string(r->arena, label);
    else if (kind == 2 && *label)
        list->strategies[i].label[language] = arena_string(r->arena, label);
    if (kind != 0)
        return;
    struct strategy_list *in = &list->in[language];
    const char **fields[] = {&in->title, &in->citation, &in->licence, &in->kind};
    static const char *const names[] = {"title", "citation", "licence", "kind"};
    for (size_t k = 0; k < 4; k++)
        if (*value_of(section, names[k]))
            *fields[k] = arena_string(r->arena, value_of(section, names[k]));
}

void list_read(struct list *list, struct arena *arena, const struct strategy_file *file,
               const struct strategy_file *files, size_t n_files, struct findings *findings, bool *good) {
    struct reading r = {arena, findings, file->path, list, true};
    struct arena *scratch = arena_new();
    struct ini *ini;
    list->name = list_name(arena, file->name);
    list->languages = arena_array(arena, n_files + 1, sizeof *list->languages);
    list->in = arena_array(arena, n_files + 1, sizeof *list->in);
    list->n_languages = n_files + 1;
    r.good = ini_parse(&ini, scratch, file->path, file->text, findings) == RESULT_OK;
    if (ini)
        read_own(&r, ini);
    list->n_languages = 1;
    for (size_t i = 0; ini && i < n_files; i++) {
        r.file = files[i].path;
        struct ini *translation;
        if (ini_parse(&translation, scratch, files[i].path, files[i].text, findings) != RESULT_OK)
            r.good = false;
        if (!translation)
            continue;
        size_t language = list->n_languages++;
        list->languages[language] = list_language(arena, files[i].name);
        list->in[language] = list->in[0];
        for (size_t k = 0; k < translation->n_sections; k++) {
            check_section(&r, &translation->sections[k]);
            translate_section(&r, &translation->sections[k], language);
        }
    }
    arena_free(scratch);
    *good = r.good;
}
