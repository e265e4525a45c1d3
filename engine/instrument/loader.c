#include "instrument/loader.h"

#include <dirent.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/ini.h"
#include "base/nearest.h"
#include "instrument/load.h"

bool language_is_tag(struct str s) {
    struct str rest = s, part;
    size_t n = 0;
    while (rest.p && str_split(&rest, '-', &part)) {
        if (part.n < 2 || part.n > (n == 0 ? 3 : 8)) {
            return false;
        }
        for (size_t i = 0; i < part.n; i++) {
            char c = part.p[i];
            bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!letter && (n == 0 || c < '0' || c > '9')) {
                return false;
            }
        }
        n++;
    }
    return n > 0;
}

static bool ends_in_ini(const char *name) {
    size_t n = strlen(name);
    return n > 4 && strcmp(name + n - 4, ".ini") == 0;
}

/* "surveys/x.ini" and "fr" give "surveys/x.fr.ini". */
static const char *translation_name(struct arena *arena, const char *name, const char *language) {
    int n = (int)strlen(name);
    return ends_in_ini(name) ? arena_printf(arena, "%.*s.%s.ini", n - 4, name, language)
                             : arena_printf(arena, "%s.%s", name, language);
}

static int kind_of(const char *section) {
    size_t n = strcspn(section, ".");
    for (int i = 0; i < SECTION_KINDS; i++) {
        if (strlen(section_names[i]) == n && strncmp(section, section_names[i], n) == 0) {
            return i;
        }
    }
    return -1;
}

/* Sections that nobody knows, with the kind that was probably meant; sections without the name they need. */
static void check_section(struct loader *l, const struct ini_section *section) {
    int kind = kind_of(section->name);
    if (kind < 0) {
        const char *head = arena_copy(l->arena, section->name, strcspn(section->name, "."));
        const char *meant = nearest_name(head, section_names, SECTION_KINDS);
        load_error(l, section->line, meant ? "section.unknown.meant" : "section.unknown", "section", section->name,
                   "meant", meant ? arena_printf(l->arena, "%s%s", meant, section->name + strlen(head)) : "");
    } else if (kind == SECTION_SURVEY && section->name[strlen("survey")] != '\0') {
        load_error(l, section->line, "section.survey", "section", section->name);
    } else if (kind != SECTION_SURVEY && section_own_name(section)[0] == '\0') {
        load_error(l, section->line, "section.no_name", "section", section->name);
    }
}

/* Arrays as large as the file could fill them, so that pointers into them stay valid while they grow. */
static void make_room(struct loader *l) {
    struct arena *a = l->arena;
    size_t n = l->ini->n_sections + 1, keys = n;
    for (size_t i = 0; i < l->ini->n_sections; i++) {
        keys += l->ini->sections[i].n_keys;
    }
    l->names = arena_array(a, keys, sizeof *l->names);
    l->placeholders = arena_array(a, n, sizeof *l->placeholders);
    l->scales = arena_array(a, n, sizeof *l->scales);
    l->domains = arena_array(a, n, sizeof *l->domains);
    l->constructs = arena_array(a, n, sizeof *l->constructs);
    l->items = arena_array(a, keys, sizeof *l->items);
    l->questions = arena_array(a, n, sizeof *l->questions);
    l->fields = arena_array(a, keys, sizeof *l->fields);
    l->scale_sections = arena_array(a, n, sizeof *l->scale_sections);
    l->domain_sections = arena_array(a, n, sizeof *l->domain_sections);
    l->construct_sections = arena_array(a, n, sizeof *l->construct_sections);
    l->question_sections = arena_array(a, n, sizeof *l->question_sections);
}

static void load_sections(struct loader *l, enum section_kind kind,
                          void (*load)(struct loader *l, const struct ini_section *section)) {
    for (size_t i = 0; i < l->ini->n_sections; i++) {
        if (kind_of(l->ini->sections[i].name) == (int)kind) {
            load(l, &l->ini->sections[i]);
        }
    }
}

