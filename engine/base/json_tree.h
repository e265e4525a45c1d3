/* JSON that comes from elsewhere, read whole and strictly (RFC 8259) into a tree in an arena. What we store ourselves
 * is read by base/json.h, faster and without a tree. */
#ifndef READINESS_BASE_JSON_TREE_H
#define READINESS_BASE_JSON_TREE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

enum json_kind { TREE_NULL, TREE_BOOL, TREE_NUMBER, TREE_TEXT, TREE_LIST, TREE_OBJECT };
enum { JSON_DEPTH_MAX = 16 };

struct json_node {
    enum json_kind kind;
    struct str name; /* of an object's member */
    struct str
        text;      /* TREE_TEXT: ends in a zero byte that is not counted, and holds no other; TREE_NUMBER: as written */
    double number; /* TREE_NUMBER: finite; TREE_BOOL: 0 or 1 */
    struct json_node *first, *next; /* elements, members, in their order */
    size_t n;                       /* of them */
};

/* False when it is no JSON, is nested deeper than JSON_DEPTH_MAX, is not UTF-8 or holds U+0000: then *at says behind
 * how many bytes. */
bool json_tree_read(struct json_node **out, struct arena *arena, struct str text, size_t *at);
/* The first member of an object with this name, or NULL; also for NULL and what is no object. */
const struct json_node *json_tree_member(const struct json_node *object, const char *name);

#endif
