/* A running wave takes over another wording of its instrument. */
#include <string.h>

#include "collect/inside.h"
#include "instrument/compare.h"

const struct instrument *collect_instrument(struct collect *c, const struct wave *wave) {
    const struct known_wave *w = collect_know(c, wave);
    return w ? instrument_hold(w->instrument) : NULL;
}

static enum result refuse(struct findings *findings, const char *code, const struct wave *wave) {
    finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, code, "wave", wave->label, "value", wave->label,
                NULL);
    return RESULT_INPUT;
}

enum result collect_adopt(struct collect *c, const struct wave *wave, const struct instrument *now, struct arena *arena,
                          struct findings *findings) {
    const struct known_wave *w = collect_know(c, wave);
    if (!w)
        return RESULT_MACHINE;
    const struct comparison found = instrument_compare(arena, w->instrument, now);
    if (wave->state != WAVE_OPEN)
        return refuse(findings, "wave_not_open", wave);
    if (found.n == 0)
        return refuse(findings, "adopt_same", wave);
    if (!comparison_is_words_only(&found))
        return refuse(findings, "adopt_more_than_words", wave);
    const char *day = clock_local_day(clock_now(), wave->timezone).text;
    const enum result result = store_adopt_files(c->store, wave->id, wave->instrument_hash, now->hash,
                                                 pinned_files(arena, now), now->n_files, arena_string(arena, day));
    return result == RESULT_INPUT ? refuse(findings, "adopt_changed_meanwhile", wave) : result;
}
