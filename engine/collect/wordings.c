#include "collect/wordings.h"

#include "instrument/loader.h"

/* The files from `at` on that belong together; how many. */
static size_t run_of(const struct file_before *list, size_t n, size_t at) {
    size_t end = at;
    while (end < n && list[end].number == list[at].number)
        end++;
    return end - at;
}

/* A reference, or NULL when the text cannot be read: it was good when people were asked with it. */
static const struct instrument *read_files(struct arena *arena, const struct wave_file *files, size_t n) {
    struct instrument_file *list = arena_array(arena, n + 1, sizeof *list);
    const struct instrument *instrument = NULL;
    struct findings *findings = findings_new();
    for (size_t i = 0; i < n; i++)
        list[i] = (struct instrument_file){files[i].language, files[i].text};
    if (instrument_parse(&instrument, "", list, n, findings) != RESULT_OK)
        instrument = NULL;
    findings_free(findings);
    return instrument;
}

static const struct instrument *read_before(struct arena *arena, const struct file_before *list, size_t n) {
    struct wave_file *files = arena_array(arena, n + 1, sizeof *files);
    for (size_t i = 0; i < n; i++)
        files[i] = list[i].file;
    return read_files(arena, files, n);
}

/* What the comparison says outlives the instruments. */
static struct comparison between(struct arena *arena, const struct instrument *was, const struct instrument *is) {
    struct comparison c = {CHANGE_NONE, 0, NULL};
    if (!was || !is)
        return c;
    c = instrument_compare(arena, was, is);
    for (size_t i = 0; i < c.n; i++) {
        c.list[i].subject = arena_string(arena, c.list[i].subject);
        c.list[i].was = arena_string(arena, c.list[i].was);
        c.list[i].is = arena_string(arena, c.list[i].is);
    }
    return c;
}

enum result collect_list_wordings(struct store *store, struct arena *arena, struct id wave, struct wording **out,
                                  size_t *n) {
    struct file_before *before;
    struct wave_file *files;
    size_t n_before, n_files;
    *n = 0;
    if (store_list_files_before(store, arena, wave, &before, &n_before) != RESULT_OK ||
        store_list_wave_files(store, arena, wave, &files, &n_files) != RESULT_OK)
        return RESULT_MACHINE;
    *out = arena_array(arena, n_before + 1, sizeof **out);
    if (n_before == 0)
        return RESULT_OK;
    size_t run = run_of(before, n_before, 0);
    const struct instrument *was = read_before(arena, before, run);
    for (size_t at = 0; at < n_before;) {
        const size_t next = at + run;
        run = run_of(before, n_before, next);
        const struct instrument *is =
            next < n_before ? read_before(arena, before + next, run) : read_files(arena, files, n_files);
        (*out)[(*n)++] = (struct wording){before[at].until, between(arena, was, is)};
        instrument_release(was);
        was = is;
        at = next;
    }
    instrument_release(was);
    return RESULT_OK;
}
