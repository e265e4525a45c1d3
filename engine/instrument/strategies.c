#include "instrument/strategies.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/embedded.h"
#include "base/file.h"
#include "base/ini.h"
#include "instrument/keys.h"
#include "instrument/strategies_inside.h"

static const char built_in[] = "config/strategies/";

bool determinant_is_legal(const char *name) {
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return name[0] >= 'a' && name[0] <= 'z' && name[n] == '\0' && n <= 64;
}

static bool ends_in(const char *name, const char *end) {
    size_t n = strlen(name), m = strlen(end);
    return n > m && strcmp(name + n - m, end) == 0;
}

const char *list_name(struct arena *arena, const char *file) {
    const char *name = ends_in(file, ".ini") ? arena_copy(arena, file, strlen(file) - 4) : "";
    return name_is_legal(name) ? name : NULL;
}

const char *list_language(struct arena *arena, const char *file) {
    const char *dot = strchr(file, '.');
    if (!dot || !ends_in(dot, ".ini") || strlen(dot) < 7)
        return NULL;
    const char *language = arena_copy(arena, dot + 1, strlen(dot) - 5);
    return strspn(language, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == strlen(language)
               ? language
               : NULL;
}

/* Is `file` the translation of the list in `of`? */
static bool translates(const char *file, const char *of) {
    size_t n = strlen(of) - strlen("ini");
    return strncmp(file, of, n) == 0 && strcmp(file + n, "ini") != 0 && ends_in(file, ".ini");
}

struct folder {
    size_t n, capacity;
    struct strategy_file *files;
};

static void add_file(struct arena *arena, struct folder *folder, const char *name, const char *path, struct str text) {
    folder->files = arena_grow(arena, folder->files, folder->n, &folder->capacity, sizeof *folder->files);
    folder->files[folder->n++] = (struct strategy_file){arena_string(arena, name), arena_string(arena, path), text};
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct strategy_file *)a)->name, ((const struct strategy_file *)b)->name);
}

static enum result read_folder(struct folder *folder, struct arena *arena, const char *path,
                               struct findings *findings) {
    enum result result = RESULT_OK;
    DIR *dir = path ? opendir(path) : NULL;
    for (struct dirent *e; dir && (e = readdir(dir));) {
        if (e->d_name[0] == '.' || !(ends_in(e->d_name, ".ini") || ends_in(e->d_name, ".csv")))
            continue;
        if (folder->n == STRATEGY_FILES_MAX) {
            finding_add(findings, SEVERITY_ERROR, (struct place){path, 0, 0}, "strategies.too_many", "most",
                        arena_printf(arena, "%d", STRATEGY_FILES_MAX), NULL);
            result = RESULT_INPUT;
            break;
        }
        const char *file = arena_printf(arena, "%s/%s", path, e->d_name);
        struct str text;
        enum result one = file_read(&text, arena, file,
                                    ends_in(file, ".csv") ? (size_t)CSV_FILE_MAX : (size_t)INI_FILE_MAX, findings);
        if (one == RESULT_OK)
            add_file(arena, folder, e->d_name, file, text);
        else
            result = one;
    }
    if (dir)
        closedir(dir);
    return result;
}

/* What is built in, but for the lists that the folder has itself, and for single files that it has itself. */
static void add_built_in(struct folder *folder, struct arena *arena) {
    size_t own = folder->n;
    for (size_t i = 0; i < embedded_count; i++) {
        const char *path = embedded_files[i].path, *name = path + strlen(built_in);
        bool taken = strncmp(path, built_in, strlen(built_in)) != 0 || !ends_in(path, ".ini");
        for (size_t k = 0; !taken && k < own; k++)
            taken = strcmp(folder->files[k].name, name) == 0 ||
                    (list_name(arena, folder->files[k].name) && translates(name, folder->files[k].name));
        if (!taken)
            add_file(arena, folder, name, path, embedded_find(path));
    }
}

/* The files that translate a list, in the order of their names. */
static struct strategy_file *translations_of(const struct folder *folder, struct arena *arena, const char *name,
                                             size_t *n) {
    struct strategy_file *found = arena_array(arena, folder->n + 1, sizeof *found);
    *n = 0;
    for (size_t i = 0; i < folder->n; i++)
        if (translates(folder->files[i].name, name) && list_language(arena, folder->files[i].name))
            found[(*n)++] = folder->files[i];
    return found;
}

/* A file that is neither a list nor the translation of one. */
static bool check_name(const struct folder *folder, struct arena *arena, const struct strategy_file *file,
                       struct findings *findings) {
    if (!ends_in(file->name, ".ini") || list_name(arena, file->name))
        return true;
    bool translation = false;
    for (size_t i = 0; i < folder->n; i++)
        translation =
            translation || (list_name(arena, folder->files[i].name) && translates(file->name, folder->files[i].name));
    if (translation && list_language(arena, file->name))
        return true;
    finding_add(findings, SEVERITY_ERROR, (struct place){file->path, 0, 0}, "strategies.file_name", "file", file->name,
                NULL);
    return false;
}

