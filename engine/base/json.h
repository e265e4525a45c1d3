/* JSON: a streaming writer, and a pull reader for the objects that we store ourselves (answers, statistics).
 * Foreign JSON is read with cJSON where it is needed, not here. */
#ifndef READINESS_BASE_JSON_H
#define READINESS_BASE_JSON_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

struct json_writer {
    struct buf *out;
    bool comma;
};

void json_open(struct json_writer *w, char bracket);  /* '{' or '[' */
void json_close(struct json_writer *w, char bracket); /* '}' or ']' */
void json_key(struct json_writer *w, const char *key);
void json_text(struct json_writer *w, const char *s);  /* NULL gives null */
void json_raw(struct json_writer *w, struct str json); /* a value that is JSON already */
void json_str(struct json_writer *w, struct str s);
void json_integer(struct json_writer *w, long long n);
void json_number(struct json_writer *w, double x); /* null when not finite */
void json_bool(struct json_writer *w, bool b);

enum json_type { JSON_NULL, JSON_NUMBER, JSON_TEXT, JSON_ARRAY, JSON_OBJECT, JSON_BAD };

/* One member of an object. Arrays hold texts only and are read with json_array_next; an object inside is read with
 * another reader. Views point into the text read
 * or, where a string had escapes, into the arena. */
struct json_member {
    struct str key;
    enum json_type type;
    double number;
    struct str text; /* JSON_TEXT: the string; JSON_ARRAY, JSON_OBJECT: as it stands */
};

struct json_reader {
    struct str rest;
    struct arena *arena;
    bool bad;
};

/* Starts reading an object; false if it is none. */
bool json_read_object(struct json_reader *r, struct str text, struct arena *arena);
/* The next member; false at the end or when the text is broken (then r->bad). */
bool json_next(struct json_reader *r, struct json_member *m);
/* The next string of an array member's raw text; start with *rest = member.text. */
bool json_array_next(struct str *rest, struct arena *arena, struct str *element);

#endif
