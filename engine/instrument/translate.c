#include "instrument/translate.h"

#include <stdlib.h>
#include <string.h>

#include "base/ini.h"
#include "instrument/load.h"

enum { COMMENT_MAX = 900 }; /* bytes of an original in a comment; a line has at most 1,000 */

struct note { /* what stands above a key or section of the older file */
    int line;
    struct buf own;       /* comments of the translator's own */
    const char *original; /* in the form of a comment; NULL: it does not say */
    const char *was;      /* an older original that the translation still follows; NULL: none */
};

struct older { /* one entry of the older file */
    const char *section, *key, *value;
    int line;
    bool used;
};

struct writing {
    struct arena *arena;
    const struct translation *t;
    struct buf *out;
    struct translation_counts *counts;
    size_t n_notes, notes_capacity;
    struct note *notes;
    struct buf tail; /* comments behind the last key */
    size_t n_older, older_capacity;
    struct older *older;
};

/* Between ; and the closing quote; a long text is cut and marked with a number that tells it from others. */
static const char *in_comment(struct arena *arena, const char *text) {
    const size_t n = strlen(text);
    size_t cut = COMMENT_MAX;
    uint32_t hash = 2166136261u; /* FNV-1a */
    if (n <= COMMENT_MAX) {
        return text;
    }
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    }
    while (cut > 0 && ((unsigned char)text[cut] & 0xC0) == 0x80) {
        cut--;
    }
    return arena_printf(arena, "%.*s… (%08x)", (int)cut, text, hash);
}

/* Is the comment `; TAG: "text"`? Then the text, else NULL. */
static const char *tagged(struct arena *arena, struct str comment, const char *tag) {
    const char *head = arena_printf(arena, "; %s: \"", tag);
    const size_t n = strlen(head);
    if (comment.n <= n || memcmp(comment.p, head, n) != 0 || comment.p[comment.n - 1] != '"') {
        return NULL;
    }
    return arena_copy(arena, comment.p + n, comment.n - n - 1);
}

static void take_comment(struct writing *w, struct note *note, struct str comment) {
    const char *original = tagged(w->arena, comment, w->t->from);
    const char *was = tagged(w->arena, comment, arena_printf(w->arena, "%s was", w->t->from));
    if (original) {
        note->original = original;
    } else if (was) {
        note->was = was;
    } else {
        buf_str(&note->own, comment);
        buf_char(&note->own, '\n');
    }
}

/* The older file line by line: comments belong to the next key or section. Lines that continue another are passed over
 * as what they are, because a comment cannot stand among them. */
static void take_notes(struct writing *w) {
    struct str rest = w->t->old, line;
    struct note pending = {.own = BUF_INIT};
    bool continued = false;
    if (rest.n >= 3 && memcmp(rest.p, "\xEF\xBB\xBF", 3) == 0) {
        rest.p += 3;
        rest.n -= 3;
    }
    for (int number = 1; rest.p && str_split(&rest, '\n', &line); number++) {
        line = str_trim(line);
        const bool was_continued = continued;
        continued = line.n > 0 && line.p[line.n - 1] == '\\';
        if (line.n == 0 || was_continued) {
            continue;
        }
        if (line.p[0] == ';' || line.p[0] == '#') {
            take_comment(w, &pending, line);
            continue;
        }
        pending.line = number;
        w->notes = arena_grow(w->arena, w->notes, w->n_notes, &w->notes_capacity, sizeof *w->notes);
        w->notes[w->n_notes++] = pending;
        pending = (struct note){.own = BUF_INIT};
    }
    w->tail = pending.own;
}

static const struct note *note_at(const struct writing *w, int line) {
    for (size_t i = 0; i < w->n_notes; i++) {
        if (w->notes[i].line == line) {
            return &w->notes[i];
        }
    }
    return NULL;
}

