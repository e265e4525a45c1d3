/* XML as a stream of elements, from bytes that nobody trusts: no document types, so no entities; a limit on depth and
 * on the length of a text. The only door to expat. For engine/exchange only. */
#ifndef READINESS_EXCHANGE_XML_H
#define READINESS_EXCHANGE_XML_H

#include <stdbool.h>

#include "base/finding.h"
#include "base/result.h"
#include "base/str.h"

enum { XML_DEPTH_MAX = 64, XML_ATTRIBUTES_MAX = 64 };

struct xml_reader;

struct xml_handler {
    void *context;
    /* Element names come without their namespace's prefix. `attributes`: name, value, ..., NULL. */
    void (*begin)(void *context, const char *name, const char **attributes);
    void (*end)(void *context, const char *name);
    void (*text)(void *context, const char *p, size_t n);
};

struct xml_reader *xml_new(const struct xml_handler *handler);
/* Feeds a piece; RESULT_INPUT with a finding that names `file` when it is not well-formed or not allowed. */
enum result xml_feed(struct xml_reader *reader, struct str piece, bool last, const char *file,
                     struct findings *findings) MUST_CHECK;
/* The handler has seen enough: xml_feed stops without a finding and returns RESULT_INPUT. */
void xml_stop(struct xml_reader *reader);
int xml_line(const struct xml_reader *reader);
/* An attribute by name without prefix, or NULL. */
const char *xml_attribute(const char **attributes, const char *name);
void xml_free(struct xml_reader *reader);

#endif
