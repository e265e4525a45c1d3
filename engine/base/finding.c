#include "base/finding.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/texts.h"

struct findings {
    struct arena *arena;
    struct finding *list;
    size_t n, capacity;
};

struct findings *findings_new(void) {
    struct findings *f = mem_alloc(sizeof *f);
    f->arena = arena_new();
    return f;
}

void findings_free(struct findings *f) {
    if (!f)
        return;
    arena_free(f->arena);
    free(f);
}

void finding_add(struct findings *f, enum severity severity, struct place place, const char *code, ...) {
    if (!f)
        return;
    f->list = arena_grow(f->arena, f->list, f->n, &f->capacity, sizeof *f->list);
    struct finding *new = &f->list[f->n++];
    *new = (struct finding){.severity = severity, .place = place, .code = arena_string(f->arena, code)};
    new->place.file = arena_string(f->arena, place.file);
    va_list args;
    va_start(args, code);
    const char *name;
    while ((name = va_arg(args, const char *)) && new->n_args < FINDING_ARGS) {
        const char *value = va_arg(args, const char *);
        new->names[new->n_args] = arena_string(f->arena, name);
        new->values[new->n_args++] = arena_string(f->arena, value ? value : "");
    }
    va_end(args);
}

void findings_add_all(struct findings *f, const struct findings *from) {
    for (size_t i = 0; f && i < from->n; i++) {
        const struct finding *old = &from->list[i];
        finding_add(f, old->severity, old->place, old->code, NULL);
        struct finding *new = &f->list[f->n - 1];
        for (new->n_args = 0; new->n_args < old->n_args; new->n_args++) {
            new->names[new->n_args] = arena_string(f->arena, old->names[new->n_args]);
            new->values[new->n_args] = arena_string(f->arena, old->values[new->n_args]);
        }
    }
}

size_t findings_count(const struct findings *f, enum severity severity) {
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++)
        n += f->list[i].severity == severity;
    return n;
}

size_t findings_total(const struct findings *f) {
    return f->n;
}

const struct finding *findings_at(const struct findings *f, size_t i) {
    return &f->list[i];
}

static int by_place(const struct finding *a, const struct finding *b) {
    int file = strcmp(a->place.file ? a->place.file : "", b->place.file ? b->place.file : "");
    if (file)
        return file;
    if (a->place.line != b->place.line)
        return a->place.line < b->place.line ? -1 : 1;
    return (a->place.column > b->place.column) - (a->place.column < b->place.column);
}

void findings_sort(struct findings *f) {
    for (size_t i = 1; i < f->n; i++) { /* insertion: stable, and the list is nearly sorted already */
        struct finding moved = f->list[i];
        size_t at = i;
        for (; at > 0 && by_place(&f->list[at - 1], &moved) > 0; at--)
            f->list[at] = f->list[at - 1];
        f->list[at] = moved;
    }
}

bool findings_have(const struct findings *f, const char *code, int line) {
    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->list[i].code, code) == 0 && (line == 0 || f->list[i].place.line == line))
            return true;
    return false;
}

static const char *const severity_keys[] = {"error", "warning", "note"};

void finding_sentence(struct buf *out, const struct finding *f, const struct texts *texts, const char *language) {
    static const char ending[] = "_text";
    const char *names[FINDING_ARGS], *values[FINDING_ARGS];
    struct arena *arena = arena_new();
    for (size_t i = 0; i < f->n_args; i++) {
        const size_t n = strlen(f->names[i]), less = sizeof ending - 1;
        const bool is_key = n > less && strcmp(f->names[i] + n - less, ending) == 0;
        names[i] = is_key ? arena_copy(arena, f->names[i], n - less) : f->names[i];
        values[i] = is_key ? texts_get(texts, language, f->values[i]) : f->values[i];
    }
    const char *text = texts_get(texts, language, arena_printf(arena, "finding.%s", f->code));
    texts_substitute(out, text, names, values, f->n_args);
    arena_free(arena);
}

static void write_lines(const struct findings *f, const struct texts *texts, const char *language, bool codes,
                        FILE *out) {
    struct buf line = BUF_INIT;
    for (size_t i = 0; i < f->n; i++) {
        const struct finding *d = &f->list[i];
        buf_clear(&line);
        if (d->place.file)
            buf_printf(&line, "%s:", d->place.file);
        if (d->place.line)
            buf_printf(&line, "%d:", d->place.line);
        if (d->place.line && d->place.column)
            buf_printf(&line, "%d:", d->place.column);
        struct buf key = BUF_INIT;
        buf_printf(&key, "severity.%s", severity_keys[d->severity]);
        buf_printf(&line, "%s%s: ", line.n ? " " : "", texts_get(texts, language, key.p));
        buf_free(&key);
        finding_sentence(&line, d, texts, language);
        if (codes)
            buf_printf(&line, " [%s]", d->code);
        fprintf(out, "%s\n", line.p);
    }
    buf_free(&line);
}

void findings_write_text(const struct findings *f, const struct texts *texts, const char *language, FILE *out) {
    write_lines(f, texts, language, false, out);
}

void findings_write_coded(const struct findings *f, const struct texts *texts, const char *language, FILE *out) {
    write_lines(f, texts, language, true, out);
}

void findings_write_json(const struct findings *f, const struct texts *texts, const char *language, FILE *out) {
    struct buf text = BUF_INIT, message = BUF_INIT;
    struct json_writer w = {.out = &text};
    json_open(&w, '[');
    for (size_t i = 0; i < f->n; i++) {
        const struct finding *d = &f->list[i];
        buf_clear(&message);
        finding_sentence(&message, d, texts, language);
        json_open(&w, '{');
        json_key(&w, "severity");
        json_text(&w, severity_keys[d->severity]);
        json_key(&w, "file");
        json_text(&w, d->place.file);
        json_key(&w, "line");
        json_integer(&w, d->place.line);
        json_key(&w, "column");
        json_integer(&w, d->place.column);
        json_key(&w, "code");
        json_text(&w, d->code);
        json_key(&w, "message");
        json_text(&w, message.p);
        json_close(&w, '}');
    }
    json_close(&w, ']');
    fprintf(out, "%s\n", text.p);
    buf_free(&text);
    buf_free(&message);
}
