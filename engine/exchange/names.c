/* Legal names: small letters without accents, digits and underscores, at most 26, different from one another. */
#include <string.h>

#include "base/letters.h"
#include "exchange/draft.h"
#include "instrument/keys.h"

enum { LENGTH_MAX = 26 };

const char *draft_letters(struct arena *arena, const char *text) {
    struct buf out = BUF_INIT;
    struct str rest = str_of(text);
    while (rest.n > 0) {
        const uint32_t c = utf8_next(&rest);
        const char *plain = letters_plain(c);
        if (plain)
            buf_text(&out, plain);
        else if (c >= '0' && c <= '9')
            buf_char(&out, (char)c);
        else if (!letters_is_mark(c) && out.n > 0 && out.p[out.n - 1] != '_')
            buf_char(&out, '_');
    }
    while (out.n > 0 && out.p[out.n - 1] == '_')
        out.p[--out.n] = '\0';
    const char *letters = arena_copy(arena, out.p, out.n);
    buf_free(&out);
    return letters;
}

static bool is_taken(const struct draft_names *names, const char *name) {
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->taken[i], name) == 0)
            return true;
    return false;
}

static bool is_good(const struct draft_names *names, const char *name) {
    return name_is_legal(name) && (names->reserved || !name_is_reserved(name)) && !is_taken(names, name);
}

const char *draft_name(struct draft *d, struct draft_names *names, const char *wanted, const char *otherwise) {
    const char *name = wanted ? wanted : "";
    if (!is_good(names, name)) {
        name = draft_letters(d->arena, name);
        if (name[0] == '\0')
            name = otherwise;
        else if (name[0] < 'a' || name[0] > 'z')
            name = arena_printf(d->arena, "%.1s%s", otherwise, name);
        name = arena_printf(d->arena, "%.*s", LENGTH_MAX, name);
        const char *stem = name;
        for (int i = 2; !is_good(names, name); i++) {
            const char *tail = arena_printf(d->arena, "_%d", i);
            name = arena_printf(d->arena, "%.*s%s", LENGTH_MAX - (int)strlen(tail), stem, tail);
        }
    }
    names->taken = arena_grow(d->arena, names->taken, names->n, &names->capacity, sizeof *names->taken);
    names->taken[names->n++] = name;
    return name;
}