static void note_page(struct loader *l, const struct ini_section *section) {
    if (!l->page_sections) {
        l->page_sections = arena_array(l->arena, l->ini->n_sections, sizeof *l->page_sections);
        l->pages = arena_array(l->arena, l->ini->n_sections, sizeof *l->pages);
    }
    l->page_sections[l->to->n_pages++] = section;
}

/* Constructs and questions share the order of fields, so they are taken as they come. */
static void load_blocks(struct loader *l) {
    for (size_t i = 0; i < l->ini->n_sections; i++) {
        const struct ini_section *section = &l->ini->sections[i];
        switch (kind_of(section->name)) {
        case SECTION_CONSTRUCT:
            load_construct(l, section);
            break;
        case SECTION_QUESTION:
            load_question(l, section);
            break;
        case SECTION_PAGE:
            note_page(l, section);
            break;
        default:
            break;
        }
    }
    if (l->to->n_constructs + l->to->n_questions == 0) {
        load_error(l, 0, "survey.empty");
    }
}

static bool is_survey_name(const char *s) {
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_");
    return s[0] >= 'a' && s[0] <= 'z' && s[n] == '\0' && n <= 64;
}

static bool is_version(const char *s) {
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
    return n <= 32 && s[n] == '\0';
}

static int by_number(const void *a, const void *b) {
    const struct ini_key *x = *(const struct ini_key *const *)a, *y = *(const struct ini_key *const *)b;
    long i = atol(strchr(x->name, '.') + 1), j = atol(strchr(y->name, '.') + 1);
    return (i > j) - (i < j);
}

/* The numbered paragraphs welcome.1, welcome.2, ... in the order of their numbers. */
static const struct text *load_paragraphs(struct loader *l, const struct ini_section *section, const char *head,
                                          size_t *n) {
    const struct ini_key **keys = arena_array(l->arena, section->n_keys + 1, sizeof *keys);
    size_t length = strlen(head);
    *n = 0;
    for (size_t i = 0; i < section->n_keys; i++) {
        const char *name = section->keys[i].name;
        if (strncmp(name, head, length) == 0 && name[length] == '.' && key_rule_find(SECTION_SURVEY, name)) {
            keys[(*n)++] = &section->keys[i];
        }
    }
    qsort(keys, *n, sizeof *keys, by_number);
    struct text *texts = arena_array(l->arena, *n + 1, sizeof *texts);
    for (size_t i = 0; i < *n; i++) {
        texts[i] = load_text(l, section, SECTION_SURVEY, keys[i]->name);
    }
    return texts;
}

static void check_plain(struct loader *l, const struct ini_section *section, const char *key, const char *value,
                        bool right) {
    const struct ini_key *k = ini_find(l->ini, section->name, key);
    if (k && value[0] && !right) {
        load_error(l, k->line, arena_printf(l->arena, "survey.%s", key), "value", value);
    }
}

void load_survey(struct loader *l) {
    static const struct ini_section none = {.name = "survey"};
    const struct ini_section *section = ini_find_section(l->ini, "survey");
    struct instrument *to = l->to;
    if (!section) {
        load_error(l, 0, "survey.missing");
        to->name = to->version = to->citation = to->licence = "";
        to->welcome = load_paragraphs(l, &none, "welcome", &to->n_welcome);
        to->thanks = load_paragraphs(l, &none, "thanks", &to->n_thanks);
        return;
    }
    load_check_keys(l, section, SECTION_SURVEY);
    (void)load_number(l, section, SECTION_SURVEY, "schema", 1);
    to->name = load_plain(l, section, SECTION_SURVEY, "name");
    check_plain(l, section, "name", to->name, is_survey_name(to->name));
    to->version = load_plain(l, section, SECTION_SURVEY, "version");
    check_plain(l, section, "version", to->version, is_version(to->version));
    check_plain(l, section, "language", to->languages[0], language_is_tag(str_of(to->languages[0])));
    to->title = load_text(l, section, SECTION_SURVEY, "title");
    to->status = load_text(l, section, SECTION_SURVEY, "status");
    to->minutes = (int)load_number(l, section, SECTION_SURVEY, "minutes", 10);
    to->welcome = load_paragraphs(l, section, "welcome", &to->n_welcome);
    to->thanks = load_paragraphs(l, section, "thanks", &to->n_thanks);
    to->citation = load_plain(l, section, SECTION_SURVEY, "citation");
    to->licence = load_plain(l, section, SECTION_SURVEY, "licence");
    to->enabler_share = load_number(l, section, SECTION_SURVEY, "enabler_share", 0);
    to->barrier_share = load_number(l, section, SECTION_SURVEY, "barrier_share", 0);
}