static bool read_lists(struct strategies *s, const struct folder *folder, struct arena *scratch,
                       struct findings *findings) {
    bool all = true;
    for (size_t i = 0; i < folder->n; i++) {
        const struct strategy_file *file = &folder->files[i];
        all = check_name(folder, scratch, file, findings) && all;
        if (!list_name(scratch, file->name))
            continue;
        size_t n;
        bool good;
        const struct strategy_file *translations = translations_of(folder, scratch, file->name, &n);
        struct list list = {.name = NULL};
        list_read(&list, s->arena, file, translations, n, findings, &good);
        all = all && good;
        if (!good)
            continue;
        s->lists = arena_grow(s->arena, s->lists, s->n_lists, &s->lists_capacity, sizeof *s->lists);
        s->lists[s->n_lists] = list;
        s->lists[s->n_lists++].first = s->n_codes;
        s->n_codes += list.n;
    }
    s->codes = arena_array(s->arena, s->n_codes + 1, sizeof *s->codes);
    for (size_t i = 0; i < s->n_lists; i++)
        for (size_t k = 0; k < s->lists[i].n; k++)
            s->codes[s->lists[i].first + k] = s->lists[i].strategies[k].code;
    return all;
}

static int by_percent(const void *a, const void *b) {
    const struct strategy_cell *x = *(const struct strategy_cell *const *)a,
                               *y = *(const struct strategy_cell *const *)b;
    int d = strcmp(x->determinant, y->determinant);
    if (d != 0)
        return d;
    if (x->percent > y->percent || x->percent < y->percent)
        return x->percent > y->percent ? -1 : 1;
    return x < y ? -1 : x > y;
}

enum result strategies_load(struct strategies **out, const char *folder, struct findings *findings) {
    struct arena *arena = arena_new(), *scratch = arena_new();
    struct strategies *s = arena_alloc(arena, sizeof *s);
    struct folder files = {0};
    s->arena = arena;
    enum result result = read_folder(&files, scratch, folder, findings);
    add_built_in(&files, scratch);
    if (files.n)
        qsort(files.files, files.n, sizeof *files.files, by_name);
    bool good = read_lists(s, &files, scratch, findings);
    for (size_t i = 0; i < files.n; i++)
        if (ends_in(files.files[i].name, ".csv"))
            good = matrix_read(s, &files.files[i], findings) && good;
    s->sorted = arena_array(arena, s->n_cells + 1, sizeof *s->sorted);
    for (size_t i = 0; i < s->n_cells; i++)
        s->sorted[i] = &s->cells[i];
    qsort(s->sorted, s->n_cells, sizeof *s->sorted, by_percent);
    arena_free(scratch);
    *out = s;
    return result != RESULT_OK ? result : good ? RESULT_OK : RESULT_INPUT;
}

void strategies_free(struct strategies *s) {
    if (s)
        arena_free(s->arena);
}

size_t strategies_codes(const struct strategies *s, const char *const **codes) {
    *codes = s->codes;
    return s->n_codes;
}

size_t strategies_order(const struct strategies *s, const char *code) {
    for (size_t i = 0; i < s->n_codes; i++)
        if (strcmp(s->codes[i], code) == 0)
            return i;
    return SIZE_MAX;
}

/* The list's language for a tag: the very one, else the one of its primary part, else its own. */
static size_t language_of(const struct list *list, const char *language) {
    size_t primary = strcspn(language, "-"), nearest = 0;
    for (size_t i = list->n_languages; i-- > 0;) {
        if (strcmp(list->languages[i], language) == 0)
            return i;
        if (strlen(list->languages[i]) == primary && strncmp(list->languages[i], language, primary) == 0)
            nearest = i;
    }
    return nearest;
}

static const char *text_of(const char *const *in, size_t language) {
    return in[language] ? in[language] : in[0];
}

const struct strategy *strategies_find(const struct strategies *s, struct arena *arena, const char *code,
                                       const char *language) {
    size_t order = strategies_order(s, code), i = 0;
    if (order == SIZE_MAX)
        return NULL;
    while (i + 1 < s->n_lists && s->lists[i + 1].first <= order)
        i++;
    const struct list *list = &s->lists[i];
    const struct list_strategy *found = &list->strategies[order - list->first];
    size_t l = language_of(list, language);
    struct strategy *strategy = arena_alloc(arena, sizeof *strategy);
    *strategy = (struct strategy){
        .code = found->code,
        .label = text_of(found->label, l),
        .cluster = found->cluster == SIZE_MAX ? "" : text_of(list->clusters[found->cluster].label, l),
        .list = &list->in[l],
        .order = order,
    };
    return strategy;
}

const struct strategy_cell *const *strategies_about(const struct strategies *s, const char *determinant, size_t *n) {
    size_t low = 0, high = s->n_cells;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(s->sorted[middle]->determinant, determinant) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*n = 0; low + *n < s->n_cells && strcmp(s->sorted[low + *n]->determinant, determinant) == 0;)
        ++*n;
    return s->sorted + low;
}
