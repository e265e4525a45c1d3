#include "instrument/answers.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "instrument/expression.h"

struct answers *answers_new(struct arena *arena, const struct instrument *instrument) {
    struct answers *answers = arena_alloc(arena, sizeof *answers);
    answers->instrument = instrument;
    answers->of = arena_array(arena, instrument->n_fields, sizeof *answers->of);
    return answers;
}

/* Text as it may be stored: valid UTF-8, line feeds only, no control characters, trimmed. `*clean` tells whether it was
 * valid: bytes and characters that were not are replaced, so that a page can show the rest again. */
static struct str clean_text(struct arena *arena, struct str typed, bool *clean) {
    char *p = arena_alloc(arena, typed.n + 1);
    size_t n = 0;
    *clean = utf8_valid(typed);
    for (size_t i = 0; i < typed.n; i++) {
        unsigned char c = (unsigned char)typed.p[i];
        if (c == '\r') {
            if (i + 1 == typed.n || typed.p[i + 1] != '\n') {
                p[n++] = '\n';
            }
        } else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F) {
            continue;
        } else {
            p[n++] = c >= 0x80 && !*clean ? '?' : (char)c;
        }
    }
    return str_trim((struct str){p, n});
}

static bool refuse(struct answer *answer, struct str shown) {
    *answer = (struct answer){.state = ANSWER_INVALID, .text = shown};
    return false;
}

static bool set_rating(const struct scale *scale, struct answer *answer, struct str typed) {
    long code;
    for (size_t i = 0; i < scale->n_not_applicable; i++) {
        if (str_is(typed, scale->not_applicable[i].name)) {
            *answer = (struct answer){.state = ANSWER_NOT_APPLICABLE, .code = (int)i};
            return true;
        }
    }
    if (!str_to_long(typed, &code) || code < scale->low || code > scale->high) { /* codes have no gaps */
        return refuse(answer, typed);
    }
    *answer = (struct answer){.state = ANSWER_CODE, .code = (int)code};
    return true;
}

static int find_choice(const struct question *question, struct str code) {
    for (size_t i = 0; i < question->n_choices; i++) {
        if (str_is(code, question->choices[i].code)) {
            return (int)i;
        }
    }
    return -1;
}

static bool set_choice(const struct question *question, struct answer *answer, struct str typed) {
    int index = find_choice(question, typed);
    if (index < 0) {
        return refuse(answer, typed);
    }
    *answer = (struct answer){.state = ANSWER_CODE, .code = index};
    return true;
}

/* Adds the codes, separated by blanks, to what is ticked already. */
static bool add_choices(const struct question *question, struct answer *answer, struct str typed) {
    struct str rest = typed, part;
    uint64_t set = answer->state == ANSWER_SET ? answer->set : 0;
    while (rest.p && str_split(&rest, ' ', &part)) {
        if (part.n == 0) {
            continue;
        }
        int index = find_choice(question, part);
        if (index < 0) {
            return refuse(answer, typed);
        }
        set |= (uint64_t)1 << index;
    }
    *answer = (struct answer){.state = ANSWER_SET, .set = set};
    return true;
}

/* A number with a point or a comma, within the question's limits. */
static bool set_number(struct arena *arena, const struct question *question, struct answer *answer, struct str typed) {
    double x;
    char *copy = arena_copy(arena, typed.p, typed.n);
    char *comma = strchr(copy, ',');
    if (comma && !strchr(copy, '.')) {
        *comma = '.';
    }
    if (!str_to_double(str_of(copy), &x) || x < question->minimum || x > question->maximum) {
        return refuse(answer, typed);
    }
    *answer = (struct answer){.state = ANSWER_NUMBER, .number = x};
    return true;
}

static bool set_text(const struct question *question, struct answer *answer, struct str typed, bool clean) {
    bool good =
        clean && (question->type == QUESTION_DATE ? clock_is_day(typed.p) : utf8_length(typed) <= ANSWER_TEXT_MAX);
    if (!good) {
        return refuse(answer, typed);
    }
    *answer = (struct answer){.state = ANSWER_TEXT, .text = typed};
    return true;
}

