/* A collect and what it knows about its waves. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "collect/inside.h"
#include "instrument/loader.h"

enum { LOOK_AGAIN = 15000 /* ms */ };

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

static void forget(struct known_wave *w) {
    instrument_release(w->instrument);
    arena_free(w->arena);
    free(w);
}

void collect_free(struct collect *c) {
    if (!c)
        return;
    for (struct known_wave *w = c->waves; w;) {
        struct known_wave *next = w->next;
        forget(w);
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

static void add_text(crypto_generichash_state *print, const char *text) {
    crypto_generichash_update(print, (const uint8_t *)text, strlen(text) + 1);
}

/* Of all that a sitting is told about its assessment. */
static void make_print(struct known_wave *w) {
    crypto_generichash_state print;
    crypto_generichash_init(&print, NULL, 0, sizeof w->print);
    const struct assessment *a = &w->assessment;
    const char *const texts[] = {a->name, a->title, a->timezone, a->languages};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        add_text(&print, texts[i]);
    for (size_t i = 0; i < w->n_placeholders; i++) {
        add_text(&print, w->placeholders[i].name);
        add_text(&print, w->placeholders[i].language);
        add_text(&print, w->placeholders[i].value);
    }
    for (size_t i = 0; i < w->n_organisations; i++) {
        add_text(&print, w->organisations[i].code);
        add_text(&print, w->organisations[i].name);
        add_text(&print, w->organisations[i].parent);
        add_text(&print, w->organisations[i].language);
    }
    crypto_generichash_final(&print, w->print, sizeof w->print);
}

/* `before` (NULL: nothing) is what was known of the wave with the same instrument. */
static struct known_wave *learn(struct collect *c, const struct wave *wave, const struct known_wave *before) {
    struct known_wave *w = mem_alloc(sizeof *w);
    *w = (struct known_wave){.arena = arena_new(), .id = wave->id, .looked = clock_monotonic()};
    memcpy(w->hash, wave->instrument_hash, sizeof w->hash);
    bool good = store_get_assessment(c->store, w->arena, wave->assessment, &w->assessment) == RESULT_OK &&
                store_list_placeholders(c->store, w->arena, wave->assessment, &w->placeholders, &w->n_placeholders) ==
                    RESULT_OK &&
                store_list_organisations(c->store, w->arena, wave->assessment, &w->organisations,
                                         &w->n_organisations) == RESULT_OK;
    if (good && before)
        w->instrument = instrument_hold(before->instrument);
    else
        good = good && read_instrument(c, wave, w) == RESULT_OK;
    if (good) {
        make_print(w);
        return w;
    }
    forget(w);
    return NULL;
}

/* Titles and names may be changed while the wave is open, also by another engine. Whoever still reads what was known
 * before goes on with it. */
static struct known_wave *look_again(struct collect *c, const struct wave *wave, struct known_wave *w) {
    struct known_wave *now = learn(c, wave, w);
    w->looked = clock_monotonic();
    if (!now || memcmp(now->print, w->print, sizeof now->print) != 0)
        return now;
    forget(now);
    return NULL;
}

const struct known_wave *collect_know(struct collect *c, const struct wave *wave) {
    pthread_mutex_lock(&c->mutex);
    struct known_wave *w = c->waves, *fresh = NULL;
    while (w && !(id_equal(w->id, wave->id) && memcmp(w->hash, wave->instrument_hash, sizeof w->hash) == 0))
        w = w->next;
    if (!w)
        fresh = learn(c, wave, NULL);
    else if (clock_monotonic() - w->looked >= LOOK_AGAIN)
        fresh = look_again(c, wave, w);
    if (fresh) {
        fresh->next = c->waves;
        c->waves = fresh;
    }
    pthread_mutex_unlock(&c->mutex);
    return fresh ? fresh : w;
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