static void add_older(struct writing *w, const char *section, const char *key, const char *value, int line) {
    w->older = arena_grow(w->arena, w->older, w->n_older, &w->older_capacity, sizeof *w->older);
    w->older[w->n_older++] = (struct older){section, key, arena_string(w->arena, value), line, false};
}

struct choices {
    struct writing *w;
    const struct ini_section *section;
    int line;
};

static void add_choice(void *context, const char *code, const char *label) {
    struct choices *c = context;
    add_older(c->w, c->section->name, arena_printf(c->w->arena, "choice.%s", code), label, c->line);
}

static void take_older(struct writing *w, const struct ini *ini) {
    for (size_t s = 0; s < ini->n_sections; s++) {
        const struct ini_section *section = &ini->sections[s];
        for (size_t k = 0; k < section->n_keys; k++) {
            const struct ini_key *key = &section->keys[k];
            if (w->t->is_instrument && strcmp(key->name, "choices") == 0 &&
                strncmp(section->name, "question.", 9) == 0) {
                struct choices c = {w, section, key->line};
                load_each_choice(w->arena, key->value, add_choice, &c);
            } else {
                add_older(w, section->name, key->name, key->value, key->line);
            }
        }
    }
}

static struct older *find_older(struct writing *w, const char *section, const char *key) {
    for (size_t i = 0; i < w->n_older; i++) {
        if (strcmp(w->older[i].key, key) == 0 && strcmp(w->older[i].section, section) == 0) {
            return &w->older[i];
        }
    }
    return NULL;
}

/* Comments of the translator's own above this line, once. */
static void write_own(struct writing *w, int line) {
    for (size_t i = 0; i < w->n_notes; i++) {
        if (w->notes[i].line == line) {
            buf_str(w->out, buf_view(&w->notes[i].own));
            buf_clear(&w->notes[i].own);
        }
    }
}

/* A value that holds double quotes stood without any around it, and does so again. */
static void write_value(struct writing *w, const char *head, const char *key, const char *value) {
    const char *quote = strchr(value, '"') ? "" : "\"";
    buf_printf(w->out, "%s%s = %s%s%s\n", head, key, quote, value, quote);
}

static void write_text(struct writing *w, const struct translatable *text) {
    struct older *older = find_older(w, text->section, text->key);
    const struct note *note = older ? note_at(w, older->line) : NULL;
    const char *original = in_comment(w->arena, text->original), *was = NULL;
    const bool translated = older && older->value[0];
    if (translated && note) {
        was = note->was ? note->was : note->original && strcmp(note->original, original) != 0 ? note->original : NULL;
        was = was && strcmp(was, original) == 0 ? NULL : was; /* the original is again what it was */
    }
    if (older) {
        older->used = true;
        write_own(w, older->line);
    }
    if (was) {
        buf_printf(w->out, "; %s was: \"%s\"\n", w->t->from, was);
    }
    buf_printf(w->out, "; %s: \"%s\"\n", w->t->from, original);
    write_value(w, "", text->key, translated ? older->value : "");
    w->counts->texts++;
    w->counts->missing += !translated && text->original[0];
    w->counts->changed += was != NULL;
}

/* The comments above [section], the section, and in [survey] of an instrument the keys that say which file this is. */
static void write_section(struct writing *w, const struct ini *old, const char *section, bool first) {
    static const char *const heads[] = {"schema", "name"};
    const struct ini_section *s = old ? ini_find_section(old, section) : NULL;
    buf_text(w->out, first ? "" : "\n");
    if (s) {
        write_own(w, s->line);
    }
    buf_printf(w->out, "[%s]\n", section);
    if (!w->t->is_instrument || strcmp(section, "survey") != 0) {
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        struct older *o = find_older(w, section, heads[i]);
        if (o) {
            o->used = true;
            write_own(w, o->line);
            buf_printf(w->out, "%s = %s\n", o->key, o->value);
        }
    }
    struct older *language = find_older(w, section, "language");
    if (language) {
        language->used = true;
        write_own(w, language->line);
    }
    buf_printf(w->out, "language = %s\n", w->t->to);
}