bool answer_set(struct arena *arena, struct answers *answers, size_t field, struct str typed) {
    const struct field *f = &answers->instrument->fields[field];
    struct answer *answer = &answers->of[field];
    bool clean;
    typed = clean_text(arena, typed, &clean);
    typed.p = arena_copy(arena, typed.p, typed.n);
    if (typed.n == 0) {
        if (answer->state != ANSWER_SET) { /* a blank among ticked boxes takes nothing away */
            *answer = (struct answer){.state = ANSWER_NONE};
        }
        return true;
    }
    if (f->item) {
        return set_rating(answers->instrument->constructs[f->item->construct].scale, answer, typed);
    }
    switch (f->question->type) {
    case QUESTION_CHOICE:
        return set_choice(f->question, answer, typed);
    case QUESTION_CHOICES:
        return add_choices(f->question, answer, typed);
    case QUESTION_NUMBER:
        return set_number(arena, f->question, answer, typed);
    default:
        return set_text(f->question, answer, typed, clean);
    }
}

static const char *typed_set(struct arena *arena, const struct question *question, uint64_t set) {
    const char *text = "";
    for (size_t i = 0; i < question->n_choices; i++) {
        if (set >> i & 1) {
            text = arena_printf(arena, "%s%s%s", text, text[0] ? " " : "", question->choices[i].code);
        }
    }
    return text;
}

const char *answer_typed(struct arena *arena, const struct answers *answers, size_t field) {
    const struct field *f = &answers->instrument->fields[field];
    const struct answer *answer = &answers->of[field];
    switch (answer->state) {
    case ANSWER_CODE:
        return f->item ? arena_printf(arena, "%d", answer->code) : f->question->choices[answer->code].code;
    case ANSWER_NOT_APPLICABLE:
        return answers->instrument->constructs[f->item->construct].scale->not_applicable[answer->code].name;
    case ANSWER_SET:
        return typed_set(arena, f->question, answer->set);
    case ANSWER_NUMBER: {
        struct buf b = BUF_INIT;
        buf_number(&b, answer->number);
        const char *text = arena_copy(arena, b.p, b.n);
        buf_free(&b);
        return text;
    }
    case ANSWER_TEXT:
    case ANSWER_INVALID:
        return arena_copy(arena, answer->text.p, answer->text.n);
    default:
        return NULL;
    }
}

bool answer_is_valid(const struct answer *answer) {
    return answer->state != ANSWER_NONE && answer->state != ANSWER_INVALID;
}

size_t answers_count(const struct answers *answers, enum audience audience) {
    size_t n = 0;
    for (size_t i = 0; i < answers->instrument->n_fields; i++) {
        const struct field *f = &answers->instrument->fields[i];
        bool counts = (f->audience & audience) && !(f->question && f->question->group);
        n += counts && answer_is_valid(&answers->of[i]);
    }
    return n;
}

bool block_is_shown(const struct block *block, const struct answers *answers, enum audience audience) {
    return block_is_for(block, audience) &&
           expression_holds(block->construct ? block->construct->relevant : block->question->relevant, answers);
}

bool page_is_shown(const struct page *page, const struct answers *answers, enum audience audience) {
    if (!expression_holds(page->relevant, answers)) {
        return false;
    }
    for (size_t i = 0; i < page->n_blocks; i++) {
        if (block_is_shown(&page->blocks[i], answers, audience)) {
            return true;
        }
    }
    return false;
}

static bool drop(struct answers *answers, size_t field) {
    bool had = answers->of[field].state != ANSWER_NONE;
    answers->of[field] = (struct answer){.state = ANSWER_NONE};
    return had;
}

static bool drop_block(struct answers *answers, const struct block *block) {
    bool changed = false;
    for (size_t i = 0; block->construct && i < block->construct->n_items; i++) {
        changed = drop(answers, answers->instrument->items[block->construct->first_item + i].field) || changed;
    }
    if (block->question && block->question->field != SIZE_MAX) {
        changed = drop(answers, block->question->field) || changed;
    }
    return changed;
}

void answers_drop_hidden(struct answers *answers, enum audience audience) {
    const struct instrument *instrument = answers->instrument;
    for (size_t i = 0; i < instrument->n_fields; i++) {
        if (answers->of[i].state == ANSWER_INVALID || !(instrument->fields[i].audience & audience)) {
            drop(answers, i);
        }
    }
    for (bool changed = true; changed;) { /* every round but the last takes an answer away, so this ends */
        changed = false;
        for (size_t p = 0; p < instrument->n_pages; p++) {
            const struct page *page = &instrument->pages[p];
            bool shown = expression_holds(page->relevant, answers);
            for (size_t b = 0; b < page->n_blocks; b++) {
                if (!shown || !block_is_shown(&page->blocks[b], answers, audience)) {
                    changed = drop_block(answers, &page->blocks[b]) || changed;
                }
            }
        }
    }
}
