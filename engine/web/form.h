/* The fields of a posted form (application/x-www-form-urlencoded, as the URL standard describes it; multipart/form-data
 * where a file may come along), parsed whole into the request's arena. A body is accepted or refused as a whole; then
 * each field a page asks for is absent, valid or invalid, and these are three different things. */
#ifndef READINESS_WEB_FORM_H
#define READINESS_WEB_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

enum { FORM_BODY_MAX = 256 * 1024, FORM_FIELDS_MAX = 1000 };

struct form_field {
    struct str name, value; /* decoded */
    const char *file;       /* the name of an uploaded file, whose bytes are the value as they came; else NULL */
};

struct form {
    size_t n;
    const struct form_field *fields; /* as sent, repeated names included */
};

enum form_result {
    FORM_OK,
    FORM_TOO_LARGE, /* more than FORM_BODY_MAX bytes */
    FORM_TOO_MANY,  /* more than FORM_FIELDS_MAX fields */
    FORM_MALFORMED, /* a broken percent sign, a zero byte, or text that is not UTF-8 */
};

/* Decodes `body` into `arena`. Line ends become LF; control characters that a paste may bring along become blanks,
 * since nothing can show or store them. On anything but FORM_OK the form is empty. */
enum form_result form_parse(struct form *out, struct arena *arena, struct str body);

/* The same for multipart/form-data with this boundary, up to `max` bytes. The bytes of files stay in `body`. */
enum form_result form_parse_multipart(struct form *out, struct arena *arena, struct str body, const char *boundary,
                                      size_t max);
/* Mends and checks one decoded text in place: line ends become LF, control characters blanks; false when it holds a
 * zero byte or is not UTF-8. */
bool form_clean(char *text, size_t *n);

enum field_state { FIELD_ABSENT, FIELD_VALID, FIELD_INVALID };

/* The field's value when it was sent exactly once with at most `max` bytes; sent twice or longer it is invalid. */
enum field_state form_get(const struct form *form, const char *name, size_t max, struct str *value);
/* The same for a whole number from `min` to `max`. */
enum field_state form_get_number(const struct form *form, const char *name, long min, long max, long *value);
/* The next value of a name that may be repeated; start with *at = 0. NULL at the end. */
const struct str *form_next(const struct form *form, const char *name, size_t *at);

#endif