/* Keys of a section in which each language may have its own. */
static void write_free(struct writing *w, const char *section) {
    for (size_t i = 0; w->t->free_section && strcmp(section, w->t->free_section) == 0 && i < w->n_older; i++) {
        struct older *o = &w->older[i];
        if (!o->used && strcmp(o->section, section) == 0) {
            o->used = true;
            write_own(w, o->line);
            write_value(w, "", o->key, o->value);
        }
    }
}

/* What the older file has and nobody asks for any more; what was never translated is no loss. */
static void write_unused(struct writing *w) {
    const char *section = "";
    bool headed = false;
    for (size_t i = 0; i < w->n_older; i++) {
        const struct older *o = &w->older[i];
        if (o->used || o->value[0] == '\0') {
            continue;
        }
        if (!headed && !strstr(w->tail.p, w->t->unused_heading)) {
            buf_printf(w->out, "\n%s\n", w->t->unused_heading);
        }
        headed = true;
        if (strcmp(section, o->section) != 0) {
            buf_printf(w->out, "; [%s]\n", o->section);
        }
        section = o->section;
        write_value(w, "; ", o->key, o->value);
        w->counts->unused++;
    }
}

/* Whatever own comment has found no place yet: above keys and sections that are gone. */
static void write_rest(struct writing *w) {
    if (w->tail.n > 0) {
        buf_char(w->out, '\n');
        buf_str(w->out, buf_view(&w->tail));
    }
    write_unused(w);
    for (size_t i = 0; i < w->n_notes; i++) {
        buf_str(w->out, buf_view(&w->notes[i].own));
        buf_free(&w->notes[i].own);
    }
    buf_free(&w->tail);
}

enum result translation_write(struct buf *out, struct arena *arena, const struct translation *t,
                              const struct translatable *list, size_t n, struct translation_counts *counts,
                              struct findings *findings) {
    struct writing w = {.arena = arena, .t = t, .out = out, .counts = counts, .tail = BUF_INIT};
    struct ini *old = NULL;
    *counts = (struct translation_counts){0};
    if (t->old.p) {
        enum result result = ini_parse(&old, arena, t->old_name, t->old, findings);
        if (result != RESULT_OK) {
            return result;
        }
        take_notes(&w);
        take_older(&w, old);
    } else {
        buf_printf(out, "%s\n", t->heading);
    }
    const char *section = "";
    for (size_t i = 0; i < n; i++) {
        if (strcmp(section, list[i].section) != 0) {
            write_free(&w, section);
            section = list[i].section;
            write_section(&w, old, section, i == 0);
        }
        write_text(&w, &list[i]);
    }
    write_free(&w, section);
    write_rest(&w);
    return RESULT_OK;
}

static int by_line(const void *a, const void *b) {
    const struct registered *x = *(const struct registered *const *)a, *y = *(const struct registered *const *)b;
    if (x->lines[0] != y->lines[0]) {
        return x->lines[0] < y->lines[0] ? -1 : 1;
    }
    return (x > y) - (x < y); /* several choices on one line */
}

struct translatable *translatable_of(struct arena *arena, const struct instrument *instrument, size_t *n) {
    const struct made *made = (const struct made *)(const void *)instrument;
    const struct registered **sorted = arena_array(arena, made->n_texts + 1, sizeof *sorted);
    struct translatable *list = arena_array(arena, made->n_texts + 1, sizeof *list);
    *n = made->n_texts;
    for (size_t i = 0; i < *n; i++) {
        sorted[i] = &made->texts[i];
    }
    qsort(sorted, *n, sizeof *sorted, by_line);
    for (size_t i = 0; i < *n; i++) {
        list[i] = (struct translatable){sorted[i]->section, sorted[i]->key, sorted[i]->in[0]};
    }
    return list;
}
