/* rooms: base
 * length: 4000
 *
 * The reader of the objects that we store ourselves, on anything at all. It ends; what it read, written and read again
 * is the same, member by member. */
#include "fuzz.h"

#include <math.h>

#include "base/json.h"

enum { DEPTH = 20, MEMBERS = 2000 };

static void copy_array(struct json_writer *w, struct arena *arena, struct str text) {
    struct str element;
    json_open(w, '[');
    while (json_array_next(&text, arena, &element))
        json_str(w, element);
    json_close(w, ']');
}

/* Writes what is read; how many members. */
static size_t copy(struct json_writer *w, struct arena *arena, struct str text, int depth) {
    struct json_reader r;
    struct json_member m;
    size_t n = 0;
    json_open(w, '{');
    for (bool more = json_read_object(&r, text, arena); more && json_next(&r, &m); n++) {
        PROMISE(m.type != JSON_BAD && n < MEMBERS);
        PROMISE(m.type != JSON_NUMBER || isfinite(m.number));
        json_key(w, arena_copy(arena, m.key.p, m.key.n));
        if (m.type == JSON_TEXT)
            json_str(w, m.text);
        else if (m.type == JSON_NUMBER)
            json_number(w, m.number);
        else if (m.type == JSON_ARRAY)
            copy_array(w, arena, m.text);
        else if (m.type == JSON_OBJECT && depth < DEPTH)
            (void)copy(w, arena, m.text, depth + 1);
        else
            json_text(w, NULL);
    }
    json_close(w, '}');
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct buf first = BUF_INIT, second = BUF_INIT;
    struct json_writer w = {.out = &first}, again = {.out = &second};
    const size_t n = copy(&w, arena, fuzz_bytes(data, size), 0);
    PROMISE(copy(&again, arena, (struct str){arena_copy(arena, first.p, first.n), first.n}, 0) == n);
    PROMISE(str_equal(buf_view(&first), buf_view(&second)));
    buf_free(&first);
    buf_free(&second);
    arena_free(arena);
    return 0;
}
