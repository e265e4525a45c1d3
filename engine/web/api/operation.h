/* The interface for other programs, as tables: what each row of the route table for programs takes and gives. Checking
 * what comes in (body.c) and the OpenAPI document (openapi.c) are both made from these tables, so they cannot differ.
 */
#ifndef READINESS_WEB_API_OPERATION_H
#define READINESS_WEB_API_OPERATION_H

#include <stdbool.h>
#include <stddef.h>

#include "access/tokens.h"
#include "base/texts.h"

struct api_call;

enum api_type {
    API_TEXT,
    API_INTEGER,
    API_NUMBER,
    API_BOOL,
    API_OBJECT, /* of the schema `of` */
    API_LIST,   /* of objects of the schema `of`; NULL: of texts */
    API_CELL,   /* a figure: a number, "withheld", or null when it cannot be computed */
};

/* A member of an object, or a parameter behind the question mark. */
struct api_field {
    const char *name;
    enum api_type type;
    bool required; /* must be sent; in answers everything is there */
    bool nullable; /* may be null: not known, not told, not there */
    const char *of;
    const char *format;        /* "date", "uri", ... as OpenAPI has it; NULL: none */
    const char *const *values; /* the only ones there are, then NULL; or NULL: any */
    long least, most;          /* characters of a text, a number's value, elements; `most` 0: no limit */
};

struct api_schema {
    const char *name; /* "Assessment" */
    const struct api_field *fields;
    size_t n;
};
extern const struct api_schema api_schemas[];
extern const size_t api_schemas_count;
/* NULL when there is none of that name. */
const struct api_schema *api_schema_find(const char *name);

/* What one row does. Its words are under its id in config/texts, section [api]: "op_<id>". */
struct api_operation {
    const char *id;
    unsigned scope; /* 0: anyone may ask, without a token */
    void (*call)(struct api_call *c);
    const char *body;   /* the schema of what is sent; NULL: nothing is */
    bool table;         /* it may also be sent as text/csv */
    int status;         /* when it went well */
    const char *answer; /* the schema of the answer; NULL: none, or a file */
    bool list;          /* the answer has `items` of that schema and `next`; `limit` and `cursor` are taken */
    bool file;          /* the answer is a file: what its type is depends on what was asked for */
    bool tagged;        /* has an ETag, and takes If-None-Match; one that changes takes If-Match */
    bool secret;        /* the answer holds what is shown once: it is not kept for a second asking */
    bool conflicts;     /* may not fit the state of things (409) */
    const struct api_field *query;
    size_t n_query;
};

enum { API_LIMIT = 100, API_LIMIT_MOST = 1000 };

struct buf;
/* The OpenAPI 3.1 document, as JSON, with its words in `language`. */
void api_write_document(struct buf *out, const struct texts *texts, struct arena *arena, const char *language,
                        const char *url);

#endif
