#include "web/workspace/shelf.h"

#include <string.h>

#include "base/file.h"
#include "instrument/library.h"
#include "instrument/loader.h"

struct shelved shelved_of(struct desk *d, struct setup_instrument file) {
    struct shelved s = {file, findings_new()};
    const struct instrument *again = NULL; /* for the findings, which the shelf does not keep */
    if (library_load(d->request->web->library, &again, file.path, LIBRARY_LOOK, s.findings) == RESULT_OK)
        instrument_release(again);
    findings_sort(s.findings);
    return s;
}

bool shelved_find(struct desk *d, struct shelved *out) {
    struct setup_instrument file = {NULL, NULL, NULL, NULL};
    (void)setup_find_instrument(d, desk_parameter(d, "name"), &file);
    if (!file.path || !file_exists(file.path) || instrument_is_translation(file.path)) {
        instrument_release(file.instrument);
        desk_refuse(d, 404);
        return false;
    }
    *out = shelved_of(d, file);
    return true;
}

void shelved_release(struct shelved *s) {
    instrument_release(s->file.instrument);
    findings_free(s->findings);
}

/* An assessment knows its instrument by the path that was given: compared by the file's name, because the folder may
 * have moved since. */
static bool is_of(const struct assessment *a, const struct shelved *s) {
    return strcmp(file_name(a->instrument), file_name(s->file.path)) == 0;
}

bool shelved_uses(struct desk *d, const struct shelved *s, struct use **out, size_t *n) {
    struct assessment *all;
    size_t n_all, capacity = 0;
    *out = NULL;
    *n = 0;
    if (store_list_assessments(d->store, d->arena, &all, &n_all) != RESULT_OK)
        return false;
    for (size_t i = 0; i < n_all; i++) {
        struct wave *waves;
        size_t n_waves;
        bool may = false;
        if (!is_of(&all[i], s) || all[i].state == ASSESSMENT_DELETED)
            continue;
        if (store_may_work(d->store, all[i].id, &d->account, &may) != RESULT_OK ||
            store_list_waves(d->store, d->arena, all[i].id, &waves, &n_waves) != RESULT_OK)
            return false;
        for (size_t j = n_waves; may && j-- > 0;) {
            *out = arena_grow(d->arena, *out, *n, &capacity, sizeof **out);
            (*out)[(*n)++] = (struct use){all[i], waves[j]};
        }
    }
    return true;
}
