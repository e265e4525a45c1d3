#include "base/json_tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct tree_reader {
    struct arena *arena;
    const char *p, *end;
};

static bool read_value(struct tree_reader *r, struct json_node *node, int depth);

static void skip_blanks(struct tree_reader *r) {
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\n' || *r->p == '\t' || *r->p == '\r'))
        r->p++;
}

static bool take(struct tree_reader *r, char c) {
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

static bool take_word(struct tree_reader *r, const char *word) {
    const size_t n = strlen(word);
    if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0)
        return false;
    r->p += n;
    return true;
}

static bool take_hex(struct tree_reader *r, uint32_t *out) {
    *out = 0;
    for (int i = 0; i < 4; i++, r->p++) {
        if (r->p == r->end)
            return false;
        const char c = *r->p;
        const int digit = c >= '0' && c <= '9'                 ? c - '0'
                          : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                               : -1;
        if (digit < 0)
            return false;
        *out = *out * 16 + (uint32_t)digit;
    }
    return true;
}

static char *put_point(char *to, uint32_t c) {
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    if (c >= 0x10000) {
        *to++ = (char)(0xF0 | (c >> 18));
        *to++ = (char)(0x80 | ((c >> 12) & 0x3F));
    } else if (c >= 0x800) {
        *to++ = (char)(0xE0 | (c >> 12));
    }
    *to++ = (char)(c >= 0x800 ? 0x80 | ((c >> 6) & 0x3F) : 0xC0 | (c >> 6));
    *to++ = (char)(0x80 | (c & 0x3F));
    return to;
}

/* Behind "\u". Characters outside the basic plane come as a pair; a half of one alone is no character. */
static bool take_point(struct tree_reader *r, char **to) {
    uint32_t c, low;
    if (!take_hex(r, &c) || c == 0 || (c >= 0xDC00 && c <= 0xDFFF))
        return false;
    if (c >= 0xD800 && c <= 0xDBFF) {
        if (!take(r, '\\') || !take(r, 'u') || !take_hex(r, &low) || low < 0xDC00 || low > 0xDFFF)
            return false;
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    *to = put_point(*to, c);
    return true;
}

static bool take_escape(struct tree_reader *r, char **to) {
    static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    if (r->p == r->end)
        return false;
    const char c = *r->p++;
    if (c == 'u')
        return take_point(r, to);
    const char *at = c ? strchr(escapes, c) : NULL;
    if (!at)
        return false;
    *(*to)++ = meant[at - escapes];
    return true;
}

/* What is written is never longer than what is read. */
static bool read_text(struct tree_reader *r, struct str *out) {
    const char *stop = r->p;
    if (!take(r, '"'))
        return false;
    for (stop = r->p; stop < r->end && *stop != '"'; stop++)
        stop += *stop == '\\' && stop + 1 < r->end;
    char *text = arena_alloc(r->arena, (size_t)(stop - r->p) + 1), *to = text;
    while (r->p < r->end && *r->p != '"') {
        if ((unsigned char)*r->p < ' ')
            return false;
        if (*r->p == '\\') {
            r->p++;
            if (!take_escape(r, &to))
                return false;
        } else {
            *to++ = *r->p++;
        }
    }
    *to = '\0';
    *out = (struct str){text, (size_t)(to - text)};
    return take(r, '"');
}

static size_t digits(struct tree_reader *r) {
    const char *from = r->p;
    while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
        r->p++;
    return (size_t)(r->p - from);
}

static bool read_number(struct tree_reader *r, struct json_node *node) {
    const char *from = r->p;
    (void)take(r, '-');
    const bool nought = r->p < r->end && *r->p == '0';
    const size_t whole = digits(r);
    if (whole == 0 || (nought && whole > 1) || (take(r, '.') && digits(r) == 0))
        return false;
    if (take(r, 'e') || take(r, 'E')) {
        if (!take(r, '+'))
            (void)take(r, '-');
        if (digits(r) == 0)
            return false;
    }
    node->kind = TREE_NUMBER;
    node->text = (struct str){arena_copy(r->arena, from, (size_t)(r->p - from)), (size_t)(r->p - from)};
    node->number = strtod(node->text.p, NULL);
    return isfinite(node->number);
}

static bool read_many(struct tree_reader *r, struct json_node *node, int depth) {
    const char close = node->kind == TREE_LIST ? ']' : '}';
    struct json_node **end = &node->first;
    r->p++;
    skip_blanks(r);
    if (take(r, close))
        return true;
    do {
        struct json_node *child = arena_alloc(r->arena, sizeof *child);
        *child = (struct json_node){.kind = TREE_NULL};
        skip_blanks(r);
        if (node->kind == TREE_OBJECT) {
            if (!read_text(r, &child->name))
                return false;
            skip_blanks(r);
            if (!take(r, ':'))
                return false;
        }
        if (!read_value(r, child, depth))
            return false;
        *end = child;
        end = &child->next;
        node->n++;
        skip_blanks(r);
    } while (take(r, ','));
    return take(r, close);
}

static bool read_value(struct tree_reader *r, struct json_node *node, int depth) {
    skip_blanks(r);
    if (r->p == r->end)
        return false;
    switch (*r->p) {
    case '"':
        node->kind = TREE_TEXT;
        return read_text(r, &node->text);
    case '[':
    case '{':
        node->kind = *r->p == '[' ? TREE_LIST : TREE_OBJECT;
        return depth < JSON_DEPTH_MAX && read_many(r, node, depth + 1);
    case 't':
    case 'f':
        node->kind = TREE_BOOL;
        node->number = *r->p == 't';
        return take_word(r, *r->p == 't' ? "true" : "false");
    case 'n':
        return take_word(r, "null");
    default:
        return read_number(r, node);
    }
}

bool json_tree_read(struct json_node **out, struct arena *arena, struct str text, size_t *at) {
    struct tree_reader r = {arena, text.p, text.p + text.n};
    struct json_node *node = arena_alloc(arena, sizeof *node);
    *node = (struct json_node){.kind = TREE_NULL};
    *out = node;
    *at = 0;
    if (!text.n || !utf8_valid(text) || memchr(text.p, '\0', text.n))
        return false;
    const bool whole = read_value(&r, node, 0);
    skip_blanks(&r);
    *at = (size_t)(r.p - text.p);
    return whole && r.p == r.end;
}

const struct json_node *json_tree_member(const struct json_node *object, const char *name) {
    const struct json_node *member = object && object->kind == TREE_OBJECT ? object->first : NULL;
    while (member && !str_is(member->name, name))
        member = member->next;
    return member;
}
