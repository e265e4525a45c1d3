#include "base/texts.h"

#include <dirent.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/ini.h"
#include "base/nearest.h"
#include "base/terms.h"

enum { LANGUAGES_MAX = 40, FILL_MAX = 16 };

struct entry {
    const char *key; /* "section.key" */
    const char *text;
};

struct catalogue { /* of one language, sorted by key once loaded */
    const char *language;
    struct entry *entries;
    size_t n, capacity;
};

struct texts {
    struct arena *arena;
    struct catalogue of[LANGUAGES_MAX];
    const char *languages[LANGUAGES_MAX];
    size_t n;
};

static struct catalogue *catalogue_of(struct texts *t, const char *language) {
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->of[i].language, language) == 0)
            return &t->of[i];
    if (t->n == LANGUAGES_MAX)
        return NULL;
    t->of[t->n].language = t->languages[t->n] = arena_string(t->arena, language);
    return &t->of[t->n++];
}

static void add_file(struct texts *t, struct catalogue *c, const struct ini *ini) {
    for (size_t s = 0; s < ini->n_sections; s++) {
        const struct ini_section *section = &ini->sections[s];
        for (size_t k = 0; k < section->n_keys; k++) {
            if (!section->keys[k].value[0] && c != &t->of[0])
                continue; /* not translated yet */
            c->entries = arena_grow(t->arena, c->entries, c->n, &c->capacity, sizeof *c->entries);
            c->entries[c->n++] = (struct entry){arena_printf(t->arena, "%s.%s", section->name, section->keys[k].name),
                                                arena_string(t->arena, section->keys[k].value)};
        }
    }
}

/* Stable, so that of equal keys the later file comes later. */
static void sort_entries(struct entry *e, size_t n, struct entry *scratch) {
    if (n < 2)
        return;
    size_t half = n / 2, a = 0, b = half, out = 0;
    sort_entries(e, half, scratch);
    sort_entries(e + half, n - half, scratch);
    while (a < half || b < n)
        scratch[out++] = b == n || (a < half && strcmp(e[a].key, e[b].key) <= 0) ? e[a++] : e[b++];
    memcpy(e, scratch, n * sizeof *e);
}

static void finish(struct texts *t, struct catalogue *c) {
    sort_entries(c->entries, c->n, arena_array(t->arena, c->n + 1, sizeof *c->entries));
    size_t kept = 0;
    for (size_t i = 0; i < c->n; i++) /* the last of equal keys wins */
        if (i + 1 == c->n || strcmp(c->entries[i].key, c->entries[i + 1].key) != 0)
            c->entries[kept++] = c->entries[i];
    c->n = kept;
}

