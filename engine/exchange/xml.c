#include "exchange/xml.h"

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct xml_reader {
    XML_Parser parser;
    struct xml_handler handler;
    int depth;
    bool stopped;       /* by the handler */
    const char *broken; /* the code of the finding about a limit */
};

/* Without the prefix of its namespace: "x:row" is "row". */
static const char *local(const char *name) {
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static void refuse(struct xml_reader *r, const char *code) {
    if (!r->broken)
        r->broken = code;
    XML_StopParser(r->parser, XML_FALSE);
}

static void on_begin(void *context, const char *name, const char **attributes) {
    struct xml_reader *r = context;
    int n = 0;
    if (r->broken || r->stopped)
        return;
    while (attributes[n])
        n++;
    if (++r->depth > XML_DEPTH_MAX) {
        refuse(r, "exchange.xml_deep");
        return;
    }
    if (n > 2 * XML_ATTRIBUTES_MAX) {
        refuse(r, "exchange.xml_attributes");
        return;
    }
    if (r->handler.begin)
        r->handler.begin(r->handler.context, local(name), attributes);
}

static void on_end(void *context, const char *name) {
    struct xml_reader *r = context;
    if (r->broken || r->stopped)
        return;
    r->depth--;
    if (r->handler.end)
        r->handler.end(r->handler.context, local(name));
}

static void on_text(void *context, const char *p, int n) {
    struct xml_reader *r = context;
    if (!r->broken && !r->stopped && r->handler.text && n > 0)
        r->handler.text(r->handler.context, p, (size_t)n);
}

/* Entities can only be declared in a document type; neither kind of file has one. */
static void on_doctype(void *context, const char *name, const char *system, const char *public, int internal) {
    (void)name, (void)system, (void)public, (void)internal;
    refuse(context, "exchange.xml_doctype");
}

struct xml_reader *xml_new(const struct xml_handler *handler) {
    struct xml_reader *r = mem_array(1, sizeof *r);
    r->handler = *handler;
    r->parser = XML_ParserCreate(NULL);
    if (!r->parser)
        abort();
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_begin, on_end);
    XML_SetCharacterDataHandler(r->parser, on_text);
    XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
    return r;
}

enum result xml_feed(struct xml_reader *r, struct str piece, bool last, const char *file, struct findings *findings) {
    if (r->broken || r->stopped)
        return RESULT_INPUT;
    const enum XML_Status status = XML_Parse(r->parser, piece.p, (int)piece.n, last);
    if (status == XML_STATUS_OK && !r->broken)
        return RESULT_OK;
    if (!r->stopped) {
        const struct place place = {file, xml_line(r), 0};
        char column[24];
        snprintf(column, sizeof column, "%lu", (unsigned long)XML_GetCurrentColumnNumber(r->parser) + 1);
        finding_add(findings, SEVERITY_ERROR, place, r->broken ? r->broken : "exchange.xml_broken", "column", column,
                    NULL);
    }
    r->stopped = true;
    return RESULT_INPUT;
}

void xml_stop(struct xml_reader *r) {
    r->stopped = true;
    XML_StopParser(r->parser, XML_FALSE);
}

int xml_line(const struct xml_reader *r) {
    return (int)XML_GetCurrentLineNumber(r->parser);
}

const char *xml_attribute(const char **attributes, const char *name) {
    for (size_t i = 0; attributes[i] && attributes[i + 1]; i += 2)
        if (strcmp(local(attributes[i]), name) == 0)
            return attributes[i + 1];
    return NULL;
}

void xml_free(struct xml_reader *r) {
    if (r)
        XML_ParserFree(r->parser);
    free(r);
}
