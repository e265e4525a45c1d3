#include "web/workspace/desk.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "web/routes.h"

enum { FILL_MAX = 8, NOTE_MAX = 80 };

const char *desk_words(struct desk *d, const char *key) {
    return texts_get(d->screen.texts, d->screen.words, arena_printf(d->arena, "work.%s", key));
}

void desk_say(struct desk *d, const char *key) {
    html_text(&d->screen.html, desk_words(d, key));
}

void desk_text(struct desk *d, const char *text) {
    html_text(&d->screen.html, text);
}

/* The text with its pairs filled in, as texts_fill does it. */
static const char *fill(struct desk *d, const char *text, va_list args) {
    const char *names[FILL_MAX], *values[FILL_MAX], *name;
    size_t n = 0;
    while (n < FILL_MAX && (name = va_arg(args, const char *))) {
        const char *value = va_arg(args, const char *);
        names[n] = name;
        values[n++] = value ? value : "";
    }
    struct buf out = BUF_INIT;
    texts_substitute(&out, text, names, values, n);
    const char *filled = arena_copy(d->arena, out.p, out.n);
    buf_free(&out);
    return filled;
}

const char *desk_fill(struct desk *d, const char *key, ...) {
    va_list args;
    va_start(args, key);
    const char *filled = fill(d, desk_words(d, key), args);
    va_end(args);
    return filled;
}

const char *desk_number(struct desk *d, double x, int decimals) {
    return texts_number(d->arena, d->screen.words, x, decimals);
}

const char *desk_percent(struct desk *d, double share) {
    return desk_fill(d, "gate_percent", "n", desk_number(d, 100 * share, 0), NULL);
}

const char *desk_day(struct desk *d, const char *day) {
    return screen_date(&d->screen, day);
}

const char *desk_time(struct desk *d, int64_t seconds) {
    const int64_t local = seconds + clock_offset(seconds, d->account.timezone);
    const struct day day = clock_day(local);
    const int minutes = (int)((local % 86400 + 86400) % 86400 / 60);
    return desk_fill(d, "gate_time", "day", desk_day(d, arena_string(d->arena, day.text)), "hour",
                     arena_printf(d->arena, "%d", minutes / 60), "minute", arena_printf(d->arena, "%02d", minutes % 60),
                     NULL);
}