/* In a catalogue that is finished; NULL when there is none. */
static const struct entry *find_entry(const struct catalogue *c, const char *key) {
    size_t low = 0, high = c->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(c->entries[middle].key, key);
        if (order == 0)
            return &c->entries[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static enum result load_built_in(struct texts *t, struct findings *findings) {
    enum result result = RESULT_OK;
    for (size_t i = 0; i < embedded_count; i++) {
        const struct embedded_file *f = &embedded_files[i];
        char language[16];
        if (sscanf(f->path, "config/texts/%15[a-zA-Z-]/", language) != 1)
            continue;
        struct catalogue *c = catalogue_of(t, language);
        struct ini *ini = NULL;
        struct str text = {f->begin, (size_t)(f->end - f->begin)};
        struct arena *reading = arena_new(); /* what a file takes beside its texts is four times as much as they */
        const enum result parsed = ini_parse(&ini, reading, f->path, text, findings);
        if (parsed != RESULT_OK)
            result = parsed;
        else if (c)
            add_file(t, c, ini);
        arena_free(reading);
        embedded_leave(f);
    }
    return result;
}

/* FOLDER/<language>/<anything>.ini */
static enum result load_language_folder(struct texts *t, const char *folder, const char *language,
                                        struct findings *findings) {
    enum result result = RESULT_OK;
    const char *path = arena_printf(t->arena, "%s/%s", folder, language);
    DIR *dir = opendir(path);
    struct catalogue *c = dir ? catalogue_of(t, language) : NULL;
    struct dirent *d;
    while (c && (d = readdir(dir))) {
        const char *dot = strrchr(d->d_name, '.');
        if (!dot || strcmp(dot, ".ini") != 0)
            continue;
        struct ini *ini = NULL;
        if (ini_read(&ini, t->arena, arena_printf(t->arena, "%s/%s", path, d->d_name), NULL, findings) != RESULT_OK)
            result = RESULT_INPUT;
        else
            add_file(t, c, ini);
    }
    if (dir)
        closedir(dir);
    return result;
}

static enum result load_folder(struct texts *t, const char *folder, struct findings *findings) {
    DIR *dir = opendir(folder);
    if (!dir) {
        finding_add(findings, SEVERITY_ERROR, (struct place){folder, 0, 0}, "folder_missing", NULL);
        return RESULT_INPUT;
    }
    enum result result = RESULT_OK;
    struct dirent *d;
    while ((d = readdir(dir)))
        if (d->d_name[0] != '.' && strlen(d->d_name) < 16 &&
            load_language_folder(t, folder, d->d_name, findings) != RESULT_OK)
            result = RESULT_INPUT;
    closedir(dir);
    return result;
}

/* The language's own word for a term, also of its primary part (fr-CA: fr). */
static const char *find_term(const void *context, const char *language, const char *key) {
    const struct texts *t = context;
    const char *word = texts_own(t, language, key), *dash = word ? NULL : strchr(language, '-');
    char primary[16];
    if (dash) {
        snprintf(primary, sizeof primary, "%.*s", (int)(dash - language), language);
        word = texts_own(t, primary, key);
    }
    return word;
}

const char *texts_with_terms(const struct texts *t, struct arena *arena, const char *language, const char *text) {
    return terms_resolve(arena, text, language, find_term, t);
}

/* A deployment's own words for one term stand for all its forms. */
static void forget_term(struct catalogue *c, const char *prefix) {
    size_t kept = 0;
    for (size_t i = 0; i < c->n; i++)
        if (strncmp(c->entries[i].key, prefix, strlen(prefix)) != 0)
            c->entries[kept++] = c->entries[i];
    c->n = kept;
}

struct own_terms { /* one file */
    struct texts *t;
    const struct ini *ini;
    const struct ini_section *section;
    struct findings *findings;
    enum result result;
};

/* A mistake in a terms file: `code`, or `code`.meant with the nearest of the names. */
static void refuse_term(struct own_terms *o, int line, const char *code, const char *word, const char *const *names,
                        size_t n) {
    const char *meant = n ? nearest_name(word, names, n) : NULL;
    finding_add(o->findings, SEVERITY_ERROR, (struct place){o->ini->file, line, 0},
                meant ? arena_printf(o->t->arena, "%s.meant", code) : code, "word", word, "section", o->section->name,
                "meant", meant ? meant : "", NULL);
    o->result = RESULT_INPUT;
}

/* The names of all terms: English has each, with its singular. */
static size_t term_names(struct texts *t, const char ***names) {
    const struct catalogue *c = &t->of[0];
    size_t n = 0;
    *names = arena_array(t->arena, c->n + 1, sizeof **names);
    for (size_t i = 0; i < c->n; i++) {
        const size_t length = strlen(c->entries[i].key);
        if (strncmp(c->entries[i].key, "term.", 5) == 0 && strcmp(c->entries[i].key + length - 4, ".one") == 0)
            (*names)[n++] = arena_copy(t->arena, c->entries[i].key + 5, length - 9);
    }
    return n;
}

static bool is_among(const char *word, const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, list[i]) == 0)
            return true;
    return false;
}

static bool has_key(const struct ini_section *section, const char *key) {
    for (size_t i = 0; i < section->n_keys; i++)
        if (strcmp(section->keys[i].name, key) == 0 && section->keys[i].value[0])
            return true;
    return false;
}

