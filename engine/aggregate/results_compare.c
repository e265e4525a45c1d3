/* Does a score on a construct in one wave mean what it means in another? */
#include <string.h>

#include "aggregate/results_inner.h"
#include "instrument/same.h"

static const struct item *item_named(const struct instrument *in, const struct construct *c, const char *name) {
    for (size_t i = 0; i < c->n_items; i++) {
        const struct item *item = &in->items[c->first_item + i];
        if (strcmp(item->name, name) == 0) {
            return item;
        }
    }
    return NULL;
}

/* Words may differ; the order of the items too. */
static bool same_items(const struct instrument *was, const struct construct *a, const struct instrument *is,
                       const struct construct *b) {
    if (a->n_items != b->n_items || a->min_answered < b->min_answered || a->min_answered > b->min_answered) {
        return false;
    }
    for (size_t i = 0; i < a->n_items; i++) {
        const struct item *item = &was->items[a->first_item + i], *now = item_named(is, b, item->name);
        if (!now || now->reverse != item->reverse) {
            return false;
        }
    }
    return true;
}

enum comparison construct_compare(const struct layout *was, const struct layout *is, size_t construct, size_t *before) {
    const struct construct *b = &is->instrument->constructs[construct];
    int found = instrument_construct(was->instrument, b->name);
    *before = NOWHERE;
    if (found < 0 || was->of_construct[found] == NOWHERE || is->of_construct[construct] == NOWHERE) {
        return COMPARISON_NOT_ASKED;
    }
    const struct construct *a = &was->instrument->constructs[found];
    if (a->level != b->level || a->higher_is_barrier != b->higher_is_barrier ||
        !scale_means_the_same(a->scale, b->scale)) {
        return COMPARISON_OTHER_SCALE;
    }
    if (!same_items(was->instrument, a, is->instrument, b)) {
        return COMPARISON_OTHER_ITEMS;
    }
    if (!construct_asks_the_same_people(was->instrument, (size_t)found, is->instrument, construct)) {
        return COMPARISON_OTHER_PEOPLE;
    }
    *before = (size_t)found;
    return COMPARISON_MEANS_THE_SAME;
}
