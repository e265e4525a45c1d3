/* rooms: base
 * length: 4000
 *
 * The reader of what other programs send, on anything at all. It ends; a tree that was read, written and read again is
 * the same tree. */
#include "fuzz.h"

#include <math.h>

#include "base/json.h"
#include "base/json_tree.h"

static void copy(struct json_writer *w, struct arena *arena, const struct json_node *node, int depth) {
    size_t n = 0;
    PROMISE(depth <= JSON_DEPTH_MAX);
    switch (node->kind) {
    case TREE_LIST:
    case TREE_OBJECT:
        json_open(w, node->kind == TREE_LIST ? '[' : '{');
        for (const struct json_node *child = node->first; child; child = child->next, n++) {
            if (node->kind == TREE_OBJECT)
                json_key(w, arena_copy(arena, child->name.p, child->name.n));
            copy(w, arena, child, depth + 1);
        }
        PROMISE(n == node->n);
        json_close(w, node->kind == TREE_LIST ? ']' : '}');
        break;
    case TREE_TEXT:
        PROMISE(utf8_valid(node->text) && !memchr(node->text.p, '\0', node->text.n) && !node->text.p[node->text.n]);
        json_str(w, node->text);
        break;
    case TREE_NUMBER:
        PROMISE(isfinite(node->number));
        json_number(w, node->number);
        break;
    case TREE_BOOL:
        json_bool(w, node->number != 0);
        break;
    case TREE_NULL:
        json_text(w, NULL);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct buf first = BUF_INIT, second = BUF_INIT;
    struct json_writer w = {.out = &first}, again = {.out = &second};
    struct json_node *node;
    size_t at;
    const bool good = json_tree_read(&node, arena, fuzz_bytes(data, size), &at);
    PROMISE(at <= size);
    if (good) {
        copy(&w, arena, node, 0);
        PROMISE(json_tree_read(&node, arena, buf_view(&first), &at));
        copy(&again, arena, node, 0);
        PROMISE(str_equal(buf_view(&first), buf_view(&second)));
    }
    buf_free(&first);
    buf_free(&second);
    arena_free(arena);
    return 0;
}