static void check_forms(struct own_terms *o, const char *language) {
    const struct ini_section *s = o->section;
    for (size_t k = 0; k < s->n_keys; k++)
        if (!is_among(s->keys[k].name, term_forms, n_term_forms))
            refuse_term(o, s->keys[k].line, "terms.form", s->keys[k].name, term_forms, n_term_forms);
    for (size_t i = 0; i < 2; i++)
        if (!has_key(s, term_forms[i]))
            refuse_term(o, s->line, "terms.missing", term_forms[i], NULL, 0);
    for (size_t k = 0; k < s->n_keys; k++)
        if ((strcmp(s->keys[k].name, "gender") == 0 &&
             !is_among(s->keys[k].value, (const char *const[]){"m", "f"}, 2)) ||
            (strcmp(s->keys[k].name, "elision") == 0 &&
             !is_among(s->keys[k].value, (const char *const[]){"yes", "no"}, 2)))
            refuse_term(o, s->keys[k].line, "terms.value", s->keys[k].value, NULL, 0);
    if (strncmp(language, "fr", 2) == 0 && !has_key(s, "gender"))
        refuse_term(o, s->line, "terms.gender", language, NULL, 0);
}

/* [LANGUAGE.TERM] */
static void take_term(struct own_terms *o, const char *const *names, size_t n) {
    struct texts *t = o->t;
    const char *dot = strchr(o->section->name, '.'), *name = dot ? dot + 1 : "";
    const char *language = arena_copy(t->arena, o->section->name, strcspn(o->section->name, "."));
    struct catalogue *c = NULL;
    for (size_t i = 0; i < t->n && !c; i++)
        c = strcasecmp(t->of[i].language, language) == 0 ? &t->of[i] : NULL;
    if (!c)
        refuse_term(o, o->section->line, "terms.language", language, t->languages, t->n);
    if (!is_among(name, names, n))
        refuse_term(o, o->section->line, "terms.term", name, names, n);
    check_forms(o, language);
    if (!c || o->result != RESULT_OK)
        return;
    forget_term(c, arena_printf(t->arena, "term.%s.", name));
    for (size_t k = 0; k < o->section->n_keys; k++) {
        c->entries = arena_grow(t->arena, c->entries, c->n, &c->capacity, sizeof *c->entries);
        c->entries[c->n++] = (struct entry){arena_printf(t->arena, "term.%s.%s", name, o->section->keys[k].name),
                                            o->section->keys[k].value};
    }
    finish(t, c);
}

static enum result take_terms(struct texts *t, const char *path, struct findings *findings) {
    struct ini *ini = NULL;
    const char **names;
    const size_t n = term_names(t, &names);
    struct own_terms o = {.t = t, .findings = findings};
    o.result = ini_read(&ini, t->arena, path, NULL, findings);
    o.ini = ini;
    for (size_t s = 0; ini && s < ini->n_sections; s++) {
        o.section = &ini->sections[s];
        take_term(&o, names, n);
    }
    return o.result;
}

/* Puts the words into every text, so that a page has nothing to do with them. */
static void put_terms(struct texts *t) {
    for (size_t i = 0; i < t->n; i++)
        for (size_t e = 0; e < t->of[i].n; e++) {
            struct entry *entry = &t->of[i].entries[e];
            entry->text = texts_with_terms(t, t->arena, t->of[i].language, entry->text);
        }
}

/* The text of a string in one piece with others, at `to`; returns what comes behind it. */
static char *pack(char *to, const char **text) {
    const size_t n = strlen(*text) + 1;
    memcpy(to, *text, n);
    *text = to;
    return to + n;
}

/* Only what was chosen stays, side by side: what reading takes besides is three times as much, and a server keeps its
 * texts as long as it runs. Keys that English has are not kept once more. */
static void settle(struct texts *t) {
    struct arena *reading = t->arena;
    t->arena = arena_new();
    for (size_t i = 0; i < t->n; i++) {
        struct catalogue *c = &t->of[i];
        const struct entry *before = c->entries;
        size_t size = 0;
        for (size_t e = 0; e < c->n; e++)
            size += strlen(before[e].key) + strlen(before[e].text) + 2;
        c->entries = arena_array(t->arena, c->n + 1, sizeof *c->entries);
        char *to = arena_alloc(t->arena, size + 1);
        for (size_t e = 0; e < c->n; e++) {
            c->entries[e] = before[e];
            const struct entry *english = i ? find_entry(&t->of[0], before[e].key) : NULL;
            if (english)
                c->entries[e].key = english->key;
            else
                to = pack(to, &c->entries[e].key);
            to = pack(to, &c->entries[e].text);
        }
        c->capacity = c->n;
        c->language = t->languages[i] = arena_string(t->arena, c->language);
    }
    arena_free(reading);
    (void)malloc_trim(0);
}

