/* What our format cannot hold as it is becomes something it can. */
#include <string.h>

#include "exchange/draft.h"

enum { POINTS_MIN = 2, POINTS_MAX = 11, CHOICES_MAX = 64, SLACK = 60 };

static struct draft_block *append(struct draft *d, struct draft_block **list, size_t *n, size_t *capacity,
                                  const struct draft_block *block) {
    *list = arena_grow(d->arena, *list, *n, capacity, sizeof **list);
    (*list)[*n] = *block;
    return &(*list)[(*n)++];
}

/* --- Long texts ----------------------------------------------------------------------------------------------------*/

static size_t longest(const struct draft_text *text) {
    size_t most = 0;
    for (size_t i = 0; i < DRAFT_LANGUAGES_MAX; i++)
        if (text->in[i] && strlen(text->in[i]) > most)
            most = strlen(text->in[i]);
    return most;
}

/* Takes about `want` bytes off the beginning, up to a blank or at least to the end of a character. */
static const char *take_piece(struct draft *d, const char **rest, size_t want) {
    const size_t n = strlen(*rest);
    size_t end = want < n ? want : n, next;
    while (end < n && end < want + SLACK && (*rest)[end] != ' ')
        end++;
    if (end < n && (*rest)[end] != ' ') {
        end = want;
        while (end < n && ((unsigned char)(*rest)[end] & 0xC0) == 0x80)
            end++;
    }
    next = end;
    while ((*rest)[next] == ' ')
        next++;
    const char *piece = end ? arena_copy(d->arena, *rest, end) : "…";
    *rest += next;
    return piece;
}

struct draft_text *draft_pieces(struct draft *d, const struct draft_text *text, size_t *n) {
    const size_t most = longest(text), room = DRAFT_TEXT_MAX - SLACK;
    *n = most <= DRAFT_TEXT_MAX ? 1 : (most + room - 1) / room;
    struct draft_text *pieces = arena_array(d->arena, *n, sizeof *pieces);
    for (size_t k = 0; k < DRAFT_LANGUAGES_MAX; k++) {
        const char *rest = text->in[k];
        if (!rest)
            continue;
        const size_t want = *n == 1 ? strlen(rest) : strlen(rest) / *n;
        for (size_t i = 0; i < *n; i++)
            pieces[i].in[k] = take_piece(d, &rest, i + 1 < *n ? want : strlen(rest));
    }
    return pieces;
}

/* Cuts a text that has no second place to go to; what is behind the cut is named. */
static void cut(struct draft *d, struct draft_text *text, const char *subject, struct place place) {
    if (longest(text) <= DRAFT_TEXT_MAX)
        return;
    for (size_t k = 0; k < DRAFT_LANGUAGES_MAX; k++) {
        const char *rest = text->in[k];
        if (!rest || strlen(rest) <= DRAFT_TEXT_MAX)
            continue;
        text->in[k] = take_piece(d, &rest, DRAFT_TEXT_MAX - SLACK);
        const struct str begin = utf8_cut(str_of(rest), 200);
        draft_lost(d, place, "exchange.text_cut", "name", subject, "rest", arena_copy(d->arena, begin.p, begin.n));
    }
}

/* The long beginning of a question's text becomes notes before it. */
static void append_notes(struct draft *d, struct draft_block **list, size_t *n, size_t *capacity,
                         struct draft_block *block) {
    size_t pieces;
    struct draft_text *parts = draft_pieces(d, &block->label, &pieces);
    for (size_t i = 0; i + 1 < pieces; i++) {
        struct draft_block note = {.kind = DRAFT_NOTE,
                                   .source = "",
                                   .place = block->place,
                                   .label = parts[i],
                                   .relevant = block->relevant,
                                   .answered_by = block->answered_by,
                                   .page = block->page,
                                   .minimum = -INFINITY,
                                   .maximum = INFINITY};
        append(d, list, n, capacity, &note);
    }
    if (pieces > 1)
        draft_noted(d, block->place, "exchange.text_notes", "name", block->source);
    block->label = parts[pieces - 1];
}

/* --- Constructs ----------------------------------------------------------------------------------------------------*/

/* A list with too few or too many points is no scale: its items become questions with choices. */
static void append_as_choices(struct draft *d, struct draft_block **list, size_t *n, size_t *capacity,
                              const struct draft_block *block) {
    draft_lost(d, block->place, "exchange.no_scale", "name", block->source, "points",
               arena_printf(d->arena, "%zu", draft_points(block->list)));
    if (!draft_text_is_empty(&block->label)) {
        struct draft_block note = *block;
        note.kind = DRAFT_NOTE;
        note.list = NULL;
        note.n_items = 0;
        append(d, list, n, capacity, &note);
    }
    for (size_t i = 0; i < block->n_items; i++) {
        const struct draft_item *item = &block->items[i];
        struct draft_block *question = append(d, list, n, capacity, block);
        question->kind = DRAFT_CHOICE;
        question->source = item->source;
        question->place = item->place;
        question->label = item->text;
        question->hint = (struct draft_text){{0}};
        question->relevant = condition_both(d->arena, block->relevant, item->relevant);
        question->n_items = 0;
        question->items = NULL;
    }
}

