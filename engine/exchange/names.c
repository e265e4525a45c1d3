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

/* FNV-1a */
static size_t slot_of(const struct draft_index *index, const char *name) {
    uint64_t h = 14695981039346656037u;
    for (const char *p = name; *p; p++)
        h = (h ^ (unsigned char)*p) * 1099511628211u;
    size_t i = (size_t)(h ^ h >> 32) & (index->slots - 1);
    while (index->names[i] && strcmp(index->names[i], name) != 0)
        i = (i + 1) & (index->slots - 1);
    return i;
}

static void widen(struct arena *arena, struct draft_index *index) {
    const struct draft_index old = *index;
    index->slots = old.slots ? 2 * old.slots : 64;
    index->names = arena_array(arena, index->slots, sizeof *index->names);
    index->values = arena_array(arena, index->slots, sizeof *index->values);
    for (size_t i = 0; i < old.slots; i++) {
        if (!old.names[i])
            continue;
        const size_t slot = slot_of(index, old.names[i]);
        index->names[slot] = old.names[i];
        index->values[slot] = old.values[i];
    }
}

void draft_index_put(struct arena *arena, struct draft_index *index, const char *name, int value) {
    if (2 * (index->n + 1) > index->slots)
        widen(arena, index);
    const size_t slot = slot_of(index, name);
    if (index->names[slot])
        return;
    index->names[slot] = name;
    index->values[slot] = value;
    index->n++;
}

int draft_index_get(const struct draft_index *index, const char *name) {
    const size_t slot = index->slots ? slot_of(index, name) : 0;
    return index->slots && index->names[slot] ? index->values[slot] : -1;
}

static bool is_good(const struct draft_names *names, const char *name) {
    return name_is_legal(name) && (names->reserved || !name_is_reserved(name)) &&
           draft_index_get(&names->taken, name) < 0;
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
        for (size_t i = 2; !is_good(names, name); i = i < 20 ? i + 1 : i + names->taken.n) {
            const char *tail = arena_printf(d->arena, "_%zu", i);
            name = arena_printf(d->arena, "%.*s%s", LENGTH_MAX - (int)strlen(tail), stem, tail);
        }
    }
    draft_index_put(d->arena, &names->taken, name, 1);
    return name;
}