enum result texts_load(struct texts **out, const char *folder, struct findings *findings) {
    return texts_load_with(out, folder, NULL, findings);
}

enum result texts_load_with(struct texts **out, const char *folder, const char *terms, struct findings *findings) {
    struct texts *t = mem_alloc(sizeof *t);
    t->arena = arena_new();
    (void)catalogue_of(t, "en"); /* first, whatever the order of the files */
    enum result result = load_built_in(t, findings);
    if (folder && load_folder(t, folder, findings) != RESULT_OK)
        result = RESULT_INPUT;
    for (size_t i = 0; i < t->n; i++)
        finish(t, &t->of[i]);
    if (terms && take_terms(t, terms, findings) != RESULT_OK)
        result = RESULT_INPUT;
    put_terms(t);
    settle(t);
    *out = t;
    return result;
}

void texts_free(struct texts *t) {
    if (!t)
        return;
    arena_free(t->arena);
    free(t);
}

size_t texts_languages(const struct texts *t, const char *const **languages) {
    *languages = t->languages;
    return t->n;
}

bool texts_has_language(const struct texts *t, const char *language) {
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->languages[i], language) == 0)
            return true;
    return false;
}

const char *texts_own(const struct texts *t, const char *language, const char *key) {
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->of[i].language, language) == 0) {
            const struct entry *found = find_entry(&t->of[i], key);
            return found ? found->text : NULL;
        }
    return NULL;
}

const char *texts_get(const struct texts *t, const char *language, const char *key) {
    const char *text = texts_own(t, language, key);
    const char *dash = text ? NULL : strchr(language, '-');
    if (dash) { /* fr-CA: first its own, then fr */
        char primary[16];
        snprintf(primary, sizeof primary, "%.*s", (int)(dash - language), language);
        text = texts_own(t, primary, key);
    }
    if (!text)
        text = texts_own(t, "en", key);
    return text ? text : key;
}

void texts_substitute(struct buf *out, const char *text, const char *const *names, const char *const *values,
                      size_t n) {
    while (*text) {
        const char *open = strchr(text, '{');
        const char *close = open ? strchr(open, '}') : NULL;
        if (!close) {
            buf_text(out, text);
            return;
        }
        struct str name = {open + 1, (size_t)(close - open - 1)};
        size_t i = 0;
        while (i < n && !str_is(name, names[i]))
            i++;
        if (i < n) {
            buf_bytes(out, text, (size_t)(open - text));
            buf_text(out, values[i]);
            text = close + 1;
        } else { /* not ours: keep the brace and look behind it */
            buf_bytes(out, text, (size_t)(open + 1 - text));
            text = open + 1;
        }
    }
}

static const char *fill(struct arena *arena, const char *text, const char *number, va_list args) {
    const char *names[FILL_MAX], *values[FILL_MAX];
    size_t n = 0;
    if (number) {
        names[n] = "n";
        values[n++] = number;
    }
    const char *name;
    while ((name = va_arg(args, const char *)) && n < FILL_MAX) {
        const char *value = va_arg(args, const char *);
        names[n] = name;
        values[n++] = value ? value : "";
    }
    struct buf b = BUF_INIT;
    texts_substitute(&b, text, names, values, n);
    const char *result = arena_copy(arena, b.p, b.n);
    buf_free(&b);
    return result;
}

const char *texts_fill(const struct texts *t, struct arena *arena, const char *language, const char *key, ...) {
    va_list args;
    va_start(args, key);
    const char *result = fill(arena, texts_get(t, language, key), NULL, args);
    va_end(args);
    return result;
}

