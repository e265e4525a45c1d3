/* A collect and what it knows about its waves. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "collect/inside.h"
#include "instrument/loader.h"

enum result collect_new(struct collect **out, struct store *store, const char *keys, struct findings *findings) {
    *out = NULL;
    if (file_make_folder(keys, 0700, findings) != RESULT_OK)
        return RESULT_MACHINE;
    struct collect *c = mem_alloc(sizeof *c);
    c->store = store;
    c->keys = strdup(keys);
    pthread_mutex_init(&c->mutex, NULL);
    const enum result result = collect_finish_waves(c, findings);
    if (result != RESULT_OK) {
        collect_free(c);
        return result;
    }
    *out = c;
    return RESULT_OK;
}

enum result collect_finish_waves(struct collect *c, struct findings *findings) {
    struct arena *arena = arena_new();
    struct wave *waves;
    size_t n;
    enum result result = store_list_waves_in(c->store, arena, WAVE_EMPTIED, &waves, &n);
    for (size_t i = 0; result == RESULT_OK && i < n; i++)
        result = finish_closing(c, waves[i].id, findings);
    arena_free(arena);
    return result;
}

void collect_free(struct collect *c) {
    if (!c)
        return;
    for (struct known_wave *w = c->waves; w;) {
        struct known_wave *next = w->next;
        instrument_release(w->instrument);
        arena_free(w->arena);
        free(w);
        w = next;
    }
    pthread_mutex_destroy(&c->mutex);
    free(c->keys);
    free(c);
}

static enum result read_instrument(struct collect *c, const struct wave *wave, struct known_wave *known) {
    struct arena *arena = arena_new();
    struct wave_file *files;
    size_t n;
    enum result result = store_list_wave_files(c->store, arena, wave->id, &files, &n);
    if (result == RESULT_OK) {
        struct instrument_file *copies = arena_array(arena, n + 1, sizeof *copies);
        for (size_t i = 0; i < n; i++)
            copies[i] = (struct instrument_file){files[i].language, files[i].text};
        result = instrument_parse(&known->instrument, known->assessment.instrument, copies, n, NULL);
    }
    arena_free(arena);
    return result;
}

static struct known_wave *learn(struct collect *c, const struct wave *wave) {
    struct known_wave *w = mem_alloc(sizeof *w);
    w->arena = arena_new();
    w->id = wave->id;
    memcpy(w->hash, wave->instrument_hash, sizeof w->hash);
    if (store_get_assessment(c->store, w->arena, wave->assessment, &w->assessment) == RESULT_OK &&
        store_list_placeholders(c->store, w->arena, wave->assessment, &w->placeholders, &w->n_placeholders) ==
            RESULT_OK &&
        store_list_organisations(c->store, w->arena, wave->assessment, &w->organisations, &w->n_organisations) ==
            RESULT_OK &&
        read_instrument(c, wave, w) == RESULT_OK)
        return w;
    arena_free(w->arena);
    free(w);
    return NULL;
}

const struct known_wave *collect_know(struct collect *c, const struct wave *wave) {
    pthread_mutex_lock(&c->mutex);
    struct known_wave *w = c->waves;
    while (w && !(id_equal(w->id, wave->id) && memcmp(w->hash, wave->instrument_hash, sizeof w->hash) == 0))
        w = w->next;
    if (!w && (w = learn(c, wave))) {
        w->next = c->waves;
        c->waves = w;
    }
    pthread_mutex_unlock(&c->mutex);
    return w;
}

static int by_code(const void *key, const void *element) {
    return strcmp(key, ((const struct organisation *)element)->code);
}

const struct organisation *known_organisation(const struct known_wave *w, const char *code) {
    return w->n_organisations ? bsearch(code, w->organisations, w->n_organisations, sizeof *w->organisations, by_code)
                              : NULL;
}

bool wave_label_good(const char *label) {
    const struct str s = str_of(label);
    return utf8_is_line(s) && str_trim(s).n == s.n && s.n > 0 && utf8_length(s) <= 60;
}

struct wave_file *pinned_files(struct arena *arena, const struct instrument *instrument) {
    struct wave_file *files = arena_array(arena, instrument->n_files + 1, sizeof *files);
    for (size_t i = 0; i < instrument->n_files; i++)
        files[i] = (struct wave_file){instrument->files[i].language, instrument->files[i].text};
    return files;
}