/* BLAKE2b over the sections, keys and values of all files: comments, blanks and quotes do not count. */
static void hash_content(struct instrument *to, struct ini *const *inis, size_t n) {
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof to->hash);
    for (size_t i = 0; i < n; i++) {
        const char *language = to->languages[i];
        crypto_generichash_update(&state, (const unsigned char *)language, strlen(language) + 1);
        for (size_t s = 0; inis[i] && s < inis[i]->n_sections; s++) {
            const struct ini_section *section = &inis[i]->sections[s];
            crypto_generichash_update(&state, (const unsigned char *)"[", 1);
            crypto_generichash_update(&state, (const unsigned char *)section->name, strlen(section->name) + 1);
            for (size_t k = 0; k < section->n_keys; k++) {
                const struct ini_key *key = &section->keys[k];
                crypto_generichash_update(&state, (const unsigned char *)key->name, strlen(key->name) + 1);
                crypto_generichash_update(&state, (const unsigned char *)key->value, strlen(key->value) + 1);
            }
        }
    }
    crypto_generichash_final(&state, to->hash, sizeof to->hash);
}

static void load_all(struct loader *l, struct ini *const *inis) {
    struct instrument *to = l->to;
    make_room(l);
    for (size_t i = 0; i < l->ini->n_sections; i++) {
        check_section(l, &l->ini->sections[i]);
    }
    load_survey(l);
    load_sections(l, SECTION_PLACEHOLDER, load_placeholder);
    load_sections(l, SECTION_SCALE, load_scale);
    load_sections(l, SECTION_DOMAIN, load_domain);
    to->constructs = l->constructs;
    to->questions = l->questions;
    to->items = l->items;
    to->fields = l->fields;
    to->scales = l->scales;
    to->domains = l->domains;
    to->placeholders = l->placeholders;
    load_blocks(l);
    load_pages(l);
    to->pages = l->pages;
    load_relevants(l);
    load_check_unused(l);
    if (l->errors == 0) {
        load_check_reach(l);
    }
    for (size_t i = 1; i < to->n_languages; i++) {
        if (inis[i]) {
            load_translation(l, i, inis[i]);
        }
    }
    load_check_texts(l);
}

/* Copies the files into the instrument and names its languages: its own first, then those of the translations. */
static void take_files(struct loader *l, const char *name, const struct instrument_file *files, size_t n_files) {
    struct instrument *to = l->to;
    struct instrument_file *own = arena_array(l->arena, n_files, sizeof *own);
    const char **languages = arena_array(l->arena, n_files, sizeof *languages);
    const struct ini_key *language = l->ini ? ini_find(l->ini, "survey", "language") : NULL;
    for (size_t i = 0; i < n_files; i++) {
        own[i].language = arena_string(l->arena, files[i].language);
        own[i].text = (struct str){arena_copy(l->arena, files[i].text.p, files[i].text.n), files[i].text.n};
        languages[i] = own[i].language;
    }
    languages[0] = language && language->value[0] ? arena_string(l->arena, language->value)
                                                  : key_rule_find(SECTION_SURVEY, "language")->fallback;
    to->n_files = n_files;
    to->files = own;
    to->n_languages = n_files;
    to->languages = languages;
    for (size_t i = 1; i < n_files; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(languages[i], languages[k]) == 0) {
                l->errors++;
                finding_add(l->findings, SEVERITY_ERROR, (struct place){l->files[i], 0, 0}, "translation.twice",
                            "language", languages[i], "name", name, NULL);
            }
        }
    }
}