static bool is_primary(const char *language, const char *tag) {
    size_t n = strlen(tag);
    return strncmp(language, tag, n) == 0 && (language[n] == '\0' || language[n] == '-');
}

/* The CLDR plural category, for the languages whose rule is not "one for exactly 1". */
static const char *plural(const char *language, long n) {
    long ten = n % 10, hundred = n % 100;
    if (is_primary(language, "fr") || is_primary(language, "pt"))
        return n < 2 ? "one" : "other";
    if (is_primary(language, "ar"))
        return n == 0                          ? "zero"
               : n == 1                        ? "one"
               : n == 2                        ? "two"
               : hundred >= 3 && hundred <= 10 ? "few"
               : hundred >= 11                 ? "many"
                                               : "other";
    if (is_primary(language, "pl") || is_primary(language, "ru") || is_primary(language, "uk"))
        return ten == 1 && hundred != 11                                ? "one"
               : ten >= 2 && ten <= 4 && (hundred < 12 || hundred > 14) ? "few"
                                                                        : "many";
    if (is_primary(language, "ja") || is_primary(language, "zh") || is_primary(language, "ko"))
        return "other";
    return n == 1 ? "one" : "other";
}

size_t texts_plural_forms(const char *language, const char *const **forms) {
    static const char *const two[] = {"one", "other"}, *const arabic[] = {"zero", "one", "two", "few", "many", "other"},
                             *const slavic[] = {"one", "few", "many"};
    if (is_primary(language, "ar")) {
        *forms = arabic;
        return 6;
    }
    if (is_primary(language, "pl") || is_primary(language, "ru") || is_primary(language, "uk")) {
        *forms = slavic;
        return 3;
    }
    const bool one_form = strcmp(plural(language, 1), "other") == 0;
    *forms = two + one_form;
    return 2 - one_form;
}

const char *texts_count(const struct texts *t, struct arena *arena, const char *language, const char *key, long n,
                        ...) {
    const char *form = arena_printf(arena, "%s.%s", key, plural(language, n));
    const char *text = texts_own(t, language, form);
    if (!text)
        text = texts_own(t, language, arena_printf(arena, "%s.other", key));
    if (!text)
        text = texts_get(t, "en", arena_printf(arena, "%s.%s", key, plural("en", n)));
    va_list args;
    va_start(args, n);
    const char *result = fill(arena, text, texts_number(arena, language, (double)n, 0), args);
    va_end(args);
    return result;
}

bool language_is_rtl(const char *language) {
    static const char *const tags[] = {"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (is_primary(language, tags[i]))
            return true;
    return false;
}

const char *texts_language_name(const struct texts *t, const char *language) {
    const char *name = texts_own(t, language, "language.name");
    return name ? name : language;
}

/* What stands between thousands, and before decimals. */
static void find_signs(const char *language, const char **group, char *decimal) {
    static const char *const with_comma[] = {"de", "es", "it", "nl", "pt"};
    *group = ",";
    *decimal = '.';
    if (is_primary(language, "fr")) {
        *group = "\xE2\x80\xAF"; /* U+202F, a narrow no-break space */
        *decimal = ',';
    }
    for (size_t i = 0; i < sizeof with_comma / sizeof *with_comma; i++)
        if (is_primary(language, with_comma[i])) {
            *group = ".";
            *decimal = ',';
        }
}

const char *texts_number(struct arena *arena, const char *language, double x, int decimals) {
    const char *plain = arena_printf(arena, "%.*f", decimals, x), *group;
    const size_t sign = plain[0] == '-', whole = strspn(plain + sign, "0123456789");
    struct buf out = BUF_INIT;
    char decimal;
    find_signs(language, &group, &decimal);
    buf_bytes(&out, plain, sign);
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0)
            buf_text(&out, group);
        buf_char(&out, plain[sign + i]);
    }
    if (plain[sign + whole] == '.') {
        buf_char(&out, decimal);
        buf_text(&out, plain + sign + whole + 1);
    } else {
        buf_text(&out, plain + sign + whole); /* what is no number */
    }
    const char *number = arena_copy(arena, out.p, out.n);
    buf_free(&out);
    return number;
}
