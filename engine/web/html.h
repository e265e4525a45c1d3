/* The one HTML writer. It escapes by default: the name of each function says the context that a value is made safe for,
 * and there is no function that writes a variable as it is. Markup itself must be a string literal (html_markup does
 * not compile with anything else), so no text of a person, an instrument or a request can become markup. Everything is
 * appended to a buf that the caller owns; nothing here fails. Texts are UTF-8. */
#ifndef READINESS_WEB_HTML_H
#define READINESS_WEB_HTML_H

#include <stddef.h>

#include "base/str.h"

struct html {
    struct buf *out;
};

/* For the macros below only. */
void html_literal(struct html *h, const char *markup, size_t n);
void html_value(struct html *h, const char *opening, size_t n, struct str value);
void html_path_value(struct html *h, const char *opening, size_t n, const char *segment);
void html_number(struct html *h, const char *opening, size_t n, long value);

/* Markup that stands in the source. */
#define html_markup(h, literal) html_literal((h), "" literal "", sizeof(literal) - 1)

/* A tag in parts: html_open(h, "input"); html_attribute(h, "value", typed); html_end(h); ... html_close(h, "p"). */
#define html_open(h, tag) html_markup(h, "<" tag)
#define html_end(h) html_markup(h, ">")
#define html_close(h, tag) html_markup(h, "</" tag ">")

/* name=value, escaped, and in quotes where the value needs them. */
#define html_attribute(h, name, value) html_attribute_str(h, name, str_of(value))
#define html_attribute_str(h, name, value) html_value((h), " " name "=", sizeof(name) + 1, (value))
/* href or action: a path of ours, then one segment that is percent-encoded: html_path(h, "href", "/s/", token). */
#define html_path(h, name, prefix, segment)                                                                            \
    html_path_value((h), " " name "=\"" prefix, sizeof(name) + sizeof(prefix) + 1, (segment))
#define html_attribute_number(h, name, value) html_number((h), " " name "=", sizeof(name) + 1, (value))

/* A place in the page that is being written; and what stands between two such places, once more: it is safe already. */
#define html_mark(h) ((h)->out->n)
void html_repeat(struct html *h, size_t from, size_t to);

/* A <style> element with a style sheet that is built into the program: for a page that is a file of its own. */
#define html_style(h, path) html_built_in_style((h), "" path "")
void html_built_in_style(struct html *h, const char *path);

/* Text between tags. */
void html_text(struct html *h, const char *text);
void html_text_str(struct html *h, struct str text);
/* The same for texts of an instrument: *emphasis* becomes <em>, a bare http(s) link becomes a link. */
void html_prose(struct html *h, const char *text);

#endif
