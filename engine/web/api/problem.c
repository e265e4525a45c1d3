/* Problem details (RFC 9457): what is wrong, for programs and for whoever reads their logs. The same findings as pages
 * and commands show, each with its code, its sentence, and where it is. */
#include <string.h>

#include "web/api/call.h"

static const char *argument(const struct finding *f, const char *name) {
    for (size_t i = 0; i < f->n_args; i++)
        if (strcmp(f->names[i], name) == 0)
            return f->values[i];
    return NULL;
}

/* The field is that of the request; a table's column says which member of a row it is ("column.email"). */
static const char *field_of(const struct finding *f) {
    static const char column[] = "column.";
    const char *field = argument(f, "field"), *text = argument(f, "column_text");
    if (field && *field)
        return field;
    return text && strncmp(text, column, sizeof column - 1) == 0 ? text + sizeof column - 1 : NULL;
}

static void write_finding(struct json_writer *w, const struct finding *f, const struct texts *texts,
                          const char *language) {
    static const char *const severities[] = {"error", "warning", "note"};
    struct buf sentence = BUF_INIT;
    finding_sentence(&sentence, f, texts, language);
    json_open(w, '{');
    json_key(w, "severity");
    json_text(w, severities[f->severity]);
    json_key(w, "code");
    json_text(w, f->code);
    json_key(w, "message");
    json_str(w, buf_view(&sentence));
    json_key(w, "row");
    if (f->place.line > 0)
        json_integer(w, f->place.line);
    else
        json_text(w, NULL);
    json_key(w, "column");
    if (f->place.column > 0)
        json_integer(w, f->place.column);
    else
        json_text(w, NULL);
    json_key(w, "field");
    json_text(w, field_of(f));
    json_close(w, '}');
    buf_free(&sentence);
}

static void write_findings(struct json_writer *w, const struct findings *findings, const struct texts *texts,
                           const char *language) {
    json_open(w, '[');
    for (size_t i = 0; findings && i < findings_total(findings); i++)
        write_finding(w, findings_at(findings, i), texts, language);
    json_close(w, ']');
}

void api_write_problem(struct buf *out, const struct texts *texts, struct arena *arena, const char *language,
                       int status, const char *code, const struct findings *findings) {
    struct json_writer w = {.out = out};
    json_open(&w, '{');
    json_key(&w, "type");
    json_text(&w, arena_printf(arena, "urn:readiness:problem:%s", code));
    json_key(&w, "title");
    json_text(&w, texts_get(texts, language, arena_printf(arena, "problem.%s", code)));
    json_key(&w, "status");
    json_integer(&w, status);
    json_key(&w, "code");
    json_text(&w, code);
    json_key(&w, "findings");
    write_findings(&w, findings, texts, language);
    json_close(&w, '}');
}

void api_problem(struct api_call *c, int status, const char *code) {
    struct reply *reply = &c->request->reply;
    buf_clear(&reply->body);
    reply->fixed = (struct str){NULL, 0};
    reply->save_as = reply->location = reply->etag = NULL;
    findings_sort(c->desk->findings);
    api_write_problem(&reply->body, c->desk->screen.texts, c->arena, c->desk->screen.words, status, code,
                      c->desk->findings);
    reply->status = status;
    reply->type = "application/problem+json";
    reply->language = c->desk->screen.words;
}

bool api_has_errors(struct api_call *c) {
    if (!desk_has_errors(c->desk))
        return false;
    api_problem(c, 422, "input");
    return true;
}

bool api_good(struct api_call *c, enum result result) {
    if (result == RESULT_OK)
        return true;
    if (result == RESULT_MACHINE)
        api_problem(c, 503, "busy");
    else
        api_problem(c, 422, "input");
    return false;
}