enum result instrument_parse(const struct instrument **out, const char *name, const struct instrument_file *files,
                             size_t n_files, struct findings *findings) {
    struct arena *arena = arena_new(), *scratch = arena_new();
    struct made *made = arena_alloc(arena, sizeof *made);
    struct loader l = {.arena = arena, .findings = findings, .made = made, .to = &made->instrument};
    struct ini **inis = arena_array(scratch, n_files, sizeof *inis);
    *out = NULL;
    made->arena = arena;
    atomic_init(&made->references, 1);
    l.files = arena_array(scratch, n_files, sizeof *l.files);
    for (size_t i = 0; i < n_files; i++) {
        l.files[i] = i == 0 ? name : translation_name(scratch, name, files[i].language);
        enum result read = ini_parse(&inis[i], scratch, l.files[i], files[i].text, findings);
        l.errors += read != RESULT_OK;
    }
    l.ini = inis[0];
    take_files(&l, name, files, n_files);
    if (l.ini) {
        load_all(&l, inis);
        hash_content(l.to, inis, n_files);
    }
    if (findings) {
        findings_sort(findings);
    }
    arena_free(scratch);
    if (l.errors > 0) {
        arena_free(arena);
        return RESULT_INPUT;
    }
    *out = l.to;
    return RESULT_OK;
}

static int by_language(const void *a, const void *b) {
    return strcmp(((const struct instrument_file *)a)->language, ((const struct instrument_file *)b)->language);
}

/* The languages for which the folder has NAME.<language>.ini, sorted, as files without text. files[0] is left alone. */
static struct instrument_file *find_translations(struct arena *arena, const char *path, size_t *n) {
    const char *base = file_name(path);
    size_t stem = strlen(base) - (ends_in_ini(base) ? 4 : 0);
    const char *folder = base == path ? "." : arena_copy(arena, path, (size_t)(base - path));
    size_t capacity = 0;
    struct instrument_file *files = arena_grow(arena, NULL, 0, &capacity, sizeof *files);
    files[0] = (struct instrument_file){.language = ""};
    *n = 1;
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        size_t length = strlen(e->d_name);
        if (length < stem + 7 || strncmp(e->d_name, base, stem) != 0 || e->d_name[stem] != '.' ||
            !ends_in_ini(e->d_name)) {
            continue;
        }
        struct str language = {e->d_name + stem + 1, length - stem - 5};
        if (language_is_tag(language)) {
            files = arena_grow(arena, files, *n, &capacity, sizeof *files);
            files[(*n)++] = (struct instrument_file){.language = arena_copy(arena, language.p, language.n)};
        }
    }
    if (dir) {
        closedir(dir);
    }
    qsort(files + 1, *n - 1, sizeof *files, by_language);
    return files;
}

const char **instrument_list_files(struct arena *arena, const char *path, size_t *n) {
    const struct instrument_file *files = find_translations(arena, path, n);
    const char **paths = arena_array(arena, *n, sizeof *paths);
    for (size_t i = 0; i < *n; i++) {
        paths[i] = i == 0 ? arena_string(arena, path) : translation_name(arena, path, files[i].language);
    }
    return paths;
}

enum result instrument_load(const struct instrument **out, const char *path, struct findings *findings) {
    struct arena *arena = arena_new();
    size_t n;
    struct instrument_file *files = find_translations(arena, path, &n);
    enum result result = RESULT_OK;
    *out = NULL;
    for (size_t i = 0; i < n && result == RESULT_OK; i++) {
        const char *file = i == 0 ? path : translation_name(arena, path, files[i].language);
        result = file_read(&files[i].text, arena, file, INI_FILE_MAX, findings);
    }
    if (result == RESULT_OK) {
        result = instrument_parse(out, path, files, n, findings);
    }
    arena_free(arena);
    return result;
}

bool instrument_is_translation(const char *path) {
    const char *base = file_name(path);
    if (!ends_in_ini(base)) {
        return false;
    }
    const char *end = base + strlen(base) - 4, *dot = end;
    while (dot > base && dot[-1] != '.') {
        dot--;
    }
    if (dot <= base + 1 || !language_is_tag((struct str){dot, (size_t)(end - dot)})) {
        return false;
    }
    struct buf original = BUF_INIT;
    buf_bytes(&original, path, (size_t)(dot - path));
    buf_text(&original, "ini");
    bool there = file_exists(original.p);
    buf_free(&original);
    return there;
}
