#include "web/respondent/check.h"

#include <math.h>

static const char *say_missing(struct interview *iv, const struct question *q) {
    if (!q || q->type == QUESTION_CHOICE)
        return screen_words(&iv->screen, "problem.choose");
    if (q->type == QUESTION_CHOICES)
        return screen_words(&iv->screen, "problem.choose_some");
    return screen_words(&iv->screen, q->type == QUESTION_DATE ? "problem.date" : "problem.type");
}

static const char *number_in(struct interview *iv, double x) {
    return texts_number(iv->request->arena, iv->screen.words, x, x == floor(x) ? 0 : 2);
}

static const char *say_number(struct interview *iv, const struct question *q) {
    const bool low = isfinite(q->minimum), high = isfinite(q->maximum);
    const char *key = low && high ? "web.problem.number_between"
                      : low       ? "web.problem.number_from"
                      : high      ? "web.problem.number_to"
                                  : "web.problem.number";
    return texts_fill(iv->screen.texts, iv->request->arena, iv->screen.words, key, "low",
                      low ? number_in(iv, q->minimum) : "", "high", high ? number_in(iv, q->maximum) : "", NULL);
}

static const char *say_invalid(struct interview *iv, const struct question *q) {
    if (q && q->type == QUESTION_NUMBER)
        return say_number(iv, q);
    if (q && q->type == QUESTION_DATE)
        return screen_words(&iv->screen, "problem.date");
    if (q && q->type == QUESTION_TEXT)
        return screen_words(&iv->screen, "problem.long");
    return screen_words(&iv->screen, "problem.choose");
}

static void add(struct interview *iv, struct problems *p, size_t field, const char *sentence, bool insists) {
    if (!p->list)
        p->list = arena_array(iv->request->arena, iv->sitting.instrument->n_fields, sizeof *p->list);
    p->list[p->n++] = (struct problem){field, sentence, insists};
    p->insists = p->insists || insists;
}

static void check_field(struct interview *iv, struct problems *p, size_t field, enum required required, bool ask) {
    const struct question *q = iv->sitting.instrument->fields[field].question;
    const struct answer *answer = &iv->answers->of[field];
    if (answer->state == ANSWER_INVALID)
        add(iv, p, field, say_invalid(iv, q), true);
    else if (answer->state == ANSWER_NONE && (required == REQUIRED_YES || (required == REQUIRED_SOFT && ask)))
        add(iv, p, field, say_missing(iv, q), required == REQUIRED_YES);
}

struct problems check_page(struct interview *iv, int page, bool ask) {
    const struct instrument *instrument = iv->sitting.instrument;
    const struct page *pg = &instrument->pages[page];
    struct problems p = {0, NULL, false};
    for (size_t b = 0; b < pg->n_blocks; b++) {
        const struct block *block = &pg->blocks[b];
        if (!block_is_shown(block, iv->answers, iv->sitting.audience))
            continue;
        if (block->question && block->question->type != QUESTION_NOTE)
            check_field(iv, &p, block->question->field, block->question->required, ask);
        for (size_t i = 0; block->construct && i < block->construct->n_items; i++)
            check_field(iv, &p, instrument->items[block->construct->first_item + i].field, block->construct->required,
                        ask);
    }
    return p;
}

const struct problem *problem_of(const struct problems *p, size_t field) {
    for (size_t i = 0; p && i < p->n; i++)
        if (p->list[i].field == field)
            return &p->list[i];
    return NULL;
}