/* Items with conditions of their own: one construct for each row of items with the same condition. */
static void append_split(struct draft *d, struct draft_block **list, size_t *n, size_t *capacity,
                         const struct draft_block *block) {
    size_t parts = 0;
    for (size_t begin = 0, end; begin < block->n_items; begin = end) {
        for (end = begin + 1; end < block->n_items; end++)
            if (!condition_same(block->items[begin].relevant, block->items[end].relevant))
                break;
        struct draft_block *part = append(d, list, n, capacity, block);
        part->items = &block->items[begin];
        part->n_items = end - begin;
        part->relevant = condition_both(d->arena, block->relevant, block->items[begin].relevant);
        if (parts++ > 0)
            part->place = block->items[begin].place;
    }
    if (parts > 1)
        draft_lost(d, block->place, "exchange.construct_split", "name", block->source, "parts",
                   arena_printf(d->arena, "%zu", parts));
}

static bool is_scale(const struct draft_list *list) {
    const size_t points = draft_points(list);
    return points >= POINTS_MIN && points <= POINTS_MAX;
}

/* --- Choices -------------------------------------------------------------------------------------------------------*/

/* Two choices at least, 64 at most; the list may be shared, so what is added is added to a copy. */
static void fit_choices(struct draft *d, struct draft_block *block) {
    if (block->kind != DRAFT_CHOICE && block->kind != DRAFT_CHOICES)
        return;
    const size_t n = block->list ? block->list->n : 0;
    if (n == 0 || n > CHOICES_MAX) {
        draft_lost(d, block->place, n ? "exchange.choices_many" : "exchange.choices_none", "name", block->source, "n",
                   arena_printf(d->arena, "%zu", n));
        block->kind = DRAFT_TEXT;
        block->list = NULL;
        block->group = false;
        return;
    }
    if (n > 1)
        return;
    struct draft_list *own = arena_alloc(d->arena, sizeof *own);
    const struct draft_option only = block->list->options[0];
    *own = (struct draft_list){.code = block->list->code, .place = block->list->place};
    *draft_option_new(d, own, only.code, only.row) = only;
    struct draft_option *no = draft_option_new(d, own, "none", only.row);
    no->name = strcmp(only.name, "no") == 0 ? "not" : "no";
    no->code = no->name;
    no->label = draft_words(d, "exchange.neither");
    block->list = own;
    block->kind = DRAFT_CHOICE; /* both at once would mean nothing */
    draft_noted(d, block->place, "exchange.choices_one", "name", block->source);
}

/* --- Missing texts -------------------------------------------------------------------------------------------------*/

/* A text that is missing in the instrument's own language is borrowed from another, or from the name. */
static void fill(struct draft *d, struct draft_text *text, const char *otherwise, struct place place) {
    if (text->in[0])
        return;
    for (size_t k = 1; k < d->n_languages; k++) {
        if (text->in[k]) {
            text->in[0] = text->in[k];
            draft_lost(d, place, "exchange.text_borrowed", "name", otherwise, "language", d->languages[k]);
            return;
        }
    }
    const struct str cut_name = utf8_cut(str_of(otherwise), 100);
    text->in[0] = draft_plain(d, arena_copy(d->arena, cut_name.p, cut_name.n), otherwise, place);
    if (!text->in[0])
        text->in[0] = "…";
    draft_lost(d, place, "exchange.text_missing", "name", otherwise);
}

static void fill_list(struct draft *d, struct draft_list *list) {
    for (size_t i = 0; i < list->n; i++) {
        const struct place place = {list->place.file, list->options[i].row, 0};
        fill(d, &list->options[i].label, list->options[i].code, place);
        cut(d, &list->options[i].label, list->options[i].code, place);
    }
}

void draft_reshape(struct draft *d) {
    struct draft_block *list = NULL;
    size_t n = 0, capacity = 0;
    for (size_t i = 0; i < d->n_lists; i++)
        fill_list(d, d->lists[i]);
    for (size_t i = 0; i < d->n_blocks; i++) {
        struct draft_block block = d->blocks[i];
        for (size_t k = 0; k < block.n_items; k++) {
            fill(d, &block.items[k].text, block.items[k].source, block.items[k].place);
            cut(d, &block.items[k].text, block.items[k].source, block.items[k].place);
        }
        draft_drop_alone(d, &block.hint, block.source, block.place);
        cut(d, &block.hint, block.source, block.place);
        if (block.kind == DRAFT_CONSTRUCT && !is_scale(block.list)) {
            cut(d, &block.label, block.source, block.place);
            append_as_choices(d, &list, &n, &capacity, &block);
            continue;
        }
        fill(d, &block.label, block.source, block.place);
        append_notes(d, &list, &n, &capacity, &block);
        if (block.kind == DRAFT_CONSTRUCT)
            append_split(d, &list, &n, &capacity, &block);
        else
            append(d, &list, &n, &capacity, &block);
    }
    for (size_t i = 0; i < n; i++)
        fit_choices(d, &list[i]);
    for (size_t i = 0; i < d->n_pages; i++) {
        draft_drop_alone(d, &d->pages[i].label, d->pages[i].source, d->pages[i].place);
        draft_drop_alone(d, &d->pages[i].hint, d->pages[i].source, d->pages[i].place);
        cut(d, &d->pages[i].label, d->pages[i].source, d->pages[i].place);
        cut(d, &d->pages[i].hint, d->pages[i].source, d->pages[i].place);
    }
    d->blocks = list;
    d->n_blocks = n;
}
