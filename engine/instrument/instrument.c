#include "instrument/instrument.h"

#include <string.h>

#include "instrument/made.h"

const char *const level_names[LEVEL_COUNT] = {"individual", "team", "organisation", "system"};

static struct made *made_of(const struct instrument *instrument) {
    return (struct made *)instrument;
}

const struct instrument *instrument_hold(const struct instrument *instrument) {
    atomic_fetch_add_explicit(&made_of(instrument)->references, 1, memory_order_relaxed);
    return instrument;
}

void instrument_release(const struct instrument *instrument) {
    if (!instrument) {
        return;
    }
    struct made *made = made_of(instrument);
    /* Release orders this thread's reads before the count goes down; acquire lets the last one see everybody's. */
    if (atomic_fetch_sub_explicit(&made->references, 1, memory_order_acq_rel) == 1) {
        arena_free(made->arena);
    }
}

int instrument_language(const struct instrument *instrument, const char *language) {
    size_t n = language ? strlen(language) : 0;
    while (n > 0) {
        for (size_t i = 0; i < instrument->n_languages; i++) {
            const char *own = instrument->languages[i];
            if (strlen(own) == n && strncasecmp(own, language, n) == 0) {
                return (int)i;
            }
        }
        do {
            n--;
        } while (n > 0 && language[n] != '-');
    }
    return -1;
}

const char *text_in(const struct text *text, size_t language) {
    if (!text->in) {
        return "";
    }
    return text->in[language] ? text->in[language] : text->in[0] ? text->in[0] : "";
}

bool text_is_empty(const struct text *text) {
    return !text->in || !text->in[0] || text->in[0][0] == '\0';
}

bool block_is_for(const struct block *block, enum audience audience) {
    enum audience answered_by = block->construct ? block->construct->answered_by : block->question->answered_by;
    return (answered_by & audience) != 0;
}

bool page_is_for(const struct page *page, enum audience audience) {
    for (size_t i = 0; i < page->n_blocks; i++) {
        if (block_is_for(&page->blocks[i], audience)) {
            return true;
        }
    }
    return false;
}

int instrument_field(const struct instrument *instrument, const char *name) {
    for (size_t i = 0; i < instrument->n_fields; i++) {
        if (strcmp(instrument->fields[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

int instrument_construct(const struct instrument *instrument, const char *name) {
    for (size_t i = 0; i < instrument->n_constructs; i++) {
        if (strcmp(instrument->constructs[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

double instrument_coverage(const struct instrument *instrument, size_t language) {
    const struct made *made = made_of(instrument);
    if (language >= instrument->n_languages) {
        return 0;
    }
    return made->n_texts ? (double)made->own[language] / (double)made->n_texts : 1;
}

static const char *filling(const struct instrument *instrument, size_t language, struct str name,
                           const char *const *names, const char *const *values, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (str_is(name, names[i]) && values[i]) {
            return values[i];
        }
    }
    for (size_t i = 0; i < instrument->n_placeholders; i++) {
        if (str_is(name, instrument->placeholders[i].name)) {
            return text_in(&instrument->placeholders[i].value, language);
        }
    }
    return NULL;
}

void instrument_fill(struct buf *out, const struct instrument *instrument, size_t language, const char *text,
                     const char *const *names, const char *const *values, size_t n) {
    for (;;) {
        const char *begin = strstr(text, "${");
        const char *end = begin ? strchr(begin, '}') : NULL;
        if (!end) {
            buf_text(out, text);
            return;
        }
        struct str name = {begin + 2, (size_t)(end - begin - 2)};
        const char *value = filling(instrument, language, name, names, values, n);
        buf_bytes(out, text, (size_t)(begin - text));
        if (value) {
            buf_text(out, value);
        } else {
            buf_bytes(out, begin, (size_t)(end + 1 - begin));
        }
        text = end + 1;
    }
}

int item_scored(const struct instrument *instrument, const struct item *item, int code) {
    const struct construct *construct = &instrument->constructs[item->construct];
    bool mirrored = item->reverse != construct->higher_is_barrier; /* turning twice is not turning */
    return mirrored ? construct->scale->low + construct->scale->high - code : code;
}

int item_side(const struct instrument *instrument, const struct item *item, int code) {
    const struct scale *scale = instrument->constructs[item->construct].scale;
    int scored = item_scored(instrument, item, code);
    for (size_t i = 0; i < scale->n_points; i++) {
        if (scale->points[i].code == scored) {
            return scale->points[i].favourable ? 1 : scale->points[i].unfavourable ? -1 : 0;
        }
    }
    return 0;
}