/* Percent-encoded: what is not a letter, a figure or -_.~ */
static void append_encoded(struct buf *out, const char *text) {
    static const char digits[] = "0123456789ABCDEF";
    for (const char *c = text; *c; c++) {
        const bool simple =
            (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || strchr("-_.~", *c);
        const unsigned char byte = (unsigned char)*c;
        const char escape[3] = {'%', digits[byte >> 4], digits[byte & 15]};
        buf_bytes(out, simple ? c : escape, simple ? 1 : 3);
    }
}

const char *desk_path(struct desk *d, const char *first, ...) {
    struct buf path = BUF_INIT;
    va_list args;
    va_start(args, first);
    for (const char *segment = first; segment; segment = va_arg(args, const char *)) {
        buf_char(&path, '/');
        append_encoded(&path, segment);
    }
    va_end(args);
    const char *result = arena_copy(d->arena, path.p, path.n);
    buf_free(&path);
    return result;
}

const char *desk_query(struct desk *d, const char *name, ...) {
    struct buf query = BUF_INIT;
    va_list args;
    va_start(args, name);
    buf_char(&query, '?');
    for (const char *key = name; key; key = va_arg(args, const char *)) {
        const char *value = va_arg(args, const char *);
        if (!*value)
            continue;
        buf_printf(&query, "%s%s=", query.n > 1 ? "&" : "", key);
        append_encoded(&query, value);
    }
    va_end(args);
    const char *result = arena_copy(d->arena, query.p, query.n);
    buf_free(&query);
    return result;
}

const char *desk_parameter(struct desk *d, const char *name) {
    const int i = route_parameter(d->request->route, name);
    return i >= 0 && i < ROUTE_PARAMETERS_MAX ? d->request->parameters[i] : "";
}

const char *desk_asked(struct desk *d, const char *name, size_t max) {
    struct str text;
    if (form_get(&d->request->query, name, 4 * max, &text) != FIELD_VALID || utf8_has_control(text))
        return "";
    text = str_trim(text);
    return utf8_length(text) <= max ? arena_copy(d->arena, text.p, text.n) : "";
}

const char *desk_posted(struct desk *d, const char *name, size_t max) {
    struct str text;
    if (form_get(&d->request->form, name, FORM_BODY_MAX, &text) == FIELD_ABSENT)
        return "";
    text = str_trim(text);
    if (utf8_length(text) > max || utf8_has_control(text)) {
        desk_wrong(d, name, "field_not_accepted", "max", arena_printf(d->arena, "%zu", max));
        return "";
    }
    return arena_copy(d->arena, text.p, text.n);
}

bool desk_posted_is(struct desk *d, const char *name, const char *value) {
    struct str text;
    return form_get(&d->request->form, name, FORM_BODY_MAX, &text) == FIELD_VALID && str_is(text, value);
}

struct str desk_uploaded(struct desk *d, const char *name, const char **file_name) {
    const struct form *form = &d->request->form;
    if (file_name)
        *file_name = "";
    for (size_t i = 0; i < form->n; i++) {
        if (!form->fields[i].file || !str_is(form->fields[i].name, name))
            continue;
        if (file_name)
            *file_name = form->fields[i].file;
        return form->fields[i].value;
    }
    return (struct str){"", 0};
}

void desk_wrong(struct desk *d, const char *field, const char *code, const char *name, const char *value) {
    const struct place nowhere = {NULL, 0, 0};
    if (name)
        finding_add(d->findings, SEVERITY_ERROR, nowhere, code, "field", field, name, value, NULL);
    else
        finding_add(d->findings, SEVERITY_ERROR, nowhere, code, "field", field, NULL);
}

bool desk_has_errors(const struct desk *d) {
    return findings_count(d->findings, SEVERITY_ERROR) > 0;
}

/* The note's key and number in a cookie's characters: "gate_saved.12". */
static const char *note_cookie(struct desk *d, const char *said, const char *n) {
    struct buf note = BUF_INIT;
    buf_text(&note, said);
    buf_char(&note, '.');
    for (const char *c = n ? n : ""; *c && note.n < NOTE_MAX; c++)
        buf_printf(&note, "%02x", (unsigned)(unsigned char)*c);
    const char *cookie = arena_copy(d->arena, note.p, note.n);
    buf_free(&note);
    return cookie;
}

void desk_redirect(struct desk *d, const char *path, const char *said, const char *n) {
    struct reply *reply = &d->request->reply;
    buf_clear(&reply->body);
    reply->status = 303;
    reply->location = path;
    if (said)
        reply->note = note_cookie(d, said, n);
}

void desk_download(struct desk *d, const char *name, const char *type, struct str content) {
    struct reply *reply = &d->request->reply;
    reply->status = 200;
    reply->type = type;
    reply->fixed = content.p ? content : (struct str){"", 0};
    reply->save_as = name;
}

void desk_audit_inside(struct desk *d, const char *act, const char *part, const char *whom) {
    const bool has_part = part && *part;
    desk_audit(d, act,
               arena_printf(d->arena, "%s%s%s%s%s", d->assessment.name, has_part ? "/" : "", has_part ? part : "",
                            whom ? "/" : "", whom ? whom : ""));
}

void desk_audit(struct desk *d, const char *act, const char *object) {
    const struct audit line = {
        .time = clock_now(), .account = d->account.email, .act = act, .object = object ? object : ""};
    if (store_add_audit(d->store, &line) != RESULT_OK)
        log_event(LOG_WARNING, "audit_failed", LOG_REASON, act, -1);
}
