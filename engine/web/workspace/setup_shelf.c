/* The instruments of the surveys folder, for whoever sets up an assessment. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "instrument/library.h"
#include "instrument/loader.h"
#include "web/workspace/setup.h"

enum { SHELF_MAX = 200 };

/* A plain file name of letters, digits, - _ and point; "x" of "x.ini", or NULL. */
static const char *name_of(struct desk *d, const char *file) {
    const size_t n = strlen(file);
    if (n <= 4 || n > 100 || strcmp(file + n - 4, ".ini") != 0 || file[0] == '.')
        return NULL;
    if (strspn(file, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != n)
        return NULL;
    return arena_copy(d->arena, file, n - 4);
}

/* "x.ini" for a file x.fr.ini beside which there is no such file; else NULL. */
static const char *missing_main(struct desk *d, const char *name) {
    const char *dot = strrchr(name, '.');
    if (!dot || dot == name || !language_is_tag(str_of(dot + 1)))
        return NULL;
    const char *file = arena_printf(d->arena, "%.*s.ini", (int)(dot - name), name);
    return file_exists(arena_printf(d->arena, "%s/%s", d->request->web->surveys, file)) ? NULL : file;
}

static void load(struct desk *d, const char *name, struct setup_instrument *out) {
    const char *path = arena_printf(d->arena, "%s/%s.ini", d->request->web->surveys, name);
    char *whole = realpath(path, NULL);
    struct findings *findings = findings_new();
    *out = (struct setup_instrument){.name = name, .path = arena_string(d->arena, whole ? whole : path)};
    free(whole);
    if (library_load(d->request->web->library, &out->instrument, out->path, LIBRARY_LOOK, findings) != RESULT_OK)
        out->instrument = NULL;
    if (!out->instrument)
        out->missing = missing_main(d, name);
    findings_free(findings);
}

static int compare(const void *a, const void *b) {
    const struct setup_instrument *x = a, *y = b;
    return strcmp(x->name, y->name);
}

size_t setup_shelf(struct desk *d, struct setup_instrument **out) {
    size_t n = 0;
    *out = arena_array(d->arena, SHELF_MAX, sizeof **out);
    DIR *folder = opendir(d->request->web->surveys);
    if (!folder)
        return 0;
    for (const struct dirent *e; n < SHELF_MAX && (e = readdir(folder));) {
        const char *name = name_of(d, e->d_name);
        if (name && !instrument_is_translation(arena_printf(d->arena, "%s/%s", d->request->web->surveys, e->d_name)))
            load(d, name, &(*out)[n++]);
    }
    closedir(folder);
    qsort(*out, n, sizeof **out, compare);
    return n;
}

void setup_release(const struct setup_instrument *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        instrument_release(list[i].instrument);
}

bool setup_find_instrument(struct desk *d, const char *name, struct setup_instrument *out) {
    const char *safe = name_of(d, arena_printf(d->arena, "%s.ini", name));
    if (!safe)
        return false;
    load(d, safe, out);
    return out->instrument != NULL;
}

const struct instrument *setup_load_instrument(struct desk *d) {
    const struct instrument *instrument = NULL;
    struct findings *findings = findings_new();
    if (library_load(d->request->web->library, &instrument, d->assessment.instrument, LIBRARY_LOOK, findings) !=
        RESULT_OK)
        instrument = NULL;
    findings_free(findings);
    return instrument;
}

const struct instrument *setup_pin_instrument(struct desk *d) {
    const struct instrument *instrument = NULL;
    struct findings *findings = findings_new();
    const enum result result =
        library_load(d->request->web->library, &instrument, d->assessment.instrument, LIBRARY_PIN, findings);
    if (result != RESULT_OK && findings_have(findings, "library_being_written", 0))
        desk_wrong(d, "", "library_being_written", NULL, NULL);
    findings_free(findings);
    return result == RESULT_OK ? instrument : NULL;
}

const char *setup_instrument_title(struct desk *d, const struct instrument *i) {
    const int language = instrument_language(i, d->screen.words);
    const size_t in = language < 0 ? 0 : (size_t)language;
    struct buf out = BUF_INIT;
    instrument_fill(&out, i, in, text_in(&i->title, in), NULL, NULL, 0);
    const char *title = arena_copy(d->arena, out.p, out.n);
    buf_free(&out);
    return title;
}

const char *setup_coverage(struct desk *d, const struct instrument *i) {
    struct buf out = BUF_INIT;
    for (size_t l = 0; l < i->n_languages; l++) {
        const double share = instrument_coverage(i, l);
        if (l)
            buf_text(&out, ", ");
        buf_text(&out, texts_language_name(d->screen.texts, i->languages[l]));
        if (l > 0 && share < 0.9995)
            buf_printf(&out, " (%s)", desk_percent(d, share < 0.99 ? share : 0.99));
    }
    const char *text = arena_copy(d->arena, out.p, out.n);
    buf_free(&out);
    return text;
}
