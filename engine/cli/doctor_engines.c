/* The doctor on those that share the database: are they there, and do they show people the same? */
#include <sodium.h>
#include <string.h>

#include "cli/doctor.h"
#include "store/engines.h"

enum { HASH_SHOWN = 6 /* bytes */ };

/* "2027-01-31 14:05", UTC. */
static const char *minute_text(struct arena *arena, int64_t t) {
    const int s = (int)(t % 86400);
    return arena_printf(arena, "%s %02d:%02d", clock_day(t).text, s / 3600, s / 60 % 60);
}

static void look_at_differences(struct doctor *d, const struct engine *list, size_t n, const char *names) {
    const struct engine *first = NULL;
    bool versions = false, instruments = false;
    for (size_t i = 0; i < n; i++) {
        if (!list[i].here)
            continue;
        first = first ? first : &list[i];
        versions = versions || strcmp(first->version, list[i].version) != 0;
        instruments = instruments || memcmp(first->instruments, list[i].instruments, sizeof first->instruments) != 0;
    }
    if (versions)
        TELL(d, HEALTH_ATTENTION, "engines_versions", "names", names);
    if (instruments)
        TELL(d, HEALTH_ATTENTION, "engines_instruments", "names", names);
}

size_t doctor_look_at_engines(struct doctor *d) {
    struct arena *arena = d->cli->arena;
    struct engine *list;
    size_t n, here = 0;
    struct buf names = BUF_INIT;
    if (store_list_engines(d->cli->store, arena, &list, &n) != RESULT_OK)
        return 0;
    for (size_t i = 0; i < n; i++) {
        char hash[2 * HASH_SHOWN + 1];
        if (!list[i].here) {
            TELL(d, HEALTH_ATTENTION, "engine_gone", "engine", list[i].name, "time", minute_text(arena, list[i].seen));
            continue;
        }
        sodium_bin2hex(hash, sizeof hash, list[i].instruments, HASH_SHOWN);
        buf_printf(&names, "%s%s (%s, %s)", here++ ? ", " : "", list[i].name, list[i].version, hash);
    }
    const char *shown = arena_copy(arena, names.p ? names.p : "", names.n);
    buf_free(&names);
    if (here)
        TELL(d, HEALTH_OK, "engines", "n", arena_printf(arena, "%zu", here), "names", shown);
    look_at_differences(d, list, n, shown);
    return here;
}
